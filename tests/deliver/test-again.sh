#!/bin/bash
# docket retry and docket rerun on the shipped program: what failed is made good, what a person decided
# stays, rows keep their order, nothing of an earlier verdict stays behind, and kills lose nothing.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/../ask/sim.sh"
need_command sqlite3
need_command jq
samples=$DOCKET_SOURCE/samples/inbox

# Usage: place NAME PACK…   With packs of its own.
place() {
    new_place "$1"
    shift
    mkdir "$place/packs"
    local pack
    for pack in "$@"; do
        cp -r "$DOCKET_SOURCE/schemas/$pack" "$place/packs/"
    done
    sed -i "s|^packs=.*|packs=$place/packs|" "$place/docket.conf"
}

# Usage: expect CODE COMMAND ARGUMENT…   docket with the place's configuration.
expect() {
    local code=$1
    shift
    expect_exit "$code" "$docket" "$@" --config "$place/docket.conf"
}

audit() { expect 0 audit; }

# Usage: expect_outbox FILE…   These and no others, below the outbox.
expect_outbox() {
    local found
    found=$(cd "$place/outbox" && find . -type f | sed -e 's|^\./||' -e 's|archive/[0-9/]*/|archive/|' | sort | tr '\n' ' ')
    [ "$found" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || fail "in the outbox: $found"
}

# ---- failed, then its pack comes ----

place failed invoice
cp "$samples/receipt-pharmacy.txt" "$place/inbox/"
expect 3 run
expect_outbox failed/receipt-pharmacy.txt failed/receipt-pharmacy.txt.reason.json
cp -r "$DOCKET_SOURCE/schemas/receipt" "$place/packs/"
expect 2 retry
expect 0 retry --reason damaged
expect_text 'nothing is to be tried again' "$work/err"
expect 0 retry --reason no_pack --dry-run
expect_text '1 would be put back' "$work/err"
expect 0 retry --reason no_pack
audit
expect_ledger "SELECT verdict FROM documents" held "a document that was put back"
expect 0 run
expect_outbox archive/receipt-pharmacy.txt records/receipt/receipt-pharmacy.txt.{json,meta.json}
audit
expect 0 show receipt-pharmacy.txt
expect_text 'before +failed, until docket retry' "$work/out"
expect 0 run
expect_ledger "SELECT count(*) FROM documents" 1 "documents after another run"

# ---- accepted, and made again: the same once more, from the archive ----

expect 0 retry receipt-pharmacy.txt
expect 0 run
expect_outbox archive/receipt-pharmacy.txt records/receipt/receipt-pharmacy.txt.{json,meta.json}
expect_ledger "SELECT count(*) FROM revisions" 2 "revisions"
audit

# ---- accepted, and with a pack that asks for more it waits for a person, who then decides for good ----

sed -i 's/^accept_at = .*/accept_at = 0.99/' "$place/packs/receipt/pack.conf"
before=$(sha256sum "$place"/outbox/records/receipt/*.json)
expect 0 rerun --pack receipt --dry-run
expect_text '^receipt-pharmacy.txt: accepted -> review' "$work/out"
expect_text '1 would be different' "$work/err"
[ "$before" = "$(sha256sum "$place"/outbox/records/receipt/*.json)" ] || fail "a dry run changed the outbox"
expect_ledger "SELECT verdict FROM documents" accepted "a dry run changed a verdict"
expect 0 rerun --pack receipt
expect_text '^receipt-pharmacy.txt: accepted -> review' "$work/out"
expect_outbox archive/receipt-pharmacy.txt review/receipt/receipt-pharmacy.txt.json
audit
expect 0 rerun --pack receipt
expect_text 'is of this version already' "$work/err"
expect 0 review correct 1 --set "/company=Corner Shop"
expect_outbox archive/receipt-pharmacy.txt records/receipt/receipt-pharmacy.txt.{json,meta.json}
sed -i 's/^accept_at = .*/accept_at = 0.5/' "$place/packs/receipt/pack.conf"
expect 0 rerun --pack receipt
expect_text '1 stay as they are: a person decided' "$work/err"
expect 0 retry receipt-pharmacy.txt
expect_text '1 stay as they are: a person decided' "$work/err"
[ "$(jq -r .company "$place"/outbox/records/receipt/receipt-pharmacy.txt.json)" = "Corner Shop" ] || fail "a person's value was replaced"
audit

# ---- rows: one is tried again, the file keeps its order ----

place rows listing
cp "$samples/listing/price-list.csv" "$place/inbox/"
expect 0 run
cp "$place/outbox/records/listing/price-list.csv.jsonl" "$work/before"
expect 0 retry price-list.csv:2
audit
expect_ledger "SELECT group_concat(kind) FROM documents WHERE verdict = 'held'" batch,row "what is held"
expect 0 run
cmp "$work/before" "$place/outbox/records/listing/price-list.csv.jsonl" || fail "the batch came out differently"
expect_ledger "SELECT count(*) FROM revisions" 2 "revisions"
audit

# ---- originals that are kept in the inbox, and such that are gone ----

place keep invoice
sed -i 's/^settle=0/settle=0\noriginals=keep/' "$place/docket.conf"
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect 0 run
expect 0 retry invoice-classic.pdf
expect 0 run
expect_ledger "SELECT count(*), sum(verdict = 'accepted') FROM documents" '1|1' "kept in the inbox"
[ -e "$place/inbox/invoice-classic.pdf" ] || fail "what is to be kept is gone"
audit
place gone invoice
sed -i 's/^settle=0/settle=0\noriginals=delete/' "$place/docket.conf"
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect 0 run
expect 0 retry invoice-classic.pdf
expect_text '1 stay as they are: their originals are not there' "$work/err"
expect_ledger "SELECT verdict FROM documents" accepted "a document without its original"
audit

# ---- killed again and again while it makes them again ----

place storm invoice receipt listing
cp "$samples"/*.{pdf,txt,csv,zip,tif} "$place/inbox/"
echo "of no kind that there is" >"$place/inbox/nothing.txt"
expect 3 run
find "$place/outbox/records" -type f ! -name '*.meta.*' -print0 | sort -z | xargs -0 sha256sum >"$work/wanted"
expect 0 retry --verdict accepted,failed,review
audit
for i in $(seq "${DOCKET_KILLS:-10}"); do
    "$docket" run -q --config "$place/docket.conf" 2>/dev/null &
    started+=($!)
    sleep "0.$((RANDOM % 8))$i"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
done
# Nothing, or what failed again: that depends on what the killed ones had done.
"$docket" run -q --config "$place/docket.conf" 2>"$work/err" || [ $? = 3 ] || fail "$(cat "$work/err")"
find "$place/outbox/records" -type f ! -name '*.meta.*' -print0 | sort -z | xargs -0 sha256sum | diff "$work/wanted" - ||
    fail "the records are others than before"
expect_ledger "SELECT count(*) FROM documents WHERE verdict = 'held'" 0 "what is held still"
audit
echo "failed, accepted, reviewed, rows, kept, gone and killed: each again as it should be"
