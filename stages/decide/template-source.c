/* Texts that are not one cell: values of name-value pairs, blocks, the whole document; each byte
 * still knows the word it came from. */
#include "template-internal.h"

#include <string.h>

Source *source_new(void)
{
    Source *source = g_new0(Source, 1);
    source->text = g_string_new(NULL);
    source->pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    return source;
}

void source_free(Source *source)
{
    if (!source)
        return;
    g_string_free(source->text, TRUE);
    g_array_unref(source->pieces);
    g_free(source->key);
    g_free(source);
}

void source_add_cell(Source *source, const Sheet *sheet, guint index, guint32 from, guint32 to,
                     const char *separator)
{
    const Cell *cell = sheet_cell(sheet, index);
    if (source->text->len > 0)
        g_string_append(source->text, separator);
    Piece piece = {
        .at = (guint32)source->text->len, .length = to - from, .cell = index, .from = from};
    g_string_append_len(source->text, cell->text + from, to - from);
    g_array_append_val(source->pieces, piece);
}

gboolean source_words(const Source *source, const Sheet *sheet, gsize start, gsize end,
                      GArray *runs)
{
    guint before = runs->len;
    for (guint i = 0; i < source->pieces->len; i++) {
        const Piece *piece = &g_array_index(source->pieces, Piece, i);
        gsize a = MAX(start, piece->at), b = MIN(end, (gsize)piece->at + piece->length);
        WordRun run;
        if (a >= b || piece->name)
            continue;
        if (!sheet_words(sheet, sheet_cell(sheet, piece->cell), a - piece->at + piece->from,
                         b - piece->at + piece->from, &run.first, &run.n))
            continue;
        WordRun *last = runs->len > before ? &g_array_index(runs, WordRun, runs->len - 1) : NULL;
        if (last && last->first + last->n == run.first)
            last->n += run.n;
        else
            g_array_append_val(runs, run);
    }
    return runs->len > before;
}

/* ---- name-value pairs ---- */

Source *run_pair_value(Run *run, guint key_cell)
{
    const Sheet *sheet = run->sheet;
    const Cell *key = sheet_cell(sheet, key_cell);
    Source *source = source_new();
    source->key = g_strdup(key->text);
    guint line = key->line;
    for (guint i = key_cell + 1; i < sheet->cells->len; i++) {
        const Cell *cell = sheet_cell(sheet, i);
        if (cell->block != key->block || cell->column == 0)
            break;
        source_add_cell(source, sheet, i, 0, cell->length, cell->line == line ? " " : "\n");
        line = cell->line;
    }
    return source;
}

/* The whole document, a line a row; names of pairs folded, so that "price_eur" says "eur". */
static Source *whole_text(Run *run)
{
    const Sheet *sheet = run->sheet;
    Source *source = source_new();
    for (guint i = 0; i < sheet->cells->len; i++) {
        const Cell *cell = sheet_cell(sheet, i);
        gboolean first = i == 0 || sheet_cell(sheet, i - 1)->row != cell->row;
        if (cell->pair && cell->column == 0) {
            g_autofree char *key = value_key(cell->text, cell->length);
            if (source->text->len > 0)
                g_string_append_c(source->text, '\n');
            Piece piece = {.at = (guint32)source->text->len, .cell = i, .name = TRUE};
            g_string_append_printf(source->text, "%s:", key);
            piece.length = (guint32)source->text->len - piece.at;
            g_array_append_val(source->pieces, piece);
            continue;
        }
        source_add_cell(source, sheet, i, 0, cell->length, first ? "\n" : " ");
    }
    return source;
}

/* ---- sources of "in" ---- */

static Source *text_only(const char *text)
{
    Source *source = source_new();
    g_string_append(source->text, text);
    return source;
}

static char *json_text(const cJSON *value)
{
    if (cJSON_IsString(value))
        return g_strdup(value->valuestring);
    return value && !cJSON_IsNull(value) ? json_print(value, FALSE) : NULL;
}

/* The raw text of a field that was filled and goes by this name. */
static const char *raw_by_name(Run *run, const char *name)
{
    guint phrase = phrases_find(run->template->phrases, name);
    for (guint i = 0; i < run->template->fields->len; i++) {
        const FieldSpec *field = g_ptr_array_index(run->template->fields, i);
        const char *raw = g_hash_table_lookup(run->raws, field->pointer);
        if (raw == NULL)
            continue;
        if (strcmp(field->name, name) == 0)
            return raw;
        for (guint k = 0; k < field->labels->len; k++)
            if (g_array_index(field->labels, guint, k) == phrase)
                return raw;
    }
    return NULL;
}

/* What stands at a label of this name on a page without columns. */
static Source *labelled(Run *run, const char *name)
{
    FieldSpec field = {.pointer = (char *)"", .name = (char *)"", .to = 1.0, .lines = 6};
    guint phrase = phrases_find(run->template->phrases, name);
    if (phrase == PHRASES_NONE)
        return NULL;
    field.labels = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(field.labels, phrase);
    field.positions[0] = POSITION_RIGHT;
    field.positions[1] = POSITION_BELOW;
    field.n_positions = 2;
    GPtrArray *found = run_candidates(run, &field);
    Source *source = NULL;
    if (found->len > 0) {
        const Found *best = g_ptr_array_index(found, 0);
        source = text_only(best->raw);
        for (guint i = 0; i < best->runs->len; i++) {
            WordRun words = g_array_index(best->runs, WordRun, i);
            guint cell = g_array_index(run->sheet->word_cell, guint32, words.first);
            Piece piece = {.at = 0, .length = (guint32)source->text->len, .cell = cell};
            piece.from = g_array_index(run->sheet->word_at, guint32, words.first);
            if (i == 0)
                g_array_append_val(source->pieces, piece);
        }
    }
    g_ptr_array_unref(found);
    g_array_unref(field.labels);
    return source;
}

static Source *find_source(Run *run, const char *name)
{
    if (strcmp(name, "*") == 0)
        return whole_text(run);
    if (name[0] == '/') {
        g_autofree char *text = json_text(json_at(run->record->root, name));
        return text ? text_only(text) : NULL;
    }
    g_autofree char *key = value_key(name, -1);
    guint cell = GPOINTER_TO_UINT(g_hash_table_lookup(run->keys, key));
    if (cell > 0) {
        Source *pair = run_pair_value(run, cell - 1);
        if (pair->text->len > 0)
            return pair;
        source_free(pair);
        return NULL;
    }
    /* A row or list of pairs says all that it has by name; a page may say it elsewhere. */
    if (g_hash_table_size(run->keys) > 0)
        return NULL;
    const char *raw = raw_by_name(run, name);
    return raw ? text_only(raw) : labelled(run, name);
}

const Source *run_source(Run *run, const char *name)
{
    gpointer known = NULL;
    if (g_hash_table_lookup_extended(run->sources, name, NULL, &known))
        return known;
    Source *source = find_source(run, name);
    if (name[0] != '/' || source != NULL) /* values of the record may still come */
        g_hash_table_insert(run->sources, g_strdup(name), source);
    return source;
}
