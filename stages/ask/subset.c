#include <string.h>

#include "pipeline/core/error.h"
#include "stages/ask/subset-private.h"

#define MAX_ENUM_VALUES 1000u /* in one schema */
#define MAX_LONG_ENUM 250u    /* values of one enum before their characters count */
#define MAX_ENUM_CHARACTERS 15000u
#define MAX_NODES 20000u /* a schema that refers to itself many times over ends here */

typedef struct {
    const Subset *subset;
    const cJSON *root;
    gboolean strict;   /* still the whole shape can be enforced */
    guint enum_values; /* so far */
    guint nodes;       /* so far */
    guint optional;    /* properties that stayed so */
    guint unions;      /* so far */
    GString *path;     /* JSON Pointer of the present node */
    GPtrArray *notes;  /* of SubsetNote; NULL: nobody wants them */
    GHashTable *noted; /* "pointer keyword" of all notes */
} Rewrite;

static cJSON *rewrite(Rewrite *state, const cJSON *node, guint level);

/* ---- what becomes of each rule ---- */

void subset_note_free(SubsetNote *note)
{
    g_free(note->pointer);
    g_free(note->keyword);
    g_free(note->how);
    g_free(note);
}

static void note(Rewrite *state, const char *keyword, Fate fate, const char *how)
{
    g_autofree char *key = g_strconcat(state->path->str, " ", keyword, NULL);
    if (!state->notes || !g_hash_table_add(state->noted, g_steal_pointer(&key)))
        return;
    SubsetNote *new_note = g_new0(SubsetNote, 1);
    *new_note = (SubsetNote){.pointer = g_strdup(state->path->str),
                             .keyword = g_strdup(keyword),
                             .enforced = fate == FATE_ENFORCED,
                             .refused = fate == FATE_REFUSED,
                             .how = g_strdup(how)};
    g_ptr_array_add(state->notes, new_note);
}

static const char *why_left_out(Fate fate)
{
    switch (fate) {
    case FATE_PARTLY:
        return "this value is passed over";
    case FATE_IGNORED:
        return "passed over without a word";
    case FATE_REFUSED:
        return "would be refused";
    case FATE_UNKNOWN:
        return "not known to be taken";
    case FATE_NONE:
    case FATE_ENFORCED:
        break;
    }
    return NULL;
}

/* Copies what the provider enforces of a node's rules for values into `out`; NULL: there is no
 * place for them. */
static void take_keywords(Rewrite *state, const cJSON *node, cJSON *out)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, node)
    {
        Fate fate = subset_fate(state->subset, node, each->string);
        gboolean sent = fate == FATE_ENFORCED && out;
        if (sent && !subset_get(out, each->string))
            cJSON_AddItemToObject(out, each->string, cJSON_Duplicate(each, TRUE));
        if (fate != FATE_NONE)
            note(state, each->string, fate == FATE_ENFORCED && !sent ? FATE_UNKNOWN : fate,
                 sent ? NULL : why_left_out(fate));
    }
}

/* Rules of shape, which are always said in some way. */
static void note_shape(Rewrite *state, const cJSON *node)
{
    static const struct {
        const char *keyword, *how;
    } shapes[] = {
        {"type", NULL},
        {"enum", NULL},
        {"const", "sent as an enum of one"},
        {"required", NULL},
        {"items", NULL},
        {"anyOf", NULL},
        {"oneOf", "sent as anyOf; that only one fits is checked here"},
        {"allOf", "sent as one schema of all parts"},
        {"$ref", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++)
        if (subset_get(node, shapes[i].keyword))
            note(state, shapes[i].keyword, FATE_ENFORCED, shapes[i].how);
}

/* Rewrites a node that stands at `step`/`name` below the present one. */
static cJSON *rewrite_below(Rewrite *state, const cJSON *node, const char *step, const char *name,
                            guint level)
{
    gsize before = state->path->len;
    g_autofree char *first = json_pointer_join(state->path->str, step);
    g_autofree char *all = name ? json_pointer_join(first, name) : g_strdup(first);
    g_string_assign(state->path, all);
    cJSON *out = rewrite(state, node, level);
    g_string_truncate(state->path, before);
    return out;
}

/* ---- rewriting ---- */

/* "Anything": what cannot be said in the subset. The answer is then only checked by us. */
static cJSON *anything(Rewrite *state)
{
    note(state, "schema", FATE_UNKNOWN, "cannot be said; sent as anything");
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
    copy_type(out, subset_get(node, "type"), common);
    if (enum_fits(state, values)) {
        cJSON_AddItemToObject(out, "enum", cJSON_Duplicate(values, TRUE));
    } else {
        note(state, "enum values", FATE_REFUSED, "too many; sent as their type");
        state->strict = state->strict && subset_get(out, "type");
    }
    take_keywords(state, node, NULL);
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

/* Takes `schema` (already rewritten) and gives it, or null. */
static cJSON *nullable(Rewrite *state, cJSON *schema)
{
    if (!subset_get(schema, "$ref") && subset_allows_null(state->root, schema, 0))
        return schema;
    state->unions++;
    cJSON *type = cJSON_GetObjectItemCaseSensitive(schema, "type");
    const char *name = cJSON_GetStringValue(type);
    if (!name || subset_get(schema, "enum") || g_str_equal(name, "object") ||
        g_str_equal(name, "array"))
        return either(schema, null_schema());
    const char *both[] = {name, "null"};
    cJSON *types = cJSON_CreateStringArray(both, 2);
    cJSON_ReplaceItemInObjectCaseSensitive(schema, "type", types);
    return schema;
}

/* An object without fixed properties is a map, which strict mode does not know. */
static cJSON *rewrite_map(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *more = subset_get(node, "additionalProperties");
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "object");
    if (cJSON_IsFalse(more) && !subset_get(node, "patternProperties")) {
        cJSON_AddObjectToObject(out, "properties");
        cJSON_AddArrayToObject(out, "required");
        cJSON_AddFalseToObject(out, "additionalProperties");
        return out;
    }
    if (!state->subset->maps || !cJSON_IsObject(more)) {
        note(state, "additionalProperties", FATE_UNKNOWN, "an object with any keys cannot be said");
        state->strict = FALSE;
    }
    if (cJSON_IsObject(more))
        cJSON_AddItemToObject(out, "additionalProperties",
                              rewrite_below(state, more, "additionalProperties", NULL, level + 1));
    return out;
}

/* Whether null is only one of two forms of this schema (already rewritten), which is then left
 * without it. */
static gboolean strip_null(Rewrite *state, cJSON *field)
{
    cJSON *types = cJSON_GetObjectItemCaseSensitive(field, "type");
    cJSON *any = cJSON_GetObjectItemCaseSensitive(field, "anyOf");
    cJSON *pair = any ? any : types, *null = NULL, *other = NULL;
    if (cJSON_GetArraySize(pair) != 2 || subset_get(field, "enum"))
        return FALSE;
    cJSON *each = NULL;
    cJSON_ArrayForEach(each, pair)
    {
        const char *name = any ? json_string(each, "type", "") : cJSON_GetStringValue(each);
        if (g_strcmp0(name, "null") == 0)
            null = each;
        else
            other = each;
    }
    if (!null || !other)
        return FALSE;
    cJSON_DetachItemViaPointer(pair, other);
    if (any) { /* the field becomes what the other form is */
        cJSON_DeleteItemFromObjectCaseSensitive(field, "anyOf");
        cJSON *member = NULL;
        while ((member = other->child))
            cJSON_AddItemToObject(field, member->string, cJSON_DetachItemViaPointer(other, member));
        cJSON_Delete(other);
    } else {
        cJSON_ReplaceItemInObjectCaseSensitive(field, "type", other);
    }
    state->unions--;
    return TRUE;
}

/* One property; *required says whether it must be there, in the pack's schema and then in ours.
 * Where few properties may be optional, the others may be null instead; where unions are few, too,
 * optional stands for null. */
static cJSON *rewrite_property(Rewrite *state, const cJSON *property, gboolean *required,
                               guint level)
{
    const Subset *subset = state->subset;
    cJSON *field = rewrite_below(state, property, "properties", property->string, level + 1);
    gboolean room = state->optional < subset->optional;
    gboolean crowded = subset->unions && state->unions > subset->unions;
    if (room && (!*required || crowded) && (strip_null(state, field) || !*required)) {
        state->optional++;
        *required = FALSE;
        return field;
    }
    if (*required)
        return field;
    *required = TRUE;
    return nullable(state, field);
}

static cJSON *rewrite_object(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *properties = subset_get(node, "properties"), *each = NULL;
    take_keywords(state, node, NULL);
    if (!cJSON_IsObject(properties) || !properties->child)
        return rewrite_map(state, node, level);
    if (cJSON_IsObject(subset_get(node, "additionalProperties")) ||
        subset_get(node, "patternProperties"))
        state->strict = FALSE;
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "object");
    cJSON *fields = cJSON_AddObjectToObject(out, "properties");
    cJSON *required = cJSON_CreateArray();
    guint nullables = 0, optionals = 0;
    cJSON_ArrayForEach(each, properties)
    {
        gboolean named = subset_is_listed(subset_get(node, "required"), each->string);
        gboolean sent = named;
        cJSON_AddItemToObject(fields, each->string, rewrite_property(state, each, &sent, level));
        if (sent)
            cJSON_AddItemToArray(required, cJSON_CreateString(each->string));
        nullables += sent && !named;
        optionals += named && !sent;
    }
    if (nullables)
        note(state, "optional properties", FATE_ENFORCED,
             "sent as required or null; such nulls are taken out of the answer");
    if (optionals)
        note(state, "properties that may be null", FATE_ENFORCED,
             "sent as optional; those that are missing become null");
    note(state, "additionalProperties", FATE_ENFORCED,
         subset_get(node, "additionalProperties") ? NULL : "sent as false");
    cJSON_AddItemToObject(out, "required", required);
    cJSON_AddFalseToObject(out, "additionalProperties");
    return out;
}

static cJSON *rewrite_array(Rewrite *state, const cJSON *node, guint level)
{
    const cJSON *items = subset_get(node, "items");
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", "array");
    if (cJSON_IsObject(items))
        cJSON_AddItemToObject(out, "items", rewrite_below(state, items, "items", NULL, level + 1));
    else
        cJSON_AddItemToObject(out, "items", anything(state));
    take_keywords(state, node, out);
    return out;
}

static cJSON *rewrite_alternatives(Rewrite *state, const cJSON *any, guint level)
{
    cJSON *out = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(out, "anyOf");
    const cJSON *each = NULL;
    guint number = 0;
    state->unions++;
    cJSON_ArrayForEach(each, any)
    {
        g_autofree char *name = g_strdup_printf("%u", number++);
        cJSON_AddItemToArray(list, rewrite_below(state, each, any->string, name, level + 1));
    }
    return out;
}

/* Several types, of which one is "null" at most and the others may have keywords of their own. */
static cJSON *rewrite_types(Rewrite *state, const cJSON *node, const cJSON *types, guint level)
{
    state->unions++;
    if (!subset_is_listed(types, "object") && !subset_is_listed(types, "array")) {
        cJSON *out = cJSON_CreateObject();
        cJSON_AddItemToObject(out, "type", cJSON_Duplicate(types, TRUE));
        take_keywords(state, node, out);
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
    cJSON_ArrayForEach(part, subset_get(node, "allOf"))
    {
        const cJSON *target = subset_follow(state->root, part);
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
                    if (!subset_get(mine, member->string))
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
    const cJSON *target = subset_follow(state->root, node);
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
    const cJSON *type = subset_get(node, "type");
    if (cJSON_IsArray(type))
        return rewrite_types(state, node, type, level);
    const char *name = cJSON_IsString(type) ? type->valuestring : "";
    if (g_str_equal(name, "object") || (!*name && subset_get(node, "properties")))
        return rewrite_object(state, node, level);
    if (g_str_equal(name, "array") || (!*name && subset_get(node, "items")))
        return rewrite_array(state, node, level);
    const cJSON *any =
        subset_get(node, "anyOf") ? subset_get(node, "anyOf") : subset_get(node, "oneOf");
    if (cJSON_IsArray(any) && any->child)
        return rewrite_alternatives(state, any, level);
    if (!*name)
        return anything(state);
    cJSON *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", name);
    take_keywords(state, node, out);
    return out;
}

/* One schema in the subset. Descriptions are left out on purpose: the prompt has them, and a
 * provider that shows the schema to the model would have them paid twice. */
static cJSON *rewrite(Rewrite *state, const cJSON *node, guint level)
{
    /* Also the end of a recursion that goes on outside $defs. */
    if (level > state->subset->levels || state->nodes++ > MAX_NODES || !cJSON_IsObject(node))
        return anything(state);
    note_shape(state, node);
    const char *ref = json_string(node, "$ref", NULL);
    if (ref)
        return rewrite_ref(state, node, ref, level);
    if (cJSON_IsArray(subset_get(node, "allOf"))) {
        g_autoptr(cJSON) merged = merge_all(state, node);
        return rewrite(state, merged, level + 1);
    }
    const cJSON *values = subset_get(node, "enum");
    if (cJSON_IsArray(values))
        return rewrite_enum(state, node, values);
    const cJSON *constant = subset_get(node, "const");
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

/* ---- the whole schema ---- */

static cJSON *rewrite_root(Rewrite *state)
{
    cJSON *out = rewrite(state, state->root, 0);
    const cJSON *definitions = subset_get(state->root, "$defs"), *each = NULL;
    if (!cJSON_IsObject(definitions) || !definitions->child)
        return out;
    cJSON *kept = cJSON_AddObjectToObject(out, "$defs");
    cJSON_ArrayForEach(each, definitions) cJSON_AddItemToObject(
        kept, each->string, rewrite_below(state, each, "$defs", each->string, 1));
    return out;
}

/* Whether the provider takes the result at all. */
static gboolean is_taken(Rewrite *state, const cJSON *out)
{
    const Subset *subset = state->subset;
    g_autofree char *unions =
        g_strdup_printf("more than %u unions of types; the schema is not sent", subset->unions);
    gboolean many = subset->unions && state->unions > subset->unions;
    gboolean recursive = !subset->recursion && subset_is_recursive(out);
    gboolean open = subset->exact && !state->strict;
    if (many)
        note(state, "unions", FATE_REFUSED, unions);
    if (recursive)
        note(state, "recursion", FATE_REFUSED, "it refers to itself; the schema is not sent");
    if (open)
        note(state, "shape", FATE_REFUSED, "a part cannot be said; the schema is not sent");
    return !many && !recursive && !open;
}

DialectSchema *subset_schema(const Subset *subset, const char *name, const cJSON *schema,
                             GPtrArray *notes, GError **error)
{
    if (!cJSON_IsObject(schema)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "the schema must be a JSON object");
        return NULL;
    }
    Rewrite state = {.subset = subset, .root = schema, .strict = TRUE, .notes = notes};
    state.path = g_string_new(NULL);
    state.noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    DialectSchema *result = g_new0(DialectSchema, 1);
    result->schema = rewrite_root(&state);
    if (!g_str_equal(json_string(result->schema, "type", ""), "object"))
        state.strict = FALSE; /* strict modes want an object at the root */
    result->name = schema_name(name);
    result->strict = state.strict;
    result->usable = is_taken(&state, result->schema);
    g_string_free(state.path, TRUE);
    g_hash_table_unref(state.noted);
    return result;
}

void dialect_schema_free(DialectSchema *schema)
{
    if (!schema)
        return;
    g_free(schema->name);
    cJSON_Delete(schema->schema);
    g_free(schema);
}
