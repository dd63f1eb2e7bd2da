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

static void data_row(Reading *data, double y, const char *item, const char *amount)
{
    reading_begin_line(data);
    double x = reading_add_text(data, item, -1, 0, y, 0);
    reading_add_text(data, amount, -1, x + 2, y, 1);
}

/* The page's table was missed; the data's rows count when the page shows every one of them. */
static char *lines_with(const char *second_amount)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Red pump for 100,00 and blue hose");
    at(r, 50, 80, "which makes 7,50 in all");
    reading_end_page(r);
    r->second = reading_new("application/xml");
    reading_begin_page(r->second, 1, TECHNIQUE_DATA, READING_GRID, 100, 10);
    reading_begin_block(r->second, BLOCK_TABLE, 0);
    data_row(r->second, 0, "item", "net amount");
    data_row(r->second, 1, "Red pump", "100.00");
    data_row(r->second, 2, "Blue hose", second_amount);
    reading_end_page(r->second);
    reading_agree_data(r);
    static const char schema_text[] =
        "{\"type\":\"object\",\"properties\":{\"lines\":{\"type\":\"array\",\"items\":{"
        "\"type\":\"object\",\"required\":[\"item\"],\"properties\":{\"item\":{\"type\":\"string\"}"
        ","
        "\"net_amount\":{\"type\":\"number\"}}}}}}";
    g_autoptr(cJSON) schema = json_parse(schema_text, strlen(schema_text), &error);
    g_assert_no_error(error);
    g_autoptr(Template) t = template_new(NULL, schema, &error);
    g_assert_no_error(error);
    g_autoptr(Record) record = template_extract(t, r);
    template_prefer_data(t, r, record);
    const cJSON *lines = json_at(record->root, "/lines");
    return lines ? json_print(lines, FALSE) : NULL;
}

static void test_list(void)
{
    g_autofree char *shown = lines_with("7.50");
    g_assert_cmpstr(shown, ==,
                    "[{\"item\":\"Red pump\",\"net_amount\":100},"
                    "{\"item\":\"Blue hose\",\"net_amount\":7.5}]");
    g_autofree char *unseen = lines_with("8.50");
    g_assert_false(unseen && strstr(unseen, "Red pump"));
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
    g_test_add_func("/template-data/list", test_list);
    g_test_add_func("/template-data/none", test_none);
    return g_test_run();
}
