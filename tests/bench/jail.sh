#!/bin/bash
# What the jail costs: a warm pool reads the digital PDFs of the test data by the shipped reader and by
# the same reader linked without its jail, in turn. Prints processor seconds (the readers' and the
# supervisor's), the medians and their ratio, and whether both read the same.
#   tests/bench/jail.sh [RUNS] [FILE…]      default: 7 runs over bench/digital
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

runs=${1:-7}
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
    need_corpus bench/digital
    set -- "$DOCKET_CORPUS"/bench/digital/*.pdf
fi
ninja -C "$DOCKET_BUILD" docket docket-reader reader-unjailed >/dev/null

printf '[readers]\ncount=2\n' >"$work/jailed.conf"
printf '[readers]\ncount=2\nprogram=%s\nsandbox=best-effort\n' "$DOCKET_BUILD/reader-unjailed" >"$work/open.conf"

# Usage: read_all KIND FILE…   One run; its processor seconds are added to $work/KIND.seconds.
read_all() {
    local kind=$1
    shift
    TIMEFORMAT='%U %S'
    { time "$docket" read -q --ocr never --config "$work/$kind.conf" "$@" >"$work/$kind.out" 2>"$work/$kind.err"; } \
        2>"$work/time" || true
    awk '{ printf "%.3f\n", $1 + $2 }' "$work/time" >>"$work/$kind.seconds"
}

median() {
    sort -n "$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

for ((run = 0; run < runs; run++)); do
    # Who goes first changes, so that neither always finds the caches warm.
    if ((run % 2)); then
        read_all open "$@"
        read_all jailed "$@"
    else
        read_all jailed "$@"
        read_all open "$@"
    fi
done
printf 'jailed  %s\n' "$(tr '\n' ' ' <"$work/jailed.seconds")"
printf 'open    %s\n' "$(tr '\n' ' ' <"$work/open.seconds")"
awk -v jailed="$(median "$work/jailed.seconds")" -v open="$(median "$work/open.seconds")" -v files=$# \
    'BEGIN { printf "%d files: jailed %.3f s, open %.3f s of processor time, jail %+.1f %%\n", files, jailed, open, 100 * (jailed / open - 1) }'
if cmp -s "$work/jailed.out" "$work/open.out"; then
    echo "both read the same"
else
    fail "the jail changes what is read"
fi
