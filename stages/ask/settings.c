#include "stages/ask/settings.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

/* Hosts whose newest models refuse max_tokens and any temperature of ours. */
static gboolean is_openai(const char *base_url)
{
    g_autoptr(GUri) uri = g_uri_parse(base_url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    return host && (g_ascii_strcasecmp(host, "api.openai.com") == 0 ||
                    g_str_has_suffix(host, ".openai.azure.com"));
}

static gboolean read_temperature(ModelSettings *s, const char *text, GError **error)
{
    if (g_str_equal(text, "none") || (g_str_equal(text, "auto") && is_openai(s->base_url)))
        return TRUE;
    double value = 0;
    if (!g_str_equal(text, "auto")) {
        char *end = NULL;
        value = g_ascii_strtod(text, &end);
        if (end == text || *end || !(value >= 0 && value <= 2)) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                        "model.temperature must be auto, none, or a number from 0 to 2");
            return FALSE;
        }
    }
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    s->temperature = g_strdup(g_ascii_formatd(number, sizeof number, "%.6g", value));
    return TRUE;
}

static OnFailure read_failure(const Config *config, const char *key)
{
    return g_str_equal(config_string(config, key), "hold") ? FAILURE_HOLD : FAILURE_FALLBACK;
}

static AnswerFormat read_format(const Config *config)
{
    const char *word = config_string(config, "model.response_format");
    return g_str_equal(word, "none")          ? FORMAT_NONE
           : g_str_equal(word, "json_object") ? FORMAT_JSON_OBJECT
                                              : FORMAT_JSON_SCHEMA;
}

/* Unless it is set, tokens that meet the prompt cache cost what all others do. */
static double read_price(const Config *config, const char *key)
{
    gboolean set = !g_str_equal(config_string(config, key), "auto");
    return config_double(config, set ? key : "model.price_in");
}

ModelSettings *model_settings_new(const Config *config, GError **error)
{
    g_autoptr(ModelSettings) s = g_new0(ModelSettings, 1);
    s->base_url = g_strdup(config_string(config, "model.base_url"));
    while (g_str_has_suffix(s->base_url, "/"))
        s->base_url[strlen(s->base_url) - 1] = '\0';
    s->model = g_strstrip(g_strdup(config_string(config, "model.name")));
    if (!*s->model) {
        g_autofree char *shown = model_settings_shown(s->base_url);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "model.base_url is set but model.name is not; name the model that the server "
                    "shall use (GET %s/models lists them)",
                    shown);
        return NULL;
    }
    g_autoptr(GError) bad = NULL;
    s->api_key = config_api_key(config, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return NULL;
    }
    s->max_in_flight = (guint)config_int(config, "model.max_in_flight");
    s->timeout_s = (guint)config_int(config, "model.timeout");
    s->attempts = (guint)config_int(config, "model.attempts");
    s->deadline_s = (guint)config_int(config, "model.deadline");
    s->max_output_tokens = (guint)config_int(config, "model.max_output_tokens");
    const char *parameter = config_string(config, "model.token_parameter");
    if (g_str_equal(parameter, "auto"))
        parameter = is_openai(s->base_url) ? "max_completion_tokens" : "max_tokens";
    s->token_parameter = g_strdup(parameter);
    if (!read_temperature(s, config_string(config, "model.temperature"), error))
        return NULL;
    s->format = read_format(config);
    s->on_unreachable = read_failure(config, "model.on_unreachable");
    s->on_refused = read_failure(config, "model.on_refused");
    s->prices = (Prices){
        .in = config_double(config, "model.price_in"),
        .out = config_double(config, "model.price_out"),
        .cached = read_price(config, "model.price_cached"),
        .cache_write = read_price(config, "model.price_cache_write"),
        .batch = config_double(config, "model.price_batch"),
    };
    s->rpm = (guint64)config_int(config, "model.rpm");
    s->tpm = (guint64)config_int(config, "model.tpm");
    s->hedge = g_str_equal(config_string(config, "model.hedge"), "on");
    return g_steal_pointer(&s);
}

void model_settings_free(ModelSettings *settings)
{
    if (!settings)
        return;
    g_free(settings->base_url);
    g_free(settings->model);
    g_free(settings->api_key);
    g_free(settings->token_parameter);
    g_free(settings->temperature);
    g_free(settings);
}

char *model_settings_url(const char *base_url, const char *path, GError **error)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(GUri) uri = g_uri_parse(base_url, G_URI_FLAGS_ENCODED, &bad);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    if (!(g_str_equal(scheme, "http") || g_str_equal(scheme, "https")) || !g_uri_get_host(uri) ||
        !*g_uri_get_host(uri)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "model.base_url must be a URL such as https://host/v1");
        return NULL;
    }
    g_autofree char *base = g_strdup(g_uri_get_path(uri));
    while (g_str_has_suffix(base, "/"))
        base[strlen(base) - 1] = '\0';
    if (!*base) {
        g_free(base);
        base = g_strdup("/v1");
    }
    g_autofree char *tail = g_strconcat("/", path, NULL);
    g_autofree char *full =
        g_str_has_suffix(base, tail) ? g_strdup(base) : g_strconcat(base, tail, NULL);
    return g_uri_join(G_URI_FLAGS_ENCODED, scheme, NULL, g_uri_get_host(uri), g_uri_get_port(uri),
                      full, g_uri_get_query(uri), NULL);
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
