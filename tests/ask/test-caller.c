/* The caller against llm-sim: hundreds of requests in one thread, every fault, and a server that is
 * not there. Skipped when llm-sim was not built. */
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gio.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/json.h"
#include "stages/ask/caller.h"

#define DEADLINE_S 60

static char *folder; /* for port, bill and truth */
static char *program;

typedef struct {
    GSubprocess *process;
    char *base_url;
} Sim;

static Sim sim_start(const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *port_file = g_build_filename(folder, "port", NULL);
    g_autofree char *bill_file = g_build_filename(folder, "bill", NULL);
    unlink(port_file);
    unlink(bill_file);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    const char *fixed[] = {program, "--port-file", port_file, "--bill", bill_file, NULL};
    g_strv_builder_addv(builder, (const char **)fixed);
    g_strv_builder_addv(builder, (const char **)arguments);
    g_auto(GStrv) command = g_strv_builder_end(builder);
    Sim sim = {.process = g_subprocess_newv((const char *const *)command,
                                            G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error)};
    g_assert_no_error(error);
    g_autofree char *port = NULL;
    for (guint i = 0; i < 2000 && !g_file_get_contents(port_file, &port, NULL, NULL); i++)
        g_usleep(10000);
    g_assert_nonnull(port);
    sim.base_url = g_strdup_printf("http://127.0.0.1:%s/v1", g_strstrip(port));
    return sim;
}

/* Ends the simulator; its bill. */
static cJSON *sim_stop(Sim *sim)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bill_file = g_build_filename(folder, "bill", NULL);
    g_subprocess_send_signal(sim->process, SIGTERM);
    g_assert_true(g_subprocess_wait_check(sim->process, NULL, &error));
    g_assert_no_error(error);
    g_clear_object(&sim->process);
    g_clear_pointer(&sim->base_url, g_free);
    cJSON *bill = json_load(bill_file, &error);
    g_assert_no_error(error);
    return bill;
}

static ModelSettings settings_for(const Sim *sim)
{
    static char model[] = "sim", parameter[] = "max_tokens", key[] = "the-secret";
    return (ModelSettings){
        .base_url = sim->base_url,
        .model = model,
        .api_key = key,
        .max_in_flight = 64,
        .timeout_s = 30,
        .attempts = 6,
        .deadline_s = DEADLINE_S,
        .max_output_tokens = 100,
        .token_parameter = parameter,
    };
}

/* ---- many requests, and how they ended ---- */

typedef struct {
    guint waiting;
    guint judged[JUDGE_REFUSED + 1];
    GHashTable *words; /* word -> times */
    GHashTable *sentences;
    gint64 tokens_in, tokens_out;
    guint sendings, unseen;
    guint asked; /* for leave to send again */
    char *text;  /* of the last answer */
    Ticket *tickets[4096];
} Tally;

static void on_done(const Outcome *outcome, gpointer data)
{
    Tally *tally = data;
    tally->waiting--;
    tally->judged[outcome->judgement]++;
    tally->sendings += outcome->sendings;
    tally->unseen += outcome->unseen;
    tally->tokens_in += MAX(outcome->tokens_in, 0);
    tally->tokens_out += MAX(outcome->tokens_out, 0);
    guint times = GPOINTER_TO_UINT(g_hash_table_lookup(tally->words, outcome->word));
    g_hash_table_insert(tally->words, (gpointer)outcome->word, GUINT_TO_POINTER(times + 1));
    if (outcome->sentence)
        g_hash_table_add(tally->sentences, g_strdup(outcome->sentence));
    g_assert_true((outcome->text != NULL) == (outcome->judgement == JUDGE_ANSWERED));
    if (outcome->text) {
        g_free(tally->text);
        tally->text = g_strdup(outcome->text);
    }
}

static char *body_of(guint number)
{
    return g_strdup_printf("{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":"
                           "\"Document %u\"}]}",
                           number);
}

static gboolean on_deadline(gpointer data)
{
    g_error("requests without an end");
    return G_SOURCE_REMOVE;
}

static void ask_all(Caller *caller, GMainContext *context, guint n, Tally *tally)
{
    *tally = (Tally){.waiting = n};
    tally->words = g_hash_table_new(g_str_hash, g_str_equal);
    tally->sentences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_assert_cmpuint(n, <=, G_N_ELEMENTS(tally->tickets));
    for (guint i = 0; i < n; i++)
        caller_ask(caller, body_of(i), &tally->tickets[i], on_done, tally);
    GSource *deadline = g_timeout_source_new_seconds(2 * DEADLINE_S);
    g_source_set_callback(deadline, on_deadline, NULL, NULL);
    g_source_attach(deadline, context);
    while (tally->waiting)
        g_main_context_iteration(context, TRUE);
    g_source_destroy(deadline);
    g_source_unref(deadline);
    for (guint i = 0; i < n; i++)
        g_assert_null(tally->tickets[i]);
}

static void tally_clear(Tally *tally)
{
    g_hash_table_unref(tally->words);
    g_hash_table_unref(tally->sentences);
    g_free(tally->text);
}

static guint word_count(const Tally *tally, const char *word)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(tally->words, word));
}

static void run_with(const char *const *arguments, guint n, void (*change)(ModelSettings *),
                     Tally *tally, cJSON **bill)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    Sim sim = sim_start(arguments);
    ModelSettings settings = settings_for(&sim);
    if (change)
        change(&settings);
    g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
    g_assert_no_error(error);
    ask_all(caller, context, n, tally);
    g_clear_pointer(&caller, caller_free);
    *bill = sim_stop(&sim);
}

static void no_secret_in(const Tally *tally)
{
    GHashTableIter iter;
    gpointer sentence = NULL;
    g_hash_table_iter_init(&iter, tally->sentences);
    while (g_hash_table_iter_next(&iter, &sentence, NULL)) {
        g_assert_null(strstr(sentence, "the-secret"));
        g_assert_null(strstr(sentence, "sk-sim"));
    }
}

/* ---- tests ---- */

static void many_slots(ModelSettings *settings)
{
    settings->max_in_flight = 256;
}

/* 256 at once against 100 ms: the slots are kept busy, and the bill is ours to the token. */
static void test_hundreds_in_flight(void)
{
    const char *arguments[] = {"--latency=100", "--require-key=the-secret", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    gint64 begun = clock_monotonic_us();
    run_with(arguments, 2048, many_slots, &tally, &bill);
    double seconds = (double)(clock_monotonic_us() - begun) / G_USEC_PER_SEC;
    g_test_message("2048 requests of 100 ms through 256 slots in %.2f s", seconds);
    g_assert_cmpuint(tally.judged[JUDGE_ANSWERED], ==, 2048);
    g_assert_cmpuint(tally.sendings, ==, 2048);
    g_assert_cmpfloat(json_number(bill, "billed", -1), ==, 2048);
    g_assert_cmpfloat(json_number(bill, "repeated", -1), ==, 0);
    g_assert_cmpfloat(json_number(bill, "tokens_in", -1), ==, (double)tally.tokens_in);
    g_assert_cmpfloat(json_number(bill, "tokens_out", -1), ==, (double)tally.tokens_out);
    g_assert_cmpfloat(seconds, <, 20); /* one after the other it would be 205 */
    tally_clear(&tally);
}

/* What passes again is asked again and all end well; no answered request is sent twice. */
static void test_faults_that_pass(void)
{
    const char *arguments[] = {
        "--seed=11",        "--fault=429-bare=0.06", "--fault=500=0.06",  "--fault=502=0.06",
        "--fault=503=0.06", "--fault=reset=0.06",    "--fault=html=0.06", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    run_with(arguments, 300, NULL, &tally, &bill);
    g_assert_cmpuint(tally.judged[JUDGE_ANSWERED] + tally.judged[JUDGE_AGAIN], ==, 300);
    g_assert_cmpuint(tally.judged[JUDGE_ANSWERED], >=, 295); /* 0.36^6 = 0.2 % fail six times */
    g_assert_cmpuint(tally.sendings, >, 350);
    g_assert_cmpfloat(json_number(bill, "billed", -1), ==, tally.judged[JUDGE_ANSWERED]);
    g_assert_cmpfloat(json_number(bill, "repeated", -1), ==, 0);
    tally_clear(&tally);
}

/* Answers that asking again would not mend are not asked for again. */
static void test_faults_of_the_answer(void)
{
    static const struct {
        const char *fault, *word;
        guint sendings; /* of ten requests */
    } cases[] = {
        {"--fault=refusal=1", "declined", 10},
        {"--fault=length=1", "answer_cut", 10},
        {"--fault=giant=1", "answer_too_large", 10},
        {"--fault=400=1", "request_refused", 10},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *arguments[] = {cases[i].fault, NULL};
        Tally tally;
        g_autoptr(cJSON) bill = NULL;
        run_with(arguments, 10, NULL, &tally, &bill);
        g_test_message("%s", cases[i].fault);
        guint refused =
            tally.judged[JUDGE_REFUSED]; /* the tenth refusal in a row is one too many */
        g_assert_cmpuint(tally.judged[JUDGE_UNUSABLE] + refused, ==, 10);
        g_assert_cmpuint(refused, <=, 1);
        g_assert_cmpuint(word_count(&tally, cases[i].word), ==, 10);
        g_assert_cmpuint(tally.sendings, ==, cases[i].sendings);
        tally_clear(&tally);
    }
}

/* Spoiled text is still an answer: what it is worth is for later stages to say. */
static void test_spoiled_text_is_an_answer(void)
{
    const char *faults[] = {"--fault=prose=1", "--fault=broken-json=1", "--fault=wrong-types=1",
                            "--fault=extra-keys=1", "--fault=fence=1"};
    for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
        const char *arguments[] = {faults[i], NULL};
        Tally tally;
        g_autoptr(cJSON) bill = NULL;
        run_with(arguments, 5, NULL, &tally, &bill);
        g_assert_cmpuint(tally.judged[JUDGE_ANSWERED], ==, 5);
        tally_clear(&tally);
    }
}

static void few_attempts(ModelSettings *settings)
{
    settings->attempts = 2;
    settings->max_in_flight = 4;
}

static void impatient(ModelSettings *settings)
{
    few_attempts(settings);
    settings->timeout_s = 1;
}

/* Nothing comes out of an empty answer, but it says nothing about the server. */
static void test_empty_answers(void)
{
    const char *arguments[] = {"--fault=empty=1", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    run_with(arguments, 12, few_attempts, &tally, &bill);
    g_assert_cmpuint(tally.judged[JUDGE_UNUSABLE], ==, 12);
    g_assert_cmpuint(tally.sendings, ==, 24);
    g_assert_cmpfloat(json_number(bill, "tokens_in", -1), ==, (double)tally.tokens_in);
    tally_clear(&tally);
}

/* A refused key is found out once, not once for each of two hundred documents. */
static void test_refused_key(void)
{
    const char *arguments[] = {"--require-key=another", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    run_with(arguments, 200, few_attempts, &tally, &bill);
    g_assert_cmpuint(tally.judged[JUDGE_REFUSED], ==, 200);
    g_assert_cmpuint(word_count(&tally, "key_refused"), ==, 200);
    g_assert_cmpuint(tally.sendings, <=, 4);
    no_secret_in(&tally);
    tally_clear(&tally);
}

static void test_model_not_found(void)
{
    const char *arguments[] = {"--fault=404=1", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    run_with(arguments, 50, few_attempts, &tally, &bill);
    g_assert_cmpuint(word_count(&tally, "not_found"), ==, 50);
    g_assert_cmpuint(tally.sendings, <=, 4);
    tally_clear(&tally);
}

/* A server that takes requests and never answers is given up. */
static void test_hanging_server(void)
{
    const char *arguments[] = {"--fault=hang=1", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    run_with(arguments, 100, impatient, &tally, &bill);
    g_assert_cmpuint(tally.judged[JUDGE_AGAIN], ==, 100);
    g_assert_cmpuint(word_count(&tally, "timeout"), ==, 100);
    g_assert_cmpuint(tally.sendings, <=, 16);
    tally_clear(&tally);
}

/* Retry-After holds everybody back, not only the request that was told. */
static void test_retry_after_is_obeyed(void)
{
    const char *arguments[] = {"--fault=429=1", "--once", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    gint64 begun = clock_monotonic_us();
    run_with(arguments, 40, NULL, &tally, &bill);
    g_assert_cmpuint(tally.judged[JUDGE_ANSWERED], ==, 40);
    g_assert_cmpuint(tally.sendings, ==, 80);
    g_assert_cmpint(clock_monotonic_us() - begun, >, G_USEC_PER_SEC);
    tally_clear(&tally);
}

/* A port on which nobody listens. */
static guint free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void test_nobody_there(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    Sim nobody = {.base_url = g_strdup_printf("http://127.0.0.1:%u", free_port())};
    ModelSettings settings = settings_for(&nobody);
    few_attempts(&settings);
    g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
    g_assert_no_error(error);
    g_assert_null(caller_given_up(caller));
    Tally tally;
    ask_all(caller, context, 1000, &tally);
    g_assert_cmpuint(word_count(&tally, "not_connected"), ==, 1000);
    g_assert_cmpuint(tally.sendings, <=, 16);
    const Outcome *why = caller_given_up(caller);
    g_assert_nonnull(why);
    g_assert_nonnull(strstr(why->sentence, nobody.base_url));
    g_assert_nonnull(strstr(why->sentence, "start the server"));
    tally_clear(&tally);
    /* And whoever asks later is told at once. */
    ask_all(caller, context, 5, &tally);
    g_assert_cmpuint(tally.sendings, ==, 0);
    tally_clear(&tally);
    g_free(nobody.base_url);
}

/* A server that comes up while requests wait: none of them is lost, and few were wasted on it. */
static void test_outage_passes(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autofree char *port = g_strdup_printf("--port=%u", free_port());
    Sim nobody = {.base_url = g_strdup_printf("http://127.0.0.1:%s/v1", port + strlen("--port="))};
    ModelSettings settings = settings_for(&nobody);
    g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
    g_assert_no_error(error);
    Tally tally = {.waiting = 200};
    tally.words = g_hash_table_new(g_str_hash, g_str_equal);
    tally.sentences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 200; i++)
        caller_ask(caller, body_of(i), &tally.tickets[i], on_done, &tally);
    gint64 end = clock_monotonic_us() + 2 * G_USEC_PER_SEC;
    while (clock_monotonic_us() < end)
        if (!g_main_context_iteration(context, FALSE))
            g_usleep(1000);
    g_assert_cmpuint(tally.waiting, >=, 199); /* but for who probed */
    const char *arguments[] = {port, NULL};
    Sim sim = sim_start(arguments);
    while (tally.waiting)
        g_main_context_iteration(context, TRUE);
    g_assert_cmpuint(tally.judged[JUDGE_ANSWERED], >=, 199);
    g_assert_cmpuint(tally.sendings, <=, 200 + 64 + 10); /* those at once, and the probes */
    g_assert_cmpuint(tally.unseen, ==, 0);               /* who was not connected was not served */
    g_assert_null(caller_given_up(caller));
    g_clear_pointer(&caller, caller_free);
    tally_clear(&tally);
    cJSON_Delete(sim_stop(&sim));
    g_free(nobody.base_url);
}

static void hedged(ModelSettings *settings)
{
    settings->max_in_flight = 16;
    settings->hedge = TRUE;
}

/* One in 25 takes two seconds: a second sending is quicker, and both are accounted for. */
static void test_hedge(void)
{
    const char *arguments[] = {"--latency=40-60", "--fault=slow=0.04", "--seed=5", NULL};
    Tally tally;
    g_autoptr(cJSON) bill = NULL;
    run_with(arguments, 400, hedged, &tally, &bill);
    g_assert_cmpuint(tally.judged[JUDGE_ANSWERED], ==, 400);
    g_assert_cmpuint(tally.sendings, >, 400);
    g_assert_cmpuint(tally.sendings, <, 480);
    g_assert_cmpuint(tally.unseen, ==, tally.sendings - 400);
    g_assert_cmpfloat(json_number(bill, "billed", -1), ==, tally.sendings);
    tally_clear(&tally);
}

static void go_on(Ticket *ticket, gpointer data)
{
    ((Tally *)data)->asked++;
    caller_go_on(ticket);
}

static void stop(Ticket *ticket, gpointer data)
{
    ((Tally *)data)->asked++;
    caller_stop(ticket);
}

/* Who pays is asked before what may have been billed is sent again, and only then. */
static void test_leave_to_send_again(void)
{
    static const struct {
        const char *fault;
        CallerAgain again;
        guint asked, sendings;
    } cases[] = {
        {"--fault=reset=1", stop, 1, 1},
        {"--fault=reset=1", go_on, 1, 2},
        {"--fault=500=1", stop, 0, 2},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GMainContext) context = g_main_context_new();
        const char *arguments[] = {cases[i].fault, NULL};
        Sim sim = sim_start(arguments);
        ModelSettings settings = settings_for(&sim);
        few_attempts(&settings);
        g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
        Tally tally = {.waiting = 1};
        tally.words = g_hash_table_new(g_str_hash, g_str_equal);
        tally.sentences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        CallerTerms terms = {.again = cases[i].again};
        caller_ask_on(caller, body_of(0), &terms, &tally.tickets[0], on_done, &tally);
        while (tally.waiting)
            g_main_context_iteration(context, TRUE);
        g_assert_cmpuint(tally.asked, ==, cases[i].asked);
        g_assert_cmpuint(tally.sendings, ==, cases[i].sendings);
        g_assert_cmpuint(tally.judged[JUDGE_AGAIN], ==, 1);
        g_assert_cmpuint(tally.unseen, ==, i < 2 ? cases[i].sendings : 0);
        g_clear_pointer(&caller, caller_free);
        tally_clear(&tally);
        cJSON_Delete(sim_stop(&sim));
    }
}

/* A document whose time is used up, by earlier requests about it, is asked for no more. */
static void test_deadline_of_document(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    const char *arguments[] = {NULL};
    Sim sim = sim_start(arguments);
    ModelSettings settings = settings_for(&sim);
    g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
    g_assert_no_error(error);
    for (guint late = 0; late < 2; late++) {
        Tally tally = {.waiting = 1};
        tally.words = g_hash_table_new(g_str_hash, g_str_equal);
        tally.sentences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        gint64 ago_us = (DEADLINE_S - 10 + 20 * late) * G_USEC_PER_SEC;
        CallerTerms terms = {.begun_us = clock_monotonic_us() - ago_us};
        caller_ask_on(caller, body_of(late), &terms, &tally.tickets[0], on_done, &tally);
        while (tally.waiting)
            g_main_context_iteration(context, TRUE);
        g_assert_cmpuint(word_count(&tally, late ? "deadline" : "ok"), ==, 1);
        g_assert_cmpuint(tally.judged[late ? JUDGE_UNUSABLE : JUDGE_ANSWERED], ==, 1);
        g_assert_cmpuint(tally.sendings, ==, !late);
        tally_clear(&tally);
    }
    g_assert_null(caller_given_up(caller)); /* that says nothing about the server */
    g_clear_pointer(&caller, caller_free);
    cJSON_Delete(sim_stop(&sim));
}

typedef struct {
    GString *order;
    char letter;
} Place;

static void note_place(const Outcome *outcome, gpointer data)
{
    const Place *place = data;
    g_assert_cmpint(outcome->judgement, ==, JUDGE_ANSWERED);
    g_string_append_c(place->order, place->letter);
}

/* One at a time: those that go first stand before the others, in their own order. */
static void test_first(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    const char *arguments[] = {"--latency=30", NULL};
    Sim sim = sim_start(arguments);
    ModelSettings settings = settings_for(&sim);
    settings.max_in_flight = 1;
    g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
    g_assert_no_error(error);
    g_autoptr(GString) order = g_string_new(NULL);
    Place places[] = {{order, 'a'}, {order, 'b'}, {order, 'c'}, {order, 'X'}, {order, 'Y'}};
    Ticket *tickets[G_N_ELEMENTS(places)];
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        CallerTerms terms = {.first = g_ascii_isupper(places[i].letter)};
        caller_ask_on(caller, body_of(i), &terms, &tickets[i], note_place, &places[i]);
    }
    while (order->len < G_N_ELEMENTS(places))
        g_main_context_iteration(context, TRUE);
    g_assert_cmpstr(order->str, ==, "aXYbc");
    g_clear_pointer(&caller, caller_free);
    cJSON_Delete(sim_stop(&sim));
}

/* Cancelled in every state, and freed with requests under way: nothing comes, nothing leaks. */
static void test_cancel(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    const char *arguments[] = {"--latency=300", "--fault=500=0.3", "--seed=3", NULL};
    Sim sim = sim_start(arguments);
    ModelSettings settings = settings_for(&sim);
    settings.max_in_flight = 8;
    Caller *caller = caller_new(&settings, &dialect_openai, context, &error);
    Tally tally = {.waiting = 24};
    tally.words = g_hash_table_new(g_str_hash, g_str_equal);
    tally.sentences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 24; i++)
        caller_ask(caller, body_of(i), &tally.tickets[i], on_done, &tally);
    gint64 end = clock_monotonic_us() + 500000;
    while (clock_monotonic_us() < end)
        g_main_context_iteration(context, FALSE);
    guint cancelled = 0;
    for (guint i = 0; i < 24; i += 2) {
        cancelled += tally.tickets[i] != NULL;
        caller_cancel(tally.tickets[i]);
        g_assert_null(tally.tickets[i]);
    }
    g_assert_cmpuint(cancelled, >, 0);
    guint left = tally.waiting;
    caller_free(caller);
    for (guint i = 0; i < 24; i++)
        g_assert_null(tally.tickets[i]);
    while (g_main_context_iteration(context, FALSE))
        ;
    g_assert_cmpuint(tally.waiting, ==, left);
    tally_clear(&tally);
    cJSON_Delete(sim_stop(&sim));
}

static void remove_folder(void)
{
    const char *names[] = {"port", "bill"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        unlink(path);
    }
    rmdir(folder);
    g_free(folder);
    g_free(program);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *build = g_getenv("DOCKET_BUILD");
    program = g_build_filename(build ? build : ".", "llm-sim", NULL);
    if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
        g_printerr("skipped: llm-sim is not built\n");
        return 77;
    }
    /* A proxy of the host has no place between this test and loopback. */
    g_setenv("no_proxy", "*", TRUE);
    folder = g_dir_make_tmp("docket-caller-XXXXXX", NULL);
    g_test_add_func("/caller/hundreds-in-flight", test_hundreds_in_flight);
    g_test_add_func("/caller/faults-that-pass", test_faults_that_pass);
    g_test_add_func("/caller/faults-of-the-answer", test_faults_of_the_answer);
    g_test_add_func("/caller/spoiled-text", test_spoiled_text_is_an_answer);
    g_test_add_func("/caller/empty-answers", test_empty_answers);
    g_test_add_func("/caller/refused-key", test_refused_key);
    g_test_add_func("/caller/model-not-found", test_model_not_found);
    g_test_add_func("/caller/hanging-server", test_hanging_server);
    g_test_add_func("/caller/retry-after", test_retry_after_is_obeyed);
    g_test_add_func("/caller/nobody-there", test_nobody_there);
    g_test_add_func("/caller/outage-passes", test_outage_passes);
    g_test_add_func("/caller/hedge", test_hedge);
    g_test_add_func("/caller/leave-to-send-again", test_leave_to_send_again);
    g_test_add_func("/caller/deadline-of-document", test_deadline_of_document);
    g_test_add_func("/caller/first", test_first);
    g_test_add_func("/caller/cancel", test_cancel);
    int status = g_test_run();
    remove_folder();
    return status;
}
