#!/bin/bash
# Hostile documents and mutated copies of documents against the shipped readers: the supervisor lives,
# each document has a verdict within its deadline, each failure a reason of the ledger's, no reader grows
# beyond its limit, and none runs into the walls of its jail. DOCKET_MUTANTS says how many copies (60; in the long form
# 2,000), DOCKET_SEED which.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_corpus pdf-hostile
need_corpus office-misc
need_command jq
need_command pgrep
need_command sqlite3

mutants=${DOCKET_MUTANTS:-60}
seed=${DOCKET_SEED:-4}
[ -z "${DOCKET_LIGHT:-}" ] || mutants=$((mutants / 4))
memory=768
deadline=60 # seconds of readers for one document
inbox=$work/inbox/invoice
mkdir -p "$inbox"
find "$DOCKET_CORPUS/pdf-hostile" "$DOCKET_CORPUS/office-misc" -type f ! -name '*.md' ! -name '*.jsonl' -size -2M |
    sort >"$work/list"
mapfile -t files <"$work/list"
"$DOCKET_BUILD/mutate" "$seed" "$mutants" "$inbox" "${files[@]}"
# In the long form the originals, too.
if [ "$mutants" -ge 1000 ]; then
    for ((i = 0; i < ${#files[@]}; i++)); do
        cp "${files[i]}" "$inbox/original-$i-$(basename "${files[i]}")"
    done
fi
printf '[paths]\ninbox=%s\noutbox=%s\nstate=%s\npacks=%s\n[run]\nsettle=0\n[readers]\ncount=2\ndeadline=20\ndocument_deadline=%s\nmemory=%s\nocr=never\n' \
    "$work/inbox" "$work/outbox" "$work/state" "$DOCKET_SOURCE/schemas" "$deadline" "$memory" >"$work/docket.conf"
documents=$(find "$inbox" -type f | wc -l)

"$docket" run -q --config "$work/docket.conf" --json >"$work/out" 2>"$work/err" &
supervisor=$!
started+=("$supervisor")
peak=0
while kill -0 "$supervisor" 2>/dev/null; do
    for reader in $(pgrep -P "$supervisor" || true); do
        kb=$(awk '/^VmHWM:/ { print $2 }' "/proc/$reader/status" 2>/dev/null || true)
        [ "${kb:-0}" -le "$peak" ] || peak=$kb
    done
    sleep 0.2
done
status=0
wait "$supervisor" || status=$?
case $status in
0 | 3) ;;
*) fail "docket run ended with $status: $(tail -n 5 "$work/err")" ;;
esac
[ "$peak" -gt 0 ] || fail "no reader was seen"
[ "$DOCKET_BUILD" != "${DOCKET_BUILD%asan}" ] || [ "$peak" -le $((memory << 10)) ] ||
    fail "a reader had $peak kB, its limit is $memory MB"
expect_exit 0 "$docket" audit --config "$work/docket.conf"
[ -z "$(find "$inbox" -type f)" ] || fail "documents are left without a verdict"

# From the first page to the end, waiting for a reader that is busy with another document included.
slowest=$(sqlite3 "$work/state/ledger.db" 'SELECT max(ended_us - began_us) / 1000000 FROM attempts')
[ "$slowest" -le $((2 * deadline)) ] || fail "a document was read for $slowest s, its deadline is $deadline s"

known='empty|too_large|unsupported|encrypted|damaged|reader_signal|reader_timeout|reader_memory|reader_cpu|reader_lied|json|no_pack'
find "$work/outbox/failed" -name '*.reason.json' 2>/dev/null | sort >"$work/failures"
: >"$work/reasons"
while IFS= read -r line; do
    jq -r --arg known "^($known)\$" '[.. | strings | split(":")[0] | select(test($known))][0] // "unknown"' \
        "$line" | tee "$work/reason" >>"$work/reasons"
    [ "$(cat "$work/reason")" != unknown ] || fail "no known reason in $(cat "$line")"
done <"$work/failures"
echo "$documents documents, largest reader $((peak >> 10)) MB, slowest $slowest s, $(wc -l <"$work/failures") failed:" \
    "$(sort "$work/reasons" | uniq -c | awk '{ printf "%s %s  ", $2, $1 }')"
