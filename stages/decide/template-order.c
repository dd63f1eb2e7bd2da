/* In which order day and month stand in a document's dates, when the document tells: by another
 * date that reads one way only, by where it comes from, by its money. */
#include "template-internal.h"

#include <string.h>

/* A state and its ZIP code; "USD", "US$". A bare "$" is also Canadian, Australian, and OCR's "5". */
static const char month_first[] =
    "\\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S["
    "CD]|"
    "T[NX]|UT|V[AT]|W[AIVY])[ ,.]+\\d{5}(?:-\\d{4})?\\b|\\bUSD\\b|\\bUS\\$";

/* Value added taxes, companies and currencies of countries that put the day first. */
static const char day_first[] =
    "(?i)\\b(?:vat|gst|sst|mwst|ust|umsatzsteuer|tva|iva|btw|moms|sdn\\.? "
    "?bhd|gmbh|rechnung|facture|"
    "fattura|factura|factuur)\\b|(?-i)[\xe2\x82\xac\xc2\xa3]\\s?\\d|\\d\\s?[\xe2\x82\xac\xc2\xa3]|"
    "\\b(?:EUR|GBP|CHF|MYR|SGD|AUD|NZD|INR|DKK|NOK|PLN|CZK|RON|BGN|TRY|BRL|ZAR)\\b|\\bRM ?\\d";

static gboolean says(const char *pattern, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    return regex && g_regex_match(regex, text, 0, NULL);
}

/* Counts the dates in digits whose first or second number can be no month. */
static void count_clear(const char *text, guint *day_before, guint *month_before)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) regex = g_regex_new(
        "(?<![\\d./-])(\\d{1,2})([./-])(\\d{1,2})\\2(?:19|20)?\\d\\d(?![\\d./-])", 0, 0, NULL);
    g_regex_match(regex, text, 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *first = g_match_info_fetch(match, 1);
        g_autofree char *second = g_match_info_fetch(match, 3);
        int a = (int)g_ascii_strtoll(first, NULL, 10), b = (int)g_ascii_strtoll(second, NULL, 10);
        *day_before += a > 12 && a <= 31 && b >= 1 && b <= 12;
        *month_before += b > 12 && b <= 31 && a >= 1 && a <= 12;
    }
}

gboolean sheet_date_order(const Sheet *sheet, ValueOrder *order)
{
    guint day_before = 0, month_before = 0;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < sheet->cells->len; i++)
        g_string_append_printf(text, "%s\n", sheet_cell(sheet, i)->text);
    count_clear(text->str, &day_before, &month_before);
    if (day_before != month_before) {
        *order = day_before > month_before ? VALUE_ORDER_DMY : VALUE_ORDER_MDY;
        return TRUE;
    }
    gboolean american = says(month_first, text->str), other = says(day_first, text->str);
    if (american == other)
        return FALSE;
    *order = american ? VALUE_ORDER_MDY : VALUE_ORDER_DMY;
    return TRUE;
}
