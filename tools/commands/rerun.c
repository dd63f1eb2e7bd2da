/* docket rerun: records made again with a new version of their pack, and what is different. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/publish.h"
#include "stages/deliver/deliver.h"
#include "stages/plan.h"
#include "tools/commands/describe.h"
#include "tools/commands/record-diff.h"
#include "tools/commands/requeue.h"
#include "tools/commands/since.h"

typedef struct {
    const Command *command;
    const Console *console;
    const char *pack, *since; /* --pack, --since */
    gboolean dry_run;
    Config *config;
    GPtrArray *packs;
    Ledger *ledger; /* where the documents are: to look only in a dry run */
    Ledger *memory; /* of a dry run; else NULL */
    char *outbox;
    Requeue requeue;
    GHashTable *chosen;    /* dry run: id -> itself, of documents that are meant */
    GHashTable *originals; /* dry run: path -> id of what lies there */
    GPtrArray *paths;      /* dry run: to be read */
    gint64 after;          /* of what was put back, the last that was taken up */
    guint64 verdicts[VERDICT_LAST];
    guint same, different;
} Rerun;

static void rerun_clear(Rerun *rerun)
{
    requeue_clear(&rerun->requeue);
    g_clear_pointer(&rerun->chosen, g_hash_table_unref);
    g_clear_pointer(&rerun->originals, g_hash_table_unref);
    g_clear_pointer(&rerun->paths, g_ptr_array_unref);
    g_clear_pointer(&rerun->memory, ledger_close);
    g_clear_pointer(&rerun->ledger, ledger_close);
    g_clear_pointer(&rerun->packs, g_ptr_array_unref);
    g_clear_pointer(&rerun->config, config_free);
    g_free(rerun->outbox);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rerun, rerun_clear)

/* ---- what is different ---- */

static char *shown(const cJSON *value)
{
    g_autofree char *text = value ? json_print(value, FALSE) : g_strdup("(none)");
    return bytes_for_terminal(text);
}

static void print_change(const char *pointer, const cJSON *before, const cJSON *after,
                         gpointer data)
{
    const Rerun *rerun = data;
    g_autofree char *one = shown(before), *other = shown(after);
    g_autofree char *where = bytes_for_terminal(pointer);
    console_line(rerun->console, "  %-28s %s -> %s", *where ? where : "(record)", one, other);
}

static void add_change(const char *pointer, const cJSON *before, const cJSON *after, gpointer data)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "at", pointer);
    cJSON_AddItemToObject(object, "before",
                          before ? cJSON_Duplicate(before, TRUE) : cJSON_CreateNull());
    cJSON_AddItemToObject(object, "after",
                          after ? cJSON_Duplicate(after, TRUE) : cJSON_CreateNull());
    cJSON_AddItemToArray(data, object);
}

static void count_change(const char *pointer, const cJSON *before, const cJSON *after,
                         gpointer data)
{
    (void)pointer;
    (void)before;
    (void)after;
    (void)data;
}

/* One document: its verdict and record as they were, and as they are. */
static void report(Rerun *rerun, const LedgerDocument *was, Verdict verdict, const char *record)
{
    g_autoptr(cJSON) before = describe_parse(was->record), after = describe_parse(record);
    gboolean same = was->verdict == verdict && !record_diff(before, after, count_change, NULL);
    *(same ? &rerun->same : &rerun->different) += 1;
    if (same && !rerun->console->verbose)
        return;
    if (rerun->console->json) {
        g_autoptr(cJSON) object = console_object(rerun->command);
        g_autofree char *name = bytes_to_utf8(was->name, -1);
        cJSON_AddNumberToObject(object, "id", (double)was->id);
        cJSON_AddStringToObject(object, "name", name);
        cJSON_AddStringToObject(object, "verdict_before", verdict_name(was->verdict));
        cJSON_AddStringToObject(object, "verdict", verdict_name(verdict));
        record_diff(before, after, add_change, cJSON_AddArrayToObject(object, "changes"));
        console_value(rerun->console, object, FALSE);
        return;
    }
    g_autofree char *name = bytes_for_terminal(was->name);
    console_line(rerun->console, "%s: %s%s%s%s", name, verdict_name(was->verdict),
                 was->verdict == verdict ? "" : " -> ",
                 was->verdict == verdict ? "" : verdict_name(verdict), same ? ", the same" : "");
    record_diff(before, after, print_change, rerun);
}

/* ---- the engine's two questions ---- */

static Job *next_document(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Rerun *rerun = data;
    GError *bad = NULL;
    Job *job = NULL;
    if (!rerun->dry_run) {
        job = requeue_next_job(engine, rerun->ledger, rerun->outbox, &rerun->after, &bad);
    } else if (rerun->after < rerun->paths->len) {
        const char *path = rerun->paths->pdata[rerun->after++];
        g_autofree char *name = g_path_get_basename(path);
        job = job_new(engine, JOB_DOCUMENT, name);
        job->path = g_strdup(path);
    }
    *drained = !job && !bad;
    if (bad)
        g_propagate_error(error, bad);
    return job;
}

/* A dry run has a ledger of its own: which document of the real one a job stands for; 0: none. */
static gint64 real_id(const Rerun *rerun, const Job *job)
{
    if (!job->parent)
        return GPOINTER_TO_SIZE(g_hash_table_lookup(rerun->originals, job->path));
    gint64 parent = real_id(rerun, job->parent), found = 0;
    return parent && ledger_child(rerun->ledger, parent, job->row, &found, NULL) ? found : 0;
}

static void document_done(Engine *engine, Job *job, gpointer data)
{
    (void)engine;
    Rerun *rerun = data;
    gboolean holds = job->kind == JOB_BATCH || job->kind == JOB_CONTAINER;
    gint64 id = rerun->dry_run ? real_id(rerun, job) : job->id;
    Ledger *of_record = rerun->dry_run ? rerun->memory : rerun->ledger;
    if ((holds && job->verdict != VERDICT_FAILED) || (!rerun->dry_run && !job->again))
        return;
    if (rerun->dry_run && !g_hash_table_contains(rerun->chosen, GSIZE_TO_POINTER(id)))
        return;
    rerun->verdicts[job->verdict]++;
    g_autoptr(LedgerDocument) was = ledger_document(rerun->ledger, id, NULL);
    g_autoptr(LedgerDocument) is = ledger_document(of_record, job->id, NULL);
    if (!was || !is || job->verdict == VERDICT_HELD)
        return;
    if (!rerun->dry_run) {
        g_autoptr(LedgerRevision) revision = ledger_last_revision(rerun->ledger, id, NULL);
        if (!revision)
            return;
        g_free(was->record);
        was->record = g_steal_pointer(&revision->record);
        was->verdict = revision->verdict;
    }
    report(rerun, was, job->verdict, is->record);
}

/* ---- choosing ---- */

static gboolean find_since(const Rerun *rerun, gint64 *since_us, GError **error)
{
    *since_us = 0;
    if (!rerun->since || since_parse(rerun->since, since_us))
        return TRUE;
    if (!ledger_version_since(rerun->ledger, rerun->pack, rerun->since, since_us, error))
        return FALSE;
    if (*since_us == 0)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--since %s: no record of pack %s was made by such a version of it or of its "
                    "prompt, and it is no time such as 2026-11-30 or 7d",
                    rerun->since, rerun->pack);
    return *since_us != 0;
}

static gboolean choose(Rerun *rerun, Engine *engine, GError **error)
{
    const Pack *pack = console_find_pack(rerun->packs, rerun->pack, error);
    gint64 since_us;
    if (!pack || !find_since(rerun, &since_us, error))
        return FALSE;
    LedgerSelection selection = {.pack = pack->name,
                                 .not_version = pack->version,
                                 .not_settings = engine_settings(engine),
                                 .since_us = since_us};
    requeue_begin(&rerun->requeue, rerun->ledger, rerun->outbox);
    return requeue_add_selected(&rerun->requeue, &selection, error);
}

/* A dry run reads the originals of what was chosen, each once. */
static gboolean find_originals(Rerun *rerun, GError **error)
{
    rerun->chosen = g_hash_table_new(NULL, NULL);
    rerun->originals = g_hash_table_new(g_str_hash, g_str_equal);
    rerun->paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < rerun->requeue.ids->len; i++) {
        gint64 id = g_array_index(rerun->requeue.ids, gint64, i), root = 0;
        char *path = requeue_original(&rerun->requeue, id, &root, error);
        if (!path)
            return FALSE;
        g_hash_table_add(rerun->chosen, GSIZE_TO_POINTER(id));
        if (g_hash_table_insert(rerun->originals, path, GSIZE_TO_POINTER(root)))
            g_ptr_array_add(rerun->paths, path);
        else
            g_free(path);
    }
    return TRUE;
}

/* ---- begin and end ---- */

static gboolean prepare(Rerun *rerun, GError **error)
{
    rerun->config = console_config(rerun->console, error);
    rerun->packs = rerun->config ? console_packs(rerun->config, error) : NULL;
    if (!rerun->packs)
        return FALSE;
    const char *state = config_string(rerun->config, "paths.state");
    rerun->outbox = g_canonicalize_filename(config_string(rerun->config, "paths.outbox"), NULL);
    g_autofree char *folder = g_canonicalize_filename(state, NULL);
    rerun->ledger = rerun->dry_run ? console_ledger(rerun->config, FALSE, error)
                                   : ledger_open(folder, TRUE, error);
    if (rerun->ledger && rerun->dry_run)
        rerun->memory = ledger_open(NULL, TRUE, error);
    return rerun->ledger && (!rerun->dry_run || rerun->memory);
}

/* What a model would say is not known before it is asked, and asking costs. */
static gboolean says_enough(const Rerun *rerun, Engine *engine)
{
    if (!rerun->dry_run || !engine_has_model(engine))
        return FALSE;
    log_info("%u would be made again; a model makes them, so what would be different is not known "
             "before it is asked",
             rerun->requeue.ids->len);
    return TRUE;
}

static gboolean walk(Rerun *rerun, GError **error)
{
    EngineOptions options = {.plan = plan,
                             .config = rerun->config,
                             .packs = rerun->packs,
                             .ledger = rerun->dry_run ? rerun->memory : rerun->ledger,
                             .outbox = rerun->dry_run ? NULL : rerun->outbox,
                             .source = next_document,
                             .done = document_done,
                             .data = rerun};
    if (!rerun->dry_run && (!publish_folder(rerun->outbox, error) ||
                            !deliver_recover(rerun->ledger, rerun->outbox, error)))
        return FALSE;
    g_autoptr(Engine) engine = engine_new(&options, error);
    if (!engine || !choose(rerun, engine, error))
        return FALSE;
    requeue_explain(&rerun->requeue);
    if (rerun->requeue.ids->len == 0 || says_enough(rerun, engine))
        return TRUE;
    gboolean ready = rerun->dry_run ? find_originals(rerun, error)
                                    : requeue_commit(&rerun->requeue, "rerun", error);
    return ready && console_engine(engine, error);
}

static int exit_code(const Rerun *rerun)
{
    if (rerun->verdicts[VERDICT_FAILED])
        return EXIT_FAILED;
    return rerun->verdicts[VERDICT_HELD] ? EXIT_NO_MODEL : EXIT_OK;
}

int command_rerun(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *pack = NULL, *since = NULL;
    gboolean dry_run = FALSE;
    const GOptionEntry entries[] = {
        {"pack", 'p', 0, G_OPTION_ARG_STRING, &pack, "Records of this pack", "NAME"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &since,
         "Made since a version of the pack or its prompt, a date, or 7d ago", "V"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run,
         "Show what would be different, and change nothing", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_OUTBOX | WITH_STATE | WITH_PACKS, argc,
                         argv, &code))
        return code;
    if (console->n_arguments || !pack)
        return console_usage(console, "say whose records: docket rerun --pack NAME (single "
                                      "documents: docket retry)");
    GError *error = NULL;
    g_auto(Rerun) rerun = {
        .command = command, .console = console, .pack = pack, .since = since, .dry_run = dry_run};
    if (!prepare(&rerun, &error) || !walk(&rerun, &error))
        return console_fail(console, error);
    if (rerun.same + rerun.different)
        log_info("%u %s, %u %s the same", rerun.different,
                 dry_run ? "would be different" : "are different", rerun.same,
                 dry_run ? "would be" : "are");
    else if (rerun.requeue.ids->len == 0)
        log_info("every record of pack %s that could be made again is of this version already",
                 pack);
    return exit_code(&rerun);
}
