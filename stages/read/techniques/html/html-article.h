/* The article of a web page, told from what stands around it. */
#pragma once

#include "html-outline.h"
#include "pipeline/core/reading.h"

/* What the page's data for machines says that it is. */
typedef enum {
    HTML_CLAIM_NOTHING,
    HTML_CLAIM_LIKELY, /* an article, in a word that shops' pages use as well */
    HTML_CLAIM_ARTICLE,
    HTML_CLAIM_OFFER
} HtmlClaim;

/* Flags blocks of the reading's only page with BLOCK_BOILERPLATE when the page has one clear article
 * and they are not of it. When there is none (a list, a form, an invoice, something for sale), and
 * in a piece of a page, all stays content. Blocks name their box in `reserved`, which is 0 after. */
void html_article_mark(HtmlOutline *outline, Reading *reading, HtmlClaim claim);

typedef enum { PLACE_OUTSIDE, PLACE_INSIDE, PLACE_AROUND } HtmlPlace; /* around: by name or role */

/* What was found, in letters. */
typedef struct {
    guint64 letters, prose; /* in the article: all, and running text */
    guint64 live;           /* running text of the page, without what stands around by its name */
} HtmlArticle;

/* The step before, for html-article.c: which boxes hold the article, or might. On return, `inside` has
 * one HtmlPlace a box, for its own text. FALSE when there is no text at all. */
gboolean html_candidate_find(const HtmlOutline *outline, guint8 *inside, HtmlArticle *article);
