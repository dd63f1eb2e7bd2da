/* Files named on the command line as jobs of an engine, in their order; "-" is standard input. */
#pragma once

#include "pipeline/host/engine.h"

typedef struct {
    GStrv files; /* lent */
    guint next;
    GHashTable *paths; /* real paths given out already */
} Inputs;

/* DOCKET_ERROR_USAGE / NOT_FOUND when there is none, one cannot be opened, or "-" comes twice. */
gboolean inputs_begin(Inputs *inputs, GStrv files, GError **error);
void inputs_clear(Inputs *inputs);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Inputs, inputs_clear)

/* The next file's job, or NULL with *drained. */
Job *inputs_next(Inputs *inputs, Engine *engine, gboolean *drained, GError **error);

/* Which file (from 0) a job came from, or came out of. */
guint inputs_index(const Job *job);
