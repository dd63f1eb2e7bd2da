/* An electronic invoice whose data and pages tell two stories. */
#include "stages/read/disagree.h"

#include <string.h>

static void add_page(Reading *r, guint number, const char *text)
{
    reading_begin_page(r, number, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 595, 842);
    reading_begin_line(r);
    reading_add_text(r, text, -1, 50, 50, -1);
    reading_end_page(r);
}

static void add_data(Reading *r, const char *const *pairs)
{
    r->second = reading_new(r->media_type);
    reading_begin_page(r->second, 1, TECHNIQUE_DATA, READING_GRID, 80, 9);
    reading_begin_block(r->second, BLOCK_FIELDS, 0);
    for (guint i = 0; pairs[i]; i += 2) {
        reading_begin_line(r->second);
        double x = reading_add_text(r->second, pairs[i], -1, 0, i, 0);
        reading_add_text(r->second, pairs[i + 1], -1, x + 2, i, 1);
    }
    reading_end_page(r->second);
}

static Job *job_with(const char *second_page, const char *const *pairs)
{
    Job *job = job_new(NULL, JOB_DOCUMENT, "invoice.pdf");
    job->reading = reading_new("application/pdf");
    add_page(job->reading, 1, "Invoice RE-4711 of 20.11.2026");
    add_page(job->reading, 2, second_page);
    add_data(job->reading, pairs);
    data_disagreements(job);
    return job;
}

static const char *const invoice[] = {"Invoice number", "RE-4711",     "Issue date",
                                      "2026-11-20",     "Grand total", "1190.00",
                                      "Seller name",    "Nobody Ltd",  NULL};

/* The total stands on another page than the first reader saw. */
static void test_agree(void)
{
    g_autoptr(Job) job = job_with("Total 1.190,00 EUR", invoice);
    g_assert_cmpuint(job->reasons->len, ==, 0);
}

static void test_disagree(void)
{
    g_autoptr(Job) job = job_with("Total 11,90 EUR", invoice);
    g_assert_cmpuint(job->reasons->len, ==, 1);
    const char *reason = job->reasons->pdata[0];
    g_assert_true(g_str_has_prefix(reason, "data_disagrees:"));
    g_assert_nonnull(strstr(reason, "Grand total \"1190.00\""));
}

/* A web page's data are no invoice. */
static void test_other(void)
{
    static const char *const page[] = {"og:title", "Red pump", NULL};
    g_autoptr(Job) job = job_with("Blue pump", page);
    g_assert_cmpuint(job->reasons->len, ==, 0);
    g_assert_cmpfloat(reading_line(job->reading->second, 0)->agreement, ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/disagree/agree", test_agree);
    g_test_add_func("/disagree/disagree", test_disagree);
    g_test_add_func("/disagree/other", test_other);
    return g_test_run();
}
