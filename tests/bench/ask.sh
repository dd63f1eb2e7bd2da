#!/bin/bash
# What asking costs docket itself, against llm-sim at a fixed latency: how well the slots are used,
# processor time of the main process and memory for each call, and how long an answer takes from its
# arrival to the durable verdict. Prints a table.
# Usage: ask.sh [--calls N] [--latency MS] [--slots N]…   default: 20000 calls, 500 ms, 256 and 1000
# The wall time of `utilisation` is worth something only on a machine that does nothing else.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command sqlite3
need_command jq
need_command python3

calls=20000
latency=500
all_slots=()
while [ $# -gt 0 ]; do
    case $1 in
    --calls) calls=$2 ;;
    --latency) latency=$2 ;;
    --slots) all_slots+=("$2") ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
[ ${#all_slots[@]} -gt 0 ] || all_slots=(256 1000)
ninja -C "$DOCKET_BUILD" docket docket-reader llm-sim cpu-share >/dev/null

mkdir -p "$work/packs/item/prompts" "$work/inbox/item"
cat >"$work/packs/item/schema.json" <<'END'
{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
 "required": ["title", "price", "currency"], "properties": {
  "title": {"title": "Title", "description": "What is offered.", "type": "string"},
  "price": {"title": "Price", "description": "What it costs.", "type": "number"},
  "currency": {"title": "Currency", "description": "Of the price.", "enum": ["EUR", "USD"]}}}
END
printf '[pack]\ntitle = Item\nprompt = v1\n[decide]\naccept_at = 0\n' >"$work/packs/item/pack.conf"
echo 'You copy what an offer says.' >"$work/packs/item/prompts/v1.md"
# The model knows each row by the hash of its JSON.
python3 - "$calls" "$work/inbox/item/offers.jsonl" "$work/truth.jsonl" <<'END'
import hashlib, sys
with open(sys.argv[2], "w") as rows, open(sys.argv[3], "w") as truth:
    for n in range(int(sys.argv[1])):
        row = '{"title":"Offer %d, in good order","price":%d.5,"currency":"EUR"}' % (n, n)
        rows.write(row + "\n")
        truth.write('{"sha256":"%s","record":%s}\n' % (hashlib.sha256(row.encode()).hexdigest(), row))
END

start_model() {
    rm -f "$work/port"
    "$DOCKET_BUILD/llm-sim" --truth "$work/truth.jsonl" --unknown error --port-file "$work/port" --bill "$work/bill" --latency "$latency" \
        >"$work/sim.out" 2>"$work/sim.err" &
    model=$!
    started+=("$model")
    for _ in $(seq 100); do
        [ -s "$work/port" ] && return
        sleep 0.1
    done
    fail "llm-sim does not start: $(cat "$work/sim.err")"
}

# Usage: configure SLOTS
configure() {
    cat >"$work/docket.conf" <<END
[paths]
inbox = $work/inbox
outbox = $work/outbox
state = $work/state-$1
packs = $work/packs
[run]
settle = 0
originals = keep
[model]
base_url = http://127.0.0.1:$(cat "$work/port")/v1
name = sim
max_in_flight = $1
END
}

# Usage: percentile SHARE < one number a line
percentile() {
    sort -n | awk -v share="$1" '{ all[NR] = $1 } END { print all[int((NR - 1) * share) + 1] }'
}

high_water() { # of the process that cpu-share runs, in MB
    awk '/^VmHWM:/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status" 2>/dev/null || true
}

# Usage: measure SLOTS   One line of the table.
measure() {
    local slots=$1 pid child peak=0 mb cpu ledger=$work/state-$1/ledger.db
    start_model
    configure "$slots"
    "$DOCKET_BUILD/cpu-share" "$docket" run -q --no-progress --config "$work/docket.conf" 2>"$work/err" &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
        mb=$(high_water "${child%% *}")
        [ "${mb:-0}" -le "$peak" ] || peak=$mb
        sleep 0.2
    done
    wait "$pid" || fail "docket run ended with $?: $(tail -n 5 "$work/err")"
    kill -TERM "$model"
    wait "$model" || fail "llm-sim did not end well: $(cat "$work/sim.err")"
    [ "$(jq .billed "$work/bill")" = "$calls" ] || fail "$(jq .billed "$work/bill") calls instead of $calls"
    cpu=$(sed -nE 's/^supervisor ([0-9.]+) s.*/\1/p' "$work/err")
    # From the first sending to the last answer; then, answer by answer, until the verdict was entered.
    seconds=$(sqlite3 -readonly "$ledger" "SELECT (max(ended_us) - min(began_us)) / 1e6 FROM calls")
    sqlite3 -readonly "$ledger" "SELECT (d.decided_us - c.ended_us) / 1000.0 FROM calls c
        JOIN documents d ON d.id = c.document" >"$work/overheads"
    awk -v slots="$slots" -v n="$calls" -v ms="$latency" -v s="$seconds" -v cpu="$cpu" -v mb="$peak" \
        -v p50="$(percentile 0.5 <"$work/overheads")" -v p99="$(percentile 0.99 <"$work/overheads")" 'BEGIN {
        ideal = slots / (ms / 1000)
        printf "| %d | %d | %.0f | %.3f | %.2f | %d | %.1f | %.1f |\n", slots, n, n / s, n / s / ideal,
            1000 * cpu / n, mb, p50, p99 }'
}

echo "| slots | calls | calls/s | utilisation | CPU ms a call | peak MB | to verdict, p50 ms | p99 ms |"
echo "|---:|---:|---:|---:|---:|---:|---:|---:|"
for slots in "${all_slots[@]}"; do
    rm -rf "$work/state-$slots" "$work/outbox"
    measure "$slots"
done
