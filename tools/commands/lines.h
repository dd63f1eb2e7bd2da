/* Output in input order while documents finish in any order: what comes early waits. Rows of a batch
 * follow by number; what a document holds follows behind it. */
#pragma once

#include "pipeline/host/job.h"

typedef struct Lines Lines;

/* Called with each text when its turn has come; `batch`: it is one of several of its input. */
typedef void (*LinesPrint)(const char *text, gpointer data);

Lines *lines_new(guint inputs, LinesPrint print, gpointer data);
void lines_free(Lines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, lines_free)

/* The text of an input, of one of its rows or of what it holds; taken; NULL prints nothing. */
void lines_add(Lines *lines, guint input, const Job *job, char *text);
/* Nothing more comes of this input. */
void lines_end(Lines *lines, guint input);
