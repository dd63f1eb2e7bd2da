#include "stages/ask/stream.h"

#include "pipeline/core/clock.h"

struct Stream {
    const Dialect *dialect;
    Sse *sse;
    Draft draft;
    StreamText text;
    gpointer data;
    gint64 first_us;
    gboolean stopped;
};

static gboolean on_event(const SseEvent *event, gpointer data)
{
    Stream *stream = data;
    gsize before = stream->draft.text->len;
    gint tool = stream->draft.tool;
    gboolean more = stream->dialect->event(event, &stream->draft);
    const GString *text = stream->draft.text;
    if (stream->draft.tool != tool)
        before = 0;
    if (text->len == before)
        return more;
    if (!stream->first_us)
        stream->first_us = clock_monotonic_us();
    if (more && stream->text)
        stream->stopped = !stream->text(text->str, before, text->len, stream->data);
    return more && !stream->stopped;
}

Stream *stream_new(const Dialect *dialect, StreamText text, gpointer data)
{
    Stream *stream = g_new0(Stream, 1);
    stream->dialect = dialect;
    stream->sse = sse_new(on_event, stream);
    stream->text = text;
    stream->data = data;
    draft_init(&stream->draft);
    return stream;
}

void stream_watch(Stream *stream, StreamText text)
{
    stream->text = text;
}

void stream_free(Stream *stream)
{
    if (!stream)
        return;
    sse_free(stream->sse);
    draft_clear(&stream->draft);
    g_free(stream);
}

gboolean stream_feed(Stream *stream, const char *bytes, gsize length)
{
    return sse_feed(stream->sse, bytes, length);
}

void stream_close(Stream *stream, const ClientResponse *response, Reply *reply, Response *seen)
{
    dialect_stream_reply(stream->dialect, &stream->draft, stream->stopped, reply);
    seen->too_large = response->too_large || sse_too_large(stream->sse);
    seen->code = CURLE_OK;
    if (reply->kind != REPLY_TORN)
        return;
    if (response->code == CURLE_OPERATION_TIMEDOUT)
        seen->code = response->code;
    reply->message = g_strdup(response->code == CURLE_OK ? "the stream ends without its end mark"
                                                         : response->failure);
}

gint64 stream_first_us(const Stream *stream)
{
    return stream->first_us;
}

gboolean stream_stopped(const Stream *stream)
{
    return stream->stopped;
}
