/* What the ledger keeps through crashes and full disks, whom it lets in, and what it refuses. */
#include "tests/host/ledger-help.h"

#include "pipeline/host/ledger-batches.h"
#include "pipeline/host/ledger-budget.h"
#include "pipeline/host/ledger-deliveries.h"
#include "pipeline/host/ledger-requeue.h"

#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- crashes ---- */

/* What a dying process has done when it dies; each point includes those before. */
typedef enum {
    DIE_CLAIMED,
    DIE_CLAIM_COMMITTED,
    DIE_CALLED,
    DIE_CALL_COMMITTED,
    DIE_DECIDED,
    DIE_DECIDE_COMMITTED,
    DIE_EFFECT_DONE,
    DIE_EFFECT_COMMITTED,
    DIE_LAST
} DiePoint;

static void live_until(const char *state, DiePoint point)
{
    Ledger *ledger = ledger_open(state, TRUE, NULL);
    Job *job = file_job("/in/a.txt", "aa");
    gboolean finished;
    DiePoint now = DIE_CLAIMED;
    ledger_claim(ledger, job, &finished, NULL);
    if (now++ == point)
        return;
    ledger_commit(ledger, NULL);
    if (now++ == point)
        return;
    Call *call = call_new("ask", "default", "m");
    LedgerRequest request = {.sha256 = "request"};
    ledger_call_begin(ledger, job, call, &request, NULL);
    call->outcome = g_strdup("ok");
    call->cost = 1;
    ledger_call_end(ledger, call, "{\"a\":1}", NULL);
    if (now++ == point)
        return;
    ledger_commit(ledger, NULL);
    if (now++ == point)
        return;
    job->verdict = VERDICT_ACCEPTED;
    job_reason(job, "test", "decided");
    GPtrArray *effects = effects_of(EFFECT_FILE, "records/p/a.json", "{\"a\":1}");
    ledger_decide(ledger, job, "{\"a\":1}", "{}", effects, NULL);
    if (now++ == point)
        return;
    ledger_commit(ledger, NULL);
    if (now++ == point)
        return;
    pay(ledger, job->id);
    if (now++ == point)
        return;
    ledger_commit(ledger, NULL);
}

static void die_at(const char *state, DiePoint point)
{
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        live_until(state, point);
        kill(getpid(), SIGKILL); /* no close, no rollback, no atexit */
        _exit(1);
    }
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
}

static void test_crash(void)
{
    for (DiePoint point = 0; point < DIE_LAST; point++) {
        g_autoptr(GError) error = NULL;
        char *state = temp_state();
        die_at(state, point);
        Ledger *ledger = open_ledger(state);
        assert_whole(ledger);
        LedgerCounts counts = count(ledger);
        g_assert_cmpuint(counts.in, ==, point >= DIE_CLAIM_COMMITTED);
        g_assert_cmpuint(counts.verdicts[VERDICT_HELD], ==,
                         point >= DIE_CLAIM_COMMITTED && point < DIE_DECIDE_COMMITTED);
        g_assert_cmpuint(counts.verdicts[VERDICT_ACCEPTED], ==, point >= DIE_DECIDE_COMMITTED);
        /* Paid once: what arrived is there; what was rolled back was never used. */
        g_autofree char *answer = ledger_call_cached(ledger, "request", 0, 0, NULL, &error);
        g_assert_cmpint(answer != NULL, ==, point >= DIE_CALL_COMMITTED);
        g_autoptr(GPtrArray) owed = ledger_effects_owed(ledger, 0, &error);
        g_assert_cmpuint(owed->len, ==, point == DIE_DECIDE_COMMITTED || point == DIE_EFFECT_DONE);
        g_autoptr(Job) job = file_job("/in/a.txt", "aa");
        g_assert_cmpint(claim(ledger, job), ==,
                        point == DIE_DECIDE_COMMITTED || point == DIE_EFFECT_DONE);
        /* Only after everything was done is the same file a second document. */
        g_assert_cmpint(job->id, ==, point >= DIE_EFFECT_COMMITTED ? 2 : 1);
        ledger_close(ledger);
        remove_state(state);
    }
}

/* ---- opening ---- */

static char *ledger_path(const char *state)
{
    return g_build_filename(state, "ledger.db", NULL);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, &message), ==, SQLITE_OK);
    sqlite3_close(db);
}

static void assert_refused(const char *state, const char *word)
{
    g_autofree char *path = ledger_path(state), *before = NULL, *after = NULL;
    gsize before_length, after_length;
    g_assert_true(g_file_get_contents(path, &before, &before_length, NULL));
    for (guint write = 0; write < 2; write++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ledger_open(state, write, &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_LEDGER);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, word));
        g_assert_nonnull(strstr(error->message, "as it is"));
    }
    g_assert_true(g_file_get_contents(path, &after, &after_length, NULL));
    g_assert_cmpmem(before, before_length, after, after_length);
}

static void test_newer(void)
{
    char *state = temp_state();
    ledger_close(open_ledger(state));
    g_autofree char *path = ledger_path(state);
    run_sql(path, "PRAGMA user_version=9999; PRAGMA wal_checkpoint(TRUNCATE)");
    assert_refused(state, "9999");
    remove_state(state);
}

static void test_foreign(void)
{
    char *state = temp_state();
    g_autofree char *path = ledger_path(state);
    run_sql(path, "CREATE TABLE notes (text)");
    assert_refused(state, "another program");
    remove_state(state);
}

static void test_corrupt(void)
{
    char *state = temp_state();
    g_autofree char *path = ledger_path(state);
    g_autofree char *noise = g_malloc(20000);
    for (guint i = 0; i < 20000; i++)
        noise[i] = (char)(i * 31 + 7);
    g_assert_true(g_file_set_contents(path, noise, 20000, NULL));
    assert_refused(state, "damaged");
    remove_state(state);
}

static void test_lock(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *run = open_ledger(state);
    g_assert_null(ledger_open(state, TRUE, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_LOCKED);
    g_clear_error(&error);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(run, job);
    commit(run);
    /* Looking, and a person's review, go on beside it. */
    Ledger *look = ledger_open(state, FALSE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count(look).in, ==, 1);
    gboolean finished;
    g_autoptr(Job) forbidden = file_job("/in/b", "bb");
    g_assert_false(ledger_claim(look, forbidden, &finished, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL);
    g_clear_error(&error);
    Ledger *beside = ledger_open_beside(state, &error);
    g_assert_no_error(error);
    g_autoptr(Job) other = file_job("/in/c", "cc");
    claim(beside, other);
    commit(beside);
    g_assert_cmpuint(count(look).in, ==, 2);
    ledger_close(beside);
    ledger_close(look);
    ledger_close(run);
    ledger_close(open_ledger(state));
    remove_state(state);
}

static void test_nothing_there(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    g_assert_null(ledger_open(state, FALSE, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(ledger_open_beside(state, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    remove_state(state);
}

/* A turn in which a write failed must not become durable in part. */
static void test_broken_turn(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_ledger(state);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    g_autoptr(Job) orphan = file_job("/in/b", "bb");
    orphan->id = 12345; /* no such document: the foreign key refuses the attempt */
    g_assert_false(ledger_begin_attempt(ledger, orphan, "read", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_LEDGER);
    g_clear_error(&error);
    gboolean finished;
    g_autoptr(Job) next = file_job("/in/c", "cc");
    g_assert_false(ledger_claim(ledger, next, &finished, &error));
    g_clear_error(&error);
    g_assert_false(ledger_commit(ledger, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_LEDGER);
    g_assert_cmpuint(count(ledger).in, ==, 0);
    ledger_close(ledger);
    remove_state(state);
}

/* The largest file that this process may write is the limit: writes fail half way. */
static void test_no_room(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {400 << 10, 400 << 10}; /* bytes: the log cannot grow beyond */
        signal(SIGXFSZ, SIG_IGN);
        Ledger *ledger = ledger_open(state, TRUE, NULL);
        setrlimit(RLIMIT_FSIZE, &limit);
        for (guint i = 0; i < 100000; i++) {
            g_autofree char *path = g_strdup_printf("/in/%u", i);
            Job *job = file_job(path, "aa");
            gboolean finished;
            g_autoptr(GError) problem = NULL;
            if (!ledger_claim(ledger, job, &finished, &problem) ||
                (i % 10 == 9 && !ledger_commit(ledger, &problem)))
                _exit(problem->code == DOCKET_ERROR_IO || problem->code == DOCKET_ERROR_DISK_FULL
                          ? 42
                          : 43);
        }
        _exit(44);
    }
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 42);
    Ledger *ledger = open_ledger(state);
    assert_whole(ledger);
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.in, >, 0);
    g_assert_cmpuint(counts.in % 10, ==, 0); /* whole turns only */
    ledger_close(ledger);
    remove_state(state);
}

/* Exit codes of the child below. */
enum { CHILD_GOOD = 0, CHILD_CANNOT = 77, CHILD_BAD = 1 };

/* In a file system of 1 MB of its own, until it is full; then with room again. */
static int fill_disk(const char *state)
{
    g_autoptr(GError) error = NULL;
    guint committed = 0;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", state, "tmpfs", 0, "size=1m") != 0)
        return CHILD_CANNOT;
    Ledger *ledger = open_ledger(state);
    for (guint i = 0; !error; i++) {
        g_autofree char *path = g_strdup_printf("/in/%u", i);
        g_autoptr(Job) job = file_job(path, "aa");
        gboolean finished;
        if (ledger_claim(ledger, job, &finished, &error) && i % 10 == 9 &&
            ledger_commit(ledger, &error))
            committed = i + 1;
    }
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_DISK_FULL);
    g_test_message("%u documents fit: %s", committed, error->message);
    ledger_close(ledger);
    if (mount("none", state, "tmpfs", MS_REMOUNT, "size=16m") != 0)
        return CHILD_BAD;
    ledger = open_ledger(state);
    assert_whole(ledger);
    gboolean good = count(ledger).in == committed && committed > 0;
    ledger_close(ledger);
    return good ? CHILD_GOOD : CHILD_BAD;
}

static void test_disk_full(void)
{
    char *state = temp_state();
    pid_t child = fork();
    if (child == 0)
        _exit(fill_disk(state));
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_CANNOT)
        g_test_skip("a file system of its own needs root");
    else
        g_assert_cmpint(WEXITSTATUS(status), ==, CHILD_GOOD);
    remove_state(state);
}

/* ---- earlier versions ---- */

/* A ledger as that version left it, opened by this one. */
static Ledger *open_version(const char *state, const char *fixture)
{
    g_autofree char *script = NULL, *path = ledger_path(state);
    g_autofree char *file = g_test_build_filename(G_TEST_DIST, fixture, NULL);
    g_assert_true(g_file_get_contents(file, &script, NULL, NULL));
    run_sql(path, script);
    return open_ledger(state);
}

static void test_version_1(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_version(state, "ledger-v1.sql");
    g_assert_cmpuint(ledger_schema_version(ledger), >=, 1);
    assert_whole(ledger);
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.in, ==, 5);
    for (guint i = 0; i < VERDICT_LAST; i++)
        g_assert_cmpuint(counts.verdicts[i], ==, 1);
    g_assert_cmpuint(counts.calls, ==, 1);
    g_autoptr(LedgerDocument) accepted = ledger_document_by_text(ledger, "accepted.txt", &error);
    g_assert_cmpstr(accepted->record, ==, "{\"total\":12.5}");
    g_autoptr(GPtrArray) owed = ledger_effects_owed(ledger, 0, &error);
    g_assert_cmpuint(owed->len, ==, 1);
    g_autofree char *answer = ledger_call_cached(ledger, "request", 0, 0, NULL, &error);
    g_assert_cmpstr(answer, ==, "{\"total\":12.5}");
    g_autoptr(Job) held = file_job("/in/held.txt", "h1");
    g_assert_false(claim(ledger, held));
    g_assert_cmpint(held->id, ==, 1);
    ledger_close(ledger);
    remove_state(state);
}

/* What an older docket paid counts in the budgets of its time. */
static gboolean check_old_call(const LedgerCall *call, gpointer data)
{
    g_assert_cmpint(call->call.id, ==, 1);
    g_assert_cmpstr(call->call.endpoint, ==, "default");
    g_assert_cmpstr(call->pack, ==, "invoice");
    g_assert_cmpint(call->call.tokens_in, ==, 100);
    g_assert_cmpint(call->call.tokens_cached, ==, -1);
    g_assert_cmpint(call->call.tokens_reasoning, ==, -1);
    g_assert_cmpint(call->call.first_token_ms, ==, -1);
    g_assert_cmpfloat(call->call.cost, ==, 0.25);
    g_assert_cmpfloat(call->call.reserved, ==, 0);
    ++*(guint *)data;
    return TRUE;
}

static void check_old_calls(Ledger *ledger)
{
    static const char *const scopes[] = {"", "pack:invoice"};
    g_autoptr(GError) error = NULL;
    guint seen = 0;
    LedgerCallFilter all = {0};
    g_assert_true(ledger_each_call(ledger, &all, check_old_call, &seen, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(seen, ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        for (guint period = PERIOD_DAY; period <= PERIOD_MONTH; period++) {
            double spent = 0;
            ledger_spent(ledger, scopes[i], (LedgerPeriod)period,
                         G_GINT64_CONSTANT(1700000000000000), &spent, &error);
            g_assert_no_error(error);
            g_assert_cmpfloat(spent, ==, 0.25);
        }
}

/* Containers, and what stands in them; calls of which little was known. */
static void test_version_2(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_version(state, "ledger-v2.sql");
    g_assert_cmpuint(ledger_schema_version(ledger), >=, 2);
    assert_whole(ledger);
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.in, ==, 6); /* the container counts by what it holds */
    g_assert_cmpuint(counts.verdicts[VERDICT_ACCEPTED], ==, 2);
    g_autoptr(LedgerDocument) inside = ledger_document_by_text(ledger, "a.zip/m.txt", &error);
    g_assert_cmpint(inside->parent, ==, 6);
    g_assert_cmpstr(inside->record, ==, "{\"total\":2}");
    g_autoptr(LedgerDocument) around = ledger_document_by_text(ledger, "a.zip", &error);
    g_assert_cmpint(around->kind, ==, JOB_CONTAINER);
    check_old_calls(ledger);
    ledger_close(ledger);
    remove_state(state);
}

static gboolean check_call(const LedgerCall *call, gpointer data)
{
    if (call->call.id != 2)
        return TRUE;
    g_assert_cmpstr(call->call.endpoint, ==, "strong");
    g_assert_cmpstr(call->call.answered_by, ==, "m-2026");
    g_assert_cmpstr(call->tenant, ==, "acme");
    g_assert_cmpuint(call->call.bytes, ==, 11);
    g_assert_cmpuint(call->call.documents, ==, 1);
    g_assert_cmpint(call->call.tokens_cache_write, ==, 10);
    g_assert_cmpint(call->call.first_token_ms, ==, 300);
    g_assert_cmpfloat(call->call.reserved, ==, 0.125);
    g_assert_cmpstr(call->request, ==, "the request");
    ++*(guint *)data;
    return TRUE;
}

/* Calls with all that is known of them, and sums for everything, a pack and a tenant. */
static void test_version_3(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_version(state, "ledger-v3.sql");
    g_assert_cmpuint(ledger_schema_version(ledger), >=, 3);
    assert_whole(ledger);
    guint seen = 0;
    double spent = 0;
    LedgerCallFilter all = {.payloads = TRUE};
    g_assert_true(ledger_each_call(ledger, &all, check_call, &seen, &error));
    g_assert_cmpuint(seen, ==, 1);
    ledger_spent(ledger, "tenant:acme", PERIOD_DAY, G_GINT64_CONSTANT(1700000000000000), &spent,
                 &error);
    g_assert_cmpfloat(spent, ==, 0.625);
    g_assert_no_error(error);
    ledger_close(ledger);
    remove_state(state);
}

/* The same with examples; calls are then about one document each, and in no batch. */
static void test_version_4(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_version(state, "ledger-v4.sql");
    g_assert_cmpuint(ledger_schema_version(ledger), >=, 5);
    assert_whole(ledger);
    guint seen = 0;
    LedgerCallFilter all = {.payloads = TRUE};
    g_assert_true(ledger_each_call(ledger, &all, check_call, &seen, &error));
    g_assert_cmpuint(seen, ==, 1);
    g_autoptr(GPtrArray) batches = ledger_batches(ledger, FALSE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(batches->len, ==, 0);
    ledger_close(ledger);
    remove_state(state);
}

/* The same with a batch; nobody was told of anything, and nothing was put back. */
static void test_version_5(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_version(state, "ledger-v5.sql");
    g_assert_cmpuint(ledger_schema_version(ledger), >=, 6);
    assert_whole(ledger);
    g_autoptr(GPtrArray) batches = ledger_batches(ledger, FALSE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(batches->len, ==, 1);
    guint64 deliveries[DELIVERY_LAST] = {1, 1, 1};
    g_assert_true(ledger_count_deliveries(ledger, deliveries, &error));
    g_assert_cmpuint(deliveries[0] + deliveries[1] + deliveries[2], ==, 0);
    g_assert_null(ledger_last_revision(ledger, 2, &error));
    g_assert_null(ledger_next_requeued(ledger, 0, &error));
    g_assert_no_error(error);
    g_assert_true(ledger_requeue(ledger, 2, "/out/archive/accepted.txt", "retry", &error));
    g_assert_true(ledger_commit(ledger, &error));
    g_autoptr(LedgerRevision) before = ledger_last_revision(ledger, 2, &error);
    g_assert_cmpstr(before->record, ==, "{\"total\":12.5}");
    g_autoptr(LedgerDocument) again = ledger_next_requeued(ledger, 0, &error);
    g_assert_cmpint(again->id, ==, 2);
    assert_whole(ledger);
    ledger_close(ledger);
    remove_state(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger-durable/crash", test_crash);
    g_test_add_func("/ledger-durable/newer", test_newer);
    g_test_add_func("/ledger-durable/foreign", test_foreign);
    g_test_add_func("/ledger-durable/corrupt", test_corrupt);
    g_test_add_func("/ledger-durable/lock", test_lock);
    g_test_add_func("/ledger-durable/nothing-there", test_nothing_there);
    g_test_add_func("/ledger-durable/broken-turn", test_broken_turn);
    g_test_add_func("/ledger-durable/no-room", test_no_room);
    g_test_add_func("/ledger-durable/disk-full", test_disk_full);
    g_test_add_func("/ledger-durable/version-1", test_version_1);
    g_test_add_func("/ledger-durable/version-2", test_version_2);
    g_test_add_func("/ledger-durable/version-3", test_version_3);
    g_test_add_func("/ledger-durable/version-4", test_version_4);
    g_test_add_func("/ledger-durable/version-5", test_version_5);
    return g_test_run();
}
