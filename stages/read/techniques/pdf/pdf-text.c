#include "pdf-text.h"

#include <math.h>
#include <string.h>

#define MAX_UNUSABLE_SHARE 0.15
#define MIN_JUDGED_WORDS 20
#define MAX_VOICELESS_SHARE 0.5
#define MIN_JUDGED_LETTERS 300
/* Of letters in running text, e a i n r t o s are 50 to 65 % in every language of Latin script, and
 * 31 % of letters drawn at random: fewer are another alphabet's, shifted or shuffled. */
#define COMMON_LETTERS "eainrtos"
#define MIN_COMMON_SHARE 0.36
#define MAX_MOJIBAKE_SHARE 0.01
#define RIGHT_TO_LEFT_MARK "\xe2\x80\xab" /* U+202B */
#define MAX_WORD_BYTES 4096
#define CELL_GAP 0.4 /* of a letter's height, between two letters of different words */

typedef struct {
    PopplerRectangle area;
    char *text; /* the page's characters, one rectangle each */
    PopplerRectangle *rects;
    guint n;
    GList *attributes; /* sorted by position */
    double scale;
} Layer;

static gboolean is_unusable(gunichar c)
{
    if (c < 0x7f)
        return c < 0x20;
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

/* "Ã¼" for "ü", "â€™" for an apostrophe. */
static gboolean is_mojibake(gunichar a, gunichar b)
{
    return ((a == 0xc3 || a == 0xc2) && b >= 0x80 && b <= 0xbf) ||
           (a == 0xe2 && (b == 0x20ac || b == 0x80));
}

static gboolean is_control(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* The word that is being put together. */
typedef struct {
    char text[MAX_WORD_BYTES + 8];
    gsize length;
    Rect rect;
    PdfInk ink;
    const PopplerTextAttributes *style;
    gboolean begun; /* characters were seen, though none may have been kept */
} Building;

/* Ligatures are single characters for typesetters only. */
static void append_char(Building *b, gunichar c)
{
    static const char *const ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
    if (b->length > MAX_WORD_BYTES)
        return;
    if (c < 0x7f) {
        if (c >= 0x20)
            b->text[b->length++] = (char)c;
    } else if (c >= 0xfb00 && c <= 0xfb06) {
        b->length += g_strlcpy(b->text + b->length, ligatures[c - 0xfb00], 4);
    } else if (!is_invisible(c) && !is_control(c))
        b->length += (gsize)g_unichar_to_utf8(c, b->text + b->length);
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

static float light_of(const PopplerColor *c)
{
    return (float)((0.3 * c->red + 0.59 * c->green + 0.11 * c->blue) / 65535);
}

static void add_word(PdfText *t, const Layer *l, Building *b)
{
    gboolean latin, voiceless;
    b->begun = FALSE;
    b->text[b->length] = '\0';
    if (b->length == 0 || b->length > MAX_WORD_BYTES)
        return;
    voiceless = is_voiceless(b->text, &latin);
    t->latin_words += latin;
    for (gsize i = 0; latin && i < b->length; i++) {
        t->latin_letters++;
        t->common += strchr(COMMON_LETTERS, g_ascii_tolower(b->text[i])) != NULL;
    }
    t->voiceless += latin && voiceless;
    const PopplerTextAttributes *a = b->style;
    double height = b->rect.y1 - b->rect.y0;
    double size =
        a && a->font_size > 0.3 * height && a->font_size < 1.5 * height ? a->font_size : height;
    Rect points = {b->rect.x0 * l->scale, b->rect.y0 * l->scale, b->rect.x1 * l->scale,
                   b->rect.y1 * l->scale};
    LayoutWord word = {.rect = points,
                       .page_rect = points,
                       .text = b->text,
                       .size = size * l->scale,
                       .confidence = -1,
                       .flags = is_bold(a) ? WORD_BOLD : 0,
                       .line = -1};
    if (is_repeated(t, &word))
        return;
    word.text = g_string_chunk_insert_len(t->strings, b->text, (gssize)b->length);
    g_array_append_val(t->words, word);
    g_array_append_val(t->inks, b->ink);
}

/* Poppler writes no space between two cells of one row. */
static gboolean is_far(Rect a, Rect b)
{
    double em = MIN(MAX(a.x1 - a.x0, a.y1 - a.y0), MAX(b.x1 - b.x0, b.y1 - b.y0));
    double across = MAX(a.x0, b.x0) - MIN(a.x1, b.x1);
    double down = MAX(a.y0, b.y0) - MIN(a.y1, b.y1);
    return MAX(across, down) > CELL_GAP * em;
}

static void begin_word(Building *b, Rect rect, const PopplerTextAttributes *style)
{
    b->begun = TRUE;
    b->length = 0;
    b->rect = rect;
    b->style = style;
    b->ink = (PdfInk){2, -1};
}

static void split_words(PdfText *t, const Layer *l)
{
    g_autofree Building *b = g_new0(Building, 1);
    GList *at = l->attributes;
    gunichar last = 0;
    Rect before = {0};
    guint i = 0;
    /* Around right-to-left text Poppler adds marks, which have no rectangle. */
    gboolean marks = g_utf8_strlen(l->text, -1) > (glong)l->n;
    for (const char *p = l->text; *p && i < l->n; p = g_utf8_next_char(p), i++) {
        gunichar c = g_utf8_get_char(p);
        if (marks && c >= 0x202a && c <= 0x202e) {
            i--;
            continue;
        }
        Rect rect = rect_of(l, i);
        gboolean space = c < 0x80 ? g_ascii_isspace((char)c) : g_unichar_isspace(c);
        if (b->begun && (space || is_far(before, rect)))
            add_word(t, l, b);
        if (space)
            continue;
        t->letters++;
        t->unusable += is_unusable(c);
        t->mojibake += is_mojibake(last, c);
        last = c;
        const PopplerTextAttributes *style = attributes_at(&at, i);
        if (!b->begun)
            begin_word(b, rect, style);
        append_char(b, c);
        b->rect = rect_union(b->rect, rect);
        if (style) {
            float light = light_of(&style->color);
            b->ink = (PdfInk){MIN(b->ink.darkest, light), MAX(b->ink.lightest, light)};
        }
        before = rect;
    }
    if (b->begun)
        add_word(t, l, b);
}

static void take_layer(PopplerPage *page, PopplerRectangle area, Layer *l)
{
    l->area = area;
    l->text = poppler_page_get_text_for_area(page, &l->area);
    if (!l->text || !poppler_page_get_text_layout_for_area(page, &l->area, &l->rects, &l->n))
        l->n = 0;
}

static void drop_layer(Layer *l)
{
    g_clear_pointer(&l->text, g_free);
    g_clear_pointer(&l->rects, g_free);
}

/* Poppler gives out what would be selected from one corner to the other. Where lines begin on the right
 * that is from the top right corner, or else the first lines are lost. */
static void take_right_to_left(PopplerPage *page, double width, double height, Layer *l)
{
    Layer other = {.scale = l->scale};
    take_layer(page, (PopplerRectangle){width, 0, 0, height}, &other);
    if (other.n > l->n) {
        Layer swap = *l;
        *l = other;
        other = swap;
    }
    drop_layer(&other);
}

PdfText *pdf_text_new(PopplerPage *page, double scale)
{
    PdfText *t = g_new0(PdfText, 1);
    t->words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    t->inks = g_array_new(FALSE, FALSE, sizeof(PdfInk));
    t->strings = g_string_chunk_new(4096);
    double width, height;
    poppler_page_get_size(page, &width, &height);
    Layer layer = {.scale = scale};
    take_layer(page, (PopplerRectangle){0, 0, width, height}, &layer);
    if (layer.text && strstr(layer.text, RIGHT_TO_LEFT_MARK))
        take_right_to_left(page, width, height, &layer);
    if (layer.n) {
        layer.attributes = poppler_page_get_text_attributes_for_area(page, &layer.area);
        split_words(t, &layer);
        poppler_page_free_text_attributes(layer.attributes);
    }
    drop_layer(&layer);
    return t;
}

void pdf_text_add(PdfText *t, const char *word, Rect place, Rect page_rect, double size)
{
    LayoutWord added = {.rect = place,
                        .page_rect = page_rect,
                        .text = g_string_chunk_insert(t->strings, word),
                        .size = size,
                        .confidence = -1,
                        .line = -1};
    PdfInk unknown = {2, -1};
    g_array_append_val(t->words, added);
    g_array_append_val(t->inks, unknown);
}

void pdf_text_free(PdfText *text)
{
    if (!text)
        return;
    g_array_unref(text->words);
    g_array_unref(text->inks);
    g_string_chunk_free(text->strings);
    g_free(text);
}

gboolean pdf_text_is_usable(const PdfText *text)
{
    if (text->unusable > MAX_UNUSABLE_SHARE * text->letters)
        return FALSE;
    if (text->mojibake > MAX_MOJIBAKE_SHARE * text->letters)
        return FALSE;
    if (text->latin_letters >= MIN_JUDGED_LETTERS &&
        text->common < MIN_COMMON_SHARE * text->latin_letters)
        return FALSE;
    return text->latin_words < MIN_JUDGED_WORDS ||
           text->voiceless <= MAX_VOICELESS_SHARE * text->latin_words;
}
