#!/bin/bash
# The same storm with a model: whatever is killed, an answer that was written down is never asked for
# again. The simulator's bill and the ledger's calls must tell the same story.
# Usage: test-bill.sh [--kills N] [--seed N]   (default 10, or $DOCKET_KILLS; seed 1)
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
in_flight=8
export DOCKET_LIGHT=1 # this is about calls, not about OCR

# Usage: start_model   A simulator with a bill of its own; sets bill_pid, bill_file and $settings.
start_model() {
    rm -f "$work/port"
    bill_file=$work/bill-$1.json
    "$DOCKET_BUILD/llm-sim" --port-file "$work/port" --bill "$bill_file" --latency 10-60 \
        >"$work/sim.out" 2>"$work/sim.err" &
    bill_pid=$!
    started+=("$bill_pid")
    for _ in $(seq 100); do
        [ -s "$work/port" ] && break
        sleep 0.1
    done
    [ -s "$work/port" ] || fail "llm-sim does not start: $(cat "$work/sim.err")"
    settings="[model]
base_url=http://127.0.0.1:$(cat "$work/port")/v1
name=sim
max_in_flight=$in_flight"
}

stop_model() {
    kill -TERM "$bill_pid"
    wait "$bill_pid" || fail "llm-sim did not end well: $(cat "$work/sim.err")"
}

bill() {
    jq -r ".$1" "$bill_file"
}

# An undisturbed run pays for each question once, and the ledger says so.
start_model calm
new_place "$work/reference"
begin=$(now_ms)
settle "$work/reference"
length=$(($(now_ms) - begin))
check_end "$work/reference" "$work/reference"
stop_model
calls=$(ask_ledger "$work/reference" "SELECT count(*) FROM calls")
[ "$calls" -gt 0 ] || fail "no call was made"
[ "$(bill billed)" = "$calls" ] || fail "the model billed $(bill billed) calls, the ledger has $calls"
[ "$(bill repeated)" = 0 ] || fail "$(bill repeated) questions were asked twice without any crash"

# The sums of all inboxes of the storm; each has a ledger of its own, the model has one bill.
ok=0
died=0
check_calls() {
    local place=$1
    [ "$(ask_ledger "$place" "SELECT count(*) FROM calls a JOIN calls b ON a.request_sha256 = b.request_sha256
        AND a.id < b.id AND a.answer IS NOT NULL AND a.ended_us <= b.began_us")" = 0 ] ||
        fail "a question was asked again after its answer had been written down"
    ok=$((ok + $(ask_ledger "$place" "SELECT count(*) FROM calls WHERE ended_us IS NOT NULL")))
    died=$((died + $(ask_ledger "$place" "SELECT count(*) FROM calls WHERE ended_us IS NULL")))
}
after_round=check_calls

start_model storm
storm "$work/storm" "$work/reference" "$length" "$kills"
stop_model
billed=$(bill billed)
# Every answer in the ledger was paid; what was paid beyond that died on its way with its run.
[ "$billed" -ge "$ok" ] || fail "the ledger has $ok answers, but the model billed only $billed"
lost=$((billed - ok))
[ "$lost" -le "$died" ] ||
    fail "the model billed $billed calls: $ok are in the ledger, and only $died were cut off by a kill"
# Under way, or come in with the turn of the loop that was not yet committed.
[ "$lost" -le $((kills * in_flight * 2)) ] ||
    fail "$lost answers were lost by $kills kills with at most $in_flight requests under way"
echo "$kills kills, $rounds complete inboxes, seed $seed: $billed calls billed, $ok kept, $lost died under way"
