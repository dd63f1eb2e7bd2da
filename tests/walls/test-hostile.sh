#!/bin/bash
# The hostile samples against the shipped readers, with the limits as they come and with tight ones:
# each ends with a verdict and a reason that docket knows, the good document among them is read, no
# reader grows beyond its limit, the run goes on, and nothing of a document reaches the terminal raw.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq

reasons='empty|too_large|unsupported|encrypted|damaged|special_file|reader_signal|reader_timeout|reader_memory|reader_cpu|reader_lied|no_pack|json'

# Usage: try NAME [setting…]   One run over hostile/ and one good document.
try() {
    local place=$work/$1 status=0 line
    shift
    mkdir -p "$place"
    copy_samples "$place/inbox" hostile
    mkdir -p "$place/inbox/invoice"
    printf 'INVOICE\nInvoice No. 4711\nDate: 2026-03-01\nTotal: EUR 12.50\n' >"$place/inbox/invoice/good.txt"
    {
        printf '[paths]\ninbox=%s\noutbox=%s\nstate=%s\n[run]\nsettle=0\n[readers]\ncount=2\n' \
            "$place/inbox" "$place/outbox" "$place/state"
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$place/docket.conf"
    "$docket" run --config "$place/docket.conf" --no-progress >"$place/out" 2>"$place/err" || status=$?
    [ "$status" = 3 ] || {
        cat "$place/err" >&2
        fail "docket run over the hostile samples ended with $status, not 3"
    }
    expect_exit 0 "$docket" audit --config "$place/docket.conf"
    # What a person sees holds no escape sequence and no other control character.
    if LC_ALL=C grep -q $'[\001-\010\013-\037\177]' "$place/err"; then
        fail "control characters reach the terminal"
    fi
    # The good one was read: it waits for a person at worst.
    "$docket" show --config "$place/docket.conf" --json good.txt >"$place/good.json"
    case $(jq -r .document.verdict "$place/good.json") in
    accepted | fallback | review) ;;
    *) fail "the good document among the hostile ones was not read: $(cat "$place/good.json")" ;;
    esac
    # Whatever failed says why, by a word of the ledger.
    find "$place/outbox/failed" -name '*.reason.json' | sort >"$place/failures"
    [ -s "$place/failures" ] || fail "no hostile sample failed: the samples prove nothing"
    while IFS= read -r line; do
        jq -e --arg known "^($reasons)\$" '[.. | strings | split(":")[0] | select(test($known))] | length > 0' \
            "$line" >/dev/null || fail "no known reason in $line: $(cat "$line")"
    done <"$place/failures"
    echo "$(basename "$place"): $(wc -l <"$place/failures") failed, $(grep -c . "$place/err" || true) lines said"
}

try usual
try tight "deadline=5" "memory=256"
