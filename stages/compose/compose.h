/* The prompt of a pack and of a document. The system message holds everything that is the same for
 * all documents of a pack version, byte for byte, so that a provider's prompt cache can hit; the
 * document comes last, between two marker lines that its text cannot contain. */
#pragma once

#include "pipeline/host/pack.h"

/* The system message: prompt, fields, context, examples, how the document is delimited. Caller
 * frees. */
char *compose_system(const Pack *pack);

/* A marker for this text: sixteen hexadecimal digits of its SHA-256, or of that with a counter when
 * they occur in the text, in upper or lower case. Caller frees. */
char *compose_marker(const char *sha256, const char *text);

/* The user message: the declared data. `name` is the document's name (any bytes), NULL for rows. */
char *compose_user(const char *name, const char *marker, const char *text);
