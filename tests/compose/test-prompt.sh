#!/bin/bash
# docket prompt: what is shown is what is hashed and sent, and differences are those that diff finds.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ -x "$docket" ] || skip "no $docket"
need_command diff
export XDG_CONFIG_HOME=$work/xdg
unset "${!DOCKET_PATHS_@}" "${!DOCKET_MODEL_@}" 2>/dev/null || true
cd "$work"
out=$work/out

expect_exit 0 "$docket" pack new packs/letter
sed -i 's/^prompt = v1$/prompt = v1:75 v2:25/' packs/letter/pack.conf
prompts=packs/letter/prompts

# Usage: versions FIRST SECOND   Lines for v1 and v2, each word one.
versions() {
    tr ' ' '\n' <<<"$1" >$prompts/v1.md
    tr ' ' '\n' <<<"$2" >$prompts/v2.md
}

# Each way in which lines can part, at the beginning, between and at the end; one hunk, and several.
long="1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30"
for pair in "a b c|a b c" "a b c|a c" "a c|a b c" "a|b" "x a|y a" "$long|${long/15/}" \
    "$long|${long/ 2 / }" "$long|0 ${long/ 22 / x y }" "$long|${long/ 3 / } 31" \
    "$long|${long/ 10 / q } z" "${long/ 4 / }|${long/ 12 / }" "${long/ 4 / }|${long/ 11 / }"; do
    versions "${pair%|*}" "${pair#*|}"
    "$docket" prompt show letter v1 --packs packs >first
    "$docket" prompt show letter v2 --packs packs >second
    diff -u --label letter/v1 --label letter/v2 first second >wanted || true
    expect_exit 0 "$docket" prompt diff letter v1 v2 --packs packs
    cmp -s wanted "$out" || fail "not what diff finds between $pair: $(diff wanted "$out")"
done

# Far more lines than a table is made for: all of them count as changed, and none is lost.
seq 1 9000 >$prompts/v1.md
seq 2 2 18000 >$prompts/v2.md
expect_exit 0 "$docket" prompt diff letter v1 v2 --packs packs
[ "$(grep -c '^-[0-9]' "$out")" = 9000 ] || fail "lines of a long prompt are missing"
[ "$(grep -c '^+[0-9]' "$out")" = 9000 ] || fail "lines of a long prompt are missing"

versions "You write records." "You write good records."
expect_exit 0 "$docket" prompt list letter --packs packs
expect_text '^v1 +75\.0 %  [0-9a-f]{12}  [0-9]+ bytes$' "$out"
expect_text '^v2 +25\.0 %' "$out"
expect_exit 0 "$docket" prompt list letter --packs packs --json
cp "$out" list
for version in v1 v2; do
    expect_exit 0 "$docket" prompt show letter $version --packs packs
    hash=$(sha256sum <"$out")
    expect_text "\"version\":\"$version\"[^}]*\"sha256\":\"${hash%% *}\"" list
    [ $version = v2 ] || cp "$out" main
done
expect_exit 0 "$docket" prompt show letter --packs packs
cmp -s main "$out" || fail "without a version, not the one that most documents get is shown"

# With a document: the prefix of its version and nothing before the document; named, another version's.
printf 'Our reference: AB-1\nDate: 3 March 2026\n' >letter.txt
expect_exit 0 "$docket" prompt show letter --document letter.txt --packs packs
cp "$out" shown
expect_exit 0 "$docket" prompt show letter --document letter.txt --packs packs
cmp -s shown "$out" || fail "a document does not keep its prompt"
for version in v1 v2; do
    "$docket" prompt show letter $version --packs packs >prefix
    expect_exit 0 "$docket" prompt show letter $version --document letter.txt --packs packs
    head -c "$(stat -c %s prefix)" "$out" | cmp -s - prefix || fail "$version: not its prefix first"
    tail -c +$(($(stat -c %s prefix) + 1)) "$out" >document
    expect_text '^File name: "letter.txt"$' document
    [ "$(wc -l <document)" = 5 ] || fail "more than the document behind the prefix"
done
expect_exit 0 "$docket" prompt show letter --document letter.txt --packs packs --json
expect_text '"role":"system","text":"You.*"cache":true.*"role":"user".*"cache":false' "$out"

expect_exit 2 "$docket" prompt show letter v9 --packs packs
expect_text 'no prompt "v9"; there are v1, v2' "$work/err"
expect_exit 2 "$docket" prompt show nothing --packs packs
expect_exit 2 "$docket" prompt diff letter v1 --packs packs
expect_exit 2 "$docket" prompt list letter --document letter.txt --packs packs
expect_exit 2 "$docket" prompt undo letter --packs packs
expect_exit 2 "$docket" prompt show letter --document none.txt --packs packs
: >empty.txt
expect_exit 3 "$docket" prompt show letter --document empty.txt --packs packs
