#!/bin/bash
# docket watch on the shipped program: files that are written, moved or linked into the inbox and its
# folders, while it waits and while it is busy; files that are still being written; the end by a signal;
# polling. And docket run --max-time, which ends in time and loses nothing.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/../ask/sim.sh"
need_command sqlite3
samples=$DOCKET_SOURCE/samples/inbox

# Usage: begin_watch OPTION…
begin_watch() {
    "$docket" watch --config "$place/docket.conf" "$@" >"$work/out" 2>"$work/err" &
    watch=$!
    started+=("$watch")
}

# Usage: expect_archived NAME   Within 20 seconds.
expect_archived() {
    for _ in $(seq 200); do
        [ -z "$(find "$place/outbox/archive" -name "$1" 2>/dev/null)" ] || return 0
        sleep 0.1
    done
    fail "$1 was not taken within 20 s: $(cat "$work/err")"
}

# Usage: end_watch SIGNAL   It ends within 5 seconds, by its own decision.
end_watch() {
    local began code=0
    began=$(date +%s)
    kill "-$1" "$watch"
    wait "$watch" || code=$?
    [ "$code" = 130 ] || fail "the watch ended with $code: $(cat "$work/err")"
    [ $(($(date +%s) - began)) -le 6 ] || fail "the watch took too long to end"
    expect_exit 0 "$docket" audit --config "$place/docket.conf"
}

# ---- by inotify ----

new_place watch
begin_watch
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect_archived invoice-classic.pdf
mkdir "$place/inbox/receipt" "$place/aside"
cp "$samples/receipt-pharmacy.txt" "$place/aside/"
mv "$place/aside/receipt-pharmacy.txt" "$place/inbox/receipt/"
expect_archived receipt-pharmacy.txt
cp "$samples/invoice-plain.txt" "$place/inbox/one.txt"
expect_archived one.txt

# Another run on the same ledger has to wait, and under cron it does so without a word.
expect_exit 11 "$docket" run -q --config "$place/docket.conf"
[ ! -s "$work/err" ] || fail "a run beside a watch talks: $(cat "$work/err")"
end_watch TERM

# ---- what is still being written is left until it is whole ----

new_place slow
sed -i 's/^settle=.*/settle=1/' "$place/docket.conf"
begin_watch
{
    head -c 200 "$samples/invoice-plain.txt"
    for _ in $(seq 6); do
        sleep 0.4
        echo
    done
    tail -c +201 "$samples/invoice-plain.txt"
} >"$place/inbox/slow.txt"
expect_archived slow.txt
[ "$(tail -c +207 "$place"/outbox/archive/*/*/*/slow.txt)" = "$(tail -c +201 "$samples/invoice-plain.txt")" ] ||
    fail "slow.txt was taken half-written"
end_watch INT

# ---- while it is busy with a slow model: what arrives does not wait for the first ----

new_place busy
start_sim --seed 3 --latency 4000
printf '[model]\nbase_url=http://%s\nname=m\n' "$address" >>"$place/docket.conf"
cp "$samples/invoice-classic.pdf" "$place/inbox/"
begin_watch
sleep 1
cp "$samples/invoice-us-letter.pdf" "$place/inbox/"
for _ in $(seq 100); do
    [ "$(ledger "SELECT count(*) FROM calls" 2>/dev/null || echo 0)" -lt 2 ] || break
    sleep 0.1
done
expect_ledger "SELECT count(*) FROM calls a JOIN calls b ON b.document > a.document
    AND b.began_us < coalesce(a.ended_us, 9e18)" 1 "two documents are asked about side by side"
end_watch TERM
stop_sim

# ---- by looking ----

new_place poll
begin_watch --poll 1
sleep 1
cp "$samples/invoice-classic.pdf" "$place/inbox/"
expect_archived invoice-classic.pdf
mv "$place/inbox" "$place/elsewhere"
sleep 2
expect_text 'there is no inbox .*tried again every 1 s' "$work/err"
mv "$place/elsewhere" "$place/inbox"
cp "$samples/invoice-plain.txt" "$place/inbox/"
expect_archived invoice-plain.txt
expect_text 'it works again' "$work/err"
end_watch TERM

# ---- a run that has only so long ----

new_place timed
start_sim --seed 3 --latency 20
printf '[model]\nbase_url=http://%s\nname=m\nmax_in_flight=1\n' "$address" >>"$place/docket.conf"
for i in $(seq 250); do
    sed "s/Invoice/Invoice $i/" "$samples/invoice-plain.txt" >"$place/inbox/$i.txt"
done
began=$(date +%s)
expect_exit 0 "$docket" run --max-time 7s --config "$place/docket.conf"
[ $(($(date +%s) - began)) -le 9 ] || fail "--max-time 7s took $(($(date +%s) - began)) s"
expect_text 'the time is over' "$work/err"
expect_exit 0 "$docket" audit --config "$place/docket.conf"
done_before=$(ledger "SELECT count(*) FROM documents WHERE verdict != 'held'")
if [ "$done_before" -lt 1 ] || [ "$done_before" -ge 250 ]; then
    fail "$done_before of 250 were done in time"
fi
expect_exit 0 "$docket" run --config "$place/docket.conf"
expect_ledger "SELECT count(*) FROM documents WHERE verdict != 'held'" 250 "documents with a verdict"
[ -z "$(ls "$place/inbox")" ] || fail "something is left in the inbox"
expect_exit 0 "$docket" audit --config "$place/docket.conf"
stop_sim
expect_exit 2 "$docket" run --max-time soon --config "$place/docket.conf"
echo "files by every way in, a busy watch, polling and a short run: all taken once"
