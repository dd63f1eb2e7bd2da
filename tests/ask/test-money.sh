#!/bin/bash
# Money in whole runs: budgets that hold documents or let templates work, warnings, what an estimate
# says beforehand, answers that are used again, what is kept of calls, and the model's own bill.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command sqlite3
need_command jq

documents=40
price_in=1
price_out=4

mkdir -p "$work/packs/bill/prompts"
cat >"$work/packs/bill/schema.json" <<'END'
{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
 "required": ["number", "total"], "properties": {
  "number": {"title": "Invoice", "description": "Number of the bill.", "type": "string"},
  "total": {"title": "Total", "description": "What to pay.", "type": "number"}}}
END
cat >"$work/packs/bill/pack.conf" <<'END'
[pack]
title = Bill
description = One bill
prompt = v1
[decide]
accept_at = 0.1
END
echo 'You copy values from a bill.' >"$work/packs/bill/prompts/v1.md"
for n in $(seq "$documents"); do
    printf 'Invoice: A-%03d\nTotal: %d.50\n' "$n" "$n" >"$work/bill-$n.txt"
    jq -nc --arg sha "$(sha256sum <"$work/bill-$n.txt" | cut -d' ' -f1)" --arg n "$(printf 'A-%03d' "$n")" \
        --argjson total "$n.5" '{sha256: $sha, record: {number: $n, total: $total}}'
done >"$work/truth.jsonl"

# Usage: new_place NAME   An inbox of bills that differ in their numbers.
new_place() {
    place=$work/$1
    mkdir -p "$place/inbox/bill"
    cp "$work"/bill-*.txt "$place/inbox/bill/"
}

start_model() {
    rm -f "$work/port"
    bill=$work/bill.json
    "$DOCKET_BUILD/llm-sim" --truth "$work/truth.jsonl" --port-file "$work/port" --bill "$bill" --price-in "$price_in" \
        --price-out "$price_out" "$@" >"$work/sim.out" 2>"$work/sim.err" &
    model=$!
    started+=("$model")
    for _ in $(seq 100); do
        [ -s "$work/port" ] && return
        sleep 0.1
    done
    fail "llm-sim does not start: $(cat "$work/sim.err")"
}

stop_model() {
    kill -TERM "$model"
    wait "$model" || fail "llm-sim did not end well: $(cat "$work/sim.err")"
}

# Usage: configure [LINE…]   The settings of $place, with more of them at the end.
configure() {
    cat >"$place/docket.conf" <<END
[run]
settle = 0
originals = keep
[model]
base_url = http://127.0.0.1:$(cat "$work/port")/v1
name = sim
max_in_flight = 4
max_output_tokens = 500
price_in = $price_in
price_out = $price_out
END
    printf '%s\n' "$@" >>"$place/docket.conf"
}

run() {
    local wanted=$1
    shift
    expect_exit "$wanted" "$docket" run --config "$place/docket.conf" --inbox "$place/inbox" \
        --outbox "$place/outbox" --state "$place/state" \
        --packs "$work/packs" "$@"
}

ask_ledger() {
    sqlite3 -readonly "$place/state/ledger.db" "$1"
}

audit() {
    "$docket" audit --outbox "$place/outbox" --state "$place/state" >"$work/audit" ||
        fail "the ledger is not whole: $(cat "$work/audit")"
}

# ---- what an estimate says, and what it comes to ----
new_place plain
start_model
configure
run 0 --estimate --json
jq -e ".documents == $documents and .packs[0].calls == $documents" "$work/out" >/dev/null ||
    fail "an estimate of something else: $(cat "$work/out")"
low=$(jq '.cost[0]' "$work/out")
high=$(jq '.cost[1]' "$work/out")
[ ! -e "$place/state" ] || fail "an estimate left a ledger behind"
run 0
audit
stop_model
cost=$(ask_ledger "SELECT sum(cost) FROM calls")
awk -v low="$low" -v high="$high" -v cost="$cost" 'BEGIN { exit !(low <= cost && cost <= high) }' ||
    fail "estimated $low to $high, it cost $cost"
[ "$(ask_ledger "SELECT sum(reserved) FROM calls")" = 0.0 ] || fail "money is still set aside"
# The model's own bill, to the billionth.
[ "$(jq '.cost * 1e9 | round' "$bill")" = "$(ask_ledger "SELECT sum(spent) FROM spending
    WHERE scope = '' AND length(period) = 7")" ] || fail "the model billed $(jq .cost "$bill"), we count $cost"
[ "$(jq .billed "$bill")" = "$documents" ] || fail "$(jq .billed "$bill") calls for $documents documents"
one=$(awk -v cost="$cost" -v n="$documents" 'BEGIN { printf "%.6f", cost / n }')

# As many others: what was measured makes the interval narrow, what is answered costs nothing.
for n in $(seq "$documents"); do
    printf 'Invoice: B-%03d\nTotal: %d.50\n' "$n" "$n" >"$place/inbox/bill/other-$n.txt"
done
run 0 --estimate --json
jq -e --argjson cost "$cost" --argjson n "$documents" '.packs[0] | .calls == $n and .answered_already == $n and
    .measured_calls == $n and .cost[0] <= $cost * 1.01 and .cost[1] >= $cost and .cost[1] <= $cost * 1.3' \
    "$work/out" >/dev/null || fail "it cost $cost the first time, and now: $(cat "$work/out")"

# ---- a budget that is too small: held, exit 5, no more than the limit; raised: the rest ----
new_place held
start_model --latency 20
# Half of what it would cost, and the most that one call can cost (its bytes, 500 tokens).
limit=$(awk -v one="$one" -v n="$documents" 'BEGIN { printf "%.6f", one * n / 2 + 0.0035 }')
configure "[budget]" "day = $limit"
run 5
expect_text 'held: no_budget: the budget of .* a day leaves no room' "$work/err"
held=$(ask_ledger "SELECT count(*) FROM documents WHERE error = 'no_budget'")
[ "$held" -gt 0 ] && [ "$held" -lt "$documents" ] || fail "$held of $documents are held"
ask_ledger "SELECT spent / 1e9 FROM spending WHERE scope = '' AND length(period) = 10" >"$work/spent"
awk -v limit="$limit" '{ exit !($1 <= limit) }' "$work/spent" || fail "$(cat "$work/spent") of $limit are spent"
audit
# Nothing has changed: nothing more is spent.
run 5
[ "$(ask_ledger "SELECT count(*) FROM documents WHERE error = 'no_budget'")" = "$held" ] ||
    fail "another run found money"
configure "[budget]" "day = 1"
run 0
audit
stop_model
[ "$(jq .billed "$bill")" = "$documents" ] || fail "$(jq .billed "$bill") calls for $documents documents"
[ "$(jq .repeated "$bill")" = 0 ] || fail "something was paid twice"

# ---- said once that it is nearly spent ----
new_place warned
start_model
configure "[budget]" "month = $(awk -v cost="$cost" 'BEGIN { printf "%.6f", cost * 1.1 + 0.01 }')"
run 0
stop_model
spent=$(ask_ledger "SELECT count(*) FROM spending WHERE warned_us IS NOT NULL")
[ "$(grep -c '80 % of the budget' "$work/err")" = "$spent" ] || fail "not said: $(cat "$work/err")"

# ---- the template instead, as the configuration or the tenant's limits say ----
new_place template
start_model
configure "[budget]" "at_limit = template" "[tenant acme]" "day = 0.000001"
DOCKET_RUN_TENANT=acme run 0
stop_model
[ "$(jq .billed "$bill")" = 0 ] || fail "the model was asked without money"
[ "$(ask_ledger "SELECT count(*) FROM documents WHERE method = 'template'")" = "$documents" ] ||
    fail "not all records are the template's"
grep -q 'tenant acme' <<<"$(ask_ledger "SELECT reasons FROM documents WHERE id = 1")" ||
    fail "the reason is not given"

# ---- who asks is told as a hash, what is sent and answered is kept, until it is not ----
new_place kept
start_model
configure "[log]" "payloads = full"
DOCKET_RUN_TENANT=acme run 0
[ "$(ask_ledger "SELECT count(*) FROM calls WHERE json_extract(CAST(payload AS TEXT), '$.user') IS NOT NULL
    AND instr(CAST(payload AS TEXT), 'acme') = 0 AND tenant = 'acme'")" = "$documents" ] ||
    fail "requests are not kept, or tell who asks"
# They come again, as new as the pack: records made by an older version of it are none of this one,
# but the questions are the same.
touch -d '2026-01-01' "$place"/inbox/bill/*
sqlite3 "$place/state/ledger.db" "UPDATE documents SET pack_version = 'older'"
DOCKET_RUN_TENANT=acme run 0
stop_model
[ "$(jq .billed "$bill")" = "$documents" ] || fail "answers were not used again"
ask_ledger "SELECT meta FROM documents ORDER BY id DESC LIMIT 1" >"$work/meta.json"
jq -e '.calls[0].cached and .calls[0].cost == 0 and .calls[0].id > 0' "$work/meta.json" >/dev/null ||
    fail "a hit is not marked: $(jq -c .calls "$work/meta.json")"
start_model
configure "[log]" "payloads = off"
run 0
stop_model
[ "$(ask_ledger "SELECT count(*) FROM calls WHERE payload IS NOT NULL OR answer IS NOT NULL")" = 0 ] ||
    fail "texts of calls are still there"
audit
echo "$documents documents: estimated $low to $high, cost $cost; $held held by half of that"
