/* A server on loopback that answers each request with the next of a list of canned responses, byte
 * for byte, and closes. Runs in threads of its own. */
#pragma once

#include <gio/gio.h>
#include <string.h>

typedef struct {
    GSocketService *service;
    GMainContext *context; /* of the thread that accepts */
    GMainLoop *loop;
    GThread *thread;
    guint16 port;
    const char *const *responses; /* NULL-terminated; the last is repeated */
    gint next;                    /* atomic */
    GMutex lock;
    GString *requests; /* all that came, one after the other */
} Canned;

/* In a response: the bytes before it are sent, then a tenth of a second passes. */
#define CANNED_PAUSE "\001"
/* At the end of a response: the connection is reset instead of closed. */
#define CANNED_RESET "\002"

static inline void canned_read_request(GInputStream *in, GString *request)
{
    char buffer[4096];
    gsize wanted = 0;
    while (!wanted || request->len < wanted) {
        gssize n = g_input_stream_read(in, buffer, sizeof buffer, NULL, NULL);
        if (n <= 0)
            return;
        g_string_append_len(request, buffer, n);
        char *end = strstr(request->str, "\r\n\r\n");
        const char *length = strcasestr(request->str, "\r\nContent-Length:");
        if (!wanted && end)
            wanted = (gsize)(end + 4 - request->str) +
                     (length && length < end ? (gsize)g_ascii_strtoull(length + 17, NULL, 10) : 0);
    }
}

static inline gboolean canned_serve(GThreadedSocketService *service, GSocketConnection *connection,
                                    GObject *source, gpointer data)
{
    (void)service;
    (void)source;
    Canned *canned = data;
    g_autoptr(GString) request = g_string_new(NULL);
    canned_read_request(g_io_stream_get_input_stream(G_IO_STREAM(connection)), request);
    g_mutex_lock(&canned->lock);
    g_string_append_len(canned->requests, request->str, (gssize)request->len);
    g_mutex_unlock(&canned->lock);
    guint last = g_strv_length((char **)canned->responses) - 1;
    guint number = (guint)g_atomic_int_add(&canned->next, 1);
    const char *response = canned->responses[MIN(number, last)];
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    while (*response && *response != CANNED_RESET[0]) {
        gsize n = strcspn(response, CANNED_PAUSE CANNED_RESET);
        if (!g_output_stream_write_all(out, response, n, NULL, NULL, NULL))
            break;
        response += n;
        if (*response == CANNED_PAUSE[0]) {
            g_usleep(100000);
            response++;
        }
    }
    if (*response == CANNED_RESET[0]) {
        struct linger linger = {.l_onoff = 1};
        int fd = g_socket_get_fd(g_socket_connection_get_socket(connection));
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
    return TRUE;
}

static inline gpointer canned_thread(gpointer data)
{
    Canned *canned = data;
    g_main_context_push_thread_default(canned->context);
    g_main_loop_run(canned->loop);
    g_main_context_pop_thread_default(canned->context);
    return NULL;
}

static inline Canned *canned_start(const char *const *responses)
{
    g_autoptr(GError) error = NULL;
    Canned *canned = g_new0(Canned, 1);
    canned->responses = responses;
    canned->requests = g_string_new(NULL);
    g_mutex_init(&canned->lock);
    canned->context = g_main_context_new();
    canned->loop = g_main_loop_new(canned->context, FALSE);
    g_main_context_push_thread_default(canned->context);
    canned->service = g_threaded_socket_service_new(8);
    canned->port =
        g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(canned->service), NULL, &error);
    g_assert_no_error(error);
    g_signal_connect(canned->service, "run", G_CALLBACK(canned_serve), canned);
    g_socket_service_start(canned->service);
    g_main_context_pop_thread_default(canned->context);
    canned->thread = g_thread_new("canned", canned_thread, canned);
    return canned;
}

/* Caller frees. */
static inline char *canned_requests(Canned *canned)
{
    g_mutex_lock(&canned->lock);
    char *text = g_strdup(canned->requests->str);
    g_mutex_unlock(&canned->lock);
    return text;
}

static inline void canned_stop(Canned *canned)
{
    g_main_loop_quit(canned->loop);
    g_thread_join(canned->thread);
    g_socket_service_stop(canned->service);
    g_socket_listener_close(G_SOCKET_LISTENER(canned->service));
    g_object_unref(canned->service);
    g_main_loop_unref(canned->loop);
    g_main_context_unref(canned->context);
    g_string_free(canned->requests, TRUE);
    g_mutex_clear(&canned->lock);
    g_free(canned);
}
