#!/bin/bash
# Our JSON Schema validator beside Ajv, ata-validator, @exodus/schemasafe and Blaze, on the same data, in one run.
#
#     run.sh [--quick] [SET…]            all ten sets (about ten minutes); --quick: invoice and listing
#     run.sh --instructions [SET…]       instructions for an instance and for a node, by callgrind
#     run.sh --install                   only the peers (other scripts call this)
#
#   DOCKET_BUILD   build folder with bench-jsonschema (built when missing; default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
#   DOCKET_PEERS   where the peers' packages are put (default build/jsonschema-peers)
# Figures also go to jsonschema.jsonl in the build folder, one a line. Needs tools/packages-bench.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=${DOCKET_BUILD:-$root/build/release}
corpus=${DOCKET_CORPUS:-$root/../shared/corpus}/json-schema-bench
export DOCKET_PEERS=${DOCKET_PEERS:-$root/build/jsonschema-peers}

need() {
    command -v "$1" >/dev/null && return
    echo "run.sh: $1 is not installed (apt-get install $2; see tools/packages-bench)" >&2
    exit 77
}

# The exact versions that package.json names, into a folder that is never committed. What cannot be
# had is said here and left out later.
install_peers() {
    need node nodejs
    cmp -s "$here/package.json" "$DOCKET_PEERS/package.json" && return
    if ! command -v npm >/dev/null; then
        echo "run.sh: npm is not installed (apt-get install npm; see tools/packages-bench): no peers" >&2
        return
    fi
    mkdir -p "$DOCKET_PEERS"
    cp "$here/package.json" "$DOCKET_PEERS/"
    if ! (cd "$DOCKET_PEERS" && npm install --no-package-lock --no-save --no-audit --no-fund \
        --ignore-scripts --loglevel=error >&2); then
        rm "$DOCKET_PEERS/package.json"
        echo "run.sh: npm could not install the peers; those that are missing are left out" >&2
    fi
}

build_bench() {
    [ -f "$build/build.ninja" ] || cmake --preset release -S "$root" -B "$build" >/dev/null
    ninja -C "$build" bench-jsonschema >/dev/null
}

# Usage: count PHASE SET   Prints a row: instructions for an instance and for a node.
count() {
    local folder=$corpus/$2 out=$build/jsonschema-$2-$1.callgrind total answer
    if ! answer=$(valgrind --tool=callgrind --toggle-collect=bench_once --callgrind-out-file="$out" \
        "$build/bench-jsonschema" --once "$1" "$folder/schema.json" "$folder/instances.jsonl" 2>"$out.log"); then
        echo "run.sh: $2: $answer $(tail -n 1 "$out.log")" >&2
        return 1
    fi
    total=$(sed -nE 's/.*Collected : ([0-9]+).*/\1/p' "$out.log")
    rm "$out.log"
    sed -E 's/[^0-9]+/ /g' <<<"$answer" | awk -v total="$total" -v set="$2" -v phase="$1" \
        '{ printf "| %s | %s | %d | %.1f | %.1f | %.2f |\n", set, phase, $1, total / $1, total / $2, total / $3 }'
}

instructions() {
    local set phase status=0
    need valgrind valgrind
    build_bench
    echo "| set | phase | instances | instructions for an instance | for a node | for a byte |"
    echo "| --- | --- | ---: | ---: | ---: | ---: |"
    for set in "$@"; do
        for phase in validate both; do
            count "$phase" "$set" || status=1
        done
    done
    echo "Profiles: $build/jsonschema-SET-PHASE.callgrind (callgrind_annotate)" >&2
    return $status
}

mode=all
case ${1:-} in
--quick | --instructions | --install)
    mode=${1#--}
    shift
    ;;
-*)
    sed -n '4,6s/^# *//p' "$0" >&2
    exit 2
    ;;
esac
if [ "$mode" = install ]; then
    install_peers
    exit
fi
if [ ! -d "$corpus" ]; then
    echo "run.sh: skipped: no test data at $corpus (set DOCKET_CORPUS)" >&2
    exit 77
fi
if [ "$mode" = instructions ]; then
    if [ $# -eq 0 ]; then
        cd "$corpus"
        set -- */
        set -- "${@%/}"
    fi
    instructions "$@"
    exit
fi
install_peers
build_bench
options=()
[ "$mode" = quick ] && options=(--quick)
node "$here/run.mjs" --bench "$build/bench-jsonschema" --corpus "$corpus" --out "$build/jsonschema.jsonl" \
    "${options[@]}" "$@"
