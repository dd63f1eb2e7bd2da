/* Requests and tokens per minute, as providers limit and announce them. */
#pragma once

#include "tools/llm-sim/protocol.h"

typedef struct {
    double rpm, tpm;         /* 0: no limit */
    double requests, tokens; /* that may be used right now */
    gint64 filled_us;
} Limits;

void limits_init(Limits *limits, double rpm, double tpm);
/* Takes one request of so many tokens. FALSE when it is over a limit; *wait_s until it would not
 * be. */
gboolean limits_take(Limits *limits, gint64 tokens, guint *wait_s);
/* The headers by which the protocol's provider tells where its client stands. */
void limits_tell(const Limits *limits, const Protocol *protocol, Reply *reply);
