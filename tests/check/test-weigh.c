/* What a verifier's word counts: only what it can cite, and nothing of what it makes up. */
#include <string.h>

#include "pipeline/core/json.h"
#include "stages/check/weigh.h"

static Job *new_job(void)
{
    static const char record[] = "{\"number\":\"INV-7\",\"total\":1200.5,\"day\":\"2024-03-01\","
                                 "\"seller\":\"Nordwind\",\"note\":null}";
    Job *job = job_new(NULL, JOB_DOCUMENT, "a.txt");
    job->reading = reading_new("text/plain");
    reading_begin_page(job->reading, 1, TECHNIQUE_TEXT, READING_GRID, 80, 10);
    static const char *const lines[] = {"Invoice INV-7 of 1 March 2024", "Nordwind GmbH, Kiel",
                                        "Net 1,000.00 Total 1,200.50"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        reading_begin_line(job->reading);
        reading_add_text(job->reading, lines[i], -1, 0, i, -1);
    }
    reading_end_page(job->reading);
    job_set_record(job, record_new(cJSON_Parse(record), METHOD_MODEL));
    static const char *const pointers[] = {"/number", "/total", "/day", "/seller", "/note"};
    for (guint i = 0; i < G_N_ELEMENTS(pointers); i++)
        record_field(job->record, pointers[i])->grounded = GROUNDED_EXACT;
    record_field(job->record, "/seller")->grounded = GROUNDED_NONE;
    return job;
}

/* How many disputes there are, -1: it is no verification; the first one's pointer into *pointer. */
static int weigh(const char *text, char **pointer)
{
    g_autoptr(Job) job = new_job();
    g_autoptr(GPtrArray) disputes = weigh_answer(job, text);
    if (disputes && disputes->len && pointer)
        *pointer = g_strdup(((const Dispute *)disputes->pdata[0])->pointer);
    return disputes ? (int)disputes->len : -1;
}

#define CHECK(pointer, verdict, value, citation)                                                   \
    "{\"pointer\":\"" pointer "\",\"verdict\":\"" verdict "\",\"value\":" value                    \
    ",\"citation\":" citation "}"
#define CHECKS(...) "{\"checks\":[" __VA_ARGS__ "]}"

static void test_counts(void)
{
    g_autofree char *pointer = NULL;
    /* Another value where the document says it, however spaced and broken. */
    g_assert_cmpint(
        weigh(CHECKS(CHECK("/total", "disagrees", "\"1000\"", "\"net 1,000.00\"")), &pointer), ==,
        1);
    g_assert_cmpstr(pointer, ==, "/total");
    g_assert_cmpint(weigh(CHECKS(CHECK("/seller", "disagrees", "\"Nordwind GmbH\"",
                                       "\"2024 Nordwind\\nGmbH\"")),
                          NULL),
                    ==, 0);
    g_assert_cmpint(weigh(CHECKS(CHECK("/note", "disagrees", "\"Kiel\"", "\"GmbH, Kiel\"")), NULL),
                    ==, 1);
    /* What neither finds. */
    g_assert_cmpint(weigh(CHECKS(CHECK("/seller", "not_in_document", "null", "null")), NULL), ==,
                    1);
}

static void test_counts_nothing(void)
{
    static const char *const answers[] = {
        CHECKS(CHECK("/total", "agrees", "null", "null")),
        /* cites what stands nowhere, nothing, or too little */
        CHECKS(CHECK("/total", "disagrees", "\"9\"", "\"as agreed by telephone\"")),
        CHECKS(CHECK("/total", "disagrees", "\"9\"", "null")),
        CHECKS(CHECK("/total", "disagrees", "\"9\"", "\"1\"")),
        CHECKS(CHECK("/total", "disagrees", "null", "\"Net 1,000.00\"")),
        /* the citation shows the very value, as a number or as a date */
        CHECKS(CHECK("/total", "disagrees", "\"9\"", "\"Total 1,200.50\"")),
        CHECKS(CHECK("/day", "disagrees", "\"2024-01-03\"", "\"INV-7 of 1 March 2024\"")),
        /* we found it ourselves */
        CHECKS(CHECK("/number", "not_in_document", "null", "null")),
        /* no field of the record, no word that there is */
        CHECKS(CHECK("/iban", "disagrees", "\"x\"", "\"Net 1,000.00\"")),
        CHECKS(CHECK("", "disagrees", "\"x\"", "\"Net 1,000.00\"")),
        CHECKS(CHECK("/total", "perhaps", "\"9\"", "\"Net 1,000.00\"")),
        CHECKS("7, null, [], {\"pointer\": 7}, {\"pointer\": \"/total\"}"),
        CHECKS(""),
    };
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_test_message("%s", answers[i]);
        g_assert_cmpint(weigh(answers[i], NULL), ==, 0);
    }
    g_assert_cmpint(weigh("I am fine with it.", NULL), ==, -1);
    g_assert_cmpint(weigh("{\"checks\": 7}", NULL), ==, -1);
}

/* The first mention of a pointer counts, the others are passed over. */
static void test_twice(void)
{
    g_assert_cmpint(weigh(CHECKS(CHECK("/total", "agrees", "null", "null") "," CHECK(
                              "/total", "disagrees", "\"1000\"", "\"Net 1,000.00\"")),
                          NULL),
                    ==, 0);
    g_autoptr(GString) many = g_string_new("{\"checks\":[");
    for (guint i = 0; i < 10000; i++)
        g_string_append(many, CHECK("/total", "disagrees", "\"1000\"", "\"Net 1,000.00\"") ",");
    g_string_append(many, CHECK("/note", "agrees", "null", "null") "]}");
    g_assert_cmpint(weigh(many->str, NULL), ==, 1);
}

/* A citation as long as an answer may be is none. */
static void test_long(void)
{
    g_autofree char *long_text = g_strnfill(1 << 20, 'x');
    g_autofree char *text = g_strdup_printf(
        "{\"checks\":[{\"pointer\":\"/total\",\"verdict\":\"disagrees\",\"value\":\"9\","
        "\"citation\":\"%s\"}]}",
        long_text);
    g_assert_cmpint(weigh(text, NULL), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/weigh/counts", test_counts);
    g_test_add_func("/check/weigh/counts-nothing", test_counts_nothing);
    g_test_add_func("/check/weigh/twice", test_twice);
    g_test_add_func("/check/weigh/long", test_long);
    return g_test_run();
}
