/* Reading in blocks: a buffer that grows to the longest text and is used again for the next. It is
 * read, not mapped: a file that is cut while it is mapped ends the program. */
#include "tools/commands/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#define BLOCK_BYTES (256u << 10) /* the least that is asked of the system at a time */

struct Feed {
    char *name; /* for people */
    int fd;
    gboolean ended;
    char *buffer;
    gsize capacity, from, to; /* buffer[from..to) is not handed out yet */
};

Feed *feed_open(const char *path, GError **error)
{
    const gboolean standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        const int reason = errno;
        g_autofree char *shown = bytes_for_terminal(path);
        g_set_error(error, DOCKET_ERROR,
                    reason == ENOENT ? DOCKET_ERROR_NOT_FOUND : DOCKET_ERROR_USAGE,
                    "%s cannot be read: %s", shown, g_strerror(reason));
        return NULL;
    }
    Feed *feed = g_new0(Feed, 1);
    feed->name = standard ? g_strdup("standard input") : bytes_for_terminal(path);
    feed->fd = fd;
    return feed;
}

void feed_free(Feed *feed)
{
    if (feed == NULL)
        return;
    if (feed->fd != STDIN_FILENO)
        close(feed->fd);
    g_free(feed->buffer);
    g_free(feed->name);
    g_free(feed);
}

/* What is not handed out moves to the front, where there is too little room behind it. */
static void make_room(Feed *feed)
{
    const gsize held = feed->to - feed->from;
    if (feed->capacity - feed->to > BLOCK_BYTES)
        return;
    if (feed->from > 0)
        memmove(feed->buffer, feed->buffer + feed->from, held);
    feed->from = 0;
    feed->to = held;
    if (feed->capacity - feed->to > BLOCK_BYTES)
        return;
    feed->capacity = MAX(feed->capacity * 2, 4 * (gsize)BLOCK_BYTES);
    feed->buffer = g_realloc(feed->buffer, feed->capacity);
}

static gboolean read_more(Feed *feed, GError **error)
{
    make_room(feed);
    ssize_t n;
    do
        n = read(feed->fd, feed->buffer + feed->to, feed->capacity - feed->to - 1);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        const int reason = errno;
        g_set_error(error, DOCKET_ERROR, reason == EISDIR ? DOCKET_ERROR_USAGE : DOCKET_ERROR_IO,
                    "%s cannot be read: %s", feed->name, g_strerror(reason));
        return FALSE;
    }
    feed->ended = n == 0;
    feed->to += (gsize)n;
    return TRUE;
}

/* Hands out `length` bytes and passes over them and `gap` more. The byte behind them is overwritten:
 * it is the line's end or lies behind all that was read. */
static FeedState hand_out(Feed *feed, gsize length, gsize gap, const char **text, gsize *size)
{
    *text = feed->buffer + feed->from;
    *size = length;
    feed->buffer[feed->from + length] = '\0';
    feed->from += length + gap;
    return length > DOCKET_MAX_JSON_BYTES ? FEED_TOO_LONG : FEED_TEXT;
}

/* The rest of a text that is too long, to its line's end or to the end of all. */
static FeedState skip_rest(Feed *feed, gboolean line, GError **error)
{
    for (;;) {
        const char *at = feed->buffer + feed->from;
        const char *end = line ? memchr(at, '\n', feed->to - feed->from) : NULL;
        if (end != NULL) {
            feed->from += (gsize)(end - at) + 1;
            return FEED_TOO_LONG;
        }
        feed->from = feed->to = 0;
        if (feed->ended)
            return FEED_TOO_LONG;
        if (!read_more(feed, error))
            return FEED_ERROR;
    }
}

FeedState feed_line(Feed *feed, const char **text, gsize *length, GError **error)
{
    gsize searched = 0; /* bytes from feed->from on that hold no line's end */
    for (;;) {
        const gsize held = feed->to - feed->from;
        const char *at = held > 0 ? feed->buffer + feed->from : NULL;
        const char *end = held > searched ? memchr(at + searched, '\n', held - searched) : NULL;
        if (end != NULL)
            return hand_out(feed, (gsize)(end - at), 1, text, length);
        if (feed->ended)
            return held == 0 ? FEED_END : hand_out(feed, held, 0, text, length);
        if (held > DOCKET_MAX_JSON_BYTES)
            return skip_rest(feed, TRUE, error);
        searched = held;
        if (!read_more(feed, error))
            return FEED_ERROR;
    }
}

FeedState feed_all(Feed *feed, const char **text, gsize *length, GError **error)
{
    while (!feed->ended) {
        if (feed->to - feed->from > DOCKET_MAX_JSON_BYTES)
            return skip_rest(feed, FALSE, error);
        if (!read_more(feed, error))
            return FEED_ERROR;
    }
    return hand_out(feed, feed->to - feed->from, 0, text, length);
}
