#!/bin/bash
# How mails are read, against the reading of Python's e-mail parser. Usage: mail.sh [-v]
#   DOCKET_BUILD   build folder with score-mail (built when missing; default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
build=${DOCKET_BUILD:-$source_root/build/release}
corpus=${DOCKET_CORPUS:-$source_root/../shared/corpus}
if [ ! -d "$corpus/emails" ]; then
    echo "skipped: no test data at $corpus/emails (set DOCKET_CORPUS)"
    exit 77
fi
[ -d "$build" ] || cmake --preset release -S "$source_root" -B "$build" >/dev/null
ninja -C "$build" score-mail >/dev/null
mapfile -d '' files < <(find "$corpus/emails" -name '*.eml' -print0 | sort -z)
"$build/score-mail" "$@" "${files[@]}"
