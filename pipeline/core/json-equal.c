/* Equality by JSON Schema's rules. */
#include "json.h"

#include "json-members.h"
#include <string.h>

/* Below this many members a walk beats sorting. */
#define FEW_MEMBERS 16

/* Both sorted by key, then pair by pair. */
static gboolean sorted_equal(const cJSON *a, const cJSON *b)
{
    gsize n, m;
    g_autofree const cJSON **x = json_members_sorted(a, &n);
    g_autofree const cJSON **y = json_members_sorted(b, &m);
    if (n != m)
        return FALSE;
    for (gsize i = 0; i < n; i++)
        if (strcmp(x[i]->string, y[i]->string) != 0)
            return FALSE;
    for (gsize i = 0; i < n; i++)
        if (!json_equal(x[i], y[i]))
            return FALSE;
    return TRUE;
}

static gboolean walk_equal(const cJSON *a, const cJSON *b)
{
    for (const cJSON *x = a->child; x; x = x->next) {
        const cJSON *y = b->child;
        while (y && strcmp(x->string, y->string) != 0)
            y = y->next;
        if (!y || !json_equal(x, y))
            return FALSE;
    }
    return TRUE;
}

/* The members of both, one after the other, whatever their keys. */
static gboolean lists_equal(const cJSON *a, const cJSON *b)
{
    const cJSON *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        if (!json_equal(x, y))
            return FALSE;
    return !x && !y;
}

/* Keys alone decide how the values are compared: a value that was looked at twice, at each of a
 * hundred levels, would never be done. */
static gboolean object_equal(const cJSON *a, const cJSON *b)
{
    gsize members = 0;
    gboolean in_order = TRUE; /* most equal objects were written in one order */
    const cJSON *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next) {
        in_order = in_order && strcmp(x->string, y->string) == 0;
        members++;
    }
    if (x || y)
        return FALSE;
    if (in_order)
        return lists_equal(a, b);
    return members <= FEW_MEMBERS ? walk_equal(a, b) : sorted_equal(a, b);
}

gboolean json_equal(const cJSON *a, const cJSON *b)
{
    if ((a->type & 0xff) != (b->type & 0xff))
        return FALSE;
    if (cJSON_IsNumber(a))
        return a->valuedouble == b->valuedouble;
    if (cJSON_IsString(a))
        return strcmp(a->valuestring, b->valuestring) == 0;
    if (cJSON_IsObject(a))
        return object_equal(a, b);
    return !cJSON_IsArray(a) || lists_equal(a, b);
}
