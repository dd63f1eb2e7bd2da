#include "list-number.h"

#include <string.h>

static void append_roman(GString *out, gint number)
{
    static const struct {
        gint value;
        const char *letters;
    } steps[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"},
                 {90, "xc"},  {50, "l"},   {40, "xl"}, {10, "x"},   {9, "ix"},
                 {5, "v"},    {4, "iv"},   {1, "i"}};
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        for (; number >= steps[i].value; number -= steps[i].value)
            g_string_append(out, steps[i].letters);
}

/* "27" is "aa" as Word counts: the letter is repeated. */
static void append_letters(GString *out, gint number)
{
    if (number > 0 && number < 2600)
        for (gint i = 0; i <= (number - 1) / 26; i++)
            g_string_append_c(out, (char)('a' + (number - 1) % 26));
}

void list_number_append(GString *out, const char *format, gint number)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (!format || strcmp(format, "decimal") == 0)
        g_string_append_printf(text, "%d", number);
    else if (g_str_has_suffix(format, "Roman") && number < 5000)
        append_roman(text, number);
    else if (g_str_has_suffix(format, "Letter"))
        append_letters(text, number);
    else if (strcmp(format, "decimalZero") == 0)
        g_string_append_printf(text, "%02d", number);
    else if (strcmp(format, "none") != 0)
        g_string_append_printf(text, "%d", number);
    if (format && g_str_has_prefix(format, "upper"))
        g_string_ascii_up(text);
    g_string_append(out, text->str);
}
