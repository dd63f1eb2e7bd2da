/* A receiver of webhooks for tests: keeps what it was posted as JSON Lines, and answers as it is told.
 * A program of its own, so that what is measured crosses a socket. */
#include <arpa/inet.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <microhttpd.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/json.h"

typedef struct {
    FILE *journal;
    int bad_status; /* of the first `fail` answers */
    int fail;
    int delay_ms; /* before each answer, after it is in the journal */
    int seen;
} Receiver;

static void add_header(cJSON *line, struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    cJSON_AddStringToObject(line, name, value ? value : "");
}

static void keep(Receiver *receiver, struct MHD_Connection *connection, const GString *body)
{
    g_autoptr(cJSON) line = cJSON_CreateObject();
    add_header(line, connection, "Idempotency-Key");
    add_header(line, connection, "Docket-Signature");
    add_header(line, connection, "Docket-Attempt");
    add_header(line, connection, "Content-Type");
    cJSON_AddStringToObject(line, "body", body->str);
    g_autofree char *text = json_print(line, FALSE);
    fprintf(receiver->journal, "%s\n", text);
    fflush(receiver->journal);
}

static enum MHD_Result answer(Receiver *receiver, struct MHD_Connection *connection)
{
    static char text[] = "it is as the test wants it";
    gboolean bad = receiver->seen++ < receiver->fail;
    g_usleep((gulong)receiver->delay_ms * 1000);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_PERSISTENT);
    if (bad && receiver->bad_status == 302)
        MHD_add_response_header(response, "Location", "http://127.0.0.1:1/elsewhere");
    enum MHD_Result queued =
        MHD_queue_response(connection, bad ? (guint)receiver->bad_status : 200, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    (void)url;
    (void)method;
    (void)version;
    if (!*state) {
        *state = g_string_new(NULL);
        return MHD_YES;
    }
    if (*upload_size) {
        g_string_append_len(*state, upload, (gssize)*upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    keep(data, connection, *state);
    return answer(data, connection);
}

static void on_end(void *data, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code)
{
    (void)data;
    (void)connection;
    (void)code;
    if (*state)
        g_string_free(*state, TRUE);
}

int main(int argc, char **argv)
{
    g_autofree char *port_file = NULL, *journal = NULL;
    Receiver receiver = {.bad_status = 500};
    const GOptionEntry entries[] = {
        {"port-file", 0, 0, G_OPTION_ARG_FILENAME, &port_file, "Where to write the port", "FILE"},
        {"journal", 0, 0, G_OPTION_ARG_FILENAME, &journal, "Where to keep what comes", "FILE"},
        {"fail", 0, 0, G_OPTION_ARG_INT, &receiver.fail, "So many bad answers first", "N"},
        {"status", 0, 0, G_OPTION_ARG_INT, &receiver.bad_status, "Their HTTP status", "S"},
        {"delay", 0, 0, G_OPTION_ARG_INT, &receiver.delay_ms, "Before each answer", "MS"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, NULL) || !port_file || !journal)
        return 2;
    receiver.journal = fopen(journal, "a");
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* One thread, one request at a time: the counts need no lock. */
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, &receiver, MHD_OPTION_SOCK_ADDR,
        &local, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
    if (!daemon || !receiver.journal)
        return 1;
    g_autofree char *port =
        g_strdup_printf("%u", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    if (!g_file_set_contents(port_file, port, -1, NULL))
        return 1;
    sigset_t end;
    int signal;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, NULL);
    sigwait(&end, &signal);
    MHD_stop_daemon(daemon);
    fclose(receiver.journal);
    return 0;
}
