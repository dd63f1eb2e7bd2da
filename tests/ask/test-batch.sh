#!/bin/bash
# Batches, run after run as cron does: what is asked in one run is answered in a later one, for half the
# price; parts that fail or expire are asked again; what is killed in the middle is neither lost nor
# submitted twice.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/sim.sh"
need_command sqlite3
need_command jq

# Usage: place NAME PROTOCOL FIRST LAST SIM-OPTION…   Listings, and a model that is asked in batches.
place() {
    local name=$1 protocol=$2 first=$3 last=$4
    shift 4
    new_place "$name"
    make_listings "$first" "$last" "$place/inbox/batch.csv" "$work/truth.jsonl"
    start_sim --truth "$work/truth.jsonl" --price-in 1 --price-out 4 "$@"
    {
        if [ "$protocol" = openai ]; then
            printf '[model]\nbase_url=http://%s/v1\nname=sim\nstream=yes\n' "$address"
        else
            printf '[model]\ndialect=anthropic\nbase_url=http://%s\nname=sim\n' "$address"
        fi
        printf 'price_in=1\nprice_out=4\nattempts=2\n'
    } >>"$place/docket.conf"
}

run() {
    local wanted=$1
    shift
    expect_exit "$wanted" "$docket" run -q --batch --config "$place/docket.conf" "$@"
}

# Usage: until_done MOST   Runs, as cron would, until nothing is held.
until_done() {
    local n
    for n in $(seq "$1"); do
        run 0
        [ "$(ledger "SELECT count(*) FROM documents WHERE verdict = 'held'")" != 0 ] || return 0
        sleep 0.3
    done
    fail "documents are still held after $1 runs"
}

# The bill agrees, and no money is set aside any more.
expect_settled() {
    expect_bill
    expect_ledger "SELECT sum(reserved) FROM calls" 0.0 "${place##*/}: money that is still set aside"
}

rows="SELECT count(*) FROM documents WHERE kind = 'row'"

# ---- both providers: submitted in one run, collected in the next, silent and without an error ----
for protocol in openai anthropic; do
    place "plain-$protocol" "$protocol" 1 40 --batch-time 300
    run 0
    [ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "$protocol: it talks under cron: $(cat "$work/out" "$work/err")"
    expect_ledger "$rows AND verdict = 'held' AND error = 'in_batch'" 40 "$protocol: held for a batch"
    expect_ledger "SELECT state || calls FROM batches" submitted40 "$protocol: the batch"
    "$docket" batch status --json --config "$place/docket.conf" |
        jq -e '.batches[0].state == "submitted" and .batches[0].open == 40 and .waiting == 0' >/dev/null ||
        fail "$protocol: docket batch status says something else"
    run 0 # too early: nothing new is submitted
    expect_ledger "SELECT count(*) FROM batches" 1 "$protocol: batches after a second run"
    expect_ledger "SELECT count(*) FROM calls" 40 "$protocol: calls after a second run"
    # A run that puts nothing into batches does not ask what one has.
    expect_exit 0 "$docket" run -q --config "$place/docket.conf"
    expect_ledger "SELECT count(*) FROM calls" 40 "$protocol: calls after a run without batches"
    sleep 0.4
    until_done 3
    stop_sim
    expect_ledger "$rows AND verdict = 'accepted'" 40 "$protocol: accepted"
    expect_settled
    [ "$(jq .billed "$work/bill")" = 40 ] || fail "$protocol: $(jq .billed "$work/bill") calls were billed"
    whole=$(ledger "SELECT sum(tokens_in * 1 + tokens_out * 4) FROM calls")
    expect_ledger "SELECT CAST(round(sum(cost) * 2e6) AS INTEGER) FROM calls" "$whole" "$protocol: half the price"
    expect_ledger "SELECT count(*) FROM calls WHERE payload IS NOT NULL" 0 "$protocol: requests that are kept"
    "$docket" audit --config "$place/docket.conf" >"$work/audit" || fail "the ledger is not whole: $(cat "$work/audit")"
done

# The same by hand.
place by-hand openai 1 5 --batch-time 0
run 0
"$docket" batch collect --json --config "$place/docket.conf" | jq -e '.answered == 5' >/dev/null || fail "nothing was collected"
expect_ledger "SELECT state FROM batches" ended "the batch that was collected by hand"
until_done 1
stop_sim

# ---- wrong answers are repaired in the next batch, expired and failed entries asked again ----
for protocol in openai anthropic; do
    place "faults-$protocol" "$protocol" 101 160 --batch-time 0 --seed 5 --once --fault wrong-types=0.1,expired=0.1,500=0.1
    until_done 8
    stop_sim
    expect_ledger "$rows AND verdict = 'accepted'" 60 "$protocol: accepted in spite of faults"
    [ "$(ledger "SELECT count(*) FROM calls WHERE batch IS NOT NULL AND purpose = 'repair'")" -gt 0 ] ||
        fail "$protocol: no repair went into a batch"
    [ "$(ledger "SELECT count(*) FROM calls WHERE outcome NOT IN ('ok')")" -gt 0 ] || fail "$protocol: no entry failed"
    expect_settled
done

# ---- a batch that is never any good: after three, documents go the plain way ----
place hopeless openai 201 205 --batch-time 0 --fault expired
until_done 6
stop_sim
expect_ledger "$rows AND verdict = 'accepted'" 5 "accepted without a batch"
expect_ledger "SELECT count(*) FROM calls WHERE batch IS NULL" 5 "calls that were sent by themselves"

# ---- a key that is refused, a server that is away: held, and said ----
place refused openai 301 303 --require-key secret
expect_exit 4 "$docket" run --no-progress --batch --config "$place/docket.conf"
grep -q 'batches: .*401' "$work/err" || fail "no word of the key: $(cat "$work/err")"
stop_sim
run 4
run 4
run 4
expect_ledger "$rows AND verdict = 'held' AND error = 'in_batch'" 3 "held while the server is away"
expect_ledger "SELECT count(*) FROM batches" 0 "batches that got nowhere"
expect_ledger "SELECT count(*) || sum(batch = '') FROM calls" 33 "calls that wait for one, entered once"

# ---- a model that is configured no longer: said, and its documents go on with the others ----
place gone openai 311 313 --batch-time 60000
run 0
sed -i 's/^\[model\]$/[model other]/; s/^name=sim$/name=sim-2/' "$place/docket.conf"
printf '[route]\nfirst=other\n' >>"$place/docket.conf"
expect_exit 4 "$docket" run --no-progress --config "$place/docket.conf"
grep -q 'batches: .*"default", which is configured no longer' "$work/err" || fail "no word of the missing model: $(cat "$work/err")"
expect_ledger "$rows AND verdict = 'accepted'" 3 "accepted by the other model"
stop_sim

# ---- killed at any moment: nothing is submitted twice, nothing is lost ----
for protocol in openai anthropic; do
    place "killed-$protocol" "$protocol" 401 480 --batch-time 200
    for n in $(seq "${DOCKET_KILLS:-5}"); do
        killed_after "0.$(((n * 37) % 50 + 20))" -- --batch
    done
    # A submission whose answer was lost: the ledger has it as begun, the provider has it.
    run 0
    sqlite3 "$place/state/ledger.db" "UPDATE batches SET state = 'submitting', remote = NULL WHERE state = 'submitted'"
    until_done 12
    stop_sim
    expect_ledger "$rows AND verdict = 'accepted'" 80 "$protocol: accepted after kills"
    [ "$(jq .billed "$work/bill")" = 80 ] || fail "$protocol: $(jq .billed "$work/bill") calls were billed for 80 listings"
    expect_settled
done
