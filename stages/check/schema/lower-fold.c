/* A schema with allOf or $ref beside its own keywords would have to look at the same object several
 * times. Where the others only speak of types, properties, required names and items, what they say
 * is folded into one schema that asks for the same, and the object is looked at once. */
#include "stages/check/schema/lower.h"

#include <math.h>

/* Schemas that go round in each other would need new ones without end, and longer ones each time. */
#define MAX_WORK 4u /* names and schemas taken up here, for each schema that the document has */
#define MIN_WORK 1000u
#define MAX_LOOK 16u /* schemas inside each other that are folded at once */

struct Folding {
    GHashTable *both;  /* "a b", two pointers -> the schema that asks for what both ask for */
    GPtrArray *tables; /* of GHashTable and */
    GPtrArray *lists;  /* of GPtrArray: what hangs on the schemas made here */
    gsize work;        /* that is left */
};

Folding *folding_new(const Schema *schema)
{
    Folding *folding = g_new0(Folding, 1);
    folding->work = MIN_WORK + MAX_WORK * (gsize)g_hash_table_size(schema->nodes);
    folding->both = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    folding->tables = g_ptr_array_new_with_free_func((GDestroyNotify)g_hash_table_unref);
    folding->lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    return folding;
}

void folding_free(Folding *folding)
{
    g_hash_table_unref(folding->both);
    g_ptr_array_unref(folding->tables);
    g_ptr_array_unref(folding->lists);
    g_free(folding);
}

static gboolean spend(Lowering *l, gsize work)
{
    gboolean enough = work <= l->folding->work;
    l->folding->work -= enough ? work : l->folding->work;
    return enough;
}

static GPtrArray *new_list(Lowering *l)
{
    GPtrArray *list = g_ptr_array_new();
    g_ptr_array_add(l->folding->lists, list);
    return list;
}

static SchemaNode *copy_of(Lowering *l, const SchemaNode *node)
{
    return memcpy(arena_alloc(l->arena, sizeof *node), node, sizeof *node);
}

/* A closed object takes no name that it does not declare itself. */
static gboolean is_closed(const SchemaNode *node)
{
    return node->additional != NULL && node->additional->never && node->pattern_properties == NULL;
}

/* Put beside keywords for what is unevaluated, another schema would tell them what it evaluates. */
static gboolean minds_company(const SchemaNode *node)
{
    return node->unevaluated_items != NULL || node->unevaluated_properties != NULL;
}

/* `base` with `other` beside it. */
static SchemaNode *join(Lowering *l, const SchemaNode *base, SchemaNode *other)
{
    SchemaNode *made = copy_of(l, base);
    made->all_of = new_list(l);
    if (base->all_of != NULL)
        g_ptr_array_extend(made->all_of, base->all_of, NULL, NULL);
    g_ptr_array_add(made->all_of, other);
    return made;
}

static SchemaNode *join_any(Lowering *l, SchemaNode *a, SchemaNode *b)
{
    static const SchemaNode nothing = {.length.max = INFINITY,
                                       .size.max = INFINITY,
                                       .members.max = INFINITY,
                                       .contained = {1, INFINITY}};
    /* Other schemas can be folded into a closed object, but not the other way round. */
    if (!minds_company(a) && (minds_company(b) || is_closed(a) || !is_closed(b)))
        return join(l, a, b);
    if (!minds_company(b))
        return join(l, b, a);
    return join(l, join(l, &nothing, a), b);
}

/* The schema that asks for what a and b ask for; NULL when too many have been made. */
static SchemaNode *both(Lowering *l, SchemaNode *a, SchemaNode *b)
{
    if (a == NULL || b == NULL || a == b || !lower_says_anything(a))
        return b == NULL ? a : b;
    if (!lower_says_anything(b))
        return a;
    g_autofree char *key = g_strdup_printf("%p %p", (void *)a, (void *)b);
    SchemaNode *known = g_hash_table_lookup(l->folding->both, key);
    if (known != NULL || !spend(l, 1))
        return known;
    SchemaNode *made = join_any(l, a, b);
    g_hash_table_insert(l->folding->both, g_steal_pointer(&key), made);
    return made;
}

/* ---- one schema into another ---- */

/* What a schema says that is not folded. */
static gboolean says_more(const SchemaNode *node)
{
    SchemaNode rest = *node;
    rest.types = 0;
    rest.properties = NULL;
    rest.required = NULL;
    rest.items = NULL;
    rest.size = (SchemaCount){0, INFINITY};
    return lower_says_anything(&rest);
}

/* Schemas for further members would have to be asked, too. */
static gboolean takes_members(const SchemaNode *into)
{
    return into->additional == NULL || is_closed(into);
}

static gboolean fold_properties(Lowering *l, SchemaNode *into, const SchemaNode *from)
{
    if (from->properties == NULL)
        return TRUE;
    guint names = into->properties == NULL ? 0 : g_hash_table_size(into->properties);
    if (!spend(l, names + g_hash_table_size(from->properties)))
        return FALSE;
    GHashTable *table = schema_names_new(NULL, NULL);
    g_ptr_array_add(l->folding->tables, table);
    GHashTableIter iter;
    gpointer name, property;
    if (into->properties != NULL) {
        g_hash_table_iter_init(&iter, into->properties);
        while (g_hash_table_iter_next(&iter, &name, &property))
            g_hash_table_insert(table, name, property);
    }
    g_hash_table_iter_init(&iter, from->properties);
    while (g_hash_table_iter_next(&iter, &name, &property)) {
        SchemaNode *own = g_hash_table_lookup(table, name);
        if (own == NULL && is_closed(into))
            continue;
        SchemaNode *joined = both(l, own, property);
        if (joined == NULL)
            return FALSE;
        g_hash_table_insert(table, name, joined);
    }
    into->properties = table;
    return TRUE;
}

static gboolean fold_required(Lowering *l, SchemaNode *into, const SchemaNode *from)
{
    if (from->required == NULL)
        return TRUE;
    if (!spend(l, from->required->len + (into->required == NULL ? 0 : into->required->len)))
        return FALSE;
    GPtrArray *list = new_list(l);
    if (into->required != NULL)
        g_ptr_array_extend(list, into->required, NULL, NULL);
    g_ptr_array_extend(list, from->required, NULL, NULL);
    into->required = list;
    return TRUE;
}

/* FALSE when `from` cannot be folded; `into` is then not to be used. */
static gboolean fold_into(Lowering *l, SchemaNode *into, const SchemaNode *from)
{
    if (says_more(from) || (from->properties != NULL && !takes_members(into)))
        return FALSE;
    if (from->types != 0) {
        into->types = into->types == 0 ? from->types : into->types & from->types;
        into->never |= into->types == 0;
    }
    into->size.min = fmax(into->size.min, from->size.min);
    into->size.max = fmin(into->size.max, from->size.max);
    if (from->items != NULL) {
        into->items = both(l, into->items, from->items);
        if (into->items == NULL)
            return FALSE;
    }
    return fold_required(l, into, from) && fold_properties(l, into, from);
}

/* ---- a schema and all beside it ---- */

static const SchemaNode *fold(Lowering *l, const SchemaNode *node, guint depth);

/* Folds a schema that applies beside `into`, or lists it among those that still apply. */
static void fold_one(Lowering *l, SchemaNode *into, SchemaNode *beside, GPtrArray *left,
                     guint depth)
{
    const SchemaNode *target = fold(l, lower_target(l, beside), depth);
    if (!lower_says_anything(target))
        return;
    SchemaNode trial = *into;
    if (fold_into(l, &trial, target))
        *into = trial;
    else
        g_ptr_array_add(left, beside);
}

static const SchemaNode *fold(Lowering *l, const SchemaNode *node, guint depth)
{
    if (depth == 0 || node->never || node->prefix_items != NULL ||
        (node->ref == NULL && node->all_of == NULL) || !spend(l, 1))
        return node;
    SchemaNode *into = copy_of(l, node);
    GPtrArray *left = new_list(l);
    into->ref = NULL;
    into->all_of = left;
    if (node->ref != NULL)
        fold_one(l, into, node->ref, left, depth - 1);
    for (guint i = 0; node->all_of != NULL && i < node->all_of->len; i++)
        fold_one(l, into, g_ptr_array_index(node->all_of, i), left, depth - 1);
    if (left->len == 0)
        into->all_of = NULL;
    return into;
}

const SchemaNode *lower_folded(Lowering *l, const SchemaNode *node)
{
    /* With a dynamic scope every resource that is passed through counts. */
    return l->dynamic ? node : fold(l, node, MAX_LOOK);
}
