/* Data that a page carries for machines: JSON-LD, microdata, RDFa Lite, Open Graph and other <meta>.
 * Collected while the page is parsed. */
#pragma once

#include "html-article.h"
#include "html-tags.h"
#include "pipeline/core/reading.h"

typedef struct HtmlData HtmlData;

HtmlData *html_data_new(void);
void html_data_free(HtmlData *data); /* NULL is allowed */

/* Each element, in document order; every start has its end. */
void html_data_start(HtmlData *data, const char *name, const HtmlAttributes *attributes);
void html_data_end(HtmlData *data);
/* Text inside the open element; not that of scripts. */
void html_data_text(HtmlData *data, const char *text, gsize length);
/* The whole text of the script that is open. */
void html_data_script(HtmlData *data, const char *text);

/* Below are answers for after the page's end. */

HtmlClaim html_data_claim(const HtmlData *data);
/* A page of TECHNIQUE_DATA on a grid: a heading that names the syntax, then one BLOCK_FIELDS, for each
 * syntax in use. Keys are paths ("Product.offers.price"); an item inside another says its type first
 * ("Product.offers.@type"). NULL when the page has no such data. Caller frees. */
Reading *html_data_reading(const HtmlData *data, const char *media_type);
