#include "stages/ask/caller-private.h"

#include <string.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#define CONNECT_TIMEOUT_MS 10000u

/* ---- timers ---- */

GSource *caller_after(Caller *caller, gint64 ms, GSourceFunc callback, gpointer data)
{
    GSource *source = g_timeout_source_new((guint)CLAMP(ms, 0, (gint64)G_MAXINT));
    g_source_set_callback(source, callback, data, NULL);
    g_source_attach(source, caller->context);
    return source;
}

void caller_stop_timer(GSource **timer)
{
    if (*timer) {
        g_source_destroy(*timer);
        g_source_unref(*timer);
        *timer = NULL;
    }
}

/* ---- sending ---- */

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    return stream_feed(((Sending *)data)->stream, bytes, length);
}

static void plan_hedge(Ticket *ticket);

/* A second sending is for idle slots: who has not been sent at all goes first. */
static gboolean on_slow(gpointer data)
{
    Ticket *ticket = data;
    Caller *caller = ticket->caller;
    gint64 now = clock_monotonic_us();
    caller_stop_timer(&ticket->timer);
    if (limiter_wait_us(caller->limiter, ticket->terms.tokens, now) > 0 ||
        !g_queue_is_empty(&caller->queue) || caller->breaker.state != BREAKER_CLOSED) {
        plan_hedge(ticket);
        return G_SOURCE_REMOVE;
    }
    ticket->hedging = TRUE;
    if (ticket->terms.again)
        ticket->terms.again(ticket, ticket->data);
    else
        caller_go_on(ticket);
    return G_SOURCE_REMOVE;
}

static void plan_hedge(Ticket *ticket)
{
    const Caller *caller = ticket->caller;
    gint64 after_us = caller->settings->hedge ? hedge_after_us(&caller->hedge) : -1;
    if (after_us >= 0 && !ticket->out[1] && ticket->sendings < caller->settings->attempts)
        ticket->timer = caller_after(ticket->caller, after_us / 1000 + 1, on_slow, ticket);
}

void caller_send(Ticket *ticket)
{
    Caller *caller = ticket->caller;
    gint64 now = clock_monotonic_us();
    if (!ticket->outcome.begun_us)
        ticket->outcome.begun_us = now;
    gint64 left_ms = (caller_deadline_us(ticket) - now) / 1000;
    gint64 timeout_ms = MIN((gint64)caller->settings->timeout_s * 1000, left_ms);
    Sending *sending = g_new0(Sending, 1);
    *sending = (Sending){.ticket = ticket, .sent_us = now};
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
        sending->stream = stream_new(caller->dialect, ticket->watch, ticket->data);
    limiter_sent(caller->limiter, ticket->terms.tokens, now);
    sending->probe = breaker_sent(&caller->breaker);
    ticket->sendings++;
    ticket->state = IS_SENT;
    ticket->out[ticket->out[0] ? 1 : 0] = sending;
    sending->transfer = client_send(caller->client, &request, caller_on_response, sending);
    plan_hedge(ticket);
}

static gboolean on_wake(gpointer data)
{
    Caller *caller = data;
    caller_stop_timer(&caller->wake);
    caller_pump(caller);
    return G_SOURCE_REMOVE;
}

/* How long the head of the queue has to wait; a returning request pumps anyway. */
static gint64 wait_us(const Caller *caller, const Ticket *ticket, gint64 now)
{
    gint64 limited = limiter_wait_us(caller->limiter, ticket->terms.tokens, now);
    return MAX(limited, breaker_wait_us(&caller->breaker, now));
}

void caller_pump(Caller *caller)
{
    Ticket *ticket;
    caller_stop_timer(&caller->wake);
    while ((ticket = g_queue_peek_head(&caller->queue))) {
        gint64 now = clock_monotonic_us(), wait = wait_us(caller, ticket, now);
        if (wait > 0) {
            if (wait != LIMITER_WHEN_ONE_RETURNS && wait != BREAKER_AFTER_PROBE)
                caller->wake = caller_after(caller, wait / 1000 + 1, on_wake, caller);
            return;
        }
        g_queue_pop_head(&caller->queue);
        if (now >= caller_deadline_us(ticket)) {
            caller_end_unsent(ticket, NULL);
            continue;
        }
        caller_send(ticket);
    }
}

static gboolean on_wait_over(gpointer data)
{
    Ticket *ticket = data;
    caller_stop_timer(&ticket->timer);
    ticket->state = WAITS_FOR_TURN;
    g_queue_push_head(&ticket->caller->queue, ticket);
    caller_pump(ticket->caller);
    return G_SOURCE_REMOVE;
}

void caller_send_later(Ticket *ticket, gint64 ms)
{
    ticket->state = WAITS_FOR_TIME;
    ticket->timer = caller_after(ticket->caller, ms, on_wait_over, ticket);
}

/* ---- asking ---- */

/* Behind those that came before it; one that goes first stands before all that do not. */
static void enqueue(Caller *caller, Ticket *ticket)
{
    GList *place = ticket->terms.first ? caller->queue.head : NULL;
    while (place && ((const Ticket *)place->data)->terms.first)
        place = place->next;
    if (place)
        g_queue_insert_before(&caller->queue, place, ticket);
    else
        g_queue_push_tail(&caller->queue, ticket);
}

void caller_ask_on(Caller *caller, char *body, const CallerTerms *terms, Ticket **location,
                   CallerDone done, gpointer data)
{
    Ticket *ticket = g_new0(Ticket, 1);
    ticket->caller = caller;
    ticket->body = body;
    ticket->length = strlen(body);
    if (terms)
        ticket->terms = *terms;
    ticket->allowed = 1;
    ticket->location = location;
    ticket->done = done;
    ticket->data = data;
    outcome_clear(&ticket->outcome);
    ticket->outcome.begun_us = ticket->terms.begun_us;
    *location = ticket;
    g_hash_table_add(caller->tickets, ticket);
    const Outcome *why = caller_given_up(caller);
    if (why) {
        caller_end_unsent(ticket, why);
        return;
    }
    enqueue(caller, ticket);
    caller_pump(caller);
}

void caller_ask(Caller *caller, char *body, Ticket **location, CallerDone done, gpointer data)
{
    caller_ask_on(caller, body, NULL, location, done, data);
}

void caller_watch(Ticket *ticket, StreamText text)
{
    ticket->watch = text;
    for (guint i = 0; i < G_N_ELEMENTS(ticket->out); i++)
        if (ticket->out[i] && ticket->out[i]->stream)
            stream_watch(ticket->out[i]->stream, text);
}

void caller_go_on(Ticket *ticket)
{
    ticket->allowed++;
    if (ticket->hedging) {
        ticket->hedging = FALSE;
        caller_send(ticket);
    } else if (ticket->state == WAITS_FOR_LEAVE) {
        caller_send_later(ticket, ticket->wait_ms);
    }
}

void caller_stop(Ticket *ticket)
{
    ticket->hedging = FALSE;
    if (ticket->state == WAITS_FOR_LEAVE)
        caller_end_unsent(ticket, NULL);
}

void caller_call_back(Ticket *ticket)
{
    Caller *caller = ticket->caller;
    gint64 now = clock_monotonic_us();
    for (guint i = 0; i < G_N_ELEMENTS(ticket->out); i++) {
        Sending *sending = g_steal_pointer(&ticket->out[i]);
        if (!sending)
            continue;
        LimiterReturn back = {.sign = LIMITER_SILENT,
                              .sent_us = sending->sent_us,
                              .tokens = ticket->terms.tokens,
                              .tokens_used = -1};
        limiter_returned(caller->limiter, &back, now);
        if (sending->probe)
            breaker_probe_dropped(&caller->breaker, now);
        client_cancel(sending->transfer);
        sending_free(sending);
        ticket->outcome.unseen++;
    }
}

void caller_cancel(Ticket *ticket)
{
    if (!ticket)
        return;
    Caller *caller = ticket->caller;
    if (ticket->state == WAITS_FOR_TURN)
        g_queue_remove(&caller->queue, ticket);
    caller_call_back(ticket);
    g_hash_table_remove(caller->tickets, ticket);
    caller_pump(caller);
}

const Outcome *caller_given_up(const Caller *caller)
{
    gboolean ended = caller->refused || breaker_is_hopeless(&caller->breaker, clock_monotonic_us());
    return ended && caller->why.word ? &caller->why : NULL;
}

const char *caller_url(const Caller *caller)
{
    return caller->url;
}

/* ---- life ---- */

void caller_ticket_free(gpointer data)
{
    Ticket *ticket = data;
    caller_stop_timer(&ticket->timer);
    if (ticket->location)
        *ticket->location = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(ticket->out); i++)
        sending_free(ticket->out[i]);
    outcome_clear(&ticket->outcome);
    g_free(ticket->body);
    g_free(ticket);
}

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
    caller->tickets = g_hash_table_new_full(NULL, NULL, caller_ticket_free, NULL);
    caller->limiter = limiter_new(settings->max_in_flight, settings->rpm, settings->tpm);
    g_queue_init(&caller->queue);
    outcome_clear(&caller->why);
    caller->headers = dialect_headers(dialect, settings);
    return caller;
}

void caller_free(Caller *caller)
{
    if (!caller)
        return;
    client_free(caller->client); /* first: transfers point into sendings */
    g_hash_table_unref(caller->tickets);
    g_queue_clear(&caller->queue);
    caller_stop_timer(&caller->wake);
    limiter_free(caller->limiter);
    g_ptr_array_unref(caller->headers);
    g_rand_free(caller->random);
    outcome_clear(&caller->why);
    g_free(caller->url);
    g_free(caller);
}
