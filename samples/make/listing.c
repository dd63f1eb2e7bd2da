#include "samples/make/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUIDELINE_VERSION "1.0"

/* ---- the guideline's fixes, so that truth and guideline cannot drift apart ---- */

static GHashTable *fixes; /* rule id -> what the merchant should do */

void guideline_load(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    fixes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *rule = NULL;
    for (guint i = 0; lines[i]; i++) {
        if (g_str_has_prefix(lines[i], "### ")) {
            g_free(rule);
            rule = g_strndup(lines[i] + 4, 6);
        } else if (rule && g_str_has_prefix(lines[i], "- Fix: ")) {
            g_hash_table_insert(fixes, g_strdup(rule), g_strdup(lines[i] + 7));
        }
    }
}

/* The gravest rule decides: prohibited goods and orders to the moderation are rejected. */
static gboolean rejects(const char *rule)
{
    return g_str_has_prefix(rule, "PRO") || g_str_has_prefix(rule, "SYS");
}

void listing_violate(Listing *listing, const char *rule, const char *text)
{
    cJSON *moderation = cJSON_GetObjectItem(listing->record, "moderation");
    cJSON *decision = cJSON_GetObjectItem(moderation, "decision");
    const char *fix = g_hash_table_lookup(fixes, rule);
    if (!fix)
        g_error("the guideline has no rule %s", rule);
    cJSON *violation = cJSON_CreateObject();
    cJSON_AddStringToObject(violation, "rule", rule);
    cJSON_AddStringToObject(violation, "guideline_version", GUIDELINE_VERSION);
    cJSON_AddItemToObject(violation, "text", text ? cJSON_CreateString(text) : cJSON_CreateNull());
    cJSON_AddStringToObject(violation, "action", fix);
    cJSON_AddItemToArray(cJSON_GetObjectItem(moderation, "violations"), violation);
    if (rejects(rule))
        cJSON_SetValuestring(decision, "reject");
    else if (g_str_equal(decision->valuestring, "approve"))
        cJSON_ReplaceItemInObject(moderation, "decision", cJSON_CreateString("needs_changes"));
}

/* ---- a clean listing ---- */

static void add_attribute(cJSON *attributes, const char *name, const char *value)
{
    cJSON *attribute = cJSON_CreateObject();
    cJSON_AddStringToObject(attribute, "name", name);
    cJSON_AddStringToObject(attribute, "value", value);
    cJSON_AddItemToArray(attributes, attribute);
}

static cJSON *clean_record(const Product *product, const Listing *listing, gint64 price)
{
    cJSON *record = cJSON_CreateObject();
    cJSON_AddStringToObject(record, "sku", listing->sku);
    cJSON_AddNullToObject(record, "gtin");
    cJSON_AddStringToObject(record, "title", listing->title);
    cJSON_AddStringToObject(record, "brand", product->brand);
    cJSON_AddStringToObject(record, "category", product->category);
    cJSON_AddNumberToObject(record, "price", (double)price / 100);
    cJSON_AddStringToObject(record, "currency", "EUR");
    cJSON_AddStringToObject(record, "condition", "new");
    cJSON *attributes = cJSON_AddArrayToObject(record, "attributes");
    add_attribute(attributes, "colour", listing->colour);
    add_attribute(attributes, "size", listing->size);
    cJSON_AddStringToObject(record, "description", product->description);
    cJSON *moderation = cJSON_AddObjectToObject(record, "moderation");
    cJSON_AddStringToObject(moderation, "decision", "approve");
    cJSON_AddBoolToObject(moderation, "automated", TRUE);
    cJSON_AddStringToObject(moderation, "guideline_version", GUIDELINE_VERSION);
    cJSON_AddArrayToObject(moderation, "violations");
    return record;
}

Listing *listing_new(char merchant, guint number, guint variant)
{
    const Product *product = &products[number % n_products];
    g_auto(GStrv) colours = g_strsplit(product->palette, "|", -1);
    gint64 price = product->price + (variant % 3) * 100;
    Listing *listing = g_new0(Listing, 1);
    listing->sku =
        g_strdup_printf("%c%c%03u%c-%u", product->brand[0], g_ascii_toupper(product->brand[1]),
                        number % n_products + 100, merchant, variant % 5 + 1);
    listing->colour = g_strdup(colours[variant % g_strv_length(colours)]);
    listing->title = g_strdup_printf("%s %s, %s", product->brand, product->name, listing->colour);
    listing->brand = g_strdup(product->brand);
    listing->group = g_strdup(product->group);
    listing->price = g_strdup_printf("%d.%02d", (int)(price / 100), (int)(price % 100));
    listing->currency = g_strdup("EUR");
    listing->condition = g_strdup("new");
    listing->description = g_strdup(product->description);
    listing->size = g_strdup(product->size);
    listing->stock = g_strdup_printf("%u", (number * 7 + variant * 13) % 60);
    listing->record = clean_record(product, listing, price);
    return listing;
}

void listing_free(Listing *listing)
{
    g_free(listing->sku);
    g_free(listing->title);
    g_free(listing->brand);
    g_free(listing->group);
    g_free(listing->price);
    g_free(listing->currency);
    g_free(listing->condition);
    g_free(listing->description);
    g_free(listing->colour);
    g_free(listing->size);
    g_free(listing->stock);
    cJSON_Delete(listing->record);
    g_free(listing);
}

/* ---- the price lists ---- */

static void append_csv(GString *csv, const char *value, char separator)
{
    gboolean quote = strchr(value, separator) || strpbrk(value, "\"\n\r");
    if (!quote) {
        g_string_append(csv, value);
        return;
    }
    g_string_append_c(csv, '"');
    for (const char *c = value; *c; c++) {
        if (*c == '"')
            g_string_append_c(csv, '"');
        g_string_append_c(csv, *c);
    }
    g_string_append_c(csv, '"');
}

static void append_row(GString *csv, const Listing *listing, char separator)
{
    const char *cells[] = {listing->sku,       listing->title,       listing->brand,
                           listing->group,     listing->price,       listing->currency,
                           listing->condition, listing->description, listing->colour,
                           listing->size,      listing->stock};
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++) {
        if (i)
            g_string_append_c(csv, separator);
        append_csv(csv, cells[i], separator);
    }
    g_string_append(csv, "\r\n");
}

static void write_text(const char *path, const char *text, gssize length)
{
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, text, length, &error))
        g_error("%s", error->message);
}

cJSON *listings_csv(const char *path, guint rows)
{
    /* Spreadsheets put a byte order mark before UTF-8. */
    g_autoptr(GString) csv = g_string_new("\xEF\xBB\xBF"
                                          "sku,title,brand,category,price,currency,"
                                          "condition,description,colour,size,stock\r\n");
    cJSON *truth = cJSON_CreateArray();
    for (guint i = 0; i < rows; i++) {
        /* Every 40th row is the row before it once more, as when a merchant pastes twice. */
        guint from = i % 40 == 39 ? i - 1 : i;
        g_autoptr(Listing) listing = listing_new('M', from * 3, from / n_products);
        if (from % 3 != 0)
            listing_sin(listing, from / 3 * 2 + from % 3 - 1);
        append_row(csv, listing, ',');
        cJSON_AddItemToArray(truth, g_steal_pointer(&listing->record));
    }
    write_text(path, csv->str, (gssize)csv->len);
    return truth;
}

cJSON *listings_cp1252(const char *path, guint rows)
{
    g_autoptr(GString) csv = g_string_new("sku;title;brand;category;price;currency;condition;"
                                          "description;colour;size;stock\r\n");
    cJSON *truth = cJSON_CreateArray();
    for (guint i = 0; i < rows; i++) {
        g_autoptr(Listing) listing = listing_new('D', i * 7 + 1, 2);
        g_strdelimit(listing->price, ".", ',');
        g_autofree char *price = g_strconcat(listing->price, " €", NULL);
        g_free(listing->price);
        listing->price = g_steal_pointer(&price);
        g_autofree char *title = g_strconcat(listing->title, " – Größe ", listing->size, NULL);
        g_free(listing->title);
        listing->title = g_steal_pointer(&title);
        cJSON_ReplaceItemInObject(listing->record, "title", cJSON_CreateString(listing->title));
        append_row(csv, listing, ';');
        cJSON_AddItemToArray(truth, g_steal_pointer(&listing->record));
    }
    gsize written = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes =
        g_convert(csv->str, (gssize)csv->len, "WINDOWS-1252", "UTF-8", NULL, &written, &error);
    if (!bytes)
        g_error("%s", error->message);
    write_text(path, bytes, (gssize)written);
    return truth;
}

cJSON *listings_jsonl(const char *path, guint rows)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    cJSON *truth = cJSON_CreateArray();
    for (guint i = 0; i < rows; i++) {
        g_autoptr(Listing) listing = listing_new('F', i * 11 + 2, 3);
        if (i % 3 == 2)
            listing_sin(listing, i);
        g_autoptr(cJSON) row = cJSON_CreateObject();
        const char *cells[][2] = {{"sku", listing->sku},
                                  {"title", listing->title},
                                  {"brand", listing->brand},
                                  {"category", listing->group},
                                  {"price", listing->price},
                                  {"currency", listing->currency},
                                  {"condition", listing->condition},
                                  {"description", listing->description},
                                  {"colour", listing->colour},
                                  {"size", listing->size}};
        for (guint k = 0; k < G_N_ELEMENTS(cells); k++)
            cJSON_AddStringToObject(row, cells[k][0], cells[k][1]);
        g_autofree char *text = json_print(row, FALSE);
        g_string_append_printf(lines, "%s\n", text);
        cJSON_AddItemToArray(truth, g_steal_pointer(&listing->record));
    }
    write_text(path, lines->str, (gssize)lines->len);
    return truth;
}
