/* Mails among texts: told by their header fields. */
#pragma once

#include <glib.h>

/* "message/rfc822" or "application/mbox", or NULL: it is another text. `text` is ASCII, as far as it
 * matters; `name` of the file may be NULL. Static string. */
const char *sniff_mail(const char *text, const char *name);
