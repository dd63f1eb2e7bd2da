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

/* Members `a` on and `b` on of two objects. */
static gboolean walk_equal(const cJSON *a, const cJSON *b)
{
    for (; a; a = a->next) {
        const cJSON *other = b;
        while (other && strcmp(a->string, other->string) != 0)
            other = other->next;
        if (!other || !json_equal(a, other))
            return FALSE;
    }
    return TRUE;
}

static gboolean object_equal(const cJSON *a, const cJSON *b)
{
    gsize members = 0;
    const cJSON *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        members++;
    if (x || y)
        return FALSE;
    /* Most equal objects were written in one order. */
    for (x = a->child, y = b->child; x && strcmp(x->string, y->string) == 0; x = x->next) {
        if (!json_equal(x, y))
            return FALSE;
        y = y->next;
    }
    if (!x)
        return TRUE;
    return members <= FEW_MEMBERS ? walk_equal(x, y) : sorted_equal(a, b);
}

static gboolean array_equal(const cJSON *a, const cJSON *b)
{
    const cJSON *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        if (!json_equal(x, y))
            return FALSE;
    return !x && !y;
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
    return !cJSON_IsArray(a) || array_equal(a, b);
}
