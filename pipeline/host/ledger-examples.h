/* Documents that people looked at, as examples for the model: their text with the record that a person
 * accepted or corrected. Found by likeness of their words (BM25, SQLite's FTS5). */
#pragma once

#include "ledger.h"

/* Makes the index ready, and takes up what was reviewed since. To be called before the others, by whoever
 * writes. DOCKET_ERROR_CONFIG when this SQLite was built without FTS5. */
gboolean ledger_examples_begin(Ledger *ledger, GError **error);

/* Keeps the text of a document that waits for a person. What they decide (ledger_review()) makes it an
 * example, or drops it. */
gboolean ledger_example_keep(Ledger *ledger, const Job *job, const char *text, GError **error);

typedef struct {
    gint64 document;
    char *text;
    char *record; /* JSON */
} LedgerExample;
void ledger_example_free(LedgerExample *example);

/* At most `n` examples of the pack, the most alike first; none that has the content of `sha256`
 * (GPtrArray of LedgerExample). */
GPtrArray *ledger_examples_alike(Ledger *ledger, const char *pack, const char *sha256,
                                 const char *text, guint n, GError **error);
