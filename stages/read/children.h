/* Documents inside documents. What a mail carries, what an archive or a mailbox holds, becomes jobs of
 * their own, named parent/name; each has its own verdict, and the parent gets its own after them.
 * Limits: DOCKET_MAX_NESTING, DOCKET_MAX_FAMILY, DOCKET_MAX_FAMILY_BYTES. */
#pragma once

#include "pipeline/host/engine.h"

/* The next members of an archive or mailbox come from a reader, chunk by chunk, until all have their
 * verdict: see stage.h. */
StageStep members_run(Job *job, GError **error);

/* Whether attachments of such a document are documents that came in with it. */
gboolean children_are_carried(const Job *job);

/* Adds what job->reading brought along, and lets go of its bytes. FALSE when a limit is passed. */
gboolean children_of_reading(Job *job, GError **error);

/* Adds one document that stands in `parent` as number `number` there (from 0). `name` as it stands there;
 * `content` NULL: it could not be had, for the reason `code` and `sentence`. One that has its verdict
 * from an earlier run is left alone. FALSE when a limit is passed, or on a fault of the ledger. */
typedef struct {
    guint64 number;
    const char *name, *media_type; /* media_type as claimed, for what has no content */
    guint64 size;
    GBytes *content;
    int code;
    const char *sentence;
} Child;
gboolean children_add(Job *parent, const Child *child, EngineRowDone done, GError **error);

/* A member's name without what leads out of its parent: roots, "..", empty parts; "" becomes the name
 * of the parent without the ending of its compression, or part-<number>. Caller frees. */
char *children_name(const char *parent, const char *name, guint64 number);
