/* Keywords for arrays. */
#include "stages/check/schema/explain.h"

#include <math.h>

/* ---- uniqueItems: by hash, so that long lists stay linear ---- */

/* Keys of an object in any order give one hash; numbers count by value, so 1 and 1.0 are one. */
guint schema_value_hash(const cJSON *value)
{
    guint hash = (guint)(value->type & 0xff) * 2654435761u;
    if (cJSON_IsString(value))
        return hash ^ g_str_hash(value->valuestring);
    if (cJSON_IsNumber(value)) {
        double number = value->valuedouble == 0 ? 0 : value->valuedouble; /* -0 is 0 */
        return hash ^ g_double_hash(&number);
    }
    const cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        guint inner = schema_value_hash(child);
        if (cJSON_IsObject(value))
            hash += (inner ^ g_str_hash(child->string)) * 2246822519u;
        else
            hash = hash * 31 + inner;
    }
    return hash;
}

static gboolean value_equal(gconstpointer a, gconstpointer b)
{
    return json_equal(a, b);
}

static guint value_hash(gconstpointer value)
{
    return schema_value_hash(value);
}

static gboolean explain_unique(const Frame *frame)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(value_hash, value_equal);
    int index = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        gpointer first;
        if (g_hash_table_lookup_extended(seen, item, NULL, &first)) {
            if (frame->explain->findings == NULL)
                return FALSE;
            g_autofree char *shown = report_value(item);
            return report(frame, "uniqueItems",
                          "must not hold a value twice, but items %d and %d are both %s",
                          GPOINTER_TO_INT(first), index, shown);
        }
        g_hash_table_insert(seen, (gpointer)item, GINT_TO_POINTER(index++));
    }
    return TRUE;
}

/* ---- items ---- */

static gboolean explain_size(const Frame *frame, int size)
{
    const SchemaNode *node = frame->node;
    if ((double)size < node->size.min)
        return report(frame, "minItems", "must have at least %.0f items, found %d", node->size.min,
                      size);
    if ((double)size > node->size.max)
        return report(frame, "maxItems", "must have at most %.0f items, found %d", node->size.max,
                      size);
    return TRUE;
}

static gboolean explain_item(const Frame *frame, const SchemaNode *node, const cJSON *item,
                             int index, const ExplainPath *trail)
{
    const ExplainPath place = {frame->place, NULL, index};
    explain_mark(frame->marks, (guint)index);
    return explain_schema(frame, node, item, &place, trail, NULL);
}

static gboolean explain_items(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    const guint prefix = node->prefix_items == NULL ? 0 : node->prefix_items->len;
    const ExplainPath prefix_trail = {frame->trail, "prefixItems", 0};
    const ExplainPath items_trail = {frame->trail, "items", 0};
    gboolean ok = TRUE;
    int index = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        if ((guint)index < prefix) {
            const ExplainPath trail = {&prefix_trail, NULL, index};
            ok &= explain_item(frame, g_ptr_array_index(node->prefix_items, index), item, index,
                               &trail);
        } else if (node->items != NULL) {
            ok &= explain_item(frame, node->items, item, index, &items_trail);
        } else {
            break;
        }
        if (!ok && frame->explain->findings == NULL)
            return FALSE;
        index++;
    }
    return ok;
}

static gboolean explain_contains(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    guint matched = 0;
    int index = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        const ExplainPath place = {frame->place, NULL, index};
        if (explain_quietly(frame, node->contains, item, &place, NULL)) {
            matched++;
            explain_mark(frame->marks, (guint)index);
        }
        index++;
    }
    if ((double)matched < node->contained.min)
        return report(frame, node->contained.min == 1 ? "contains" : "minContains",
                      "must hold at least %.0f items of the wanted form, found %u",
                      node->contained.min, matched);
    if ((double)matched > node->contained.max)
        return report(frame, "maxContains", "must hold at most %.0f items of the form, found %u",
                      node->contained.max, matched);
    return TRUE;
}

static gboolean explain_unevaluated(const Frame *frame)
{
    const ExplainPath trail = {frame->trail, "unevaluatedItems", 0};
    gboolean ok = TRUE;
    int index = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        if (!explain_is_marked(frame->marks, (guint)index))
            ok &= explain_item(frame, frame->node->unevaluated_items, item, index, &trail);
        index++;
    }
    return ok;
}

gboolean explain_array(const Frame *frame, gboolean deep)
{
    const SchemaNode *node = frame->node;
    const gboolean all = frame->explain->findings != NULL;
    gboolean ok = TRUE;
    if (node->size.min > 0 || node->size.max != INFINITY)
        ok = explain_size(frame, cJSON_GetArraySize(frame->item));
    if ((ok || all) && (node->items != NULL || node->prefix_items != NULL))
        ok &= explain_items(frame);
    if ((ok || all) && node->contains != NULL)
        ok &= explain_contains(frame);
    if ((ok || all) && node->unique)
        ok &= explain_unique(frame);
    if ((ok || all) && deep && node->unevaluated_items != NULL)
        ok &= explain_unevaluated(frame);
    return ok;
}
