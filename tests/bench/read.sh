#!/bin/bash
# How well documents are read, against known texts, pdftotext and the tesseract command on the same
# pages. Usage: read.sh [pdf|scans|pages|receipts]... (default: all). Takes minutes.
#   DOCKET_BUILD   build folder with read-one and read-score (built when missing; default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
build=${DOCKET_BUILD:-$source_root/build/release}
corpus=${DOCKET_CORPUS:-$source_root/../shared/corpus}
if [ ! -d "$corpus" ]; then
    echo "skipped: no test data at $corpus (set DOCKET_CORPUS)"
    exit 77
fi
[ -d "$build" ] || cmake --preset release -S "$source_root" -B "$build" >/dev/null
ninja -C "$build" read-one read-score >/dev/null
read_one=$build/read-one score=$build/read-score
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_THREAD_LIMIT=1

# Usage: summary NAME < numbers   Mean and median of one number a line.
summary() {
    sort -n | awk -v name="$1" '{ a[NR] = $1; s += $1 }
        END { if (NR) printf "%-44s mean %.4f  median %.4f  worst %.4f  (%d)\n", name, s / NR, a[int((NR + 1) / 2)], a[1], NR }'
}

# Usage: error_summary NAME < "errors characters rate" lines
error_summary() {
    sort -n -k3 | awk -v name="$1" '{ a[NR] = $3; e += $1; n += $2 }
        END { if (NR) printf "%-44s CER %.4f  median page %.4f  (%d)\n", name, e / n, a[int((NR + 1) / 2)], NR }'
}

# Words of pdftotext, or of the known text, that are read from digital PDFs.
pdf() {
    local folder file base
    mkdir -p "$work/pdf" "$work/truth"
    for folder in "$corpus/bench/digital" "$corpus/pdf-digital"; do
        local list=()
        while IFS= read -r file; do
            pdftotext "$file" "$work/truth/$(basename "$file").txt" 2>/dev/null && list+=("$file")
        done < <(find "$folder" -name '*.pdf' | sort)
        "$read_one" text application/pdf "$work/pdf" "${list[@]}" >/dev/null 2>&1 || true
        for file in "${list[@]}"; do
            base=$(basename "$file").txt
            [ -s "$work/truth/$base" ] && [ -e "$work/pdf/$base" ] &&
                "$score" recall "$work/truth/$base" "$work/pdf/$base"
        done | summary "word recall, $(basename "$folder") (bar: median 0.99)"
    done
}

# Usage: fold NAME FILE   The file as it is compared: known texts of receipts are in capitals.
fold() {
    case $1 in
    *receipt*) tr '[:lower:]' '[:upper:]' <"$2" ;;
    *) cat "$2" ;;
    esac
}

scans() {
    local file base
    mkdir -p "$work/scans" "$work/scans-t" "$work/images"
    "$read_one" text application/pdf "$work/scans" "$corpus"/bench/scans/*.pdf >/dev/null 2>&1
    for file in "$corpus"/bench/scans/*.pdf; do
        base=$(basename "$file" .pdf)
        pdfimages -png "$file" "$work/images/$base"
        tesseract "$work/images/$base-000.png" - >"$work/scans-t/$base" 2>/dev/null
        fold "$base" "${file%.pdf}.txt" >"$work/scan.truth"
        fold "$base" "$work/scans/$base.pdf.txt" >"$work/scan.ours"
        fold "$base" "$work/scans-t/$base" >"$work/scan.theirs"
        "$score" cer "$work/scan.truth" "$work/scan.ours" >>"$work/scans.ours"
        "$score" cer "$work/scan.truth" "$work/scan.theirs" >>"$work/scans.theirs"
    done
    error_summary "bench/scans, docket" <"$work/scans.ours"
    error_summary "bench/scans, tesseract command" <"$work/scans.theirs"
}

# English pages of ocr-pages that are images.
pages() {
    local file truth type
    mkdir -p "$work/pages"
    jq -r 'select(.lang == "eng" and .truth_text != null) | [.file, .truth_text] | @tsv' \
        "$corpus/ocr-pages/index.jsonl" |
        while IFS=$'\t' read -r file truth; do
            case $file in
            *.tif | *.tiff) type=image/tiff ;;
            *.png) type=image/png ;;
            *.jpg | *.jpeg) type=image/jpeg ;;
            *) continue ;;
            esac
            file=$corpus/ocr-pages/$file truth=$corpus/ocr-pages/$truth
            "$read_one" text "$type" "$work/pages" "$file" >/dev/null 2>&1 || true
            touch "$work/pages/$(basename "$file").txt" # a page that was not read is all errors
            tesseract "$file" - >"$work/pages/theirs" 2>/dev/null || true
            "$score" cer "$truth" "$work/pages/$(basename "$file").txt" >>"$work/pages.ours"
            "$score" cer "$truth" "$work/pages/theirs" >>"$work/pages.theirs"
        done
    error_summary "ocr-pages, docket" <"$work/pages.ours"
    error_summary "ocr-pages, tesseract command" <"$work/pages.theirs"
}

receipts() {
    local file base
    mkdir -p "$work/receipts"
    "$read_one" text image/jpeg "$work/receipts" "$corpus"/receipts-sroie/images/*.jpg >/dev/null 2>&1
    for file in "$corpus"/receipts-sroie/images/*.jpg; do
        base=$(basename "$file")
        "$score" f1 "${file%.jpg}.txt" "$work/receipts/$base.txt" >>"$work/receipts.ours"
        tesseract "$file" - >"$work/receipts/theirs" 2>/dev/null || true
        "$score" f1 "${file%.jpg}.txt" "$work/receipts/theirs" >>"$work/receipts.theirs"
    done
    summary "receipts, word F1, docket" <"$work/receipts.ours"
    summary "receipts, word F1, tesseract command" <"$work/receipts.theirs"
}

[ $# -gt 0 ] || set -- pdf scans pages receipts
for part; do
    case $part in
    pdf | scans | pages | receipts) "$part" ;;
    *)
        echo "usage: read.sh [pdf|scans|pages|receipts]..." >&2
        exit 2
        ;;
    esac
done
