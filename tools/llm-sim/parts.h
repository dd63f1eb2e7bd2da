/* A question about several documents at once: "Document number 1:" and so on, each between its own
 * marker lines, which no document can fake. */
#pragma once

#include <glib.h>

/* The texts of the documents in their order (of char*); NULL when the question, all that its user
 * said, is about one. Caller frees. */
GPtrArray *parts_of(const char *users);
