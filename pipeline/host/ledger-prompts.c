#include "ledger-prompts.h"
#include "ledger-private.h"

void ledger_prompt_free(LedgerPrompt *prompt)
{
    if (!prompt)
        return;
    g_free(prompt->pack);
    g_free(prompt->version);
    g_free(prompt);
}

/* The last one, when it is the row's; else a new one. Rows come ordered. */
static LedgerPrompt *prompt_of_row(GPtrArray *prompts, Statement *query)
{
    g_autofree char *pack = ledger_column_text(query, 0);
    g_autofree char *version = ledger_column_text(query, 1);
    LedgerPrompt *last = prompts->len ? prompts->pdata[prompts->len - 1] : NULL;
    if (last && g_str_equal(last->pack, pack) && g_str_equal(last->version, version))
        return last;
    LedgerPrompt *prompt = g_new0(LedgerPrompt, 1);
    prompt->pack = g_steal_pointer(&pack);
    prompt->version = g_steal_pointer(&version);
    g_ptr_array_add(prompts, prompt);
    return prompt;
}

GPtrArray *ledger_prompts(Ledger *ledger, GError **error)
{
    g_autoptr(GPtrArray) prompts =
        g_ptr_array_new_with_free_func((GDestroyNotify)ledger_prompt_free);
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT c.pack, c.prompt_version, d.verdict, count(DISTINCT c.document), count(*),"
        "  sum(c.purpose = 'repair'), sum(coalesce(c.tokens_in, 0)),"
        "  sum(coalesce(c.tokens_out, 0)), sum(c.cost)"
        " FROM calls c JOIN documents d ON d.id = c.document"
        " WHERE c.pack IS NOT NULL AND c.prompt_version IS NOT NULL AND c.purpose != 'replay'"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2",
        error);
    if (!query)
        return NULL;
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (!row)
            break;
        LedgerPrompt *prompt = prompt_of_row(prompts, query);
        g_autofree char *name = ledger_column_text(query, 2);
        int verdict = verdict_from_name(name);
        if (verdict >= 0)
            prompt->verdicts[verdict] += (guint64)ledger_column_int(query, 3);
        prompt->calls += (guint64)ledger_column_int(query, 4);
        prompt->repairs += (guint64)ledger_column_int(query, 5);
        prompt->tokens_in += ledger_column_int(query, 6);
        prompt->tokens_out += ledger_column_int(query, 7);
        prompt->cost += sqlite3_column_double(query, 8);
    }
    return g_steal_pointer(&prompts);
}
