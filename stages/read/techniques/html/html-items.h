/* Things and their properties, as attributes of a page's elements tell them: microdata (HTML Living
 * Standard, 5) and RDFa Lite 1.1, which differ in the names of the attributes. */
#pragma once

#include "html-tags.h"
#include "stages/read/techniques/fields.h"

typedef enum { ITEMS_MICRODATA, ITEMS_RDFA } ItemSyntax;

typedef struct HtmlItems HtmlItems;

HtmlItems *html_items_new(ItemSyntax syntax);
void html_items_free(HtmlItems *items);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlItems, html_items_free)

/* As in html-data.h. */
void html_items_start(HtmlItems *items, const char *name, const HtmlAttributes *attributes);
void html_items_end(HtmlItems *items);
void html_items_text(HtmlItems *items, const char *text, gsize length);

/* Types of the things that stand in no other, shortened ("Product"); one call each. */
void html_items_each_type(const HtmlItems *items, void (*each)(const char *type, gpointer data),
                          gpointer data);
/* Adds each property that has a value, keyed by its path. */
void html_items_write(const HtmlItems *items, Fields *fields);

/* "http://vocab.example/Product", "v:Product" -> "Product"; points into `type`. */
const char *html_items_short(const char *type);
