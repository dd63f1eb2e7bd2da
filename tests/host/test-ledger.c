/* The ledger: entering, deciding, asking, counting. */
#include "tests/host/ledger-help.h"

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
    Call *failed = begin_call(ledger, job, "request", 0);
    g_assert_null(ledger_call_cached(ledger, "request", 0, 0, NULL, &error));
    end_call(ledger, failed, "model_refused", 0, "not to be used");
    g_assert_null(ledger_call_cached(ledger, "request", 0, 0, NULL, &error));
    g_assert_no_error(error);

    Call *good = begin_call(ledger, job, "request", 0);
    good->tokens_in = 7;
    good->tokens_cached = 3;
    good->tokens_cache_write = 2;
    good->answered_by = g_strdup("m1-2026");
    end_call(ledger, good, "ok", 0.5, "the answer");
    Call *cached = NULL;
    g_autofree char *answer = ledger_call_cached(ledger, "request", 0, 0, &cached, &error);
    g_assert_cmpstr(answer, ==, "the answer");
    g_assert_true(cached->cached);
    g_assert_cmpint(cached->id, ==, good->id);
    g_assert_cmpint(cached->tokens_in, ==, 7);
    g_assert_cmpint(cached->tokens_cache_write, ==, 2);
    g_assert_cmpint(cached->tokens_out, ==, -1);
    g_assert_cmpstr(cached->answered_by, ==, "m1-2026");
    g_assert_cmpfloat(cached->cost, ==, 0); /* this time nothing was paid */
    call_free(cached);
    g_assert_null(ledger_call_cached(ledger, "other", 0, 0, NULL, &error));
    g_assert_null(
        ledger_call_cached(ledger, "request", 0, clock_now_us() + G_USEC_PER_SEC, NULL, &error));
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.calls, ==, 2);
    g_assert_cmpfloat(counts.cost, ==, 0.5);
    good->id = 99;
    g_assert_false(ledger_call_end(ledger, good, "x", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL);
    call_free(failed);
    call_free(good);
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

/* ---- what stands in other documents ---- */

static void test_container(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) zip = file_job("/in/a.zip", "zz");
    zip->kind = JOB_CONTAINER;
    claim(ledger, zip);
    g_assert_cmpuint(count(ledger).in, ==, 1); /* nothing came out yet: it counts itself */
    g_autoptr(Job) first = child_job(zip, 0, "aa"), second = child_job(zip, 4, "bb");
    g_assert_false(claim(ledger, first));
    g_assert_false(claim(ledger, second));
    g_assert_cmpuint(count(ledger).in, ==, 2);
    g_assert_cmpuint(count(ledger).verdicts[VERDICT_HELD], ==, 2);
    decide(ledger, first, VERDICT_ACCEPTED, "{\"a\":1}", NULL);
    /* A later version of the reader finds something else at the same place. */
    g_autoptr(Job) again = child_job(zip, 0, "aa"), other = child_job(zip, 4, "cc");
    g_assert_true(claim(ledger, again));
    g_assert_cmpint(again->verdict, ==, VERDICT_ACCEPTED);
    g_assert_false(claim(ledger, other));
    g_assert_cmpint(other->id, ==, second->id);
    g_autoptr(LedgerDocument) kept = ledger_document(ledger, other->id, &error);
    g_assert_cmpstr(kept->sha256, ==, "cc");
    decide(ledger, other, VERDICT_FAILED, NULL, NULL);
    decide(ledger, zip, VERDICT_ACCEPTED, NULL, NULL);
    LedgerCounts counts = count(ledger);
    g_assert_cmpuint(counts.in, ==, 2);
    g_assert_cmpuint(counts.verdicts[VERDICT_ACCEPTED], ==, 1);
    g_assert_cmpuint(counts.verdicts[VERDICT_FAILED], ==, 1);
    assert_whole(ledger);
}

/* A mail counts itself and what it carries; once it is known that it only carries, not itself. */
static void test_carrier(void)
{
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) own = file_job("/in/a.eml", "m1"), carrier = file_job("/in/b.eml", "m2");
    claim(ledger, own);
    claim(ledger, carrier);
    g_autoptr(Job) in_own = child_job(own, 0, "aa"), in_carrier = child_job(carrier, 0, "bb");
    claim(ledger, in_own);
    claim(ledger, in_carrier);
    g_assert_cmpuint(count(ledger).in, ==, 4);
    decide(ledger, in_own, VERDICT_ACCEPTED, "{}", NULL);
    decide(ledger, in_carrier, VERDICT_ACCEPTED, "{}", NULL);
    decide(ledger, own, VERDICT_ACCEPTED, "{}", NULL);
    carrier->kind = JOB_CONTAINER;
    decide(ledger, carrier, VERDICT_ACCEPTED, NULL, NULL);
    g_assert_cmpuint(count(ledger).in, ==, 3);
    assert_whole(ledger);
}

/* What would let an original go before all that it holds is settled, is found. */
static void test_broken_family(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Job) zip = file_job("/in/a.zip", "zz");
    zip->kind = JOB_CONTAINER;
    claim(ledger, zip);
    g_autoptr(Job) child = child_job(zip, 0, "aa");
    claim(ledger, child);
    decide(ledger, zip, VERDICT_ACCEPTED, NULL, NULL);
    g_assert_true(ledger_verify(ledger, findings, &error));
    g_assert_cmpuint(findings->len, ==, 1);
    g_assert_nonnull(strstr(findings->pdata[0], "are held"));
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
    g_test_add_func("/ledger/container", test_container);
    g_test_add_func("/ledger/carrier", test_carrier);
    g_test_add_func("/ledger/broken-family", test_broken_family);
    g_test_add_func("/ledger/rows", test_rows_per_second);
    return g_test_run();
}
