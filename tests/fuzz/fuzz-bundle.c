/* Any bytes as an answer about several documents: each part is an object's text out of it, no two
 * overlap, and strict answers are cut as a parser would cut them. */
#include <string.h>

#include "stages/ask/bundle.h"
#include "tests/fuzz/fuzz.h"

#define N 5u

/* How often the answer, strictly read, has a record under this number; `record` is the last. */
static guint parsed(const cJSON *root, guint number, const cJSON **record)
{
    guint times = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(root, "records"))
    {
        const cJSON *n = entry->child, *value = n ? n->next : NULL;
        if (!value || !n->string || !g_str_equal(n->string, "number") || !cJSON_IsNumber(n) ||
            n->valuedouble != number || !g_str_equal(value->string, "record") ||
            !cJSON_IsObject(value))
            continue;
        times++;
        *record = value;
    }
    return times;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *answer = g_strndup(size ? (const char *)data : "", size);
    char *parts[N];
    gsize total = 0;
    guint found = bundle_cut(answer, parts, N), there = 0;
    g_autoptr(cJSON) root = json_parse(answer, strlen(answer), NULL);
    for (guint i = 0; i < N; i++) {
        const cJSON *record = NULL;
        there += parts[i] != NULL;
        total += parts[i] ? strlen(parts[i]) : 0;
        g_assert(!parts[i] || (parts[i][0] == '{' && strstr(answer, parts[i])));
        /* A strict answer of nothing but entries; others may nest what looks like one. */
        if (root && cJSON_IsObject(root) && root->child && !root->child->next &&
            parsed(root, i + 1, &record) == 1 && parts[i]) {
            g_autoptr(cJSON) cut = json_parse(parts[i], strlen(parts[i]), NULL);
            g_assert(cut);
        }
        g_free(parts[i]);
    }
    g_assert(found == there && total <= strlen(answer));
    return 0;
}
