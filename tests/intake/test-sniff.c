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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sniff/tar", test_tar);
    g_test_add_func("/sniff/cases", test_cases);
    g_test_add_func("/sniff/prefixes", test_prefixes);
    return g_test_run();
}
