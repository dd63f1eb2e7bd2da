/* What a verdict owes to the outbox, what performing it leaves there, and what the audit sees. */
#include "pipeline/core/bytes.h"
#include "pipeline/host/outbox.h"
#include "pipeline/host/publish.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define NOON_US (G_GINT64_CONSTANT(1795262400) * G_USEC_PER_SEC) /* 2026-11-21T12:00:00Z */

typedef struct {
    char *root, *inbox, *outbox;
    Ledger *ledger;
} Office;

static void set_up(Office *office, gconstpointer data)
{
    office->root = g_dir_make_tmp("docket-outbox-XXXXXX", NULL);
    office->inbox = g_build_filename(office->root, "in", NULL);
    office->outbox = g_build_filename(office->root, "out", NULL);
    office->ledger = ledger_open(NULL, TRUE, NULL);
    g_assert_nonnull(office->ledger);
    g_mkdir(office->inbox, 0700);
}

static void remove_tree(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        if (g_file_test(below, G_FILE_TEST_IS_DIR))
            remove_tree(below);
        else
            g_unlink(below);
    }
    if (folder)
        g_dir_close(folder);
    g_rmdir(path);
}

static void tear_down(Office *office, gconstpointer data)
{
    ledger_close(office->ledger);
    remove_tree(office->root);
    g_free(office->root);
    g_free(office->inbox);
    g_free(office->outbox);
}

static char *in_outbox(const Office *office, const char *target)
{
    return g_build_filename(office->outbox, target, NULL);
}

static gboolean has(const Office *office, const char *target)
{
    g_autofree char *path = in_outbox(office, target);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static char *text_of(const Office *office, const char *target)
{
    g_autofree char *path = in_outbox(office, target);
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static cJSON *json_of(const Office *office, const char *target)
{
    g_autofree char *text = text_of(office, target);
    g_autoptr(GError) error = NULL;
    cJSON *value = json_parse(text, strlen(text) - 1, &error); /* without the newline */
    g_assert_no_error(error);
    return value;
}

static cJSON *meta_with(Verdict verdict, const char *reason)
{
    cJSON *meta = cJSON_CreateObject();
    cJSON *document = cJSON_AddObjectToObject(meta, "document");
    cJSON_AddStringToObject(document, "name", "x");
    cJSON_AddStringToObject(meta, "verdict", verdict_name(verdict));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(meta, "reasons"), cJSON_CreateString(reason));
    cJSON_AddArrayToObject(meta, "problems");
    return meta;
}

/* A document that came from the inbox, decided with all that it owes. */
static gint64 decide_file(Office *office, const char *name, const char *content, Verdict verdict,
                          Originals originals)
{
    static Pack pack = {.name = (char *)"invoice", .version = (char *)"v"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) job = job_new(NULL, JOB_DOCUMENT, name);
    gboolean finished;
    job->path = g_build_filename(office->inbox, name, NULL);
    job->sha256 = bytes_sha256(content, strlen(content));
    job->pack = &pack;
    job->verdict = verdict;
    job->error_code = verdict == VERDICT_FAILED ? (int)DOCKET_ERROR_ENCRYPTED : -1;
    job_reason(job, "encrypted", "page 1: a password is needed");
    g_assert_true(g_file_set_contents(job->path, content, -1, NULL));
    g_assert_true(ledger_claim(office->ledger, job, &finished, &error));
    g_autofree char *wanted = outbox_name(name);
    g_autofree char *output = ledger_output_name(office->ledger, job, wanted, &error);
    g_autoptr(cJSON) meta = meta_with(verdict, job->reasons->pdata[0]);
    g_autoptr(cJSON) record = json_parse("{\"total\":1}", 11, NULL);
    OutboxItem item = {.name = output,
                       .pack = "invoice",
                       .path = job->path,
                       .sha256 = job->sha256,
                       .verdict = verdict,
                       .error = verdict == VERDICT_FAILED ? "encrypted" : NULL,
                       .attempts = 2,
                       .record = record,
                       .meta = meta,
                       .originals = originals};
    g_autoptr(GPtrArray) effects = outbox_effects(&item, NOON_US);
    g_autofree char *meta_text = json_print(meta, FALSE);
    g_assert_true(ledger_decide(office->ledger, job, "{\"total\":1}", meta_text, effects, &error));
    g_assert_true(ledger_commit(office->ledger, &error));
    return job->id;
}

static void perform(Office *office, gint64 document)
{
    g_autoptr(GError) error = NULL;
    outbox_perform(office->ledger, office->outbox, document, &error);
    g_assert_no_error(error);
    g_assert_true(ledger_commit(office->ledger, &error));
}

static GPtrArray *audit(Office *office)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *findings = g_ptr_array_new_with_free_func(g_free);
    ledger_verify(office->ledger, findings, &error);
    g_assert_no_error(error);
    outbox_audit(office->ledger, office->outbox, findings, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < findings->len; i++)
        g_test_message("%s", (char *)findings->pdata[i]);
    return findings;
}

static void assert_clean(Office *office)
{
    g_autoptr(GPtrArray) findings = audit(office);
    g_assert_cmpuint(findings->len, ==, 0);
}

static gboolean in_inbox(const Office *office, const char *name)
{
    g_autofree char *path = g_build_filename(office->inbox, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* ---- names ---- */

static void test_names(void)
{
    static const struct {
        const char *name, *expected;
    } cases[] = {
        {"a.pdf", "a.pdf"},
        {"sub/folder/a.pdf", "a.pdf"},
        {"a.meta", "a%2Emeta"},
        {"a.reason.json", "a%2Ereason.json"},
        {"b.rows.jsonl", "b%2Erows.jsonl"},
        {"a%2Emeta", "a%252Emeta"},
        {".hidden", "%2Ehidden"},
        {"new\nline\x1b[2J", "new%0Aline%1B[2J"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = outbox_name(cases[i].name);
        g_assert_cmpstr(name, ==, cases[i].expected);
    }
}

static void test_taken(Office *office, gconstpointer data)
{
    static const char *const targets[] = {"records/invoice/a.json", "review/invoice/b.json",
                                          "failed/c", "archive/2026/11/21/d",
                                          "records/invoice/e.jsonl"};
    g_autoptr(GError) error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autofree char *path = in_outbox(office, targets[i]);
        const char name[] = {(char)('a' + i), '\0'};
        g_assert_false(outbox_is_taken(office->outbox, "invoice", name, NOON_US));
        g_assert_true(publish_file(path, "x", 1, &error));
        g_assert_true(outbox_is_taken(office->outbox, "invoice", name, NOON_US));
    }
    g_assert_false(outbox_is_taken(office->outbox, "receipt", "a", NOON_US));
}

/* ---- verdicts ---- */

static void test_accepted(Office *office, gconstpointer data)
{
    decide_file(office, "a.txt", "text of a", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    g_assert_true(in_inbox(office, "a.txt"));
    perform(office, 0);
    g_autofree char *record = text_of(office, "records/invoice/a.txt.json");
    g_assert_true(g_str_has_suffix(record, "}\n"));
    g_autoptr(cJSON) value = json_of(office, "records/invoice/a.txt.json");
    g_assert_cmpint(cJSON_GetArraySize(value), ==, 1); /* the record and nothing else */
    g_autoptr(cJSON) meta = json_of(office, "records/invoice/a.txt.meta.json");
    g_assert_cmpstr(json_string(meta, "verdict", ""), ==, "accepted");
    g_autofree char *original = text_of(office, "archive/2026/11/21/a.txt");
    g_assert_cmpstr(original, ==, "text of a");
    g_assert_false(in_inbox(office, "a.txt"));
    assert_clean(office);
}

static void test_failed(Office *office, gconstpointer data)
{
    decide_file(office, "a.txt", "text of a", VERDICT_FAILED, ORIGINALS_DELETE);
    perform(office, 0);
    g_assert_true(has(office, "failed/a.txt")); /* DELETE does not mean the failed */
    g_autoptr(cJSON) reason = json_of(office, "failed/a.txt.reason.json");
    g_assert_cmpstr(json_string(reason, "reason", ""), ==, "encrypted");
    g_assert_cmpstr(json_string(reason, "sentence", ""), ==, "page 1: a password is needed");
    g_assert_cmpstr(json_string(reason, "advice", ""), ==,
                    docket_error_advice(DOCKET_ERROR_ENCRYPTED));
    g_assert_cmpfloat(json_number(reason, "attempts", 0), ==, 2);
    g_assert_false(has(office, "records/invoice/a.txt.json"));
    assert_clean(office);
}

static void test_originals(Office *office, gconstpointer data)
{
    decide_file(office, "keep", "k", VERDICT_ACCEPTED, ORIGINALS_KEEP);
    decide_file(office, "keep-failed", "kf", VERDICT_FAILED, ORIGINALS_KEEP);
    decide_file(office, "delete", "d", VERDICT_FALLBACK, ORIGINALS_DELETE);
    decide_file(office, "delete-review", "dr", VERDICT_REVIEW, ORIGINALS_DELETE);
    perform(office, 0);
    g_assert_true(in_inbox(office, "keep"));
    g_assert_true(in_inbox(office, "keep-failed"));
    g_assert_true(has(office, "failed/keep-failed.reason.json"));
    g_assert_false(in_inbox(office, "delete"));
    g_assert_true(has(office, "records/invoice/delete.json"));
    g_assert_true(has(office, "archive/2026/11/21/delete-review")); /* a person will look at it */
    g_assert_true(has(office, "review/invoice/delete-review.json"));
    assert_clean(office);
}

static void test_held(Office *office, gconstpointer data)
{
    decide_file(office, "a.txt", "a", VERDICT_HELD, ORIGINALS_ARCHIVE);
    perform(office, 0);
    g_assert_true(in_inbox(office, "a.txt"));
    g_assert_false(g_file_test(office->outbox, G_FILE_TEST_EXISTS));
    assert_clean(office);
}

/* ---- things that go wrong ---- */

static void test_original_gone(Office *office, gconstpointer data)
{
    g_autofree char *path = g_build_filename(office->inbox, "changed", NULL);
    g_autofree char *gone = g_build_filename(office->inbox, "gone", NULL);
    decide_file(office, "changed", "first", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    decide_file(office, "gone", "g", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    g_assert_true(g_file_set_contents(path, "second", -1, NULL));
    g_unlink(gone);
    perform(office, 0);
    g_assert_true(in_inbox(office, "changed")); /* it is another document now */
    g_assert_true(has(office, "records/invoice/changed.json"));
    g_assert_false(has(office, "archive/2026/11/21/changed"));
    g_autoptr(GPtrArray) owed = ledger_effects_owed(office->ledger, 0, NULL);
    g_assert_cmpuint(owed->len, ==, 0);
    assert_clean(office);
}

static void test_archive_taken(Office *office, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *place = in_outbox(office, "archive/2026/11/21/a.txt");
    decide_file(office, "a.txt", "mine", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    g_assert_true(publish_file(place, "not mine", 8, &error));
    g_assert_false(outbox_perform(office->ledger, office->outbox, 0, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_clear_error(&error);
    g_assert_true(ledger_commit(office->ledger, &error));
    g_assert_true(in_inbox(office, "a.txt"));
    g_unlink(place);
    perform(office, 0); /* and goes on where it stopped */
    g_assert_false(in_inbox(office, "a.txt"));
    assert_clean(office);
}

static void test_outbox_unwritable(Office *office, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    decide_file(office, "a.txt", "a", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    g_assert_true(g_file_set_contents(office->outbox, "in the way", -1, NULL));
    g_assert_false(outbox_perform(office->ledger, office->outbox, 0, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_clear_error(&error);
    g_assert_true(in_inbox(office, "a.txt"));
    g_unlink(office->outbox);
    g_assert_true(outbox_recover(office->ledger, office->outbox, &error));
    g_assert_no_error(error);
    g_assert_true(has(office, "records/invoice/a.txt.json"));
    g_assert_false(in_inbox(office, "a.txt"));
    assert_clean(office);
}

/* After a crash everything is done once more from any point on: the result is the same. */
static void test_again(Office *office, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gint64 id = decide_file(office, "a.txt", "a", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    g_autofree char *part = in_outbox(office, "records/invoice/.docket-0123456789abcdef.part");
    g_assert_true(publish_file(part, "half", 4, &error));
    for (guint i = 0; i < 2; i++) {
        /* The files are there, but the ledger does not know yet. */
        g_assert_true(outbox_perform(office->ledger, office->outbox, id, &error));
        ledger_close(office->ledger);
        office->ledger = ledger_open(NULL, TRUE, NULL);
        g_autofree char *path = g_build_filename(office->inbox, "a.txt", NULL);
        id = decide_file(office, "a.txt", "a", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
        g_unlink(path);
    }
    g_assert_true(outbox_recover(office->ledger, office->outbox, &error));
    g_assert_false(g_file_test(part, G_FILE_TEST_EXISTS));
    assert_clean(office);
}

static void test_audit_sees(Office *office, gconstpointer data)
{
    static const char *const findings_expected[] = {"temp file", "not in the ledger",
                                                    "another content", "gone from the outbox"};
    g_autoptr(GError) error = NULL;
    decide_file(office, "a.txt", "a", VERDICT_ACCEPTED, ORIGINALS_ARCHIVE);
    perform(office, 0);
    assert_clean(office);
    g_autofree char *part = in_outbox(office, "review/invoice/.docket-00.part");
    g_autofree char *stray = in_outbox(office, "records/invoice/stray.json");
    g_autofree char *record = in_outbox(office, "records/invoice/a.txt.json");
    g_autofree char *original = in_outbox(office, "archive/2026/11/21/a.txt");
    g_assert_true(publish_file(part, "x", 1, &error) && publish_file(stray, "x", 1, &error));
    g_assert_true(publish_file(record, "{}", 2, &error));
    g_assert_cmpint(g_unlink(original), ==, 0);
    g_autoptr(GPtrArray) findings = audit(office);
    g_assert_cmpuint(findings->len, ==, G_N_ELEMENTS(findings_expected));
    for (gsize e = 0; e < G_N_ELEMENTS(findings_expected); e++) {
        gboolean found = FALSE;
        for (guint i = 0; i < findings->len; i++)
            found = found || strstr(findings->pdata[i], findings_expected[e]);
        g_assert_true(found);
    }
}

/* ---- reviews ---- */

static void review(Office *office, gint64 id, Verdict verdict)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LedgerDocument) document = ledger_document(office->ledger, id, &error);
    g_autoptr(cJSON) meta = meta_with(verdict, "rejected: illegible");
    g_autoptr(cJSON) record = json_parse("{\"total\":2}", 11, NULL);
    g_autoptr(GPtrArray) effects = outbox_review_effects(office->ledger, office->outbox, document,
                                                         verdict, record, meta, &error);
    g_assert_no_error(error);
    gboolean accepted = verdict == VERDICT_ACCEPTED;
    g_autofree char *meta_text = json_print(meta, FALSE);
    g_assert_true(ledger_review(office->ledger, id, accepted ? "correct" : "reject", "me",
                                accepted ? "{\"total\":2}" : NULL, meta_text, NULL, effects,
                                &error));
    g_assert_true(ledger_commit(office->ledger, &error));
    perform(office, id);
}

static void test_review(Office *office, gconstpointer data)
{
    gint64 good = decide_file(office, "good.txt", "good", VERDICT_REVIEW, ORIGINALS_ARCHIVE);
    gint64 bad = decide_file(office, "bad.txt", "bad", VERDICT_REVIEW, ORIGINALS_ARCHIVE);
    gint64 kept = decide_file(office, "kept.txt", "kept", VERDICT_REVIEW, ORIGINALS_KEEP);
    perform(office, 0);
    g_autoptr(cJSON) waiting = json_of(office, "review/invoice/good.txt.json");
    g_assert_cmpfloat(cJSON_GetObjectItem(json_at(waiting, "/record"), "total")->valuedouble, ==,
                      1);
    g_assert_true(cJSON_IsArray(json_at(waiting, "/problems")));
    review(office, good, VERDICT_ACCEPTED);
    review(office, bad, VERDICT_FAILED);
    review(office, kept, VERDICT_FAILED);
    g_autoptr(cJSON) record = json_of(office, "records/invoice/good.txt.json");
    g_assert_cmpfloat(json_number(record, "total", 0), ==, 2);
    g_assert_false(has(office, "review/invoice/good.txt.json"));
    g_assert_true(has(office, "archive/2026/11/21/good.txt"));
    g_assert_false(has(office, "review/invoice/bad.txt.json"));
    g_assert_false(has(office, "archive/2026/11/21/bad.txt"));
    g_assert_true(has(office, "failed/bad.txt"));
    g_autoptr(cJSON) reason = json_of(office, "failed/bad.txt.reason.json");
    g_assert_cmpstr(json_string(reason, "reason", ""), ==, "rejected");
    g_assert_true(in_inbox(office, "kept.txt"));
    assert_clean(office);
}

/* ---- what stands in other documents ---- */

static gint64 decide_child(Office *office, Job *parent, const char *name, Verdict verdict,
                           GBytes *content)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) child = job_new(NULL, JOB_DOCUMENT, name);
    gboolean finished;
    child->parent = parent;
    child->row = 0;
    child->sha256 = bytes_sha256(name, strlen(name));
    child->verdict = verdict;
    child->error_code = DOCKET_ERROR_UNSUPPORTED;
    job_reason(child, "unsupported", "nobody reads this");
    g_assert_true(ledger_claim(office->ledger, child, &finished, &error));
    g_autoptr(cJSON) meta = meta_with(verdict, child->reasons->pdata[0]);
    g_autofree char *wanted = outbox_child_name(name);
    g_autofree char *output = ledger_output_name(office->ledger, child, wanted, &error);
    OutboxItem item = {.name = output,
                       .sha256 = child->sha256,
                       .verdict = verdict,
                       .error = "unsupported",
                       .content = content,
                       .meta = meta};
    g_autoptr(GPtrArray) effects = outbox_effects(&item, NOON_US);
    g_autofree char *text = json_print(meta, FALSE);
    g_assert_true(ledger_decide(office->ledger, child, NULL, text, effects, &error));
    return child->id;
}

/* Its bytes, NULs and all, are quarantined by themselves; the container only moves. */
static void test_child(Office *office, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) zip = job_new(NULL, JOB_CONTAINER, "a.zip");
    g_autoptr(GBytes) content = g_bytes_new_static("a\0b\0c", 5);
    gboolean finished;
    zip->path = g_build_filename(office->inbox, "a.zip", NULL);
    zip->sha256 = bytes_sha256("zip", 3);
    zip->verdict = VERDICT_ACCEPTED;
    job_reason(zip, "holds", "1 documents");
    g_assert_true(g_file_set_contents(zip->path, "zip", -1, NULL));
    g_assert_true(ledger_claim(office->ledger, zip, &finished, &error));
    gint64 child = decide_child(office, zip, "a.zip/x/b.bin", VERDICT_FAILED, content);
    perform(office, child);
    g_autofree char *path = g_build_filename(office->outbox, "failed/a.zip--x--b.bin", NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpmem(bytes, length, "a\0b\0c", 5);
    g_assert_true(has(office, "failed/a.zip--x--b.bin.reason.json"));
    g_autofree char *name = ledger_output_name(office->ledger, zip, "a.zip", &error);
    g_autoptr(cJSON) meta = meta_with(VERDICT_ACCEPTED, "holds: 1 documents");
    OutboxItem item = {.name = name,
                       .path = zip->path,
                       .sha256 = zip->sha256,
                       .verdict = VERDICT_ACCEPTED,
                       .meta = meta,
                       .carries = TRUE,
                       .needed = TRUE,
                       .originals = ORIGINALS_DELETE};
    g_autoptr(GPtrArray) effects = outbox_effects(&item, NOON_US);
    g_assert_cmpuint(effects->len, ==, 1); /* kept, since something in it has failed */
    g_assert_true(ledger_decide(office->ledger, zip, NULL, "{}", effects, &error));
    perform(office, zip->id);
    g_assert_true(has(office, "archive/2026/11/21/a.zip"));
    assert_clean(office);
}

/* ---- batches ---- */

static gint64 decide_row(Office *office, Job *batch, gint64 number, const Pack *pack,
                         Verdict verdict)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("b.csv:%" G_GINT64_FORMAT, number + 1);
    g_autofree char *record = g_strdup_printf("{\"n\":%" G_GINT64_FORMAT "}", number);
    g_autoptr(Job) row = job_new(NULL, JOB_ROW, name);
    gboolean finished;
    row->parent = batch;
    row->row = number;
    row->sha256 = bytes_sha256(record, strlen(record));
    row->pack = pack;
    row->verdict = verdict;
    row->error_code = verdict == VERDICT_FAILED ? (int)DOCKET_ERROR_DAMAGED : -1;
    job_reason(row, "damaged", "too few cells");
    g_autoptr(cJSON) meta = meta_with(verdict, row->reasons->pdata[0]);
    g_autofree char *meta_text = json_print(meta, FALSE);
    g_assert_true(ledger_claim(office->ledger, row, &finished, &error));
    g_assert_true(ledger_decide(office->ledger, row, verdict == VERDICT_FAILED ? NULL : record,
                                meta_text, NULL, &error));
    return row->id;
}

static guint lines_of(const Office *office, const char *target)
{
    g_autofree char *text = text_of(office, target);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    return g_strv_length(lines) - 1;
}

static void test_batch(Office *office, gconstpointer data)
{
    static const Verdict verdicts[] = {VERDICT_ACCEPTED, VERDICT_REVIEW, VERDICT_FALLBACK,
                                       VERDICT_FAILED, VERDICT_ACCEPTED};
    Pack listing = {.name = (char *)"listing", .version = (char *)"v"};
    Pack other = {.name = (char *)"other", .version = (char *)"v"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) batch = job_new(NULL, JOB_BATCH, "b.csv");
    gboolean finished;
    gint64 in_review = 0;
    batch->path = g_build_filename(office->inbox, "b.csv", NULL);
    batch->sha256 = bytes_sha256("rows", 4);
    g_assert_true(g_file_set_contents(batch->path, "rows", -1, NULL));
    g_assert_true(ledger_claim(office->ledger, batch, &finished, &error));
    for (gint64 i = G_N_ELEMENTS(verdicts) - 1; i >= 0; i--) { /* they need not end in order */
        const Pack *pack = i == 4 ? &other : i == 3 ? NULL : &listing;
        gint64 id = decide_row(office, batch, i, pack, verdicts[i]);
        if (verdicts[i] == VERDICT_REVIEW)
            in_review = id;
    }
    g_autoptr(GPtrArray) packs = ledger_batch_packs(office->ledger, batch->id, &error);
    g_autoptr(cJSON) meta = meta_with(VERDICT_ACCEPTED, "batch: done");
    g_autofree char *name = ledger_output_name(office->ledger, batch, "b.csv", &error);
    OutboxItem item = {.name = name,
                       .path = batch->path,
                       .sha256 = batch->sha256,
                       .verdict = VERDICT_ACCEPTED,
                       .meta = meta};
    g_autoptr(GPtrArray) effects = outbox_batch_effects(&item, packs, NOON_US);
    batch->verdict = VERDICT_ACCEPTED;
    job_reason(batch, "batch", "done");
    g_assert_true(ledger_decide(office->ledger, batch, NULL, "{}", effects, &error));
    g_assert_true(ledger_commit(office->ledger, &error));
    perform(office, 0);

    g_autofree char *records = text_of(office, "records/listing/b.csv.jsonl");
    g_assert_cmpstr(records, ==, "{\"n\":0}\n{\"n\":2}\n");
    g_assert_cmpuint(lines_of(office, "records/listing/b.csv.meta.jsonl"), ==, 3);
    g_autofree char *others = text_of(office, "records/other/b.csv.jsonl");
    g_assert_cmpstr(others, ==, "{\"n\":4}\n");
    g_assert_cmpuint(lines_of(office, "review/listing/b.csv.jsonl"), ==, 1);
    g_autoptr(cJSON) failed = json_of(office, "failed/b.csv.rows.jsonl");
    g_assert_cmpfloat(json_number(failed, "row", -1), ==, 3);
    g_assert_cmpstr(json_string(failed, "reason", ""), ==, "damaged");
    g_assert_true(has(office, "archive/2026/11/21/b.csv"));
    assert_clean(office);

    /* The person's decision brings the row to its place among the others. */
    review(office, in_review, VERDICT_ACCEPTED);
    g_autofree char *after = text_of(office, "records/listing/b.csv.jsonl");
    g_assert_cmpstr(after, ==, "{\"n\":0}\n{\"total\":2}\n{\"n\":2}\n");
    g_assert_false(has(office, "review/listing/b.csv.jsonl"));
    assert_clean(office);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/outbox/" name, Office, NULL, set_up, test, tear_down)
    g_test_add_func("/outbox/names", test_names);
    ADD("taken", test_taken);
    ADD("accepted", test_accepted);
    ADD("failed", test_failed);
    ADD("originals", test_originals);
    ADD("held", test_held);
    ADD("original-gone", test_original_gone);
    ADD("archive-taken", test_archive_taken);
    ADD("outbox-unwritable", test_outbox_unwritable);
    ADD("again", test_again);
    ADD("audit-sees", test_audit_sees);
    ADD("review", test_review);
    ADD("child", test_child);
    ADD("batch", test_batch);
    return g_test_run();
}
