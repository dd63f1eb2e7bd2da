/* docket backup: a copy of the ledger, while runs go on. */
#include "pipeline/core/bytes.h"
#include "pipeline/host/ledger-backup.h"
#include "tools/commands/command.h"

static gboolean backup(const Command *command, const Console *console, const char *path,
                       gboolean force, GError **error)
{
    gint64 documents = 0;
    g_autoptr(Config) config = console_config(console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, FALSE, error) : NULL;
    if (!ledger || !ledger_backup(ledger, path, force, &documents, error))
        return FALSE;
    if (console->json) {
        g_autoptr(cJSON) object = console_object(command);
        g_autofree char *name = bytes_to_utf8(path, -1);
        cJSON_AddStringToObject(object, "file", name);
        cJSON_AddNumberToObject(object, "documents", (double)documents);
        console_value(console, object, FALSE);
        return TRUE;
    }
    g_autofree char *safe = bytes_for_terminal(path);
    log_info("%s has all that is known of %" G_GINT64_FORMAT " documents", safe, documents);
    return TRUE;
}

int command_backup(const Command *command, Console *console, int argc, char **argv)
{
    gboolean force = FALSE;
    const GOptionEntry entries[] = {
        {"force", 0, 0, G_OPTION_ARG_NONE, &force, "Replace the file if it is there", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_STATE, argc, argv, &code))
        return code;
    if (console->n_arguments != 1)
        return console_usage(console, "backup takes the name of the file to write");
    GError *error = NULL;
    return backup(command, console, console->arguments[0], force, &error)
               ? EXIT_OK
               : console_fail(console, error);
}
