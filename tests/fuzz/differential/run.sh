#!/bin/bash
# Mutated instances, our verdict against the verdicts of Ajv, ata-validator, @exodus/schemasafe and Blaze.
#
#     run.sh [--instances N] [--seed N] [--formats]
#
# Default: 1000000 instances, seed 1, formats as annotations; --formats: date, date-time, uuid and
# ipv4 as rules, 100000 instances. Exit 1 when a difference is not explained by known.mjs; those are
# written to differential-out/open in the build folder, one file each.
#
#   DOCKET_BUILD, DOCKET_CORPUS, DOCKET_PEERS   as for tests/bench/jsonschema/run.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=${DOCKET_BUILD:-$root/build/release}
corpus=${DOCKET_CORPUS:-$root/../shared/corpus}
export DOCKET_PEERS=${DOCKET_PEERS:-$root/build/jsonschema-peers}
instances=
seed=1
formats=()
while [ $# -gt 0 ]; do
    case $1 in
    --instances | --seed)
        [ $# -gt 1 ] || { echo "run.sh: $1 wants a number" >&2; exit 2; }
        [ "$1" = --seed ] && seed=$2 || instances=$2
        shift
        ;;
    --formats) formats=(--formats) ;;
    *)
        sed -n '4s/^# *//p' "$0" >&2
        exit 2
        ;;
    esac
    shift
done
if [ -z "$instances" ]; then
    instances=1000000
    [ ${#formats[@]} -eq 0 ] || instances=100000
fi
"$root/tests/bench/jsonschema/run.sh" --install
[ -f "$build/build.ninja" ] || cmake --preset release -S "$root" -B "$build" >/dev/null
ninja -C "$build" differential >/dev/null
mkdir -p "$build/differential-out"
cases=$build/differential-out/cases.jsonl
node "$here/prepare.mjs" "${formats[@]}" "$corpus" >"$cases"
"$build/differential" --instances="$instances" --seed="$seed" "${formats[@]}" "$cases" |
    node "$here/peer.mjs" "${formats[@]}" --out "$build/differential-out/open"
