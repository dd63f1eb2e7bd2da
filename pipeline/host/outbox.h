/* The outbox: which files a verdict owes to it, performing what is owed, proving that it is so.
 *
 *   records/<pack>/<name>.json, .meta.json      accepted, fallback; batches: .jsonl, .meta.jsonl
 *   review/<pack>/<name>.json                   waits for a person; batches: .jsonl
 *   failed/<name>, failed/<name>.reason.json    quarantined; batches: <name>.rows.jsonl
 *                                               <name> of what stands in another: <parent>--<name>
 *   archive/YYYY/MM/DD/<name>                   originals
 *
 * What is owed is decided together with the verdict, in the ledger (LedgerEffect), and performed
 * after that is durable; performing twice does no harm. */
#pragma once

#include "ledger.h"

/* Stands for the pack of documents that have none. */
#define OUTBOX_NO_PACK "no.pack" /* packs have no dot in their names */

/* What becomes of originals after their verdict. DELETE deletes only what gave a record: a failed
 * one still goes to failed/, and one that waits for a person to archive/. */
typedef enum { ORIGINALS_ARCHIVE, ORIGINALS_KEEP, ORIGINALS_DELETE } Originals;
Originals originals_from_name(const char *name); /* "archive", "keep", "delete"; else ARCHIVE */

/* A document with its verdict, as the outbox sees it. All lent. */
typedef struct {
    const char *name;   /* in the outbox (ledger_output_name) */
    const char *pack;   /* NULL: not recognised */
    const char *path;   /* of the original; NULL: it has none */
    const char *place;  /* the same below the outbox, where it was put before; else NULL */
    const char *sha256; /* of the original; "" when it could not be read */
    Verdict verdict;
    const char *error; /* reason word behind failed (error.h), may be NULL */
    guint attempts;
    const cJSON *record; /* the record or the draft, may be NULL */
    const cJSON *meta;   /* the meta object; in review with "problems" and "schema_valid" */
    GBytes *content;     /* of what stands in another document and has failed; else NULL */
    gboolean carries;    /* a container: nothing is published of itself unless it failed */
    gboolean needed;     /* what it holds is not all settled: its original is not deleted */
    Originals originals;
} OutboxItem;

/* A document's name (any bytes, with or without folders) as a file name for the outbox, such that
 * no two names share a file through the suffixes above. Caller frees. */
char *outbox_name(const char *document_name);
/* The same for what stands in another document ("mail.eml/a.pdf"): "mail.eml--a.pdf". */
char *outbox_child_name(const char *document_name);

/* What the verdict owes (GPtrArray of LedgerEffect, in order: outputs first, the original last).
 * Held owes nothing. `now_us` gives the archive's date. Caller frees. */
GPtrArray *outbox_effects(const OutboxItem *item, gint64 now_us);
/* The same for a batch whose rows have verdicts; `packs` as ledger_batch_packs tells. */
GPtrArray *outbox_batch_effects(const OutboxItem *item, GPtrArray *packs, gint64 now_us);
/* For a document that is processed again: takes back what an earlier verdict published and this one does
 * not. To be called with what the verdict owes; only for what has a name already. */
gboolean outbox_add_stale(Ledger *ledger, gint64 document, GPtrArray *effects, GError **error);
/* What a person's decision owes: verdict accepted (with the final record and meta) or failed.
 * For a row the files of its batch are made again. Effects still owed are to be performed first. */
GPtrArray *outbox_review_effects(Ledger *ledger, const char *outbox, const LedgerDocument *document,
                                 Verdict verdict, const cJSON *record, const cJSON *meta,
                                 GError **error);

/* The object of review/<pack>/<name>.json, from a document's meta and draft. Caller owns. */
cJSON *outbox_review_object(const cJSON *meta, const cJSON *record);

/* Whether a file in the outbox already goes by this name: from another ledger, or put there. */
gboolean outbox_is_taken(const char *outbox, const char *pack, const char *name, gint64 now_us);

/* Where the original is now (absolute; NULL when the document never had one). Caller frees. */
char *outbox_original(Ledger *ledger, const char *outbox, const LedgerDocument *document,
                      GError **error);

/* ---- outbox-perform.c ---- */
/* Performs what one document (or all: 0) still owes, in order, and marks it done in the open turn.
 * An original that is gone or cannot be moved is noted with the effect, and said on stderr; an
 * outbox that cannot be written is an error. */
gboolean outbox_perform(Ledger *ledger, const char *outbox, gint64 document, GError **error);

/* The same in steps, for who must not wait for the disk: new and mark in the ledger's thread, do in
 * any (ledger NULL) unless the work needs the ledger to make a batch's files. After a failed do,
 * mark still marks what was done before. */
typedef struct OutboxWork OutboxWork;
OutboxWork *outbox_work_new(Ledger *ledger, const char *outbox, gint64 document, GError **error);
gboolean outbox_work_needs_ledger(const OutboxWork *work);
gboolean outbox_work_do(OutboxWork *work, Ledger *ledger, GError **error);
gboolean outbox_work_mark(const OutboxWork *work, Ledger *ledger, GError **error);
void outbox_work_free(OutboxWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxWork, outbox_work_free)

/* At the start of a run: performs all that an earlier one left owing, commits, and removes temp
 * files of writers that are dead. Cheap when nothing is owed. */
gboolean outbox_recover(Ledger *ledger, const char *outbox, GError **error);

/* ---- outbox-audit.c ---- */
/* Compares the outbox with the ledger: every file that is said to be there is there with its
 * content, nothing else is, no temp file is left. Sentences (char*) into `findings`. */
gboolean outbox_audit(Ledger *ledger, const char *outbox, GPtrArray *findings, GError **error);
