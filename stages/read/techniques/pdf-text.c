#include "pdf-text.h"

#include <math.h>
#include <string.h>

#define MAX_UNUSABLE_SHARE 0.15
#define MIN_JUDGED_WORDS 20
#define MAX_VOICELESS_SHARE 0.5
#define MAX_WORD_BYTES 4096
#define CELL_GAP 0.4 /* of a letter's height, between two letters of different words */

typedef struct {
    const char *text; /* the page's characters, one rectangle each */
    PopplerRectangle *rects;
    guint n;
    GList *attributes; /* sorted by position */
    double scale;
} Layer;

static gboolean is_unusable(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return c == 0xfffd || type == G_UNICODE_CONTROL || type == G_UNICODE_PRIVATE_USE ||
           type == G_UNICODE_UNASSIGNED || type == G_UNICODE_SURROGATE;
}

/* Characters that nobody sees and that only hide words from a search: zero width, soft hyphen, bidi
 * marks and tag characters. */
static gboolean is_invisible(gunichar c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2064) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/* Ligatures are single characters for typesetters only. */
static void append_char(GString *word, gunichar c)
{
    static const char *const ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
    if (c >= 0xfb00 && c <= 0xfb06)
        g_string_append(word, ligatures[c - 0xfb00]);
    else if (!is_invisible(c))
        g_string_append_unichar(word, c);
}

static gboolean is_voiceless(const char *word, gboolean *latin)
{
    guint letters = 0, vowels = 0;
    *latin = TRUE;
    for (const char *p = word; *p; p++) {
        if (!g_ascii_isalpha(*p) || g_ascii_isupper(*p)) {
            *latin = p == word && g_ascii_isalpha(*p);
            if (!*latin)
                return FALSE;
        }
        letters++;
        vowels += strchr("aeiouyAEIOUY", *p) != NULL;
    }
    *latin = letters >= 4;
    return vowels == 0;
}

static void judge_word(PdfText *t, const char *word)
{
    gboolean latin;
    for (const char *p = word; *p; p = g_utf8_next_char(p)) {
        t->letters++;
        t->unusable += is_unusable(g_utf8_get_char(p));
    }
    gboolean voiceless = is_voiceless(word, &latin);
    t->latin_words += latin;
    t->voiceless += latin && voiceless;
}

static void strip_unusable(GString *word)
{
    GString *clean = g_string_sized_new(word->len);
    for (const char *p = word->str; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_type(c) != G_UNICODE_CONTROL)
            g_string_append_unichar(clean, c);
    }
    g_string_assign(word, clean->str);
    g_string_free(clean, TRUE);
}

static Rect rect_of(const Layer *l, guint i)
{
    PopplerRectangle r = l->rects[i];
    return (Rect){MIN(r.x1, r.x2), MIN(r.y1, r.y2), MAX(r.x1, r.x2), MAX(r.y1, r.y2)};
}

static const PopplerTextAttributes *attributes_at(GList **at, guint index)
{
    while (*at && (guint)((PopplerTextAttributes *)(*at)->data)->end_index < index)
        *at = (*at)->next;
    return *at ? (*at)->data : NULL;
}

static gboolean is_bold(const PopplerTextAttributes *a)
{
    return a && a->font_name &&
           (strstr(a->font_name, "Bold") || strstr(a->font_name, "bold") ||
            strstr(a->font_name, "Black") || strstr(a->font_name, "Heavy"));
}

/* A fake bold face is the same word drawn twice, a hair apart. */
static gboolean is_repeated(const PdfText *t, const LayoutWord *word)
{
    guint from = t->words->len > 8 ? t->words->len - 8 : 0;
    for (guint i = from; i < t->words->len; i++) {
        const LayoutWord *other = &g_array_index(t->words, LayoutWord, i);
        if (fabs(other->rect.x0 - word->rect.x0) < 0.15 * word->size &&
            fabs(other->rect.y0 - word->rect.y0) < 0.15 * word->size &&
            fabs(other->rect.x1 - word->rect.x1) < 0.15 * word->size &&
            strcmp(other->text, word->text) == 0)
            return TRUE;
    }
    return FALSE;
}

static void add_word(PdfText *t, const Layer *l, GString *text, Rect rect,
                     const PopplerTextAttributes *a)
{
    judge_word(t, text->str);
    strip_unusable(text);
    if (text->len == 0 || text->len > MAX_WORD_BYTES)
        return;
    double height = rect.y1 - rect.y0;
    double size =
        a && a->font_size > 0.3 * height && a->font_size < 1.5 * height ? a->font_size : height;
    Rect points = {rect.x0 * l->scale, rect.y0 * l->scale, rect.x1 * l->scale, rect.y1 * l->scale};
    LayoutWord word = {.rect = points,
                       .page_rect = points,
                       .text = g_string_chunk_insert(t->strings, text->str),
                       .size = size * l->scale,
                       .confidence = -1,
                       .flags = is_bold(a) ? WORD_BOLD : 0,
                       .line = -1};
    if (is_repeated(t, &word))
        return;
    g_array_append_val(t->words, word);
}

/* Poppler writes no space between two cells of one row. */
static gboolean is_far(Rect a, Rect b)
{
    double em = MIN(MAX(a.x1 - a.x0, a.y1 - a.y0), MAX(b.x1 - b.x0, b.y1 - b.y0));
    double across = MAX(a.x0, b.x0) - MIN(a.x1, b.x1);
    double down = MAX(a.y0, b.y0) - MIN(a.y1, b.y1);
    return MAX(across, down) > CELL_GAP * em;
}

static void split_words(PdfText *t, const Layer *l)
{
    g_autoptr(GString) word = g_string_new(NULL);
    GList *at = l->attributes;
    const PopplerTextAttributes *style = NULL;
    Rect rect = {0};
    guint i = 0;
    /* Around right-to-left text Poppler adds marks, which have no rectangle. */
    gboolean marks = g_utf8_strlen(l->text, -1) > (glong)l->n;
    for (const char *p = l->text; *p && i < l->n; p = g_utf8_next_char(p), i++) {
        gunichar c = g_utf8_get_char(p);
        if (marks && c >= 0x202a && c <= 0x202e) {
            i--;
            continue;
        }
        gboolean space = g_unichar_isspace(c);
        if (word->len && (space || is_far(rect_of(l, i - 1), rect_of(l, i)))) {
            add_word(t, l, word, rect, style);
            g_string_truncate(word, 0);
        }
        if (space)
            continue;
        if (word->len == 0) {
            style = attributes_at(&at, i);
            rect = rect_of(l, i);
        }
        append_char(word, c);
        rect = rect_union(rect, rect_of(l, i));
    }
    if (word->len)
        add_word(t, l, word, rect, style);
}

PdfText *pdf_text_new(PopplerPage *page, double scale)
{
    PdfText *t = g_new0(PdfText, 1);
    t->words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    t->strings = g_string_chunk_new(4096);
    g_autofree char *text = poppler_page_get_text(page);
    Layer layer = {.text = text, .scale = scale};
    if (text && poppler_page_get_text_layout(page, &layer.rects, &layer.n)) {
        layer.attributes = poppler_page_get_text_attributes(page);
        split_words(t, &layer);
        poppler_page_free_text_attributes(layer.attributes);
        g_free(layer.rects);
    }
    return t;
}

void pdf_text_free(PdfText *text)
{
    if (!text)
        return;
    g_array_unref(text->words);
    g_string_chunk_free(text->strings);
    g_free(text);
}

gboolean pdf_text_is_usable(const PdfText *text)
{
    if (text->unusable > MAX_UNUSABLE_SHARE * text->letters)
        return FALSE;
    return text->latin_words < MIN_JUDGED_WORDS ||
           text->voiceless <= MAX_VOICELESS_SHARE * text->latin_words;
}
