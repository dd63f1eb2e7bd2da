/* Batches in the ledger: what waits goes into one, once; what is lost gives its money back. */
#include "pipeline/host/ledger-batches.h"
#include "pipeline/host/ledger-budget.h"
#include "tests/host/ledger-help.h"

static Call *enter(Ledger *ledger, Job *job, const char *sha256, const char *body)
{
    g_autoptr(GError) error = NULL;
    Call *call = call_new("ask", "default", "m");
    call->reserved = 0.5;
    LedgerRequest request = {.sha256 = sha256,
                             .body = body,
                             .length = strlen(body),
                             .weight = strlen(body),
                             .keep = TRUE,
                             .batch = TRUE};
    g_assert_true(ledger_call_begin(ledger, job, call, &request, &error));
    g_assert_no_error(error);
    return call;
}

static void assert_asked(Ledger *ledger, const char *sha256, gboolean waits, guint failures)
{
    g_autoptr(GError) error = NULL;
    gboolean is_waiting = FALSE;
    guint failed = 0;
    g_assert_true(ledger_batch_asked(ledger, sha256, &is_waiting, &failed, &error));
    g_assert_no_error(error);
    g_assert_true(is_waiting == waits);
    g_assert_cmpuint(failed, ==, failures);
}

static guint waiting(Ledger *ledger, const char *endpoint)
{
    g_autoptr(GError) error = NULL;
    guint calls = 0;
    g_assert_true(ledger_batch_waiting(ledger, endpoint, &calls, &error));
    g_assert_no_error(error);
    return calls;
}

static gboolean add_request(gint64 call, const char *request, gpointer data)
{
    g_string_append_printf(data, "%" G_GINT64_FORMAT "=%s ", call, request);
    return TRUE;
}

static void test_life(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    g_autoptr(Call) one = enter(ledger, job, "r1", "{1}");
    g_autoptr(Call) two = enter(ledger, job, "r2", "{2}");
    g_autoptr(Call) three = enter(ledger, job, "r3", "{3}");
    assert_asked(ledger, "r1", TRUE, 0);
    assert_asked(ledger, "r4", FALSE, 0);
    g_assert_cmpuint(waiting(ledger, "default"), ==, 3);
    g_assert_cmpuint(waiting(ledger, "strong"), ==, 0);

    /* Two fit; the third waits on. */
    g_assert_true(ledger_batch_begin(ledger, "default", "k1", 2, 1000, &error));
    g_assert_cmpuint(waiting(ledger, "default"), ==, 1);
    g_autoptr(GString) requests = g_string_new(NULL);
    g_assert_true(ledger_batch_each(ledger, "k1", add_request, requests, &error));
    g_assert_cmpstr(requests->str, ==, "1={1} 2={2} ");
    g_assert_true(ledger_batch_submitted(ledger, "k1", "batch_7", &error));

    /* One is answered, the other one lost. */
    gboolean holds = FALSE;
    gsize bytes = 0;
    g_assert_true(ledger_batch_holds(ledger, "k1", one->id, &holds, &bytes, &error) && holds);
    g_assert_cmpuint(bytes, ==, 3);
    g_assert_true(ledger_batch_holds(ledger, "k1", three->id, &holds, &bytes, &error) && !holds);
    one->outcome = g_strdup("ok");
    one->cost = 0.125;
    one->reserved = 0;
    g_assert_true(ledger_call_end(ledger, one, "{}", &error));
    g_assert_true(ledger_batch_holds(ledger, "k1", one->id, &holds, &bytes, &error) && !holds);
    g_assert_true(ledger_batch_end(ledger, "k1", "batch_lost", "expired", FALSE, &error));
    assert_asked(ledger, "r1", FALSE, 0);
    assert_asked(ledger, "r2", FALSE, 1);
    assert_asked(ledger, "r3", TRUE, 0);

    double spent = 0;
    g_assert_true(ledger_spent(ledger, "", PERIOD_DAY, clock_now_us(), &spent, &error));
    g_assert_cmpfloat_with_epsilon(spent, 0.125 + 0.5, 1e-9);
    g_autoptr(GPtrArray) all = ledger_batches(ledger, FALSE, &error);
    g_autoptr(GPtrArray) open = ledger_batches(ledger, TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(open->len, ==, 0);
    const LedgerBatch *batch = all->pdata[0];
    g_assert_cmpstr(batch->remote, ==, "batch_7");
    g_assert_cmpstr(batch->note, ==, "expired");
    g_assert_cmpuint(batch->calls, ==, 2);
    g_assert_cmpuint(batch->answered, ==, 1);
    g_assert_cmpfloat(batch->cost, ==, 0.125);
}

/* A request larger than a batch may be goes alone: it must not wait for ever. */
static void test_sizes(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = open_ledger(NULL);
    g_autoptr(Job) job = file_job("/in/a", "aa");
    claim(ledger, job);
    g_autoptr(Call) large = enter(ledger, job, "r1", "{a large request}");
    g_autoptr(Call) small = enter(ledger, job, "r2", "{}");
    g_assert_true(ledger_batch_begin(ledger, "default", "k1", 100, 5, &error));
    g_assert_cmpuint(waiting(ledger, "default"), ==, 1);
    g_assert_true(ledger_batch_begin(ledger, "default", "k2", 100, 5, &error));
    g_assert_cmpuint(waiting(ledger, "default"), ==, 0);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/batches/life", test_life);
    g_test_add_func("/host/batches/sizes", test_sizes);
    return g_test_run();
}
