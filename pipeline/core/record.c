#include "record.h"

#include <string.h>

const char *method_name(Method method)
{
    static const char *const names[] = {"model", "template", "human"};
    return method <= METHOD_HUMAN ? names[method] : "model";
}

Method method_from_name(const char *name)
{
    for (int i = METHOD_MODEL; i <= METHOD_HUMAN; i++)
        if (g_strcmp0(name, method_name((Method)i)) == 0)
            return (Method)i;
    return METHOD_MODEL;
}

const char *grounded_name(Grounded grounded)
{
    static const char *const names[] = {"none", "derived", "fuzzy", "normalised", "exact"};
    return grounded <= GROUNDED_EXACT ? names[grounded] : "none";
}

static void evidence_free(gpointer data)
{
    Evidence *evidence = data;
    g_free(evidence->text);
    g_free(evidence);
}

static void field_free(gpointer data)
{
    Field *field = data;
    g_free(field->pointer);
    g_ptr_array_unref(field->evidence);
    g_free(field);
}

Record *record_new(cJSON *root, Method method)
{
    Record *record = g_new0(Record, 1);
    record->root = root;
    record->method = method;
    record->fields = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, field_free);
    return record;
}

void record_free(Record *record)
{
    if (!record)
        return;
    cJSON_Delete(record->root);
    g_hash_table_unref(record->fields);
    g_free(record);
}

Field *record_field(Record *record, const char *pointer)
{
    Field *field = g_hash_table_lookup(record->fields, pointer);
    if (field)
        return field;
    field = g_new0(Field, 1);
    field->pointer = g_strdup(pointer);
    field->evidence = g_ptr_array_new_with_free_func(evidence_free);
    g_hash_table_insert(record->fields, field->pointer, field);
    return field;
}

void field_add_evidence(Field *field, const Reading *reading, guint first_word, guint n_words,
                        double match)
{
    if (n_words == 0 || first_word >= reading->words->len)
        return;
    n_words = MIN(n_words, reading->words->len - first_word);
    const Page *page = reading_page(
        reading, reading_page_of_line(reading, reading_line_of_word(reading, first_word)));
    Evidence *evidence = g_new0(Evidence, 1);
    evidence->page = page->number;
    evidence->geometry = page->geometry;
    evidence->technique = page->technique;
    evidence->match = match;
    evidence->text = reading_words_text(reading, first_word, n_words);
    evidence->rect = reading_word(reading, first_word)->rect;
    double sum = 0;
    guint known = 0;
    for (guint i = first_word; i < first_word + n_words; i++) {
        const Word *word = reading_word(reading, i);
        evidence->rect = rect_union(evidence->rect, word->rect);
        if (word->confidence >= 0) {
            sum += word->confidence;
            known++;
        }
    }
    evidence->confidence = known ? sum / known : -1;
    g_ptr_array_add(field->evidence, evidence);
}

static void visit_value(const char *pointer, cJSON *value, RecordVisit visit, gpointer data)
{
    if (!cJSON_IsObject(value) && !cJSON_IsArray(value)) {
        visit(pointer, value, data);
        return;
    }
    int index = 0;
    for (cJSON *child = value->child; child; child = child->next, index++) {
        g_autofree char *below = cJSON_IsObject(value) ? json_pointer_join(pointer, child->string)
                                                       : json_pointer_index(pointer, index);
        visit_value(below, child, visit, data);
    }
}

void record_each_leaf(const cJSON *root, RecordVisit visit, gpointer data)
{
    visit_value("", (cJSON *)root, visit, data);
}

static cJSON *rect_to_json(const Evidence *evidence)
{
    const double r[4] = {evidence->rect.x0, evidence->rect.y0, evidence->rect.x1,
                         evidence->rect.y1};
    cJSON *array = cJSON_CreateArray();
    for (int i = 0; i < 4; i++)
        cJSON_AddItemToArray(array, cJSON_CreateNumber(((gint64)(r[i] * 100 + 0.5)) / 100.0));
    return array;
}

static double rounded(double value)
{
    return ((gint64)(value * 1000 + 0.5)) / 1000.0;
}

static cJSON *evidence_to_json(const Evidence *evidence)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "page", evidence->page);
    /* A grid has no points: there the place is line and column, from 1. */
    if (evidence->geometry == READING_LAYOUT) {
        cJSON_AddItemToObject(object, "rect", rect_to_json(evidence));
    } else {
        cJSON_AddNullToObject(object, "rect");
        cJSON_AddNumberToObject(object, "line", (gint64)evidence->rect.y0 + 1);
        cJSON_AddNumberToObject(object, "column", (gint64)evidence->rect.x0 + 1);
    }
    cJSON_AddStringToObject(object, "text", evidence->text);
    cJSON_AddStringToObject(object, "technique", technique_name(evidence->technique));
    cJSON_AddNumberToObject(object, "match", rounded(evidence->match));
    if (evidence->confidence >= 0)
        cJSON_AddNumberToObject(object, "confidence", rounded(evidence->confidence));
    return object;
}

static void add_leaf(const char *pointer, cJSON *value, gpointer data)
{
    gpointer *pair = data;
    const Record *record = pair[0];
    cJSON *fields = pair[1];
    const Field *field = g_hash_table_lookup(record->fields, pointer);
    cJSON *object = cJSON_AddObjectToObject(fields, pointer);
    cJSON_AddNumberToObject(object, "confidence", field ? rounded(field->confidence) : 0);
    cJSON_AddStringToObject(object, "grounded",
                            grounded_name(field ? field->grounded : GROUNDED_NONE));
    if (field && field->verified)
        cJSON_AddStringToObject(object, "verified", field->verified);
    cJSON *evidence = cJSON_AddArrayToObject(object, "evidence");
    for (guint i = 0; field && i < field->evidence->len; i++)
        cJSON_AddItemToArray(evidence, evidence_to_json(field->evidence->pdata[i]));
}

cJSON *record_fields_to_json(const Record *record)
{
    cJSON *fields = cJSON_CreateObject();
    gpointer pair[] = {(gpointer)record, fields};
    record_each_leaf(record->root, add_leaf, pair);
    return fields;
}

static Technique technique_from_name(const char *name)
{
    for (int i = 0; i < TECHNIQUE_LAST; i++)
        if (g_strcmp0(name, technique_name((Technique)i)) == 0)
            return (Technique)i;
    return TECHNIQUE_NONE;
}

static void add_evidence_from_json(Field *field, const cJSON *object)
{
    const cJSON *rect = cJSON_GetObjectItemCaseSensitive(object, "rect");
    Evidence *evidence = g_new0(Evidence, 1);
    evidence->page = (guint)json_number(object, "page", 1);
    evidence->technique = technique_from_name(json_string(object, "technique", ""));
    evidence->match = json_number(object, "match", 0);
    evidence->confidence = json_number(object, "confidence", -1);
    evidence->text = g_strdup(json_string(object, "text", ""));
    if (cJSON_GetArraySize(rect) == 4) {
        double side[4];
        for (int i = 0; i < 4; i++)
            side[i] = cJSON_GetArrayItem(rect, i)->valuedouble;
        evidence->rect = (Rect){side[0], side[1], side[2], side[3]};
    } else {
        evidence->geometry = READING_GRID;
        evidence->rect.x0 = json_number(object, "column", 1) - 1;
        evidence->rect.y0 = json_number(object, "line", 1) - 1;
    }
    g_ptr_array_add(field->evidence, evidence);
}

void record_fields_from_json(Record *record, const cJSON *fields)
{
    const cJSON *object;
    cJSON_ArrayForEach(object, fields)
    {
        Field *field = record_field(record, object->string);
        const char *grounded = json_string(object, "grounded", "");
        for (int i = GROUNDED_NONE; i <= GROUNDED_EXACT; i++)
            if (strcmp(grounded, grounded_name((Grounded)i)) == 0)
                field->grounded = (Grounded)i;
        field->confidence = json_number(object, "confidence", 0);
        const cJSON *evidence;
        cJSON_ArrayForEach(evidence, cJSON_GetObjectItemCaseSensitive(object, "evidence"))
            add_evidence_from_json(field, evidence);
    }
}
