#include "tools/llm-sim/checks.h"

#include <string.h>

#define HEADING "\nVerify these values of the document above:\n"

cJSON *checks_asked(const char *users)
{
    const char *at = NULL;
    for (const char *next = strstr(users, HEADING); next; next = strstr(next + 1, HEADING))
        at = next + strlen(HEADING); /* the document may hold such a line, too; it comes first */
    const char *end = at ? strchr(at, '\n') : NULL;
    cJSON *asked = end ? json_parse(at, (gsize)(end - at), NULL) : NULL;
    if (asked && !cJSON_IsObject(asked))
        g_clear_pointer(&asked, cJSON_Delete);
    return asked;
}

/* The value as a person would look for it. Caller frees. */
static char *as_text(const cJSON *value)
{
    return cJSON_IsString(value) ? g_strdup(value->valuestring) : json_print(value, FALSE);
}

/* The line of the document on which a text stands; NULL: none. Caller frees. */
static char *line_with(const char *users, const char *text)
{
    const char *at = *text ? strstr(users, text) : NULL;
    if (!at)
        return NULL;
    const char *begin = at, *end = at + strcspn(at, "\n");
    while (begin > users && begin[-1] != '\n')
        begin--;
    return g_strndup(begin, (gsize)(end - begin));
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static cJSON *check(const char *pointer, const char *verdict, const char *value,
                    const char *citation)
{
    cJSON *object = cJSON_CreateObject();
    add_text(object, "pointer", pointer);
    add_text(object, "verdict", verdict);
    add_text(object, "value", value);
    add_text(object, "citation", citation);
    return object;
}

static cJSON *honest(const cJSON *asked, const cJSON *truth, const char *users)
{
    g_autofree char *right = truth && !cJSON_IsNull(truth) ? as_text(truth) : NULL;
    g_autofree char *line = right ? line_with(users, right) : NULL;
    if (truth ? json_equal(asked, truth) : cJSON_IsNull(asked))
        return check(asked->string, "agrees", NULL, NULL);
    return check(asked->string, right ? "disagrees" : "not_in_document", right, line);
}

cJSON *checks_answer(const cJSON *asked, const cJSON *record, const char *users, FaultSet faults)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *checks = cJSON_AddArrayToObject(root, "checks");
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, asked)
    {
        g_autofree char *value = as_text(each);
        g_autofree char *line = line_with(users, value);
        if (faults_have(faults, FAULT_VERIFY_AIR))
            cJSON_AddItemToArray(checks, check(each->string, "disagrees", "something else",
                                               "as agreed by telephone"));
        else if (faults_have(faults, FAULT_VERIFY_WRONG))
            cJSON_AddItemToArray(checks, check(each->string, "disagrees", "something else", line));
        else
            cJSON_AddItemToArray(checks, honest(each, json_at(record, each->string), users));
    }
    return root;
}
