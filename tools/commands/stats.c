/* docket stats: how many documents have which verdict. */
#include "pipeline/host/prices.h"
#include "tools/commands/command.h"

typedef struct {
    Ledger *ledger;
    GTree *packs; /* name -> guint64[VERDICT_LAST] */
} Tally;

static gboolean tally_document(const LedgerDocument *document, gpointer data)
{
    Tally *tally = data;
    /* A batch stands for its rows and a container for what it holds, unless it failed or has none. */
    gboolean holds = document->kind == JOB_BATCH || document->kind == JOB_CONTAINER;
    if (holds && document->verdict != VERDICT_FAILED) {
        g_autoptr(GPtrArray) rows = ledger_batch_packs(tally->ledger, document->id, NULL);
        if (rows && rows->len)
            return TRUE;
    }
    const char *name = document->pack ? document->pack : "(none)";
    guint64 *counts = g_tree_lookup(tally->packs, name);
    if (!counts) {
        counts = g_new0(guint64, VERDICT_LAST);
        g_tree_insert(tally->packs, g_strdup(name), counts);
    }
    counts[document->verdict]++;
    return TRUE;
}

static int compare_names(gconstpointer a, gconstpointer b, gpointer data)
{
    return g_strcmp0(a, b);
}

static void print_json(const Command *command, const Console *console, const LedgerCounts *counts,
                       GTree *packs)
{
    g_autoptr(cJSON) object = console_object(command);
    cJSON_AddItemToObject(object, "counts", console_counts(counts->verdicts));
    cJSON_AddNumberToObject(object, "duplicates", (double)counts->duplicates);
    cJSON_AddNumberToObject(object, "calls", (double)counts->calls);
    cJSON_AddNumberToObject(object, "cost", prices_exact(counts->cost));
    cJSON *by_pack = cJSON_AddObjectToObject(object, "packs");
    for (GTreeNode *node = g_tree_node_first(packs); node; node = g_tree_node_next(node))
        cJSON_AddItemToObject(by_pack, g_tree_node_key(node),
                              console_counts(g_tree_node_value(node)));
    console_value(console, object, FALSE);
}

static void print_text(const Console *console, const LedgerCounts *counts, GTree *packs)
{
    g_autofree char *line = console_accounting(counts->verdicts);
    console_line(console, "%s", line);
    console_line(console, "%-12s %9s %9s %9s %9s %9s", "pack", "accepted", "fallback", "review",
                 "failed", "held");
    for (GTreeNode *node = g_tree_node_first(packs); node; node = g_tree_node_next(node)) {
        const guint64 *n = g_tree_node_value(node);
        console_line(console,
                     "%-12s %9" G_GUINT64_FORMAT " %9" G_GUINT64_FORMAT " %9" G_GUINT64_FORMAT
                     " %9" G_GUINT64_FORMAT " %9" G_GUINT64_FORMAT,
                     (const char *)g_tree_node_key(node), n[VERDICT_ACCEPTED], n[VERDICT_FALLBACK],
                     n[VERDICT_REVIEW], n[VERDICT_FAILED], n[VERDICT_HELD]);
    }
    if (counts->duplicates)
        console_line(console, "%" G_GUINT64_FORMAT " of them had the content of another one",
                     counts->duplicates);
    g_autofree char *cost = prices_format(counts->cost);
    if (counts->calls)
        console_line(console, "%" G_GUINT64_FORMAT " model calls, cost %s", counts->calls, cost);
}

static gboolean stats(const Command *command, const Console *console, GError **error)
{
    g_autoptr(Config) config = console_config(console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, FALSE, error) : NULL;
    g_autoptr(GTree) packs = g_tree_new_full(compare_names, NULL, g_free, g_free);
    Tally tally = {ledger, packs};
    LedgerCounts counts = {0};
    if (!ledger || !ledger_count(ledger, 0, &counts, error) ||
        !ledger_each(ledger, -1, NULL, 0, tally_document, &tally, error))
        return FALSE;
    if (console->json)
        print_json(command, console, &counts, packs);
    else
        print_text(console, &counts, packs);
    return TRUE;
}

int command_stats(const Command *command, Console *console, int argc, char **argv)
{
    int code = EXIT_OK;
    if (!console_options(console, command, NULL, WITH_STATE, argc, argv, &code))
        return code;
    if (console->n_arguments)
        return console_usage(console, "stats takes no arguments");
    GError *error = NULL;
    return stats(command, console, &error) ? EXIT_OK : console_fail(console, error);
}
