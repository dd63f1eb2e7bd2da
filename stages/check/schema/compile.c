/* From schema text to nodes: every keyword's value is checked and read once. */
#include "stages/check/schema/node.h"

#include <math.h>
#include <string.h>

typedef struct {
    Schema *schema;
    GPtrArray *queue; /* of SchemaNode: to be compiled */
} Compiler;

/* Reads one keyword into the node. Errors carry no place; the caller adds it. */
typedef gboolean (*KeywordReader)(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                  GError **error);

static gboolean fail(GError **error, const char *sentence)
{
    g_set_error_literal(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, sentence);
    return FALSE;
}

/* ---- subschemas ---- */

/* The node of a subschema, which the index has, put in line for compiling. */
static SchemaNode *child_node(Compiler *compiler, const cJSON *source)
{
    SchemaNode *node = g_hash_table_lookup(compiler->schema->nodes, source);
    g_ptr_array_add(compiler->queue, node);
    return node;
}

static GPtrArray *child_list(Compiler *compiler, const cJSON *value)
{
    GPtrArray *list = g_ptr_array_new();
    const cJSON *item;
    cJSON_ArrayForEach(item, value) g_ptr_array_add(list, child_node(compiler, item));
    return list;
}

/* ---- any type ---- */

static gboolean add_type(SchemaNode *node, const cJSON *name)
{
    static const struct {
        const char *name;
        guint bits;
    } types[] = {
        {"null", TYPE_NULL},
        {"boolean", TYPE_BOOLEAN},
        {"string", TYPE_STRING},
        {"array", TYPE_ARRAY},
        {"object", TYPE_OBJECT},
        {"integer", TYPE_INTEGER},
        {"number", TYPE_NUMBER | TYPE_INTEGER},
    };
    for (gsize i = 0; cJSON_IsString(name) && i < G_N_ELEMENTS(types); i++) {
        if (strcmp(name->valuestring, types[i].name) == 0) {
            node->types |= types[i].bits;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean read_type(Compiler *compiler, SchemaNode *node, const cJSON *value, GError **error)
{
    if (cJSON_IsString(value))
        return add_type(node, value) || fail(error, "is not the name of a JSON type");
    if (!cJSON_IsArray(value) || value->child == NULL)
        return fail(error, "must be a type's name or a list of them");
    const cJSON *name;
    cJSON_ArrayForEach(name, value)
    {
        if (!add_type(node, name))
            return fail(error, "lists something that is not the name of a JSON type");
    }
    return TRUE;
}

static gboolean read_const(Compiler *compiler, SchemaNode *node, const cJSON *value, GError **error)
{
    node->constant = value;
    return TRUE;
}

static gboolean read_enum(Compiler *compiler, SchemaNode *node, const cJSON *value, GError **error)
{
    if (!cJSON_IsArray(value))
        return fail(error, "must be a list of values");
    node->enumeration = value;
    return TRUE;
}

static gboolean read_ref(Compiler *compiler, SchemaNode *node, const cJSON *value, GError **error)
{
    if (!cJSON_IsString(value))
        return fail(error, "must be a URI reference");
    node->ref = schema_index_resolve(compiler->schema, node, value->valuestring, NULL, error);
    if (node->ref != NULL)
        g_ptr_array_add(compiler->queue, node->ref);
    return node->ref != NULL;
}

static gboolean read_dynamic_ref(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                 GError **error)
{
    if (!cJSON_IsString(value))
        return fail(error, "must be a URI reference");
    g_autofree char *anchor = NULL;
    node->dynamic_ref =
        schema_index_resolve(compiler->schema, node, value->valuestring, &anchor, error);
    if (node->dynamic_ref == NULL)
        return FALSE;
    g_ptr_array_add(compiler->queue, node->dynamic_ref);
    /* Only a target that is itself a $dynamicAnchor of that name makes the reference dynamic. */
    if (anchor != NULL && g_hash_table_lookup(node->dynamic_ref->resource->dynamic_anchors,
                                              anchor) == node->dynamic_ref)
        node->dynamic_name = g_steal_pointer(&anchor);
    return TRUE;
}

static gboolean read_all_of(Compiler *compiler, SchemaNode *node, const cJSON *value,
                            GError **error)
{
    node->all_of = child_list(compiler, value);
    return TRUE;
}

static gboolean read_any_of(Compiler *compiler, SchemaNode *node, const cJSON *value,
                            GError **error)
{
    node->any_of = child_list(compiler, value);
    return TRUE;
}

static gboolean read_one_of(Compiler *compiler, SchemaNode *node, const cJSON *value,
                            GError **error)
{
    node->one_of = child_list(compiler, value);
    return TRUE;
}

/* ---- keywords that are one plain subschema or one plain number, by place in the node ---- */

static const struct {
    const char *keyword;
    gsize offset;
} subschemas[] = {
    {"not", G_STRUCT_OFFSET(SchemaNode, negated)},
    {"if", G_STRUCT_OFFSET(SchemaNode, condition)},
    {"then", G_STRUCT_OFFSET(SchemaNode, then_node)},
    {"else", G_STRUCT_OFFSET(SchemaNode, else_node)},
    {"items", G_STRUCT_OFFSET(SchemaNode, items)},
    {"contains", G_STRUCT_OFFSET(SchemaNode, contains)},
    {"unevaluatedItems", G_STRUCT_OFFSET(SchemaNode, unevaluated_items)},
    {"additionalProperties", G_STRUCT_OFFSET(SchemaNode, additional)},
    {"propertyNames", G_STRUCT_OFFSET(SchemaNode, property_names)},
    {"unevaluatedProperties", G_STRUCT_OFFSET(SchemaNode, unevaluated_properties)},
};

static gboolean read_subschema(Compiler *compiler, SchemaNode *node, const cJSON *value,
                               GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(subschemas); i++) {
        if (strcmp(value->string, subschemas[i].keyword) == 0)
            G_STRUCT_MEMBER(SchemaNode *, node, subschemas[i].offset) = child_node(compiler, value);
    }
    return TRUE;
}

static const struct {
    const char *keyword;
    gsize offset;
} counts[] = {
    {"minLength", G_STRUCT_OFFSET(SchemaNode, length.min)},
    {"maxLength", G_STRUCT_OFFSET(SchemaNode, length.max)},
    {"minItems", G_STRUCT_OFFSET(SchemaNode, size.min)},
    {"maxItems", G_STRUCT_OFFSET(SchemaNode, size.max)},
    {"minContains", G_STRUCT_OFFSET(SchemaNode, contained.min)},
    {"maxContains", G_STRUCT_OFFSET(SchemaNode, contained.max)},
    {"minProperties", G_STRUCT_OFFSET(SchemaNode, members.min)},
    {"maxProperties", G_STRUCT_OFFSET(SchemaNode, members.max)},
};

static gboolean read_count(Compiler *compiler, SchemaNode *node, const cJSON *value, GError **error)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) || !isfinite(value->valuedouble) ||
        trunc(value->valuedouble) != value->valuedouble)
        return fail(error, "must be a whole number, 0 or more");
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        if (strcmp(value->string, counts[i].keyword) == 0)
            G_STRUCT_MEMBER(double, node, counts[i].offset) = value->valuedouble;
    }
    return TRUE;
}

static const struct {
    const char *keyword;
    guint bit;
    gsize offset;
} bounds[] = {
    {"minimum", BOUND_MINIMUM, G_STRUCT_OFFSET(SchemaNode, minimum)},
    {"maximum", BOUND_MAXIMUM, G_STRUCT_OFFSET(SchemaNode, maximum)},
    {"exclusiveMinimum", BOUND_EXCLUSIVE_MINIMUM, G_STRUCT_OFFSET(SchemaNode, exclusive_minimum)},
    {"exclusiveMaximum", BOUND_EXCLUSIVE_MAXIMUM, G_STRUCT_OFFSET(SchemaNode, exclusive_maximum)},
};

static gboolean read_bound(Compiler *compiler, SchemaNode *node, const cJSON *value, GError **error)
{
    if (!cJSON_IsNumber(value))
        return fail(error, "must be a number");
    for (gsize i = 0; i < G_N_ELEMENTS(bounds); i++) {
        if (strcmp(value->string, bounds[i].keyword) != 0)
            continue;
        node->bounds |= bounds[i].bit;
        G_STRUCT_MEMBER(double, node, bounds[i].offset) = value->valuedouble;
    }
    return TRUE;
}

static gboolean read_multiple_of(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                 GError **error)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble > 0) || !isfinite(value->valuedouble))
        return fail(error, "must be a number greater than 0");
    node->bounds |= BOUND_MULTIPLE_OF;
    node->multiple_of = decimal_step(value->valuedouble);
    return TRUE;
}

/* ---- strings ---- */

static gboolean read_pattern(Compiler *compiler, SchemaNode *node, const cJSON *value,
                             GError **error)
{
    if (!cJSON_IsString(value))
        return fail(error, "must be a regular expression");
    node->pattern = pattern_new(value->valuestring, error);
    return node->pattern != NULL;
}

static gboolean read_format(Compiler *compiler, SchemaNode *node, const cJSON *value,
                            GError **error)
{
    if (!cJSON_IsString(value))
        return fail(error, "must be a string");
    if (compiler->schema->assert_format ||
        (node->resource->vocabularies & VOCABULARY_FORMAT_ASSERTION) != 0)
        node->format = format_find(value->valuestring);
    return TRUE;
}

/* ---- arrays ---- */

static gboolean read_prefix_items(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                  GError **error)
{
    node->prefix_items = child_list(compiler, value);
    return TRUE;
}

static gboolean read_unique(Compiler *compiler, SchemaNode *node, const cJSON *value,
                            GError **error)
{
    if (!cJSON_IsBool(value))
        return fail(error, "must be true or false");
    node->unique = cJSON_IsTrue(value);
    return TRUE;
}

/* ---- objects ---- */

static GPtrArray *read_names(const cJSON *value, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const cJSON *name;
    cJSON_ArrayForEach(name, value)
    {
        if (!cJSON_IsString(name))
            break;
        g_ptr_array_add(names, g_strdup(name->valuestring));
    }
    if (!cJSON_IsArray(value) || name != NULL) {
        fail(error, "must be a list of property names");
        return NULL;
    }
    return g_steal_pointer(&names);
}

static gboolean read_required(Compiler *compiler, SchemaNode *node, const cJSON *value,
                              GError **error)
{
    node->required = read_names(value, error);
    return node->required != NULL;
}

static SchemaMember *add_member(GPtrArray **list, const char *name)
{
    if (*list == NULL)
        *list = g_ptr_array_new_with_free_func((GDestroyNotify)schema_member_free);
    SchemaMember *member = g_new0(SchemaMember, 1);
    member->name = g_strdup(name);
    g_ptr_array_add(*list, member);
    return member;
}

static gboolean read_dependent_required(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                        GError **error)
{
    if (!cJSON_IsObject(value))
        return fail(error, "must be an object of lists of property names");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
    {
        SchemaMember *member = add_member(&node->dependent_required, entry->string);
        member->names = read_names(entry, error);
        if (member->names == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean read_dependent_schemas(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                       GError **error)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value) add_member(&node->dependent_schemas, entry->string)->node =
        child_node(compiler, entry);
    return TRUE;
}

static gboolean read_properties(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                GError **error)
{
    node->properties = g_hash_table_new(g_str_hash, g_str_equal);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
        g_hash_table_insert(node->properties, entry->string, child_node(compiler, entry));
    return TRUE;
}

static gboolean read_pattern_properties(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                        GError **error)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
    {
        SchemaMember *member = add_member(&node->pattern_properties, entry->string);
        member->node = child_node(compiler, entry);
        member->pattern = pattern_new(entry->string, error);
        if (member->pattern == NULL)
            return FALSE;
    }
    return TRUE;
}

/* ---- the table ---- */

static const struct {
    const char *keyword;
    guint vocabulary; /* 0: core, always known */
    KeywordReader read;
} keywords[] = {
    {"$ref", 0, read_ref},
    {"$dynamicRef", 0, read_dynamic_ref},
    {"allOf", VOCABULARY_APPLICATOR, read_all_of},
    {"anyOf", VOCABULARY_APPLICATOR, read_any_of},
    {"oneOf", VOCABULARY_APPLICATOR, read_one_of},
    {"not", VOCABULARY_APPLICATOR, read_subschema},
    {"if", VOCABULARY_APPLICATOR, read_subschema},
    {"then", VOCABULARY_APPLICATOR, read_subschema},
    {"else", VOCABULARY_APPLICATOR, read_subschema},
    {"prefixItems", VOCABULARY_APPLICATOR, read_prefix_items},
    {"items", VOCABULARY_APPLICATOR, read_subschema},
    {"contains", VOCABULARY_APPLICATOR, read_subschema},
    {"properties", VOCABULARY_APPLICATOR, read_properties},
    {"patternProperties", VOCABULARY_APPLICATOR, read_pattern_properties},
    {"additionalProperties", VOCABULARY_APPLICATOR, read_subschema},
    {"propertyNames", VOCABULARY_APPLICATOR, read_subschema},
    {"dependentSchemas", VOCABULARY_APPLICATOR, read_dependent_schemas},
    {"unevaluatedItems", VOCABULARY_UNEVALUATED, read_subschema},
    {"unevaluatedProperties", VOCABULARY_UNEVALUATED, read_subschema},
    {"type", VOCABULARY_VALIDATION, read_type},
    {"const", VOCABULARY_VALIDATION, read_const},
    {"enum", VOCABULARY_VALIDATION, read_enum},
    {"multipleOf", VOCABULARY_VALIDATION, read_multiple_of},
    {"minimum", VOCABULARY_VALIDATION, read_bound},
    {"maximum", VOCABULARY_VALIDATION, read_bound},
    {"exclusiveMinimum", VOCABULARY_VALIDATION, read_bound},
    {"exclusiveMaximum", VOCABULARY_VALIDATION, read_bound},
    {"minLength", VOCABULARY_VALIDATION, read_count},
    {"maxLength", VOCABULARY_VALIDATION, read_count},
    {"pattern", VOCABULARY_VALIDATION, read_pattern},
    {"minItems", VOCABULARY_VALIDATION, read_count},
    {"maxItems", VOCABULARY_VALIDATION, read_count},
    {"uniqueItems", VOCABULARY_VALIDATION, read_unique},
    {"minContains", VOCABULARY_VALIDATION, read_count},
    {"maxContains", VOCABULARY_VALIDATION, read_count},
    {"minProperties", VOCABULARY_VALIDATION, read_count},
    {"maxProperties", VOCABULARY_VALIDATION, read_count},
    {"required", VOCABULARY_VALIDATION, read_required},
    {"dependentRequired", VOCABULARY_VALIDATION, read_dependent_required},
    {"format", 0, read_format},
};

static gboolean compile_keyword(Compiler *compiler, SchemaNode *node, const cJSON *value,
                                GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++) {
        guint vocabulary = keywords[i].vocabulary;
        if (strcmp(value->string, keywords[i].keyword) != 0 ||
            (vocabulary != 0 && (node->resource->vocabularies & vocabulary) == 0))
            continue;
        if (keywords[i].read(compiler, node, value, error))
            return TRUE;
        g_prefix_error(error, "%s/%s: ", node->pointer, value->string);
        return FALSE;
    }
    return TRUE;
}

static gboolean compile_node(Compiler *compiler, SchemaNode *node, GError **error)
{
    if (node->ready)
        return TRUE;
    node->ready = TRUE;
    node->never = cJSON_IsFalse(node->source);
    const cJSON *value;
    cJSON_ArrayForEach(value, node->source)
    {
        if (!compile_keyword(compiler, node, value, error))
            return FALSE;
    }
    return TRUE;
}

/* A $dynamicRef may lead to any dynamic anchor of the resources seen, so all of them are needed. */
static void queue_dynamic_anchors(Compiler *compiler)
{
    for (guint i = 0; i < compiler->schema->owned->len; i++) {
        SchemaResource *resource = g_ptr_array_index(compiler->schema->owned, i);
        GHashTableIter iter;
        gpointer node;
        g_hash_table_iter_init(&iter, resource->dynamic_anchors);
        while (g_hash_table_iter_next(&iter, NULL, &node)) {
            if (!((SchemaNode *)node)->ready)
                g_ptr_array_add(compiler->queue, node);
        }
    }
}

static gboolean compile_all(Compiler *compiler, GError **error)
{
    while (compiler->queue->len > 0) {
        SchemaNode *node = g_ptr_array_steal_index(compiler->queue, compiler->queue->len - 1);
        if (!compile_node(compiler, node, error))
            return FALSE;
        if (compiler->queue->len == 0)
            queue_dynamic_anchors(compiler);
    }
    return TRUE;
}

gboolean schema_compile_nodes(Schema *schema, GError **error)
{
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    Compiler compiler = {schema, queue};
    g_ptr_array_add(queue, schema->root);
    return compile_all(&compiler, error);
}
