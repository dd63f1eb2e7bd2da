#!/bin/bash
# The command line as people and cron meet it: help, usage, exit codes, silence, what is said when
# something is wrong, reviews, audit. Documents are letters of a pack that `docket pack new` makes.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ -x "$docket" ] || skip "no $docket"
unset "${!DOCKET_PATHS_@}" "${!DOCKET_RUN_@}" "${!DOCKET_READERS_@}" "${!DOCKET_LIMITS_@}" \
    "${!DOCKET_MODEL_@}" CREDENTIALS_DIRECTORY VISUAL EDITOR 2>/dev/null || true
export XDG_CONFIG_HOME=$work/xdg
cd "$work"
out=$work/out err=$work/err

# Usage: letter FILE [REFERENCE] [AMOUNT]   One that the template reads; dated so that it is settled.
letter() {
    mkdir -p "$(dirname -- "$1")"
    cat >"$1" <<END
Northwind Mills

Our reference: ${2:-NM-0042}
Date: 14 May 2026
Amount due: ${3:-75.00}

Dear Sir,
this is what remains to be paid.

Yours sincerely
END
    touch -d '1 hour ago' -- "$1"
}

# Usage: begin NAME   A folder for one test, with the pack and an empty inbox.
begin() {
    mkdir -p "$work/$1/inbox"
    cd "$work/$1"
    printf '[paths]\npacks = ../packs\n' >docket.conf
    chmod 600 docket.conf
}

expect_empty() {
    [ -s "$1" ] || return 0
    head -n 5 "$1" >&2
    fail "$1 should be empty"
}

test_help() {
    expect_exit 0 "$docket" --help
    expect_text '^Usage: docket COMMAND' "$out"
    expect_empty "$err"
    local command
    for command in run extract read review show stats budget log audit doctor pack prompt validate; do
        expect_exit 0 "$docket" "$command" --help
        expect_text '^  docket ' "$out"
        expect_empty "$err"
        expect_exit 0 "$docket" help "$command"
        expect_exit 2 "$docket" "$command" --no-such-option
        expect_empty "$out"
    done
    expect_exit 0 "$docket" --version
    expect_text '^docket [0-9]+\.[0-9]+' "$out"
    expect_exit 2 "$docket"
    expect_empty "$out"
    expect_exit 2 "$docket" ruin
    expect_text 'did you mean "docket run"' "$err"
    expect_exit 2 "$docket" extract
    expect_exit 2 "$docket" extract no-such-file
    expect_exit 2 "$docket" show
    expect_exit 2 "$docket" run file.pdf
    expect_exit 2 "$docket" read --format yaml /dev/null
    expect_exit 2 "$docket" review juggle
    expect_exit 2 "$docket" stats --json
    expect_text '^\{"version":1,"error":\{"reason":"not_found"' "$err"
}

test_configuration() {
    printf '[run]\n\nsetle = 3\n' >bad.conf
    chmod 600 bad.conf
    expect_exit 2 "$docket" doctor --config bad.conf
    expect_text 'bad\.conf:3: unknown key "setle".*did you mean "settle"' "$err"
    expect_empty "$out"
    expect_exit 2 env DOCKET_READERS_COUNT=many "$docket" run
    expect_text 'DOCKET_READERS_COUNT.*whole number' "$err"
    expect_exit 0 env DOCKET_RUN_SETTLE=9 "$docket" doctor --packs packs
    expect_text 'run\.settle = 9 +DOCKET_RUN_SETTLE' "$out"
    expect_exit 0 "$docket" doctor --packs packs --json
    expect_text '^\{"version":1,"command":"doctor"' "$out"
}

test_packs() {
    expect_exit 0 "$docket" pack new letter --packs packs
    expect_exit 0 "$docket" pack check --packs packs
    expect_text '^letter: good, 1 examples, 1 cases' "$out"
    expect_exit 2 "$docket" pack new letter --packs packs
    expect_exit 2 "$docket" pack new 'Bad Name' --packs packs
    expect_exit 2 "$docket" pack check nope --packs packs
    cp -R packs broken
    sed -i 's/^accept_at.*/accept_at = high/' broken/letter/pack.conf
    expect_exit 2 "$docket" pack check --packs broken
    expect_text 'pack\.conf:[0-9]+: accept_at must be a number' "$out"
    expect_exit 2 "$docket" extract --packs broken packs/letter/cases/letter.txt
    cp packs/letter/pack.conf broken/letter/pack.conf
    sed -i 's/"amount_due": {"labels"/"amount_dew": {"labels"/' broken/letter/template.json
    expect_exit 2 "$docket" pack check --packs broken
    expect_text 'amount_dew' "$out"
    cp packs/letter/template.json broken/letter/template.json
    echo '{"reference": 7, "date": "2026-05-14"}' >broken/letter/cases/letter.txt.expected.json
    expect_exit 2 "$docket" pack check --packs broken
    expect_text 'cases/letter\.txt\.expected\.json: /reference' "$out"
}

test_extract() {
    letter a.txt A-1 10.00
    letter b.txt B-2 20.00
    printf 'nothing of interest\n' >c.txt
    local packs=(--packs "$work/packs")
    expect_exit 0 "$docket" extract "${packs[@]}" a.txt
    expect_empty "$err"
    "$docket" extract "${packs[@]}" a.txt >record.json
    expect_exit 0 "$docket" validate packs/letter/schema.json record.json
    expect_exit 3 "$docket" extract "${packs[@]}" b.txt c.txt a.txt b.txt
    [ "$(sed -n 's/.*"reference":"\([^"]*\)".*/\1/p; s/^null$/none/p' "$out" | tr '\n' ' ')" = "B-2 none A-1 B-2 " ] ||
        fail "not in input order: $(cat "$out")"
    expect_text 'c\.txt: failed: no_pack: ' "$err"
    expect_exit 0 "$docket" extract "${packs[@]}" - <a.txt
    expect_text '"A-1"' "$out"
    expect_exit 0 "$docket" extract "${packs[@]}" --meta --json a.txt
    expect_text '^\{"record":\{.*\},"meta":\{.*"verdict":"accepted"' "$out"
    expect_exit 0 "$docket" extract --schema packs/letter/schema.json a.txt
    expect_exit 2 "$docket" extract --schema packs/letter/schema.json --pack letter a.txt
    expect_exit 2 "$docket" extract "${packs[@]}" --pack nope a.txt
    expect_text 'there are: letter' "$err"
    printf 'reference,date,amount_due\nR-1,2026-01-02,3\nR-2,2026-01-03,4\n' >rows.csv
    expect_exit 0 "$docket" extract "${packs[@]}" --pack letter rows.csv
    [ "$(grep -c '^{"' "$out")" = 2 ] || fail "rows.csv has two rows"
    [ -f a.txt ] && [ ! -e outbox ] && [ ! -e state ] || fail "extract left something behind"
    local status=0
    "$docket" extract "${packs[@]}" a.txt 2>"$err" >/dev/full || status=$?
    [ $status = 1 ] || fail "a full disk behind stdout gave $status"
}

test_read() {
    letter a.txt A-1
    expect_exit 0 "$docket" read a.txt
    expect_text '^Our reference: A-1$' "$out"
    expect_exit 0 "$docket" read --format json a.txt
    expect_text '^\{"version":1' "$out"
    expect_exit 0 "$docket" read --format hocr - <a.txt
    expect_text 'ocr_page' "$out"
    : >empty.txt
    expect_exit 3 "$docket" read empty.txt
    expect_text 'empty' "$err"
}

test_run() {
    begin run
    rmdir inbox
    expect_exit 2 "$docket" run
    expect_text 'there is no inbox' "$err"
    [ ! -e state ] || fail "a run without an inbox made a state folder"
    mkdir inbox
    letter inbox/one.txt
    expect_exit 2 "$docket" run --outbox inbox/out
    expect_text 'lies in the inbox' "$err"
    expect_exit 2 "$docket" run --pack nope
    expect_exit 0 "$docket" run
    expect_empty "$out"
    letter inbox/letter/two.txt NM-2
    letter "inbox/$(printf 'new\nline \033[31mred')" NM-3
    expect_exit 0 "$docket" run
    expect_empty "$out"
    expect_empty "$err"
    expect_exit 0 "$docket" validate "$work/packs/letter/schema.json" outbox/records/letter/two.txt.json
    expect_exit 0 "$docket" stats
    expect_text '^in 3 = accepted 3 \+ fallback 0 \+ review 0 \+ failed 0 \+ held 0$' "$out"
    expect_exit 0 "$docket" audit
    expect_exit 0 "$docket" show 3
    ! grep -q $'\033' "$out" || fail "a terminal escape of a file's name came through"
    expect_exit 0 "$docket" show --json two.txt
    expect_text '^\{"version":1,"command":"show","document":\{"id":[0-9]+,"name":"two.txt"' "$out"
    expect_exit 2 "$docket" show nobody

    ln -s /etc/passwd inbox/link
    printf 'nothing of interest' >inbox/odd.txt
    touch -d '1 hour ago' inbox/odd.txt
    expect_exit 3 "$docket" run --json
    expect_text '"failed":1' "$out"
    expect_text 'link: a symbolic link is not followed' "$err"
    expect_text 'odd\.txt: failed: no_pack: ' "$err"
    [ -L inbox/link ] && [ -f outbox/failed/odd.txt ] || fail "not where they belong"
    expect_exit 0 "$docket" audit
}

# A writer that is at work: its file is waited for once, then left to the next run.
test_growing_file() {
    begin growing
    letter inbox/done.txt
    (while sleep 0.1; do printf 'more\n' >>inbox/growing.txt; done) &
    started+=($!)
    sleep 0.3
    expect_exit 0 env DOCKET_RUN_SETTLE=0.5 "$docket" run
    [ -f inbox/growing.txt ] && [ ! -f inbox/done.txt ] || fail "took a file that was being written"
    kill "${started[-1]}"
}

test_lock() {
    begin lock
    letter inbox/one.txt
    mkdir state
    exec 9>state/lock
    flock 9
    expect_exit 11 "$docket" run
    expect_text 'another run' "$err"
    expect_exit 11 "$docket" run -q
    expect_empty "$err"
    exec 9>&-
    expect_exit 0 "$docket" run -q
}

# Faults of the place: said, and nothing lost.
test_faults() {
    begin faults
    letter inbox/one.txt
    printf 'a file' >outbox
    expect_exit 1 "$docket" run
    expect_text 'outbox' "$err"
    [ -f inbox/one.txt ] || fail "the document is gone"
    rm outbox
    expect_exit 0 "$docket" run
    rm outbox/records/letter/one.txt.json
    expect_exit 1 "$docket" audit
    expect_text '^finding: .*one\.txt\.json' "$out"
    printf 'not a database, far from it' >state/ledger.db
    expect_exit 1 "$docket" stats
    letter inbox/two.txt
    expect_exit 1 "$docket" run
    [ -f inbox/two.txt ] || fail "the document is gone"
    grep -q '^not a database' state/ledger.db || fail "a damaged ledger was overwritten"
}

# A model that cannot be reached holds documents; they are made later.
test_held() {
    begin held
    letter inbox/one.txt
    local unreachable=(env DOCKET_MODEL_BASE_URL=http://127.0.0.1:9/v1 DOCKET_MODEL_NAME=none
        DOCKET_MODEL_ATTEMPTS=1)
    expect_exit 4 "${unreachable[@]}" "$docket" run
    expect_text 'one\.txt: held: no_model' "$err"
    [ -f inbox/one.txt ] || fail "a held document left the inbox"
    expect_exit 0 "$docket" audit
    expect_text '\+ held 1$' "$out"
    expect_exit 4 "${unreachable[@]}" "$docket" extract inbox/one.txt
    expect_exit 0 "$docket" run
    expect_exit 0 "$docket" stats
    expect_text '^in 1 = accepted 1 ' "$out"
}

test_review() {
    begin review
    sed 's/^accept_at.*/accept_at = 1/' -i.bak "$work/packs/letter/pack.conf"
    rm "$work/packs/letter/pack.conf.bak"
    local i
    for i in 1 2 3 4 5; do
        letter "inbox/$i.txt" "R-$i" "-$i.00"
    done
    expect_exit 0 "$docket" run
    mv "$work/packs" "$work/packs-away"
    cp -R "$work/packs-away" "$work/packs"
    expect_exit 0 "$docket" review list
    [ "$(grep -c 'txt' "$out")" = 5 ] || fail "five letters with a negative amount should wait: $(cat "$out")"
    expect_exit 0 "$docket" review next
    expect_text 'amount_not_negative' "$out"
    expect_exit 3 "$docket" review accept 1.txt
    expect_text '/amount_due: ' "$err"
    expect_exit 3 "$docket" review correct 1.txt --set /amount_due=many
    expect_exit 2 "$docket" review correct 1.txt --set amount_due=1
    [ ! -e outbox/records ] || fail "an invalid record was delivered"
    expect_exit 0 "$docket" review correct 1.txt --set /amount_due=1 --set /reference=0042 --who Ada
    expect_exit 0 "$docket" validate "$work/packs/letter/schema.json" outbox/records/letter/1.txt.json
    expect_text '"0042"' outbox/records/letter/1.txt.json
    expect_text '"who":.*"Ada"' outbox/records/letter/1.txt.meta.json
    expect_text '"method":.*"human"' outbox/records/letter/1.txt.meta.json
    [ ! -e outbox/review/letter/1.txt.json ] || fail "it still waits"
    echo '{"reference": "F", "date": "2026-01-01", "amount_due": null}' >mine.json
    expect_exit 0 "$docket" review correct 2.txt mine.json
    expect_exit 0 "$docket" review correct 3.txt - <mine.json
    printf '#!/bin/sh\nsed -i "s/-4/4/" "$2"\n' >editor
    chmod +x editor
    expect_exit 0 env EDITOR="./editor --wait" "$docket" review correct 4.txt
    expect_text '"amount_due":.*4' outbox/records/letter/4.txt.json
    expect_exit 2 env EDITOR=true "$docket" review correct 5.txt
    expect_text 'nothing was changed' "$err"
    expect_exit 2 env EDITOR=false "$docket" review correct 5.txt
    expect_exit 0 env LC_ALL=C "$docket" review reject 5.txt --reason 'an advertisement, für Ähren'
    [ -f outbox/failed/5.txt ] || fail "a rejected original belongs to failed/"
    expect_text 'an advertisement, für Ähren' outbox/failed/5.txt.reason.json
    expect_exit 2 "$docket" review accept 5.txt
    expect_text 'does not wait' "$err"
    expect_exit 0 "$docket" audit
    expect_text '^in 5 = accepted 4 \+ fallback 0 \+ review 0 \+ failed 1 \+ held 0$' "$out"
}

test_interrupt() {
    begin interrupt
    local i status=0
    for i in $(seq 1 300); do
        letter "inbox/$i.txt" "I-$i"
    done
    "$docket" run >"$out" 2>"$err" &
    started+=($!)
    while [ ! -s state/ledger.db ]; do sleep 0.05; done
    kill -INT "${started[-1]}"
    wait "${started[-1]}" || status=$?
    [ $status = 130 ] || [ $status = 0 ] || fail "interrupted: exit code $status"
    expect_exit 0 "$docket" run
    expect_exit 0 "$docket" audit
    expect_text '^in 300 = accepted 300 ' "$out"
}

for name in help packs configuration extract read run growing_file lock faults held review interrupt; do
    echo "$name"
    cd "$work"
    "test_$name"
done
