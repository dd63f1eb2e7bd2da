#include "meta.h"

#include "pipeline/core/bytes.h"

#include <string.h>

static void add_text(cJSON *object, const char *key, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, key, text);
    else
        cJSON_AddNullToObject(object, key);
}

static void add_count(cJSON *object, const char *key, gint64 count)
{
    if (count >= 0)
        cJSON_AddNumberToObject(object, key, (double)count);
    else
        cJSON_AddNullToObject(object, key);
}

static cJSON *document_of(const Job *job)
{
    cJSON *object = cJSON_CreateObject();
    g_autofree char *name = bytes_to_utf8(job->name, -1);
    add_text(object, "name", name);
    add_text(object, "sha256", job->sha256 && *job->sha256 ? job->sha256 : NULL);
    add_text(object, "media_type", job->media_type);
    add_count(object, "pages", job->reading ? (gint64)job->reading->page_count : 0);
    if (job->parent && job->kind != JOB_ROW) {
        g_autofree char *parent = bytes_to_utf8(job->parent->name, -1);
        add_text(object, "parent", parent);
    }
    if (job->kind == JOB_ROW)
        add_count(object, "row", job->row);
    if (job->duplicate_of) {
        g_autofree char *first = bytes_to_utf8(job->duplicate_of, -1);
        add_text(object, "duplicate_of", first);
    }
    return object;
}

static cJSON *pack_of(const Job *job)
{
    if (!job->pack)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    add_text(object, "name", job->pack->name);
    add_text(object, "version", job->pack->version);
    return object;
}

/* Only what was shown to a model has a prompt. */
static cJSON *prompt_of(const Job *job)
{
    if (!job->prompt || !job->calls->len)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    add_text(object, "version", job->prompt->version);
    add_text(object, "sha256", job->prompt->sha256);
    if (job->shown)
        cJSON_AddItemToObject(object, "shown", cJSON_Duplicate(job->shown, TRUE));
    return object;
}

static cJSON *call_of(const Call *call)
{
    cJSON *object = cJSON_CreateObject();
    /* Of an answer that was there already: the call that brought it. */
    add_count(object, "id", call->id);
    add_text(object, "purpose", call->purpose);
    add_text(object, "endpoint", call->endpoint);
    add_text(object, "model", call->model);
    add_text(object, "answered_by", call->answered_by);
    add_count(object, "tokens_in", call->tokens_in);
    add_count(object, "tokens_cached", call->tokens_cached);
    add_count(object, "tokens_cache_write", call->tokens_cache_write);
    add_count(object, "tokens_out", call->tokens_out);
    add_count(object, "tokens_reasoning", call->tokens_reasoning);
    cJSON_AddNumberToObject(object, "cost", call->cost);
    cJSON_AddNumberToObject(object, "cost_unknown", call->reserved);
    add_count(object, "latency_ms", call->latency_ms);
    add_count(object, "first_token_ms", call->first_token_ms);
    add_count(object, "sendings", call->sendings);
    if (call->documents > 1)
        add_count(object, "documents", call->documents);
    cJSON_AddBoolToObject(object, "cached", call->cached);
    add_text(object, "outcome", call->outcome);
    return object;
}

static cJSON *calls_of(const Job *job)
{
    cJSON *array = cJSON_CreateArray();
    for (guint i = 0; i < job->calls->len; i++)
        cJSON_AddItemToArray(array, call_of(job->calls->pdata[i]));
    return array;
}

/* The model behind the record, when a model made it. */
static const char *model_of(const Job *job)
{
    if (!job->record || job->record->method != METHOD_MODEL)
        return NULL;
    return job->maker ? job->maker->model : NULL;
}

static cJSON *reasons_of(const Job *job)
{
    cJSON *array = cJSON_CreateArray();
    for (guint i = 0; i < job->reasons->len; i++) {
        g_autofree char *reason = bytes_to_utf8(job->reasons->pdata[i], -1);
        cJSON_AddItemToArray(array, cJSON_CreateString(reason));
    }
    return array;
}

static cJSON *problems_of(const Job *job)
{
    cJSON *array = cJSON_CreateArray();
    for (guint i = 0; i < job->problems->len; i++) {
        const Problem *problem = job->problems->pdata[i];
        cJSON *object = cJSON_CreateObject();
        add_text(object, "pointer", problem->pointer);
        add_text(object, "rule", problem->rule);
        add_text(object, "sentence", problem->sentence);
        cJSON_AddItemToArray(array, object);
    }
    return array;
}

/* Milliseconds per stage, in order of name so that equal runs give equal files. */
static cJSON *timings_of(const Job *job)
{
    cJSON *object = cJSON_CreateObject();
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(job->timings), (GCompareFunc)strcmp);
    for (const GList *name = names; name; name = name->next) {
        const gint64 *us = g_hash_table_lookup(job->timings, name->data);
        cJSON_AddNumberToObject(object, name->data, (double)(*us / 10) / 100);
    }
    return object;
}

cJSON *meta_of(const Job *job)
{
    cJSON *meta = cJSON_CreateObject();
    add_text(meta, "docket", DOCKET_VERSION);
    cJSON_AddItemToObject(meta, "document", document_of(job));
    cJSON_AddItemToObject(meta, "pack", pack_of(job));
    cJSON_AddItemToObject(meta, "prompt", prompt_of(job));
    add_text(meta, "method", job->record ? method_name(job->record->method) : NULL);
    add_text(meta, "model", model_of(job));
    cJSON_AddItemToObject(meta, "calls", calls_of(job));
    add_text(meta, "verdict", verdict_name(job->verdict));
    cJSON_AddItemToObject(meta, "reasons", reasons_of(job));
    if (job->record)
        cJSON_AddNumberToObject(meta, "confidence", job->record->confidence);
    else
        cJSON_AddNullToObject(meta, "confidence");
    cJSON_AddItemToObject(meta, "fields",
                          job->record ? record_fields_to_json(job->record) : cJSON_CreateObject());
    if (job->verdict == VERDICT_REVIEW) {
        cJSON_AddItemToObject(meta, "problems", problems_of(job));
        cJSON_AddBoolToObject(meta, "schema_valid", job->schema_valid);
    }
    cJSON_AddItemToObject(meta, "timings", timings_of(job));
    return meta;
}
