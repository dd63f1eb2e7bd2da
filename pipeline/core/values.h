/* Values as people write them: dates, money, numbers, identifiers. Used by the template extractor,
 * by grounding (does the record's value stand in the text, written otherwise?) and by benches.
 *
 * A parse function wants the whole text to be one value (white space, quotes and trailing
 * punctuation around it are fine); its find twin takes the first value inside running text. Both
 * return FALSE and leave *out alone when there is none. `length` is in bytes, -1 = NUL-terminated;
 * text must be valid UTF-8. start and end are byte offsets of the value in the given text. */
#pragma once

#include <glib.h>

/* ---- dates (values-date.c) ----
 * 2024-03-01, 2024/3/1, 01/03/2024, 3.1.24, 1 March 2024, March 1st, 2024, 01-MAR-2024, 1. März
 * 2024, 20240301, 1 de marzo de 2024; month names in English, German, French, Spanish, Italian,
 * Dutch and Portuguese, full and abbreviated; a weekday before and a time behind are skipped.
 * Years 1900..2100; two digits: 00..69 are 20xx, 70..99 are 19xx. Only days that exist. */
typedef enum {
    VALUE_ORDER_DMY,
    VALUE_ORDER_MDY,
    VALUE_ORDER_YMD
} ValueOrder; /* preferred when ambiguous */

typedef struct {
    int year, month, day;
    char iso[11];       /* "2024-03-01" */
    gboolean ambiguous; /* day and month could be exchanged (both <= 12 and different, in digits) */
    gboolean short_year; /* the year was written with two digits */
    gsize start, end;
} ValueDate;

gboolean value_parse_date(const char *text, gssize length, ValueOrder order, ValueDate *out);
gboolean value_find_date(const char *text, gssize length, ValueOrder order, ValueDate *out);
/* "dmy", "mdy", "ymd" -> order; FALSE for anything else. */
gboolean value_order_from_name(const char *name, ValueOrder *order);
/* Time of day: "8:13:39 PM", "20:13", "20h13" -> "20:13:39" / "20:13:00". iso holds 9 bytes. */
gboolean value_find_time(const char *text, gssize length, char iso[9], gsize *start, gsize *end);

/* ---- numbers and money (values-money.c) ----
 * 1,234.56  1.234,56  1 234,56  1'234.56  1,23,456.00  .50  RM9.00  $ 5  EUR 12,-  12.-
 * (5,00)  5.00-  -5 12 %. One separator followed by three digits ("1.234") is a thousand unless
 * `decimal` says else or a currency with three decimals stands there; it is marked ambiguous. */
typedef enum { VALUE_DECIMAL_ANY, VALUE_DECIMAL_POINT, VALUE_DECIMAL_COMMA } ValueDecimal;

#define VALUE_DECIMAL_SIZE 40

typedef struct {
    char decimal[VALUE_DECIMAL_SIZE]; /* exact: "-1234.56", '.' as point, no leading zeros or '+' */
    double number;                    /* the nearest double */
    char currency[4];                 /* ISO 4217, "" when none is written */
    int decimals;                     /* digits behind the point as written */
    gboolean percent;                 /* a % sign follows */
    gboolean ambiguous;               /* could be read with the other decimal sign */
    gsize start, end;                 /* with sign, brackets and currency */
} ValueNumber;

/* A number with or without currency; not a percentage, not part of a word, date or identifier. */
gboolean value_parse_money(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out);
gboolean value_find_money(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out);
/* A number; percentages too (out->percent). Currency signs are accepted. */
gboolean value_parse_number(const char *text, gssize length, ValueDecimal decimal,
                            ValueNumber *out);
gboolean value_find_number(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out);
/* "3 pcs", "2,5 kg", "4x" -> the number, and the unit (may be "") as written, cut to `size`. */
gboolean value_parse_quantity(const char *text, gssize length, ValueDecimal decimal,
                              ValueNumber *out, char *unit, gsize size);
/* A whole number that fits 53 bits (so a double holds it), thousands separators allowed. */
gboolean value_parse_integer(const char *text, gssize length, gint64 *out);
/* ISO 4217 code of a sign, code or name ("€", "RM", "us$", "Euro"); NULL if unknown. Static. */
const char *value_currency(const char *text, gssize length);
/* The first currency sign or code inside running text; NULL if there is none. Static. */
const char *value_find_currency(const char *text, gssize length, gsize *start, gsize *end);
/* Digits behind the point that an ISO 4217 code has (JPY 0, KWD 3, most 2). */
int value_currency_decimals(const char *code);

/* ---- words with a form (values-text.c) ---- results are freed with g_free, NULL if there is none.
 * With start/end (may be NULL) the first inside running text; they tell where it stands. */
char *value_find_email(const char *text, gssize length, gsize *start, gsize *end);
char *value_find_url(const char *text, gssize length, gsize *start, gsize *end);
/* Digits with + ( ) - . / and spaces, 7..15 of them; as written, trimmed. Not dates or amounts. */
char *value_find_phone(const char *text, gssize length, gsize *start, gsize *end);
/* IBAN without spaces, check digits verified (ISO 13616). */
char *value_find_iban(const char *text, gssize length, gsize *start, gsize *end);
/* VAT/GST id of the EU, GB, CH, NO without spaces and dots ("DE123456789"). */
char *value_find_vat_id(const char *text, gssize length, gsize *start, gsize *end);
/* Document, order, customer numbers: one word or several short ones, with at least one digit;
 * never a date or an amount with decimals. As written. */
char *value_find_identifier(const char *text, gssize length, gsize *start, gsize *end);
/* yes/no, true/false, ja/nein, oui/non, si/no, x, 1/0, on/off. */
gboolean value_parse_boolean(const char *text, gssize length, gboolean *out);

/* ---- comparing ---- caller frees with g_free
 * fold: NFKC, case folded, white space of any kind one space and trimmed, all quotes ' and ", all
 * dashes -, zero-width characters gone. For "the same but for case, space, quotes and dashes". */
char *value_fold(const char *text, gssize length);
/* key: fold, without accents, and of letters and digits only, runs of them joined by one space
 * ("Invoice-No.:" -> "invoice no"; '#' and '%' stay as words). For labels and names of columns. */
char *value_key(const char *text, gssize length);
