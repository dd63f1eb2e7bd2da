/* anyOf and oneOf: which branches a value could fit is known from its type and, for objects, from
 * a property whose text names the branch. Only those are tried. */
#include "stages/check/schema/lower.h"

/* A tag is looked for in this many properties of the first branch. */
#define MAX_TAGS_TRIED 32u

static const guint8 slot_types[N_SLOTS] = {
    [SLOT_NULL] = cJSON_NULL,     [SLOT_BOOLEAN] = cJSON_False | cJSON_True,
    [SLOT_NUMBER] = cJSON_Number, [SLOT_STRING] = cJSON_String,
    [SLOT_ARRAY] = cJSON_Array,   [SLOT_OBJECT] = cJSON_Object,
};

static RuleList list_of(Lowering *l, const GPtrArray *nodes)
{
    const Rule **list = arena_new_array(l->arena, const Rule *, nodes->len);
    for (guint i = 0; i < nodes->len; i++)
        list[i] = lower_whole(l, g_ptr_array_index(nodes, i));
    return (RuleList){list, nodes->len};
}

/* ---- tags ---- */

/* The strings that the branch allows for a property; NULL when it allows others, too. */
static GPtrArray *tag_values(const Lowering *l, const SchemaNode *branch, const char *name)
{
    branch = lower_target(l, branch);
    const SchemaNode *property =
        branch->properties == NULL ? NULL : g_hash_table_lookup(branch->properties, name);
    g_autoptr(GPtrArray) values = property == NULL ? NULL : lower_values(lower_target(l, property));
    for (guint i = 0; values != NULL && i < values->len; i++) {
        if (!cJSON_IsString((const cJSON *)g_ptr_array_index(values, i)))
            return NULL;
    }
    return g_steal_pointer(&values);
}

static gboolean requires(const Lowering *l, const SchemaNode *branch, const char *name)
{
    branch = lower_target(l, branch);
    return branch->required != NULL &&
           g_ptr_array_find_with_equal_func(branch->required, name, g_str_equal, NULL);
}

/* Branches by value; NULL when a branch does not bind the property. The keys are lent. */
static GHashTable *sort_by_tag(const Lowering *l, const GPtrArray *branches, const char *name)
{
    g_autoptr(GHashTable) sorted =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < branches->len; i++) {
        gpointer branch = g_ptr_array_index(branches, i);
        g_autoptr(GPtrArray) values = tag_values(l, branch, name);
        if (values == NULL)
            return NULL;
        for (guint k = 0; k < values->len; k++) {
            const char *text = ((const cJSON *)g_ptr_array_index(values, k))->valuestring;
            GPtrArray *same = g_hash_table_lookup(sorted, text);
            if (same == NULL) {
                same = g_ptr_array_new();
                g_hash_table_insert(sorted, (gpointer)text, same);
            }
            /* A value that is listed twice is still one branch. */
            if (same->len == 0 || g_ptr_array_index(same, same->len - 1) != branch)
                g_ptr_array_add(same, branch);
        }
    }
    return g_steal_pointer(&sorted);
}

static const RuleTag *make_tag(Lowering *l, const GPtrArray *branches, const char *name,
                               GHashTable *sorted)
{
    RuleTag *tag = arena_new_array(l->arena, RuleTag, 1);
    tag->name = arena_strndup(l->arena, name, strlen(name));
    guint count;
    g_autofree gpointer *texts = g_hash_table_get_keys_as_array(sorted, &count);
    RuleList *meant = arena_new_array(l->arena, RuleList, count);
    for (guint i = 0; i < count; i++)
        meant[i] = list_of(l, g_hash_table_lookup(sorted, texts[i]));
    tag->meant = meant;
    tag->values = keys_make(l->arena, (const char *const *)texts, count);
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    for (guint i = 0; i < branches->len; i++) {
        gpointer branch = g_ptr_array_index(branches, i);
        if (!requires(l, branch, name))
            g_ptr_array_add(absent, branch);
    }
    tag->absent = list_of(l, absent);
    return tag;
}

/* A property that every branch binds to texts, and that tells most of them apart. */
static const RuleTag *find_tag(Lowering *l, const GPtrArray *branches)
{
    if (branches->len < 2)
        return NULL;
    const SchemaNode *first = lower_target(l, g_ptr_array_index(branches, 0));
    const cJSON *declared = cJSON_GetObjectItemCaseSensitive(first->source, "properties");
    const cJSON *entry;
    guint tried = 0;
    cJSON_ArrayForEach(entry, declared)
    {
        if (tried++ == MAX_TAGS_TRIED)
            return NULL;
        g_autoptr(GHashTable) sorted = sort_by_tag(l, branches, entry->string);
        if (sorted != NULL && g_hash_table_size(sorted) > 1)
            return make_tag(l, branches, entry->string, sorted);
    }
    return NULL;
}

const RuleBranches *lower_branches(Lowering *l, const GPtrArray *nodes)
{
    RuleBranches *branches = arena_new_array(l->arena, RuleBranches, 1);
    for (guint slot = 0; slot < N_SLOTS; slot++) {
        g_autoptr(GPtrArray) fitting = g_ptr_array_new();
        for (guint i = 0; i < nodes->len; i++) {
            SchemaNode *node = g_ptr_array_index(nodes, i);
            if ((lower_accepts(node) & slot_types[slot]) != 0)
                g_ptr_array_add(fitting, node);
        }
        branches->fitting[slot] = list_of(l, fitting);
        if (slot == SLOT_OBJECT)
            branches->tag = find_tag(l, fitting);
    }
    return branches;
}
