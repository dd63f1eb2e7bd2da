/* JSON as it stands in the scripts of web pages: often broken, always worth reading. */
#pragma once

#include <cjson/cJSON.h>
#include <glib.h>

/* Makes JSON of the value that begins at or after *at, and moves *at behind it: comments, CDATA marks
 * and what stands before a value are passed over; control characters and quotes in strings escaped;
 * missing and surplus commas, quotes of names and closing brackets set right. Linear. NULL when no
 * object or array begins any more. Caller frees. */
char *html_jsonld_repair(const char *text, gsize length, gsize *at);

/* The values of a <script type="application/ld+json">, as one array; an empty one when there are none.
 * *broken counts those that stayed unreadable. Caller frees. */
cJSON *html_jsonld_parse(const char *script, guint *broken);
