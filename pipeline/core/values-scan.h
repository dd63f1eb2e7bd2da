/* What the parsers of values-*.c share: looking at one place of a text whose end is known. */
#pragma once

#include <glib.h>
#include <string.h>

static inline gsize scan_length(const char *text, gssize length)
{
    return length < 0 ? strlen(text) : (gsize)length;
}

static inline gboolean is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* strchr() finds the NUL too, and texts with a given length may hold one. */
static inline gboolean one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static inline gboolean letter_at(const char *p, const char *end)
{
    return p < end && g_unichar_isalpha(g_utf8_get_char(p));
}

/* Bytes of the white-space character at p, 0 if there is none. */
static inline gsize space_at(const char *p, const char *end)
{
    if (p >= end || !g_unichar_isspace(g_utf8_get_char(p)))
        return 0;
    return (gsize)(g_utf8_next_char(p) - p);
}

static inline const char *skip_space(const char *p, const char *end)
{
    for (gsize n; (n = space_at(p, end)) > 0;)
        p += n;
    return p;
}

static inline gboolean letter_before(const char *text, const char *p)
{
    const char *q = p > text ? g_utf8_find_prev_char(text, p) : NULL;
    return q != NULL && g_unichar_isalpha(g_utf8_get_char(q));
}

/* values-currency.c: the sign or code that stands at p; *after is behind it. Words end where letters
 * end. "" for signs that several countries use; NULL if there is none. Static. */
const char *scan_currency(const char *p, const char *end, const char **after);
