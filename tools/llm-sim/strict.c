#include "tools/llm-sim/strict.h"

#define MAX_LEVELS 10
#define MAX_DEPTH 64        /* of our own recursion */
#define MAX_OPTIONAL 24     /* Anthropic, in all */
#define MAX_UNIONS 16       /* Anthropic, in all */
#define MAX_PROPERTIES 5000 /* OpenAI, in all */

typedef struct {
    StrictRules rules;
    guint optional, unions, properties;
    char *complaint;
} Strict;

static const char *const refused_openai[] = {"oneOf",
                                             "allOf",
                                             "not",
                                             "if",
                                             "then",
                                             "else",
                                             "default",
                                             "patternProperties",
                                             "propertyNames",
                                             "minProperties",
                                             "maxProperties",
                                             "uniqueItems",
                                             "contains",
                                             "prefixItems",
                                             "minLength",
                                             "maxLength",
                                             "dependentRequired",
                                             "dependentSchemas",
                                             "unevaluatedProperties",
                                             NULL};
static const char *const refused_anthropic[] = {"oneOf",
                                                "not",
                                                "if",
                                                "then",
                                                "else",
                                                "patternProperties",
                                                "propertyNames",
                                                "minProperties",
                                                "maxProperties",
                                                "uniqueItems",
                                                "contains",
                                                "prefixItems",
                                                "minLength",
                                                "maxLength",
                                                "minimum",
                                                "maximum",
                                                "exclusiveMinimum",
                                                "exclusiveMaximum",
                                                "multipleOf",
                                                "maxItems",
                                                "dependentRequired",
                                                "dependentSchemas",
                                                "unevaluatedProperties",
                                                NULL};

static gboolean complain(Strict *strict, const char *format, const char *word)
{
    if (!strict->complaint)
        strict->complaint = g_strdup_printf(format, word);
    return FALSE;
}

static gboolean is_in(const cJSON *list, const char *text)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, list)
    {
        if (cJSON_IsString(each) && g_str_equal(each->valuestring, text))
            return TRUE;
    }
    return FALSE;
}

static gboolean check(Strict *strict, const cJSON *node, int level, int depth);

static gboolean check_object(Strict *strict, const cJSON *node, int level, int depth)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(node, "properties"), *each = NULL;
    const cJSON *required = cJSON_GetObjectItemCaseSensitive(node, "required");
    if (!cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(node, "additionalProperties")))
        return complain(strict, "'additionalProperties' is required to be supplied and to be %s",
                        "false.");
    if (level > MAX_LEVELS && strict->rules == STRICT_OPENAI)
        return complain(strict, "more levels of nesting than the limit of %s.", "10");
    cJSON_ArrayForEach(each, properties)
    {
        strict->properties++;
        if (!is_in(required, each->string)) {
            strict->optional++;
            if (strict->rules == STRICT_OPENAI)
                return complain(strict,
                                "'required' is required to be supplied and to be an array "
                                "including every key in properties. Missing '%s'.",
                                each->string);
        }
        if (!check(strict, each, level + 1, depth + 1))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_keywords(Strict *strict, const cJSON *node)
{
    const char *const *refused =
        strict->rules == STRICT_OPENAI ? refused_openai : refused_anthropic;
    for (guint i = 0; refused[i]; i++)
        if (cJSON_GetObjectItemCaseSensitive(node, refused[i]))
            return complain(strict, "'%s' is not permitted.", refused[i]);
    return TRUE;
}

static gboolean check_members(Strict *strict, const cJSON *list, int level, int depth)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, list)
    {
        if (!check(strict, each, level, depth + 1))
            return FALSE;
    }
    return TRUE;
}

static gboolean check(Strict *strict, const cJSON *node, int level, int depth)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "type");
    const cJSON *any = cJSON_GetObjectItemCaseSensitive(node, "anyOf");
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(node, "items");
    if (depth > MAX_DEPTH || !cJSON_IsObject(node))
        return complain(strict, "schema must have a '%s' key.", "type");
    if (!check_keywords(strict, node))
        return FALSE;
    strict->unions += any || cJSON_IsArray(type);
    gboolean object = g_strcmp0(cJSON_GetStringValue(type), "object") == 0 || is_in(type, "object");
    if (object && !check_object(strict, node, level, depth))
        return FALSE;
    if (items && !check(strict, items, level, depth + 1))
        return FALSE;
    return check_members(strict, any, level, depth) &&
           check_members(strict, cJSON_GetObjectItemCaseSensitive(node, "$defs"), level, depth);
}

char *strict_check(const cJSON *schema, StrictRules rules)
{
    Strict strict = {.rules = rules};
    if (rules == STRICT_OPENAI && g_strcmp0(json_string(schema, "type", NULL), "object") != 0)
        return g_strdup("schema must be a JSON Schema of 'type: \"object\"'.");
    if (!check(&strict, schema, 1, 0))
        return strict.complaint;
    if (rules == STRICT_OPENAI && strict.properties > MAX_PROPERTIES)
        return g_strdup("too many properties (limit: 5000).");
    if (rules == STRICT_ANTHROPIC && strict.optional > MAX_OPTIONAL)
        return g_strdup_printf("Schemas contains too many optional parameters (%u) (limit: 24).",
                               strict.optional);
    if (rules == STRICT_ANTHROPIC && strict.unions > MAX_UNIONS)
        return g_strdup_printf(
            "Schemas contains too many parameters with union types (%u) (limit: 16).",
            strict.unions);
    return NULL;
}
