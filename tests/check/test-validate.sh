#!/bin/bash
# docket validate as a person and a script use it: exit codes, data on stdout, talk on stderr.
set -u
docket="${DOCKET_BUILD:?}/docket"
[ -x "$docket" ] || { echo "skipped: no $docket"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# expect NAME EXIT-CODE STDOUT-PATTERN STDERR-PATTERN ARGUMENTS…: patterns are extended regular
# expressions over the whole output; "" means that there is none.
expect() {
    local name=$1 code=$2 out=$3 err=$4 got
    shift 4
    "$docket" validate "$@" >out 2>err <"${stdin:-/dev/null}"
    got=$?
    local ok=yes
    [ "$got" = "$code" ] || ok="exit code $got, not $code"
    if [ -z "$out" ]; then [ ! -s out ] || ok="unexpected stdout"
    else tr '\n' ' ' <out | grep -Eq -- "$out" || ok="stdout lacks $out"; fi
    if [ -z "$err" ]; then [ ! -s err ] || ok="unexpected stderr"
    else tr '\n' ' ' <err | grep -Eq -- "$err" || ok="stderr lacks $err"; fi
    if [ "$ok" != yes ]; then
        echo "not ok $name: $ok"
        sed 's/^/    out: /' out
        sed 's/^/    err: /' err
        failures=$((failures + 1))
    else
        echo "ok $name"
    fi
}

cat >schema.json <<'JSON'
{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
 "required": ["name"], "additionalProperties": false,
 "properties": {"name": {"type": "string"}, "day": {"format": "date"}}}
JSON
echo '{"name": "a", "day": "someday"}' >good.json
echo '{"name": 7, "x": 1}' >bad.json
echo '{"name": "a",}' >broken.json
printf '{"name": "a"}\n\n{"name": 1}\n{"name": "b"}\n[' >rows.jsonl
echo '{"type": "wish"}' >wrong.json
echo '{"$ref": "https://example.org/none"}' >remote.json

expect valid 0 "" "" schema.json good.json
expect invalid 1 "" "/name must be a string, found 7.*must not have the member .x." schema.json bad.json
expect one-of-two 1 "" "bad.json: " schema.json good.json bad.json
expect quiet 1 "" "" -q schema.json bad.json
expect not-json 1 "" "broken.json: this is not JSON.*line 1" schema.json broken.json
expect asserted 1 "" "/day must be a date" --assert-format schema.json good.json
expect broken-schema 2 "" "wrong.json: /type: " wrong.json good.json
expect no-fetching 2 "" "remote.json: /.ref: .*nothing is fetched" remote.json good.json
expect missing-schema 2 "" "none.json" none.json good.json
expect missing-instance 2 "" "none.json" schema.json none.json
expect no-instance 2 "" "at least one instance" schema.json
expect bad-format-word 2 "" "flag, basic or detailed" --format=all schema.json good.json
expect unknown-option 2 "" "frobnicate" --frobnicate schema.json good.json
expect flag 0 '"valid":[[:space:]]*true' "" --format flag schema.json good.json
expect flag-invalid 1 '"valid":[[:space:]]*false' "must be a string" --format flag schema.json bad.json
expect basic 1 '"keywordLocation":[[:space:]]*"/properties/name/type"' "must be" --format basic schema.json bad.json
expect detailed 1 '"instanceLocation":[[:space:]]*"/name"' "must be" --format detailed schema.json bad.json
expect jsonl 1 "" "rows.jsonl:3: /name must be.*rows.jsonl:5: this is not JSON" --jsonl schema.json rows.jsonl
expect jsonl-flag 1 '^\{"valid":true\} \{"valid":false\} \{"valid":true\} \{"valid":false\} $' "rows" \
    --format flag --jsonl schema.json rows.jsonl
expect json 1 '"version":1.*"instance":"bad.json".*"valid":false' "" --json schema.json bad.json
expect help 0 "assert-format" "" --help
stdin=good.json expect stdin 0 "" "" schema.json -
stdin=bad.json expect stdin-invalid 1 "" "standard input: /name" schema.json -

# What is printed as basic output conforms to the specification's output format.
"$docket" validate --format basic schema.json bad.json 2>/dev/null >unit.json
cat >unit-schema.json <<'JSON'
{"type": "object", "required": ["valid", "errors"], "properties": {"valid": {"const": false},
 "errors": {"minItems": 2, "items": {"required": ["keywordLocation", "instanceLocation", "error"],
 "properties": {"keywordLocation": {"format": "json-pointer"},
 "instanceLocation": {"format": "json-pointer"},
 "absoluteKeywordLocation": {"format": "uri"}}}}}}
JSON
expect output-conforms 0 "" "" --assert-format unit-schema.json unit.json

[ "$failures" = 0 ] || { echo "$failures checks failed"; exit 1; }
