/* anyOf and oneOf: which branches a value could fit is known from its type and, for objects, from
 * a property whose text names the branch. Only those are tried. */
#include "stages/check/schema/lower.h"

#define MAX_TRIED 16u /* properties that are tried as tags */
#define MAX_NESTED 4u /* choices inside choices that are looked into */

static const guint8 slot_types[N_SLOTS] = {
    [SLOT_NULL] = cJSON_NULL,     [SLOT_BOOLEAN] = cJSON_False | cJSON_True,
    [SLOT_NUMBER] = cJSON_Number, [SLOT_STRING] = cJSON_String,
    [SLOT_ARRAY] = cJSON_Array,   [SLOT_OBJECT] = cJSON_Object,
};

/* ---- tags ---- */

static gboolean add_tag_values(Lowering *l, const SchemaNode *branch, const char *name,
                               GHashTable *texts, guint depth);

/* A branch that is itself a choice binds the property when all its branches do. */
static gboolean add_choice_values(Lowering *l, const GPtrArray *branches, const char *name,
                                  GHashTable *texts, guint depth)
{
    for (guint i = 0; branches != NULL && i < branches->len; i++) {
        if (!add_tag_values(l, g_ptr_array_index(branches, i), name, texts, depth))
            return FALSE;
    }
    return branches != NULL;
}

/* Adds the texts that the branch allows for a property (lent); FALSE when it allows others, too. */
static gboolean add_tag_values(Lowering *l, const SchemaNode *branch, const char *name,
                               GHashTable *texts, guint depth)
{
    if (depth == 0 || !lower_look(l, 1))
        return FALSE;
    branch = lower_target(l, branch);
    const SchemaNode *property =
        branch->properties == NULL ? NULL : g_hash_table_lookup(branch->properties, name);
    if (property == NULL)
        return add_choice_values(l, branch->one_of, name, texts, depth - 1) ||
               add_choice_values(l, branch->any_of, name, texts, depth - 1);
    g_autoptr(GPtrArray) values = lower_values(lower_target(l, property));
    for (guint i = 0; values != NULL && i < values->len; i++) {
        const cJSON *value = g_ptr_array_index(values, i);
        if (!cJSON_IsString(value) || !lower_look(l, 1))
            return FALSE;
        g_hash_table_add(texts, value->valuestring);
    }
    return values != NULL;
}

/* The branches by what they say of one property. */
typedef struct {
    const char *name;
    GHashTable *bound; /* text (lent) -> GPtrArray of the branches that allow it and no others */
    GPtrArray *free;   /* the branches that do not bind it */
    guint n_bound;     /* branches */
} Sorting;

static void sorting_clear(Sorting *sorting)
{
    g_clear_pointer(&sorting->bound, g_hash_table_unref);
    g_clear_pointer(&sorting->free, g_ptr_array_unref);
}

static void sort_branch(Sorting *sorting, GHashTable *texts, gpointer branch)
{
    GHashTableIter iter;
    gpointer text;
    g_hash_table_iter_init(&iter, texts);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        GPtrArray *same = g_hash_table_lookup(sorting->bound, text);
        if (same == NULL) {
            same = g_ptr_array_new();
            g_hash_table_insert(sorting->bound, text, same);
        }
        g_ptr_array_add(same, branch);
    }
    sorting->n_bound++;
}

static Sorting sort_branches(Lowering *l, const GPtrArray *branches, const char *name)
{
    Sorting sorting = {name, schema_names_new(NULL, (GDestroyNotify)g_ptr_array_unref),
                       g_ptr_array_new(), 0};
    for (guint i = 0; i < branches->len; i++) {
        gpointer branch = g_ptr_array_index(branches, i);
        g_autoptr(GHashTable) texts = schema_names_new(NULL, NULL);
        if (add_tag_values(l, branch, name, texts, MAX_NESTED))
            sort_branch(&sorting, texts, branch);
        else
            g_ptr_array_add(sorting.free, branch);
    }
    return sorting;
}

static gboolean requires(Lowering *l, const SchemaNode *branch, const char *name)
{
    branch = lower_target(l, branch);
    return branch->required != NULL && lower_look(l, branch->required->len) &&
           g_ptr_array_find_with_equal_func(branch->required, name, g_str_equal, NULL);
}

/* Every text has a list of all the branches that it leaves. */
static gboolean is_affordable(Lowering *l, const Sorting *sorting)
{
    GHashTableIter iter;
    gpointer bound;
    g_hash_table_iter_init(&iter, sorting->bound);
    while (g_hash_table_iter_next(&iter, NULL, &bound)) {
        if (!lower_look(l, (gsize)((GPtrArray *)bound)->len + sorting->free->len))
            return FALSE;
    }
    return TRUE;
}

static const RuleTag *make_tag(Lowering *l, const GPtrArray *branches, const Sorting *sorting)
{
    RuleTag *tag = arena_new_array(l->arena, RuleTag, 1);
    tag->name = lower_expect(l, sorting->name);
    guint count;
    g_autofree gpointer *texts = g_hash_table_get_keys_as_array(sorting->bound, &count);
    RuleList *meant = arena_new_array(l->arena, RuleList, count);
    for (guint i = 0; i < count; i++) {
        GPtrArray *fitting = g_hash_table_lookup(sorting->bound, texts[i]);
        g_ptr_array_extend(fitting, sorting->free, NULL, NULL);
        meant[i] = lower_list(l, fitting);
    }
    tag->meant = meant;
    tag->values = keys_make(l->arena, (const char *const *)texts, count);
    tag->others = lower_list(l, sorting->free);
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    for (guint i = 0; i < branches->len; i++) {
        gpointer branch = g_ptr_array_index(branches, i);
        if (!requires(l, branch, sorting->name))
            g_ptr_array_add(absent, branch);
    }
    tag->absent = lower_list(l, absent);
    return tag;
}

/* The names that the branches could be told apart by: of the first properties of each. */
static void add_candidates(const Lowering *l, const SchemaNode *branch, GPtrArray *names,
                           guint depth)
{
    branch = lower_target(l, branch);
    /* In the order of the schema; beside a $ref that stands alone nothing of it is read. */
    const cJSON *declared = branch->properties == NULL
                                ? NULL
                                : cJSON_GetObjectItemCaseSensitive(branch->source, "properties");
    const cJSON *entry;
    guint taken = 0;
    cJSON_ArrayForEach(entry, declared)
    {
        if (taken++ == MAX_TRIED || names->len == MAX_TRIED)
            return;
        if (!g_ptr_array_find_with_equal_func(names, entry->string, g_str_equal, NULL))
            g_ptr_array_add(names, entry->string);
    }
    if (depth > 0 && branch->one_of != NULL && branch->one_of->len > 0)
        add_candidates(l, g_ptr_array_index(branch->one_of, 0), names, depth - 1);
}

/* The property that binds the most branches, two at least. */
static const RuleTag *find_tag(Lowering *l, const GPtrArray *branches)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < MIN(branches->len, MAX_TRIED); i++)
        add_candidates(l, g_ptr_array_index(branches, i), names, MAX_NESTED);
    Sorting best = {.n_bound = 1};
    for (guint i = 0; i < names->len; i++) {
        Sorting sorting = sort_branches(l, branches, g_ptr_array_index(names, i));
        if (sorting.n_bound > best.n_bound && g_hash_table_size(sorting.bound) > 1) {
            Sorting worse = best;
            best = sorting;
            sorting = worse;
        }
        sorting_clear(&sorting);
    }
    const RuleTag *tag =
        best.name == NULL || !is_affordable(l, &best) ? NULL : make_tag(l, branches, &best);
    sorting_clear(&best);
    return tag;
}

const RuleBranches *lower_branches(Lowering *l, const GPtrArray *nodes)
{
    RuleBranches *branches = arena_new_array(l->arena, RuleBranches, 1);
    for (guint slot = 0; slot < N_SLOTS; slot++) {
        g_autoptr(GPtrArray) fitting = g_ptr_array_new();
        for (guint i = 0; i < nodes->len; i++) {
            SchemaNode *node = g_ptr_array_index(nodes, i);
            if ((lower_accepts(l, node) & slot_types[slot]) != 0)
                g_ptr_array_add(fitting, node);
        }
        branches->fitting[slot] = lower_list(l, fitting);
        if (slot == SLOT_OBJECT && fitting->len > 1)
            branches->tag = find_tag(l, fitting);
    }
    return branches;
}
