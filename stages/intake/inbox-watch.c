#include "inbox-watch.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

#define MAX_FOLDER_DEPTH 32u /* as deep as the inbox is looked through */

#define ARRIVALS                                                                                   \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)

struct InboxWatch {
    char *root;
    int fd;
};

void inbox_watch_free(InboxWatch *watch)
{
    if (!watch)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    g_free(watch->root);
    g_free(watch);
}

static gboolean refuse(const char *folder, GError **error)
{
    g_autofree char *safe = bytes_for_terminal(folder);
    if (errno != ENOSPC && errno != EMFILE) {
        docket_error_set_errno(error, errno, "cannot watch the folder", folder);
        return FALSE;
    }
    g_set_error(
        error, DOCKET_ERROR, DOCKET_ERROR_IO,
        "cannot watch the folder %s: the kernel has no watch left (sysctl "
        "fs.inotify.max_user_watches, max_user_instances); --poll 10 looks every 10 seconds "
        "instead",
        safe);
    return FALSE;
}

static gboolean watch_folder(InboxWatch *watch, const char *folder, guint depth, GError **error);

static gboolean watch_below(InboxWatch *watch, DIR *dir, const char *folder, guint depth,
                            GError **error)
{
    for (struct dirent *item = readdir(dir); item; item = readdir(dir)) {
        struct stat st;
        if (item->d_name[0] == '.' || (item->d_type != DT_DIR && item->d_type != DT_UNKNOWN))
            continue;
        g_autofree char *path = g_build_filename(folder, item->d_name, NULL);
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
            !watch_folder(watch, path, depth + 1, error))
            return FALSE;
    }
    return TRUE;
}

/* One that is watched already stays so: the kernel knows it by its inode. */
static gboolean watch_folder(InboxWatch *watch, const char *folder, guint depth, GError **error)
{
    if (inotify_add_watch(watch->fd, folder, ARRIVALS) < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES || refuse(folder, error);
    DIR *dir = depth < MAX_FOLDER_DEPTH ? opendir(folder) : NULL;
    if (!dir)
        return TRUE;
    gboolean good = watch_below(watch, dir, folder, depth, error);
    closedir(dir);
    return good;
}

InboxWatch *inbox_watch_new(const char *root, GError **error)
{
    g_autoptr(InboxWatch) watch = g_new0(InboxWatch, 1);
    watch->root = g_canonicalize_filename(root, NULL);
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0) {
        refuse(watch->root, error);
        return NULL;
    }
    return watch_folder(watch, watch->root, 0, error) ? g_steal_pointer(&watch) : NULL;
}

int inbox_watch_fd(const InboxWatch *watch)
{
    return watch->fd;
}

/* A file that was only created is news when it is closed. */
static gboolean is_news(const struct inotify_event *event)
{
    return !(event->mask & IN_CREATE) || event->mask & IN_ISDIR;
}

gboolean inbox_watch_take(InboxWatch *watch, gboolean *news, GError **error)
{
    _Alignas(struct inotify_event) char buffer[16384];
    ssize_t length;
    *news = FALSE;
    while ((length = read(watch->fd, buffer, sizeof buffer)) > 0)
        for (const char *at = buffer; at < buffer + length;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            *news = *news || is_news(event);
            at += sizeof *event + event->len;
        }
    return !*news || watch_folder(watch, watch->root, 0, error);
}
