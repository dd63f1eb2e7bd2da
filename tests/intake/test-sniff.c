/* What a document is: content first, name second. */
#include "stages/intake/sniff.h"
#include <glib.h>
#include <string.h>

typedef struct {
    const char *bytes;
    gsize length;
    const char *name, *expected;
} Case;

#define BYTES(text) text, sizeof(text) - 1

static const Case cases[] = {
    {BYTES("%PDF-1.7\n"), "a.txt", "application/pdf"},
    {BYTES("junk\n%PDF-1.4"), "a", "application/pdf"},
    {BYTES("\x89PNG\r\n\x1a\n...."), "invoice.pdf", "image/png"},
    {BYTES("\xff\xd8\xff\xe0"), "a.png", "image/jpeg"},
    {BYTES("II*\0...."), "a", "image/tiff"},
    {BYTES("RIFF....WEBPVP8 "), "a", "image/webp"},
    {BYTES("PK\3\4...."), "a.docx", "application/zip"},
    {BYTES("P4\n8 8\n"), "a", "image/x-portable-anymap"},
    {BYTES("<!DOCTYPE html><html>"), "a.txt", "text/html"},
    {BYTES("  <div class=x>hello</div>"), "a.txt", "text/html"},
    {BYTES("a < b and c > d, <br> in the middle"), "a.txt", "text/plain"},
    {BYTES("{\"a\":1}\n{\"a\":2}\n"), "a.txt", "application/jsonl"},
    {BYTES("{\"a\":1}\n"), "a.jsonl", "application/jsonl"},
    {BYTES("{\"a\":\n1}\n"), "a.json", "application/json"},
    {BYTES("[1,2]"), "a.json", "application/json"},
    {BYTES("[see below] a note"), "a.txt", "text/plain"},
    {BYTES("title;price\nA;1\nB;2\n"), "a.csv", "text/csv"},
    {BYTES("title,price,brand\nA,1,x\nB,2,y\nC,3,z\n"), "a", "text/csv"},
    {BYTES("title\tprice\tbrand\nA\t1\tx\nB\t2\ty\nC\t3\tz\n"), "a", "text/tab-separated-values"},
    {BYTES("title,text\nA,\"one\ntwo, three\"\nB,x\n"), "a.csv", "text/csv"},
    {BYTES("title,html\nA,<p>hello</p>\n"), "a.csv", "text/csv"},
    {BYTES("Dear Sir,\nthank you, and goodbye, friend,\nyours\n"), "a.txt", "text/plain"},
    {BYTES("\xff\xfe"
           "h\0e\0l\0l\0o\0"),
     "a.txt", "text/plain"},
    {BYTES("caf\xe9 cr\xe8me"), "a.txt", "text/plain"},
    {BYTES("# Title\n"), "a.md", "text/markdown"},
    {BYTES("<?xml version='1.0'?><ubl:Invoice "
           "xmlns:ubl='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>"),
     "a.txt", "application/xml"},
    {BYTES("<r:CrossIndustryInvoice "
           "xmlns:r='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'>"),
     "a", "application/xml"},
    {BYTES("<?xml version='1.0'?><note>an invoice</note>"), "a.xml", "text/plain"},
    {BYTES("we use urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"), "a", "text/plain"},
    {BYTES("\1\2\3\4\5\6\7\1\2\3"), "a.txt", "application/octet-stream"},
    {BYTES("Received: from a by b\r\nFrom: a@b.example\r\n\r\n<html>"), "a", "message/rfc822"},
    {BYTES("Subject: hello\n\ntext\n"), "a.eml", "message/rfc822"},
    {BYTES("Message-ID: <1>\nX-A: b\n c\nTo: b\n\n{\"a\":1}\n"), "a.txt", "message/rfc822"},
    {BYTES("To: all\nFrom: me\nSubject: minutes\n\nWe met.\n"), "a.txt", "text/plain"},
    {BYTES("Note: this\nand that\n"), "a.txt", "text/plain"},
    {BYTES("From a@b.example Mon Nov 30 10:00:00 2026\nSubject: x\n\ny\n"), "a",
     "application/mbox"},
    {BYTES("From a@b.example Mon Nov 30 10:00:00 2026\nSubject: x\n\ny\n"), "a.eml",
     "message/rfc822"},
    {BYTES("From here on all is text.\n"), "a.txt", "text/plain"},
    {BYTES("\x1f\x8b\b\0"), "a.tar.gz", "application/gzip"},
    {BYTES("BZh91AY&SY"), "a.tar.bz2", "application/x-bzip2"},
    {BYTES("\xfd"
           "7zXZ\0"),
     "a", "application/x-xz"},
    {BYTES("\x28\xb5\x2f\xfd...."), "a", "application/zstd"},
    {BYTES("\x7f"
           "ELF\2\1"),
     "a.pdf", "application/x-executable"},
};

static void test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *type = sniff_media_type(cases[i].bytes, cases[i].length, cases[i].name);
        if (strcmp(type, cases[i].expected) != 0)
            g_test_message("case %u: %s", i, cases[i].bytes);
        g_assert_cmpstr(type, ==, cases[i].expected);
    }
}

static void test_tar(void)
{
    char block[512] = "name.txt";
    memcpy(block + 257, "ustar", 5);
    g_assert_cmpstr(sniff_media_type(block, sizeof block, "a"), ==, "application/x-tar");
    g_assert_true(sniff_holds_documents("application/x-tar"));
    g_assert_false(sniff_holds_documents("message/rfc822"));
}

/* Every prefix of every case, in a buffer of its own size: nothing is read behind the end. */
static void test_prefixes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize n = 0; n <= cases[i].length; n++) {
            g_autofree char *copy = g_memdup2(cases[i].bytes, n);
            g_assert_nonnull(sniff_media_type(copy ? copy : "", n, cases[i].name));
        }
    }
}

/* ---- packages ---- */

static void put16(GByteArray *out, guint value)
{
    guint8 bytes[] = {value & 0xff, value >> 8 & 0xff};
    g_byte_array_append(out, bytes, 2);
}

static void put32(GByteArray *out, guint32 value)
{
    put16(out, value & 0xffff);
    put16(out, value >> 16);
}

static void put_zeros(GByteArray *out, guint n)
{
    for (guint i = 0; i < n; i++)
        g_byte_array_append(out, (const guint8 *)"", 1);
}

/* A ZIP of empty members with these names; `mimetype` is what the first one says, or NULL. */
static GByteArray *zip_of(const char *mimetype, const char *const *names, gboolean whole)
{
    GByteArray *out = g_byte_array_new(), *list = g_byte_array_new();
    guint n = 0;
    for (; names[n]; n++) {
        gsize length = strlen(names[n]);
        g_byte_array_append(out, (const guint8 *)"PK\3\4", 4);
        put_zeros(out, 22);
        put16(out, (guint)length);
        put16(out, 0);
        g_byte_array_append(out, (const guint8 *)names[n], (guint)length);
        if (n == 0 && mimetype)
            g_byte_array_append(out, (const guint8 *)mimetype, (guint)strlen(mimetype));
        g_byte_array_append(list, (const guint8 *)"PK\1\2", 4);
        put_zeros(list, 24);
        put16(list, (guint)length);
        put_zeros(list, 16);
        g_byte_array_append(list, (const guint8 *)names[n], (guint)length);
    }
    guint start = out->len;
    if (whole) {
        g_byte_array_append(out, list->data, list->len);
        g_byte_array_append(out, (const guint8 *)"PK\5\6", 4);
        put_zeros(out, 8);
        put32(out, list->len);
        put32(out, start);
        put16(out, 0);
    }
    g_byte_array_unref(list);
    return out;
}

static const char *kind(const GByteArray *bytes)
{
    const char *data = (const char *)bytes->data;
    const char *type = sniff_media_type(data, bytes->len, "a");
    g_assert_true(sniff_is_package(type));
    return sniff_package(type, data, bytes->len);
}

static void test_zip(void)
{
    static const struct {
        const char *mimetype;
        const char *names[4];
        const char *expected;
    } packages[] = {
        {NULL,
         {"[Content_Types].xml", "_rels/.rels", "word/document.xml"},
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {NULL,
         {"xl/workbook.xml", "[Content_Types].xml"},
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {NULL,
         {"xl/worksheets/sheet1.bin", "xl/workbook.bin"},
         "application/vnd.ms-excel.sheet.binary.macroenabled.12"},
        {NULL,
         {"docProps/app.xml", "ppt/presentation.xml"},
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {"application/vnd.oasis.opendocument.text-template",
         {"mimetype", "content.xml"},
         "application/vnd.oasis.opendocument.text"},
        {"application/epub+zip", {"mimetype", "x.opf"}, "application/epub+zip"},
        {NULL, {"x.opf", "META-INF/container.xml"}, "application/epub+zip"},
        {NULL, {"invoice.pdf", "password.txt"}, "application/zip"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(packages); i++)
        for (guint whole = 0; whole < 2; whole++) {
            g_autoptr(GByteArray) zip = zip_of(packages[i].mimetype, packages[i].names, whole);
            g_assert_cmpstr(kind(zip), ==, packages[i].expected);
        }
}

static GByteArray *compound_of(const char *stream)
{
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, (const guint8 *)"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    put_zeros(out, 22);
    put16(out, 9); /* sectors of 512 bytes */
    put_zeros(out, 16);
    put32(out, 1); /* the folder is sector 1 */
    put_zeros(out, 24);
    put32(out, 0); /* the allocation table is sector 0 */
    put_zeros(out, 512 - out->len);
    put32(out, 0xfffffffd);
    put32(out, 2); /* the folder goes on in sector 2, where it ends */
    put32(out, 0xfffffffe);
    put_zeros(out, 2 * 512 - out->len);
    put_zeros(out, 512);
    for (const char *p = stream; *p; p++)
        put16(out, (guint)*p);
    put_zeros(out, 3 * 512 + 64 - out->len);
    put16(out, 2 * (guint)strlen(stream) + 2);
    put_zeros(out, 4 * 512 - out->len);
    return out;
}

static void test_compound(void)
{
    static const struct {
        const char *stream, *expected;
    } files[] = {{"WordDocument", "application/msword"},
                 {"Workbook", "application/vnd.ms-excel"},
                 {"PowerPoint Document", "application/vnd.ms-powerpoint"},
                 {"EncryptedPackage", "application/x-encrypted-office"},
                 {"__properties_version1.0", "application/vnd.ms-outlook"},
                 {"Quill", "application/x-ole-storage"}};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GByteArray) file = compound_of(files[i].stream);
        g_assert_cmpstr(kind(file), ==, files[i].expected);
        for (guint n = 0; n < file->len; n += 3) {
            g_autofree char *copy = g_memdup2(file->data, n);
            g_assert_nonnull(sniff_package("application/x-ole-storage", copy ? copy : "", n));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sniff/tar", test_tar);
    g_test_add_func("/sniff/cases", test_cases);
    g_test_add_func("/sniff/prefixes", test_prefixes);
    g_test_add_func("/sniff/zip", test_zip);
    g_test_add_func("/sniff/compound", test_compound);
    return g_test_run();
}
