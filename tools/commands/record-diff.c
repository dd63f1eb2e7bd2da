#include "tools/commands/record-diff.h"

#include "pipeline/core/json.h"

typedef struct {
    RecordDiffVisit visit;
    gpointer data;
    guint found;
} Diff;

static void compare(Diff *diff, const char *pointer, const cJSON *before, const cJSON *after);

static void compare_objects(Diff *diff, const char *pointer, const cJSON *before,
                            const cJSON *after)
{
    for (const cJSON *item = after->child; item; item = item->next) {
        g_autofree char *below = json_pointer_join(pointer, item->string);
        compare(diff, below, cJSON_GetObjectItemCaseSensitive(before, item->string), item);
    }
    for (const cJSON *item = before->child; item; item = item->next) {
        g_autofree char *below = json_pointer_join(pointer, item->string);
        if (!cJSON_GetObjectItemCaseSensitive(after, item->string))
            compare(diff, below, item, NULL);
    }
}

static void compare_arrays(Diff *diff, const char *pointer, const cJSON *before, const cJSON *after)
{
    const cJSON *one = before->child, *other = after->child;
    for (int i = 0; one || other; i++) {
        g_autofree char *below = json_pointer_index(pointer, i);
        compare(diff, below, one, other);
        one = one ? one->next : NULL;
        other = other ? other->next : NULL;
    }
}

static void compare(Diff *diff, const char *pointer, const cJSON *before, const cJSON *after)
{
    if (cJSON_IsObject(before) && cJSON_IsObject(after)) {
        compare_objects(diff, pointer, before, after);
    } else if (cJSON_IsArray(before) && cJSON_IsArray(after)) {
        compare_arrays(diff, pointer, before, after);
    } else if (!before || !after || !json_equal(before, after)) {
        diff->found++;
        diff->visit(pointer, before, after, diff->data);
    }
}

guint record_diff(const cJSON *before, const cJSON *after, RecordDiffVisit visit, gpointer data)
{
    Diff diff = {visit, data, 0};
    if (before || after)
        compare(&diff, "", before, after);
    return diff.found;
}
