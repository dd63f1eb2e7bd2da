#include "stages/ask/caller.h"

#include <string.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "stages/ask/client.h"

#define CONNECT_TIMEOUT_MS 10000u
/* Requests in a row that never got through, each after all its sendings, until the server counts
 * as gone for the rest of the run; and refusals in a row of requests that differ in nothing but
 * their documents. */
#define GIVE_UP_AFTER 3u
#define GIVE_UP_AFTER_REFUSALS 10u
/* Sendings in a row that were lost, after which no new request is begun while older ones are still
 * trying: ten thousand documents need not each find out for themselves. */
#define CAREFUL_AFTER 4u
#define MESSAGE_CHARACTERS 300u /* of a server's words, in a reason */

typedef enum { WAITS_FOR_SLOT, WAITS_FOR_TIME, IS_SENT, IS_ENDING } TicketState;

struct Caller {
    const ModelSettings *settings; /* lent */
    const Dialect *dialect;        /* lent */
    GMainContext *context;
    Client *client;
    char *url;
    GPtrArray *headers; /* of dialect_headers() */
    GRand *random;
    GQueue slot_queue;   /* of Ticket that wait for a slot */
    GHashTable *tickets; /* Ticket -> itself: all that have not ended */
    guint sent;          /* requests at the server right now */
    guint trying_again;  /* requests that wait for their next sending */
    guint lost_sendings; /* in a row */
    gint64 paused_until; /* monotonic microseconds: the server asked everybody to wait */
    GSource *pause;
    guint lost_in_row, refused_in_row;
    gboolean given_up;
    Outcome why;
};

struct Ticket {
    Caller *caller;
    TicketState state;
    char *body;
    gsize length;
    guint sendings;
    gint64 begun_us; /* first sending; 0 before */
    Transfer *transfer;
    StreamText watch; /* may be NULL */
    Stream *stream;   /* of the sending under way, when one was asked for */
    gint64 sent_us;   /* the present sending */
    GSource *timer;
    Outcome outcome;
    Ticket **location;
    CallerDone done;
    gpointer data;
};

static void pump(Caller *caller);

void outcome_clear(Outcome *outcome)
{
    g_free(outcome->sentence);
    g_free(outcome->text);
    g_free(outcome->model);
    g_free(outcome->finish);
    g_clear_pointer(&outcome->logprobs, g_array_unref);
    *outcome = (Outcome){
        .tokens_in = -1,
        .tokens_cached = -1,
        .tokens_cache_write = -1,
        .tokens_out = -1,
        .tokens_reasoning = -1,
        .first_token_ms = -1,
    };
}

static GSource *after(Caller *caller, gint64 ms, GSourceFunc callback, gpointer data)
{
    GSource *source = g_timeout_source_new((guint)MIN(ms, (gint64)G_MAXINT));
    g_source_set_callback(source, callback, data, NULL);
    g_source_attach(source, caller->context);
    return source;
}

static void stop_timer(GSource **timer)
{
    if (*timer) {
        g_source_destroy(*timer);
        g_source_unref(*timer);
        *timer = NULL;
    }
}

/* Ends a wait for the next sending, if the ticket is in one. */
static void stop_waiting(Ticket *ticket)
{
    if (ticket->timer && ticket->state == WAITS_FOR_TIME)
        ticket->caller->trying_again--;
    stop_timer(&ticket->timer);
}

static void ticket_free(gpointer data)
{
    Ticket *ticket = data;
    stop_timer(&ticket->timer);
    if (ticket->location)
        *ticket->location = NULL;
    stream_free(ticket->stream);
    outcome_clear(&ticket->outcome);
    g_free(ticket->body);
    g_free(ticket);
}

/* ---- the end of a request ---- */

static void finish(Ticket *ticket)
{
    g_hash_table_steal(ticket->caller->tickets, ticket);
    if (ticket->location)
        *ticket->location = NULL;
    ticket->location = NULL;
    ticket->done(&ticket->outcome, ticket->data);
    ticket_free(ticket);
}

static void set_end(Outcome *outcome, const Outcome *why)
{
    outcome->judgement = why->judgement;
    outcome->word = why->word;
    g_free(outcome->sentence);
    outcome->sentence = g_strdup(why->sentence);
}

static gboolean on_end(gpointer data)
{
    Ticket *ticket = data;
    stop_timer(&ticket->timer);
    finish(ticket);
    return G_SOURCE_REMOVE;
}

/* Ends a request that is not at the server, from the loop. */
static void end_unsent(Ticket *ticket)
{
    stop_waiting(ticket);
    set_end(&ticket->outcome, &ticket->caller->why);
    ticket->state = IS_ENDING;
    ticket->timer = after(ticket->caller, 0, on_end, ticket);
}

/* From here on every request of the run ends at once; those at the server may still be answered. */
static void give_up(Caller *caller, const Outcome *outcome)
{
    if (caller->given_up)
        return;
    caller->given_up = TRUE;
    set_end(&caller->why, outcome);
    g_queue_clear(&caller->slot_queue);
    GHashTableIter iter;
    gpointer each = NULL;
    g_hash_table_iter_init(&iter, caller->tickets);
    while (g_hash_table_iter_next(&iter, &each, NULL))
        if (((Ticket *)each)->state != IS_SENT)
            end_unsent(each);
}

/* Counts in a row what tells that the server is of no use; any answer begins anew. */
static void take_note(Caller *caller, const Outcome *outcome, gboolean per_document)
{
    switch (outcome->judgement) {
    case JUDGE_ANSWERED:
        caller->lost_in_row = 0;
        caller->refused_in_row = 0;
        break;
    case JUDGE_UNUSABLE:
        caller->lost_in_row = 0;
        if (!g_str_equal(outcome->word, "request_refused"))
            caller->refused_in_row = 0;
        else if (++caller->refused_in_row >= GIVE_UP_AFTER_REFUSALS) {
            Outcome why = *outcome;
            why.judgement = JUDGE_REFUSED;
            give_up(caller, &why);
        }
        break;
    case JUDGE_AGAIN:
        if (!per_document && ++caller->lost_in_row >= GIVE_UP_AFTER)
            give_up(caller, outcome);
        break;
    case JUDGE_REFUSED:
        give_up(caller, outcome);
        break;
    }
}

/* ---- what came back ---- */

static char *describe(const Caller *caller, const Response *seen, const char *failure)
{
    const Reply *reply = seen->reply;
    const char *words = seen->code != CURLE_OK ? failure : reply->message;
    g_autofree char *server = model_settings_shown(caller->settings->base_url);
    g_autofree char *said =
        model_settings_scrub(caller->settings, words ? words : "", MESSAGE_CHARACTERS);
    if (seen->too_large)
        return g_strdup_printf("more than %u MiB from %s", DOCKET_MAX_ANSWER_BYTES >> 20, server);
    if (seen->code != CURLE_OK)
        return g_strdup_printf("no answer from %s (%s)", server, said);
    gboolean good = seen->status >= 200 && seen->status < 300;
    if (good && reply->kind < REPLY_ERROR)
        return g_strdup_printf("model %s%s%s", caller->settings->model, *said ? ": " : "", said);
    return g_strdup_printf("%s answered %u%s%s", server, seen->status, *said ? ": " : "", said);
}

static void end_with(Ticket *ticket, const RetryVerdict *verdict, const Response *seen,
                     const char *failure)
{
    Outcome *outcome = &ticket->outcome;
    g_autofree char *what = describe(ticket->caller, seen, failure);
    gboolean lost = verdict->judgement == JUDGE_AGAIN;
    outcome->judgement = lost && verdict->per_document ? JUDGE_UNUSABLE : verdict->judgement;
    outcome->word = verdict->word;
    g_free(outcome->sentence);
    outcome->sentence =
        lost && ticket->sendings > 1
            ? g_strdup_printf("%s, %u times; %s", what, ticket->sendings, verdict->advice)
            : g_strdup_printf("%s; %s", what, verdict->advice);
}

static void add_tokens(gint64 *sum, gint64 tokens)
{
    if (tokens >= 0)
        *sum = MAX(*sum, 0) + tokens;
}

/* How long to wait before the next sending, or -1: there is none. */
static gint64 next_wait_ms(const Ticket *ticket, gint64 asked_ms)
{
    const ModelSettings *settings = ticket->caller->settings;
    if (ticket->sendings >= settings->attempts)
        return -1;
    gint64 wait = retry_wait_ms(ticket->sendings + 1, ticket->caller->random);
    if (asked_ms >= 0) /* obeyed, and a little spread so that not all come back at once */
        wait = asked_ms + wait / 4;
    gint64 end = ticket->begun_us + (gint64)settings->deadline_s * G_USEC_PER_SEC;
    return clock_monotonic_us() + wait * 1000 < end ? wait : -1;
}

static gboolean on_wait_over(gpointer data)
{
    Ticket *ticket = data;
    stop_waiting(ticket);
    ticket->state = WAITS_FOR_SLOT;
    g_queue_push_head(&ticket->caller->slot_queue, ticket);
    pump(ticket->caller);
    return G_SOURCE_REMOVE;
}

static gboolean on_pause_over(gpointer data)
{
    Caller *caller = data;
    stop_timer(&caller->pause);
    pump(caller);
    return G_SOURCE_REMOVE;
}

static void pause_all(Caller *caller, gint64 ms)
{
    gint64 until = clock_monotonic_us() + ms * 1000;
    if (until <= caller->paused_until)
        return;
    caller->paused_until = until;
    stop_timer(&caller->pause);
    caller->pause = after(caller, ms, on_pause_over, caller);
}

/* Another sending after a wait. FALSE when the attempts or the time are used up. */
static gboolean send_again(Ticket *ticket, const ClientResponse *response)
{
    gint64 asked = retry_after_ms(client_header(response, "retry-after-ms"),
                                  client_header(response, "retry-after"), clock_now_us());
    gint64 wait = next_wait_ms(ticket, asked);
    if (wait < 0)
        return FALSE;
    if (response->status == 429 && asked > 0)
        pause_all(ticket->caller, asked);
    ticket->state = WAITS_FOR_TIME;
    ticket->timer = after(ticket->caller, wait, on_wait_over, ticket);
    ticket->caller->trying_again++;
    return TRUE;
}

static gint should_retry(const char *value)
{
    return g_strcmp0(value, "true") == 0 ? 1 : g_strcmp0(value, "false") == 0 ? 0 : -1;
}

/* What a response means, and what there is in it. A server that was asked for a stream may send a
 * whole answer all the same. */
static RetryVerdict understand(Ticket *ticket, const ClientResponse *response, Response *seen,
                               Reply *reply)
{
    *seen = (Response){
        .code = response->code,
        .status = response->status,
        .too_large = response->too_large,
        .should_retry = should_retry(client_header(response, "x-should-retry")),
        .reply = reply,
    };
    if (response->streamed)
        stream_close(ticket->stream, response, reply, seen);
    else if (response->code == CURLE_OK)
        ticket->caller->dialect->reply(response->status, response->body, response->length, reply);
    if (ticket->stream && stream_stopped(ticket->stream))
        return (RetryVerdict){JUDGE_ANSWERED, "stream_stopped", "the answer went wrong"};
    return retry_judge(seen);
}

static void account(Ticket *ticket, const ClientResponse *response, const Reply *reply)
{
    Outcome *outcome = &ticket->outcome;
    add_tokens(&outcome->tokens_in, reply->tokens_in);
    add_tokens(&outcome->tokens_cached, reply->tokens_cached);
    add_tokens(&outcome->tokens_cache_write, reply->tokens_cache_write);
    add_tokens(&outcome->tokens_out, reply->tokens_out);
    add_tokens(&outcome->tokens_reasoning, reply->tokens_reasoning);
    outcome->latency_ms = response->elapsed_us / 1000;
    outcome->sendings = ticket->sendings;
    gint64 first = ticket->stream ? stream_first_us(ticket->stream) : 0;
    if (first)
        outcome->first_token_ms = (first - ticket->sent_us) / 1000;
}

static void on_response(const ClientResponse *response, gpointer data)
{
    Ticket *ticket = data;
    Caller *caller = ticket->caller;
    g_auto(Reply) reply = {0};
    reply_clear(&reply);
    Response seen;
    ticket->transfer = NULL;
    caller->sent--;
    RetryVerdict verdict = understand(ticket, response, &seen, &reply);
    account(ticket, response, &reply);
    g_clear_pointer(&ticket->stream, stream_free);
    gboolean lost = verdict.judgement == JUDGE_AGAIN && !verdict.per_document;
    caller->lost_sendings = lost ? caller->lost_sendings + 1 : 0;
    if (verdict.judgement == JUDGE_AGAIN && !caller->given_up && send_again(ticket, response)) {
        pump(caller);
        return;
    }
    Outcome *outcome = &ticket->outcome;
    end_with(ticket, &verdict, &seen, response->failure);
    outcome->finish = g_steal_pointer(&reply.finish);
    if (outcome->judgement == JUDGE_ANSWERED) {
        outcome->text = g_steal_pointer(&reply.text);
        outcome->model = g_steal_pointer(&reply.model);
        outcome->logprobs = g_steal_pointer(&reply.logprobs);
    }
    take_note(caller, outcome, verdict.per_document);
    finish(ticket);
    pump(caller);
}

/* ---- sending ---- */

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    return stream_feed(((Ticket *)data)->stream, bytes, length);
}

static void send_now(Ticket *ticket)
{
    Caller *caller = ticket->caller;
    gint64 now = clock_monotonic_us();
    if (!ticket->begun_us)
        ticket->begun_us = now;
    gint64 left_ms = (gint64)caller->settings->deadline_s * 1000 - (now - ticket->begun_us) / 1000;
    gint64 timeout_ms = MIN((gint64)caller->settings->timeout_s * 1000, left_ms);
    ClientRequest request = {
        .url = caller->url,
        .headers = (const char *const *)caller->headers->pdata,
        .body = ticket->body,
        .length = ticket->length,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = (guint)MAX(timeout_ms, 1000),
        .max_bytes = DOCKET_MAX_ANSWER_BYTES,
        .bytes = caller->settings->stream ? on_bytes : NULL,
        .ca_file = caller->settings->ca_file,
    };
    if (request.bytes)
        ticket->stream = stream_new(caller->dialect, ticket->watch, ticket->data);
    ticket->sent_us = now;
    caller->sent++;
    ticket->sendings++;
    ticket->state = IS_SENT;
    ticket->transfer = client_send(caller->client, &request, on_response, ticket);
}

/* The next one that may be sent, or NULL. Repetitions stand at the head of the queue. */
static Ticket *next_ticket(Caller *caller)
{
    Ticket *ticket = g_queue_peek_head(&caller->slot_queue);
    gboolean others_try = caller->sent > 0 || caller->trying_again > 0;
    if (ticket && ticket->sendings == 0 && caller->lost_sendings >= CAREFUL_AFTER && others_try)
        return NULL;
    return g_queue_pop_head(&caller->slot_queue);
}

/* Sends what waits while there are slots and the server did not ask for a pause. */
static void pump(Caller *caller)
{
    if (caller->paused_until > clock_monotonic_us())
        return;
    while (caller->sent < caller->settings->max_in_flight) {
        Ticket *ticket = next_ticket(caller);
        if (!ticket)
            return;
        send_now(ticket);
    }
}

void caller_ask(Caller *caller, char *body, Ticket **location, CallerDone done, gpointer data)
{
    Ticket *ticket = g_new0(Ticket, 1);
    ticket->caller = caller;
    ticket->body = body;
    ticket->length = strlen(body);
    ticket->location = location;
    ticket->done = done;
    ticket->data = data;
    outcome_clear(&ticket->outcome);
    *location = ticket;
    g_hash_table_add(caller->tickets, ticket);
    if (caller->given_up) {
        end_unsent(ticket);
        return;
    }
    g_queue_push_tail(&caller->slot_queue, ticket);
    pump(caller);
}

void caller_watch(Ticket *ticket, StreamText text)
{
    ticket->watch = text;
    if (ticket->stream)
        stream_watch(ticket->stream, text);
}

void caller_cancel(Ticket *ticket)
{
    if (!ticket)
        return;
    Caller *caller = ticket->caller;
    if (ticket->state == WAITS_FOR_SLOT)
        g_queue_remove(&caller->slot_queue, ticket);
    if (ticket->transfer) {
        client_cancel(ticket->transfer);
        caller->sent--;
    }
    stop_waiting(ticket);
    g_hash_table_remove(caller->tickets, ticket);
    pump(caller);
}

const Outcome *caller_given_up(const Caller *caller)
{
    return caller->given_up ? &caller->why : NULL;
}

const char *caller_url(const Caller *caller)
{
    return caller->url;
}

/* ---- life ---- */

Caller *caller_new(const ModelSettings *settings, const Dialect *dialect, GMainContext *context,
                   GError **error)
{
    g_autofree char *url = dialect->url(settings, error);
    if (!url)
        return NULL;
    Client *client = client_new(context, settings->max_in_flight);
    if (!client) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "libcurl does not start");
        return NULL;
    }
    Caller *caller = g_new0(Caller, 1);
    caller->settings = settings;
    caller->dialect = dialect;
    caller->context = context;
    caller->client = client;
    caller->url = g_steal_pointer(&url);
    caller->random = g_rand_new();
    caller->tickets = g_hash_table_new_full(NULL, NULL, ticket_free, NULL);
    g_queue_init(&caller->slot_queue);
    outcome_clear(&caller->why);
    caller->headers = dialect_headers(dialect, settings);
    return caller;
}

void caller_free(Caller *caller)
{
    if (!caller)
        return;
    client_free(caller->client); /* first: transfers point into tickets */
    g_hash_table_unref(caller->tickets);
    g_queue_clear(&caller->slot_queue);
    stop_timer(&caller->pause);
    g_ptr_array_unref(caller->headers);
    g_rand_free(caller->random);
    outcome_clear(&caller->why);
    g_free(caller->url);
    g_free(caller);
}
