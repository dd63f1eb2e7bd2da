#!/bin/bash
# Which model is asked: the cheap one first, the strong one where its record does not do, another one
# while one is down, shares of documents; and what is paid when it is killed.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/sim.sh"
need_command sqlite3
need_command jq

# Usage: models CHEAP-FAULTS STRONG-FAULTS
models() {
    {
        printf '[cheap]\nprice_in=0.25\nprice_out=2\n'
        [ -z "$1" ] || printf 'fault=%s\n' "$1"
        printf '[strong]\nprice_in=2.5\nprice_out=10\n'
        [ -z "$2" ] || printf 'fault=%s\n' "$2"
    } >"$work/models"
}

# Usage: endpoint GROUP ADDRESS MODEL [LINE…]
endpoint() {
    printf '[%s]\nbase_url=http://%s/v1\nname=%s\n' "$1" "$2" "$3"
    [ "$3" = cheap ] && printf 'price_in=0.25\nprice_out=2\n' || printf 'price_in=2.5\nprice_out=10\n'
    shift 3
    printf '%s\n' "$@"
}

# Usage: place NAME FIRST LAST   Listings of these numbers.
place() {
    new_place "$1"
    make_listings "$2" "$3" "$place/inbox/batch.csv" "$work/truth.jsonl"
}

start() {
    start_sim --truth "$work/truth.jsonl" --models "$work/models" --seed 11 --sticky "$@"
}

run() {
    local wanted=$1
    shift
    expect_exit "$wanted" "$docket" run -q --config "$place/docket.conf" "$@"
}

rows="SELECT count(*) FROM documents WHERE kind = 'row'"
tiers='[route]
strong=strong'
nowhere=127.0.0.1:9 # nobody listens there

# ---- what the cheap model gets wrong, the strong one gets right ----
models wrong-invented=0.3,broken-json=0.1 ''
place tiers 1 60
start
{ endpoint model "$address" cheap; endpoint 'model strong' "$address" strong; echo "$tiers"; } >>"$place/docket.conf"
run 0
stop_sim
expect_ledger "$rows AND verdict = 'accepted'" 60 accepted
escalated=$(ledger "SELECT count(*) FROM calls WHERE endpoint = 'strong'")
[ "$escalated" -gt 8 ] && [ "$escalated" -lt 35 ] || fail "$escalated of 60 went to the strong model"
expect_ledger "SELECT count(*) FROM calls WHERE endpoint = 'strong' AND purpose = 'escalate'" "$escalated" escalations
expect_ledger "SELECT count(*) FROM documents WHERE reasons LIKE '%escalated: %'" "$escalated" "documents that say why"
expect_ledger "SELECT count(*) FROM documents WHERE json_extract(meta, '\$.model') = 'strong'" "$escalated" \
    "records of the strong model"
expect_bill

# The estimate beforehand holds what it came to.
cost=$(ledger "SELECT sum(cost) FROM calls")
place estimate 1 60
start
{ endpoint model "$address" cheap; endpoint 'model strong' "$address" strong; echo "$tiers"; } >>"$place/docket.conf"
run 0 --estimate --json
stop_sim
jq -e --argjson cost "$cost" '.cost[0] <= $cost and $cost <= .cost[1]' "$work/out" >/dev/null ||
    fail "it cost $cost, foreseen: $(jq -c .cost "$work/out")"

# ---- the strong model is wrong, or gone: the better record stands ----
models wrong-invented=0.3 broken-json
place worse 101 130
start
{ endpoint model "$address" cheap; endpoint 'model strong' "$address" strong; echo "$tiers"; } >>"$place/docket.conf"
run 0
stop_sim
expect_ledger "SELECT count(*) FROM documents WHERE method = 'model' AND json_extract(meta, '\$.model') = 'strong'" 0 \
    "records of a model that gives none"
# Where neither has a valid one the template makes it.
expect_ledger "$rows AND method = 'model' OR verdict = 'fallback'" 30 "records of the first model, or none of a model"
[ "$(ledger "$rows AND method = 'model'")" -gt 20 ] || fail "the first model's records do not stand"
expect_bill

models wrong-digits=0.4 ''
place gone 101 130
start
{ endpoint model "$address" cheap; endpoint 'model strong' "$nowhere" strong attempts=1; echo "$tiers"; } >>"$place/docket.conf"
run 0
stop_sim
expect_ledger "$rows AND method = 'model'" 30 "records of the first model, the strong one being down"
[ "$(ledger "$rows AND verdict = 'review'")" -gt 3 ] || fail "nothing waits for a person"

# ---- a refusal is no end ----
models refusal ''
place refused 141 150
start
{ endpoint model "$address" cheap; endpoint 'model strong' "$address" strong; echo "$tiers"; } >>"$place/docket.conf"
run 0
stop_sim
expect_ledger "$rows AND verdict = 'accepted'" 10 "accepted after refusals"

# ---- the first endpoint is down: the one that stands in for it answers ----
models '' ''
place fallback 201 220
start
{ endpoint model "$nowhere" cheap attempts=1; endpoint 'model other' "$address" strong; printf '[route]\nfallback=other\n'; } \
    >>"$place/docket.conf"
run 0
stop_sim
expect_ledger "$rows AND verdict = 'accepted'" 20 "accepted by the model that stands in"
expect_ledger "SELECT count(*) FROM documents WHERE reasons LIKE '%fallback_model: default: %'" 20 "documents that say so"

# Both are down: held, and both are named. The next run finds one of them back.
place both 301 310
models '' ''
{ endpoint model "$nowhere" cheap attempts=1; endpoint 'model other' "$nowhere" strong attempts=1; printf '[route]\nfallback=other\n'; } \
    >>"$place/docket.conf"
run 4
expect_ledger "$rows AND verdict = 'held'" 10 held
ledger "SELECT reasons FROM documents WHERE kind = 'row' LIMIT 1" | grep -q 'and of default: ' || fail "one of them is not named"
start
sed -i "s/^base_url=.*/base_url=http:\/\/$address\/v1/" "$place/docket.conf"
run 0
stop_sim
expect_ledger "$rows AND verdict = 'accepted'" 10 "accepted when a model is back"

# ---- shares of documents, and names that there are not ----
place shares 401 500
start
{ endpoint 'model a' "$address" cheap; endpoint 'model b' "$address" strong; printf '[route]\nfirst=a:3 b:1\n'; } \
    >>"$place/docket.conf"
run 0
stop_sim
share=$(ledger "SELECT count(*) FROM calls WHERE endpoint = 'b'")
[ "$share" -gt 10 ] && [ "$share" -lt 42 ] || fail "$share of 100 went to a model whose share is a quarter"
place missing 1 2
{ endpoint model "$nowhere" cheap; printf '[route]\nstrong=best\n'; } >>"$place/docket.conf"
run 2
grep -q 'there is no group \[model best\]' "$work/err" || fail "no word of the missing model: $(cat "$work/err")"

# ---- killed between the models: what was paid is used ----
models wrong-invented=0.5 ''
place killed 501 600
start --latency 60
{ endpoint model "$address" cheap; endpoint 'model strong' "$address" strong; echo "$tiers"; } >>"$place/docket.conf"
killed_after 0.5 0.7 0.9
run 0
stop_sim
expect_ledger "$rows AND verdict = 'accepted'" 100 "accepted after three kills"
expect_paid_once
"$docket" audit --config "$place/docket.conf" >"$work/audit" || fail "the ledger is not whole: $(cat "$work/audit")"
