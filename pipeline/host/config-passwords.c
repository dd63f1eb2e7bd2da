/* Passwords of encrypted documents: never values of the configuration, only found through it. */
#include "pipeline/host/config.h"

#include <string.h>
#include <sys/stat.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#define MAX_FILE_BYTES (DOCKET_MAX_PASSWORDS * (DOCKET_MAX_PASSWORD_BYTES + 2))

/* A secret that everybody may read is none, and one that everybody may write is a way to try what
 * others choose. */
static gboolean check_mode(const char *path, const char *shown, GError **error)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "readers.password_file: %s is not there or not a regular file", shown);
        return FALSE;
    }
    if (st.st_mode & S_IRWXO) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "readers.password_file: %s is open to everybody (mode %04o); run: chmod o= on "
                    "it",
                    shown, (guint)st.st_mode & 07777);
        return FALSE;
    }
    if (st.st_size > MAX_FILE_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "readers.password_file: %s holds more than %u passwords of %u bytes", shown,
                    DOCKET_MAX_PASSWORDS, DOCKET_MAX_PASSWORD_BYTES);
        return FALSE;
    }
    return TRUE;
}

/* Spaces belong to a password; the end of the line does not, in whichever way it is written. */
static char **split(char *text, const char *shown, GError **error)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    guint n = 0, number = 0;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        number++;
        gsize length = strcspn(line, "\r");
        line[length] = '\0';
        if (length == 0)
            continue;
        if (++n > DOCKET_MAX_PASSWORDS || length > DOCKET_MAX_PASSWORD_BYTES) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                        "readers.password_file: %s:%u: at most %u passwords of %u bytes", shown,
                        number, DOCKET_MAX_PASSWORDS, DOCKET_MAX_PASSWORD_BYTES);
            bytes_free_secrets(g_strv_builder_end(list));
            return NULL;
        }
        g_strv_builder_add(list, line);
    }
    return g_strv_builder_end(list);
}

char **config_passwords(const Config *config, GError **error)
{
    const char *path = config_string(config, "readers.password_file");
    if (!*path)
        return NULL;
    g_autofree char *shown = bytes_for_terminal(path);
    g_autoptr(GError) bad = NULL;
    char *text = NULL;
    gsize length = 0;
    if (!check_mode(path, shown, error))
        return NULL;
    if (!g_file_get_contents(path, &text, &length, &bad)) {
        g_autofree char *safe = bytes_for_terminal(bad->message);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG, "readers.password_file: %s", safe);
        return NULL;
    }
    char **passwords = NULL;
    if (strlen(text) != length || !g_utf8_validate(text, (gssize)length, NULL))
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "readers.password_file: %s is not UTF-8 text", shown);
    else
        passwords = split(text, shown, error);
    explicit_bzero(text, length);
    g_free(text);
    return passwords;
}
