/* ECMA-262 regular expressions (u flag) rewritten for PCRE. */
#pragma once

#include <glib.h>

/* The same expression for PCRE (UTF, DOLLAR_ENDONLY), NULL and DOCKET_ERROR_SCHEMA with the
 * position when the text does not follow the grammar. `lenient` also reads what the grammar of the
 * u flag refuses but many authors write: "\-", "[\w-]", a lone brace. Caller frees. */
char *ecma_to_pcre(const char *text, gboolean lenient, GError **error);
