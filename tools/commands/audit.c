/* docket audit: proof that nothing is lost. The ledger keeps its laws; the outbox is what the ledger
 * says; what is held can be taken up again; and the sum of the verdicts is what came in. */
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/ledger-deliveries.h"
#include "pipeline/host/outbox.h"
#include "tools/commands/command.h"

/* Held means that it will be taken up again, which needs its source. */
static gboolean check_held(const LedgerDocument *document, gpointer data)
{
    if (document->kind != JOB_ROW && document->path &&
        !g_file_test(document->path, G_FILE_TEST_EXISTS)) {
        g_autofree char *path = bytes_to_utf8(document->path, -1);
        g_ptr_array_add(data, g_strdup_printf("document %" G_GINT64_FORMAT
                                              " is held but its source %s is gone",
                                              document->id, path));
    }
    return TRUE;
}

static gboolean look(Ledger *ledger, const char *outbox, GPtrArray *findings, LedgerCounts *counts,
                     GError **error)
{
    return ledger_verify(ledger, findings, error) &&
           outbox_audit(ledger, outbox, findings, error) &&
           ledger_each(ledger, VERDICT_HELD, NULL, 0, check_held, findings, error) &&
           ledger_count(ledger, 0, counts, error);
}

static void print(const Command *command, const Console *console, const GPtrArray *findings,
                  const LedgerCounts *counts, const guint64 *deliveries)
{
    if (console->json) {
        g_autoptr(cJSON) object = console_object(command);
        cJSON_AddItemToObject(object, "counts", console_counts(counts->verdicts));
        cJSON *told = cJSON_AddObjectToObject(object, "deliveries");
        for (int i = 0; i < DELIVERY_LAST; i++)
            cJSON_AddNumberToObject(told, ledger_delivery_state_name(i), (double)deliveries[i]);
        cJSON *array = cJSON_AddArrayToObject(object, "findings");
        for (guint i = 0; i < findings->len; i++)
            cJSON_AddItemToArray(array, cJSON_CreateString(findings->pdata[i]));
        console_value(console, object, FALSE);
        return;
    }
    for (guint i = 0; i < findings->len; i++)
        console_line(console, "finding: %s", (const char *)findings->pdata[i]);
    g_autofree char *line = console_accounting(counts->verdicts);
    console_line(console, "%s", line);
    if (deliveries[DELIVERY_OWED] + deliveries[DELIVERY_SENT] + deliveries[DELIVERY_DEAD])
        console_line(console,
                     "deliveries = sent %" G_GUINT64_FORMAT " + owed %" G_GUINT64_FORMAT
                     " + dead %" G_GUINT64_FORMAT,
                     deliveries[DELIVERY_SENT], deliveries[DELIVERY_OWED],
                     deliveries[DELIVERY_DEAD]);
    if (findings->len)
        console_line(console, "%u findings", findings->len);
    else
        console_line(console, "nothing is lost, nothing is there twice");
}

static gboolean audit(const Command *command, const Console *console, GPtrArray *findings,
                      GError **error)
{
    g_autoptr(Config) config = console_config(console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, FALSE, error) : NULL;
    if (!ledger)
        return FALSE;
    g_autofree char *outbox = g_canonicalize_filename(config_string(config, "paths.outbox"), NULL);
    LedgerCounts counts = {0};
    guint64 deliveries[DELIVERY_LAST] = {0};
    if (!look(ledger, outbox, findings, &counts, error) ||
        !ledger_count_deliveries(ledger, deliveries, error))
        return FALSE;
    print(command, console, findings, &counts, deliveries);
    return TRUE;
}

int command_audit(const Command *command, Console *console, int argc, char **argv)
{
    int code = EXIT_OK;
    if (!console_options(console, command, NULL, WITH_OUTBOX | WITH_STATE, argc, argv, &code))
        return code;
    if (console->n_arguments)
        return console_usage(console, "audit takes no arguments");
    GError *error = NULL;
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    if (!audit(command, console, findings, &error))
        return console_fail(console, error);
    return findings->len ? EXIT_INTERNAL : EXIT_OK;
}
