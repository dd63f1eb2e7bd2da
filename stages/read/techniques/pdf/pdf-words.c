#include "pdf-words.h"

#include "pdf-cmap.h"

#include <math.h>

/* In letter heights: */
#define NEW_PIECE                                                                                  \
    0.1 /* a wider gap may end a word; at most this far on, another letter is the same again */
#define NEW_WORD                                                                                   \
    0.03 /* … where the line goes on in other letters (size, baseline), a wider one does */
#define STEP_OVER (-0.6)  /* … and those on another baseline may stand so far over them */
#define STEP_BACK (-0.3)  /* letters may overlap so far */
#define NEW_LINE 1.5      /* a wider gap ends the line */
#define SAME_LINE 0.5     /* baselines of one line, sub- and superscripts */
#define SAME_HEIGHT 0.2   /* baselines of a letter and its shadow */
#define SPREAD 1.3        /* of the least gap: letters that are spaced out stand so far apart … */
#define WIDEST_SPREAD 0.4 /* … at most */
#define ACCENT_ABOVE 0.4  /* an accent's baseline from its letter's */
#define ACCENT_ASIDE 0.3  /* its middle from the letter's, in widths of the letter */
#define SAME_BASE 0.5     /* points */
#define CLIPPED 0.25      /* share of a letter's side that a clip may take off */

/* A letter by its place along its line, whichever way that runs. */
typedef struct {
    gunichar text[PDF_CODE_TEXT];
    guint n;
    gboolean after_space;
    double lo, hi, base;
    double size, ascent, descent;
    gboolean bold;
    PdfInk ink;
} Letter;

struct PdfWords {
    PdfText *text;
    Rect page;
    GArray *line;   /* of Letter: those of one line, as they come */
    guint8 turn;    /* of the line */
    gboolean space; /* a space came after its last letter */
    guint letters;
};

PdfWords *pdf_words_new(double width, double height)
{
    PdfWords *w = g_new0(PdfWords, 1);
    w->text = pdf_text_new();
    w->page = (Rect){0, 0, width, height};
    w->line = g_array_new(FALSE, FALSE, sizeof(Letter));
    return w;
}

/* ---- lines to words ---- */

static Rect rect_of(const Letter *l, guint turn)
{
    switch (turn) {
    case 1:
        return (Rect){l->base + l->descent, l->lo, l->base + l->ascent, l->hi};
    case 2:
        return (Rect){-l->hi, l->base + l->descent, -l->lo, l->base + l->ascent};
    case 3:
        return (Rect){l->base - l->ascent, -l->hi, l->base - l->descent, -l->lo};
    default:
        return (Rect){l->lo, l->base - l->ascent, l->hi, l->base - l->descent};
    }
}

static gboolean is_new_piece(const Letter *before, const Letter *l, const Letter *first)
{
    double gap = l->lo - before->hi;
    return l->after_space || gap > NEW_PIECE * first->size || gap < STEP_BACK * first->size ||
           fabs(l->base - first->base) > SAME_BASE || l->size != first->size;
}

/* Letters that are spaced out, all of the line: the gap from which on there is a space. */
static double gap_of_words(const GArray *line)
{
    const Letter *all = &g_array_index(line, Letter, 0);
    double least = G_MAXDOUBLE;
    for (guint i = 1; i < line->len; i++) {
        gboolean alike = all[i].size == all->size && fabs(all[i].base - all->base) <= SAME_BASE;
        if (!alike || !is_new_piece(&all[i - 1], &all[i], &all[i - 1]))
            return NEW_WORD * all->size;
        least = MIN(least, all[i].lo - all[i - 1].hi);
    }
    return least > 0 ? MIN(SPREAD * least, WIDEST_SPREAD * all->size) : NEW_WORD * all->size;
}

static void append(PdfWords *w, const Letter *l)
{
    PdfText *t = w->text;
    Rect rect = rect_of(l, w->turn);
    PdfWord *word = &t->word;
    if (!word->begun) {
        pdf_text_begin_word(t, rect);
        word->ink = l->ink;
        word->size = l->size;
        word->bold = l->bold;
    }
    word->rect = rect_union(word->rect, rect);
    PdfInk *ink = &word->ink;
    *ink = (PdfInk){.box = rect_union(ink->box, l->ink.box),
                    .darkest = MIN(ink->darkest, l->ink.darkest),
                    .lightest = MAX(ink->lightest, l->ink.lightest),
                    .first = MIN(ink->first, l->ink.first),
                    .last = MAX(ink->last, l->ink.last),
                    .whole = ink->whole && l->ink.whole};
    for (guint i = 0; i < l->n; i++)
        pdf_text_add_character(t, l->text[i], rect);
}

static void end_line(PdfWords *w)
{
    const Letter *all = &g_array_index(w->line, Letter, 0), *first = all;
    double gap = w->line->len > 1 ? gap_of_words(w->line) : 0;
    for (guint i = 0; i < w->line->len; i++) {
        const Letter *l = &all[i];
        if (i > 0 && is_new_piece(l - 1, l, first)) {
            if (l->lo - l[-1].hi >= gap)
                pdf_text_end_word(w->text);
            first = l;
        }
        append(w, l);
    }
    if (w->text->word.begun)
        pdf_text_end_word(w->text);
    g_array_set_size(w->line, 0);
    w->space = FALSE;
}

/* ---- letters to lines ---- */

static gboolean goes_on(const PdfWords *w, guint turn, const Letter *l)
{
    const Letter *first = &g_array_index(w->line, Letter, 0);
    const Letter *last = &g_array_index(w->line, Letter, w->line->len - 1);
    double gap = l->lo - last->hi;
    double back = fabs(l->base - last->base) > SAME_BASE ? STEP_OVER : STEP_BACK;
    return w->turn == turn &&
           fabs(l->base - first->base) <= SAME_LINE * MAX(first->size, l->size) &&
           gap >= back * first->size && gap < NEW_LINE * first->size;
}

/* A fake bold face, or a shadow: the letter before once more, a hair apart. */
static gboolean is_repeated(const PdfWords *w, guint turn, const Letter *l)
{
    const Letter *last = &g_array_index(w->line, Letter, w->line->len - 1);
    gboolean same = w->turn == turn && last->n == l->n && !w->space &&
                    fabs(l->lo - last->lo) < NEW_PIECE * last->size &&
                    fabs(l->base - last->base) < SAME_HEIGHT * last->size;
    for (guint i = 0; same && i < l->n; i++)
        same = last->text[i] == l->text[i];
    return same;
}

/* The accents that TeX sets by themselves, over or under the letter before or after them. */
static gunichar combining(gunichar c)
{
    static const gunichar accents[][2] = {{0x60, 0x300},  {0xa8, 0x308},  {0xaf, 0x304},
                                          {0xb4, 0x301},  {0xb8, 0x327},  {0x2c6, 0x302},
                                          {0x2c7, 0x30c}, {0x2d8, 0x306}, {0x2d9, 0x307},
                                          {0x2da, 0x30a}, {0x2dc, 0x303}, {0x2dd, 0x30b}};
    for (guint i = 0; i < G_N_ELEMENTS(accents); i++)
        if (c == accents[i][0])
            return accents[i][1];
    return 0;
}

static void compose(Letter *letter, gunichar base, gunichar accent)
{
    static const gunichar dotless[] = {0x131, 0x237};
    for (guint i = 0; i < G_N_ELEMENTS(dotless); i++)
        if (base == dotless[i])
            base = "ij"[i];
    letter->n = g_unichar_compose(base, accent, &letter->text[0]) ? 1 : 2;
    if (letter->n == 2) {
        letter->text[0] = base;
        letter->text[1] = accent;
    }
}

static gboolean is_over(const Letter *accent, const Letter *base)
{
    double apart = (accent->lo + accent->hi - base->lo - base->hi) / 2;
    return base->n == 1 && g_unichar_isalnum(base->text[0]) &&
           fabs(apart) < ACCENT_ASIDE * (base->hi - base->lo) &&
           fabs(accent->base - base->base) < ACCENT_ABOVE * base->size;
}

/* TRUE when the letter became one with that before: an accent and the letter that it belongs to, in either order. */
static gboolean join_accent(PdfWords *w, guint turn, const Letter *l)
{
    Letter *last = &g_array_index(w->line, Letter, w->line->len - 1);
    if (w->turn != turn || w->space || last->n != 1 || l->n != 1)
        return FALSE;
    gunichar accent = combining(l->text[0]), before = combining(last->text[0]);
    if (accent && is_over(l, last)) {
        compose(last, last->text[0], accent);
    } else if (before && is_over(last, l)) {
        gboolean after_space = last->after_space;
        PdfInk ink = last->ink;
        *last = *l;
        last->after_space = after_space;
        last->ink.first = MIN(ink.first, l->ink.first);
        compose(last, l->text[0], before);
    } else
        return FALSE;
    last->ink.box = rect_union(last->ink.box, l->ink.box);
    last->ink.last = MAX(last->ink.last, l->ink.last);
    last->ink.whole &= l->ink.whole;
    last->ink.lightest = MAX(last->ink.lightest, l->ink.lightest);
    last->ink.darkest = MIN(last->ink.darkest, l->ink.darkest);
    return TRUE;
}

/* The letter's way along its line. */
static void place(const PdfRun *run, const PdfLetter *letter, Letter *l)
{
    gboolean level = run->turn % 2 == 0;
    double sign = run->turn < 2 ? 1 : -1;
    double from = sign * (level ? letter->x : letter->y);
    l->base = level ? letter->y : letter->x;
    l->lo = from;
    l->hi = from + sign * (level ? letter->dx : letter->dy);
}

static gboolean is_inside(Rect clip, Rect r)
{
    double w = CLIPPED * (r.x1 - r.x0), h = CLIPPED * (r.y1 - r.y0);
    return r.x0 + w >= clip.x0 && r.x1 - w <= clip.x1 && r.y0 + h >= clip.y0 && r.y1 - h <= clip.y1;
}

static gboolean is_off_page(const PdfWords *w, const PdfLetter *l)
{
    return MAX(l->x, l->x + l->dx) < 0 || MIN(l->x, l->x + l->dx) > w->page.x1 ||
           MAX(l->y, l->y + l->dy) < 0 || MIN(l->y, l->y + l->dy) > w->page.y1;
}

void pdf_words_add(PdfWords *w, const PdfRun *run, const PdfLetter *letter)
{
    Letter l = {.n = letter->n,
                .size = run->size,
                .ascent = run->ascent,
                .descent = run->descent,
                .bold = run->bold};
    w->letters++;
    if (is_off_page(w, letter))
        return;
    place(run, letter, &l);
    for (guint i = 0; i < letter->n; i++)
        l.text[i] = letter->text[i];
    l.ink = (PdfInk){.box = letter->ink,
                     .darkest = run->darkest,
                     .lightest = run->lightest,
                     .first = run->order,
                     .last = run->order,
                     .whole = is_inside(run->clip, letter->ink)};
    Letter *last = w->line->len ? &g_array_index(w->line, Letter, w->line->len - 1) : NULL;
    if (last && is_repeated(w, run->turn, &l)) {
        pdf_ink_repeat(&last->ink, &l.ink);
        return;
    }
    if (last && join_accent(w, run->turn, &l))
        return;
    if (last && !goes_on(w, run->turn, &l))
        end_line(w);
    w->turn = run->turn;
    l.after_space = w->space;
    w->space = FALSE;
    g_array_append_val(w->line, l);
}

void pdf_words_add_space(PdfWords *w)
{
    w->space = w->line->len > 0;
}

guint pdf_words_count_letters(const PdfWords *w)
{
    return w->letters;
}

PdfText *pdf_words_end(PdfWords *w)
{
    PdfText *text = w->text;
    end_line(w);
    g_array_unref(w->line);
    g_free(w);
    return text;
}
