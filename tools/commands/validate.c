/* docket validate: JSON files against a JSON Schema. Sentences for people on stderr; on stdout only
 * the standard output that --format asks for, or --json. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "tools/commands/bowtie.h"
#include "tools/commands/command.h"
#include "tools/commands/feed.h"
#include "tools/commands/schema-load.h"
#include "tools/commands/schema-typos.h"

enum { EXIT_INVALID = 1 };

typedef struct {
    const Command *command;
    Console *console;
    const Schema *schema;
    JsonReader *reader;
    GPtrArray *findings;
    int output;      /* SchemaOutput, -1: none is wanted */
    gboolean lines;  /* every line of an instance file is an instance */
    gboolean silent; /* no sentences */
    guint64 valid, invalid, undecided;
    gboolean unread; /* an instance file could not be read */
} Validation;

/* Where an instance stands. */
typedef struct {
    const char *name; /* of the file */
    guint64 line;     /* 0: the file is one instance */
} Place;

/* What is printed for one instance on stdout, if anything. */
static void print_data(const Validation *v, Place place, SchemaVerdict verdict,
                       const cJSON *instance)
{
    static const char *const words[] = {"valid", "invalid", "undecided"};
    /* Where no kind is asked for, reasons are of use, annotations are not. */
    SchemaOutput kind = v->output >= 0            ? (SchemaOutput)v->output
                        : verdict == SCHEMA_VALID ? SCHEMA_OUTPUT_FLAG
                                                  : SCHEMA_OUTPUT_BASIC;
    const SchemaFinding *first = v->findings->len == 0 ? NULL : g_ptr_array_index(v->findings, 0);
    g_autoptr(cJSON) unit = instance == NULL ? schema_output_refusal(kind, first->sentence)
                                             : schema_output(kind, v->schema, instance);
    if (v->console->json) {
        cJSON *object = console_object(v->command);
        g_autofree char *utf8 = bytes_to_utf8(place.name, -1);
        cJSON_AddStringToObject(object, "instance", utf8);
        if (place.line > 0)
            cJSON_AddNumberToObject(object, "line", (double)place.line);
        cJSON_AddBoolToObject(object, "valid", verdict == SCHEMA_VALID);
        cJSON_AddStringToObject(object, "verdict", words[verdict]);
        cJSON_AddItemToObject(object, "output", g_steal_pointer(&unit));
        unit = object;
    }
    console_value(v->console, unit, v->output >= 0 && !v->lines && !v->console->json);
}

static void say_findings(const Validation *v, Place place)
{
    if (v->findings->len == 0)
        return;
    g_autofree char *where = place.line > 0
                                 ? g_strdup_printf("%s:%" G_GUINT64_FORMAT, place.name, place.line)
                                 : g_strdup(place.name);
    /* Several keywords may say the same of one value: once is enough for people. */
    g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < v->findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(v->findings, i);
        if (g_hash_table_add(said, finding->sentence))
            log_error("%s: %s", where, finding->sentence);
    }
    if (v->findings->len >= SCHEMA_MAX_FINDINGS)
        log_error("%s: … and more; only the first %u are named", where, SCHEMA_MAX_FINDINGS);
}

/* A text that is no JSON fits no schema. */
static SchemaFinding *not_json(const char *why)
{
    SchemaFinding *finding = g_new0(SchemaFinding, 1);
    finding->instance = g_strdup("");
    finding->keyword = g_strdup("");
    finding->absolute = g_strdup("");
    finding->rule = g_strdup("json");
    finding->sentence = g_strdup_printf("this is refused as JSON: %s", why);
    return finding;
}

/* `instance` is NULL when the text was no JSON; then `why` says so. Most instances of a large file are
 * valid, and nobody wants to hear of them: they cost a parse and a check. */
static void judge(Validation *v, Place place, const cJSON *instance, const char *why)
{
    SchemaVerdict verdict = instance == NULL ? SCHEMA_INVALID : schema_check(v->schema, instance);
    v->valid += verdict == SCHEMA_VALID;
    v->invalid += verdict == SCHEMA_INVALID;
    v->undecided += verdict == SCHEMA_UNDECIDED;
    const gboolean data = v->output >= 0 || v->console->json;
    g_ptr_array_set_size(v->findings, 0);
    if (instance == NULL)
        g_ptr_array_add(v->findings, not_json(why));
    else if (verdict != SCHEMA_VALID && !v->silent)
        schema_evaluate(v->schema, instance, v->findings);
    if (data)
        print_data(v, place, verdict, instance);
    if (!v->silent)
        say_findings(v, place);
}

static void judge_text(Validation *v, Place place, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    const cJSON *instance = json_reader_parse(v->reader, text, length, &error);
    judge(v, place, instance, error == NULL ? NULL : error->message);
}

static gboolean is_blank(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i]))
            return FALSE;
    }
    return TRUE;
}

static void judge_long_line(Validation *v, Place place)
{
    g_autofree char *why =
        g_strdup_printf("the line is longer than %u MB", DOCKET_MAX_JSON_BYTES >> 20);
    judge(v, place, NULL, why);
}

/* Every text of a file; FALSE when the file cannot be read to its end. */
static gboolean judge_file(Validation *v, const char *path, GError **error)
{
    g_autoptr(Feed) feed = feed_open(path, error);
    if (feed == NULL)
        return FALSE;
    Place place = {strcmp(path, "-") == 0 ? "standard input" : path, 0};
    const char *text;
    gsize length;
    if (!v->lines) {
        FeedState state = feed_all(feed, &text, &length, error);
        if (state == FEED_TEXT)
            judge_text(v, place, text, length);
        else if (state == FEED_TOO_LONG)
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "%s is larger than %u MB; if every line is an instance, use --jsonl",
                        place.name, DOCKET_MAX_JSON_BYTES >> 20);
        return state == FEED_TEXT;
    }
    for (;;) {
        place.line++;
        switch (feed_line(feed, &text, &length, error)) {
        case FEED_TEXT:
            if (!is_blank(text, length))
                judge_text(v, place, text, length);
            break;
        case FEED_TOO_LONG:
            judge_long_line(v, place);
            break;
        case FEED_END:
            return TRUE;
        case FEED_ERROR:
            return FALSE;
        }
    }
}

/* Holds the schema against its meta-schema, as an instance is held against a schema. */
static gboolean judge_schema(Validation *v, const cJSON *document, const char *path,
                             const SchemaOptions *options, GError **error)
{
    g_autoptr(Schema) meta = schema_load_meta(document, options, error);
    if (meta == NULL) {
        g_prefix_error(error, "the meta-schema of %s, by its $schema or --dialect: ", path);
        return FALSE;
    }
    v->schema = meta;
    judge(v, (Place){path, 0}, document, NULL);
    v->schema = NULL;
    return TRUE;
}

static int exit_code(const Validation *v)
{
    if (v->unread || v->undecided > 0)
        return EXIT_USAGE;
    return v->invalid > 0 ? EXIT_INVALID : EXIT_OK;
}

/* The instances after the schema; one that cannot be read does not keep the others from being judged. */
static int judge_files(Validation *v)
{
    for (char **name = v->console->arguments + 1; *name != NULL; name++) {
        GError *error = NULL;
        if (judge_file(v, *name, &error))
            continue;
        console_fail(v->console, error);
        v->unread = TRUE;
    }
    log_debug("%" G_GUINT64_FORMAT " valid, %" G_GUINT64_FORMAT " not, %" G_GUINT64_FORMAT
              " not decided",
              v->valid, v->invalid, v->undecided);
    return exit_code(v);
}

/* Of a schema that can be used: what it probably does not mean. */
static void say_schema(const Validation *v, const cJSON *document, const char *path)
{
    if (v->silent)
        return;
    g_autoptr(GPtrArray) typos = schema_typos_find(document);
    for (guint i = 0; i < typos->len; i++)
        log_info("%s: %s", path, (const char *)g_ptr_array_index(typos, i));
    if (v->valid > 0)
        log_info("%s: a schema that can be used", path);
}

/* With a schema alone, the question is whether it is one. */
static int validate_all(Validation *v, SchemaSource *source, gboolean meta)
{
    GError *error = NULL;
    const char *path = v->console->arguments[0];
    const gboolean alone = v->console->n_arguments == 1;
    g_autoptr(SchemaRegistry) registry = schema_load_registry(source->registry, &error);
    source->options.registry = registry;
    g_autoptr(cJSON) document = registry == NULL ? NULL : schema_load_document(path, &error);
    if (document != NULL && (meta || alone))
        judge_schema(v, document, path, &source->options, &error);
    g_autoptr(Schema) schema = NULL;
    if (error == NULL)
        schema = schema_load_compile(document, path, &source->options, &error);
    if (error != NULL) {
        console_fail(v->console, error);
        return EXIT_USAGE;
    }
    if (alone) {
        say_schema(v, document, path);
        return exit_code(v);
    }
    if (meta && v->valid == 0)
        return EXIT_USAGE;
    v->schema = schema;
    v->valid = 0;
    return judge_files(v);
}

/* What the options say that cannot be, or 0. */
static int check_options(const Console *console, SchemaSource *source, const char *dialect,
                         gboolean bowtie)
{
    if (dialect != NULL) {
        source->options.dialect = schema_load_dialect(dialect);
        g_autofree char *known = schema_load_dialect_names();
        if (source->options.dialect == NULL)
            return console_usage(console, "--dialect is one of %s or its URI, not \"%s\"", known,
                                 dialect);
    }
    if (bowtie && (console->n_arguments > 0 || source->registry != NULL || dialect != NULL))
        return console_usage(console, "--bowtie takes schemas, dialect and registry from standard "
                                      "input: no files, no --dialect, no --registry");
    if (!bowtie && console->n_arguments < 1)
        return console_usage(console, "a schema is needed, and instances to hold against it");
    guint standard = 0;
    for (char **name = console->arguments; !bowtie && *name != NULL; name++)
        standard += strcmp(*name, "-") == 0;
    if (standard > 1)
        return console_usage(console, "\"-\" stands more than once: standard input is one text");
    return EXIT_OK;
}

COMMAND(validate)
{
    g_autofree char *format = NULL, *dialect = NULL;
    g_auto(GStrv) registry = NULL;
    gboolean lines = FALSE, meta = FALSE, bowtie = FALSE;
    SchemaSource source = {0};
    const GOptionEntry own[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format,
         "Print the standard output for each instance: flag, basic or detailed", "KIND"},
        {"jsonl", 0, 0, G_OPTION_ARG_NONE, &lines, "Each line of a file is an instance", NULL},
        {"assert-format", 0, 0, G_OPTION_ARG_NONE, &source.options.assert_format,
         "Formats (date, email, uri, …) are rules, not only notes", NULL},
        {"assert-content", 0, 0, G_OPTION_ARG_NONE, &source.options.assert_content,
         "contentEncoding and contentMediaType are rules, not only notes", NULL},
        {"old-dependencies", 0, 0, G_OPTION_ARG_NONE, &source.options.old_dependencies,
         "\"dependencies\" is a rule in drafts since 2019-09, too", NULL},
        {"dialect", 0, 0, G_OPTION_ARG_STRING, &dialect,
         "What a schema without $schema is: 2020-12 (default), 2019-09, draft-07, … or a URI",
         "NAME"},
        {"registry", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &registry,
         "Documents that a $ref may lead to: FILE, FOLDER, URI=FILE or URI=FOLDER; repeatable",
         "WHAT"},
        {"metaschema", 0, 0, G_OPTION_ARG_NONE, &meta,
         "Hold the schema against its meta-schema first", NULL},
        {"bowtie", 0, 0, G_OPTION_ARG_NONE, &bowtie,
         "Serve Bowtie's harness protocol on standard input and output", NULL},
        {NULL}};
    int code;
    if (!console_options(console, command, own, 0, argc, argv, &code))
        return code;
    int output = format == NULL ? -1 : schema_output_from_name(format);
    if (format != NULL && output < 0)
        return console_usage(console, "--format is flag, basic or detailed, not \"%s\"", format);
    source.registry = registry;
    code = check_options(console, &source, dialect, bowtie);
    if (code != EXIT_OK)
        return code;
    if (bowtie)
        return bowtie_serve(console, &source.options);
    g_autoptr(JsonReader) reader = json_reader_new();
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    Validation v = {.command = command,
                    .console = console,
                    .reader = reader,
                    .findings = findings,
                    .output = output,
                    .lines = lines,
                    .silent = console->quiet || console->json};
    return validate_all(&v, &source, meta);
}
