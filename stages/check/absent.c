#include "stages/check/absent.h"

#include <string.h>

#define MAX_ROUNDS 20u

/* The object that holds the value at a pointer; NULL for list items and the record itself. */
static cJSON *parent_object(cJSON *record, const char *pointer)
{
    const char *slash = strrchr(pointer, '/');
    if (slash == NULL)
        return NULL;
    g_autofree char *above = g_strndup(pointer, (gsize)(slash - pointer));
    cJSON *parent = (cJSON *)json_at(record, above);
    return cJSON_IsObject(parent) ? parent : NULL;
}

static guint drop_refused(cJSON *record, const GPtrArray *findings)
{
    guint dropped = 0;
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(findings, i);
        cJSON *value = (cJSON *)json_at(record, finding->instance);
        cJSON *parent = parent_object(record, finding->instance);
        if (!cJSON_IsNull(value) || parent == NULL)
            continue;
        cJSON_Delete(cJSON_DetachItemViaPointer(parent, value));
        dropped++;
    }
    return dropped;
}

static void swap_content(cJSON *a, cJSON *b)
{
    cJSON *child = a->child;
    a->child = b->child;
    b->child = child;
}

guint absent_nulls(const Schema *schema, cJSON *record)
{
    if (schema_check(schema, record) != SCHEMA_INVALID || !cJSON_IsObject(record))
        return 0;
    g_autoptr(cJSON) copy = cJSON_Duplicate(record, TRUE);
    guint all = 0, dropped, rounds = 0;
    do {
        /* At most SCHEMA_MAX_FINDINGS are named in a round. */
        g_autoptr(GPtrArray) findings =
            g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
        schema_evaluate(schema, copy, findings);
        dropped = drop_refused(copy, findings);
        all += dropped;
    } while (dropped > 0 && ++rounds < MAX_ROUNDS && schema_check(schema, copy) == SCHEMA_INVALID);
    if (all == 0 || schema_check(schema, copy) != SCHEMA_VALID)
        return 0;
    swap_content(record, copy);
    return all;
}
