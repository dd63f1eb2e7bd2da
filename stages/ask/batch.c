#include "stages/ask/batch.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/log.h"
#include "pipeline/host/model-choice.h"
#include "pipeline/host/prices.h"
#include "stages/ask/batch-dialect.h"
#include "stages/ask/retry.h"

/* Of one batch, so that memory stays small whatever the provider takes. */
#define MOST_REQUESTS 10000u
#define MOST_BYTES (32u << 20)
#define CLOCK_SLACK_US (10 * 60 * G_USEC_PER_SEC) /* between ours and the provider's */
#define KEY_DIGITS 16

/* One endpoint's batches. */
typedef struct {
    const Config *config;
    Ledger *ledger;
    ModelSettings *settings;
    const BatchDialect *dialect;
    BatchLink *link;
    BatchSummary *summary;
} Desk;

static void desk_clear(Desk *desk)
{
    g_clear_pointer(&desk->link, batch_link_free);
    g_clear_pointer(&desk->settings, model_settings_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_clear)

static gboolean desk_open(Desk *desk, const Config *config, Ledger *ledger, const char *name,
                          BatchSummary *summary, GError **error)
{
    *desk = (Desk){.config = config, .ledger = ledger, .summary = summary};
    g_auto(GStrv) names = model_choice_endpoints(config);
    if (!g_strv_contains((const char *const *)names, name)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL,
                    "a batch was submitted to the model \"%s\", which is configured no longer; "
                    "give a model that name again to collect its answers",
                    name);
        return FALSE;
    }
    desk->settings = model_settings_new(config, name, error);
    if (!desk->settings)
        return FALSE;
    desk->dialect = batch_dialect_for(desk->settings);
    desk->link = batch_link_new(desk->settings);
    if (!desk->dialect)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "model \"%s\" speaks %s, for which no batch API is known", name,
                    desk->settings->dialect);
    return desk->dialect && desk->link;
}

/* ---- results ---- */

typedef struct {
    const Desk *desk;
    const char *key;
    const Dialect *dialect;
    gboolean foreign; /* a line that is none of this batch */
    guint settled;
    GError *error;
} Results;

/* The call that a name is about, 0 if it is none of the batch. */
static gint64 call_of(const char *custom_id, const char *key)
{
    char *end = NULL;
    gsize length = strlen(key);
    if (strncmp(custom_id, key, length) != 0 || custom_id[length] != '-')
        return 0;
    gint64 id = g_ascii_strtoll(custom_id + length + 1, &end, 10);
    return *end ? 0 : MAX(id, 0);
}

static void take_usage(Call *call, const Reply *reply, const Prices *prices)
{
    call->tokens_in = reply->tokens_in;
    call->tokens_cached = reply->tokens_cached;
    call->tokens_cache_write = reply->tokens_cache_write;
    call->tokens_out = reply->tokens_out;
    call->tokens_reasoning = reply->tokens_reasoning;
    call->answered_by = g_strdup(reply->model);
    call->cost = prices_exact(prices_cost(prices, call, TRUE));
}

/* What one entry came to. */
static gboolean settle(Results *results, gint64 id, gsize bytes, const BatchResult *result)
{
    const Desk *desk = results->desk;
    g_auto(Reply) reply = {0};
    g_autoptr(Call) call = call_new(NULL, NULL, NULL);
    reply_clear(&reply);
    call->id = id;
    call->bytes = bytes;
    call->sendings = 1;
    g_autofree char *body = result->body ? json_print(result->body, FALSE) : NULL;
    if (body)
        results->dialect->reply(result->status, body, strlen(body), &reply);
    Response seen = {.status = result->status, .sent = TRUE, .should_retry = -1, .reply = &reply};
    RetryVerdict verdict = retry_judge(&seen);
    gboolean answered = body && verdict.judgement == JUDGE_ANSWERED;
    take_usage(call, &reply, &desk->settings->prices);
    call->outcome = g_strdup(answered        ? "ok"
                             : body          ? verdict.word
                             : result->error ? "batch_unanswered"
                                             : "batch_lost");
    results->settled++;
    desk->summary->answered += answered;
    return ledger_call_end(desk->ledger, call, answered ? reply.text : NULL, &results->error);
}

static gboolean on_line(const char *text, gsize length, gpointer data)
{
    Results *results = data;
    BatchResult result;
    gboolean holds = FALSE;
    gsize bytes = 0;
    g_autoptr(cJSON) line = json_parse(text, length, NULL);
    gint64 id = line && results->desk->dialect->result(line, &result)
                    ? call_of(result.custom_id, results->key)
                    : 0;
    results->foreign |= id == 0;
    if (id == 0)
        return TRUE;
    if (!ledger_batch_holds(results->desk->ledger, results->key, id, &holds, &bytes,
                            &results->error))
        return FALSE;
    return !holds || settle(results, id, bytes, &result); /* a second time counts nothing */
}

static gboolean fetch(const Desk *desk, const char *key, const RemoteBatch *remote, GError **error)
{
    gboolean keep = g_str_equal(config_string(desk->config, "log.payloads"), "full");
    Results results = {
        .desk = desk, .key = key, .dialect = dialect_by_name(desk->settings->dialect)};
    for (guint i = 0; i < G_N_ELEMENTS(remote->results); i++) {
        if (remote->results[i] &&
            !batch_link_lines(desk->link, remote->results[i], on_line, &results, error)) {
            if (results.error) {
                g_clear_error(error);
                g_propagate_error(error, results.error);
            }
            return FALSE;
        }
    }
    /* What no line was about is not billed: the provider has not worked on it. */
    if (!ledger_batch_end(desk->ledger, key, "batch_lost", remote->note, keep, error))
        return FALSE;
    desk->summary->ended++;
    return ledger_commit(desk->ledger, error);
}

/* ---- a submission that was cut off ---- */

typedef struct {
    const char *key;
    gboolean ours, any;
} Whose;

static gboolean look_at_name(const char *text, gsize length, gpointer data)
{
    Whose *whose = data;
    g_autoptr(cJSON) line = json_parse(text, length, NULL);
    const char *custom_id = json_string(line, "custom_id", "");
    whose->any = TRUE;
    whose->ours = call_of(custom_id, whose->key) != 0;
    return FALSE; /* one name tells */
}

/* Whether an ended batch that keeps no key is ours. */
static gboolean is_ours(const Desk *desk, const RemoteBatch *remote, const char *key)
{
    Whose whose = {.key = key};
    if (remote->results[0])
        batch_link_lines(desk->link, remote->results[0], look_at_name, &whose, NULL);
    return whose.ours;
}

static gboolean is_known_here(const GPtrArray *batches, const char *id)
{
    for (guint i = 0; i < batches->len; i++)
        if (g_strcmp0(((const LedgerBatch *)batches->pdata[i])->remote, id) == 0)
            return TRUE;
    return FALSE;
}

/* Which of the provider's batches ours is; *wait: one that may be it has not ended, and does not tell
 * before. */
static const RemoteBatch *find_ours(const Desk *desk, const GPtrArray *listed, const char *key,
                                    const GPtrArray *all, gint64 since_us, gboolean *wait)
{
    for (guint i = 0; i < listed->len; i++) {
        const RemoteBatch *remote = listed->pdata[i];
        if (desk->dialect->keeps_key ? g_strcmp0(remote->key, key) == 0 : FALSE)
            return remote;
        if (desk->dialect->keeps_key || is_known_here(all, remote->id) ||
            remote->created_us < since_us)
            continue;
        if (!remote->ended)
            *wait = TRUE;
        else if (is_ours(desk, remote, key))
            return remote;
    }
    return NULL;
}

static gboolean put_entry(gint64 call, const char *request, gpointer data)
{
    gpointer *pair = data;
    const LedgerBatch *batch = pair[0];
    const BatchDialect *dialect = pair[1];
    g_autofree char *name = g_strdup_printf("%s-%" G_GINT64_FORMAT, batch->key, call);
    dialect->add(pair[2], name, request);
    return TRUE;
}

/* What became of a submission: a provider's id; or it is not known, and the next run asks whether the
 * provider has the batch; or it was refused, so that its calls go another way; or it did not get there,
 * and they wait again. */
static gboolean note_submission(const Desk *desk, const LedgerBatch *batch, const char *remote,
                                gboolean unsure, const GError *bad, GError **error)
{
    if (remote) {
        desk->summary->submitted++;
        desk->summary->calls += batch->open;
        return ledger_batch_submitted(desk->ledger, batch->key, remote, error);
    }
    if (unsure)
        return TRUE;
    if (!bad || g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_MODEL_REFUSED))
        return ledger_batch_end(desk->ledger, batch->key, "batch_refused",
                                bad ? bad->message : "its requests are gone", FALSE, error);
    return ledger_batch_undo(desk->ledger, batch->key, error);
}

/* Sends the batch, which is in the ledger. */
static gboolean send_batch(const Desk *desk, const LedgerBatch *batch, GError **error)
{
    g_autoptr(GString) upload = g_string_new(NULL);
    gpointer pair[] = {(gpointer)batch, (gpointer)desk->dialect, upload};
    gboolean unsure = FALSE;
    g_autoptr(GError) bad = NULL;
    if (!ledger_batch_each(desk->ledger, batch->key, put_entry, pair, error))
        return FALSE;
    g_autofree char *remote =
        upload->len ? desk->dialect->submit(desk->link, batch->key, upload, &unsure, &bad) : NULL;
    if (!note_submission(desk, batch, remote, unsure, bad, error) ||
        !ledger_commit(desk->ledger, error))
        return FALSE;
    if (!bad)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&bad));
    return FALSE;
}

static gboolean recover(const Desk *desk, const LedgerBatch *batch, const GPtrArray *all,
                        GError **error)
{
    gboolean wait = FALSE;
    gint64 since_us = batch->created_us - CLOCK_SLACK_US;
    g_autoptr(GPtrArray) listed = desk->dialect->list(desk->link, since_us, error);
    if (!listed)
        return FALSE;
    const RemoteBatch *ours = find_ours(desk, listed, batch->key, all, since_us, &wait);
    if (ours && batch_id_is_safe(ours->id))
        return ledger_batch_submitted(desk->ledger, batch->key, ours->id, error) &&
               ledger_commit(desk->ledger, error);
    return wait || send_batch(desk, batch, error);
}

/* ---- all of them ---- */

static gboolean look_after(const Desk *desk, const LedgerBatch *batch, const GPtrArray *all,
                           GError **error)
{
    if (batch->state == LEDGER_BATCH_SUBMITTING) {
        desk->summary->under_way++;
        return recover(desk, batch, all, error);
    }
    RemoteBatch *remote = desk->dialect->look(desk->link, batch->remote, error);
    if (!remote)
        return FALSE;
    gboolean good = !remote->ended || fetch(desk, batch->key, remote, error);
    desk->summary->under_way += !remote->ended;
    remote_batch_free(remote);
    return good;
}

/* A server's trouble is kept and the others go on; anything else ends it. */
static gboolean go_on(GError **trouble, GError *bad, GError **error)
{
    if (!bad)
        return TRUE;
    if (g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_MODEL_REFUSED))
        bad->code = DOCKET_ERROR_NO_MODEL; /* whatever it refuses, the run has others to ask */
    if (!g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL)) {
        g_propagate_error(error, bad);
        return FALSE;
    }
    if (*trouble)
        g_error_free(bad);
    else
        *trouble = bad;
    return TRUE;
}

gboolean batch_collect(const Config *config, Ledger *ledger, BatchSummary *summary, GError **error)
{
    g_autoptr(GError) trouble = NULL;
    g_autoptr(GPtrArray) all = ledger_batches(ledger, FALSE, error);
    for (guint i = 0; all && i < all->len; i++) {
        const LedgerBatch *batch = all->pdata[i];
        GError *bad = NULL;
        g_auto(Desk) desk = {0};
        if (batch->state == LEDGER_BATCH_ENDED)
            continue;
        if (desk_open(&desk, config, ledger, batch->endpoint, summary, &bad))
            look_after(&desk, batch, all, &bad);
        if (!go_on(&trouble, bad, error))
            return FALSE;
    }
    if (trouble)
        g_propagate_error(error, g_steal_pointer(&trouble));
    return all && !*error;
}

static char *new_key(void)
{
    g_autofree char *uuid = g_uuid_string_random();
    g_autofree char *sha256 = bytes_sha256(uuid, strlen(uuid));
    return g_strndup(sha256, KEY_DIGITS);
}

/* Puts what waits at one endpoint into batches, each in the ledger before it goes. */
static gboolean submit_at(const Desk *desk, GError **error)
{
    const BatchDialect *dialect = desk->dialect;
    guint waiting = 0;
    for (;;) {
        if (!ledger_batch_waiting(desk->ledger, desk->settings->name, &waiting, error))
            return FALSE;
        if (waiting == 0)
            return TRUE;
        g_autofree char *key = new_key();
        if (!ledger_batch_begin(desk->ledger, desk->settings->name, key,
                                MIN(MOST_REQUESTS, dialect->most_requests),
                                MIN((guint64)MOST_BYTES, dialect->most_bytes), error) ||
            !ledger_commit(desk->ledger, error))
            return FALSE;
        g_autoptr(GPtrArray) open = ledger_batches(desk->ledger, TRUE, error);
        const LedgerBatch *batch = open && open->len ? open->pdata[open->len - 1] : NULL;
        if (!batch || !send_batch(desk, batch, error))
            return FALSE;
    }
}

gboolean batch_submit(const Config *config, Ledger *ledger, BatchSummary *summary, GError **error)
{
    g_autoptr(GError) trouble = NULL;
    g_auto(GStrv) names = model_choice_endpoints(config);
    for (guint i = 0; names[i]; i++) {
        GError *bad = NULL;
        guint waiting = 0;
        g_auto(Desk) desk = {0};
        if (!ledger_batch_waiting(ledger, names[i], &waiting, error))
            return FALSE;
        if (waiting && desk_open(&desk, config, ledger, names[i], summary, &bad))
            submit_at(&desk, &bad);
        if (!go_on(&trouble, bad, error))
            return FALSE;
        if (waiting && !ledger_batch_waiting(ledger, names[i], &waiting, error))
            return FALSE;
        summary->waiting += waiting;
    }
    if (!trouble)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&trouble));
    return FALSE;
}
