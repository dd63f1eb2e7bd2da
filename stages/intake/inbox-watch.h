/* Tells when something has arrived in an inbox: a file that was written to its end, moved or linked
 * there, or a folder. By inotify(7), which sees what this machine's programs do and nothing that another
 * one does on a shared folder. Not thread-safe. */
#pragma once

#include <glib.h>

typedef struct InboxWatch InboxWatch;

/* From now on. DOCKET_ERROR_IO when the kernel has no watch left for it. */
InboxWatch *inbox_watch_new(const char *root, GError **error);
void inbox_watch_free(InboxWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InboxWatch, inbox_watch_free)

/* Readable when there is news; stays the watch's. */
int inbox_watch_fd(const InboxWatch *watch);

/* Takes the news there are, and watches folders that are new. *news: something arrived since the last
 * time, or so much that the kernel lost count. To be called before the inbox is looked through: what
 * arrives later is news again. */
gboolean inbox_watch_take(InboxWatch *watch, gboolean *news, GError **error);
