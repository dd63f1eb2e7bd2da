/* How sure the template is: what proves an amount that OCR read, what a document tells about its
 * dates and money, and when a name or a list is not believed. */
#include "reading-maker.h"

static const char total_spec[] =
    "{\"fields\":{\"total\":{\"labels\":[\"total\"],\"parser\":\"money\","
    "\"agree\":[[\"cash\",\"-change\"],[\"visa\"]],"
    "\"round\":{\"step\":0.05,\"labels\":[\"rounding\"]}}}}";
static const char total_schema[] = "{\"properties\":{\"total\":{\"type\":\"number\"}}}";

/* The record of lines of text, one below the other. */
static Record *record_of(const char *spec, const char *schema, const char *const *lines)
{
    Reading *r = page_reading(TECHNIQUE_OCR);
    for (guint i = 0; lines[i]; i++)
        at(r, 50, 50 + 15 * i, lines[i]);
    reading_end_page(r);
    return extract(spec, schema, r);
}

#define LINES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static void check_total(const char *const *lines, const char *expected, gboolean sure)
{
    g_autoptr(Record) record = record_of(total_spec, total_schema, lines);
    check_at(record, "/total", expected);
    double confidence = record_field(record, "/total")->confidence;
    g_test_message("%s: %.2f", expected, confidence);
    g_assert_true(sure ? confidence > 0.9 : confidence < 0.75);
}

static void test_proof(void)
{
    check_total(LINES("Tea 3.50", "Total 9.60"), "9.6", FALSE);
    check_total(LINES("Tea 9.60", "Total 9.60"), "9.6", TRUE);
    check_total(LINES("Total 9.60", "Cash 10.00", "Change 0.40"), "9.6", TRUE);
    check_total(LINES("Total 9.60", "Visa 9.60"), "9.6", TRUE);
    /* Read from a text layer, a label is enough. */
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Total 9.60");
    reading_end_page(r);
    g_autoptr(Record) record = extract(total_spec, total_schema, r);
    g_assert_cmpfloat(record_field(record, "/total")->confidence, >, 0.9);
}

static void test_rounding(void)
{
    check_total(LINES("Bag 80.91", "Total 80.91", "Rounding -0.01", "80.90"), "80.9", TRUE);
    check_total(LINES("Bag 80.91", "Total 80.91", "Rounding -0.01"), "80.9", FALSE);
    check_total(LINES("Bag 80.91", "Total 80.91"), "80.91", TRUE);
}

static void test_misread_twin(void)
{
    g_autoptr(Record) record =
        record_of(total_spec, total_schema, LINES("Clay 9.00", "Total 9.00", "Total 9.60"));
    check_at(record, "/total", "9");
}

static void check_date(const char *const *lines, const char *expected, gboolean sure)
{
    g_autoptr(Record) record =
        record_of("{\"fields\":{\"day\":{\"labels\":[\"date\"],\"parser\":\"date\"}}}",
                  "{\"properties\":{\"day\":{\"type\":\"string\",\"format\":\"date\"}}}", lines);
    check_at(record, "/day", expected);
    g_assert_true((record_field(record, "/day")->confidence > 0.75) == sure);
}

static void test_order_of_dates(void)
{
    check_date(LINES("Date 03/04/2024"), "\"2024-04-03\"", FALSE);
    check_date(LINES("Date 03/04/2024", "Austin, TX 73301"), "\"2024-03-04\"", TRUE);
    check_date(LINES("Date 03/04/2024", "Total USD 5.00"), "\"2024-03-04\"", TRUE);
    check_date(LINES("Date 03/04/2024", "Paid 25/04/2024"), "\"2024-04-03\"", TRUE);
    check_date(LINES("Date 03/04/2024", "Paid 04/25/2024"), "\"2024-03-04\"", TRUE);
    check_date(LINES("Date 03/04/2024", "VAT 5.00 EUR"), "\"2024-04-03\"", TRUE);
}

static void test_currency(void)
{
    static const char spec[] = "{\"fields\":{\"currency\":{\"in\":[\"*\"],\"parser\":\"currency\","
                               "\"synonyms\":{\"MYR\":[\"malaysia\"]}}}}";
    static const char schema[] = "{\"properties\":{\"currency\":{\"type\":\"string\"}}}";
    g_autoptr(Record) most =
        record_of(spec, schema, LINES("$1.50", "Total RM 5.00", "Cash RM 10.00"));
    check_at(most, "/currency", "\"MYR\"");
    g_autoptr(Record) stain = record_of(spec, schema, LINES("$1750 PLENTONG"));
    check_at(stain, "/currency", "\"USD\"");
    g_assert_cmpfloat(record_field(stain, "/currency")->confidence, <, 0.75);
    g_autoptr(Record) place = record_of(spec, schema, LINES("$1750 PLENTONG", "Malaysia"));
    check_at(place, "/currency", "\"MYR\"");
}

static void test_names(void)
{
    static const char spec[] =
        "{\"fields\":{\"shop\":{\"parser\":\"organisation\",\"anywhere\":true}}}";
    static const char schema[] = "{\"properties\":{\"shop\":{\"type\":\"string\"}}}";
    g_autoptr(Record) clear =
        record_of(spec, schema, LINES("HARBOUR TRADING LTD", "12 Quay Road", "Dublin D02 XY45"));
    check_at(clear, "/shop", "\"HARBOUR TRADING LTD\"");
    g_assert_cmpfloat(record_field(clear, "/shop")->confidence, >, 0.75);
    g_autoptr(Record) faint = record_of(spec, schema, LINES("Blue Moon", "Red Sun"));
    g_assert_cmpfloat(record_field(faint, "/shop")->confidence, <, 0.75);
    g_autoptr(Record) none = record_of(spec, schema, LINES("Dublin D02 XY45", "Ireland"));
    g_assert_null(json_at(none->root, "/shop"));
}

static void test_list_with_sum(void)
{
    static const char spec[] =
        "{\"fields\":{\"items\":{\"table\":{\"columns\":{"
        "\"name\":{\"labels\":[\"item\"],\"parser\":\"string\"},"
        "\"n\":{\"labels\":[\"qty\"],\"parser\":\"quantity\"},"
        "\"amount\":{\"labels\":[\"amount\"],\"parser\":\"money\"}},\"end\":[\"total\"],"
        "\"sum\":\"amount\",\"rows\":["
        "\"^(?<name>\\\\p{L}[^\\\\n]*)\\\\n(?<n>\\\\d+) x [\\\\d.]+ (?<amount>[\\\\d.]+)$\","
        "\"^(?<name>\\\\p{L}[^\\\\n]*) (?<amount>\\\\d+\\\\.\\\\d\\\\d)$\"]}}}}";
    static const char schema[] =
        "{\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
        "\"properties\":{\"name\":{\"type\":\"string\"},\"n\":{\"type\":\"number\"},"
        "\"amount\":{\"type\":\"number\"}}}}}}";
    g_autoptr(Record) good = record_of(
        spec, schema, LINES("Coffee", "2 x 3.50 7.00", "Cake 5.20", "Total 12.20", "Thanks 1.00"));
    check_json(good, "{\"items\":[{\"name\":\"Coffee\",\"n\":2,\"amount\":7},"
                     "{\"name\":\"Cake\",\"amount\":5.2}]}");
    g_autoptr(Record) other = record_of(spec, schema, LINES("Cake 5.20", "Tea 2.00", "Total 9.99"));
    check_json(other, "{}");
    g_assert_cmpuint(g_hash_table_size(other->fields), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/proof/amounts", test_proof);
    g_test_add_func("/template/proof/rounding", test_rounding);
    g_test_add_func("/template/proof/misread-twin", test_misread_twin);
    g_test_add_func("/template/proof/order-of-dates", test_order_of_dates);
    g_test_add_func("/template/proof/currency", test_currency);
    g_test_add_func("/template/proof/names", test_names);
    g_test_add_func("/template/proof/list-with-sum", test_list_with_sum);
    return g_test_run();
}
