/* docket watch: a pass over the inbox whenever something has arrived, until it is told to stop. */
#include <glib-unix.h>
#include <signal.h>
#include <string.h>

#include "pipeline/core/error.h"
#include "stages/intake/inbox-watch.h"
#include "tools/commands/pass.h"
#include "tools/commands/since.h"

/* What waits for money, for a model or for a batch, what was put back, and files whose writers never
 * closed them, are looked for so often without any news. */
#define AGAIN_S 60u
/* News that come together make one pass. */
#define GATHER_MS 50u

typedef struct {
    const Command *command;
    Pass pass;
    GMainContext *context;
    InboxWatch *inotify; /* NULL: it polls */
    guint poll_s;
    gboolean told_to_stop, due;
} Watch;

static void watch_clear(Watch *watch)
{
    g_clear_pointer(&watch->inotify, inbox_watch_free);
    g_clear_pointer(&watch->context, g_main_context_unref);
    pass_clear(&watch->pass);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Watch, watch_clear)

/* ---- what wakes it ---- */

static gboolean on_signal(gpointer data)
{
    Watch *watch = data;
    watch->told_to_stop = TRUE;
    return G_SOURCE_CONTINUE;
}

static gboolean on_time(gpointer data)
{
    Watch *watch = data;
    watch->due = TRUE;
    return G_SOURCE_REMOVE;
}

static gboolean on_news(int fd, GIOCondition condition, gpointer data)
{
    (void)fd;
    (void)condition;
    Watch *watch = data;
    gboolean news = FALSE;
    /* A folder that cannot be watched is the next pass's to tell. */
    watch->due = !inbox_watch_take(watch->inotify, &news, NULL) || news;
    return G_SOURCE_CONTINUE;
}

static GSource *attach(Watch *watch, GSource *source, GSourceFunc callback)
{
    g_source_set_callback(source, callback, watch, NULL);
    g_source_attach(source, watch->context);
    return source;
}

static void detach(GSource *source)
{
    g_source_destroy(source);
    g_source_unref(source);
}

static void wait_for_news(Watch *watch)
{
    watch->due = FALSE;
    guint seconds = watch->inotify ? AGAIN_S : watch->poll_s;
    GSource *timer = attach(watch, g_timeout_source_new_seconds(seconds), on_time);
    GSource *news = NULL;
    if (watch->inotify)
        news = attach(watch, g_unix_fd_source_new(inbox_watch_fd(watch->inotify), G_IO_IN),
                      G_SOURCE_FUNC(on_news));
    while (!watch->due && !watch->told_to_stop)
        g_main_context_iteration(watch->context, TRUE);
    detach(timer);
    if (news)
        detach(news);
    if (!watch->told_to_stop)
        g_usleep(GATHER_MS * 1000);
}

/* ---- passes ---- */

/* What an operator mends while we wait: room on the disk, a folder or mount that went away. */
static gboolean may_pass_over(const GError *error)
{
    return g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_DISK_FULL) ||
           g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_IO) ||
           g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
}

/* One pass; FALSE: it ends here. A fault that may pass over is said once, not every minute. */
static gboolean make_pass(Watch *watch, GError **fault)
{
    g_autoptr(GError) error = NULL;
    gboolean news;
    if ((watch->inotify && !inbox_watch_take(watch->inotify, &news, &error)) ||
        !pass_walk(&watch->pass, &error)) {
        if (!may_pass_over(error)) {
            g_clear_error(fault);
            g_propagate_error(fault, g_steal_pointer(&error));
            return FALSE;
        }
        if (!*fault || strcmp((*fault)->message, error->message) != 0)
            log_error("%s; tried again every %u s", error->message,
                      watch->inotify ? AGAIN_S : watch->poll_s);
        g_clear_error(fault);
        *fault = g_steal_pointer(&error);
        return TRUE;
    }
    if (*fault)
        log_info("it works again");
    g_clear_error(fault);
    if (pass_decided(&watch->pass))
        pass_print(watch->command, &watch->pass, pass_exit_code(&watch->pass));
    return TRUE;
}

static int work(Watch *watch)
{
    GError *error = NULL;
    /* For as long as it lives: a signal between two passes is no sudden end either. */
    GSource *term = attach(watch, g_unix_signal_source_new(SIGTERM), on_signal);
    GSource *interrupt = attach(watch, g_unix_signal_source_new(SIGINT), on_signal);
    gboolean good = TRUE;
    while (good && !watch->told_to_stop) {
        good = make_pass(watch, &error);
        while (g_main_context_iteration(watch->context, FALSE))
            ;
        if (good && !watch->told_to_stop)
            wait_for_news(watch);
    }
    detach(term);
    detach(interrupt);
    if (!good)
        return console_fail(watch->pass.console, error);
    g_clear_error(&error);
    return EXIT_INTERRUPTED;
}

int command_watch(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *pack = NULL;
    gboolean batch = FALSE;
    int poll_s = 0;
    const GOptionEntry entries[] = {
        {"pack", 'p', 0, G_OPTION_ARG_FILENAME, &pack, "Every document is of this kind", "NAME"},
        {"batch", 0, 0, G_OPTION_ARG_NONE, &batch,
         "Ask models through the provider's batch API: answers come later", NULL},
        {"poll", 0, 0, G_OPTION_ARG_INT, &poll_s,
         "Look every so many seconds: for network shares, which do not tell what arrives", "S"},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries,
                         WITH_INBOX | WITH_OUTBOX | WITH_STATE | WITH_PACKS, argc, argv, &code))
        return code;
    if (console->n_arguments)
        return console_usage(console, "watch takes no file names; documents lie in the inbox");
    if (poll_s < 0 || poll_s > 86400)
        return console_usage(console, "--poll is a number of seconds from 1 to 86400");
    GError *error = NULL;
    g_auto(Watch) watch = {.command = command,
                           .pass = {.console = console, .pack = pack},
                           .context = g_main_context_new(),
                           .poll_s = (guint)poll_s};
    watch.pass.config = console_config(console, &error);
    if (!watch.pass.config ||
        (batch && !config_set(watch.pass.config, "run.batch", "yes", &error)) ||
        !pass_prepare(&watch.pass, &error))
        return console_fail(console, error);
    if (!poll_s)
        watch.inotify = inbox_watch_new(config_string(watch.pass.config, "paths.inbox"), &error);
    if (!poll_s && !watch.inotify)
        return console_fail(console, error);
    return work(&watch);
}
