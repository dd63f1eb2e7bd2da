/* Data that a document carries beside its pages. */
#include "pipeline/core/reading-agree.h"
#include "reading-maker.h"

#define SCHEMA                                                                                     \
    "{\"type\":\"object\",\"required\":[\"number\",\"total\"],\"properties\":{"                    \
    "\"number\":{\"type\":\"string\",\"title\":\"Invoice number\"},"                               \
    "\"issue_date\":{\"type\":\"string\",\"format\":\"date\"},"                                    \
    "\"price\":{\"type\":[\"number\",\"null\"]},"                                                  \
    "\"total\":{\"type\":\"number\",\"title\":\"Grand total\"}}}"

/* A page whose labels mislead: the number of the order looks like the invoice's. */
static Reading *page(void)
{
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Invoice number: 99-OLD");
    at(r, 50, 80, "RE-2024/17 of 1 March 2024");
    at(r, 50, 110, "Grand total 1.190,00 EUR");
    reading_end_page(r);
    return r;
}

static void add_data(Reading *r, const char *const *pairs)
{
    r->second = row_reading(pairs);
    g_array_index(r->second->pages, Page, 0).technique = TECHNIQUE_DATA;
    reading_agree_data(r);
}

static Record *extract_with(Reading *r)
{
    GError *error = NULL;
    g_autoptr(cJSON) schema = json_parse(SCHEMA, strlen(SCHEMA), &error);
    g_assert_no_error(error);
    g_autoptr(Template) t = template_new(NULL, schema, &error);
    g_assert_no_error(error);
    Record *record = template_extract(t, r);
    template_prefer_data(t, r, record);
    return record;
}

static void test_wins(void)
{
    g_autoptr(Reading) r = page();
    const char *const pairs[] = {"Invoice number", "RE-2024/17", "Issue date", "2024-03-01",
                                 "Grand total",    "1190.00",    NULL};
    add_data(r, pairs);
    g_autoptr(Record) record = extract_with(r);
    check_at(record, "/number", "\"RE-2024/17\"");
    check_at(record, "/issue_date", "\"2024-03-01\"");
    check_at(record, "/total", "1190");
    /* For the check to find on the page. */
    g_assert_null(g_hash_table_lookup(record->fields, "/number"));
    g_assert_nonnull(g_hash_table_lookup(record->fields, "/total"));
}

/* What the page does not say, the data may say as long as they like. */
static void test_unseen(void)
{
    g_autoptr(Reading) r = page();
    const char *const pairs[] = {"Invoice number", "FORGED-1", "Grand total", "9999.00", NULL};
    add_data(r, pairs);
    g_autoptr(Record) record = extract_with(r);
    check_at(record, "/number", "\"99-OLD\"");
    check_at(record, "/total", "1190");
}

static void test_paths(void)
{
    g_autoptr(Reading) r = page();
    const char *const pairs[] = {"Invoice.paymentDue.price", "1190.00", NULL};
    add_data(r, pairs);
    g_autoptr(Record) record = extract_with(r);
    check_at(record, "/price", "1190");
}

static void test_none(void)
{
    g_autoptr(Reading) r = page();
    g_autoptr(Record) record = extract_with(r);
    check_at(record, "/number", "\"99-OLD\"");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-data/wins", test_wins);
    g_test_add_func("/template-data/unseen", test_unseen);
    g_test_add_func("/template-data/paths", test_paths);
    g_test_add_func("/template-data/none", test_none);
    return g_test_run();
}
