/* The ledger: entering, deciding, asking, counting; crashes at every point; refusals. */
#include "pipeline/core/clock.h"
#include "pipeline/host/ledger.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *temp_state(void)
{
    g_autoptr(GError) error = NULL;
    char *state = g_dir_make_tmp("docket-ledger-XXXXXX", &error);
    g_assert_no_error(error);
    return state;
}

static void remove_state(char *state)
{
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "lock"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(state, names[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(state), ==, 0);
    g_free(state);
}

static Ledger *open_ledger(const char *state)
{
    g_autoptr(GError) error = NULL;
    Ledger *ledger = ledger_open(state, TRUE, &error);
    g_assert_no_error(error);
    return ledger;
}

static void commit(Ledger *ledger)
{
    g_autoptr(GError) error = NULL;
    ledger_commit(ledger, &error);
    g_assert_no_error(error);
}

static Job *file_job(const char *path, const char *sha256)
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

static Job *row_job(Job *batch, gint64 row)
{
    g_autofree char *name = g_strdup_printf("row %" G_GINT64_FORMAT, row);
    Job *job = job_new(NULL, JOB_ROW, name);
    job->batch = batch;
    job->row = row;
    job->sha256 = g_strdup_printf("%064" G_GINT64_MODIFIER "x", row);
    return job;
}

static gboolean claim(Ledger *ledger, Job *job)
{
    g_autoptr(GError) error = NULL;
    gboolean finished = FALSE;
    ledger_claim(ledger, job, &finished, &error);
    g_assert_no_error(error);
    g_assert_cmpint(job->id, >, 0);
    return finished;
}

static void decide(Ledger *ledger, Job *job, Verdict verdict, const char *record,
                   GPtrArray *effects)
{
    g_autoptr(GError) error = NULL;
    job->verdict = verdict;
    job_reason(job, "test", "decided");
    ledger_decide(ledger, job, record, record ? "{\"m\":1}" : NULL, effects, &error);
    g_assert_no_error(error);
}

static GPtrArray *effects_of(EffectKind kind, const char *target, const char *content)
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

static void pay(Ledger *ledger, gint64 document)
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

static LedgerCounts count(Ledger *ledger)
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

static void assert_whole(Ledger *ledger)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    ledger_verify(ledger, findings, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < findings->len; i++)
        g_test_message("%s", (char *)findings->pdata[i]);
    g_assert_cmpuint(findings->len, ==, 0);
}

/* ---- one document's life ---- */

static void test_life(void)
{
    char *state = temp_state();
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) job = file_job("/in/caf\xe9.txt", "aa11");
    Ledger *ledger = open_ledger(state);
    g_assert_false(claim(ledger, job));
    g_assert_cmpuint(count(ledger).verdicts[VERDICT_HELD], ==, 1);
    g_assert_true(ledger_begin_attempt(ledger, job, "read", &error));
    g_assert_cmpuint(job->attempts, ==, 1);
    commit(ledger);
    g_autoptr(LedgerDocument) held = ledger_document(ledger, job->id, &error);
    g_assert_cmpint(held->verdict, ==, VERDICT_HELD);
    g_assert_nonnull(strstr(held->reasons, "queued: "));
    g_assert_cmpint(held->decided_us, ==, 0);
    g_assert_false(held->delivered);
    g_assert_cmpstr(held->name, ==, "caf\xe9.txt"); /* bytes, not text */

    g_autoptr(GPtrArray) effects = effects_of(EFFECT_FILE, "records/p/x.json", "{}\n");
    decide(ledger, job, VERDICT_ACCEPTED, "{\"a\":1}", effects);
    commit(ledger);
    ledger_close(ledger);

    /* Decided, not delivered: the same file is finished, and what is owed is still known. */
    ledger = open_ledger(state);
    g_autoptr(Job) again = file_job("/in/caf\xe9.txt", "aa11");
    g_assert_true(claim(ledger, again));
    g_assert_cmpint(again->id, ==, job->id);
    g_assert_cmpint(again->verdict, ==, VERDICT_ACCEPTED);
    g_autoptr(GPtrArray) owed = ledger_effects_owed(ledger, 0, &error);
    g_assert_cmpuint(owed->len, ==, 1);
    const LedgerEffect *effect = owed->pdata[0];
    g_assert_cmpmem(effect->content, effect->length, "{}\n", 3);
    pay(ledger, 0);
    commit(ledger);
    g_autoptr(LedgerDocument) done = ledger_document(ledger, job->id, &error);
    g_assert_true(done->delivered);
    g_assert_cmpstr(done->record, ==, "{\"a\":1}");
    g_assert_cmpstr(done->settings, ==, "settings");

    /* Delivered: the same file once more is a new arrival. */
    g_autoptr(Job) third = file_job("/in/caf\xe9.txt", "aa11");
    g_assert_false(claim(ledger, third));
    g_assert_cmpint(third->id, !=, job->id);
    g_assert_cmpuint(count(ledger).in, ==, 2);
    assert_whole(ledger);
    ledger_close(ledger);
    remove_state(state);
}

static void test_second_verdict(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    decide(ledger, job, VERDICT_HELD, NULL, NULL);
    decide(ledger, job, VERDICT_ACCEPTED, "{\"a\":1}", NULL);
    g_assert_false(ledger_decide(ledger, job, "{\"a\":2}", "{}", NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL);
    commit(ledger);
    g_autoptr(LedgerDocument) kept = ledger_document(ledger, job->id, NULL);
    g_assert_cmpstr(kept->record, ==, "{\"a\":1}");
}

static void test_kept_original(void)
{
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    g_autoptr(GPtrArray) keep = effects_of(EFFECT_KEEP, "", NULL);
    decide(ledger, job, VERDICT_ACCEPTED, "{}", keep);
    commit(ledger);
    g_autoptr(Job) same = file_job("/in/a", "aa");
    g_assert_true(claim(ledger, same));
    g_assert_cmpint(same->id, ==, job->id);
    g_autoptr(Job) touched = file_job("/in/a", "aa");
    touched->mtime_us++;
    g_assert_false(claim(ledger, touched));
    g_autoptr(Job) changed = file_job("/in/a", "bb");
    g_assert_false(claim(ledger, changed));
    g_assert_cmpuint(count(ledger).in, ==, 3);
}

static void test_attempts(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    for (guint i = 0; i < 2; i++)
        g_assert_true(ledger_begin_attempt(ledger, job, "read", &error));
    commit(ledger);
    g_autoptr(Job) after_crash = file_job("/in/a", "aa");
    claim(ledger, after_crash);
    g_assert_cmpuint(after_crash->attempts, ==, 2);
    /* A reading that ended well takes the suspicion away. */
    g_assert_true(ledger_begin_attempt(ledger, after_crash, "read", &error));
    g_assert_true(ledger_end_attempt(ledger, after_crash, "ok", &error));
    g_autoptr(Job) later = file_job("/in/a", "aa");
    claim(ledger, later);
    g_assert_cmpuint(later->attempts, ==, 0);
    g_autoptr(LedgerDocument) document = ledger_document(ledger, job->id, &error);
    g_assert_cmpuint(document->attempts, ==, 3);
}

/* ---- batches ---- */

static gboolean collect_row(const LedgerDocument *document, gpointer data)
{
    g_string_append_printf(data, "%" G_GINT64_FORMAT " ", document->row);
    return TRUE;
}

static void test_batch(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) batch = file_job("/in/b.csv", "bb");
    batch->kind = JOB_BATCH;
    claim(ledger, batch);
    g_assert_cmpuint(count(ledger).in, ==, 1); /* no rows yet: it counts itself */
    const gint64 order[] = {2, 0, 1};
    for (guint i = 0; i < 3; i++) {
        g_autoptr(Job) row = row_job(batch, order[i]);
        g_assert_false(claim(ledger, row));
        decide(ledger, row, order[i] == 1 ? VERDICT_FAILED : VERDICT_ACCEPTED, "{}", NULL);
    }
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.in, ==, 3);
    g_assert_cmpuint(counts.verdicts[VERDICT_ACCEPTED], ==, 2);
    g_autoptr(Job) again = row_job(batch, 1);
    g_assert_true(claim(ledger, again));
    g_assert_cmpint(again->verdict, ==, VERDICT_FAILED);
    g_assert_cmpuint(count(ledger).in, ==, 3);

    g_autoptr(GString) rows = g_string_new(NULL);
    g_assert_true(ledger_each(ledger, -1, NULL, batch->id, collect_row, rows, &error));
    g_assert_cmpstr(rows->str, ==, "0 1 2 "); /* in input order, not in order of arrival */
    g_string_truncate(rows, 0);
    g_assert_true(ledger_each(ledger, VERDICT_FAILED, NULL, batch->id, collect_row, rows, &error));
    g_assert_cmpstr(rows->str, ==, "1 ");

    g_autoptr(GPtrArray) packs = ledger_batch_packs(ledger, batch->id, &error);
    g_assert_cmpuint(packs->len, ==, 1);
    const LedgerBatchPack *pack = packs->pdata[0];
    g_assert_null(pack->pack);
    g_assert_cmpuint(pack->verdicts[VERDICT_ACCEPTED], ==, 2);
    decide(ledger, batch, VERDICT_FAILED, NULL, NULL);
    g_assert_cmpuint(count(ledger).in, ==, 4); /* failed as a whole: it counts too */
    assert_whole(ledger);
}

/* ---- asking ---- */

static gboolean write_in_visit(const LedgerDocument *document, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LedgerDocument) again = ledger_document(data, document->id, &error);
    g_assert_no_error(error);
    g_autoptr(Job) other = file_job("/in/while", "cc");
    if (document->id < 600)
        claim(data, other);
    return document->id < 700;
}

static void test_asking(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    for (guint i = 0; i < 600; i++) {
        g_autofree char *path = g_strdup_printf("/in/%03u.pdf", i);
        g_autofree char *sha = g_strdup_printf("%064x", i);
        g_autoptr(Job) job = file_job(path, sha);
        claim(ledger, job);
    }
    g_assert_cmpint(ledger_last_document(ledger), ==, 600);
    g_autoptr(LedgerDocument) by_id = ledger_document_by_text(ledger, "17", &error);
    g_assert_cmpstr(by_id->name, ==, "016.pdf");
    g_autoptr(LedgerDocument) by_name = ledger_document_by_text(ledger, "599.pdf", &error);
    g_assert_cmpint(by_name->id, ==, 600);
    g_autofree char *prefix = g_strdup_printf("%062x", 0);
    g_autoptr(LedgerDocument) by_hash = ledger_document_by_text(ledger, prefix, &error);
    g_assert_cmpint(by_hash->id, ==, 256); /* the newest of those that begin so: …ff */
    g_assert_null(ledger_document_by_text(ledger, "nothing\x1b[2J", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    g_assert_null(strchr(error->message, '\x1b'));
    g_clear_error(&error);
    g_assert_null(ledger_document_by_text(ledger, "00000", &error)); /* too short for a hash */
    g_clear_error(&error);
    g_assert_true(ledger_each(ledger, -1, NULL, 0, write_in_visit, ledger, &error));
    g_assert_no_error(error);
    g_assert_cmpint(ledger_last_document(ledger), ==, 601);
}

static void test_find_same(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    Pack pack = {.name = (char *)"invoice", .version = (char *)"v"};
    const Verdict verdicts[] = {VERDICT_FAILED, VERDICT_REVIEW, VERDICT_ACCEPTED};
    for (guint i = 0; i < G_N_ELEMENTS(verdicts); i++) {
        g_autofree char *path = g_strdup_printf("/in/%u", i);
        g_autoptr(Job) job = file_job(path, "same");
        job->pack = &pack;
        claim(ledger, job);
        g_autoptr(LedgerDocument) before =
            ledger_find_same(ledger, "same", "invoice", "v", "settings", &error);
        g_assert_cmpint(before ? before->id : 0, ==, i == 2 ? 2 : 0);
        decide(ledger, job, verdicts[i], i ? "{\"a\":1}" : NULL, NULL);
    }
    g_autoptr(LedgerDocument) best =
        ledger_find_same(ledger, "same", "invoice", "v", "settings", &error);
    g_assert_cmpint(best->id, ==, 3);
    g_assert_null(ledger_find_same(ledger, "same", "invoice", "v2", "settings", &error));
    g_assert_null(ledger_find_same(ledger, "same", "invoice", "v", "others", &error));
    g_assert_null(ledger_find_same(ledger, "same", "receipt", "v", "settings", &error));
    g_assert_no_error(error);
}

static gboolean no_x(const char *name, gpointer data)
{
    return g_str_equal(name, "x.pdf");
}

static void test_output_names(void)
{
    static const char *const expected[] = {"a.pdf", "a-0a1b2c3d.pdf", "a-0a1b2c3d-2.pdf"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *path = g_strdup_printf("/in/%u/a.pdf", i);
        g_autoptr(Job) job = file_job(path, "0a1b2c3d4e5f");
        claim(ledger, job);
        g_autofree char *name = ledger_output_name(ledger, job, "a.pdf", &error);
        g_assert_cmpstr(name, ==, expected[i]);
        g_autofree char *again = ledger_output_name(ledger, job, "other.pdf", &error);
        g_assert_cmpstr(again, ==, expected[i]);
    }
    g_autoptr(Job) job = file_job("/in/x.pdf", "0a1b2c3d4e5f");
    claim(ledger, job);
    g_autofree char *name = ledger_output_name_where(ledger, job, "x.pdf", no_x, NULL, &error);
    g_assert_cmpstr(name, ==, "x-0a1b2c3d.pdf");
    /* Asked for a document that is not there, it says so instead of looking for ever. */
    g_autoptr(Job) nobody = file_job("/in/n", "ff");
    nobody->id = 999;
    g_assert_null(ledger_output_name(ledger, nobody, "n", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
}

/* ---- calls ---- */

static void test_calls(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    gint64 first = 0, second = 0;
    g_assert_true(
        ledger_call_begin(ledger, job, "ask", "m1", "v1", "ps", "request", &first, &error));
    g_assert_null(ledger_call_cached(ledger, "request", NULL, &error));
    Call failed = {.id = first,
                   .outcome = (char *)"model_refused",
                   .tokens_in = -1,
                   .tokens_cached = -1,
                   .tokens_out = -1,
                   .latency_ms = 5};
    g_assert_true(ledger_call_end(ledger, &failed, "not to be used", &error));
    g_assert_null(ledger_call_cached(ledger, "request", NULL, &error));
    g_assert_no_error(error);

    g_assert_true(
        ledger_call_begin(ledger, job, "ask", "m1", "v1", "ps", "request", &second, &error));
    Call good = {.id = second,
                 .outcome = (char *)"ok",
                 .tokens_in = 7,
                 .tokens_cached = 3,
                 .tokens_out = -1,
                 .cost = 0.5,
                 .latency_ms = 11};
    g_assert_true(ledger_call_end(ledger, &good, "the answer", &error));
    Call *cached = NULL;
    g_autofree char *answer = ledger_call_cached(ledger, "request", &cached, &error);
    g_assert_cmpstr(answer, ==, "the answer");
    g_assert_true(cached->cached);
    g_assert_cmpint(cached->id, ==, second);
    g_assert_cmpint(cached->tokens_in, ==, 7);
    g_assert_cmpint(cached->tokens_out, ==, -1);
    g_assert_cmpfloat(cached->cost, ==, 0); /* this time nothing was paid */
    call_free(cached);
    g_assert_null(ledger_call_cached(ledger, "other", NULL, &error));
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.calls, ==, 2);
    g_assert_cmpfloat(counts.cost, ==, 0.5);
    Call unknown = {.id = 99, .outcome = (char *)"ok"};
    g_assert_false(ledger_call_end(ledger, &unknown, "x", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL);
}

/* ---- reviews ---- */

static void test_review(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    static const char *const actions[] = {"accept", "correct", "reject"};
    for (guint i = 0; i < 3; i++) {
        g_autofree char *path = g_strdup_printf("/in/%u", i);
        g_autoptr(Job) job = file_job(path, "aa");
        claim(ledger, job);
        const char *record = i == 2 ? NULL : i == 1 ? "{\"a\":2}" : "{\"a\":1}";
        g_assert_false(
            ledger_review(ledger, job->id, actions[i], "me", record, "{}", NULL, NULL, &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE); /* it is held, not in review */
        g_clear_error(&error);
        decide(ledger, job, VERDICT_REVIEW, "{\"a\":1}", NULL);
        g_autoptr(GPtrArray) effects = effects_of(EFFECT_FILE, path + 1, "x");
        g_assert_true(ledger_review(ledger, job->id, actions[i], "me", record, "{\"m\":2}",
                                    "because", effects, &error));
        g_autoptr(LedgerDocument) after = ledger_document(ledger, job->id, &error);
        g_assert_cmpint(after->verdict, ==, i == 2 ? VERDICT_FAILED : VERDICT_ACCEPTED);
        g_assert_cmpstr(after->record, ==, i == 1 ? "{\"a\":2}" : "{\"a\":1}");
        g_assert_cmpstr(after->method, ==, i == 1 ? "human" : NULL);
        g_assert_nonnull(strstr(after->reasons, "test: decided"));
        g_assert_nonnull(strstr(after->reasons, "by me: because"));
        g_assert_false(after->delivered);
        pay(ledger, job->id);
        g_assert_false(
            ledger_review(ledger, job->id, actions[i], "me", record, "{}", NULL, NULL, &error));
        g_clear_error(&error);
    }
    g_autoptr(Job) empty = file_job("/in/e", "ee");
    claim(ledger, empty);
    decide(ledger, empty, VERDICT_REVIEW, "{}", NULL);
    g_assert_false(
        ledger_review(ledger, empty->id, "accept", "me", NULL, "{}", NULL, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL);
    commit(ledger);
    assert_whole(ledger);
}

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
    gint64 call_id = 0;
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
    ledger_call_begin(ledger, job, "ask", "m", "v1", "p", "request", &call_id, NULL);
    Call call = {.id = call_id, .outcome = (char *)"ok", .cost = 1};
    ledger_call_end(ledger, &call, "{\"a\":1}", NULL);
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
        g_autofree char *answer = ledger_call_cached(ledger, "request", NULL, &error);
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

/* SQLite says that the disk is full; here by a limit on the number of pages. */
static void test_disk_full(void)
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

/* ---- earlier versions ---- */

static void test_version_1(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    g_autofree char *script = NULL, *path = ledger_path(state);
    g_autofree char *fixture = g_test_build_filename(G_TEST_DIST, "ledger-v1.sql", NULL);
    g_assert_true(g_file_get_contents(fixture, &script, NULL, NULL));
    run_sql(path, script);
    Ledger *ledger = open_ledger(state);
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
    g_autofree char *answer = ledger_call_cached(ledger, "request", NULL, &error);
    g_assert_cmpstr(answer, ==, "{\"total\":12.5}");
    g_autoptr(Job) held = file_job("/in/held.txt", "h1");
    g_assert_false(claim(ledger, held));
    g_assert_cmpint(held->id, ==, 1);
    ledger_close(ledger);
    remove_state(state);
}

/* ---- speed ---- */

static void test_rows_per_second(void)
{
    g_autoptr(GError) error = NULL;
    const guint rows = g_test_perf() ? 200000 : 10000;
    char *state = temp_state();
    Ledger *ledger = open_ledger(state);
    g_autoptr(Job) batch = file_job("/in/b.csv", "bb");
    batch->kind = JOB_BATCH;
    claim(ledger, batch);
    Pack pack = {.name = (char *)"listing", .version = (char *)"v"};
    g_autofree char *filler = g_strnfill(700, 'r');
    g_autofree char *record = g_strdup_printf("{\"description\":\"%s\"}", filler);
    gint64 began = clock_monotonic_us();
    for (guint i = 0; i < rows; i++) {
        g_autoptr(Job) row = row_job(batch, i);
        row->pack = &pack;
        claim(ledger, row);
        g_assert_null(ledger_find_same(ledger, row->sha256, "listing", "v", NULL, &error));
        decide(ledger, row, VERDICT_REVIEW, record, NULL);
        if (i % 256 == 255)
            commit(ledger);
    }
    commit(ledger);
    double seconds = (double)(clock_monotonic_us() - began) / G_USEC_PER_SEC;
    g_test_message("%u rows: %.2f s of ledger time, %.0f rows/s", rows, seconds, rows / seconds);
    g_test_minimized_result(seconds, "%u rows", rows);
    g_assert_cmpuint(count(ledger).in, ==, rows);
    ledger_close(ledger);
    remove_state(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/life", test_life);
    g_test_add_func("/ledger/second-verdict", test_second_verdict);
    g_test_add_func("/ledger/kept-original", test_kept_original);
    g_test_add_func("/ledger/attempts", test_attempts);
    g_test_add_func("/ledger/batch", test_batch);
    g_test_add_func("/ledger/asking", test_asking);
    g_test_add_func("/ledger/find-same", test_find_same);
    g_test_add_func("/ledger/output-names", test_output_names);
    g_test_add_func("/ledger/calls", test_calls);
    g_test_add_func("/ledger/review", test_review);
    g_test_add_func("/ledger/crash", test_crash);
    g_test_add_func("/ledger/newer", test_newer);
    g_test_add_func("/ledger/foreign", test_foreign);
    g_test_add_func("/ledger/corrupt", test_corrupt);
    g_test_add_func("/ledger/lock", test_lock);
    g_test_add_func("/ledger/nothing-there", test_nothing_there);
    g_test_add_func("/ledger/broken-turn", test_broken_turn);
    g_test_add_func("/ledger/disk-full", test_disk_full);
    g_test_add_func("/ledger/version-1", test_version_1);
    g_test_add_func("/ledger/rows", test_rows_per_second);
    return g_test_run();
}
