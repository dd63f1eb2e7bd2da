/* docket read: only the reading, as text, Markdown, JSON, hOCR or TSV; or drawn over its pages. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/publish.h"
#include "stages/read/overlay.h"
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
    {"tsv", reading_to_tsv, NULL, ""},
};

/* The file of --overlay. */
typedef struct {
    const char *path; /* NULL: none is wanted */
    OverlayFormat format;
    guint page; /* 0: all */
    gboolean written;
    GError *error; /* it could not be written */
} Drawing;

/* The first rows of the plan: in, and read. */
static const Stage *const reading_plan[] = {&stage_intake, &stage_read, NULL};

typedef struct {
    const Console *console;
    Config *config;
    Ledger *ledger;
    GPtrArray *packs; /* none: nothing is recognised */
    Lines *lines;
    Inputs inputs;
    const Format *format; /* NULL: nothing is printed */
    Drawing drawing;
    guint printed, failed;
    guint partial; /* read without some of their pages */
} Read;

static Job *next_file(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Read *read = data;
    Job *job = inputs_next(&read->inputs, engine, drained, error);
    if (job)
        job->sealed = TRUE;
    if (job && read->drawing.path)
        overlay_want(job, read->drawing.format, read->drawing.page);
    return job;
}

static void write_drawing(Drawing *drawing, const Job *job)
{
    GBytes *picture = overlay_picture(job);
    if (!picture || drawing->error)
        return;
    drawing->written = publish_file(drawing->path, g_bytes_get_data(picture, NULL),
                                    g_bytes_get_size(picture), &drawing->error);
}

/* What is missing is said, also to who looks at the exit code only. */
static void tell_partial(Read *read, const Job *job)
{
    gboolean partial = FALSE;
    for (guint i = 0; i < job->reasons->len; i++) {
        if (!g_str_has_prefix(job->reasons->pdata[i], "partial:"))
            continue;
        log_error("%s: %s", job->name, (const char *)job->reasons->pdata[i]);
        partial = TRUE;
    }
    read->partial += partial;
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
        if (read->format)
            lines_add(read->lines, input, job, print_job(read->format, job));
        write_drawing(&read->drawing, job);
        tell_partial(read, job);
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
    g_clear_error(&read->drawing.error);
    g_clear_pointer(&read->lines, lines_free);
    inputs_clear(&read->inputs);
    g_clear_pointer(&read->packs, g_ptr_array_unref);
    g_clear_pointer(&read->ledger, ledger_close);
    g_clear_pointer(&read->config, config_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

/* What --overlay and --page say. FALSE, with the exit code, when they cannot be followed. */
static gboolean set_drawing(Read *read, const char *path, int page, int *code)
{
    const Console *console = read->console;
    gboolean png = path && g_str_has_suffix(path, ".png");
    *code = EXIT_USAGE;
    if (!path && page < 0)
        return TRUE;
    if (!path)
        console_usage(console, "--page is the page of an --overlay");
    else if (!png && !g_str_has_suffix(path, ".pdf"))
        console_usage(console, "the name of --overlay ends with .pdf or .png");
    else if (console->n_arguments != 1)
        console_usage(console, "--overlay draws one document; name one FILE");
    else if (page == 0 || page < -1)
        console_usage(console, "pages count from 1");
    else
        *code = EXIT_OK;
    read->drawing = (Drawing){.path = path,
                              .format = png ? OVERLAY_PNG : OVERLAY_PDF,
                              .page = page > 0 ? (guint)page
                                      : png    ? 1
                                               : 0};
    return *code == EXIT_OK;
}

static int outcome(Read *read)
{
    Drawing *drawing = &read->drawing;
    if (drawing->error)
        return console_fail(read->console, g_steal_pointer(&drawing->error));
    if (drawing->path && !drawing->written && !read->failed) {
        log_error("%s: there are no pages to be drawn", drawing->path);
        return EXIT_FAILED;
    }
    return read->failed || read->partial ? EXIT_FAILED : EXIT_OK;
}

static const Format *find_format(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        if (g_str_equal(formats[i].name, name))
            return &formats[i];
    return NULL;
}

int command_read(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *format = NULL, *ocr = NULL, *languages = NULL, *overlay = NULL;
    int page = -1;
    const GOptionEntry entries[] = {
        {"format", 'f', 0, G_OPTION_ARG_FILENAME, &format,
         "text (default), md, json, hocr or tsv (boxes in points)", "FORMAT"},
        {"overlay", 0, 0, G_OPTION_ARG_FILENAME, &overlay,
         "Draw the boxes of what was read over its pages (with --format: print it, too)",
         "OUT.pdf|OUT.png"},
        {"page", 0, 0, G_OPTION_ARG_INT, &page, "Page of the overlay (PNG: 1; PDF: all)", "N"},
        {"ocr", 0, 0, G_OPTION_ARG_FILENAME, &ocr, "auto (default), always or never", "WHEN"},
        {"languages", 'l', 0, G_OPTION_ARG_FILENAME, &languages, "Languages of scans: eng+deu",
         "LIST"},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, 0, argc, argv, &code))
        return code;
    GError *error = NULL;
    g_auto(Read) read = {.console = console};
    if (!set_drawing(&read, overlay, page, &code))
        return code;
    read.format = find_format(format ? format : console->json ? "json" : "text");
    if (!read.format)
        return console_usage(console, "--format is text, md, json, hocr or tsv, not \"%s\"",
                             format);
    if (overlay && !format && !console->json)
        read.format = NULL;
    read.config = console_config(console, &error);
    if (!read.config || (ocr && !config_set(read.config, "readers.ocr", ocr, &error)) ||
        (languages && !config_set(read.config, "readers.languages", languages, &error)) ||
        !inputs_begin(&read.inputs, console->arguments, &error) || !walk(&read, &error))
        return console_fail(console, error);
    return outcome(&read);
}
