#!/bin/bash
# docket validate --bowtie: the protocol, and through it the whole official JSON Schema Test Suite with
# the counts that must come out. The suite is read from $DOCKET_CORPUS.
set -u
docket="${DOCKET_BUILD:?}/docket" suite_program="$DOCKET_BUILD/bowtie-suite"
for program in "$docket" "$suite_program"; do
    [ -x "$program" ] || { echo "skipped: no $program"; exit 77; }
done
corpus=${DOCKET_CORPUS:-${DOCKET_SOURCE:?}/../shared/corpus}
suite=$corpus/json-schema-test-suite
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "not ok $1"
    failures=$((failures + 1))
}

# ---- the protocol ----

start='{"cmd":"start","version":1}'
stop='{"cmd":"stop"}'
draft='{"cmd":"dialect","dialect":"https://json-schema.org/draft/2020-12/schema"}'

# session NAME EXIT-CODE STDOUT-PATTERN STDERR-PATTERN LINE…: patterns are extended regular expressions
# over the whole output; "" means that there is none.
session() {
    local name=$1 code=$2 out=$3 err=$4 got ok=yes
    shift 4
    printf '%s\n' "$@" | timeout 60 "$docket" validate --bowtie >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" = "$code" ] || ok="exit code $got, not $code"
    if [ -z "$out" ]; then [ ! -s "$work/out" ] || ok="unexpected stdout"
    else tr '\n' ' ' <"$work/out" | grep -Eq -- "$out" || ok="stdout lacks $out"; fi
    if [ -z "$err" ]; then [ ! -s "$work/err" ] || ok="unexpected stderr"
    else tr '\n' ' ' <"$work/err" | grep -Eq -- "$err" || ok="stderr lacks $err"; fi
    [ "$ok" = yes ] && echo "ok $name" && return
    fail "$name: $ok"
    head -c 2000 "$work/out" | sed 's/^/    out: /'
    head -c 2000 "$work/err" | sed 's/^/    err: /'
}

# run SCHEMA INSTANCE… -> a run command
run() {
    local schema=$1 tests=''
    shift
    for instance; do tests+=",{\"description\":\"t\",\"instance\":$instance}"; done
    printf '{"cmd":"run","seq":1,"case":{"description":"c","schema":%s,"registry":%s,"tests":[%s]}}' \
        "$schema" "${registry:-{\}}" "${tests#,}"
}

session start 0 '\{"version":1,"implementation":\{"language":"c","name":"docket".*"homepage".*"dialects":\["https://json-schema.org/draft/2020-12/schema"' \
    "" "$start" "$stop"
session dialect 0 '\{"ok":true\} $' "" "$start" "$draft" "$stop"
session unknown-dialect 0 '\{"ok":false\} $' "" "$start" '{"cmd":"dialect","dialect":"urn:none"}' "$stop"
session verdicts 0 '\{"seq":1,"results":\[\{"valid":true\},\{"valid":false\}\]\} $' "" \
    "$start" "$draft" "$(run '{"type":"string"}' '"a"' 1)" "$stop"
session sequence-is-echoed 0 '\{"seq":\{"a":\[12345678901234567890, "\\u0000"\]\},"results":\[\{"valid":true\}\]\} $' "" \
    "$start" '{"seq":{"a":[12345678901234567890, "\u0000"]},"case":{"tests":[{"instance":1}],"schema":true},"cmd":"run"}' "$stop"
session registry 0 \
    '"results":\[\{"valid":true\},\{"valid":false\}\]' "" "$start" "$draft" \
    "$(registry='{"http://example.com/s":{"type":"string"}}' run '{"$ref":"http://example.com/s"}' '"a"' 1)" "$stop"
session registry-does-not-stay 0 '"results".*\{"seq":1,"errored":true,"context":\{"message":"/\$ref' "" "$start" "$draft" \
    "$(registry='{"http://example.com/s":{"type":"string"}}' run '{"$ref":"http://example.com/s"}' '"a"')" \
    "$(run '{"$ref":"http://example.com/s"}' '"a"')" "$stop"
session broken-registry-document 0 '"errored":true.*http://example.com/s.* of the registry: .*twice' "" \
    "$start" "$draft" "$(registry='{"http://example.com/s":{"a":1,"a":2}}' run '{"$ref":"http://example.com/s"}' '"a"')" "$stop"
session schema-cannot-be-compiled 0 '\{"seq":1,"errored":true,"context":\{"message":"/pattern' "" \
    "$start" "$draft" "$(run '{"pattern":"("}' '"a"')" "$stop"
session two-keys-of-one-name 0 '"results":\[\{"valid":true\},\{"errored":true,"context":\{"message":"[^}]*twice[^}]*"\}\},\{"valid":true\}\]' "" \
    "$start" "$draft" "$(run true 1 '{"a":1,"a":2}' 2)" "$stop"
session endless 0 '\{"seq":1,"errored":true,"context":\{"message":"/allOf/0/\$ref' "" \
    "$start" "$draft" "$(run '{"allOf":[{"$ref":"#"}]}' 1)" "$stop"
# Two ways at each of forty levels, all of them wrong.
levels='"40":{"type":"null"}'
for i in {0..39}; do
    ref="{\"\$ref\":\"#/\$defs/$((i + 1))\"}"
    levels+=",\"$i\":{\"anyOf\":[$ref,{\"not\":{\"const\":$i},${ref#\{}]}"
done
session undecided 0 '"results":\[\{"errored":true,"context":\{"message":"[^"]*limit[^"]*"\}\},\{"valid":true\}\]' "" \
    "$start" "$draft" "$(run "{\"\$ref\":\"#/\$defs/0\",\"\$defs\":{$levels}}" '"x"' null)" "$stop"
session nul-decided 0 '"results":\[\{"valid":true\},\{"valid":false\},\{"valid":false\},\{"valid":false\}\]' "" \
    "$start" "$draft" "$(run '{"const":"a\u0000b"}' '"a\u0000b"' '"ab"' '"a"' '"a\\u0000b"')" "$stop"
session nul-and-its-stand-in 0 '"results":\[\{"valid":false\},\{"valid":true\}\]' "" \
    "$start" "$draft" "$(run '{"const":"\uFDD0"}' '"\u0000"' '"\ufdd0"')" "$stop"
session nul-length 0 '"results":\[\{"valid":true\},\{"valid":false\}\]' "" \
    "$start" "$draft" "$(run '{"maxLength":3}' '"a\u0000b"' '"a\u0000bc"')" "$stop"
session nul-skipped 0 '\{"seq":1,"skipped":true,"message":"[^}]*pattern' "" \
    "$start" "$draft" "$(run '{"items":{"pattern":"a"}}' '["\u0000"]')" "$stop"
session not-started 2 "" 'line 1: the first command must be' "$draft"
session other-version 2 "" 'line 1: .*version' '{"cmd":"start","version":2}'
session unknown-command 2 '"version":1' 'line 2: .*none of start' "$start" '{"cmd":"dance"}'
session no-command 2 '"version":1' 'line 2: .*cmd' "$start" '{}'
session not-json 2 '"version":1' 'line 2: this is not a JSON object' "$start" '{"cmd":'
session not-an-object 2 '"version":1' 'line 2: this is not a JSON object' "$start" '[1]'
session two-objects 2 '"version":1' 'line 2: something stands behind' "$start" '{"cmd":"stop"} {}'
session no-seq 2 '"version":1' 'line 2: .*seq' "$start" '{"cmd":"run","case":{}}'
session no-case 2 '"version":1' 'line 2: .*case' "$start" '{"cmd":"run","seq":1}'
session empty-case 0 '\{"seq":1,"errored":true' "" "$start" '{"cmd":"run","seq":1,"case":{}}' "$stop"
session no-stop 2 '"version":1' 'ended without a "stop"' "$start"
session empty-line 2 '"version":1' 'line 2: ' "$start" ""
head -c 70000000 /dev/zero | tr '\0' x >"$work/long"
timeout 60 "$docket" validate --bowtie <"$work/long" >"$work/out" 2>"$work/err"
[ $? = 2 ] && grep -q 'line 1 is longer than 64 MB' "$work/err" || fail "huge line"
"$docket" validate --bowtie x.json >"$work/out" 2>&1 && fail "files with --bowtie"

# An answer comes before the next command is sent.
coproc harness { exec timeout 60 "$docket" validate --bowtie; }
for command in "$start" "$draft" "$(run true 1)"; do
    printf '%s\n' "$command" >&"${harness[1]}"
    read -r -t 30 -u "${harness[0]}" answer && [ -n "$answer" ] || fail "no answer to $command"
done
pid=${harness_PID:?}
printf '%s\n' "$stop" >&"${harness[1]}"
wait "$pid" || fail "exit code after stop"

# ---- the suite ----

[ -d "$suite" ] || {
    echo "no JSON Schema Test Suite at $suite (set DOCKET_CORPUS): only the protocol is tested"
    [ "$failures" = 0 ] && exit 77
    exit 1
}

# put DRAFT KIND FOLDER TESTS OPTION…: so many tests are there, and each has the right verdict.
put() {
    local draft=$1 kind=$2 folder=$3 tests=$4 right=0 total=0
    shift 4
    "$suite_program" ask "$suite" "$draft" "$folder" |
        "$docket" validate --bowtie "$@" 2>"$work/err" |
        "$suite_program" count "$suite" "$draft" "$folder" >"$work/counted" ||
        fail "$draft $kind: the session broke"
    read -r right total <"$work/counted"
    printf '%-14s %-9s %5s of %5s right\n' "$draft" "$kind" "$right" "$total"
    if [ "$total" != "$tests" ] || [ "$right" != "$tests" ]; then
        fail "$draft $kind: $tests of $tests are wanted; the first that are missed:"
        sed -n '2,40s/^/    /p' "$work/counted"
    fi
    [ ! -s "$work/err" ] || fail "$draft $kind says on stderr: $(head -n 5 "$work/err")"
}

put draft2020-12 required . 1299
put draft2019-09 required . 1259
put draft7 required . 927
# The optional tests ask for what is an option: "dependencies" in new drafts, contents as rules in old ones.
put draft2020-12 optional optional 162 --old-dependencies
put draft2019-09 optional optional 158 --old-dependencies
put draft7 optional optional 118 --assert-content
put draft2020-12 format optional/format 764 --assert-format
put draft2019-09 format optional/format 757 --assert-format
put draft7 format optional/format 676 --assert-format

[ "$failures" = 0 ] || { echo "$failures checks failed"; exit 1; }
