/* What comes back for a sending: understood, accounted for, and either the request's end or the
 * reason for another sending. */
#include "stages/ask/caller-private.h"

#include "pipeline/core/clock.h"
#include "pipeline/core/limits.h"

#define MESSAGE_CHARACTERS 300u /* of a server's words, in a reason */

void sending_free(Sending *sending)
{
    if (!sending)
        return;
    stream_free(sending->stream);
    g_free(sending);
}

gint64 caller_deadline_us(const Ticket *ticket)
{
    gint64 all = (gint64)ticket->caller->settings->deadline_s * G_USEC_PER_SEC;
    return ticket->outcome.begun_us ? ticket->outcome.begun_us + all : G_MAXINT64;
}

/* ---- what it means ---- */

static gint should_retry(const char *value)
{
    return g_strcmp0(value, "true") == 0 ? 1 : g_strcmp0(value, "false") == 0 ? 0 : -1;
}

/* A server that was asked for a stream may send a whole answer all the same. */
static RetryVerdict understand(const Sending *sending, const ClientResponse *response,
                               Response *seen, Reply *reply)
{
    *seen = (Response){
        .code = response->code,
        .status = response->status,
        .too_large = response->too_large,
        .sent = response->sent,
        .should_retry = should_retry(client_header(response, "x-should-retry")),
        .reply = reply,
    };
    if (response->streamed)
        stream_close(sending->stream, response, reply, seen);
    else if (response->code == CURLE_OK)
        sending->ticket->caller->dialect->reply(response->status, response->body, response->length,
                                                reply);
    if (sending->stream && stream_stopped(sending->stream))
        return (RetryVerdict){JUDGE_ANSWERED, "stream_stopped", "the answer went wrong"};
    return retry_judge(seen);
}

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

/* The outcome as it is if this sending was the last. */
static void note_outcome(Ticket *ticket, const RetryVerdict *verdict, const Response *seen,
                         const char *failure)
{
    Outcome *outcome = &ticket->outcome;
    gboolean lost = verdict->judgement == JUDGE_AGAIN;
    outcome->judgement = lost && verdict->per_document ? JUDGE_UNUSABLE : verdict->judgement;
    outcome->word = verdict->word;
    g_clear_pointer(&outcome->sentence, g_free);
    if (outcome->judgement == JUDGE_ANSWERED)
        return;
    g_autofree char *what = describe(ticket->caller, seen, failure);
    outcome->sentence =
        lost && ticket->sendings > 1
            ? g_strdup_printf("%s, %u times; %s", what, ticket->sendings, verdict->advice)
            : g_strdup_printf("%s; %s", what, verdict->advice);
}

/* ---- what it says about the server, and what it cost ---- */

static void add_tokens(gint64 *sum, gint64 tokens)
{
    if (tokens >= 0)
        *sum = MAX(*sum, 0) + tokens;
}

static void account(const Sending *sending, const ClientResponse *response, const Response *seen)
{
    Ticket *ticket = sending->ticket;
    Outcome *outcome = &ticket->outcome;
    const Reply *reply = seen->reply;
    add_tokens(&outcome->tokens_in, reply->tokens_in);
    add_tokens(&outcome->tokens_cached, reply->tokens_cached);
    add_tokens(&outcome->tokens_cache_write, reply->tokens_cache_write);
    add_tokens(&outcome->tokens_out, reply->tokens_out);
    add_tokens(&outcome->tokens_reasoning, reply->tokens_reasoning);
    outcome->latency_ms = response->elapsed_us / 1000;
    outcome->sendings = ticket->sendings;
    outcome->unseen += retry_may_be_billed(seen);
    gint64 first = sending->stream ? stream_first_us(sending->stream) : 0;
    outcome->first_token_ms = first ? (first - sending->sent_us) / 1000 : -1;
}

static void tell_limiter(const Sending *sending, const ClientResponse *response,
                         const Response *seen, gint64 now)
{
    Caller *caller = sending->ticket->caller;
    LimiterHeaders headers = LIMITER_NO_HEADERS;
    gboolean usage = seen->reply->tokens_in >= 0 && seen->reply->tokens_out >= 0;
    LimiterReturn back = {
        .sign = retry_is_overload(seen)   ? LIMITER_OVERLOADED
                : seen->status / 100 == 2 ? LIMITER_CALM
                                          : LIMITER_SILENT,
        .sent_us = sending->sent_us,
        .tokens = sending->ticket->terms.tokens,
        .tokens_used = usage ? seen->reply->tokens_in + seen->reply->tokens_out : -1,
    };
    limiter_returned(caller->limiter, &back, now);
    for (guint i = 0; limiter_header_names[i]; i++) {
        const char *value = client_header(response, limiter_header_names[i]);
        if (value)
            limiter_read_header(&headers, limiter_header_names[i], value, clock_now_us());
    }
    limiter_told(caller->limiter, &headers, now);
}

static void tell_server_state(const Sending *sending, const Response *seen,
                              const RetryVerdict *verdict, gint64 now)
{
    Caller *caller = sending->ticket->caller;
    if (retry_is_outage(seen, verdict))
        breaker_lost(&caller->breaker, sending->probe, now, caller->random);
    else
        breaker_alive(&caller->breaker);
    if (verdict->judgement == JUDGE_ANSWERED)
        hedge_note(&caller->hedge, now - sending->sent_us);
}

/* ---- another sending ---- */

/* How long the server wants to be left alone, in milliseconds; -1: it does not say. */
static gint64 asked_ms(const ClientResponse *response, const Reply *reply)
{
    gint64 asked = retry_after_ms(client_header(response, "retry-after-ms"),
                                  client_header(response, "retry-after"), clock_now_us());
    return asked >= 0 ? asked : reply->wait_ms;
}

/* Everybody waits when the server asks one to. Longer than documents may wait: none of them does. */
static void obey(Caller *caller, gint64 asked, const Response *seen, const Outcome *outcome)
{
    gint64 now = clock_monotonic_us();
    if (asked <= 0 || seen->status < 400)
        return;
    if (asked > (gint64)caller->settings->deadline_s * 1000) {
        breaker_trip(&caller->breaker, asked * 1000, now);
        caller_end_waiting(caller, outcome);
    } else if (retry_is_overload(seen)) {
        limiter_pause(caller->limiter, now + asked * 1000);
    }
}

/* FALSE when the attempts or the time are used up, or nobody waits for this server. */
static gboolean try_again(Ticket *ticket, gint64 asked)
{
    Caller *caller = ticket->caller;
    if (ticket->sendings >= caller->settings->attempts || caller_given_up(caller))
        return FALSE;
    gint64 wait = retry_wait_ms(ticket->sendings + 1, caller->random);
    if (asked >= 0) /* obeyed, and a little spread so that not all come back at once */
        wait = asked + wait / 4;
    if (clock_monotonic_us() + wait * 1000 >= caller_deadline_us(ticket))
        return FALSE;
    ticket->hedging = FALSE;
    if (ticket->terms.again && ticket->outcome.unseen >= ticket->allowed) {
        ticket->state = WAITS_FOR_LEAVE;
        ticket->wait_ms = wait;
        ticket->terms.again(ticket, ticket->data);
    } else {
        caller_send_later(ticket, wait);
    }
    return TRUE;
}

static void take_answer(Ticket *ticket, Reply *reply)
{
    Outcome *outcome = &ticket->outcome;
    outcome->finish = g_steal_pointer(&reply->finish);
    if (outcome->judgement != JUDGE_ANSWERED)
        return;
    outcome->text = g_steal_pointer(&reply->text);
    outcome->model = g_steal_pointer(&reply->model);
    outcome->logprobs = g_steal_pointer(&reply->logprobs);
}

static void leave(const Sending *sending)
{
    Ticket *ticket = sending->ticket;
    guint at = ticket->out[0] == sending ? 0 : 1;
    if (at == 0)
        ticket->out[0] = ticket->out[1];
    ticket->out[1] = NULL;
}

void caller_on_response(const ClientResponse *response, gpointer data)
{
    Sending *sending = data;
    Ticket *ticket = sending->ticket;
    Caller *caller = ticket->caller;
    gint64 now = clock_monotonic_us();
    g_auto(Reply) reply = {0};
    Response seen;
    reply_clear(&reply);
    leave(sending);
    caller_stop_timer(&ticket->timer); /* no hedge for what has come back */
    RetryVerdict verdict = understand(sending, response, &seen, &reply);
    account(sending, response, &seen);
    tell_limiter(sending, response, &seen, now);
    tell_server_state(sending, &seen, &verdict, now);
    note_outcome(ticket, &verdict, &seen, response->failure);
    sending_free(sending);
    gint64 asked = asked_ms(response, &reply);
    gboolean again = verdict.judgement == JUDGE_AGAIN;
    if (again)
        obey(caller, asked, &seen, &ticket->outcome);
    /* While its hedge is out a lost sending decides nothing. */
    if (again && (ticket->out[0] || try_again(ticket, asked))) {
        caller_pump(caller);
        return;
    }
    caller_call_back(ticket);
    take_answer(ticket, &reply);
    caller_take_note(caller, &ticket->outcome, verdict.per_document);
    caller_finish(ticket);
    caller_pump(caller);
}
