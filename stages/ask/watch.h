/* Watches an answer while it arrives: can it still become a record that conforms to the schema? What
 * can be repaired in the text later (fences, talk before it, quotes, commas) is let pass; a wrong
 * type, a key that a closed object does not have, a value outside its enum, endless repetition, or
 * talk in place of JSON is not. */
#pragma once

#include "pipeline/core/json.h"

typedef struct Watch Watch;

/* `schema` as subset_schema() makes it, lent. `asked`: the server was told to answer with JSON, so
 * that prose is a fault at once; else some talk before and behind the record is normal. */
Watch *watch_new(const cJSON *schema, gboolean asked);
void watch_free(Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_free)

/* All of the text so far is text[0..length), of which text[from..length) is new; from 0: a new text.
 * FALSE once it cannot become valid any more. */
gboolean watch_feed(Watch *watch, const char *text, gsize from, gsize length);

/* Why not, as a sentence that names the place in the record; NULL while it can. Lent. */
const char *watch_why(const Watch *watch);
