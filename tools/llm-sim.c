/* llm-sim: a model server of our own on loopback. It speaks OpenAI's chat completions from a file
 * of true records, with chosen latency and faults, and keeps a bill, so that packs and docket
 * itself can be tested without a provider.
 *
 * One thread of libmicrohttpd answers; a request that has to wait is suspended, and the main loop
 * resumes it when its time has come, so thousands can wait at once. */
#include <arpa/inet.h>
#include <glib-unix.h>
#include <locale.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "tools/llm-sim/answer.h"

#define MAX_REQUEST_BYTES (64u << 20)
#define MAX_CONNECTIONS 4096u
#define HANG_MS 60000u
#define SLOW_MS 2000u
#define CACHE_LEAST_TOKENS 1024 /* shorter prefixes are not cached, as at OpenAI */

typedef enum { UNKNOWN_GUESS, UNKNOWN_ERROR } Unknown;

typedef struct {
    Truth *truth; /* NULL: none was given */
    double rates[FAULT_LAST];
    guint latency_least, latency_most; /* milliseconds */
    gint64 seed;
    gboolean once;         /* a fault strikes a request once, and never a repair round */
    gboolean repairs_only; /* a fault strikes repair rounds only */
    Unknown unknown;
    char *key; /* that clients must send; NULL: any */
    double price_in, price_out;
} Settings;

typedef struct {
    Settings settings;
    GMainContext *context;
    GMutex lock;           /* guards all below: the HTTP thread and the main loop */
    GHashTable *seen;      /* SHA-256 of a request -> times it came */
    GHashTable *billed;    /* SHA-256 of a request that was billed */
    GHashTable *prefixes;  /* SHA-256 of system messages that are in the prompt cache */
    GHashTable *suspended; /* struct MHD_Connection */
    guint64 n_requests, n_billed, n_repeated, n_faults[FAULT_LAST];
    gint64 tokens_in, tokens_cached, tokens_out;
} Sim;

typedef struct {
    GString *body;
    gboolean planned; /* what happens is decided; next the response is queued */
    Fault fault;
    guint delay_ms;
    Answer answer;
} Request;

/* ---- the bill ---- */

static char *bill_text(Sim *sim)
{
    g_autoptr(cJSON) bill = cJSON_CreateObject();
    cJSON *faults = cJSON_CreateObject();
    g_mutex_lock(&sim->lock);
    cJSON_AddNumberToObject(bill, "requests", (double)sim->n_requests);
    cJSON_AddNumberToObject(bill, "billed", (double)sim->n_billed);
    cJSON_AddNumberToObject(bill, "repeated", (double)sim->n_repeated);
    cJSON_AddNumberToObject(bill, "tokens_in", (double)sim->tokens_in);
    cJSON_AddNumberToObject(bill, "tokens_cached", (double)sim->tokens_cached);
    cJSON_AddNumberToObject(bill, "tokens_out", (double)sim->tokens_out);
    cJSON_AddNumberToObject(bill, "cost",
                            ((double)sim->tokens_in * sim->settings.price_in +
                             (double)sim->tokens_out * sim->settings.price_out) /
                                1e6);
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        if (sim->n_faults[i])
            cJSON_AddNumberToObject(faults, fault_name((Fault)i), (double)sim->n_faults[i]);
    g_mutex_unlock(&sim->lock);
    cJSON_AddItemToObject(bill, "faults", faults);
    return json_print(bill, FALSE);
}

static void write_down(Sim *sim, const Request *request, const char *sha256)
{
    sim->n_faults[request->fault]++;
    if (!fault_is_billed(request->fault) || request->answer.status != 200)
        return;
    sim->n_billed++;
    sim->n_repeated += !g_hash_table_add(sim->billed, g_strdup(sha256));
    sim->tokens_in += request->answer.tokens_in;
    sim->tokens_cached += request->answer.tokens_cached;
    sim->tokens_out += request->answer.tokens_out;
}

/* ---- what happens to a request ---- */

/* A number in [0, 1) that depends on the request, the seed and how often it came, not on the order
 * in which requests of many clients arrive: runs can be repeated. */
static double draw(const Sim *sim, const char *sha256, guint times, const char *purpose)
{
    g_autofree char *all = g_strdup_printf("%s %" G_GINT64_FORMAT " %s %u", purpose,
                                           sim->settings.seed, sha256, times);
    g_autofree char *hash = bytes_sha256(all, strlen(all));
    hash[12] = '\0';
    return (double)g_ascii_strtoull(hash, NULL, 16) / (double)(G_GUINT64_CONSTANT(1) << 48);
}

static gboolean is_repair(const cJSON *request)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(request, "messages"))
    {
        if (g_str_equal(json_string(each, "role", ""), "assistant"))
            return TRUE;
    }
    return FALSE;
}

static Fault choose_fault(const Sim *sim, const cJSON *request, const char *sha256, guint times)
{
    if (sim->settings.once && (times > 0 || is_repair(request)))
        return FAULT_NONE;
    if (sim->settings.repairs_only && !is_repair(request))
        return FAULT_NONE;
    double at = draw(sim, sha256, times, "fault");
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++) {
        if (at < sim->settings.rates[i])
            return (Fault)i;
        at -= sim->settings.rates[i];
    }
    return FAULT_NONE;
}

static guint choose_delay(const Sim *sim, Fault fault, const char *sha256, guint times)
{
    double at = draw(sim, sha256, times, "latency");
    guint range = sim->settings.latency_most - sim->settings.latency_least;
    guint delay = sim->settings.latency_least + (guint)(at * range);
    if (fault == FAULT_HANG)
        return HANG_MS;
    return fault == FAULT_SLOW ? MAX(10 * delay, SLOW_MS) : delay;
}

/* Tokens of the prompt's prefix that an earlier request brought already. */
static gint64 cached_prefix(Sim *sim, const cJSON *request)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(request, "messages");
    const cJSON *first = messages ? messages->child : NULL;
    const char *text = json_string(first, "content", "");
    gint64 tokens = (gint64)strlen(text) / 4;
    if (!g_str_equal(json_string(first, "role", ""), "system") || tokens < CACHE_LEAST_TOKENS)
        return 0;
    return g_hash_table_add(sim->prefixes, bytes_sha256(text, strlen(text))) ? 0
                                                                             : tokens / 128 * 128;
}

static void plan(Sim *sim, Request *request)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) root = json_parse(request->body->str, request->body->len, &bad);
    g_autofree char *prompt = root ? answer_prompt(root) : NULL;
    if (!prompt) {
        answer_error(400, "invalid_request_error", NULL, bad ? bad->message : "no messages",
                     &request->answer);
        return;
    }
    g_autofree char *sha256 = bytes_sha256(request->body->str, request->body->len);
    const cJSON *record = sim->settings.truth ? truth_find(sim->settings.truth, prompt) : NULL;
    g_mutex_lock(&sim->lock);
    guint times = GPOINTER_TO_UINT(g_hash_table_lookup(sim->seen, sha256));
    g_hash_table_replace(sim->seen, g_strdup(sha256), GUINT_TO_POINTER(times + 1));
    sim->n_requests++;
    request->fault = choose_fault(sim, root, sha256, times);
    request->delay_ms = choose_delay(sim, request->fault, sha256, times);
    if (!record && sim->settings.unknown == UNKNOWN_ERROR)
        answer_error(422, "invalid_request_error", "unknown_document",
                     "the truth file does not know this document", &request->answer);
    else
        answer_make(root, record, request->fault, cached_prefix(sim, root), &request->answer);
    write_down(sim, request, sha256);
    g_mutex_unlock(&sim->lock);
}

/* ---- responses ---- */

typedef struct {
    const char *body;
    gsize half;
} CutBody;

static ssize_t read_cut(void *data, uint64_t position, char *buffer, size_t max)
{
    const CutBody *cut = data;
    if (position >= cut->half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    gsize n = MIN(max, cut->half - position);
    memcpy(buffer, cut->body + position, n);
    return (ssize_t)n;
}

static struct MHD_Response *make_response(Request *request)
{
    Answer *answer = &request->answer;
    struct MHD_Response *response = NULL;
    if (request->fault == FAULT_CUT && answer->status == 200) {
        CutBody *cut = g_new(CutBody, 1);
        *cut = (CutBody){answer->body, answer->length / 2}; /* the request outlives the response */
        response = MHD_create_response_from_callback(answer->length, 4096, read_cut, cut, g_free);
    } else {
        response =
            MHD_create_response_from_buffer(answer->length, answer->body, MHD_RESPMEM_MUST_COPY);
    }
    MHD_add_response_header(response, "Content-Type", answer->media_type);
    if (request->fault == FAULT_429)
        MHD_add_response_header(response, "Retry-After", "1");
    return response;
}

/* The connection ends with a reset instead of a proper close. */
static void arm_reset(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (info)
        setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static enum MHD_Result respond(struct MHD_Connection *connection, Request *request)
{
    if (request->fault == FAULT_RESET || request->fault == FAULT_HANG) {
        arm_reset(connection);
        return MHD_NO; /* closes */
    }
    struct MHD_Response *response = make_response(request);
    enum MHD_Result result = MHD_queue_response(connection, request->answer.status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result respond_text(struct MHD_Connection *connection, guint status, char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    g_free(text);
    return result;
}

/* ---- waiting ---- */

typedef struct {
    Sim *sim;
    struct MHD_Connection *connection;
} Wait;

static gboolean on_wait_over(gpointer data)
{
    Wait *wait = data;
    g_mutex_lock(&wait->sim->lock);
    gboolean waits = g_hash_table_remove(wait->sim->suspended, wait->connection);
    g_mutex_unlock(&wait->sim->lock);
    if (waits)
        MHD_resume_connection(wait->connection);
    return G_SOURCE_REMOVE;
}

static void suspend(Sim *sim, struct MHD_Connection *connection, guint delay_ms)
{
    Wait *wait = g_new(Wait, 1);
    *wait = (Wait){sim, connection};
    g_mutex_lock(&sim->lock);
    g_hash_table_add(sim->suspended, connection);
    g_mutex_unlock(&sim->lock);
    MHD_suspend_connection(connection);
    GSource *source = g_timeout_source_new(delay_ms);
    g_source_set_callback(source, on_wait_over, wait, g_free);
    g_source_attach(source, sim->context);
    g_source_unref(source);
}

static void resume_all(Sim *sim)
{
    g_mutex_lock(&sim->lock);
    GHashTableIter iter;
    gpointer connection = NULL;
    g_hash_table_iter_init(&iter, sim->suspended);
    while (g_hash_table_iter_next(&iter, &connection, NULL)) {
        g_hash_table_iter_remove(&iter);
        MHD_resume_connection(connection);
    }
    g_mutex_unlock(&sim->lock);
}

/* ---- HTTP ---- */

static gboolean may_ask(const Sim *sim, struct MHD_Connection *connection)
{
    if (!sim->settings.key)
        return TRUE;
    const char *sent = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    g_autofree char *wanted = g_strconcat("Bearer ", sim->settings.key, NULL);
    return g_strcmp0(sent, wanted) == 0;
}

static enum MHD_Result on_get(Sim *sim, struct MHD_Connection *connection, const char *url)
{
    if (g_str_equal(url, "/v1/models"))
        return respond_text(connection, 200,
                            g_strdup("{\"object\":\"list\",\"data\":[{\"id\":\"sim\",\"object\":"
                                     "\"model\",\"created\":0,\"owned_by\":\"docket\"}]}"));
    if (g_str_equal(url, "/bill"))
        return respond_text(connection, 200, bill_text(sim));
    return respond_text(connection, 404,
                        g_strdup("{\"error\":{\"message\":\"no such path\",\"type\":"
                                 "\"not_found_error\",\"param\":null,\"code\":null}}"));
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **own)
{
    Sim *sim = data;
    Request *request = *own;
    (void)version;
    if (!request) {
        request = g_new0(Request, 1);
        request->body = g_string_new(NULL);
        *own = request;
        return MHD_YES;
    }
    if (*upload_size) {
        if (request->body->len + *upload_size > MAX_REQUEST_BYTES)
            return MHD_NO;
        g_string_append_len(request->body, upload, (gssize)*upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (!g_str_equal(method, "POST") || !g_str_equal(url, "/v1/chat/completions"))
        return on_get(sim, connection, url);
    if (!request->planned) {
        request->planned = TRUE;
        if (may_ask(sim, connection))
            plan(sim, request);
        else
            answer_error(401, "invalid_request_error", "invalid_api_key",
                         "Incorrect API key provided", &request->answer);
        if (request->delay_ms) {
            suspend(sim, connection, request->delay_ms);
            return MHD_YES;
        }
    }
    return respond(connection, request);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **own,
                         enum MHD_RequestTerminationCode why)
{
    Request *request = *own;
    (void)data;
    (void)connection;
    (void)why;
    if (!request)
        return;
    g_string_free(request->body, TRUE);
    answer_clear(&request->answer);
    g_free(request);
    *own = NULL;
}

static struct MHD_Daemon *start(Sim *sim, int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((guint16)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    return MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                            on_request, sim, MHD_OPTION_SOCK_ADDR, &address,
                            MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
                            MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_NOTIFY_COMPLETED,
                            on_completed, sim, MHD_OPTION_END);
}

/* ---- options ---- */

static gboolean add_fault(Settings *settings, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "=", 2);
    int fault = parts[0] ? fault_from_name(parts[0]) : -1;
    char *end = NULL;
    double rate = parts[0] && parts[1] ? g_ascii_strtod(parts[1], &end) : 1;
    double sum = rate;
    for (int i = 0; i < FAULT_LAST; i++)
        sum += settings->rates[i];
    if (fault < 0 || (end && *end) || !(rate >= 0) || sum > 1 + 1e-9) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--fault %s: must be KIND=RATE, the rates together at most 1", text);
        return FALSE;
    }
    settings->rates[fault] += rate;
    return TRUE;
}

static gboolean set_latency(Settings *settings, const char *text, GError **error)
{
    char *end = NULL;
    guint64 least = g_ascii_strtoull(text, &end, 10), most = least;
    if (end != text && *end == '-')
        most = g_ascii_strtoull(end + 1, &end, 10);
    if (end == text || *end || most < least || most > G_MAXINT32) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--latency %s: must be milliseconds, as 200 or 100-900", text);
        return FALSE;
    }
    settings->latency_least = (guint)least;
    settings->latency_most = (guint)most;
    return TRUE;
}

typedef struct {
    char *truth, *port_file, *bill_file, *latency, *unknown, **faults;
    int port;
} Flags;

static char *describe_faults(void)
{
    GString *text = g_string_new("Faults (--fault KIND=RATE, a share from 0 to 1):\n");
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        g_string_append_printf(text, "  %-12s %s\n", fault_name((Fault)i), fault_help((Fault)i));
    g_string_append(
        text,
        "\nThe truth is JSON Lines: {\"record\": {…}} and how its document is known, by one or "
        "more "
        "of\n  \"sha256\": hexadecimal      of the document (of the canonical JSON for a row)\n"
        "  \"name\": \"x.pdf\"            its file name\n"
        "  \"key\": \"INV-2026-17\"       text that stands in it\n"
        "  \"match\": [\"…\", \"…\"]        texts of which at least half stand in it; the best "
        "wins\n"
        "\nGET /bill shows the bill at any time; it is printed at the end (SIGINT, SIGTERM).\n");
    return g_string_free(text, FALSE);
}

static gboolean parse(int *argc, char ***argv, Flags *flags, Settings *settings, GError **error)
{
    const GOptionEntry entries[] = {
        {"truth", 0, 0, G_OPTION_ARG_FILENAME, &flags->truth, "True records, JSON Lines", "FILE"},
        {"port", 0, 0, G_OPTION_ARG_INT, &flags->port, "On 127.0.0.1; 0 takes a free one", "N"},
        {"port-file", 0, 0, G_OPTION_ARG_FILENAME, &flags->port_file,
         "Where to write the port when ready", "FILE"},
        {"latency", 0, 0, G_OPTION_ARG_STRING, &flags->latency, "Milliseconds: 200 or 100-900",
         "MS"},
        {"fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flags->faults, "May be repeated; see below",
         "KIND=RATE"},
        {"once", 0, 0, G_OPTION_ARG_NONE, &settings->once,
         "A fault strikes a request once, and no repair round", NULL},
        {"repairs-only", 0, 0, G_OPTION_ARG_NONE, &settings->repairs_only,
         "A fault strikes repair rounds only", NULL},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &settings->seed, "Of faults and latencies", "N"},
        {"unknown", 0, 0, G_OPTION_ARG_STRING, &flags->unknown,
         "Documents without a truth: guess (the schema's shape) or error", "guess|error"},
        {"require-key", 0, 0, G_OPTION_ARG_STRING, &settings->key,
         "Refuse requests without this bearer token", "KEY"},
        {"price-in", 0, 0, G_OPTION_ARG_DOUBLE, &settings->price_in, "Per million tokens", "X"},
        {"price-out", 0, 0, G_OPTION_ARG_DOUBLE, &settings->price_out, "Per million tokens", "X"},
        {"bill", 0, 0, G_OPTION_ARG_FILENAME, &flags->bill_file, "Where to write the bill", "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("— a model server for tests, on loopback");
    g_autofree char *description = describe_faults();
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc > 1) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "what is \"%s\"?", (*argv)[1]);
        return FALSE;
    }
    for (guint i = 0; flags->faults && flags->faults[i]; i++)
        if (!add_fault(settings, flags->faults[i], error))
            return FALSE;
    settings->unknown = g_strcmp0(flags->unknown, "error") == 0 ? UNKNOWN_ERROR : UNKNOWN_GUESS;
    return (!flags->latency || set_latency(settings, flags->latency, error)) &&
           (!flags->truth || (settings->truth = truth_load(flags->truth, error)));
}

static void flags_clear(Flags *flags)
{
    g_free(flags->truth);
    g_free(flags->port_file);
    g_free(flags->bill_file);
    g_free(flags->latency);
    g_free(flags->unknown);
    g_strfreev(flags->faults);
}

/* ---- the program ---- */

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static gboolean serve(Sim *sim, const Flags *flags, GError **error)
{
    struct MHD_Daemon *daemon = start(sim, flags->port);
    if (!daemon) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_IO, "cannot listen on 127.0.0.1:%d",
                    flags->port);
        return FALSE;
    }
    /* Before anybody is told the port: who knows it may end this program. */
    g_autoptr(GMainLoop) loop = g_main_loop_new(sim->context, FALSE);
    g_unix_signal_add(SIGINT, on_signal, loop);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    guint port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    g_autofree char *text = g_strdup_printf("%u\n", port);
    gboolean good = !flags->port_file || g_file_set_contents(flags->port_file, text, -1, error);
    if (good) {
        printf("http://127.0.0.1:%u/v1\n", port);
        fflush(stdout);
        g_main_loop_run(loop);
    }
    MHD_socket listener = MHD_quiesce_daemon(daemon);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
    resume_all(sim);
    MHD_stop_daemon(daemon);
    g_autofree char *bill = bill_text(sim);
    if (good)
        printf("%s\n", bill);
    return good && (!flags->bill_file || g_file_set_contents(flags->bill_file, bill, -1, error));
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    Flags flags = {0};
    Sim sim = {.context = g_main_context_default()};
    g_autoptr(GError) error = NULL;
    g_mutex_init(&sim.lock);
    sim.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sim.billed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sim.prefixes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sim.suspended = g_hash_table_new(NULL, NULL);
    int code = 0;
    if (!parse(&argc, &argv, &flags, &sim.settings, &error))
        code = 2;
    else if (!serve(&sim, &flags, &error))
        code = 1;
    if (error)
        fprintf(stderr, "llm-sim: %s\n", error->message);
    flags_clear(&flags);
    truth_free(sim.settings.truth);
    g_free(sim.settings.key);
    g_hash_table_unref(sim.seen);
    g_hash_table_unref(sim.billed);
    g_hash_table_unref(sim.prefixes);
    g_hash_table_unref(sim.suspended);
    g_mutex_clear(&sim.lock);
    return code;
}
