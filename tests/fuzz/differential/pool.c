#include "tests/fuzz/differential/pool.h"

#include <math.h>
#include <string.h>

#define MAX_VALUES 4000u

static gboolean is_one_of(const char *name, const char *const *names)
{
    return name && g_strv_contains(names, name);
}

static void add_value(Pool *pool, const cJSON *value)
{
    if (pool->values->len < MAX_VALUES)
        g_ptr_array_add(pool->values, (gpointer)value);
    if (cJSON_IsString(value))
        g_ptr_array_add(pool->strings, value->valuestring);
    if (cJSON_IsNumber(value))
        g_array_append_val(pool->numbers, value->valuedouble);
}

static void add_children(Pool *pool, const cJSON *list)
{
    for (const cJSON *child = list->child; child; child = child->next)
        add_value(pool, child);
}

static void add_number(Pool *pool, const cJSON *keyword)
{
    static const char *const lengths[] = {"minLength",   "maxLength",     "minItems",
                                          "maxItems",    "minProperties", "maxProperties",
                                          "minContains", "maxContains",   NULL};
    static const char *const bounds[] = {"minimum", "maximum", "exclusiveMinimum",
                                         "exclusiveMaximum", NULL};
    double number = keyword->valuedouble;
    if (is_one_of(keyword->string, lengths) && number >= 0 && number <= POOL_MAX_LENGTH) {
        guint length = (guint)number;
        g_array_append_val(pool->lengths, length);
    } else if (is_one_of(keyword->string, bounds)) {
        g_array_append_val(pool->numbers, number);
    } else if (g_strcmp0(keyword->string, "multipleOf") == 0) {
        g_array_append_val(pool->divisors, number);
    }
}

static void add_names(Pool *pool, const cJSON *keyword)
{
    static const char *const maps[] = {"properties", "dependentSchemas", "dependentRequired",
                                       "dependencies", NULL};
    for (const cJSON *child = keyword->child; child; child = child->next) {
        if (cJSON_IsObject(keyword) && is_one_of(keyword->string, maps))
            g_ptr_array_add(pool->names, child->string);
        if (cJSON_IsString(child) &&
            !is_one_of(keyword->string, (const char *const[]){"enum", NULL}))
            g_ptr_array_add(pool->names, child->valuestring); /* required, and what looks like it */
    }
}

/* Keywords are taken wherever they stand: a wrong guess only makes a dull mutation. */
static void collect_schema(Pool *pool, const cJSON *schema)
{
    static const char *const lists[] = {"enum", "examples", NULL};
    static const char *const singles[] = {"const", "default", NULL};
    for (const cJSON *keyword = schema->child; keyword; keyword = keyword->next) {
        if (cJSON_IsNumber(keyword))
            add_number(pool, keyword);
        if (is_one_of(keyword->string, lists))
            add_children(pool, keyword);
        if (is_one_of(keyword->string, singles))
            add_value(pool, keyword);
        add_names(pool, keyword);
        collect_schema(pool, keyword);
    }
}

static void collect_instance(Pool *pool, const cJSON *value)
{
    add_value(pool, value);
    if (value->string)
        g_ptr_array_add(pool->names, value->string);
    for (const cJSON *child = value->child; child; child = child->next)
        collect_instance(pool, child);
}

Pool *pool_new(const cJSON *schema, const cJSON *seeds)
{
    Pool *pool = g_new0(Pool, 1);
    pool->numbers = g_array_new(FALSE, FALSE, sizeof(double));
    pool->divisors = g_array_new(FALSE, FALSE, sizeof(double));
    pool->lengths = g_array_new(FALSE, FALSE, sizeof(guint));
    pool->strings = g_ptr_array_new();
    pool->names = g_ptr_array_new();
    pool->values = g_ptr_array_new();
    collect_schema(pool, schema);
    for (const cJSON *seed = seeds->child; seed; seed = seed->next)
        collect_instance(pool, seed);
    return pool;
}

void pool_free(Pool *pool)
{
    if (!pool)
        return;
    g_array_unref(pool->numbers);
    g_array_unref(pool->divisors);
    g_array_unref(pool->lengths);
    g_ptr_array_unref(pool->strings);
    g_ptr_array_unref(pool->names);
    g_ptr_array_unref(pool->values);
    g_free(pool);
}
