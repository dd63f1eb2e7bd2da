#include "sniff.h"

#include "sniff-mail.h"

#include <string.h>

typedef struct {
    gsize offset;
    const char *magic;
    gsize length;
    const char *media_type;
} Signature;

#define SIGNATURE(offset, magic, type)                                                             \
    {                                                                                              \
        offset, magic, sizeof(magic) - 1, type                                                     \
    }

static const Signature signatures[] = {
    SIGNATURE(0, "\x89PNG\r\n\x1a\n", "image/png"),
    SIGNATURE(0, "\xff\xd8\xff", "image/jpeg"),
    SIGNATURE(0, "II*\0", "image/tiff"),
    SIGNATURE(0, "MM\0*", "image/tiff"),
    SIGNATURE(0, "II+\0", "image/tiff"),
    SIGNATURE(0, "MM\0+", "image/tiff"),
    SIGNATURE(0, "GIF87a", "image/gif"),
    SIGNATURE(0, "GIF89a", "image/gif"),
    SIGNATURE(8, "WEBPVP8", "image/webp"),
    SIGNATURE(0, "\0\0\0\x0cjP  \r\n", "image/jp2"),
    SIGNATURE(0, "\xff\x4f\xff\x51", "image/jp2"), /* its code stream without the box around */
    SIGNATURE(4, "ftyphei", "image/heic"),
    SIGNATURE(4, "ftypmif1", "image/heic"),
    SIGNATURE(4, "ftypavif", "image/avif"),
    SIGNATURE(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    SIGNATURE(0, "\x09\x00\x04\x00",
              "application/vnd.ms-excel"), /* Excel 2, 3 and 4: no container */
    SIGNATURE(0, "\x09\x02\x06\x00", "application/vnd.ms-excel"),
    SIGNATURE(0, "\x09\x04\x06\x00", "application/vnd.ms-excel"),
    SIGNATURE(0, "\xdb\xa5\x2d\x00", "application/msword"), /* Word 2 */
    SIGNATURE(0, "PK\3\4", "application/zip"),
    SIGNATURE(0, "PK\5\6", "application/zip"),
    SIGNATURE(0, "{\\rtf", "application/rtf"),
    SIGNATURE(0, "\x1f\x8b", "application/gzip"),
    SIGNATURE(0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    SIGNATURE(0, "Rar!\x1a\7", "application/vnd.rar"),
    SIGNATURE(0, "BZh", "application/x-bzip2"),
    SIGNATURE(0,
              "\xfd"
              "7zXZ\0",
              "application/x-xz"),
    SIGNATURE(0, "\x28\xb5\x2f\xfd", "application/zstd"),
    SIGNATURE(0, "MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    SIGNATURE(257, "ustar", "application/x-tar"),
    SIGNATURE(0,
              "\x7f"
              "ELF",
              "application/x-executable"),
    SIGNATURE(0, "%!PS", "application/postscript"),
};

static const char *by_signature(const char *bytes, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++) {
        const Signature *s = &signatures[i];
        if (length >= s->offset + s->length && memcmp(bytes + s->offset, s->magic, s->length) == 0)
            return s->media_type;
    }
    /* PDF readers accept the header anywhere in the first 1024 bytes (ISO 32000-1, H.3). */
    if (g_strstr_len(bytes, (gssize)MIN(length, 1024), "%PDF-"))
        return "application/pdf";
    if (length >= 26 && memcmp(bytes, "BM", 2) == 0 && bytes[6] == 0 && bytes[7] == 0)
        return "image/bmp";
    if (length >= 4 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
        (g_ascii_isspace(bytes[2]) || bytes[2] == '#'))
        return "image/x-portable-anymap";
    return NULL;
}

/* ---- text ---- */

static gboolean has_suffix(const char *name, const char *suffix)
{
    gsize n = name ? strlen(name) : 0, s = strlen(suffix);
    return n > s && g_ascii_strcasecmp(name + n - s, suffix) == 0;
}

/* Text in bytes: UTF-16 by its mark or by its NULs in every other place, else no NUL and hardly any
 * control character. Gives the text with one byte a character (for looking at ASCII only). */
static char *as_ascii(const char *bytes, gsize length)
{
    gsize start = 0, step = 1, shift = 0;
    if (length >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0)
        start = 2, step = 2;
    else if (length >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0)
        start = 2, step = 2, shift = 1;
    else if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        start = 3;
    else if (length >= 4 && bytes[0] && !bytes[1] && bytes[2] && !bytes[3])
        step = 2;
    GString *text = g_string_sized_new(length);
    gsize controls = 0;
    for (gsize i = start + shift; i < length; i += step) {
        guchar c = (guchar)bytes[i];
        if (c < 0x20 && !strchr("\t\n\r\f\x1b", c))
            controls++;
        g_string_append_c(text, c ? (char)c : ' ');
    }
    if (controls * 20 <= text->len)
        return g_string_free(text, FALSE);
    g_string_free(text, TRUE);
    return NULL;
}

static gboolean looks_like_html(const char *text)
{
    static const char *const marks[] = {
        "<!doctype html", "<html", "<head", "<body", "<title", "<div",  "<table",
        "<script",        "<p>",   "<p ",   "<h1",   "<ul",    "<span", "<br"};
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *start = lower + strspn(lower, " \t\r\n");
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        const char *found = strstr(start, marks[i]);
        /* A mark of a whole page may stand anywhere, one of a fragment at the beginning. */
        if (found && (i < 4 || *start == '<'))
            return TRUE;
    }
    return FALSE;
}

static const char *json_kind(const char *text, const char *name)
{
    const char *p = text + strspn(text, " \t\r\n");
    if (*p != '{' && *p != '[')
        return NULL;
    if (has_suffix(name, ".jsonl") || has_suffix(name, ".ndjson"))
        return "application/jsonl";
    const char *end = strchr(p, '\n');
    if (*p == '{' && end) {
        const char *last = end;
        while (last > p && g_ascii_isspace(last[-1]))
            last--;
        const char *next = end + strspn(end, " \t\r\n");
        if (last > p && last[-1] == '}' && *next == '{')
            return "application/jsonl";
    }
    /* A brace opens other texts too: JSON goes on with a key, a value or the end. */
    const char *second = p + 1 + strspn(p + 1, " \t\r\n");
    return *second && strchr("\"}]{[-0123456789tfn", *second) ? "application/json" : NULL;
}

/* Separators outside quotes in one line; *quoted: the line ends inside quotes. */
static guint count_separators(const char *line, gsize length, char separator, gboolean *quoted)
{
    guint n = 0;
    for (gsize i = 0; i < length; i++) {
        if (line[i] == '"')
            *quoted = !*quoted;
        else if (line[i] == separator && !*quoted)
            n++;
    }
    return n;
}

/* The share of records with as many separators as the first. */
static gboolean is_tabular(const char *text, char separator, gboolean named)
{
    guint expected = 0, same = 0, records = 0, n = 0;
    gboolean quoted = FALSE;
    const char *line = text;
    while (*line && records < 50) {
        gsize length = strcspn(line, "\r\n");
        n += count_separators(line, length, separator, &quoted);
        gboolean complete = line[length] != '\0' || records == 0;
        line += length;
        line += *line == '\r' && line[1] == '\n' ? 2 : *line ? 1 : 0;
        if (quoted || (length == 0 && n == 0))
            continue;
        if (records == 0)
            expected = n;
        if (complete) {
            records++;
            same += n == expected;
        }
        n = 0;
    }
    if (expected == 0)
        return FALSE;
    return named ? same * 2 >= records : expected >= 2 && records >= 4 && same * 10 >= records * 9;
}

static const char *tabular_kind(const char *text, const char *name)
{
    gboolean named =
        has_suffix(name, ".csv") || has_suffix(name, ".tsv") || has_suffix(name, ".tab");
    if (is_tabular(text, '\t', named))
        return "text/tab-separated-values";
    for (const char *separator = ",;|"; *separator; separator++)
        if (is_tabular(text, *separator, named))
            return "text/csv";
    return named ? "text/csv" : NULL;
}

/* Word's XML of 2003, in one file. */
static gboolean is_word_xml(const char *text)
{
    return g_str_has_prefix(text, "<?xml") && strstr(text, "<w:wordDocument") &&
           strstr(text, "/word/2003/wordml");
}

/* An electronic invoice (EN 16931): in either syntax and every version its namespace is named at the root. */
static gboolean is_einvoice(const char *text)
{
    static const char *const namespaces[] = {
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:",
        "urn:ferd:CrossIndustryDocument:invoice:",
        "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
        "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    };
    if (text[strspn(text, " \t\r\n")] != '<')
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(namespaces); i++)
        if (strstr(text, namespaces[i]))
            return TRUE;
    return FALSE;
}

static const char *text_kind(const char *text, const char *name)
{
    const char *mail = sniff_mail(text, name);
    if (mail)
        return mail;
    if (is_word_xml(text))
        return "application/vnd.ms-wordml";
    if (is_einvoice(text))
        return "application/xml";
    const char *json = json_kind(text, name);
    if (json)
        return json;
    if (looks_like_html(text) && !has_suffix(name, ".csv") && !has_suffix(name, ".tsv"))
        return "text/html";
    const char *tabular = tabular_kind(text, name);
    if (tabular)
        return tabular;
    return has_suffix(name, ".md") || has_suffix(name, ".markdown") ? "text/markdown"
                                                                    : "text/plain";
}

const char *sniff_media_type(const char *bytes, gsize length, const char *name)
{
    length = MIN(length, SNIFF_BYTES);
    const char *type = by_signature(bytes, length);
    if (type)
        return type;
    g_autofree char *text = as_ascii(bytes, length);
    return text ? text_kind(text, name) : "application/octet-stream";
}

gboolean sniff_is_batch(const char *media_type)
{
    return strcmp(media_type, "text/csv") == 0 || strcmp(media_type, "application/jsonl") == 0 ||
           strcmp(media_type, "text/tab-separated-values") == 0;
}

gboolean sniff_holds_documents(const char *media_type)
{
    static const char *const types[] = {"application/zip",
                                        "application/x-tar",
                                        "application/gzip",
                                        "application/x-bzip2",
                                        "application/x-xz",
                                        "application/zstd",
                                        "application/x-7z-compressed",
                                        "application/vnd.rar",
                                        "application/vnd.ms-cab-compressed",
                                        "application/mbox",
                                        NULL};
    return g_strv_contains(types, media_type);
}
