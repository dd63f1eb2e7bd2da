#!/bin/bash
# The schemas for what people write into a pack, and what `docket pack check` makes of a mistake there.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ -x "$docket" ] || skip "no $docket"
unset "${!DOCKET_PATHS_@}" 2>/dev/null || true
export XDG_CONFIG_HOME=$work/xdg
cd "$work"
out=$work/out
letter=packs/letter

# Usage: refuse SED-EXPRESSION FILE PATTERN…   With this edit the check says a line for each pattern.
refuse() {
    local edit=$1 file=$2 pattern
    shift 2
    cp "$letter/$file" kept
    sed -i "$edit" "$letter/$file"
    ! cmp -s kept "$letter/$file" || fail "this changes nothing: $edit"
    expect_exit 2 "$docket" pack check --packs packs
    for pattern in "$@"; do
        expect_text "$pattern" "$out"
    done
    [ "$(grep -c ': error: ' "$out")" = $# ] || fail "not $# errors: $(cat "$out")"
    mv kept "$letter/$file"
}

# Those that came along are schemas, and all packs that came along are written by them.
count=0
for schema in "$DOCKET_SOURCE"/schemas/*.schema.json "$DOCKET_SOURCE"/schemas/*/schema.json; do
    expect_exit 0 "$docket" validate "$schema"
    count=$((count + 1))
done
[ "$count" -ge 5 ] || fail "only $count schemas"
expect_exit 0 "$docket" pack check
[ "$(grep -c ': good, ' "$out")" -ge 3 ] || fail "not three good packs: $(cat "$out")"
for template in "$DOCKET_SOURCE"/schemas/*/template.json; do
    expect_exit 0 "$docket" validate "$DOCKET_SOURCE/schemas/template.schema.json" "$template"
done

# A new pack is good, and its template leads editors to its schema.
expect_exit 0 "$docket" pack new letter --packs packs
expect_exit 0 "$docket" pack check --packs packs
leads=$(sed -n 's/.*schema": "\(.*\)".*/\1/p' "$letter/template.json")
cmp "$letter/$leads" "$DOCKET_SOURCE/schemas/template.schema.json"
echo mine >packs/template.schema.json
expect_exit 0 "$docket" pack new note --packs packs
[ "$(cat packs/template.schema.json)" = mine ] || fail "a schema was overwritten"
rm -r packs/note

# A misspelt keyword in the pack's own schema is no error for JSON Schema, so it is told as a note.
cp "$letter/schema.json" kept
sed -i '0,/"description"/s//"descripton"/' "$letter/schema.json"
expect_exit 0 "$docket" pack check --packs packs
expect_text 'note: schema.json: .*descripton.*"description" was probably meant' "$out"
mv kept "$letter/schema.json"

refuse 's/"labels": \["amount due"/"labls": ["amount due"/' template.json \
    'letter: error: template\.json: /fields/amount_due/labls .*"labels" was probably meant$'
refuse 's/"parser": "money"/"parser": "mony"/' template.json \
    'template\.json: /fields/amount_due/parser is "mony".*"string", "date".*"paragraphs"; "money" was'
refuse 's/"anywhere": true/"anywhere": "yes"/' template.json \
    'template\.json: /fields/date/anywhere must be .*, found "yes"'
refuse 's/"dates": "dmy"/"datse": "dmy"/; s/"parser": "date"/"parser": 7/' template.json \
    'template\.json: /datse .*"dates" was probably meant' \
    'template\.json: /fields/date/parser is 7'
refuse 's/"dates": "dmy",/"dates": "dmy"/' template.json 'template\.json: .*line 4'
refuse 's/"labels": \["date"\]/"table": {"columns": {"day": {}}}/' template.json \
    'template\.json: the schema has no field /date/0/day'
refuse 's/"labels": \["date"\]/"labels": ["date"], "pattern": "("/' template.json \
    'template\.json: field "/date", key "pattern"'

printf '\n{"document": 7, "record": {}, "note": ""}\n{"record": {}}\n{"document"\n' \
    >>"$letter/examples.jsonl"
refuse '1s/"record"/"recrod"/' examples.jsonl \
    'examples\.jsonl:1: the record lacks .*"recrod" was probably meant to be "record"' \
    'examples\.jsonl:1: /recrod .*"record" was probably meant' \
    'examples\.jsonl:3: /document must be a string, found 7' \
    'examples\.jsonl:3: /note must not be there' \
    'examples\.jsonl:4: the record lacks the required property "document"' \
    'examples\.jsonl:5: .*line 1'
expect_exit 2 "$docket" pack check --json --packs packs
expect_text '"good":false,"errors":\["examples\.jsonl:3: ' "$out"
