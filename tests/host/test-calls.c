/* Looking back at calls: the log, what was used, and how long answers are kept. */
#include "tests/host/ledger-help.h"

#define START (G_GINT64_CONSTANT(1796000000) * G_USEC_PER_SEC)
#define MINUTE (60 * G_USEC_PER_SEC)

/* Ten calls, a minute apart, of which each is a little larger than the one before. */
static Ledger *ledger_with_calls(Job *job)
{
    Ledger *ledger = open_ledger(NULL);
    claim(ledger, job);
    for (guint i = 0; i < 10; i++) {
        g_autofree char *sha256 = g_strdup_printf("request %u", i);
        clock_set_for_test(START + i * MINUTE);
        Call *call = begin_call(ledger, job, sha256, 0.5);
        call->tokens_in = 4 + i; /* of 11 bytes */
        call->tokens_out = 10 * (i + 1);
        call->tokens_cached = 2;
        call->sendings = 1;
        if (i == 9)
            call->reserved = 0.5; /* never ended */
        else
            end_call(ledger, call, i == 5 ? "declined" : "ok", 0.125, i == 5 ? NULL : "{\"a\":1}");
        call_free(call);
    }
    clock_set_for_test(-1);
    return ledger;
}

/* ---- the log ---- */

static gboolean collect(const LedgerCall *call, gpointer data)
{
    g_assert_cmpstr(call->name, ==, "a");
    g_string_append_printf(data, "%" G_GINT64_FORMAT "%s%s ", call->call.id,
                           call->request ? "q" : "", call->answer ? "a" : "");
    return TRUE;
}

static void expect(Ledger *ledger, LedgerCallFilter filter, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    g_assert_true(ledger_each_call(ledger, &filter, collect, seen, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(seen->str, ==, wanted);
}

static void test_log(void)
{
    g_autoptr(Job) job = file_job("/in/a", "aa");
    g_autoptr(Ledger) ledger = ledger_with_calls(job);
    expect(ledger, (LedgerCallFilter){0}, "1 2 3 4 5 6 7 8 9 10 ");
    expect(ledger, (LedgerCallFilter){.after_id = 8}, "9 10 ");
    expect(ledger, (LedgerCallFilter){.last = 3}, "8 9 10 ");
    expect(ledger, (LedgerCallFilter){.outcome = "declined"}, "6 ");
    expect(ledger, (LedgerCallFilter){.open = TRUE}, "10 ");
    expect(ledger, (LedgerCallFilter){.since_us = START + MINUTE, .until_us = START + 3 * MINUTE},
           "2 3 ");
    expect(ledger, (LedgerCallFilter){.endpoint = "strong"}, "");
    expect(ledger, (LedgerCallFilter){.document = 1, .model = "m1", .purpose = "ask", .last = 1},
           "10 ");
    expect(ledger, (LedgerCallFilter){.last = 5, .payloads = TRUE}, "6q 7qa 8qa 9qa 10q ");
}

/* ---- usage ---- */

static void test_usage(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) job = file_job("/in/a", "aa");
    g_autoptr(Ledger) ledger = ledger_with_calls(job);
    LedgerUsage usage;
    g_assert_true(ledger_call_usage(ledger, "default", NULL, &usage, &error));
    g_assert_cmpuint(usage.n, ==, 8); /* answered ones */
    /* 4 to 12 but 9, of 11 bytes each */
    g_assert_cmpfloat_with_epsilon(usage.tokens_per_byte, 63 / 88.0, 1e-9);
    g_assert_cmpfloat_with_epsilon(usage.tokens_per_byte_p95, 12 / 11.0, 1e-9);
    g_assert_cmpint(usage.tokens_out_p50, ==, 50);
    g_assert_cmpint(usage.tokens_out_p95, ==, 90);
    g_assert_cmpfloat_with_epsilon(usage.cached_share, 16 / 63.0, 1e-9);
    g_assert_true(ledger_call_usage(ledger, "other", NULL, &usage, &error));
    g_assert_cmpuint(usage.n, ==, 0);
    g_assert_true(ledger_call_usage(ledger, "default", "invoice", &usage, &error));
    g_assert_cmpuint(usage.n, ==, 0);
}

/* ---- what is kept ---- */

static void test_prune(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) job = file_job("/in/a", "aa");
    g_autoptr(Ledger) ledger = ledger_with_calls(job);
    LedgerCallFilter texts = {.payloads = TRUE};
    LedgerCallKeep by_age = {.answers_until_us = START + 3 * MINUTE,
                             .payloads_until_us = START + 8 * MINUTE};
    /* Held: its answers are still needed. */
    g_assert_true(ledger_calls_prune(ledger, &by_age, &error));
    expect(ledger, texts, "1a 2a 3a 4a 5a 6 7a 8a 9qa 10q ");
    decide(ledger, job, VERDICT_ACCEPTED, "{}", NULL);
    g_assert_true(ledger_calls_prune(ledger, &by_age, &error));
    expect(ledger, texts, "1 2 3 4a 5a 6 7a 8a 9qa 10q ");
    /* Each answer has seven bytes: room for two of them. */
    LedgerCallKeep by_size = {.answer_bytes = 15};
    g_assert_true(ledger_calls_prune(ledger, &by_size, &error));
    expect(ledger, texts, "1 2 3 4 5 6 7 8a 9qa 10q ");
    g_assert_true(ledger_calls_prune(ledger, &by_size, &error));
    expect(ledger, texts, "1 2 3 4 5 6 7 8a 9qa 10q ");
}

/* An answer made for this very document is used whatever its age. */
static void test_age_of_answers(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Job) job = file_job("/in/a", "aa");
    g_autoptr(Ledger) ledger = ledger_with_calls(job);
    g_autofree char *own = ledger_call_cached(ledger, "request 1", 1, G_MAXINT64, NULL, &error);
    g_assert_cmpstr(own, ==, "{\"a\":1}");
    g_assert_null(ledger_call_cached(ledger, "request 1", 2, START + 2 * MINUTE, NULL, &error));
    g_autofree char *young =
        ledger_call_cached(ledger, "request 1", 2, START + MINUTE, NULL, &error);
    g_assert_cmpstr(young, ==, "{\"a\":1}");
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/calls/log", test_log);
    g_test_add_func("/calls/usage", test_usage);
    g_test_add_func("/calls/prune", test_prune);
    g_test_add_func("/calls/age-of-answers", test_age_of_answers);
    return g_test_run();
}
