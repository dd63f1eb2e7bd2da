#!/bin/bash
# Every fault that a provider can make, each at five per cent and independent of the others, over all
# protocols: every listing gets its verdict, none is lost, the provider's bill is the ledger's, and
# no request is sent that the retry table does not allow.
# Usage: test-faults.sh [--listings N] [--seed N] [--rate R]   (default 200, or $DOCKET_LISTINGS; 1; 0.05)
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/sim.sh"
need_command jq
need_command sqlite3

listings=${DOCKET_LISTINGS:-200}
seed=1
rate=0.05
while [ $# -gt 0 ]; do
    case $1 in
    --listings) listings=$2 ;;
    --seed) seed=$2 ;;
    --rate) rate=$2 ;;
    *) fail "unknown option $1" ;;
    esac
    shift 2
done
attempts=6

# Usage: check_verdicts N   Every row has its verdict, and the ledger's books are right.
check_verdicts() {
    local rows held
    rows=$(ledger "SELECT count(*) FROM documents WHERE kind = 'row'")
    held=$(ledger "SELECT count(*) FROM documents WHERE verdict = 'held'")
    [ "$rows" = "$1" ] || fail "$rows of $1 listings are in the ledger"
    [ "$held" = 0 ] || fail "$held listings have no verdict: $(ledger "SELECT error, count(*) FROM
        documents WHERE verdict = 'held' GROUP BY 1")"
    expect_exit 0 "$docket" audit --config "$place/docket.conf"
}

# Usage: check_sendings RUNS   Every request that came is one that the ledger counts; none was sent more
# often than allowed in so many runs, and none again after an answer that was whole.
check_sendings() {
    local answered='def lost: ["hang-stream", "cut", "stream-error", "garbage-sse", "invalid-utf8",
        "empty", "slow", "drip", "giant", "no-usage"];
        # A stream that goes wrong is stopped, and is no answer that a later run could use.
        def spoiled: ["broken-json", "prose", "fence", "think", "wrong-types", "extra-keys",
            "wrong-digits", "wrong-neighbour", "wrong-invented"];
        def whole: .status == 200 and .billed and (.faults - lost) == .faults
            and ((.stream | not) or (.faults - spoiled) == .faults);'
    jq -s -r "$answered"'
        def most: '$((attempts * $1))';
        group_by(.request)[] | sort_by(.times)
        | (if length > most then "sent \(length) times: \(.[0].request)" else empty end),
          (.[:-1] | map(select(whole)) | if length > 0 then "answered and sent again: \(.[0].request)"
              else empty end)' "$work/journal" >"$work/beyond"
    [ "$(ledger "SELECT count(*) FROM calls a JOIN calls b USING (request_sha256)
        WHERE a.id < b.id AND a.outcome = 'ok' AND a.answer IS NOT NULL")" = 0 ] ||
        fail "a question was asked again after its answer had been written down"
    [ "$(bill requests)" = "$(ledger "SELECT sum(sendings) FROM calls")" ] ||
        fail "$(bill requests) requests came, the ledger knows of $(ledger "SELECT sum(sendings) FROM calls")"
    [ ! -s "$work/beyond" ] || fail "calls beyond the retry table: $(head -n 5 "$work/beyond")"
}

# Usage: try NAME N LINE…   N listings through one protocol; LINEs go into [model].
try() {
    local name=$1 n=$2 status=0 runs=0 tls=()
    shift 2
    case $* in
    *https:*) tls=(--tls --certificate "$work/ca.pem") ;;
    esac
    start_sim "${tls[@]}" --truth "$work/truth.jsonl" --seed "$seed" --fault all="$rate" --latency 5-40 \
        --price-in 0.25 --price-out 2 --price-cached 0.025 --price-cache-write 0.3125
    new_place "$name"
    printf '%s\n' '[model]' 'name=sim' "attempts=$attempts" 'timeout=4' 'max_in_flight=32' \
        'price_in=0.25' 'price_out=2' 'price_cached=0.025' 'price_cache_write=0.3125' \
        "$(printf '%s\n' "$@" | sed "s|%s|$address|")" >>"$place/docket.conf"
    cp "$work/listings.csv" "$place/inbox/"
    while [ $runs -lt 8 ]; do
        status=0
        "$docket" run --pack listing --config "$place/docket.conf" --no-progress \
            >"$work/out" 2>"$work/err" || status=$?
        runs=$((runs + 1))
        [ $status = 4 ] || break
    done
    stop_sim
    [ $status = 0 ] || [ $status = 3 ] || fail "$name: docket run ends with $status: $(tail -n 3 "$work/err")"
    check_verdicts "$n"
    compare_bill
    settle_bill
    check_sendings $runs
    printf '%s: %s; %s requests, %s billed, %s runs\n' "$name" \
        "$(ledger "SELECT group_concat(verdict || ' ' || n, ', ') FROM (SELECT verdict, count(*) AS n
            FROM documents WHERE kind = 'row' GROUP BY 1)")" "$(bill requests)" "$(bill calls)" "$runs"
}

part=$((listings / 4))
make_listings 1 $part "$work/listings.csv" "$work/truth.jsonl"
try openai $part preset=openai base_url=http://%s/v1 stream=no
try openai-stream $part preset=openai base_url=https://%s/v1 "ca_file=$work/ca.pem" stream=yes
try anthropic $part preset=anthropic base_url=http://%s stream=yes
try gemini $part preset=gemini base_url=http://%s stream=yes
