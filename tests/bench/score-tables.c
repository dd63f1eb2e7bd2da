/* Scores the tables of a reading against known ones.
 * Usage: score-tables TRUTH.tables.json READING.json
 * Prints one line of counts: cells that are right, told, known (text, row and column); the same with
 * the table shifted to where it fits best; the same for neighbours; tables matched, told, known.
 *
 * A table of the reading is a block of the kind "table" or "fields"; rows and columns of both
 * sides are counted from the first that hold text. Known and told tables of one page are paired one to one, those that share
 * most words first. A cell is right when its text (NFKC, runs of space as one), its row and its column
 * are those of a known cell of the paired table; each known cell counts once. Every told cell that
 * holds text is counted, also those of tables that nobody knows. Neighbours are those of the ICDAR
 * 2013 competition: from each cell that holds text the next one that does to the right in its row and
 * below in its column; a neighbourhood is right when direction and both texts are. */
#include "pipeline/core/json.h"

#include <stdio.h>
#include <string.h>

#define MAX_SHIFT 4

typedef struct {
    char *text;
    int row, column, end_row, end_column;
} Cell;

typedef struct {
    int page;
    GArray *cells; /* of Cell */
    int partner;   /* index of the other side's table; -1 */
} Table;

typedef struct {
    guint right, told, known;
} Count;

static void cell_clear(gpointer data)
{
    g_free(((Cell *)data)->text);
}

static void table_clear(gpointer data)
{
    g_array_unref(((Table *)data)->cells);
}

static Table table_new(int page)
{
    Table table = {.page = page, .cells = g_array_new(FALSE, FALSE, sizeof(Cell)), .partner = -1};
    g_array_set_clear_func(table.cells, cell_clear);
    return table;
}

static GArray *tables_new(void)
{
    GArray *tables = g_array_new(FALSE, FALSE, sizeof(Table));
    g_array_set_clear_func(tables, table_clear);
    return tables;
}

static char *fold(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    GString *out = g_string_new(NULL);
    for (const char *p = composed ? composed : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_isspace(c))
            g_string_append_unichar(out, c);
        else if (out->len && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    if (out->len && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

static int number(const cJSON *object, const char *key, int otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valueint : otherwise;
}

static void add_cell(Table *table, const cJSON *from)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(from, "text");
    Cell cell = {.text = fold(cJSON_IsString(text) ? text->valuestring : ""),
                 .row = number(from, "row", 0),
                 .column = number(from, "col", number(from, "column", 0))};
    cell.end_row = number(from, "end_row", cell.row);
    cell.end_column = number(from, "end_col", cell.column);
    if (cell.text[0])
        g_array_append_val(table->cells, cell);
    else
        g_free(cell.text);
}

/* Some of the known tables count from 1, and from where their first cell is: rows and columns are
 * relative to the first that hold text. */
static void set_origin(Table *table)
{
    int row = G_MAXINT, column = G_MAXINT;
    for (guint i = 0; i < table->cells->len; i++) {
        row = MIN(row, g_array_index(table->cells, Cell, i).row);
        column = MIN(column, g_array_index(table->cells, Cell, i).column);
    }
    for (guint i = 0; i < table->cells->len; i++) {
        Cell *cell = &g_array_index(table->cells, Cell, i);
        cell->row -= row;
        cell->end_row -= row;
        cell->column -= column;
        cell->end_column -= column;
    }
}

static Table table_from(int page, const cJSON *cells)
{
    Table table = table_new(page);
    const cJSON *cell;
    cJSON_ArrayForEach(cell, cells) add_cell(&table, cell);
    set_origin(&table);
    return table;
}

static GArray *known_tables(const cJSON *root)
{
    GArray *tables = tables_new();
    const cJSON *entry;
    cJSON_ArrayForEach(entry, root)
    {
        Table table =
            table_from(number(entry, "page", 1), cJSON_GetObjectItemCaseSensitive(entry, "cells"));
        g_array_append_val(tables, table);
    }
    return tables;
}

static GArray *told_tables(const cJSON *root)
{
    GArray *tables = tables_new();
    const cJSON *page, *block;
    cJSON_ArrayForEach(page, cJSON_GetObjectItemCaseSensitive(root, "pages"))
    {
        cJSON_ArrayForEach(block, cJSON_GetObjectItemCaseSensitive(page, "blocks"))
        {
            const cJSON *cells = cJSON_GetObjectItemCaseSensitive(block, "cells");
            if (!cells)
                continue;
            Table table = table_from(number(page, "page", 1), cells);
            g_array_append_val(tables, table);
        }
    }
    return tables;
}

/* ---- pairing ---- */

static GHashTable *bag_of_words(const Table *table)
{
    GHashTable *bag = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < table->cells->len; i++) {
        g_auto(GStrv) words = g_strsplit(g_array_index(table->cells, Cell, i).text, " ", -1);
        for (char **word = words; *word; word++) {
            guint n = GPOINTER_TO_UINT(g_hash_table_lookup(bag, *word));
            g_hash_table_insert(bag, g_strdup(*word), GUINT_TO_POINTER(n + 1));
        }
    }
    return bag;
}

static guint shared_words(const Table *a, const Table *b)
{
    g_autoptr(GHashTable) one = bag_of_words(a), two = bag_of_words(b);
    GHashTableIter iter;
    gpointer key, value;
    guint shared = 0;
    g_hash_table_iter_init(&iter, one);
    while (g_hash_table_iter_next(&iter, &key, &value))
        shared += MIN(GPOINTER_TO_UINT(value), GPOINTER_TO_UINT(g_hash_table_lookup(two, key)));
    return shared;
}

static void pair_tables(GArray *known, GArray *told)
{
    for (;;) {
        guint most = 0, best_known = 0, best_told = 0;
        for (guint k = 0; k < known->len; k++)
            for (guint t = 0; t < told->len; t++) {
                const Table *a = &g_array_index(known, Table, k);
                const Table *b = &g_array_index(told, Table, t);
                if (a->page != b->page || a->partner >= 0 || b->partner >= 0)
                    continue;
                guint shared = shared_words(a, b);
                if (shared > most) {
                    most = shared;
                    best_known = k;
                    best_told = t;
                }
            }
        if (most == 0)
            return;
        g_array_index(known, Table, best_known).partner = (int)best_told;
        g_array_index(told, Table, best_told).partner = (int)best_known;
    }
}

/* ---- counting ---- */

static void add_key(GHashTable *bag, char *key)
{
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(bag, key));
    g_hash_table_insert(bag, key, GUINT_TO_POINTER(n + 1));
}

static gboolean take_key(GHashTable *bag, char *taken)
{
    g_autofree char *key = taken;
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(bag, key));
    if (n == 0)
        return FALSE;
    g_hash_table_insert(bag, g_steal_pointer(&key), GUINT_TO_POINTER(n - 1));
    return TRUE;
}

static char *cell_key(const Cell *cell, int down, int right)
{
    return g_strdup_printf("%d %d %s", cell->row + down, cell->column + right, cell->text);
}

static guint right_cells(const Table *known, const Table *told, int down, int right)
{
    g_autoptr(GHashTable) bag = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint n = 0;
    for (guint i = 0; i < known->cells->len; i++)
        add_key(bag, cell_key(&g_array_index(known->cells, Cell, i), 0, 0));
    for (guint i = 0; i < told->cells->len; i++)
        n += take_key(bag, cell_key(&g_array_index(told->cells, Cell, i), down, right));
    return n;
}

static guint best_shift(const Table *known, const Table *told)
{
    guint best = 0;
    for (int down = -MAX_SHIFT; down <= MAX_SHIFT; down++)
        for (int right = -MAX_SHIFT; right <= MAX_SHIFT; right++)
            best = MAX(best, right_cells(known, told, down, right));
    return best;
}

/* The nearest cell to the right of a cell in its rows, or below it in its columns; NULL if none. */
static const Cell *neighbour(const Table *table, const Cell *cell, gboolean below)
{
    const Cell *nearest = NULL;
    for (guint i = 0; i < table->cells->len; i++) {
        const Cell *other = &g_array_index(table->cells, Cell, i);
        gboolean beside = below
                              ? other->column <= cell->end_column &&
                                    other->end_column >= cell->column && other->row > cell->end_row
                              : other->row <= cell->end_row && other->end_row >= cell->row &&
                                    other->column > cell->end_column;
        if (beside &&
            (!nearest || (below ? other->row < nearest->row : other->column < nearest->column)))
            nearest = other;
    }
    return nearest;
}

static GPtrArray *neighbour_keys(const Table *table)
{
    GPtrArray *keys = g_ptr_array_new();
    for (guint i = 0; i < table->cells->len; i++) {
        const Cell *cell = &g_array_index(table->cells, Cell, i);
        for (int below = 0; below <= 1; below++) {
            const Cell *other = neighbour(table, cell, below);
            if (other)
                g_ptr_array_add(keys,
                                g_strdup_printf("%d\x01%s\x01%s", below, cell->text, other->text));
        }
    }
    return keys;
}

static void count_neighbours(const Table *known, const Table *told, Count *count)
{
    g_autoptr(GHashTable) bag = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) ours = told ? neighbour_keys(told) : g_ptr_array_new();
    g_autoptr(GPtrArray) theirs = known ? neighbour_keys(known) : g_ptr_array_new();
    count->told += ours->len;
    count->known += theirs->len;
    for (guint i = 0; i < theirs->len; i++)
        add_key(bag, theirs->pdata[i]);
    for (guint i = 0; i < ours->len; i++)
        count->right += take_key(bag, ours->pdata[i]);
}

static void count_all(const GArray *known, const GArray *told, Count counts[4])
{
    for (guint i = 0; i < known->len; i++) {
        const Table *table = &g_array_index(known, Table, i);
        const Table *partner =
            table->partner >= 0 ? &g_array_index(told, Table, table->partner) : NULL;
        counts[0].known += table->cells->len;
        count_neighbours(table, partner, &counts[2]);
        counts[3].known++;
        if (!partner)
            continue;
        counts[0].right += right_cells(table, partner, 0, 0);
        counts[1].right += best_shift(table, partner);
        counts[3].right++;
    }
    for (guint i = 0; i < told->len; i++) {
        const Table *table = &g_array_index(told, Table, i);
        counts[0].told += table->cells->len;
        counts[3].told++;
        if (table->partner < 0)
            count_neighbours(NULL, table, &counts[2]);
    }
    counts[1].told = counts[0].told;
    counts[1].known = counts[0].known;
}

static cJSON *parse(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return NULL;
    }
    return cJSON_Parse(text);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    g_autoptr(cJSON) truth = parse(argv[1]), reading = parse(argv[2]);
    if (!truth || !reading)
        return 1;
    g_autoptr(GArray) known = known_tables(truth), told = told_tables(reading);
    Count counts[4] = {0};
    pair_tables(known, told);
    count_all(known, told, counts);
    for (int i = 0; i < 4; i++)
        printf("%u %u %u%c", counts[i].right, counts[i].told, counts[i].known, i < 3 ? ' ' : '\n');
    return 0;
}
