#include "pdf-cmap.h"

#include "pdf-lex.h"

#include <string.h>

#define MAX_MENTIONS 70000
#define NO_SPACE G_MAXUINT

typedef struct {
    guint from, to; /* codes */
    guint text;     /* what `from` stands for; NO_SPACE for more than one character */
} Mention;

struct PdfCMap {
    GArray *mentions; /* of Mention; a code may be in several */
};

typedef struct {
    GArray *mentions;
    GByteArray *scratch;
    guint per;      /* strings of a mention: 2 for bfchar, 3 for bfrange; 0 outside */
    guint codes[3]; /* strings since the last mention */
    guint n;
    gboolean array;
} Parser;

/* At most four bytes, as a number. */
static gboolean to_number(Parser *p, const PdfToken *token, gsize longest, guint *out)
{
    gsize length;
    const guint8 *bytes = pdf_lex_bytes(token, p->scratch, &length);
    *out = 0;
    for (gsize i = 0; i < length && i < 4; i++)
        *out = *out << 8 | bytes[i];
    return token->hex && length >= 1 && length <= longest;
}

static void add(Parser *p, guint from, guint to, guint text)
{
    Mention mention = {from, to, text};
    g_array_append_val(p->mentions, mention);
}

static gboolean take_string(Parser *p, const PdfToken *token)
{
    guint value;
    gboolean plain = to_number(p, token, p->n + 1 == p->per ? 2 : 4, &value);
    if (p->per == 0)
        return TRUE;
    if (!token->hex || p->mentions->len > MAX_MENTIONS)
        return FALSE;
    if (p->array) { /* one after the other for each code of the range */
        add(p, p->codes[0], p->codes[0], plain ? value : NO_SPACE);
        p->codes[0]++;
        return TRUE;
    }
    if (p->n + 1 < p->per) {
        p->codes[p->n++] = value;
        return plain;
    }
    add(p, p->codes[0], p->codes[p->per - 2], plain ? value : NO_SPACE);
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

gboolean pdf_cmap_has(const PdfCMap *map, guint code)
{
    for (guint i = 0; i < map->mentions->len; i++) {
        const Mention *m = &g_array_index(map->mentions, Mention, i);
        if (code >= m->from && code <= m->to)
            return TRUE;
    }
    return FALSE;
}

gboolean pdf_cmap_is_space(const PdfCMap *map, guint code)
{
    for (guint i = 0; i < map->mentions->len; i++) {
        const Mention *m = &g_array_index(map->mentions, Mention, i);
        if (code < m->from || code > m->to)
            continue;
        guint text = m->text == NO_SPACE ? NO_SPACE : m->text + (code - m->from);
        if (text == NO_SPACE || !g_unichar_isspace(text))
            return FALSE;
    }
    return TRUE;
}
