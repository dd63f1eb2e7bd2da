# Two hundred documents through a server that we did not write; sourced by test-aimock.sh and
# test-llama-server.sh after lib.sh. A folder with a pack "bill" and its documents is made in $work.
# shellcheck shell=bash disable=SC2154
n_documents=${DOCKET_DOCUMENTS:-200}
export no_proxy='*'
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# Usage: number_of I   The invoice number of document I.
number_of() {
    printf 'INV-%04d' "$1"
}

make_pack() {
    mkdir -p "$work/packs/bill/prompts"
    cat >"$work/packs/bill/schema.json" <<'END'
{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Bill", "type": "object",
 "additionalProperties": false, "required": ["number", "seller", "total", "currency"],
 "properties": {
  "number": {"title": "Invoice", "description": "Number of the invoice.", "type": "string", "maxLength": 40},
  "seller": {"title": "Seller", "description": "Who wants the money.", "type": "string", "maxLength": 80},
  "date": {"title": "Date", "description": "Day of issue.", "type": "string", "format": "date"},
  "currency": {"title": "Currency", "description": "Of the total.", "enum": ["EUR", "USD"]},
  "total": {"title": "Total", "description": "What to pay.", "type": "number", "minimum": 0}}}
END
    printf '[pack]\ntitle = Bill\nprompt = v1\n[recognise]\nwords = invoice:5\n[decide]\naccept_at = 0.1\n[limits]\nmax_repairs = 1\n' \
        >"$work/packs/bill/pack.conf"
    echo 'You copy values from a bill.' >"$work/packs/bill/prompts/v1.md"
    : >"$work/packs/bill/examples.jsonl"
}

make_documents() {
    local i
    mkdir -p "$work/documents"
    for ((i = 1; i <= n_documents; i++)); do
        printf 'Invoice: %s\nSeller: Nordwind %d GmbH\nDate: 2026-03-01\nTotal: EUR %d.50\n' \
            "$(number_of "$i")" "$i" "$i" >"$work/documents/bill-$i.txt"
    done
}

# Usage: place NAME LINE…   A place of its own with all documents in its inbox; LINE… go to [model].
place() {
    place=$work/$1
    shift
    mkdir -p "$place/inbox"
    cp "$work"/documents/*.txt "$place/inbox"
    {
        printf '[paths]\ninbox=%s/inbox\noutbox=%s/outbox\nstate=%s/state\npacks=%s/packs\n' \
            "$place" "$place" "$place" "$work"
        printf '[run]\nsettle=0\n[readers]\ncount=1\n[model]\n'
        printf '%s\n' "$@"
    } >"$place/docket.conf"
}

run_place() {
    "$docket" run --config "$place/docket.conf" --no-progress >"$place/out" 2>"$place/err"
}

# Every document has a verdict, none waits for a model, and the books are right.
check_place() {
    "$docket" audit --config "$place/docket.conf" >"$place/audit" 2>&1 ||
        fail "$place: $(cat "$place/audit")"
    verdicts=$(sqlite3 "$place/state/ledger.db" \
        "SELECT verdict, count(*) FROM documents GROUP BY verdict ORDER BY verdict" | xargs)
    local sum
    sum=$(sqlite3 "$place/state/ledger.db" \
        "SELECT count(*) FROM documents WHERE verdict IN ('accepted', 'review', 'fallback')")
    [ "$sum" = "$n_documents" ] || fail "$place: verdicts are $verdicts; $(tail -3 "$place/err")"
    echo "$(basename "$place"): $verdicts"
}

# Usage: interrupted NAME LINE…   The same, but killed in the middle once.
interrupted() {
    place "$@"
    "$docket" run --config "$place/docket.conf" --no-progress >"$place/out" 2>"$place/err" &
    local run=$! answered=0
    started+=("$run")
    for _ in $(seq 600); do
        answered=$(sqlite3 "$place/state/ledger.db" \
            "SELECT count(*) FROM calls WHERE outcome = 'ok'" 2>/dev/null || echo 0)
        [ "${answered:-0}" -ge $((n_documents / 4)) ] && break
        sleep 0.05
    done
    kill -9 "$run" 2>/dev/null || fail "$1 was done before it could be killed"
    wait "$run" 2>/dev/null || true
    [ "${answered:-0}" -ge $((n_documents / 4)) ] || fail "$1: no answers: $(tail -3 "$place/err")"
    run_place || fail "$1, second run: $(tail -3 "$place/err")"
    check_place
}
