/* docket read: only the reading, as text, Markdown, JSON or hOCR. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/engine.h"
#include "stages/stages.h"
#include "tools/commands/command.h"
#include "tools/commands/inputs.h"
#include "tools/commands/lines.h"

typedef struct {
    const char *name;
    char *(*print)(const Reading *reading);
    const char *heading; /* above what stands in another document; NULL: none */
    const char *between; /* what stands between two documents */
} Format;

static const Format formats[] = {
    {"text", reading_to_text, "==> %s <==\n", "\f"},
    {"md", reading_to_markdown, "# %s\n\n", "\n"},
    {"json", reading_to_json, NULL, ""},
    {"hocr", reading_to_hocr, NULL, ""},
};

/* The first rows of the plan: in, and read. */
static const Stage *const reading_plan[] = {&stage_intake, &stage_read, NULL};

typedef struct {
    const Console *console;
    Config *config;
    Ledger *ledger;
    GPtrArray *packs; /* none: nothing is recognised */
    Lines *lines;
    Inputs inputs;
    const Format *format;
    guint printed, failed;
} Read;

static Job *next_file(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Job *job = inputs_next(&((Read *)data)->inputs, engine, drained, error);
    if (job)
        job->sealed = TRUE;
    return job;
}

/* Below a text for people: what else is in it. */
static void add_attachments(GString *text, const Reading *reading)
{
    for (guint i = 0; i < reading->attachments->len; i++) {
        const Attachment *attachment = reading->attachments->pdata[i];
        g_autofree char *size = g_format_size(attachment->size);
        g_autofree char *name = bytes_for_terminal(attachment->name);
        g_autofree char *type = bytes_for_terminal(attachment->media_type);
        g_string_append_printf(text, "%s%s (%s%s%s)\n", i ? "  " : "\nholds:\n  ", name, type,
                               *type ? ", " : "", size);
    }
}

static char *print_job(const Format *format, const Job *job)
{
    g_autofree char *body = format->print(job->reading);
    if (!format->heading)
        return g_steal_pointer(&body);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *name = bytes_for_terminal(job->name);
    if (job->parent && job->kind != JOB_ROW) {
        g_auto(GStrv) around = g_strsplit(format->heading, "%s", 2);
        g_string_append_printf(text, "%s%s%s", around[0], name, around[1]);
    }
    g_string_append(text, body);
    add_attachments(text, job->reading);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void file_done(Engine *engine, Job *job, gpointer data)
{
    Read *read = data;
    guint input = inputs_index(job);
    if (job->reading) {
        lines_add(read->lines, input, job, print_job(read->format, job));
        for (guint i = 0; i < job->reading->notes->len; i++)
            log_debug("%s: %s", job->name, (const char *)job->reading->notes->pdata[i]);
    } else if ((job->kind != JOB_BATCH && job->kind != JOB_CONTAINER) || job->error_code >= 0) {
        read->failed++;
        log_error("%s: %s", job->name,
                  job->reasons->len ? (const char *)job->reasons->pdata[0] : "could not be read");
    }
    if (!job->parent)
        lines_end(read->lines, input);
}

static void print_reading(const char *text, gpointer data)
{
    Read *read = data;
    if (read->printed++)
        console_text(read->console, read->format->between);
    console_text(read->console, text);
    gsize length = strlen(text);
    if (length == 0 || text[length - 1] != '\n')
        console_text(read->console, "\n");
}

static gboolean walk(Read *read, GError **error)
{
    read->ledger = ledger_open(NULL, TRUE, error);
    if (!read->ledger)
        return FALSE;
    read->packs = g_ptr_array_new();
    read->lines = lines_new(read->console->n_arguments, print_reading, read);
    EngineOptions options = {.plan = reading_plan,
                             .config = read->config,
                             .packs = read->packs,
                             .ledger = read->ledger,
                             .source = next_file,
                             .done = file_done,
                             .data = read};
    g_autoptr(Engine) engine = engine_new(&options, error);
    return engine && console_engine(engine, error);
}

static void read_clear(Read *read)
{
    g_clear_pointer(&read->lines, lines_free);
    inputs_clear(&read->inputs);
    g_clear_pointer(&read->packs, g_ptr_array_unref);
    g_clear_pointer(&read->ledger, ledger_close);
    g_clear_pointer(&read->config, config_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

static const Format *find_format(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        if (g_str_equal(formats[i].name, name))
            return &formats[i];
    return NULL;
}

int command_read(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *format = NULL, *ocr = NULL, *languages = NULL;
    const GOptionEntry entries[] = {
        {"format", 'f', 0, G_OPTION_ARG_FILENAME, &format, "text (default), md, json or hocr",
         "FORMAT"},
        {"ocr", 0, 0, G_OPTION_ARG_FILENAME, &ocr, "auto (default), always or never", "WHEN"},
        {"languages", 'l', 0, G_OPTION_ARG_FILENAME, &languages, "Languages of scans: eng+deu",
         "LIST"},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, 0, argc, argv, &code))
        return code;
    GError *error = NULL;
    g_auto(Read) read = {.console = console};
    read.format = find_format(format ? format : console->json ? "json" : "text");
    if (!read.format)
        return console_usage(console, "--format is text, md, json or hocr, not \"%s\"", format);
    read.config = console_config(console, &error);
    if (!read.config || (ocr && !config_set(read.config, "readers.ocr", ocr, &error)) ||
        (languages && !config_set(read.config, "readers.languages", languages, &error)) ||
        !inputs_begin(&read.inputs, console->arguments, &error) || !walk(&read, &error))
        return console_fail(console, error);
    return read.failed ? EXIT_FAILED : EXIT_OK;
}
