#!/bin/bash
# A document that a person corrected becomes an example for one like it, behind the prefix, when the pack
# asks for that, and not before.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
[ -x "$DOCKET_BUILD/llm-sim" ] || skip "no llm-sim"
export no_proxy='*' XDG_CONFIG_HOME=$work/xdg
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
docket=${docket:?}
build=$DOCKET_BUILD
unset "${!DOCKET_@}" 2>/dev/null || true
cd "$work"

"$docket" pack new packs/letter 2>/dev/null >/dev/null
# Nothing is good enough: a person looks at every one.
sed -i 's/^accept_at.*/accept_at = 1/' packs/letter/pack.conf
printf '[examples]\nretrieve = 2\n' >>packs/letter/pack.conf
: >truth.jsonl
"$build/llm-sim" --truth truth.jsonl --port 0 --port-file port --latency 1 >sim.out 2>sim.err &
started+=("$!")
for _ in $(seq 200); do
    [ -s port ] && break
    sleep 0.05
done
[ -s port ] || fail "llm-sim does not start: $(cat sim.err)"
printf '[paths]\npacks = packs\nstate = state\n[model]\nbase_url = http://127.0.0.1:%s/v1\nname = sim-small\n[log]\npayloads = full\n' \
    "$(cat port)" >docket.conf
chmod 600 docket.conf

# Usage: letter NAME REFERENCE WORDS   A letter in the inbox, read in a run of its own.
letter() {
    mkdir -p inbox
    printf 'Our reference: %s\nDate: 3 March 2026\nAmount due: 7.50\n\nDear Sir, %s\n' "$2" "$3" >"inbox/$1.txt"
    touch -d '1 hour ago' "inbox/$1.txt"
    "$docket" run -q || true
}

# Usage: sent NAME   What the model was told about a document, behind the prefix.
sent() {
    local id
    id=$("$docket" log "$1.txt" --json | jq -r 'select(.purpose == "ask").id' | tail -n 1)
    "$docket" log --payload "$id" --json | jq -r .request >"$work/request"
    jq -r '.messages[0].content' "$work/request" >"$work/prefix.$1"
    jq -r '.messages[1].content' "$work/request"
}

letter one AB-1 'the oak table was late and the chair was broken.'
letter two AB-2 'here is the paper and the ink that you wanted.'
sent one >first
expect_text '^File name: "one.txt"$' first
[ "$(head -n 1 first)" = 'File name: "one.txt"' ] || fail "an example before there is any"
expect_exit 0 "$docket" review correct one.txt --set /reference=AB-1-corrected --set /date=2026-03-03
expect_exit 0 "$docket" review reject two.txt

letter three AB-3 'the oak table came, the oak chair did not.'
sent three >third
[ "$(head -n 1 third)" = 'Document of similar example 1:' ] || fail "no example where there is one"
expect_text 'the oak table was late' third
expect_text '"AB-1-corrected"' third
[ "$(grep -c '^=== BEGIN DOCUMENT' third)" = 2 ] || fail "a rejected document is an example"
cmp -s prefix.one prefix.three || fail "examples changed the prefix"
meta=$("$docket" show three.txt --json)
[ "$(jq '.document.meta.prompt.shown.examples | length' <<<"$meta")" = 1 ] || fail "the meta file does not name the example"

# The same letter again is not its own example; and a pack that asks for none gets none.
sed -i 's/^retrieve = .*/retrieve = 0/' packs/letter/pack.conf
letter four AB-4 'the oak table again.'
[ "$(sent four | head -n 1)" = 'File name: "four.txt"' ] || fail "examples although none are wanted"
sed -i 's/^retrieve = .*/retrieve = 6/' packs/letter/pack.conf
expect_exit 2 "$docket" pack check letter
expect_exit 0 "$docket" audit
