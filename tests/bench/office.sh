#!/bin/bash
# How well office files, books and tables are read, against known texts, and beside the converters that are
# installed (docx2txt, odt2txt, unrtf, catdoc's catppt, pandoc). A minute.
# Usage: office.sh [FORMAT]...     words of the truth that are read (recall) and word F1, one file a line
#   DOCKET_BUILD   build folder (default build/release)
#   DOCKET_CORPUS  test data (default ../shared/corpus beside the source)
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
build=${DOCKET_BUILD:-$source_root/build/release}
corpus=${DOCKET_CORPUS:-$source_root/../shared/corpus}/office-misc
if [ ! -d "$corpus" ]; then
    echo "skipped: no test data at $corpus (set DOCKET_CORPUS)"
    exit 77
fi
[ -d "$build" ] || cmake --preset release -S "$source_root" -B "$build" >/dev/null
ninja -C "$build" docket docket-reader read-score >/dev/null
docket=$build/docket score=$build/read-score
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Markdown's marks are no words, and what a converter says of a picture is none of the document's. README.md
# says what each is: check boxes, list marks in cells, $$ around formulas, names of kinds of charts.
# shellcheck disable=SC2016  # no $ here means a variable
strip_marks() {
    sed -E -e 's/(^|[ |])- \[x\] /\1☒ /g' -e 's/(^|[ |])- \[ \] /\1☐ /g' -e 's/^\$\$(.*)\$\$$/\1/' \
        -e '/^(Area|Bar|Line|Pie|Scatter) chart$/d' -e 's/<!--[^>]*-->//g' -e 's/!?\[([^]]*)\]\([^)]*\)/\1/g' \
        -e 's/^ *([-*+]|#+|>) +//' -e 's/(\*+) ([],.;:!?)])/\1\2/g' -e 's/\*\*|~~|__|`//g' \
        -e 's/^\|? *:?-+:? *(\| *:?-+:? *)*\|? *$//' -e 's/\| - ([^|])/| \1/g' -e 's/\|/ /g' \
        -e 's/ \*([^* ]+)\*/ \1/g' -e 's/\\([_*|#<>-])/\1/g' -e 's/&amp;/\&/g' -e 's/&lt;/</g' \
        -e 's/&gt;/>/g' -e 's/^\[author: [^]]*\]: //'
}

# A truth has a line for each run of letters: what closes a phrase begins a line there.
join_runs() {
    sed -zE 's/[[:space:]]*\n[[:space:]]*([],.;:!?)]+[[:space:]])/\1/g'
}

# For both sides: "1." and "1" are one enumerator, "00:00:00" and "0:00:00" one time of day.
same_notation() {
    sed -E -i -e 's/(^|[[:space:]])([0-9]+(\.[0-9]+)*)\.([[:space:]]|$)/\1\2\4/g' \
        -e 's/(^|[[:space:]])0([0-9]:[0-9]{2}:[0-9]{2})/\1\2/g' "$1"
}

# Usage: peer FORMAT FILE   The other converter's text, or failure when there is none.
peer() {
    case $1 in
    docx) command -v docx2txt >/dev/null && docx2txt "$2" - ;;
    odt | ods | odp) command -v odt2txt >/dev/null && odt2txt "$2" ;;
    rtf) command -v unrtf >/dev/null && unrtf --text "$2" | sed '1,/^-----------------/d' ;;
    epub) command -v pandoc >/dev/null && pandoc -f epub -t plain --wrap=none "$2" ;;
    *) return 1 ;;
    esac 2>/dev/null
}

read_file() {
    "$docket" read --ocr never "$1" 2>"$work/said" | tr '\f' '\n'
}

jq -r '[.format, .file, .truth_text // .truth_markdown // ""] | @tsv' "$corpus/index.jsonl" | sort |
    while IFS=$'\t' read -r format file truth; do
        [ $# -eq 0 ] || [[ " $* " == *" $format "* ]] || continue
        name=$format/$(basename "$file")
        if ! read_file "$corpus/$file" >"$work/ours"; then
            printf '%-52s %s\n' "$name" "$(head -1 "$work/said" | sed 's/^docket: [^:]*: //')"
            continue
        fi
        if [ -z "$truth" ]; then
            printf '%-52s read, %d words\n' "$name" "$(wc -w <"$work/ours")"
            continue
        fi
        case $truth in
        *.md) strip_marks <"$corpus/$truth" >"$work/truth" ;;
        *) join_runs <"$corpus/$truth" >"$work/truth" ;;
        esac
        same_notation "$work/truth"
        same_notation "$work/ours"
        recall=$("$score" recall "$work/truth" "$work/ours")
        f1=$("$score" f1 "$work/truth" "$work/ours")
        other=-
        if peer "$format" "$corpus/$file" >"$work/theirs"; then
            same_notation "$work/theirs"
            other=$("$score" recall "$work/truth" "$work/theirs")/$("$score" f1 "$work/truth" "$work/theirs")
        fi
        printf '%-52s recall %s  F1 %s  peer %s\n' "$name" "$recall" "$f1" "$other"
        echo "$format $recall $f1 $other" >>"$work/scores"
    done
[ -e "$work/scores" ] || exit 0
awk '{ n[$1]++; r[$1] += $2; f[$1] += $3; N++; R += $2; F += $3; if ($2 < 0.98) low[$1]++
       if (split($4, p, "/") == 2) { pn[$1]++; pr[$1] += p[1]; pf[$1] += p[2] } }
    END { for (k in n) {
            printf "%-6s %3d files  recall %.4f  F1 %.4f  under 0.98: %d", k, n[k], r[k] / n[k], f[k] / n[k], low[k]
            if (pn[k]) printf "   peer, %d files: recall %.4f F1 %.4f", pn[k], pr[k] / pn[k], pf[k] / pn[k]
            print "" }
          printf "all    %3d files  recall %.4f  F1 %.4f\n", N, R / N, F / N }' "$work/scores"
