/* pack.conf, the one file of a pack in GKeyFile syntax. Its keys, all optional:
 *
 *   [pack]       title, description       for people
 *                prompt = v1              the version in use: prompts/v1.md; or shares of several,
 *                                         v3:90 v4:10, given out by the documents' hashes
 *                context = a.md;b.md      files shown to the model as context (a guideline)
 *   [models]     first, strong, fallback, verify  models of the configuration by role, before its [route]:
 *                                         cheap, or shares: cheap:90 new:10
 *   [recognise]  words = invoice:3;total due:2;recipe:-5   phrase:weight, weight 1 when left out
 *                columns = title;price    what the columns of a batch of this pack are called
 *                at = 3                   least sum of weights to be recognised
 *   [examples]   retrieve = 0             0..5 documents that people decided on and that are most
 *                                         alike are shown as further examples
 *   [decide]     accept_at = 0.8          least confidence of a record that needs no person
 *   [limits]     max_repairs = 2          rounds in which the model may mend its answer
 *                max_input_chars = 60000  of the document's text shown to the model; of a longer one
 *                                         the parts that matter
 *                max_input_tokens = 20000 the same in tokens, as far as they can be foreseen; 0: any
 *                max_input_bytes = 8388608  a longer text is not shown to a model at all
 *                documents_per_call = 1   1..50 small documents (rows) of a run are asked about in one
 *                                         request; each record is judged by itself
 *   [vision]     pages = never            auto: the model gets a picture of each page whose text is
 *                                         doubtful; always: of every page; PDFs and pictures only
 *                max_pages = 5            1..20 pictures of a document, the most doubtful pages first
 *   [verify]     on_disagreement = review where a verifier disagrees with a value and can cite why: a
 *                                         person looks; null: the value goes, where the schema lets
 *                                         it; escalate: the stronger model makes the record anew
 *                required = no            yes: what no verifier has seen waits for a person
 *   [budget]     day = 2.50               money for this pack's calls in a day, in UTC; 0: no limit
 *                month = 50               the same in a month
 *                at_limit = hold          or template: what becomes of its documents then */
#pragma once

#include "pipeline/host/pack.h"

/* Applies <pack->directory>/pack.conf. Unknown keys and bad values are DOCKET_ERROR_PACK with file
 * and line. pack->context is then still the list of file names. */
gboolean pack_conf_load(Pack *pack, GError **error);

/* TRUE for a name that a pack or a prompt version may have: [a-z0-9_-]+, at most 64. */
gboolean pack_conf_is_name(const char *name);
