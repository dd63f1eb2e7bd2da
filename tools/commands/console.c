/* Options, output and errors, the same for every command. */
#include <string.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "tools/commands/command.h"

static const char *const folder_keys[] = {"paths.inbox", "paths.outbox", "paths.state",
                                          "paths.packs"};

void console_clear(Console *console)
{
    g_clear_pointer(&console->arguments, g_strfreev);
    g_clear_pointer(&console->config_file, g_free);
    for (guint i = 0; i < G_N_ELEMENTS(console->paths); i++)
        g_clear_pointer(&console->paths[i], g_free);
}

static void start_log(const Console *console)
{
    log_start("docket", console->quiet ? LOG_QUIET : console->verbose ? LOG_VERBOSE : LOG_NORMAL);
}

/* The options of the command's folders and the common ones. */
static void add_entries(GOptionContext *context, Console *console, guint folders, gboolean *help,
                        gboolean *version, gboolean *no_progress)
{
    const GOptionEntry paths[] = {
        {"inbox", 0, 0, G_OPTION_ARG_FILENAME, &console->paths[0],
         "Folder that documents arrive in", "FOLDER"},
        {"outbox", 0, 0, G_OPTION_ARG_FILENAME, &console->paths[1],
         "Folder for records, reviews and failures", "FOLDER"},
        {"state", 0, 0, G_OPTION_ARG_FILENAME, &console->paths[2], "Folder of the ledger",
         "FOLDER"},
        {"packs", 0, 0, G_OPTION_ARG_FILENAME, &console->paths[3], "Folder of packs", "FOLDER"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        const GOptionEntry one[] = {paths[i], {NULL}};
        if (folders & (1u << i))
            g_option_context_add_main_entries(context, one, NULL);
    }
    const GOptionEntry common[] = {
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &console->config_file,
         "Configuration file, in place of ./docket.conf", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &console->json, "Answer in JSON (versioned)", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &console->quiet, "Say nothing but errors", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &console->verbose, "Say more", NULL},
        {"no-progress", 0, 0, G_OPTION_ARG_NONE, no_progress, "No progress line on a terminal",
         NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, version, "Print the version", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, help, "Print this help", NULL},
        {NULL}};
    g_option_context_add_main_entries(context, common, NULL);
}

/* GOption takes a mutable argument vector and leaves in it what it did not know. */
static gboolean parse_arguments(GOptionContext *context, Console *console, int argc, char **argv,
                                GError **error)
{
    g_autoptr(GStrvBuilder) copy = g_strv_builder_new();
    for (int i = 0; i < argc; i++)
        g_strv_builder_add(copy, argv[i]);
    g_auto(GStrv) arguments = g_strv_builder_end(copy);
    g_option_context_set_strict_posix(context, FALSE);
    if (!g_option_context_parse_strv(context, &arguments, error))
        return FALSE;
    /* After "--" everything is a name, also one that begins with a dash. */
    guint from = 1;
    if (arguments[from] && g_str_equal(arguments[from], "--"))
        from++;
    console->arguments = g_strdupv(arguments + MIN(from, g_strv_length(arguments)));
    console->n_arguments = g_strv_length(console->arguments);
    return TRUE;
}

gboolean console_options(Console *console, const Command *command, const GOptionEntry *own,
                         guint folders, int argc, char **argv, int *code)
{
    gboolean help = FALSE, version = FALSE, no_progress = FALSE;
    g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
    g_autofree char *program = g_strdup_printf("docket %s", command->name);
    g_autofree char *summary =
        g_strdup_printf("%c%s.", g_ascii_toupper(command->summary[0]), command->summary + 1);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, summary);
    if (command->details)
        g_option_context_set_description(context, command->details);
    if (own)
        g_option_context_add_main_entries(context, own, NULL);
    add_entries(context, console, folders, &help, &version, &no_progress);
    g_set_prgname(program);

    g_autoptr(GError) bad = NULL;
    gboolean parsed = parse_arguments(context, console, argc, argv, &bad);
    start_log(console);
    if (!parsed) {
        *code = console_usage(console, "%s", bad->message);
        return FALSE;
    }
    console->terminal = isatty(STDERR_FILENO) == 1;
    console->progress = console->terminal && !no_progress && !console->quiet && !console->json;
    *code = EXIT_OK;
    if (help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
        console_text(console, text);
    } else if (version) {
        console_line(console, "docket %s", DOCKET_VERSION);
    }
    return !help && !version;
}

/* ---- errors ---- */

static int exit_code_of(const GError *error)
{
    if (error->domain != DOCKET_ERROR)
        return EXIT_INTERNAL;
    switch (error->code) {
    case DOCKET_ERROR_USAGE:
    case DOCKET_ERROR_CONFIG:
    case DOCKET_ERROR_PACK:
    case DOCKET_ERROR_SCHEMA:
    case DOCKET_ERROR_NOT_FOUND:
    case DOCKET_ERROR_NO_SANDBOX:
        return EXIT_USAGE;
    case DOCKET_ERROR_INVALID:
        return EXIT_FAILED;
    case DOCKET_ERROR_NO_MODEL:
        return EXIT_NO_MODEL;
    case DOCKET_ERROR_NO_BUDGET:
        return EXIT_NO_BUDGET;
    case DOCKET_ERROR_LOCKED:
        return EXIT_LOCKED;
    case DOCKET_ERROR_INTERRUPTED:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_INTERNAL;
    }
}

int console_fail(const Console *console, GError *error)
{
    g_autoptr(GError) owned = error;
    int code = exit_code_of(error);
    int number = error->domain == DOCKET_ERROR ? error->code : DOCKET_ERROR_INTERNAL;
    const char *advice = docket_error_advice(number);
    if (console->json) {
        g_autoptr(cJSON) object = cJSON_CreateObject();
        cJSON_AddNumberToObject(object, "version", 1);
        cJSON *inner = cJSON_AddObjectToObject(object, "error");
        cJSON_AddStringToObject(inner, "reason", docket_error_reason(number));
        g_autofree char *message = bytes_to_utf8(error->message, -1);
        cJSON_AddStringToObject(inner, "message", message);
        cJSON_AddStringToObject(inner, "advice", advice);
        cJSON_AddNumberToObject(inner, "exit_code", code);
        g_autofree char *text = json_print(object, FALSE);
        fprintf(stderr, "%s\n", text);
    } else if (!(console->quiet && code == EXIT_LOCKED)) {
        log_error("%s", error->message);
        if (number == DOCKET_ERROR_USAGE)
            log_info("See `%s --help`.", g_get_prgname());
        else if (number != DOCKET_ERROR_NOT_FOUND) /* its message says what is missing */
            log_info("%s", advice);
    }
    return code;
}

int console_usage(const Console *console, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return console_fail(console, g_error_new_literal(DOCKET_ERROR, DOCKET_ERROR_USAGE, message));
}

/* ---- data ---- */

void console_text(const Console *console, const char *text)
{
    fputs(text, console->out);
}

void console_safe(const Console *console, const char *text)
{
    g_autofree char *safe = bytes_for_terminal(text);
    fputs(safe, console->out);
}

void console_talk(const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *safe = bytes_for_terminal(lines[i]);
        fprintf(stderr, "%s%s", i ? "\n" : "", safe);
    }
}

void console_line(const Console *console, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    console_safe(console, line);
    fputc('\n', console->out);
}

void console_value(const Console *console, const cJSON *value, gboolean indented)
{
    g_autofree char *text = json_print(value, indented);
    fputs(text, console->out);
    fputc('\n', console->out);
}

cJSON *console_object(const Command *command)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "version", 1);
    cJSON_AddStringToObject(object, "command", command->name);
    return object;
}

Config *console_config(const Console *console, GError **error)
{
    g_autoptr(Config) config = config_load(console->config_file, error);
    if (!config)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(console->paths); i++)
        if (console->paths[i] && !config_set(config, folder_keys[i], console->paths[i], error))
            return NULL;
    return g_steal_pointer(&config);
}
