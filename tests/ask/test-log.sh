#!/bin/bash
# docket log: calls as they were made, found by what they were; what one was asked; the same asked again,
# on the books and without becoming anybody's record. Two prompt versions share the documents.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
[ -x "$DOCKET_BUILD/llm-sim" ] || skip "no llm-sim"
export no_proxy='*' XDG_CONFIG_HOME=$work/xdg
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset "${!DOCKET_@}" 2>/dev/null || true
docket=${docket:?}
cd "$work"
out=$work/out

build=$(dirname "$docket")
"$docket" pack new packs/letter 2>/dev/null >/dev/null
sed -i 's/^prompt = v1$/prompt = v1:50 v2:50/; s/^accept_at.*/accept_at = 0.1/' packs/letter/pack.conf
printf 'You turn a letter into a record, carefully.\n' >packs/letter/prompts/v2.md
mkdir inbox
: >truth.jsonl
for n in $(seq 12); do
    printf 'Our reference: AB-%d\nDate: 3 March 2026\nAmount due: %d.50\n\nYours sincerely\n' "$n" "$n" >"inbox/l$n.txt"
    touch -d '1 hour ago' "inbox/l$n.txt"
    printf '{"name": "l%d.txt", "record": {"reference": "AB-%d", "date": "2026-03-03", "amount_due": %d.5}}\n' "$n" "$n" "$n" >>truth.jsonl
done
"$build/llm-sim" --truth truth.jsonl --port 0 --port-file port --latency 1 >sim.out 2>sim.err &
started+=("$!")
for _ in $(seq 200); do
    [ -s port ] && break
    sleep 0.05
done
[ -s port ] || fail "llm-sim does not start: $(cat sim.err)"
printf '[paths]\npacks = packs\nstate = state\n[model]\nbase_url = http://127.0.0.1:%s/v1\nname = sim-small\nprice_in = 2\nprice_out = 8\n[log]\npayloads = full\n' \
    "$(cat port)" >docket.conf
chmod 600 docket.conf
"$docket" run -q

expect_exit 0 "$docket" log --json
[ "$(wc -l <"$out")" = 12 ] || fail "not every call is listed"
cp "$out" all

# Each figure can be told apart by version, and meta and ledger name the same one, by its hash.
for version in v1 v2; do
    expect_exit 0 "$docket" log --prompt $version --json
    n=$(wc -l <"$out")
    { [ "$n" -gt 0 ] && [ "$n" -lt 12 ]; } || fail "$version got $n of 12 documents"
    [ "$(jq -r .prompt "$out" | sort -u)" = $version ] || fail "--prompt $version lists others"
    hash=$("$docket" prompt show letter $version | sha256sum | cut -d' ' -f1)
    [ "$(jq -r .prompt_sha256 "$out" | sort -u)" = "$hash" ] || fail "$version is not named by the hash of what it tells"
    name=$(jq -r .name "$out" | head -n 1)
    meta=outbox/records/letter/$name.meta.json
    [ "$(jq -r '.prompt.version + .prompt.sha256' "$meta")" = "$version$hash" ] || fail "$meta names another prompt"
    [ "$(jq '.prompt.shown.characters_left_out' "$meta")" = 0 ] || fail "$meta does not say what was shown"
done

expect_exit 0 "$docket" log l3.txt
[ "$(wc -l <"$out")" = 1 ] || fail "a document's calls are not its own"
expect_text ' ask +default/sim-small v[12]  in [0-9]+ .* ok  l3.txt \(document [0-9]+\)$' "$out"
expect_exit 0 "$docket" log --last 5 --json
[ "$(jq .id "$out" | tr '\n' ' ')" = "$(jq .id all | tail -n 5 | tr '\n' ' ')" ] || fail "--last 5 is not the latest five"
expect_exit 0 "$docket" log --since 1h --pack letter --model sim-small --endpoint default --purpose ask --outcome ok --json
[ "$(wc -l <"$out")" = 12 ] || fail "filters that fit all do not list all"
for filter in '--since 2100-01-01' '--pack other' '--model other' '--endpoint other' '--purpose repair' '--outcome refused' '--tenant nobody'; do
    # shellcheck disable=SC2086  # two words
    expect_exit 0 "$docket" log $filter
    [ ! -s "$out" ] || fail "$filter lists calls"
done

# What was sent is what docket prompt shows.
id=$(jq -r 'select(.name == "l3.txt").id' all)
expect_exit 0 "$docket" log --payload "$id" --json
jq -r .request "$out" | jq -r '.messages[].content' >sent
jq -r .answer "$out" | jq -e '.reference == "AB-3"' >/dev/null || fail "not the answer to l3.txt"
archived=$(find outbox/archive -name l3.txt)
"$docket" prompt show letter --document "$archived" --json | jq -r '.messages[].text' >shown
cmp sent shown || fail "docket prompt shows something else than what was sent"

# Asked again: one more call on the books, marked, and nobody's answer.
expect_exit 0 "$docket" log --replay "$id"
expect_text 'the same answer as the first time' "$out"
expect_exit 0 "$docket" log --purpose replay --json
[ "$(jq -r '.name + .outcome' "$out")" = l3.txtok ] || fail "the replay is not on the books"
jq -e '.cost > 0' "$out" >/dev/null || fail "a replay that costs nothing"
[ "$(jq -r .request_sha256 "$out")" != "$(jq -r 'select(.name == "l3.txt").request_sha256' all)" ] ||
    fail "a later document would get the replay's answer"
expect_exit 0 "$docket" log --json
[ "$(wc -l <"$out")" = 13 ] || fail "a replay is not one call"
printf '[budget]\nday = 0.000001\n' >>docket.conf
expect_exit 5 "$docket" log --replay "$id"
expect_exit 0 "$docket" log --json
[ "$(wc -l <"$out")" = 13 ] || fail "without money it was sent"
sed -i '/^\[budget\]$/,$d' docket.conf

# Followed: what is there, then what comes.
"$docket" log --follow --last 2 --json >followed 2>/dev/null &
follower=$!
started+=("$follower")
for _ in $(seq 100); do
    [ "$(wc -l <followed)" -ge 2 ] && break
    sleep 0.1
done
"$docket" log --replay "$id" >/dev/null
for _ in $(seq 100); do
    [ "$(wc -l <followed)" -ge 3 ] && break
    sleep 0.1
done
kill "$follower"
[ "$(jq -r .purpose followed | tail -n 1)" = replay ] || fail "a new call was not followed"
[ "$(jq .id followed | sort | uniq -d)" = "" ] || fail "a call was told twice"

expect_exit 2 "$docket" log --payload 999
expect_exit 2 "$docket" log --since yesterday
expect_exit 2 "$docket" log --payload 1 --replay 1
expect_exit 2 "$docket" log one two
expect_exit 2 "$docket" log nothing.txt
