/* Mutates an input as the JSON schema (with an instance) that it is: values move, keywords come and go. Bytes
 * alone seldom change a schema into another one that compiles. Only with libFuzzer, for the targets that
 * CMakeLists.txt names. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/core/json.h"
#include "tests/fuzz/fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t limit, unsigned seed);

/* What may stand under a keyword: a letter each, see make_value. */
static const struct {
    const char *name;
    char kind;
} keywords[] = {
    {"type", 't'},
    {"enum", 'a'},
    {"const", 'v'},
    {"multipleOf", 'n'},
    {"minimum", 'n'},
    {"maximum", 'n'},
    {"exclusiveMinimum", 'n'},
    {"exclusiveMaximum", 'n'},
    {"minLength", 'c'},
    {"maxLength", 'c'},
    {"pattern", 'p'},
    {"format", 'f'},
    {"contentEncoding", 'e'},
    {"contentMediaType", 'e'},
    {"contentSchema", 's'},
    {"minItems", 'c'},
    {"maxItems", 'c'},
    {"uniqueItems", 'b'},
    {"prefixItems", 'l'},
    {"items", 's'},
    {"items", 'l'},
    {"additionalItems", 's'},
    {"unevaluatedItems", 's'},
    {"contains", 's'},
    {"minContains", 'c'},
    {"maxContains", 'c'},
    {"minProperties", 'c'},
    {"maxProperties", 'c'},
    {"required", 'k'},
    {"properties", 'm'},
    {"patternProperties", 'm'},
    {"additionalProperties", 's'},
    {"unevaluatedProperties", 's'},
    {"propertyNames", 's'},
    {"dependentRequired", 'd'},
    {"dependentSchemas", 'm'},
    {"dependencies", 'm'},
    {"allOf", 'l'},
    {"anyOf", 'l'},
    {"oneOf", 'l'},
    {"not", 's'},
    {"if", 's'},
    {"then", 's'},
    {"else", 's'},
    {"$ref", 'r'},
    {"$dynamicRef", 'r'},
    {"$recursiveRef", 'r'},
    {"$recursiveAnchor", 'b'},
    {"$anchor", 'i'},
    {"$dynamicAnchor", 'i'},
    {"$id", 'u'},
    {"id", 'u'},
    {"$schema", 'S'},
    {"$defs", 'm'},
    {"definitions", 'm'},
    {"title", 'v'},
    {"default", 'v'},
};

static const char *const names[] = {"a", "b", "aa", "x-y", "", "__proto__", "kind", "é"};
static const char *const types[] = {"null",   "boolean", "integer", "number",
                                    "string", "array",   "object",  "any"};
static const char *const patterns[] = {"^a",     "b$",         "^[a-z]+$", "^(a|b)*$", "\\d{2,4}",
                                       "(a+)+$", "\\p{L}\\s?", ".",        "^x-",      "(?=a)a"};
static const char *const formats[] = {
    "date-time", "date",         "time",         "duration",     "email",         "hostname",
    "ipv4",      "ipv6",         "uri",          "iri",          "uuid",          "regex",
    "idn-email", "idn-hostname", "json-pointer", "uri-template", "uri-reference", "no-such-format"};
static const char *const contents[] = {"base64", "application/json", "text/plain", "utf-8"};
static const char *const references[] = {"#",
                                         "#/$defs/a",
                                         "#/$defs/b",
                                         "#/properties/a",
                                         "#a",
                                         "#b",
                                         "a",
                                         "http://example.com/a",
                                         "http://example.com/b#a",
                                         "https://json-schema.org/draft/2020-12/schema",
                                         "http://json-schema.org/draft-07/schema#"};
static const char *const texts[] = {"",
                                    "a",
                                    "aaa",
                                    "b\n",
                                    "1",
                                    "é",
                                    "😀",
                                    "x-a",
                                    "2026-02-29",
                                    "a@b.example",
                                    "e30=",
                                    "{\"a\":1}",
                                    "http://example.com/a?b#c",
                                    "127.0.0.1"};
static const double numbers[] = {0, 1, 2, 3, 0.5, 0.01, -1, 1e300, 1e-7, 9007199254740993.0, 4.02};

static guint below(GRand *random, guint limit)
{
    return limit == 0 ? 0 : (guint)g_rand_int_range(random, 0, (gint32)limit);
}

#define PICK(random, list) ((list)[below((random), G_N_ELEMENTS(list))])

/* ---- the nodes of the input ---- */

static void collect(cJSON *value, GPtrArray *nodes)
{
    g_ptr_array_add(nodes, value);
    for (cJSON *child = value->child; child != NULL; child = child->next)
        collect(child, nodes);
}

static cJSON *any_node(GRand *random, cJSON *root)
{
    g_autoptr(GPtrArray) nodes = g_ptr_array_new();
    collect(root, nodes);
    return g_ptr_array_index(nodes, below(random, nodes->len));
}

static cJSON *copy_of_any(GRand *random, cJSON *root)
{
    return cJSON_Duplicate(any_node(random, root), TRUE);
}

/* ---- new values ---- */

static cJSON *make_plain(GRand *random, cJSON *root)
{
    switch (below(random, 8)) {
    case 0:
        return cJSON_CreateNull();
    case 1:
        return cJSON_CreateBool(below(random, 2) == 0);
    case 2:
    case 3:
        return cJSON_CreateNumber(PICK(random, numbers));
    case 4:
        return cJSON_CreateString(PICK(random, texts));
    case 5:
        return cJSON_CreateArray();
    case 6:
        return cJSON_CreateObject();
    default:
        return copy_of_any(random, root);
    }
}

static cJSON *make_value(GRand *random, cJSON *root, char kind);

static cJSON *make_schema(GRand *random, cJSON *root)
{
    const guint dice = below(random, 8);
    if (dice == 0)
        return cJSON_CreateBool(below(random, 2) == 0);
    if (dice <= 2)
        return copy_of_any(random, root);
    cJSON *schema = cJSON_CreateObject();
    const guint i = below(random, G_N_ELEMENTS(keywords));
    cJSON_AddItemToObject(schema, keywords[i].name, make_value(random, root, keywords[i].kind));
    return schema;
}

/* A list of schemas, or an object of them under names. */
static cJSON *make_several(GRand *random, cJSON *root, gboolean map)
{
    cJSON *several = map ? cJSON_CreateObject() : cJSON_CreateArray();
    for (guint n = 1 + below(random, 3); n > 0; n--) {
        cJSON *schema = make_schema(random, root);
        const char *name = PICK(random, names);
        if (!map)
            cJSON_AddItemToArray(several, schema);
        else if (cJSON_GetObjectItemCaseSensitive(several, name) == NULL)
            cJSON_AddItemToObject(several, name, schema);
        else
            cJSON_Delete(schema);
    }
    return several;
}

static cJSON *make_names(GRand *random)
{
    const char *two[] = {PICK(random, names), PICK(random, names)};
    return cJSON_CreateStringArray(two, (int)below(random, 3));
}

static const char *any_dialect(GRand *random)
{
    static const char *const dialects[] = {
        "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema"};
    return PICK(random, dialects);
}

static cJSON *make_value(GRand *random, cJSON *root, char kind)
{
    cJSON *made;
    switch (kind) {
    case 't':
        return cJSON_CreateString(PICK(random, types));
    case 'n':
        return cJSON_CreateNumber(PICK(random, numbers));
    case 'c':
        return cJSON_CreateNumber(below(random, 5));
    case 'b':
        return cJSON_CreateBool(below(random, 4) > 0);
    case 'p':
        return cJSON_CreateString(PICK(random, patterns));
    case 'f':
        return cJSON_CreateString(PICK(random, formats));
    case 'e':
        return cJSON_CreateString(PICK(random, contents));
    case 'r':
    case 'u':
        return cJSON_CreateString(PICK(random, references));
    case 'i':
        return cJSON_CreateString(PICK(random, names));
    case 'S':
        return cJSON_CreateString(any_dialect(random));
    case 'k':
        return make_names(random);
    case 'd':
        made = cJSON_CreateObject();
        cJSON_AddItemToObject(made, PICK(random, names), make_names(random));
        return made;
    case 's':
        return make_schema(random, root);
    case 'l':
    case 'm':
        return make_several(random, root, kind == 'm');
    case 'a':
        made = cJSON_CreateArray();
        for (guint n = below(random, 4); n > 0; n--)
            cJSON_AddItemToArray(made, make_plain(random, root));
        return made;
    default:
        return make_plain(random, root);
    }
}

/* ---- mutations ---- */

static void put_member(cJSON *object, const char *name, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_AddItemToObject(object, name, value);
}

/* The content of a node becomes that of a new value; its own name and place stay. */
static void replace(cJSON *node, cJSON *value)
{
    if (!(node->type & cJSON_IsReference)) {
        cJSON_Delete(node->child);
        cJSON_free(node->valuestring);
    }
    node->type = value->type & 0xFF;
    node->child = g_steal_pointer(&value->child);
    node->valuestring = g_steal_pointer(&value->valuestring);
    node->valuedouble = value->valuedouble;
    node->valueint = value->valueint;
    cJSON_Delete(value);
}

static void mutate_once(GRand *random, cJSON *root)
{
    cJSON *node = any_node(random, root);
    const guint i = below(random, G_N_ELEMENTS(keywords));
    switch (below(random, 6)) {
    case 0:
        replace(node, make_plain(random, root));
        return;
    case 1:
        replace(node, make_schema(random, root));
        return;
    case 2: /* something goes */
        if (node->child != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(
                node,
                cJSON_GetArrayItem(node, (int)below(random, (guint)cJSON_GetArraySize(node)))));
        return;
    case 3:
        if (cJSON_IsObject(node)) /* a member of an instance, perhaps */
            put_member(node, PICK(random, names), make_plain(random, root));
        else if (cJSON_IsArray(node))
            cJSON_AddItemToArray(node, make_plain(random, root));
        return;
    default: /* a keyword comes */
        if (cJSON_IsObject(node))
            put_member(node, keywords[i].name, make_value(random, root, keywords[i].kind));
        return;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t limit, unsigned seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(cJSON) root = json_parse((const char *)data, size, NULL);
    if (root == NULL || below(random, 10) == 0)
        return LLVMFuzzerMutate(data, size, limit);
    for (guint n = 1 + below(random, 4); n > 0; n--)
        mutate_once(random, root);
    g_autofree char *text = json_print(root, FALSE);
    const gsize length = strlen(text);
    if (length > limit)
        return LLVMFuzzerMutate(data, size, limit);
    memcpy(data, text, length);
    return length;
}
