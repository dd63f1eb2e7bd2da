/* Table rows to an array of objects. The header says where the columns are: by the cells of a
 * recognised table, or by where its words stand on the page; a header repeated on a later page
 * continues the table. Lists without a header are read by patterns. */
#include "template-internal.h"

#include <math.h>
#include <string.h>

typedef struct {
    guint column;  /* of the table spec; G_MAXUINT: a column nobody asked for */
    gint cell;     /* column of the recognised table, -1 by geometry */
    double x0, x1; /* of the header's words */
} Head;

typedef struct {
    Run *run;
    const FieldSpec *field;
    const TableSpec *spec;
    GArray *heads;     /* of Head, from left to right */
    gboolean by_cells; /* a recognised table */
    guint block;       /* its block */
    double line;       /* height of a line */
    cJSON *items;
    cJSON *open; /* the item to which further lines belong; lent by items */
    guint open_row;
    gboolean ended;
} Table;

/* One row's text for one column. */
typedef struct {
    Source *source;
} Part;

static gboolean begins_with(const Run *run, const Phrases *phrases, const Cell *cell)
{
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(PhraseMatch));
    if (cell->n_tokens == 0)
        return FALSE;
    phrases_match(phrases, sheet_token(run->sheet, cell->first_token), cell->n_tokens, cell->ocr,
                  matches);
    for (guint i = 0; i < matches->len; i++)
        if (g_array_index(matches, PhraseMatch, i).first == 0)
            return TRUE;
    return FALSE;
}

/* ---- the header ---- */

static void add_head(Table *t, guint column, gint table_column, Rect rect)
{
    Head head = {.column = column, .cell = table_column, .x0 = rect.x0, .x1 = rect.x1};
    for (guint i = 0; i < t->heads->len; i++)
        if (column != G_MAXUINT && g_array_index(t->heads, Head, i).column == column)
            head.column = G_MAXUINT; /* the first of two columns with one name counts */
    g_array_append_val(t->heads, head);
}

/* A head over some tokens of a cell. */
static void add_words_head(Table *t, const Cell *cell, guint first, guint n, guint column)
{
    const Token *from = sheet_token(t->run->sheet, cell->first_token + first);
    add_head(t, column, -1, sheet_rect(t->run->sheet, cell, from->start, (from + n - 1)->end));
}

/* The labels in one header cell. By geometry a cell may hold several ("Qty Price Amount"). */
static void heads_of_cell(Table *t, const Cell *cell)
{
    const Sheet *sheet = t->run->sheet;
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(PhraseMatch));
    if (cell->n_tokens > 0)
        phrases_match(t->spec->labels, sheet_token(sheet, cell->first_token), cell->n_tokens,
                      cell->ocr, matches);
    phrases_untangle(matches, NULL, NULL);
    /* In a sentence the words of labels mean nothing. */
    guint covered = 0;
    for (guint i = 0; i < matches->len; i++)
        covered += g_array_index(matches, PhraseMatch, i).n;
    if (covered * 3 < cell->n_tokens || matches->len == 0) {
        add_head(t, G_MAXUINT, cell->column, cell->rect);
        return;
    }
    /* A cell of a grid is one column; on a page it may hold several that stand close. */
    if (t->by_cells) {
        guint phrase = g_array_index(matches, PhraseMatch, 0).phrase;
        add_head(t, g_array_index(t->spec->label_column, guint, phrase), cell->column, cell->rect);
        return;
    }
    guint at = 0;
    for (guint i = 0; i < matches->len; i++) {
        const PhraseMatch *m = &g_array_index(matches, PhraseMatch, i);
        if (m->first > at)
            add_words_head(t, cell, at, m->first - at, G_MAXUINT);
        add_words_head(t, cell, m->first, m->n,
                       g_array_index(t->spec->label_column, guint, m->phrase));
        at = m->first + m->n;
    }
    if (at < cell->n_tokens)
        add_words_head(t, cell, at, cell->n_tokens - at, G_MAXUINT);
}

static guint known_heads(const Table *t, gboolean *required)
{
    guint known = 0;
    *required = FALSE;
    for (guint i = 0; i < t->heads->len; i++) {
        guint column = g_array_index(t->heads, Head, i).column;
        known += column != G_MAXUINT;
        if (column != G_MAXUINT)
            *required = *required ||
                        ((const Column *)g_ptr_array_index(t->spec->columns, column))->required;
    }
    return known;
}

static gboolean has_head(const Table *t, guint column)
{
    for (guint i = 0; i < t->heads->len; i++)
        if (g_array_index(t->heads, Head, i).column == column)
            return TRUE;
    return FALSE;
}

static int by_x(gconstpointer a, gconstpointer b)
{
    const Head *p = a, *q = b;
    return p->x0 < q->x0 ? -1 : p->x0 > q->x0;
}

/* Columns whose header's words nobody knows: the widest is the text that is still missing, the last
 * one the amount that rows must have. */
static void name_unknown_heads(Table *t)
{
    g_array_sort(t->heads, by_x);
    for (guint c = 0; c < t->spec->columns->len; c++) {
        const Column *column = g_ptr_array_index(t->spec->columns, c);
        gboolean text = column->value.parser == PARSER_STRING;
        if (has_head(t, c) || !(column->required || (text && c == 0)))
            continue;
        Head *best = NULL;
        double widest = 0;
        for (guint i = 0; i < t->heads->len; i++) {
            Head *head = &g_array_index(t->heads, Head, i);
            gboolean last = i + 1 == t->heads->len;
            double width = last ? 0 : (head + 1)->x0 - head->x0;
            if (head->column == G_MAXUINT && (text ? width > widest : last)) {
                best = head;
                widest = width;
            }
        }
        if (best)
            best->column = c;
    }
}

/* A header names two columns or more (or the only one there is), and one that rows must have. A
 * header over two lines is taken together: "Unit" over "price". */
static gboolean read_header(Table *t, guint row_index)
{
    const Row *row = sheet_row(t->run->sheet, row_index);
    gboolean required;
    const Cell *first = sheet_cell(t->run->sheet, row->first_cell);
    const Page *page = reading_page(t->run->sheet->reading, first->page);
    g_array_set_size(t->heads, 0);
    t->by_cells = first->kind == BLOCK_TABLE && page->geometry == READING_GRID;
    for (guint i = row->first_cell; i < row->first_cell + row->n_cells; i++)
        heads_of_cell(t, sheet_cell(t->run->sheet, i));
    guint known = known_heads(t, &required);
    if (known < MIN(2, t->spec->columns->len) || known * 3 < t->heads->len)
        return FALSE;
    if (!required && known < 3)
        return FALSE;
    t->line = sheet_line_height(t->run->sheet, row_index);
    name_unknown_heads(t);
    return TRUE;
}

/* The second line of a header may name what the first did not. */
static gboolean completes_header(Table *t, guint row_index)
{
    const Row *row = sheet_row(t->run->sheet, row_index);
    gboolean any = FALSE, digits = FALSE;
    for (guint i = row->first_cell; i < row->first_cell + row->n_cells; i++) {
        const Cell *cell = sheet_cell(t->run->sheet, i);
        digits = digits || strpbrk(cell->text, "0123456789") != NULL;
        any = any || begins_with(t->run, t->spec->labels, cell);
    }
    return any && !digits;
}

/* ---- cells to columns ---- */

/* The head under which a piece of text stands: most overlap, else the nearest edge. */
static gint head_for(const Table *t, const Cell *cell, gint column, Rect rect)
{
    gint best = -1;
    double most = -1e9;
    for (guint i = 0; i < t->heads->len; i++) {
        const Head *head = &g_array_index(t->heads, Head, i);
        if (t->by_cells && cell->kind == BLOCK_TABLE) {
            if (head->cell == column)
                return (gint)i;
            continue;
        }
        double overlap = MIN(rect.x1, head->x1) - MAX(rect.x0, head->x0);
        if (overlap > most) {
            most = overlap;
            best = (gint)i;
        }
    }
    return best;
}

/* The head that a word of the cell overlaps; -1 if none. */
static gint head_over(const Table *t, const Cell *cell, guint word_index)
{
    const Word *word = reading_word(t->run->sheet->reading, word_index);
    gint best = head_for(t, cell, word->column, word->rect);
    const Head *head = best < 0 ? NULL : &g_array_index(t->heads, Head, best);
    return head && MIN(word->rect.x1, head->x1) > MAX(word->rect.x0, head->x0) ? best : -1;
}

/* "40 box" under "Qty Unit": a number under its head, and something else under the next. */
static gboolean is_two_columns(const Table *t, const Cell *cell)
{
    gint first = head_over(t, cell, cell->first_word);
    gint last = head_over(t, cell, cell->first_word + cell->n_words - 1);
    if (first < 0 || last < 0 || first == last)
        return FALSE;
    guint c = g_array_index(t->heads, Head, first).column;
    return c != G_MAXUINT &&
           ((const Column *)g_ptr_array_index(t->spec->columns, c))->value.parser != PARSER_STRING;
}

/* A row's cells as texts of the columns. Words of one cell may belong to several columns when the
 * gaps between them are narrow: numbers are dealt out word by word. */
static void deal_cell(Table *t, guint index, Part *parts)
{
    const Sheet *sheet = t->run->sheet;
    const Cell *cell = sheet_cell(sheet, index);
    double middle0 = cell->rect.x0, middle1 = cell->rect.x1;
    gint one = head_for(t, cell, cell->column, cell->rect);
    guint spans = 0;
    for (guint i = 0; i < t->heads->len; i++) {
        const Head *head = &g_array_index(t->heads, Head, i);
        double center = (head->x0 + head->x1) / 2;
        spans += center > middle0 && center < middle1;
    }
    const Word *last = reading_word(sheet->reading, cell->first_word + cell->n_words - 1);
    gboolean table = t->by_cells && cell->kind == BLOCK_TABLE;
    if (table ? last->column == cell->column : spans < 2 && !is_two_columns(t, cell)) {
        if (one < 0)
            return;
        source_add_cell(parts[one].source, sheet, index, 0, cell->length, " ");
        return;
    }
    for (guint w = cell->first_word; w < cell->first_word + cell->n_words; w++) {
        const Word *word = reading_word(sheet->reading, w);
        guint32 at = g_array_index(sheet->word_at, guint32, w);
        gint head = head_for(t, cell, word->column, word->rect);
        if (head < 0)
            continue;
        source_add_cell(parts[head].source, sheet, index, at, at + word->length, " ");
    }
}

/* ---- items ---- */

static void add_evidence(Table *t, const char *pointer, GArray *runs, double match)
{
    Field *field = record_field(t->run->record, pointer);
    field->grounded = GROUNDED_NORMALISED;
    for (guint i = 0; i < runs->len; i++) {
        WordRun words = g_array_index(runs, WordRun, i);
        field_add_evidence(field, t->run->sheet->reading, words.first, words.n, match);
    }
    field->confidence = match;
}

static void put_value(Table *t, cJSON *item, guint index, const Column *column, Source *source,
                      Found *found, gsize start, gsize end)
{
    g_autofree char *base = json_pointer_index(t->field->pointer, (int)index);
    g_autofree char *pointer = json_pointer_join(base, column->property);
    source_words(source, t->run->sheet, start, end, found->runs);
    add_evidence(t, pointer, found->runs, 0.8);
    cJSON_AddItemToObject(item, column->property, g_steal_pointer(&found->value));
}

/* The values of one row, as far as they can be read. */
static cJSON *item_from_parts(Table *t, Part *parts, guint index, gboolean *complete)
{
    cJSON *item = cJSON_CreateObject();
    *complete = TRUE;
    for (guint i = 0; i < t->heads->len; i++) {
        guint c = g_array_index(t->heads, Head, i).column;
        const GString *text = parts[i].source->text;
        gsize start, end;
        if (c == G_MAXUINT)
            continue;
        const Column *column = g_ptr_array_index(t->spec->columns, c);
        g_autoptr(Found) found = text->len == 0
                                     ? NULL
                                     : value_take(t->run->template, &column->value, text->str,
                                                  text->len, TRUE, &start, &end);
        if (found)
            put_value(t, item, index, column, parts[i].source, found, start, end);
        else if (column->required)
            *complete = FALSE;
    }
    for (guint i = 0; i < t->spec->columns->len; i++) {
        const Column *column = g_ptr_array_index(t->spec->columns, i);
        if ((column->required || column->demanded) &&
            !cJSON_GetObjectItemCaseSensitive(item, column->property))
            *complete = FALSE;
    }
    return item;
}

/* Lines under a row that have text and nothing else belong to its text. */
static void continue_item(Table *t, Part *parts)
{
    for (guint i = 0; t->open && i < t->heads->len; i++) {
        guint c = g_array_index(t->heads, Head, i).column;
        const GString *text = parts[i].source->text;
        if (c == G_MAXUINT || text->len == 0)
            continue;
        const Column *column = g_ptr_array_index(t->spec->columns, c);
        cJSON *value = cJSON_GetObjectItemCaseSensitive(t->open, column->property);
        if (column->value.parser != PARSER_STRING || !cJSON_IsString(value))
            continue;
        g_autofree char *joined = g_strdup_printf("%s %s", value->valuestring, text->str);
        cJSON *longer = value_finish(&column->value, g_steal_pointer(&joined));
        if (!longer)
            continue;
        cJSON_ReplaceItemInObjectCaseSensitive(t->open, column->property, longer);
        g_autofree char *base =
            json_pointer_index(t->field->pointer, cJSON_GetArraySize(t->items) - 1);
        g_autofree char *pointer = json_pointer_join(base, column->property);
        g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(WordRun));
        if (source_words(parts[i].source, t->run->sheet, 0, text->len, runs))
            add_evidence(t, pointer, runs, 0.8);
    }
}

static void forget_evidence(Table *t, guint index)
{
    for (guint i = 0; i < t->spec->columns->len; i++) {
        const Column *column = g_ptr_array_index(t->spec->columns, i);
        g_autofree char *base = json_pointer_index(t->field->pointer, (int)index);
        g_autofree char *pointer = json_pointer_join(base, column->property);
        g_hash_table_remove(t->run->record->fields, pointer);
    }
}

static gboolean text_only_row(const Table *t, const Part *parts)
{
    for (guint i = 0; i < t->heads->len; i++) {
        guint c = g_array_index(t->heads, Head, i).column;
        if (c == G_MAXUINT || parts[i].source->text->len == 0)
            continue;
        const Column *column = g_ptr_array_index(t->spec->columns, c);
        if (column->value.parser != PARSER_STRING)
            return FALSE;
    }
    return TRUE;
}

static void take_row(Table *t, guint row_index)
{
    const Row *row = sheet_row(t->run->sheet, row_index);
    guint n = t->heads->len, index = (guint)cJSON_GetArraySize(t->items);
    g_autofree Part *parts = g_new0(Part, n);
    for (guint i = 0; i < n; i++)
        parts[i].source = source_new();
    for (guint i = row->first_cell; i < row->first_cell + row->n_cells; i++)
        deal_cell(t, i, parts);
    gboolean complete;
    cJSON *item = item_from_parts(t, parts, index, &complete);
    gboolean near = t->open && row_index - t->open_row <= 6;
    if (complete && item->child) {
        cJSON_AddItemToArray(t->items, item);
        t->open = item;
        t->open_row = row_index;
    } else {
        cJSON_Delete(item);
        forget_evidence(t, index);
        if (near && text_only_row(t, parts)) {
            continue_item(t, parts);
            t->open_row = row_index;
        }
    }
    for (guint i = 0; i < n; i++)
        source_free(parts[i].source);
}

/* ---- the walk over the rows ---- */

static gboolean row_is(const Table *t, const Phrases *phrases, guint row_index)
{
    const Row *row = sheet_row(t->run->sheet, row_index);
    for (guint i = row->first_cell; i < row->first_cell + row->n_cells; i++)
        if (begins_with(t->run, phrases, sheet_cell(t->run->sheet, i)))
            return TRUE;
    return FALSE;
}

/* Totals end the table on their page. Their words also stand in descriptions ("Total Recall DVD"),
 * so a row that fills the first text column and more than two columns is an item all the same. */
static gboolean row_ends_table(const Table *t, guint row_index)
{
    if (!row_is(t, t->spec->ends, row_index))
        return FALSE;
    const Row *row = sheet_row(t->run->sheet, row_index);
    return row->n_cells <= 3 || row->n_cells * 2 <= t->heads->len;
}

static gboolean leaves_table(const Table *t, guint row_index)
{
    const Sheet *sheet = t->run->sheet;
    if (row_index == 0 || t->open == NULL)
        return FALSE;
    const Row *row = sheet_row(sheet, row_index), *before = sheet_row(sheet, row_index - 1);
    return row->page == before->page && row->rect.y0 - before->rect.y1 > 6 * t->line;
}

static void walk(Table *t)
{
    const Sheet *sheet = t->run->sheet;
    gboolean inside = FALSE;
    for (guint r = 0; r < sheet->rows->len; r++) {
        const Row *row = sheet_row(sheet, r);
        if (!run_in_region(t->run, t->field, sheet_cell(sheet, row->first_cell)))
            continue;
        g_autoptr(GArray) kept = g_array_copy(t->heads);
        if (read_header(t, r)) {
            inside = TRUE;
            if (r + 1 < sheet->rows->len && sheet_row(sheet, r + 1)->page == row->page &&
                completes_header(t, r + 1))
                r++;
            continue;
        }
        g_array_set_size(t->heads, 0);
        g_array_append_vals(t->heads, kept->data, kept->len);
        if (!inside)
            continue;
        if (row_is(t, t->spec->skips, r))
            continue;
        if (row_ends_table(t, r) || leaves_table(t, r)) {
            inside = FALSE;
            t->open = NULL;
            continue;
        }
        take_row(t, r);
    }
}

/* ---- lists by pattern ---- */

static void add_row(Table *t, Source *source, guint row_index)
{
    const Row *row = sheet_row(t->run->sheet, row_index);
    for (guint i = row->first_cell; i < row->first_cell + row->n_cells; i++)
        source_add_cell(source, t->run->sheet, i, 0, sheet_cell(t->run->sheet, i)->length,
                        i == row->first_cell ? "\n" : " ");
}

/* Rows [first, row_index], with line breaks between them. */
static gboolean take_by_pattern(Table *t, GRegex *regex, guint first, guint row_index)
{
    Source *source = source_new();
    for (guint r = first; r <= row_index; r++)
        add_row(t, source, r);
    g_autoptr(GMatchInfo) match = NULL;
    guint index = (guint)cJSON_GetArraySize(t->items);
    cJSON *item = NULL;
    if (g_regex_match(regex, source->text->str, 0, &match)) {
        item = cJSON_CreateObject();
        for (guint i = 0; i < t->spec->columns->len; i++) {
            const Column *column = g_ptr_array_index(t->spec->columns, i);
            int from = -1, to = -1;
            gsize start, end;
            if (!g_match_info_fetch_named_pos(match, column->property, &from, &to) || from < 0)
                continue;
            g_autoptr(Found) found =
                value_take(t->run->template, &column->value, source->text->str + from,
                           (gsize)(to - from), TRUE, &start, &end);
            if (found)
                put_value(t, item, index, column, source, found, (gsize)from + start,
                          (gsize)from + end);
        }
    }
    gboolean ok = item && item->child;
    if (ok)
        cJSON_AddItemToArray(t->items, item);
    else
        cJSON_Delete(item);
    source_free(source);
    return ok;
}

static gboolean take_by_patterns(Table *t, guint first, guint row_index)
{
    for (guint i = 0; i < t->spec->rows->len; i++)
        if (take_by_pattern(t, g_ptr_array_index(t->spec->rows, i), first, row_index))
            return TRUE;
    return FALSE;
}

/* A list without a header is believed when its amounts make one that stands on the page too. */
static gboolean sum_stands(const Table *t)
{
    double sum = 0;
    guint own = 0;
    const cJSON *item;
    if (t->spec->sum == NULL || cJSON_GetArraySize(t->items) == 0)
        return TRUE;
    cJSON_ArrayForEach(item, t->items)
    {
        sum += json_number(item, t->spec->sum, 0);
    }
    cJSON_ArrayForEach(item, t->items)
    {
        own += fabs(json_number(item, t->spec->sum, 0) - sum) < 0.005;
    }
    return run_amount_stands(t->run, sum, own + 1);
}

static void walk_by_pattern(Table *t)
{
    guint free = G_MAXUINT; /* the row before, when nothing has taken it */
    for (guint r = 0; r < t->run->sheet->rows->len; r++) {
        gboolean ends = row_is(t, t->spec->ends, r);
        if (ends && cJSON_GetArraySize(t->items) > 0)
            break;
        if (ends || row_is(t, t->spec->skips, r)) {
            free = G_MAXUINT;
            continue;
        }
        gboolean taken =
            (free != G_MAXUINT && take_by_patterns(t, free, r)) || take_by_patterns(t, r, r);
        free = taken ? G_MAXUINT : r;
    }
    if (sum_stands(t))
        return;
    while (cJSON_GetArraySize(t->items) > 0) {
        cJSON_DeleteItemFromArray(t->items, cJSON_GetArraySize(t->items) - 1);
        forget_evidence(t, (guint)cJSON_GetArraySize(t->items));
    }
}

cJSON *table_take(Run *run, const FieldSpec *field)
{
    Table t = {.run = run, .field = field, .spec = field->table, .items = cJSON_CreateArray()};
    t.heads = g_array_new(FALSE, FALSE, sizeof(Head));
    if (t.spec->columns->len > 0)
        walk(&t);
    if (cJSON_GetArraySize(t.items) == 0 && t.spec->rows->len > 0)
        walk_by_pattern(&t);
    g_array_unref(t.heads);
    if (cJSON_GetArraySize(t.items) > 0)
        return t.items;
    cJSON_Delete(t.items);
    return NULL;
}
