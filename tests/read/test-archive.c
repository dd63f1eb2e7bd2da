#include "fixture.h"

#include "pipeline/core/limits.h"

#include <archive.h>
#include <archive_entry.h>

/* ---- making archives ---- */

typedef struct {
    struct archive *archive;
    GByteArray *bytes;
} Maker;

static la_ssize_t on_write(struct archive *archive, void *data, const void *buffer, size_t length)
{
    g_byte_array_append(data, buffer, (guint)length);
    return (la_ssize_t)length;
}

static Maker begin(const char *format, const char *filter, const char *password)
{
    Maker maker = {archive_write_new(), g_byte_array_new()};
    g_assert_cmpint(archive_write_set_format_by_name(maker.archive, format), ==, ARCHIVE_OK);
    if (filter)
        g_assert_cmpint(archive_write_add_filter_by_name(maker.archive, filter), ==, ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(maker.archive, 1);
    if (password) {
        g_assert_cmpint(archive_write_set_options(maker.archive, "zip:encryption=traditional"), ==,
                        ARCHIVE_OK);
        archive_write_set_passphrase(maker.archive, password);
    }
    archive_write_open(maker.archive, maker.bytes, NULL, on_write, NULL);
    return maker;
}

static void add_entry(Maker *maker, const char *name, unsigned type, const char *content,
                      gsize length)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)length);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(entry, "/etc/passwd");
    g_assert_cmpint(archive_write_header(maker->archive, entry), >=, ARCHIVE_WARN);
    if (length)
        g_assert_cmpint(archive_write_data(maker->archive, content, length), ==, (gssize)length);
    archive_entry_free(entry);
}

static void add_file(Maker *maker, const char *name, const char *content)
{
    add_entry(maker, name, AE_IFREG, content, strlen(content));
}

static GBytes *end(Maker *maker)
{
    archive_write_close(maker->archive);
    archive_write_free(maker->archive);
    return g_byte_array_free_to_bytes(maker->bytes);
}

/* ---- reading them ---- */

static void on_bad(guint64 number, int code, const char *sentence, gpointer data)
{
    g_assert_true(*sentence);
    g_string_append_printf(data, "%" G_GUINT64_FORMAT "!%s ", number, docket_error_reason(code));
}

/* All members, "0:name=content" each, bad ones as "1!encrypted"; at the end the reason when the archive
 * itself fails. `chunk` bytes at a time. Caller frees. */
static char *read_members(GBytes *bytes, const char *type, guint64 chunk, guint *chunks)
{
    TechniqueInput input = fixture_input(bytes, type, NULL);
    GString *log = g_string_new(NULL);
    RowSink sink = {.bad_row = on_bad, .data = log, .max_bytes = chunk};
    guint64 offset = 0, next = 0;
    do {
        g_autoptr(GError) error = NULL;
        guint64 first = next;
        g_autoptr(Reading) members =
            members_read(&input, offset, first, &sink, &offset, &next, &error);
        g_assert_true((members == NULL) == (error != NULL));
        *chunks += members != NULL;
        for (guint i = 0; members && i < members->attachments->len; i++) {
            const Attachment *member = members->attachments->pdata[i];
            gsize size = 0;
            const char *data = member->content ? g_bytes_get_data(member->content, &size) : NULL;
            if (member->content)
                g_string_append_printf(log, "%u:%s=%.*s ", (guint)first + i, member->name,
                                       (int)MIN(size, 20), data ? data : "");
        }
        for (guint i = 0; members && i < members->notes->len; i++)
            g_string_append_printf(log, "(%s) ", (const char *)members->notes->pdata[i]);
        if (error) {
            g_string_append_printf(log, "-> %s", docket_error_reason(error->code));
            break;
        }
        g_assert_true(next == 0 || next > first);
    } while (next != 0);
    return g_strchomp(g_string_free(log, FALSE));
}

static void check(GBytes *bytes, const char *type, const char *expected)
{
    guint chunks = 0;
    g_autofree char *all = read_members(bytes, type, 1 << 20, &chunks);
    g_assert_cmpstr(all, ==, expected);
}

static void test_formats(void)
{
    static const struct {
        const char *format, *filter, *type;
    } kinds[] = {{"zip", NULL, "application/zip"},
                 {"gnutar", NULL, "application/x-tar"},
                 {"pax", "gzip", "application/gzip"},
                 {"ustar", "bzip2", "application/x-bzip2"},
                 {"ustar", "xz", "application/x-xz"},
                 {"ustar", "zstd", "application/zstd"},
                 {"7zip", NULL, "application/x-7z-compressed"}};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        Maker maker = begin(kinds[i].format, kinds[i].filter, NULL);
        add_file(&maker, "a.txt", "first");
        add_file(&maker, "dir/b.txt", "second");
        g_autoptr(GBytes) bytes = end(&maker);
        check(bytes, kinds[i].type, "0:a.txt=first 1:dir/b.txt=second");
        /* One member a chunk gives the same. */
        guint chunks = 0;
        g_autofree char *steps = read_members(bytes, kinds[i].type, 1, &chunks);
        g_assert_cmpstr(steps, ==, "0:a.txt=first 1:dir/b.txt=second");
        g_assert_cmpuint(chunks, >=, 2);
    }
}

static void test_no_files(void)
{
    Maker maker = begin("gnutar", NULL, NULL);
    add_entry(&maker, "folder", AE_IFDIR, NULL, 0);
    add_entry(&maker, "link", AE_IFLNK, NULL, 0);
    add_entry(&maker, "pipe", AE_IFIFO, NULL, 0);
    add_entry(&maker, "device", AE_IFCHR, NULL, 0);
    add_file(&maker, "../../etc/passwd", "up"); /* only a name; the supervisor cleans it */
    add_file(&maker, "x/.hidden", "no");
    add_file(&maker, "__MACOSX/y", "no");
    g_autoptr(GBytes) bytes = end(&maker);
    check(bytes, "application/x-tar",
          "4:../../etc/passwd=up (3 links or special files were not followed) "
          "(2 hidden or temporary files were left out)");
}

/* Names in UTF-8, said so or not, and in the code page that old ZIPs are in. */
static void test_names(void)
{
    Maker maker = begin("zip", NULL, NULL);
    add_file(&maker, "M.rz.txt", "x");
    g_autoptr(GBytes) plain = end(&maker);
    static const struct {
        const char *letter;
        guint8 flag; /* bit 11 of the flags: UTF-8 (APPNOTE 4.4.4) */
        const char *name;
    } cases[] = {{"\x8e", 0, "0:M\xc3\x84rz.txt=x"}, {"a", 8, "0:Marz.txt=x"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size = g_bytes_get_size(plain);
        g_autofree guint8 *data = g_memdup2(g_bytes_get_data(plain, NULL), size);
        for (gsize at = 0; at + 10 < size; at++) {
            if (memcmp(data + at, "M.rz", 4) == 0)
                data[at + 1] = (guint8)cases[i].letter[0];
            if (memcmp(data + at, "PK\3\4", 4) == 0)
                data[at + 7] |= cases[i].flag;
            if (memcmp(data + at, "PK\1\2", 4) == 0)
                data[at + 9] |= cases[i].flag;
        }
        g_autoptr(GBytes) bytes = g_bytes_new(data, size);
        check(bytes, "application/zip", cases[i].name);
    }
    Maker tar = begin("ustar", NULL, NULL);
    add_file(&tar, "M\xc3\xa4rz.txt", "x");
    g_autoptr(GBytes) utf8 = end(&tar);
    check(utf8, "application/x-tar", "0:M\xc3\xa4rz.txt=x");
}

/* A name of four letters becomes one of three and a letter of two bytes, said to be UTF-8. */
static void test_utf8_zip(void)
{
    Maker maker = begin("zip", NULL, NULL);
    add_file(&maker, "M..rz.txt", "x");
    g_autoptr(GBytes) plain = end(&maker);
    gsize size = g_bytes_get_size(plain);
    g_autofree guint8 *data = g_memdup2(g_bytes_get_data(plain, NULL), size);
    for (gsize at = 0; at + 10 < size; at++) {
        if (memcmp(data + at, "M..rz", 5) == 0)
            memcpy(data + at + 1, "\xc3\xa4", 2);
        if (memcmp(data + at, "PK\3\4", 4) == 0)
            data[at + 7] |= 8;
        if (memcmp(data + at, "PK\1\2", 4) == 0)
            data[at + 9] |= 8;
    }
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    check(bytes, "application/zip", "0:M\xc3\xa4rz.txt=x");
}

static void test_single_file(void)
{
    Maker maker = begin("raw", "gzip", NULL);
    add_file(&maker, "data", "one text");
    g_autoptr(GBytes) bytes = end(&maker);
    check(bytes, "application/gzip", "0:=one text");
    g_autoptr(GBytes) text = g_bytes_new_static("no archive at all", 17);
    check(text, "application/gzip", "-> unsupported");
}

static void test_encrypted(void)
{
    Maker maker = begin("zip", NULL, "secret");
    add_file(&maker, "a.txt", "first");
    add_file(&maker, "b.txt", "second");
    g_autoptr(GBytes) bytes = end(&maker);
    check(bytes, "application/zip", "0!encrypted 1!encrypted");
    /* With the right password among others, and without. */
    static const char *const right[] = {"guess", "secret", NULL}, *const wrong[] = {"guess", NULL};
    GString *log = g_string_new(NULL);
    RowSink sink = {.bad_row = on_bad, .data = log, .max_bytes = 1 << 20};
    TechniqueInput input = fixture_input(bytes, "application/zip", NULL);
    guint64 offset, next;
    input.passwords = right;
    g_autoptr(Reading) open = members_read(&input, 0, 0, &sink, &offset, &next, NULL);
    const Attachment *first = open->attachments->pdata[0];
    g_assert_cmpmem(g_bytes_get_data(first->content, NULL), first->size, "first", 5);
    g_assert_cmpstr(log->str, ==, "");
    input.passwords = wrong;
    g_autoptr(Reading) shut = members_read(&input, 0, 0, &sink, &offset, &next, NULL);
    g_assert_nonnull(shut);
    g_assert_cmpstr(log->str, ==, "0!encrypted 1!encrypted ");
    g_string_free(log, TRUE);
}

static void test_package(void)
{
    Maker maker = begin("zip", NULL, NULL);
    add_file(&maker, "[Content_Types].xml", "<Types/>");
    add_file(&maker, "word/document.xml", "<w/>");
    g_autoptr(GBytes) bytes = end(&maker);
    check(bytes, "application/zip", "-> unsupported");
}

/* ---- limits ---- */

static void test_ratio(void)
{
    g_autofree char *zeros = g_malloc0(40 << 20);
    Maker maker = begin("zip", NULL, NULL);
    add_file(&maker, "small.txt", "small");
    add_entry(&maker, "zeros", AE_IFREG, zeros, 40 << 20);
    g_autoptr(GBytes) bytes = end(&maker);
    check(bytes, "application/zip", "0:small.txt=small -> too_large");
    /* The same inside a filter, where it is not even the member that is read. */
    Maker filtered = begin("gnutar", "gzip", NULL);
    add_entry(&filtered, ".zeros", AE_IFREG, zeros, 40 << 20);
    add_file(&filtered, "small.txt", "small");
    g_autoptr(GBytes) gzip = end(&filtered);
    guint chunks = 0;
    g_autofree char *log = read_members(gzip, "application/gzip", 1 << 20, &chunks);
    g_assert_true(g_str_has_suffix(log, "-> too_large"));
}

static void test_many_members(void)
{
    Maker maker = begin("zip", NULL, NULL);
    for (guint i = 0; i <= DOCKET_MAX_MEMBERS; i++) {
        g_autofree char *name = g_strdup_printf("d%u/", i);
        add_entry(&maker, name, AE_IFDIR, NULL, 0);
    }
    g_autoptr(GBytes) bytes = end(&maker);
    check(bytes, "application/zip", "-> too_large");
}

/* A tar whose header claims more than a document may have: nothing of it is read. */
static void test_large_member(void)
{
    Maker maker = begin("gnutar", NULL, NULL);
    add_file(&maker, "small.txt", "small");
    add_file(&maker, "large.bin", "x");
    g_autoptr(GBytes) honest = end(&maker);
    g_autofree guint8 *data = g_memdup2(g_bytes_get_data(honest, NULL), g_bytes_get_size(honest));
    guint8 *header = data + 1024; /* the second member's */
    guint sum = 0;
    memcpy(header + 124, "04000000000", 11); /* 512 MB */
    memset(header + 148, ' ', 8);
    for (guint i = 0; i < 512; i++)
        sum += header[i];
    g_snprintf((char *)header + 148, 8, "%06o", sum);
    g_autoptr(GBytes) bytes = g_bytes_new(data, g_bytes_get_size(honest));
    guint chunks = 0;
    g_autofree char *log = read_members(bytes, "application/x-tar", 1 << 20, &chunks);
    g_assert_true(g_str_has_prefix(log, "1!too_large 0:small.txt=small"));
}

/* A member whose checksum is wrong is damaged, whatever of it unpacks; the others are whole. */
static void test_checksum(void)
{
    Maker maker = begin("zip", NULL, NULL);
    add_file(&maker, "a.txt", "first");
    add_file(&maker, "b.txt", "second");
    g_autoptr(GBytes) honest = end(&maker);
    gsize size = g_bytes_get_size(honest);
    g_autofree guint8 *data = g_memdup2(g_bytes_get_data(honest, NULL), size);
    /* The sum stands in the list too: both are another one. */
    for (gsize at = 0; at + 51 < size; at++) {
        if (memcmp(data + at, "PK\3\4", 4) == 0 && memcmp(data + at + 30, "a.txt", 5) == 0)
            data[at + 14] ^= 1;
        if (memcmp(data + at, "PK\1\2", 4) == 0 && memcmp(data + at + 46, "a.txt", 5) == 0)
            data[at + 16] ^= 1;
        if (memcmp(data + at, "PK\7\10", 4) == 0 && at < size / 3)
            data[at + 4] ^= 1;
    }
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    check(bytes, "application/zip", "0!damaged 1:b.txt=second");
}

/* Cut at every place: members before the cut, an error, never a crash. */
static void test_cut(void)
{
    static const char *const formats[] = {"zip", "gnutar", "7zip"};
    for (gsize f = 0; f < G_N_ELEMENTS(formats); f++) {
        Maker maker = begin(formats[f], NULL, NULL);
        add_file(&maker, "a.txt", "first");
        add_file(&maker, "b.txt", "second");
        g_autoptr(GBytes) whole = end(&maker);
        gsize size = g_bytes_get_size(whole), step = MAX(1, size / 60);
        for (gsize n = 1; n < size; n += step) {
            g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, n);
            guint chunks = 0;
            g_autofree char *log = read_members(cut, "application/zip", 1 << 20, &chunks);
            g_assert_nonnull(log);
        }
    }
}

/* ---- mailboxes ---- */

static void test_mbox(void)
{
    static const char box[] = "From ann Mon Nov 30 10:00:00 2026\nSubject: one\n\nHello\n"
                              ">From here on\nFrom there, no mark\n\nFrom the start: no mark\n\n"
                              "From bob Mon Nov 30 11:00:00 2026\nSubject: two\n\nBye\n";
    g_autoptr(GBytes) bytes = g_bytes_new_static(box, sizeof box - 1);
    TechniqueInput input = fixture_input(bytes, "application/mbox", NULL);
    RowSink sink = {.bad_row = on_bad, .max_bytes = 1 << 20};
    guint64 offset, next;
    g_autoptr(Reading) all = members_read(&input, 0, 0, &sink, &offset, &next, NULL);
    g_assert_cmpuint(all->attachments->len, ==, 2);
    g_assert_cmpuint(next, ==, 0);
    const Attachment *first = all->attachments->pdata[0];
    g_assert_cmpstr(first->name, ==, "1.eml");
    gsize size;
    const char *data = g_bytes_get_data(first->content, &size);
    g_autofree char *text = g_strndup(data, size);
    g_assert_cmpstr(text, ==,
                    "Subject: one\n\nHello\nFrom here on\nFrom there, no mark\n\n"
                    "From the start: no mark\n\n");
    check(bytes, "application/mbox", "0:1.eml=Subject: one\n\nHello\n 1:2.eml=Subject: two\n\nBye");
    guint chunks = 0;
    g_autofree char *steps = read_members(bytes, "application/mbox", 1, &chunks);
    g_assert_true(strstr(steps, "1:2.eml") != NULL);
    g_assert_cmpuint(chunks, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/archive/formats", test_formats);
    g_test_add_func("/archive/no-files", test_no_files);
    g_test_add_func("/archive/names", test_names);
    g_test_add_func("/archive/utf8-zip", test_utf8_zip);
    g_test_add_func("/archive/single-file", test_single_file);
    g_test_add_func("/archive/encrypted", test_encrypted);
    g_test_add_func("/archive/package", test_package);
    g_test_add_func("/archive/ratio", test_ratio);
    g_test_add_func("/archive/many-members", test_many_members);
    g_test_add_func("/archive/large-member", test_large_member);
    g_test_add_func("/archive/checksum", test_checksum);
    g_test_add_func("/archive/cut", test_cut);
    g_test_add_func("/archive/mbox", test_mbox);
    return g_test_run();
}
