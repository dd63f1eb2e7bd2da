/* Small helpers for text out of attributes and scripts. */
#pragma once

#include <glib.h>

/* A copy of UTF-8 text, cut to whole characters, without white space at its ends and with one space
 * for each run of it inside. Caller frees. */
char *html_text_squeeze(const char *text, gsize length);
