#!/bin/bash
# The rules of check.sh hold in the tree, and each one finds its bad example. The formatter and the
# shell checker agree with every file.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$DOCKET_SOURCE/tests/style

# Usage: must_find RULE FOLDER   The rule fires there, and no other does.
must_find() {
    local rule=$1 output
    output=$(bash "$here/check.sh" "$2" || true)
    grep -q "^$rule: " <<<"$output" || fail "rule $rule does not find its bad example"
    if grep -v "^$rule: " <<<"$output"; then
        fail "the bad example of rule $rule breaks another rule as well (above)"
    fi
}
tried=0
for folder in "$here"/bad/*/; do
    must_find "$(basename "$folder")" "$folder"
    tried=$((tried + 1))
done
# Examples that may not stand in the tree as files, because that would break the rule here too.
mkdir -p "$work/path/tools" "$work/host/tools" "$work/promise/tools"
printf '# see /%s/someone/notes\n' home >"$work/path/tools/a.sh"
printf '# from http%s://packages.elsewhere.io/x\n' s >"$work/host/tools/a.sh"
printf '/* %s%s: check the sign */\n' TO DO >"$work/promise/tools/a.c"
for rule in path host promise; do
    must_find "$rule" "$work/$rule"
    tried=$((tried + 1))
done
# A rule that somebody adds without an example is noticed here.
rules=$(grep -oE '(refuse|report) [a-z]+ ' "$here/check.sh" | awk '{print $2}' | sort -u | wc -l)
[ "$rules" = "$tried" ] || fail "$rules rules, but $tried bad examples"

bash "$here/check.sh" "$DOCKET_SOURCE" || fail "the tree breaks its rules (above)"

cd "$DOCKET_SOURCE"
sources() {
    find . \( -path ./build -o -path ./quickstart -o -path ./.git -o -path ./tests/style/bad \) -prune -o -type f "$@" -print0
}
if command -v clang-format >/dev/null; then
    sources \( -name '*.c' -o -name '*.h' \) | xargs -0 -r clang-format --dry-run -Werror ||
        fail "run clang-format -i on the files above"
fi
if command -v shellcheck >/dev/null; then
    sources \( -name '*.sh' -o -path './tools/quickstart' -o -path './tools/test' -o -path './.ci/run' \) |
        xargs -0 -r shellcheck -x -P .:SCRIPTDIR -S warning || fail "shellcheck has remarks (above)"
fi
