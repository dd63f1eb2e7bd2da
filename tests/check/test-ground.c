/* Grounding: what stands in the document is found, however it is written; what does not is not. */
#include "stages/check/ground.h"

#include "stages/check/score.h"

#include <string.h>

/* A reading of one page, a line for each '\n', with OCR's technique and confidence if wanted. */
static Reading *read_lines(const char *text, Technique technique, double confidence)
{
    Reading *reading = reading_new("text/plain");
    reading_begin_page(reading, 1, technique, READING_LAYOUT, 600, 800);
    reading_begin_block(reading, BLOCK_PARAGRAPH, 0);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint l = 0; lines[l] != NULL; l++) {
        g_auto(GStrv) words = g_strsplit(lines[l], " ", -1);
        double x = 10;
        reading_begin_line(reading);
        for (char **word = words; *word != NULL; word++) {
            double width = 6.0 * (double)strlen(*word);
            if (**word != '\0')
                g_assert_true(reading_add_word(reading, *word, -1,
                                               (Rect){x, 20.0 * l, x + width, 20.0 * l + 12},
                                               confidence, -1, 0));
            x += width + 6;
        }
    }
    reading_end_page(reading);
    return reading;
}

static const char page[] =
    "ACME Tools Ltd.\n"
    "12 High Street, 90210 Beverly-\n"
    "hills\n"
    "Invoice No. INV-2041 Date: 03/04/2024\n"
    "2 Hammer, red $ 10.00 20.00\n"
    "5 Nails 100 pcs 1.50 7.50\n"
    "Net 27.50\n"
    "VAT 20 % 5.50\n"
    "Total EUR 1.033,00\n"
    "Paid 14:05 by card. Thank you for your order, it was a pleasure to serve you today.";

typedef struct {
    Record *record;
    CheckFields *fields;
} Case;

static void case_clear(Case *c)
{
    record_free(c->record);
    check_fields_free(c->fields);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static Case ground_in(const Reading *reading, const char *schema_text, const char *record_text,
                      Method method)
{
    g_autoptr(cJSON) schema = cJSON_Parse(schema_text);
    cJSON *root = cJSON_Parse(record_text);
    g_assert_nonnull(schema);
    g_assert_nonnull(root);
    g_autoptr(GError) error = NULL;
    Case c = {record_new(root, method), check_fields_new(schema, &error)};
    g_assert_no_error(error);
    g_autoptr(GroundIndex) index = ground_index_new(reading);
    ground_record(index, c.fields, NULL, c.record);
    return c;
}

static const Field *field_of(const Case *c, const char *pointer)
{
    const Field *field = g_hash_table_lookup(c->record->fields, pointer);
    g_assert_nonnull(field);
    return field;
}

static void test_values(void)
{
    static const struct {
        const char *value; /* JSON */
        Grounded grounded;
        const char *text; /* evidence, NULL: none */
    } cases[] = {
        {"\"ACME Tools Ltd.\"", GROUNDED_EXACT, "ACME Tools Ltd."},
        {"\"ACME TOOLS LTD\"", GROUNDED_NORMALISED, "ACME Tools Ltd."},
        {"\"12 High Street, 90210 Beverlyhills\"", GROUNDED_NORMALISED,
         "12 High Street, 90210 Beverly- hills"},
        {"\"INV-2041\"", GROUNDED_EXACT, "INV-2041"},
        {"\"INV-2047\"", GROUNDED_NONE, NULL},
        {"\"2041\"", GROUNDED_EXACT, "INV-2041"},
        {"\"204\"", GROUNDED_NONE, NULL},
        {"\"2024-04-03\"", GROUNDED_NORMALISED, "03/04/2024"},
        {"\"2024-03-04\"", GROUNDED_NORMALISED, "03/04/2024"},
        {"\"2024-04-05\"", GROUNDED_NONE, NULL},
        {"1033", GROUNDED_NORMALISED, "EUR 1.033,00"},
        {"27.5", GROUNDED_NORMALISED, "27.50"},
        {"27.51", GROUNDED_NONE, NULL},
        {"-27.5", GROUNDED_NORMALISED, "27.50"},
        {"0.2", GROUNDED_NORMALISED, "20 %"},
        {"\"EUR\"", GROUNDED_EXACT, "EUR"},
        {"\"USD\"", GROUNDED_NORMALISED, "$"},
        {"\"JPY\"", GROUNDED_NONE, NULL},
        {"\"14:05\"", GROUNDED_EXACT, "14:05"},
        {"\"Hamner, red\"", GROUNDED_FUZZY, "Hammer, red"},
        {"\"Red hammer\"", GROUNDED_FUZZY, "Hammer,"},
        {"\"Screwdriver\"", GROUNDED_NONE, NULL},
        {"true", GROUNDED_DERIVED, NULL},
    };
    g_autoptr(Reading) reading = read_lines(page, TECHNIQUE_PDF_TEXT, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *record = g_strdup_printf("{\"v\": %s}", cases[i].value);
        g_auto(Case) c = ground_in(reading, "{}", record, METHOD_MODEL);
        const Field *field = field_of(&c, "/v");
        const Evidence *evidence =
            field->evidence->len > 0 ? g_ptr_array_index(field->evidence, 0) : NULL;
        g_test_message("%s: %s %s %.2f", cases[i].value, grounded_name(field->grounded),
                       evidence == NULL ? "-" : evidence->text, field->confidence);
        g_assert_cmpint(field->grounded, ==, cases[i].grounded);
        g_assert_cmpstr(evidence == NULL ? NULL : evidence->text, ==, cases[i].text);
        if (field->grounded == GROUNDED_NONE)
            g_assert_cmpfloat(field->confidence, <, 0.3);
        if (field->grounded >= GROUNDED_NORMALISED)
            g_assert_cmpfloat(field->confidence, >, 0.75);
    }
}

/* The right one of several equal values is beside its name or its neighbours. */
static void test_places(void)
{
    g_autoptr(Reading) reading = read_lines("Subtotal 20.00\nDelivery 5.00\nTotal 25.00\n"
                                            "Pens 4 5.00 20.00\nInk 1 5.00 5.00",
                                            TECHNIQUE_PDF_TEXT, -1);
    g_auto(Case) c =
        ground_in(reading, "{}",
                  "{\"delivery\": 5, \"lines\": [{\"description\": \"Pens\", \"amount\": 20},"
                  "{\"description\": \"Ink\", \"amount\": 5}]}",
                  METHOD_MODEL);
    const Evidence *delivery = g_ptr_array_index(field_of(&c, "/delivery")->evidence, 0);
    g_assert_cmpfloat(delivery->rect.y0, ==, 20);
    const Evidence *pens = g_ptr_array_index(field_of(&c, "/lines/0/amount")->evidence, 0);
    g_assert_cmpfloat(pens->rect.y0, ==, 60);
    const Evidence *ink = g_ptr_array_index(field_of(&c, "/lines/1/amount")->evidence, 0);
    g_assert_cmpfloat(ink->rect.y0, ==, 80);
}

/* What OCR confuses is forgiven, and costs confidence; digits are not forgiven. */
static void test_ocr(void)
{
    g_autoptr(Reading) reading = read_lines(
        "PEFTANDA DlGITAL SDN BHD\nTota1 RM l2.5O\nRecept 4711\nCash 20. 00", TECHNIQUE_OCR, 0.6);
    g_auto(Case) c = ground_in(reading, "{}",
                               "{\"company\": \"PERTAMA DIGITAL SDN BHD\", \"total\": 12.5,"
                               " \"number\": \"4712\", \"cash\": 20}",
                               METHOD_MODEL);
    g_assert_cmpint(field_of(&c, "/cash")->grounded, ==, GROUNDED_NORMALISED);
    g_assert_cmpint(field_of(&c, "/company")->grounded, ==, GROUNDED_FUZZY);
    g_assert_cmpint(field_of(&c, "/total")->grounded, ==, GROUNDED_FUZZY);
    g_assert_cmpfloat(field_of(&c, "/total")->confidence, <, 0.8);
    g_assert_cmpint(field_of(&c, "/number")->grounded, ==, GROUNDED_NONE);
}

/* Separators that OCR lost; in a text that was not recognised they are not forgiven. */
static void test_lost_separators(void)
{
    static const struct {
        const char *value;
        Grounded on_ocr;
    } cases[] = {{"\"2018-03-27\"", GROUNDED_FUZZY},
                 {"79.5", GROUNDED_FUZZY},
                 {"\"2018-03-28\"", GROUNDED_NONE},
                 {"79.51", GROUNDED_NONE},
                 {"7.95", GROUNDED_NONE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int ocr = 0; ocr < 2; ocr++) {
            g_autoptr(Reading) reading = read_lines("2703/2018 CS-20242\nTotal 7950",
                                                    ocr ? TECHNIQUE_OCR : TECHNIQUE_TEXT, -1);
            g_autofree char *record = g_strdup_printf("{\"v\": %s}", cases[i].value);
            g_auto(Case) c = ground_in(reading, "{}", record, METHOD_MODEL);
            g_assert_cmpint(field_of(&c, "/v")->grounded, ==,
                            ocr ? cases[i].on_ocr : GROUNDED_NONE);
        }
    }
}

/* Spaces between thousands, with a point before the cents. */
static void test_spaced_thousands(void)
{
    g_autoptr(Reading) reading = read_lines("Oak table 1 299.00 EUR\n5 100.00", TECHNIQUE_TEXT, -1);
    g_auto(Case) one = ground_in(reading, "{}", "{\"v\": 1299}", METHOD_MODEL);
    g_assert_cmpint(field_of(&one, "/v")->grounded, ==, GROUNDED_NORMALISED);
    g_auto(Case) two = ground_in(reading, "{}", "{\"v\": 100}", METHOD_MODEL);
    g_assert_cmpint(field_of(&two, "/v")->grounded, >=, GROUNDED_NORMALISED);
    g_auto(Case) none = ground_in(reading, "{}", "{\"v\": 12990}", METHOD_MODEL);
    g_assert_cmpint(field_of(&none, "/v")->grounded, ==, GROUNDED_NONE);
}

/* A currency that nobody writes is implied; one beside which another is written is invented. */
static void test_implied_currency(void)
{
    g_autoptr(Reading) silent = read_lines("Total 7.00", TECHNIQUE_TEXT, -1);
    g_autoptr(Reading) euro = read_lines("Total 7.00 EUR", TECHNIQUE_TEXT, -1);
    g_autoptr(Reading) ringgit = read_lines("Total RM 7.00", TECHNIQUE_TEXT, -1);
    g_auto(Case) a = ground_in(silent, "{}", "{\"v\": \"MYR\"}", METHOD_MODEL);
    g_assert_cmpint(field_of(&a, "/v")->grounded, ==, GROUNDED_DERIVED);
    g_assert_cmpfloat(field_of(&a, "/v")->confidence, <, 0.8);
    g_auto(Case) b = ground_in(euro, "{}", "{\"v\": \"MYR\"}", METHOD_MODEL);
    g_assert_cmpint(field_of(&b, "/v")->grounded, ==, GROUNDED_NONE);
    g_auto(Case) c = ground_in(ringgit, "{}", "{\"v\": \"MYR\"}", METHOD_MODEL);
    g_assert_cmpint(field_of(&c, "/v")->grounded, ==, GROUNDED_NORMALISED);
}

static void test_long_texts(void)
{
    g_autoptr(Reading) reading = read_lines(page, TECHNIQUE_HTML, -1);
    g_auto(Case) c = ground_in(
        reading, "{}",
        "{\"cut\": \"Thank you for your order, it was a pleasure to serve you\","
        "\"cleaned\": \"Paid by card. Thank you for your order, a pleasure to serve you today\","
        "\"invented\": \"This fine product was made by hand from the best wood of the forest\"}",
        METHOD_MODEL);
    g_assert_cmpint(field_of(&c, "/cut")->grounded, ==, GROUNDED_EXACT);
    g_assert_cmpint(field_of(&c, "/cleaned")->grounded, ==, GROUNDED_FUZZY);
    g_assert_cmpfloat(field_of(&c, "/cleaned")->confidence, >, 0.7);
    g_assert_cmpint(field_of(&c, "/invented")->grounded, ==, GROUNDED_NONE);
}

static void test_wanted(void)
{
    const char *schema =
        "{\"properties\": {\"kind\": {\"enum\": [\"credit_note\", \"invoice\"]},"
        "\"advice\": {\"type\": \"string\", \"x-docket\": {\"ground\": \"none\"}},"
        "\"all\": {\"x-docket\": {\"ground\": \"derived\"}, \"items\": {\"properties\": {\"x\": "
        "{}}}}}}";
    g_autoptr(Reading) reading = read_lines(page, TECHNIQUE_TEXT, -1);
    g_auto(Case) c = ground_in(reading, schema,
                               "{\"kind\": \"invoice\", \"advice\": \"Ask the merchant why\","
                               "\"all\": [{\"x\": \"nowhere to be seen\"}]}",
                               METHOD_MODEL);
    g_assert_cmpint(field_of(&c, "/kind")->grounded, ==, GROUNDED_NORMALISED);
    g_assert_cmpint(field_of(&c, "/advice")->grounded, ==, GROUNDED_DERIVED);
    g_assert_cmpint(field_of(&c, "/all/0/x")->grounded, ==, GROUNDED_DERIVED);

    g_autoptr(cJSON) bad = cJSON_Parse("{\"properties\": {\"a\": {\"x-docket\": \"none\"}}}");
    g_autoptr(GError) error = NULL;
    g_autoptr(CheckFields) fields = check_fields_new(bad, &error);
    g_assert_null(fields);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
}

/* A template's evidence stays as it is. */
static void test_template_keeps(void)
{
    g_autoptr(Reading) reading = read_lines(page, TECHNIQUE_TEXT, -1);
    g_autoptr(cJSON) schema = cJSON_Parse("{}");
    g_autoptr(CheckFields) fields = check_fields_new(schema, NULL);
    g_autoptr(Record) record =
        record_new(cJSON_Parse("{\"a\": \"Hammer\", \"b\": null}"), METHOD_TEMPLATE);
    Field *field = record_field(record, "/a");
    field->grounded = GROUNDED_FUZZY;
    field->confidence = 0.42;
    g_autoptr(GroundIndex) index = ground_index_new(reading);
    ground_record(index, fields, NULL, record);
    g_assert_cmpint(field->grounded, ==, GROUNDED_FUZZY);
    g_assert_cmpfloat(field->confidence, ==, 0.42);
    g_assert_cmpuint(field->evidence->len, ==, 0);
}

/* A sum that stands nowhere is derived when its parts are there, and invented when they are not. */
static void test_follows(void)
{
    g_autoptr(Reading) reading = read_lines("Net 27.50\nVAT 5.50", TECHNIQUE_TEXT, -1);
    static const char program[] = "follows(\"/total\"; .net + .tax; [\"/net\", \"/tax\"])";
    static const struct {
        const char *record;
        Grounded grounded;
    } cases[] = {
        {"{\"net\": 27.5, \"tax\": 5.5, \"total\": 33}", GROUNDED_DERIVED},
        {"{\"net\": 27.5, \"tax\": 5.5, \"total\": 34}", GROUNDED_NONE},
        {"{\"net\": 28.5, \"tax\": 5.5, \"total\": 34}", GROUNDED_NONE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(cJSON) schema = cJSON_Parse("{}");
        g_autoptr(CheckFields) fields = check_fields_new(schema, NULL);
        g_autoptr(Rules) rules = rules_new(program, NULL);
        g_autoptr(GPtrArray) findings =
            g_ptr_array_new_with_free_func((GDestroyNotify)rule_finding_free);
        g_autoptr(Record) record = record_new(cJSON_Parse(cases[i].record), METHOD_MODEL);
        g_assert_true(rules_run(rules, record->root, findings, NULL));
        g_autoptr(GroundIndex) index = ground_index_new(reading);
        ground_record(index, fields, findings, record);
        const Field *total = g_hash_table_lookup(record->fields, "/total");
        g_assert_cmpint(total->grounded, ==, cases[i].grounded);
    }
}

/* ---- the record's score ---- */

static double score(const char *record_text, const char *problem, const char *pointer,
                    gboolean valid)
{
    g_autoptr(Reading) reading = read_lines(page, TECHNIQUE_TEXT, -1);
    g_auto(Case) c = ground_in(reading, "{\"required\": [\"a\"], \"properties\": {\"a\": {}}}",
                               record_text, METHOD_MODEL);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
    if (problem != NULL)
        g_ptr_array_add(problems, problem_new(pointer, problem, "s"));
    ScoreRecord input = {.problems = problems, .schema_valid = valid};
    score_record(c.record, c.fields, &input);
    return c.record->confidence;
}

static void test_score(void)
{
    double good = score("{\"a\": \"INV-2041\", \"b\": \"ACME Tools\"}", NULL, NULL, TRUE);
    g_assert_cmpfloat(good, >, 0.95);
    /* An invented value counts, required or not. */
    g_assert_cmpfloat(score("{\"a\": \"INV-2041\", \"b\": \"Umbrella\"}", NULL, NULL, TRUE), <,
                      0.3);
    g_assert_cmpfloat(score("{\"a\": \"INV-9999\"}", NULL, NULL, TRUE), <, 0.3);
    /* A doubt about an optional field does not, about a required one it does. */
    g_assert_cmpfloat(score("{\"a\": \"INV-2041\", \"b\": \"Hamner\"}", NULL, NULL, TRUE), ==,
                      good);
    g_assert_cmpfloat(score("{\"a\": \"INV-2041\"}", "warn:x", "/a", TRUE), <, good);
    g_assert_cmpfloat(score("{\"a\": \"INV-2041\"}", "rule:x", "/a", TRUE), <, 0.5);
    g_assert_cmpfloat(score("{\"a\": \"INV-2041\"}", "rule:x", "", TRUE), <, 0.7);
    g_assert_cmpfloat(score("{\"a\": \"INV-2041\"}", NULL, NULL, FALSE), ==, 0);
    g_assert_cmpfloat(score("{\"a\": null}", NULL, NULL, TRUE), <, 0.75);
    g_assert_cmpfloat(score("{}", NULL, NULL, TRUE), ==, 0);
}

/* ---- cost ---- */

/* 100 pages and 200 values: far below what a reading costs. The bound is wide, for slow machines
 * under sanitizers; the figure is printed. */
static void test_cost(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(text, "Item %d of the long list, article %05d, price %d.%02d EUR%s",
                               i, i * 7919 % 100000, i % 900, i % 100, i < 4999 ? "\n" : "");
    g_autoptr(Reading) reading = read_lines(text->str, TECHNIQUE_PDF_TEXT, -1);
    g_autoptr(GString) record = g_string_new("{\"lines\": [");
    for (int i = 0; i < 100; i++)
        g_string_append_printf(record, "%s{\"article\": \"%05d\", \"price\": %d.%02d}",
                               i > 0 ? "," : "", i * 49 * 7919 % 100000, i * 49 % 900,
                               i * 49 % 100);
    g_string_append(record, "]}");
    gint64 start = g_get_monotonic_time();
    g_auto(Case) c = ground_in(reading, "{}", record->str, METHOD_MODEL);
    gint64 spent = g_get_monotonic_time() - start;
    g_test_message("200 values in %u words: %.1f ms", reading->words->len, (double)spent / 1000);
    g_assert_cmpint(spent, <, 5 * G_USEC_PER_SEC);
    g_assert_cmpint(field_of(&c, "/lines/99/article")->grounded, ==, GROUNDED_EXACT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ground/values", test_values);
    g_test_add_func("/ground/places", test_places);
    g_test_add_func("/ground/ocr", test_ocr);
    g_test_add_func("/ground/lost-separators", test_lost_separators);
    g_test_add_func("/ground/spaced-thousands", test_spaced_thousands);
    g_test_add_func("/ground/implied-currency", test_implied_currency);
    g_test_add_func("/ground/long-texts", test_long_texts);
    g_test_add_func("/ground/wanted", test_wanted);
    g_test_add_func("/ground/template-keeps", test_template_keeps);
    g_test_add_func("/ground/follows", test_follows);
    g_test_add_func("/ground/score", test_score);
    g_test_add_func("/ground/cost", test_cost);
    return g_test_run();
}
