/* Putting documents back to be processed again, and taking up those that were; shared by retry, rerun
 * and run. */
#pragma once

#include "pipeline/host/ledger-requeue.h"
#include "tools/commands/command.h"

/* What was chosen, and why some of it stays as it is. */
typedef struct {
    Ledger *ledger; /* lent */
    char *outbox;   /* absolute; lent */
    GArray *ids;    /* of gint64: documents that can be put back */
    guint reviewed; /* a person decided on them */
    guint gone;     /* their originals are no more */
    guint owing;    /* their files are not all in the outbox yet: a run does that first */
    guint held;     /* named, and the next run takes them anyway */
} Requeue;
void requeue_begin(Requeue *requeue, Ledger *ledger, char *outbox);
void requeue_clear(Requeue *requeue);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Requeue, requeue_clear)

/* Adds one document, or counts why not. */
gboolean requeue_add(Requeue *requeue, const LedgerDocument *document, GError **error);
gboolean requeue_add_selected(Requeue *requeue, const LedgerSelection *selection, GError **error);
/* By id, name, NAME:ROW or hash; with * or ? in it: all whose names fit and `selection` means. */
gboolean requeue_add_named(Requeue *requeue, const char *text, const LedgerSelection *selection,
                           GError **error);
/* Where the original of a document lies that was added; *root is what came in with it. NULL and
 * NOT_FOUND when it has gone meanwhile. Caller frees. */
char *requeue_original(const Requeue *requeue, gint64 id, gint64 *root, GError **error);
/* Puts all of them back, durable. `why`: "retry" or "rerun". */
gboolean requeue_commit(Requeue *requeue, const char *why, GError **error);
/* Says on stderr what was left as it is. */
void requeue_explain(const Requeue *requeue);

/* The next document that was put back as a job of the engine; NULL: none (or *error). *after is 0 at
 * first. What lies in the inbox still is found there, and passed over here. */
Job *requeue_next_job(Engine *engine, Ledger *ledger, const char *outbox, gint64 *after,
                      GError **error);

/* Verdicts named in a list: "failed,review", as bits. FALSE and DOCKET_ERROR_USAGE. */
gboolean requeue_verdicts(const char *text, guint *verdicts, GError **error);
