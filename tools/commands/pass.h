/* One pass over the inbox: `run` makes one, `watch` one after another. Engine's thread. */
#pragma once

#include "stages/deliver/sender.h"
#include "stages/intake/inbox.h"
#include "tools/commands/command.h"

typedef struct {
    const Console *console;
    Config *config;
    const char *pack;   /* --pack, or NULL; lent */
    gint64 max_time_us; /* of the pass; 0: as long as there is something to do */
    char *outbox;       /* absolute */
    Ledger *ledger;
    GPtrArray *packs;
    Sender *sender;       /* from the first pass on, where anybody is to be told anything */
    Inbox *inbox;         /* of this pass */
    GHashTable *refusals; /* paths that were refused, and said so, in any pass */
    InboxFile *ahead;     /* found before there was an engine to give it to */
    gint64 requeued;      /* of what was put back, the last that was taken up */
    gint64 wait_until_us; /* monotonic: nothing to take before then */
    gboolean looks_again; /* it waits only because others are under way */
    gint64 last_before;   /* the newest document in the ledger when the pass began */
    gint64 began_us, started_us, stop_us; /* epoch; monotonic; monotonic, 0: none */
    guint64 verdicts[VERDICT_LAST];
    guint64 held_for_model, held_for_budget, held_for_batch;
    guint complaints, refused;
    gboolean stopped;            /* its time was over while there was something to do still */
    gboolean quiet_about_models; /* that none is configured was said */
    gint64 progress_us;
    gboolean progress_shown;
} Pass;

/* Folders, packs and the ledger, which is locked from here on; `config` is set. */
gboolean pass_prepare(Pass *pass, GError **error);
void pass_clear(Pass *pass);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pass, pass_clear)

/* Collects batches, takes what was put back and what lies in the inbox until there is no more, submits
 * batches. Counts begin anew. */
gboolean pass_walk(Pass *pass, GError **error);

/* Posts what is due still; `at_once` does not wait for it. */
void pass_end_deliveries(Pass *pass, gboolean at_once);

guint64 pass_decided(const Pass *pass);
int pass_exit_code(const Pass *pass);
/* What came of it: an object under --json; else sentences, where there is trouble or a person looks. */
void pass_print(const Command *command, const Pass *pass, int code);
