/* The way back from a provider's subset to the pack's schema. */
#include <string.h>

#include "pipeline/core/limits.h"
#include "stages/ask/subset-private.h"

#define MAX_STEPS 1000000u /* through an answer and its schema */

typedef struct {
    const cJSON *root; /* the pack's schema */
    gboolean fill;     /* what is missing and may be null is null */
    guint steps;       /* so far */
    gboolean changed;
} Restore;

static void restore(Restore *state, const cJSON *node, cJSON *value, guint depth);

static void restore_object(Restore *state, const cJSON *node, cJSON *value, guint depth)
{
    const cJSON *property = NULL;
    cJSON_ArrayForEach(property, subset_get(node, "properties"))
    {
        const char *name = property->string;
        gboolean required = subset_is_listed(subset_get(node, "required"), name);
        cJSON *member = cJSON_GetObjectItemCaseSensitive(value, name);
        if (!member) {
            if (!state->fill || !required || !subset_allows_null(state->root, property, 0))
                continue;
            cJSON_AddNullToObject(value, name);
            state->changed = TRUE;
        } else if (cJSON_IsNull(member) && !required &&
                   !subset_allows_null(state->root, property, 0)) {
            cJSON_DeleteItemFromObjectCaseSensitive(value, name);
            state->changed = TRUE;
        } else {
            restore(state, property, member, depth + 1);
        }
    }
}

/* Of alternatives only "this or null" is clear enough to undo anything. */
static const cJSON *only_shape(const cJSON *node)
{
    const cJSON *any =
        subset_get(node, "anyOf") ? subset_get(node, "anyOf") : subset_get(node, "oneOf");
    const cJSON *only = NULL, *part = NULL;
    cJSON_ArrayForEach(part, any)
    {
        if (g_str_equal(json_string(part, "type", ""), "null"))
            continue;
        if (only)
            return NULL;
        only = part;
    }
    return only;
}

static void restore(Restore *state, const cJSON *node, cJSON *value, guint depth)
{
    node = subset_follow(state->root, node);
    if (!node || depth > DOCKET_MAX_JSON_DEPTH || state->steps++ > MAX_STEPS)
        return;
    if (cJSON_IsObject(value))
        restore_object(state, node, value, depth);
    const cJSON *items = subset_get(node, "items"), *part = NULL;
    if (cJSON_IsArray(value) && items) {
        cJSON *item = NULL;
        cJSON_ArrayForEach(item, value) restore(state, items, item, depth + 1);
    }
    cJSON_ArrayForEach(part, subset_get(node, "allOf")) restore(state, part, value, depth + 1);
    const cJSON *shape = only_shape(node);
    if (shape)
        restore(state, shape, value, depth + 1);
}

char *subset_restore(const Subset *subset, const cJSON *schema, const char *answer)
{
    g_autoptr(cJSON) value = json_parse(answer, strlen(answer), NULL);
    Restore state = {.root = schema, .fill = subset->unions > 0};
    if (value)
        restore(&state, schema, value, 0);
    return state.changed ? json_print(value, FALSE) : NULL;
}
