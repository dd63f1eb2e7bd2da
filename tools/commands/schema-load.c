/* Schemas from files. */
#include "tools/commands/schema-load.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/limits.h"
#include "tools/commands/feed.h"

enum { MAX_FOLDER_DEPTH = 32 }; /* of --registry */

/* ---- dialects ---- */

/* "https://json-schema.org/draft/2020-12/schema" -> "2020-12", "…/draft-07/schema#" -> "draft-07". */
static char *short_name(const char *uri)
{
    g_auto(GStrv) parts = g_strsplit(uri, "/", -1);
    const guint n = g_strv_length(parts);
    return g_strdup(n < 2 ? uri : parts[n - 2]);
}

/* Without what people write in different ways: "draft-07", "draft7" and "7" are one. */
static const char *bare_name(const char *name)
{
    if (g_ascii_strncasecmp(name, "draft", 5) == 0)
        name += 5;
    while (*name == '-' || *name == '0')
        name++;
    return name;
}

static gboolean is_dialect(const char *uri, const char *name)
{
    g_autofree char *known = g_strdup(uri), *wanted = g_strdup(name);
    g_strchomp(g_strdelimit(known, "#", ' '));
    g_strchomp(g_strdelimit(wanted, "#", ' '));
    if (strcmp(known, wanted) == 0)
        return TRUE;
    g_autofree char *brief = short_name(uri);
    return g_ascii_strcasecmp(bare_name(brief), bare_name(name)) == 0;
}

const char *schema_load_dialect(const char *name)
{
    for (const char *const *uri = schema_dialects(); *uri != NULL; uri++)
        if (is_dialect(*uri, name))
            return *uri;
    return NULL;
}

char *schema_load_dialect_names(void)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (const char *const *uri = schema_dialects(); *uri != NULL; uri++) {
        g_autofree char *name = short_name(*uri);
        g_strv_builder_add(builder, name);
    }
    g_auto(GStrv) names = g_strv_builder_end(builder);
    return g_strjoinv(", ", names);
}

/* ---- files ---- */

cJSON *schema_load_document(const char *path, GError **error)
{
    g_autoptr(Feed) feed = feed_open(path, error);
    if (feed == NULL)
        return NULL;
    const char *text;
    gsize length;
    FeedState state = feed_all(feed, &text, &length, error);
    if (state == FEED_ERROR)
        return NULL;
    g_autofree char *shown = bytes_for_terminal(strcmp(path, "-") == 0 ? "standard input" : path);
    if (state == FEED_TOO_LONG) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s is larger than %u MB", shown,
                    DOCKET_MAX_JSON_BYTES >> 20);
        return NULL;
    }
    g_autoptr(GError) inner = NULL;
    cJSON *document = json_parse(text, length, &inner);
    if (document == NULL)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s: %s", shown, inner->message);
    return document;
}

/* "file:///…", or NULL for standard input. */
static char *file_uri(const char *path)
{
    if (strcmp(path, "-") == 0)
        return NULL;
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    return g_filename_to_uri(absolute, NULL, NULL);
}

Schema *schema_load_compile(const cJSON *document, const char *path, const SchemaOptions *options,
                            GError **error)
{
    SchemaOptions own = *options;
    g_autofree char *base = file_uri(path);
    own.base_uri = base;
    g_autoptr(GError) inner = NULL;
    Schema *schema = schema_compile(document, &own, &inner);
    if (schema == NULL) {
        g_autofree char *shown =
            bytes_for_terminal(strcmp(path, "-") == 0 ? "standard input" : path);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s: %s", shown, inner->message);
    }
    return schema;
}

Schema *schema_load_meta(const cJSON *document, const SchemaOptions *options, GError **error)
{
    const char *last = NULL;
    for (const char *const *uri = schema_dialects(); *uri != NULL; uri++)
        last = *uri;
    const char *dialect = options->dialect == NULL ? last : options->dialect;
    dialect = json_string(document, "$schema", dialect);
    g_autoptr(cJSON) reference = cJSON_CreateObject();
    cJSON_AddStringToObject(reference, "$ref", dialect);
    const SchemaOptions own = {.registry = options->registry};
    return schema_compile(reference, &own, error);
}

/* ---- the registry ---- */

/* The identifier that a document gives itself; before draft-06 it was called "id". */
static const char *own_uri(const cJSON *document)
{
    const char *uri = json_string(document, "$id", NULL);
    return uri != NULL ? uri : json_string(document, "id", NULL);
}

static gboolean is_absolute(const char *uri)
{
    g_autofree char *scheme = uri == NULL ? NULL : g_uri_parse_scheme(uri);
    return scheme != NULL;
}

static gboolean add_as(SchemaRegistry *registry, const char *uri, const cJSON *document,
                       GError **error)
{
    return schema_registry_add(registry, uri, cJSON_Duplicate(document, TRUE), error);
}

/* `uri` may be NULL: then the document needs an absolute $id, or a file in a folder of schemas that refer
 * to each other by their names. */
static gboolean add_file(SchemaRegistry *registry, const char *uri, const char *path,
                         GError **error)
{
    g_autoptr(cJSON) document = schema_load_document(path, error);
    if (document == NULL)
        return FALSE;
    const char *own = own_uri(document);
    g_autofree char *file = file_uri(path);
    return (uri == NULL || add_as(registry, uri, document, error)) &&
           (!is_absolute(own) || add_as(registry, own, document, error)) &&
           (file == NULL || add_as(registry, file, document, error));
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in their order, so that which of two documents of one $id wins does not change. */
static GPtrArray *list_folder(const char *path, GError **error)
{
    g_autoptr(GError) inner = NULL;
    GDir *folder = g_dir_open(path, 0, &inner);
    if (folder == NULL) {
        g_autofree char *shown = bytes_for_terminal(path);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "%s cannot be read: %s", shown,
                    inner->message);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(folder)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(folder);
    g_ptr_array_sort(names, by_name);
    return names;
}

/* Every .json below; with a URI the files are known below it by their relative names. */
static gboolean add_folder(SchemaRegistry *registry, const char *uri, const char *path, guint depth,
                           GError **error)
{
    g_autoptr(GPtrArray) names = list_folder(path, error);
    if (names == NULL)
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *child = g_build_filename(path, name, NULL);
        g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
        const char *slash = uri == NULL || g_str_has_suffix(uri, "/") ? "" : "/";
        g_autofree char *below = uri == NULL ? NULL : g_strconcat(uri, slash, escaped, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR)) {
            /* A link may lead back into the folder itself. */
            if (g_file_test(child, G_FILE_TEST_IS_SYMLINK))
                continue;
            if (depth == MAX_FOLDER_DEPTH) {
                g_autofree char *shown = bytes_for_terminal(child);
                g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                            "%s lies more than %d folders deep", shown, MAX_FOLDER_DEPTH);
                return FALSE;
            }
            if (!add_folder(registry, below, child, depth + 1, error))
                return FALSE;
        } else if (g_str_has_suffix(name, ".json") && !add_file(registry, below, child, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Cuts URI=PATH at the first "=" behind which something exists; both may have one of their own. */
static const char *cut_uri(char *name)
{
    if (g_file_test(name, G_FILE_TEST_EXISTS) || !is_absolute(name))
        return name;
    for (char *at = strchr(name, '='); at != NULL; at = strchr(at + 1, '=')) {
        if (!g_file_test(at + 1, G_FILE_TEST_EXISTS))
            continue;
        *at = '\0';
        return at + 1;
    }
    return name;
}

SchemaRegistry *schema_load_registry(GStrv names, GError **error)
{
    g_autoptr(SchemaRegistry) registry = schema_registry_new();
    for (char **name = names; name != NULL && *name != NULL; name++) {
        g_autofree char *uri = g_strdup(*name);
        const char *path = cut_uri(uri);
        const char *given = path == uri ? NULL : uri;
        gboolean ok = g_file_test(path, G_FILE_TEST_IS_DIR)
                          ? add_folder(registry, given, path, 0, error)
                          : add_file(registry, given, path, error);
        if (!ok)
            return NULL;
    }
    return g_steal_pointer(&registry);
}
