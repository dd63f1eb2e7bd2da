/* Examples: a document becomes one when a person has decided on it, and only then; the most alike come
 * first; never the document itself, nor another pack's. */
#include "ledger-help.h"

#include "pipeline/host/ledger-examples.h"

static Pack letters = {.name = (char *)"letter", .version = (char *)"v"};
static Pack bills = {.name = (char *)"bill", .version = (char *)"v"};

/* Enters a document that waits for review, with its text kept. Its number. */
static gint64 enter(Ledger *ledger, const Pack *pack, const char *sha256, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strdup_printf("/in/%s.txt", sha256);
    g_autoptr(Job) job = file_job(path, sha256);
    gboolean finished = FALSE;
    g_assert_true(ledger_claim(ledger, job, &finished, &error));
    job->pack = pack;
    job->verdict = VERDICT_REVIEW;
    job_reason(job, "low_confidence", "a person has to look");
    g_assert_true(ledger_decide(ledger, job, "{\"a\":0}", "{}", NULL, &error));
    g_assert_true(ledger_example_keep(ledger, job, text, &error));
    g_assert_no_error(error);
    commit(ledger);
    return job->id;
}

static void judge(Ledger *ledger, gint64 document, const char *action, const char *record)
{
    g_autoptr(GError) error = NULL;
    ledger_review(ledger, document, action, "me", record, "{}", NULL, NULL, &error);
    g_assert_no_error(error);
    commit(ledger);
}

static GPtrArray *alike(Ledger *ledger, const char *sha256, const char *text, guint n)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *found = ledger_examples_alike(ledger, "letter", sha256, text, n, &error);
    g_assert_no_error(error);
    commit(ledger);
    return found;
}

static const LedgerExample *at(const GPtrArray *found, guint i)
{
    return found->pdata[i];
}

static void test_examples(void)
{
    g_autoptr(GError) error = NULL;
    char *state = temp_state();
    Ledger *ledger = open_ledger(state);
    g_assert_true(ledger_examples_begin(ledger, &error));
    g_assert_no_error(error);
    gint64 oak = enter(ledger, &letters, "aa", "Invoice of the Oak Joinery for a table of oak");
    gint64 ink = enter(ledger, &letters, "bb", "Invoice of the Café Ink for paper and ink");
    gint64 bad = enter(ledger, &letters, "cc", "Invoice of the Oak Joinery, not to be paid");
    gint64 other = enter(ledger, &bills, "dd", "Invoice of the Oak Joinery for a table of oak");
    g_autoptr(GPtrArray) none = alike(ledger, "zz", "Oak Joinery table", 5);
    g_assert_cmpuint(none->len, ==, 0);

    judge(ledger, oak, "correct", "{\"a\":1}");
    judge(ledger, ink, "accept", "{\"a\":2}");
    judge(ledger, bad, "reject", NULL);
    judge(ledger, other, "accept", "{\"a\":4}");
    g_autoptr(GPtrArray) found = alike(ledger, "zz", "Another invoice of the Oak Joinery: oak", 5);
    g_assert_cmpuint(found->len, ==, 2);
    g_assert_cmpint(at(found, 0)->document, ==, oak);
    g_assert_cmpstr(at(found, 0)->record, ==, "{\"a\":1}");
    g_assert_cmpstr(at(found, 0)->text, ==, "Invoice of the Oak Joinery for a table of oak");
    g_assert_cmpint(at(found, 1)->document, ==, ink);
    g_autoptr(GPtrArray) one = alike(ledger, "zz", "An invoice for cafe ink", 1);
    g_assert_cmpuint(one->len, ==, 1);
    g_assert_cmpint(at(one, 0)->document, ==, ink);
    g_autoptr(GPtrArray) not_itself = alike(ledger, "aa", "Oak Joinery oak table", 5);
    for (guint i = 0; i < not_itself->len; i++)
        g_assert_cmpint(at(not_itself, i)->document, !=, oak);
    ledger_close(ledger);

    /* The same after a restart; and what is no word, or steers FTS5, finds nothing or is a word. */
    ledger = open_ledger(state);
    g_assert_true(ledger_examples_begin(ledger, &error));
    g_autoptr(GPtrArray) again = alike(ledger, "zz", "Oak Joinery", 5);
    g_assert_cmpuint(again->len, ==, 1);
    const char *const odd[] = {"",  "!!! ???", "\" OR text:* NEAR(", "AND NOT NEAR", "a b c",
                               "*", "^x",      "text : \"oak"};
    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(GPtrArray) some = alike(ledger, "zz", odd[i], 5);
        g_assert_cmpuint(some->len, <=, 1);
    }
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(ledger_verify(ledger, findings, &error));
    g_assert_cmpuint(findings->len, ==, 0);
    ledger_close(ledger);
    remove_state(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger-examples/all", test_examples);
    return g_test_run();
}
