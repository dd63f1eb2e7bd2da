#include "tools/commands/requeue.h"

#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/host/outbox.h"
#include "tools/commands/describe.h"

#define A_TURN 500 /* documents put back in one transaction */

void requeue_begin(Requeue *requeue, Ledger *ledger, char *outbox)
{
    *requeue = (Requeue){
        .ledger = ledger, .outbox = outbox, .ids = g_array_new(FALSE, FALSE, sizeof(gint64))};
}

void requeue_clear(Requeue *requeue)
{
    g_clear_pointer(&requeue->ids, g_array_unref);
}

/* ---- choosing ---- */

/* The document that a file stands for: what holds it, at any depth. */
static LedgerDocument *outermost(Ledger *ledger, gint64 id, GError **error)
{
    LedgerDocument *document = ledger_document(ledger, id, error);
    while (document && document->parent) {
        gint64 parent = document->parent;
        ledger_document_free(document);
        document = ledger_document(ledger, parent, error);
    }
    return document;
}

/* Where the original of what came in lies; NULL without an error: nowhere any more. Caller frees. */
static char *original_of(const Requeue *requeue, const LedgerDocument *root, GError **error)
{
    g_autofree char *path = outbox_original(requeue->ledger, requeue->outbox, root, error);
    return path && g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

char *requeue_original(const Requeue *requeue, gint64 id, gint64 *root_id, GError **error)
{
    g_autoptr(LedgerDocument) root = outermost(requeue->ledger, id, error);
    GError *bad = NULL;
    char *path = root ? original_of(requeue, root, &bad) : NULL;
    if (bad)
        g_propagate_error(error, bad);
    else if (root && !path)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                    "the original of document %" G_GINT64_FORMAT " is not there any more", id);
    if (root)
        *root_id = root->id;
    return path;
}

gboolean requeue_add(Requeue *requeue, const LedgerDocument *document, GError **error)
{
    gboolean reviewed = FALSE;
    g_autoptr(GError) bad = NULL;
    if (document->verdict == VERDICT_HELD) {
        requeue->held++;
        return TRUE;
    }
    g_autoptr(LedgerDocument) root = outermost(requeue->ledger, document->id, error);
    if (!root || !ledger_is_reviewed(requeue->ledger, document->id, &reviewed, error))
        return FALSE;
    g_autofree char *path = original_of(requeue, root, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return FALSE;
    }
    if (reviewed)
        requeue->reviewed++;
    else if (root->verdict != VERDICT_HELD && !root->delivered)
        requeue->owing++;
    else if (!path)
        requeue->gone++;
    else
        g_array_append_val(requeue->ids, document->id);
    return TRUE;
}

typedef struct {
    Requeue *requeue;
    GError *error;
} Adding;

static gboolean add_selected(const LedgerDocument *document, gpointer data)
{
    Adding *adding = data;
    return requeue_add(adding->requeue, document, &adding->error);
}

gboolean requeue_add_selected(Requeue *requeue, const LedgerSelection *selection, GError **error)
{
    Adding adding = {requeue, NULL};
    if (!ledger_each_selected(requeue->ledger, selection, add_selected, &adding, error))
        return FALSE;
    if (adding.error)
        g_propagate_error(error, adding.error);
    return !adding.error;
}

gboolean requeue_add_named(Requeue *requeue, const char *text, const LedgerSelection *selection,
                           GError **error)
{
    if (strpbrk(text, "*?")) {
        LedgerSelection named = *selection;
        named.name = text;
        return requeue_add_selected(requeue, &named, error);
    }
    g_autoptr(LedgerDocument) document = describe_find(requeue->ledger, text, error);
    return document && requeue_add(requeue, document, error);
}

gboolean requeue_verdicts(const char *text, guint *verdicts, GError **error)
{
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    *verdicts = 0;
    for (char **name = names; *name; name++) {
        int verdict = verdict_from_name(g_strstrip(*name));
        if (verdict < 0 || verdict == VERDICT_HELD) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "--verdict is a list of failed, review, fallback and accepted, not \"%s\"",
                        text);
            return FALSE;
        }
        *verdicts |= 1u << verdict;
    }
    return TRUE;
}

/* ---- putting back ---- */

static int by_number(gconstpointer a, gconstpointer b)
{
    gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
    return one < other ? -1 : one > other;
}

/* What was named twice is one document. */
static void drop_repeated(GArray *ids)
{
    guint kept = 0;
    g_array_sort(ids, by_number);
    for (guint i = 0; i < ids->len; i++)
        if (i == 0 || g_array_index(ids, gint64, i) != g_array_index(ids, gint64, kept - 1))
            g_array_index(ids, gint64, kept++) = g_array_index(ids, gint64, i);
    g_array_set_size(ids, kept);
}

gboolean requeue_commit(Requeue *requeue, const char *why, GError **error)
{
    drop_repeated(requeue->ids);
    for (guint i = 0; i < requeue->ids->len; i++) {
        gint64 id = g_array_index(requeue->ids, gint64, i);
        gint64 root;
        g_autofree char *path = requeue_original(requeue, id, &root, error);
        if (!path || !ledger_requeue(requeue->ledger, id, path, why, error) ||
            ((i + 1) % A_TURN == 0 && !ledger_commit(requeue->ledger, error)))
            return FALSE;
    }
    return ledger_commit(requeue->ledger, error);
}

void requeue_explain(const Requeue *requeue)
{
    if (requeue->reviewed)
        log_info("%u stay as they are: a person decided on them", requeue->reviewed);
    if (requeue->gone)
        log_info(
            "%u stay as they are: their originals are not there any more (run.originals, purge)",
            requeue->gone);
    if (requeue->owing)
        log_info("%u stay as they are: a run has to bring their files to the outbox first",
                 requeue->owing);
    if (requeue->held)
        log_info("%u are held: the next run takes them by itself", requeue->held);
}

/* ---- taking up ---- */

Job *requeue_next_job(Engine *engine, Ledger *ledger, const char *outbox, gint64 *after,
                      GError **error)
{
    g_autofree char *prefix = g_strconcat(outbox, "/", NULL);
    for (;;) {
        g_autoptr(LedgerDocument) document = ledger_next_requeued(ledger, *after, error);
        if (!document)
            return NULL;
        *after = document->id;
        if (!g_str_has_prefix(document->path, prefix))
            continue;
        Job *job = job_new(engine, JOB_DOCUMENT, document->name);
        job->path = g_strdup(document->path);
        if (document->pack && packs_find(engine_packs(engine), document->pack))
            job->wanted_pack = g_strdup(document->pack);
        return job;
    }
}
