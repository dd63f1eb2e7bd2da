#!/bin/bash
# All samples through the shipped programs: first with no model, where verdicts and the fields that
# each sample names must be right and no forbidden text may stand in a record; then with llm-sim
# answering the truth, where every record must be the whole truth. What is delivered validates.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

compare=$DOCKET_BUILD/tests/golden-compare
[ -x "$compare" ] || compare=$DOCKET_BUILD/golden-compare
expected=$DOCKET_SOURCE/samples/expected

# Usage: new_place NAME   $work/NAME with the samples in its inbox and settings in docket.conf.
new_place() {
    place=$work/$1
    mkdir -p "$place"
    copy_samples "$place/inbox" inbox hostile
    cat >"$place/docket.conf" <<CONF
[paths]
inbox = $place/inbox
outbox = $place/outbox
state = $place/state
packs = $DOCKET_SOURCE/schemas
[run]
settle = 0
CONF
}

# Usage: run_once   docket run in $place; hostile samples make it end with 3.
run_once() {
    local status=0
    "$docket" run --config "$place/docket.conf" --no-progress >"$place/out" 2>"$place/err" || status=$?
    [ "$status" = 3 ] && return 0
    tail -n 30 "$place/err" >&2
    fail "docket run over the samples ended with $status, not 3"
}

# Usage: validate_records   Every record in $place/outbox against its pack's schema.
validate_records() {
    local folder pack n=0
    for folder in "$place"/outbox/records/*/; do
        pack=$(basename "$folder")
        while IFS= read -r -d '' file; do
            case $file in
            *.meta.json | *.meta.jsonl) continue ;;
            *.jsonl) expect_exit 0 "$docket" validate --jsonl "$DOCKET_SOURCE/schemas/$pack/schema.json" "$file" ;;
            *) expect_exit 0 "$docket" validate "$DOCKET_SOURCE/schemas/$pack/schema.json" "$file" ;;
            esac
            n=$((n + 1))
        done < <(find "$folder" -type f -print0)
    done
    [ "$n" -ge 3 ] || fail "only $n files were delivered: nothing is proven"
    echo "$n delivered files validate"
}

# Every case of a pack is a record by its own schema.
for pack in invoice receipt listing; do
    expect_exit 0 "$docket" validate "$DOCKET_SOURCE/schemas/$pack/schema.json" \
        "$DOCKET_SOURCE/schemas/$pack/cases/"*.expected.json
done

echo "-- no model"
new_place template
run_once
validate_records
"$compare" "$place/state" "$expected" || fail "without a model the samples did not come out as expected"
expect_exit 0 "$docket" audit --config "$place/docket.conf"
[ -z "$(find "$place/inbox" -type f)" ] || fail "files stayed in the inbox: $(find "$place/inbox" -type f)"
[ ! -e "$place/owned" ] && [ ! -e owned ] || fail "a file name was run by a shell"

echo "-- a model that knows the truth"
new_place model
"$compare" --truth "$expected" >"$place/truth.jsonl"
"$DOCKET_BUILD/llm-sim" --truth "$place/truth.jsonl" --port-file "$place/port" 2>"$place/sim.err" &
started+=($!)
for _ in $(seq 100); do
    [ -s "$place/port" ] && break
    sleep 0.1
done
[ -s "$place/port" ] || fail "llm-sim did not start: $(cat "$place/sim.err")"
cat >>"$place/docket.conf" <<CONF
[model]
base_url = http://127.0.0.1:$(cat "$place/port")/v1
name = sim
CONF
run_once
validate_records
"$compare" --full "$place/state" "$expected" || fail "with the truth as answer the records are not the truth"
expect_exit 0 "$docket" audit --config "$place/docket.conf"
