#!/bin/bash
# docket backup: a whole copy while a run writes, killed or not, that opens as a ledger and passes its audit.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command sqlite3
mkdir -p "$work/inbox" "$work/copies"
for i in $(seq 60); do
    sed "s/Invoice/Invoice $i/" "$DOCKET_SOURCE/samples/inbox/invoice-plain.txt" >"$work/inbox/$i.txt"
done
at=(--outbox "$work/outbox" --state "$work/state")
expect_exit 2 "$docket" backup "$work/copies/none.db" --state "$work/state"
"$docket" run -q --inbox "$work/inbox" "${at[@]}" 2>"$work/run.err" &
run=$!
started+=("$run")
# As soon as there is a ledger at all, however new.
until "$docket" backup "$work/first.db" --state "$work/state" 2>"$work/err"; do
    grep -Eq "no ledger in|is empty: run" "$work/err" || fail "a backup of a ledger just made: $(cat "$work/err")"
done
copies=0
while kill -0 "$run" 2>/dev/null; do
    "$docket" backup "$work/copies/$copies.db" --state "$work/state" 2>"$work/err" &
    if [ $((copies % 3)) = 2 ]; then # a third of them is killed: nothing half-made may keep the name
        sleep "0.00$((RANDOM % 9))"
        kill -9 $! 2>/dev/null || true
        wait $! 2>/dev/null || true
    else
        wait $! || fail "a backup beside a run: $(cat "$work/err")"
    fi
    copies=$((copies + 1))
done
wait "$run" || fail "the run beside backups: $(cat "$work/run.err")"
whole=0
for copy in "$work"/copies/*.db; do
    [ "$(sqlite3 -readonly "$copy" 'PRAGMA integrity_check; PRAGMA journal_mode')" = $'ok\ndelete' ] || fail "$copy is not whole"
    [ "$(stat -c %a "$copy")" = 600 ] || fail "$copy is open to others"
    [ ! -e "$copy-wal" ] || fail "$copy has a log beside it"
    whole=$((whole + 1))
done
[ "$whole" -ge 1 ] || fail "no backup was made beside the run"

# What is there already stays; after the run the copy has everything, and is a ledger in another place.
expect_exit 0 "$docket" backup "$work/copies/last.db" --state "$work/state"
expect_text 'all that is known of 60 documents' "$work/err"
before=$(sha256sum <"$work/copies/last.db")
expect_exit 2 "$docket" backup "$work/copies/last.db" --state "$work/state"
[ "$before" = "$(sha256sum <"$work/copies/last.db")" ] || fail "a backup was replaced unasked"
expect_exit 0 "$docket" backup --force "$work/copies/last.db" --state "$work/state"
mkdir "$work/restored"
cp "$work/copies/last.db" "$work/restored/ledger.db"
expect_exit 0 "$docket" audit --outbox "$work/outbox" --state "$work/restored"
expect_exit 2 "$docket" backup "$work/no/such/folder.db" --state "$work/state"
rm -f "$work"/copies/*.tmp
echo "$copies backups beside a run, $whole of them to the end: each a whole ledger"
