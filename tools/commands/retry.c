/* docket retry: documents that the next run processes again. */
#include "pipeline/core/error.h"
#include "tools/commands/requeue.h"
#include "tools/commands/since.h"

typedef struct {
    char *verdict, *pack, *reason, *since;
    gboolean dry_run;
} Options;

static void options_clear(Options *o)
{
    g_free(o->verdict);
    g_free(o->pack);
    g_free(o->reason);
    g_free(o->since);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Failed documents and those that a template made in a model's place, unless told else: what was
 * named is meant whatever its verdict. */
static gboolean selection_of(const Options *o, gboolean named, LedgerSelection *selection,
                             GError **error)
{
    *selection = (LedgerSelection){.pack = o->pack, .reason = o->reason};
    if (!named)
        selection->verdicts = 1u << VERDICT_FAILED | 1u << VERDICT_FALLBACK;
    if (o->since && !since_parse(o->since, &selection->since_us)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--since is a time such as 2026-11-30, 2026-11-30T08:00 or 2h, not \"%s\"",
                    o->since);
        return FALSE;
    }
    return !o->verdict || requeue_verdicts(o->verdict, &selection->verdicts, error);
}

static void answer(const Command *command, const Console *console, const Requeue *requeue,
                   gboolean dry_run)
{
    if (console->json) {
        g_autoptr(cJSON) object = console_object(command);
        cJSON_AddNumberToObject(object, "put_back", requeue->ids->len);
        cJSON_AddBoolToObject(object, "dry_run", dry_run);
        cJSON_AddNumberToObject(object, "reviewed", requeue->reviewed);
        cJSON_AddNumberToObject(object, "without_original", requeue->gone);
        cJSON_AddNumberToObject(object, "held", requeue->held);
        console_value(console, object, FALSE);
        return;
    }
    requeue_explain(requeue);
    if (requeue->ids->len == 0)
        log_info("nothing is to be tried again");
    else if (dry_run)
        log_info("%u would be put back", requeue->ids->len);
    else
        log_info("%u are put back: docket run tries them again", requeue->ids->len);
}

static gboolean retry(const Command *command, const Console *console, const Options *o,
                      GError **error)
{
    LedgerSelection selection;
    g_autoptr(Config) config = console_config(console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, !o->dry_run, error) : NULL;
    if (!ledger || !selection_of(o, console->n_arguments > 0, &selection, error))
        return FALSE;
    g_autofree char *outbox = g_canonicalize_filename(config_string(config, "paths.outbox"), NULL);
    g_auto(Requeue) requeue;
    requeue_begin(&requeue, ledger, outbox);
    for (guint i = 0; i < console->n_arguments; i++)
        if (!requeue_add_named(&requeue, console->arguments[i], &selection, error))
            return FALSE;
    if (!console->n_arguments && !requeue_add_selected(&requeue, &selection, error))
        return FALSE;
    if (!o->dry_run && !requeue_commit(&requeue, "retry", error))
        return FALSE;
    answer(command, console, &requeue, o->dry_run);
    return TRUE;
}

int command_retry(const Command *command, Console *console, int argc, char **argv)
{
    g_auto(Options) o = {NULL};
    const GOptionEntry entries[] = {
        {"verdict", 0, 0, G_OPTION_ARG_STRING, &o.verdict,
         "Of these verdicts: failed, review, fallback, accepted (default failed,fallback)", "LIST"},
        {"pack", 'p', 0, G_OPTION_ARG_STRING, &o.pack, "Of this pack", "NAME"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &o.reason,
         "For this reason: the word before the colon, as docket show prints it", "WORD"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &o.since, "Decided since a date, or 2h, 7d ago",
         "TIME"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &o.dry_run, "Only say how many", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_OUTBOX | WITH_STATE, argc, argv, &code))
        return code;
    if (!console->n_arguments && !o.verdict && !o.pack && !o.reason && !o.since)
        return console_usage(console,
                             "say what to try again: names, --verdict, --pack, --reason, --since");
    GError *error = NULL;
    return retry(command, console, &o, &error) ? EXIT_OK : console_fail(console, error);
}
