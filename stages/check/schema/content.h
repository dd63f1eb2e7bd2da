/* contentEncoding and contentMediaType as rules, which they are on request only. */
#pragma once

#include <glib.h>

typedef enum { CONTENT_BASE64 = 1 << 0, CONTENT_JSON = 1 << 1 } ContentBit;

/* What the keyword's value asks for; 0 when it is none that we can check. */
guint content_encoding(const char *name);
guint content_media_type(const char *name);

/* Whether the text is what the bits (ContentBit) ask for: first decoded, then read. */
gboolean content_check(guint bits, const char *text);
