#!/bin/bash
# How well tables are read: cells with row and column, and neighbours as the ICDAR 2013 competition
# counts them (score-tables.c says what is counted). No table tool of Debian or npm reads PDF tables
# to cells (pdftotext -layout keeps columns of text and tells no cells), so there is no peer here.
# Usage: tables.sh [NAME]... (default: all documents of pdf-tables)
#   DOCKET_BUILD   build folder with read-one and score-tables (built when missing; default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
build=${DOCKET_BUILD:-$source_root/build/release}
corpus=${DOCKET_CORPUS:-$source_root/../shared/corpus}/pdf-tables
if [ ! -d "$corpus" ]; then
    echo "skipped: no test data at $corpus (set DOCKET_CORPUS)"
    exit 77
fi
[ -d "$build" ] || cmake --preset release -S "$source_root" -B "$build" >/dev/null
ninja -C "$build" read-one score-tables >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || mapfile -t names < <(find "$corpus" -name '*.pdf' -printf '%f\n' | sed 's/\.pdf$//' | sort)
[ $# -eq 0 ] || names=("$@")
files=("${names[@]/#/$corpus/}")
files=("${files[@]/%/.pdf}")
"$build/read-one" json application/pdf "$work" "${files[@]}" 2>/dev/null || true
for name in "${names[@]}"; do
    printf '%s ' "$name"
    "$build/score-tables" "$corpus/$name.tables.json" "$work/$name.pdf.txt" || echo
done | awk '
    function f(right, told, known) { return told + known ? 2 * right / (told + known) : 0 }
    function show(name, a) {
        printf "%-12s cells F1 %.3f  (shifted %.3f)  neighbours F1 %.3f  tables %d of %d, told %d\n", name,
            f(a[2], a[3], a[4]), f(a[5], a[6], a[7]), f(a[8], a[9], a[10]), a[11], a[13], a[12]
    }
    { for (i = 2; i <= 13; i++) { a[i] = $i; sum[i] += $i }
      show($1, a); mean += f(a[2], a[3], a[4]); near += f(a[8], a[9], a[10]) }
    END { show("all", sum); printf "mean of documents: cells F1 %.3f  neighbours F1 %.3f  (%d)\n", mean / NR, near / NR, NR }'
