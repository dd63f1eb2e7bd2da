#include "stages/compose/similar.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/host/ledger-examples.h"
#include "stages/compose/document.h"

/* An example made for another schema would teach what is no longer right. */
static gboolean fits_schema(const cJSON *schema, const cJSON *record)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties"), *each = NULL;
    if (!cJSON_IsObject(record))
        return FALSE;
    cJSON_ArrayForEach(each, record)
    {
        if (cJSON_IsObject(properties) &&
            !cJSON_GetObjectItemCaseSensitive(properties, each->string))
            return FALSE;
    }
    return TRUE;
}

static void append_example(GString *out, guint number, const LedgerExample *example)
{
    g_autofree char *sha256 = bytes_sha256(example->text, strlen(example->text));
    g_autofree char *marker = document_marker(sha256, example->text);
    g_autofree char *shown = document_message(NULL, marker, example->text);
    g_string_append_printf(out,
                           "Document of similar example %u:\n\n%s\nAnswer to similar example "
                           "%u, as a person decided:\n\n%s\n\n",
                           number, shown, number, example->record);
}

char *similar_compose(Job *job, Ledger *ledger, const char *text, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (job->pack->retrieve == 0)
        return g_strdup("");
    g_autoptr(GPtrArray) alike = ledger_examples_alike(ledger, job->pack->name, job->sha256, text,
                                                       job->pack->retrieve, error);
    if (!alike)
        return NULL;
    cJSON *documents = cJSON_AddArrayToObject(job->shown, "examples");
    for (guint i = 0; i < alike->len; i++) {
        const LedgerExample *example = alike->pdata[i];
        g_autoptr(cJSON) record = json_parse(example->record, strlen(example->record), NULL);
        if (!record || !fits_schema(job->pack->schema, record))
            continue;
        cJSON_AddItemToArray(documents, cJSON_CreateNumber((double)example->document));
        append_example(out, (guint)cJSON_GetArraySize(documents), example);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
