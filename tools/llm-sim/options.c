#include "tools/llm-sim/options.h"

#include "pipeline/core/error.h"

#define DEFAULT_BATCH_MS 1000
#define DEFAULT_BATCH_SHARE 0.5

/* As they come, before they are checked. */
typedef struct {
    char *truth, *models, *latency, *unknown, **faults;
    double rpm, tpm;
    int batch_ms;
    Prices prices;
} Flags;

static void flags_clear(Flags *flags)
{
    g_free(flags->truth);
    g_free(flags->models);
    g_free(flags->latency);
    g_free(flags->unknown);
    g_strfreev(flags->faults);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flags, flags_clear)

static void add_server(GOptionContext *context, Options *options, World *world, Flags *flags)
{
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "On 127.0.0.1; 0 takes a free one", "N"},
        {"port-file", 0, 0, G_OPTION_ARG_FILENAME, &options->port_file,
         "Where to write the port when ready", "FILE"},
        {"tls", 0, 0, G_OPTION_ARG_NONE, &options->tls, "Speak TLS with a self-signed certificate",
         NULL},
        {"certificate", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate_file,
         "Where to write that certificate, for clients that shall trust it", "FILE"},
        {"require-key", 0, 0, G_OPTION_ARG_STRING, &world->key, "Refuse requests without this key",
         "KEY"},
        {"slots", 0, 0, G_OPTION_ARG_INT, &options->slots,
         "Answers that are made at once; other requests wait (0: any number)", "N"},
        {"latency", 0, 0, G_OPTION_ARG_STRING, &flags->latency,
         "Milliseconds to the first token: 200, 100-900, lognormal:400,0.5", "MS"},
        {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &world->rate, "Tokens a second after it (0: at once)",
         "N"},
        {"rpm", 0, 0, G_OPTION_ARG_DOUBLE, &flags->rpm, "Requests a minute, else 429", "N"},
        {"tpm", 0, 0, G_OPTION_ARG_DOUBLE, &flags->tpm, "Prompt tokens a minute, else 429", "N"},
        {"batch-time", 0, 0, G_OPTION_ARG_INT, &flags->batch_ms,
         "Milliseconds until a batch is done (1000)", "MS"},
        G_OPTION_ENTRY_NULL,
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

static void add_model(GOptionContext *context, World *world, Flags *flags)
{
    FaultRules *rules = &world->rules;
    const GOptionEntry entries[] = {
        {"truth", 0, 0, G_OPTION_ARG_FILENAME, &flags->truth, "True records, JSON Lines", "FILE"},
        {"unknown", 0, 0, G_OPTION_ARG_STRING, &flags->unknown,
         "Documents without a truth: guess (the schema's shape) or error", "guess|error"},
        {"models", 0, 0, G_OPTION_ARG_FILENAME, &flags->models,
         "Models with prices and weaknesses; others do not exist", "FILE"},
        {"honesty", 0, 0, G_OPTION_ARG_DOUBLE, &world->honesty,
         "How far log-probabilities tell right from wrong, 0 to 1 (1)", "X"},
        {"fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flags->faults, "May be repeated; see below",
         "KIND=RATE,…"},
        {"faults", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flags->faults, "The same", "KIND=RATE,…"},
        {"once", 0, 0, G_OPTION_ARG_NONE, &rules->once,
         "A fault strikes a request's first sending, and no repair round", NULL},
        {"repairs-only", 0, 0, G_OPTION_ARG_NONE, &rules->repairs_only,
         "A fault strikes repair rounds only", NULL},
        {"sticky", 0, 0, G_OPTION_ARG_NONE, &rules->sticky,
         "What strikes a document strikes all requests about it", NULL},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &rules->seed, "Of faults and latencies", "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

static void add_bill(GOptionContext *context, Options *options, Flags *flags)
{
    Prices *prices = &flags->prices;
    const GOptionEntry entries[] = {
        {"price-in", 0, 0, G_OPTION_ARG_DOUBLE, &prices->in, "For a million tokens", "X"},
        {"price-out", 0, 0, G_OPTION_ARG_DOUBLE, &prices->out, "For a million tokens", "X"},
        {"price-cached", 0, 0, G_OPTION_ARG_DOUBLE, &prices->cached,
         "For a million tokens read from the prompt cache (as price-in)", "X"},
        {"price-cache-write", 0, 0, G_OPTION_ARG_DOUBLE, &prices->cache_write,
         "For a million tokens written to it (as price-in)", "X"},
        {"price-batch", 0, 0, G_OPTION_ARG_DOUBLE, &prices->batch,
         "Share of the price that batches pay (0.5)", "X"},
        {"bill", 0, 0, G_OPTION_ARG_FILENAME, &options->bill_file, "Where to write the bill",
         "FILE"},
        {"journal", 0, 0, G_OPTION_ARG_FILENAME, &options->journal_file,
         "Where to write a line for each request", "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

static const char truth_help[] =
    "\nThe truth is JSON Lines: {\"record\": {…}} and how its document is known, by one or more "
    "of\n"
    "  \"sha256\": hexadecimal      of the document (of the canonical JSON for a row)\n"
    "  \"name\": \"x.pdf\"            its file name\n"
    "  \"key\": \"INV-2026-17\"       text that stands in it\n"
    "  \"match\": [\"…\", \"…\"]        texts of which at least half stand in it; the best wins\n"
    "\nGET /__sim/bill and /__sim/journal answer at any time; the bill is printed at the end "
    "(SIGINT,\nSIGTERM). The manual is llm-sim(1).\n";

static gboolean usage_error(GError **error, const char *format, const char *text)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, format, text);
    return FALSE;
}

static gboolean check_ranges(const Options *options, const World *world, const Flags *flags,
                             GError **error)
{
    if (options->port < 0 || options->port > 65535)
        return usage_error(error, "%s: must be 0 to 65535", "--port");
    if (options->slots < 0 || world->rate < 0 || flags->rpm < 0 || flags->tpm < 0 ||
        flags->batch_ms < 0)
        return usage_error(error, "%s must not be below 0",
                           "--slots, --rate, --rpm, --tpm, --batch-time");
    if (!(world->honesty >= 0 && world->honesty <= 1))
        return usage_error(error, "%s: must be 0 to 1", "--honesty");
    if (options->certificate_file && !options->tls)
        return usage_error(error, "%s has a meaning with --tls only", "--certificate");
    if (flags->unknown && !g_str_equal(flags->unknown, "guess") &&
        !g_str_equal(flags->unknown, "error"))
        return usage_error(error, "--unknown %s: must be guess or error", flags->unknown);
    return TRUE;
}

static gboolean build(const Flags *flags, World *world, GError **error)
{
    for (guint i = 0; flags->faults && flags->faults[i]; i++)
        if (!fault_rates_add(&world->rates, flags->faults[i], error))
            return FALSE;
    if (flags->latency && !latency_parse(&world->latency, flags->latency, error))
        return FALSE;
    world->models = models_new(&flags->prices);
    if (flags->models && !models_load(world->models, flags->models, error))
        return FALSE;
    if (flags->truth && !(world->truth = truth_load(flags->truth, error)))
        return FALSE;
    world->refuse_unknown = g_strcmp0(flags->unknown, "error") == 0;
    world->batch_ms = (guint)flags->batch_ms;
    limits_init(&world->limits, flags->rpm, flags->tpm);
    return TRUE;
}

gboolean options_parse(int *argc, char ***argv, Options *options, World *world, GError **error)
{
    g_auto(Flags) flags = {
        .batch_ms = DEFAULT_BATCH_MS,
        .prices = {.cached = -1, .cache_write = -1, .batch = DEFAULT_BATCH_SHARE},
    };
    world->honesty = 1;
    world->cache = cache_new();
    world->bill = bill_new();
    fault_rates_init(&world->rates);
    g_autoptr(GOptionContext) context =
        g_option_context_new("— a provider of language models for tests, on loopback");
    g_autofree char *faults = faults_describe();
    g_autofree char *description = g_strconcat(faults, truth_help, NULL);
    g_option_context_set_description(context, description);
    add_server(context, options, world, &flags);
    add_model(context, world, &flags);
    add_bill(context, options, &flags);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc > 1)
        return usage_error(error, "what is \"%s\"?", (*argv)[1]);
    return check_ranges(options, world, &flags, error) && build(&flags, world, error);
}

void options_clear(Options *options)
{
    g_free(options->port_file);
    g_free(options->bill_file);
    g_free(options->journal_file);
    g_free(options->certificate_file);
}

void world_clear(World *world)
{
    truth_free(world->truth);
    models_free(world->models);
    cache_free(world->cache);
    bill_free(world->bill);
    g_free(world->key);
}
