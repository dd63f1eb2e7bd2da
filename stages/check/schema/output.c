/* The specification's output formats (2020-12 core, section 12.4). */
#include "stages/check/schema/schema.h"

#include <string.h>

int schema_output_from_name(const char *name)
{
    static const char *const names[] = {"flag", "basic", "detailed"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return (int)i;
    }
    return -1;
}

static cJSON *unit_new(const char *keyword, const char *absolute, const char *instance)
{
    cJSON *unit = cJSON_CreateObject();
    cJSON_AddFalseToObject(unit, "valid");
    cJSON_AddStringToObject(unit, "keywordLocation", keyword);
    if (absolute != NULL)
        cJSON_AddStringToObject(unit, "absoluteKeywordLocation", absolute);
    cJSON_AddStringToObject(unit, "instanceLocation", instance);
    return unit;
}

static cJSON *finding_unit(const SchemaFinding *finding)
{
    /* A limit has no keyword, and an empty location is no URI. */
    cJSON *unit = unit_new(finding->keyword, *finding->absolute == '\0' ? NULL : finding->absolute,
                           finding->instance);
    cJSON_AddStringToObject(unit, "error", finding->sentence);
    return unit;
}

/* Length of the pointer's first `tokens` tokens. */
static gsize head_length(const char *pointer, guint tokens)
{
    gsize length = 0;
    while (tokens-- > 0 && pointer[length] != '\0')
        length += 1 + strcspn(pointer + length + 1, "/");
    return length;
}

static gboolean same_head(const SchemaFinding *a, const SchemaFinding *b, guint tokens)
{
    gsize length = head_length(a->keyword, tokens);
    return length == head_length(b->keyword, tokens) && memcmp(a->keyword, b->keyword, length) == 0;
}

/* Findings of the list that share their keyword's first `tokens` tokens become one tree: a node
 * with one child is left out, as the specification condenses it. */
static cJSON *detailed_tree(const GPtrArray *group, guint tokens)
{
    const SchemaFinding *first = g_ptr_array_index(group, 0);
    if (group->len == 1)
        return finding_unit(first);
    while (strlen(first->keyword) > head_length(first->keyword, tokens)) {
        gboolean all = TRUE;
        for (guint i = 1; all && i < group->len; i++)
            all = same_head(first, g_ptr_array_index(group, i), tokens + 1);
        if (!all)
            break;
        tokens++;
    }
    g_autofree char *keyword = g_strndup(first->keyword, head_length(first->keyword, tokens));
    cJSON *unit = unit_new(keyword, NULL, "");
    cJSON *errors = cJSON_AddArrayToObject(unit, "errors");
    g_autofree gboolean *taken = g_new0(gboolean, group->len);
    for (guint i = 0; i < group->len; i++) {
        if (taken[i])
            continue;
        g_autoptr(GPtrArray) same = g_ptr_array_new();
        const SchemaFinding *head = g_ptr_array_index(group, i);
        gboolean whole = strlen(head->keyword) == head_length(head->keyword, tokens);
        for (guint k = i; k < group->len; k++) {
            SchemaFinding *other = g_ptr_array_index(group, k);
            if (taken[k] || (k > i && (whole || !same_head(head, other, tokens + 1))))
                continue;
            taken[k] = TRUE;
            g_ptr_array_add(same, other);
        }
        cJSON_AddItemToArray(errors, detailed_tree(same, tokens + (whole ? 0 : 1)));
    }
    return unit;
}

cJSON *schema_output(SchemaOutput kind, SchemaVerdict verdict, const GPtrArray *findings)
{
    gboolean empty = findings == NULL || findings->len == 0;
    if (kind == SCHEMA_OUTPUT_DETAILED && verdict != SCHEMA_VALID && !empty)
        return detailed_tree(findings, 0);
    cJSON *unit = cJSON_CreateObject();
    cJSON_AddBoolToObject(unit, "valid", verdict == SCHEMA_VALID);
    if (kind == SCHEMA_OUTPUT_FLAG)
        return unit;
    cJSON_AddStringToObject(unit, "keywordLocation", "");
    cJSON_AddStringToObject(unit, "instanceLocation", "");
    if (verdict == SCHEMA_VALID)
        return unit;
    cJSON *errors = cJSON_AddArrayToObject(unit, "errors");
    for (guint i = 0; !empty && i < findings->len; i++)
        cJSON_AddItemToArray(errors, finding_unit(g_ptr_array_index(findings, i)));
    return unit;
}
