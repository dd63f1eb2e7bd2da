/* The ledger: documents, attempts, model calls, verdicts, reviews, deliveries, each change durable
 * with its turn's commit. One interface; the engine behind it (SQLite, WAL, synchronous=FULL) does
 * not show. Used by the supervisor's thread only. All strings UTF-8 except names and paths, which
 * are kept as the bytes they are.
 *
 * Writing functions join the open transaction of this loop turn (begun by itself);
 * ledger_commit() makes all of it durable at once. */
#pragma once

#include "job.h"

typedef struct Ledger Ledger;

/* Opens or creates <state>/ledger.db and migrates it. A corrupt or newer one is DOCKET_ERROR_LEDGER
 * and stays as it is. `state` NULL: in memory. `write` FALSE: read only, no lock. */
Ledger *ledger_open(const char *state, gboolean write, GError **error);
void ledger_close(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_close)
gboolean ledger_commit(Ledger *ledger, GError **error);

/* ---- documents ---- */
typedef struct {
    gint64 id, parent, row; /* parent 0 and row -1 unless it is a row of a batch */
    char *name, *path, *sha256, *media_type, *pack, *pack_version, *settings, *method;
    char *duplicate_of;
    guint64 size;
    guint pages, attempts;
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
 * path/parent+row and content; fills job->id, job->attempts. *finished: it has a durable verdict
 * other than held already (its effects may still be owed). */
gboolean ledger_claim(Ledger *ledger, Job *job, gboolean *finished, GError **error);

/* "This document is about to be read": one more attempt, durable with the commit. */
gboolean ledger_begin_attempt(Ledger *ledger, Job *job, const char *stage, GError **error);
gboolean ledger_end_attempt(Ledger *ledger, Job *job, const char *outcome, GError **error);

/* The verdict, record and meta of a job, and the outbox effects that follow from it, together. */
typedef enum { EFFECT_FILE, EFFECT_MOVE, EFFECT_REMOVE } EffectKind;
typedef struct {
    gint64 id, document;
    EffectKind kind;
    char *target;  /* path relative to the outbox; REMOVE: file to take back */
    char *source;  /* MOVE: absolute path of the original; else NULL */
    char *sha256;  /* MOVE: of the original */
    char *content; /* FILE: what to publish; NULL for a batch output, which is made from its rows */
    gsize length;
} LedgerEffect;
void ledger_effect_free(LedgerEffect *effect);
gboolean ledger_decide(Ledger *ledger, Job *job, const char *record, const char *meta,
                       GPtrArray *effects /* of LedgerEffect */, GError **error);
/* Effects still owed, oldest first (GPtrArray of LedgerEffect), for one document or all (0). */
GPtrArray *ledger_effects_owed(Ledger *ledger, gint64 document, GError **error);
gboolean ledger_effect_done(Ledger *ledger, gint64 effect, GError **error);

/* A free name in the outbox for this document's pack, or the one it already has. Caller frees. */
char *ledger_output_name(Ledger *ledger, const Job *job, const char *wanted, GError **error);

/* A finished document with the same content, pack version and settings, or NULL. */
LedgerDocument *ledger_find_same(Ledger *ledger, const char *sha256, const char *pack,
                                 const char *pack_version, const char *settings, GError **error);

LedgerDocument *ledger_document(Ledger *ledger, gint64 id, GError **error);
/* By id ("17"), SHA-256 prefix (>= 6), or name; newest first when several match. NOT_FOUND if none.
 */
LedgerDocument *ledger_document_by_text(Ledger *ledger, const char *text, GError **error);
/* Visits documents by id; verdict -1 = all, pack NULL = all, parent 0 = all, else rows of it. */
typedef gboolean (*LedgerVisit)(const LedgerDocument *document, gpointer data); /* FALSE stops */
gboolean ledger_each(Ledger *ledger, int verdict, const char *pack, gint64 parent,
                     LedgerVisit visit, gpointer data, GError **error);

/* in, and how many have each verdict (index Verdict). Batches count by their rows, unless the batch
 * itself failed. `held` includes what an interrupted run left behind. */
typedef struct {
    guint64 in;
    guint64 verdicts[VERDICT_LAST];
    guint64 duplicates, calls;
    double cost;
} LedgerCounts;
gboolean ledger_count(Ledger *ledger, gint64 since_id, LedgerCounts *counts, GError **error);

/* ---- model calls ---- */
/* Enters a request before it is sent; *id names it. request_sha256 = model, endpoint, prompt bytes,
 * schema and decoding parameters. */
gboolean ledger_call_begin(Ledger *ledger, Job *job, const char *purpose, const char *model,
                           const char *prompt_version, const char *prompt_sha256,
                           const char *request_sha256, gint64 *id, GError **error);
/* The outcome; `answer` (may be NULL) is kept so that it never has to be paid for again. */
gboolean ledger_call_end(Ledger *ledger, const Call *call, const char *answer, GError **error);
/* The answer of an earlier successful call with the same request, or NULL. Caller frees both. */
char *ledger_call_cached(Ledger *ledger, const char *request_sha256, Call **call, GError **error);

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
