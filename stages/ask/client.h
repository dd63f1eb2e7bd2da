/* HTTP on libcurl's multi interface inside a GMainContext: hundreds of requests in flight in one
 * thread, connections kept and shared. Knows nothing of models. */
#pragma once

#include <curl/curl.h>
#include <glib.h>

typedef struct Client Client;
typedef struct Transfer Transfer;
typedef struct ClientHeaders ClientHeaders;

typedef struct {
    CURLcode code;       /* CURLE_OK: there is a response */
    const char *failure; /* libcurl's sentence when there is none; lent */
    guint status;        /* HTTP */
    const char *body;    /* lent, NUL-terminated; hostile; empty when `streamed` */
    gsize length;
    gboolean too_large; /* the body passed `max_bytes`; it was cut off there */
    gboolean streamed;  /* the body was an event stream and went through ClientBytes */
    gboolean stopped;   /* ClientBytes wanted no more of it */
    gboolean sent;      /* (a part of) the request went to the server */
    const ClientHeaders *headers;
    gint64 elapsed_us;
} ClientResponse;

/* A header of the response by its name in lower case, NULL if it was not sent. Kept are those that
 * say something about the request: retry-after(-ms), x-should-retry, request ids, content-type and
 * what begins with x-ratelimit- or anthropic-ratelimit-. Lent; hostile. */
const char *client_header(const ClientResponse *response, const char *name);

/* Comes once, from the loop, never from inside client_send(). Everything is lent. */
typedef void (*ClientDone)(const ClientResponse *response, gpointer data);

/* The bytes of an event stream (status 2xx, text/event-stream), cut anywhere, as they arrive. FALSE
 * ends the transfer. Must not begin or cancel transfers: libcurl is on the stack. */
typedef gboolean (*ClientBytes)(const char *bytes, gsize length, gpointer data);

/* `connections`: most at once. NULL only when libcurl cannot start. */
Client *client_new(GMainContext *context, guint connections);
/* Breaks off what is under way; callbacks of such transfers do not come. */
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

typedef struct {
    const char *url;
    const char *const *headers; /* NULL-terminated lines; copied */
    const char *body;           /* lent until the transfer ends; NULL: a GET */
    gsize length;
    guint connect_timeout_ms, timeout_ms;
    gsize max_bytes;     /* of the response's body, streamed or not */
    const char *ca_file; /* authority to trust instead of the system's; NULL */
    ClientBytes bytes;   /* NULL: an event stream is a body like any other */
    gboolean any_type;   /* `bytes` gets every body of status 2xx, whatever its type */
} ClientRequest;

/* Begins a POST, or a GET. Lent until its callback has come. `data` goes to both callbacks. */
Transfer *client_send(Client *client, const ClientRequest *request, ClientDone done, gpointer data);
/* Breaks a transfer off; its callback does not come. */
void client_cancel(Transfer *transfer);
