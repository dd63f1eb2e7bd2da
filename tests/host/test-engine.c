/* The engine's walk through a plan: steps, errors, commits, rows, same content. The stages are
 * made up here; ledger and loop are the real ones. */
#include "pipeline/core/clock.h"
#include "pipeline/host/engine.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* What happened, in order: "name.stage". */
typedef struct {
    Engine *engine;
    GPtrArray *log;
    GPtrArray *jobs; /* still to be given */
    guint done;
    gboolean endless; /* the source is never drained */
    guint known;      /* so many documents that are done at once come first */
    gint64 stop_us;   /* as EngineOptions has it */
    gboolean stopped; /* the time was over before all was done */
} World;

static World *world_of(Job *job)
{
    return engine_stage_state(job->engine, "first");
}

static void note(Job *job, const char *what)
{
    g_ptr_array_add(world_of(job)->log, g_strdup_printf("%s.%s", job->name, what));
}

static gboolean happened(World *world, const char *what)
{
    return g_ptr_array_find_with_equal_func(world->log, what, g_str_equal, NULL);
}

static guint times(World *world, const char *what)
{
    guint n = 0;
    for (guint i = 0; i < world->log->len; i++)
        n += strcmp(world->log->pdata[i], what) == 0;
    return n;
}

static World *the_world; /* handed from the test to first_start() */

static gpointer first_start(Engine *engine, GError **error)
{
    the_world->engine = engine;
    return the_world;
}

static StageStep first_run(Job *job, GError **error)
{
    gboolean finished;
    if (strcmp(job->name, "known") == 0)
        return STAGE_DONE;
    note(job, "first");
    job->sha256 = g_strdup(job->name);
    job->media_type = g_strdup("text/plain");
    if (!ledger_claim(engine_ledger(job->engine), job, &finished, error))
        return STAGE_ERROR;
    return STAGE_NEXT;
}

static void resume_later(Job *job, gpointer data)
{
    note(job, "committed");
    engine_resume(job, STAGE_NEXT, NULL);
}

static void on_row(Job *parent, Job *row, gpointer data)
{
    note(row, "row-done");
    guint *left = job_data(parent, "rows");
    if (--*left == 0)
        engine_resume(parent, STAGE_NEXT, NULL);
}

static StageStep add_rows(Job *job)
{
    guint *left = g_new(guint, 1);
    *left = 3;
    job_set_data(job, "rows", left, g_free);
    for (int i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("row%d", i);
        Job *row = job_new(job->engine, JOB_ROW, name);
        row->verdict = i == 1 ? VERDICT_FAILED : VERDICT_HELD;
        engine_add_row(job, row, on_row, NULL);
    }
    return STAGE_WAIT;
}

static void on_child(Job *parent, Job *child, gpointer data)
{
    note(child, "child-done");
}

/* "mail" holds a fine one, one that has failed already, and "nest", which holds "leaf". */
static void add_children(Job *job, const char *const *names)
{
    for (guint i = 0; names[i]; i++) {
        gboolean bad = strcmp(names[i], "bad") == 0, finished;
        Job *child = job_new(job->engine, JOB_DOCUMENT, names[i]);
        child->parent = job;
        child->row = i;
        if (bad) {
            child->sha256 = g_strdup(names[i]);
            child->verdict = VERDICT_FAILED;
            ledger_claim(engine_ledger(job->engine), child, &finished, NULL);
        }
        engine_add_child(job, child, on_child, NULL);
    }
}

/* Named as the engine expects the row behind which rows of batches begin. */
static StageStep read_run(Job *job, GError **error)
{
    note(job, "read");
    if (strcmp(job->name, "batch") == 0)
        return add_rows(job);
    if (strcmp(job->name, "mail") == 0)
        add_children(job, (const char *const[]){"fine", "bad", "nest", NULL});
    if (strcmp(job->name, "nest") == 0)
        add_children(job, (const char *const[]){"leaf", NULL});
    if (strcmp(job->name, "wait") == 0 || strcmp(job->name, "leaf") == 0) {
        engine_after_commit(job, resume_later, NULL);
        return STAGE_WAIT;
    }
    if (strcmp(job->name, "at-once") == 0) {
        engine_resume(job, STAGE_NEXT, NULL);
        return STAGE_WAIT;
    }
    if (strcmp(job->name, "damaged") == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "it is broken");
        return STAGE_ERROR;
    }
    if (strcmp(job->name, "offline") == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "nobody answers");
        return STAGE_ERROR;
    }
    if (strcmp(job->name, "full") == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DISK_FULL, "no room");
        return STAGE_ERROR;
    }
    return STAGE_NEXT;
}

static gboolean finish_twin(gpointer data)
{
    engine_resume(data, STAGE_NEXT, NULL);
    return G_SOURCE_REMOVE;
}

static StageStep check_run(Job *job, GError **error)
{
    note(job, "check");
    if (strcmp(job->name, "repair") == 0 && job->repairs++ < 2)
        return STAGE_REPAIR;
    if (strcmp(job->name, "done") == 0)
        return STAGE_DONE;
    if (strcmp(job->name, "finish") == 0)
        return STAGE_FINISH;
    if (g_str_has_prefix(job->name, "twin") && !job->content_key) {
        if (!engine_claim_content(job, "twins"))
            return STAGE_WAIT;
        GSource *timer = g_timeout_source_new(20);
        g_source_set_callback(timer, finish_twin, job, NULL);
        g_source_attach(timer, engine_context(job->engine));
        g_source_unref(timer);
        return STAGE_WAIT;
    }
    return STAGE_NEXT;
}

static StageStep late_run(Job *job, GError **error)
{
    note(job, "late");
    return STAGE_NEXT;
}

static StageStep deliver_run(Job *job, GError **error)
{
    note(job, "deliver");
    return STAGE_NEXT;
}

#define ALL (STAGE_FOR_DOCUMENT | STAGE_FOR_BATCH | STAGE_FOR_ROW)
static const Stage first = {
    .name = "first", .roles = STAGE_FOR_DOCUMENT, .start = first_start, .run = first_run};
static const Stage reading = {.name = "read", .roles = STAGE_FOR_DOCUMENT, .run = read_run};
static const Stage check = {.name = "check", .roles = ALL, .repair_to = "read", .run = check_run};
static const Stage model = {.name = "model", .roles = ALL | STAGE_FOR_MODEL, .run = late_run};
static const Stage late = {.name = "late", .roles = ALL | STAGE_FOR_TEMPLATE, .run = late_run};
static const Stage deliver = {.name = "deliver", .roles = ALL, .run = deliver_run};
static const Stage *const plan[] = {&first, &reading, &check, &model, &late, &deliver, NULL};

static Job *source(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    World *world = data;
    if (world->known > 0 && world->known--)
        return job_new(engine, JOB_DOCUMENT, "known");
    *drained = world->jobs->len <= 1 && !world->endless;
    return world->jobs->len ? job_new(engine, JOB_DOCUMENT, g_ptr_array_steal_index(world->jobs, 0))
                            : NULL;
}

static void done(Engine *engine, Job *job, gpointer data)
{
    World *world = data;
    world->done++;
    g_ptr_array_add(world->log, g_strdup_printf("%s=%s/%s", job->name, verdict_name(job->verdict),
                                                docket_error_reason(job->error_code)));
}

static gboolean run(World *world, GError **error, const char *name, ...)
{
    g_autoptr(Config) config = config_load(NULL, error);
    g_assert_no_error(*error);
    g_autoptr(Ledger) ledger = ledger_open(NULL, TRUE, error);
    g_assert_no_error(*error);
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    world->log = g_ptr_array_new_with_free_func(g_free);
    world->jobs = g_ptr_array_new();
    va_list args;
    va_start(args, name);
    for (; name; name = va_arg(args, const char *))
        g_ptr_array_add(world->jobs, (gpointer)name);
    va_end(args);
    EngineOptions options = {.plan = plan,
                             .config = config,
                             .packs = packs,
                             .ledger = ledger,
                             .stop_us = world->stop_us,
                             .source = source,
                             .done = done,
                             .data = world};
    the_world = world;
    g_autoptr(Engine) engine = engine_new(&options, error);
    g_assert_no_error(*error);
    gboolean good = engine_run(engine, error);
    world->stopped = engine_stopped(engine);
    return good;
}

static void world_clear(World *world)
{
    g_ptr_array_unref(world->log);
    g_ptr_array_unref(world->jobs);
}

static void test_steps(void)
{
    World w = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&w, &error, "plain", "wait", "at-once", "repair", "done", "finish", NULL));
    g_assert_no_error(error);
    g_assert_cmpuint(w.done, ==, 6);
    g_assert_true(happened(&w, "plain.late"));
    g_assert_true(happened(&w, "plain.deliver"));
    g_assert_true(happened(&w, "wait.committed"));
    g_assert_true(happened(&w, "wait.deliver"));
    g_assert_true(happened(&w, "at-once.deliver"));
    g_assert_cmpuint(times(&w, "repair.read"), ==, 3);
    g_assert_cmpuint(times(&w, "repair.deliver"), ==, 1);
    g_assert_false(happened(&w, "done.late"));
    g_assert_true(happened(&w, "done.deliver"));
    g_assert_false(happened(&w, "finish.deliver"));
    world_clear(&w);
}

static void test_errors(void)
{
    World w = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&w, &error, "damaged", "offline", "plain", NULL));
    g_assert_no_error(error);
    g_assert_true(happened(&w, "damaged=failed/damaged"));
    g_assert_true(happened(&w, "damaged.deliver"));
    g_assert_true(happened(&w, "offline=held/no_model"));
    g_assert_true(happened(&w, "plain.deliver"));
    world_clear(&w);
}

/* A full disk is no fault of the document: the run ends and the document gets no verdict. */
static void test_fault_of_run(void)
{
    World w = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(run(&w, &error, "full", NULL));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_DISK_FULL);
    g_assert_false(happened(&w, "full.deliver"));
    g_assert_cmpuint(w.done, ==, 0);
    world_clear(&w);
}

static void test_rows(void)
{
    World w = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&w, &error, "batch", NULL));
    g_assert_no_error(error);
    g_assert_true(happened(&w, "row0.check"));
    g_assert_false(happened(&w, "row0.first"));
    g_assert_false(happened(&w, "row1.check")); /* failed already: straight to deliver */
    g_assert_true(happened(&w, "row1.deliver"));
    g_assert_cmpuint(w.done, ==, 4);
    world_clear(&w);
}

static guint when(World *world, const char *what)
{
    guint at = 0;
    g_assert_true(g_ptr_array_find_with_equal_func(world->log, what, g_str_equal, &at));
    return at;
}

/* Who holds others goes on beside them, but gets its verdict after them, at every depth. */
static void test_children(void)
{
    World w = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&w, &error, "mail", NULL));
    g_assert_no_error(error);
    g_assert_cmpuint(w.done, ==, 5);
    g_assert_true(happened(&w, "fine.first"));
    g_assert_false(happened(&w, "bad.first")); /* failed already: straight to deliver */
    g_assert_true(happened(&w, "bad.deliver"));
    g_assert_cmpuint(when(&w, "mail.check"), <, when(&w, "leaf.deliver"));
    g_assert_cmpuint(when(&w, "leaf.child-done"), <, when(&w, "nest.deliver"));
    g_assert_cmpuint(when(&w, "nest.child-done"), <, when(&w, "mail.deliver"));
    g_assert_cmpuint(when(&w, "fine.child-done"), <, when(&w, "mail.deliver"));
    g_assert_cmpuint(times(&w, "mail.deliver"), ==, 1);
    world_clear(&w);
}

static void test_same_content(void)
{
    World w = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&w, &error, "twin1", "twin2", "twin3", NULL));
    g_assert_no_error(error);
    g_assert_cmpuint(w.done, ==, 3);
    g_assert_cmpuint(times(&w, "twin1.check"), ==, 1);
    g_assert_cmpuint(times(&w, "twin2.check"), ==, 2); /* parked, then looked again */
    world_clear(&w);
}

static gpointer interrupt(gpointer data)
{
    g_usleep(100000);
    kill(getpid(), SIGTERM);
    return NULL;
}

static void test_interrupt(void)
{
    World w = {.endless = TRUE};
    g_autoptr(GError) error = NULL;
    GThread *thread = g_thread_new("interrupt", interrupt, NULL);
    g_assert_false(run(&w, &error, "plain", NULL));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED);
    g_assert_cmpuint(w.done, ==, 1);
    g_thread_join(thread);
    world_clear(&w);
}

/* However many are known already, the loop has something to do and does not sleep: half a second for
 * each twenty of them would be 50 s. */
static void test_known(void)
{
    World w = {.known = 2000};
    g_autoptr(GError) error = NULL;
    g_test_timer_start();
    g_assert_true(run(&w, &error, "plain", NULL));
    g_assert_no_error(error);
    g_assert_cmpuint(w.done, ==, 2001);
    g_assert_cmpfloat(g_test_timer_elapsed(), <, 25);
    world_clear(&w);
}

/* A source that never ends is left when the time is over, and that is no fault. */
static void test_stop(void)
{
    World w = {.endless = TRUE, .stop_us = clock_monotonic_us() + G_USEC_PER_SEC};
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&w, &error, "plain", NULL));
    g_assert_no_error(error);
    g_assert_cmpuint(w.done, ==, 1);
    g_assert_true(w.stopped);
    world_clear(&w);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine/steps", test_steps);
    g_test_add_func("/engine/errors", test_errors);
    g_test_add_func("/engine/fault-of-run", test_fault_of_run);
    g_test_add_func("/engine/rows", test_rows);
    g_test_add_func("/engine/children", test_children);
    g_test_add_func("/engine/same-content", test_same_content);
    g_test_add_func("/engine/interrupt", test_interrupt);
    g_test_add_func("/engine/known", test_known);
    g_test_add_func("/engine/stop", test_stop);
    return g_test_run();
}
