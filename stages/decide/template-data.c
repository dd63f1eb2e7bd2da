/* Data that a document carries for machines (an invoice as XML, JSON-LD) says what a value is; the
 * page proves it. What both say is taken from the data: it has no labels to be mistaken in. What
 * only the data says was seen by nobody, and is left alone. */
#include "template.h"

#include <string.h>

/* "Product.offers.priceCurrency" is labelled "price currency"; "Invoice number" already is. */
static char *label_of(const char *key)
{
    const char *dot = strrchr(key, '.');
    if (!dot || strchr(key, ' ') || !dot[1])
        return g_strdup(key);
    GString *label = g_string_new(NULL);
    for (const char *p = dot + 1; *p; p++) {
        if (g_ascii_isupper(*p) && label->len)
            g_string_append_c(label, ' ');
        g_string_append_c(label, g_ascii_tolower(*p));
    }
    return g_string_free(label, FALSE);
}

static void add_pair(Reading *pairs, double y, const char *key, const char *value)
{
    g_autofree char *label = label_of(key);
    reading_begin_line(pairs);
    double x = reading_add_text(pairs, label, -1, 0, y, 0);
    reading_add_text(pairs, value, -1, x + 2, y, 1);
}

static void add_line(Reading *pairs, double y, const Reading *data, guint line)
{
    g_autofree char *key = reading_column_text(data, line, 0);
    g_autofree char *value = reading_column_text(data, line, 1);
    if (reading_line(data, line)->agreement == 1 && *key && *value)
        add_pair(pairs, y, key, value);
}

static void add_pairs(Reading *pairs, double *y, const Reading *data, const Block *block)
{
    reading_begin_block(pairs, BLOCK_FIELDS, 0);
    for (guint l = block->first_line; l < block->first_line + block->n_lines; l++)
        add_line(pairs, (*y)++, data, l);
}

/* A list of which one row was not seen would be another list: all of it, or nothing. */
static void add_table(Reading *pairs, double *y, const Reading *data, const Block *block)
{
    for (guint l = block->first_line + 1; l < block->first_line + block->n_lines; l++)
        if (reading_line(data, l)->agreement != 1)
            return;
    g_autoptr(GArray) cells = reading_cells(data, block);
    double x = 0;
    reading_begin_block(pairs, BLOCK_TABLE, 0);
    for (guint i = 0; i < cells->len; i++) {
        const ReadingCell *cell = &g_array_index(cells, ReadingCell, i);
        if (i == 0 || cell->row != cell[-1].row) {
            reading_begin_line(pairs);
            (*y)++;
            x = 0;
        }
        x = reading_add_text(pairs, cell->text, -1, x, *y, (int)cell->column) + 2;
    }
    (*y)++;
}

/* The pairs and tables that the pages confirm, as a reading of their own; NULL if there are none. */
static Reading *confirmed(const Reading *data)
{
    g_autoptr(Reading) pairs = reading_new(data->media_type);
    double y = 0;
    reading_begin_page(pairs, 1, TECHNIQUE_DATA, READING_GRID, 200, data->lines->len + 1);
    for (guint p = 0; p < data->pages->len; p++) {
        const Page *page = reading_page(data, p);
        if (page->technique != TECHNIQUE_DATA)
            continue;
        for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
            const Block *block = reading_block(data, b);
            (block->kind == BLOCK_TABLE ? add_table : add_pairs)(pairs, &y, data, block);
        }
    }
    reading_end_page(pairs);
    return pairs->words->len ? g_steal_pointer(&pairs) : NULL;
}

static gboolean is_below(gpointer pointer, gpointer field, gpointer above)
{
    (void)field;
    gsize length = strlen(above);
    return strncmp(pointer, above, length) == 0 &&
           (((const char *)pointer)[length] == '\0' || ((const char *)pointer)[length] == '/');
}

/* The pages' evidence was for another value; without any, the check looks for this one. */
static void prefer(Record *record, const char *pointer, const cJSON *value)
{
    const cJSON *have = json_at(record->root, pointer);
    if (have && json_equal(have, value))
        return;
    if (json_put(&record->root, pointer, cJSON_Duplicate(value, TRUE), NULL))
        g_hash_table_foreach_remove(record->fields, is_below, (gpointer)pointer);
}

/* Lists of rows: whole, in place of what the pages' tables gave. */
static void prefer_lists(Record *record, const cJSON *said)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, said)
    {
        g_autofree char *pointer = g_strconcat("/", each->string, NULL);
        if (cJSON_IsArray(each) && cJSON_IsObject(each->child))
            prefer(record, pointer, each);
    }
}

void template_prefer_data(const Template *template, const Reading *reading, Record *record)
{
    g_autoptr(Reading) pairs = reading->second ? confirmed(reading->second) : NULL;
    if (!pairs)
        return;
    g_autoptr(Record) said = template_extract(template, pairs);
    GHashTableIter iter;
    gpointer pointer, field;
    g_hash_table_iter_init(&iter, said->fields);
    while (g_hash_table_iter_next(&iter, &pointer, &field)) {
        const cJSON *value = json_at(said->root, pointer);
        gboolean found = ((const Field *)field)->grounded >= GROUNDED_NORMALISED;
        if (found && value && !cJSON_IsNull(value) && !strpbrk(pointer, "0123456789"))
            prefer(record, pointer, value);
    }
    prefer_lists(record, said->root);
}
