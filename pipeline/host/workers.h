/* The pool of reader processes: started from the same build, one task at a time each, fed through
 * descriptors, a deadline for each task and each page, killed by process group, reaped by name,
 * replaced. */
#pragma once

#include "pipeline/core/wire.h"

typedef struct Workers Workers;

typedef struct {
    const char *program;   /* path of docket-reader; NULL: beside this program, else libexec */
    guint count;           /* processes; 0 = cores */
    guint deadline_s;      /* per task */
    guint page_deadline_s; /* per page, from the moment that the reader names it */
    guint64 memory_bytes;  /* address space of one reader */
    const char *languages; /* warmed up at start */
    const char *tessdata;  /* folder of OCR language data; NULL or "": the system's */
    gboolean best_effort;  /* read also where the kernel lacks a part of the jail (sandbox.h) */
} WorkersOptions;

/* The answer to a task, lent. */
typedef struct {
    GVariant *body;      /* on success: of WIRE_RESULT_TYPE, with the right outer shape (readings
                            inside still need reading_from_variant) */
    const GError *error; /* else: the reason; READER_SIGNAL/TIMEOUT/MEMORY/LIED mean that the reader
                            died on it */
    guint page;          /* the last page that the reader named; 0: none */
    gint64 spent_us;     /* time that the reader had the task */
} WorkersAnswer;
typedef void (*WorkersDone)(const WorkersAnswer *answer, gpointer data);

typedef enum {
    WORKERS_FRESH,   /* behind all others */
    WORKERS_GOES_ON, /* of a document that was begun: before those that were not */
    WORKERS_ALONE,   /* of one that killed its reader: while no other task is being read, in a fresh
                        process */
} WorkersOrder;

Workers *workers_new(const WorkersOptions *options, GMainContext *context, GError **error);
void workers_free(Workers *workers); /* kills and reaps all */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Workers, workers_free)

/* Queues a task (`frame` is read, its descriptor duplicated). Returns the task's number. A reader
 * that was given passwords reads no other document. */
guint64 workers_submit(Workers *workers, const WireFrame *frame, WorkersOrder order,
                       WorkersDone done, gpointer data);
/* Forgets a task; its callback will not come. A running one is killed. */
void workers_cancel(Workers *workers, guint64 task);
guint workers_count(const Workers *workers);
guint workers_waiting(const Workers *workers); /* tasks not yet given to a reader */
/* What the readers' jail lacks, as one phrase; NULL: nothing so far. Only with best_effort. */
const char *workers_weakness(const Workers *workers);
/* A fault of the pool itself (no reader comes up, or none in a whole jail): the run cannot go on. NULL while all is well. */
const GError *workers_fault(const Workers *workers);
/* Peak resident memory of the largest reader so far, bytes. */
guint64 workers_peak_memory(const Workers *workers);
