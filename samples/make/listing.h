/* Merchants' listings: clean products, and the sins that merchants commit on their way into a
 * price list. Each sin changes the row and says what the guideline must find in it. */
#pragma once

#include "pipeline/core/json.h"

typedef struct {
    const char *brand, *name, *category, *group; /* group: the merchant's own category */
    gint64 price;                                /* cents */
    const char *size;
    const char *palette; /* colours separated by '|' */
    const char *description;
} Product;

typedef struct {
    char *sku, *title, *brand, *group, *price, *currency, *condition, *description, *colour, *size;
    char *stock;
    cJSON *record; /* the true record */
} Listing;

extern const Product products[];
extern const guint n_products;

/* Reads rule ids and their fixes from guideline.md; must be called first. */
void guideline_load(const char *path);

/* Variant `variant` (0..4) of a product, without sins; the merchant's letter makes its number
 * unique. Caller frees. */
Listing *listing_new(char merchant, guint product, guint variant);
void listing_free(Listing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listing, listing_free)

/* A breach of the guideline in the true record; `text` NULL when something is missing. */
void listing_violate(Listing *listing, const char *rule, const char *text);

/* Commits sin number `sin` (0..n_sins-1). */
void listing_sin(Listing *listing, guint sin);
extern const guint n_sins;

/* Writes the price list of `rows` rows (UTF-8 with BOM, comma) and returns the true records. */
cJSON *listings_csv(const char *path, guint rows);
/* A second merchant's: Windows-1252, semicolons, decimal commas, German headings. */
cJSON *listings_cp1252(const char *path, guint rows);
cJSON *listings_jsonl(const char *path, guint rows);
