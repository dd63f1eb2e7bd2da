#include "stages/ask/batch-link.h"

#include <string.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "stages/ask/retry.h"

#define CONNECT_TIMEOUT_MS 10000u
#define TRANSFER_TIMEOUT_MS (10 * 60 * 1000u) /* of a file of many requests or answers */
#define MAX_ANSWER_BYTES (8u << 20)           /* about batches, not of their results */
#define MAX_RESULT_BYTES (4ull << 30)
#define MAX_SENTENCE 300u

struct BatchLink {
    const ModelSettings *settings;
    const Dialect *dialect;
    GMainContext *context;
    Client *client;
    GRand *random;
};

/* One request under way. */
typedef struct {
    const BatchLink *link;
    gboolean done;
    guint status; /* HTTP, 0: there was no response */
    RetryVerdict verdict;
    gboolean good, unsure;
    char *sentence; /* unless good */
    cJSON *root;    /* of a good answer; NULL for lines */
    GString *line;  /* so far */
    BatchLine visit;
    gpointer data;
    gboolean stopped;
} Exchange;

static void exchange_clear(Exchange *exchange)
{
    g_free(exchange->sentence);
    cJSON_Delete(exchange->root);
    if (exchange->line)
        g_string_free(exchange->line, TRUE);
    *exchange = (Exchange){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exchange, exchange_clear)

BatchLink *batch_link_new(const ModelSettings *settings)
{
    BatchLink *link = g_new0(BatchLink, 1);
    link->settings = settings;
    link->dialect = dialect_by_name(settings->dialect);
    link->context = g_main_context_new();
    link->client = client_new(link->context, 1);
    link->random = g_rand_new();
    if (!link->client)
        g_clear_pointer(&link, batch_link_free);
    return link;
}

void batch_link_free(BatchLink *link)
{
    if (!link)
        return;
    client_free(link->client);
    g_main_context_unref(link->context);
    g_rand_free(link->random);
    g_free(link);
}

/* ---- one request ---- */

static gboolean end_line(Exchange *exchange)
{
    gsize length = exchange->line->len;
    gboolean go_on = length == 0 || exchange->visit(exchange->line->str, length, exchange->data);
    g_string_truncate(exchange->line, 0);
    exchange->stopped |= !go_on;
    return go_on;
}

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    Exchange *exchange = data;
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        gsize n = end ? (gsize)(end - bytes) : length;
        if (exchange->line->len + n > DOCKET_MAX_ANSWER_BYTES)
            return FALSE;
        g_string_append_len(exchange->line, bytes, (gssize)n);
        if (!end)
            return TRUE;
        if (!end_line(exchange))
            return FALSE;
        bytes = end + 1;
        length -= n + 1;
    }
    return TRUE;
}

/* What went wrong, in the server's words if it has any. */
static char *sentence_of(const Exchange *exchange, const ClientResponse *response,
                         const Reply *reply)
{
    const ModelSettings *settings = exchange->link->settings;
    g_autofree char *shown = model_settings_shown(settings->base_url);
    if (response->code != CURLE_OK)
        return g_strdup_printf("%s: %s", shown, response->failure);
    g_autofree char *said =
        model_settings_scrub(settings, reply->message ? reply->message : "", MAX_SENTENCE);
    return g_strdup_printf("%s answers with status %u%s%s; %s", shown, response->status,
                           *said ? ": " : "", said, exchange->verdict.advice);
}

static void on_response(const ClientResponse *response, gpointer data)
{
    Exchange *exchange = data;
    g_auto(Reply) reply = {0};
    reply_clear(&reply);
    exchange->done = TRUE;
    exchange->status = response->status;
    gboolean arrived = response->code == CURLE_OK && response->status / 100 == 2;
    if (arrived && exchange->visit)
        exchange->good = exchange->line->len == 0 || end_line(exchange);
    if (arrived && !exchange->visit)
        exchange->root = json_parse(response->body, response->length, NULL);
    exchange->good |= cJSON_IsObject(exchange->root);
    if (exchange->good)
        return;
    if (response->code == CURLE_OK && !response->streamed)
        exchange->link->dialect->reply(response->status, response->body, response->length, &reply);
    Response seen = {.code = response->code,
                     .status = response->status,
                     .too_large = response->too_large,
                     .sent = response->sent,
                     .should_retry = -1,
                     .reply = &reply};
    exchange->verdict = retry_judge(&seen);
    exchange->unsure = response->sent && (response->code != CURLE_OK || response->status >= 500 ||
                                          response->status / 100 == 2);
    exchange->sentence = sentence_of(exchange, response, &reply);
}

static void transfer(BatchLink *link, const char *url, const char *type, const char *body,
                     gsize length, Exchange *exchange)
{
    g_autoptr(GPtrArray) headers = dialect_headers(link->dialect, link->settings);
    if (type) { /* in place of JSON, which comes first */
        g_free(headers->pdata[0]);
        headers->pdata[0] = g_strconcat("Content-Type: ", type, NULL);
    }
    ClientRequest request = {
        .url = url,
        .headers = (const char *const *)headers->pdata,
        .body = body,
        .length = length,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = TRANSFER_TIMEOUT_MS,
        .max_bytes = exchange->visit ? MAX_RESULT_BYTES : MAX_ANSWER_BYTES,
        .ca_file = link->settings->ca_file,
        .bytes = exchange->visit ? on_bytes : NULL,
        .any_type = exchange->visit != NULL,
    };
    exchange->link = link;
    exchange->done = FALSE;
    client_send(link->client, &request, on_response, exchange);
    while (!exchange->done)
        g_main_context_iteration(link->context, TRUE);
}

/* It is not the key, and not the time: the server does not take this, or has no batches. */
static gboolean is_refusal(guint status)
{
    static const guint others[] = {401, 402, 403, 408, 409, 425, 429};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        if (status == others[i])
            return FALSE;
    return status / 100 == 4 || status == 501;
}

static gboolean fail(const Exchange *exchange, GError **error)
{
    g_set_error(error, DOCKET_ERROR,
                is_refusal(exchange->status) ? DOCKET_ERROR_MODEL_REFUSED : DOCKET_ERROR_NO_MODEL,
                "%s", exchange->sentence);
    return FALSE;
}

cJSON *batch_link_ask(BatchLink *link, const char *path, const char *query, const char *type,
                      const char *body, gsize length, gboolean *unsure, GError **error)
{
    g_autofree char *url = link->dialect->below(link->settings, path, query, error);
    if (!url)
        return NULL;
    for (guint attempt = 1;; attempt++) {
        g_auto(Exchange) exchange = {0};
        transfer(link, url, type, body, length, &exchange);
        if (exchange.good)
            return g_steal_pointer(&exchange.root);
        if (unsure)
            *unsure = exchange.unsure;
        gboolean again = exchange.verdict.judgement == JUDGE_AGAIN && !(body && exchange.unsure);
        if (!again || attempt >= link->settings->attempts) {
            fail(&exchange, error);
            return NULL;
        }
        g_usleep((gulong)retry_wait_ms(attempt + 1, link->random) * 1000);
    }
}

gboolean batch_link_lines(BatchLink *link, const char *path, BatchLine visit, gpointer data,
                          GError **error)
{
    g_autofree char *url = link->dialect->below(link->settings, path, NULL, error);
    if (!url)
        return FALSE;
    g_auto(Exchange) exchange = {.visit = visit, .data = data, .line = g_string_new(NULL)};
    transfer(link, url, NULL, NULL, 0, &exchange);
    if (exchange.stopped)
        return FALSE;
    return exchange.good || fail(&exchange, error);
}
