/* docket show: everything about one document. */
#include "pipeline/core/bytes.h"
#include "tools/commands/describe.h"

#define MOST_ROWS 20u /* of a batch that are listed; --json lists all */

typedef struct {
    const Console *console;
    cJSON *array; /* --json: ids and verdicts of all rows */
    guint shown, more;
} Rows;

static gboolean visit_row(const LedgerDocument *row, gpointer data)
{
    Rows *rows = data;
    if (rows->array) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddNumberToObject(object, "id", (double)row->id);
        cJSON_AddNumberToObject(object, "row", (double)row->row);
        if (row->kind != JOB_ROW) {
            g_autofree char *name = bytes_to_utf8(row->name, -1);
            cJSON_AddStringToObject(object, "name", name);
        }
        cJSON_AddStringToObject(object, "verdict", verdict_name(row->verdict));
        cJSON_AddItemToArray(rows->array, object);
    } else if (row->verdict == VERDICT_ACCEPTED || row->verdict == VERDICT_FALLBACK) {
        return TRUE;
    } else if (rows->shown++ < MOST_ROWS) {
        describe_line(rows->console, row);
    } else {
        rows->more++;
    }
    return TRUE;
}

static gboolean show_batch(const Console *console, Ledger *ledger, const LedgerDocument *batch,
                           GError **error)
{
    g_autoptr(GPtrArray) packs = ledger_batch_packs(ledger, batch->id, error);
    if (!packs)
        return FALSE;
    for (guint i = 0; i < packs->len; i++) {
        const LedgerBatchPack *pack = packs->pdata[i];
        g_autofree char *line = console_accounting(pack->verdicts);
        console_line(console, "  rows        %s: %s", pack->pack ? pack->pack : "not recognised",
                     line);
    }
    Rows rows = {.console = console};
    console_line(console, "rows that did not simply pass");
    if (!ledger_each(ledger, -1, NULL, batch->id, visit_row, &rows, error))
        return FALSE;
    if (rows.shown == 0)
        console_line(console, "  none");
    if (rows.more)
        console_line(console, "  and %u more (--json lists all)", rows.more);
    return TRUE;
}

/* What stands in it, each with its verdict. */
static gboolean visit_child(const LedgerDocument *child, gpointer data)
{
    const Console *console = data;
    g_autofree char *why = describe_reasons(child, "; ");
    console_line(console, "%6" G_GINT64_FORMAT "  %-9s  %-40s  %s%s%s", child->id,
                 verdict_name(child->verdict), child->name,
                 child->pack ? child->pack : job_kind_name(child->kind),
                 child->verdict == VERDICT_FAILED ? ": " : "",
                 child->verdict == VERDICT_FAILED ? why : "");
    return TRUE;
}

static gboolean show_children(const Console *console, Ledger *ledger,
                              const LedgerDocument *document, GError **error)
{
    g_autoptr(GPtrArray) packs = ledger_batch_packs(ledger, document->id, error);
    if (!packs)
        return FALSE;
    if (packs->len == 0)
        return TRUE;
    console_line(console, "holds");
    return ledger_each(ledger, -1, NULL, document->id, visit_child, (gpointer)console, error);
}

static gboolean show_json(const Command *command, const Console *console, Ledger *ledger,
                          const LedgerDocument *document, GError **error)
{
    g_autoptr(cJSON) object = console_object(command);
    cJSON *inner = describe_json(document);
    cJSON_AddItemToObject(object, "document", inner);
    if (document->kind != JOB_ROW) {
        const char *key = document->kind == JOB_BATCH ? "rows" : "children";
        Rows rows = {.array = cJSON_AddArrayToObject(inner, key)};
        if (!ledger_each(ledger, -1, NULL, document->id, visit_row, &rows, error))
            return FALSE;
    }
    console_value(console, object, FALSE);
    return TRUE;
}

static gboolean show(const Command *command, const Console *console, const char *text,
                     GError **error)
{
    g_autoptr(Config) config = console_config(console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, FALSE, error) : NULL;
    g_autoptr(LedgerDocument) document = ledger ? describe_find(ledger, text, error) : NULL;
    if (!document)
        return FALSE;
    if (console->json)
        return show_json(command, console, ledger, document, error);
    describe_head(console, ledger, document);
    if (document->kind == JOB_BATCH)
        return show_batch(console, ledger, document, error);
    if (!show_children(console, ledger, document, error))
        return FALSE;
    describe_fields(console, document);
    describe_work(console, document);
    return TRUE;
}

int command_show(const Command *command, Console *console, int argc, char **argv)
{
    int code = EXIT_OK;
    if (!console_options(console, command, NULL, WITH_STATE, argc, argv, &code))
        return code;
    if (console->n_arguments != 1)
        return console_usage(console, "show takes one document: an id, the first digits of a "
                                      "SHA-256, or a name");
    GError *error = NULL;
    return show(command, console, console->arguments[0], &error) ? EXIT_OK
                                                                 : console_fail(console, error);
}
