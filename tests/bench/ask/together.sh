#!/bin/bash
# What it saves to ask about several listings in one request: requests, tokens, cost and time of the
# same listings for several numbers a request, with a provider that discounts cached prompts and with
# one that does not. Cost is llm-sim's bill; right are the records that equal the truth.
# Usage: together.sh [--listings N]   (default 1000)
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/../../ask/sim.sh"
need_command jq
need_command sqlite3

listings=1000
[ "${1:-}" != --listings ] || listings=$2
make_listings 1 "$listings" "$work/listings.csv" "$work/truth.jsonl"
mkdir "$work/packs"
cp -r "$DOCKET_SOURCE/schemas/listing" "$work/packs/listing"

# Usage: measure PER-CALL PRICE-CACHED
measure() {
    local begin end
    sed -i '/^documents_per_call/d; s/^\[limits\]$/[limits]\ndocuments_per_call = '"$1/" "$work/packs/listing/pack.conf"
    start_sim --truth "$work/truth.jsonl" --price-in 1 --price-out 4 --price-cached "$2" --latency 50 --rate 2000 \
        --seed 7 --fault wrong-digits=0.02,left-out=0.005,wrong-types=0.01 --once
    new_place "place-$1-$2"
    sed -i "s|^packs=.*|packs=$work/packs|" "$place/docket.conf"
    printf '[model]\nbase_url=http://%s/v1\nname=sim\nmax_in_flight=16\nmax_output_tokens=16000\n' "$address" \
        >>"$place/docket.conf"
    cp "$work/listings.csv" "$place/inbox/"
    begin=$(date +%s.%N)
    "$docket" run -q --config "$place/docket.conf" >"$work/out" 2>"$work/err" || fail "$(tail -n 3 "$work/err")"
    end=$(date +%s.%N)
    stop_sim
    ledger "SELECT json(record) FROM documents WHERE kind = 'row' AND record IS NOT NULL" >"$work/records"
    jq -n -r --slurpfile truth "$work/truth.jsonl" --slurpfile records "$work/records" --slurpfile bill "$work/bill" \
        --arg per "$1" --arg cached "$2" --argjson seconds "$(awk -v a="$begin" -v b="$end" 'BEGIN { print b - a }')" '
        ($truth | map({(.record.sku): .record}) | add) as $true
        | ([$records[] | select(. == $true[.sku])] | length) as $right
        | $bill[0] as $b
        | "cached price \($cached), \($per) a request: \($b.calls) requests, cost \($b.cost * 1000 | round / 1000), "
          + "\($right) of \($truth | length) right, \($seconds * 10 | round / 10) s"'
}

for cached in 1 0.1; do
    for per in 1 5 10 20; do
        measure "$per" "$cached"
    done
done
