#!/bin/bash
# How HTML is read: articles beside @mozilla/readability on the same pages, data for machines against extruct's
# answers, and megabytes per CPU second beside w3m and the bare parser. Usage: html.sh [articles|data|speed]…
# (default: all) [--each: every page].
#   DOCKET_BUILD   build folder with read-one (built when missing; default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
#   DOCKET_PEERS   where the peers' packages are put (default build/html-peers); needs tools/packages-bench
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
here=$source_root/tests/bench/html
build=${DOCKET_BUILD:-$source_root/build/release}
corpus=${DOCKET_CORPUS:-$source_root/../shared/corpus}
peers=${DOCKET_PEERS:-$source_root/build/html-peers}
if [ ! -d "$corpus" ]; then
    echo "skipped: no test data at $corpus (set DOCKET_CORPUS)"
    exit 77
fi
[ -f "$build/build.ninja" ] || cmake --preset release -S "$source_root" -B "$build" >/dev/null
ninja -C "$build" read-one >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The exact versions that package.json names, into a folder that is never committed.
install_peers() {
    cmp -s "$here/package.json" "$peers/package.json" && return
    mkdir -p "$peers"
    cp "$here/package.json" "$peers/"
    (cd "$peers" && npm install --no-package-lock --no-save --no-audit --no-fund --ignore-scripts --loglevel=error >&2) && return
    rm "$peers/package.json"
    echo "html.sh: npm could not install the peers" >&2
    return 1
}

# Usage: read_pages FORMAT FOLDER FILE…
read_pages() {
    local format=$1 folder=$2
    shift 2
    mkdir -p "$folder"
    # Notes on hidden text, and pages without any, are no failure here.
    "$build/read-one" "$format" text/html "$folder" "$@" >/dev/null 2>&1 || true
}

articles() {
    if ! command -v node >/dev/null || ! install_peers; then
        echo "skipped: articles need node, npm and the packages of tests/bench/html/package.json"
        return
    fi
    mkdir -p "$work/pages"
    node "$here/unpack.mjs" "$corpus/html-articles" "$work/pages"
    read_pages text "$work/articles" "$work"/pages/*.html
    node "$here/articles.mjs" "$corpus/html-articles" "$work/pages" "$work/articles" "$peers" "$@"
}

data() {
    if ! command -v node >/dev/null; then
        echo "skipped: data need node (see tools/packages-bench)"
        return
    fi
    read_pages json "$work/data" "$corpus"/html-structured-data/*.html
    node "$here/data.mjs" "$corpus/html-structured-data" "$work/data" "$@"
}

# Usage: cpu_seconds COMMAND…   User and system time of the best of five runs.
cpu_seconds() {
    local best=999 seconds
    for _ in 1 2 3 4 5; do
        seconds=$({ TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }')
        best=$(awk -v a="$best" -v b="$seconds" 'BEGIN { print (a < b ? a : b) }')
    done
    echo "$best"
}

w3m_all() {
    local file
    for file in "$@"; do
        w3m -dump -T text/html "$file"
    done
}

# Ours writes nothing, and w3m its text to nowhere; both open every file and start from nothing.
speed() {
    local files=("$corpus"/bench/html/*.html) bytes seconds
    bytes=$(cat "${files[@]}" | wc -c)
    seconds=$(cpu_seconds "$build/read-one" none text/html "$work" "${files[@]}")
    awk -v b="$bytes" -v s="$seconds" 'BEGIN { printf "docket: %.1f MB per CPU second (%.2f s)\n", b / s / 1e6, s }'
    if command -v w3m >/dev/null; then
        seconds=$(cpu_seconds w3m_all "${files[@]}")
        awk -v b="$bytes" -v s="$seconds" 'BEGIN { printf "w3m: %.1f MB per CPU second (%.2f s, a process a page)\n", b / s / 1e6, s }'
    fi
}

options=() sets=()
for argument in "$@"; do
    case $argument in
        --*) options+=("$argument") ;;
        *) sets+=("$argument") ;;
    esac
done
[ "${#sets[@]}" -gt 0 ] || sets=(articles data speed)
for set in "${sets[@]}"; do
    echo "== $set"
    "$set" "${options[@]}"
done
