#include "stages/check/schema/guess.h"

#include "stages/check/schema/phrase.h"

#include <string.h>

#define MAX_HOPS 8u        /* references and allOfs followed to find a tag */
#define MAX_CANDIDATES 64u /* properties that are tried as tags */
#define MAX_BRANCHES 500u  /* branches that are searched for tags */
#define MAX_EFFORT 50000u  /* schemas and values looked at for one guess */

/* A guess is a favour: where it would take long it is a worse one. */
static gboolean afford(Guess *guess, guint effort)
{
    if (guess->effort + effort > MAX_EFFORT)
        return FALSE;
    guess->effort += effort;
    return TRUE;
}

/* ---- tags ---- */

/* What a branch wants of a property, a const or an enum, looked for where it applies in place. */
static const SchemaNode *tag_node(Guess *guess, const SchemaNode *branch, const char *name,
                                  guint hops)
{
    if (branch == NULL || hops == 0 || !afford(guess, 1))
        return NULL;
    const SchemaNode *property =
        branch->properties == NULL ? NULL : g_hash_table_lookup(branch->properties, name);
    for (guint i = 0; property != NULL && property->ref != NULL && i < MAX_HOPS; i++)
        property = property->ref;
    if (property != NULL && (property->constant != NULL || property->enumeration != NULL))
        return property;
    property = tag_node(guess, branch->ref, name, hops - 1);
    for (guint i = 0; property == NULL && branch->all_of != NULL && i < branch->all_of->len; i++)
        property = tag_node(guess, g_ptr_array_index(branch->all_of, i), name, hops - 1);
    return property;
}

static gboolean tag_accepts(Guess *guess, const SchemaNode *tag, const cJSON *value)
{
    if (tag->constant != NULL)
        return json_equal(tag->constant, value);
    const cJSON *allowed;
    cJSON_ArrayForEach(allowed, tag->enumeration)
    {
        if (!afford(guess, 1))
            return FALSE;
        if (json_equal(allowed, value))
            return TRUE;
    }
    return FALSE;
}

static gboolean same_values(Guess *guess, const SchemaNode *a, const SchemaNode *b)
{
    if (a->constant != NULL && b->constant != NULL)
        return json_equal(a->constant, b->constant);
    if (a->constant != NULL || b->constant != NULL)
        return FALSE;
    return !afford(guess, (guint)cJSON_GetArraySize(a->enumeration)) ||
           json_equal(a->enumeration, b->enumeration);
}

static gboolean requires(Guess *guess, const SchemaNode *branch, const char *name, guint hops)
{
    if (branch == NULL || hops == 0 || !afford(guess, 1))
        return FALSE;
    if (branch->required != NULL &&
        g_ptr_array_find_with_equal_func(branch->required, name, g_str_equal, NULL))
        return TRUE;
    gboolean found = requires(guess, branch->ref, name, hops - 1);
    for (guint i = 0; !found && branch->all_of != NULL && i < branch->all_of->len; i++)
    found = requires(guess, g_ptr_array_index(branch->all_of, i), name, hops - 1);
    return found;
}

static void gather_candidates(Guess *guess, GPtrArray *names, const SchemaNode *branch, guint hops)
{
    if (branch == NULL || hops == 0 || !afford(guess, 1))
        return;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(branch->source, "properties");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, properties)
    {
        if (names->len == MAX_CANDIDATES)
            return;
        if (tag_node(guess, branch, entry->string, 1) != NULL)
            g_ptr_array_add(names, entry->string);
    }
    gather_candidates(guess, names, branch->ref, hops - 1);
    for (guint i = 0; branch->all_of != NULL && i < branch->all_of->len; i++)
        gather_candidates(guess, names, g_ptr_array_index(branch->all_of, i), hops - 1);
}

/* How well a property tells the branches apart; 0 when it does not. Every branch that has it
 * counts; that exactly one accepts the instance's value decides between equals. */
static guint tag_worth(Guess *guess, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(guess->item, name);
    const SchemaNode *first = NULL;
    guint having = 0, accepting = 0, requiring = 0;
    gboolean differ = FALSE;
    for (guint i = 0; i < guess->branches->len; i++) {
        const SchemaNode *branch = g_ptr_array_index(guess->branches, i);
        const SchemaNode *tag = tag_node(guess, branch, name, MAX_HOPS);
        if (tag == NULL)
            continue;
        having++;
        accepting += value != NULL && tag_accepts(guess, tag, value);
        requiring += requires(guess, branch, name, MAX_HOPS);
        differ |= first != NULL && !same_values(guess, first, tag);
        first = first == NULL ? tag : first;
    }
    if (!differ || (value == NULL && requiring < guess->branches->len))
        return 0;
    return 2 * having + (accepting == 1 || value == NULL);
}

static void add_tag_values(Guess *guess)
{
    guess->tags = cJSON_CreateArray();
    for (guint i = 0; i < guess->branches->len; i++) {
        const SchemaNode *tag =
            tag_node(guess, g_ptr_array_index(guess->branches, i), guess->tag, MAX_HOPS);
        if (tag == NULL)
            continue;
        if (tag->constant != NULL)
            cJSON_AddItemReferenceToArray(guess->tags, (cJSON *)tag->constant);
        const cJSON *values = tag->constant != NULL ? NULL : tag->enumeration, *allowed;
        cJSON_ArrayForEach(allowed, values)
            cJSON_AddItemReferenceToArray(guess->tags, (cJSON *)allowed);
    }
}

/* Adds the values that a branch is, if it is nothing but values. */
static gboolean add_branch_values(cJSON *values, const SchemaNode *branch)
{
    for (guint i = 0; branch->ref != NULL && i < MAX_HOPS; i++)
        branch = branch->ref;
    if (branch->constant != NULL)
        return cJSON_AddItemReferenceToArray(values, (cJSON *)branch->constant);
    if (branch->enumeration == NULL)
        return branch->types == TYPE_NULL && cJSON_AddItemToArray(values, cJSON_CreateNull());
    const cJSON *allowed;
    cJSON_ArrayForEach(allowed, branch->enumeration)
        cJSON_AddItemReferenceToArray(values, (cJSON *)allowed);
    return TRUE;
}

/* An enum in other words: every branch is a value or a few. */
static cJSON *branch_values(const GPtrArray *branches)
{
    g_autoptr(cJSON) values = cJSON_CreateArray();
    for (guint i = 0; i < branches->len; i++) {
        if (!add_branch_values(values, g_ptr_array_index(branches, i)))
            return NULL;
    }
    return g_steal_pointer(&values);
}

void guess_begin(Guess *guess, const GPtrArray *branches, const cJSON *item)
{
    guess->branches = branches;
    guess->item = item;
    guess->values = branches->len < 2 ? NULL : branch_values(branches);
    if (!cJSON_IsObject(item) || branches->len < 2 || branches->len > MAX_BRANCHES)
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    gather_candidates(guess, names, g_ptr_array_index(branches, 0), MAX_HOPS);
    gather_candidates(guess, names, g_ptr_array_index(branches, 1), MAX_HOPS);
    guint best = 0;
    for (guint i = 0; i < names->len; i++) {
        const guint worth = tag_worth(guess, g_ptr_array_index(names, i));
        if (worth > best) {
            best = worth;
            guess->tag = g_ptr_array_index(names, i);
        }
    }
    if (guess->tag == NULL)
        return;
    guess->value = cJSON_GetObjectItemCaseSensitive(item, guess->tag);
    add_tag_values(guess);
}

/* ---- weighing ---- */

static guint branch_types(Guess *guess, const SchemaNode *branch, guint hops);

/* Of all branches; 0 when one of them is for any type. */
static guint list_types(Guess *guess, const GPtrArray *list, guint hops)
{
    guint types = 0;
    for (guint i = 0; i < list->len; i++) {
        const guint own = branch_types(guess, g_ptr_array_index(list, i), hops);
        if (own == 0)
            return 0;
        types |= own;
    }
    return types;
}

/* The types that a branch is for, as far as that is plain; 0: any. */
static guint branch_types(Guess *guess, const SchemaNode *branch, guint hops)
{
    if (branch == NULL || hops == 0 || !afford(guess, 1))
        return 0;
    if (branch->types != 0)
        return branch->types;
    if (branch->constant != NULL)
        return phrase_types_of(branch->constant);
    if (branch->ref != NULL)
        return branch_types(guess, branch->ref, hops - 1);
    if (branch->any_of != NULL)
        return list_types(guess, branch->any_of, hops / 2);
    return branch->one_of != NULL ? list_types(guess, branch->one_of, hops / 2) : 0;
}

static guint pointer_depth(const char *pointer)
{
    guint depth = 0;
    for (; *pointer != '\0'; pointer++)
        depth += *pointer == '/';
    return depth;
}

static gboolean is_nearer(const GuessNearness *a, const GuessNearness *b)
{
    if (a->tag != b->tag)
        return a->tag > b->tag;
    if (a->type != b->type)
        return a->type > b->type;
    return a->deepest != b->deepest ? a->deepest > b->deepest : a->errors > b->errors;
}

void guess_weigh(Guess *guess, guint index, guint here, GPtrArray *reasons)
{
    const SchemaNode *branch = g_ptr_array_index(guess->branches, index);
    const SchemaNode *tag =
        guess->value == NULL ? NULL : tag_node(guess, branch, guess->tag, MAX_HOPS);
    const guint types = branch_types(guess, branch, MAX_HOPS);
    GuessNearness own = {.errors = -(int)reasons->len};
    own.tag = tag == NULL ? 0 : tag_accepts(guess, tag, guess->value) ? 1 : -1;
    own.type = types == 0 || (types & phrase_types_of(guess->item)) != 0;
    for (guint i = 0; i < reasons->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(reasons, i);
        own.deepest = MAX(own.deepest, (int)(pointer_depth(finding->instance) - here));
    }
    guess->tagged += own.tag > 0;
    guess->typed += own.type > 0;
    guess->types = types == 0 || (index > 0 && guess->types == 0) ? 0 : guess->types | types;
    if (index > 0 && !is_nearer(&own, &guess->best)) {
        g_ptr_array_unref(reasons);
        return;
    }
    guess->best = own;
    guess->index = index;
    g_clear_pointer(&guess->reasons, g_ptr_array_unref);
    guess->reasons = reasons;
}

void guess_end(Guess *guess)
{
    const guint count = guess->branches->len;
    if (guess->values != NULL)
        guess->by = GUESS_VALUE;
    else if (guess->typed == 0 && guess->types != 0)
        guess->by = GUESS_NO_TYPE;
    else if (guess->tag != NULL && (guess->value == NULL || guess->best.tag < 0))
        guess->by = GUESS_NO_TAG;
    else if (guess->tagged == 1 && guess->best.tag > 0)
        guess->by = GUESS_TAG;
    else if (guess->typed == 1 && count > 1)
        guess->by = GUESS_TYPE;
    else
        guess->by = GUESS_NEAREST;
}

void guess_clear(Guess *guess)
{
    g_clear_pointer(&guess->reasons, g_ptr_array_unref);
    g_clear_pointer(&guess->tags, cJSON_Delete);
    g_clear_pointer(&guess->values, cJSON_Delete);
}
