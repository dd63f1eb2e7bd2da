/* The human queue: documents with the verdict `review` wait here for a person, who accepts the
 * draft, corrects it, or rejects the document. A decision becomes durable in one transaction with
 * what it owes to the outbox, and is performed after that. */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/ledger.h"

typedef enum { REVIEW_ACCEPT, REVIEW_CORRECT, REVIEW_REJECT } ReviewAction;
const char *review_action_name(ReviewAction action); /* "accept", "correct", "reject" */

/* Validates a record as a pack wants it: schema and error rules. FALSE with what is wrong appended
 * to `problems` (of Problem), or with *error set when that could not be told. The program gives it
 * (check_record), so that this stage needs no other. */
typedef gboolean (*ReviewValidate)(const Pack *pack, const cJSON *record, GPtrArray *problems,
                                   GError **error);

typedef struct {
    Ledger *ledger;       /* opened to write */
    const Config *config; /* says who is told of decisions; NULL: nobody */
    const char *outbox; /* absolute; must exist, it is the one that the document was delivered to */
    GPtrArray *packs;   /* of Pack, prepared */
    const char *who;    /* the person, UTF-8 */
    ReviewValidate validate;
} Review;

/* The document that has waited longest, or NULL: none waits. Caller frees. */
LedgerDocument *review_next(Ledger *ledger, GError **error);

/* Decides. `record` is the corrected one (REVIEW_CORRECT), else NULL: the draft counts. `reason`
 * may be NULL. A record that does not validate is DOCKET_ERROR_INVALID with `problems` filled, and
 * nothing has changed (Law 5 holds for people too). USAGE: it does not wait for review; PACK: its
 * pack is not there any more. */
gboolean review_decide(const Review *review, const LedgerDocument *document, ReviewAction action,
                       const cJSON *record, const char *reason, GPtrArray *problems,
                       GError **error);

/* The meta object after the decision: verdict, method, the person's act, and for each value that a
 * person changed that it is theirs. "confidence" stays what the machine gave: calibration needs it.
 * Caller owns. */
cJSON *review_meta(const LedgerDocument *document, ReviewAction action, const cJSON *record,
                   const char *who, const char *reason);
