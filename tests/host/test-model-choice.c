/* Which model is asked for what: the configuration's roles, a pack's own, shares, and names that
 * there are not. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/model-choice.h"

static Config *config_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("docket-choice-XXXXXX", &path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
    close(fd);
    Config *config = config_load(path, &error);
    g_assert_no_error(error);
    g_unlink(path);
    return config;
}

static Pack *new_pack(void)
{
    g_autoptr(GError) error = NULL;
    Pack *pack = pack_from_schema("letter", cJSON_Parse("{\"type\":\"object\"}"), &error);
    g_assert_no_error(error);
    return pack;
}

#define SERVER "base_url=http://localhost:9/v1\nname=m\n"
#define MODELS "[model]\n" SERVER "[model a]\n" SERVER "[model b]\n" SERVER

static void test_roles(void)
{
    g_autoptr(Config) config = config_of(MODELS "[route]\nstrong=a\nfallback=b\n");
    g_autoptr(Pack) plain = new_pack(), own = new_pack();
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    own->models[MODEL_FIRST] = split_single("b");
    own->models[MODEL_STRONG] = split_single("default");
    g_ptr_array_add(packs, plain);
    g_ptr_array_add(packs, own);
    g_autoptr(ModelChoice) choice = model_choice_new(config, packs, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(model_choice_for(choice, MODEL_FIRST, plain, "00"), ==, "default");
    g_assert_cmpstr(model_choice_for(choice, MODEL_STRONG, plain, "00"), ==, "a");
    g_assert_cmpstr(model_choice_for(choice, MODEL_FALLBACK, plain, "00"), ==, "b");
    g_assert_null(model_choice_for(choice, MODEL_VERIFY, plain, "00"));
    /* The pack's word goes before the configuration's. */
    g_assert_cmpstr(model_choice_for(choice, MODEL_FIRST, own, "00"), ==, "b");
    g_assert_cmpstr(model_choice_for(choice, MODEL_STRONG, own, "00"), ==, "default");
    g_assert_cmpstr(model_choice_for(choice, MODEL_FALLBACK, own, "00"), ==, "b");
}

/* The same document goes to the same model, and the shares come out. */
static void test_shares(void)
{
    g_autoptr(Config) config = config_of(MODELS "[route]\nfirst=a:3 b\n");
    g_autoptr(Pack) pack = new_pack();
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    g_autoptr(ModelChoice) choice = model_choice_new(config, packs, NULL);
    guint b = 0;
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *sha256 = bytes_sha256((const char *)&i, sizeof(i));
        const char *name = model_choice_for(choice, MODEL_FIRST, pack, sha256);
        g_assert_cmpstr(name, ==, model_choice_for(choice, MODEL_FIRST, pack, sha256));
        b += g_str_equal(name, "b");
    }
    g_assert_cmpuint(b, >, 200);
    g_assert_cmpuint(b, <, 300);
}

static void assert_refused(const char *text, ModelRole role, const char *name, int code,
                           const char *words)
{
    g_autoptr(Config) config = config_of(text);
    g_autoptr(Pack) pack = new_pack();
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    if (name)
        pack->models[role] = split_single(name);
    g_ptr_array_add(packs, pack);
    g_autoptr(ModelChoice) choice = model_choice_new(config, packs, &error);
    g_assert_null(choice);
    g_assert_error(error, DOCKET_ERROR, code);
    g_assert_nonnull(strstr(error->message, words));
}

static void test_missing(void)
{
    assert_refused(MODELS "[route]\nstrong=best\n", 0, NULL, DOCKET_ERROR_CONFIG,
                   "there is no group [model best]");
    assert_refused(MODELS "[route]\nfirst=a:0\n", 0, NULL, DOCKET_ERROR_CONFIG, "route.first");
    assert_refused(MODELS, MODEL_VERIFY, "c", DOCKET_ERROR_PACK, "pack letter");
    assert_refused("[route]\nfirst=a\nstrong=default\n[model a]\n" SERVER, 0, NULL,
                   DOCKET_ERROR_CONFIG, "[model] names no server");
}

/* Without any model templates work, whatever a pack would like. */
static void test_none(void)
{
    g_autoptr(Config) config = config_of("");
    g_autoptr(Pack) pack = new_pack();
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    pack->models[MODEL_FIRST] = split_single("c");
    g_ptr_array_add(packs, pack);
    g_autoptr(ModelChoice) choice = model_choice_new(config, packs, &error);
    g_assert_no_error(error);
    g_auto(GStrv) endpoints = model_choice_endpoints(config);
    g_assert_cmpuint(g_strv_length(endpoints), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/model-choice/roles", test_roles);
    g_test_add_func("/host/model-choice/shares", test_shares);
    g_test_add_func("/host/model-choice/missing", test_missing);
    g_test_add_func("/host/model-choice/none", test_none);
    return g_test_run();
}
