#include "stages/ask/client.h"

#include <glib-unix.h>
#include <string.h>

#include "pipeline/core/clock.h"

#define MAX_HEADERS 32u       /* of one response that are kept */
#define MAX_HEADER_BYTES 200u /* of a value that are kept */

struct Client {
    GMainContext *context;
    CURLM *multi;
    GSource *timer;        /* libcurl's one timeout */
    GHashTable *transfers; /* Transfer -> itself: all under way */
};

/* Headers of one response that are kept. */
struct ClientHeaders {
    guint n;
    struct {
        char *name, *value;
    } each[MAX_HEADERS];
};

struct Transfer {
    Client *client;
    CURL *easy;
    struct curl_slist *headers;
    const char *upload; /* of the request's body, what has not been sent yet */
    gsize upload_left;
    GByteArray *body;
    gsize received; /* bytes of the body, streamed ones too */
    gsize max_bytes;
    gboolean too_large, streamed, stopped;
    char failure[CURL_ERROR_SIZE];
    ClientHeaders answered;
    gint64 begun_us;
    ClientBytes bytes;
    gboolean any_type; /* of the body, for `bytes` */
    ClientDone done;
    gpointer data;
};

/* One socket that libcurl watches. */
typedef struct {
    Client *client;
    GSource *source;
} Watch;

static void headers_clear(ClientHeaders *headers)
{
    for (guint i = 0; i < headers->n; i++) {
        g_free(headers->each[i].name);
        g_free(headers->each[i].value);
    }
    headers->n = 0;
}

static void transfer_free(gpointer data)
{
    Transfer *t = data;
    if (t->easy) {
        curl_multi_remove_handle(t->client->multi, t->easy);
        curl_easy_cleanup(t->easy);
    }
    curl_slist_free_all(t->headers);
    g_byte_array_unref(t->body);
    headers_clear(&t->answered);
    g_free(t);
}

/* ---- headers ---- */

static gboolean is_kept(const char *name)
{
    static const char *const names[] = {
        "retry-after", "retry-after-ms",  "x-should-retry", "x-request-id",
        "request-id",  "x-generation-id", "content-type",   NULL};
    return g_strv_contains(names, name) || g_str_has_prefix(name, "x-ratelimit-") ||
           g_str_has_prefix(name, "anthropic-ratelimit-");
}

static const char *find_header(const ClientHeaders *headers, const char *name)
{
    for (guint i = 0; i < headers->n; i++)
        if (g_str_equal(headers->each[i].name, name))
            return headers->each[i].value;
    return NULL;
}

const char *client_header(const ClientResponse *response, const char *name)
{
    return find_header(response->headers, name);
}

static void keep_header(ClientHeaders *headers, const char *line, gsize length)
{
    const char *colon = memchr(line, ':', length);
    if (!colon || headers->n == MAX_HEADERS)
        return;
    g_autofree char *name = g_ascii_strdown(line, colon - line);
    if (!is_kept(name) || find_header(headers, name))
        return;
    gsize rest = length - (gsize)(colon + 1 - line);
    headers->each[headers->n].name = g_steal_pointer(&name);
    headers->each[headers->n].value = g_strstrip(g_strndup(colon + 1, MIN(rest, MAX_HEADER_BYTES)));
    headers->n++;
}

/* ---- libcurl's callbacks for one transfer ---- */

/* Whether the body goes to `bytes`. */
static gboolean goes_to_bytes(const Transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    const char *type = find_header(&t->answered, "content-type");
    if (t->any_type)
        return status / 100 == 2;
    return status / 100 == 2 && type &&
           g_ascii_strncasecmp(type, "text/event-stream", strlen("text/event-stream")) == 0;
}

/* Less than `length` ends the transfer with CURLE_WRITE_ERROR. */
static size_t on_body(char *data, size_t size, size_t n, void *user)
{
    Transfer *t = user;
    gsize length = size * n;
    if (length > t->max_bytes - t->received) {
        t->too_large = TRUE;
        return 0;
    }
    if (t->received == 0)
        t->streamed = t->bytes && goes_to_bytes(t);
    t->received += length;
    if (!t->streamed) {
        g_byte_array_append(t->body, (const guint8 *)data, (guint)length);
        return length;
    }
    t->stopped = !t->bytes(data, length, t->data);
    return t->stopped ? 0 : length;
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
    Transfer *t = user;
    gsize length = size * n;
    if (length > 5 && memcmp(data, "HTTP/", 5) == 0)
        headers_clear(&t->answered); /* what came before was a proxy's or a "100 Continue" */
    else
        keep_header(&t->answered, data, length);
    return length;
}

/* ---- settling what has ended ---- */

static void settle(Transfer *t, CURLcode code)
{
    g_hash_table_steal(t->client->transfers, t);
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (t->received == 0)
        t->streamed = t->bytes && goes_to_bytes(t); /* one without a byte */
    g_byte_array_append(t->body, (const guint8 *)"", 1);
    curl_off_t sent = 0;
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    ClientResponse response = {
        .code = code,
        .failure = *t->failure ? t->failure : curl_easy_strerror(code),
        .status = status > 0 ? (guint)status : 0,
        .body = (const char *)t->body->data,
        .length = t->body->len - 1,
        .too_large = t->too_large,
        .streamed = t->streamed,
        .stopped = t->stopped,
        .sent = sent > 0,
        .headers = &t->answered,
        .elapsed_us = clock_monotonic_us() - t->begun_us,
    };
    t->done(&response, t->data);
    transfer_free(t);
}

/* Callbacks may begin new transfers; libcurl allows that here, outside its own callbacks. */
static void settle_finished(Client *client)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(client->multi, &left); message;
         message = curl_multi_info_read(client->multi, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        settle((Transfer *)(gpointer)transfer, code);
    }
}

/* ---- the loop ---- */

static gboolean on_ready(gint fd, GIOCondition condition, gpointer data)
{
    Client *client = data;
    int events = 0, running = 0;
    if (condition & (G_IO_IN | G_IO_HUP))
        events |= CURL_CSELECT_IN;
    if (condition & G_IO_OUT)
        events |= CURL_CSELECT_OUT;
    if (condition & (G_IO_ERR | G_IO_NVAL))
        events |= CURL_CSELECT_ERR;
    curl_multi_socket_action(client->multi, fd, events, &running);
    settle_finished(client);
    return G_SOURCE_CONTINUE;
}

static void watch_end(Watch *watch)
{
    if (watch->source) {
        g_source_destroy(watch->source);
        g_source_unref(watch->source);
        watch->source = NULL;
    }
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *per_socket)
{
    Client *client = user;
    Watch *watch = per_socket;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            watch_end(watch);
            g_free(watch);
        }
        return 0;
    }
    if (!watch) {
        watch = g_new0(Watch, 1);
        watch->client = client;
        curl_multi_assign(client->multi, fd, watch);
    }
    GIOCondition condition = G_IO_ERR | G_IO_HUP;
    if (what & CURL_POLL_IN)
        condition |= G_IO_IN;
    if (what & CURL_POLL_OUT)
        condition |= G_IO_OUT;
    watch_end(watch);
    watch->source = g_unix_fd_source_new(fd, condition);
    g_source_set_callback(watch->source, G_SOURCE_FUNC(on_ready), client, NULL);
    g_source_attach(watch->source, client->context);
    return 0;
}

static gboolean on_timeout(gpointer data)
{
    Client *client = data;
    int running = 0;
    g_source_set_ready_time(client->timer, -1);
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    settle_finished(client);
    return G_SOURCE_CONTINUE;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    Client *client = user;
    (void)multi;
    g_source_set_ready_time(client->timer,
                            timeout_ms < 0 ? -1 : g_get_monotonic_time() + timeout_ms * 1000);
    return 0;
}

/* A source that is ready when its time has come and does nothing but call back. */
static gboolean timer_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)source;
    return callback(data);
}
static GSourceFuncs timer_funcs = {.dispatch = timer_dispatch};

Client *client_new(GMainContext *context, guint connections)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return NULL;
    Client *client = g_new0(Client, 1);
    client->context = g_main_context_ref(context);
    client->multi = curl_multi_init();
    client->transfers = g_hash_table_new_full(NULL, NULL, transfer_free, NULL);
    client->timer = g_source_new(&timer_funcs, sizeof(GSource));
    g_source_set_callback(client->timer, on_timeout, client, NULL);
    g_source_attach(client->timer, context);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    return client;
}

void client_free(Client *client)
{
    if (!client)
        return;
    g_hash_table_unref(client->transfers);
    curl_multi_cleanup(client->multi);
    g_source_destroy(client->timer);
    g_source_unref(client->timer);
    g_main_context_unref(client->context);
    g_free(client);
    curl_global_cleanup();
}

/* ---- a request ---- */

static void set_walls(CURL *easy, const ClientRequest *request)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* the key would go along */
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
}

/* The body is handed out once and cannot be wound back: else libcurl would send a request again by
 * itself when a connection that was kept breaks before the answer, and nobody would know that it may
 * have been billed twice. */
static size_t on_upload(char *buffer, size_t size, size_t n, void *user)
{
    Transfer *t = user;
    gsize length = MIN(size * n, t->upload_left);
    memcpy(buffer, t->upload, length);
    t->upload += length;
    t->upload_left -= length;
    return length;
}

static void set_upload(Transfer *t, const ClientRequest *request)
{
    t->upload = request->body;
    t->upload_left = request->length;
    curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
    curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
}

Transfer *client_send(Client *client, const ClientRequest *request, ClientDone done, gpointer data)
{
    Transfer *t = g_new0(Transfer, 1);
    t->client = client;
    t->easy = curl_easy_init();
    t->body = g_byte_array_new();
    t->max_bytes = request->max_bytes;
    t->bytes = request->bytes;
    t->any_type = request->any_type;
    t->done = done;
    t->data = data;
    t->begun_us = clock_monotonic_us();
    for (guint i = 0; request->headers[i]; i++)
        t->headers = curl_slist_append(t->headers, request->headers[i]);
    t->headers = curl_slist_append(t->headers, "Expect:"); /* saves a round trip for long bodies */
    set_walls(t->easy, request);
    curl_easy_setopt(t->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    if (request->body)
        set_upload(t, request);
    curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, ""); /* the cap is on what comes out */
    curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "docket/" DOCKET_VERSION);
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->failure);
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    g_hash_table_add(client->transfers, t);
    curl_multi_add_handle(client->multi, t->easy);
    return t;
}

void client_cancel(Transfer *transfer)
{
    g_hash_table_remove(transfer->client->transfers, transfer);
}
