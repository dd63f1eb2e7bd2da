/* Keywords for arrays. */
#include "stages/check/schema/explain.h"

#include <math.h>

static gboolean explain_size(const Frame *frame, int size)
{
    const SchemaCount *wanted = &frame->node->size;
    const gboolean few = (double)size < wanted->min;
    if (!few && !((double)size > wanted->max))
        return TRUE;
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *count = phrase_count(few ? wanted->min : wanted->max, "item", "items");
    return report(frame, few ? "minItems" : "maxItems", "must have at %s %s, found %d",
                  few ? "least" : "most", count, size);
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
    const ExplainPath prefix_trail = {frame->trail, node->prefix_keyword, 0};
    const ExplainPath items_trail = {frame->trail, node->items_keyword, 0};
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
        if (frame->explain->limit != NULL || (!ok && !explain_goes_on(frame)))
            return FALSE;
        index++;
    }
    return ok;
}

/* ---- contains ---- */

static gboolean report_contained(const Frame *frame, const char *keyword, gboolean few,
                                 guint matched)
{
    if (!explain_tells(frame))
        return FALSE;
    const SchemaCount *wanted = &frame->node->contained;
    g_autofree char *form = phrase_schema(frame->node->contains);
    g_autofree char *count = phrase_count(few ? wanted->min : wanted->max, "item", "items");
    g_autofree char *size = phrase_count(cJSON_GetArraySize(frame->item), "item", "items");
    if (form == NULL)
        return report(frame, keyword, "must hold at %s %s of the wanted form, found %u in %s",
                      few ? "least" : "most", count, matched, size);
    return report(frame, keyword, "must hold at %s %s that %s %s, found %u in %s",
                  few ? "least" : "most", count,
                  few ? (wanted->min == 1 ? "is" : "are") : (wanted->max == 1 ? "is" : "are"), form,
                  matched, size);
}

/* The indexes that matched, or true for all of them. */
static void note_contained(const Frame *frame, const cJSON *indexes)
{
    const int size = cJSON_GetArraySize(frame->item);
    const cJSON all = {.type = cJSON_True};
    report_note(frame, "contains",
                size > 0 && cJSON_GetArraySize(indexes) == size ? &all : indexes);
}

static gboolean explain_contains(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    const ExplainPath trail = {frame->trail, "contains", 0};
    g_autoptr(cJSON) indexes =
        explain_annotates(frame) && node->contains_marks ? cJSON_CreateArray() : NULL;
    guint matched = 0;
    int index = -1;
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        const ExplainPath place = {frame->place, NULL, ++index};
        if (frame->explain->limit != NULL)
            break;
        if (!explain_quietly(frame, node->contains, item, &place, NULL))
            continue;
        matched++;
        if (node->contains_marks)
            explain_mark(frame->marks, (guint)index);
        if (explain_annotates(frame))
            explain_schema(frame, node->contains, item, &place, &trail, NULL);
        if (indexes != NULL)
            cJSON_AddItemToArray(indexes, cJSON_CreateNumber(index));
    }
    if (indexes != NULL)
        note_contained(frame, indexes);
    if ((double)matched < node->contained.min)
        return report_contained(frame, node->contained.min == 1 ? "contains" : "minContains", TRUE,
                                matched);
    if ((double)matched > node->contained.max)
        return report_contained(frame, "maxContains", FALSE, matched);
    return TRUE;
}

/* ---- the rest ---- */

static gboolean explain_unevaluated(const Frame *frame)
{
    const ExplainPath trail = {frame->trail, "unevaluatedItems", 0};
    gboolean ok = TRUE, any = FALSE;
    int index = -1;
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        index++;
        if (explain_is_marked(frame->marks, (guint)index))
            continue;
        any = TRUE;
        ok &= explain_item(frame, frame->node->unevaluated_items, item, index, &trail);
        if (frame->explain->limit != NULL || (!ok && !explain_goes_on(frame)))
            return FALSE;
    }
    const cJSON all = {.type = cJSON_True};
    if (any && explain_annotates(frame))
        report_note(frame, "unevaluatedItems", &all);
    return ok;
}

gboolean explain_array(const Frame *frame, gboolean deep)
{
    const SchemaNode *node = frame->node;
    gboolean ok = TRUE;
    if (node->size.min > 0 || node->size.max != INFINITY)
        ok = explain_size(frame, cJSON_GetArraySize(frame->item));
    if ((ok || explain_goes_on(frame)) && (node->items != NULL || node->prefix_items != NULL))
        ok &= explain_items(frame);
    if ((ok || explain_goes_on(frame)) && node->contains != NULL)
        ok &= explain_contains(frame);
    if ((ok || explain_goes_on(frame)) && node->unique)
        ok &= explain_unique(frame);
    if ((ok || explain_goes_on(frame)) && deep && node->unevaluated_items != NULL)
        ok &= explain_unevaluated(frame);
    return ok;
}
