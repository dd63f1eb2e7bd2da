#!/bin/bash
# Pages as pictures on the shipped program: none of a digital page, those of a doubtful scan, all where
# the pack says so, no more than it allows, and a document whose page cannot be drawn goes on.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/sim.sh
. "$(dirname "$0")/sim.sh"
need_command sqlite3
need_command jq
samples=$DOCKET_SOURCE/samples/inbox

# Usage: place NAME PRESET FILE LINE…   The pack invoice with these lines under [vision], one document.
place() {
    local name=$1 preset=$2 file=$3
    shift 3
    new_place "$name"
    mkdir "$place/packs"
    cp -r "$DOCKET_SOURCE/schemas/invoice" "$place/packs/invoice"
    printf '\n[vision]\n' >>"$place/packs/invoice/pack.conf"
    printf '%s\n' "$@" >>"$place/packs/invoice/pack.conf"
    cp "$file" "$place/inbox/"
    start_sim --seed 3 --price-in 2 --price-out 8
    sed -i "s|^packs=.*|packs=$place/packs|" "$place/docket.conf"
    printf '[model]\npreset=%s\nbase_url=http://%s\nname=m\nprice_in=2\nprice_out=8\n' \
        "$preset" "$address" >>"$place/docket.conf"
}

run() {
    local code=0
    "$docket" run -q --config "$place/docket.conf" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" = 0 ] || [ "$code" = 3 ] || fail "the run ended with $code: $(cat "$work/err")"
    stop_sim
    meta=$work/meta
    ledger "SELECT meta FROM documents LIMIT 1" >"$meta"
    [ -s "$meta" ] || fail "no meta file: $(cat "$work/err")"
}

# Usage: expect_pages PAGES   "[1,3]": what the meta file says that the model saw.
expect_pages() {
    local pages
    pages=$(jq -c '[.prompt.shown.pictures[]?.page]' "$meta")
    [ "$pages" = "$1" ] || fail "pictures of pages $pages, not $1: $(jq -c .reasons "$meta")"
}

# ---- a digital page has nothing doubtful ----

place digital openai "$samples/invoice-classic.pdf" 'pages = auto'
run
expect_pages '[]'

# ---- always: the same page, in each protocol; what is set aside covers the bill ----

for preset in openai anthropic gemini; do
    place "always-$preset" "$preset" "$samples/invoice-classic.pdf" 'pages = always'
    run
    expect_pages '[1]'
    jq -e '.prompt.shown.pictures[0] | ([.width, .height] | max) == 1568 and .dpi > 100 and .bytes > 1000' \
        "$meta" >/dev/null || fail "the picture is not as large as it should be"
    [ "$(bill calls)" -ge 1 ] || fail "$preset: the request was refused: $(cat "$work/journal")"
    compare_bill >/dev/null
done

# ---- what was sent can be looked at, without pages of base64 ----

place kept openai "$samples/invoice-classic.pdf" 'pages = always'
printf '[log]\npayloads=full\n' >>"$place/docket.conf"
run
expect_exit 0 "$docket" log --payload 1 --config "$place/docket.conf"
expect_text 'data:image/jpeg;base64,\(a JPEG, [0-9]+ bytes of base64, their SHA-256 [0-9a-f]{64}\)' "$work/out"

expect_exit 0 "$docket" prompt show invoice --document "$samples/invoice-classic.pdf" --config "$place/docket.conf"
expect_text '^\(picture of page 1: JPEG, [0-9]+ x 1568 pixels, [0-9]+ bytes, SHA-256 [0-9a-f]{64}\)$' "$work/out"

# ---- auto: a scan so coarse that the recognition is not sure, and one that is read well ----

need_command pdftoppm
pdftoppm -r 50 -png -singlefile "$samples/invoice-classic.pdf" "$work/coarse"
place coarse openai "$work/coarse.png" 'pages = auto'
run
expect_pages '[1]'
place fax openai "$samples/invoice-fax.tif" 'pages = auto'
run
expect_pages '[]'

# ---- a page that is none ----

{
    printf '%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n'
    printf '2 0 obj<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>endobj\n'
    printf '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources'
    printf '<</Font<</A<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n'
    page='BT /A 12 Tf 20 300 Td (Invoice No: HF/26/00007) Tj 0 -20 Td (Total: 119.50 GBP) Tj ET'
    printf '4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n' "${#page}" "$page"
    printf '5 0 obj null endobj\ntrailer<</Root 1 0 R/Size 6>>\n%%%%EOF\n'
} >"$work/broken.pdf"
place broken openai "$work/broken.pdf" 'pages = auto'
run
expect_pages '[]'
jq -e '.reasons | any(startswith("picture_missing: the model did not see page 2: "))' "$meta" >/dev/null ||
    fail "nobody is told that the page was not drawn: $(jq -c .reasons "$meta")"
[ "$(bill calls)" -ge 1 ] || fail "the document did not go on with its text"

# ---- a drawing has no text, but a model may see what it is; a blank page has nothing ----

# Usage: draw_pgm INK…   A page of 600 x 800 pixels; each INK is the grey of rows 200 to 400 in turn.
draw_pgm() {
    awk -v ink="$1" 'BEGIN {
        printf "P2\n600 800\n255\n"
        for (y = 0; y < 800; y++)
            for (x = 0; x < 600; x++)
                print (y > 200 && y < 400 && (x + y) % 97 < 6) ? ink : 255
    }'
}
draw_pgm 0 >"$work/drawing.pgm"
draw_pgm 255 >"$work/blank.pgm"
for kind in drawing blank; do
    place "$kind" openai "$work/$kind.pgm" 'pages = auto'
    mkdir "$place/inbox/invoice"
    mv "$place/inbox/$kind.pgm" "$place/inbox/invoice/"
    run
done
expect_value() { [ "$1" = "$2" ] || fail "$3: $1, not $2"; }
expect_value "$(jq -r .reason "$place/outbox/failed/blank.pgm.reason.json")" empty "a blank page"
place=$work/drawing
expect_value "$(ledger "SELECT verdict FROM documents")" review "a drawing"
meta=$work/meta
ledger "SELECT meta FROM documents" >"$meta"
expect_pages '[1]'

# ---- no more than the pack allows ----

place cap openai "$samples/invoice-multipage.pdf" 'pages = always' 'max_pages = 1'
run
expect_pages '[1]'
jq -e '.reasons | any(startswith("pictures_cut: "))' "$meta" >/dev/null || fail "nobody is told of the cut"

# ---- a word that is none ----

place wrong openai "$samples/invoice-classic.pdf" 'pages = sometimes'
expect_exit 2 "$docket" run -q --config "$place/docket.conf"
expect_text 'pages must be never, auto or always, not "sometimes"' "$work/err"
stop_sim
