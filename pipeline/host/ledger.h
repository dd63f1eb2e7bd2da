/* The ledger: documents, attempts, model calls, verdicts, reviews, deliveries, each change durable
 * with its turn's commit. One interface; the engine behind it (SQLite, WAL, synchronous=FULL) does
 * not show. Used by the supervisor's thread only. All strings UTF-8 except names and paths, which
 * are kept as the bytes they are.
 *
 * Model calls have a header of their own, ledger-calls.h; what they may cost, ledger-budget.h.
 *
 * Writing functions join the open transaction of this loop turn (begun by itself);
 * ledger_commit() makes all of it durable at once. */
#pragma once

#include "job.h"

typedef struct Ledger Ledger;

/* Opens or creates <state>/ledger.db, migrates it, and takes the lock of a run, <state>/lock
 * (DOCKET_ERROR_LOCKED when another run has it; freed by ledger_close or the process' end). A
 * corrupt or newer one is DOCKET_ERROR_LEDGER and stays as it is. `state` NULL: in memory. `write`
 * FALSE: read only, no lock. */
Ledger *ledger_open(const char *state, gboolean write, GError **error);
/* The same, to write beside a run that holds the lock (a person's review): writes wait for the
 * run's turns and the run's turns for them, so commit soon. Takes no lock and makes no
 * ledger: DOCKET_ERROR_NOT_FOUND when there is none. */
Ledger *ledger_open_beside(const char *state, GError **error);
void ledger_close(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_close)
/* On failure the whole turn is undone. A turn in which a write failed is never committed: the first
 * failure comes back from every later write and from the commit, so the run has to end. */
gboolean ledger_commit(Ledger *ledger, GError **error);

/* ---- documents ---- */
typedef struct {
    gint64 id, parent, row; /* parent 0 and row -1 unless it stands in another document */
    char *name, *path, *sha256, *media_type, *pack, *pack_version, *settings, *method;
    char *duplicate_of;
    char *error;           /* reason word behind failed and held (error.h), else NULL */
    gint64 mtime_us;       /* of the source file, 0 if it has none */
    guint64 size;          /* bytes */
    guint pages, attempts; /* attempts: all that were ever begun */
    JobKind kind;
    Verdict verdict;
    char *reasons; /* JSON array of strings */
    char *record;  /* JSON, NULL if there is none (also the draft of a document in review) */
    char *meta;    /* JSON, NULL before the verdict */
    char *output;  /* its name in the outbox, unique among the pack's; NULL before the verdict */
    double confidence;
    gint64 created_us, decided_us; /* decided 0 before the verdict */
    gboolean delivered;
} LedgerDocument;
void ledger_document_free(LedgerDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerDocument, ledger_document_free)

/* Enters a document (verdict held, reason "queued") or finds the unfinished one with the same
 * path/parent+row and content; fills job->id, job->again, job->attempts (begun since the
 * last that ended "ok") and, when finished, job->verdict. *finished: it has a durable verdict other
 * than held already (its effects may still be owed). A file that was decided and moved away, and
 * comes again, is a new document; one that was decided and kept in place (EFFECT_KEEP) is finished
 * until its content or time changes. */
gboolean ledger_claim(Ledger *ledger, Job *job, gboolean *finished, GError **error);

/* "This document is about to be read": one more attempt, durable with the commit. */
gboolean ledger_begin_attempt(Ledger *ledger, Job *job, const char *stage, GError **error);
gboolean ledger_end_attempt(Ledger *ledger, Job *job, const char *outcome, GError **error);

/* The verdict, record and meta of a job, and the outbox effects that follow from it, together. */
typedef enum {
    EFFECT_FILE,   /* publish content */
    EFFECT_MOVE,   /* the original (or an archived one) to its place */
    EFFECT_REMOVE, /* take back a file in the outbox, or (source set) delete the original */
    EFFECT_KEEP    /* the original stays where it is: nothing to do, done from the start */
} EffectKind;
typedef struct {
    gint64 id, document;
    EffectKind kind;
    char *target;   /* path relative to the outbox; REMOVE: file to take back; "" if it has none */
    char *source;   /* MOVE, KEEP, REMOVE of an original: its absolute path; else NULL */
    char *sha256;   /* of the original; FILE: of what was published, once done */
    char *content;  /* FILE: what to publish; NULL for a batch output, which is made from its rows;
                       NULL too when done */
    gsize length;   /* bytes of content, or of what was published */
    gint64 done_us; /* 0: owed */
    char *note;     /* what was different from what was owed (the original was gone), else NULL */
} LedgerEffect;
void ledger_effect_free(LedgerEffect *effect);
/* Only a held document can be decided: a second verdict is DOCKET_ERROR_INTERNAL. `effects` may be
 * NULL. */
gboolean ledger_decide(Ledger *ledger, Job *job, const char *record, const char *meta,
                       GPtrArray *effects /* of LedgerEffect */, GError **error);
/* Effects still owed, oldest first (GPtrArray of LedgerEffect), for one document or all (0). */
GPtrArray *ledger_effects_owed(Ledger *ledger, gint64 document, GError **error);
gboolean ledger_effect_done(Ledger *ledger, gint64 effect, GError **error);
/* The same, with what is worth knowing later: SHA-256 and bytes of what was published (NULL, 0 keep
 * what is there), and a note (may be NULL). */
gboolean ledger_effect_done_as(Ledger *ledger, gint64 effect, const char *sha256, gsize length,
                               const char *note, GError **error);
/* A MOVE or REMOVE of an original that could not be done: it becomes a KEEP, with the reason. */
gboolean ledger_effect_kept(Ledger *ledger, gint64 effect, const char *note, GError **error);
/* Visits all effects, owed and done, in their order, without their content; document 0 = all. */
typedef gboolean (*LedgerEffectVisit)(const LedgerEffect *effect, gpointer data); /* FALSE stops */
gboolean ledger_each_effect(Ledger *ledger, gint64 document, LedgerEffectVisit visit, gpointer data,
                            GError **error);

/* A free name in the outbox, or the one this document already has; reserved for it from then on.
 * `wanted` itself, else `wanted` with -<first 8 of the SHA-256> and, if need be, a number before
 * its suffix. Unique among all documents, so that no two share a file in any folder. Caller frees.
 */
char *ledger_output_name(Ledger *ledger, const Job *job, const char *wanted, GError **error);
/* The same, where `is_taken` also says no to names that are in use outside the ledger. */
typedef gboolean (*LedgerNameTaken)(const char *name, gpointer data);
char *ledger_output_name_where(Ledger *ledger, const Job *job, const char *wanted,
                               LedgerNameTaken is_taken, gpointer data, GError **error);

/* A document that has a record (accepted, else fallback, else review) for the same content, pack
 * version and settings, or NULL; error is set only on a fault. */
LedgerDocument *ledger_find_same(Ledger *ledger, const char *sha256, const char *pack,
                                 const char *pack_version, const char *settings, GError **error);

LedgerDocument *ledger_document(Ledger *ledger, gint64 id, GError **error);
/* By id ("17"), SHA-256 prefix (>= 6), or name; newest first when several match. NOT_FOUND if none.
 */
LedgerDocument *ledger_document_by_text(Ledger *ledger, const char *text, GError **error);
/* Visits documents by id (rows and children by their number); the visitor may use the ledger.
 * verdict -1 = all, pack NULL = all, parent 0 = all, else what stands in it. */
typedef gboolean (*LedgerVisit)(const LedgerDocument *document, gpointer data); /* FALSE stops */
gboolean ledger_each(Ledger *ledger, int verdict, const char *pack, gint64 parent,
                     LedgerVisit visit, gpointer data, GError **error);

/* in, and how many have each verdict (index Verdict). Batches count by their rows, unless the batch
 * itself failed, and containers by what they hold. `held` includes what an interrupted run left behind. */
typedef struct {
    guint64 in;
    guint64 verdicts[VERDICT_LAST];
    guint64 duplicates, calls;
    double cost;
} LedgerCounts;
gboolean ledger_count(Ledger *ledger, gint64 since_id, LedgerCounts *counts, GError **error);

/* The rows of a batch, or what a document holds, per pack (GPtrArray of LedgerBatchPack); pack NULL: not recognised. */
typedef struct {
    char *pack;
    guint64 verdicts[VERDICT_LAST];
} LedgerBatchPack;
void ledger_batch_pack_free(LedgerBatchPack *pack);
GPtrArray *ledger_batch_packs(Ledger *ledger, gint64 batch, GError **error);

/* ---- reviews ---- */
/* Writes a person's decision and its effects in one transaction: action "accept", "correct",
 * "reject"; record is the final JSON (NULL for reject). */
gboolean ledger_review(Ledger *ledger, gint64 document, const char *action, const char *who,
                       const char *record, const char *meta, const char *reason, GPtrArray *effects,
                       GError **error);

/* ---- care ---- */
/* SQLite's integrity check, foreign keys, and the accounting law; sentences into `findings`. */
gboolean ledger_verify(Ledger *ledger, GPtrArray *findings, GError **error);
guint ledger_schema_version(Ledger *ledger);
gint64 ledger_last_document(Ledger *ledger);
