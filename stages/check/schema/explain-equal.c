/* Equal values, for const, enum and uniqueItems. What is looked at counts as work. */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/hash.h"

#include <string.h>

gboolean explain_equal(Explain *explain, const cJSON *a, const cJSON *b)
{
    const gboolean nested = a->child != NULL && b->child != NULL;
    return (!nested || explain_spend(explain, json_count_nodes(a))) && json_equal(a, b);
}

/* ---- uniqueItems ---- */

/* Keys of an object in any order give one hash; numbers count by value, so 1 and 1.0 are one. */
static guint64 value_hash(const cJSON *value)
{
    guint64 hash = hash_word(0, (guint64)(value->type & 0xff));
    if (cJSON_IsString(value))
        return hash_text(hash, value->valuestring);
    if (cJSON_IsNumber(value)) {
        const double number = value->valuedouble == 0 ? 0 : value->valuedouble; /* -0 is 0 */
        guint64 word;
        memcpy(&word, &number, sizeof word);
        return hash_word(hash, word);
    }
    guint64 members = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        const guint64 inner = value_hash(child);
        if (cJSON_IsObject(value))
            members += hash_text(inner, child->string);
        else
            hash = hash_word(hash, inner);
    }
    return hash_word(hash, members);
}

guint schema_value_hash(const cJSON *value)
{
    return (guint)value_hash(value);
}

typedef struct {
    guint64 hash;
    int index;
    const cJSON *item;
} Hashed;

static int compare_hashed(const void *left, const void *right)
{
    const Hashed *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->index - b->index;
}

static gboolean report_twice(const Frame *frame, const Hashed *a, const Hashed *b)
{
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *shown = phrase_value(a->item);
    return report(frame, "uniqueItems",
                  "must not hold a value twice, but items %d and %d are both %s", a->index,
                  b->index, shown);
}

/* Sorted by hash; an equal pair whose second item comes first in the list is put into *a and *b. */
static gboolean find_twice(Explain *explain, const GArray *items, const Hashed **a,
                           const Hashed **b)
{
    *b = NULL;
    for (guint i = 0; i < items->len; i++) {
        const Hashed *one = &g_array_index(items, Hashed, i);
        for (guint k = i + 1; k < items->len; k++) {
            const Hashed *two = &g_array_index(items, Hashed, k);
            if (one->hash != two->hash || explain->limit != NULL)
                break;
            if (!explain_equal(explain, one->item, two->item))
                continue;
            if (*b == NULL || two->index < (*b)->index) {
                *a = one;
                *b = two;
            }
            break;
        }
    }
    return *b != NULL;
}

/* Only what has the same hash can be equal, and stands together once the hashes are sorted. */
gboolean explain_unique(const Frame *frame)
{
    if (!explain_spend(frame->explain, json_count_nodes(frame->item)))
        return FALSE;
    g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Hashed));
    const cJSON *item;
    cJSON_ArrayForEach(item, frame->item)
    {
        const Hashed hashed = {value_hash(item), (int)items->len, item};
        g_array_append_val(items, hashed);
    }
    g_array_sort(items, compare_hashed);
    const Hashed *a, *b;
    return !find_twice(frame->explain, items, &a, &b) || report_twice(frame, a, b);
}
