#!/bin/bash
# Long documents fitted into a limit: how many of the values that people took from them a model still
# sees, beside the head and the tail of the text at the same length. Usage: fit.sh [CHARACTERS…]
# Filings, an agreement, a survey and others with records made by people (extract-bench), by schema
# alone; and invoices with the values that the pack's template finds, for limits of a page or less.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_corpus extract-bench
need_corpus invoices
score=$DOCKET_BUILD/score-fit
[ -x "$score" ] || ninja -C "$DOCKET_BUILD" score-fit >/dev/null
limits=("$@")
[ $# -gt 0 ] || limits=(10000 20000 60000)

# Usage: pack NAME CHARACTERS   Sets the limit of a pack.
limit() {
    sed -i '/^max_input/d; /^\[limits\]$/a max_input_tokens = 0\nmax_input_chars = '"$2" "$work/packs/$1/pack.conf"
}

# Usage: show PACK FILE CHARACTERS   What a model sees of a document.
show() {
    limit "$1" "$3"
    "$docket" prompt show "$1" --document "$2" --packs "$work/packs" --config "$work/docket.conf" 2>/dev/null |
        sed -n '/^=== BEGIN DOCUMENT [0-9a-f]*[0-9a-f] ===$/,$p' | awk '/^=== BEGIN DOCUMENT/ {text = ""; next} {text = text $0 "\n"} END {printf "%s", text}'
}

# Usage: add PACK FILE RECORD CHARACTERS   One line of the table's sums.
add() {
    show "$1" "$2" 10000000 >"$work/whole" || true # a scan, which is not read here
    show "$1" "$2" "$4" >"$work/fitted" || true
    [ -s "$work/fitted" ] || return 0
    printf '%s %s\n' "$4" "$("$score" "$work/whole" "$work/fitted" "$3")" >>"$work/sums"
    printf '%s %s %s\n' "$(basename "$2")" "$4" "$(tail -n 1 "$work/sums")" >&2
}

# Usage: report TITLE
report() {
    printf '%s\n' "$1"
    sort -n "$work/sums" | awk '{n[$1] += $2; fit[$1] += $3; ends[$1] += $4}
        END {for (limit in n) printf "  %7d characters: of %d values %5.1f %% fitted, %5.1f %% head and tail\n",
            limit, n[limit], 100 * fit[limit] / n[limit], 100 * ends[limit] / n[limit]}' | sort -n
    : >"$work/sums"
}

printf '[readers]\nocr = never\n' >"$work/docket.conf"
mkdir -p "$work/packs"
: >"$work/sums"
for kind in 10kq credit_agreement research resume swimming; do
    name=$(tr _ - <<<"$kind")
    folder=$work/packs/$name
    mkdir -p "$folder/prompts"
    cp "$DOCKET_CORPUS/extract-bench/$kind/schema.json" "$folder/"
    printf 'Make a record.\n' >"$folder/prompts/v1.md"
    printf '[limits]\n' >"$folder/pack.conf"
    for file in "$DOCKET_CORPUS/extract-bench/$kind"/*.pdf; do
        for characters in "${limits[@]}"; do
            add "$name" "$file" "${file%.pdf}.gold.json" "$characters"
        done
    done
done
report "extract-bench"

cp -r "$DOCKET_SOURCE/schemas/invoice" "$work/packs/"
for file in "$DOCKET_CORPUS"/invoices/*/*.pdf; do
    "$docket" extract --pack invoice --packs "$DOCKET_SOURCE/schemas" --config "$work/docket.conf" "$file" \
        >"$work/record.json" 2>/dev/null || true
    [ -s "$work/record.json" ] || continue
    for characters in 1000 1500; do
        add invoice "$file" "$work/record.json" "$characters"
    done
done
report "invoices"
