/* The HTTP server: connections, bodies, slots, and responses that follow their script. One thread:
 * libmicrohttpd runs inside a GMainContext. Knows nothing of models. */
#pragma once

#include "tools/llm-sim/reply.h"

typedef struct Http Http;
struct MHD_Connection;

typedef struct {
    const char *method, *path; /* without the query */
    const char *body;          /* NUL-terminated */
    gsize length;
    struct MHD_Connection *connection; /* for http_header() and http_argument() */
} HttpRequest;
/* NULL if the client did not send it. Lent. */
const char *http_header(const HttpRequest *request, const char *name);
const char *http_argument(const HttpRequest *request, const char *name);

typedef struct {
    int port;    /* on 127.0.0.1; 0: a free one */
    guint slots; /* replies that may generate at once, others wait; 0: any number */
    const char *key, *certificate; /* PEM: TLS is spoken; NULL: plain HTTP */
    /* Fills the reply; *tag goes to ended(). */
    void (*handle)(const HttpRequest *request, Reply *reply, gpointer *tag, gpointer data);
    /* Comes once for each tag: the reply has gone out, or its connection has ended. `sent` is of
     * the body; `started` is FALSE when the client left while it waited for a slot. */
    void (*ended)(gpointer tag, const Reply *reply, gsize sent, gboolean started, gpointer data);
    gpointer data;
} HttpOptions;

/* NULL and DOCKET_ERROR_IO when it cannot listen. `options` is copied, what it points to is not. */
Http *http_new(const HttpOptions *options, GMainContext *context, GError **error);
/* Ends all connections first. */
void http_free(Http *http);
guint http_port(const Http *http);
