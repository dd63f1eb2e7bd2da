#include "job.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include <string.h>
#include <unistd.h>

const char *verdict_name(Verdict verdict)
{
    static const char *const names[VERDICT_LAST] = {"held", "accepted", "fallback", "review",
                                                    "failed"};
    return verdict < VERDICT_LAST ? names[verdict] : "held";
}

int verdict_from_name(const char *name)
{
    for (int i = 0; i < VERDICT_LAST; i++)
        if (g_strcmp0(name, verdict_name(i)) == 0)
            return i;
    return -1;
}

const char *job_kind_name(JobKind kind)
{
    static const char *const names[] = {"document", "batch", "row", "container"};
    return names[MIN((guint)kind, G_N_ELEMENTS(names) - 1)];
}

Problem *problem_new(const char *pointer, const char *rule, const char *sentence)
{
    Problem *problem = g_new0(Problem, 1);
    problem->pointer = g_strdup(pointer);
    problem->rule = g_strdup(rule);
    problem->sentence = g_strdup(sentence);
    return problem;
}

gboolean problem_is_serious(const Problem *problem)
{
    return !g_str_has_prefix(problem->rule, "warn:");
}

void problem_free(Problem *problem)
{
    if (!problem)
        return;
    g_free(problem->pointer);
    g_free(problem->rule);
    g_free(problem->sentence);
    g_free(problem);
}

Call *call_new(const char *purpose, const char *endpoint, const char *model)
{
    Call *call = g_new0(Call, 1);
    call->purpose = g_strdup(purpose);
    call->endpoint = g_strdup(endpoint);
    call->model = g_strdup(model);
    call->tokens_in = call->tokens_cached = call->tokens_cache_write = -1;
    call->tokens_out = call->tokens_reasoning = -1;
    call->first_token_ms = -1;
    call->documents = 1;
    return call;
}

void call_free(Call *call)
{
    if (!call)
        return;
    g_free(call->purpose);
    g_free(call->endpoint);
    g_free(call->model);
    g_free(call->answered_by);
    g_free(call->outcome);
    g_free(call);
}

Message *message_new(Role role, const char *text)
{
    Message *message = g_new0(Message, 1);
    message->role = role;
    message->text = g_strdup(text);
    return message;
}

void picture_free(gpointer data)
{
    Picture *picture = data;
    if (!picture)
        return;
    g_clear_pointer(&picture->jpeg, g_bytes_unref);
    g_free(picture);
}

void message_free(gpointer data)
{
    Message *message = data;
    if (!message)
        return;
    g_clear_pointer(&message->pictures, g_ptr_array_unref);
    g_free(message->text);
    g_free(message);
}

typedef struct {
    gpointer data;
    GDestroyNotify destroy;
} StageData;

static void stage_data_free(gpointer data)
{
    StageData *own = data;
    if (own->destroy)
        own->destroy(own->data);
    g_free(own);
}

Job *job_new(struct Engine *engine, JobKind kind, const char *name)
{
    Job *job = g_new0(Job, 1);
    job->engine = engine;
    job->kind = kind;
    job->name = g_strdup(name);
    job->document = -1;
    job->row = -1;
    job->error_code = -1;
    job->resumed = -1;
    job->messages = g_ptr_array_new_with_free_func(message_free);
    job->calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
    job->problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
    job->reasons = g_ptr_array_new_with_free_func(g_free);
    job->timings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    job->stage_data = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, stage_data_free);
    job->started_us = clock_monotonic_us();
    return job;
}

void job_free(Job *job)
{
    if (!job)
        return;
    g_free(job->name);
    g_free(job->path);
    g_free(job->sha256);
    g_free(job->media_type);
    g_free(job->row_json);
    g_free(job->wanted_pack);
    g_free(job->tenant);
    g_free(job->settings);
    g_free(job->answer);
    g_free(job->verification);
    g_free(job->answer_fault);
    g_free(job->duplicate_of);
    g_free(job->content_key);
    g_clear_error(&job->resume_error);
    if (job->document >= 0)
        close(job->document);
    reading_free(job->reading);
    g_clear_pointer(&job->pictures, g_ptr_array_unref);
    record_free(job->record);
    cJSON_Delete(job->shown);
    g_ptr_array_unref(job->messages);
    g_ptr_array_unref(job->calls);
    g_ptr_array_unref(job->problems);
    g_ptr_array_unref(job->reasons);
    g_hash_table_unref(job->timings);
    g_hash_table_unref(job->stage_data);
    g_free(job);
}

void job_reason(Job *job, const char *word, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *utf8 = bytes_to_utf8(sentence, -1);
    g_autofree char *reason = g_strdup_printf("%s: %s", word, utf8);
    for (guint i = 0; i < job->reasons->len; i++)
        if (strcmp(job->reasons->pdata[i], reason) == 0)
            return;
    g_ptr_array_add(job->reasons, g_steal_pointer(&reason));
}

Message *job_message(Job *job, Role role, const char *text)
{
    Message *message = message_new(role, text);
    g_ptr_array_add(job->messages, message);
    return message;
}

void job_set_record(Job *job, Record *record)
{
    record_free(job->record);
    job->record = record;
}

const Job *job_root(const Job *job)
{
    while (job->parent)
        job = job->parent;
    return job;
}

gboolean job_is_looked_at(const Job *job)
{
    gboolean has_looks = job->document >= 0 && (strcmp(job->media_type, "application/pdf") == 0 ||
                                                g_str_has_prefix(job->media_type, "image/"));
    return job->route == ROUTE_MODEL && job->pack && job->pack->vision != VISION_NEVER &&
           job->reading && has_looks;
}

guint job_depth(const Job *job)
{
    guint depth = 0;
    for (; job->parent; job = job->parent)
        depth++;
    return depth;
}

void job_set_data(Job *job, const char *stage, gpointer data, GDestroyNotify destroy)
{
    StageData *own = g_new(StageData, 1);
    *own = (StageData){data, destroy};
    g_hash_table_replace(job->stage_data, (gpointer)stage, own);
}

gpointer job_data(const Job *job, const char *stage)
{
    const StageData *own = g_hash_table_lookup(job->stage_data, stage);
    return own ? own->data : NULL;
}
