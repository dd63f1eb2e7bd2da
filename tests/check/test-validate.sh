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
echo '{"title": 7}' >odd.json
echo '{"$schema": "https://example.org/dialect"}' >dialect.json
echo '{"allOf": [{"$ref": "#"}]}' >endless.json
echo '{"anyOf": [{"$ref": "#"}]}' >depth.json
{ # two ways at each of forty levels, all of them wrong
    echo '{"$ref": "#/$defs/0", "$defs": {"40": {"type": "null"}'
    for i in {0..39}; do
        ref="\"\$ref\": \"#/\$defs/$((i + 1))\""
        echo ", \"$i\": {\"anyOf\": [{$ref}, {\"not\": {\"const\": $i}, $ref}]}"
    done
    echo '}}'
} >laborious.json

expect valid 0 "" "" schema.json good.json
expect invalid 1 "" "/name must be a string, found 7.*no property .x. is allowed here" schema.json bad.json
expect one-of-two 1 "" "bad.json: " schema.json good.json bad.json
expect quiet 1 "" "" -q schema.json bad.json
expect not-json 1 "" "broken.json: this is refused as JSON.*line 1" schema.json broken.json
expect asserted 1 "" "/day must be a date" --assert-format schema.json good.json
expect broken-schema 2 "" "wrong.json: /type: " wrong.json good.json
expect no-fetching 2 "" "remote.json: /.ref: .*nothing is fetched" remote.json good.json
expect missing-schema 2 "" "none.json" none.json good.json
expect missing-instance 2 "" "none.json" schema.json none.json
expect no-schema 2 "" "a schema is needed"
expect standard-input-twice 2 "" "more than once" - -
expect bad-format-word 2 "" "flag, basic or detailed" --format=all schema.json good.json
expect unknown-option 2 "" "frobnicate" --frobnicate schema.json good.json
expect flag 0 '"valid":[[:space:]]*true' "" --format flag schema.json good.json
expect flag-invalid 1 '"valid":[[:space:]]*false' "must be a string" --format flag schema.json bad.json
expect basic 1 '"keywordLocation":[[:space:]]*"/properties/name/type"' "must be" --format basic schema.json bad.json
expect detailed 1 '"instanceLocation":[[:space:]]*"/name"' "must be" --format detailed schema.json bad.json
expect jsonl 1 "" "rows.jsonl:3: /name must be.*rows.jsonl:5: this is refused as JSON" --jsonl schema.json rows.jsonl
expect jsonl-flag 1 '^\{"valid":true\} \{"valid":false\} \{"valid":true\} \{"valid":false\} $' "rows" \
    --format flag --jsonl schema.json rows.jsonl
expect json 1 '"version":1.*"instance":"bad.json".*"valid":false' "" --json schema.json bad.json
expect help 0 "assert-format" "" --help
stdin=good.json expect stdin 0 "" "" schema.json -
stdin=bad.json expect stdin-invalid 1 "" "standard input: /name" schema.json -

# An instance that cannot be read does not keep the others from being judged.
expect unread-between 2 "" "none.json cannot be read.*bad.json: /name must" schema.json none.json bad.json
expect folder-as-instance 2 "" "cannot be read" schema.json .
expect endless 2 "" "endless.json: /allOf/0/.ref: " endless.json good.json
expect undecided 2 "" "good.json: .*limit" laborious.json good.json
expect undecided-depth 2 "" "good.json: .*limit" depth.json good.json
expect undecided-json 2 '"valid":false,"verdict":"undecided"' "" --json laborious.json good.json
expect undecided-and-invalid 2 "" "good.json: .*limit.*broken.json: " laborious.json good.json broken.json
echo '{"allOf": [{"type": "null"}, {"type": "null"}]}' >twice.json
echo '7' >number.json
expect said-once 1 "" "^docket: number.json: [^:]* must be null, found 7 $" twice.json number.json

# A schema alone is held against its meta-schema, and compiled.
expect schema-alone 0 "" "schema.json: a schema that can be used" schema.json
expect schema-alone-quiet 0 "" "" -q schema.json
expect schema-alone-json 0 '"instance":"schema.json","valid":true' "" --json schema.json
expect schema-not-conforming 1 "" "odd.json: /title must be a string" odd.json
expect schema-not-compiling 2 "" "wrong.json: /type .*wrong.json: /type: " wrong.json
expect schema-missing-ref 2 "" "remote.json: /.ref: " remote.json
echo '{"tye": "object", "propertis": {"tye": {}}, "_type": 1, "x-own": 1, "enum": [{"tipe": 1}],
  "properties": {"typ": {}, "a": {"allOf": [{"minLenght": 3}]}}}' >typos.json
expect schema-typos 0 "" '^docket: typos.json: /tye is[^/]*/propertis is[^/]*/properties/a/allOf/0/minLenght is.*docket: typos.json: a schema that can' typos.json
expect schema-typos-words 0 "" '/tye is.* "type" was.*/propertis is.* "properties" was.*/properties/a/allOf/0/minLenght is.* "minLength" was probably meant docket: typos.json: a schema that can' typos.json
expect schema-typos-quiet 0 "" "" -q typos.json
expect schema-unknown-dialect 2 "" "the meta-schema of dialect.json, by its .schema or --dialect: .*https://example.org/dialect" dialect.json
expect metaschema-first 2 "" "odd.json: /title must be a string" --metaschema odd.json good.json
expect metaschema-and-instance 0 "" "" --metaschema schema.json good.json
stdin=schema.json expect schema-from-stdin 0 "" "a schema that can be used" -

# Remote references lead into the documents of --registry, and nowhere else.
mkdir -p folder/deeper
echo '{"$id": "https://example.org/none", "type": "string"}' >folder/none.json
echo '{"type": "integer"}' >folder/deeper/plain.json
echo 'no schema' >folder/notes.txt
ln -s . folder/again
echo '{"$ref": "https://example.org/base/deeper/plain.json"}' >by-prefix.json
echo '{"$ref": "folder/deeper/plain.json"}' >by-file.json
echo '"text"' >string.json
expect registry-by-id 0 "" "" --registry folder/none.json remote.json string.json
expect registry-by-id-invalid 1 "" "number.json: .*string" --registry folder/none.json remote.json number.json
expect registry-by-uri 0 "" "" --registry https://example.org/none=folder/deeper/plain.json remote.json number.json
expect registry-folder 0 "" "" --registry folder remote.json string.json
expect registry-folder-uri 0 "" "" --registry https://example.org/base=folder by-prefix.json number.json
expect registry-relative 0 "" "" --registry folder by-file.json number.json
expect registry-twice 0 "" "" --registry folder/deeper --registry folder/none.json remote.json string.json
expect registry-broken 2 "" "broken.json: line 1" --registry broken.json remote.json string.json
expect registry-missing 2 "" "gone.json cannot be read" --registry gone.json remote.json string.json
expect registry-not-given 2 "" "by-file.json: /.ref: " by-file.json number.json

# The dialect of a schema that does not name one.
echo '{"items": [{"type": "string"}], "additionalItems": false}' >old.json
echo '["a", 1]' >pair.json
echo '["a"]' >single.json
for name in draft-07 draft7 7 http://json-schema.org/draft-07/schema http://json-schema.org/draft-07/schema# 2019-09; do
    expect "dialect-$name" 1 "" "pair.json: " --dialect "$name" old.json single.json pair.json
done
expect dialect-newest 2 "" "old.json: /items: " old.json single.json
expect dialect-unknown 2 "" "draft-07.*2020-12.*not .3." --dialect 3 old.json single.json
echo '{"contentEncoding": "base64"}' >content.json
echo '"%%"' >percent.json
expect content-note 0 "" "" --dialect 7 content.json percent.json
expect content-asserted 1 "" "percent.json: .*base64" --dialect 7 --assert-content content.json percent.json

echo '{"dependencies": {"name": ["x"]}}' >dependencies.json
expect dependencies-ignored 0 "" "" dependencies.json good.json
expect dependencies-kept 1 "" "good.json: .*x" --old-dependencies dependencies.json good.json

# Lines: any number, of any length up to the limit, with and without an end, from a pipe as well.
yes '{"name": "line of some length, so that there are several blocks"}' | head -n 70000 >many.jsonl
expect many-lines 0 "" "" --jsonl schema.json many.jsonl
printf '{"name": 1}' >>many.jsonl
expect many-lines-last 1 "" "^docket: many.jsonl:70001: /name must" --jsonl schema.json many.jsonl
cat many.jsonl | "$docket" validate --jsonl schema.json - 2>err
[ $? = 1 ] && grep -q 'standard input:70001: ' err && echo "ok many-lines-piped" ||
    { echo "not ok many-lines-piped"; failures=$((failures + 1)); }
{
    echo '{"name": "a"}'
    head -c 70000000 /dev/zero | tr '\0' ' '
    printf '\n{"name": 2}\n'
} >long.jsonl
expect long-line 1 "" "long.jsonl:2: this is refused as JSON: the line is longer than 64 MB.*long.jsonl:3: /name" --jsonl schema.json long.jsonl
expect large-file 2 "" "long.jsonl is larger than 64 MB.*--jsonl" schema.json long.jsonl
printf '' >empty.jsonl
expect no-lines 0 "" "" --jsonl schema.json empty.jsonl
printf '{"name": "a"}\r\n{"name": "b"}\r\n' >crlf.jsonl
expect carriage-returns 0 "" "" --jsonl schema.json crlf.jsonl

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
