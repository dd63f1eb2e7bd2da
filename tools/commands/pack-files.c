#include "tools/commands/pack-files.h"

#include "pipeline/core/error.h"
#include "pipeline/host/publish.h"
#include "tools/commands/feed.h"
#include "tools/commands/schema-load.h"

static const struct {
    const char *name, *schema;
    gboolean lines; /* one value a line */
} files[] = {
    {"template.json", "template.schema.json", FALSE},
    {"examples.jsonl", "example.schema.json", TRUE},
};

/* ---- checking ---- */

typedef struct {
    const char *name;
    guint line; /* 0: the file is one value */
    const Schema *schema;
    GPtrArray *errors;
} Looking;

static void add(const Looking *looking, const char *sentence)
{
    g_autofree char *where = looking->line > 0
                                 ? g_strdup_printf("%s:%u", looking->name, looking->line)
                                 : g_strdup(looking->name);
    g_ptr_array_add(looking->errors, g_strdup_printf("%s: %s", where, sentence));
}

static void look_at(const Looking *looking, const char *text, gsize length)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) value = json_parse(text, length, &bad);
    if (value == NULL) {
        add(looking, bad->message);
        return;
    }
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    schema_evaluate(looking->schema, value, findings);
    for (guint i = 0; i < findings->len; i++)
        add(looking, ((const SchemaFinding *)g_ptr_array_index(findings, i))->sentence);
}

static gboolean is_blank(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isspace(text[i]))
            return FALSE;
    return TRUE;
}

/* One text, or one a line. FALSE with *error set when the file cannot be read. */
static gboolean look_through(Looking *looking, const char *path, gboolean lines, GError **error)
{
    const char *text = NULL;
    gsize length = 0;
    FeedState state = FEED_TEXT;
    g_autoptr(Feed) feed = feed_open(path, error);
    if (feed == NULL)
        return FALSE;
    do {
        looking->line += lines ? 1 : 0;
        state =
            lines ? feed_line(feed, &text, &length, error) : feed_all(feed, &text, &length, error);
        if (state == FEED_TOO_LONG)
            add(looking, "is too long");
        else if (state == FEED_TEXT && !(lines && is_blank(text, length)))
            look_at(looking, text, length);
    } while (lines && state != FEED_END && state != FEED_ERROR);
    return state != FEED_ERROR;
}

static Schema *compile(const char *path, GError **error)
{
    const SchemaOptions options = {0};
    g_autoptr(cJSON) document = schema_load_document(path, error);
    return document ? schema_load_compile(document, path, &options, error) : NULL;
}

gboolean pack_files_check(const char *folder, const char *schemas, GPtrArray *errors)
{
    const guint before = errors->len;
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i].name, NULL);
        g_autofree char *source = g_build_filename(schemas, files[i].schema, NULL);
        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
            continue;
        g_autoptr(GError) bad = NULL;
        g_autoptr(Schema) schema = compile(source, &bad);
        Looking looking = {.name = files[i].name, .schema = schema, .errors = errors};
        if (schema == NULL || !look_through(&looking, path, files[i].lines, &bad))
            g_ptr_array_add(errors, g_strdup_printf("%s: %s", files[i].name, bad->message));
    }
    return errors->len == before;
}

/* ---- for editors ---- */

gboolean pack_files_bring(const char *schemas, const char *packs, GError **error)
{
    g_autofree char *from = g_build_filename(schemas, files[0].schema, NULL);
    g_autofree char *to = g_build_filename(packs, files[0].schema, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) bad = NULL;
    gsize length = 0;
    if (g_file_test(to, G_FILE_TEST_EXISTS))
        return TRUE;
    if (g_file_get_contents(from, &text, &length, &bad))
        return publish_file(to, text, length, error);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_IO, "%s", bad->message);
    return FALSE;
}
