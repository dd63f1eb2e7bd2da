#!/bin/bash
# The jail of the shipped reader, seen from outside: what the kernel shows of it while it works; that
# nothing is read without it; that documents get nowhere with their own references to files; and that
# honest documents notice nothing of it.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
need_command pgrep
need_command iconv

config() {
    printf '[paths]\npacks=%s\n[readers]\ncount=1\n' "$DOCKET_SOURCE/schemas"
    [ $# -eq 0 ] || printf '%s\n' "$@"
}
config >"$work/docket.conf"
config sandbox=best-effort >"$work/weak.conf"
config languages=boast >"$work/boast.conf"
printf 'INVOICE No. 4711\n' >"$work/plain.txt"

# ---- fail closed ----

expect_exit 0 "$docket" doctor --config "$work/docket.conf" --json
jail=$(jq -r '.checks[] | select(.check == "jail") | .sentence' "$work/out")
case $jail in
*"no capabilities; Landlock "*"; seccomp"*) ;;
*) skip "this kernel does not give the whole jail: $jail" ;;
esac

for part in landlock:Landlock seccomp:seccomp; do
    expect_exit 2 "$DOCKET_BUILD/old-kernel" "${part%:*}" "$docket" read --config "$work/docket.conf" "$work/plain.txt"
    expect_text "nothing is read; missing: ${part#*:}" "$work/err"
    expect_text 'readers.sandbox=best-effort' "$work/err"
    [ ! -s "$work/out" ] || fail "a document was read without ${part#*:}"
    expect_exit 0 "$DOCKET_BUILD/old-kernel" "${part%:*}" "$docket" read --config "$work/weak.conf" "$work/plain.txt"
    expect_text 'INVOICE No. 4711' "$work/out"
    expect_text "not whole .*missing: ${part#*:}" "$work/err"
    [ "$(wc -l <"$work/err")" = 1 ] || fail "the weak jail is told more than once"
    expect_exit 2 "$DOCKET_BUILD/old-kernel" "${part%:*}" "$docket" doctor --config "$work/docket.conf"
    expect_text "BAD .*missing: ${part#*:}" "$work/out"
done

# A reader that is not locked in gets no document, whatever it claims.
mkdir "$work/bin"
cp "$docket" "$work/bin/docket"
cp "$DOCKET_BUILD/bad-reader" "$work/bin/docket-reader"
expect_exit 2 "$work/bin/docket" read --config "$work/docket.conf" "$work/plain.txt"
expect_exit 2 "$work/bin/docket" read --config "$work/boast.conf" "$work/plain.txt"
expect_text 'the kernel shows no filter' "$work/err"

# The libraries for pages are loaded where pages are read, and missed nowhere else.
mkdir "$work/bare"
cp "$docket" "$DOCKET_BUILD/docket-reader" "$work/bare/"
expect_exit 0 "$work/bare/docket" read --config "$work/docket.conf" "$work/plain.txt"
expect_exit 2 "$work/bare/docket" read --config "$work/docket.conf" "$DOCKET_SOURCE/samples/inbox/invoice-scan.pdf"
expect_text 'no reader comes up' "$work/err"
expect_exit 2 "$work/bare/docket" doctor --config "$work/docket.conf"
expect_text 'BAD .*docket-pages.so is missing' "$work/out"

# ---- seen from outside ----

scan=$DOCKET_SOURCE/samples/inbox/invoice-scan.pdf
"$docket" read --config "$work/docket.conf" "$scan" "$scan" "$scan" "$scan" >"$work/scans" 2>"$work/scans.err" &
supervisor=$!
started+=("$supervisor")
reader=
for ((i = 0; i < 600; i++)); do
    reader=$(pgrep -P "$supervisor" -x docket-reader || true)
    [ -n "$reader" ] && grep -q '^Seccomp:[[:space:]]*2' "/proc/$reader/status" && break
    sleep 0.05
done
[ -n "$reader" ] || fail "no reader is seen"
# The document it reads now, and not yet the leave-taking.
sleep 0.2
cp "/proc/$reader/status" "$work/status" || fail "the reader ended too early to be looked at"
for line in 'Seccomp:	2' 'NoNewPrivs:	1' 'Threads:	1' 'CapEff:	0000000000000000' \
    'CapPrm:	0000000000000000' 'CapInh:	0000000000000000' 'CapAmb:	0000000000000000'; do
    expect_text "^$line\$" "$work/status"
done
# What only root may see of a process that cannot be dumped.
if [ "$(id -u)" = 0 ]; then
    expect_text '^CapBnd:	0000000000000000$' "$work/status"
    [ -z "$(tr -d '\0' <"/proc/$reader/environ")" ] || fail "the reader has an environment"
    for line in 'core file size +0 +0' 'open files +16 +16' 'locked memory +0 +0' \
        'file size +536870912 +536870912'; do
        expect_text "^Max $line " "/proc/$reader/limits"
    done
    [ "$DOCKET_BUILD" != "${DOCKET_BUILD%asan}" ] ||
        expect_text '^Max address space +1610612736 +1610612736 ' "/proc/$reader/limits"
    for fd in "/proc/$reader/fd"/*; do
        target=$(readlink "$fd" || true)
        case ${fd##*/}:$target in
        [012]:/dev/null | 3:socket:* | *:/memfd:* | *:/usr/share/fonts/* | *:/usr/share/poppler/* | *:) ;;
        *) fail "the reader holds $target as descriptor ${fd##*/}" ;;
        esac
    done
fi
wait "$supervisor" || fail "the scans were not read: $(cat "$work/scans.err")"

# ---- documents that reach for files ----

printf 'secret of the house\n' >"$work/secret.txt"
cat >"$work/entity.html" <<END
<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://$work/secret.txt">]>
<html><body><p>begin &x; end</p><iframe src="file://$work/secret.txt"></iframe>
<object data="$work/secret.txt"></object></body></html>
END
cat >"$work/stream.pdf" <<END
%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 99]/Contents[4 0 R 6 0 R]/Resources<</Font<</A 5 0 R>>>>>>endobj
4 0 obj<</Length 40>>stream
BT /A 9 Tf 9 9 Td (begin) Tj ET         
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
6 0 obj<</Length 0/F($work/secret.txt)>>stream

endstream endobj
trailer<</Root 1 0 R/Size 7>>
%%EOF
END
expect_exit 0 "$docket" read --config "$work/docket.conf" "$work/entity.html" "$work/stream.pdf"
[ "$(grep -c begin "$work/out")" = 2 ] || fail "the documents were not read"
if grep -q 'secret of the house' "$work/out"; then
    fail "a document brought a file of the machine into its reading"
fi

# ---- honest documents notice nothing ----

# Converters that the C library loads by name are there.
pages=()
while read -r charset word; do
    {
        printf '<html><head><meta charset="%s"></head><body><p>' "$charset"
        printf '%s' "$word"
        printf '</p></body></html>\n'
    } | iconv -f UTF-8 -t "$charset" >"$work/$charset.html"
    pages+=("$work/$charset.html")
done <<END
ISO-8859-2 Zażółć
ISO-8859-7 Καλημέρα
ISO-8859-8 שלום
WINDOWS-1251 Здравствуйте
WINDOWS-1256 مرحبا
KOI8-R Привет
KOI8-U Привіт
IBM866 Документ
WINDOWS-874 สวัสดี
SHIFT_JIS 請求書番号
EUC-JP 領収書発行
GB18030 发票号码
BIG5 發票號碼
EUC-KR 영수증번호
END
expect_exit 0 "$docket" read --config "$work/docket.conf" "${pages[@]}"
for word in Zażółć Καλημέρα שלום Здравствуйте مرحبا Привет Привіт Документ สวัสดี 請求書番号 領収書発行 发票号码 發票號碼 영수증번호; do
    grep -q "$word" "$work/out" || fail "$word did not come through the jail: a converter is missing"
done

# A page in a Chinese font that it does not embed: the character map is a file, read behind the lock.
cat >"$work/chinese.pdf" <<END
%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 99]/Contents 4 0 R/Resources<</Font<</A 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /A 9 Tf 9 9 Td <53D1796853F77801> Tj ET  
endstream endobj
5 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>endobj
6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R
/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>endobj
7 0 obj<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0
/Ascent 800/Descent -200/StemV 80>>endobj
trailer<</Root 1 0 R/Size 8>>
%%EOF
END
expect_exit 0 "$docket" read --config "$work/docket.conf" --ocr never --overlay "$work/chinese.png" "$work/chinese.pdf"
expect_exit 0 "$docket" read --config "$work/docket.conf" --ocr never "$work/chinese.pdf"
expect_text '发票号码' "$work/out"

find "$DOCKET_SOURCE/samples/inbox" -type f >"$work/list"
for folder in csv-and-encodings bench/tricky; do
    [ ! -d "$DOCKET_CORPUS/$folder" ] || [ -n "${DOCKET_LIGHT:-}" ] ||
        find "$DOCKET_CORPUS/$folder" -type f >>"$work/list"
done
xargs -a "$work/list" -d '\n' "$docket" read --config "$work/docket.conf" >"$work/out" 2>"$work/err" || true
if grep -E 'reader_escape|reader_signal|reader_cpu' "$work/err"; then
    fail "an honest document runs into the jail (the line is above)"
fi
echo "$(wc -l <"$work/list") honest documents, jail: $jail"
