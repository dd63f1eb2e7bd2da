#!/bin/bash
# Documents through a model: answers, repairs, refusals, a server that is not there, and answers that
# were paid for once. The model is llm-sim with the truth about three small invoices.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
export no_proxy='*'
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# ---- a pack of our own, three documents, and what is true about them ----

mkdir -p "$work/packs/bill/prompts" "$work/documents"
cat >"$work/packs/bill/schema.json" <<'END'
{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Bill", "type": "object",
 "additionalProperties": false, "required": ["number", "seller", "total"],
 "properties": {
  "number": {"title": "Invoice", "description": "Number of the invoice.", "type": "string"},
  "seller": {"title": "Seller", "description": "Who wants the money.", "type": "string"},
  "date": {"title": "Date", "description": "Day of issue.", "type": "string", "format": "date"},
  "total": {"title": "Total", "description": "What to pay.", "type": "number", "minimum": 0}}}
END
cat >"$work/packs/bill/pack.conf" <<'END'
[pack]
title = Bill
description = One bill
prompt = v1
[recognise]
words = invoice:5
[decide]
accept_at = 0.1
[limits]
max_repairs = 2
END
echo 'You copy values from a bill.' >"$work/packs/bill/prompts/v1.md"
echo '{"document": "Invoice: A-1\nSeller: Example Ltd", "record": {"number": "A-1", "seller": "Example Ltd", "total": 0}}' \
    >"$work/packs/bill/examples.jsonl"
for n in 1 2 3; do
    printf 'Invoice: INV-2026-%d\nSeller: Nordwind %d GmbH\nDate: 2026-03-0%d\nTotal: %d19.50\n' $n $n $n $n \
        >"$work/documents/bill-$n.txt"
done
# Known by hash, by name and by text; the third has no date, so that "optional" goes there and back.
{
    jq -nc --arg sha "$(sha256sum <"$work/documents/bill-1.txt" | cut -d' ' -f1)" \
        '{sha256: $sha, record: {number: "INV-2026-1", seller: "Nordwind 1 GmbH", date: "2026-03-01", total: 119.5}}'
    jq -nc '{name: "bill-2.txt", record: {number: "INV-2026-2", seller: "Nordwind 2 GmbH", date: "2026-03-02", total: 219.5}}'
    jq -nc '{match: ["inv-2026-3", "nordwind 3"], record: {number: "INV-2026-3", seller: "Nordwind 3 GmbH", total: 319.5}}'
} >"$work/truth.jsonl"

# ---- the server ----

# Usage: start_sim OPTION…   Sets $sim and $url.
start_sim() {
    rm -f "$work/port" "$work/bill"
    "$DOCKET_BUILD/llm-sim" --truth "$work/truth.jsonl" --port 0 --port-file "$work/port" \
        --bill "$work/bill" --price-in 2 --price-out 8 "$@" >"$work/sim.out" 2>"$work/sim.err" &
    sim=$!
    started+=("$sim")
    for _ in $(seq 200); do
        [ -s "$work/port" ] && break
        sleep 0.05
    done
    [ -s "$work/port" ] || fail "llm-sim does not start: $(cat "$work/sim.err")"
    url=http://127.0.0.1:$(cat "$work/port")/v1
}

stop_sim() {
    kill -TERM "$sim"
    wait "$sim" || fail "llm-sim did not end well: $(cat "$work/sim.err")"
}

bill() {
    jq -r ".$1" "$work/bill"
}

# The same while the server runs, over bash's own TCP.
bill_now() {
    exec 5<>"/dev/tcp/127.0.0.1/$(cat "$work/port")"
    printf 'GET /bill HTTP/1.0\r\n\r\n' >&5
    sed '1,/^\r$/d' <&5 | jq -r ".$1"
    exec 5<&- 5>&-
}

# Usage: configure NAME [LINE…]   A place NAME with inbox, outbox, state and a configuration.
configure() {
    place=$work/$1
    shift
    mkdir -p "$place/inbox"
    {
        printf '[paths]\ninbox=%s/inbox\noutbox=%s/outbox\nstate=%s/state\npacks=%s/packs\n' \
            "$place" "$place" "$place" "$work"
        printf '[run]\nsettle=0\n[readers]\ncount=1\n[model]\nbase_url=%s\nname=sim\n' "$url"
        printf 'price_in=2\nprice_out=8\n'
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$place/docket.conf"
}

# Usage: run_in CODE   One run over the place's inbox.
run_in() {
    expect_exit "$1" "$docket" run --config "$place/docket.conf" --no-progress
}

extract() {
    "$docket" extract --config "$place/docket.conf" --pack bill --meta "$@"
}

expect() {
    local what=$1 wanted=$2 is=$3
    [ "$is" = "$wanted" ] || fail "$what: $is, not $wanted"
}

# ---- the plain case: three documents, three calls, the truth ----

start_sim
configure plain
extract "$work"/documents/bill-*.txt >"$work/plain.jsonl" 2>"$work/plain.err" || fail "extract: $(cat "$work/plain.err")"
stop_sim
expect records "$(jq -c .record "$work/truth.jsonl")" "$(jq -c .record "$work/plain.jsonl")"
expect method "model model model" "$(jq -r .meta.method "$work/plain.jsonl" | xargs)"
expect calls "ask:ok ask:ok ask:ok" \
    "$(jq -r '.meta.calls[] | .purpose + ":" + (.outcome // "ok")' "$work/plain.jsonl" | xargs)"
expect billed 3 "$(bill billed)"
expect "tokens in" "$(bill tokens_in)" "$(jq -s '[.[].meta.calls[] | .tokens_in // .tokens.in] | add' "$work/plain.jsonl")"
expect cost "$(bill cost)" "$(jq -s '[.[].meta.calls[].cost] | add' "$work/plain.jsonl")"

# ---- a wrong answer is repaired, chatter is salvaged ----

start_sim --fault wrong-types=1 --once
configure repair
extract "$work/documents/bill-1.txt" >"$work/one.json" 2>"$work/one.err" || fail "extract: $(cat "$work/one.err")"
stop_sim
expect record "$(head -n 1 "$work/truth.jsonl" | jq -c .record)" "$(jq -c .record "$work/one.json")"
expect calls "ask repair" "$(jq -r '.meta.calls[].purpose' "$work/one.json" | xargs)"
expect billed 2 "$(bill billed)"

start_sim --fault prose=1
configure prose
extract "$work/documents/bill-1.txt" >"$work/one.json" 2>"$work/one.err" || fail "extract: $(cat "$work/one.err")"
stop_sim
expect record "$(head -n 1 "$work/truth.jsonl" | jq -c .record)" "$(jq -c .record "$work/one.json")"
expect billed 1 "$(bill billed)"

# ---- no usable answer: the template stands in, or the document waits ----

start_sim --fault refusal=1
configure refusal
extract "$work/documents/bill-1.txt" >"$work/one.json" 2>"$work/one.err" || fail "extract: $(cat "$work/one.err")"
expect method template "$(jq -r .meta.method "$work/one.json")"
expect verdict fallback "$(jq -r .meta.verdict "$work/one.json")"
jq -r '.meta.reasons[]' "$work/one.json" >"$work/reasons"
expect_text '^declined: .*cannot help with this document' "$work/reasons"
expect calls "ask:declined" "$(jq -r '.meta.calls[] | .purpose + ":" + .outcome' "$work/one.json")"

configure refusal-hold on_refused=hold
cp "$work/documents/bill-1.txt" "$place/inbox/"
run_in 4
stop_sim

# ---- a repair round that brings nothing: the valid answer before it is kept for a person ----

cp -R "$work/packs" "$work/packs-strict"
echo 'require("small"; "/total"; .total < 100; "the total \(.total|shown) is too large")' \
    >"$work/packs-strict/bill/rules.jq"
start_sim --fault refusal=1 --repairs-only
configure repair-refused
sed -i "s|^packs=.*|packs=$work/packs-strict|" "$place/docket.conf"
extract "$work/documents/bill-1.txt" >"$work/one.json" 2>"$work/one.err" || fail "extract: $(cat "$work/one.err")"
stop_sim
expect method model "$(jq -r .meta.method "$work/one.json")"
expect verdict review "$(jq -r .meta.verdict "$work/one.json")"
expect record "$(head -n 1 "$work/truth.jsonl" | jq -c .record)" "$(jq -c .record "$work/one.json")"
expect calls "ask:ok repair:declined" "$(jq -r '.meta.calls[] | .purpose + ":" + .outcome' "$work/one.json" | xargs)"

# ---- a key that is refused: held, said clearly, and the key is nowhere ----

start_sim --require-key right-key-1234567890
configure key api_key_env=BILL_KEY
cp "$work"/documents/bill-*.txt "$place/inbox/"
BILL_KEY=wrong-key-0987654321 run_in 4
"$docket" show --config "$place/docket.conf" 1 >"$work/shown" 2>&1 || fail "docket show: $(cat "$work/shown")"
expect_text 'key_refused.*API key' "$work/shown"
if grep -rqa 'wrong-key-0987654321' "$place" "$work/out" "$work/err" "$work/shown"; then
    fail "the key was written down"
fi
# With the right one the same documents are finished.
BILL_KEY=right-key-1234567890 run_in 0
expect "records" 3 "$(find "$place/outbox/records/bill" -name 'bill-?.txt.json' -o -name 'bill-?.json' | wc -l)"
stop_sim

# ---- nobody there: held; when the server is back the next run resumes ----

url=http://127.0.0.1:1/v1
configure gone attempts=2
cp "$work"/documents/bill-*.txt "$place/inbox/"
run_in 4
"$docket" show --config "$place/docket.conf" 1 >"$work/shown" 2>&1 || fail "docket show: $(cat "$work/shown")"
expect_text 'no answer from http://127.0.0.1:1/v1' "$work/shown"
start_sim
sed -i "s|^base_url=.*|base_url=$url|" "$place/docket.conf"
run_in 0
stop_sim
expect billed 3 "$(bill billed)"
expect held 0 "$("$docket" stats --config "$place/docket.conf" --json | jq .counts.held)"

configure gone-fallback attempts=1 on_unreachable=fallback
sed -i "s|^base_url=.*|base_url=http://127.0.0.1:1/v1|" "$place/docket.conf"
extract "$work/documents/bill-1.txt" >"$work/one.json" 2>"$work/one.err" || fail "extract: $(cat "$work/one.err")"
expect verdict fallback "$(jq -r .meta.verdict "$work/one.json")"

# ---- interrupted while the model thinks: nothing is lost, and no second run is in its way ----

start_sim --latency 20000
configure interrupted
cp "$work"/documents/bill-*.txt "$place/inbox/"
"$docket" run --config "$place/docket.conf" --no-progress >"$work/out" 2>"$work/err" &
run=$!
started+=("$run")
for _ in $(seq 100); do
    [ "$(bill_now requests)" = 3 ] && break
    sleep 0.1
done
kill -INT "$run"
status=0
wait "$run" || status=$?
expect "exit code after an interruption" 130 "$status"
stop_sim
start_sim
sed -i "s|^base_url=.*|base_url=$url|" "$place/docket.conf"
run_in 0
stop_sim
expect accepted 3 "$("$docket" stats --config "$place/docket.conf" --json | jq .counts.accepted)"

# ---- paid once: the pack changes in what the model does not see, the answers are still there ----

start_sim
configure twice
cp "$work"/documents/bill-*.txt "$place/inbox/"
run_in 0
cp -R "$work/packs" "$work/packs-new"
sed -i 's/^title = .*/title = Bills/' "$work/packs-new/bill/pack.conf"
sed -i "s|^packs=.*|packs=$work/packs-new|" "$place/docket.conf"
cp "$work"/documents/bill-*.txt "$place/inbox/"
run_in 0
stop_sim
expect billed 3 "$(bill billed)"
expect repeated 0 "$(bill repeated)"
find "$place/outbox/records" -name '*.meta.json' -exec jq -c '.calls[] | .cached' {} + | sort | uniq -c | xargs >"$work/cached"
expect "cached calls" "3 false 3 true" "$(cat "$work/cached")"
echo "the model's way: answered, repaired, salvaged, refused, held, resumed, paid once"
