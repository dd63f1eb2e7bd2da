#include "tools/llm-sim/travel.h"

#include <string.h>

#define HANG_MS 60000u
#define SLOW_MS 2000u
#define DRIP_MS 3000u
#define DROPS 30u

static const char page[] = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>\n";

/* ---- bytes ---- */

/* Three bytes that UTF-8 knows none of stand where the mark stood. */
static void break_bytes(Reply *reply)
{
    char *at = strstr(reply->body->str, TRAVEL_BROKEN_MARK);
    if (at)
        memcpy(at, "\xff\xfe\x80", strlen(TRAVEL_BROKEN_MARK));
}

static Step *step_at(Reply *reply, guint i)
{
    return &g_array_index(reply->steps, Step, i);
}

/* The middle event of a stream becomes something that no parser takes. */
static void garble(Reply *reply)
{
    static const char garbage[] = "data: {\"id\": \x01 ]]} <garbage\n\n";
    if (reply->steps->len < 3)
        return;
    guint middle = reply->steps->len / 2;
    gsize start = step_at(reply, middle - 1)->end, end = step_at(reply, middle)->end;
    g_string_erase(reply->body, (gssize)start, (gssize)(end - start));
    g_string_insert_len(reply->body, (gssize)start, garbage, strlen(garbage));
    for (guint i = middle; i < reply->steps->len; i++)
        step_at(reply, i)->end += strlen(garbage) - (end - start);
}

/* Ends the body in its middle; a stream between two events or inside one. */
static void halve(Reply *reply)
{
    if (!reply->stream) {
        reply->claimed = reply->body->len;
        g_string_truncate(reply->body, reply->body->len / 2);
        return;
    }
    guint keep = MAX(reply->steps->len / 2, 1);
    g_array_set_size(reply->steps, keep);
    gsize end = step_at(reply, keep - 1)->end;
    g_string_truncate(reply->body, end - 1);
    step_at(reply, keep - 1)->end = end - 1;
}

static void fail_in_stream(const Protocol *protocol, Reply *reply)
{
    g_auto(Trouble) trouble = {0};
    if (!reply->stream)
        return;
    guint keep = MAX(reply->steps->len / 2, 1);
    g_array_set_size(reply->steps, keep);
    g_string_truncate(reply->body, step_at(reply, keep - 1)->end);
    trouble_set(&trouble, 529, "server_error", "server_is_overloaded", NULL, "Overloaded");
    protocol->error_event(&trouble, step_at(reply, keep - 1)->tokens, reply);
}

/* ---- time ---- */

static void set_pace(const Travel *travel, Reply *reply)
{
    double ms_per_token = travel->rate > 0 ? 1000 / travel->rate : 0;
    reply->delay_ms = travel->latency_ms;
    if (faults_have(travel->faults, FAULT_SLOW))
        reply->delay_ms = MAX(10 * reply->delay_ms, SLOW_MS);
    if (!reply->stream)
        reply->delay_ms += (guint)((double)travel->tokens_out * ms_per_token);
    for (guint i = 0; i < reply->steps->len; i++)
        step_at(reply, i)->at_ms = (guint)((double)step_at(reply, i)->tokens * ms_per_token);
}

static void drip(const Travel *travel, Reply *reply)
{
    guint all_ms = MAX(10 * travel->latency_ms, DRIP_MS);
    if (!reply->steps->len)
        for (guint i = 1; i <= DROPS; i++) {
            Step step = {.end = reply->body->len * i / DROPS};
            g_array_append_val(reply->steps, step);
        }
    for (guint i = 0; i < reply->steps->len; i++)
        step_at(reply, i)->at_ms += all_ms * i / reply->steps->len;
}

void travel_apply(const Travel *travel, const Protocol *protocol, Reply *reply)
{
    FaultSet faults = travel->faults;
    if (faults_have(faults, FAULT_INVALID_UTF8))
        break_bytes(reply);
    if (faults_have(faults, FAULT_GARBAGE_SSE) && reply->stream)
        garble(reply);
    if (faults_have(faults, FAULT_STREAM_ERROR)) {
        fail_in_stream(protocol, reply);
    } else if (faults_have(faults, FAULT_HANG_STREAM)) {
        halve(reply);
        reply->end_delay_ms = HANG_MS;
        reply->ending = END_RESET;
    } else if (faults_have(faults, FAULT_CUT)) {
        halve(reply);
        /* Every other stream ends as if all were well, as behind a proxy. */
        reply->ending = reply->stream && reply->body->len % 2 ? END_WHOLE : END_CUT;
    }
    set_pace(travel, reply);
    if (faults_have(faults, FAULT_DRIP))
        drip(travel, reply);
}

gboolean travel_refuse(Fault fault, Reply *reply)
{
    switch (fault) {
    case FAULT_RESET:
    case FAULT_HANG:
        reply_text(reply, 0, "text/plain", "");
        reply->ending = END_RESET;
        reply->delay_ms = fault == FAULT_HANG ? HANG_MS : 0;
        return TRUE;
    case FAULT_TLS:
        /* A record of TLS 1.2 that says "internal error" in plain text. */
        reply_text(reply, 0, "text/plain", "\x15\x03\x03\x7f\x02\x02\x50 no handshake\n");
        reply->ending = END_RAW;
        return TRUE;
    case FAULT_HTML:
    case FAULT_502:
        reply_text(reply, fault == FAULT_HTML ? 200 : 502, "text/html", page);
        return TRUE;
    default:
        return FALSE;
    }
}
