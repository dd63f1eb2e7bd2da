/* Expressions with lookaround or backreferences, for which no automaton is made: GRegex, with
 * brakes. */
#pragma once

#include "stages/check/schema/regex/parse.h"

/* The expression for GRegex (DOLLAR_ENDONLY). NULL and DOCKET_ERROR_SCHEMA when PCRE cannot have
 * it or would read it differently. Free with g_regex_unref. */
GRegex *pcre_new(const Parsed *parsed, GError **error);

/* 1 found, 0 not found, -1 given up: a brake, or text that is not UTF-8. Any thread. */
int pcre_search(const GRegex *regex, const char *text, gsize length);
