/* What goes wrong, by name, and to which request it happens. Faults are independent of each other:
 * each strikes with its own rate, and several may strike the same request. */
#pragma once

#include <glib.h>

typedef enum {
    FAULT_NONE,
    /* in place of a completion; nothing is billed; the first one that strikes wins */
    FAULT_400,
    FAULT_401,
    FAULT_404,
    FAULT_QUOTA,
    FAULT_429,
    FAULT_429_BARE,
    FAULT_500,
    FAULT_502,
    FAULT_503,
    FAULT_529,
    FAULT_RESET,
    FAULT_TLS,
    FAULT_HANG,
    FAULT_HTML,
    FAULT_EXPIRED,
    /* of the way that a completion travels; it is billed */
    FAULT_SLOW,
    FAULT_DRIP,
    FAULT_HANG_STREAM,
    FAULT_CUT,
    FAULT_STREAM_ERROR,
    FAULT_GARBAGE_SSE,
    FAULT_INVALID_UTF8,
    FAULT_NO_USAGE,
    /* of what the model says */
    FAULT_GIANT,
    FAULT_EMPTY,
    FAULT_REFUSAL,
    FAULT_LENGTH,
    FAULT_BROKEN_JSON,
    FAULT_PROSE,
    FAULT_FENCE,
    FAULT_THINK,
    FAULT_WRONG_TYPES,
    FAULT_EXTRA_KEYS,
    FAULT_WRONG_DIGITS,
    FAULT_WRONG_NEIGHBOUR,
    FAULT_WRONG_INVENTED,
    FAULT_LEFT_OUT,
    FAULT_VERIFY_WRONG,
    FAULT_VERIFY_AIR,
    FAULT_LAST
} Fault;

typedef guint64 FaultSet; /* bit n: fault n */
#define FAULT_BIT(fault) (G_GUINT64_CONSTANT(1) << (fault))

const char *fault_name(Fault fault); /* "429", "wrong-types"; static */
const char *fault_help(Fault fault); /* one line; static */

/* How often each fault strikes; a rate below 0 is not set. */
typedef struct {
    double rates[FAULT_LAST];
} FaultRates;
void fault_rates_init(FaultRates *rates);
/* Adds "KIND=RATE,KIND=RATE"; a kind alone has the rate 1; "all" is every fault that a client can
 * live through. DOCKET_ERROR_USAGE. */
gboolean fault_rates_add(FaultRates *rates, const char *text, GError **error);

/* To whom faults happen. */
typedef struct {
    gint64 seed;
    gboolean once;         /* to a request's first sending, and never to a repair round */
    gboolean repairs_only; /* to repair rounds only */
    gboolean sticky;       /* what happens to a document happens to all requests about it */
} FaultRules;

/* One request, as far as chance is concerned. */
typedef struct {
    const char *request;  /* hash of its bytes */
    guint times;          /* how often these bytes came before */
    const char *document; /* hash of the document in it */
    gboolean repair;
} FaultSubject;

/* `model` are a model's own rates, which go before the common ones. */
FaultSet faults_choose(const FaultRules *rules, const FaultRates *common, const FaultRates *model,
                       const FaultSubject *subject);
gboolean faults_have(FaultSet set, Fault fault);
/* The fault that stands in place of a completion, or FAULT_NONE. */
Fault faults_refusal(FaultSet set);
/* What `--help` says of them. Caller frees. */
char *faults_describe(void);
