/* One run of the template over one reading: fields in order, each with its evidence. */
#include "template-internal.h"

#include <string.h>

static Run *run_new(const Template *t, const Reading *reading)
{
    Run *run = g_new0(Run, 1);
    run->sheet = sheet_new(reading);
    run->own = *t;
    run->own.order_known = t->reads_dates && sheet_date_order(run->sheet, &run->own.order);
    run->template = &run->own;
    run->hits = g_array_new(FALSE, FALSE, sizeof(Hit));
    run->cell_hits = g_array_new(FALSE, FALSE, sizeof(guint));
    run->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    run->sources =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)source_free);
    run->raws = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->grades =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    run->used = g_hash_table_new(g_direct_hash, g_direct_equal);
    run->record = record_new(cJSON_CreateObject(), METHOD_TEMPLATE);
    return run;
}

static Record *run_free(Run *run)
{
    Record *record = run->record;
    sheet_free(run->sheet);
    g_array_unref(run->hits);
    g_array_unref(run->cell_hits);
    g_hash_table_unref(run->keys);
    g_hash_table_unref(run->sources);
    g_hash_table_unref(run->raws);
    g_hash_table_unref(run->grades);
    g_hash_table_unref(run->used);
    g_free(run);
    return record;
}

static void find_keys(Run *run)
{
    for (guint i = 0; i < run->sheet->cells->len; i++) {
        const Cell *cell = sheet_cell(run->sheet, i);
        if (!cell->pair || cell->column != 0)
            continue;
        char *key = value_key(cell->text, cell->length);
        if (g_hash_table_contains(run->keys, key))
            g_free(key); /* the first of two equal names counts */
        else
            g_hash_table_insert(run->keys, key, GUINT_TO_POINTER(i + 1));
    }
}

/* ---- putting values into the record ---- */

static void mark_used(Run *run, const Found *found)
{
    for (guint i = 0; i < found->runs->len; i++) {
        guint word = g_array_index(found->runs, WordRun, i).first;
        guint cell = g_array_index(run->sheet->word_cell, guint32, word);
        if (!sheet_cell(run->sheet, cell)->pair)
            continue;
        while (cell > 0 && sheet_cell(run->sheet, cell)->column != 0)
            cell--;
        g_hash_table_add(run->used, GUINT_TO_POINTER(cell));
    }
}

static void add_evidence(Run *run, const char *pointer, const Found *found)
{
    Field *field = record_field(run->record, pointer);
    const cJSON *value = json_at(run->record->root, pointer);
    const char *text = cJSON_GetStringValue(value);
    gboolean exact = text && g_strcmp0(text, found->raw) == 0;
    field->grounded = found->runs->len == 0 || found->summed ? GROUNDED_DERIVED
                      : exact                                ? GROUNDED_EXACT
                                                             : GROUNDED_NORMALISED;
    /* Near labels that read well, values that fit: 1; running text and odd forms: less. */
    field->confidence = CLAMP(0.5 + 0.5 * found->quality, 0.0, 1.0) *
                        (found->rank == G_MAXUINT ? 0.8 : 1.0) * found->sure;
    for (guint i = 0; i < found->runs->len; i++) {
        WordRun words = g_array_index(found->runs, WordRun, i);
        field_add_evidence(field, run->sheet->reading, words.first, words.n, exact ? 1.0 : 0.9);
    }
}

/* The pack's own address of a value is right or the pack would not have compiled; a value that
 * has no place (its parent is no object) is left out. */
static gboolean put(Run *run, const char *pointer, cJSON *value)
{
    return json_put(&run->record->root, pointer, value, NULL);
}

static void put_derived(Run *run, const char *pointer, cJSON *value)
{
    if (!put(run, pointer, value))
        return;
    Field *field = record_field(run->record, pointer);
    field->grounded = GROUNDED_DERIVED;
    field->confidence = 0.8;
}

static void put_found(Run *run, const FieldSpec *field, const char *pointer, Found *found)
{
    if (!put(run, pointer, g_steal_pointer(&found->value)))
        return;
    add_evidence(run, pointer, found);
    mark_used(run, found);
    if (!g_hash_table_contains(run->raws, field->pointer) && found->raw)
        g_hash_table_insert(run->raws, g_strdup(field->pointer), g_strdup(found->raw));
}

/* ---- choosing among candidates ---- */

/* Points by which a place may be worse than the best and still be picked. */
#define PICK_WITHIN 30.0

/* `pick` decides between places of the same label; which label counts is decided by score. */
static Found *pick_found(const FieldSpec *field, GPtrArray *found)
{
    Found *best = g_ptr_array_index(found, 0);
    guint rank = best->rank;
    double at_least = best->score - PICK_WITHIN;
    for (guint i = 1; i < found->len && field->pick != PICK_BEST; i++) {
        Found *other = g_ptr_array_index(found, i);
        if (other->rank != rank || other->score < at_least)
            continue;
        gboolean better = (field->pick == PICK_FIRST && other->order < best->order) ||
                          (field->pick == PICK_LAST && other->order >= best->order) ||
                          (field->pick == PICK_LARGEST && other->number > best->number) ||
                          (field->pick == PICK_SMALLEST && other->number < best->number);
        if (better)
            best = other;
    }
    return best;
}

/* Appends to the field's array, which the first value makes. */
static void put_next(Run *run, const FieldSpec *field, Found *found, guint *n)
{
    g_autofree char *pointer = json_pointer_index(field->pointer, (int)*n);
    if (*n == 0 && !put(run, field->pointer, cJSON_CreateArray()))
        return;
    put_found(run, field, pointer, found);
    (*n)++;
}

static void put_parts(Run *run, const FieldSpec *field, const Found *found, guint *n)
{
    g_auto(GStrv) parts = g_regex_split(field->split, found->raw, 0);
    for (guint i = 0; parts && parts[i]; i++) {
        gsize start, end;
        g_autoptr(Found) part = value_take(run->template, &field->value, parts[i], strlen(parts[i]),
                                           TRUE, &start, &end);
        if (!part)
            continue;
        g_array_append_vals(part->runs, found->runs->data, found->runs->len);
        put_next(run, field, part, n);
    }
}

static void put_many(Run *run, const FieldSpec *field, GPtrArray *found)
{
    guint n = 0;
    for (guint i = 0; i < found->len; i++) {
        Found *one = g_ptr_array_index(found, i);
        if (field->split) {
            put_parts(run, field, one, &n);
            continue;
        }
        gboolean known = FALSE;
        const cJSON *have = json_at(run->record->root, field->pointer), *item;
        cJSON_ArrayForEach(item, have)
        {
            known = known || json_equal(item, one->value);
        }
        if (!known)
            put_next(run, field, one, &n);
    }
}

static cJSON *list_value(Run *run, const FieldSpec *field)
{
    if (field->table)
        return table_take(run, field);
    if (field->rules)
        return rules_take(run, field);
    return collect_take(run, field);
}

static void fill_field(Run *run, const FieldSpec *field)
{
    if (field->constant) {
        put_derived(run, field->pointer, cJSON_Duplicate(field->constant, TRUE));
        return;
    }
    if (field->choices) {
        cJSON *value = choose_take(run, field);
        if (value)
            put_derived(run, field->pointer, value);
        return;
    }
    if (field->table || field->rules || field->collect) {
        cJSON *value = list_value(run, field);
        if (value)
            put(run, field->pointer, value);
        return;
    }
    GPtrArray *found = run_candidates(run, field);
    if (found->len > 0 && field->many)
        put_many(run, field, found);
    else if (found->len > 0)
        put_found(run, field, field->pointer,
                  run_prove(run, field, found, pick_found(field, found)));
    g_ptr_array_unref(found);
    if (!json_at(run->record->root, field->pointer) && field->otherwise)
        put_derived(run, field->pointer, cJSON_Duplicate(field->otherwise, TRUE));
}

Record *template_extract(const Template *t, const Reading *reading)
{
    Run *run = run_new(t, reading);
    find_keys(run);
    run_find_hits(run);
    for (guint i = 0; i < t->fields->len; i++)
        fill_field(run, g_ptr_array_index(t->fields, i));
    schema_fill_required(t->schema, t->schema, run->record->root);
    return run_free(run);
}
