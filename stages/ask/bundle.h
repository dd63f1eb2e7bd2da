/* Several documents in one request, and the record of each out of its answer. Text alone: who shares
 * a request with whom, and what it costs, is together.h's business. */
#pragma once

#include "pipeline/core/json.h"
#include "pipeline/host/job.h"

/* The schema of such an answer, {"records": [{"number": 1, "record": …}, …]}, the same for any
 * number of documents; `schema` is that of one record. Caller owns. */
cJSON *bundle_schema(const cJSON *schema);

/* The conversation about all of them: what is said before a document once, then each document under
 * its number, from 1. `conversations` (of GPtrArray of Message) are those about each alone, a system
 * message and the document's, with the same system message. Of Message; caller frees. */
GPtrArray *bundle_messages(const GPtrArray *conversations);

/* Cuts an answer into its records: parts[i] becomes the text of number i + 1 (caller frees), NULL
 * where it is missing, not whole, or there twice. `text` is hostile and need not be JSON: a record
 * that is broken inside is its own trouble, not that of the others. Returns how many were found. */
guint bundle_cut(const char *text, char **parts, guint n);
