/* HTTP with a provider's batch API: one request at a time, waited for. */
#pragma once

#include "stages/ask/client.h"
#include "stages/ask/dialect.h"

typedef struct BatchLink BatchLink;

/* `settings` are lent. NULL only when libcurl cannot start. Caller frees. */
BatchLink *batch_link_new(const ModelSettings *settings);
void batch_link_free(BatchLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BatchLink, batch_link_free)

/* A GET (again while it may yet succeed) or, with a body, one POST of a path below the base URL; the
 * JSON object of an answer with status 2xx. Otherwise, with the server's words, DOCKET_ERROR_MODEL_REFUSED
 * where the request itself is refused, DOCKET_ERROR_NO_MODEL where another day may be better.
 * *unsure (may be NULL): the server may have done what the POST asks for. Caller owns. */
cJSON *batch_link_ask(BatchLink *link, const char *path, const char *query, const char *type,
                      const char *body, gsize length, gboolean *unsure, GError **error);

/* A GET whose answer is JSON Lines, line by line as they arrive; memory holds one. Lines are lent,
 * without their ends; a longer one than any answer may be ends it. FALSE from `visit` does, too, and
 * *error is the visitor's to set. */
typedef gboolean (*BatchLine)(const char *line, gsize length, gpointer data);
gboolean batch_link_lines(BatchLink *link, const char *path, BatchLine visit, gpointer data,
                          GError **error);
