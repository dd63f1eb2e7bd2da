/* Typed values: every spelling that the header promises, and what must not be taken for one. */
#include "pipeline/core/values.h"

#include <string.h>

/* ---- dates ---- */

typedef struct {
    const char *text;
    ValueOrder order;
    const char *iso; /* NULL: no date */
    gboolean ambiguous;
} DateCase;

static const DateCase dates[] = {
    {"2024-03-01", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"2024/3/1", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"2016.07.31", VALUE_ORDER_MDY, "2016-07-31", FALSE},
    {"01/03/2024", VALUE_ORDER_DMY, "2024-03-01", TRUE},
    {"01/03/2024", VALUE_ORDER_MDY, "2024-01-03", TRUE},
    {"25/12/2018", VALUE_ORDER_MDY, "2018-12-25", FALSE},
    {"12/25/2018", VALUE_ORDER_DMY, "2018-12-25", FALSE},
    {"04/04/2018", VALUE_ORDER_DMY, "2018-04-04", FALSE},
    {"3.1.24", VALUE_ORDER_DMY, "2024-01-03", TRUE},
    {"3. 1. 2024", VALUE_ORDER_DMY, "2024-01-03", TRUE},
    {"18-11-18", VALUE_ORDER_DMY, "2018-11-18", FALSE},
    {"18-03-31", VALUE_ORDER_DMY, "2031-03-18", FALSE},
    {"71-03-31", VALUE_ORDER_DMY, "1971-03-31", FALSE},
    {"18-03-04", VALUE_ORDER_YMD, "2018-03-04", TRUE},
    {"1 March 2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"March 1, 2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"March 1st, 2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"1st of March 2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"OCT 3, 2016", VALUE_ORDER_DMY, "2016-10-03", FALSE},
    {"01-MAR-2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"14/JUN/2017", VALUE_ORDER_DMY, "2017-06-14", FALSE},
    {"28 MAR 18", VALUE_ORDER_DMY, "2018-03-28", FALSE},
    {"25MAR2018", VALUE_ORDER_DMY, "2018-03-25", FALSE},
    {"20180304", VALUE_ORDER_DMY, "2018-03-04", FALSE},
    {"1. M\xc3\xa4rz 2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"24. Dezember 2023", VALUE_ORDER_DMY, "2023-12-24", FALSE},
    {"1er f\xc3\xa9vrier 2024", VALUE_ORDER_DMY, "2024-02-01", FALSE},
    {"14 ao\xc3\xbbt 2019", VALUE_ORDER_DMY, "2019-08-14", FALSE},
    {"1 de marzo de 2024", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"7 settembre 2021", VALUE_ORDER_DMY, "2021-09-07", FALSE},
    {"5 mei 2020", VALUE_ORDER_DMY, "2020-05-05", FALSE},
    {"3 de outubro de 2022", VALUE_ORDER_DMY, "2022-10-03", FALSE},
    {"Monday, 1 January 2024", VALUE_ORDER_DMY, "2024-01-01", FALSE},
    {"Mi, 06.03.2024", VALUE_ORDER_DMY, "2024-03-06", TRUE},
    {"(2024-03-01)", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"2024-03-01T10:20:30Z", VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"25/12/2018 8:13:39 PM", VALUE_ORDER_DMY, "2018-12-25", FALSE},
    {"2024\xe5\xb9\xb4"
     "3\xe6\x9c\x88"
     "1\xe6\x97\xa5",
     VALUE_ORDER_DMY, "2024-03-01", FALSE},
    {"29/02/2024", VALUE_ORDER_DMY, "2024-02-29", FALSE},
    {"29/02/2023", VALUE_ORDER_DMY, NULL, FALSE},
    {"31.04.2023", VALUE_ORDER_DMY, NULL, FALSE},
    {"13/13/2023", VALUE_ORDER_DMY, NULL, FALSE},
    {"00/01/2023", VALUE_ORDER_DMY, NULL, FALSE},
    {"1/3", VALUE_ORDER_DMY, NULL, FALSE},
    {"1.2.2024.5", VALUE_ORDER_DMY, NULL, FALSE},
    {"12-345-6789", VALUE_ORDER_DMY, NULL, FALSE},
    {"20181304", VALUE_ORDER_DMY, NULL, FALSE},
    {"123456789", VALUE_ORDER_DMY, NULL, FALSE},
    {"March 2024", VALUE_ORDER_DMY, NULL, FALSE},
    {"01/03/2024 or later", VALUE_ORDER_DMY, NULL, FALSE},
    {"3 Marbles 2024", VALUE_ORDER_DMY, NULL, FALSE},
    {"", VALUE_ORDER_DMY, NULL, FALSE},
};

static void test_parse_date(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(dates); i++) {
        ValueDate d = {0};
        gboolean ok = value_parse_date(dates[i].text, -1, dates[i].order, &d);
        g_test_message("%s", dates[i].text);
        g_assert_cmpstr(ok ? d.iso : NULL, ==, dates[i].iso);
        if (ok)
            g_assert_cmpint(d.ambiguous, ==, dates[i].ambiguous);
    }
}

static void test_find_date(void)
{
    static const struct {
        const char *text, *piece, *iso;
    } cases[] = {
        {"DATE: 25/12/2018 8:13:39 PM", "25/12/2018", "2018-12-25"},
        {"Invoice INV-2024/17 of 3 March 2024.", "3 March 2024", "2024-03-03"},
        {"Rechnungsdatum:05.11.2017", "05.11.2017", "2017-11-05"},
        {"Tel 03-12-345678 on 01-06-2018", "01-06-2018", "2018-06-01"},
        {"version 1.2.3.4 was 2020-01-02", "2020-01-02", "2020-01-02"},
        {"Nov 5, 2017 to Dec 5, 2017", "Nov 5, 2017", "2017-11-05"},
        {"2016/05/01 16:46", "2016/05/01", "2016-05-01"},
        {"no date: 12/2018, 1,234.56, 0123456789", NULL, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        ValueDate d = {0};
        gboolean ok = value_find_date(cases[i].text, -1, VALUE_ORDER_DMY, &d);
        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(ok ? d.iso : NULL, ==, cases[i].iso);
        if (ok) {
            g_autofree char *piece = g_strndup(cases[i].text + d.start, d.end - d.start);
            g_assert_cmpstr(piece, ==, cases[i].piece);
        }
    }
    ValueOrder order;
    g_assert_true(value_order_from_name("mdy", &order) && order == VALUE_ORDER_MDY);
    g_assert_false(value_order_from_name("myd", &order));
}

static void test_find_time(void)
{
    static const struct {
        const char *text, *iso;
    } cases[] = {
        {"at 8:13:39 PM", "20:13:39"}, {"12:05 am", "00:05:00"}, {"20h13", "20:13:00"},
        {"23:59", "23:59:00"},         {"25:10", NULL},          {"1:5", NULL},
        {"ratio 3:100", NULL},         {"12:30PM", "12:30:00"},  {"11.30 Uhr", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char iso[9];
        gsize start, end;
        gboolean ok = value_find_time(cases[i].text, -1, iso, &start, &end);
        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(ok ? iso : NULL, ==, cases[i].iso);
    }
}

/* ---- money ---- */

typedef struct {
    const char *text, *decimal, *currency; /* decimal NULL: no amount */
    ValueDecimal sign;
} MoneyCase;

static const MoneyCase money[] = {
    {"1,234.56", "1234.56", "", 0},
    {"1.234,56", "1234.56", "", 0},
    {"1 234,56", "1234.56", "", 0},
    {"1\xc2\xa0"
     "234,56",
     "1234.56", "", 0},
    {"1\xe2\x80\xaf"
     "234\xe2\x80\xaf"
     "567,8",
     "1234567.8", "", 0},
    {"1'234.56", "1234.56", "", 0},
    {"1\xe2\x80\x99"
     "234.56",
     "1234.56", "", 0},
    {"12,34,567.00", "1234567.00", "", 0},
    {"1,234,567", "1234567", "", 0},
    {"1.234.567", "1234567", "", 0},
    {"RM9.00", "9.00", "MYR", 0},
    {"RM 9.00", "9.00", "MYR", 0},
    {"rm 9.00", "9.00", "MYR", 0},
    {"$8.20", "8.20", "USD", 0},
    {"US$ 8.20", "8.20", "USD", 0},
    {"S$ 8.20", "8.20", "SGD", 0},
    {"R$ 1.234,50", "1234.50", "BRL", 0},
    {"\xe2\x82\xac"
     "1.500,00",
     "1500.00", "EUR", 0},
    {"1.500,00 \xe2\x82\xac", "1500.00", "EUR", 0},
    {"EUR 12,-", "12", "EUR", 0},
    {"12,--", "12", "", 0},
    {"Fr. 12.-", "12", "CHF", 0},
    {"(12.00)", "-12.00", "", 0},
    {"($12.00)", "-12.00", "USD", 0},
    {"12.00-", "-12.00", "", 0},
    {"-5", "-5", "", 0},
    {"\xe2\x88\x92"
     "5,50",
     "-5.50", "", 0},
    {"-RM5.00", "-5.00", "MYR", 0},
    {"RM-5.00", "-5.00", "MYR", 0},
    {"5.00 CR", "-5.00", "", 0},
    {".50", "0.50", "", 0},
    {"007", "7", "", 0},
    {"0.00", "0.00", "", 0},
    {"1.234", "1234", "", 0},
    {"1.234", "1.234", "", VALUE_DECIMAL_POINT},
    {"1,234", "1234", "", VALUE_DECIMAL_POINT},
    {"1,234", "1.234", "", VALUE_DECIMAL_COMMA},
    {"0.125", "0.125", "", 0},
    {"KWD 1.234", "1.234", "KWD", 0},
    {"9.0000", "9.0000", "", 0},
    {"100 PLN", "100", "PLN", 0},
    {"100 z\xc5\x82", "100", "PLN", 0},
    {"200 kr", "200", "", 0},
    {" 42.00 .", "42.00", "", 0},
    {"5 %", NULL, NULL, 0},
    {"12 apples", NULL, NULL, 0},
    {"A12", NULL, NULL, 0},
    {"12A", NULL, NULL, 0},
    {"25/12/2018", NULL, NULL, 0},
    {"1.2.3", NULL, NULL, 0},
    {"12:30", NULL, NULL, 0},
    {"1,23,4", NULL, NULL, 0},
    {"1.234,567,8", NULL, NULL, 0},
    {"", NULL, NULL, 0},
    {"-", NULL, NULL, 0},
    {"RM", NULL, NULL, 0},
    {"1234567890123456789012345678901234567890", NULL, NULL, 0},
};

static void test_parse_money(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(money); i++) {
        ValueNumber n = {0};
        gboolean ok = value_parse_money(money[i].text, -1, money[i].sign, &n);
        g_test_message("%s", money[i].text);
        g_assert_cmpstr(ok ? n.decimal : NULL, ==, money[i].decimal);
        if (ok) {
            g_assert_cmpstr(n.currency, ==, money[i].currency);
            g_assert_cmpfloat(n.number, ==, g_ascii_strtod(money[i].decimal, NULL));
        }
    }
    ValueNumber n;
    g_assert_true(value_parse_money("1.234", -1, 0, &n) && n.ambiguous);
    g_assert_true(value_parse_money("1.234,5", -1, 0, &n) && !n.ambiguous && n.decimals == 1);
}

static void test_find_money(void)
{
    static const struct {
        const char *text, *piece, *decimal;
    } cases[] = {
        {"TOTAL: RM9.00", "RM9.00", "9.00"},
        {"GST 6% 0.51", "0.51", "0.51"},
        {"(6%) 12.00", "12.00", "12.00"},
        {"Total (EUR) 1.234,56 incl. VAT", "1.234,56", "1234.56"},
        {"25/12/2018 8:13 paid 12.50", "12.50", "12.50"},
        {"INV-2024 7.00", "7.00", "7.00"},
        {"5 100.00", "5", "5"},
        {"2 X 5.00", "2", "2"},
        {"2x5.00", "5.00", "5.00"},
        {"from 10.00-20.00", NULL, NULL},
        {"A-123 B45 12:30 1.2.3", NULL, NULL},
        {"balance 5.00- today", "5.00-", "-5.00"},
        {"prix : 1 234,50 \xe2\x82\xac net", "1 234,50 \xe2\x82\xac", "1234.50"},
        {"9.00 RM10.00", "9.00", "9.00"},
        {"total:9.00", "9.00", "9.00"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        ValueNumber n = {0};
        gboolean ok = value_find_money(cases[i].text, -1, 0, &n);
        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(ok ? n.decimal : NULL, ==, cases[i].decimal);
        if (ok) {
            g_autofree char *piece = g_strndup(cases[i].text + n.start, n.end - n.start);
            g_assert_cmpstr(piece, ==, cases[i].piece);
        }
    }
}

static void test_numbers(void)
{
    ValueNumber n;
    char unit[8];
    gint64 whole;
    g_assert_true(value_parse_number("19 %", -1, 0, &n) && n.percent && n.number == 19.0);
    g_assert_true(value_find_number("VAT 7,5% of", -1, 0, &n) && n.percent && n.number == 7.5);
    g_assert_true(value_parse_quantity("2,5 kg", -1, 0, &n, unit, sizeof(unit)));
    g_assert_cmpstr(unit, ==, "kg");
    g_assert_cmpfloat(n.number, ==, 2.5);
    g_assert_true(value_parse_quantity("4x", -1, 0, &n, unit, sizeof(unit)));
    g_assert_cmpstr(unit, ==, "x");
    g_assert_true(value_parse_quantity("3", -1, 0, &n, unit, sizeof(unit)));
    g_assert_cmpstr(unit, ==, "");
    g_assert_true(value_parse_quantity("3 St\xc3\xbc"
                                       "ckchen",
                                       -1, 0, &n, unit, 5));
    g_assert_true(g_utf8_validate(unit, -1, NULL));
    g_assert_false(value_parse_quantity("3 boxes of 12", -1, 0, &n, unit, sizeof(unit)));
    g_assert_true(value_parse_integer("1,234", -1, &whole) && whole == 1234);
    g_assert_true(value_parse_integer("-7", -1, &whole) && whole == -7);
    g_assert_false(value_parse_integer("7.5", -1, &whole));
    g_assert_false(value_parse_integer("99999999999999999999", -1, &whole));
}

static void test_currency(void)
{
    gsize start, end;
    g_assert_cmpstr(value_currency("\xe2\x82\xac", -1), ==, "EUR");
    g_assert_cmpstr(value_currency(" (eur) ", -1), ==, "EUR");
    g_assert_cmpstr(value_currency("RM", -1), ==, "MYR");
    g_assert_cmpstr(value_currency("Euro", -1), ==, "EUR");
    g_assert_cmpstr(value_currency("XYZ", -1), ==, NULL);
    g_assert_cmpstr(value_currency("EURO 5", -1), ==, NULL);
    g_assert_cmpstr(value_find_currency("Total (RM)", -1, &start, &end), ==, "MYR");
    g_assert_cmpuint(start, ==, 7);
    g_assert_cmpuint(end, ==, 9);
    g_assert_cmpstr(value_find_currency("ALL SALES ARE TOP", -1, NULL, NULL), ==, NULL);
    g_assert_cmpstr(value_find_currency("form for the poor", -1, NULL, NULL), ==, NULL);
    g_assert_cmpstr(value_find_currency("amounts in CHF.", -1, NULL, NULL), ==, "CHF");
    g_assert_cmpstr(value_find_currency("12,50\xe2\x82\xac", -1, NULL, NULL), ==, "EUR");
    /* Words, house numbers and what OCR makes of letters are no currencies. */
    static const char *const none[] = {"SYARIKAT SDN BHD",  "Oak table top", "a cup of tea",
                                       "BHD 123456-X",      "$S21/1A,",      "LOT $821/34",
                                       "D.I.\xc2\xa5. SDN", "25$2",          "yer 20 SAR"};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_cmpstr(value_find_currency(none[i], -1, NULL, NULL), ==, NULL);
    g_assert_cmpstr(value_find_currency("12.500 BHD", -1, NULL, NULL), ==, "BHD");
    g_assert_cmpstr(value_find_currency("BHD 12.50", -1, NULL, NULL), ==, "BHD");
    g_assert_cmpstr(value_find_currency("Price (\xe2\x82\xac)", -1, NULL, NULL), ==, "EUR");
    g_assert_cmpstr(value_find_currency("for 12,50 eur", -1, NULL, NULL), ==, "EUR");
    g_assert_cmpstr(value_find_currency("RM12.50SR", -1, NULL, NULL), ==, "MYR");
    g_assert_cmpint(value_currency_decimals("JPY"), ==, 0);
    g_assert_cmpint(value_currency_decimals("KWD"), ==, 3);
    g_assert_cmpint(value_currency_decimals("EUR"), ==, 2);
}

/* ---- words with a form ---- */

typedef char *(*Find)(const char *, gssize, gsize *, gsize *);

static void check_find(Find find, const char *text, const char *expected)
{
    gsize start = 0, end = 0;
    g_autofree char *value = find(text, -1, &start, &end);
    g_test_message("%s", text);
    g_assert_cmpstr(value, ==, expected);
    if (value) {
        g_assert_cmpuint(start, <, end);
        g_assert_cmpuint(end, <=, strlen(text));
    }
}

static void test_find_words(void)
{
    check_find(value_find_email, "Mail: a.b+c@example.co.uk.", "a.b+c@example.co.uk");
    check_find(value_find_email, "me@localhost", NULL);
    check_find(value_find_email, "@example.com", NULL);
    check_find(value_find_email, "a@b@c", NULL);
    check_find(value_find_url, "see https://example.com/a?b=1, or", "https://example.com/a?b=1");
    check_find(value_find_url, "www.example.com.", "www.example.com");
    check_find(value_find_url, "http://", NULL);
    check_find(value_find_phone, "Tel: +60 3-1234 5678 Fax", "+60 3-1234 5678");
    check_find(value_find_phone, "(030) 123456-78", "(030) 123456-78");
    check_find(value_find_phone, "25/12/2018", NULL);
    check_find(value_find_phone, "12345", NULL);
    check_find(value_find_iban, "IBAN: DE89 3704 0044 0532 0130 00 BIC X",
               "DE89370400440532013000");
    check_find(value_find_iban, "DE88 3704 0044 0532 0130 00", NULL);
    check_find(value_find_vat_id, "USt-IdNr. DE 123 456 789", "DE123456789");
    check_find(value_find_vat_id, "TVA FR11999999998", "FR11999999998");
    check_find(value_find_vat_id, "ATU12345678", "ATU12345678");
    check_find(value_find_vat_id, "DEAR CUSTOMER 12", NULL);
    check_find(value_find_identifier, "No: INV-2024/001 dated", "INV-2024/001");
    check_find(value_find_identifier, "RE 20170509/505", "RE 20170509/505");
    check_find(value_find_identifier, "of 25/12/2018 for 12.50", NULL);
    check_find(value_find_identifier, "FA-2017-0009", "FA-2017-0009");
    check_find(value_find_identifier, "nothing here", NULL);
    gboolean b = FALSE;
    g_assert_true(value_parse_boolean("Yes", -1, &b) && b);
    g_assert_true(value_parse_boolean("nein", -1, &b) && !b);
    g_assert_false(value_parse_boolean("maybe", -1, &b));
}

static void check_text(char *got, const char *expected)
{
    g_assert_cmpstr(got, ==, expected);
    g_free(got);
}

static void test_fold(void)
{
    check_text(value_fold("  A\t\xe2\x80\x9cQ\xe2\x80\x9d \xe2\x80\x93 C\xc2\xa0"
                          "d ",
                          -1),
               "a \"q\" - c d");
    check_text(value_fold("Stra\xc3\x9f"
                          "e",
                          -1),
               "strasse");
    check_text(value_fold("a\xe2\x80\x8b"
                          "b",
                          -1),
               "ab");
    check_text(value_fold("", -1), "");
    check_text(value_key("Invoice-No.:", -1), "invoice no");
    check_text(value_key("Facture N\xc2\xba", -1), "facture no");
    check_text(value_key("M\xc3\x84RZ", -1), "marz");
    check_text(value_key("Invoice #", -1), "invoice #");
    check_text(value_key("VAT%", -1), "vat %");
    check_text(value_key(" ... ", -1), "");
}

/* Any bytes of valid UTF-8 with any cut must neither crash nor answer outside the text. */
static void test_hostile(void)
{
    static const char alphabet[] = "0019.,-'()/: RMEURx%@$\xc3\xa4";
    GRand *random = g_rand_new_with_seed(7);
    for (int round = 0; round < 20000; round++) {
        GString *s = g_string_new(NULL);
        int n = g_rand_int_range(random, 0, 24);
        for (int i = 0; i < n; i++) {
            int k = g_rand_int_range(random, 0, (int)sizeof(alphabet) - 2);
            if ((guchar)alphabet[k] >= 0x80)
                g_string_append(s, "\xc3\xa4");
            else
                g_string_append_c(s, alphabet[k]);
        }
        /* An own allocation of the exact size, so that reading past it is seen. */
        char *exact = g_memdup2(s->str, MAX(s->len, 1));
        gssize length = (gssize)s->len;
        ValueNumber m;
        ValueDate d;
        char unit[4];
        if (value_find_money(exact, length, 0, &m) || value_find_number(exact, length, 0, &m))
            g_assert_true(m.start < m.end && m.end <= s->len);
        if (value_find_date(exact, length, VALUE_ORDER_DMY, &d))
            g_assert_true(d.start < d.end && d.end <= s->len);
        (void)value_parse_quantity(exact, length, 0, &m, unit, sizeof(unit));
        (void)value_parse_date(exact, length, VALUE_ORDER_MDY, &d);
        g_free(value_find_phone(exact, length, NULL, NULL));
        g_free(value_find_iban(exact, length, NULL, NULL));
        g_free(value_find_vat_id(exact, length, NULL, NULL));
        g_free(value_find_identifier(exact, length, NULL, NULL));
        g_free(value_find_email(exact, length, NULL, NULL));
        g_free(value_find_url(exact, length, NULL, NULL));
        (void)value_find_currency(exact, length, NULL, NULL);
        g_free(value_fold(exact, length));
        g_free(value_key(exact, length));
        g_free(exact);
        g_string_free(s, TRUE);
    }
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/values/date/parse", test_parse_date);
    g_test_add_func("/values/date/find", test_find_date);
    g_test_add_func("/values/time", test_find_time);
    g_test_add_func("/values/money/parse", test_parse_money);
    g_test_add_func("/values/money/find", test_find_money);
    g_test_add_func("/values/numbers", test_numbers);
    g_test_add_func("/values/currency", test_currency);
    g_test_add_func("/values/words", test_find_words);
    g_test_add_func("/values/fold", test_fold);
    g_test_add_func("/values/hostile", test_hostile);
    return g_test_run();
}
