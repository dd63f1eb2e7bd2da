/* HTTP on libcurl's multi interface inside a GMainContext: hundreds of requests in flight in one
 * thread, connections kept and shared. Knows nothing of models. */
#pragma once

#include <curl/curl.h>
#include <glib.h>

typedef struct Client Client;
typedef struct Transfer Transfer;

typedef struct {
    CURLcode code;       /* CURLE_OK: there is a response */
    const char *failure; /* libcurl's sentence when there is none; lent */
    guint status;        /* HTTP */
    const char *body;    /* lent, NUL-terminated; hostile */
    gsize length;
    gboolean too_large; /* the body passed `max_bytes`; it was cut off there */
    const char *retry_after, *retry_after_ms, *should_retry; /* headers; NULL if not sent */
    gint64 elapsed_us;
} ClientResponse;

/* Comes once, from the loop, never from inside client_post(). Everything is lent. */
typedef void (*ClientDone)(const ClientResponse *response, gpointer data);

/* `connections`: most at once. NULL only when libcurl cannot start. */
Client *client_new(GMainContext *context, guint connections);
/* Breaks off what is under way; callbacks of such transfers do not come. */
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

typedef struct {
    const char *url;
    const char *const *headers; /* NULL-terminated lines; copied */
    const char *body;           /* lent until the transfer ends */
    gsize length;
    guint connect_timeout_ms, timeout_ms;
    gsize max_bytes; /* of the response's body */
} ClientRequest;

/* Begins a POST. Lent until its callback has come. */
Transfer *client_post(Client *client, const ClientRequest *request, ClientDone done, gpointer data);
/* Breaks a transfer off; its callback does not come. */
void client_cancel(Transfer *transfer);
