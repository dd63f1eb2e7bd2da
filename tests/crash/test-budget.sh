#!/bin/bash
# Four processes spend from one budget on one ledger, and are killed at any moment: what they really
# paid never exceeds the limit, and the ledger never counts less than that.
# Usage: test-budget.sh [--kills N] [--documents N] [--seed N]
#   default: 12 kills (or $DOCKET_KILLS), 1000 documents, seed 1. The long form: --kills 400
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command sqlite3

kills=${DOCKET_KILLS:-12}
documents=1000
seed=1
limit=1.00 # a hundred calls at their dearest
while [ $# -gt 0 ]; do
    case $1 in
    --kills) kills=$2 ;;
    --documents) documents=$2 ;;
    --seed) seed=$2 ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
RANDOM=$seed
state=$work/state
mkdir "$work/sources"
(cd "$work/sources" && seq 0 $((documents - 1)) | xargs touch)

# A ledger is made by a run.
new_ledger() {
    rm -rf "$state" "$work/bill"
    mkdir -p "$work/inbox" "$state"
    touch "$work/bill"
    "$docket" run -q --inbox "$work/inbox" --outbox "$work/outbox" --state "$state" 2>"$work/err" ||
        fail "no ledger: $(cat "$work/err")"
}

ask_ledger() {
    sqlite3 -readonly -cmd '.timeout 30000' "$state/ledger.db" "$1"
}

bill() {
    awk '{ sum += $2 } END { printf "%.0f", sum * 1e9 }' "$work/bill"
}

limit_nano=$(awk -v limit="$limit" 'BEGIN { printf "%.0f", limit * 1e9 }')

# The provider's bill first: what is paid between the two questions the ledger knows already.
check() {
    local billed counted
    billed=$(bill)
    counted=$(ask_ledger "SELECT coalesce(max(spent), 0) FROM spending WHERE scope = ''")
    [ "$billed" -le "$limit_nano" ] || fail "$billed billionths were paid of $limit_nano"
    [ "$counted" -le "$limit_nano" ] || fail "the ledger counts $counted billionths of $limit_nano"
    [ "$billed" -le "$counted" ] || fail "$billed billionths were paid, the ledger counts $counted"
}

spenders=()
start_one() {
    "$DOCKET_BUILD/budget-storm" "$state" "$work/bill" "$work/sources" "$documents" "$limit" "$1" 2>>"$work/err" &
    spenders[$1]=$!
    started+=("$!")
}

# Usage: rest NUMBER   Waits for one to end by itself: the budget is spent, or its work is done.
rest() {
    local status=0
    wait "${spenders[$1]}" || status=$?
    case $status in
    0 | 5) ;;
    *) fail "a spender ended with $status: $(cat "$work/err")" ;;
    esac
}

done_kills=0
rounds=0
while [ "$done_kills" -lt "$kills" ]; do
    new_ledger
    rounds=$((rounds + 1))
    for number in 0 1 2 3; do
        start_one "$number"
    done
    # Some kills in each round, at any moment of its short life.
    for _ in 1 2 3 4 5 6 7 8; do
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        number=$((RANDOM % 4))
        if kill -9 "${spenders[$number]}" 2>/dev/null; then
            done_kills=$((done_kills + 1))
            wait "${spenders[$number]}" 2>/dev/null || true
            start_one "$number"
        fi
        check
    done
    for number in 0 1 2 3; do
        rest "$number"
    done
    check
    open=$(ask_ledger "SELECT count(*) FROM calls WHERE ended_us IS NULL")
    "$docket" audit --state "$state" --outbox "$work/outbox" >"$work/audit" 2>&1 ||
        fail "the ledger is not whole: $(cat "$work/audit")"
    # Without room for one more call at its dearest, and with no more left over than that.
    left=$((limit_nano - $(ask_ledger "SELECT max(spent) FROM spending WHERE scope = ''")))
    [ "$left" -ge 0 ] && [ "$left" -lt 10000000 ] || fail "$left billionths were left over"
    echo "round $rounds: $(wc -l <"$work/bill") calls paid, $open died, $left billionths left of $limit_nano"
done
echo "$done_kills kills, seed $seed: never more than the limit was paid"
