/* The program against the plain evaluator: random schemas of every keyword and random values that
 * nearly fit must get the same verdict from both. What the program treats in a way of its own is
 * made often: tags, switches, closed objects with unevaluated names, required names by the hundred,
 * members in changing orders. */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/program.h"

#include <string.h>

#define ROUNDS 2500u
#define VALUES 12u

/* Few names and few texts, so that values meet what the schemas ask for. The long ones are alike in
 * their first and last words. */
static const char *const names[] = {
    "a", "b", "kind", "name", "0123456789abcdef", "offenseDateAAAAAA", "offenseDateBBBBBB", ""};
static const char *const texts[] = {"x", "y", "zz", "ä", "日本", "2024-02-29", "abcdefgh", ""};
static const double numbers[] = {0, 1, -1, 2, 2.5, 0.1, 0.3, 1e17, 5e-324, 100};

#define PICK(rand, list) (list)[g_rand_int_range((rand), 0, G_N_ELEMENTS(list))]

static gboolean chance(GRand *rand, guint percent)
{
    return (guint)g_rand_int_range(rand, 0, 100) < percent;
}

static cJSON *random_value(GRand *rand, guint depth)
{
    switch (g_rand_int_range(rand, 0, depth == 0 ? 5 : 9)) {
    case 0:
        return cJSON_CreateNull();
    case 1:
        return cJSON_CreateBool(g_rand_boolean(rand));
    case 2:
        return cJSON_CreateNumber(PICK(rand, numbers));
    case 3:
    case 4:
        return cJSON_CreateString(PICK(rand, texts));
    case 5: {
        cJSON *array = cJSON_CreateArray();
        for (int i = g_rand_int_range(rand, 0, 5); i > 0; i--)
            cJSON_AddItemToArray(array, random_value(rand, depth - 1));
        return array;
    }
    default: {
        cJSON *object = cJSON_CreateObject();
        for (int i = g_rand_int_range(rand, 0, 6); i > 0; i--) {
            const char *name = PICK(rand, names);
            if (!cJSON_HasObjectItem(object, name) &&
                cJSON_GetObjectItemCaseSensitive(object, name) == NULL)
                cJSON_AddItemToObject(object, name, random_value(rand, depth - 1));
        }
        return object;
    }
    }
}

static cJSON *random_schema(GRand *rand, guint depth);

static cJSON *schema_list(GRand *rand, guint depth)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = g_rand_int_range(rand, 1, 5); i > 0; i--)
        cJSON_AddItemToArray(list, random_schema(rand, depth));
    return list;
}

static cJSON *schema_map(GRand *rand, guint depth)
{
    cJSON *map = cJSON_CreateObject();
    for (int i = g_rand_int_range(rand, 1, 5); i > 0; i--) {
        const char *name = PICK(rand, names);
        if (cJSON_GetObjectItemCaseSensitive(map, name) == NULL)
            cJSON_AddItemToObject(map, name, random_schema(rand, depth));
    }
    return map;
}

static cJSON *name_list(GRand *rand)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--)
        cJSON_AddItemToArray(list, cJSON_CreateString(PICK(rand, names)));
    return list;
}

/* {"kind": one of the texts} and more, as the branches of real choices are. */
static cJSON *tagged_schema(GRand *rand, guint depth)
{
    cJSON *schema = random_schema(rand, depth);
    if (!cJSON_IsObject(schema))
        return schema;
    cJSON *map = cJSON_CreateObject(), *kind = cJSON_CreateObject(), *values = cJSON_CreateArray();
    for (int i = g_rand_int_range(rand, 1, 3); i > 0; i--)
        cJSON_AddItemToArray(values, cJSON_CreateString(PICK(rand, texts)));
    cJSON_AddItemToObject(kind, "enum", values);
    cJSON_AddItemToObject(map, "kind", kind);
    cJSON_DeleteItemFromObjectCaseSensitive(schema, "properties");
    cJSON_AddItemToObject(schema, "properties", map);
    if (chance(rand, 60)) {
        cJSON_DeleteItemFromObjectCaseSensitive(schema, "required");
        cJSON_AddItemToObject(schema, "required",
                              cJSON_CreateStringArray((const char *[]){"kind"}, 1));
    }
    return schema;
}

static cJSON *tagged_list(GRand *rand, guint depth)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = g_rand_int_range(rand, 2, 5); i > 0; i--)
        cJSON_AddItemToArray(list, chance(rand, 80) ? tagged_schema(rand, depth)
                                                    : random_schema(rand, depth));
    return list;
}

/* [{"if": {"kind": …}, "then": …}, …] */
static cJSON *switch_list(GRand *rand, guint depth)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = g_rand_int_range(rand, 2, 6); i > 0; i--) {
        cJSON *branch = cJSON_CreateObject(), *test = cJSON_CreateObject();
        cJSON *map = cJSON_AddObjectToObject(test, "properties");
        cJSON *kind = cJSON_AddObjectToObject(map, "kind");
        cJSON_AddStringToObject(kind, "const", PICK(rand, texts));
        if (chance(rand, 70))
            cJSON_AddItemToObject(test, "required",
                                  cJSON_CreateStringArray((const char *[]){"kind"}, 1));
        if (chance(rand, 30))
            cJSON_AddStringToObject(test, "type", "object");
        cJSON_AddItemToObject(branch, "if", test);
        cJSON_AddItemToObject(branch, "then", random_schema(rand, depth));
        if (chance(rand, 10))
            cJSON_AddItemToObject(branch, "else", random_schema(rand, depth));
        cJSON_AddItemToArray(list, branch);
    }
    return list;
}

static cJSON *value_list(GRand *rand)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = g_rand_int_range(rand, 1, 5); i > 0; i--)
        cJSON_AddItemToArray(list, random_value(rand, 1));
    return list;
}

static cJSON *type_names(GRand *rand)
{
    static const char *const types[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object",  "object"};
    if (chance(rand, 60))
        return cJSON_CreateString(PICK(rand, types));
    return cJSON_CreateStringArray((const char *[]){PICK(rand, types), PICK(rand, types)}, 2);
}

typedef enum {
    KIND_COUNT,
    KIND_NUMBER,
    KIND_STEP,
    KIND_TRUE,
    KIND_TYPE,
    KIND_VALUE,
    KIND_VALUES,
    KIND_TEXT,
    KIND_NAMES,
    KIND_NAMES_MAP,
    KIND_SCHEMA,
    KIND_LIST,
    KIND_CHOICE,
    KIND_ALL,
    KIND_MAP,
    KIND_REF,
} Kind;

static const struct {
    const char *keyword, *text;
    Kind kind;
} keywords[] = {
    {"type", NULL, KIND_TYPE},
    {"const", NULL, KIND_VALUE},
    {"enum", NULL, KIND_VALUES},
    {"minLength", NULL, KIND_COUNT},
    {"maxLength", NULL, KIND_COUNT},
    {"pattern", "^[a-z]+$", KIND_TEXT},
    {"format", "date", KIND_TEXT},
    {"minimum", NULL, KIND_NUMBER},
    {"maximum", NULL, KIND_NUMBER},
    {"exclusiveMinimum", NULL, KIND_NUMBER},
    {"exclusiveMaximum", NULL, KIND_NUMBER},
    {"multipleOf", NULL, KIND_STEP},
    {"minItems", NULL, KIND_COUNT},
    {"maxItems", NULL, KIND_COUNT},
    {"uniqueItems", NULL, KIND_TRUE},
    {"prefixItems", NULL, KIND_LIST},
    {"items", NULL, KIND_SCHEMA},
    {"contains", NULL, KIND_SCHEMA},
    {"minContains", NULL, KIND_COUNT},
    {"maxContains", NULL, KIND_COUNT},
    {"unevaluatedItems", NULL, KIND_SCHEMA},
    {"minProperties", NULL, KIND_COUNT},
    {"maxProperties", NULL, KIND_COUNT},
    {"required", NULL, KIND_NAMES},
    {"dependentRequired", NULL, KIND_NAMES_MAP},
    {"dependentSchemas", NULL, KIND_MAP},
    {"properties", NULL, KIND_MAP},
    {"properties", NULL, KIND_MAP},
    {"patternProperties", NULL, KIND_MAP},
    {"additionalProperties", NULL, KIND_SCHEMA},
    {"propertyNames", NULL, KIND_SCHEMA},
    {"unevaluatedProperties", NULL, KIND_SCHEMA},
    {"unevaluatedProperties", NULL, KIND_SCHEMA},
    {"allOf", NULL, KIND_ALL},
    {"anyOf", NULL, KIND_CHOICE},
    {"oneOf", NULL, KIND_CHOICE},
    {"not", NULL, KIND_SCHEMA},
    {"if", NULL, KIND_SCHEMA},
    {"then", NULL, KIND_SCHEMA},
    {"else", NULL, KIND_SCHEMA},
    {"$ref", NULL, KIND_REF},
    {"$dynamicRef", "#node", KIND_TEXT},
};

static cJSON *names_map(GRand *rand)
{
    cJSON *map = cJSON_CreateObject();
    for (int i = g_rand_int_range(rand, 1, 3); i > 0; i--) {
        const char *name = PICK(rand, names);
        if (cJSON_GetObjectItemCaseSensitive(map, name) == NULL)
            cJSON_AddItemToObject(map, name, name_list(rand));
    }
    return map;
}

static cJSON *random_keyword(GRand *rand, Kind kind, const char *text, guint depth)
{
    static const double steps[] = {1, 2, 0.1, 0.01, 0.5, 3, 1e-5};
    static const char *const references[] = {"#/$defs/one", "#/$defs/two", "#/$defs/three"};
    switch (kind) {
    case KIND_COUNT:
        return cJSON_CreateNumber(g_rand_int_range(rand, 0, 4));
    case KIND_NUMBER:
        return cJSON_CreateNumber(PICK(rand, numbers));
    case KIND_STEP:
        return cJSON_CreateNumber(PICK(rand, steps));
    case KIND_TRUE:
        return cJSON_CreateTrue();
    case KIND_TYPE:
        return type_names(rand);
    case KIND_VALUE:
        return random_value(rand, 2);
    case KIND_VALUES:
        return value_list(rand);
    case KIND_TEXT:
        return cJSON_CreateString(text);
    case KIND_NAMES:
        return name_list(rand);
    case KIND_NAMES_MAP:
        return names_map(rand);
    case KIND_SCHEMA:
        return random_schema(rand, depth);
    case KIND_LIST:
        return schema_list(rand, depth);
    case KIND_CHOICE:
        return chance(rand, 50) ? tagged_list(rand, depth) : schema_list(rand, depth);
    case KIND_ALL:
        return chance(rand, 50) ? switch_list(rand, depth) : schema_list(rand, depth);
    case KIND_MAP:
        return schema_map(rand, depth);
    case KIND_REF:
        return cJSON_CreateString(PICK(rand, references));
    }
    g_assert_not_reached();
}

static cJSON *random_schema(GRand *rand, guint depth)
{
    if (depth == 0 || chance(rand, 10))
        return chance(rand, 30) ? cJSON_CreateFalse() : cJSON_CreateTrue();
    cJSON *schema = cJSON_CreateObject();
    for (int i = g_rand_int_range(rand, 1, 5); i > 0; i--) {
        guint which = (guint)g_rand_int_range(rand, 0, G_N_ELEMENTS(keywords));
        const char *keyword = keywords[which].keyword;
        /* A reference in place could go round in a circle without an end. */
        gboolean circle = keyword[0] == '$' && chance(rand, 70);
        if (circle || cJSON_GetObjectItemCaseSensitive(schema, keyword) != NULL)
            continue;
        cJSON_AddItemToObject(
            schema, keyword,
            random_keyword(rand, keywords[which].kind, keywords[which].text, depth - 1));
    }
    return schema;
}

/* Three definitions to refer to; two of them are resources with the same dynamic anchor. */
static cJSON *random_document(GRand *rand)
{
    cJSON *document = random_schema(rand, 4);
    if (!cJSON_IsObject(document))
        return document;
    cJSON *defs = cJSON_AddObjectToObject(document, "$defs");
    cJSON_AddStringToObject(document, "$dynamicAnchor", "node");
    static const char *const ids[] = {"one", "two", "three"};
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        cJSON *definition = random_schema(rand, 2);
        cJSON_AddItemToObject(defs, ids[i], definition);
        if (!cJSON_IsObject(definition) || i == 2)
            continue;
        /* Inside an embedded resource the pointers of the document lead nowhere. */
        cJSON_DeleteItemFromObjectCaseSensitive(definition, "$ref");
        if (chance(rand, 40))
            cJSON_AddStringToObject(definition, "$dynamicAnchor", i == 0 ? "inner" : "other");
    }
    return document;
}

/* A pointer into what is not a number must not be looked at, and order must not matter. */
static cJSON *turned(const cJSON *value)
{
    cJSON *copy = cJSON_Duplicate(value, TRUE);
    if (!cJSON_IsObject(copy))
        return copy;
    cJSON *object = cJSON_CreateObject();
    while (copy->child != NULL) {
        cJSON *last = copy->child->prev;
        cJSON_DetachItemViaPointer(copy, last);
        cJSON_AddItemToArray(object, last);
    }
    cJSON_Delete(copy);
    return object;
}

static void hold_against(const Schema *schema, const cJSON *document, const cJSON *value,
                         guint *decided, guint *valid)
{
    const char *quick_limit, *slow_limit;
    gboolean quick = program_run(schema->program, value, &quick_limit);
    gboolean slow = explain_run(schema, value, NULL, &slow_limit);
    if (quick_limit != NULL || slow_limit != NULL)
        return;
    if (quick != slow) {
        g_autofree char *schema_text = json_print(document, FALSE);
        g_autofree char *value_text = json_print(value, FALSE);
        g_test_message("the program says %d, the evaluator %d: %s with %s", quick, slow,
                       schema_text, value_text);
    }
    g_assert_cmpint(quick, ==, slow);
    (*decided)++;
    *valid += quick;
}

static void test_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20241120);
    guint compiled = 0, decided = 0, valid = 0;
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(cJSON) document = random_document(rand);
        SchemaOptions options = {.assert_format = TRUE};
        g_autoptr(Schema) schema = schema_compile(document, &options, NULL);
        if (schema == NULL)
            continue;
        compiled++;
        for (guint k = 0; k < VALUES; k++) {
            g_autoptr(cJSON) value = random_value(rand, 3);
            g_autoptr(cJSON) other = turned(value);
            hold_against(schema, document, value, &decided, &valid);
            hold_against(schema, document, other, &decided, &valid);
        }
    }
    g_test_message("%u schemas, %u verdicts, %u of them valid", compiled, decided, valid);
    g_assert_cmpuint(compiled, >, ROUNDS / 2);
    g_assert_cmpuint(valid, >, decided / 10);
    g_assert_cmpuint(valid, <, decided * 9 / 10);
}

/* ---- older drafts ---- */

static void rename_member(cJSON *member, const char *from, const char *to)
{
    if (member->string == NULL || strcmp(member->string, from) != 0)
        return;
    const gsize size = strlen(to) + 1;
    cJSON_free(member->string);
    member->string = memcpy(cJSON_malloc(size), to, size);
}

/* The keywords of 2020-12 as older drafts write them; none is among the names of the values. */
static void make_older(cJSON *value)
{
    static const struct {
        const char *from, *to;
    } renamed[] = {{"items", "additionalItems"},
                   {"prefixItems", "items"},
                   {"dependentSchemas", "dependencies"},
                   {"$dynamicRef", "$recursiveRef"}};
    cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        if (child->string != NULL && strcmp(child->string, "$dynamicRef") == 0)
            cJSON_SetValuestring(child, "#");
        for (gsize i = 0; i < G_N_ELEMENTS(renamed); i++)
            rename_member(child, renamed[i].from, renamed[i].to);
        make_older(child);
    }
}

/* Two of the definitions are resources of their own, perhaps of another draft. */
static cJSON *older_document(GRand *rand, const char *const *dialects)
{
    cJSON *document = random_document(rand);
    if (!cJSON_IsObject(document))
        return document;
    make_older(document);
    cJSON_AddStringToObject(document, "$schema", dialects[0]);
    cJSON_AddBoolToObject(document, "$recursiveAnchor", chance(rand, 50));
    static const char *const ids[] = {"one", "two"};
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        cJSON *definition = cJSON_GetObjectItem(cJSON_GetObjectItem(document, "$defs"), ids[i]);
        if (!cJSON_IsObject(definition) || chance(rand, 30))
            continue;
        cJSON_AddStringToObject(definition, "$id", ids[i]);
        cJSON_AddStringToObject(definition, "$schema", dialects[chance(rand, 30)]);
        cJSON_AddBoolToObject(definition, "$recursiveAnchor", chance(rand, 60));
    }
    return document;
}

static void test_older_drafts(void)
{
    static const char *const dialects[][2] = {
        {"https://json-schema.org/draft/2019-09/schema", "http://json-schema.org/draft-07/schema#"},
        {"http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema"},
    };
    g_autoptr(GRand) rand = g_rand_new_with_seed(20190907);
    guint compiled = 0, decided = 0, valid = 0;
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(cJSON) document = older_document(rand, dialects[i % 2]);
        SchemaOptions options = {.assert_format = TRUE, .old_dependencies = TRUE};
        g_autoptr(Schema) schema = schema_compile(document, &options, NULL);
        if (schema == NULL)
            continue;
        compiled++;
        for (guint k = 0; k < VALUES; k++) {
            g_autoptr(cJSON) value = random_value(rand, 3);
            hold_against(schema, document, value, &decided, &valid);
        }
    }
    g_test_message("%u schemas, %u verdicts, %u of them valid", compiled, decided, valid);
    g_assert_cmpuint(compiled, >, ROUNDS / 3);
    g_assert_cmpuint(valid, >, decided / 10);
    g_assert_cmpuint(valid, <, decided * 9 / 10);
}

/* More required names than a word has bits, and more than are remembered on the stack. */
static void test_many_names(void)
{
    static const guint counts[] = {63, 64, 65, 200, 257, 1000};
    for (gsize n = 0; n < G_N_ELEMENTS(counts); n++) {
        g_autoptr(cJSON) document = cJSON_CreateObject();
        g_autoptr(cJSON) value = cJSON_CreateObject();
        cJSON *required = cJSON_AddArrayToObject(document, "required");
        for (guint i = 0; i < counts[n]; i++) {
            g_autofree char *name = g_strdup_printf("name-%u", i);
            cJSON_AddItemToArray(required, cJSON_CreateString(name));
            cJSON_AddTrueToObject(value, name);
        }
        g_autoptr(Schema) schema = schema_compile(document, NULL, NULL);
        g_assert_cmpint(schema_check(schema, value), ==, SCHEMA_VALID);
        cJSON_DeleteItemFromArray(value, (int)counts[n] - 1);
        g_assert_cmpint(schema_check(schema, value), ==, SCHEMA_INVALID);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program/random", test_random);
    g_test_add_func("/program/older-drafts", test_older_drafts);
    g_test_add_func("/program/many-names", test_many_names);
    return g_test_run();
}
