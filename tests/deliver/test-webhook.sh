#!/bin/bash
# What others are told, against a receiver of its own: each verdict once per key, signed, tried again where
# that can help, given up and sent again by hand, never to a private address unasked, and through kills.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/../ask/sim.sh"
need_command sqlite3
need_command jq
need_command openssl
samples=$DOCKET_SOURCE/samples/inbox
secret=a-secret-that-nobody-knows
printf '%s\n' "$secret" >"$work/secret"

# Usage: start_receiver OPTION…   Sets $receiver and $url; what comes is in $work/posts.
start_receiver() {
    rm -f "$work/receiver-port"
    "$DOCKET_BUILD/webhook-receiver" --port-file "$work/receiver-port" --journal "$work/posts" "$@" &
    receiver=$!
    started+=("$receiver")
    for _ in $(seq 200); do
        [ -s "$work/receiver-port" ] && break
        sleep 0.05
    done
    url=http://127.0.0.1:$(cat "$work/receiver-port")/hook
}

stop_receiver() {
    kill -TERM "$receiver"
    wait "$receiver" || fail "the receiver did not end well"
}

# Usage: place NAME LINE…   With these lines under [webhook].
place() {
    new_place "$1"
    shift
    : >"$work/posts"
    printf '[webhook]\nurl=%s\nsecret_file=%s/secret\n' "$url" "$work" >>"$place/docket.conf"
    printf '%s\n' "$@" >>"$place/docket.conf"
}

# Usage: expect CODE COMMAND ARGUMENT…
expect() {
    local code=$1
    shift
    expect_exit "$code" "$docket" "$@" --config "$place/docket.conf"
}

# Usage: expect_posts N SENTENCE   After de-duplication by key.
expect_posts() {
    local found
    found=$(jq -s 'map(.["Idempotency-Key"]) | unique | length' "$work/posts")
    [ "$found" = "$1" ] || fail "$2: $found, not $1"
}

# Usage: expect_states TEXT   "sent 2": deliveries by state.
expect_states() {
    expect_ledger "SELECT group_concat(s, ' ') FROM (SELECT state || ' ' || count(*) AS s FROM deliveries
        GROUP BY state ORDER BY state)" "$1" "deliveries"
}

# ---- told once, signed, and the record is the one of the outbox ----

start_receiver
place told allow_private=yes
cp "$samples/invoice-classic.pdf" "$samples/minutes.txt" "$place/inbox/"
expect 3 run
expect_posts 1 "accepted documents told of"
expect_states 'sent 1'
line=$(head -n 1 "$work/posts")
jq -r .body <<<"$line" | head -c -1 >"$work/body"
signature=$(jq -r '.["Docket-Signature"]' <<<"$line")
time=$(sed -E 's/^t=([0-9]+),v1=[0-9a-f]{64}$/\1/' <<<"$signature")
wanted=$({ printf '%s.' "$time" && cat "$work/body"; } | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
[ "$signature" = "t=$time,v1=$wanted" ] || fail "the signature is $signature, expected v1=$wanted"
[ $(($(date +%s) - time)) -lt 120 ] || fail "the signature is of another time"
jq -e --slurpfile record "$place/outbox/records/invoice/invoice-classic.pdf.json" '.record == $record[0] and
    .event == "document.accepted" and .document.name == "invoice-classic.pdf" and .pack.name == "invoice" and
    .meta.verdict == "accepted"' "$work/body" >/dev/null || fail "the body is $(cat "$work/body")"
[ "$(jq -r .key "$work/body")" = "$(jq -r '.["Idempotency-Key"]' <<<"$line")" ] || fail "body and header differ in the key"
if grep -rq "$secret" "$place" "$work/posts"; then fail "the secret is somewhere"; fi
expect 0 run
expect_posts 1 "told again by a run without anything new"
expect 0 show invoice-classic.pdf
expect_text 'told +webhook 1: sent after 1 attempt' "$work/out"
expect 0 audit
expect_text '^deliveries = sent 1 \+ owed 0 \+ dead 0$' "$work/out"

# ---- what a person decides is told, too; so is a batch, as one ----

place people allow_private=yes
mkdir "$place/packs"
cp -r "$DOCKET_SOURCE"/schemas/{invoice,listing} "$place/packs/"
sed -i 's/^accept_at = .*/accept_at = 1/' "$place/packs/invoice/pack.conf"
sed -i "s|^packs=.*|packs=$place/packs|" "$place/docket.conf"
cp "$samples/invoice-classic.pdf" "$place/inbox/"
mkdir "$place/inbox/listing"
cp "$samples/listing/price-list.csv" "$place/inbox/listing/"
expect 0 run
expect_posts 1 "a batch"
jq -e '.body | fromjson | .document.kind == "batch" and (.meta.reasons | any(startswith("batch: ")))' \
    "$work/posts" >/dev/null || fail "the batch is told as $(cat "$work/posts")"
expect 0 review accept invoice-classic.pdf
expect_states 'owed 1 sent 1'
expect 0 webhook send
expect_posts 2 "with a document that a person accepted"
stop_receiver

# ---- trouble that passes ----

start_receiver --fail 2 --status 503
place trouble allow_private=yes
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect 0 run
for _ in $(seq 100); do
    [ "$(ledger "SELECT count(*) FROM deliveries WHERE state = 'sent'")" = 0 ] || break
    expect 0 run
    sleep 0.2
done
expect_states 'sent 1'
[ "$(jq -s length "$work/posts")" = 3 ] || fail "$(jq -s length "$work/posts") attempts, not 3"
expect_posts 1 "keys over three attempts"
[ "$(jq -r '.["Docket-Attempt"]' "$work/posts" | tr '\n' ' ')" = '1 2 3 ' ] || fail "the attempts are not counted"
stop_receiver

# ---- trouble that does not: a refusal, a redirect; sent again by hand ----

for status in 400 302; do
    start_receiver --fail 1 --status "$status"
    place "dead-$status" allow_private=yes
    cp "$samples/invoice-classic.pdf" "$place/inbox/"
    expect 0 run
    expect_text "1 delivery is given up.*HTTP status $status" "$work/err"
    expect_states 'dead 1'
    expect 0 webhook list --json
    jq -e --argjson status "$status" '.state == "dead" and .status == $status' "$work/out" >/dev/null ||
        fail "listed as $(cat "$work/out")"
    expect 0 run
    [ "$(jq -s length "$work/posts")" = 1 ] || fail "a dead delivery was sent again by itself"
    expect 2 webhook resend 99
    expect 0 webhook resend --dead
    expect 0 webhook send
    expect_states 'sent 1'
    stop_receiver
done

# ---- nobody there, then somebody ----

place nobody allow_private=yes
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect 0 run
expect_states 'owed 1'
start_receiver
sed -i "s|^url=.*|url=$url|" "$place/docket.conf"
for _ in $(seq 100); do
    [ "$(ledger "SELECT count(*) FROM deliveries WHERE state = 'sent'")" = 0 ] || break
    expect 0 webhook send
    sleep 0.2
done
expect_posts 1 "what was owed while nobody was there"

# ---- private addresses, by number and by name, and http: at all ----

place private
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect 0 run
expect_states 'dead 1'
scheme=https:
for host in 127.0.0.1 localhost '[::1]' '[::ffff:127.0.0.1]' 2130706433 0x7f.1; do
    sed -i "s|^url=.*|url=$scheme//$host:${url##*:}|" "$place/docket.conf"
    expect 0 webhook resend --dead
    expect 0 webhook send
    expect_states 'dead 1'
    expect_ledger "SELECT note LIKE 'the address is one of this machine%' FROM deliveries" 1 "$host"
done
[ ! -s "$work/posts" ] || fail "something was posted to a private address"

# ---- a secret that is not there ----

place nosecret allow_private=yes
sed -i 's|^secret_file=.*|secret_env=NO_SUCH_VARIABLE|' "$place/docket.conf"
expect 2 run
expect_text 'webhook.secret_env names the variable NO_SUCH_VARIABLE, which is not set' "$work/err"
stop_receiver

# ---- killed between what was posted and what the ledger knows of it ----

start_receiver --delay 300
place killed allow_private=yes
cp "$samples"/invoice-*.{pdf,txt} "$samples"/receipt-*.{pdf,txt} "$place/inbox/"
for i in $(seq "${DOCKET_KILLS:-10}"); do
    "$docket" run -q --config "$place/docket.conf" 2>/dev/null &
    started+=($!)
    sleep "0.$((RANDOM % 9))$i"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
done
expect 0 run
expect 0 webhook send
expect_states "sent $(ledger "SELECT count(*) FROM documents WHERE verdict IN ('accepted', 'fallback')")"
expect_posts "$(ledger "SELECT count(*) FROM deliveries")" "keys after kills"
[ -z "$(jq -r '.["Idempotency-Key"]' "$work/posts" | sort -u | diff - <(ledger "SELECT key FROM deliveries" | sort))" ] ||
    fail "other keys came than are in the ledger"
expect 0 audit
stop_receiver

# ---- people are told of failures and of what waits, once ----

start_receiver
place notices allow_private=yes
printf '%s' "$url" >"$work/notify-url"
printf '[notify]\nurl_file=%s/notify-url\nreview_backlog=1\n' "$work" >>"$place/docket.conf"
sed -i 's|^url=.*|url=|' "$place/docket.conf"
cp "$samples/invoice-wrong-total.pdf" "$samples/minutes.txt" "$place/inbox/"
expect 3 run
[ "$(jq -r '.body | fromjson | .text' "$work/posts" | sort | cut -c1-24 | tr '\n' '|')" = \
    'docket: 1 document waits|docket: 1 of 2 documents|' ] || fail "the notices are: $(cat "$work/posts")"
cp "$samples/invoice-wrong-total.pdf" "$place/inbox/again.pdf"
expect 0 run
[ "$(jq -s length "$work/posts")" = 2 ] || fail "a notice is given twice: $(cat "$work/posts")"
stop_receiver
echo "told, signed, repeated, given up, resent, refused, killed and noticed: as it should be"
