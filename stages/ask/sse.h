/* An event stream (WHATWG HTML, section 9.2.6 "Interpreting an event stream") out of bytes that are
 * cut anywhere: inside a line, a character, or between CR and LF. */
#pragma once

#include <glib.h>

typedef struct Sse Sse;

typedef struct {
    const char *type; /* of "event:"; "" if the event named none */
    const char *data; /* of all "data:" lines, joined by line feeds; NUL-terminated; hostile */
    gsize length;
} SseEvent;

/* Told of each event that has data. Everything is lent. FALSE ends the stream. */
typedef gboolean (*SseDone)(const SseEvent *event, gpointer data);

Sse *sse_new(SseDone event, gpointer data);
void sse_free(Sse *sse);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sse, sse_free)

/* The next bytes. FALSE when the callback ended the stream, or an event passed
 * DOCKET_MAX_EVENT_BYTES; all further bytes are dropped then. */
gboolean sse_feed(Sse *sse, const char *bytes, gsize length);
/* Whether it was the size that ended it. */
gboolean sse_too_large(const Sse *sse);
