/* A person's decision: what it does to ledger, outbox and meta, and what it may never do. */
#include "stages/review/review.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/host/outbox.h"
#include "tests/host/ledger-help.h"

typedef struct {
    char *outbox;
    Ledger *ledger;
    GPtrArray *packs, *problems;
    Job *job;
    Review review;
} Fixture;

static const char meta_text[] =
    "{\"docket\":\"0\",\"verdict\":\"review\",\"method\":\"template\",\"reasons\":[\"low: x\"],"
    "\"confidence\":0.4,\"problems\":[{\"pointer\":\"/a\"}],\"schema_valid\":false,"
    "\"fields\":{\"/a\":{\"confidence\":0.4},\"/b\":{\"confidence\":0.9,\"grounded\":\"exact\"}}}";

static gboolean only_good(const Pack *pack, const cJSON *record, GPtrArray *problems,
                          GError **error)
{
    g_assert_cmpstr(pack->name, ==, "letter");
    if (json_number(record, "a", 0) > 0)
        return TRUE;
    g_ptr_array_add(problems, problem_new("/a", "rule:positive", "a is not positive"));
    return FALSE;
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

/* One document that waits, its draft already in review/ of the outbox. */
static void set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    f->outbox = g_dir_make_tmp("docket-review-XXXXXX", NULL);
    f->ledger = open_ledger(NULL);
    f->problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
    f->packs = g_ptr_array_new_with_free_func((GDestroyNotify)pack_free);
    Pack *pack = pack_from_schema("letter", cJSON_CreateObject(), &error);
    g_assert_no_error(error);
    g_ptr_array_add(f->packs, pack);

    f->job = file_job("/in/a.txt", "aa");
    g_clear_pointer(&f->job->path, g_free);
    f->job->pack = pack;
    claim(f->ledger, f->job);
    f->job->verdict = VERDICT_REVIEW;
    job_reason(f->job, "low", "x");
    g_autofree char *name = ledger_output_name(f->ledger, f->job, "a.txt", &error);
    g_assert_no_error(error);
    g_autoptr(cJSON) draft = json_parse("{\"a\":-1,\"b\":2}", 14, &error);
    g_autoptr(cJSON) meta = json_parse(meta_text, strlen(meta_text), &error);
    g_assert_no_error(error);
    OutboxItem item = {.name = name,
                       .pack = "letter",
                       .sha256 = "aa",
                       .verdict = VERDICT_REVIEW,
                       .record = draft,
                       .meta = meta};
    g_autoptr(GPtrArray) effects = outbox_effects(&item, clock_now_us());
    g_assert_true(ledger_decide(f->ledger, f->job, "{\"a\":-1,\"b\":2}", meta_text, effects, NULL));
    commit(f->ledger);
    g_assert_true(outbox_perform(f->ledger, f->outbox, 0, NULL));
    commit(f->ledger);
    f->review = (Review){f->ledger, NULL, f->outbox, f->packs, "Ada", only_good};
}

static void tear_down(Fixture *f, gconstpointer data)
{
    job_free(f->job);
    ledger_close(f->ledger);
    g_ptr_array_unref(f->packs);
    g_ptr_array_unref(f->problems);
    remove_tree(f->outbox);
    g_free(f->outbox);
}

static gboolean there(const Fixture *f, const char *name)
{
    g_autofree char *path = g_build_filename(f->outbox, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static cJSON *load(const Fixture *f, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->outbox, name, NULL);
    cJSON *value = json_load(path, &error);
    g_assert_no_error(error);
    return value;
}

static gboolean decide_as(Fixture *f, ReviewAction action, const char *record, GError **error)
{
    g_autoptr(LedgerDocument) document = ledger_document(f->ledger, f->job->id, NULL);
    g_autoptr(cJSON) value = record ? json_parse(record, strlen(record), NULL) : NULL;
    return review_decide(&f->review, document, action, value, "because", f->problems, error);
}

/* The outbox and the ledger tell the same, and nothing has changed. */
static void assert_untouched(const Fixture *f)
{
    g_autoptr(LedgerDocument) document = ledger_document(f->ledger, f->job->id, NULL);
    g_assert_cmpint(document->verdict, ==, VERDICT_REVIEW);
    g_assert_cmpstr(document->record, ==, "{\"a\":-1,\"b\":2}");
    g_assert_true(there(f, "review/letter/a.txt.json"));
    g_assert_false(there(f, "records"));
}

static void assert_sound(const Fixture *f)
{
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(ledger_verify(f->ledger, findings, NULL));
    g_assert_true(outbox_audit(f->ledger, f->outbox, findings, NULL));
    g_assert_cmpuint(findings->len, ==, 0);
}

static void test_invalid_is_never_delivered(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(decide_as(f, REVIEW_ACCEPT, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INVALID);
    g_assert_cmpuint(f->problems->len, ==, 1);
    g_clear_error(&error);
    g_assert_false(decide_as(f, REVIEW_CORRECT, "{\"a\":0}", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_INVALID);
    assert_untouched(f);
    assert_sound(f);
}

static void test_correct(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(decide_as(f, REVIEW_CORRECT, "{\"a\":7,\"b\":2}", &error));
    g_assert_no_error(error);
    g_assert_false(there(f, "review/letter/a.txt.json"));
    g_autoptr(cJSON) record = load(f, "records/letter/a.txt.json");
    g_assert_cmpfloat(json_number(record, "a", 0), ==, 7);

    g_autoptr(cJSON) meta = load(f, "records/letter/a.txt.meta.json");
    g_assert_cmpstr(json_string(meta, "verdict", ""), ==, "accepted");
    g_assert_cmpstr(json_string(meta, "method", ""), ==, "human");
    g_assert_cmpfloat(json_number(meta, "confidence", 0), ==, 0.4);
    g_assert_null(json_at(meta, "/problems"));
    g_assert_null(json_at(meta, "/schema_valid"));
    g_assert_cmpstr(json_string(json_at(meta, "/review"), "who", ""), ==, "Ada");
    g_assert_cmpstr(json_at(meta, "/review/changed/0")->valuestring, ==, "/a");
    g_assert_null(json_at(meta, "/review/changed/1"));
    const cJSON *fields = json_at(meta, "/fields");
    const cJSON *theirs = cJSON_GetObjectItemCaseSensitive(fields, "/a");
    const cJSON *kept = cJSON_GetObjectItemCaseSensitive(fields, "/b");
    g_assert_cmpstr(json_string(theirs, "by", ""), ==, "human");
    g_assert_cmpfloat(json_number(theirs, "confidence", 0), ==, 1);
    g_assert_cmpstr(json_string(kept, "grounded", ""), ==, "exact");
    assert_sound(f);

    /* Decided is decided. */
    g_assert_false(decide_as(f, REVIEW_REJECT, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE);
}

static void test_reject(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(decide_as(f, REVIEW_REJECT, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(f->problems->len, ==, 0);
    g_assert_false(there(f, "review/letter/a.txt.json"));
    g_assert_false(there(f, "records"));
    g_autoptr(cJSON) reason = load(f, "failed/a.txt.reason.json");
    g_assert_nonnull(strstr(json_string(reason, "sentence", ""), "because"));
    g_autoptr(LedgerDocument) document = ledger_document(f->ledger, f->job->id, NULL);
    g_assert_cmpint(document->verdict, ==, VERDICT_FAILED);
    assert_sound(f);
}

static void test_next(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LedgerDocument) first = review_next(f->ledger, &error);
    g_assert_no_error(error);
    g_assert_cmpint(first->id, ==, f->job->id);
    g_assert_true(decide_as(f, REVIEW_CORRECT, "{\"a\":1}", &error));
    g_assert_null(review_next(f->ledger, &error));
    g_assert_no_error(error);
}

static void test_missing_things(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_ptr_array_set_size(f->packs, 0);
    f->job->pack = NULL;
    g_assert_false(decide_as(f, REVIEW_CORRECT, "{\"a\":1}", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
    g_clear_error(&error);
    f->review.outbox = "/nowhere/outbox";
    g_assert_false(decide_as(f, REVIEW_REJECT, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    assert_untouched(f);
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/review/invalid-is-never-delivered", test_invalid_is_never_delivered);
    ADD("/review/correct", test_correct);
    ADD("/review/reject", test_reject);
    ADD("/review/next", test_next);
    ADD("/review/missing-things", test_missing_things);
    return g_test_run();
}
