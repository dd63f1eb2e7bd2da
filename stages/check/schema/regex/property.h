/* Unicode properties as \p{…} names them in ECMA-262. */
#pragma once

#include "stages/check/schema/regex/ranges.h"

/* The property that the text between the braces names ("Lu", "Letter", "gc=Lu", "Alphabetic",
 * "Script=Greek", "scx=Grek"), spelled exactly as ECMA-262 wants; -1 when it is none. */
int property_find(const char *text, gsize length);

/* Its members, or all others; static. FALSE when this system's Unicode data lacks the property.
 * Any thread; the first call for a property takes milliseconds. */
gboolean property_ranges(int property, gboolean negated, Ranges *set);

/* "\p{…}" as PCRE spells it, when the set came from property_ranges as it is; else NULL. Caller
 * frees. */
char *property_text(Ranges set);
