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
#define MAX_WORD_BYTES 4096
#define MIN_HYPHEN_SHARE 0.1 /* of a line's height: as wide as a hyphen is */

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

/* Ligatures are single characters for typesetters only. */
static void append(GString *word, gunichar c)
{
    static const char *const ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
    if (word->len > MAX_WORD_BYTES)
        return;
    if (!g_unichar_validate(c))
        c = 0xfffd;
    if (c < 0x7f) {
        if (c >= 0x20)
            g_string_append_c(word, (char)c);
    } else if (c >= 0xfb00 && c <= 0xfb06) {
        g_string_append(word, ligatures[c - 0xfb00]);
    } else if (!is_invisible(c) && !is_control(c))
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

gboolean pdf_text_is_bold_name(const char *font)
{
    return strstr(font, "Bold") || strstr(font, "bold") || strstr(font, "Black") ||
           strstr(font, "Heavy");
}

/* A fake bold face is the same word drawn twice, a hair apart. Its place, or -1. */
static int find_repeated(const PdfText *t, const LayoutWord *word)
{
    guint from = t->words->len > 8 ? t->words->len - 8 : 0;
    for (guint i = from; i < t->words->len; i++) {
        const LayoutWord *other = &g_array_index(t->words, LayoutWord, i);
        if (fabs(other->rect.x0 - word->rect.x0) < 0.15 * word->size &&
            fabs(other->rect.y0 - word->rect.y0) < 0.15 * word->size &&
            fabs(other->rect.x1 - word->rect.x1) < 0.15 * word->size &&
            strcmp(other->text, word->text) == 0)
            return (int)i;
    }
    return -1;
}

/* What is painted again stands on what was painted in between. */
void pdf_ink_repeat(PdfInk *ink, const PdfInk *again)
{
    ink->first = again->first;
    ink->last = MAX(ink->last, again->last);
    ink->darkest = MIN(ink->darkest, again->darkest);
    ink->lightest = MAX(ink->lightest, again->lightest);
    ink->whole &= again->whole;
    ink->box = rect_union(ink->box, again->box);
}

static void judge_word(PdfText *t, const GString *word)
{
    gboolean latin, voiceless = is_voiceless(word->str, &latin);
    t->latin_words += latin;
    for (gsize i = 0; latin && i < word->len; i++) {
        t->latin_letters++;
        t->common += strchr(COMMON_LETTERS, g_ascii_tolower(word->str[i])) != NULL;
    }
    t->voiceless += latin && voiceless;
}

PdfText *pdf_text_new(void)
{
    PdfText *t = g_new0(PdfText, 1);
    t->words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    t->inks = g_array_new(FALSE, FALSE, sizeof(PdfInk));
    t->strings = g_string_chunk_new(4096);
    t->word.text = g_string_sized_new(64);
    return t;
}

void pdf_text_begin_word(PdfText *t, Rect rect)
{
    GString *text = g_string_truncate(t->word.text, 0);
    t->word = (PdfWord){.text = text, .rect = rect, .begun = TRUE};
}

/* A soft hyphen in a text is a place to break at; one that takes room on a page was drawn, and is a
 * hyphen: "W-4". */
static gboolean is_drawn_hyphen(gunichar c, Rect place)
{
    double width = place.x1 - place.x0, height = place.y1 - place.y0;
    return c == 0xad && MIN(width, height) >= MIN_HYPHEN_SHARE * MAX(width, height);
}

void pdf_text_add_character(PdfText *t, gunichar c, Rect place)
{
    if (is_drawn_hyphen(c, place))
        c = '-';
    t->letters++;
    t->unusable += is_unusable(c);
    t->mojibake += is_mojibake(t->before, c);
    t->before = c;
    append(t->word.text, c);
}

void pdf_text_end_word(PdfText *t)
{
    PdfWord *w = &t->word;
    w->begun = FALSE;
    if (w->text->len == 0 || w->text->len > MAX_WORD_BYTES)
        return;
    judge_word(t, w->text);
    double height = w->rect.y1 - w->rect.y0;
    LayoutWord word = {.rect = w->rect,
                       .page_rect = w->rect,
                       .text = w->text->str,
                       .size = w->size > 0.3 * height && w->size < 1.5 * height ? w->size : height,
                       .confidence = -1,
                       .flags = w->bold ? WORD_BOLD : 0,
                       .line = -1};
    int repeated = find_repeated(t, &word);
    if (repeated >= 0) {
        pdf_ink_repeat(&g_array_index(t->inks, PdfInk, (guint)repeated), &w->ink);
        return;
    }
    word.text = g_string_chunk_insert_len(t->strings, w->text->str, (gssize)w->text->len);
    g_array_append_val(t->words, word);
    g_array_append_val(t->inks, w->ink);
}

void pdf_text_add(PdfText *t, const char *word, Rect place, Rect page_rect, double size)
{
    LayoutWord added = {.rect = place,
                        .page_rect = page_rect,
                        .text = g_string_chunk_insert(t->strings, word),
                        .size = size,
                        .confidence = -1,
                        .line = -1};
    PdfInk unknown = {.box = place, .lightest = 1};
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
    g_string_free(text->word.text, TRUE);
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
