/* U+0000 in the strings of a case. The strings of our JSON trees end at it, so the reader refuses it; the
 * official tests have it. Within one case a noncharacter that the case does not use stands in for it:
 * strings that were equal stay equal, others stay different, and each keeps its length. Where a schema
 * could tell the two characters apart, the case is not decided. */
#pragma once

#include <cjson/cJSON.h>
#include <glib.h>

/* Replaces every escape of U+0000 in a JSON text by another of the same length, in place. TRUE when there
 * was one; with all noncharacters in use it is left there, for the reader to refuse. */
gboolean bowtie_nul_replace(char *text, gsize length);

/* Why a schema cannot be decided with the stand-in, or NULL. Static. */
const char *bowtie_nul_matters(const cJSON *schema);
