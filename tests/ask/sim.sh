# Shared by the scripts that run docket against llm-sim: the simulator, a place to run in, listings
# with what is true about them, and the comparison of its bill with the ledger. After tests/lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154  # work, docket and started are lib.sh's
export no_proxy='*'
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# Usage: start_sim OPTION…   Sets $sim and $address; bill and journal come when it ends.
start_sim() {
    rm -f "$work/port" "$work/bill" "$work/journal"
    "$DOCKET_BUILD/llm-sim" --port-file "$work/port" --bill "$work/bill" --journal "$work/journal" \
        "$@" >"$work/sim.out" 2>"$work/sim.err" &
    sim=$!
    started+=("$sim")
    for _ in $(seq 200); do
        [ -s "$work/port" ] && break
        sleep 0.05
    done
    [ -s "$work/port" ] || fail "llm-sim does not start: $(cat "$work/sim.err")"
    # shellcheck disable=SC2034  # for the scripts
    address=127.0.0.1:$(cat "$work/port")
}

stop_sim() {
    kill -TERM "$sim"
    wait "$sim" || fail "llm-sim did not end well: $(cat "$work/sim.err")"
}

bill() {
    jq -r ".$1" "$work/bill"
}

# Usage: new_place NAME   Inbox, outbox and state in $place, and a configuration to be added to.
new_place() {
    place=$work/$1
    mkdir -p "$place/inbox"
    {
        printf '[paths]\ninbox=%s/inbox\noutbox=%s/outbox\nstate=%s/state\n' "$place" "$place" "$place"
        printf 'packs=%s/schemas\n[run]\nsettle=0\n[readers]\ncount=1\n' "$DOCKET_SOURCE"
    } >"$place/docket.conf"
}

ledger() {
    sqlite3 -readonly "$place/state/ledger.db" "$1"
}

# Usage: expect_ledger SQL WANTED SENTENCE
expect_ledger() {
    local found
    found=$(ledger "$1")
    [ "$found" = "$2" ] || fail "$3: $found, expected $2"
}

# The ledger's sums are the bill's, to the billionth.
expect_bill() {
    local billed counted
    billed=$(jq '.cost * 1e9 | round' "$work/bill")
    counted=$(ledger "SELECT sum(spent) FROM spending WHERE scope = '' AND length(period) = 7")
    [ "$billed" = "$counted" ] || fail "${place##*/}: the model billed $billed, the ledger says $counted"
}

# No request was answered, and so paid, more than once.
expect_paid_once() {
    expect_ledger "SELECT count(*) FROM (SELECT 1 FROM calls WHERE outcome = 'ok' GROUP BY request_sha256 HAVING count(*) > 1)" 0 \
        "requests paid twice"
}

# Usage: killed_after SECONDS… [-- RUN-OPTION…]   Runs, each killed after that time.
killed_after() {
    local times=() each runner
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        times+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    for each in "${times[@]}"; do
        "$docket" run -q --config "$place/docket.conf" "$@" >"$work/out" 2>"$work/err" &
        runner=$!
        started+=("$runner")
        sleep "$each"
        kill -KILL "$runner" 2>/dev/null || true
        wait "$runner" 2>/dev/null || true
    done
}

# Usage: make_listings FIRST LAST FILE.csv TRUTH.jsonl   Rows that a template reads and a model could
# get wrong, and the records that are true.
make_listings() {
    awk -v first="$1" -v last="$2" -v csv="$3" -v truth="$4" 'BEGIN {
        n_brands = split("Kettlewell Corvane Brightwater Nordholm Alderby", brands, " ")
        n_things = split("mug set|kitchen;trail backpack|bags_luggage;desk lamp|lighting;garden hose|garden;office chair|furniture", things, ";")
        n_colours = split("moss green,speckled blue,black,warm white,brick red", colours, ",")
        print "sku,title,brand,category,price,currency,condition,description,colour" >csv
        for (i = first; i <= last; i++) {
            split(things[i % n_things + 1], thing, "|")
            brand = brands[int(i / 3) % n_brands + 1]
            colour = colours[int(i / 7) % n_colours + 1]
            price = sprintf("%d.%02d", 12 + (i * 37) % 880, (i * 13) % 100)
            title = brand " " thing[1] " model " 1000 + i
            text = "A sturdy " thing[1] " in " colour ", made to order in batch " 5000 + i "."
            printf "LS-%06d,%s,%s,%s,%s,EUR,new,\"%s\",%s\n", i, title, brand, thing[2], price, text, colour >csv
            printf "{\"key\":\"LS-%06d\",\"record\":{\"sku\":\"LS-%06d\",\"gtin\":null,\"title\":\"%s\",\"brand\":\"%s\",\"category\":\"%s\",\"price\":%s,\"currency\":\"EUR\",\"condition\":\"new\",\"attributes\":[{\"name\":\"colour\",\"value\":\"%s\"}],\"description\":\"%s\",\"moderation\":{\"decision\":\"approve\",\"automated\":true,\"guideline_version\":\"1.0\",\"violations\":[]}}}\n", \
                i, i, title, brand, thing[2], price + 0, colour, text >truth
        }
    }'
}

# The bill and the ledger document by document: what the ledger has as cost was billed, what was
# billed beyond it is covered by what the ledger set aside because no answer told its cost. Prints
# both sums and the rest; fails when a document does not agree to a millionth.
compare_bill() {
    jq -r 'select(.billed) | [.document, .cost] | @csv' "$work/journal" >"$work/billed.csv"
    sqlite3 "$work/compare.db" >"$work/compared" <<END
ATTACH 'file:$place/state/ledger.db?mode=ro' AS ledger;
DROP TABLE IF EXISTS billed;
CREATE TABLE billed (document TEXT, cost REAL);
.mode csv
.import $work/billed.csv billed
.mode list
CREATE TEMP TABLE ours AS SELECT substr(d.sha256, 1, 16) AS document, sum(c.cost) AS cost,
    sum(c.reserved) AS reserved FROM ledger.calls c JOIN ledger.documents d ON d.id = c.document
    GROUP BY 1;
CREATE TEMP TABLE theirs AS SELECT document, sum(cost) AS cost FROM billed GROUP BY 1;
SELECT 'bad', t.document, t.cost, o.cost, o.reserved FROM theirs t LEFT JOIN ours o USING (document)
    WHERE o.cost IS NULL OR t.cost < o.cost - 1e-6 OR t.cost > o.cost + o.reserved + 1e-6;
SELECT 'bad', o.document, 0, o.cost, o.reserved FROM ours o LEFT JOIN theirs t USING (document)
    WHERE t.document IS NULL AND o.cost > 1e-6;
SELECT printf('billed %.6f: %.6f known, %.6f of it not told by the answers (%.6f set aside)',
    (SELECT sum(cost) FROM theirs), (SELECT sum(cost) FROM ours),
    (SELECT sum(cost) FROM theirs) - (SELECT sum(cost) FROM ours),
    (SELECT sum(reserved) FROM ours));
END
    if grep '^bad' "$work/compared" >&2; then
        fail "the bill and the ledger do not agree about these documents (billed, cost, set aside)"
    fi
    cat "$work/compared"
}

# What a person does with the provider's bill in hand: tells the ledger what the calls cost whose
# answers did not tell. Then both have the same sum. After compare_bill.
settle_bill() {
    local call cost
    while IFS='|' read -r call cost; do
        expect_exit 0 "$docket" budget resolve "$call" --cost "$cost" --config "$place/docket.conf"
    done < <(sqlite3 "$work/compare.db" <<END
ATTACH 'file:$place/state/ledger.db?mode=ro' AS ledger;
CREATE TEMP TABLE open AS SELECT c.id, c.cost, c.document, substr(d.sha256, 1, 16) AS marker
    FROM ledger.calls c JOIN ledger.documents d ON d.id = c.document WHERE c.reserved > 0;
SELECT o.id, printf('%.12f', o.cost + max(0, (SELECT coalesce(sum(b.cost), 0) FROM billed b
        WHERE b.document = o.marker) - (SELECT sum(c.cost) FROM ledger.calls c
        WHERE c.document = o.document)) / (SELECT count(*) FROM open p WHERE p.marker = o.marker))
    FROM open o;
END
    )
    [ "$(ledger "SELECT count(*) FROM calls WHERE reserved > 0")" = 0 ] || fail "calls stay open"
    jq -e --argjson ours "$(ledger "SELECT printf('%.9f', sum(cost)) FROM calls")" \
        '(.cost - $ours) * 1e5 | -1 < . and . < 1' "$work/bill" >/dev/null ||
        fail "the bill is $(bill cost), the ledger says $(ledger "SELECT sum(cost) FROM calls")"
}

# Usage: make_invoices FIRST LAST FOLDER TRUTH.jsonl   Plain text invoices, and the records that are true.
make_invoices() {
    mkdir -p "$3"
    awk -v first="$1" -v last="$2" -v folder="$3" -v truth="$4" 'BEGIN {
        for (i = first; i <= last; i++) {
            number = sprintf("HF/26/%05d", i)
            quantity = 1 + i % 9
            price = 20 + (i * 7) % 180
            net = quantity * price
            tax = net / 5
            file = sprintf("%s/invoice-%05d.txt", folder, i)
            printf "Humber Freight Partners LLP\nDock Road %d\nHull HU9 5PQ\nVAT Reg No: GB 330 1187 02\nledger@humberfreight.example\n\n                         INVOICE\n\nBill to:\nTidewater Stores %d Ltd\n21 Harbour Walk\nWhitby YO21 3PU\n\nInvoice No: %s\nInvoice date: 14 July 2026\nDue date: 13 August 2026\n\n", i % 90 + 1, i, number >file
            printf "Description                      Qty   Unit price       Amount\n--------------------------------------------------------------\nPallet transport Leeds-Hull        %d       £%.2f      £%.2f\n--------------------------------------------------------------\n                                     Net total         £%.2f\n                                           VAT          £%.2f\n                                         Total         £%.2f\n\nIBAN GB43 HUMB 2049 1155 6677 88\n", quantity, price, net, net, tax, net + tax >file
            close(file)
            printf "{\"key\":\"%s\",\"record\":{\"document_type\":\"invoice\",\"number\":\"%s\",\"issue_date\":\"2026-07-14\",\"due_date\":\"2026-08-13\",\"purchase_order\":null,\"seller\":{\"name\":\"Humber Freight Partners LLP\",\"address\":\"Dock Road %d, Hull HU9 5PQ\",\"vat_id\":\"GB330118702\",\"email\":\"ledger@humberfreight.example\"},\"buyer\":{\"name\":\"Tidewater Stores %d Ltd\",\"address\":\"21 Harbour Walk, Whitby YO21 3PU\",\"vat_id\":null},\"currency\":\"GBP\",\"lines\":[{\"description\":\"Pallet transport Leeds-Hull\",\"quantity\":%d,\"unit\":null,\"unit_price\":%d,\"net_amount\":%d,\"tax_rate\":20}],\"discount\":null,\"charges\":null,\"net\":%d,\"tax\":%s,\"total\":%s,\"prepaid\":null,\"amount_due\":null,\"iban\":\"GB43HUMB20491155667788\",\"payment_reference\":null}}\n", \
                number, number, i % 90 + 1, i, quantity, price, net, net, tax, net + tax >truth
        }
    }'
}
