#!/bin/bash
# The rules that matter, as a program. Usage: check.sh FOLDER   Prints "rule: file:line: text" for
# each violation; exit 1 when there is one. Each rule has a bad example, see test-style.sh.
set -euo pipefail
shopt -s lastpipe # the last part of a pipe runs here, so that it can note what it found
cd "$1"

files() {
    find . \( -path ./build -o -path ./quickstart -o -path ./.git -o -path ./tests/style/bad \) -prune \
        -o -type f -print | sed 's|^\./||' | sort
}
all=$(files)
found=0

# Usage: pick PATTERN   The files whose path matches.
pick() {
    grep -E -- "$1" <<<"$all" || true
}

# Usage: without PATTERN   Drops paths from a list.
without() {
    grep -Ev -- "$1" || true
}

# Usage: refuse RULE PATTERN < files   No line of these files may match.
refuse() {
    local rule=$1 pattern=$2 hits
    hits=$(xargs -r -d '\n' grep -InEH -- "$pattern" || true)
    report "$rule" "$hits"
}

report() {
    [ -n "$2" ] || return 0
    local line
    while read -r line; do
        printf '%s: %s\n' "$1" "$line"
    done <<<"$2"
    found=1
}

# Libraries return, programs print.
pick '^(pipeline|stages)/.*\.[ch]$' |
    refuse prints '(^|[^_[:alnum:]])(printf|vprintf|puts|putchar|g_print|g_printerr|perror)[[:space:]]*\(|\<stdout\>'

# The ledger has one interface.
pick '^(pipeline|stages|tools)/.*\.[ch]$' | without '^pipeline/host/ledger[^/]*$' |
    refuse sql 'sqlite3|"[[:space:]]*(SELECT |INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_]+ SET|DELETE FROM|CREATE TABLE|PRAGMA )'

# Stages meet in the job, its reading and its record; lower layers do not know higher ones.
sed -nE 's|^stages/([^/]+)/.*|\1|p' <<<"$all" | sort -u | while read -r stage; do
    report sibling "$(pick "^stages/$stage/" | xargs -r -d '\n' grep -InHE '#include "stages/[^/"]+/' |
        without "#include \"stages/$stage/")"
done
pick '^pipeline/core/' | refuse layer '#include "(pipeline/host|stages|tools)/'
pick '^pipeline/host/' | refuse layer '#include "(stages|tools)/'
pick '^stages/' | refuse layer '#include "tools/'
pick '\.[ch]$' | refuse layer '#include "\.\./'

# Who may link what.
pick '\.[ch]$' | without '^(stages/read/techniques|samples/make|tests)/' |
    refuse library '#include <(poppler|cairo|tesseract|leptonica|allheaders|libxml|uchardet|archive|gmime)'
pick '\.[ch]$' | without '^(stages/(ask|deliver)|tests)/' | refuse library '#include <curl/'
pick '\.[ch]$' | without '^(stages/check|tests)/' | refuse library '#include <jq\.h>'
pick '\.[ch]$' | without '^(tools/llm-sim(\.c|/.*)|tests/.*)$' | refuse library '#include <microhttpd'

# Calls that have no place beside hostile input.
pick '\.[ch]$' |
    refuse call '(^|[^_[:alnum:]])(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|system|popen|tmpnam|mktemp)[[:space:]]*\('

# A header says what it is for, and every paragraph of declarations has a comment.
while read -r header; do
    [ -n "$header" ] || continue
    head -n 1 "$header" | grep -q '^/\*' || report header "$header:1: does not begin with what it is for"
    grep -q '^#pragma once' "$header" || report header "$header:1: no #pragma once"
    report header "$(awk -v file="$header" '
        function close_paragraph() {
            if (declared && !commented)
                print file ":" declared ": declarations without a comment"
            declared = commented = 0
        }
        /^[[:space:]]*$/ { close_paragraph(); next }
        /\/\*|\*\// { commented = 1 }
        /^[a-z][A-Za-z0-9_ *]*\(/ && !/_free\(|_quark\(|_clear\(|^static inline/ {
            if (!declared) declared = FNR
        }
        END { close_paragraph() }' "$header")"
done <<<"$(pick '^(pipeline|stages)/.*\.h$')"

# Subjects that fit a screen and a file.
while read -r source; do
    [ -n "$source" ] || continue
    report long "$(awk -v file="$source" '
        /^{/ { begin = FNR }
        /^}/ && begin {
            if (FNR - begin > 100) print file ":" begin ": a function of " FNR - begin " lines"
            begin = 0
        }
        END { if (FNR > 700) print file ":1: a file of " FNR " lines" }' "$source")"
done <<<"$(pick '^(pipeline|stages|tools)/.*\.c$')"

# The tree speaks of itself alone: no machine's folders, no hosts but those known here.
text=$(pick '\.(c|h|sh|md|txt|conf|service|timer|html|jq|1)$|^tools/|^\.ci/|CMake' |
    without '^samples/|^schemas/[^/]+/cases/|/(corpus|fixtures|data)/')
refuse path '(^|[^[:alnum:]_.~$}])/(home|root|work|Users)/[[:alnum:]]' <<<"$text"
hosts='(localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]*\.?example(\.(com|org|net))?|json-schema\.org|www\.w3\.org|kba\.github\.io|host|api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis\.com|openrouter\.ai|[A-Za-z]+\.openai\.azure\.com|[a-z0-9.-]+\.(test|invalid))([:/"'"'"'`<> ),;]|$)'
report host "$(xargs -r -d '\n' grep -InHoE 'https?://[^ ]*' <<<"$text" |
    without ":[0-9]+:https?://([\$%{<\\\\\"']|$|$hosts)")"
# (the brackets keep this line from finding itself)
refuse promise '\<(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\>|for[ ]now\>' <<<"$text"

exit $found
