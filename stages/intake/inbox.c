#include "stages/intake/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"

#define MAX_FOLDER_DEPTH 32u /* sub-folders of the inbox */

typedef enum { FILE_WAITING, FILE_TAKEN, FILE_LEFT, FILE_GONE } FileState;

/* What is remembered of a path, so that each file is taken once and each writer waited for once. */
typedef struct {
    char *path;
    FileState state;
    gint64 first_seen_us; /* monotonic, with the stat below */
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
} Entry;

struct Inbox {
    char *root;
    gint64 settle_us;
    InboxNotice notice;
    gpointer data;
    GHashTable *entries; /* path -> Entry */
    GHashTable *noticed; /* paths that a notice was given for */
    GPtrArray *queue;    /* of Entry (lent), waiting, in order */
    guint next;          /* into queue */
    guint64 round;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->path);
    g_free(entry);
}

void inbox_file_free(InboxFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_free(file->name);
    g_free(file->folder);
    g_free(file);
}

void inbox_free(Inbox *inbox)
{
    if (!inbox)
        return;
    g_free(inbox->root);
    g_hash_table_unref(inbox->entries);
    g_hash_table_unref(inbox->noticed);
    g_ptr_array_unref(inbox->queue);
    g_free(inbox);
}

/* ---- what counts ---- */

static gboolean is_ignored(const char *name)
{
    static const char *const endings[] = {".part", ".tmp", ".crdownload"};
    gsize length = strlen(name);
    if (name[0] == '.' || name[0] == '~')
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        gsize n = strlen(endings[i]);
        if (length >= n && g_ascii_strcasecmp(name + length - n, endings[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

static void give_notice(Inbox *inbox, const char *path, const char *sentence)
{
    if (g_hash_table_add(inbox->noticed, g_strdup(path)) && inbox->notice)
        inbox->notice(path, sentence, inbox->data);
}

static gboolean is_same(const Entry *entry, const struct stat *st)
{
    return entry->device == st->st_dev && entry->inode == st->st_ino &&
           entry->size == st->st_size && entry->changed.tv_sec == st->st_mtim.tv_sec &&
           entry->changed.tv_nsec == st->st_mtim.tv_nsec;
}

static void remember(Entry *entry, const struct stat *st)
{
    entry->first_seen_us = clock_monotonic_us();
    entry->device = st->st_dev;
    entry->inode = st->st_ino;
    entry->size = st->st_size;
    entry->changed = st->st_mtim;
}

/* A file that is new, or another one than was taken under this name, joins the queue. */
static void see_file(Inbox *inbox, const char *path, const struct stat *st)
{
    Entry *entry = g_hash_table_lookup(inbox->entries, path);
    if (!entry) {
        entry = g_new0(Entry, 1);
        entry->path = g_strdup(path);
        g_hash_table_insert(inbox->entries, entry->path, entry);
    } else if (entry->state == FILE_LEFT || (entry->state != FILE_GONE && is_same(entry, st))) {
        return;
    }
    entry->state = FILE_WAITING;
    remember(entry, st);
    g_ptr_array_add(inbox->queue, entry);
}

/* ---- looking ---- */

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, sorted; NULL with errno set. The folder is opened without following a link
 * that took its place since it was looked at. */
static GPtrArray *list_folder(const char *path, gboolean is_root)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (is_root ? 0 : O_NOFOLLOW);
    int fd = open(path, flags);
    if (fd < 0)
        return NULL;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (struct dirent *item = readdir(dir); item; item = readdir(dir))
        if (!is_ignored(item->d_name))
            g_ptr_array_add(names, g_strdup(item->d_name));
    closedir(dir);
    g_ptr_array_sort(names, compare_names);
    return names;
}

static void look_into(Inbox *inbox, const char *folder, guint depth);

static void look_at(Inbox *inbox, const char *path, guint depth)
{
    struct stat st;
    if (lstat(path, &st) != 0) {
        if (errno != ENOENT)
            give_notice(inbox, path, g_strerror(errno));
    } else if (S_ISREG(st.st_mode)) {
        see_file(inbox, path, &st);
    } else if (S_ISDIR(st.st_mode)) {
        look_into(inbox, path, depth + 1);
    } else if (S_ISLNK(st.st_mode)) {
        give_notice(inbox, path, "a symbolic link is not followed: put the file itself here");
    } else {
        give_notice(inbox, path, "neither a file nor a folder: left alone");
    }
}

static void look_into(Inbox *inbox, const char *folder, guint depth)
{
    g_autoptr(GPtrArray) names = NULL;
    if (depth > MAX_FOLDER_DEPTH) {
        give_notice(inbox, folder, "folders nested too deeply: left alone");
        return;
    }
    names = list_folder(folder, depth == 0);
    if (!names) {
        give_notice(inbox, folder, g_strerror(errno));
        return;
    }
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        look_at(inbox, path, depth);
    }
}

static gboolean look(Inbox *inbox, GError **error)
{
    struct stat st;
    g_ptr_array_set_size(inbox->queue, 0);
    inbox->next = 0;
    if (stat(inbox->root, &st) != 0 && errno == ENOENT) {
        g_autofree char *safe = bytes_for_terminal(inbox->root);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                    "there is no inbox %s: make that folder, or name another one (--inbox, "
                    "paths.inbox)",
                    safe);
        return FALSE;
    }
    if (stat(inbox->root, &st) != 0 || access(inbox->root, R_OK | X_OK) != 0) {
        docket_error_set_errno(error, errno, "cannot look into the inbox", inbox->root);
        return FALSE;
    }
    if (!S_ISDIR(st.st_mode)) {
        docket_error_set_errno(error, ENOTDIR, "cannot look into the inbox", inbox->root);
        return FALSE;
    }
    look_into(inbox, inbox->root, 0);
    return TRUE;
}

Inbox *inbox_new(const InboxOptions *options, GError **error)
{
    g_autoptr(Inbox) inbox = g_new0(Inbox, 1);
    inbox->root = g_canonicalize_filename(options->root, NULL);
    inbox->settle_us = (gint64)(options->settle_s * G_USEC_PER_SEC);
    inbox->notice = options->notice;
    inbox->data = options->data;
    inbox->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    inbox->noticed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    inbox->queue = g_ptr_array_new();
    if (!look(inbox, error))
        return NULL;
    return g_steal_pointer(&inbox);
}

/* ---- taking ---- */

/* Microseconds until the file counts as complete; 0 or less: it does. A time in the future (another
 * machine's clock) says nothing, then only our watching counts. */
static gint64 time_to_settle(const Inbox *inbox, const Entry *entry)
{
    gint64 changed_us =
        (gint64)entry->changed.tv_sec * G_USEC_PER_SEC + entry->changed.tv_nsec / 1000;
    gint64 age_us = clock_now_us() - changed_us;
    gint64 watched_us = clock_monotonic_us() - entry->first_seen_us;
    return inbox->settle_us - MAX(age_us, watched_us);
}

static InboxFile *take(Entry *entry, const char *root)
{
    InboxFile *file = g_new0(InboxFile, 1);
    entry->state = FILE_TAKEN;
    file->path = g_strdup(entry->path);
    file->name = g_path_get_basename(entry->path);
    const char *below = entry->path + strlen(root);
    while (*below == '/')
        below++;
    const char *slash = strchr(below, '/');
    if (slash)
        file->folder = g_strndup(below, (gsize)(slash - below));
    return file;
}

/* The next complete file in the rest of this pass over the queue. */
static InboxFile *next_settled(Inbox *inbox)
{
    while (inbox->next < inbox->queue->len) {
        Entry *entry = inbox->queue->pdata[inbox->next++];
        struct stat st;
        if (lstat(entry->path, &st) != 0 || !S_ISREG(st.st_mode))
            entry->state = FILE_GONE;
        else if (!is_same(entry, &st))
            entry->state = FILE_LEFT;
        else if (time_to_settle(inbox, entry) <= 0)
            return take(entry, inbox->root);
    }
    return NULL;
}

/* Ends a pass: only what still waits stays in the queue. The shortest wait, 0 if there is none. */
static gint64 begin_again(Inbox *inbox)
{
    gint64 soonest_us = 0;
    guint kept = 0;
    for (guint i = 0; i < inbox->queue->len; i++) {
        Entry *entry = inbox->queue->pdata[i];
        if (entry->state != FILE_WAITING)
            continue;
        gint64 left_us = MAX(time_to_settle(inbox, entry), 1000);
        soonest_us = kept ? MIN(soonest_us, left_us) : left_us;
        inbox->queue->pdata[kept++] = entry;
    }
    g_ptr_array_set_size(inbox->queue, (int)kept);
    inbox->next = 0;
    return soonest_us;
}

InboxFile *inbox_next(Inbox *inbox, gint64 *wait_us, GError **error)
{
    *wait_us = 0;
    InboxFile *file = next_settled(inbox);
    if (file || (*wait_us = begin_again(inbox)) > 0)
        return file;
    if (!look(inbox, error))
        return NULL;
    file = next_settled(inbox);
    if (!file)
        *wait_us = begin_again(inbox);
    return file;
}

guint inbox_left(const Inbox *inbox)
{
    guint left = 0;
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, inbox->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        left += ((const Entry *)value)->state == FILE_LEFT;
    return left;
}

/* ---- apart ---- */

/* The real path of a folder that need not exist yet: its existing part resolved, the rest added. */
static char *resolve(const char *path)
{
    g_autofree char *head = g_canonicalize_filename(path, NULL);
    g_autofree char *tail = g_strdup("");
    for (;;) {
        char *real = realpath(head, NULL);
        if (real) {
            char *whole = g_build_filename(real, tail, NULL);
            free(real);
            return whole;
        }
        if (g_str_equal(head, "/"))
            return g_build_filename(head, tail, NULL);
        g_autofree char *name = g_path_get_basename(head);
        char *parent = g_path_get_dirname(head);
        char *longer = *tail ? g_build_filename(name, tail, NULL) : g_strdup(name);
        g_free(head);
        g_free(tail);
        head = parent;
        tail = longer;
    }
}

gboolean inbox_check_apart(const char *root, const char *output, const char *what, GError **error)
{
    g_autofree char *inbox = resolve(root);
    g_autofree char *other = resolve(output);
    gsize length = strlen(inbox);
    while (length > 1 && inbox[length - 1] == '/')
        inbox[--length] = '\0';
    gboolean inside = strncmp(other, inbox, length) == 0 &&
                      (other[length] == '\0' || other[length] == '/' || length == 1);
    if (!inside)
        return TRUE;
    g_autofree char *safe = bytes_for_terminal(other);
    g_set_error(
        error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
        "%s (%s) lies in the inbox: what docket writes would come in again; choose a folder "
        "beside the inbox",
        what, safe);
    return FALSE;
}
