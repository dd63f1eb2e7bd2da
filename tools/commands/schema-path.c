#include "tools/commands/schema-path.h"

#include <string.h>

#define MAX_STEPS 64 /* references followed in a row */

typedef struct {
    const cJSON *root;
    guint steps;
} Walk;

static const cJSON *find(Walk *walk, const cJSON *schema, char **tokens);

static const cJSON *through_reference(Walk *walk, const cJSON *schema, char **tokens)
{
    const char *reference = json_string(schema, "$ref", NULL);
    if (!reference || reference[0] != '#')
        return NULL;
    g_autofree char *pointer = g_uri_unescape_string(reference + 1, NULL);
    const cJSON *target = pointer ? json_at(walk->root, pointer) : NULL;
    return target ? find(walk, target, tokens) : NULL;
}

static const cJSON *through_branches(Walk *walk, const cJSON *schema, char **tokens)
{
    static const char *const keywords[] = {"allOf", "anyOf", "oneOf"};
    for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(schema, keywords[i]);
        const cJSON *branch = cJSON_IsArray(list) ? list->child : NULL;
        for (; branch; branch = branch->next) {
            const cJSON *found = find(walk, branch, tokens);
            if (found)
                return found;
        }
    }
    return NULL;
}

static const cJSON *through_items(const cJSON *schema, const char *token)
{
    gboolean is_index = *token && strspn(token, "0123456789") == strlen(token);
    if (!is_index && !g_str_equal(token, "-"))
        return NULL;
    const cJSON *prefix = cJSON_GetObjectItemCaseSensitive(schema, "prefixItems");
    guint64 index = is_index ? g_ascii_strtoull(token, NULL, 10) : G_MAXINT;
    if (cJSON_IsArray(prefix) && index < (guint64)cJSON_GetArraySize(prefix))
        return cJSON_GetArrayItem(prefix, (int)index);
    return cJSON_GetObjectItemCaseSensitive(schema, "items");
}

static const cJSON *find(Walk *walk, const cJSON *schema, char **tokens)
{
    if (!cJSON_IsObject(schema) || walk->steps++ > MAX_STEPS)
        return NULL;
    const cJSON *target = through_reference(walk, schema, tokens);
    if (target || !*tokens)
        return target ? target : schema;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(properties, *tokens);
    if (!next)
        next = through_items(schema, *tokens);
    if (!next) {
        const cJSON *more = cJSON_GetObjectItemCaseSensitive(schema, "additionalProperties");
        next = cJSON_IsObject(more) ? more : NULL;
    }
    const cJSON *found = next ? find(walk, next, tokens + 1) : NULL;
    return found ? found : through_branches(walk, schema, tokens);
}

const cJSON *schema_path(const cJSON *schema, const char *pointer)
{
    Walk walk = {.root = schema};
    if (*pointer && *pointer != '/')
        return NULL;
    g_auto(GStrv) tokens = g_strsplit(*pointer ? pointer + 1 : "", "/", -1);
    for (guint i = 0; tokens[i]; i++) {
        g_autoptr(GString) token = g_string_new(tokens[i]);
        g_string_replace(token, "~1", "/", 0);
        g_string_replace(token, "~0", "~", 0);
        g_free(tokens[i]);
        tokens[i] = g_strdup(token->str);
    }
    return find(&walk, schema, tokens);
}

gboolean schema_path_is_text(const cJSON *schema, const char *pointer)
{
    const cJSON *at = schema_path(schema, pointer);
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(at, "type");
    if (cJSON_IsString(type))
        return g_str_equal(type->valuestring, "string");
    gboolean text = FALSE;
    for (const cJSON *one = cJSON_IsArray(type) ? type->child : NULL; one; one = one->next) {
        if (!cJSON_IsString(one) ||
            !(g_str_equal(one->valuestring, "string") || g_str_equal(one->valuestring, "null")))
            return FALSE;
        text |= g_str_equal(one->valuestring, "string");
    }
    return text;
}
