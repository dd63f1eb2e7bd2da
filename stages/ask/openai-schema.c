#include "stages/ask/openai-schema.h"

#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#define MAX_LEVELS 10u        /* of nesting that strict mode takes */
#define MAX_HOPS 32u          /* of $refs on the way to a schema */
#define MAX_ENUM_VALUES 1000u /* in one schema */
#define MAX_LONG_ENUM 250u    /* values of one enum before their characters count */
#define MAX_ENUM_CHARACTERS 15000u
#define MAX_NODES 20000u   /* a schema that refers to itself many times over ends here */
#define MAX_STEPS 1000000u /* through an answer and its schema */

typedef struct {
    const cJSON *root;
    gboolean strict;   /* still all of it can be enforced */
    guint enum_values; /* so far */
    guint nodes;       /* so far */
} Rewrite;

static cJSON *rewrite(Rewrite *state, const cJSON *node, guint level);

static const cJSON *get(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

static const cJSON *follow(const cJSON *root, const cJSON *node)
{
    for (guint hops = 0; hops < MAX_HOPS; hops++) {
        const char *ref = json_string(node, "$ref", NULL);
        if (!ref)
            return node;
        node = ref[0] == '#' ? json_at(root, ref + 1) : NULL;
        if (!node)
            return NULL;
    }
    return NULL;
}

/* "Anything": what cannot be said in the subset. The answer is then only checked by us. */
static cJSON *anything(Rewrite *state)
{
    state->strict = FALSE;
    return cJSON_CreateObject();
}

static const char *type_of_value(const cJSON *value)
{
    if (cJSON_IsString(value))
        return "string";
    if (cJSON_IsNumber(value))
        return "number";
    if (cJSON_IsBool(value))
        return "boolean";
    return cJSON_IsNull(value) ? "null" : NULL;
}

/* One type for the values of an enum, or NULL when they are mixed or not primitive. */
static const char *common_type(const cJSON *values)
{
    const char *common = NULL;
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, values)
    {
        const char *type = type_of_value(each);
        if (!type || (common && !g_str_equal(common, type)))
            return NULL;
        common = type;
    }
    return common;
}

static gboolean enum_fits(Rewrite *state, const cJSON *values)
{
    guint n = (guint)cJSON_GetArraySize(values);
    gsize characters = 0;
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, values) characters +=
        cJSON_IsString(each) ? (gsize)g_utf8_strlen(each->valuestring, -1) : 0;
    if (state->enum_values + n > MAX_ENUM_VALUES ||
        (n > MAX_LONG_ENUM && characters > MAX_ENUM_CHARACTERS))
        return FALSE;
    state->enum_values += n;
    return TRUE;
}

static void copy_type(cJSON *out, const cJSON *type, const char *otherwise)
{
    if (type)
        cJSON_AddItemToObject(out, "type", cJSON_Duplicate(type, TRUE));
    else if (otherwise)
        cJSON_AddStringToObject(out, "type", otherwise);
}

static cJSON *rewrite_enum(Rewrite *state, const cJSON *node, const cJSON *values)
{
    cJSON *out = cJSON_CreateObject();
    const char *common = common_type(values);
    copy_type(out, get(node, "type"), common);
    if (enum_fits(state, values))
        cJSON_AddItemToObject(out, "enum", cJSON_Duplicate(values, TRUE));
    else if (!get(out, "type"))
        state->strict = FALSE;
    return out;
}

static cJSON *null_schema(void)
{
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "null");
    return out;
}

static cJSON *either(cJSON *first, cJSON *second)
{
    cJSON *out = cJSON_CreateObject();
    cJSON *any = cJSON_AddArrayToObject(out, "anyOf");
    cJSON_AddItemToArray(any, first);
    cJSON_AddItemToArray(any, second);
    return out;
}

static gboolean is_listed(const cJSON *names, const char *name)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, names)
    {
        if (cJSON_IsString(each) && g_str_equal(each->valuestring, name))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_null(const cJSON *values)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, values)
    {
        if (cJSON_IsNull(each))
            return TRUE;
    }
    return FALSE;
}

/* Whether null is a value that the schema takes; for the pack's schema and for our own alike. */
static gboolean allows_null(const cJSON *root, const cJSON *node, guint depth)
{
    node = follow(root, node);
    if (!node || depth > MAX_HOPS || cJSON_IsFalse(node))
        return FALSE;
    const cJSON *type = get(node, "type"), *each = NULL;
    if (cJSON_IsString(type) && !g_str_equal(type->valuestring, "null"))
        return FALSE;
    if (cJSON_IsArray(type) && !is_listed(type, "null"))
        return FALSE;
    if (get(node, "enum") && !has_null(get(node, "enum")))
        return FALSE;
    if (get(node, "const") && !cJSON_IsNull(get(node, "const")))
        return FALSE;
    const cJSON *any = get(node, "anyOf") ? get(node, "anyOf") : get(node, "oneOf");
    if (!any)
        return TRUE;
    cJSON_ArrayForEach(each, any)
    {
        if (allows_null(root, each, depth + 1))
            return TRUE;
    }
    return FALSE;
}

/* Takes `schema` (already rewritten) and gives it, or null. */
static cJSON *nullable(Rewrite *state, cJSON *schema)
{
    if (!get(schema, "$ref") && allows_null(state->root, schema, 0))
        return schema;
    cJSON *type = cJSON_GetObjectItemCaseSensitive(schema, "type");
    const char *name = cJSON_GetStringValue(type);
    if (!name || get(schema, "enum") || g_str_equal(name, "object") || g_str_equal(name, "array"))
        return either(schema, null_schema());
    const char *both[] = {name, "null"};
    cJSON *types = cJSON_CreateStringArray(both, 2);
    cJSON_ReplaceItemInObjectCaseSensitive(schema, "type", types);
    return schema;
}

/* An object without fixed properties is a map, which strict mode does not know. */
static cJSON *rewrite_map(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *more = get(node, "additionalProperties");
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "object");
    if (cJSON_IsFalse(more) && !get(node, "patternProperties")) {
        cJSON_AddObjectToObject(out, "properties");
        cJSON_AddArrayToObject(out, "required");
        cJSON_AddFalseToObject(out, "additionalProperties");
        return out;
    }
    state->strict = FALSE;
    if (cJSON_IsObject(more))
        cJSON_AddItemToObject(out, "additionalProperties", rewrite(state, more, level + 1));
    return out;
}

static cJSON *rewrite_object(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *properties = get(node, "properties"), *each = NULL;
    if (!cJSON_IsObject(properties) || !properties->child)
        return rewrite_map(state, node, level);
    if (cJSON_IsObject(get(node, "additionalProperties")) || get(node, "patternProperties"))
        state->strict = FALSE;
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "object");
    cJSON *fields = cJSON_AddObjectToObject(out, "properties");
    cJSON *required = cJSON_CreateArray();
    cJSON_ArrayForEach(each, properties)
    {
        cJSON *field = rewrite(state, each, level + 1);
        if (!is_listed(get(node, "required"), each->string))
            field = nullable(state, field);
        cJSON_AddItemToObject(fields, each->string, field);
        cJSON_AddItemToArray(required, cJSON_CreateString(each->string));
    }
    cJSON_AddItemToObject(out, "required", required);
    cJSON_AddFalseToObject(out, "additionalProperties");
    return out;
}

static cJSON *rewrite_array(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *items = get(node, "items");
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "array");
    if (cJSON_IsObject(items))
        cJSON_AddItemToObject(out, "items", rewrite(state, items, level + 1));
    else
        cJSON_AddItemToObject(out, "items", anything(state));
    return out;
}

static cJSON *rewrite_alternatives(Rewrite *state, const cJSON *any, guint level)
{
    cJSON *out = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(out, "anyOf");
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, any) cJSON_AddItemToArray(list, rewrite(state, each, level + 1));
    return out;
}

/* Several types, of which one is "null" at most and the others may have keywords of their own. */
static cJSON *rewrite_types(Rewrite *state, const cJSON *node, const cJSON *types, guint level)
{
    if (!is_listed(types, "object") && !is_listed(types, "array")) {
        cJSON *out = cJSON_CreateObject();
        cJSON_AddItemToObject(out, "type", cJSON_Duplicate(types, TRUE));
        return out;
    }
    cJSON *out = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(out, "anyOf");
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, types)
    {
        g_autoptr(cJSON) one = cJSON_Duplicate(node, TRUE);
        cJSON_ReplaceItemInObjectCaseSensitive(one, "type", cJSON_Duplicate(each, TRUE));
        cJSON_AddItemToArray(list, rewrite(state, one, level));
    }
    return out;
}

/* allOf as one schema: properties and required names of all parts together. */
static cJSON *merge_all(Rewrite *state, const cJSON *node)
{
    cJSON *out = cJSON_Duplicate(node, TRUE);
    cJSON_DeleteItemFromObjectCaseSensitive(out, "allOf");
    const cJSON *part = NULL, *each = NULL;
    cJSON_ArrayForEach(part, get(node, "allOf"))
    {
        const cJSON *target = follow(state->root, part);
        cJSON_ArrayForEach(each, target)
        {
            cJSON *mine = cJSON_GetObjectItemCaseSensitive(out, each->string);
            if (!mine) {
                cJSON_AddItemToObject(out, each->string, cJSON_Duplicate(each, TRUE));
                continue;
            }
            const cJSON *member = NULL;
            if (g_str_equal(each->string, "properties"))
                cJSON_ArrayForEach(member, each)
                {
                    if (!get(mine, member->string))
                        cJSON_AddItemToObject(mine, member->string, cJSON_Duplicate(member, TRUE));
                }
            else if (g_str_equal(each->string, "required"))
                cJSON_ArrayForEach(member, each)
                    cJSON_AddItemToArray(mine, cJSON_Duplicate(member, TRUE));
        }
    }
    return out;
}

static cJSON *rewrite_ref(Rewrite *state, const cJSON *node, const char *ref, guint level)
{
    const char *prefix = "#/$defs/";
    const cJSON *target = follow(state->root, node);
    if (!target)
        return anything(state);
    if (g_str_equal(ref, "#") ||
        (g_str_has_prefix(ref, prefix) && !strchr(ref + strlen(prefix), '/'))) {
        cJSON *out = cJSON_CreateObject();
        cJSON_AddStringToObject(out, "$ref", ref);
        return out;
    }
    return rewrite(state, target, level + 1);
}

static cJSON *rewrite_typed(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *type = get(node, "type");
    if (cJSON_IsArray(type))
        return rewrite_types(state, node, type, level);
    const char *name = cJSON_IsString(type) ? type->valuestring : "";
    if (g_str_equal(name, "object") || (!*name && get(node, "properties")))
        return rewrite_object(state, node, level);
    if (g_str_equal(name, "array") || (!*name && get(node, "items")))
        return rewrite_array(state, node, level);
    const cJSON *any = get(node, "anyOf") ? get(node, "anyOf") : get(node, "oneOf");
    if (cJSON_IsArray(any) && any->child)
        return rewrite_alternatives(state, any, level);
    if (!*name)
        return anything(state);
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", name);
    return out;
}

/* One schema in the subset. Descriptions are left out on purpose: the prompt has them, and a
 * provider that shows the schema to the model would have them paid twice. */
static cJSON *rewrite(Rewrite *state, const cJSON *node, guint level)
{
    /* Also the end of a recursion that goes on outside $defs. */
    if (level > MAX_LEVELS || state->nodes++ > MAX_NODES || !cJSON_IsObject(node))
        return anything(state);
    const char *ref = json_string(node, "$ref", NULL);
    if (ref)
        return rewrite_ref(state, node, ref, level);
    if (cJSON_IsArray(get(node, "allOf"))) {
        g_autoptr(cJSON) merged = merge_all(state, node);
        return rewrite(state, merged, level + 1);
    }
    const cJSON *values = get(node, "enum");
    if (cJSON_IsArray(values))
        return rewrite_enum(state, node, values);
    const cJSON *constant = get(node, "const");
    if (constant) {
        g_autoptr(cJSON) one = cJSON_CreateArray();
        cJSON_AddItemToArray(one, cJSON_Duplicate(constant, TRUE));
        return rewrite_enum(state, node, one);
    }
    return rewrite_typed(state, node, level);
}

/* A name as response_format takes it. */
static char *schema_name(const char *name)
{
    g_autofree char *word = g_strndup(name, 64);
    g_strcanon(word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_');
    return g_strdup(*word ? word : "record");
}

DialectSchema *openai_schema(const char *name, const cJSON *schema, GError **error)
{
    if (!cJSON_IsObject(schema)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "the schema must be a JSON object");
        return NULL;
    }
    Rewrite state = {.root = schema, .strict = TRUE};
    cJSON *out = rewrite(&state, schema, 0);
    const cJSON *definitions = get(schema, "$defs"), *each = NULL;
    if (cJSON_IsObject(definitions) && definitions->child) {
        cJSON *kept = cJSON_AddObjectToObject(out, "$defs");
        cJSON_ArrayForEach(each, definitions)
            cJSON_AddItemToObject(kept, each->string, rewrite(&state, each, 1));
    }
    if (!g_str_equal(json_string(out, "type", ""), "object"))
        state.strict = FALSE; /* strict mode wants an object at the root */
    DialectSchema *result = g_new0(DialectSchema, 1);
    *result = (DialectSchema){.name = schema_name(name), .schema = out, .strict = state.strict};
    return result;
}

/* ---- the way back ---- */

typedef struct {
    const cJSON *root; /* the pack's schema */
    guint steps;       /* so far */
    gboolean changed;
} Restore;

static void restore(Restore *state, const cJSON *node, cJSON *value, guint depth);

static void restore_object(Restore *state, const cJSON *node, cJSON *value, guint depth)
{
    const cJSON *property = NULL;
    cJSON_ArrayForEach(property, get(node, "properties"))
    {
        cJSON *member = cJSON_GetObjectItemCaseSensitive(value, property->string);
        if (!member)
            continue;
        if (cJSON_IsNull(member) && !is_listed(get(node, "required"), property->string) &&
            !allows_null(state->root, property, 0)) {
            cJSON_DeleteItemFromObjectCaseSensitive(value, property->string);
            state->changed = TRUE;
        } else {
            restore(state, property, member, depth + 1);
        }
    }
}

/* Of alternatives only "this or null" is clear enough to undo anything. */
static const cJSON *only_shape(const cJSON *node)
{
    const cJSON *any = get(node, "anyOf") ? get(node, "anyOf") : get(node, "oneOf");
    const cJSON *only = NULL, *part = NULL;
    cJSON_ArrayForEach(part, any)
    {
        if (g_str_equal(json_string(part, "type", ""), "null"))
            continue;
        if (only)
            return NULL;
        only = part;
    }
    return only;
}

static void restore(Restore *state, const cJSON *node, cJSON *value, guint depth)
{
    node = follow(state->root, node);
    if (!node || depth > DOCKET_MAX_JSON_DEPTH || state->steps++ > MAX_STEPS)
        return;
    if (cJSON_IsObject(value))
        restore_object(state, node, value, depth);
    const cJSON *items = get(node, "items"), *part = NULL;
    if (cJSON_IsArray(value) && items) {
        cJSON *item = NULL;
        cJSON_ArrayForEach(item, value) restore(state, items, item, depth + 1);
    }
    cJSON_ArrayForEach(part, get(node, "allOf")) restore(state, part, value, depth + 1);
    const cJSON *shape = only_shape(node);
    if (shape)
        restore(state, shape, value, depth + 1);
}

char *openai_schema_restore(const cJSON *schema, const char *answer)
{
    g_autoptr(cJSON) value = json_parse(answer, strlen(answer), NULL);
    Restore state = {.root = schema};
    if (value)
        restore(&state, schema, value, 0);
    return state.changed ? json_print(value, FALSE) : NULL;
}
