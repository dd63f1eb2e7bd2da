/* The JSON of a pack that people write by hand, against the schemas that docket brings along beside its
 * packs: a misspelt key is named, where the program would have passed over it. */
#pragma once

#include <glib.h>

/* Holds template.json and each line of examples.jsonl in `folder` against template.schema.json and
 * example.schema.json in `schemas`; what is not there is not looked at. TRUE when nothing is wrong;
 * otherwise sentences (char *) that begin with file and line were added to `errors`. */
gboolean pack_files_check(const char *folder, const char *schemas, GPtrArray *errors);

/* Copies template.schema.json to the folder of packs, unless it is there: the "$schema" of a new pack's
 * template leads to it, and editors follow. DOCKET_ERROR_IO. */
gboolean pack_files_bring(const char *schemas, const char *packs, GError **error);
