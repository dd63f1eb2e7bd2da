/* How requests end: one by one, and all together when the server is of no use. */
#include "stages/ask/caller-private.h"

#include "pipeline/core/clock.h"

/* Requests in a row that never got through, each after all its sendings, until nobody waits for the
 * server any longer; and refusals in a row of requests that differ in nothing but their documents. */
#define GIVE_UP_AFTER 3u
#define GIVE_UP_AFTER_REFUSALS 10u
/* How long new requests then end at once, before one of them is tried. */
#define GIVEN_UP_US (30 * G_USEC_PER_SEC)

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

/* ---- one request ---- */

void caller_finish(Ticket *ticket)
{
    Caller *caller = ticket->caller;
    if (ticket->location)
        *ticket->location = NULL;
    ticket->location = NULL;
    g_hash_table_steal(caller->tickets, ticket);
    ticket->done(&ticket->outcome, ticket->data);
    caller_ticket_free(ticket);
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
    caller_stop_timer(&ticket->timer);
    caller_finish(ticket);
    return G_SOURCE_REMOVE;
}

void caller_end_unsent(Ticket *ticket, const Outcome *why)
{
    static const Outcome no_time = {
        .judgement = JUDGE_UNUSABLE,
        .word = "deadline",
        .sentence = (char *)"no time is left for this document; raise model.deadline",
    };
    if (!why && !ticket->outcome.word)
        why = &no_time;
    if (why)
        set_end(&ticket->outcome, why);
    caller_stop_timer(&ticket->timer);
    ticket->state = IS_ENDING;
    ticket->timer = caller_after(ticket->caller, 0, on_end, ticket);
}

/* ---- all of them ---- */

void caller_end_waiting(Caller *caller, const Outcome *why)
{
    set_end(&caller->why, why);
    g_queue_clear(&caller->queue);
    GHashTableIter iter;
    gpointer each = NULL;
    g_hash_table_iter_init(&iter, caller->tickets);
    while (g_hash_table_iter_next(&iter, &each, NULL)) {
        Ticket *ticket = each;
        /* Those at the server may still be answered. */
        if (!ticket->out[0] && ticket->state != IS_ENDING && ticket->state != IS_SENT)
            caller_end_unsent(ticket, &caller->why);
    }
}

/* No request of this run can succeed. */
static void give_up(Caller *caller, const Outcome *outcome)
{
    if (caller->refused)
        return;
    Outcome why = *outcome;
    why.judgement = JUDGE_REFUSED;
    caller->refused = TRUE;
    caller_end_waiting(caller, &why);
}

static void lose(Caller *caller, const Outcome *outcome)
{
    if (++caller->lost_in_row >= GIVE_UP_AFTER)
        breaker_trip(&caller->breaker, GIVEN_UP_US, clock_monotonic_us());
    if (breaker_is_hopeless(&caller->breaker, clock_monotonic_us()))
        caller_end_waiting(caller, outcome);
}

void caller_take_note(Caller *caller, const Outcome *outcome, gboolean per_document)
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
        else if (++caller->refused_in_row >= GIVE_UP_AFTER_REFUSALS)
            give_up(caller, outcome);
        break;
    case JUDGE_AGAIN:
        if (!per_document)
            lose(caller, outcome);
        break;
    case JUDGE_REFUSED:
        give_up(caller, outcome);
        break;
    }
}
