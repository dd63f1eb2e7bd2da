/* The `detailed` output: one unit a schema, and one a keyword below it; a unit without children is
 * left out, and one with a single child is replaced by it. */
#include "stages/check/schema/explain.h"

#include <string.h>

/* The keyword that a unit stands under, right below the schema whose pointer has `prefix` bytes. */
static char *keyword_of(const cJSON *unit, gsize prefix)
{
    const char *location = json_string(unit, "keywordLocation", "");
    if (location[prefix] != '/')
        return g_strdup("");
    location += prefix + 1;
    return g_strndup(location, strcspn(location, "/"));
}

/* A list for each keyword, in the order in which they come first. Empties `units`. */
static GPtrArray *group(cJSON *units, gsize prefix)
{
    GPtrArray *groups = g_ptr_array_new();
    g_autoptr(GHashTable) by_keyword = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    while (units->child != NULL) {
        cJSON *unit = cJSON_DetachItemViaPointer(units, units->child);
        g_autofree char *keyword = keyword_of(unit, prefix);
        cJSON *list = g_hash_table_lookup(by_keyword, keyword);
        if (list == NULL) {
            list = cJSON_CreateArray();
            g_ptr_array_add(groups, list);
            g_hash_table_insert(by_keyword, g_steal_pointer(&keyword), list);
        }
        cJSON_AddItemToArray(list, unit);
    }
    return groups;
}

static const char *children_name(const Frame *frame)
{
    return frame->explain->annotating ? "annotations" : "errors";
}

static gboolean same_text(const cJSON *a, const cJSON *b, const char *key)
{
    return strcmp(json_string(a, key, ""), json_string(b, key, "")) == 0;
}

/* Where the keyword itself says something, as anyOf does beside its branches, its unit says it. */
static void hoist_error(cJSON *unit, cJSON *list)
{
    cJSON *child;
    cJSON_ArrayForEach(child, list)
    {
        cJSON *error = cJSON_GetObjectItemCaseSensitive(child, "error");
        if (error == NULL || !same_text(child, unit, "keywordLocation") ||
            !same_text(child, unit, "instanceLocation"))
            continue;
        cJSON_AddItemToObject(unit, "error", cJSON_DetachItemViaPointer(child, error));
        cJSON_Delete(cJSON_DetachItemViaPointer(list, child));
        return;
    }
}

/* The units of one keyword as one. Takes the list. */
static cJSON *unit_of(const Frame *frame, cJSON *list, gsize prefix)
{
    if (list->child->next == NULL) {
        cJSON *only = cJSON_DetachItemViaPointer(list, list->child);
        cJSON_Delete(list);
        return only;
    }
    g_autofree char *escaped = keyword_of(list->child, prefix);
    cJSON *unit = report_unit(frame, escaped);
    hoist_error(unit, list);
    cJSON_AddItemToObject(unit, children_name(frame), list);
    return unit;
}

void report_close(const Frame *frame, cJSON *outer)
{
    g_autoptr(cJSON) own = frame->explain->units;
    frame->explain->units = outer;
    if (own->child == NULL)
        return;
    if (own->child->next == NULL) {
        cJSON_AddItemToArray(outer, cJSON_DetachItemViaPointer(own, own->child));
        return;
    }
    cJSON *unit = report_unit(frame, NULL);
    const gsize prefix = strlen(json_string(unit, "keywordLocation", ""));
    g_autoptr(GPtrArray) groups = group(own, prefix);
    cJSON *children = cJSON_CreateArray();
    for (guint i = 0; i < groups->len; i++)
        cJSON_AddItemToArray(children, unit_of(frame, g_ptr_array_index(groups, i), prefix));
    cJSON_AddItemToObject(unit, children_name(frame), children);
    if (children->child->next == NULL) {
        cJSON_AddItemToArray(outer, cJSON_DetachItemViaPointer(children, children->child));
        cJSON_Delete(unit);
        return;
    }
    cJSON_AddItemToArray(outer, unit);
}
