/* Any text through the typed parsers: what is found lies inside the text. */
#include "pipeline/core/bytes.h"
#include "pipeline/core/values.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_span(const char *text, gsize start, gsize end)
{
    g_assert(start <= end && end <= strlen(text));
}

static void find_words(const char *text)
{
    char *(*const finders[])(const char *, gssize, gsize *, gsize *) = {
        value_find_email, value_find_url,    value_find_phone,
        value_find_iban,  value_find_vat_id, value_find_identifier};
    for (guint i = 0; i < G_N_ELEMENTS(finders); i++) {
        gsize start = 0, end = 0;
        g_autofree char *found = finders[i](text, -1, &start, &end);
        if (found)
            check_span(text, start, end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = bytes_to_utf8((const char *)data, (gssize)size);
    ValueDate date;
    for (ValueOrder order = VALUE_ORDER_DMY; order <= VALUE_ORDER_YMD; order++)
        if (value_find_date(text, -1, order, &date))
            check_span(text, date.start, date.end);
    ValueNumber number;
    for (ValueDecimal sign = VALUE_DECIMAL_ANY; sign <= VALUE_DECIMAL_COMMA; sign++) {
        if (value_find_money(text, -1, sign, &number))
            check_span(text, number.start, number.end);
        if (value_find_number(text, -1, sign, &number))
            check_span(text, number.start, number.end);
    }
    find_words(text);
    g_free(value_fold(text, -1));
    g_free(value_key(text, -1));
    return 0;
}
