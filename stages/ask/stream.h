/* One answer that arrives as an event stream: bytes in, a reply out at its end. */
#pragma once

#include "stages/ask/client.h"
#include "stages/ask/dialect.h"
#include "stages/ask/retry.h"

typedef struct Stream Stream;

/* Told of each new piece of the answer's text; all of it so far is text[0..length), of which
 * text[from..length) is new; from 0: it begins anew. FALSE: no more is wanted, the stream ends. From inside libcurl's
 * callback: must not begin or cancel requests. Lent. */
typedef gboolean (*StreamText)(const char *text, gsize from, gsize length, gpointer data);

/* `text` may be NULL, and set later, before the first byte. */
Stream *stream_new(const Dialect *dialect, StreamText text, gpointer data);
void stream_watch(Stream *stream, StreamText text);
void stream_free(Stream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)

/* The next bytes. FALSE when no more make sense. */
gboolean stream_feed(Stream *stream, const char *bytes, gsize length);

/* Understands how it ended: sets `reply` (cleared), and code and too_large of `seen`. An answer that
 * came with its end mark is whole, whatever happened to the connection afterwards. */
void stream_close(Stream *stream, const ClientResponse *response, Reply *reply, Response *seen);

/* When the first text came, monotonic microseconds; 0: none came. */
gint64 stream_first_us(const Stream *stream);
/* Whether StreamText ended it. The reply then is REPLY_CUT with what had come. */
gboolean stream_stopped(const Stream *stream);
