#include "json-members.h"

#include <string.h>

typedef struct {
    guint64 start; /* of the key, the first byte highest: most comparisons end here */
    gsize place;   /* in the object */
    const cJSON *member;
} Entry;

static guint64 key_start(const char *key)
{
    guint64 start = 0;
    for (guint i = 0; i < 8 && key[i]; i++)
        start |= (guint64)(guchar)key[i] << (56 - 8 * i);
    return start;
}

static int by_key(gconstpointer a, gconstpointer b, gpointer unused)
{
    const Entry *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    int order = strcmp(x->member->string, y->member->string);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static Entry *sorted(const cJSON *object, gsize *count)
{
    *count = 0;
    for (const cJSON *member = object->child; member; member = member->next)
        ++*count;
    Entry *entries = g_new(Entry, *count);
    gsize place = 0;
    for (const cJSON *member = object->child; member; member = member->next, place++)
        entries[place] = (Entry){key_start(member->string), place, member};
    g_qsort_with_data(entries, (gint)*count, sizeof *entries, by_key, NULL);
    return entries;
}

const cJSON **json_members_sorted(const cJSON *object, gsize *count)
{
    g_autofree Entry *entries = sorted(object, count);
    const cJSON **members = g_new(const cJSON *, *count);
    for (gsize i = 0; i < *count; i++)
        members[i] = entries[i].member;
    return members;
}

const cJSON *json_members_repeated(const cJSON *object)
{
    gsize count;
    g_autofree Entry *entries = sorted(object, &count);
    const Entry *first = NULL;
    for (gsize i = 1; i < count; i++) {
        const Entry *a = &entries[i - 1], *b = &entries[i];
        gboolean same = a->start == b->start && strcmp(a->member->string, b->member->string) == 0;
        if (same && (!first || b->place < first->place))
            first = b;
    }
    return first ? first->member : NULL;
}
