#!/bin/bash
# docket read: its formats, several files in their order, overlays, passwords.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ -x "$docket" ] || skip "no $docket"
unset "${!DOCKET_READERS_@}" "${!DOCKET_LIMITS_@}" 2>/dev/null || true
export XDG_CONFIG_HOME=$work/xdg
cd "$work"

# Usage: expect_same FILE   Standard input is what the last command must have printed.
expect_same() {
    diff -u - "$work/out" >&2 || fail "$1: the output differs"
}

test_formats() {
    printf 'Ref\tNM-7\n\nTwo words\n' >note.txt
    expect_exit 0 "$docket" read --format tsv note.txt
    # Tesseract's columns; what is no word has -1, a word that was not recognised 100.
    expect_text '^level	page_num	block_num	par_num	line_num	word_num	left	top	width	height	conf	text$' out
    expect_text '^1	1	0	0	0	0	0\.00	0\.00	[0-9.]+	[0-9.]+	-1	$' out
    expect_text '^5	1	1	1	1	1	0\.00	0\.00	3\.00	1\.00	100	Ref$' out
    expect_text '^5	1	2	1	1	2	4\.00	2\.00	5\.00	1\.00	100	words$' out
    [ "$(cut -f1 out | sort | uniq -c | tr -s ' \n' ' ')" = " 1 1 2 2 2 3 2 4 4 5 1 level " ] ||
        fail "rows of another number: $(cat out)"
    awk -F'\t' 'NF != 12 { exit 1 }' out || fail "a row has not twelve columns"
    expect_exit 2 "$docket" read --format csv note.txt
    expect_text 'text, md, json, hocr or tsv' err
}

# Many files over several readers, each once, in the order in which they were named.
test_order() {
    local i names=()
    for i in $(seq 1 40); do
        printf 'file number %s\n' "$i" >"$i.txt"
        names+=("$i.txt")
    done
    expect_exit 0 env DOCKET_READERS_COUNT=3 "$docket" read "${names[@]}" - <1.txt
    { seq -f 'file number %g' 1 40; echo 'file number 1'; } | sed '2,$s/^/\f/' | expect_same order
}

test_overlay() {
    local pdf
    pdf=$(find "$DOCKET_SOURCE/samples/inbox" -name '*.pdf' | sort | head -n 1)
    expect_exit 0 "$docket" read --overlay boxes.png "$pdf"
    [ ! -s out ] || fail "an overlay alone prints nothing"
    [ "$(head -c 8 boxes.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "no PNG"
    expect_exit 0 "$docket" read --overlay boxes.pdf --format text "$pdf"
    [ -s out ] || fail "--format prints beside the overlay"
    [ "$(head -c 5 boxes.pdf)" = "%PDF-" ] || fail "no PDF"
    # The drawing is a document itself, with the legend on its page.
    expect_exit 0 "$docket" read --ocr never boxes.pdf
    expect_text 'paragraph' out
    expect_exit 0 "$docket" read --overlay note.png note.txt
    expect_exit 3 "$docket" read --overlay far.png --page 4711 "$pdf"
    expect_text 'there is no page 4711' err
    [ ! -e far.png ] || fail "a page that is not there was drawn"
    expect_exit 3 "$docket" read --overlay note.png --page 2 note.txt
    expect_exit 2 "$docket" read --overlay boxes.jpg "$pdf"
    expect_exit 2 "$docket" read --overlay boxes.pdf "$pdf" note.txt
    expect_exit 2 "$docket" read --page 2 "$pdf"
    expect_exit 2 "$docket" read --overlay boxes.pdf --page 0 "$pdf"
}

# What a technique could not read is said, and the exit code says that some is missing.
test_missing() {
    printf '{\\rtf1 the beginning {\\b and' >cut.rtf
    expect_exit 3 "$docket" read cut.rtf
    expect_text 'the beginning and' out
    expect_text 'cut.rtf: partial: the file is damaged: it ends inside a group' err
}

# Usage: passwords LINE…   The file of passwords.
passwords() {
    printf '%s\n' "$@" >passwords
    chmod 600 passwords
}

test_passwords() {
    export DOCKET_READERS_PASSWORD_FILE=$work/passwords
    printf 'a note\n' >note.txt
    printf 'secret\n' >passwords
    chmod 644 passwords
    expect_exit 2 "$docket" read note.txt
    expect_text 'open to everybody' err
    ! grep -q secret err || fail "a password is repeated"
    passwords "$(printf '%200s' x)"
    expect_exit 2 "$docket" read note.txt
    printf '\377\376\n' >passwords
    chmod 600 passwords
    expect_exit 2 "$docket" read note.txt
    expect_text 'not UTF-8' err
    rm passwords
    expect_exit 2 "$docket" read note.txt
    [ -d "$DOCKET_CORPUS/pdf-hostile" ] || return 0
    local pdf
    for pdf in "$DOCKET_CORPUS"/pdf-hostile/*user_pass_apples*.pdf; do
        expect_exit 3 env -u DOCKET_READERS_PASSWORD_FILE "$docket" read "$pdf"
        expect_text 'encrypted: the PDF asks for a password: put it in readers.password_file' err
        passwords pears "for others"
        expect_exit 3 "$docket" read "$pdf"
        expect_text 'encrypted: .* none of the 2 in readers.password_file opens it' err
        passwords pears "" apples
        expect_exit 0 "$docket" read "$pdf" note.txt
        expect_text 'This sample file is encrypted' out
        expect_text 'a note' out
        expect_exit 0 "$docket" read --overlay boxes.png "$pdf"
    done
    # A run: the document fails, and is read when it comes again with its password at hand.
    mkdir -p inbox
    printf '[run]\nsettle = 0\n' >docket.conf
    cp "$pdf" inbox/locked.pdf
    passwords pears
    expect_exit 3 "$docket" run
    passwords apples
    cp "$pdf" inbox/locked.pdf
    "$docket" run >out 2>err || true
    expect_exit 0 "$docket" show locked.pdf
    ! grep -q 'encrypted:' out || fail "an old failure is served: $(cat out)"
    expect_exit 0 "$docket" audit
    ! grep -rq apples state outbox --include='*.json' --include='*.db*' || fail "a password is in the ledger"
}

for name in formats order overlay missing passwords; do
    echo "$name"
    cd "$work"
    "test_$name"
done
