#include "log.h"

#include "bytes.h"
#include <stdio.h>
#include <string.h>

#define DOMAIN "docket"

typedef struct {
    char *program;
    LogLevel level;
} LogState;

/* GLib's structured log on a terminal line: "docket: message". Messages of libraries (domains other
 * than ours) are debug talk. */
static GLogWriterOutput write_line(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                   gpointer data)
{
    const LogState *state = data;
    const char *message = NULL, *domain = NULL;
    for (gsize i = 0; i < n_fields; i++) {
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            message = fields[i].value;
        else if (strcmp(fields[i].key, "GLIB_DOMAIN") == 0)
            domain = fields[i].value;
    }
    gboolean ours = g_strcmp0(domain, DOMAIN) == 0;
    gboolean fatal = level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
    LogLevel needed = fatal                                  ? LOG_QUIET
                      : !ours || (level & G_LOG_LEVEL_DEBUG) ? LOG_VERBOSE
                      : level & G_LOG_LEVEL_WARNING          ? LOG_QUIET
                                                             : LOG_NORMAL;
    if (message && state->level >= needed) {
        g_autofree char *safe = bytes_for_terminal(message);
        fprintf(stderr, "%s: %s\n", state->program, safe);
    }
    return G_LOG_WRITER_HANDLED;
}

static void state_free(gpointer data)
{
    LogState *state = data;
    g_free(state->program);
    g_free(state);
}

void log_start(const char *program, LogLevel level)
{
    LogState *state = g_new0(LogState, 1);
    state->program = g_strdup(program);
    state->level = level;
    g_log_set_writer_func(write_line, state, state_free);
}

static void say(GLogLevelFlags level, const char *format, va_list args) G_GNUC_PRINTF(2, 0);
static void say(GLogLevelFlags level, const char *format, va_list args)
{
    g_autofree char *text = g_strdup_vprintf(format, args);
    GLogField fields[] = {{"GLIB_DOMAIN", DOMAIN, -1}, {"MESSAGE", text, -1}};
    g_log_structured_array(level, fields, G_N_ELEMENTS(fields));
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(G_LOG_LEVEL_WARNING, format, args);
    va_end(args);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(G_LOG_LEVEL_MESSAGE, format, args);
    va_end(args);
}

void log_debug(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(G_LOG_LEVEL_DEBUG, format, args);
    va_end(args);
}
