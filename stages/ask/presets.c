#include "stages/ask/presets.h"

#include <string.h>

#define MAX_VALUES 12

typedef struct {
    const char *name, *origin;
    const char *host; /* of base URLs that mean this preset when none is named; may be NULL */
    struct {
        const char *key, *value;
    } values[MAX_VALUES];
} Preset;

/* The first row says what every key falls back to: a server about which nothing is known but that
 * it speaks OpenAI's protocol. */
static const Preset presets[] = {
    {"none",
     "default",
     NULL,
     {{"dialect", "openai"},
      {"schema", "compatible"},
      {"auth", "bearer"},
      {"token_parameter", "max_tokens"},
      {"temperature", "0"},
      {"response_format", "json_schema"},
      {"stream", "no"},
      {"stream_usage", "no"},
      {"logprobs", "no"},
      {"cache_marks", "no"},
      {"system_role", "system"},
      {"effort", ""}}},
    /* Its reasoning models refuse max_tokens, a temperature and log-probabilities. */
    {"openai",
     "preset openai",
     "api.openai.com",
     {{"base_url", "https://api.openai.com/v1"},
      {"schema", "openai"},
      {"token_parameter", "max_completion_tokens"},
      {"temperature", "none"},
      {"stream", "yes"},
      {"stream_usage", "yes"}}},
    {"azure",
     "preset azure",
     ".openai.azure.com",
     {{"schema", "azure"},
      {"auth", "api-key"},
      {"token_parameter", "max_completion_tokens"},
      {"temperature", "none"},
      {"stream", "yes"},
      {"stream_usage", "yes"}}},
    /* Newer models refuse a temperature. */
    {"anthropic",
     "preset anthropic",
     "api.anthropic.com",
     {{"base_url", "https://api.anthropic.com/v1"},
      {"dialect", "anthropic"},
      {"schema", "anthropic"},
      {"auth", "x-api-key"},
      {"api_version", "2023-06-01"},
      {"temperature", "none"},
      {"cache_marks", "yes"},
      {"stream", "yes"}}},
    {"gemini",
     "preset gemini",
     "generativelanguage.googleapis.com",
     {{"base_url", "https://generativelanguage.googleapis.com/v1beta"},
      {"dialect", "gemini"},
      {"schema", "gemini"},
      {"auth", "x-goog-api-key"},
      {"stream", "yes"}}},
    /* Only endpoints that take all parameters, or the schema would be dropped without a word. */
    {"openrouter",
     "preset openrouter",
     "openrouter.ai",
     {{"base_url", "https://openrouter.ai/api/v1"},
      {"extra_body", "{\"provider\":{\"require_parameters\":true}}"},
      {"stream", "yes"},
      {"stream_usage", "yes"}}},
    {"llama-server",
     "preset llama-server",
     NULL,
     {{"base_url", "http://127.0.0.1:8080/v1"},
      {"schema", "llama-server"},
      {"logprobs", "yes"},
      {"stream", "yes"},
      {"stream_usage", "yes"}}},
    {"vllm",
     "preset vllm",
     NULL,
     {{"base_url", "http://127.0.0.1:8000/v1"},
      {"schema", "vllm"},
      {"logprobs", "yes"},
      {"stream", "yes"},
      {"stream_usage", "yes"}}},
    {"ollama",
     "preset ollama",
     NULL,
     {{"base_url", "http://127.0.0.1:11434/v1"}, {"stream", "yes"}, {"stream_usage", "yes"}}},
    {"lmstudio",
     "preset lmstudio",
     NULL,
     {{"base_url", "http://127.0.0.1:1234/v1"}, {"stream", "yes"}, {"stream_usage", "yes"}}},
    {"litellm",
     "preset litellm",
     NULL,
     {{"base_url", "http://127.0.0.1:4000/v1"}, {"stream", "yes"}, {"stream_usage", "yes"}}},
};

static gboolean is_host(const char *pattern, const char *host)
{
    return pattern[0] == '.' ? g_str_has_suffix(host, pattern)
                             : g_ascii_strcasecmp(pattern, host) == 0;
}

/* By the host's name. Google offers OpenAI's protocol on the same host, below /openai. */
static const Preset *guess(const char *base_url)
{
    g_autoptr(GUri) uri = g_uri_parse(base_url, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    for (guint i = 1; host && i < G_N_ELEMENTS(presets); i++) {
        gboolean compatible =
            g_str_equal(presets[i].name, "gemini") && strstr(g_uri_get_path(uri), "/openai");
        if (presets[i].host && is_host(presets[i].host, host) && !compatible)
            return &presets[i];
    }
    return &presets[0];
}

static const Preset *preset_by_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(presets); i++)
        if (g_str_equal(presets[i].name, name))
            return &presets[i];
    return NULL;
}

/* The configuration has checked the name. */
static const Preset *preset_of(const Config *config, const char *endpoint)
{
    const char *name = config_named(config, endpoint, "model.preset");
    return g_str_equal(name, "auto") ? guess(config_named(config, endpoint, "model.base_url"))
                                     : preset_by_name(name);
}

static const char *value_in(const Preset *preset, const char *key)
{
    for (guint i = 0; i < MAX_VALUES && preset->values[i].key; i++)
        if (g_str_equal(preset->values[i].key, key))
            return preset->values[i].value;
    return NULL;
}

const char *preset_value(const Config *config, const char *endpoint, const char *key,
                         const char **origin)
{
    g_autofree char *dotted = g_strconcat("model.", key, NULL);
    const char *value = config_named(config, endpoint, dotted);
    const char *from = config_origin(config, endpoint, dotted);
    const Preset *preset = preset_of(config, endpoint);
    gboolean said = !g_str_equal(from, "default") && !g_str_equal(value, "auto");
    const char *known = said ? NULL : value_in(preset, key);
    if (known) {
        value = known;
        from = preset->origin;
    } else if (g_str_equal(value, "auto")) {
        known = value_in(&presets[0], key);
        value = known ? known : preset->name; /* "preset" itself */
        from = presets[0].origin;
    }
    if (origin)
        *origin = from;
    return value;
}

const char *preset_known(const char *preset, const char *key)
{
    const Preset *found = preset_by_name(preset);
    const char *value = found ? value_in(found, key) : NULL;
    return found && !value ? value_in(&presets[0], key) : value;
}

char *preset_names(void)
{
    GString *names = g_string_new(presets[0].name);
    for (guint i = 1; i < G_N_ELEMENTS(presets); i++)
        g_string_append_printf(names, ", %s", presets[i].name);
    return g_string_free(names, FALSE);
}
