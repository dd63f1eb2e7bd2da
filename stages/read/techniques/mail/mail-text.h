/* The text parts of a mail on its page. */
#pragma once

#include "stages/read/techniques/grid.h"

#include <gmime/gmime.h>

/* The bytes of a part without its transfer encoding; never NULL. Caller unrefs. */
GBytes *mail_content(GMimePart *part);

/* A text part as UTF-8: format=flowed (RFC 3676) put together again. Caller frees. */
char *mail_text(GMimePart *part);

/* Writes it below what is on the page: HTML by the HTML technique, the rest as plain text. */
void mail_write(Grid *grid, const char *text, gboolean html);

/* Whether a plain part only says that there is an HTML one ("your program does not show HTML"). */
gboolean mail_is_stub(const char *plain, const char *html);
