/* What the simulated provider charges, and its journal of all requests. */
#pragma once

#include "pipeline/core/json.h"
#include "tools/llm-sim/models.h"

typedef struct Bill Bill;

/* One request, until it is settled. */
typedef struct {
    char *id; /* goes out as a header */
    const char *protocol;
    char *model;
    char *request, *document; /* SHA-256 of its bytes; what it is about, see Question */
    guint times;              /* how often these bytes came before */
    gboolean repair, stream, batch;
    FaultSet faults;
    guint status;
    gboolean completion; /* FALSE: refused, there is nothing to pay */
    Prices prices;
    Usage usage; /* of the whole answer */
    gint64 begun_us;
} BillEntry;

Bill *bill_new(void);
void bill_free(Bill *bill);

/* A request has come; NULL for `request` when it is none that can be understood. */
BillEntry *bill_open(Bill *bill, const char *protocol, const char *request);
/* It has ended with `out` tokens of the answer generated (below 0: all of them). Takes `entry`. */
void bill_settle(Bill *bill, BillEntry *entry, gint64 out);

/* {"requests", "calls", "repeated", "tokens_in", …, "cost", "faults"}. Caller frees. */
char *bill_text(const Bill *bill);
/* JSON Lines, one for each settled request. Lent. */
const char *bill_journal(const Bill *bill);
