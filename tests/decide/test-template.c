/* The template on single values: labels and places, parsers, what is not there, what is broken. */
#include "reading-maker.h"

#define INVOICE                                                                                    \
    "{\"type\":\"object\",\"required\":[\"number\",\"buyer\"],\"properties\":{"                    \
    "\"number\":{\"type\":\"string\",\"title\":\"Invoice number\"},"                               \
    "\"issue_date\":{\"type\":\"string\",\"format\":\"date\"},"                                    \
    "\"due_date\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},"                           \
    "\"buyer\":{\"type\":[\"string\",\"null\"]},"                                                  \
    "\"subtotal\":{\"type\":\"number\"},"                                                          \
    "\"total\":{\"type\":\"number\",\"description\":\"Grand total including tax.\"}}}"

static Reading *invoice_page(void)
{
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "ACME Ltd");
    at(r, 300, 50, "Invoice No.: INV-2024/17");
    at(r, 300, 70, "Invoice date");
    at(r, 420, 70, "3 March 2024");
    at(r, 300, 90, "Due date");
    at(r, 300, 105, "02/04/2024");
    at(r, 300, 200, "Subtotal");
    at(r, 480, 200, "1,000.00");
    at(r, 300, 215, "Total");
    at(r, 480, 215, "EUR 1,190.00");
    reading_end_page(r);
    return r;
}

static void test_bare_schema(void)
{
    g_autoptr(Record) record = extract(NULL, INVOICE, invoice_page());
    check_json(record, "{\"number\":\"INV-2024/17\",\"issue_date\":\"2024-03-03\","
                       "\"due_date\":\"2024-04-02\",\"subtotal\":1000,\"total\":1190,"
                       "\"buyer\":null}");
    g_assert_cmpint(record->method, ==, METHOD_TEMPLATE);
}

static void test_evidence(void)
{
    g_autoptr(Record) record = extract(NULL, INVOICE, invoice_page());
    Field *number = record_field(record, "/number");
    g_assert_cmpuint(number->evidence->len, ==, 1);
    const Evidence *e = g_ptr_array_index(number->evidence, 0);
    g_assert_cmpstr(e->text, ==, "INV-2024/17");
    g_assert_cmpuint(e->page, ==, 1);
    g_assert_cmpfloat(e->rect.x0, >, 300.0);
    g_assert_cmpint(number->grounded, ==, GROUNDED_EXACT);
    Field *date = record_field(record, "/issue_date");
    g_assert_cmpint(date->grounded, ==, GROUNDED_NORMALISED);
    e = g_ptr_array_index(date->evidence, 0);
    g_assert_cmpstr(e->text, ==, "3 March 2024");
}

static void test_nothing_invented(void)
{
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "A letter about nothing in particular");
    reading_end_page(r);
    g_autoptr(Record) record = extract(NULL, INVOICE, r);
    check_json(record, "{\"buyer\":null}");

    r = reading_new("text/plain"); /* no page at all */
    g_autoptr(Record) empty = extract(NULL, INVOICE, r);
    check_json(empty, "{\"buyer\":null}");
}

static void test_longest_label(void)
{
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Sub Total");
    at(r, 300, 50, "10.00");
    at(r, 50, 65, "Total items");
    at(r, 300, 65, "3");
    at(r, 50, 80, "TOTAL");
    at(r, 300, 80, "12.00");
    at(r, 50, 95, "Total tax");
    at(r, 300, 95, "2.00");
    reading_end_page(r);
    g_autoptr(Record) record =
        extract("{\"derive\":false,\"fields\":{\"total\":{\"labels\":[\"total\"],"
                "\"not\":[\"sub total\",\"total items\",\"total tax\"],\"parser\":\"money\"}}}",
                "{\"properties\":{\"total\":{\"type\":\"number\"}}}", r);
    check_json(record, "{\"total\":12}");
}

/* One label, three places; each pick takes its own. */
static void test_pick(void)
{
    static const struct {
        const char *pick, *expected;
    } cases[] = {{"first", "{\"v\":5}"},
                 {"last", "{\"v\":7}"},
                 {"largest", "{\"v\":9}"},
                 {"smallest", "{\"v\":5}"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
        at(r, 50, 50, "Amount: 5.00");
        at(r, 50, 150, "Amount: 9.00");
        at(r, 50, 250, "Amount: 7.00");
        reading_end_page(r);
        g_autofree char *spec = g_strdup_printf(
            "{\"fields\":{\"v\":{\"labels\":[\"amount\"],\"parser\":\"money\",\"pick\":\"%s\"}}}",
            cases[i].pick);
        g_autoptr(Record) record =
            extract(spec, "{\"properties\":{\"v\":{\"type\":\"number\"}}}", r);
        check_json(record, cases[i].expected);
    }
}

static void test_positions(void)
{
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 40, "Right one");
    at(r, 50, 100, "Reference");
    at(r, 50, 113, "REF-1");
    at(r, 200, 187, "ABOVE-2");
    at(r, 200, 200, "Signature");
    at(r, 50, 300, "Bill to");
    at(r, 50, 313, "Jane Roe");
    at(r, 50, 326, "12 High Street");
    at(r, 50, 339, "10115 Berlin");
    at(r, 50, 400, "Far away");
    reading_end_page(r);
    g_autoptr(Record) record = extract(
        "{\"derive\":false,\"fields\":{"
        "\"ref\":{\"labels\":[\"reference\"],\"parser\":\"identifier\"},"
        "\"sig\":{\"labels\":[\"signature\"],\"position\":[\"above\"],\"parser\":\"identifier\"},"
        "\"who\":{\"labels\":[\"bill to\"],\"position\":[\"below\"],\"parser\":\"line\"},"
        "\"where\":{\"labels\":[\"bill to\"],\"parser\":\"address\"},"
        "\"all\":{\"labels\":[\"bill to\"],\"position\":[\"block\"],\"parser\":\"block\"}}}",
        "{\"properties\":{}}", r);
    check_json(record, "{\"ref\":\"REF-1\",\"sig\":\"ABOVE-2\",\"who\":\"Jane Roe\","
                       "\"where\":\"12 High Street, 10115 Berlin\","
                       "\"all\":\"Jane Roe\\n12 High Street\\n10115 Berlin\"}");
}

static void test_parsers(void)
{
    static const struct {
        const char *field, *text, *expected;
    } cases[] = {
        {"{\"labels\":[\"v\"],\"parser\":\"date\"}", "v: 24. Dezember 2023", "\"2023-12-24\""},
        {"{\"labels\":[\"v\"],\"parser\":\"time\"}", "v: 8:13 PM", "\"20:13:00\""},
        {"{\"labels\":[\"v\"],\"parser\":\"percent\"}", "v: 19 %", "19"},
        {"{\"labels\":[\"v\"],\"parser\":\"integer\"}", "v: 1,204 pages", "1204"},
        {"{\"labels\":[\"v\"],\"parser\":\"quantity\"}", "v: 2,5 kg", "2.5"},
        {"{\"labels\":[\"v\"],\"parser\":\"currency\"}", "v: \xe2\x82\xac", "\"EUR\""},
        {"{\"labels\":[\"v\"],\"parser\":\"email\"}", "v: a@b.example", "\"a@b.example\""},
        {"{\"labels\":[\"v\"],\"parser\":\"phone\"}", "v: +49 30 1234567", "\"+49 30 1234567\""},
        {"{\"labels\":[\"v\"],\"parser\":\"url\"}", "v: www.b.example", "\"www.b.example\""},
        {"{\"labels\":[\"v\"],\"parser\":\"iban\"}", "v: DE89 3704 0044 0532 0130 00",
         "\"DE89370400440532013000\""},
        {"{\"labels\":[\"v\"],\"parser\":\"vat_id\"}", "v: DE 123 456 789", "\"DE123456789\""},
        {"{\"labels\":[\"v\"],\"parser\":\"boolean\"}", "v: yes", "true"},
        {"{\"labels\":[\"v\"],\"parser\":\"money\"}", "v: none", NULL},
        {"{\"labels\":[\"v\"],\"parser\":\"money\",\"default\":0}", "v: none", "0"},
        {"{\"value\":\"x\"}", "v: none", "\"x\""},
        {"{\"pattern\":\"code ([A-Z]{2}\\\\d+)\"}", "the code AB12 is here", "\"AB12\""},
        {"{\"labels\":[\"v\"],\"match\":\"^\\\\d{4}$\"}", "v: 123", NULL},
        {"{\"labels\":[\"v\"],\"match\":\"^\\\\d{4}$\"}", "v: 1234", "\"1234\""},
        {"{\"labels\":[\"v\"],\"reject\":\"^n/a$\"}", "v: N/A", NULL},
        {"{\"labels\":[\"v\"],\"case\":\"calm\"}", "v: HUGE DISCOUNT LAMPS X200",
         "\"Huge Discount Lamps X200\""},
        {"{\"labels\":[\"v\"],\"replace\":[[\"(\\\\d+)-(\\\\d+)\",\"$2/$1\"]]}", "v: 12-34",
         "\"34/12\""},
        {"{\"labels\":[\"v\"],\"max_length\":9}", "v: one two three", "\"one two\""},
        {"{\"labels\":[\"v\"],\"parser\":\"enum\",\"synonyms\":{\"used\":[\"second hand\","
         "\"/pre-?loved/\"],\"new\":[\"bnib\"]}}",
         "v: a preloved thing, once bnib", "\"used\""},
        {"{\"labels\":[\"v\"],\"many\":true,\"split\":\"\\\\s*;\\\\s*\"}", "v: a; b; c",
         "[\"a\",\"b\",\"c\"]"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
        at(r, 50, 50, cases[i].text);
        reading_end_page(r);
        g_autofree char *spec = g_strdup_printf("{\"fields\":{\"f\":%s}}", cases[i].field);
        g_test_message("%s <- %s", cases[i].field, cases[i].text);
        g_autoptr(Record) record = extract(spec, "{\"properties\":{}}", r);
        check_at(record, "/f", cases[i].expected);
    }
}

/* What the schema forbids is not taken, though the text has it. */
static void test_schema_demands(void)
{
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Code: ab-12");
    at(r, 50, 70, "Discount: -5.00");
    at(r, 50, 90, "Kind: banana");
    at(r, 50, 110, "Kind of thing: CREDIT NOTE");
    at(r, 50, 130, "Text: a long text that has to be cut");
    reading_end_page(r);
    g_autoptr(Record) record =
        extract(NULL,
                "{\"properties\":{\"code\":{\"type\":\"string\",\"pattern\":\"^[A-Z]+$\"},"
                "\"discount\":{\"type\":\"number\",\"minimum\":0},"
                "\"kind\":{\"type\":\"string\",\"enum\":[\"apple\"]},"
                "\"kind_of_thing\":{\"type\":\"string\",\"enum\":[\"invoice\",\"credit_note\"]},"
                "\"text\":{\"type\":\"string\",\"maxLength\":11}}}",
                r);
    check_json(record, "{\"kind_of_thing\":\"credit_note\",\"text\":\"a long text\"}");
}

static void test_agree(void)
{
    static const char spec[] =
        "{\"fields\":{\"total\":{\"labels\":[\"total\"],\"parser\":\"money\","
        "\"agree\":[\"cash\",\"-change\"]}}}";
    static const char schema[] = "{\"properties\":{\"total\":{\"type\":\"number\"}}}";
    Reading *r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Total 60.34");
    at(r, 50, 65, "Total 60.30");
    at(r, 50, 80, "Cash 100.30");
    at(r, 50, 95, "Change 40.00");
    reading_end_page(r);
    g_autoptr(Record) record = extract(spec, schema, r);
    check_json(record, "{\"total\":60.3}");

    r = page_reading(TECHNIQUE_PDF_TEXT);
    at(r, 50, 50, "Total ??");
    at(r, 50, 80, "Cash 100.30");
    at(r, 50, 95, "Change 40.00");
    reading_end_page(r);
    g_autoptr(Record) summed = extract(spec, schema, r);
    check_json(summed, "{\"total\":60.3}");
    g_assert_cmpint(record_field(summed, "/total")->grounded, ==, GROUNDED_DERIVED);
}

static void test_head(void)
{
    Reading *r = page_reading(TECHNIQUE_OCR);
    at(r, 200, 30, "scribble");
    at(r, 180, 60, "NORTHWIND TRADING LTD");
    at(r, 180, 75, "(Reg 12345-X)");
    at(r, 180, 90, "NO. 12, HARBOUR ROAD,");
    at(r, 180, 105, "FLOOR 2,");
    at(r, 180, 120, "10400 GEORGETOWN");
    at(r, 180, 135, "TEL: 04-2612345");
    at(r, 50, 200, "Dote: O5/06/2018 10:14");
    at(r, 50, 215, "T0TAL RM 29. 70");
    reading_end_page(r);
    g_autoptr(Record) record = extract(
        "{\"derive\":false,\"decimal\":\"point\",\"fields\":{"
        "\"company\":{\"parser\":\"organisation\",\"labels\":[],\"anywhere\":true},"
        "\"address\":{\"parser\":\"address\",\"labels\":[],\"anywhere\":true,\"join\":\" \"},"
        "\"date\":{\"parser\":\"date\",\"labels\":[\"date\"],\"anywhere\":true},"
        "\"total\":{\"parser\":\"money\",\"labels\":[\"total\"]}}}",
        "{\"properties\":{\"total\":{\"type\":\"number\"}}}", r);
    check_json(record, "{\"company\":\"NORTHWIND TRADING LTD\","
                       "\"address\":\"NO. 12, HARBOUR ROAD, FLOOR 2, 10400 GEORGETOWN\","
                       "\"date\":\"2018-06-05\",\"total\":29.7}");
    const Evidence *e = g_ptr_array_index(record_field(record, "/total")->evidence, 0);
    g_assert_cmpstr(e->text, ==, "RM 29. 70");
}

static void check_broken(const char *spec, const char *field, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) s = json_parse(spec, strlen(spec), &error);
    g_assert_no_error(error);
    g_autoptr(cJSON) schema = cJSON_CreateObject();
    Template *t = template_new(s, schema, &error);
    g_assert_null(t);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
    g_assert_nonnull(strstr(error->message, field));
    g_assert_nonnull(strstr(error->message, key));
}

static void test_broken(void)
{
    check_broken("{\"fields\":{\"a\":{\"lables\":[]}}}", "/a", "lables");
    check_broken("{\"fields\":{\"a\":{\"parser\":\"mony\"}}}", "/a", "parser");
    check_broken("{\"fields\":{\"a\":{\"pattern\":\"(\"}}}", "/a", "pattern");
    check_broken("{\"fields\":{\"a\":{\"position\":[\"left\"]}}}", "/a", "position");
    check_broken("{\"fields\":{\"a\":{\"pick\":\"any\"}}}", "/a", "pick");
    check_broken("{\"fields\":{\"a\":{\"labels\":\"x\"}}}", "/a", "labels");
    check_broken("{\"fields\":{\"a\":{\"replace\":[[\"(\",\"\"]]}}}", "/a", "replace");
    check_broken("{\"fields\":{\"a\":{\"rules\":[{\"in\":[\"x\"],\"item\":{}}]}}}", "/a",
                 "pattern");
    check_broken("{\"fields\":{\"a\":{\"choose\":[{\"if\":\"/x\"}]}}}", "/a", "value");
    check_broken("{\"fields\":{\"a\":7}}", "a", "object");
    check_broken("{\"dates\":\"ydm\"}", "", "dates");
    check_broken("{\"colour\":1}", "", "colour");
}

/* Whatever words stand wherever: a record comes out, with pointers that exist in it. */
static void test_any_reading(void)
{
    static const char *const words[] = {"Total",    "12.00", ":",       "Date", "3/4/2024",
                                        "\xc3\xa4", "-",     "Invoice", "No",   "EUR",
                                        "(",        "Qty",   "Price",   "1",    "Ltd"};
    GRand *random = g_rand_new_with_seed(11);
    for (int round = 0; round < 300; round++) {
        Reading *r = page_reading(round % 2 ? TECHNIQUE_OCR : TECHNIQUE_PDF_TEXT);
        int lines = g_rand_int_range(random, 0, 12);
        for (int i = 0; i < lines; i++) {
            GString *line = g_string_new(NULL);
            for (int k = g_rand_int_range(random, 1, 7); k > 0; k--)
                g_string_append_printf(line, "%s ",
                                       words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
            at(r, g_rand_int_range(random, 0, 500), g_rand_int_range(random, 0, 700), line->str);
            g_string_free(line, TRUE);
        }
        reading_end_page(r);
        g_autoptr(Record) record = extract(NULL, INVOICE, r);
        GHashTableIter iter;
        gpointer pointer;
        g_hash_table_iter_init(&iter, record->fields);
        while (g_hash_table_iter_next(&iter, &pointer, NULL))
            g_assert_nonnull(json_at(record->root, pointer));
    }
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/bare-schema", test_bare_schema);
    g_test_add_func("/template/evidence", test_evidence);
    g_test_add_func("/template/nothing-invented", test_nothing_invented);
    g_test_add_func("/template/longest-label", test_longest_label);
    g_test_add_func("/template/pick", test_pick);
    g_test_add_func("/template/positions", test_positions);
    g_test_add_func("/template/parsers", test_parsers);
    g_test_add_func("/template/schema-demands", test_schema_demands);
    g_test_add_func("/template/agree", test_agree);
    g_test_add_func("/template/head", test_head);
    g_test_add_func("/template/broken", test_broken);
    g_test_add_func("/template/any-reading", test_any_reading);
    return g_test_run();
}
