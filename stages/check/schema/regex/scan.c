/* Escapes and classes. */
#include "stages/check/schema/regex/scan.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/property.h"

#include <string.h>

#define HEX_DIGITS "0123456789abcdefABCDEF"

gboolean scan_refuse(Scanner *s, const char *why)
{
    if (*s->error == NULL)
        g_set_error(s->error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "not a regular expression of ECMA-262: %s at character %ld", why,
                    g_utf8_pointer_to_offset(s->start, s->at) + 1);
    return FALSE;
}

gboolean scan_take(Scanner *s, const char *text)
{
    if (!g_str_has_prefix(s->at, text))
        return FALSE;
    s->at += strlen(text);
    return TRUE;
}

Ranges scan_single(Scanner *s, gunichar c)
{
    Range *range = arena_new_array(s->arena, Range, 1);
    range->low = range->high = c;
    /* A lone surrogate is an expression, but no text holds it. */
    return (Ranges){range, c >= 0xD800 && c <= 0xDFFF ? 0 : 1};
}

/* ---- characters ---- */

static gboolean take_hex(Scanner *s, guint digits, gunichar *value)
{
    *value = 0;
    for (guint i = 0; i < digits; i++) {
        if (!g_ascii_isxdigit(s->at[i]))
            return FALSE;
        *value = *value * 16 + (gunichar)g_ascii_xdigit_value(s->at[i]);
    }
    s->at += digits;
    return TRUE;
}

static gboolean take_braced(Scanner *s, gunichar *value)
{
    gsize digits = strspn(s->at, HEX_DIGITS), zeros = strspn(s->at, "0");
    *value = 0;
    if (digits == 0 || s->at[digits] != '}' || digits > zeros + 6)
        return FALSE;
    s->at += zeros;
    take_hex(s, (guint)(digits - zeros), value);
    s->at++;
    return *value <= 0x10FFFF;
}

/* Behind "\u": four digits, a surrogate pair of them, or braces. */
static gboolean take_unicode(Scanner *s, gunichar *value)
{
    if (scan_take(s, "{"))
        return take_braced(s, value);
    if (!take_hex(s, 4, value))
        return FALSE;
    if (*value < 0xD800 || *value > 0xDBFF || !g_str_has_prefix(s->at, "\\u"))
        return TRUE;
    const char *mark = s->at;
    gunichar low;
    s->at += 2;
    if (take_hex(s, 4, &low) && low >= 0xDC00 && low <= 0xDFFF)
        *value = 0x10000 + ((*value - 0xD800) << 10) + (low - 0xDC00);
    else
        s->at = mark;
    return TRUE;
}

static gboolean is_itself(const Scanner *s, char c, gboolean in_class)
{
    if (c == '\0')
        return FALSE;
    if (strchr("^$\\.*+?()[]{}|/", c) != NULL || (in_class && c == '-'))
        return TRUE;
    /* An escaped letter that means nothing is a slip or another dialect's word, never leniency. */
    return s->lenient && !g_ascii_isalnum(c);
}

/* An escape that means one character, in and outside of classes; `at` is behind the backslash. */
static gunichar take_character_escape(Scanner *s, gboolean in_class)
{
    static const char letters[] = "fnrtv", values[] = "\f\n\r\t\v";
    char c = *s->at;
    const char *letter = c == '\0' ? NULL : strchr(letters, c);
    gunichar value = SCAN_NOTHING;
    if (letter != NULL) {
        s->at++;
        return (gunichar)values[letter - letters];
    }
    if (c == 'c' && g_ascii_isalpha(s->at[1])) {
        value = (gunichar)(s->at[1] & 31);
        s->at += 2;
    } else if (c == '0' && !g_ascii_isdigit(s->at[1])) {
        value = 0;
        s->at++;
    } else if (c == 'x' || c == 'u') {
        s->at++;
        if (!(c == 'x' ? take_hex(s, 2, &value) : take_unicode(s, &value)))
            value = SCAN_NOTHING;
    } else if (c == 'b' && in_class) {
        value = '\b';
        s->at++;
    } else if (is_itself(s, c, in_class)) {
        value = g_utf8_get_char(s->at);
        s->at = g_utf8_next_char(s->at);
    }
    return value;
}

static gboolean is_name_part(gunichar c, gboolean first)
{
    if (c == '$' || c == '_')
        return TRUE;
    if (!first && (c == 0x200C || c == 0x200D))
        return TRUE;
    if (c < 128)
        return g_ascii_isalpha((char)c) || (!first && g_ascii_isdigit((char)c));
    Ranges set;
    property_ranges(first ? property_find("ID_Start", 8) : property_find("ID_Continue", 11), FALSE,
                    &set);
    return ranges_have(set, c);
}

char *scan_name(Scanner *s)
{
    g_autoptr(GString) name = g_string_new(NULL);
    while (*s->at != '>') {
        gunichar c = g_utf8_get_char(s->at);
        if (c == '\0') {
            scan_refuse(s, "a group's name does not end");
            return NULL;
        }
        s->at = g_utf8_next_char(s->at);
        if (c == '\\' && !(scan_take(s, "u") && take_unicode(s, &c)))
            c = SCAN_NOTHING;
        if (c > 0x10FFFF || !is_name_part(c, name->len == 0)) {
            scan_refuse(s, "a group's name has a character that no name has");
            return NULL;
        }
        g_string_append_unichar(name, c);
    }
    if (name->len == 0) {
        scan_refuse(s, "a group's name is empty");
        return NULL;
    }
    s->at++;
    return arena_strndup(s->arena, name->str, name->len);
}

/* ---- sets ---- */

/* \p{…} and \P{…}; `at` is on the p. */
static gboolean take_property(Scanner *s, Ranges *set)
{
    gboolean negated = *s->at == 'P';
    const char *end = s->at[1] == '{' ? strchr(s->at, '}') : NULL;
    if (end == NULL)
        return scan_refuse(s, "\\p needs a property in braces");
    const char *name = s->at + 2;
    int property = property_find(name, (gsize)(end - name));
    if (property < 0)
        return scan_refuse(s, "that is no Unicode property");
    if (!property_ranges(property, negated, set) && s->parsed->missing == NULL)
        s->parsed->missing = arena_strndup(s->arena, name, (gsize)(end - name));
    s->at = end + 1;
    return TRUE;
}

static Ranges all_but(Scanner *s, Ranges set)
{
    g_autoptr(GArray) builder = ranges_builder_new();
    ranges_add_all(builder, set);
    ranges_settle(builder, TRUE);
    return ranges_copy(s->arena, builder);
}

/* \d and its kin and \p; FALSE without an error when it is none of them. */
static gboolean take_set_escape(Scanner *s, Ranges *set)
{
    char c = *s->at;
    if (c == 'p' || c == 'P')
        return take_property(s, set);
    if (c == '\0' || strchr("dDwWsS", c) == NULL)
        return FALSE;
    char lower = g_ascii_tolower(c);
    *set = lower == 'd' ? ranges_digit : lower == 'w' ? ranges_word : ranges_space;
    if (lower != c)
        *set = all_but(s, *set);
    s->at++;
    return TRUE;
}

gboolean scan_escape(Scanner *s, Ranges *set)
{
    if (take_set_escape(s, set))
        return TRUE;
    if (*s->error != NULL)
        return FALSE;
    gunichar c = take_character_escape(s, FALSE);
    if (c == SCAN_NOTHING)
        return scan_refuse(s, "an escape that ECMA-262 does not know");
    *set = scan_single(s, c);
    return TRUE;
}

/* ---- classes ---- */

/* One member: a character, or a set and SCAN_NOTHING. */
static gboolean take_member(Scanner *s, gunichar *c, Ranges *set)
{
    *c = SCAN_NOTHING;
    if (*s->at == '\0')
        return scan_refuse(s, "a class does not end");
    if (*s->at != '\\') {
        *c = g_utf8_get_char(s->at);
        s->at = g_utf8_next_char(s->at);
        return TRUE;
    }
    s->at++;
    if (take_set_escape(s, set))
        return TRUE;
    if (*s->error != NULL)
        return FALSE;
    *c = take_character_escape(s, TRUE);
    return *c != SCAN_NOTHING || scan_refuse(s, "an escape that ECMA-262 does not know");
}

static void add_member(GArray *builder, gunichar c, Ranges set)
{
    if (c == SCAN_NOTHING)
        ranges_add_all(builder, set);
    else
        ranges_add(builder, c, c);
}

static gboolean take_member_or_range(Scanner *s, GArray *builder)
{
    gunichar low, high;
    Ranges low_set = {0}, high_set = {0};
    if (!take_member(s, &low, &low_set))
        return FALSE;
    if (s->at[0] != '-' || s->at[1] == ']') {
        add_member(builder, low, low_set);
        return TRUE;
    }
    s->at++;
    if (!take_member(s, &high, &high_set))
        return FALSE;
    if (low == SCAN_NOTHING || high == SCAN_NOTHING) {
        if (!s->lenient)
            return scan_refuse(s, "a range ends in a set");
        add_member(builder, low, low_set);
        add_member(builder, high, high_set);
        ranges_add(builder, '-', '-');
        return TRUE;
    }
    if (low > high)
        return scan_refuse(s, "a range is upside down");
    ranges_add(builder, low, high);
    return TRUE;
}

gboolean scan_class(Scanner *s, Ranges *set)
{
    g_autoptr(GArray) builder = ranges_builder_new();
    s->at++;
    gboolean negated = scan_take(s, "^");
    while (*s->at != ']') {
        if (!take_member_or_range(s, builder))
            return FALSE;
    }
    s->at++;
    ranges_settle(builder, negated);
    *set = ranges_copy(s->arena, builder);
    return TRUE;
}
