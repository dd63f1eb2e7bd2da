/* How an answer travels: its timing, and what goes wrong on the way. */
#pragma once

#include "tools/llm-sim/faults.h"
#include "tools/llm-sim/protocol.h"

typedef struct {
    FaultSet faults;
    guint latency_ms;
    double rate; /* tokens a second; 0: all at once */
    gint64 tokens_out;
} Travel;

/* Puts the faults of the set and the timing into a reply that holds a completion. */
void travel_apply(const Travel *travel, const Protocol *protocol, Reply *reply);
/* Makes the reply one that is no HTTP answer to this fault: a reset, silence, garbage or a page.
 * FALSE when the fault is none of these. */
gboolean travel_refuse(Fault fault, Reply *reply);

/* A character that stands for a byte that is broken on the way. */
#define TRAVEL_BROKEN_MARK "\xee\x80\x80" /* U+E000, private use */
