#!/bin/bash
# What docket saves on a provider's bill: the same mixed documents asked naively (the strong model for
# all, its prompt cache without a discount, no batch), then with one saving after the other. Each step's cost is llm-sim's bill, its accuracy the share of records that equal the
# truth. Writes one line for each step.
# Usage: cost.sh [--documents N]   (default 1000: six listings to four invoices)
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/../../ask/sim.sh"
need_command jq
need_command sqlite3

documents=1000
while [ $# -gt 0 ]; do
    case $1 in
    --documents) documents=$2 ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
listings=$((documents * 6 / 10))
invoices=$((documents - listings))
make_listings 1 $listings "$work/listings.csv" "$work/listings.jsonl"
make_invoices 1 $invoices "$work/invoices" "$work/invoices.jsonl"
cat "$work/listings.jsonl" "$work/invoices.jsonl" >"$work/truth.jsonl"

# Prices of the kind that providers ask, money for a million tokens; the cheap model is wrong more often.
# Usage: write_models CACHED_STRONG CACHED_CHEAP
write_models() {
    printf '[strong]\nprice_in=2.5\nprice_out=10\nprice_cached=%s\nfault=wrong-digits=0.002\n' "$1"
    printf '[cheap]\nprice_in=0.25\nprice_out=2\nprice_cached=%s\nfault=wrong-digits=0.03\n' "$2"
}
write_models 2.5 0.25 >"$work/undiscounted.models"
write_models 0.25 0.025 >"$work/discounted.models"

# Usage: endpoint GROUP MODEL IN OUT CACHED
endpoint() {
    printf '[%s]\nbase_url=http://%s/v1\nname=%s\nprice_in=%s\nprice_out=%s\nprice_cached=%s\n' \
        "$1" "$address" "$2" "$3" "$4" "$5"
}

accuracy() {
    ledger "SELECT json(record) FROM documents WHERE kind IN ('row', 'document') AND record IS NOT NULL" >"$work/records"
    jq -n --slurpfile truth "$work/truth.jsonl" --slurpfile records "$work/records" '
        ($truth | map({(.record.sku // .record.number): .record}) | add) as $true
        | [$records[] | select(. == $true[.sku // .number])] | length'
}

# Usage: step NAME MODELS [RUN OPTION…]   With the endpoints and routes of `configure`.
step() {
    local name=$1 models=$2 status=0
    shift 2
    start_sim --truth "$work/truth.jsonl" --models "$work/$models.models" --latency 20 --batch-time 0
    new_place "$name"
    configure >>"$place/docket.conf"
    mkdir -p "$place/inbox/listing" "$place/inbox/invoice"
    cp "$work/listings.csv" "$place/inbox/listing/"
    cp "$work"/invoices/* "$place/inbox/invoice/"
    "$docket" run --config "$place/docket.conf" --no-progress "$@" >"$work/out" 2>"$work/err" || status=$?
    for _ in 1 2 3 4 5; do # what comes with time: batches
        [ $status = 0 ] && [ "$(ledger "SELECT count(*) FROM documents WHERE verdict = 'held'")" != 0 ] || break
        status=0
        "$docket" run --config "$place/docket.conf" --no-progress "$@" >"$work/out" 2>"$work/err" || status=$?
    done
    stop_sim
    [ $status = 0 ] || fail "$name: docket run ends with $status: $(tail -n 3 "$work/err")"
    report "$name" "$(bill cost)" "$(accuracy)"
}

naive=
before=
report() {
    naive=${naive:-$2}
    before=${before:-$2}
    jq -n -r --arg name "$1" --argjson cost "$2" --argjson right "$3" --argjson naive "$naive" \
        --argjson before "$before" --argjson all "$documents" --argjson calls "$(bill calls)" '
        def percent: . * 1000 | round / 10;
        "\($name): \($cost * 1000 | round / 1000) for \($calls) calls, "
        + "\(1 - $cost / $before | percent) % less than the step before, "
        + "\(1 - $cost / $naive | percent) % less than naive; "
        + "\($right) of \($all) records right"'
    before=$2
}

configure() { endpoint model strong 2.5 10 2.5; }
step naive undiscounted

configure() { endpoint model strong 2.5 10 0.25; }
step "prompt cache" discounted

configure() {
    endpoint model cheap 0.25 2 0.025
    endpoint 'model strong' strong 2.5 10 0.25
    printf '[route]\nstrong=strong\n'
}
step "cheap model first" discounted
step batches discounted --batch
