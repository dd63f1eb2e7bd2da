#!/bin/bash
# Documents inside documents through the shipped programs: mails, archives, archives in archives. Each
# child has a verdict of its own, the parent waits for all of them, and nothing is lost on the way.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
samples=$DOCKET_SOURCE/samples/inbox

# Usage: new_place NAME   $place with an empty inbox and settings.
new_place() {
    place=$work/$1
    mkdir -p "$place/inbox"
    printf '[paths]\ninbox=%s\noutbox=%s\nstate=%s\npacks=%s\n[run]\nsettle=0\n' \
        "$place/inbox" "$place/outbox" "$place/state" "$DOCKET_SOURCE/schemas" >"$place/docket.conf"
}

# Usage: run_expecting CODE   docket run in $place; the books are right afterwards.
run_expecting() {
    expect_exit "$1" "$docket" run --config "$place/docket.conf" --no-progress
    expect_exit 0 "$docket" audit --config "$place/docket.conf"
}

verdict_of() {
    "$docket" show --json --config "$place/docket.conf" "$1" | jq -r .document.verdict
}

# Usage: make_mail FILE ATTACHMENT…   A covering letter that carries the files.
make_mail() {
    local to=$1 file
    shift
    {
        printf 'From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: papers\r\n'
        printf 'Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n'
        printf 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'
        printf -- '--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n'
        for file in "$@"; do
            printf -- '--b\r\nContent-Type: application/octet-stream\r\n'
            printf 'Content-Disposition: attachment; filename="%s"\r\n' "$(basename "$file")"
            printf 'Content-Transfer-Encoding: base64\r\n\r\n'
            base64 "$file"
        done
        printf -- '--b--\r\n'
    } >"$to"
}

cd "$work"
cp "$samples/receipt-pharmacy.txt" receipt.txt
cp "$samples/invoice-plain.txt" invoice.txt
head -n 3 "$samples/feed.jsonl" >feed.jsonl
printf '\1\2\3\0\4 no document\n' >noise.bin
make_mail mail.eml receipt.txt noise.bin
tar -cf inner.tar invoice.txt feed.jsonl
tar -czf outer.tar.gz inner.tar mail.eml receipt.txt

echo "-- read and extract"
expect_exit 0 "$docket" read mail.eml
expect_text '^see below' out
expect_text 'receipt\.txt \(application/octet-stream' out
expect_exit 0 "$docket" read outer.tar.gz
tr -d '\f' <out | grep '^==> ' >headings
printf '==> outer.tar.gz/%s <==\n' inner.tar/invoice.txt mail.eml receipt.txt >wanted
diff wanted headings || fail "the members are not read in their order"
expect_exit 3 "$docket" extract --meta mail.eml
[ "$(wc -l <out)" = 2 ] || fail "a mail with two attachments gave $(wc -l <out) lines"
[ "$(head -n 1 out | jq -r .meta.document.parent)" = mail.eml ] || fail "the child does not name its parent"
expect_exit 3 "$docket" extract --meta outer.tar.gz
jq -r .meta.document.name out >names
printf 'outer.tar.gz/%s\n' inner.tar/invoice.txt inner.tar/feed.jsonl:{1,2,3} mail.eml/{receipt.txt,noise.bin} \
    receipt.txt >wanted
diff wanted names || fail "records do not come in the order of the members"

echo "-- a run"
new_place run
cp outer.tar.gz mail.eml "$place/inbox/"
run_expecting 3
expect_text '^in 9 = accepted 7 \+ fallback 0 \+ review 0 \+ failed 2 \+ held 0$' "$work/out"
[ -z "$(ls "$place/inbox")" ] || fail "originals stayed in the inbox"
[ "$(find "$place/outbox/archive" -type f | wc -l)" = 2 ] || fail "the originals are not in the archive"
cmp noise.bin "$place/outbox/failed/mail.eml--noise.bin" || fail "what failed is not quarantined as it was"
jq -e '.reason == "unsupported"' "$place/outbox/failed/mail.eml--noise.bin.reason.json" >/dev/null
[ -f "$place/outbox/records/listing/outer.tar.gz--inner.tar--feed.jsonl.jsonl" ] || fail "no records of the batch"
for name in mail.eml outer.tar.gz outer.tar.gz/inner.tar outer.tar.gz/mail.eml/receipt.txt; do
    [ "$(verdict_of "$name")" = accepted ] || fail "$name is $(verdict_of "$name")"
done
"$docket" show --config "$place/docket.conf" mail.eml >out
expect_text 'mail.eml/noise.bin .*unsupported' out
"$docket" show --config "$place/docket.conf" mail.eml/receipt.txt >out
expect_text 'stands in +mail.eml ' out
# The same receipt three times: one record was made, the others got it.
[ "$("$docket" stats --json --config "$place/docket.conf" | jq .duplicates)" = 2 ] || fail "duplicates were not seen"

echo "-- a parent waits for what waits inside"
new_place held
make_mail two.eml receipt.txt invoice.txt
cp two.eml "$place/inbox/"
cp "$place/docket.conf" "$place/plain.conf"
printf '[model]\nbase_url=http://127.0.0.1:9/v1\nname=none\n' >>"$place/docket.conf"
run_expecting 4
expect_text 'held 2$' "$work/out"
[ -f "$place/inbox/two.eml" ] || fail "the original left before its children had verdicts"
cp "$place/plain.conf" "$place/docket.conf"
run_expecting 0
expect_text '^in 2 = accepted 2 ' "$work/out"
[ ! -e "$place/inbox/two.eml" ] || fail "the original did not leave after its children had verdicts"

echo "-- folders name the pack of what is carried, too"
new_place folder
mkdir "$place/inbox/receipt"
make_mail "$place/inbox/receipt/one.eml" receipt.txt
run_expecting 0
[ -f "$place/outbox/records/receipt/one.eml--receipt.txt.json" ] || fail "the folder's pack was not used"

echo "-- kept originals are no news"
new_place kept
printf 'originals=keep\n' >>"$place/docket.conf"
cp two.eml "$place/inbox/"
run_expecting 0
run_expecting 0
expect_text '^in 2 = ' "$work/out"
[ -f "$place/inbox/two.eml" ] || fail "a kept original was moved"

echo "-- limits"
new_place limits
cp receipt.txt deep0
for i in 1 2 3 4 5 6 7; do tar -cf "deep$i" "deep$((i - 1))"; done
cp deep7 "$place/inbox/deep.tar"
run_expecting 3
"$docket" show --config "$place/docket.conf" deep.tar/deep6/deep5/deep4/deep3/deep2 >out
expect_text 'more than 5 deep' out
cmp deep2 "$place/outbox/failed/"*--deep2 || fail "what lies too deep is not quarantined"
