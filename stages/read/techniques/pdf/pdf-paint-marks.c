/* Marked content: layers, and texts that stand in for letters. */
#include "pdf-painter.h"

#include <string.h>

#define MAX_ESCAPED_OC 6 /* "#4f#43" */
#define MAX_TEXT 4096    /* characters */

/* The string after /ActualText, as UTF-16 with its mark, or ASCII. FALSE for another. */
static gboolean read_text(const PdfToken *dict, GByteArray *scratch, GArray *text)
{
    PdfLex lex = {dict->text + 2, dict->text + dict->length - 2};
    PdfToken token = pdf_lex_next(&lex);
    while (token.kind != PDF_END && token.kind != PDF_ODD &&
           !(token.kind == PDF_NAME && token.length == 10 &&
             memcmp(token.text, "ActualText", 10) == 0))
        token = pdf_lex_next(&lex);
    token = pdf_lex_next(&lex);
    if (token.kind != PDF_STRING)
        return FALSE;
    gsize length;
    const guint8 *bytes = pdf_lex_bytes(&token, scratch, &length);
    gboolean wide = length >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff;
    if (length > MAX_TEXT || (wide && length % 2))
        return FALSE;
    for (gsize i = wide ? 2 : 0; i < length; i += wide ? 2 : 1) {
        gunichar c = wide ? (gunichar)(bytes[i] << 8 | bytes[i + 1]) : bytes[i];
        if (wide ? !g_unichar_validate(c) : c >= 0x7f)
            return FALSE;
        g_array_append_val(text, c);
    }
    return TRUE;
}

static void begin_stand_in(PdfPainter *p)
{
    PdfStandIn *s = &p->stand_in;
    s->mark = p->marks;
    g_array_set_size(s->text, 0);
    g_array_set_size(s->held, 0);
    s->readable = read_text(&p->dict, p->scratch, s->text);
}

static gboolean begin_marked(PdfPainter *p)
{
    if (p->n_names == 0 || (p->escaped && strlen(p->names[0]) <= MAX_ESCAPED_OC))
        return FALSE;
    p->marks++;
    if (strcmp(p->names[0], "OC") == 0 && !p->layer)
        p->layer = p->marks;
    if (p->dict.kind == PDF_DICT && !p->stand_in.mark &&
        memmem(p->dict.text, p->dict.length, "/ActualText", 11))
        begin_stand_in(p);
    return TRUE;
}

static gboolean is_blank(const PdfLetter *letter)
{
    return letter->n == 1 && letter->text[0] == ' ';
}

static void add(PdfPainter *p, const PdfRun *run, const PdfLetter *letter)
{
    if (is_blank(letter))
        pdf_words_add_space(p->words);
    else
        pdf_words_add(p->words, run, letter);
}

static void say_letters(PdfPainter *p)
{
    const PdfStandIn *s = &p->stand_in;
    for (guint i = 0; i < s->held->len; i++) {
        const PdfHeld *h = &g_array_index(s->held, PdfHeld, i);
        add(p, &h->run, &h->letter);
    }
}

/* The text, spread over the place of the letters. */
static void say_text(PdfPainter *p)
{
    const PdfStandIn *s = &p->stand_in;
    const PdfHeld *first = &g_array_index(s->held, PdfHeld, 0);
    const PdfHeld *last = &g_array_index(s->held, PdfHeld, s->held->len - 1);
    static const gunichar space = ' ';
    PdfLetter part = first->letter;
    PdfRun run = first->run;
    part.n = 1;
    part.dx = (last->letter.x + last->letter.dx - part.x) / s->text->len;
    part.dy = (last->letter.y + last->letter.dy - part.y) / s->text->len;
    for (guint i = 1; i < s->held->len; i++)
        part.ink = rect_union(part.ink, g_array_index(s->held, PdfHeld, i).letter.ink);
    for (guint i = 0; i < s->text->len; i++) {
        const gunichar *c = &g_array_index(s->text, gunichar, i);
        part.text = g_unichar_isspace(*c) ? &space : c;
        add(p, &run, &part);
        part.x += part.dx;
        part.y += part.dy;
    }
}

static gboolean is_dash(gunichar c)
{
    return c == 0xad || c == 0x2212 || g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION;
}

static gboolean is_nothing(gunichar c)
{
    return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_CONTROL;
}

typedef enum { LETTERS, TEXT, DOUBT } Choice;

/* Letters that nobody could read otherwise are read by the text; where both can be read they have to agree, or be
 * blank or a dash. */
static Choice choose(const PdfStandIn *s)
{
    gboolean same = TRUE, blank = TRUE, unknown = TRUE, nothing = TRUE;
    guint at = 0;
    for (guint i = 0; i < s->held->len; i++) {
        const PdfLetter *l = &g_array_index(s->held, PdfHeld, i).letter;
        blank &= is_blank(l);
        unknown &= l->n == 0;
        for (guint k = 0; k < l->n; k++, at++)
            same &= at < s->text->len && g_array_index(s->text, gunichar, at) == l->text[k];
    }
    for (guint i = 0; i < s->text->len; i++)
        nothing &= is_nothing(g_array_index(s->text, gunichar, i));
    const PdfLetter *first = &g_array_index(s->held, PdfHeld, 0).letter;
    if (!s->readable)
        return DOUBT;
    if (blank)
        return nothing ? LETTERS : DOUBT;
    if (unknown)
        return s->text->len > 0 ? TEXT : DOUBT;
    if (same && at == s->text->len)
        return LETTERS;
    gboolean dashes = s->text->len == 1 && at == 1 && s->held->len == 1 &&
                      is_dash(g_array_index(s->text, gunichar, 0)) && is_dash(first->text[0]);
    return dashes ? TEXT : DOUBT;
}

/* Poppler places such a text by the state at its end: when that has no font, it loses the text, and the
 * letters with it. */
static void end_marked(PdfPainter *p)
{
    PdfStandIn *s = &p->stand_in;
    gboolean lost;
    if (s->mark && p->marks == s->mark) {
        s->mark = 0;
        lost = p->s.font == NULL;
        Choice choice = s->held->len > 0 ? choose(s) : LETTERS;
        if (choice == DOUBT) {
            set_odd(p, "a text that stands in for other letters");
            p->paint->lost += lost;
        } else if (choice == TEXT)
            say_text(p);
        else
            say_letters(p);
    }
    if (p->marks == p->layer)
        p->layer = 0;
    p->marks -= p->marks > 0;
}

gboolean pdf_paint_mark_operator(PdfPainter *p, guint32 op)
{
    switch (op) {
    case OP('B', 'M', 'C'):
    case OP('B', 'D', 'C'):
        return begin_marked(p);
    case OP('E', 'M', 'C'):
        end_marked(p);
        return TRUE;
    case OP('M', 'P', 0):
    case OP('D', 'P', 0):
        return TRUE;
    default:
        return FALSE;
    }
}

/* A page keeps such letters in the order in which they stand; Poppler turns their words around. */
static gboolean runs_to_the_left(gunichar c)
{
    return (c >= 0x590 && c < 0x900) || (c >= 0xfb1d && c < 0xfe00) ||
           (c >= 0xfe70 && c < 0xff00) || (c >= 0x10800 && c < 0x11000) ||
           (c >= 0x1e800 && c < 0x1f000);
}

void pdf_paint_letter(PdfPainter *p, const PdfRun *run, const PdfLetter *letter)
{
    for (guint i = 0; i < letter->n; i++)
        if (runs_to_the_left(letter->text[i]))
            set_odd(p, "letters that run from right to left");
    if (p->stand_in.mark) {
        PdfHeld held = {*run, *letter};
        g_array_append_val(p->stand_in.held, held);
    } else if (letter->n == 0)
        p->paint->lost++;
    else
        add(p, run, letter);
}
