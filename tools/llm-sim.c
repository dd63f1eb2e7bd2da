/* llm-sim: a provider of language models of our own on loopback. It speaks the protocols of OpenAI,
 * Anthropic and Google from a file of true records, with chosen latencies, limits and faults, and
 * keeps a bill, so that packs and docket itself can be tested without a provider. */
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "tools/llm-sim/certificate.h"
#include "tools/llm-sim/options.h"
#include "tools/llm-sim/sim.h"

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

/* Tells the port and serves until a signal comes. */
static gboolean serve(const Http *http, const Options *options, GError **error)
{
    /* Signals first: who knows the port may end this program. */
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGINT, on_signal, loop);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    g_autofree char *port = g_strdup_printf("%u\n", http_port(http));
    if (options->port_file && !g_file_set_contents(options->port_file, port, -1, error))
        return FALSE;
    printf("http%s://127.0.0.1:%u/v1\n", options->tls ? "s" : "", http_port(http));
    fflush(stdout);
    g_main_loop_run(loop);
    return TRUE;
}

/* The bill, when every connection has ended. */
static gboolean close_books(const World *world, const Options *options, GError **error)
{
    g_autofree char *bill = bill_text(world->bill);
    printf("%s\n", bill);
    return (!options->journal_file ||
            g_file_set_contents(options->journal_file, bill_journal(world->bill), -1, error)) &&
           (!options->bill_file || g_file_set_contents(options->bill_file, bill, -1, error));
}

static gboolean run(World *world, const Options *options, GError **error)
{
    g_autofree char *key = NULL, *certificate = NULL;
    if (options->tls && !certificate_make(&key, &certificate, error))
        return FALSE;
    if (options->certificate_file &&
        !g_file_set_contents(options->certificate_file, certificate, -1, error))
        return FALSE;
    Sim *sim = sim_new(world);
    HttpOptions http_options = {
        .port = options->port,
        .slots = (guint)options->slots,
        .key = key,
        .certificate = certificate,
        .handle = sim_handle,
        .ended = sim_ended,
        .data = sim,
    };
    Http *http = http_new(&http_options, g_main_context_default(), error);
    gboolean good = http && serve(http, options, error);
    if (http)
        http_free(http);
    sim_free(sim);
    return good && close_books(world, options, error);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    Options options = {0};
    World world = {0};
    g_autoptr(GError) error = NULL;
    int code = 0;
    if (!options_parse(&argc, &argv, &options, &world, &error))
        code = 2;
    else if (!run(&world, &options, &error))
        code = 1;
    if (error)
        fprintf(stderr, "llm-sim: %s\n", error->message);
    options_clear(&options);
    world_clear(&world);
    return code;
}
