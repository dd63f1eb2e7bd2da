#include "couriers.h"

#define COURIERS 8 /* flushes under way at once */

typedef struct {
    Engine *engine;
    GThreadPool *pool;
} Couriers;

typedef struct {
    Job *job; /* looked at in the loop's thread only */
    OutboxWork *work;
    GError *error; /* what the courier met, NULL when all was done */
} Errand;

static void errand_free(gpointer data)
{
    Errand *errand = data;
    outbox_work_free(errand->work);
    g_clear_error(&errand->error);
    g_free(errand);
}

/* In the loop's thread. What was done before a fault is marked too. */
static gboolean come_back(gpointer data)
{
    Errand *errand = data;
    Job *job = errand->job;
    GError *error = NULL;
    if (!outbox_work_mark(errand->work, engine_ledger(job->engine), &error))
        engine_resume(job, STAGE_ERROR, error);
    else if (errand->error)
        engine_resume(job, STAGE_ERROR, g_steal_pointer(&errand->error));
    else
        engine_resume(job, STAGE_NEXT, NULL);
    return G_SOURCE_REMOVE;
}

/* In a courier's thread. The context outlives it: couriers_stop waits. */
static void carry(gpointer data, gpointer context)
{
    Errand *errand = data;
    outbox_work_do(errand->work, NULL, &errand->error);
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, come_back, errand, errand_free);
    g_source_attach(source, context);
}

gpointer couriers_start(Engine *engine, GError **error)
{
    Couriers *couriers = g_new0(Couriers, 1);
    couriers->engine = engine;
    couriers->pool = g_thread_pool_new(carry, engine_context(engine), COURIERS, TRUE, error);
    if (couriers->pool)
        return couriers;
    g_free(couriers);
    return NULL;
}

void couriers_stop(gpointer data)
{
    Couriers *couriers = data;
    g_thread_pool_free(couriers->pool, FALSE, TRUE);
    g_free(couriers);
}

void couriers_send(gpointer data, Job *job, OutboxWork *work)
{
    Couriers *couriers = data;
    Errand *errand = g_new0(Errand, 1);
    errand->job = job;
    errand->work = work;
    if (outbox_work_needs_ledger(work)) {
        outbox_work_do(work, engine_ledger(couriers->engine), &errand->error);
        come_back(errand);
        errand_free(errand);
    } else {
        g_thread_pool_push(couriers->pool, errand, NULL);
    }
}
