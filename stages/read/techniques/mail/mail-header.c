#include "mail-header.h"

#include "stages/read/techniques/text/charset.h"

#include <string.h>

/* ---- text ---- */

/* Encodings whose bytes all look like ASCII, or like UTF-16: nothing but the declaration tells them. */
static gboolean is_shifted(const char *charset)
{
    static const char *const names[] = {"utf-7",       "unicode-1-1-utf-7", "hz-gb-2312",
                                        "iso-2022-kr", "iso-2022-cn",       NULL};
    g_autofree char *lower = g_ascii_strdown(charset, -1);
    return g_strv_contains(names, lower);
}

/* Names that iconv does not know, or knows as a smaller set than mails are written in (WHATWG Encoding,
 * 4.2). */
static const char *usual_name(const char *declared)
{
    static const struct {
        const char *name, *usual;
    } names[] = {{"ks_c_5601-1987", "CP949"},   {"ks_c_5601", "CP949"},     {"euc-kr", "CP949"},
                 {"gb2312", "GB18030"},         {"gbk", "GB18030"},         {"x-gbk", "GB18030"},
                 {"shift_jis", "CP932"},        {"x-sjis", "CP932"},        {"big5", "BIG5-HKSCS"},
                 {"iso-8859-9", "CP1254"},      {"iso-8859-8-i", "CP1255"}, {"utf8", "UTF-8"},
                 {"unicode-1-1-utf-7", "utf-7"}};
    for (gsize i = 0; declared && i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(declared, names[i].name) == 0)
            return names[i].usual;
    return declared;
}

char *mail_decode(const char *data, gsize length, const char *declared)
{
    gsize mark = 0;
    declared = usual_name(declared);
    if (declared && is_shifted(declared))
        return charset_decode(data, length, declared);
    g_autofree char *charset = charset_guess(data, length, declared, &mark);
    return charset_decode(data + mark, length - mark, charset);
}

/* ---- encoded words ---- */

#define LONGEST_WORD 65536 /* bytes; 75 are allowed (RFC 2047, 2) */

typedef struct {
    const char *charset, *text; /* into the raw field */
    gsize charset_length, length;
    gboolean base64;
    const char *end; /* behind "?=" */
} EncodedWord;

/* "=?charset*language?B?text?="; spaces in the text are not allowed there, and written all the same. */
static gboolean scan_word(const char *p, EncodedWord *word)
{
    if (p[0] != '=' || p[1] != '?')
        return FALSE;
    word->charset = p + 2;
    gsize n = strcspn(word->charset, "?");
    const char *mark = word->charset + n;
    if (n == 0 || n > 60 || mark[0] != '?' || mark[1] == '\0' || mark[2] != '?')
        return FALSE;
    word->charset_length = MIN(n, strcspn(word->charset, "*?"));
    word->base64 = mark[1] == 'B' || mark[1] == 'b';
    if (!word->base64 && mark[1] != 'Q' && mark[1] != 'q')
        return FALSE;
    word->text = mark + 3;
    const char *end = g_strstr_len(word->text, LONGEST_WORD, "?=");
    if (!end)
        return FALSE;
    word->length = (gsize)(end - word->text);
    word->end = end + 2;
    return TRUE;
}

static void append_base64(GByteArray *bytes, const char *text, gsize length)
{
    int state = 0;
    guint save = 0;
    g_autofree guchar *out = g_malloc(length / 4 * 3 + 6);
    gsize n = g_base64_decode_step(text, length, out, &state, &save);
    /* The padding is left away, or cut off: its group still holds bytes. */
    if (state > 0)
        n += g_base64_decode_step("===", (gsize)(4 - ABS(state)), out + n, &state, &save);
    g_byte_array_append(bytes, out, (guint)n);
}

static void append_quoted(GByteArray *bytes, const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)text[i];
        if (c == '=' && i + 2 < length && g_ascii_isxdigit(text[i + 1]) &&
            g_ascii_isxdigit(text[i + 2])) {
            c = (guchar)(g_ascii_xdigit_value(text[i + 1]) << 4 |
                         g_ascii_xdigit_value(text[i + 2]));
            i += 2;
        } else if (c == '_') {
            c = ' ';
        }
        g_byte_array_append(bytes, &c, 1);
    }
}

/* Words of one charset that follow each other are decoded together: programs cut characters in two. */
typedef struct {
    GString *out;
    GByteArray *bytes;
    char charset[64]; /* of the bytes that wait; "" when none do */
} Decoder;

static void flush(Decoder *d)
{
    if (d->bytes->len) {
        g_autofree char *text = mail_decode((const char *)d->bytes->data, d->bytes->len,
                                            *d->charset ? d->charset : NULL);
        g_string_append(d->out, text);
    }
    g_byte_array_set_size(d->bytes, 0);
    *d->charset = '\0';
}

static void add_encoded(Decoder *d, const EncodedWord *word)
{
    char charset[64];
    g_strlcpy(charset, word->charset, MIN(word->charset_length + 1, sizeof charset));
    if (g_ascii_strcasecmp(charset, d->charset) != 0)
        flush(d);
    g_strlcpy(d->charset, charset, sizeof d->charset);
    if (word->base64)
        append_base64(d->bytes, word->text, word->length);
    else
        append_quoted(d->bytes, word->text, word->length);
}

/* `text` is unfolded. */
static char *decode_words(const char *text)
{
    Decoder d = {.out = g_string_new(NULL), .bytes = g_byte_array_new()};
    for (const char *p = text; *p;) {
        EncodedWord word;
        if (scan_word(p, &word)) {
            add_encoded(&d, &word);
            p = word.end;
            const char *next = p + strspn(p, " ");
            if (next != p && scan_word(next, &word))
                p = next; /* the space between two encoded words is none */
            continue;
        }
        if (*d.charset)
            flush(&d);
        g_byte_array_append(d.bytes, (const guint8 *)p, 1);
        p++;
    }
    flush(&d);
    g_byte_array_unref(d.bytes);
    return g_string_free(d.out, FALSE);
}

/* One line; runs of white space become one space. */
static char *unfold(const char *raw)
{
    GString *out = g_string_new(NULL);
    for (const char *p = raw ? raw : ""; *p; p++) {
        if (!g_ascii_isspace(*p))
            g_string_append_c(out, *p);
        else if (out->len && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    return g_strchomp(g_string_free(out, FALSE));
}

char *mail_header_text(const char *raw)
{
    g_autofree char *line = unfold(raw);
    g_autofree char *text = decode_words(line);
    return unfold(text);
}

/* ---- addresses ---- */

/* The end of an address: a comma outside quotes, brackets and comments. */
static const char *address_end(const char *p)
{
    gboolean quoted = FALSE;
    int angle = 0, comment = 0;
    for (; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '"' && !comment)
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (*p == '(' || *p == ')')
            comment += *p == '(' ? 1 : comment ? -1 : 0;
        else if (*p == '<' || *p == '>')
            angle = *p == '<';
        else if ((*p == ',' || *p == ';') && !angle && !comment)
            break;
    }
    return p;
}

/* "\"Sauder, Doug\" " -> "Sauder, Doug" */
static char *unquote(const char *text, gsize length)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length)
            i++;
        else if (text[i] == '"')
            continue;
        g_string_append_c(out, text[i]);
    }
    return g_strstrip(g_string_free(out, FALSE));
}

/* "mailer@example.com (Mail Delivery System)": how names were written before there were brackets.
 * The comment is cut out; caller frees it. */
static char *take_comment(char *one)
{
    char *open = strchr(one, '('), *close = open ? strrchr(open, ')') : NULL;
    if (!close)
        return g_strdup("");
    char *comment = unquote(open + 1, (gsize)(close - open - 1));
    memset(open, ' ', (gsize)(close + 1 - open));
    return comment;
}

static void add_address(GString *list, const char *text, gsize length)
{
    g_autofree char *one = g_strndup(text, length);
    const char *open = strrchr(one, '<');
    const char *close = open ? strchr(open, '>') : NULL;
    g_autofree char *phrase = open ? unquote(one, (gsize)(open - one)) : take_comment(one);
    g_autofree char *name = mail_header_text(phrase);
    g_autofree char *address =
        open ? g_strndup(open + 1, close ? (gsize)(close - open - 1) : strlen(open + 1))
             : unquote(one, strlen(one));
    g_autofree char *shown = mail_header_text(address);
    if (!*shown && !*name)
        return;
    if (list->len)
        g_string_append(list, ", ");
    if (*name)
        g_string_append_printf(list, "%s <%s>", name, shown);
    else
        g_string_append(list, shown);
}

char *mail_header_addresses(const char *raw)
{
    g_autofree char *line = unfold(raw);
    g_autoptr(GString) list = g_string_new(NULL);
    for (const char *p = line; *p;) {
        const char *end = address_end(p);
        add_address(list, p, (gsize)(end - p));
        p = *end ? end + 1 : end;
    }
    return g_string_free(g_steal_pointer(&list), FALSE);
}
