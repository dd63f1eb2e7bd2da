/* GMime takes a mail apart; what its parts mean is decided in mail-parts.c. */
#include "mail.h"

#include "mail-header.h"
#include "mail-parts.h"
#include "mail-text.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/grid.h"
#include "stages/read/techniques/text/charset.h"

#include <gmime/gmime.h>
#include <string.h>

static const struct {
    const char *name;
    gboolean addresses;
} fields[] = {
    {"From", TRUE}, {"To", TRUE}, {"Cc", TRUE}, {"Date", FALSE}, {"Subject", FALSE},
};
#define CHARSET_HEAD 4096 /* bytes that tell how a mail was saved */
#define KEY_WIDTH 8       /* of the longest name, with the space behind it */

/* ---- the message ---- */

void mail_warm(void)
{
    static gsize started = 0;
    if (g_once_init_enter(&started)) {
        g_mime_init();
        g_once_init_leave(&started, 1);
    }
}

/* Files begin with blank lines, or with the mark that a mailbox puts between its messages. */
static gsize skip_mark(const char *data, gsize length)
{
    gsize at = 0;
    while (at < length && g_ascii_isspace(data[at]))
        at++;
    gsize quoted = at < length && data[at] == '>';
    if (length - at > 6 && strncmp(data + at + quoted, "From ", 5) == 0) {
        const char *end = memchr(data + at, '\n', length - at);
        at = end ? (gsize)(end + 1 - data) : length;
    }
    return at;
}

/* A mail is ASCII and what hides in it; one that was saved as UTF-16 is made so again. */
static GBytes *narrow(GBytes *bytes)
{
    gsize length, mark;
    gboolean big;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *charset = charset_guess(data, MIN(length, CHARSET_HEAD), NULL, &mark);
    if (charset_unit(charset, &big) == 1 || length > DOCKET_MAX_TEXT_BYTES)
        return g_bytes_new_from_bytes(bytes, mark, length - mark);
    char *text = charset_decode(data + mark, length - mark, charset);
    return g_bytes_new_take(text, strlen(text));
}

/* GMime takes the line end before a boundary to be as long as the others, and cuts off a byte of the part
 * where it is not. Lines that end both ways, as files do that editors and scripts had a hand in, are
 * made to end one way; not where a part may be binary, for there they are its own. */
static GBytes *with_even_lines(GBytes *bytes)
{
    gsize length, kept = 0, long_ends = 0, ends = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    for (const char *p = data; (p = memchr(p, '\n', (gsize)(data + length - p))) != NULL; p++) {
        ends++;
        long_ends += p > data && p[-1] == '\r';
    }
    if (long_ends == 0 || long_ends == ends || memchr(data, 0, length) ||
        memmem(data, length, "ncoding: binary", 15))
        return g_bytes_ref(bytes);
    char *even = g_malloc(length);
    for (gsize i = 0; i < length; i++)
        if (data[i] != '\r' || i + 1 == length || data[i + 1] != '\n')
            even[kept++] = data[i];
    return g_bytes_new_take(even, kept);
}

static GMimeMessage *parse(GBytes *original)
{
    gsize length;
    g_autoptr(GBytes) narrowed = narrow(original);
    g_autoptr(GBytes) bytes = with_even_lines(narrowed);
    const char *data = g_bytes_get_data(bytes, &length);
    gsize start = skip_mark(data, length);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data + start, length - start);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeParserOptions *options = g_mime_parser_options_new();
    static const char *charsets[] = {"utf-8", "windows-1252", NULL};
    g_mime_parser_options_set_fallback_charsets(options, charsets);
    GMimeMessage *message = g_mime_parser_construct_message(parser, options);
    g_mime_parser_options_free(options);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

/* ---- the page ---- */

static void write_fields(Grid *grid, GMimeMessage *message)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    gboolean open = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        GMimeHeader *header = g_mime_header_list_get_header(headers, fields[i].name);
        const char *raw = header ? g_mime_header_get_raw_value(header) : NULL;
        if (!raw)
            continue;
        g_autofree char *value =
            fields[i].addresses ? mail_header_addresses(raw) : mail_header_text(raw);
        if (!*value)
            continue;
        if (!open)
            grid_block(grid, BLOCK_FIELDS, 0);
        open = TRUE;
        grid_line(grid);
        grid_text(grid, fields[i].name, 0, 0);
        grid_text(grid, value, KEY_WIDTH, 1);
    }
}

static gboolean is_pgp(const MailText *text)
{
    const char *p = text->text->str;
    p += strspn(p, " \t\r\n");
    return g_str_has_prefix(p, "-----BEGIN PGP MESSAGE-----");
}

/* Whether anything of the mail can be read, but for its header. */
static gboolean is_sealed(MailParts *parts)
{
    for (guint i = 0; i < parts->texts->len; i++)
        if (is_pgp(parts->texts->pdata[i]))
            parts->encrypted = "PGP";
    return parts->encrypted && parts->texts->len <= 1 && parts->reading->attachments->len == 0 &&
           (parts->texts->len == 0 || is_pgp(parts->texts->pdata[0]));
}

static gboolean check(MailParts *parts, GError **error)
{
    if (is_sealed(parts)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the mail is encrypted with %s: open it in your mail program and save it "
                    "decrypted",
                    parts->encrypted);
        return FALSE;
    }
    if (parts->reading->words->len == 0 && parts->reading->attachments->len == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY,
                    "the mail has neither text nor attachments");
        return FALSE;
    }
    return TRUE;
}

static gboolean read_message(Reading *reading, GMimeMessage *message, GError **error)
{
    g_auto(MailParts) parts = {.reading = reading};
    Grid grid;
    grid_begin(&grid, reading, TECHNIQUE_OFFICE);
    write_fields(&grid, message);
    mail_parts_collect(&parts, message);
    for (guint i = 0; i < parts.texts->len && !grid.full; i++) {
        const MailText *text = parts.texts->pdata[i];
        mail_write(&grid, text->text->str, text->html);
    }
    if (!grid_end(&grid, error) || !check(&parts, error))
        return FALSE;
    mail_parts_note(&parts);
    return TRUE;
}

Reading *mail_read(const TechniqueInput *input, GError **error)
{
    mail_warm();
    g_autoptr(Reading) reading = reading_new(input->media_type);
    GMimeMessage *message = g_bytes_get_size(input->bytes) ? parse(input->bytes) : NULL;
    if (!message) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED,
                    "there is no mail in it: not one header field");
        return NULL;
    }
    gboolean good = read_message(reading, message, error);
    g_object_unref(message);
    return good ? g_steal_pointer(&reading) : NULL;
}
