#!/bin/bash
# A verifier: wrong values do not pass, right ones are not harmed, its own lies count for nothing, and
# what becomes of disputed values is the pack's choice.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/sim.sh"
need_command sqlite3
need_command jq

mkdir "$work/packs"
# Usage: pack [LINE…]   The shipped pack with these lines under [verify].
pack() {
    rm -rf "$work/packs/listing"
    cp -r "$DOCKET_SOURCE/schemas/listing" "$work/packs/listing"
    printf '[verify]\n%s\n' "$*" >>"$work/packs/listing/pack.conf"
}

# Usage: models NAME=FAULTS…
models() {
    local each
    for each in "$@"; do
        printf '[%s]\nprice_in=1\nprice_out=4\n' "${each%%=*}"
        [ -z "${each#*=}" ] || printf 'fault=%s\n' "${each#*=}"
    done >"$work/models"
}

# Usage: place NAME [ROLE=MODEL…]   120 listings, asked of the model "writer"; other roles after it.
place() {
    local role
    new_place "$1"
    shift
    make_listings 1 120 "$place/inbox/batch.csv" "$work/truth.jsonl"
    start_sim --truth "$work/truth.jsonl" --models "$work/models" --seed 3 --sticky
    sed -i "s|^packs=.*|packs=$work/packs|" "$place/docket.conf"
    {
        printf '[model]\nbase_url=http://%s/v1\nname=writer\nprice_in=1\nprice_out=4\n' "$address"
        for role in "$@"; do
            printf '[model %s]\nbase_url=http://%s/v1\nname=%s\nprice_in=1\nprice_out=4\nattempts=1\n' \
                "${role%%=*}" "$address" "${role#*=}"
        done
        printf '[route]\n'
        for role in "$@"; do
            printf '%s=%s\n' "${role%%=*}" "${role%%=*}"
        done
    } >>"$place/docket.conf"
}

run() {
    expect_exit "$1" "$docket" run -q --config "$place/docket.conf"
    stop_sim
}

# Usage: accepted right|wrong   Records with that verdict that equal the truth, or do not.
accepted() {
    ledger "SELECT json(record) FROM documents WHERE kind = 'row' AND verdict = 'accepted'" >"$work/records"
    jq -n --slurpfile truth "$work/truth.jsonl" --slurpfile records "$work/records" --arg which "$1" '
        [$truth[].record] as $true
        | [$records[] | . as $r | ($true | any(. == $r)) == ($which == "right") | select(.)] | length'
}

rows="SELECT count(*) FROM documents WHERE kind = 'row'"
wrong='wrong-digits=0.12,wrong-neighbour=0.12'

# ---- without a verifier: how many wrong records pass, and how many right ones ----
pack
models writer=$wrong
place without
run 0
right=$(accepted right)
[ "$(accepted wrong)" -gt 0 ] || fail "nothing wrong passes without a verifier: the test shows nothing"

# ---- with one: none, and the right ones as before ----
pack
models writer=$wrong checker=
place with verify=checker
run 0
[ "$(accepted wrong)" = 0 ] || fail "$(accepted wrong) wrong records were accepted"
[ "$(accepted right)" = "$right" ] || fail "$(accepted right) right records were accepted, $right without a verifier"
expect_ledger "SELECT count(*) FROM calls WHERE purpose = 'verify'" \
    "$(ledger "$rows AND method = 'model'")" "verifications"
[ "$(ledger "SELECT count(*) FROM documents WHERE reasons LIKE '%verify:disagrees: /% the verifier reads %'")" -gt 0 ] ||
    fail "no reason names what the verifier reads"
ledger "SELECT meta FROM documents WHERE verdict = 'accepted' AND kind = 'row' LIMIT 1" |
    jq -e '[.fields[].verified] | index("agrees") != null' >/dev/null || fail "the meta file does not say what was verified"
billed=$(jq '.cost * 1e9 | round' "$work/bill")
expect_ledger "SELECT sum(spent) FROM spending WHERE scope = '' AND length(period) = 7" "$billed" "the bill"

# ---- a verifier that lies ----
models writer= checker=verify-air
place air verify=checker
run 0
expect_ledger "$rows AND verdict = 'accepted'" 120 "accepted in spite of airy citations"
models writer= checker=verify-wrong
place lies verify=checker
run 0
expect_ledger "SELECT count(*) FROM documents WHERE reasons LIKE '%the verifier reads something else in%' AND json_extract(record, '\$.price') IS NULL" \
    0 "disputes whose citation shows the very value"

# ---- a verifier that is down, or says nothing of use ----
models writer= checker=503
place down verify=checker
run 0
expect_ledger "$rows AND verdict = 'accepted' AND reasons LIKE '%unverified: %'" 120 "accepted unverified"
pack required = yes
place wanted verify=checker
run 0
expect_ledger "$rows AND verdict = 'review'" 120 "that wait for a person, unverified"

# ---- null, and a stronger model ----
pack on_disagreement = null
models writer=$wrong checker=
place null verify=checker
run 0
[ "$(ledger "SELECT count(*) FROM documents WHERE reasons LIKE '%verify_null: %'")" -gt 0 ] || fail "no value was made null"
pack on_disagreement = escalate
models writer=$wrong checker= master=
place escalate verify=checker strong=master
run 0
expect_ledger "$rows AND verdict = 'accepted'" 120 "accepted of the stronger model"
[ "$(accepted wrong)" = 0 ] || fail "$(accepted wrong) wrong records of two models were accepted"
[ "$(ledger "SELECT count(*) FROM calls WHERE purpose = 'escalate'")" -lt 60 ] || fail "more were escalated than were wrong"

# ---- killed between the answers: nothing is paid twice ----
pack
models writer=$wrong checker=
place killed verify=checker
killed_after 0.2 0.4 0.6
run 0
[ "$(accepted right)" = "$right" ] || fail "$(accepted right) right records after three kills, not $right"
expect_paid_once
