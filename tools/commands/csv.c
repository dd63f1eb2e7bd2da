#include "tools/commands/csv.h"

#include <string.h>

/* An amount or a date may well begin with a sign. */
static gboolean is_number(const char *text)
{
    text += *text == '+' || *text == '-';
    return g_ascii_isdigit(*text) && text[strspn(text, "0123456789.,")] == '\0';
}

/* Spreadsheets skip spaces before they look, and take full-width signs for the narrow ones. */
static gboolean is_formula(const char *text)
{
    static const char *const signs[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                        "\n", "＝", "＋", "－", "＠"};
    text += strspn(text, " ");
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++)
        if (g_str_has_prefix(text, signs[i]))
            return !is_number(text);
    return FALSE;
}

void csv_add_text(GString *line, const char *text, gboolean raw)
{
    gboolean guarded = !raw && is_formula(text);
    gboolean quoted = guarded || strpbrk(text, ",;\"\r\n\t") || g_str_has_prefix(text, " ") ||
                      g_str_has_suffix(text, " ");
    if (quoted)
        g_string_append_c(line, '"');
    if (guarded)
        g_string_append_c(line, '\'');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *text);
    }
    if (quoted)
        g_string_append_c(line, '"');
}

void csv_next(GString *line)
{
    g_string_append_c(line, ',');
}

void csv_end(GString *line)
{
    g_string_append(line, "\r\n");
}
