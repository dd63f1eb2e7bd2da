#!/bin/bash
# docket export: the records of a pack as JSON Lines and as CSV that a spreadsheet opens without running
# anything of it.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
need_command python3
mkdir -p "$work/inbox/listing"
cat >"$work/inbox/listing/rows.jsonl" <<'END'
{"sku":"A1","title":"=HYPERLINK(\"#x\",\"win\")","brand":"Acme","category":"Clothing","price":"16.90","currency":"EUR","condition":"new","description":"Warm socks, \"thick\",\nin two lines"}
{"sku":"A2","title":"@SUM(1+1) mug","brand":"+Plus","category":"Household","price":"5.00","currency":"EUR","condition":"new","description":"-2+3 cmd mug of stoneware"}
{"sku":"A3","title":"Plain mug","brand":"Acme","category":"Household","price":"7.50","currency":"EUR","condition":"used","description":"A mug, blue"}
END
at=(--outbox "$work/outbox" --state "$work/state")
"$docket" run -q --inbox "$work/inbox" "${at[@]}" 2>"$work/err" || [ $? = 3 ] || fail "$(cat "$work/err")"

all=(--verdict "accepted,review,fallback" --state "$work/state")
expect_exit 0 "$docket" export listing "${all[@]}"
cp "$work/out" "$work/records.jsonl"
[ "$(jq -s length "$work/records.jsonl")" = 3 ] || fail "not three records: $(cat "$work/records.jsonl")"
expect_exit 0 "$docket" export listing --format csv --bom "${all[@]}"
cp "$work/out" "$work/records.csv"
expect_exit 0 "$docket" export listing --format csv --raw "${all[@]}"
cp "$work/out" "$work/raw.csv"

# Read by somebody else's reader, each cell is the record's value; guarded ones have an apostrophe more.
python3 - "$work/records.jsonl" "$work/records.csv" "$work/raw.csv" <<'END'
import csv, json, sys
records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]

def at(value, path):
    for token in path.split("/"):
        value = value.get(token) if isinstance(value, dict) else None
    return value

def shown(value):
    if value is None: return ""
    if isinstance(value, str): return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

def check(path, encoding, guarded):
    data = open(path, newline="", encoding=encoding).read()
    assert data.endswith("\r\n")
    rows = list(csv.DictReader(data.splitlines(keepends=True), strict=True))
    assert len(rows) == len(records), len(rows)
    marked = 0
    for row, record in zip(rows, records):
        assert row["document"] == record["name"] and row["verdict"] == record["verdict"]
        for column in list(row)[3:]:
            cell, value = row[column], shown(at(record["record"], column))
            if isinstance(at(record["record"], column), (int, float, list, dict)):
                assert json.loads(cell) == at(record["record"], column), (column, cell)
            elif guarded and value.lstrip(" ")[:1] in ("=", "+", "-", "@"):
                assert cell == "'" + value, (column, cell)
                marked += 1
            else:
                assert cell == value, (column, cell, value)
    return marked

assert check(sys.argv[2], "utf-8-sig", True) >= 2
check(sys.argv[3], "utf-8", False)
END
head -c 3 "$work/records.csv" | cmp -s - <(printf '\xef\xbb\xbf') || fail "no mark at the beginning"
expect_exit 0 "$docket" export listing --since 2000-01-01 --verdict failed --state "$work/state"
[ ! -s "$work/out" ] || fail "failed documents have records: $(cat "$work/out")"
expect_exit 2 "$docket" export nonsense --state "$work/state"
expect_exit 2 "$docket" export listing --format xml --state "$work/state"
expect_exit 2 "$docket" export listing --verdict held --state "$work/state"
echo "three records both ways, formulas disarmed"
