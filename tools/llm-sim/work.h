/* One request worked on, from bytes to a completion or a trouble, whether it came by itself or in a
 * batch. */
#pragma once

#include "tools/llm-sim/bill.h"
#include "tools/llm-sim/cache.h"
#include "tools/llm-sim/latency.h"
#include "tools/llm-sim/limits.h"
#include "tools/llm-sim/say.h"
#include "tools/llm-sim/truth.h"

/* What is known and set for the whole run. */
typedef struct {
    Truth *truth; /* NULL: none was given */
    Models *models;
    FaultRates rates;
    FaultRules rules;
    Latency latency;
    double rate; /* tokens a second; 0: all at once */
    double honesty;
    gboolean refuse_unknown; /* documents that the truth does not know */
    char *key;               /* that clients must send; NULL: any */
    guint batch_ms;          /* how long a batch takes */
    Limits limits;
    Cache *cache;
    Bill *bill;
} World;

typedef struct {
    const Protocol *protocol;
    BillEntry *entry; /* until it is settled */
    cJSON *body;
    Question question;
    Completion completion; /* when there is no trouble and no refusal */
    Trouble trouble;       /* message set: the answer is an error */
    Fault refusal;         /* the fault that is answered in place of a completion */
    guint latency_ms;
} Work;
void work_clear(Work *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

/* Works on a request. `request` is NULL for a batch's entry, which has no headers, no limits and no
 * way to be lost on. Afterwards work->entry is the caller's to settle. */
void work_on(World *world, const Protocol *protocol, const HttpRequest *request, const char *body,
             gsize length, Work *work);
/* The JSON of the answer or of the error. The caller owns it. */
cJSON *work_answer(const Work *work);
