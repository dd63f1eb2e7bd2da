/* What a model would be sent for a document: read, recognised and composed as in a run, and then not
 * sent. */
#pragma once

#include "pipeline/host/pack.h"
#include "tools/commands/command.h"

/* Calls `visit` for each document and row that comes out of the file, in their order, with the job
 * composed: its prompt version and messages are there, or its reasons say why not. The pack has been
 * chosen and prepared. FALSE sets the error. */
typedef void (*PromptVisit)(const Job *job, gpointer data);
gboolean prompt_document(Config *config, Pack *pack, const char *file, PromptVisit visit,
                         gpointer data, GError **error);
