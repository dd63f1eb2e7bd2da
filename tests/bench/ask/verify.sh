#!/bin/bash
# What a verifier is worth: listings of which a model gets 24 % wrong, asked without and with a second
# model that verifies. Accepted, and of them wrong; calls and cost are llm-sim's bill.
# Usage: verify.sh [--listings N]   (default 500)
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/../../ask/sim.sh"
need_command jq
need_command sqlite3

listings=500
[ "${1:-}" != --listings ] || listings=$2
make_listings 1 "$listings" "$work/listings.csv" "$work/truth.jsonl"
printf '[writer]\nprice_in=0.25\nprice_out=2\nprice_cached=0.025\nfault=wrong-digits=0.08,wrong-neighbour=0.09,wrong-invented=0.09\n' >"$work/models"
printf '[checker]\nprice_in=0.25\nprice_out=2\nprice_cached=0.025\n' >>"$work/models"

# Usage: measure NAME [ROUTE-LINE]
measure() {
    start_sim --truth "$work/truth.jsonl" --models "$work/models" --seed 5 --sticky
    new_place "$1"
    {
        printf '[model]\nbase_url=http://%s/v1\nname=writer\n' "$address"
        printf '[model checker]\nbase_url=http://%s/v1\nname=checker\n[route]\n%s\n' "$address" "${2:-}"
    } >>"$place/docket.conf"
    cp "$work/listings.csv" "$place/inbox/"
    "$docket" run -q --config "$place/docket.conf" >"$work/out" 2>"$work/err" || fail "$(tail -n 3 "$work/err")"
    stop_sim
    ledger "SELECT json(record) FROM documents WHERE kind = 'row' AND verdict = 'accepted'" >"$work/records"
    jq -n -r --slurpfile truth "$work/truth.jsonl" --slurpfile records "$work/records" --slurpfile bill "$work/bill" \
        --arg name "$1" '
        ($truth | map(.record)) as $true
        | ([$records[] | . as $r | select($true | any(. == $r) | not)] | length) as $wrong
        | "\($name): \($records | length) of \($true | length) accepted, \($wrong) of them wrong; "
          + "\($bill[0].calls) calls, cost \($bill[0].cost * 10000 | round / 10000)"'
}

measure without
measure with verify=checker
