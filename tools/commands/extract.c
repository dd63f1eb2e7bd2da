/* docket extract: records of a few files to standard output; nothing is kept. */
#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/host/engine.h"
#include "stages/plan.h"
#include "tools/commands/command.h"
#include "tools/commands/inputs.h"
#include "tools/commands/lines.h"

typedef struct {
    const Console *console;
    Config *config;
    GPtrArray *packs;
    Ledger *ledger; /* in memory */
    Lines *lines;
    Inputs inputs;
    const char *pack; /* the one for all files, or NULL: recognise */
    gboolean meta, one_a_line, stream;
    guint64 verdicts[VERDICT_LAST];
    guint64 held_for_budget;
} Extract;

static Job *next_file(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Extract *extract = data;
    Job *job = inputs_next(&extract->inputs, engine, drained, error);
    if (job)
        job->wanted_pack = g_strdup(extract->pack);
    return job;
}

/* A draft that waits for a person may break its schema; such a one is never put out (Law 5). */
static gboolean is_valid(const Job *job, const cJSON *meta)
{
    return job->verdict == VERDICT_ACCEPTED || job->verdict == VERDICT_FALLBACK ||
           json_bool(meta, "schema_valid", FALSE);
}

static cJSON *parse(const char *text)
{
    return text ? json_parse(text, strlen(text), NULL) : NULL;
}

/* What is printed for a job; NULL: nothing. */
static char *output_of(const Extract *extract, const Job *job)
{
    g_autoptr(LedgerDocument) kept = ledger_document(extract->ledger, job->id, NULL);
    g_autoptr(cJSON) record = kept ? parse(kept->record) : NULL;
    g_autoptr(cJSON) meta = kept ? parse(kept->meta) : NULL;
    if (record && !(meta && is_valid(job, meta)))
        g_clear_pointer(&record, cJSON_Delete);
    gboolean one_a_line = extract->one_a_line || job->parent || job->children;
    if (!record && !extract->meta)
        return one_a_line ? g_strdup("null\n") : NULL;
    g_autoptr(cJSON) value = NULL;
    if (extract->meta) {
        value = cJSON_CreateObject();
        cJSON_AddItemToObject(value, "record",
                              record ? g_steal_pointer(&record) : cJSON_CreateNull());
        cJSON_AddItemToObject(value, "meta", meta ? g_steal_pointer(&meta) : cJSON_CreateNull());
    } else {
        value = g_steal_pointer(&record);
    }
    g_autofree char *text = json_print(value, !one_a_line);
    return g_strconcat(text, "\n", NULL);
}

static void say_verdict(const Job *job)
{
    const char *reason = job->reasons->len ? job->reasons->pdata[0] : "no reason given";
    const char *verdict = verdict_name(job->verdict);
    if (job->verdict == VERDICT_ACCEPTED)
        log_debug("%s: %s", job->name, verdict);
    else if (job->verdict == VERDICT_FAILED || job->verdict == VERDICT_HELD)
        log_error("%s: %s: %s", job->name, verdict, reason);
    else
        log_info("%s: %s: %s", job->name, verdict, reason);
}

static void file_done(Engine *engine, Job *job, gpointer data)
{
    Extract *extract = data;
    guint input = inputs_index(job);
    gboolean holds = job->kind == JOB_BATCH || job->kind == JOB_CONTAINER;
    if (!holds || job->verdict == VERDICT_FAILED) {
        extract->verdicts[job->verdict]++;
        if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_NO_BUDGET)
            extract->held_for_budget++;
        say_verdict(job);
        lines_add(extract->lines, input, job, output_of(extract, job));
    }
    if (!job->parent)
        lines_end(extract->lines, input);
}

/* Only for looking at: pieces of several documents' answers may mix. */
static void show_text(const Job *job, const char *text, gsize length, gpointer data)
{
    (void)job;
    (void)data;
    console_talk(text, length);
}

static void print_line(const char *text, gpointer data)
{
    const Extract *extract = data;
    console_text(extract->console, text);
}

/* The pack made from --schema, alone. */
static gboolean take_schema(Extract *extract, const char *path, GError **error)
{
    cJSON *schema = json_load(path, error);
    if (!schema)
        return FALSE;
    Pack *pack = pack_from_schema("schema", schema, error);
    if (!pack)
        return FALSE;
    extract->packs = g_ptr_array_new_with_free_func((GDestroyNotify)pack_free);
    g_ptr_array_add(extract->packs, pack);
    extract->pack = pack->name;
    return TRUE;
}

static gboolean prepare(Extract *extract, const char *pack, const char *schema, GError **error)
{
    if (pack && schema) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--pack and --schema exclude each other");
        return FALSE;
    }
    extract->config = console_config(extract->console, error);
    if (!extract->config || !inputs_begin(&extract->inputs, extract->console->arguments, error))
        return FALSE;
    /* Files that were named are read, never moved. */
    if (!config_set(extract->config, "run.originals", "keep", error) ||
        (extract->stream && !config_set(extract->config, "model.stream", "yes", error)))
        return FALSE;
    if (schema)
        return take_schema(extract, schema, error);
    extract->packs = console_packs(extract->config, error);
    extract->pack = pack;
    return extract->packs && (!pack || console_find_pack(extract->packs, pack, error));
}

static gboolean walk(Extract *extract, GError **error)
{
    extract->ledger = ledger_open(NULL, TRUE, error);
    if (!extract->ledger)
        return FALSE;
    extract->lines = lines_new(extract->console->n_arguments, print_line, extract);
    EngineOptions options = {.plan = plan,
                             .config = extract->config,
                             .packs = extract->packs,
                             .ledger = extract->ledger,
                             .source = next_file,
                             .done = file_done,
                             .text = extract->stream ? show_text : NULL,
                             .data = extract};
    g_autoptr(Engine) engine = engine_new(&options, error);
    if (engine && !engine_has_model(engine) && extract->console->terminal)
        log_info("no model is configured: the pack's template makes the record "
                 "(model.base_url connects one)");
    return engine && console_engine(engine, error);
}

static int exit_code(const Extract *extract)
{
    if (extract->verdicts[VERDICT_FAILED])
        return EXIT_FAILED;
    if (extract->held_for_budget)
        return EXIT_NO_BUDGET;
    return extract->verdicts[VERDICT_HELD] ? EXIT_NO_MODEL : EXIT_OK;
}

static void extract_clear(Extract *extract)
{
    g_clear_pointer(&extract->lines, lines_free);
    inputs_clear(&extract->inputs);
    g_clear_pointer(&extract->packs, g_ptr_array_unref);
    g_clear_pointer(&extract->ledger, ledger_close);
    g_clear_pointer(&extract->config, config_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Extract, extract_clear)

int command_extract(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *pack = NULL, *schema = NULL;
    gboolean meta = FALSE, stream = FALSE;
    const GOptionEntry entries[] = {
        {"pack", 'p', 0, G_OPTION_ARG_FILENAME, &pack, "Every file is of this kind", "NAME"},
        {"schema", 's', 0, G_OPTION_ARG_FILENAME, &schema,
         "Make records for this JSON Schema, without a pack", "FILE"},
        {"meta", 'm', 0, G_OPTION_ARG_NONE, &meta,
         "Print {\"record\": …, \"meta\": …}: with evidence, verdict and reasons", NULL},
        {"stream", 0, 0, G_OPTION_ARG_NONE, &stream,
         "Show the model's answers on standard error as they arrive", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_PACKS, argc, argv, &code))
        return code;
    GError *error = NULL;
    g_auto(Extract) extract = {.console = console,
                               .meta = meta,
                               .stream = stream,
                               .one_a_line = console->n_arguments > 1 || console->json};
    if (!prepare(&extract, pack, schema, &error) || !walk(&extract, &error))
        return console_fail(console, error);
    return exit_code(&extract);
}
