/* start, dialect, run, stop. The parts of a case are parsed one by one: an instance that is no JSON to us
 * is the matter of its own test, and a schema of its own case; the session goes on. */
#include "tools/commands/bowtie.h"

#include <string.h>
#include <sys/utsname.h>

#include "pipeline/core/limits.h"
#include "tools/commands/bowtie-nul.h"
#include "tools/commands/feed.h"
#include "tools/commands/schema-load.h"
#include "tools/commands/span.h"

#define PROTOCOL_VERSION 1
/* The protocol asks for addresses. These are in a domain that is kept free for examples, until the program
 * has a home of its own. */
#define HOME "https://docket.example/"

typedef struct {
    const Console *console;
    SchemaOptions options;
    gboolean started, stopped;
} Harness;

/* ---- answers ---- */

static void send_text(const Harness *harness, const char *text)
{
    console_text(harness->console, text);
    console_text(harness->console, "\n");
    fflush(harness->console->out); /* the other side waits for this line */
}

/* The sequence identifier goes back byte for byte, whatever kind of value it is. */
static void send_case(const Harness *harness, const char *seq, const cJSON *answer)
{
    g_autofree char *text = json_print(answer, FALSE);
    g_autofree char *whole = g_strconcat("{\"seq\":", seq, ",", text + 1, NULL);
    send_text(harness, whole);
}

static cJSON *errored(const char *message)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddTrueToObject(answer, "errored");
    cJSON *context = cJSON_AddObjectToObject(answer, "context");
    cJSON_AddStringToObject(context, "message", message);
    return answer;
}

static cJSON *skipped(const char *message)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddTrueToObject(answer, "skipped");
    cJSON_AddStringToObject(answer, "message", message);
    return answer;
}

static gboolean broken(GError **error, const char *what)
{
    g_set_error_literal(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, what);
    return FALSE;
}

/* ---- start and dialect ---- */

static cJSON *describe_implementation(void)
{
    struct utsname host;
    const gboolean known = uname(&host) == 0;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "language", "c");
    cJSON_AddStringToObject(object, "name", "docket");
    cJSON_AddStringToObject(object, "version", DOCKET_VERSION);
    cJSON_AddStringToObject(object, "homepage", HOME);
    cJSON_AddStringToObject(object, "documentation", HOME "man/docket.1");
    cJSON_AddStringToObject(object, "issues", HOME "issues");
    cJSON_AddStringToObject(object, "source", HOME "source");
    cJSON *dialects = cJSON_AddArrayToObject(object, "dialects");
    guint n = g_strv_length((GStrv)schema_dialects());
    while (n > 0) /* the newest first, as others have it */
        cJSON_AddItemToArray(dialects, cJSON_CreateString(schema_dialects()[--n]));
    cJSON_AddStringToObject(object, "os", known ? host.sysname : "unknown");
    cJSON_AddStringToObject(object, "os_version", known ? host.release : "unknown");
    cJSON_AddStringToObject(object, "language_version", "C17");
    return object;
}

static gboolean answer_start(Harness *harness, Span line, GError **error)
{
    g_autoptr(cJSON) message = json_parse(line.at, line.length, error);
    if (message == NULL)
        return FALSE;
    if (json_number(message, "version", 0) != PROTOCOL_VERSION)
        return broken(error, "\"start\" asks for a version of the protocol other than 1");
    harness->started = TRUE;
    g_autoptr(cJSON) answer = cJSON_CreateObject();
    cJSON_AddNumberToObject(answer, "version", PROTOCOL_VERSION);
    cJSON_AddItemToObject(answer, "implementation", describe_implementation());
    g_autofree char *text = json_print(answer, FALSE);
    send_text(harness, text);
    return TRUE;
}

static gboolean answer_dialect(Harness *harness, Span line, GError **error)
{
    g_autoptr(cJSON) message = json_parse(line.at, line.length, error);
    if (message == NULL)
        return FALSE;
    const char *name = json_string(message, "dialect", NULL);
    if (name == NULL)
        return broken(error, "\"dialect\" comes without a dialect");
    harness->options.dialect = schema_load_dialect(name);
    send_text(harness, harness->options.dialect != NULL ? "{\"ok\":true}" : "{\"ok\":false}");
    return TRUE;
}

/* ---- run ---- */

static cJSON *parse_span(Span span, GError **error)
{
    return json_parse(span.at, span.length, error);
}

/* A document that cannot be read or added only matters where a reference leads to it: *trouble keeps the
 * first of them for the case's error. */
static SchemaRegistry *read_registry(Span documents, gboolean nul, const char **undecidable,
                                     char **trouble)
{
    SchemaRegistry *registry = schema_registry_new();
    const char *at = NULL;
    Span name, value;
    while (span_next(documents, &at, &name, &value)) {
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) uri = parse_span(name, &error);
        g_autoptr(cJSON) document = uri == NULL ? NULL : parse_span(value, &error);
        if (document != NULL) {
            const char *why = nul ? bowtie_nul_matters(document) : NULL;
            *undecidable = why != NULL ? why : *undecidable;
            schema_registry_add(registry, cJSON_GetStringValue(uri), g_steal_pointer(&document),
                                &error);
        }
        if (error != NULL && *trouble == NULL)
            *trouble = g_strdup_printf("%.*s of the registry: %s", (int)MIN(name.length, 200),
                                       name.at, error->message);
    }
    return registry;
}

static cJSON *judge(const Schema *schema, Span test)
{
    Span span;
    if (!span_member(test, "instance", &span))
        return errored("the test has no instance");
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) instance = parse_span(span, &error);
    if (instance == NULL)
        return errored(error->message);
    const SchemaVerdict verdict = schema_check(schema, instance);
    if (verdict != SCHEMA_UNDECIDED) {
        cJSON *answer = cJSON_CreateObject();
        cJSON_AddBoolToObject(answer, "valid", verdict == SCHEMA_VALID);
        return answer;
    }
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    schema_evaluate(schema, instance, findings);
    const SchemaFinding *first = findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
    return errored(first != NULL ? first->sentence : "a limit was reached");
}

static cJSON *judge_all(const Schema *schema, Span tests)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *results = cJSON_AddArrayToObject(answer, "results");
    const char *at = NULL;
    Span name, test;
    while (span_next(tests, &at, &name, &test))
        cJSON_AddItemToArray(results, judge(schema, test));
    return answer;
}

static cJSON *run_case(const Harness *harness, Span schema_span, Span registry_span, Span tests,
                       gboolean nul)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) document = parse_span(schema_span, &error);
    if (document == NULL)
        return errored(error->message);
    const char *undecidable = nul ? bowtie_nul_matters(document) : NULL;
    g_autofree char *trouble = NULL;
    g_autoptr(SchemaRegistry) registry = read_registry(registry_span, nul, &undecidable, &trouble);
    if (undecidable != NULL)
        return skipped(undecidable);
    SchemaOptions options = harness->options;
    options.registry = registry;
    g_autoptr(Schema) schema = schema_compile(document, &options, &error);
    if (schema != NULL)
        return judge_all(schema, tests);
    g_autofree char *message = trouble == NULL
                                   ? g_strdup(error->message)
                                   : g_strdup_printf("%s (%s)", error->message, trouble);
    return errored(message);
}

/* The same value in a copy of the text that it lies in. */
static Span moved(Span span, Span from, const char *to)
{
    return span.length == 0 ? span : (Span){to + (span.at - from.at), span.length};
}

static gboolean answer_run(Harness *harness, Span line, GError **error)
{
    Span seq, parts, schema, tests, registry;
    if (!span_member(line, "seq", &seq))
        return broken(error, "\"run\" comes without a seq");
    if (!span_member(line, "case", &parts))
        return broken(error, "\"run\" comes without a case");
    g_autofree char *mended = g_strndup(line.at, line.length);
    const gboolean nul = bowtie_nul_replace(mended, line.length);
    g_autoptr(cJSON) seq_is_json = parse_span(moved(seq, line, mended), error);
    if (seq_is_json == NULL)
        return FALSE;

    g_autoptr(cJSON) answer = NULL;
    if (!span_member(parts, "schema", &schema) || !span_member(parts, "tests", &tests)) {
        answer = errored("the case lacks a schema or tests");
    } else {
        if (!span_member(parts, "registry", &registry))
            registry = (Span){"", 0};
        answer = run_case(harness, moved(schema, line, mended), moved(registry, line, mended),
                          moved(tests, line, mended), nul);
    }
    g_autofree char *seq_text = g_strndup(seq.at, seq.length);
    send_case(harness, seq_text, answer);
    return TRUE;
}

/* ---- the session ---- */

static gboolean answer_stop(Harness *harness, Span line, GError **error)
{
    harness->stopped = TRUE;
    return TRUE;
}

static const struct {
    const char *name;
    gboolean (*answer)(Harness *harness, Span line, GError **error);
} commands[] = {
    {"start", answer_start},
    {"dialect", answer_dialect},
    {"run", answer_run},
    {"stop", answer_stop},
};

static gboolean answer_line(Harness *harness, const char *text, gsize length, GError **error)
{
    Span line, span, after;
    if (!span_value(text, length, &line) || line.at[0] != '{')
        return broken(error, "this is not a JSON object");
    const char *behind = line.at + line.length;
    if (span_value(behind, (gsize)(text + length - behind), &after))
        return broken(error, "something stands behind the JSON object");
    if (!span_member(line, "cmd", &span))
        return broken(error, "there is no member \"cmd\"");
    g_autoptr(cJSON) cmd = parse_span(span, error);
    if (cmd == NULL)
        return FALSE;
    const char *name = cJSON_GetStringValue(cmd);
    for (guint i = 0; name != NULL && i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (i > 0 && !harness->started)
            return broken(error, "the first command must be \"start\"");
        return commands[i].answer(harness, line, error);
    }
    return broken(error, "the command is none of start, dialect, run, stop");
}

static gboolean serve(Harness *harness, Feed *feed, GError **error)
{
    for (guint64 number = 1;; number++) {
        const char *text;
        gsize length;
        switch (feed_line(feed, &text, &length, error)) {
        case FEED_TEXT:
            break;
        case FEED_TOO_LONG:
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "line %" G_GUINT64_FORMAT " is longer than %u MB", number,
                        DOCKET_MAX_JSON_BYTES >> 20);
            return FALSE;
        case FEED_END:
            return broken(error, "standard input ended without a \"stop\"");
        case FEED_ERROR:
            return FALSE;
        }
        g_autoptr(GError) inner = NULL;
        if (!answer_line(harness, text, length, &inner)) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "line %" G_GUINT64_FORMAT ": %s",
                        number, inner->message);
            return FALSE;
        }
        if (harness->stopped)
            return TRUE;
    }
}

int bowtie_serve(const Console *console, const SchemaOptions *options)
{
    Harness harness = {.console = console, .options = *options};
    GError *error = NULL;
    g_autoptr(Feed) feed = feed_open("-", &error);
    if (feed == NULL || !serve(&harness, feed, &error)) {
        console_fail(console, error);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}
