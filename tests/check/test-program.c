/* The program against the plain evaluator: random schemas of every keyword and random values that
 * nearly fit must get the same verdict from both. What the program treats in a way of its own is
 * made often: tags, switches, closed objects with unevaluated names, required names by the hundred,
 * members in changing orders. */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/program.h"

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

/* What is folded from several schemas into one. */
static void test_folded(void)
{
    static const struct {
        const char *schema, *valid, *invalid;
    } cases[] = {
        /* names and demands of all, own ones twice */
        {"{\"properties\":{\"a\":{\"minimum\":1}},\"allOf\":[{\"properties\":{\"a\":{\"type\":"
         "\"integer\"},\"b\":{\"type\":\"null\"}},\"required\":[\"b\"]}]}",
         "{\"a\":2,\"b\":null}", "{\"a\":2.5,\"b\":null}"},
        {"{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"a\":1,\"b\":1}",
         "{\"a\":1}"},
        /* closed: only its own names, with what the others say of them */
        {"{\"properties\":{\"a\":true},\"additionalProperties\":false,\"allOf\":[{\"properties\":{"
         "\"a\":{\"type\":\"string\"},\"b\":true}}]}",
         "{\"a\":\"x\"}", "{\"a\":1}"},
        {"{\"properties\":{\"a\":true},\"additionalProperties\":false,\"allOf\":[{\"properties\":{"
         "\"b\":true}}]}",
         "{\"a\":1}", "{\"b\":1}"},
        /* further members have a schema of their own */
        {"{\"additionalProperties\":{\"type\":\"string\"},\"allOf\":[{\"properties\":{\"b\":{"
         "\"minLength\":2}}}]}",
         "{\"b\":\"xx\",\"c\":\"\"}", "{\"b\":\"x\"}"},
        {"{\"additionalProperties\":{\"type\":\"string\"},\"allOf\":[{\"properties\":{\"b\":true}}]"
         "}",
         "{\"b\":\"x\"}", "{\"b\":1}"},
        /* a closed branch inside is asked apart */
        {"{\"properties\":{\"a\":true},\"allOf\":[{\"properties\":{\"b\":true},"
         "\"additionalProperties\":false}]}",
         "{\"b\":1}", "{\"a\":1}"},
        /* types */
        {"{\"type\":[\"number\",\"string\"],\"allOf\":[{\"type\":\"integer\"}]}", "3", "3.5"},
        {"{\"allOf\":[{\"type\":\"string\"},{\"type\":[\"number\",\"string\"]}]}", "\"x\"", "1"},
        /* lists */
        {"{\"items\":{\"properties\":{\"a\":true},\"additionalProperties\":false},\"allOf\":[{"
         "\"items\":{\"properties\":{\"a\":{\"type\":\"null\"}}}},{\"items\":{\"required\":[\"a\"]}"
         ","
         "\"minItems\":1}]}",
         "[{\"a\":null}]", "[{}]"},
        {"{\"prefixItems\":[true],\"allOf\":[{\"items\":{\"type\":\"null\"}}]}", "[null,null]",
         "[1]"},
        /* what is unevaluated sees the company it has, and no other */
        {"{\"properties\":{\"a\":true},\"unevaluatedProperties\":false,\"allOf\":[{\"properties\":{"
         "\"b\":true}}]}",
         "{\"a\":1,\"b\":1}", "{\"c\":1}"},
        {"{\"properties\":{\"x\":{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}},"
         "\"allOf\":[{\"properties\":{\"x\":{\"properties\":{\"b\":true}}}}]}",
         "{\"x\":{\"a\":1}}", "{\"x\":{\"b\":1}}"},
        {"{\"items\":{\"unevaluatedItems\":false},\"allOf\":[{\"items\":{\"items\":true}}]}",
         "[[]]", "[[1]]"},
        /* two that go round in each other need no end of new schemas */
        {"{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/b\"}],\"$defs\":{\"a\":{"
         "\"properties\":{\"x\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/b\"}]}}},"
         "\"b\":{\"properties\":{\"x\":{\"$ref\":\"#/$defs/b\"},\"y\":{\"type\":\"null\"}}}}}",
         "{\"x\":{\"x\":{\"y\":null}}}", "{\"x\":{\"x\":{\"x\":{\"y\":1}}}}"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(cJSON) document = cJSON_Parse(cases[i].schema);
        g_autoptr(cJSON) valid = cJSON_Parse(cases[i].valid);
        g_autoptr(cJSON) invalid = cJSON_Parse(cases[i].invalid);
        g_autoptr(GError) error = NULL;
        g_autoptr(Schema) schema = schema_compile(document, NULL, &error);
        g_assert_no_error(error);
        guint decided = 0, right = 0;
        hold_against(schema, document, valid, &decided, &right);
        g_assert_cmpuint(right, ==, 1);
        hold_against(schema, document, invalid, &decided, &right);
        g_assert_cmpuint(right, ==, 1);
        g_assert_cmpuint(decided, ==, 2);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program/random", test_random);
    g_test_add_func("/program/folded", test_folded);
    g_test_add_func("/program/many-names", test_many_names);
    return g_test_run();
}
