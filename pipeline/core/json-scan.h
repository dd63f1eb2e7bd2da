/* The strict pre-scan before cJSON: refuses what RFC 8259 refuses and cJSON lets through (leading
 * zeros, control characters in strings, NUL and lone surrogate escapes, invalid UTF-8, a BOM,
 * trailing text, too deep nesting), and says where. */
#pragma once

#include <glib.h>

/* TRUE when `text` is exactly one JSON text; else FALSE and DOCKET_ERROR_JSON with line and column
 * (both from 1; the column counts bytes). Works in one pass without recursion. */
gboolean json_scan(const char *text, gsize length, GError **error);
