/* docket export: a pack's records from the ledger, as JSON Lines or for a spreadsheet. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "tools/commands/csv.h"
#include "tools/commands/describe.h"
#include "tools/commands/requeue.h"
#include "tools/commands/since.h"

#define MAX_DEPTH 8u /* of objects that become columns; what is deeper is one column of JSON */

typedef struct {
    const Command *command;
    const Console *console;
    gboolean csv, raw;
    guint verdicts; /* bits 1 << Verdict */
    gint64 since_us;
    GPtrArray *columns; /* of JSON Pointers, in the schema's order */
    GString *line;
    guint64 written;
} Export;

/* ---- columns ---- */

/* What a local $ref stands for. */
static const cJSON *resolve(const cJSON *schema, const cJSON *field)
{
    const cJSON *ref = cJSON_GetObjectItemCaseSensitive(field, "$ref");
    if (!cJSON_IsString(ref) || ref->valuestring[0] != '#')
        return field;
    const cJSON *found = json_at(schema, ref->valuestring + 1);
    return found ? found : field;
}

static void add_columns(const cJSON *schema, const cJSON *object, const char *pointer, guint depth,
                        GPtrArray *columns)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(object, "properties");
    if (!cJSON_IsObject(properties) || !properties->child || depth > MAX_DEPTH) {
        g_ptr_array_add(columns, g_strdup(pointer));
        return;
    }
    for (const cJSON *field = properties->child; field; field = field->next) {
        g_autofree char *below = json_pointer_join(pointer, field->string);
        add_columns(schema, resolve(schema, field), below, depth + 1, columns);
    }
}

/* ---- a record ---- */

static void add_value(const Export *export, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        csv_add_text(export->line, value->valuestring, export->raw);
    } else if (value && !cJSON_IsNull(value)) {
        g_autofree char *text = json_print(value, FALSE);
        csv_add_text(export->line, text, TRUE); /* a number, or what begins with a bracket */
    }
}

static void add_csv(const Export *export, const LedgerDocument *document)
{
    g_autoptr(cJSON) record = describe_parse(document->record);
    g_autofree char *name = bytes_to_utf8(document->name, -1);
    csv_add_text(export->line, name, export->raw);
    csv_next(export->line);
    csv_add_text(export->line, verdict_name(document->verdict), TRUE);
    csv_next(export->line);
    g_string_append_printf(export->line, "%.2f", document->confidence);
    for (guint i = 0; i < export->columns->len; i++) {
        csv_next(export->line);
        add_value(export, json_at(record, export->columns->pdata[i]));
    }
    csv_end(export->line);
    console_text(export->console, export->line->str);
}

static void add_jsonl(const Export *export, const LedgerDocument *document)
{
    g_autoptr(cJSON) object = cJSON_CreateObject();
    g_autofree char *name = bytes_to_utf8(document->name, -1);
    cJSON_AddNumberToObject(object, "id", (double)document->id);
    cJSON_AddStringToObject(object, "name", name);
    cJSON_AddStringToObject(object, "verdict", verdict_name(document->verdict));
    cJSON_AddNumberToObject(object, "confidence", document->confidence);
    cJSON_AddItemToObject(object, "record", describe_parse(document->record));
    console_value(export->console, object, FALSE);
}

static gboolean visit(const LedgerDocument *document, gpointer data)
{
    Export *export = data;
    if (!document->record || !(export->verdicts & 1u << document->verdict) ||
        document->decided_us < export->since_us)
        return TRUE;
    g_string_truncate(export->line, 0);
    if (export->csv)
        add_csv(export, document);
    else
        add_jsonl(export, document);
    export->written++;
    return !ferror(export->console->out);
}

static void print_header(const Export *export)
{
    g_string_assign(export->line, "document,verdict,confidence");
    for (guint i = 0; i < export->columns->len; i++) {
        const char *pointer = export->columns->pdata[i];
        csv_next(export->line);
        csv_add_text(export->line, *pointer ? pointer + 1 : "record", export->raw);
    }
    csv_end(export->line);
    console_text(export->console, export->line->str);
}

static gboolean export_pack(Export *export, const char *name, gboolean bom, GError **error)
{
    g_autoptr(Config) config = console_config(export->console, error);
    g_autoptr(GPtrArray) packs = config ? console_packs(config, error) : NULL;
    const Pack *pack = packs ? console_find_pack(packs, name, error) : NULL;
    g_autoptr(Ledger) ledger = pack ? console_ledger(config, FALSE, error) : NULL;
    if (!ledger)
        return FALSE;
    g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) line = g_string_new(NULL);
    export->columns = columns;
    export->line = line;
    if (export->csv) {
        add_columns(pack->schema, pack->schema, "", 0, columns);
        if (bom)
            console_text(export->console, "\xef\xbb\xbf");
        print_header(export);
    }
    return ledger_each(ledger, -1, pack->name, 0, visit, export, error);
}

int command_export(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *format = NULL, *since = NULL, *verdicts = NULL;
    gboolean bom = FALSE;
    Export export = {.command = command,
                     .console = console,
                     .verdicts = 1u << VERDICT_ACCEPTED | 1u << VERDICT_FALLBACK};
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format, "jsonl (default) or csv", "FORMAT"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &since, "Decided since a date, or 2h, 7d ago", "TIME"},
        {"verdict", 0, 0, G_OPTION_ARG_STRING, &verdicts,
         "Of these verdicts (default accepted,fallback); review gives drafts", "LIST"},
        {"bom", 0, 0, G_OPTION_ARG_NONE, &bom,
         "csv: begin with the mark that spreadsheets look for", NULL},
        {"raw", 0, 0, G_OPTION_ARG_NONE, &export.raw,
         "csv: leave cells as they are that a spreadsheet would take for formulas", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_STATE | WITH_PACKS, argc, argv, &code))
        return code;
    if (console->n_arguments != 1)
        return console_usage(console, "export takes the name of a pack");
    export.csv = g_strcmp0(format, "csv") == 0;
    if (format && !export.csv && !g_str_equal(format, "jsonl"))
        return console_usage(console, "--format is jsonl or csv, not \"%s\"", format);
    if (since && !since_parse(since, &export.since_us))
        return console_usage(console, "--since is a time such as 2026-11-30 or 7d, not \"%s\"",
                             since);
    GError *error = NULL;
    if ((verdicts && !requeue_verdicts(verdicts, &export.verdicts, &error)) ||
        !export_pack(&export, console->arguments[0], bom, &error))
        return console_fail(console, error);
    return EXIT_OK;
}
