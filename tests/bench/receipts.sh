#!/bin/bash
# F1 per field of the receipts of the corpus, records made by the template; with --sim by llm-sim,
# which answers the labels, so that it measures what the path around a model loses (bar: 0.99).
#
#     tests/bench/receipts.sh [--sim] [-v] [--build DIR]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${DOCKET_BUILD:-$root/build/release}
corpus=${DOCKET_CORPUS:-$root/../shared/corpus}/receipts-sroie
sim=""
verbose=""
while [ $# -gt 0 ]; do
    case $1 in
    --sim) sim=1 ;;
    -v) verbose=-v ;;
    --build) build=$2; shift ;;
    *) echo "usage: receipts.sh [--sim] [-v] [--build DIR]" >&2; exit 2 ;;
    esac
    shift
done
if [ ! -d "$corpus/images" ]; then
    echo "receipts.sh: no receipts in $corpus: skipped" >&2
    exit 77
fi
ninja -C "$build" docket docket-reader llm-sim score-receipts >/dev/null
score=$(find "$build" -maxdepth 2 -name score-receipts -type f | head -n 1)

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
printf '[paths]\npacks = %s/schemas\nstate = %s/state\n' "$root" "$work" >"$work/docket.conf"
if [ -n "$sim" ]; then
    "$score" --truth "$corpus/images" "$corpus"/images/*.jpg >"$work/truth.jsonl"
    "$build/llm-sim" --truth="$work/truth.jsonl" --port=0 --port-file="$work/port" --latency=0 \
        >"$work/sim.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        [ -s "$work/port" ] && break
        sleep 0.1
    done
    printf '[model]\nbase_url = http://127.0.0.1:%s/v1\nname = sim\n' "$(cat "$work/port")" \
        >>"$work/docket.conf"
fi
status=0
"$build/docket" extract --config "$work/docket.conf" --pack receipt --meta --no-progress \
    "$corpus"/images/*.jpg >"$work/records.jsonl" 2>"$work/log" || status=$?
if [ ! -s "$work/records.jsonl" ]; then
    tail -n 20 "$work/log" >&2
    exit "$status"
fi
"$score" $verbose "$corpus/images" <"$work/records.jsonl"
