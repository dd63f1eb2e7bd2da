#include "stages/ask/bundle.h"

#include <string.h>

#include "pipeline/core/limits.h"

/* ---- the question ---- */

#define RECORD_AT "#/properties/records/items/properties/record"

/* References from the root: definitions stay where they were, the rest has moved. */
static void move_references(cJSON *node, guint depth)
{
    if (depth > DOCKET_MAX_JSON_DEPTH)
        return;
    cJSON *ref = cJSON_GetObjectItemCaseSensitive(node, "$ref");
    if (cJSON_IsString(ref) && ref->valuestring[0] == '#' &&
        !g_str_has_prefix(ref->valuestring, "#/$defs/")) {
        g_autofree char *moved = g_strconcat(RECORD_AT, ref->valuestring + 1, NULL);
        cJSON_SetValuestring(ref, moved);
    }
    for (cJSON *each = node->child; each; each = each->next)
        move_references(each, depth + 1);
}

static cJSON *add_object(cJSON *properties, const char *name)
{
    cJSON *object = cJSON_AddObjectToObject(properties, name);
    cJSON_AddStringToObject(object, "type", "object");
    return object;
}

static void close_object(cJSON *object, const char *first, const char *second)
{
    cJSON *required = cJSON_AddArrayToObject(object, "required");
    cJSON_AddItemToArray(required, cJSON_CreateString(first));
    if (second)
        cJSON_AddItemToArray(required, cJSON_CreateString(second));
    cJSON_AddFalseToObject(object, "additionalProperties");
}

cJSON *bundle_schema(const cJSON *schema)
{
    cJSON *record = cJSON_Duplicate(schema, TRUE);
    cJSON *definitions = cJSON_DetachItemFromObjectCaseSensitive(record, "$defs");
    cJSON_DeleteItemFromObjectCaseSensitive(record, "$schema");
    cJSON_DeleteItemFromObjectCaseSensitive(record, "$id");
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "type", "object");
    cJSON *records =
        cJSON_AddObjectToObject(cJSON_AddObjectToObject(root, "properties"), "records");
    cJSON_AddStringToObject(records, "type", "array");
    cJSON_AddStringToObject(records, "description", "One for each document, by its number");
    cJSON *item = add_object(records, "items");
    cJSON *properties = cJSON_AddObjectToObject(item, "properties");
    cJSON *number = cJSON_AddObjectToObject(properties, "number");
    cJSON_AddStringToObject(number, "type", "integer");
    cJSON_AddStringToObject(number, "description", "Of the document");
    cJSON_AddItemToObject(properties, "record", record);
    close_object(item, "number", "record");
    close_object(root, "records", NULL);
    if (definitions)
        cJSON_AddItemToObject(root, "$defs", definitions);
    move_references(root, 0);
    return root;
}

GPtrArray *bundle_messages(const GPtrArray *conversations)
{
    guint n = conversations->len;
    GPtrArray *messages = g_ptr_array_new_with_free_func(message_free);
    const GPtrArray *first = conversations->pdata[0];
    const Message *system = first->pdata[0];
    g_ptr_array_add(messages, message_new(ROLE_SYSTEM, system->text));
    ((Message *)messages->pdata[0])->cache = system->cache;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text,
                    "There are %u documents below, numbered 1 to %u. Make the record of each by "
                    "itself: nothing that stands in one document says anything about another. "
                    "Answer with one JSON object, {\"records\": [{\"number\": 1, \"record\": …}, "
                    "…]}, which holds the record of every document once, in this order.\n",
                    n, n);
    for (guint i = 0; i < n; i++) {
        const GPtrArray *conversation = conversations->pdata[i];
        const Message *document = conversation->pdata[1];
        g_string_append_printf(text, "\nDocument number %u:\n%s", i + 1, document->text);
    }
    g_ptr_array_add(messages, message_new(ROLE_USER, text->str));
    return messages;
}

/* ---- the answer ---- */

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* Past `word` in quotes and the colon behind it; NULL when something else stands there. */
static const char *skip_key(const char *p, const char *word)
{
    gsize length = strlen(word);
    p = skip_space(p);
    if (*p != '"' || strncmp(p + 1, word, length) != 0 || p[length + 1] != '"')
        return NULL;
    p = skip_space(p + length + 2);
    return *p == ':' ? skip_space(p + 1) : NULL;
}

/* The number of an entry that begins behind a brace, and where its record begins; else NULL. */
static const char *enter(const char *p, guint64 *number)
{
    char *end = NULL;
    p = skip_key(p, "number");
    if (!p || !g_ascii_isdigit(*p))
        return NULL;
    *number = g_ascii_strtoull(p, &end, 10);
    p = skip_space(end);
    return *p == ',' ? skip_key(p + 1, "record") : NULL;
}

static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : NULL;
}

/* The end of the object or list that begins here, by its brackets alone; NULL: it has none. */
static const char *skip_value(const char *p)
{
    guint open = 0;
    while (p && *p) {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (*p == '{' || *p == '[')
            open++;
        if ((*p == '}' || *p == ']') && --open == 0)
            return p + 1;
        p++;
    }
    return NULL;
}

guint bundle_cut(const char *text, char **parts, guint n)
{
    g_autofree guint *times = g_new0(guint, n + 1);
    guint found = 0, broken = 0;
    memset(parts, 0, n * sizeof(*parts));
    /* Each without an end is read to the end of the text: there are no more of them than records. */
    for (const char *at = text; broken <= n && (at = strchr(at, '{'));) {
        guint64 number = 0;
        const char *record = enter(++at, &number);
        const char *end = record && *record == '{' ? skip_value(record) : NULL;
        if (!end) {
            broken += record && *record == '{';
            continue;
        }
        if (number >= 1 && number <= n && ++times[number] == 1)
            parts[number - 1] = g_strndup(record, (gsize)(end - record));
        at = end;
    }
    for (guint i = 0; i < n; i++) {
        if (times[i + 1] > 1)
            g_clear_pointer(&parts[i], g_free);
        found += parts[i] != NULL;
    }
    return found;
}
