/* How many tokens a text will be, before a provider counts them: by the scripts it is written in. */
#pragma once

#include <glib.h>

/* An estimate for the first `length` bytes of valid UTF-8, -1 for all. */
double tokens_estimate(const char *text, gssize length);
