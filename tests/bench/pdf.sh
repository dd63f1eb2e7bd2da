#!/bin/bash
# How well the text of digital PDFs is read. Usage: pdf.sh [peers|assertions|references]...
#   peers       word F1 against pdftotext on bench/digital; both sides: NFC, quotes and dashes made equal,
#               hyphens at the ends of lines joined, without case, order-free
#   assertions  olmOCR-bench's checks of single pages (present, absent, order, table), each type
#   references  word F1 against the texts that other extractors' projects keep
#   DOCKET_BUILD   build folder (default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${DOCKET_BUILD:-$root/build/release}
corpus=${DOCKET_CORPUS:-$root/../shared/corpus}
if [ ! -d "$corpus" ]; then
    echo "skipped: no test data at $corpus (set DOCKET_CORPUS)"
    exit 77
fi
ninja -C "$build" read-one read-score score-assertions >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_THREAD_LIMIT=1

summary() {
    sort -n | awk -v name="$1" '{ a[NR] = $1; s += $1 }
        END { if (NR) printf "%-36s mean %.4f  median %.4f  worst %.4f  (%d)\n", name, s / NR, a[int((NR + 1) / 2)], a[1], NR }'
}

peers() {
    local file base
    mkdir -p "$work/ours" "$work/theirs"
    "$build/read-one" text application/pdf "$work/ours" "$corpus"/bench/digital/*.pdf >/dev/null 2>&1 || true
    for file in "$corpus"/bench/digital/*.pdf; do
        base=$(basename "$file")
        pdftotext "$file" "$work/theirs/$base.txt" 2>/dev/null || continue
        printf '%s %s\n' "$("$build/read-score" f1 "$work/theirs/$base.txt" "$work/ours/$base.txt")" "$base"
    done >"$work/f1"
    summary "words of pdftotext, F1 per file" <"$work/f1"
    echo "  lowest:" && sort -n "$work/f1" | head -n 8 | sed 's/^/    /'
}

assertions() {
    local file
    mkdir -p "$work/pages"
    for file in "$corpus"/pdf-digital/olmocr-bench/*.pdf; do
        "$build/read-one" md application/pdf "$work/pages" "$file" >/dev/null 2>&1 || true
        "$build/score-assertions" "${file%.pdf}.assertions.json" "$work/pages/$(basename "$file").txt"
    done >"$work/held"
    awk '{ n[$1]++; h[$1] += $2 } END { for (t in n) printf "assertions that hold, %-14s %d of %d\n", t, h[t], n[t] }' "$work/held" | sort
    awk '$2 == 0 { print "    not held: " $1, $3 }' "$work/held"
}

references() {
    local file truth
    mkdir -p "$work/references"
    jq -r 'select(.truth_text != null) | [.file, .truth_text] | @tsv' "$corpus/pdf-digital/index.jsonl" |
        while IFS=$'\t' read -r file truth; do
            "$build/read-one" text application/pdf "$work/references" "$corpus/pdf-digital/$file" >/dev/null 2>&1 || true
            [ -e "$work/references/$(basename "$file").txt" ] || continue
            "$build/read-score" f1 "$corpus/pdf-digital/$truth" "$work/references/$(basename "$file").txt"
        done | summary "words of reference texts, F1 per file"
}

[ $# -gt 0 ] || set -- peers assertions references
for part; do
    case $part in
    peers | assertions | references) "$part" ;;
    *)
        echo "usage: pdf.sh [peers|assertions|references]..." >&2
        exit 2
        ;;
    esac
done
