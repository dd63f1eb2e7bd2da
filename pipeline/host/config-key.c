/* Keys and other secrets: never values of the configuration, only found through it. */
#include "pipeline/host/config.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

#define MAX_API_KEY_BYTES 16384
#define API_KEY "the API key"

/* The key without the newline that editors add; it goes into a header, so no control characters. */
static char *clean_key(const char *raw, const char *what, const char *source, GError **error)
{
    g_autofree char *key = g_strstrip(g_strdup(raw));
    gboolean good = *key != '\0';
    for (const guchar *c = (const guchar *)key; *c && good; c++)
        good = *c > 0x20 && *c < 0x7f;
    if (good)
        return g_steal_pointer(&key);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                "%s in %s is empty or holds characters that it cannot have", what, source);
    return NULL;
}

static char *key_from_file(const char *path, const char *what, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) bad = NULL;
    g_autofree char *shown = bytes_for_terminal(path);
    if (!g_file_get_contents(path, &text, &length, &bad)) {
        g_autofree char *safe = bytes_for_terminal(bad->message);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG, "cannot read %s: %s", what, safe);
        return NULL;
    }
    if (length > MAX_API_KEY_BYTES || strlen(text) != length) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG, "%s does not hold %s", shown, what);
        return NULL;
    }
    return clean_key(text, what, shown, error);
}

char *config_api_key(const Config *config, const char *name, GError **error)
{
    const char *variable = config_named(config, name, "model.api_key_env");
    const char *file = config_named(config, name, "model.api_key_file");
    const char *credentials = g_getenv("CREDENTIALS_DIRECTORY");
    if (*variable) {
        const char *value = g_getenv(variable);
        if (!value) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                        "model.api_key_env names the variable %s, which is not set", variable);
            return NULL;
        }
        return clean_key(value, API_KEY, variable, error);
    }
    if (*file)
        return key_from_file(file, API_KEY, error);
    if (credentials && *credentials) {
        gboolean named = name && !g_str_equal(name, CONFIG_DEFAULT_NAME);
        g_autofree char *file_name =
            g_strconcat("api_key", named ? "_" : "", named ? name : "", NULL);
        g_autofree char *path = g_build_filename(credentials, file_name, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return key_from_file(path, API_KEY, error);
    }
    return NULL;
}

char *config_secret(const Config *config, const char *variable_key, const char *file_key,
                    const char *what, GError **error)
{
    const char *variable = config_string(config, variable_key);
    const char *file = config_string(config, file_key);
    if (!*variable)
        return *file ? key_from_file(file, what, error) : NULL;
    const char *value = g_getenv(variable);
    if (value)
        return clean_key(value, what, variable, error);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                "%s names the variable %s, which is not set", variable_key, variable);
    return NULL;
}
