/* Shared by the ledger's tests: a state folder for the test, jobs, and short-hands that assert. */
#pragma once

#include "pipeline/core/clock.h"
#include "pipeline/host/ledger-calls.h"

#include <glib/gstdio.h>
#include <string.h>

static inline char *temp_state(void)
{
    g_autoptr(GError) error = NULL;
    char *state = g_dir_make_tmp("docket-ledger-XXXXXX", &error);
    g_assert_no_error(error);
    return state;
}

static inline void remove_state(char *state)
{
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "lock"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(state, names[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(state), ==, 0);
    g_free(state);
}

static inline Ledger *open_ledger(const char *state)
{
    g_autoptr(GError) error = NULL;
    Ledger *ledger = ledger_open(state, TRUE, &error);
    g_assert_no_error(error);
    return ledger;
}

static inline void commit(Ledger *ledger)
{
    g_autoptr(GError) error = NULL;
    ledger_commit(ledger, &error);
    g_assert_no_error(error);
}

static inline Job *file_job(const char *path, const char *sha256)
{
    const char *slash = strrchr(path, '/');
    Job *job = job_new(NULL, JOB_DOCUMENT, slash + 1);
    job->path = g_strdup(path);
    job->sha256 = g_strdup(sha256);
    job->media_type = g_strdup("text/plain");
    job->settings = g_strdup("settings");
    job->mtime_us = 1000;
    job->size = 10;
    return job;
}

static inline Job *row_job(Job *batch, gint64 row)
{
    g_autofree char *name = g_strdup_printf("row %" G_GINT64_FORMAT, row);
    Job *job = job_new(NULL, JOB_ROW, name);
    job->parent = batch;
    job->row = row;
    job->sha256 = g_strdup_printf("%064" G_GINT64_MODIFIER "x", row);
    return job;
}

static inline Job *child_job(Job *parent, gint64 number, const char *sha256)
{
    g_autofree char *name = g_strdup_printf("%s/%" G_GINT64_FORMAT, parent->name, number);
    Job *job = job_new(NULL, JOB_DOCUMENT, name);
    job->parent = parent;
    job->row = number;
    job->sha256 = g_strdup(sha256);
    job->media_type = g_strdup("text/plain");
    return job;
}

static inline gboolean claim(Ledger *ledger, Job *job)
{
    g_autoptr(GError) error = NULL;
    gboolean finished = FALSE;
    ledger_claim(ledger, job, &finished, &error);
    g_assert_no_error(error);
    g_assert_cmpint(job->id, >, 0);
    return finished;
}

static inline void decide(Ledger *ledger, Job *job, Verdict verdict, const char *record,
                          GPtrArray *effects)
{
    g_autoptr(GError) error = NULL;
    job->verdict = verdict;
    job_reason(job, "test", "decided");
    ledger_decide(ledger, job, record, record ? "{\"m\":1}" : NULL, effects, &error);
    g_assert_no_error(error);
}

static inline GPtrArray *effects_of(EffectKind kind, const char *target, const char *content)
{
    GPtrArray *effects = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_effect_free);
    LedgerEffect *effect = g_new0(LedgerEffect, 1);
    effect->kind = kind;
    effect->target = g_strdup(target);
    effect->content = g_strdup(content);
    effect->length = content ? strlen(content) : 0;
    g_ptr_array_add(effects, effect);
    return effects;
}

static inline void pay(Ledger *ledger, gint64 document)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) owed = ledger_effects_owed(ledger, document, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < owed->len; i++) {
        const LedgerEffect *effect = owed->pdata[i];
        ledger_effect_done(ledger, effect->id, &error);
        g_assert_no_error(error);
    }
}

static inline LedgerCounts count(Ledger *ledger)
{
    g_autoptr(GError) error = NULL;
    LedgerCounts counts;
    ledger_count(ledger, 0, &counts, &error);
    g_assert_no_error(error);
    guint64 sum = 0;
    for (guint i = 0; i < VERDICT_LAST; i++)
        sum += counts.verdicts[i];
    g_assert_cmpuint(sum, ==, counts.in); /* law 1, at every look */
    return counts;
}

static inline void assert_whole(Ledger *ledger)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    ledger_verify(ledger, findings, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < findings->len; i++)
        g_test_message("%s", (char *)findings->pdata[i]);
    g_assert_cmpuint(findings->len, ==, 0);
}

static inline Call *begin_call(Ledger *ledger, Job *job, const char *sha256, double reserved)
{
    g_autoptr(GError) error = NULL;
    LedgerRequest request = {
        .sha256 = sha256, .body = "the request", .length = 11, .weight = 11, .keep = TRUE};
    Call *call = call_new("ask", "default", "m1");
    call->reserved = reserved;
    ledger_call_begin(ledger, job, call, &request, &error);
    g_assert_no_error(error);
    g_assert_cmpint(call->id, >, 0);
    return call;
}

static inline void end_call(Ledger *ledger, Call *call, const char *outcome, double cost,
                            const char *answer)
{
    g_autoptr(GError) error = NULL;
    call->outcome = g_strdup(outcome);
    call->cost = cost;
    call->reserved = 0;
    ledger_call_end(ledger, call, answer, &error);
    g_assert_no_error(error);
}
