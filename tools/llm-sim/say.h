/* The simulated model itself: what it answers to a question, from the truth or by the shape that
 * is asked for, with the faults of its set. */
#pragma once

#include "tools/llm-sim/completion.h"
#include "tools/llm-sim/models.h"
#include "tools/llm-sim/question.h"

typedef struct Saying {
    const cJSON *record; /* what is true; NULL: unknown, something of the schema's shape is said */
    FaultSet faults;
    gint64 seed;
    const char *subject; /* hash that chance depends on */
    const GArray *parts; /* of Saying: one for each of several documents; NULL: it is one */
    double honesty;      /* 0..1: how far log-probabilities tell right values from wrong ones */
} Saying;

/* Fills text, pieces, finish and the tokens of the answer; the prompt's are not its business. */
void say(const Question *question, const Model *model, const Saying *saying,
         Completion *completion);
