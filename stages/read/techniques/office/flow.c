#include "flow.h"

#include "pipeline/core/limits.h"

#include <string.h>

#define MAX_COLUMNS 4000 /* of one table; what stands further right joins the last */
#define WIDEST_COLUMN 60 /* characters; longer cells reach into the next column's place */
#define MAX_INDENT 8     /* depth of lists that is shown by indentation */
#define TAB 8
#define SHORT_LINE 80       /* bytes of a cell that may be a line of an address */
#define MAX_SHORT_LINES 12u /* and how many there are */

typedef struct {
    gsize text; /* offset into Table.text, NUL-terminated there */
    guint column;
} Cell;

typedef struct {
    GString *text;
    GArray *cells; /* of Cell, all rows one after the other; those without text are left out */
    GArray *rows;  /* of guint: the row's first cell */
    guint next;    /* column of the next cell */
    gboolean in_cell;
    gsize start;        /* of the open cell's text */
    guint column;       /* of the open cell */
    gboolean dissolved; /* only places things: its text is paragraphs */
} Table;

typedef struct {
    GString *text;
    BlockKind kind;
    guint level;
    gboolean open;
} Paragraph;

/* What is anchored in a paragraph comes after it. */
typedef struct {
    char *text;
    BlockKind kind;
    guint level, flags;
} Anchored;

struct Flow {
    Reading *reading;
    Grid grid;
    guint flags;
    Paragraph now;
    GArray *aside;     /* of Paragraph */
    GArray *anchored;  /* of Anchored: waits for the paragraphs set aside */
    GPtrArray *tables; /* of Table, the innermost last */
};

static void table_free(gpointer data)
{
    Table *table = data;
    g_string_free(table->text, TRUE);
    g_array_unref(table->cells);
    g_array_unref(table->rows);
    g_free(table);
}

static void paragraph_clear(gpointer data)
{
    Paragraph *paragraph = data;
    g_string_free(paragraph->text, TRUE);
}

static void anchored_clear(gpointer data)
{
    Anchored *anchored = data;
    g_free(anchored->text);
}

Flow *flow_new(Reading *reading)
{
    Flow *flow = g_new0(Flow, 1);
    flow->reading = reading;
    flow->now.text = g_string_new(NULL);
    flow->aside = g_array_new(FALSE, FALSE, sizeof(Paragraph));
    g_array_set_clear_func(flow->aside, paragraph_clear);
    flow->anchored = g_array_new(FALSE, FALSE, sizeof(Anchored));
    g_array_set_clear_func(flow->anchored, anchored_clear);
    flow->tables = g_ptr_array_new_with_free_func(table_free);
    return flow;
}

void flow_free(Flow *flow)
{
    if (!flow)
        return;
    g_string_free(flow->now.text, TRUE);
    g_array_unref(flow->aside);
    g_array_unref(flow->anchored);
    g_ptr_array_unref(flow->tables);
    g_free(flow);
}

void flow_begin_page(Flow *flow, guint number)
{
    grid_begin_page(&flow->grid, flow->reading, TECHNIQUE_OFFICE, number);
}

gboolean flow_end_page(Flow *flow, GError **error)
{
    flow_end(flow);
    while (flow->aside->len)
        flow_pop(flow);
    while (flow->tables->len)
        flow_end_table(flow);
    return grid_end(&flow->grid, error);
}

gboolean flow_is_full(const Flow *flow)
{
    return flow->grid.full;
}

void flow_flags(Flow *flow, guint flags)
{
    flow->flags = flags;
}

/* ---- paragraphs ---- */

static void begin_block(Flow *flow, BlockKind kind, guint level)
{
    grid_block(&flow->grid, kind, level);
    g_array_index(flow->reading->blocks, Block, flow->reading->blocks->len - 1).flags = flow->flags;
}

static char *expand_tabs(const char *line)
{
    GString *out = g_string_new(NULL);
    glong column = 0;
    for (const char *p = line; *p; p = g_utf8_next_char(p), column++) {
        if (*p != '\t') {
            g_string_append_len(out, p, g_utf8_next_char(p) - p);
            continue;
        }
        /* At least two, so that what the tab keeps apart is seen to be apart. */
        for (glong stop = (column + 2 + TAB - 1) / TAB * TAB; column < stop - 1; column++)
            g_string_append_c(out, ' ');
        g_string_append_c(out, ' ');
    }
    return g_string_free(out, FALSE);
}

static void write_lines(Flow *flow, const char *text, BlockKind kind, guint level)
{
    if (text[strspn(text, " \t\n")] == '\0' || flow->grid.full)
        return;
    begin_block(flow, kind, level);
    double indent = kind == BLOCK_LIST ? 2.0 * MIN(level, MAX_INDENT) : 0;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *line = strchr(lines[i], '\t') ? expand_tabs(lines[i]) : NULL;
        grid_line(&flow->grid);
        grid_text(&flow->grid, line ? line : lines[i], indent, -1);
    }
}

static Table *open_table(const Flow *flow)
{
    return flow->tables->len ? flow->tables->pdata[flow->tables->len - 1] : NULL;
}

void flow_begin(Flow *flow, BlockKind kind, guint level)
{
    flow_end(flow);
    flow->now.open = TRUE;
    flow_kind(flow, kind, level);
}

void flow_kind(Flow *flow, BlockKind kind, guint level)
{
    flow->now.kind = kind;
    flow->now.level = level;
}

void flow_text(Flow *flow, const char *text, gssize length)
{
    if (flow->grid.full)
        return;
    if (!flow->now.open)
        flow_begin(flow, BLOCK_PARAGRAPH, 0);
    g_string_append_len(flow->now.text, text, length);
}

gboolean flow_is_fresh(const Flow *flow)
{
    return flow->now.text->len == 0;
}

gboolean flow_ends_in_space(const Flow *flow)
{
    const GString *text = flow->now.text;
    return text->len == 0 || strchr(" \t\n", text->str[text->len - 1]) != NULL;
}

/* A cell with a list keeps it readable: each item on a line of its own. */
static void add_to_cell(Table *table, const char *text)
{
    if (text[strspn(text, " \t\n")] == '\0')
        return;
    if (table->text->len > table->start)
        g_string_append_c(table->text, '\n');
    g_string_append(table->text, text);
}

static void write_anchored(Flow *flow)
{
    guint flags = flow->flags;
    for (guint i = 0; i < flow->anchored->len; i++) {
        const Anchored *anchored = &g_array_index(flow->anchored, Anchored, i);
        flow->flags = anchored->flags;
        write_lines(flow, anchored->text, anchored->kind, anchored->level);
    }
    flow->flags = flags;
    g_array_set_size(flow->anchored, 0);
}

static void set_anchored(Flow *flow)
{
    Anchored anchored = {.text = g_strdup(flow->now.text->str),
                         .kind = flow->now.kind,
                         .level = flow->now.level,
                         .flags = flow->flags};
    g_array_append_val(flow->anchored, anchored);
}

void flow_end(Flow *flow)
{
    Table *table = open_table(flow);
    if (!flow->now.open)
        return;
    if (table && table->in_cell && !table->dissolved)
        add_to_cell(table, flow->now.text->str);
    else if (flow->aside->len)
        set_anchored(flow);
    else
        write_lines(flow, flow->now.text->str, flow->now.kind, flow->now.level);
    g_string_truncate(flow->now.text, 0);
    flow->now.open = FALSE;
    if (!flow->aside->len)
        write_anchored(flow);
}

void flow_hide(Flow *flow, const char *text, gssize length)
{
    g_autofree char *copy = length < 0 ? g_strdup(text) : g_strndup(text, (gsize)length);
    flow->grid.hidden += grid_count_words(copy);
}

void flow_hide_open(Flow *flow)
{
    flow_hide(flow, flow->now.text->str, -1);
    g_string_truncate(flow->now.text, 0);
}

void flow_push(Flow *flow)
{
    g_array_append_val(flow->aside, flow->now);
    flow->now = (Paragraph){.text = g_string_new(NULL)};
}

void flow_pop(Flow *flow)
{
    flow_end(flow);
    if (!flow->aside->len)
        return;
    g_string_free(flow->now.text, TRUE);
    flow->now = g_array_index(flow->aside, Paragraph, flow->aside->len - 1);
    g_array_set_clear_func(flow->aside, NULL);
    g_array_set_size(flow->aside, flow->aside->len - 1);
    g_array_set_clear_func(flow->aside, paragraph_clear);
    if (!flow->aside->len && flow_is_fresh(flow))
        write_anchored(flow);
}

/* ---- tables ---- */

static gsize row_end(const Table *table, guint row)
{
    return row + 1 < table->rows->len ? g_array_index(table->rows, guint, row + 1)
                                      : table->cells->len;
}

/* Cells of one line each below each other, as an address in a sheet: one paragraph. */
static gboolean write_as_lines(Flow *flow, const Table *table)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < table->cells->len; i++) {
        const char *text = table->text->str + g_array_index(table->cells, Cell, i).text;
        if (strlen(text) > SHORT_LINE || strchr(text, '\n') || table->cells->len > MAX_SHORT_LINES)
            return FALSE;
        g_string_append_printf(all, i > 0 ? "\n%s" : "%s", text);
    }
    write_lines(flow, all->str, BLOCK_PARAGRAPH, 0);
    return TRUE;
}

static void dissolve(Flow *flow, Table *table)
{
    if (table->dissolved)
        return;
    for (guint i = 0; i < table->cells->len; i++)
        write_lines(flow, table->text->str + g_array_index(table->cells, Cell, i).text,
                    BLOCK_PARAGRAPH, 0);
    if (table->in_cell && table->text->len > table->start)
        write_lines(flow, table->text->str + table->start, BLOCK_PARAGRAPH, 0);
    g_array_set_size(table->cells, 0);
    g_array_set_size(table->rows, 0);
    g_string_truncate(table->text, 0);
    table->dissolved = TRUE;
}

void flow_begin_table(Flow *flow)
{
    flow_end(flow);
    Table *outer = open_table(flow);
    if (outer && outer->in_cell)
        dissolve(flow, outer);
    Table *table = g_new0(Table, 1);
    table->text = g_string_new(NULL);
    table->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    table->rows = g_array_new(FALSE, FALSE, sizeof(guint));
    g_ptr_array_add(flow->tables, table);
}

void flow_begin_row(Flow *flow)
{
    Table *table = open_table(flow);
    flow_end_cell(flow);
    if (!table || table->dissolved)
        return;
    if (!table->rows->len || g_array_index(table->rows, guint, table->rows->len - 1) !=
                                 table->cells->len) /* a row without text costs nothing */
        g_array_append_val(table->rows, table->cells->len);
    table->next = 0;
}

void flow_begin_cell(Flow *flow, gint column, guint span)
{
    Table *table = open_table(flow);
    flow_end_cell(flow);
    if (!table)
        return;
    table->column = MIN(column >= 0 ? (guint)column : table->next, MAX_COLUMNS - 1);
    table->next = table->column + CLAMP(span, 1, MAX_COLUMNS);
    table->start = table->text->len;
    table->in_cell = TRUE;
}

void flow_end_cell(Flow *flow)
{
    Table *table = open_table(flow);
    flow_end(flow);
    if (!table || !table->in_cell)
        return;
    table->in_cell = FALSE;
    if (table->dissolved || table->text->len == table->start || flow->grid.full)
        return;
    Cell cell = {.text = table->start, .column = table->column};
    if (!table->rows->len)
        flow_begin_row(flow);
    g_string_append_c(table->text, '\0');
    g_array_append_val(table->cells, cell);
}

gboolean flow_row_is_empty(const Flow *flow)
{
    const Table *table = open_table(flow);
    return !table || !table->rows->len ||
           g_array_index(table->rows, guint, table->rows->len - 1) == table->cells->len;
}

/* Copies share their text; a limit on cells keeps repeated repetitions small. */
static void copy_cell(Table *table, Cell cell)
{
    if (table->cells->len < DOCKET_MAX_WORDS)
        g_array_append_val(table->cells, cell);
}

void flow_repeat_cell(Flow *flow, guint times)
{
    Table *table = open_table(flow);
    guint column = table ? table->column : 0;
    if (!table)
        return;
    if (!flow_row_is_empty(flow)) {
        Cell cell = g_array_index(table->cells, Cell, table->cells->len - 1);
        for (guint i = 1; i <= times && cell.column == column; i++) {
            Cell copy = {.text = cell.text, .column = MIN(column + i, MAX_COLUMNS - 1)};
            copy_cell(table, copy);
        }
    }
    table->next = MIN(table->next + times, MAX_COLUMNS);
}

void flow_repeat_row(Flow *flow, guint times)
{
    Table *table = open_table(flow);
    if (flow_row_is_empty(flow))
        return;
    guint first = g_array_index(table->rows, guint, table->rows->len - 1);
    guint end = table->cells->len;
    for (guint i = 0; i < times; i++) {
        guint start = table->cells->len;
        if (start >= DOCKET_MAX_WORDS)
            return;
        g_array_append_val(table->rows, start);
        for (guint k = first; k < end; k++)
            copy_cell(table, g_array_index(table->cells, Cell, k));
    }
}

/* Places of the columns that have text, so that the others take none. */
typedef struct {
    guint index[MAX_COLUMNS];
    double x[MAX_COLUMNS];
    guint n;
} Columns;

static Columns *measure(const Table *table)
{
    g_autofree guint *widths = g_new0(guint, MAX_COLUMNS);
    Columns *columns = g_new0(Columns, 1);
    for (guint i = 0; i < table->cells->len; i++) {
        const Cell *cell = &g_array_index(table->cells, Cell, i);
        glong width = g_utf8_strlen(table->text->str + cell->text, -1);
        widths[cell->column] = MAX(widths[cell->column], (guint)MIN(width, WIDEST_COLUMN));
    }
    double x = 0;
    for (guint c = 0; c < MAX_COLUMNS; c++) {
        columns->index[c] = columns->n;
        columns->x[c] = x;
        if (!widths[c])
            continue;
        columns->n++;
        x += widths[c] + 2;
    }
    return columns;
}

static gboolean are_fields(const Table *table, const Columns *columns)
{
    guint keyed = 0, rows = 0;
    if (columns->n != 2)
        return FALSE;
    for (guint r = 0; r < table->rows->len; r++) {
        guint first = g_array_index(table->rows, guint, r);
        if (first >= row_end(table, r))
            continue;
        const Cell *cell = &g_array_index(table->cells, Cell, first);
        rows++;
        keyed += columns->index[cell->column] == 0 &&
                 g_str_has_suffix(table->text->str + cell->text, ":");
    }
    return 2 * keyed > rows;
}

static void write_rows(Flow *flow, const Table *table, const Columns *columns)
{
    begin_block(flow, are_fields(table, columns) ? BLOCK_FIELDS : BLOCK_TABLE, 0);
    for (guint r = 0; r < table->rows->len && !flow->grid.full; r++) {
        guint first = g_array_index(table->rows, guint, r);
        if (first >= row_end(table, r))
            continue;
        grid_line(&flow->grid);
        double x = 0;
        for (guint i = first; i < row_end(table, r); i++) {
            const Cell *cell = &g_array_index(table->cells, Cell, i);
            x = MAX(x, columns->x[cell->column]);
            x = grid_text(&flow->grid, table->text->str + cell->text, x,
                          (int)columns->index[cell->column]) +
                2;
        }
    }
}

void flow_end_table(Flow *flow)
{
    flow_end_cell(flow);
    Table *table = open_table(flow);
    if (!table)
        return;
    /* Out of the way first: what is written below is not the table's own text any more. */
    g_ptr_array_steal_index(flow->tables, flow->tables->len - 1);
    Table *outer = open_table(flow);
    gboolean inside = outer && outer->in_cell && !outer->dissolved;
    g_autofree Columns *columns = measure(table);
    write_anchored(flow); /* what stands above it */
    if (columns->n == 1 && !inside && !table->dissolved && write_as_lines(flow, table))
        g_array_set_size(table->cells, 0);
    else if (columns->n == 1 || inside)
        dissolve(flow, table);
    else if (columns->n > 1 && !flow->grid.full)
        write_rows(flow, table, columns);
    table_free(table);
}

guint flow_depth(const Flow *flow)
{
    return flow->tables->len;
}
