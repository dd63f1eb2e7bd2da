#include "html-article.h"

#include <string.h>

#define LEAST_PROSE 250  /* letters of prose that an article has */
#define LEAST_SHARE 0.4  /* of the page's prose that stands in its article */
#define SUMS_OUTSIDE 3   /* in tables outside of it: an invoice, and no article */
#define LONGEST_PRICE 40 /* bytes of a block that is a price */
#define TITLE_WORDS 50
#define LEAD_LETTERS 60
#define LONGEST_LEAD 500
#define REPEATED 15 /* bytes from which a paragraph is not said twice by chance */
#define LONGEST_CAPTION 350
#define HEADLINE_MATCH 0.6 /* of a headline's words that the page's title repeats */

typedef struct {
    const HtmlOutline *outline;
    Reading *reading;
    guint8 *inside; /* HtmlPlace, one a box */
} Verdict;

static Block *block_at(const Verdict *page, guint i)
{
    return &g_array_index(page->reading->blocks, Block, i);
}

static gboolean is_inside(const Verdict *page, guint block)
{
    guint32 source = block_at(page, block)->reserved;
    return !(source & HTML_ONLY_PICTURES) && page->inside[source] == PLACE_INSIDE;
}

static HtmlRole role_at(const Verdict *page, guint block)
{
    guint32 source = block_at(page, block)->reserved & ~HTML_ONLY_PICTURES;
    return html_outline_box(page->outline, source)->role;
}

static guint first_word(const Reading *r, const Block *block)
{
    return reading_line(r, block->first_line)->first_word;
}

static guint end_word(const Reading *r, const Block *block)
{
    const Line *last = reading_line(r, block->first_line + block->n_lines - 1);
    return last->first_word + last->n_words;
}

/* "12.50", "1'299,00": two digits after the last mark. */
static gboolean is_amount(const char *word)
{
    const char *mark = strpbrk(word, ".,");
    for (const char *next; mark && (next = strpbrk(mark + 1, ".,")) != NULL;)
        mark = next;
    return mark && mark > word && g_ascii_isdigit(mark[-1]) && g_ascii_isdigit(mark[1]) &&
           g_ascii_isdigit(mark[2]) && !g_ascii_isdigit(mark[3]);
}

static guint amounts_in(const Reading *r, const Block *block)
{
    guint n = 0;
    for (guint w = first_word(r, block); w < end_word(r, block); w++)
        n += is_amount(reading_word_text(r, reading_word(r, w)));
    return n;
}

static gboolean has_currency(const Reading *r, const Block *block)
{
    static const char *const signs[] = {"€",   "$",   "£",   "¥",   "₹",   "EUR",
                                        "USD", "GBP", "CHF", "JPY", "INR", NULL};
    for (guint w = first_word(r, block); w < end_word(r, block); w++)
        for (gsize i = 0; signs[i]; i++)
            if (strstr(reading_word_text(r, reading_word(r, w)), signs[i]))
                return TRUE;
    return FALSE;
}

/* A price standing by itself: "EUR 19.90", "Now $4.99". */
static gboolean is_price(const Reading *r, const Block *block)
{
    guint letters = 0;
    for (guint w = first_word(r, block); w < end_word(r, block); w++)
        letters += reading_word(r, w)->length;
    return letters <= LONGEST_PRICE && amounts_in(r, block) > 0 && has_currency(r, block);
}

/* Whether what is left out has prices or sums: then something is sold or charged here. */
static gboolean has_money_outside(const Verdict *page)
{
    const Reading *r = page->reading;
    guint sums = 0;
    for (guint i = 0; i < r->blocks->len; i++) {
        const Block *block = block_at(page, i);
        guint32 source = block->reserved & ~HTML_ONLY_PICTURES;
        if (page->inside[source] != PLACE_OUTSIDE)
            continue;
        if (html_outline_box(page->outline, source)->hints & HINT_OFFER)
            return TRUE;
        if (block->kind == BLOCK_TABLE || block->kind == BLOCK_FIELDS)
            sums += amounts_in(r, block);
        else if (is_price(r, block))
            return TRUE;
    }
    return sums >= SUMS_OUTSIDE;
}

/* Whether what was found is an article, and the only one. */
static gboolean is_clear(const Verdict *page, const HtmlArticle *article, HtmlClaim claim)
{
    if (claim == HTML_CLAIM_OFFER || article->prose < LEAST_PROSE)
        return FALSE;
    if (claim == HTML_CLAIM_ARTICLE)
        return TRUE;
    return (claim == HTML_CLAIM_LIKELY ||
            (double)article->prose >= LEAST_SHARE * (double)article->live) &&
           !has_money_outside(page);
}

/* ---- headline ---- */

static guint title_block(const Verdict *page)
{
    for (guint i = 0; i < page->reading->blocks->len; i++)
        if (role_at(page, i) == ROLE_TITLE)
            return i;
    return G_MAXUINT;
}

/* Share of the words of `block` that the title has too; of its first words, if there are many. */
static double share_in_title(const Verdict *page, guint block, guint title)
{
    const Reading *r = page->reading;
    const Block *b = block_at(page, block), *t = block_at(page, title);
    guint first = first_word(r, b), first_title = first_word(r, t), found = 0;
    guint n = MIN(end_word(r, b) - first, TITLE_WORDS);
    guint n_title = MIN(end_word(r, t) - first_title, TITLE_WORDS);
    for (guint w = first; w < first + n; w++)
        for (guint v = first_title; v < first_title + n_title; v++)
            if (g_ascii_strcasecmp(reading_word_text(r, reading_word(r, w)),
                                   reading_word_text(r, reading_word(r, v))) == 0) {
                found++;
                break;
            }
    return n ? (double)found / n : 0;
}

/* The headline stands above the article as often as in it. It says more than the page's title, which
 * it makes superfluous; without a headline the title is one. */
static guint find_headline(const Verdict *page, guint title)
{
    guint headline = G_MAXUINT;
    gboolean begun = FALSE;
    for (guint i = 0; i < page->reading->blocks->len; i++) {
        Block *block = block_at(page, i);
        gboolean content = !(block->flags & BLOCK_BOILERPLATE);
        if (block->kind == BLOCK_HEADING && i != title && (!begun || content) &&
            share_in_title(page, i, title) >= HEADLINE_MATCH) {
            headline = i;
            if (content)
                break;
        }
        begun |= content && block->kind != BLOCK_HEADING;
    }
    return headline;
}

/* Running text between headline and article: what it is about, in a sentence. */
static gboolean is_lead(const Verdict *page, guint block)
{
    guint32 source = block_at(page, block)->reserved;
    if ((source & HTML_ONLY_PICTURES) || page->inside[source] != PLACE_OUTSIDE)
        return FALSE;
    const HtmlBox *box = html_outline_box(page->outline, source);
    return (box->role == ROLE_HEADING || box->role == ROLE_PARAGRAPH) &&
           box->text >= LEAD_LETTERS && box->text <= LONGEST_LEAD && box->links == 0;
}

static void mark_headline(const Verdict *page)
{
    guint title = title_block(page);
    if (title == G_MAXUINT)
        return;
    guint headline = find_headline(page, title);
    if (headline == G_MAXUINT)
        headline = title;
    block_at(page, headline)->flags &= ~(guint32)BLOCK_BOILERPLATE;
    for (guint i = headline + 1; headline != title && i < page->reading->blocks->len; i++) {
        if (is_inside(page, i))
            break;
        if (is_lead(page, i))
            block_at(page, i)->flags &= ~(guint32)BLOCK_BOILERPLATE;
    }
}

/* Captions come once for the page and once for its gallery. */
static void mark_repeated(const Verdict *page)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const Reading *r = page->reading;
    for (guint i = 0; i < r->blocks->len; i++) {
        Block *block = block_at(page, i);
        if ((block->flags & BLOCK_BOILERPLATE) || block->kind != BLOCK_PARAGRAPH ||
            role_at(page, i) == ROLE_PARAGRAPH)
            continue;
        guint first = first_word(r, block);
        char *text = reading_words_text(r, first, end_word(r, block) - first);
        gsize length = strlen(text);
        gboolean counts = length >= REPEATED && length <= LONGEST_CAPTION;
        if (!g_hash_table_add(seen, text) && counts)
            block->flags |= BLOCK_BOILERPLATE;
    }
}

/* A headline over nothing: what stood under it was none of the article. */
static void mark_bare_headings(const Verdict *page)
{
    gboolean bare = TRUE,
             cut = TRUE; /* after this block comes no text; nor before what is left out */
    for (guint i = page->reading->blocks->len; i-- > 0;) {
        Block *block = block_at(page, i);
        if (block->flags & BLOCK_BOILERPLATE) {
            cut = TRUE;
            continue;
        }
        if (block->kind != BLOCK_HEADING) {
            bare = cut = FALSE;
            continue;
        }
        if (bare && cut)
            block->flags |= BLOCK_BOILERPLATE;
        cut = FALSE;
        bare = TRUE;
    }
}

void html_article_mark(HtmlOutline *outline, Reading *reading, HtmlClaim claim)
{
    g_autofree guint8 *inside = g_malloc0(outline->boxes->len);
    Verdict page = {outline, reading, inside};
    HtmlArticle article;
    if (outline->whole && !outline->full && html_candidate_find(outline, inside, &article) &&
        is_clear(&page, &article, claim)) {
        for (guint i = 0; i < reading->blocks->len; i++)
            if (!is_inside(&page, i))
                block_at(&page, i)->flags |= BLOCK_BOILERPLATE;
        mark_repeated(&page);
        mark_bare_headings(&page);
        mark_headline(&page);
    }
    for (guint i = 0; i < reading->blocks->len; i++)
        block_at(&page, i)->reserved = 0;
}
