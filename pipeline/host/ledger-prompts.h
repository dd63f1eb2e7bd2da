/* What became of the documents that each version of a pack's prompt was used for, so that versions which
 * share the documents can be told apart. */
#pragma once

#include "ledger.h"

typedef struct {
    char *pack, *version;
    guint64 verdicts[VERDICT_LAST]; /* of documents that a model was asked about */
    guint64 calls, repairs;         /* repairs: those of the calls that mended an answer */
    gint64 tokens_in, tokens_out;   /* as far as providers told */
    double cost;
} LedgerPrompt;
void ledger_prompt_free(LedgerPrompt *prompt);

/* By pack and version (GPtrArray of LedgerPrompt); replays do not count. */
GPtrArray *ledger_prompts(Ledger *ledger, GError **error);
