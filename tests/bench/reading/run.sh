#!/bin/bash
# docket's reading beside the tools that people use for it, on the same files, in one run, two
# processes at a time each.
#
#     run.sh [digital|scans|html]... [--rounds N] [--all]
#
#   digital   70 PDFs, 750 pages: pdftotext, mutool; words by F1 against pdftotext
#   scans     56 scanned pages: tesseract; with --all also its orientation mode and ocrmypdf; CER
#   html      9.1 MB of pages: w3m
#   --rounds  rounds of digital and html (default 5), the peers in turn; the median counts
#
#   DOCKET_BUILD   build folder (default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
# Peers: tools/packages-bench. One that is missing is said and left out. Wall time counts only on a
# machine that does nothing else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=${DOCKET_BUILD:-$root/build/release}
corpus=${DOCKET_CORPUS:-$root/../shared/corpus}/bench
docket=$build/docket
score=$build/read-score
rounds=5 all='' parts=()

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
    --rounds)
        rounds=$2
        shift
        ;;
    --all) all=1 ;;
    digital | scans | html) parts+=("$1") ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
[ ${#parts[@]} -gt 0 ] || parts=(digital scans html)
if [ ! -d "$corpus" ]; then
    echo "skipped: no test data at $corpus (set DOCKET_CORPUS)"
    exit 77
fi
[ -d "$build" ] || cmake --preset release -S "$root" -B "$build" >/dev/null
ninja -C "$build" docket docket-reader read-score >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_THREAD_LIMIT=1
# No setting of this machine's user is part of a measurement.
export XDG_CONFIG_HOME=$work
cd "$work"

has() {
    command -v "$1" >/dev/null && return 0
    echo "left out: $1 is not installed (tools/packages-bench)" >&2
    return 1
}

# Usage: timed NAME command…   Appends "wall user+sys" in seconds to NAME.times.
timed() {
    local name=$1 TIMEFORMAT='%R %U %S'
    shift
    { time "$@" >"$work/$name.out" 2>"$work/$name.err" || true; } 2>>"$work/$name.times"
}

# Usage: median NAME COLUMN   1: wall; 2: processor time of all its processes.
median() {
    awk '{ print $1, $2 + $3 }' "$work/$1.times" | cut -d' ' -f"$2" | sort -n |
        awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}

# Usage: two_at_a_time FUNCTION FILE…
two_at_a_time() {
    local function=$1
    shift
    export -f "${function?}"
    export work
    printf '%s\0' "$@" | xargs -0 -P 2 -n 1 bash -c "$function \"\$1\"" -
}

# Usage: json_to_texts FOLDER joined|as-seen FILE…
# The text of each document that `docket read --format json` printed, to FOLDER/NAME.txt in turn; words
# that go on in the next line are joined, as pdftotext has them, or left, as the truth of scans has them.
json_to_texts() {
    local folder=$1 file joined=false
    [ "$2" = as-seen ] || joined=true
    shift 2
    mkdir -p "$folder"
    while IFS= read -r line; do
        file=$1
        shift
        jq -r --argjson joined "$joined" '.pages[] | ([.blocks[] |
            [.lines[].words | (reduce .[] as $w ("";
                if . == "" or $w.glued then . + $w.text else . + " " + $w.text end)) +
                if $joined and .[-1].hyphen then "\u0001" else "" end] | join("\n") |
            gsub("[-\u00ad\u2010]\u0001\n"; "") | rtrimstr("\u0001")] | join("\n\n"))' \
            <<<"$line" >"$folder/$(basename "${file%.*}").txt"
    done
}

# ---- digital ----

peer_pdftotext() { pdftotext "$1" "$work/pdftotext/$(basename "${1%.pdf}").txt"; }
peer_mutool() { mutool draw -q -F text -o "$work/mutool/$(basename "${1%.pdf}").txt" "$1"; }

# Usage: f1_summary < "common truth read" lines
f1_summary() {
    awk '{ print ($2 + $3 ? 2 * $1 / ($2 + $3) : 1), $0 }' | sort -n |
        awk '{ a[NR] = $1; s += $1; c += $2; n += $3 + $4 }
            END { printf "%.4f over all words; files: mean %.4f, median %.4f, worst %.4f\n", 2 * c / n, s / NR, a[int((NR + 1) / 2)], a[1] }'
}

digital() {
    local files=("$corpus"/digital/*.pdf) peers=(pdftotext) peer round file
    mkdir -p pdftotext mutool
    has pdftotext || return 0
    has mutool && peers+=(mutool)
    for ((round = 0; round < rounds; round++)); do
        for peer in "${peers[@]}"; do
            timed "$peer" two_at_a_time "peer_$peer" "${files[@]}"
        done
        timed docket "$docket" read --ocr never --format text "${files[@]}"
        timed docket-json "$docket" read --ocr never --format json "${files[@]}"
    done
    echo "digital: 750 pages in ${#files[@]} files, median of $rounds rounds"
    # With recognition, where pages have no text that can be used; the peers have none.
    timed docket-auto "$docket" read --format text "${files[@]}"
    for peer in "${peers[@]}" docket docket-json docket-auto; do
        awk -v name="$peer" -v wall="$(median "$peer" 1)" -v cpu="$(median "$peer" 2)" -v base="$(median pdftotext 1)" \
            'BEGIN { printf "  %-12s %6.2f s wall %6.2f s cpu  %5.0f pages/s  %.2f x pdftotext\n", name, wall, cpu, 750 / wall, base / wall }'
    done
    json_to_texts docket-texts joined "${files[@]}" <docket-json.out
    for file in "${files[@]}"; do
        file=$(basename "${file%.pdf}").txt
        [ -s "pdftotext/$file" ] && "$score" words "pdftotext/$file" "docket-texts/$file"
    done | f1_summary | sed 's/^/  words of docket against pdftotext, F1 /'
    echo
}

# ---- scans ----

scan_image() {
    local base
    base=$(basename "${1%.pdf}")
    [ -e "$work/images/$base.png" ] && return
    pdfimages -png "$1" "$work/images/$base"
    mv "$work/images/$base-000.png" "$work/images/$base.png"
}
peer_tesseract() { tesseract "$1" "$work/tesseract/$(basename "${1%.png}")"; }
peer_psm1() { tesseract "$1" "$work/psm1/$(basename "${1%.png}")" --psm 1; }
peer_ocrmypdf() { ocrmypdf -q -j 1 --sidecar "$work/ocrmypdf/$(basename "${1%.pdf}").txt" "$1" "$work/out-$$.pdf"; rm -f "$work/out-$$.pdf"; }
peer_ocrmypdf_rd() { ocrmypdf -q -j 1 --rotate-pages --deskew --sidecar "$work/ocrmypdf_rd/$(basename "${1%.pdf}").txt" "$1" "$work/out-$$.pdf"; rm -f "$work/out-$$.pdf"; }

# Usage: error_row NAME FOLDER
error_row() {
    local file base mode
    for file in "$corpus"/scans/*.pdf; do
        base=$(basename "${file%.pdf}")
        case $base in *receipt*) mode=cer-fold ;; *) mode=cer ;; esac
        touch "$2/$base.txt"
        "$score" $mode "${file%.pdf}.txt" "$2/$base.txt"
    done | sort -n -k3 | awk -v name="$1" -v wall="$(median "$1" 1)" -v cpu="$(median "$1" 2)" \
        '{ a[NR] = $3; e += $1; n += $2 } END { printf "  %-14s %6.1f s wall %6.1f s cpu  CER %5.2f %%  median page %.2f %%\n", name, wall, cpu, 100 * e / n, 100 * a[int((NR + 1) / 2)] }'
}

scans() {
    local files=("$corpus"/scans/*.pdf) peers=() peer
    has tesseract && has pdfimages || return 0
    mkdir -p images tesseract psm1 ocrmypdf ocrmypdf_rd
    two_at_a_time scan_image "${files[@]}"
    timed tesseract two_at_a_time peer_tesseract images/*.png
    peers=(tesseract)
    timed docket-scans "$docket" read --format json "${files[@]}"
    json_to_texts docket-scans as-seen "${files[@]}" <docket-scans.out
    peers+=(docket-scans)
    if [ -n "$all" ]; then
        timed psm1 two_at_a_time peer_psm1 images/*.png
        peers+=(psm1)
        if has ocrmypdf; then
            timed ocrmypdf two_at_a_time peer_ocrmypdf "${files[@]}"
            timed ocrmypdf_rd two_at_a_time peer_ocrmypdf_rd "${files[@]}"
            peers+=(ocrmypdf ocrmypdf_rd)
        fi
    fi
    echo "scans: ${#files[@]} pages, one round"
    for peer in "${peers[@]}"; do
        error_row "$peer" "$peer"
    done
    echo
}

# ---- html ----

peer_w3m() { w3m -dump -T text/html "$1" >"$work/w3m/$(basename "$1").txt"; }

html() {
    local files=("$corpus"/html/*.html) peers=() peer round bytes
    mkdir -p w3m
    has w3m && peers+=(w3m)
    for ((round = 0; round < rounds; round++)); do
        for peer in "${peers[@]}"; do
            timed "$peer" two_at_a_time "peer_$peer" "${files[@]}"
        done
        timed docket-html "$docket" read --format text "${files[@]}"
    done
    bytes=$(cat "${files[@]}" | wc -c)
    echo "html: $bytes bytes in ${#files[@]} files, median of $rounds rounds"
    for peer in "${peers[@]}" docket-html; do
        awk -v name="$peer" -v wall="$(median "$peer" 1)" -v cpu="$(median "$peer" 2)" -v bytes="$bytes" \
            'BEGIN { printf "  %-12s %6.2f s wall %6.2f s cpu  %5.1f MB per CPU second\n", name, wall, cpu, bytes / 1e6 / cpu }'
    done
    echo
}

for part in "${parts[@]}"; do
    "$part"
done
