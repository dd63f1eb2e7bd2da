#include "tools/llm-sim/http.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"

#define MAX_REQUEST_BYTES (256u << 20)
#define MAX_CONNECTIONS 4096u
#define BLOCK_BYTES (32u << 10)
#define MAX_TURNS 64 /* of the server without a look at the rest of the program */

struct Http {
    HttpOptions options;
    GMainContext *context;
    struct MHD_Daemon *daemon;
    GSource *source;       /* readable when a connection has news */
    GSource *next_turn;    /* comes at once; NULL: none is due */
    GHashTable *exchanges; /* all that are under way */
    GQueue queue;          /* Exchanges that wait for a slot */
    guint generating;
    gboolean stopping;
};

typedef enum { RECEIVING, QUEUED, STARTED, RESPONDING } State;

typedef struct {
    Http *http;
    struct MHD_Connection *connection;
    State state;
    GString *upload;
    Reply reply;
    gpointer tag;
    gboolean ended; /* was told */
    gboolean suspended;
    GSource *timer;
    gint64 body_begun_us; /* 0 before */
    gsize sent;
} Exchange;

const char *http_header(const HttpRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_argument(const HttpRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* ---- the server's turn ---- */

static void turn_soon(Http *http);

static void turn(Http *http)
{
    MHD_UNSIGNED_LONG_LONG left = 0;
    for (int i = 0; i < MAX_TURNS; i++) {
        MHD_run(http->daemon);
        if (MHD_get_timeout(http->daemon, &left) != MHD_YES || left > 0)
            return;
    }
    turn_soon(http); /* when others had theirs */
}

static gboolean on_turn(gpointer data)
{
    Http *http = data;
    g_clear_pointer(&http->next_turn, g_source_unref);
    turn(http);
    return G_SOURCE_REMOVE;
}

static void turn_soon(Http *http)
{
    if (http->next_turn)
        return;
    http->next_turn = g_idle_source_new();
    g_source_set_priority(http->next_turn, G_PRIORITY_DEFAULT);
    g_source_set_callback(http->next_turn, on_turn, http, NULL);
    g_source_attach(http->next_turn, http->context);
}

static gboolean on_news(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd;
    (void)condition;
    turn(data);
    return G_SOURCE_CONTINUE;
}

/* ---- waiting ---- */

static void suspend(Exchange *exchange)
{
    exchange->suspended = TRUE;
    MHD_suspend_connection(exchange->connection);
}

static void resume(Exchange *exchange)
{
    if (!exchange->suspended)
        return;
    exchange->suspended = FALSE;
    MHD_resume_connection(exchange->connection);
    turn_soon(exchange->http); /* nothing else tells the server */
}

static void stop_timer(Exchange *exchange)
{
    if (exchange->timer) {
        g_source_destroy(exchange->timer);
        g_clear_pointer(&exchange->timer, g_source_unref);
    }
}

static gboolean on_time(gpointer data)
{
    Exchange *exchange = data;
    stop_timer(exchange);
    resume(exchange);
    return G_SOURCE_REMOVE;
}

static void suspend_for(Exchange *exchange, guint ms)
{
    suspend(exchange);
    stop_timer(exchange);
    exchange->timer = g_timeout_source_new(ms);
    g_source_set_callback(exchange->timer, on_time, exchange, NULL);
    g_source_attach(exchange->timer, exchange->http->context);
}

/* ---- slots ---- */

static void tell_end(Exchange *exchange)
{
    Http *http = exchange->http;
    if (exchange->ended || exchange->state == RECEIVING)
        return;
    exchange->ended = TRUE;
    gboolean started = exchange->state != QUEUED;
    http->options.ended(exchange->tag, &exchange->reply, exchange->sent, started,
                        http->options.data);
    if (!exchange->reply.generates)
        return;
    if (!started) {
        g_queue_remove(&http->queue, exchange);
        return;
    }
    http->generating--;
    Exchange *next = g_queue_pop_head(&http->queue);
    if (next) {
        http->generating++;
        next->state = STARTED;
        resume(next);
    }
}

/* FALSE: the exchange waits for a slot. */
static gboolean take_slot(Exchange *exchange)
{
    Http *http = exchange->http;
    if (exchange->reply.generates && http->options.slots &&
        http->generating >= http->options.slots) {
        exchange->state = QUEUED;
        g_queue_push_tail(&http->queue, exchange);
        suspend(exchange);
        return FALSE;
    }
    http->generating += exchange->reply.generates;
    exchange->state = STARTED;
    return TRUE;
}

/* ---- responses ---- */

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* The connection is reset: what a TCP socket does that is told to have no peer any more. */
static void reset(struct MHD_Connection *connection)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int fd = socket_of(connection);
    if (fd >= 0 && connect(fd, &nobody, sizeof nobody) < 0)
        g_debug("no reset");
}

static ssize_t end_body(Exchange *exchange)
{
    Reply *reply = &exchange->reply;
    if (reply->end_delay_ms) {
        suspend_for(exchange, reply->end_delay_ms);
        reply->end_delay_ms = 0;
        return 0;
    }
    tell_end(exchange);
    if (reply->ending == END_RESET)
        reset(exchange->connection);
    return reply->ending == END_WHOLE ? MHD_CONTENT_READER_END_OF_STREAM
                                      : MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Where the bytes end that may go out by now; *wait_ms until there are more. */
static gsize due(const Reply *reply, guint elapsed_ms, gsize sent, guint *wait_ms)
{
    gsize end = sent;
    if (!reply->steps->len)
        return reply->body->len;
    for (guint i = 0; i < reply->steps->len; i++) {
        Step step = g_array_index(reply->steps, Step, i);
        if (step.at_ms > elapsed_ms) {
            *wait_ms = step.at_ms - elapsed_ms;
            break;
        }
        end = MAX(end, step.end);
    }
    return end;
}

static ssize_t read_body(void *data, uint64_t position, char *buffer, size_t max)
{
    Exchange *exchange = data;
    Reply *reply = &exchange->reply;
    gsize at = (gsize)position;
    if (exchange->http->stopping)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (at >= reply->body->len)
        return end_body(exchange);
    guint elapsed_ms = (guint)((clock_monotonic_us() - exchange->body_begun_us) / 1000);
    guint wait_ms = 1;
    gsize end = due(reply, elapsed_ms, at, &wait_ms);
    if (end <= at) {
        suspend_for(exchange, wait_ms);
        return 0;
    }
    gsize n = MIN(max, end - at);
    memcpy(buffer, reply->body->str + at, n);
    exchange->sent = at + n;
    /* A body whose length was told is not asked for its end. */
    if (exchange->sent == reply->body->len && reply->ending == END_WHOLE && !reply->end_delay_ms)
        tell_end(exchange);
    return (ssize_t)n;
}

static enum MHD_Result respond_raw(Exchange *exchange)
{
    Reply *reply = &exchange->reply;
    int fd = socket_of(exchange->connection);
    if (fd >= 0 && send(fd, reply->body->str, reply->body->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        g_debug("the client left");
    return MHD_NO; /* closes */
}

static enum MHD_Result respond(Exchange *exchange)
{
    Reply *reply = &exchange->reply;
    exchange->state = RESPONDING;
    exchange->body_begun_us = clock_monotonic_us();
    if (reply->ending == END_RAW)
        return respond_raw(exchange);
    if (!reply->body->len && reply->ending == END_RESET) {
        reset(exchange->connection);
        return MHD_NO;
    }
    uint64_t length = reply->claimed ? reply->claimed : reply->body->len;
    struct MHD_Response *response = MHD_create_response_from_callback(
        reply->stream ? MHD_SIZE_UNKNOWN : length, BLOCK_BYTES, read_body, exchange, NULL);
    MHD_add_response_header(response, "Content-Type", reply->media_type);
    for (guint i = 0; reply->headers && i + 1 < reply->headers->len; i += 2)
        MHD_add_response_header(response, reply->headers->pdata[i], reply->headers->pdata[i + 1]);
    enum MHD_Result result = MHD_queue_response(exchange->connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- requests ---- */

static void handle(Exchange *exchange, const char *method, const char *path)
{
    HttpRequest request = {
        .method = method,
        .path = path,
        .body = exchange->upload->str,
        .length = exchange->upload->len,
        .connection = exchange->connection,
    };
    exchange->http->options.handle(&request, &exchange->reply, &exchange->tag,
                                   exchange->http->options.data);
}

static Exchange *exchange_new(Http *http, struct MHD_Connection *connection)
{
    Exchange *exchange = g_new0(Exchange, 1);
    exchange->http = http;
    exchange->connection = connection;
    exchange->upload = g_string_new(NULL);
    g_hash_table_add(http->exchanges, exchange);
    return exchange;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **own)
{
    Http *http = data;
    Exchange *exchange = *own;
    (void)version;
    if (!exchange) {
        *own = exchange_new(http, connection);
        return MHD_YES;
    }
    if (*upload_size) {
        if (exchange->upload->len + *upload_size > MAX_REQUEST_BYTES)
            return MHD_NO;
        g_string_append_len(exchange->upload, upload, (gssize)*upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (http->stopping)
        return MHD_NO;
    if (exchange->state == RECEIVING) {
        handle(exchange, method, path);
        if (!take_slot(exchange))
            return MHD_YES;
    }
    if (exchange->reply.delay_ms) {
        suspend_for(exchange, exchange->reply.delay_ms);
        exchange->reply.delay_ms = 0;
        return MHD_YES;
    }
    return respond(exchange);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **own,
                         enum MHD_RequestTerminationCode why)
{
    Http *http = data;
    Exchange *exchange = *own;
    (void)connection;
    (void)why;
    if (!exchange)
        return;
    *own = NULL;
    tell_end(exchange);
    stop_timer(exchange);
    g_hash_table_remove(http->exchanges, exchange);
    g_string_free(exchange->upload, TRUE);
    reply_reset(&exchange->reply);
    g_free(exchange);
}

/* ---- life ---- */

static struct MHD_Daemon *start(Http *http)
{
    const HttpOptions *options = &http->options;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((guint16)options->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate},
        {MHD_OPTION_END, 0, NULL},
    };
    guint flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (options->key ? MHD_USE_TLS : 0);
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR, &address,
                            MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
                            MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_NOTIFY_COMPLETED,
                            on_completed, http, MHD_OPTION_ARRAY, options->key ? tls : &tls[2],
                            MHD_OPTION_END);
}

Http *http_new(const HttpOptions *options, GMainContext *context, GError **error)
{
    Http *http = g_new0(Http, 1);
    http->options = *options;
    http->context = context;
    http->exchanges = g_hash_table_new(NULL, NULL);
    g_queue_init(&http->queue);
    http->daemon = start(http);
    if (!http->daemon) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_IO, "cannot listen on 127.0.0.1:%d",
                    options->port);
        http_free(http);
        return NULL;
    }
    int fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    http->source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(http->source, G_SOURCE_FUNC(on_news), http, NULL);
    g_source_attach(http->source, context);
    return http;
}

/* libmicrohttpd does not stop while a connection is suspended. */
static void resume_all(Http *http)
{
    GHashTableIter iter;
    gpointer exchange = NULL;
    g_hash_table_iter_init(&iter, http->exchanges);
    while (g_hash_table_iter_next(&iter, &exchange, NULL)) {
        stop_timer(exchange);
        resume(exchange);
    }
}

void http_free(Http *http)
{
    http->stopping = TRUE;
    if (http->source) {
        g_source_destroy(http->source);
        g_source_unref(http->source);
    }
    if (http->daemon) {
        MHD_socket listener = MHD_quiesce_daemon(http->daemon);
        if (listener != MHD_INVALID_SOCKET)
            close(listener);
        resume_all(http);
        MHD_run(http->daemon);
        resume_all(http);
        MHD_stop_daemon(http->daemon);
    }
    if (http->next_turn) {
        g_source_destroy(http->next_turn);
        g_source_unref(http->next_turn);
    }
    g_queue_clear(&http->queue);
    g_hash_table_unref(http->exchanges);
    g_free(http);
}

guint http_port(const Http *http)
{
    return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
