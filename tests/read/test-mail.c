#include "fixture.h"

#include "pipeline/core/limits.h"
#include "stages/read/techniques/mail/mail-header.h"

#define HEAD "From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: Hello\r\n"
#define TYPE "message/rfc822"

/* ---- header fields ---- */

static void check_text(const char *raw, const char *expected)
{
    g_autofree char *text = mail_header_text(raw);
    g_assert_cmpstr(text, ==, expected);
}

static void test_encoded_words(void)
{
    check_text("plain words", "plain words");
    check_text("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße");
    check_text("=?ISO-8859-1?B?R3L832U=?= aus =?iso-8859-1*de?q?K=F6ln?=", "Grüße aus Köln");
    /* The space between two encoded words is none, and a character may be cut in two. */
    check_text("=?utf-8?B?w7w=?=\r\n =?utf-8?B?w58=?=", "üß");
    check_text("=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü");
    check_text("=?utf-8?B?w7w?=", "ü"); /* without padding */
    check_text("=?utf-8?Q?two words?=", "two words");
    check_text("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本");
    check_text("=?ks_c_5601-1987?B?sKGzqg==?=", "가나");
    check_text("Gr\xfc\xdf"
               "e",
               "Grüße"); /* raw bytes */
    check_text("folded\r\n\tover\r\n lines", "folded over lines");
    check_text("=?nothing", "=?nothing");
    check_text("=?utf-8?X?a?=", "=?utf-8?X?a?=");
    check_text("=?no-such-set?Q?abc?=", "abc");
    check_text(NULL, "");
}

static void check_addresses(const char *raw, const char *expected)
{
    g_autofree char *text = mail_header_addresses(raw);
    g_assert_cmpstr(text, ==, expected);
}

static void test_addresses(void)
{
    check_addresses("ann@example.com", "ann@example.com");
    check_addresses("\"Doe, Ann\" <ann@example.com>,\r\n bob@example.com",
                    "Doe, Ann <ann@example.com>, bob@example.com");
    check_addresses("=?utf-8?Q?J=C3=B6rg?= <j@example.com>", "Jörg <j@example.com>");
    check_addresses("daemon@example.com (Mail System)", "Mail System <daemon@example.com>");
    check_addresses("<ann@example.com>", "ann@example.com");
    check_addresses("Ann <ann@example.com", "Ann <ann@example.com>");
    check_addresses("\"unclosed <a@example.com>, b", "unclosed <a@example.com>");
    check_addresses("", "");
}

/* ---- bodies ---- */

static void test_plain(void)
{
    g_autoptr(Reading) r = fixture_read_text(HEAD "\r\nFirst line\r\nsecond line\r\n", TYPE);
    fixture_has(r, "From Ann <ann@example.com>\n");
    fixture_has(r, "Subject Hello\n");
    fixture_has(r, "First line\nsecond line");
    g_assert_cmpuint(reading_block(r, 0)->kind, ==, BLOCK_FIELDS);
    g_assert_cmpuint(reading_page(r, 0)->technique, ==, TECHNIQUE_OFFICE);
    g_assert_cmpuint(r->page_count, ==, 1);
}

static void test_encodings(void)
{
    g_autoptr(Reading) quoted = fixture_read_text(
        HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe, a=\r\nnd more\r\n",
        TYPE);
    fixture_has(quoted, "Grüße, and more");
    g_autoptr(Reading) base64 =
        fixture_read_text(HEAD "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ==\r\n",
                          TYPE);
    fixture_has(base64, "Grüße");
    /* The charset is a lie, or unknown: replaced, never fatal. */
    g_autoptr(Reading) lie =
        fixture_read_text(HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\nGr\xfc\xdf"
                               "e\r\n",
                          TYPE);
    fixture_has(lie, "Gr");
    g_autoptr(Reading) unknown = fixture_read_text(
        HEAD "Content-Type: text/plain; charset=x-klingon\r\n\r\nabc def\r\n", TYPE);
    fixture_has(unknown, "abc def");
}

static void test_flowed(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        HEAD "Content-Type: text/plain; format=flowed\r\n\r\nThis line \r\ngoes on.\r\n"
             "> quoted \r\n> too\r\n From stuffed\r\n-- \r\nAnn\r\n",
        TYPE);
    fixture_has(r, "This line goes on.\n");
    fixture_has(r, "> quoted too\n");
    fixture_has(r, "From stuffed\n");
    fixture_has(r, "--\nAnn");
    g_autoptr(Reading) delsp = fixture_read_text(
        HEAD "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nlong \r\nword\r\n", TYPE);
    fixture_has(delsp, "longword");
}

#define PART(headers, body) "--b\r\n" headers "\r\n\r\n" body "\r\n"
#define MULTI(kind) HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/" kind "; boundary=b\r\n\r\n"

static void test_alternative(void)
{
    g_autoptr(Reading) plain = fixture_read_text(
        MULTI("alternative") PART("Content-Type: text/plain", "the plain text of the mail")
            PART("Content-Type: text/html", "<p>the <b>page</b>") "--b--\r\n",
        TYPE);
    fixture_has(plain, "the plain text");
    fixture_lacks(plain, "the page");
    /* What only says that there is a page is no version of it. */
    g_autoptr(Reading) stub = fixture_read_text(
        MULTI("alternative") PART("Content-Type: text/plain", "Use a better program.") PART(
            "Content-Type: text/html",
            "<h1>Invoice 17</h1><table><tr><td>Total</td><td>5.00</td></tr></table>"
            "<p>one two three four five six seven eight nine ten one two three four five six "
            "seven eight nine ten one two three four five six seven eight nine ten") "--b--\r\n",
        TYPE);
    fixture_has(stub, "Invoice 17");
    fixture_lacks(stub, "better");
    gboolean table = FALSE;
    for (guint i = 0; i < stub->blocks->len; i++)
        table |= reading_block(stub, i)->kind == BLOCK_TABLE;
    g_assert_true(table);
}

/* ---- attachments ---- */

static const Attachment *attachment(const Reading *r, guint i)
{
    g_assert_cmpuint(r->attachments->len, >, i);
    return r->attachments->pdata[i];
}

static void test_attachments(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        MULTI("mixed") PART("Content-Type: text/plain", "see below")
            PART("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
                 "Content-Disposition: attachment; filename=\"=?utf-8?Q?Rechnung_=C3=BC.pdf?=\"",
                 "JVBERi0xLjQ=") PART("Content-Type: text/csv; name*=utf-8''a%20b.csv", "a,b")
                PART("Content-Type: message/rfc822", "Subject: inner/one\r\n\r\ninner text")
                    PART("Content-Type: application/pkcs7-signature; name=smime.p7s", "sign")
                        PART("Content-Type: text/plain\r\nContent-Disposition: attachment",
                             "nameless") "--b--\r\n",
        TYPE);
    fixture_has(r, "see below");
    fixture_lacks(r, "inner text");
    fixture_lacks(r, "nameless");
    g_assert_cmpuint(r->attachments->len, ==, 5);
    g_assert_cmpstr(attachment(r, 0)->name, ==, "Rechnung ü.pdf");
    g_assert_cmpstr(attachment(r, 0)->media_type, ==, "application/pdf");
    g_assert_cmpmem(g_bytes_get_data(attachment(r, 0)->content, NULL), 8, "%PDF-1.4", 8);
    g_assert_cmpstr(attachment(r, 1)->name, ==, "a b.csv");
    g_assert_cmpstr(attachment(r, 2)->name, ==, "inner_one.eml");
    g_assert_nonnull(attachment(r, 2)->content);
    g_assert_null(attachment(r, 3)->content); /* a signature is listed only */
    g_assert_cmpstr(attachment(r, 4)->name, ==, "part-5.txt");
}

static void test_tnef(void)
{
    /* One file with its title, one without, and an attribute that is cut. */
    static const char tnef[] = "\x78\x9f\x3e\x22\1\0"
                               "\2\x02\x90\6\0\2\0\0\0rr\0\0"
                               "\2\x10\x80\1\0\6\0\0\0a.txt\0\0\0"
                               "\2\x0f\x80\6\0\5\0\0\0first\0\0"
                               "\2\x02\x90\6\0\2\0\0\0rr\0\0"
                               "\2\x0f\x80\6\0\6\0\0\0second\0\0"
                               "\2\x0f\x80\6\0\xff\0\0\0cut";
    g_autofree char *base64 = g_base64_encode((const guchar *)tnef, sizeof tnef - 1);
    g_autofree char *mail =
        g_strdup_printf(MULTI("mixed") PART("Content-Type: text/plain", "see below")
                            PART("Content-Type: application/ms-tnef; name=winmail.dat\r\n"
                                 "Content-Transfer-Encoding: base64",
                                 "%s") "--b--\r\n",
                        base64);
    g_autoptr(Reading) r = fixture_read_text(mail, TYPE);
    g_assert_cmpuint(r->attachments->len, ==, 3);
    g_assert_cmpstr(attachment(r, 0)->name, ==, "a.txt");
    g_assert_cmpmem(g_bytes_get_data(attachment(r, 0)->content, NULL), 5, "first", 5);
    g_assert_cmpstr(attachment(r, 1)->name, ==, "part-2");
    g_assert_cmpuint(attachment(r, 1)->size, ==, 6);
    g_assert_cmpstr(attachment(r, 2)->name, ==, "winmail.dat");
    g_assert_null(attachment(r, 2)->content);
}

static void test_uuencode(void)
{
    g_autoptr(Reading) r =
        fixture_read_text(HEAD "\r\nbefore\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\nbehind\r\n"
                               "begin 644 is no file here\r\nlast\r\n",
                          TYPE);
    g_assert_cmpuint(r->attachments->len, ==, 1);
    g_assert_cmpstr(attachment(r, 0)->name, ==, "cat.txt");
    g_assert_cmpmem(g_bytes_get_data(attachment(r, 0)->content, NULL), attachment(r, 0)->size,
                    "Cat", 3);
    fixture_has(r, "before\nbehind\nbegin 644 is no file here\nlast");
}

/* A PNG's header is enough to say how large it is. */
#define PNG(w, h)                                                                                  \
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0" w "\0\0" h "\b\2\0\0\0........................."

static void attach_picture(const char *png, gsize length, const char *kind, gboolean is_document)
{
    g_autofree char *base64 = g_base64_encode((const guchar *)png, length);
    g_autofree char *mail = g_strdup_printf(
        HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/%s; boundary=b\r\n\r\n--b\r\n"
             "Content-Type: text/html\r\n\r\n<p>text\r\n--b\r\nContent-Type: image/png; "
             "name=x.png\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
        kind, base64);
    g_autoptr(Reading) r = fixture_read_text(mail, TYPE);
    g_assert_true((attachment(r, 0)->content != NULL) == is_document);
    g_assert_true((r->notes->len > 0) != is_document);
}

static void test_pictures(void)
{
    const char logo[] = PNG("\0\x40", "\0\x40"), banner[] = PNG("\3\x20", "\0\x40"),
               page[] = PNG("\4\0", "\5\0");
    attach_picture(logo, sizeof logo, "mixed", FALSE);
    attach_picture(banner, sizeof banner, "mixed", TRUE);
    attach_picture(banner, sizeof banner, "related", FALSE);
    attach_picture(page, sizeof page, "related", TRUE);
}

/* ---- what goes wrong ---- */

static void refuse(const char *mail, int code)
{
    g_autoptr(GBytes) bytes = g_bytes_new(mail, strlen(mail));
    fixture_refuse(bytes, TYPE, NULL, code);
}

static void test_encrypted(void)
{
    refuse(MULTI("encrypted") PART("Content-Type: application/pgp-encrypted", "Version: 1")
               PART("Content-Type: application/octet-stream", "-----BEGIN") "--b--\r\n",
           DOCKET_ERROR_ENCRYPTED);
    refuse(HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nabc\r\n",
           DOCKET_ERROR_ENCRYPTED);
    refuse(HEAD "\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n", DOCKET_ERROR_ENCRYPTED);
}

/* One element of DER around a content. */
static GByteArray *element(guint8 tag, const GByteArray *content)
{
    GByteArray *out = g_byte_array_new();
    guint8 head[] = {tag, 0x82, (guint8)(content->len >> 8), (guint8)content->len};
    g_byte_array_append(out, head, sizeof head);
    g_byte_array_append(out, content->data, content->len);
    return out;
}

static GByteArray *bytes_of(const char *data, gsize length)
{
    return g_byte_array_append(g_byte_array_new(), (const guint8 *)data, (guint)length);
}

/* ContentInfo around SignedData around the entity, as a mail. `pieces`: as a BER string in two. */
static char *signed_mail(const char *entity, gboolean pieces)
{
    static const char version[] = "\x02\x01\x01\x31\x00",
                      data_type[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
                      signed_type[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    GByteArray *octets = bytes_of(entity, pieces ? 10 : strlen(entity));
    GByteArray *all = element(0x04, octets), *last;
    g_byte_array_unref(octets);
    if (pieces) {
        octets = bytes_of(entity + 10, strlen(entity) - 10);
        last = element(0x04, octets);
        g_byte_array_append(all, last->data, last->len);
        g_byte_array_unref(octets);
        g_byte_array_unref(last);
        octets = bytes_of("\x24\x80", 2); /* indefinite */
        g_byte_array_append(octets, all->data, all->len);
        g_byte_array_append(octets, (const guint8 *)"\0\0", 2);
        g_byte_array_unref(all);
        all = octets;
    }
    static const struct {
        guint8 tag;
        const char *before;
        gsize length;
    } around[] = {{0xa0, data_type, 11},
                  {0x30, version, 5},
                  {0x30, "", 0},
                  {0xa0, signed_type, 11},
                  {0x30, "", 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(around); i++) {
        GByteArray *one = element(around[i].tag, all);
        g_byte_array_unref(all);
        all = bytes_of(around[i].before, around[i].length);
        g_byte_array_append(all, one->data, one->len);
        g_byte_array_unref(one);
    }
    g_autofree char *base64 = g_base64_encode(all->data, all->len);
    g_byte_array_unref(all);
    return g_strdup_printf(HEAD "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n"
                                "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
                           base64);
}

static void test_opaque_signed(void)
{
    for (gboolean pieces = FALSE; pieces <= TRUE; pieces++) {
        g_autofree char *mail =
            signed_mail("Content-Type: text/plain\r\n\r\nunder seal, but open\r\n", pieces);
        g_autoptr(Reading) r = fixture_read_text(mail, TYPE);
        fixture_has(r, "under seal, but open");
    }
}

static void test_signed(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        MULTI("signed") PART("Content-Type: text/plain", "what was signed")
            PART("Content-Type: application/pgp-signature; name=s.asc", "sig") "--b--\r\n",
        TYPE);
    fixture_has(r, "what was signed");
    fixture_lacks(r, "sig\n");
}

static void test_empty(void)
{
    refuse("", DOCKET_ERROR_DAMAGED);
    refuse("X-Nothing: a\r\n\r\n\r\n", DOCKET_ERROR_EMPTY);
    /* No text, but something attached: what it carries counts. */
    g_autoptr(Reading) r = fixture_read_text(
        "MIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n", TYPE);
    g_assert_cmpuint(r->words->len, ==, 0);
    g_assert_cmpuint(r->attachments->len, ==, 1);
}

static void test_broken(void)
{
    g_autoptr(Reading) unclosed =
        fixture_read_text(MULTI("mixed") PART("Content-Type: text/plain", "still read"), TYPE);
    fixture_has(unclosed, "still read");
    g_autoptr(Reading) lost = fixture_read_text(
        HEAD
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!no base64\r\n",
        TYPE);
    g_assert_nonnull(lost);
    g_autoptr(Reading) marked =
        fixture_read_text("From ann Mon Nov 30 10:00:00 2026\r\n" HEAD "\r\ntext\r\n", TYPE);
    fixture_has(marked, "Subject Hello");
}

/* Lines that end both ways: every byte of the attachment is there. */
static void test_mixed_lines(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        MULTI("mixed") "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
                       "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\n--b--\r\n",
        TYPE);
    g_assert_cmpuint(attachment(r, 0)->size, ==, 9);
}

/* Nested far deeper than anybody reads: said, and never a crash. */
static void test_deep(void)
{
    g_autoptr(GString) mail = g_string_new(HEAD "MIME-Version: 1.0\r\n");
    for (guint i = 0; i < 500; i++)
        g_string_append_printf(mail, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n",
                               i, i);
    g_string_append(mail, "Content-Type: text/plain\r\n\r\nthe bottom\r\n");
    g_autoptr(Reading) r = fixture_read_text(mail->str, TYPE);
    fixture_lacks(r, "the bottom");
    g_assert_cmpuint(r->notes->len, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/encoded-words", test_encoded_words);
    g_test_add_func("/mail/addresses", test_addresses);
    g_test_add_func("/mail/plain", test_plain);
    g_test_add_func("/mail/encodings", test_encodings);
    g_test_add_func("/mail/flowed", test_flowed);
    g_test_add_func("/mail/alternative", test_alternative);
    g_test_add_func("/mail/attachments", test_attachments);
    g_test_add_func("/mail/tnef", test_tnef);
    g_test_add_func("/mail/uuencode", test_uuencode);
    g_test_add_func("/mail/pictures", test_pictures);
    g_test_add_func("/mail/encrypted", test_encrypted);
    g_test_add_func("/mail/signed", test_signed);
    g_test_add_func("/mail/opaque-signed", test_opaque_signed);
    g_test_add_func("/mail/empty", test_empty);
    g_test_add_func("/mail/broken", test_broken);
    g_test_add_func("/mail/mixed-lines", test_mixed_lines);
    g_test_add_func("/mail/deep", test_deep);
    return g_test_run();
}
