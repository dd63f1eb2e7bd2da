#!/bin/bash
# No two of our static libraries define the same name: the linker would silently take the one that
# comes first, and a program would call a function that its library's tests never saw.
set -euo pipefail
cd "$DOCKET_BUILD"

find . -name 'lib*.a' -print0 | sort -z | xargs -0 nm -A --defined-only --extern-only 2>/dev/null |
    sed -nE 's|^\./([^:]+):[^:]+:[0-9a-f]+ [A-Z] (.*)|\2 \1|p' | sort -u >symbols.txt
[ -s symbols.txt ] || {
    echo "no static libraries in $DOCKET_BUILD"
    exit 1
}
twice=$(cut -d' ' -f1 symbols.txt | uniq -d)
[ -z "$twice" ] || {
    grep -F -w -f <(printf '%s\n' "$twice") symbols.txt
    exit 1
}
echo "$(wc -l <symbols.txt) names, each defined once"
