#include "tools/commands/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "tools/commands/schema-path.h"

static const char *editor(void)
{
    const char *names[] = {g_getenv("VISUAL"), g_getenv("EDITOR")};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i] && *names[i])
            return names[i];
    return "vi";
}

/* Runs the editor as git does: its variable may hold arguments, so a shell reads it. The editor
 * gets the real standard output, which descriptor 1 no longer is. */
static gboolean run_editor(const Console *console, const char *path, GError **error)
{
    g_autofree char *script = g_strdup_printf("%s \"$@\"", editor());
    const char *argv[] = {"/bin/sh", "-c", script, editor(), path, NULL};
    GPid pid = 0;
    g_autoptr(GError) bad = NULL;
    int status = 0;
    if (g_spawn_async_with_pipes_and_fds(
            NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
            -1, fileno(console->out), -1, NULL, NULL, 0, &pid, NULL, NULL, NULL, &bad)) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            return TRUE;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                "the editor \"%s\" %s; set EDITOR, or use --set /pointer=value", editor(),
                bad ? bad->message : "did not end well");
    return FALSE;
}

static gboolean write_temp(int fd, const char *path, const cJSON *record, GError **error)
{
    g_autofree char *text = json_print(record, TRUE);
    g_autofree char *whole = g_strconcat(text, "\n", NULL);
    gsize length = strlen(whole), done = 0;
    while (done < length) {
        ssize_t n = write(fd, whole + done, length - done);
        if (n < 0 && errno != EINTR) {
            docket_error_set_errno(error, errno, "writing", path);
            return FALSE;
        }
        done += n > 0 ? (gsize)n : 0;
    }
    return TRUE;
}

cJSON *edit_record(const Console *console, const cJSON *record, GError **error)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "docket-XXXXXX.json", NULL);
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        docket_error_set_errno(error, errno, "making a temp file", path);
        return NULL;
    }
    gboolean good = write_temp(fd, path, record, error);
    close(fd);
    good = good && run_editor(console, path, error);
    cJSON *edited = good ? json_load(path, error) : NULL;
    if (edited)
        g_unlink(path);
    else
        g_prefix_error(error, "what you wrote is kept in %s: ", path);
    return edited;
}

gboolean edit_set(cJSON **record, const cJSON *schema, const char *assignment, GError **error)
{
    const char *equals = strchr(assignment, '=');
    if (assignment[0] != '/' || !equals) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--set takes /pointer=value, such as /total=12.50, not \"%s\"", assignment);
        return FALSE;
    }
    g_autofree char *pointer = g_strndup(assignment, (gsize)(equals - assignment));
    const char *text = equals + 1;
    cJSON *value = json_parse(text, strlen(text), NULL);
    /* "--set /number=0042" or "=42" where a text belongs means the text. */
    gboolean is_text = schema && schema_path_is_text(schema, pointer);
    if (!value || (is_text && !cJSON_IsString(value) && !cJSON_IsNull(value))) {
        cJSON_Delete(value);
        if (!g_utf8_validate(text, -1, NULL)) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "--set %s: not UTF-8", pointer);
            return FALSE;
        }
        value = cJSON_CreateString(text);
    }
    if (json_put(record, pointer, value, error))
        return TRUE;
    g_prefix_error(error, "--set %s: ", pointer);
    return FALSE;
}
