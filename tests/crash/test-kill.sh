#!/bin/bash
# kill -9 at random moments of a run over all samples, again and again, then: every document once, no
# record twice, nothing half-written, no process left behind, and the same outbox as an undisturbed
# run. Usage: test-kill.sh [--kills N] [--seed N]   (default 10, or $DOCKET_KILLS; seed 1)
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/crash/storm.sh
. "$(dirname "$0")/storm.sh"
need_command sqlite3
need_command jq
need_command pgrep

kills=${DOCKET_KILLS:-10}
seed=1
while [ $# -gt 0 ]; do
    case $1 in
    --kills) kills=$2 ;;
    --seed) seed=$2 ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
RANDOM=$seed

new_place "$work/reference"
begin=$(now_ms)
settle "$work/reference"
length=$(($(now_ms) - begin))
check_end "$work/reference" "$work/reference"
storm "$work/storm" "$work/reference" "$length" "$kills"
echo "$kills kills in runs of $length ms, $rounds complete inboxes, seed $seed: all books in order"
