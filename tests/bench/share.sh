#!/bin/bash
# What the supervisor costs beside its readers: docket read over digital PDFs, five times. Prints the
# processor seconds of both and the supervisor's share; the aim is at most 10 %.
#   tests/bench/share.sh [FILE…]      default: bench/digital
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if [ $# -eq 0 ]; then
    need_corpus bench/digital
    set -- "$DOCKET_CORPUS"/bench/digital/*.pdf
fi
ninja -C "$DOCKET_BUILD" docket docket-reader cpu-share >/dev/null
for _ in 1 2 3 4 5; do
    "$DOCKET_BUILD/cpu-share" "$docket" read -q --ocr never --format text "$@" >"$work/out"
done
