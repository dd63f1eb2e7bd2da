#include "stages/ask/settings.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/budget.h"
#include "stages/ask/presets.h"

/* What one endpoint's keys are read from. */
typedef struct {
    const Config *config;
    const char *endpoint;
} Source;

static const char *text_of(const Source *source, const char *key)
{
    return preset_value(source->config, source->endpoint, key, NULL);
}

static double number_of(const Source *source, const char *key)
{
    return g_ascii_strtod(text_of(source, key), NULL);
}

static gboolean is_yes(const Source *source, const char *key)
{
    return g_str_equal(text_of(source, key), "yes");
}

/* The group's heading, for messages. Caller frees. */
static char *heading(const char *endpoint)
{
    return g_str_equal(endpoint, CONFIG_DEFAULT_NAME) ? g_strdup("[model]")
                                                      : g_strdup_printf("[model %s]", endpoint);
}

static char *text_or_null(const char *text)
{
    return *text ? g_strdup(text) : NULL;
}

/* The configuration has checked that it is a number or a word. */
static char *read_temperature(const Source *source)
{
    const char *text = text_of(source, "temperature");
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (g_str_equal(text, "none"))
        return NULL;
    return g_strdup(g_ascii_formatd(number, sizeof number, "%.6g", g_ascii_strtod(text, NULL)));
}

static OnFailure read_failure(const Source *source, const char *key)
{
    return g_str_equal(text_of(source, key), "hold") ? FAILURE_HOLD : FAILURE_FALLBACK;
}

static AnswerFormat read_format(const Source *source)
{
    const char *word = text_of(source, "response_format");
    return g_str_equal(word, "none")          ? FORMAT_NONE
           : g_str_equal(word, "json_object") ? FORMAT_JSON_OBJECT
           : g_str_equal(word, "tool")        ? FORMAT_TOOL
                                              : FORMAT_JSON_SCHEMA;
}

static char **read_headers(const Source *source)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    g_auto(GStrv) headers = g_strsplit(text_of(source, "headers"), ";", -1);
    for (guint i = 0; headers[i]; i++)
        if (*g_strstrip(headers[i]))
            g_strv_builder_add(list, headers[i]);
    return g_strv_builder_end(list);
}

/* Server and model, without which there is nothing to ask. */
static gboolean read_address(ModelSettings *s, const Source *source, GError **error)
{
    g_autofree char *group = heading(source->endpoint);
    s->base_url = g_strdup(text_of(source, "base_url"));
    while (g_str_has_suffix(s->base_url, "/"))
        s->base_url[strlen(s->base_url) - 1] = '\0';
    s->model = g_strstrip(g_strdup(text_of(source, "name")));
    if (!*s->base_url) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "base_url in %s is not set; it says where the server is%s", group,
                    g_str_equal(text_of(source, "preset"), "azure")
                        ? ", such as https://RESOURCE.openai.azure.com"
                        : "");
        return FALSE;
    }
    if (!*s->model) {
        g_autofree char *shown = model_settings_shown(s->base_url);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "%s names a server, but name is not set; name the model that the server "
                    "shall use (GET %s/models lists them)",
                    group, shown);
        return FALSE;
    }
    return TRUE;
}

static void read_protocol(ModelSettings *s, const Source *source)
{
    const char *extra = text_of(source, "extra_body");
    s->dialect = g_strdup(text_of(source, "dialect"));
    s->schema = g_strdup(text_of(source, "schema"));
    s->auth = g_strdup(text_of(source, "auth"));
    s->api_version = g_strdup(text_of(source, "api_version"));
    s->ca_file = text_or_null(text_of(source, "ca_file"));
    s->headers = read_headers(source);
    s->extra_body = *extra ? json_parse(extra, strlen(extra), NULL) : NULL;
    s->token_parameter = g_strdup(text_of(source, "token_parameter"));
    s->temperature = read_temperature(source);
    s->effort = text_or_null(text_of(source, "effort"));
    s->system_role = g_strdup(text_of(source, "system_role"));
    s->format = read_format(source);
    s->stream = is_yes(source, "stream");
    s->stream_usage = is_yes(source, "stream_usage");
    s->logprobs = is_yes(source, "logprobs");
    s->cache_marks = is_yes(source, "cache_marks");
}

/* Unless it is set, tokens that meet the prompt cache cost what all others do. */
static double read_price(const Source *source, const char *key)
{
    return number_of(source, g_str_equal(text_of(source, key), "same") ? "price_in" : key);
}

static void read_prices(Prices *prices, const Source *source)
{
    *prices = (Prices){
        .in = number_of(source, "price_in"),
        .cached = read_price(source, "price_cached"),
        .cache_write = read_price(source, "price_cache_write"),
        .out = number_of(source, "price_out"),
        .batch = number_of(source, "price_batch"),
    };
}

/* A run works for one tenant: its limit is the endpoint's, if that is the lesser. */
static guint64 read_rpm(const Source *source)
{
    const char *tenant = config_string(source->config, "run.tenant");
    guint64 rpm = (guint64)number_of(source, "rpm");
    guint64 own = *tenant ? (guint64)budget_of_tenant(source->config, tenant, "tenant.rpm") : 0;
    return own && (!rpm || own < rpm) ? own : rpm;
}

/* A provider that watches for abuse can tell tenants apart by this, and not who they are. NULL for
 * none. Caller frees. */
static char *hash_tenant(const char *tenant)
{
    g_autofree char *text = g_strconcat("docket tenant ", tenant, NULL);
    g_autofree char *sha256 = bytes_sha256(text, strlen(text));
    return *tenant ? g_strndup(sha256, 32) : NULL;
}

ModelSettings *model_settings_new(const Config *config, const char *name, GError **error)
{
    g_autoptr(ModelSettings) s = g_new0(ModelSettings, 1);
    Source source = {config, name};
    g_autoptr(GError) bad = NULL;
    s->name = g_strdup(name);
    if (!read_address(s, &source, error))
        return NULL;
    s->api_key = config_api_key(config, name, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return NULL;
    }
    read_protocol(s, &source);
    if (s->format == FORMAT_TOOL && g_str_equal(s->dialect, "gemini")) {
        g_autofree char *group = heading(name);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "response_format in %s: Gemini's protocol has json_schema, json_object and "
                    "none, not tool",
                    group);
        return NULL;
    }
    s->max_in_flight = (guint)number_of(&source, "max_in_flight");
    s->timeout_s = (guint)number_of(&source, "timeout");
    s->attempts = (guint)number_of(&source, "attempts");
    s->deadline_s = (guint)number_of(&source, "deadline");
    s->max_output_tokens = (guint)number_of(&source, "max_output_tokens");
    s->on_unreachable = read_failure(&source, "on_unreachable");
    s->on_refused = read_failure(&source, "on_refused");
    read_prices(&s->prices, &source);
    s->rpm = read_rpm(&source);
    s->tpm = (guint64)number_of(&source, "tpm");
    s->hedge = is_yes(&source, "hedge");
    s->user = hash_tenant(config_string(config, "run.tenant"));
    return g_steal_pointer(&s);
}

/* A key is wiped before its memory goes back. */
static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

void model_settings_free(ModelSettings *settings)
{
    if (!settings)
        return;
    g_free(settings->name);
    g_free(settings->dialect);
    g_free(settings->schema);
    g_free(settings->base_url);
    g_free(settings->model);
    wipe(settings->api_key);
    g_free(settings->auth);
    g_free(settings->api_version);
    g_free(settings->ca_file);
    g_strfreev(settings->headers);
    cJSON_Delete(settings->extra_body);
    g_free(settings->token_parameter);
    g_free(settings->temperature);
    g_free(settings->effort);
    g_free(settings->system_role);
    g_free(settings->user);
    g_free(settings);
}

/* The path of the base without slashes and `tail` at its end. Caller frees. */
static char *base_path(GUri *uri, const char *otherwise, const char *tail)
{
    g_autofree char *end = g_strconcat("/", tail, NULL);
    char *path = g_strdup(g_uri_get_path(uri));
    if (g_str_has_suffix(path, end))
        path[strlen(path) - strlen(end)] = '\0';
    while (g_str_has_suffix(path, "/"))
        path[strlen(path) - 1] = '\0';
    if (*path)
        return path;
    g_free(path);
    return g_strdup(otherwise);
}

char *model_settings_url(const char *base_url, const char *otherwise, const char *tail,
                         const char *path, const char *query, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(base_url, G_URI_FLAGS_ENCODED, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    if (!(g_str_equal(scheme, "http") || g_str_equal(scheme, "https")) || !g_uri_get_host(uri) ||
        !*g_uri_get_host(uri)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "model.base_url must be a URL such as https://host/v1");
        return NULL;
    }
    g_autofree char *base = base_path(uri, otherwise, tail);
    g_autofree char *full = g_strconcat(base, "/", path, NULL);
    return g_uri_join(G_URI_FLAGS_ENCODED, scheme, NULL, g_uri_get_host(uri), g_uri_get_port(uri),
                      full, query ? query : g_uri_get_query(uri), NULL);
}

char *model_settings_shown(const char *base_url)
{
    g_autoptr(GUri) uri =
        g_uri_parse(base_url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    g_autofree char *plain =
        uri ? g_uri_to_string_partial(uri,
                                      G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT)
            : g_strdup("the model server");
    return bytes_for_terminal(plain);
}

/* Replaces keys of the usual shapes: servers like to repeat (parts of) the key that they refuse. */
static char *hide_shapes(const char *text)
{
    g_autoptr(GRegex) shapes = g_regex_new(
        "(?:\\b(?:sk|pk|rk|key|gsk|hf|xai)[-_]|\\bAIza|\\bBearer\\s+)[A-Za-z0-9_*.-]{6,}",
        G_REGEX_CASELESS, 0, NULL);
    char *hidden = g_regex_replace_literal(shapes, text, -1, 0, "[key]", 0, NULL);
    return hidden ? hidden : g_strdup("[message withheld]");
}

char *model_settings_scrub(const ModelSettings *settings, const char *text, guint limit)
{
    g_autofree char *valid = bytes_to_utf8(text, (gssize)MIN(strlen(text), 65536));
    g_autoptr(GString) work = g_string_new(valid);
    if (settings && settings->api_key && *settings->api_key)
        g_string_replace(work, settings->api_key, "[key]", 0);
    g_autofree char *hidden = hide_shapes(work->str);
    g_autofree char *safe = bytes_for_terminal(g_strstrip(hidden));
    if (g_utf8_strlen(safe, -1) <= (glong)limit)
        return g_steal_pointer(&safe);
    g_autofree char *cut = g_utf8_substring(safe, 0, (glong)limit);
    return g_strconcat(cut, "…", NULL);
}
