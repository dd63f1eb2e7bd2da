/* A file or standard input as one text or line by line. Memory is bounded by the longest text, not
 * by the file, so that a file of any size can be gone through. */
#pragma once

#include <glib.h>

typedef struct Feed Feed;

/* "-" is standard input. NULL and DOCKET_ERROR_NOT_FOUND or DOCKET_ERROR_USAGE that names the file. */
Feed *feed_open(const char *path, GError **error);
void feed_free(Feed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Feed, feed_free)

typedef enum {
    FEED_TEXT,     /* here it is */
    FEED_TOO_LONG, /* it has more than DOCKET_MAX_JSON_BYTES; it is skipped */
    FEED_END,
    FEED_ERROR
} FeedState;

/* The next line without its end, or all that is left. The text is lent until the next call; a byte
 * of value 0 follows it. FEED_ERROR sets DOCKET_ERROR_IO. */
FeedState feed_line(Feed *feed, const char **text, gsize *length, GError **error);
FeedState feed_all(Feed *feed, const char **text, gsize *length, GError **error);
