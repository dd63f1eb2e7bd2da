#include "html-data.h"

#include "html-items.h"
#include "html-jsonld.h"
#include "html-text.h"
#include "pipeline/core/json.h"
#include "stages/read/techniques/fields.h"
#include "stages/read/techniques/grid.h"

#include <string.h>

#define MAX_VALUES 20000u     /* of one syntax; what comes after is left out, and said so */
#define LONGEST_VALUE 20000u  /* bytes of one value */
#define MAX_SCRIPT (8u << 20) /* bytes of one script */
#define LONGEST_KEY 400u      /* bytes of a path */
#define MAX_DEPTH 64          /* of things in things */

struct HtmlData {
    HtmlItems *micro, *rdfa;
    Fields *linked, *meta; /* JSON-LD, <meta> */
    guint n_linked, n_meta;
    guint broken;
    gboolean script;                     /* the open script is JSON-LD */
    gboolean article, offer, og_article; /* types that were seen */
};

HtmlData *html_data_new(void)
{
    HtmlData *data = g_new0(HtmlData, 1);
    data->micro = html_items_new(ITEMS_MICRODATA);
    data->rdfa = html_items_new(ITEMS_RDFA);
    data->linked = fields_new();
    data->meta = fields_new();
    return data;
}

void html_data_free(HtmlData *data)
{
    if (!data)
        return;
    html_items_free(data->micro);
    html_items_free(data->rdfa);
    fields_free(data->linked);
    fields_free(data->meta);
    g_free(data);
}

static void note_type(const char *type, gpointer user)
{
    HtmlData *data = user;
    data->article |= g_str_has_suffix(type, "Article") || strcmp(type, "BlogPosting") == 0 ||
                     strcmp(type, "Report") == 0;
    data->offer |= g_str_has_prefix(type, "Product") || strcmp(type, "Offer") == 0 ||
                   strcmp(type, "Order") == 0 || strcmp(type, "Invoice") == 0;
}

/* ---- <meta> ---- */

/* Names that tell of the content, and not of how to show or index the page. */
static gboolean is_telling(const char *name)
{
    static const char *const prefixes[] = {
        "og:",    "article:",  "product:",  "book:",    "profile:", "music:",
        "video:", "place:",    "business:", "twitter:", "dc.",      "dcterms.",
        "dc:",    "citation_", "event:",    "recipe:",  NULL};
    static const char *const names[] = {
        "description",   "author",        "keywords",     "date",     "pubdate",
        "subject",       "publisher",     "copyright",    "abstract", "language",
        "last-modified", "news_keywords", "publish-date", NULL};
    for (gsize i = 0; prefixes[i]; i++)
        if (g_str_has_prefix(name, prefixes[i]))
            return TRUE;
    return g_strv_contains(names, name);
}

static void take_meta(HtmlData *data, const HtmlAttributes *a)
{
    const char *name = a->value[ATTRIBUTE_PROPERTY], *content = a->value[ATTRIBUTE_CONTENT];
    if (!name)
        name = a->value[ATTRIBUTE_NAME];
    if (!name || !content || strlen(name) > LONGEST_KEY || data->n_meta >= MAX_VALUES)
        return;
    g_autofree char *squeezed = html_text_squeeze(name, strlen(name));
    g_autofree char *key = g_ascii_strdown(squeezed, -1);
    if (!is_telling(key))
        return;
    g_autofree char *value = html_text_squeeze(content, MIN(strlen(content), LONGEST_VALUE));
    if (strcmp(key, "og:type") == 0) {
        data->og_article |= g_str_has_prefix(value, "article");
        data->offer |= strstr(value, "product") != NULL;
    }
    data->offer |= g_str_has_prefix(key, "product:price");
    fields_add(data->meta, key, value);
    data->n_meta++;
}

/* ---- JSON-LD ---- */

static const char *type_of(const cJSON *thing)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(thing, "@type");
    if (cJSON_IsArray(type))
        type = cJSON_GetArrayItem(type, 0);
    return cJSON_IsString(type) && *type->valuestring ? html_items_short(type->valuestring) : NULL;
}

static void add_linked(HtmlData *data, const char *key, const cJSON *value)
{
    g_autofree char *printed = NULL;
    const char *text = value->valuestring;
    if (cJSON_IsBool(value))
        text = cJSON_IsTrue(value) ? "true" : "false";
    else if (cJSON_IsNumber(value))
        text = printed = cJSON_PrintUnformatted(value);
    if (!text || !*text || data->n_linked >= MAX_VALUES)
        return;
    g_autofree char *clean = html_text_squeeze(text, MIN(strlen(text), LONGEST_VALUE));
    fields_add(data->linked, key, clean);
    data->n_linked++;
}

static void add_value(HtmlData *data, GString *path, const cJSON *value, guint depth);

static void add_members(HtmlData *data, GString *path, const cJSON *thing, guint depth)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, thing)
    {
        gsize length = path->len;
        const char *name = member->string ? member->string : "";
        if (strcmp(name, "@context") == 0 || strcmp(name, "@type") == 0)
            continue;
        if (strcmp(name, "@value") != 0 && strcmp(name, "@list") != 0 && strcmp(name, "@set") != 0)
            g_string_append_printf(path, ".%s", name);
        add_value(data, path, member, depth + 1);
        g_string_truncate(path, length);
    }
}

/* A thing that stands in no other begins a path with its type. */
static void add_root(HtmlData *data, GString *path, const cJSON *thing, guint depth)
{
    const cJSON *graph = cJSON_GetObjectItemCaseSensitive(thing, "@graph"), *part;
    const char *type = type_of(thing);
    if (depth > MAX_DEPTH)
        return;
    if (cJSON_IsArray(thing)) {
        cJSON_ArrayForEach(part, thing) add_root(data, path, part, depth + 1);
    } else if (cJSON_IsArray(graph)) {
        cJSON_ArrayForEach(part, graph) add_root(data, path, part, depth + 1);
    } else if (cJSON_IsObject(thing)) {
        if (type)
            note_type(type, data);
        g_string_assign(path, type ? type : "Thing");
        add_members(data, path, thing, depth);
    }
}

static void add_value(HtmlData *data, GString *path, const cJSON *value, guint depth)
{
    const cJSON *part;
    if (depth > MAX_DEPTH || path->len > LONGEST_KEY)
        return;
    if (cJSON_IsArray(value)) {
        cJSON_ArrayForEach(part, value) add_value(data, path, part, depth + 1);
    } else if (cJSON_IsObject(value)) {
        const char *type = type_of(value);
        g_autofree char *key = g_strconcat(path->str, ".@type", NULL);
        if (type && data->n_linked < MAX_VALUES) {
            fields_add(data->linked, key, type);
            data->n_linked++;
        }
        add_members(data, path, value, depth);
    } else {
        add_linked(data, path->str, value);
    }
}

/* ---- elements ---- */

void html_data_start(HtmlData *data, const char *name, const HtmlAttributes *attributes)
{
    const char *type = attributes->value[ATTRIBUTE_TYPE];
    if (strcmp(name, "script") == 0)
        data->script = type && g_ascii_strncasecmp(type, "application/ld+json",
                                                   strlen("application/ld+json")) == 0;
    else if (strcmp(name, "meta") == 0)
        take_meta(data, attributes);
    html_items_start(data->micro, name, attributes);
    html_items_start(data->rdfa, name, attributes);
}

void html_data_end(HtmlData *data)
{
    html_items_end(data->micro);
    html_items_end(data->rdfa);
}

void html_data_text(HtmlData *data, const char *text, gsize length)
{
    html_items_text(data->micro, text, length);
    html_items_text(data->rdfa, text, length);
}

void html_data_script(HtmlData *data, const char *text)
{
    if (!data->script || strlen(text) > MAX_SCRIPT)
        return;
    g_autoptr(cJSON) values = html_jsonld_parse(text, &data->broken);
    g_autoptr(GString) path = g_string_new(NULL);
    add_root(data, path, values, 0);
}

/* ---- answers ---- */

/* Shops' pages call themselves articles in Open Graph, and articles name the product they judge. */
HtmlClaim html_data_claim(const HtmlData *data)
{
    HtmlData seen = *data;
    html_items_each_type(data->micro, note_type, &seen);
    html_items_each_type(data->rdfa, note_type, &seen);
    if (seen.article)
        return HTML_CLAIM_ARTICLE;
    if (seen.offer)
        return HTML_CLAIM_OFFER;
    return seen.og_article ? HTML_CLAIM_LIKELY : HTML_CLAIM_NOTHING;
}

static void write_syntax(Grid *grid, const char *name, const Fields *fields)
{
    if (fields_count(fields) == 0)
        return;
    grid_block(grid, BLOCK_HEADING, 2);
    grid_line(grid);
    grid_text(grid, name, 0, -1);
    fields_write(fields, grid);
}

Reading *html_data_reading(const HtmlData *data, const char *media_type)
{
    g_autoptr(Reading) reading = reading_new(media_type);
    g_autoptr(Fields) micro = fields_new(), rdfa = fields_new();
    Grid grid;
    html_items_write(data->micro, micro);
    html_items_write(data->rdfa, rdfa);
    if (data->broken)
        reading_note(reading, "JSON-LD: %u values are broken beyond repair", data->broken);
    if (data->n_linked >= MAX_VALUES || data->n_meta >= MAX_VALUES)
        reading_note(reading, "data for machines: only the first %u values are kept", MAX_VALUES);
    grid_begin(&grid, reading, TECHNIQUE_DATA);
    write_syntax(&grid, "JSON-LD", data->linked);
    write_syntax(&grid, "Microdata", micro);
    write_syntax(&grid, "RDFa", rdfa);
    write_syntax(&grid, "Meta", data->meta);
    if (!grid_end(&grid, NULL) || reading->words->len == 0)
        return NULL;
    return g_steal_pointer(&reading);
}
