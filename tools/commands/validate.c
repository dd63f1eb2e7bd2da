/* docket validate: JSON files against a JSON Schema. Sentences for people on stderr; on stdout only
 * the standard output that --format asks for, or --json. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "stages/check/schema/schema.h"
#include "tools/commands/command.h"

enum { EXIT_INVALID = 1 };

typedef struct {
    const Command *command;
    Console *console;
    Schema *schema;
    int output;      /* SchemaOutput, -1: none is wanted */
    gboolean lines;  /* every line of an instance file is an instance */
    gboolean silent; /* no sentences */
    guint invalid;
} Validation;

/* "-" is standard input. */
static char *read_text(const char *path, gsize *length, GError **error)
{
    int file = strcmp(path, "-") == 0 ? STDIN_FILENO : -1;
    g_autofree char *text = NULL;
    g_autoptr(GError) local = NULL;
    if (file < 0) {
        if (g_file_get_contents(path, &text, length, &local))
            return g_steal_pointer(&text);
        g_autofree char *shown = bytes_for_terminal(path);
        int code = g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? DOCKET_ERROR_NOT_FOUND
                                                                            : DOCKET_ERROR_USAGE;
        g_set_error(error, DOCKET_ERROR, code, "%s cannot be read: %s", shown, local->message);
        return NULL;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 buffer[65536];
    ssize_t n;
    while ((n = read(file, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            g_byte_array_append(bytes, buffer, (guint)n);
        if (bytes->len > DOCKET_MAX_JSON_BYTES)
            break;
    }
    if (n != 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "standard input cannot be read: %s",
                    n < 0 ? g_strerror(errno) : "too large");
        return NULL;
    }
    *length = bytes->len;
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
}

/* What is printed for one instance on stdout, if anything. */
static void print_data(const Validation *v, const char *name, guint64 line, SchemaVerdict verdict,
                       const GPtrArray *findings)
{
    if (v->output < 0 && !v->console->json)
        return;
    SchemaOutput kind = v->output < 0 ? SCHEMA_OUTPUT_BASIC : (SchemaOutput)v->output;
    g_autoptr(cJSON) unit = schema_output(kind, verdict, findings);
    if (v->console->json) {
        cJSON *object = console_object(v->command);
        g_autofree char *utf8 = bytes_to_utf8(name, -1);
        cJSON_AddStringToObject(object, "instance", utf8);
        if (line > 0)
            cJSON_AddNumberToObject(object, "line", (double)line);
        cJSON_AddBoolToObject(object, "valid", verdict == SCHEMA_VALID);
        cJSON_AddItemToObject(object, "output", g_steal_pointer(&unit));
        unit = object;
    }
    console_value(v->console, unit, v->output >= 0 && !v->lines && !v->console->json);
}

static void say_findings(const Validation *v, const char *name, guint64 line,
                         const GPtrArray *findings)
{
    if (v->silent)
        return;
    g_autofree char *where =
        line > 0 ? g_strdup_printf("%s:%" G_GUINT64_FORMAT, name, line) : g_strdup(name);
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(findings, i);
        log_error("%s: %s", where, finding->sentence);
    }
    if (findings->len >= SCHEMA_MAX_FINDINGS)
        log_error("%s: … and more; only the first %u are named", where, SCHEMA_MAX_FINDINGS);
}

/* A text that is no JSON fits no schema. */
static SchemaFinding *not_json(const GError *error)
{
    SchemaFinding *finding = g_new0(SchemaFinding, 1);
    finding->instance = g_strdup("");
    finding->keyword = g_strdup("");
    finding->absolute = g_strdup("");
    finding->rule = g_strdup("json");
    finding->sentence = g_strdup_printf("this is not JSON: %s", error->message);
    return finding;
}

static void validate_text(Validation *v, const char *name, guint64 line, const char *text,
                          gsize length)
{
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) instance = json_parse(text, length, &error);
    SchemaVerdict verdict = SCHEMA_INVALID;
    if (instance == NULL)
        g_ptr_array_add(findings, not_json(error));
    else if (v->output == SCHEMA_OUTPUT_FLAG && v->silent)
        verdict = schema_check(v->schema, instance);
    else
        verdict = schema_evaluate(v->schema, instance, findings);
    v->invalid += verdict != SCHEMA_VALID;
    print_data(v, name, line, verdict, findings);
    say_findings(v, name, line, findings);
}

static gboolean is_blank(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i]))
            return FALSE;
    }
    return TRUE;
}

static void validate_lines(Validation *v, const char *name, const char *text, gsize length)
{
    guint64 line = 1;
    for (const char *at = text, *end = text + length; at < end; line++) {
        const char *stop = memchr(at, '\n', (gsize)(end - at));
        gsize size = (gsize)((stop == NULL ? end : stop) - at);
        if (!is_blank(at, size))
            validate_text(v, name, line, at, size);
        at += size + 1;
    }
}

static gboolean validate_file(Validation *v, const char *path, GError **error)
{
    gsize length;
    g_autofree char *text = read_text(path, &length, error);
    if (text == NULL)
        return FALSE;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    if (v->lines)
        validate_lines(v, name, text, length);
    else
        validate_text(v, name, 0, text, length);
    return TRUE;
}

static Schema *load_schema(const char *path, gboolean assert_format, GError **error)
{
    gsize length;
    g_autofree char *text = read_text(path, &length, error);
    if (text == NULL)
        return NULL;
    g_autofree char *shown = bytes_for_terminal(path);
    GError *inner = NULL;
    g_autoptr(cJSON) document = json_parse(text, length, &inner);
    SchemaOptions options = {.assert_format = assert_format};
    Schema *schema = document == NULL ? NULL : schema_compile(document, &options, &inner);
    if (schema == NULL) {
        /* Text that is no JSON is a broken schema, too. */
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s: %s", shown, inner->message);
        g_clear_error(&inner);
    }
    return schema;
}

static int validate_all(Validation *v, gboolean assert_format)
{
    GError *error = NULL;
    GStrv names = v->console->arguments;
    g_autoptr(Schema) schema = load_schema(names[0], assert_format, &error);
    v->schema = schema;
    for (char **name = names + 1; error == NULL && *name != NULL; name++) {
        if (!validate_file(v, *name, &error))
            break;
    }
    if (error != NULL) {
        console_fail(v->console, error);
        return EXIT_USAGE;
    }
    return v->invalid > 0 ? EXIT_INVALID : EXIT_OK;
}

COMMAND(validate)
{
    g_autofree char *format = NULL;
    gboolean lines = FALSE, assert_format = FALSE;
    const GOptionEntry own[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format,
         "Print the standard output for each instance: flag, basic or detailed", "KIND"},
        {"jsonl", 0, 0, G_OPTION_ARG_NONE, &lines, "Each line of a file is an instance", NULL},
        {"assert-format", 0, 0, G_OPTION_ARG_NONE, &assert_format,
         "Formats (date, email, uri, …) are rules, not only notes", NULL},
        {NULL}};
    int code;
    if (!console_options(console, command, own, 0, argc, argv, &code))
        return code;
    int output = format == NULL ? -1 : schema_output_from_name(format);
    if (format != NULL && output < 0)
        return console_usage(console, "--format is flag, basic or detailed, not \"%s\"", format);
    if (console->n_arguments < 2)
        return console_usage(console, "a schema and at least one instance are needed");
    Validation v = {.command = command,
                    .console = console,
                    .output = output,
                    .lines = lines,
                    .silent = console->quiet || console->json};
    return validate_all(&v, assert_format);
}
