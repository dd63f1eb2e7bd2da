/* docket log: the calls that were made to models, as they were made; what one of them was asked and
 * answered, and the same asked again. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/host/ledger-calls.h"
#include "pipeline/host/prices.h"
#include "stages/ask/replay.h"
#include "tools/commands/command.h"
#include "tools/commands/describe.h"
#include "tools/commands/since.h"

#define FOLLOW_US (G_USEC_PER_SEC / 2)  /* between two looks at the ledger */
#define FORGOTTEN_US (G_TIME_SPAN_HOUR) /* a call that has not ended by then died */
#define LEAST_PICTURE 512u              /* bytes of base64; shorter ones are shown */
#define LISTED 50                       /* of the latest, unless --last says else */

typedef struct {
    const Command *command;
    const Console *console;
    LedgerCallFilter filter;
    GHashTable *printed; /* --follow: calls behind filter.after_id that were printed, set of ids */
    gint64 open_id;      /* --follow: the first call that may still end; 0: none */
    gint64 last_id;      /* the last that was looked at */
    gboolean follows;
} Log;

/* ---- one call ---- */

static void add_text(cJSON *object, const char *key, const char *text)
{
    cJSON_AddItemToObject(object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_count(cJSON *object, const char *key, gint64 count)
{
    cJSON_AddItemToObject(object, key,
                          count >= 0 ? cJSON_CreateNumber((double)count) : cJSON_CreateNull());
}

static cJSON *call_json(const Command *command, const LedgerCall *call)
{
    const Call *c = &call->call;
    cJSON *object = console_object(command);
    g_autofree char *began = clock_format(call->began_us);
    g_autofree char *name = bytes_to_utf8(call->name, -1);
    cJSON_AddNumberToObject(object, "id", (double)c->id);
    add_text(object, "began", began);
    cJSON_AddNumberToObject(object, "document", (double)call->document);
    add_text(object, "name", name);
    add_text(object, "pack", call->pack);
    add_text(object, "prompt", call->prompt_version);
    add_text(object, "prompt_sha256", call->prompt_sha256);
    add_text(object, "request_sha256", call->request_sha256);
    add_text(object, "tenant", call->tenant);
    add_text(object, "purpose", c->purpose);
    add_text(object, "endpoint", c->endpoint);
    add_text(object, "model", c->model);
    add_text(object, "answered_by", c->answered_by);
    add_count(object, "tokens_in", c->tokens_in);
    add_count(object, "tokens_cached", c->tokens_cached);
    add_count(object, "tokens_cache_write", c->tokens_cache_write);
    add_count(object, "tokens_out", c->tokens_out);
    add_count(object, "tokens_reasoning", c->tokens_reasoning);
    add_count(object, "latency_ms", c->latency_ms);
    add_count(object, "first_token_ms", c->first_token_ms);
    cJSON_AddNumberToObject(object, "sendings", c->sendings);
    cJSON_AddNumberToObject(object, "documents", c->documents);
    cJSON_AddNumberToObject(object, "cost", c->cost);
    cJSON_AddNumberToObject(object, "set_aside", c->reserved);
    add_text(object, "outcome", c->outcome);
    return object;
}

/* "1234", or "-" where the provider does not say. */
static const char *shown_count(gint64 count, char text[24])
{
    if (count < 0)
        return "-";
    g_snprintf(text, 24, "%" G_GINT64_FORMAT, count);
    return text;
}

static void print_call(const Log *log, const LedgerCall *call)
{
    const Call *c = &call->call;
    if (log->console->json) {
        g_autoptr(cJSON) object = call_json(log->command, call);
        console_value(log->console, object, FALSE);
        return;
    }
    char in[24], cached[24], out[24], ms[24];
    g_autofree char *began = clock_format(call->began_us);
    g_autofree char *cost = prices_format(c->cost);
    console_line(log->console,
                 "%6" G_GINT64_FORMAT "  %s  %-8s %s/%s %s  in %s (cached %s) out %s  %s ms  "
                 "cost %s  %s  %s (document %" G_GINT64_FORMAT ")",
                 c->id, began, c->purpose, c->endpoint, c->model,
                 call->prompt_version ? call->prompt_version : "-", shown_count(c->tokens_in, in),
                 shown_count(c->tokens_cached, cached), shown_count(c->tokens_out, out),
                 shown_count(c->latency_ms, ms), cost, c->outcome ? c->outcome : "no answer yet",
                 call->name, call->document);
}

/* ---- all of them ---- */

static gboolean visit_call(const LedgerCall *call, gpointer data)
{
    Log *log = data;
    gint64 id = call->call.id;
    gboolean ended = call->ended_us || call->began_us < clock_now_us() - FORGOTTEN_US;
    log->last_id = id;
    if (log->follows && !ended) {
        log->open_id = log->open_id ? log->open_id : id;
        return TRUE;
    }
    if (log->follows && !g_hash_table_add(log->printed, g_memdup2(&id, sizeof id)))
        return TRUE;
    print_call(log, call);
    return TRUE;
}

/* What was printed and will not be looked at again. */
static gboolean is_behind(gpointer id, gpointer value, gpointer data)
{
    return *(const gint64 *)id <= *(const gint64 *)data;
}

/* Calls are printed when they have ended, which is not the order in which they begin: each look begins
 * at the first that was open at the last. */
static gboolean follow(Log *log, Ledger *ledger, GError **error)
{
    log->printed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    gboolean good = TRUE;
    while (good && !ferror(log->console->out)) {
        log->open_id = 0;
        good = ledger_each_call(ledger, &log->filter, visit_call, log, error);
        log->filter.after_id = log->open_id ? log->open_id - 1 : log->last_id;
        log->filter.last = 0;
        g_hash_table_foreach_remove(log->printed, is_behind, &log->filter.after_id);
        fflush(log->console->out);
        g_usleep(FOLLOW_US);
    }
    g_hash_table_unref(log->printed);
    return good;
}

/* ---- one of them ---- */

typedef struct {
    const Log *log;
    Config *config;
    GPtrArray *packs;
    Ledger *ledger;
    gint64 id;
    gboolean found, good;
    gboolean replays;
    GError **error;
} OneCall;

/* The request without the pages of base64 that a picture is: its size and hash stand there. JSON output
 * keeps all. Caller frees. */
static char *shown_request(const char *request)
{
    static const char jpeg[] = "/9j/"; /* how each JPEG begins in base64 */
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    GString *out = g_string_new(NULL);
    const char *from = request;
    for (const char *at = strstr(from, jpeg); at; at = strstr(at, jpeg)) {
        gsize length = strspn(at, letters);
        if (length >= LEAST_PICTURE) {
            g_autofree char *sha256 = bytes_sha256(at, length);
            g_string_append_len(out, from, at - from);
            g_string_append_printf(
                out, "(a JPEG, %" G_GSIZE_FORMAT " bytes of base64, their SHA-256 %s)", length,
                sha256);
            from = at + length;
        }
        at += length;
    }
    g_string_append(out, from);
    return g_string_free(out, FALSE);
}

static void print_payload(const Log *log, const LedgerCall *call)
{
    if (log->console->json) {
        g_autoptr(cJSON) object = call_json(log->command, call);
        g_autofree char *request = call->request ? bytes_to_utf8(call->request, -1) : NULL;
        g_autofree char *answer = call->answer ? bytes_to_utf8(call->answer, -1) : NULL;
        add_text(object, "request", request);
        add_text(object, "answer", answer);
        console_value(log->console, object, FALSE);
        return;
    }
    print_call(log, call);
    if (call->request) {
        console_line(log->console, "request");
        g_autofree char *request = shown_request(call->request);
        console_line(log->console, "%s", request);
    } else {
        console_line(log->console,
                     "request of SHA-256 %s, which was not kept (log.payloads=full "
                     "keeps what is sent from then on)",
                     call->request_sha256);
    }
    console_line(log->console, call->answer ? "answer" : "no answer is kept");
    if (call->answer)
        console_line(log->console, "%s", call->answer);
}

static gboolean replay(const OneCall *one, const LedgerCall *call)
{
    g_auto(Replay) again = {0};
    if (!call->request) {
        g_set_error(one->error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "the request of call %" G_GINT64_FORMAT " was not kept, so it cannot be sent "
                    "again; log.payloads=full keeps requests",
                    one->id);
        return FALSE;
    }
    if (!replay_run(one->config, one->packs, one->ledger, call, &again, one->error))
        return FALSE;
    LedgerCall now = *call;
    now.call = *again.call;
    now.began_us = again.call->began_us;
    now.answer = again.answer;
    if (again.sentence)
        log_error("%s", again.sentence);
    print_payload(one->log, &now);
    if (!one->log->console->json && call->answer && again.answer)
        console_line(one->log->console, "%s",
                     g_str_equal(call->answer, again.answer)
                         ? "the same answer as the first time"
                         : "another answer than the first time (--payload shows that)");
    return TRUE;
}

static gboolean visit_one(const LedgerCall *call, gpointer data)
{
    OneCall *one = data;
    if (call->call.id != one->id)
        return FALSE;
    one->found = one->good = TRUE;
    if (one->replays)
        one->good = replay(one, call);
    else
        print_payload(one->log, call);
    return FALSE;
}

static gboolean look_at_one(const Log *log, gint64 id, gboolean replays, GError **error)
{
    g_autoptr(Config) config = console_config(log->console, error);
    g_autoptr(GPtrArray) packs = config ? console_packs(config, error) : NULL;
    g_autoptr(Ledger) ledger = packs ? console_ledger(config, replays, error) : NULL;
    OneCall one = {.log = log,
                   .config = config,
                   .packs = packs,
                   .ledger = ledger,
                   .id = id,
                   .replays = replays,
                   .error = error};
    LedgerCallFilter filter = {.after_id = id - 1, .payloads = TRUE};
    if (!ledger || !ledger_each_call(ledger, &filter, visit_one, &one, error))
        return FALSE;
    if (!one.found)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                    "there is no call %" G_GINT64_FORMAT, id);
    return one.good;
}

/* ---- the command ---- */

static gboolean list(Log *log, const char *document, GError **error)
{
    g_autoptr(Config) config = console_config(log->console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, FALSE, error) : NULL;
    if (!ledger)
        return FALSE;
    if (document) {
        g_autoptr(LedgerDocument) found = describe_find(ledger, document, error);
        if (!found)
            return FALSE;
        log->filter.document = found->id;
    }
    if (log->follows)
        return follow(log, ledger, error);
    return ledger_each_call(ledger, &log->filter, visit_call, log, error);
}

typedef struct {
    char *pack, *endpoint, *model, *prompt, *purpose, *outcome, *tenant, *since;
    int last;
    gint64 payload, replay;
    gboolean follow;
} LogOptions;

static void log_options_clear(LogOptions *o)
{
    char *texts[] = {o->pack,    o->endpoint, o->model,  o->prompt,
                     o->purpose, o->outcome,  o->tenant, o->since};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogOptions, log_options_clear)

static int run(const LogOptions *o, Log *log)
{
    const Console *console = log->console;
    GError *error = NULL;
    gboolean one = o->payload || o->replay;
    if (console->n_arguments > 1 || (one && console->n_arguments))
        return console_usage(console, "log takes at most one document, and none with --payload or "
                                      "--replay");
    if ((o->payload && o->replay) || (one && o->follow))
        return console_usage(console, "--payload, --replay and --follow exclude each other");
    if (o->payload < 0 || o->replay < 0 || o->last < 0)
        return console_usage(console, "calls count from 1");
    if (o->since && !since_parse(o->since, &log->filter.since_us))
        return console_usage(console,
                             "--since is a time such as 2026-11-30, 2026-11-30T08:00 or 2h, not "
                             "\"%s\"",
                             o->since);
    gboolean good =
        one ? look_at_one(log, o->payload ? o->payload : o->replay, o->replay > 0, &error)
            : list(log, console->arguments[0], &error);
    return good ? EXIT_OK : console_fail(console, error);
}

int command_log(const Command *command, Console *console, int argc, char **argv)
{
    g_auto(LogOptions) o = {.last = LISTED};
    const GOptionEntry entries[] = {
        {"follow", 'f', 0, G_OPTION_ARG_NONE, &o.follow, "Go on with calls as they end", NULL},
        {"last", 'n', 0, G_OPTION_ARG_INT, &o.last, "Only the latest N (50; 0: all)", "N"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &o.since, "Begun since a date, or 2h, 7d ago", "TIME"},
        {"pack", 'p', 0, G_OPTION_ARG_STRING, &o.pack, "Of this pack", "NAME"},
        {"prompt", 0, 0, G_OPTION_ARG_STRING, &o.prompt, "With this version of it", "VERSION"},
        {"endpoint", 0, 0, G_OPTION_ARG_STRING, &o.endpoint, "To this [model NAME]", "NAME"},
        {"model", 0, 0, G_OPTION_ARG_STRING, &o.model, "To this model", "MODEL"},
        {"purpose", 0, 0, G_OPTION_ARG_STRING, &o.purpose, "ask, repair, replay, …", "WORD"},
        {"outcome", 0, 0, G_OPTION_ARG_STRING, &o.outcome, "ok, or a reason", "WORD"},
        {"tenant", 0, 0, G_OPTION_ARG_STRING, &o.tenant, "On account of this tenant", "NAME"},
        {"payload", 0, 0, G_OPTION_ARG_INT64, &o.payload, "What call ID was asked and answered",
         "ID"},
        {"replay", 0, 0, G_OPTION_ARG_INT64, &o.replay, "Ask call ID again, and pay for it", "ID"},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_STATE | WITH_PACKS, argc, argv, &code))
        return code;
    Log log = {.command = command, .console = console, .follows = o.follow};
    log.filter = (LedgerCallFilter){.pack = o.pack,
                                    .endpoint = o.endpoint,
                                    .model = o.model,
                                    .prompt_version = o.prompt,
                                    .purpose = o.purpose,
                                    .outcome = o.outcome,
                                    .tenant = o.tenant,
                                    .last = (guint)MAX(o.last, 0)};
    return run(&o, &log);
}
