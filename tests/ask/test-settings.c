/* Endpoints: named groups, presets, the addresses and headers that follow. */
#include <string.h>

#include <glib/gstdio.h>

#include "pipeline/core/error.h"
#include "stages/ask/dialect.h"
#include "stages/ask/presets.h"

static char *folder;

static Config *load(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_build_filename(folder, "docket.conf", NULL);
    g_assert_true(g_file_set_contents(file, text, -1, NULL));
    Config *config = config_load(file, &error);
    g_assert_no_error(error);
    return config;
}

static ModelSettings *settings(const char *text, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(text);
    ModelSettings *result = model_settings_new(config, name, &error);
    g_assert_no_error(error);
    return result;
}

static void assert_url(const char *text, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSettings) s = settings(text, "default");
    g_autofree char *url = dialect_by_name(s->dialect)->url(s, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(url, ==, wanted);
}

static gboolean has_header(const ModelSettings *s, const char *line)
{
    g_autoptr(GPtrArray) lines = dialect_headers(dialect_by_name(s->dialect), s);
    g_assert_null(lines->pdata[lines->len - 1]);
    return g_strv_contains((const char *const *)lines->pdata, line);
}

/* ---- presets ---- */

static void test_unknown_server(void)
{
    g_autoptr(ModelSettings) s =
        settings("[model]\nbase_url=http://127.0.0.1:9/v1\nname=m\n", "default");
    g_assert_cmpstr(s->dialect, ==, "openai");
    g_assert_cmpstr(s->token_parameter, ==, "max_tokens");
    g_assert_cmpstr(s->temperature, ==, "0");
    g_assert_cmpint(s->format, ==, FORMAT_JSON_SCHEMA);
    g_assert_false(s->stream);
    g_assert_false(s->logprobs);
    g_assert_null(s->effort);
}

static void test_presets(void)
{
    g_setenv("THE_KEY", "k-1", TRUE);
    g_autoptr(ModelSettings) openai =
        settings("[model]\npreset=openai\nname=m\napi_key_env=THE_KEY\n", "default");
    g_assert_cmpstr(openai->base_url, ==, "https://api.openai.com/v1");
    g_assert_cmpstr(openai->token_parameter, ==, "max_completion_tokens");
    g_assert_null(openai->temperature);
    g_assert_true(openai->stream && openai->stream_usage);
    g_assert_true(has_header(openai, "Authorization: Bearer k-1"));

    g_autoptr(ModelSettings) anthropic =
        settings("[model]\npreset=anthropic\nname=m\napi_key_env=THE_KEY\n", "default");
    g_assert_cmpstr(anthropic->dialect, ==, "anthropic");
    g_assert_true(anthropic->cache_marks);
    g_assert_true(has_header(anthropic, "x-api-key: k-1"));
    g_assert_true(has_header(anthropic, "anthropic-version: 2023-06-01"));

    g_autoptr(ModelSettings) gemini =
        settings("[model]\npreset=gemini\nname=m\napi_key_env=THE_KEY\nheaders=X-Team: a; X-B: c\n",
                 "default");
    g_assert_true(has_header(gemini, "x-goog-api-key: k-1"));
    g_assert_true(has_header(gemini, "X-Team: a") && has_header(gemini, "X-B: c"));

    /* What is said wins over what is known. */
    g_autoptr(ModelSettings) own =
        settings("[model]\npreset=openai\nname=m\ntoken_parameter=max_tokens\nstream=no\n"
                 "temperature=0.5\nbase_url=https://gateway.example/openai\n",
                 "default");
    g_assert_cmpstr(own->token_parameter, ==, "max_tokens");
    g_assert_cmpstr(own->temperature, ==, "0.5");
    g_assert_cmpstr(own->base_url, ==, "https://gateway.example/openai");
    g_assert_false(own->stream);
    g_unsetenv("THE_KEY");
}

/* Without a preset the host tells, but Google's address for OpenAI's protocol is just that. */
static void test_guess(void)
{
    static const char *const cases[][2] = {
        {"https://api.openai.com/v1", "max_completion_tokens"},
        {"https://me.openai.azure.com", "max_completion_tokens"},
        {"https://me.openai.azure.com.example", "max_tokens"},
        {"https://host.example/v1", "max_tokens"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("[model]\nbase_url=%s\nname=m\n", cases[i][0]);
        g_autoptr(ModelSettings) s = settings(text, "default");
        g_assert_cmpstr(s->token_parameter, ==, cases[i][1]);
    }
    g_autoptr(ModelSettings) native = settings(
        "[model]\nbase_url=https://generativelanguage.googleapis.com/v1beta\nname=m\n", "default");
    g_assert_cmpstr(native->dialect, ==, "gemini");
    g_autoptr(ModelSettings) compatible = settings(
        "[model]\nbase_url=https://generativelanguage.googleapis.com/v1beta/openai\nname=m\n",
        "default");
    g_assert_cmpstr(compatible->dialect, ==, "openai");
}

static void test_origins(void)
{
    const char *origin = NULL;
    g_autoptr(Config) config = load("[model]\npreset=anthropic\nname=m\nstream=no\n[model "
                                    "b]\nbase_url=http://host/v1\nname=n\n");
    g_assert_cmpstr(preset_value(config, "default", "dialect", &origin), ==, "anthropic");
    g_assert_cmpstr(origin, ==, "preset anthropic");
    g_assert_cmpstr(preset_value(config, "default", "stream", &origin), ==, "no");
    g_assert_true(g_str_has_suffix(origin, "docket.conf:4"));
    g_assert_cmpstr(preset_value(config, "b", "dialect", &origin), ==, "openai");
    g_assert_cmpstr(origin, ==, "default");
    g_assert_cmpstr(preset_value(config, "b", "timeout", &origin), ==, "120");
}

/* ---- named endpoints ---- */

static void test_named(void)
{
    const char *text = "[model]\nbase_url=http://host/v1\nname=cheap\ntimeout=7\n"
                       "[model strong]\npreset=anthropic\nname=big\n"
                       "[model spare-2]\npreset=vllm\nname=x\n";
    g_autoptr(Config) config = load(text);
    g_auto(GStrv) names = config_names(config, "model");
    g_assert_cmpuint(g_strv_length(names), ==, 2);
    g_assert_cmpstr(names[0], ==, "strong");
    g_assert_cmpstr(names[1], ==, "spare-2");
    g_autoptr(ModelSettings) first = settings(text, "default");
    g_autoptr(ModelSettings) strong = settings(text, "strong");
    g_assert_cmpstr(first->model, ==, "cheap");
    g_assert_cmpuint(first->timeout_s, ==, 7);
    g_assert_cmpstr(strong->name, ==, "strong");
    g_assert_cmpstr(strong->model, ==, "big");
    g_assert_cmpuint(strong->timeout_s, ==, 120); /* nothing is inherited */
}

static void test_named_are_checked(void)
{
    static const char *const cases[][2] = {
        {"[model strong]\nnane=x\n", ":2: unknown key \"nane\" in [model]; did you mean \"name\"?"},
        {"[model default]\nname=x\n", ":1: the name of [model"},
        {"[model two words]\nname=x\n", ":1: the name of [model"},
        {"[run strong]\nsettle=2\n", ":1: unknown group [run strong]"},
        {"[model strong]\ntimeout=soon\n", ":2: model.timeout must be"},
        {"[model]\nheaders=Authorization: Bearer x\n", ":2: model.headers must be"},
        {"[model]\nextra_body=[1]\n", ":2: model.extra_body must be a JSON object"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *file = g_build_filename(folder, "docket.conf", NULL);
        g_assert_true(g_file_set_contents(file, cases[i][0], -1, NULL));
        g_assert_null(config_load(file, &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i][1]));
        g_assert_null(strstr(error->message, "Bearer x"));
    }
}

static void test_incomplete(void)
{
    static const char *const cases[][2] = {
        {"[model]\npreset=openai\n", "name is not set"},
        {"[model]\npreset=azure\nname=m\n", "RESOURCE.openai.azure.com"},
        {"[model]\npreset=openai\nname=m\napi_key_env=NO_SUCH_VARIABLE\n", "NO_SUCH_VARIABLE"},
        {"[model]\npreset=gemini\nname=m\nresponse_format=tool\n", "response_format"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Config) config = load(cases[i][0]);
        g_assert_null(model_settings_new(config, "default", &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
        g_assert_nonnull(strstr(error->message, cases[i][1]));
    }
}

/* ---- addresses ---- */

static void test_openai_urls(void)
{
    static const char *const cases[][2] = {
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/chat/completions"},
        {"http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1/chat/completions"},
        {"https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"},
        {"https://host.example/api/v1/", "https://host.example/api/v1/chat/completions"},
        {"https://host.example/v1/chat/completions", "https://host.example/v1/chat/completions"},
        {"https://host.example/d/x?api-version=1",
         "https://host.example/d/x/chat/completions?api-version=1"},
        {"http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"},
        {"https://me.openai.azure.com", "https://me.openai.azure.com/openai/v1/chat/completions"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("[model]\nbase_url=%s\nname=m\n", cases[i][0]);
        assert_url(text, cases[i][1]);
    }
    assert_url("[model]\nname=m\napi_version=2024-10-21\n"
               "base_url=https://me.openai.azure.com/openai/deployments/d\n",
               "https://me.openai.azure.com/openai/deployments/d/chat/completions"
               "?api-version=2024-10-21");
}

static void test_other_urls(void)
{
    assert_url("[model]\npreset=anthropic\nname=m\n", "https://api.anthropic.com/v1/messages");
    assert_url("[model]\npreset=anthropic\nname=m\nbase_url=http://host:4000/proxy/anthropic/v1\n",
               "http://host:4000/proxy/anthropic/v1/messages");
    assert_url("[model]\npreset=gemini\nname=gemini-x\n",
               "https://generativelanguage.googleapis.com/v1beta/models/"
               "gemini-x:streamGenerateContent?alt=sse");
    assert_url("[model]\npreset=gemini\nname=tunedModels/a b\nstream=no\nbase_url=http://host/\n",
               "http://host/v1beta/tunedModels/a%20b:generateContent");
    assert_url("[model]\npreset=gemini\nname=a?b#c\nstream=no\nbase_url=http://host/v1\n",
               "http://host/v1/models/a%3Fb%23c:generateContent");
}

/* All models on one page. */
static void test_models_urls(void)
{
    static const char *const cases[][2] = {
        {"openai", "https://api.openai.com/v1/models"},
        {"anthropic", "https://api.anthropic.com/v1/models?limit=1000"},
        {"gemini", "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("[model]\npreset=%s\nname=m\n", cases[i][0]);
        g_autoptr(ModelSettings) s = settings(text, "default");
        g_autofree char *url = dialect_by_name(s->dialect)->models_url(s, NULL);
        g_assert_cmpstr(url, ==, cases[i][1]);
    }
}

static void test_bad_urls(void)
{
    static char model[] = "m";
    static const char *const bad[] = {"", "localhost:8080", "/v1", "http://",
                                      "ftp://host.example/v1"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        for (guint d = 0; dialects[d]; d++) {
            g_autoptr(GError) error = NULL;
            g_autofree char *base = g_strdup(bad[i]);
            ModelSettings s = {.base_url = base, .model = model};
            g_assert_null(dialects[d]->url(&s, &error));
            g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("docket-settings-XXXXXX", NULL);
    g_setenv("XDG_CONFIG_HOME", folder, TRUE);
    g_test_add_func("/settings/unknown-server", test_unknown_server);
    g_test_add_func("/settings/presets", test_presets);
    g_test_add_func("/settings/guess", test_guess);
    g_test_add_func("/settings/origins", test_origins);
    g_test_add_func("/settings/named", test_named);
    g_test_add_func("/settings/named-are-checked", test_named_are_checked);
    g_test_add_func("/settings/incomplete", test_incomplete);
    g_test_add_func("/settings/openai-urls", test_openai_urls);
    g_test_add_func("/settings/other-urls", test_other_urls);
    g_test_add_func("/settings/models-urls", test_models_urls);
    g_test_add_func("/settings/bad-urls", test_bad_urls);
    int status = g_test_run();
    g_autofree char *file = g_build_filename(folder, "docket.conf", NULL);
    g_unlink(file);
    g_rmdir(folder);
    g_free(folder);
    return status;
}
