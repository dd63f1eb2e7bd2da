/* The inbox folder: which files in it are documents, complete, and not taken yet. Looks
 * recursively, in the order of their names' bytes, at metadata only; nothing is opened.
 *
 * Left alone without a word: names that begin with '.' or '~', and *.part *.tmp *.crdownload.
 * Refused with a notice: symbolic links and special files.
 * A file is complete when it was last changed at least `settle` seconds ago, or when its size and
 * time did not change while we watched it that long; one that changed meanwhile is left to the next
 * run, so a run never waits twice for the same writer. */
#pragma once

#include <glib.h>

typedef struct Inbox Inbox;

/* Something a person should know about an entry: "a symbolic link: …". path as it is on disk. */
typedef void (*InboxNotice)(const char *path, const char *sentence, gpointer data);

typedef struct {
    const char *root;
    double settle_s;
    InboxNotice notice; /* may be NULL */
    gpointer data;
} InboxOptions;

typedef struct {
    char *path;   /* absolute */
    char *name;   /* the last component, any bytes but NUL and '/' */
    char *folder; /* first component below the root; NULL when it lies in the root itself */
} InboxFile;
void inbox_file_free(InboxFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InboxFile, inbox_file_free)

/* FALSE (DOCKET_ERROR_CONFIG) when a folder that docket writes to lies in the inbox, or the inbox
 * is it: its output would come in again. Folders need not exist yet; links are followed. */
gboolean inbox_check_apart(const char *root, const char *output, const char *what, GError **error);

/* Looks once. DOCKET_ERROR_NOT_FOUND / IO when the root cannot be listed. */
Inbox *inbox_new(const InboxOptions *options, GError **error);
void inbox_free(Inbox *inbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inbox, inbox_free)

/* The next complete file, or NULL. Then *wait_us says when to ask again because a file may be
 * complete by then (microseconds from now), or is 0: the inbox is drained. It is looked through
 * again before that is said, so files that arrive during a run are taken, each once. */
InboxFile *inbox_next(Inbox *inbox, gint64 *wait_us, GError **error);

/* Files that are still being written and stay for the next run. */
guint inbox_left(const Inbox *inbox);
