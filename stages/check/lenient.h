/* A JSON reader that forgives what models write, and keeps account of it. */
#pragma once

#include "pipeline/core/json.h"

typedef enum {
    LENIENT_TRAILING_COMMA = 1 << 0,
    LENIENT_QUOTES = 1 << 1,   /* single, typographic or missing quotes */
    LENIENT_LITERALS = 1 << 2, /* True, None, NaN, +5, .5 */
    LENIENT_COMMENTS = 1 << 3,
    LENIENT_CONTROLS = 1 << 4,   /* raw line breaks and the like inside a string */
    LENIENT_ESCAPES = 1 << 5,    /* \' \d \u12 */
    LENIENT_DUPLICATES = 1 << 6, /* the last one stays */
    LENIENT_MISSING_COMMA = 1 << 7,
    LENIENT_CUT = 1 << 8, /* the text ended inside; what was incomplete is left out */
} LenientRepair;

/* Reads the object that begins at text[0] == '{' (valid UTF-8). NULL when it is none, even so.
 * *used is its length in bytes, *repairs what was forgiven. The caller owns the result. */
cJSON *lenient_object(const char *text, gsize length, gsize *used, guint *repairs);

/* A sentence for one repair bit. Static. */
const char *lenient_sentence(LenientRepair repair);
