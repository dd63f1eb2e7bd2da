/* docket run: one pass over the inbox until it is drained. */
#include "tools/commands/pass.h"
#include "tools/commands/run-estimate.h"
#include "tools/commands/since.h"

int command_run(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *pack = NULL;
    gboolean estimate = FALSE, batch = FALSE;
    g_autofree char *max_time = NULL;
    const GOptionEntry entries[] = {
        {"pack", 'p', 0, G_OPTION_ARG_FILENAME, &pack, "Every document is of this kind", "NAME"},
        {"batch", 0, 0, G_OPTION_ARG_NONE, &batch,
         "Ask models through the provider's batch API: answers come in a later run", NULL},
        {"max-time", 0, 0, G_OPTION_ARG_STRING, &max_time,
         "End after so long at the latest, such as 280s or 4m; the next run goes on", "TIME"},
        {"estimate", 0, 0, G_OPTION_ARG_NONE, &estimate,
         "Print what a run would ask models and cost, without asking or moving anything", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries,
                         WITH_INBOX | WITH_OUTBOX | WITH_STATE | WITH_PACKS, argc, argv, &code))
        return code;
    if (console->n_arguments)
        return console_usage(console, "run takes no file names; documents lie in the inbox, or use "
                                      "docket extract FILE");
    if (estimate)
        return run_estimate(command, console, pack);
    GError *error = NULL;
    g_auto(Pass) pass = {.console = console, .pack = pack};
    if (max_time && !span_parse(max_time, &pass.max_time_us))
        return console_usage(console, "--max-time is a time such as 280s or 4m, not \"%s\"",
                             max_time);
    pass.config = console_config(console, &error);
    if (!pass.config || (batch && !config_set(pass.config, "run.batch", "yes", &error)) ||
        !pass_prepare(&pass, &error))
        return console_fail(console, error);
    gboolean good = pass_walk(&pass, &error);
    pass_end_deliveries(&pass, !good || pass.stopped);
    code = good ? pass_exit_code(&pass) : console_fail(console, error);
    pass_print(command, &pass, code);
    return code;
}
