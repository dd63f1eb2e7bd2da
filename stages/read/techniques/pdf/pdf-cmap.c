#include "pdf-cmap.h"

#include "pdf-lex.h"

#include <string.h>

#define MAX_MENTIONS 70000
#define MAX_TEXT_BYTES (4 * PDF_CODE_TEXT) /* in UTF-16 */

typedef struct {
    guint from, to; /* codes */
    guint n;        /* characters that `from` stands for; 0: more than a letter has */
    gunichar text[PDF_CODE_TEXT];
} Mention;

struct PdfCMap {
    GArray *mentions; /* of Mention; a code may be in several */
};

typedef struct {
    GArray *mentions;
    GByteArray *scratch;
    guint per;      /* strings of a mention: 2 for bfchar, 3 for bfrange; 0 outside */
    guint codes[2]; /* strings since the last mention */
    guint n;
    gboolean array;
} Parser;

/* The bytes of a code as a number. */
static gboolean to_code(const guint8 *bytes, gsize length, guint *out)
{
    *out = 0;
    for (gsize i = 0; i < MIN(length, 4); i++)
        *out = *out << 8 | bytes[i];
    return length >= 1 && length <= 4;
}

/* UTF-16, or one byte. n stays 0 for what is too long or broken. */
static void to_text(const guint8 *bytes, gsize length, Mention *m)
{
    if (length == 1) {
        m->text[m->n++] = bytes[0];
        return;
    }
    if (length > MAX_TEXT_BYTES || length % 2)
        return;
    guint n = 0;
    for (gsize i = 0; i + 1 < length; i += 2) {
        gunichar c = (gunichar)(bytes[i] << 8 | bytes[i + 1]);
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < length && (bytes[i + 2] & 0xfc) == 0xdc) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (gunichar)((bytes[i + 2] & 3) << 8 | bytes[i + 3]);
            i += 2;
        }
        if (n == PDF_CODE_TEXT)
            return;
        m->text[n++] = c;
    }
    m->n = n;
}

static gboolean take_string(Parser *p, const PdfToken *token)
{
    gsize length;
    const guint8 *bytes = pdf_lex_bytes(token, p->scratch, &length);
    if (p->per == 0)
        return TRUE;
    if (!token->hex || p->mentions->len > MAX_MENTIONS)
        return FALSE;
    if (!p->array && p->n + 1 < p->per)
        return to_code(bytes, length, &p->codes[p->n++]);
    Mention mention = {.from = p->codes[0], .to = p->array ? p->codes[0] : p->codes[p->per - 2]};
    to_text(bytes, length, &mention);
    g_array_append_val(p->mentions, mention);
    if (p->array) /* one after the other for each code of the range */
        p->codes[0]++;
    else
        p->n = 0;
    return TRUE;
}

static gboolean take_bracket(Parser *p, gboolean open)
{
    if (p->per == 0)
        return TRUE;
    if (p->per != 3 || p->n != 2 || p->array == open)
        return FALSE;
    p->array = open;
    p->n = open ? 2 : 0;
    return TRUE;
}

static gboolean take_operator(Parser *p, const PdfToken *token)
{
    static const struct {
        const char *name;
        guint per;
    } sections[] = {{"beginbfchar", 2}, {"beginbfrange", 3}, {"endbfchar", 0}, {"endbfrange", 0}};
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
        if (token->length == strlen(sections[i].name) &&
            memcmp(token->text, sections[i].name, token->length) == 0) {
            gboolean nested = sections[i].per && p->per;
            p->per = sections[i].per;
            return !nested && p->n == 0 && !p->array;
        }
    /* Another map below this one, or something that does not belong into a section. */
    return p->per == 0 && !(token->length == 7 && memcmp(token->text, "usecmap", 7) == 0);
}

static gboolean take(Parser *p, const PdfToken *token)
{
    switch (token->kind) {
    case PDF_STRING:
        return take_string(p, token);
    case PDF_OPEN:
    case PDF_CLOSE:
        return take_bracket(p, token->kind == PDF_OPEN);
    case PDF_OPERATOR:
        return take_operator(p, token);
    case PDF_ODD:
        return FALSE;
    default:
        return p->per == 0;
    }
}

PdfCMap *pdf_cmap_new(GBytes *stream)
{
    gsize size;
    const char *data = g_bytes_get_data(stream, &size);
    PdfLex lex = {data, data + size};
    Parser p = {.mentions = g_array_new(FALSE, FALSE, sizeof(Mention)),
                .scratch = g_byte_array_new()};
    PdfToken token = pdf_lex_next(&lex);
    while (token.kind != PDF_END && take(&p, &token))
        token = pdf_lex_next(&lex);
    PdfCMap *map = g_new(PdfCMap, 1);
    map->mentions = p.mentions;
    g_byte_array_unref(p.scratch);
    if (token.kind != PDF_END || p.per != 0)
        g_clear_pointer(&map, pdf_cmap_free);
    return map;
}

void pdf_cmap_free(PdfCMap *map)
{
    if (!map)
        return;
    g_array_unref(map->mentions);
    g_free(map);
}

/* The last character counts up along a range. */
static gboolean says(const Mention *m, guint code, const gunichar *text, guint n)
{
    for (guint i = 0; i < n; i++)
        if (text[i] != m->text[i] + (i + 1 == n ? code - m->from : 0))
            return FALSE;
    return m->n == n;
}

PdfCMapAnswer pdf_cmap_text(const PdfCMap *map, guint code, gunichar *text, guint *n)
{
    PdfCMapAnswer answer = PDF_CMAP_NOTHING;
    *n = 0;
    for (guint i = 0; i < map->mentions->len; i++) {
        const Mention *m = &g_array_index(map->mentions, Mention, i);
        if (code < m->from || code > m->to)
            continue;
        if (m->n == 0 || (answer == PDF_CMAP_TEXT && !says(m, code, text, *n)))
            return PDF_CMAP_ODD;
        answer = PDF_CMAP_TEXT;
        *n = m->n;
        for (guint k = 0; k < m->n; k++)
            text[k] = m->text[k] + (k + 1 == m->n ? code - m->from : 0);
    }
    return answer;
}
