/* Questions about small documents that wait for each other and are asked in one request: same
 * endpoint, same prompt, same schema. Each has its own entry in the ledger before, with its own money,
 * and gets its own answer with its part of tokens and cost after: a document never notices that it
 * was not alone, except where its record is missing. */
#pragma once

#include "stages/ask/endpoint.h"

typedef struct Together Together;

/* Attaches to a pack that wants it the schema of such answers. DOCKET_ERROR_PACK. */
gboolean together_prepare(Pack *pack, GError **error);

/* Requests are sent, and waits timed, in this context (lent). */
Together *together_new(GMainContext *context);
/* Every member must have left. */
void together_free(Together *together);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Together, together_free)

/* One document among them. All lent until it has ended or left. */
typedef struct {
    const Job *job;
    Endpoint *endpoint;
    gsize bytes; /* of the request about it alone, for which money is set aside */
    /* Nobody came, or they cannot go together: it is asked alone and has left. */
    void (*alone)(gpointer data);
    /* Sets money aside for one more sending. */
    gboolean (*again)(gpointer data);
    /* `again` was granted to all: calls together_go_on() when that is durable. */
    void (*leave)(gpointer data);
    /* Its part of how the request ended, lent, and it has left; `bytes` are its part of the request.
     * ANSWERED with a NULL text: the answer holds no record of it. */
    void (*ended)(const Outcome *outcome, gsize bytes, guint documents, gpointer data);
    gpointer data; /* names the member, too */
} TogetherMember;

/* Whether questions about this job at this endpoint may be asked with others at all: the pack wants
 * it, the document is small, nothing has been said about it yet. */
gboolean together_suits(const Job *job, const Endpoint *endpoint);
/* Takes it in; the request is sent when it is full or nobody came for a while. */
void together_join(Together *together, const TogetherMember *member);
/* It wants no answer any more: nothing of it comes. */
void together_part(Together *together, gconstpointer data);
/* The money for one more sending of the request that this member shares is durable. */
void together_go_on(Together *together, gconstpointer data);
