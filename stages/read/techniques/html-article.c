#include "html-article.h"

#include <string.h>

#define LEAST_PROSE 250    /* letters of prose that an article has */
#define LEAST_SHARE 0.4    /* of the page's prose that stands in its article */
#define AMOUNTS_OUTSIDE 3  /* sums of money in tables outside of it: an invoice, and no article */
#define REPEATED 15        /* bytes from which a paragraph is not said twice by chance */
#define LONGEST_CAPTION 350
#define HEADLINE_MATCH 0.6 /* of a headline's words that the page's title repeats */

typedef struct {
    const HtmlOutline *outline;
    Reading *reading;
    guint8 *inside; /* one a box */
} Page1;

static Block *block_at(const Page1 *page, guint i)
{
    return &g_array_index(page->reading->blocks, Block, i);
}

static gboolean is_inside(const Page1 *page, guint block)
{
    guint32 source = block_at(page, block)->reserved;
    return !(source & HTML_ONLY_PICTURES) && page->inside[source];
}

static HtmlRole role_at(const Page1 *page, guint block)
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

/* Sums of money in tables that stand outside of the article. */
static guint amounts_outside(const Page1 *page)
{
    guint amounts = 0;
    for (guint i = 0; i < page->reading->blocks->len; i++) {
        const Block *block = block_at(page, i);
        if (!is_inside(page, i) && (block->kind == BLOCK_TABLE || block->kind == BLOCK_FIELDS))
            amounts += amounts_in(page->reading, block);
    }
    return amounts;
}

/* Whether what was found is an article, and the only one. */
static gboolean is_clear(const Page1 *page, const HtmlArticle *article, HtmlClaim claim)
{
    if (claim == HTML_CLAIM_OFFER || article->prose < LEAST_PROSE)
        return FALSE;
    if (claim == HTML_CLAIM_ARTICLE)
        return TRUE;
    return (double)article->prose >= LEAST_SHARE * (double)article->live &&
           amounts_outside(page) < AMOUNTS_OUTSIDE;
}

/* ---- headline ---- */

static guint title_block(const Page1 *page)
{
    for (guint i = 0; i < page->reading->blocks->len; i++)
        if (role_at(page, i) == ROLE_TITLE)
            return i;
    return G_MAXUINT;
}

/* Share of the words of `block` that the title has too. */
static double share_in_title(const Page1 *page, guint block, guint title)
{
    const Reading *r = page->reading;
    const Block *b = block_at(page, block), *t = block_at(page, title);
    guint found = 0, n = end_word(r, b) - first_word(r, b);
    for (guint w = first_word(r, b); w < end_word(r, b); w++)
        for (guint v = first_word(r, t); v < end_word(r, t); v++)
            if (g_ascii_strcasecmp(reading_word_text(r, reading_word(r, w)),
                                   reading_word_text(r, reading_word(r, v))) == 0) {
                found++;
                break;
            }
    return n ? (double)found / n : 0;
}

/* The headline stands above the article as often as in it. It says more than the page's title, which
 * it makes superfluous; without a headline the title is one. */
static void mark_headline(const Page1 *page)
{
    guint title = title_block(page), headline = G_MAXUINT;
    if (title == G_MAXUINT)
        return;
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
    if (headline != G_MAXUINT)
        block_at(page, headline)->flags &= ~(guint32)BLOCK_BOILERPLATE;
    else
        block_at(page, title)->flags &= ~(guint32)BLOCK_BOILERPLATE;
}

/* Captions come once for the page and once for its gallery. */
static void mark_repeated(const Page1 *page)
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

void html_article_mark(HtmlOutline *outline, Reading *reading, HtmlClaim claim)
{
    g_autofree guint8 *inside = g_malloc0(outline->boxes->len);
    Page1 page = {outline, reading, inside};
    HtmlArticle article;
    if (outline->whole && !outline->full && html_candidate_find(outline, inside, &article) &&
        is_clear(&page, &article, claim)) {
        for (guint i = 0; i < reading->blocks->len; i++)
            if (!is_inside(&page, i))
                block_at(&page, i)->flags |= BLOCK_BOILERPLATE;
        mark_repeated(&page);
        mark_headline(&page);
    }
    for (guint i = 0; i < reading->blocks->len; i++)
        block_at(&page, i)->reserved = 0;
}
