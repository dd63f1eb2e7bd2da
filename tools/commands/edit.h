/* A record corrected by a person: in their editor, or by --set /pointer=value. */
#pragma once

#include "tools/commands/command.h"

/* Opens $VISUAL, $EDITOR or vi on the record, indented, in a temp file that only this user can
 * read, and reads it back. NULL with *error set; what was written is kept then, and the message
 * names the file. Caller owns. */
cJSON *edit_record(const Console *console, const cJSON *record, GError **error);

/* Applies "/pointer=value": the value is JSON, or a plain text where the schema has a text or where
 * it is no JSON. DOCKET_ERROR_USAGE. */
gboolean edit_set(cJSON **record, const cJSON *schema, const char *assignment, GError **error);
