/* The encoding that is built into a Type 1 font. */
#pragma once

#include <glib.h>

/* Fills the names of codes that have none yet, as chunks of `strings`. FALSE when it is written in an
 * unusual way. */
gboolean pdf_type1_encoding(GBytes *file, const char **names, GStringChunk *strings);
