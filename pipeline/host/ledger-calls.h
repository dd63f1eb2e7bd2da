/* Model calls in the ledger: entered before they are sent, with the money set aside for them, their
 * answers kept so that none is paid for twice. */
#pragma once

#include "ledger.h"

/* What is sent, beside the call itself. */
typedef struct {
    const char *sha256; /* of all that decides the answer: the key of the cache */
    const char *body;   /* lent */
    gsize length;
    gsize weight;   /* bytes that its tokens are foreseen from: the length, but for pictures */
    gboolean keep;  /* the body goes into the ledger, too */
    gboolean batch; /* it is not sent now: it waits for a batch */
} LedgerRequest;

/* Enters a call before it is sent, with call->reserved added to what its periods have spent;
 * call->id names it from then on. Prompt, pack and tenant are the job's. */
gboolean ledger_call_begin(Ledger *ledger, const Job *job, Call *call, const LedgerRequest *request,
                           GError **error);
/* One more sending of a call that is under way: adds `amount` to what is set aside for it. */
gboolean ledger_call_reserve(Ledger *ledger, Call *call, double amount, GError **error);
/* The outcome, with call->cost and call->reserved (what may have been billed unseen) in place of
 * what was set aside. `answer` (may be NULL) is kept so that it never has to be paid for again. */
gboolean ledger_call_end(Ledger *ledger, const Call *call, const char *answer, GError **error);
/* A person's word on a call of which the ledger does not know what was billed (it died with its run,
 * or its answer never came): `cost` it was. DOCKET_ERROR_NOT_FOUND unless money is set aside. */
gboolean ledger_call_resolve(Ledger *ledger, gint64 id, double cost, GError **error);

/* The answer of an earlier successful call with the same request: about this very document (0: none),
 * or one that ended at `since_us` or later. NULL if there is none. Caller frees both. */
char *ledger_call_cached(Ledger *ledger, const char *request_sha256, gint64 document,
                         gint64 since_us, Call **call, GError **error);

/* ---- what was used so far, to estimate what will be ---- */
typedef struct {
    guint n;                               /* answered calls looked at: the latest, at most 1,000 */
    double tokens_per_byte;                /* of requests; 0 unknown */
    double tokens_per_byte_p95;            /* all but 5 % need no more */
    gint64 tokens_out_p50, tokens_out_p95; /* of answers; -1 unknown */
    double cached_share;                   /* 0..1 of the tokens sent came from a prompt cache */
    double repair_share;                   /* repair rounds for each first question */
} LedgerUsage;
/* pack NULL: of all packs. */
gboolean ledger_call_usage(Ledger *ledger, const char *endpoint, const char *pack,
                           LedgerUsage *usage, GError **error);

/* ---- the log of calls ---- */
typedef struct {
    gint64 after_id;  /* calls with a greater one; 0: from the first */
    gint64 document;  /* 0: of all */
    const char *pack; /* these and the next: NULL for all */
    const char *endpoint, *model, *purpose, *outcome, *tenant, *prompt_version;
    gint64 since_us, until_us; /* of their beginning, epoch; until is not included; 0: no bound */
    gboolean open;             /* only those with money set aside */
    gboolean payloads;         /* fetch request and answer, too */
    guint last;                /* only so many, the latest; 0: all */
} LedgerCallFilter;
typedef struct {
    Call call; /* its id, money, tokens; outcome NULL while under way or when it died */
    gint64 document, began_us, ended_us; /* ended 0 until then */
    char *name;                          /* of the document; bytes */
    char *pack, *tenant, *prompt_version, *prompt_sha256, *request_sha256, *batch;
    char *request, *answer; /* NULL where not kept or not asked for; the request has call.bytes */
} LedgerCall;
/* Visits calls by id, lent; the visitor may use the ledger, but not visit calls. FALSE stops. */
typedef gboolean (*LedgerCallVisit)(const LedgerCall *call, gpointer data);
gboolean ledger_each_call(Ledger *ledger, const LedgerCallFilter *filter, LedgerCallVisit visit,
                          gpointer data, GError **error);

/* ---- care ---- */
/* What is kept of calls, and how long. */
typedef struct {
    gint64 answers_until_us;  /* answers older than this go; 0: none by age */
    guint64 answer_bytes;     /* then the oldest, until the rest is no larger; 0: no bound */
    gint64 payloads_until_us; /* requests older than this go; 0: none */
} LedgerCallKeep;
/* Takes answers and requests out; the calls themselves stay. The answers of held documents stay
 * too: they are about to be used. */
gboolean ledger_calls_prune(Ledger *ledger, const LedgerCallKeep *keep, GError **error);
