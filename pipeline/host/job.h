/* A job: one document on its way through the stages. Stages meet here and in the trees that hang
 * on it (reading, record), never in each other's headers. One thread: the supervisor's. */
#pragma once

#include "pack.h"
#include "pipeline/core/error.h"
#include "pipeline/core/reading.h"
#include "pipeline/core/record.h"

typedef enum {
    VERDICT_HELD, /* the first state of every document, and where it waits for money or a model */
    VERDICT_ACCEPTED,
    VERDICT_FALLBACK,
    VERDICT_REVIEW,
    VERDICT_FAILED,
    VERDICT_LAST
} Verdict;
const char *verdict_name(Verdict verdict); /* "accepted" */
int verdict_from_name(const char *name);   /* -1 if unknown */

typedef enum {
    JOB_DOCUMENT, /* one record comes out */
    JOB_BATCH,    /* a CSV/JSONL file: its rows are jobs of their own */
    JOB_ROW,      /* one row of a batch */
    JOB_CONTAINER /* an archive, a mailbox, a mail that only carries: what it holds are jobs of
                     their own; no record comes out of itself */
} JobKind;

typedef enum { ROUTE_MODEL, ROUTE_TEMPLATE } Route;

/* Why a value or record is not simply right; from the validator, the rules and grounding. */
typedef struct {
    char *pointer;  /* where in the record; "" is the whole record */
    char *rule;     /* stable word: "schema:type", "rule:total_is_sum", "ground:none" */
    char *sentence; /* for a person and for the model's repair round */
} Problem;
Problem *problem_new(const char *pointer, const char *rule, const char *sentence);
void problem_free(Problem *problem);
/* It is a reason for a person to look: every problem is, but a doubt. */
gboolean problem_is_serious(const Problem *problem);

/* A page as a model sees it. */
typedef struct {
    guint page;          /* from 1 */
    guint width, height; /* pixels, as they were asked for */
    guint dpi;           /* of them, rounded */
    GBytes *jpeg;
} Picture;
void picture_free(gpointer picture);

/* One message of the conversation with a model. */
typedef enum { ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT } Role;
typedef struct {
    Role role;
    char *text;          /* UTF-8 */
    gboolean cache;      /* what is the same for other documents, byte for byte, ends with it: a
                       provider that wants to be told may keep everything up to here */
    GPtrArray *pictures; /* of Picture, shown behind the text; NULL: none */
} Message;

/* Caller frees with message_free(), which takes any Message. */
Message *message_new(Role role, const char *text);
void message_free(gpointer message);

/* One request to a model, as the ledger keeps it and the meta file shows it. Money is in the
 * currency of the price table. */
typedef struct Call {
    gint64 id;         /* in the ledger; of an answer from there: the call that brought it */
    char *purpose;     /* "ask", "repair", "verify", "escalate", "judge", "batch" */
    char *endpoint;    /* NAME of [model NAME], or "default" */
    char *model;       /* that was asked for */
    char *answered_by; /* the same as the provider names it; NULL if it did not say */
    gsize bytes;       /* of the request, a picture counted as the tokens it may be */
    gint64 tokens_in, tokens_cached,
        tokens_cache_write;              /* all sent, and parts of them; -1 unknown */
    gint64 tokens_out, tokens_reasoning; /* all received, and a part; -1 unknown */
    double cost;                         /* of what was reported; 0 unknown */
    double reserved; /* set aside while it is under way; afterwards: of sendings that may have been
                        billed, though no answer came */
    gint64 began_us; /* epoch: when it was entered, before its first sending; 0 before that */
    gint64 latency_ms;     /* of its last sending */
    gint64 first_token_ms; /* -1: it was no stream */
    guint sendings;
    guint documents; /* that the request was about; 1, or more that share it: tokens and cost are
                        then this one's part */
    gboolean cached; /* answered from the ledger, not paid again */
    char *outcome;   /* "ok", or a reason word */
} Call;
/* A call that nothing is known of yet. Caller frees. */
Call *call_new(const char *purpose, const char *endpoint, const char *model);
void call_free(Call *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

struct Engine;
struct Stage;

typedef struct Job {
    /* identity: set by intake */
    gint64 id; /* document in the ledger; 0 before it is claimed */
    JobKind kind;
    char *name;         /* as the source named it (any bytes but NUL); escape before printing */
    char *path;         /* source file, NULL for stdin, rows and children */
    char *sha256;       /* of the bytes; for a row of its canonical JSON */
    guint64 size;       /* bytes */
    char *media_type;   /* what the content is, by intake/sniff */
    int document;       /* sealed memfd, -1 for rows */
    gint64 mtime_us;    /* of the source file */
    struct Job *parent; /* rows: their batch; children: the document that holds them; it outlives
                           them. NULL: came in by itself */
    gint64 row;         /* number in the parent, from 0, else -1 */
    char *row_json;     /* JOB_ROW: canonical JSON text */
    gboolean sealed;    /* what it carries is listed and stays inside (docket read) */
    char *wanted_pack;  /* sub-folder or --pack; NULL = recognise */
    char *tenant;       /* on whose account it runs; NULL: nobody's in particular */
    gboolean again;     /* it had a verdict before and was put back (ledger-requeue.h) */
    char *settings;     /* hash of the configuration that changes results (model, OCR, …) */

    /* what the stages made, in their order */
    Reading *reading;      /* read */
    const Pack *pack;      /* recognise */
    double pack_score;     /* recognise */
    GPtrArray *pictures;   /* pictures: of Picture, by page; NULL: none */
    const Prompt *prompt;  /* compose: the version that this document gets; NULL before */
    cJSON *shown;          /* compose: how much of it a model is shown, for the meta file */
    GPtrArray *messages;   /* compose, ask, check: of Message; append-only */
    char *answer;          /* ask: the model's text; NULL when a repair round brought none */
    const Call *answered;  /* ask: the call that it came from; one of `calls` */
    ModelRole role;        /* ask, check: whom the record is asked of */
    char *answer_fault;    /* ask: why the answer was broken off, a sentence; NULL: it was not */
    GPtrArray *calls;      /* ask: of Call */
    Record *record;        /* template or check */
    const Call *maker;     /* check: the call that the record came from; NULL: none did */
    char *verification;    /* verify: what another model said of the record; NULL: nothing */
    GPtrArray *problems;   /* check: of Problem, of the last record */
    gboolean schema_valid; /* check: of the last record */
    guint repairs;         /* repair rounds so far */
    gint64 asked_us;       /* ask: when a model was asked first, monotonic; 0: not yet */
    Route route;           /* who makes the record: begins as MODEL when one is configured */
    gboolean model_failed; /* a configured model could not do it: the route fell back */
    guint children;        /* read: documents that came out of this one, in this run */

    /* the end */
    Verdict verdict;    /* decide, or the engine for failed and held */
    int error_code;     /* DocketError behind failed or held, else -1 */
    GPtrArray *reasons; /* char*: "word: sentence", never empty once there is a verdict */
    char *duplicate_of; /* name of the document whose record this one got */

    /* bookkeeping: the engine's */
    guint stage;            /* index into the plan */
    guint attempts;         /* readings begun for this document, from the ledger */
    gint64 started_us;      /* monotonic */
    GHashTable *timings;    /* stage name -> gint64* microseconds */
    GHashTable *stage_data; /* stage name -> that stage's own state, see job_data */
    struct Engine *engine;  /* lent */
    gboolean in_stage;      /* run() is on the stack */
    int resumed;            /* StageStep given to engine_resume() and not yet taken, else -1 */
    GError *resume_error;   /* with STAGE_ERROR */
    gint64 entered_us;      /* monotonic: when the present stage began */
    char *content_key;      /* what engine_claim_content() gave to this job */
    guint children_left;    /* of the children, those that have no durable verdict yet */
    gboolean waits;         /* ready for its verdict, but for them */
} Job;

Job *job_new(struct Engine *engine, JobKind kind, const char *name);
void job_free(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

/* Adds "word: sentence" to the reasons (Law 7). `word` is stable and lower-case. */
void job_reason(Job *job, const char *word, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Appends a message_new() to the conversation. Lent. */
Message *job_message(Job *job, Role role, const char *text);
void job_set_record(Job *job, Record *record); /* takes; frees the one before */

/* The file that the job came out of: itself, or the last of its parents. Lent. */
const Job *job_root(const Job *job);
/* How many documents stand around it: 0 for what came in by itself. */
guint job_depth(const Job *job);
/* Whether a model is shown its pages as pictures: its pack wants that, and it has pages that look like
 * something. Such a document may come without any text. */
gboolean job_is_looked_at(const Job *job);
/* "document", "batch", "row", "container". Static. */
const char *job_kind_name(JobKind kind);

/* State that a stage keeps on the job between its steps. set takes `data`; data lends, may be NULL.
 */
void job_set_data(Job *job, const char *stage, gpointer data, GDestroyNotify destroy);
gpointer job_data(const Job *job, const char *stage);
