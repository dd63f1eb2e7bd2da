/* The real `deliver` in a real engine, behind a stage that makes verdicts up from what a file says:
 * "accepted …", "fallback …", "review …", "failed …", "held …"; "invalid …" claims to be accepted
 * with a record that does not validate, "norecord …" without any; "rows A B C" is a batch whose rows
 * are A, B, C. */
#include "pipeline/core/bytes.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/outbox.h"
#include "stages/deliver/deliver.h"
#include "stages/stages.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *root, *inbox, *outbox, *state;
    const char *originals;
    GPtrArray *names; /* still to be taken in by the run under way */
    guint done;
} Office;

static void office_open_at(Office *office, const char *root)
{
    office->root = g_strdup(root);
    office->inbox = g_build_filename(office->root, "in", NULL);
    office->outbox = g_build_filename(office->root, "out", NULL);
    office->state = g_build_filename(office->root, "state", NULL);
    office->originals = "archive";
}

static void office_open(Office *office)
{
    g_autofree char *root = g_dir_make_tmp("docket-deliver-XXXXXX", NULL);
    office_open_at(office, root);
    g_assert_cmpint(g_mkdir(office->inbox, 0700), ==, 0);
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

static void office_close(Office *office)
{
    remove_tree(office->root);
    g_free(office->root);
    g_free(office->inbox);
    g_free(office->outbox);
    g_free(office->state);
}

static void office_put(const Office *office, const char *name, const char *content)
{
    g_autofree char *path = g_build_filename(office->inbox, name, NULL);
    g_assert_true(g_file_set_contents(path, content, -1, NULL));
}

static gboolean has(const Office *office, const char *name)
{
    g_autofree char *path = g_build_filename(office->root, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static char *text_of(const Office *office, const char *name)
{
    g_autofree char *path = g_build_filename(office->root, name, NULL);
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

/* ---- the plan ---- */

static Pack the_pack = {.name = (char *)"note", .version = (char *)"v"};

static void judge_word(Job *job, const char *word)
{
    gboolean invalid = g_str_has_prefix(word, "invalid");
    g_autofree char *clean = g_strndup(word, strcspn(word, " "));
    int verdict = verdict_from_name(clean);
    job->pack = &the_pack;
    job->verdict = verdict >= 0 ? (Verdict)verdict : VERDICT_ACCEPTED;
    job->schema_valid = !invalid;
    job_reason(job, "judged", "it says %s", word);
    if (job->verdict == VERDICT_FAILED) {
        job->error_code = DOCKET_ERROR_DAMAGED;
    } else if (job->verdict != VERDICT_HELD && !g_str_has_prefix(word, "norecord")) {
        cJSON *root = cJSON_CreateObject();
        cJSON_AddStringToObject(root, "word", word);
        job_set_record(job, record_new(root, METHOD_TEMPLATE));
    }
}

static void on_row_done(Job *parent, Job *row, gpointer data)
{
    guint *left = job_data(parent, "rows");
    if (--*left == 0)
        engine_resume(parent, STAGE_DONE, NULL);
}

static StageStep take_rows(Job *job, const char *words, GError **error)
{
    g_auto(GStrv) each = g_strsplit(words, " ", -1);
    guint *left = g_new0(guint, 1);
    job_set_data(job, "rows", left, g_free);
    for (guint i = 0; each[i]; i++) {
        gboolean finished;
        Job *row = job_new(job->engine, JOB_ROW, each[i]);
        row->parent = job;
        row->row = i;
        row->sha256 = bytes_sha256(each[i], strlen(each[i]));
        if (!ledger_claim(engine_ledger(job->engine), row, &finished, error))
            return STAGE_ERROR;
        if (finished) {
            job_free(row);
            continue;
        }
        ++*left;
        engine_add_row(job, row, on_row_done, NULL);
    }
    return *left ? STAGE_WAIT : STAGE_DONE;
}

static StageStep read_run(Job *job, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    gboolean finished;
    g_assert_true(g_file_get_contents(job->path, &text, &length, NULL));
    job->sha256 = bytes_sha256(text, length);
    job->kind = g_str_has_prefix(text, "rows ") ? JOB_BATCH : JOB_DOCUMENT;
    if (!ledger_claim(engine_ledger(job->engine), job, &finished, error))
        return STAGE_ERROR;
    if (finished)
        return STAGE_FINISH;
    if (job->kind == JOB_BATCH)
        return take_rows(job, text + 5, error);
    judge_word(job, text);
    return STAGE_DONE;
}

static StageStep judge_run(Job *job, GError **error)
{
    judge_word(job, job->name);
    return STAGE_NEXT;
}

static const Stage stage_reading = {
    .name = "read", .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_BATCH, .run = read_run};
static const Stage stage_judge = {.name = "judge", .roles = STAGE_FOR_ROW, .run = judge_run};
static const Stage *const plan[] = {&stage_reading, &stage_judge, &stage_deliver, NULL};

static Job *next_file(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Office *office = data;
    if (office->names->len == 0) {
        *drained = TRUE;
        return NULL;
    }
    g_autofree char *name = g_ptr_array_steal_index(office->names, 0);
    Job *job = job_new(engine, JOB_DOCUMENT, name);
    job->path = g_build_filename(office->inbox, name, NULL);
    return job;
}

static void on_done(Engine *engine, Job *job, gpointer data)
{
    Office *office = data;
    office->done++;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_inbox(Office *office)
{
    GDir *folder = g_dir_open(office->inbox, 0, NULL);
    office->names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(folder));)
        g_ptr_array_add(office->names, g_strdup(name));
    g_dir_close(folder);
    g_ptr_array_sort(office->names, by_name);
}

/* A whole run, as the program does it. */
static gboolean office_run(Office *office, GError **error)
{
    g_autoptr(Ledger) ledger = ledger_open(office->state, TRUE, error);
    if (!ledger || !deliver_recover(ledger, office->outbox, error))
        return FALSE;
    g_autoptr(Config) config = config_load(NULL, error);
    if (!config || !config_set(config, "run.originals", office->originals, error))
        return FALSE;
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    EngineOptions options = {.plan = plan,
                             .config = config,
                             .packs = packs,
                             .ledger = ledger,
                             .outbox = office->outbox,
                             .source = next_file,
                             .done = on_done,
                             .data = office};
    g_autoptr(Engine) engine = engine_new(&options, error);
    if (!engine)
        return FALSE;
    list_inbox(office);
    gboolean good = engine_run(engine, error);
    g_clear_pointer(&office->names, g_ptr_array_unref);
    return good;
}

static void run(Office *office)
{
    g_autoptr(GError) error = NULL;
    office_run(office, &error);
    g_assert_no_error(error);
}

/* Ledger and outbox are whole and agree; returns the counts. */
static LedgerCounts audit(Office *office)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    LedgerCounts counts = {0};
    g_autoptr(Ledger) ledger = ledger_open(office->state, FALSE, &error);
    g_assert_no_error(error);
    g_assert_true(ledger_verify(ledger, findings, &error));
    g_assert_true(outbox_audit(ledger, office->outbox, findings, &error));
    g_assert_true(ledger_count(ledger, 0, &counts, &error));
    for (guint i = 0; i < findings->len; i++)
        g_test_message("%s", (char *)findings->pdata[i]);
    g_assert_cmpuint(findings->len, ==, 0);
    return counts;
}

/* ---- tests ---- */

static void test_verdicts(void)
{
    Office office = {0};
    office_open(&office);
    static const char *const words[] = {"accepted", "fallback", "review", "failed", "held"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        office_put(&office, words[i], words[i]);
    run(&office);
    g_assert_cmpuint(office.done, ==, 5);
    LedgerCounts counts = audit(&office);
    for (guint i = 0; i < VERDICT_LAST; i++)
        g_assert_cmpuint(counts.verdicts[i], ==, 1);
    g_assert_true(has(&office, "out/records/note/accepted.json"));
    g_assert_true(has(&office, "out/records/note/fallback.meta.json"));
    g_assert_true(has(&office, "out/review/note/review.json"));
    g_assert_true(has(&office, "out/failed/failed.reason.json"));
    g_assert_true(has(&office, "in/held"));
    g_assert_false(has(&office, "in/failed"));
    /* The next run finds the held one again, as the same document. */
    run(&office);
    g_assert_cmpuint(audit(&office).in, ==, 5);
    office_put(&office, "held", "accepted now"); /* other content: another document */
    run(&office);
    g_assert_cmpuint(audit(&office).in, ==, 6);
    office_close(&office);
}

static void test_meta(void)
{
    Office office = {0};
    g_autoptr(GError) error = NULL;
    office_open(&office);
    office_put(&office, "caf\xe9 \x1b.txt", "accepted thing");
    run(&office);
    g_autofree char *text = text_of(&office, "out/records/note/caf%E9 %1B.txt.meta.json");
    g_autoptr(cJSON) meta = json_parse(text, strlen(text) - 1, &error);
    g_assert_no_error(error);
    static const char *const keys[] = {"docket",  "document",   "pack",   "prompt",
                                       "method",  "model",      "calls",  "verdict",
                                       "reasons", "confidence", "fields", "timings"};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_true(cJSON_HasObjectItem(meta, keys[i]));
    g_assert_cmpint(cJSON_GetArraySize(meta), ==, G_N_ELEMENTS(keys));
    g_assert_cmpstr(json_string(json_at(meta, "/document"), "name", ""), ==,
                    "caf\xef\xbf\xbd \x1b.txt");
    g_assert_cmpstr(json_string(json_at(meta, "/pack"), "name", ""), ==, "note");
    g_assert_cmpstr(json_string(meta, "method", ""), ==, "template");
    g_assert_cmpstr(json_at(meta, "/reasons/0")->valuestring, ==, "judged: it says accepted thing");
    office_close(&office);
}

/* Law 5: nothing that does not validate is published, whatever it claims. */
static void test_schema_law(void)
{
    Office office = {0};
    office_open(&office);
    office_put(&office, "a", "invalid");
    office_put(&office, "b", "norecord");
    run(&office);
    LedgerCounts counts = audit(&office);
    g_assert_cmpuint(counts.verdicts[VERDICT_REVIEW], ==, 1);
    g_assert_cmpuint(counts.verdicts[VERDICT_FAILED], ==, 1);
    g_assert_false(has(&office, "out/records"));
    g_autofree char *review = text_of(&office, "out/review/note/a.json");
    g_assert_nonnull(strstr(review, "does not validate"));
    g_autofree char *reason = text_of(&office, "out/failed/b.reason.json");
    g_assert_nonnull(strstr(reason, "\"internal\""));
    office_close(&office);
}

static void test_names_never_collide(void)
{
    Office office = {0};
    office_open(&office);
    static const char *const contents[] = {"accepted 1", "accepted 2", "accepted 2", "review 3"};
    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        office_put(&office, "a.txt", contents[i]);
        office_put(&office, "a.txt.meta", contents[i]);
        run(&office);
    }
    LedgerCounts counts = audit(&office); /* every output is there with its own content */
    g_assert_cmpuint(counts.in, ==, 8);
    /* And a ledger that starts anew leaves the files of the old one alone. */
    remove_tree(office.state);
    g_autofree char *before = text_of(&office, "out/records/note/a.txt.json");
    office_put(&office, "a.txt", "accepted 9");
    run(&office);
    g_autofree char *after = text_of(&office, "out/records/note/a.txt.json");
    g_assert_cmpstr(after, ==, before);
    office_close(&office);
}

static void test_keep(void)
{
    Office office = {0};
    office_open(&office);
    office.originals = "keep";
    office_put(&office, "a", "accepted");
    office_put(&office, "b", "failed");
    for (guint i = 0; i < 3; i++)
        run(&office);
    g_assert_cmpuint(audit(&office).in, ==, 2); /* seen three times, taken in once */
    g_assert_true(has(&office, "in/a"));
    g_assert_true(has(&office, "in/b"));
    office_close(&office);
}

static void test_batch(void)
{
    Office office = {0};
    office_open(&office);
    office_put(&office, "b.csv", "rows accepted review failed invalid held accepted");
    run(&office);
    /* A row is held, so the batch waits: nothing is published, nothing moves. */
    LedgerCounts counts = audit(&office);
    g_assert_cmpuint(counts.in, ==, 6);
    g_assert_cmpuint(counts.verdicts[VERDICT_HELD], ==, 1);
    g_assert_false(has(&office, "out"));
    g_assert_true(has(&office, "in/b.csv"));
    office_put(&office, "c.csv", "rows accepted review failed invalid accepted");
    run(&office);
    g_autofree char *records = text_of(&office, "out/records/note/c.csv.jsonl");
    g_assert_cmpstr(records, ==, "{\"word\":\"accepted\"}\n{\"word\":\"accepted\"}\n");
    g_autofree char *review = text_of(&office, "out/review/note/c.csv.jsonl");
    g_assert_nonnull(strstr(review, "\"schema_valid\":false"));
    g_assert_true(has(&office, "out/failed/c.csv.rows.jsonl"));
    g_assert_false(has(&office, "in/c.csv"));
    g_assert_cmpuint(audit(&office).in, ==, 11);
    office_close(&office);
}

static guint count_files(const char *path)
{
    guint n = 0;
    GDir *folder = g_dir_open(path, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        n += g_file_test(below, G_FILE_TEST_IS_DIR) ? count_files(below) : 1;
    }
    if (folder)
        g_dir_close(folder);
    return n;
}

/* The outbox cannot be written: the run ends and says why; the next one resumes. */
static void test_unwritable(void)
{
    Office office = {0};
    g_autoptr(GError) error = NULL;
    office_open(&office);
    office_put(&office, "a", "accepted");
    for (guint i = 0; i < 9; i++) {
        g_autofree char *name = g_strdup_printf("b%u", i);
        office_put(&office, name, name + 1); /* several are under way when the first one fails */
    }
    g_assert_true(g_file_set_contents(office.outbox, "in the way", -1, NULL));
    g_assert_false(office_run(&office, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_assert_cmpuint(count_files(office.inbox), ==, 10);
    g_unlink(office.outbox);
    run(&office);
    g_assert_true(has(&office, "out/records/note/a.json"));
    g_assert_cmpuint(count_files(office.inbox), ==, 0);
    g_assert_cmpuint(audit(&office).in, ==, 10);
    office_close(&office);
}

/* This program again, in a process of its own, at work in the same office; see main. */
static pid_t start_child(const Office *office, const char *what)
{
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "test-deliver", what, office->root, NULL);
        _exit(1);
    }
    return child;
}

/* The outbox on a file system of 256 kB of its own: the run ends, nothing is lost, and with room
 * again the next one goes on. Exit codes: 0 good, 77 not possible here. */
static int fill_outbox(Office *office)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *padding = g_strnfill(20000, 'x');
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        g_mkdir(office->outbox, 0700) != 0 ||
        mount("none", office->outbox, "tmpfs", 0, "size=256k") != 0)
        return 77;
    for (guint i = 0; i < 12; i++) {
        g_autofree char *name = g_strdup_printf("%02u", i);
        g_autofree char *content = g_strdup_printf("accepted %u %s", i, padding);
        office_put(office, name, content);
    }
    g_assert_false(office_run(office, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_DISK_FULL);
    g_test_message("%s", error->message);
    g_clear_error(&error);
    g_assert_false(office_run(office, &error)); /* still no room: says it again, loses nothing */
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_DISK_FULL);
    g_assert_cmpint(mount("none", office->outbox, "tmpfs", MS_REMOUNT, "size=16m"), ==, 0);
    run(office);
    LedgerCounts counts = audit(office);
    g_assert_cmpuint(counts.in, ==, 12);
    g_assert_cmpuint(counts.verdicts[VERDICT_ACCEPTED], ==, 12);
    g_assert_cmpuint(count_files(office->inbox), ==, 0);
    g_assert_cmpuint(count_files(office->outbox), ==, 36); /* each with record, meta and original */
    return 0;
}

static void test_outbox_full(void)
{
    Office office = {0};
    office_open(&office);
    pid_t child = start_child(&office, "--fill");
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        g_test_skip("a file system of its own needs root");
    else
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    office_close(&office);
}

static void kill_under_way(Office *office, guint microseconds, guint *killed)
{
    int status = 0;
    pid_t child = start_child(office, "--run");
    g_usleep(microseconds);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    *killed += WIFSIGNALED(status);
}

/* Killed at moments spread over whole runs, with new work for each: in the end every document once,
 * every file whole, every original in its place. */
static void test_storm(void)
{
    static const char *const words[] = {"accepted", "review", "failed", "fallback"};
    const guint kills = g_test_thorough() ? 400 : 60;
    guint killed = 0, documents = 0;
    Office office = {0};
    office_open(&office);
    office_put(&office, "rows.csv", "rows accepted failed accepted review fallback");
    /* Follows how long a whole run takes here and now, so that the kills hit all of it. */
    guint whole = 100000;
    for (guint round = 0; round < kills; round++) {
        for (guint i = 0; i < 8; i++, documents++) {
            g_autofree char *name = g_strdup_printf("d%04u.txt", documents);
            g_autofree char *content = g_strdup_printf("%s %u", words[i % 4], documents);
            office_put(&office, name, content);
        }
        guint before = killed;
        kill_under_way(&office, whole / 8 * (round % 8 + 1), &killed);
        whole = killed == before ? whole / 4 * 3 : whole / 16 * 17;
    }
    guint left = count_files(office.inbox);
    run(&office);
    g_test_message("%u of %u runs were killed under way; they left %u of %u documents", killed,
                   kills, left, documents);
    g_assert_cmpuint(killed, >, 0);
    g_assert_cmpuint(left, <, documents);
    LedgerCounts counts = audit(&office);
    g_assert_cmpuint(counts.in, ==, documents + 5);
    g_assert_cmpuint(counts.verdicts[VERDICT_ACCEPTED], ==, documents / 4 + 2);
    g_assert_cmpuint(counts.verdicts[VERDICT_FAILED], ==, documents / 4 + 1);
    g_assert_cmpuint(counts.verdicts[VERDICT_HELD], ==, 0);
    g_assert_cmpuint(count_files(office.inbox), ==, 0);
    g_autofree char *archive = g_build_filename(office.outbox, "archive", NULL);
    g_autofree char *failed = g_build_filename(office.outbox, "failed", NULL);
    g_assert_cmpuint(count_files(archive), ==, documents * 3 / 4 + 1);
    g_assert_cmpuint(count_files(failed), ==, documents / 4 * 2 + 1);
    office_close(&office);
}

int main(int argc, char **argv)
{
    /* The engine wants a reader to exist; none is started, since nothing is read. */
    g_setenv("DOCKET_READERS_PROGRAM", "/bin/false", TRUE);
    if (argc == 3 && (g_str_equal(argv[1], "--run") || g_str_equal(argv[1], "--fill"))) {
        Office office = {0};
        office_open_at(&office, argv[2]);
        int code =
            g_str_equal(argv[1], "--fill") ? fill_outbox(&office) : !office_run(&office, NULL);
        g_free(office.root), g_free(office.inbox), g_free(office.outbox), g_free(office.state);
        return code;
    }
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/deliver/verdicts", test_verdicts);
    g_test_add_func("/deliver/meta", test_meta);
    g_test_add_func("/deliver/schema-law", test_schema_law);
    g_test_add_func("/deliver/names-never-collide", test_names_never_collide);
    g_test_add_func("/deliver/keep", test_keep);
    g_test_add_func("/deliver/batch", test_batch);
    g_test_add_func("/deliver/unwritable", test_unwritable);
    g_test_add_func("/deliver/outbox-full", test_outbox_full);
    g_test_add_func("/deliver/storm", test_storm);
    return g_test_run();
}
