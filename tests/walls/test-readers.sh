#!/bin/bash
# Readers that lie, hang, die, breed and try to get out: each document that meets one fails with the right reason,
# its neighbours are read, the run goes on, and no process stays. The misdeeds are bad-reader.c's,
# which stands where docket looks for docket-reader: beside itself.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
need_command pgrep

# mode, and the reason that the ledger shall have: alternatives with |
expected="
honest                  read
leave                   reader_signal
crash                   reader_signal
hang                    reader_timeout
spin                    reader_timeout
breed                   reader_timeout
run-out-of-memory       reader_memory
burn                    reader_cpu
be-killed               reader_signal
escape-by-exec          reader_escape
escape-by-fork          reader_escape
escape-by-network       reader_escape
escape-by-tracing       reader_escape
escape-by-writing       reader_escape
read-elsewhere          encrypted
close-and-stay          reader_lied|reader_signal|reader_timeout
giant-frame             reader_lied
empty-frame             reader_lied|reader_signal
noise-frame             reader_lied
be-cold                 reader_lied
give-orders             reader_lied
ready-again             reader_lied
other-task              reader_lied
twice                   read|reader_lied
flood                   reader_timeout|reader_lied
send-pipe               reader_lied
send-two-pipes          reader_lied
send-unsealed           reader_lied
send-enormous           reader_lied
send-noise-body         reader_lied
send-empty-body         reader_lied
lie-about-text          reader_lied
lie-about-ranges        reader_lied
lie-about-rectangles    reader_lied
lie-about-page          reader_lied
lie-about-confidence    reader_lied
lie-about-kinds         reader_lied
lie-in-latin1           reader_lied
fail-honestly           damaged
fail-with-unknown-code  damaged|reader_lied|internal
fail-as-supervisor      damaged|reader_lied|internal
fail-with-escapes       damaged
"

child=child-$$
mkdir -p "$work/bin" "$work/inbox/invoice"
cp "$DOCKET_BUILD/docket" "$work/bin/docket"
cp "$DOCKET_BUILD/bad-reader" "$work/bin/docket-reader"
while read -r mode _; do
    [ -n "$mode" ] || continue
    printf 'mode=%s child=%s\nINVOICE No. 4711\nDate: 2026-03-01\nTotal: EUR 12.50\n' "$mode" "$child" \
        >"$work/inbox/invoice/$mode.txt"
done <<<"$expected"
# Between and behind them, documents that are read as ever.
for n in 1 2 3; do
    printf 'INVOICE No. %s\nDate: 2026-03-01\nTotal: EUR 12.50\n' "$n" >"$work/inbox/invoice/good-$n.txt"
    expected+="good-$n read"$'\n'
done
cat >"$work/docket.conf" <<END
[paths]
inbox=$work/inbox
outbox=$work/outbox
state=$work/state
packs=$DOCKET_SOURCE/schemas
[run]
settle=0
[readers]
count=2
deadline=2
sandbox=best-effort
END

expect_exit 3 "$work/bin/docket" run --config "$work/docket.conf" --no-progress
expect_exit 0 "$work/bin/docket" audit --config "$work/docket.conf"
# No terminal escape reaches a person.
"$work/bin/docket" show --config "$work/docket.conf" fail-with-escapes.txt >"$work/shown"
if LC_ALL=C grep -q $'\033' "$work/shown" "$work/err" "$work/outbox/failed/"*.reason.json; then
    fail "a reader's message brings escape sequences to the terminal"
fi

wrong=0
bad=
while read -r mode reasons; do
    [ -n "$mode" ] || continue
    "$work/bin/docket" show --config "$work/docket.conf" --json "$mode.txt" >"$work/shown.json" 2>"$work/err" ||
        fail "docket show does not know $mode.txt: $(cat "$work/err")"
    verdict=$(jq -r '.document.verdict' "$work/shown.json")
    words=$(jq -r '.document.reasons[] | split(":")[0]' "$work/shown.json" | tr '\n' ' ')
    case $verdict in
    failed) grep -Eqw -- "$reasons" <<<"$words" || wrong=1 ;;
    accepted | fallback | review) case "|$reasons|" in *"|read|"*) ;; *) wrong=1 ;; esac ;;
    *) wrong=1 ;;
    esac
    if [ "$wrong" = 1 ]; then
        wrong=0
        bad+="mode $mode: verdict $verdict, reasons $words; expected $reasons"$'\n'
    fi
done <<<"$expected"

[ -z "$bad" ] || fail "$bad"

# The children of a reader fall with its group.
sleep 0.3
left=$(pgrep -x "$child" || true)
if [ -n "$left" ]; then
    # shellcheck disable=SC2206  # a list of numbers
    started+=($left)
    fail "a reader's child outlives its reader: $left"
fi
echo "$(grep -c . <<<"$expected") documents, each with its reason"
