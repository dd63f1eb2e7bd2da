#include "stages/ask/probe.h"

#include <stdarg.h>
#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/host/job.h"
#include "stages/ask/reply-error.h"
#include "stages/ask/stream.h"

#define CONNECT_TIMEOUT_MS 10000u
#define ANSWER_TOKENS 300u /* enough for the record that is asked for, and some thoughts */
#define CUT_TOKENS 16u     /* too few for what is asked for then */
#define MESSAGE_CHARACTERS 300u

typedef struct {
    const ModelSettings *settings;
    const Dialect *dialect;
    GMainContext *context;
    Client *client;
    ProbeTell tell;
    gpointer data;
} Probe;

/* How one request ended. */
typedef struct {
    const Dialect *dialect; /* of the reply; NULL: a GET, whose body is wanted as it is */
    Response seen;
    Reply reply;
    Stream *stream;
    gboolean done, streamed;
    char *failure; /* libcurl's sentence; NULL: there was a response */
    cJSON *body;   /* of a GET; NULL if it is no JSON */
} Exchange;

static void exchange_clear(Exchange *exchange)
{
    reply_clear(&exchange->reply);
    stream_free(exchange->stream);
    g_free(exchange->failure);
    cJSON_Delete(exchange->body);
    *exchange = (Exchange){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exchange, exchange_clear)

static void tell(const Probe *probe, ProbeMark mark, const char *what, const char *setting,
                 const char *format, ...) G_GNUC_PRINTF(5, 6);
static void tell(const Probe *probe, ProbeMark mark, const char *what, const char *setting,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    probe->tell(mark, what, sentence, setting, probe->data);
}

/* ---- one request ---- */

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    return stream_feed(((Exchange *)data)->stream, bytes, length);
}

static void on_response(const ClientResponse *response, gpointer data)
{
    Exchange *exchange = data;
    exchange->done = TRUE;
    exchange->streamed = response->streamed;
    exchange->seen = (Response){.code = response->code,
                                .status = response->status,
                                .too_large = response->too_large,
                                .should_retry = -1,
                                .reply = &exchange->reply};
    if (response->code != CURLE_OK)
        exchange->failure = g_strdup(response->failure);
    if (response->streamed)
        stream_close(exchange->stream, response, &exchange->reply, &exchange->seen);
    else if (exchange->dialect && response->code == CURLE_OK)
        exchange->dialect->reply(response->status, response->body, response->length,
                                 &exchange->reply);
    else
        exchange->body = json_parse(response->body, response->length, NULL);
}

/* Sends it and waits. `settings` as for this request; `body` NULL: a GET. */
static void exchange_run(const Probe *probe, const ModelSettings *settings, const char *url,
                         const char *body, Exchange *exchange)
{
    g_autoptr(GPtrArray) headers = dialect_headers(probe->dialect, settings);
    gboolean streams = body && settings->stream;
    ClientRequest request = {
        .url = url,
        .headers = (const char *const *)headers->pdata,
        .body = body,
        .length = body ? strlen(body) : 0,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = settings->timeout_s * 1000,
        .max_bytes = DOCKET_MAX_ANSWER_BYTES,
        .ca_file = settings->ca_file,
        .bytes = streams ? on_bytes : NULL,
    };
    exchange->dialect = body ? probe->dialect : NULL;
    if (streams)
        exchange->stream = stream_new(probe->dialect, NULL, NULL);
    client_send(probe->client, &request, on_response, exchange);
    while (!exchange->done)
        g_main_context_iteration(probe->context, TRUE);
}

/* What went wrong, with what to do; NULL when there is a good response. Caller frees. */
static char *trouble(const Probe *probe, const Exchange *exchange)
{
    RetryVerdict verdict = retry_judge(&exchange->seen);
    const char *words = exchange->failure ? exchange->failure : exchange->reply.message;
    g_autofree char *said =
        model_settings_scrub(probe->settings, words ? words : "", MESSAGE_CHARACTERS);
    if (verdict.judgement == JUDGE_ANSWERED)
        return NULL;
    if (exchange->failure)
        return g_strdup_printf("no answer (%s); %s", said, verdict.advice);
    return g_strdup_printf("status %u%s%s; %s", exchange->seen.status, *said ? ": " : "", said,
                           verdict.advice);
}

/* ---- the list of models ---- */

static gboolean lists_model(const cJSON *body, const char *model, guint *n)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "data"), *each = NULL;
    gboolean found = FALSE;
    if (!list)
        list = cJSON_GetObjectItemCaseSensitive(body, "models"); /* Google */
    *n = 0;
    cJSON_ArrayForEach(each, list)
    {
        const char *name = json_string(each, "id", json_string(each, "name", ""));
        if (g_str_has_prefix(name, "models/"))
            name += strlen("models/");
        found = found || g_str_equal(name, model);
        ++*n;
    }
    return found;
}

/* FALSE when nothing more needs to be asked: the server is not there, or takes no key of ours. */
static gboolean look_at_models(const Probe *probe, GError **error)
{
    g_auto(Exchange) exchange = {0};
    g_autofree char *url = probe->dialect->models_url(probe->settings, error);
    if (!url)
        return FALSE;
    reply_clear(&exchange.reply);
    exchange_run(probe, probe->settings, url, NULL, &exchange);
    guint n = 0;
    gboolean good = exchange.seen.code == CURLE_OK && exchange.seen.status / 100 == 2;
    gboolean found = good && lists_model(exchange.body, probe->settings->model, &n);
    if (found) {
        tell(probe, PROBE_GOOD, "model", NULL, "%s is one of %u models", probe->settings->model, n);
        return TRUE;
    }
    if (good) {
        tell(probe, PROBE_ODD, "model", NULL, "%s is not in the server's list of %u models",
             probe->settings->model, n);
        return TRUE;
    }
    guint status = exchange.seen.status;
    gboolean hopeless = exchange.failure || status == 401 || status == 403;
    if (!exchange.failure)
        reply_error(exchange.body, &exchange.reply);
    g_autofree char *why = trouble(probe, &exchange);
    tell(probe, hopeless ? PROBE_BAD : PROBE_ODD, hopeless ? "server" : "model", NULL, "%s",
         hopeless ? why : "the server does not list its models");
    return !hopeless;
}

/* ---- questions ---- */

/* A record that nobody would write of themselves, so that a schema that is passed over shows. */
static DialectSchema *probe_schema(const ModelSettings *settings)
{
    static const char text[] =
        "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"kfz\","
        "\"qvx\"]},\"amount\":{\"type\":\"integer\"}},\"required\":[\"kind\",\"amount\"],"
        "\"additionalProperties\":false}";
    g_autoptr(cJSON) schema = json_parse(text, strlen(text), NULL);
    return subset_schema(subset_by_name(settings->schema), "probe", schema, NULL, NULL);
}

static void ask(const Probe *probe, const ModelSettings *settings, const char *question,
                Exchange *exchange)
{
    g_autoptr(DialectSchema) schema = probe_schema(settings);
    g_autoptr(GPtrArray) messages = g_ptr_array_new();
    g_autofree char *text = g_strdup(question);
    Message message = {.role = ROLE_USER, .text = text};
    g_ptr_array_add(messages, &message);
    g_autofree char *body = probe->dialect->request(settings, messages, schema);
    g_autofree char *url = probe->dialect->url(settings, NULL);
    reply_clear(&exchange->reply);
    exchange_run(probe, settings, url, body, exchange);
}

static gboolean is_answered(const Exchange *exchange)
{
    ReplyKind kind = exchange->reply.kind;
    return exchange->seen.code == CURLE_OK && exchange->seen.status / 100 == 2 &&
           (kind == REPLY_ANSWER || kind == REPLY_CUT);
}

static gboolean keeps_schema(const char *text)
{
    g_autoptr(cJSON) record = json_parse(text, strlen(text), NULL);
    const char *kind = json_string(record, "kind", "");
    return cJSON_GetArraySize(record) == 2 &&
           (g_str_equal(kind, "kfz") || g_str_equal(kind, "qvx")) &&
           cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(record, "amount"));
}

/* The request as the configuration makes it; FALSE when even that is refused. */
static gboolean look_at_answer(const Probe *probe)
{
    g_auto(Exchange) exchange = {0};
    ModelSettings settings = *probe->settings;
    settings.max_output_tokens = ANSWER_TOKENS;
    ask(probe, &settings, "Which colour does the sky have? Answer in JSON.", &exchange);
    if (!is_answered(&exchange)) {
        g_autofree char *why = trouble(probe, &exchange);
        tell(probe, PROBE_BAD, "request", NULL, "%s", why);
        return FALSE;
    }
    g_autofree char *model =
        model_settings_scrub(probe->settings, exchange.reply.model ? exchange.reply.model : "", 80);
    tell(probe, PROBE_GOOD, "request", NULL, "answered%s%s", *model ? " by " : "", model);
    gboolean asked = settings.format == FORMAT_JSON_SCHEMA || settings.format == FORMAT_TOOL;
    if (!asked)
        tell(probe, PROBE_ODD, "schema", NULL,
             "not sent, as configured; every answer is validated");
    else if (keeps_schema(exchange.reply.text))
        tell(probe, PROBE_GOOD, "schema", NULL, "enforced");
    else if (exchange.reply.kind == REPLY_CUT)
        tell(probe, PROBE_ODD, "schema", NULL, "not clear: the answer needed more than %u tokens",
             ANSWER_TOKENS);
    else
        tell(probe, PROBE_ODD, "schema", "response_format = none",
             "passed over; every answer is validated, and the prompt asks for JSON");
    return TRUE;
}

/* Whether the limit of tokens has the name that the server knows. */
static void look_at_limit(const Probe *probe)
{
    g_auto(Exchange) exchange = {0};
    ModelSettings settings = *probe->settings;
    settings.max_output_tokens = CUT_TOKENS;
    settings.format = FORMAT_NONE;
    ask(probe, &settings, "Write the numbers from one to a hundred as words.", &exchange);
    gboolean empty = exchange.reply.kind == REPLY_EMPTY;
    if (exchange.reply.kind == REPLY_CUT || empty)
        tell(probe, PROBE_GOOD, "limit", NULL, "%s is obeyed%s", settings.token_parameter,
             empty ? " (thoughts are counted, too)" : "");
    else
        tell(probe, PROBE_ODD, "limit",
             g_str_equal(settings.token_parameter, "max_tokens")
                 ? "token_parameter = max_completion_tokens"
                 : "token_parameter = max_tokens",
             "%s is not obeyed: an answer may become as long as it likes",
             settings.token_parameter);
}

static void look_at_stream(const Probe *probe)
{
    g_auto(Exchange) exchange = {0};
    ModelSettings settings = *probe->settings;
    settings.max_output_tokens = ANSWER_TOKENS;
    settings.stream = settings.stream_usage = TRUE;
    ask(probe, &settings, "Which colour does the sky have? Answer in JSON.", &exchange);
    gboolean good = exchange.streamed && is_answered(&exchange);
    const char *wish = good && !probe->settings->stream   ? "stream = yes"
                       : !good && probe->settings->stream ? "stream = no"
                                                          : NULL;
    tell(probe, good ? PROBE_GOOD : PROBE_ODD, "stream", wish, "%s",
         good ? "answers can be taken as they are made" : "does not work here");
    if (!good)
        return;
    gboolean usage = exchange.reply.tokens_in >= 0;
    tell(probe, usage ? PROBE_GOOD : PROBE_ODD, "usage",
         usage && !probe->settings->stream_usage && g_str_equal(probe->settings->dialect, "openai")
             ? "stream_usage = yes"
             : NULL,
         "%s",
         usage ? "streams tell how many tokens they used"
               : "streams do not tell how many tokens they used; costs are estimated");
}

static void look_at_logprobs(const Probe *probe)
{
    g_auto(Exchange) exchange = {0};
    ModelSettings settings = *probe->settings;
    settings.max_output_tokens = ANSWER_TOKENS;
    settings.logprobs = TRUE;
    settings.stream = FALSE;
    ask(probe, &settings, "Which colour does the sky have? Answer in JSON.", &exchange);
    gboolean good = is_answered(&exchange) && exchange.reply.logprobs;
    const char *wish = good == probe->settings->logprobs ? NULL
                       : good                            ? "logprobs = yes"
                                                         : "logprobs = no";
    tell(probe, good || !wish ? PROBE_GOOD : PROBE_ODD, "logprobs", wish, "%s",
         good ? "the server tells how sure it was of each token" : "not offered");
}

gboolean probe_run(const ModelSettings *settings, ProbeTell report, gpointer data, GError **error)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GError) bad = NULL;
    Probe probe = {.settings = settings,
                   .dialect = dialect_by_name(settings->dialect),
                   .context = context,
                   .tell = report,
                   .data = data};
    probe.client = client_new(context, 1);
    if (!probe.client) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "libcurl does not start");
        return FALSE;
    }
    if (look_at_models(&probe, &bad) && look_at_answer(&probe)) {
        look_at_limit(&probe);
        look_at_stream(&probe);
        if (!g_str_equal(settings->dialect, "anthropic")) /* its protocol has none */
            look_at_logprobs(&probe);
    }
    client_free(probe.client);
    if (bad)
        g_propagate_error(error, g_steal_pointer(&bad));
    return bad == NULL;
}
