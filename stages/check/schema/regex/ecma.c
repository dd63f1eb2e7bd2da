/* What the two dialects read differently is rewritten (\d, \s, ., \b, \u, classes), and what only
 * PCRE knows (\A, (?i), possessive quantifiers) is refused, because ECMA-262 has no such thing. */
#include "stages/check/schema/regex/ecma.h"

#include "pipeline/core/error.h"

#include <string.h>

#define DIGIT "0-9"
#define NOT_DIGIT "\\x{0}-\\x{2F}\\x{3A}-\\x{10FFFF}"
#define WORD "0-9A-Z_a-z"
#define NOT_WORD "\\x{0}-\\x{2F}\\x{3A}-\\x{40}\\x{5B}-\\x{5E}\\x{60}\\x{7B}-\\x{10FFFF}"
#define SPACE                                                                                      \
    "\\x{9}-\\x{D}\\x{20}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}"  \
    "\\x{3000}\\x{FEFF}"
#define NOT_SPACE                                                                                  \
    "\\x{0}-\\x{8}\\x{E}-\\x{1F}\\x{21}-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-"     \
    "\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}"        \
    "\\x{FF00}-\\x{10FFFF}"
#define EDGE "(?:(?<=[" WORD "])(?![" WORD "])|(?<![" WORD "])(?=[" WORD "]))"
#define NOT_EDGE "(?:(?<=[" WORD "])(?=[" WORD "])|(?<![" WORD "])(?![" WORD "]))"

#define MAX_NESTING 100u
#define NOT_A_CHARACTER ((gunichar)-1)

typedef struct {
    const char *start, *at;
    gboolean lenient;
    guint groups; /* capturing groups in the whole expression */
    guint nesting;
    GHashTable *names; /* of groups */
    GString *out;
    GError **error;
} Parser;

static gboolean refuse(Parser *p, const char *why)
{
    if (p->error == NULL || *p->error == NULL)
        g_set_error(p->error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "not a regular expression of ECMA-262: %s at character %ld", why,
                    g_utf8_pointer_to_offset(p->start, p->at) + 1);
    return FALSE;
}

static gboolean take(Parser *p, const char *text)
{
    if (!g_str_has_prefix(p->at, text))
        return FALSE;
    p->at += strlen(text);
    return TRUE;
}

static void put_character(GString *out, gunichar c)
{
    if (c < 128 && g_ascii_isalnum((char)c))
        g_string_append_c(out, (char)c);
    else
        g_string_append_printf(out, "\\x{%X}", c);
}

/* ---- groups, seen before anything else because \k and \1 may point forwards ---- */

static gboolean scan_groups(Parser *p)
{
    gboolean in_class = FALSE;
    for (const char *c = p->start; *c != '\0'; c++) {
        if (*c == '\\' && c[1] != '\0')
            c++;
        else if (*c == '[')
            in_class = TRUE;
        else if (*c == ']')
            in_class = FALSE;
        else if (*c == '(' && !in_class && c[1] != '?')
            p->groups++;
        else if (*c == '(' && !in_class && c[2] == '<' && c[3] != '=' && c[3] != '!') {
            const char *end = strchr(c, '>');
            if (end == NULL)
                return refuse(p, "a group's name does not end");
            p->groups++;
            if (!g_hash_table_add(p->names, g_strndup(c + 3, (gsize)(end - c - 3))))
                return refuse(p, "two groups have one name");
        }
    }
    return TRUE;
}

/* ---- escapes ---- */

static gboolean take_hex(Parser *p, guint digits, gunichar *value)
{
    *value = 0;
    for (guint i = 0; i < digits; i++) {
        if (!g_ascii_isxdigit(p->at[i]))
            return FALSE;
        *value = *value * 16 + (gunichar)g_ascii_xdigit_value(p->at[i]);
    }
    p->at += digits;
    return TRUE;
}

/* Behind "\u": four digits, a surrogate pair of them, or braces. */
static gboolean take_unicode(Parser *p, gunichar *value)
{
    if (take(p, "{")) {
        gsize digits = strspn(p->at, "0123456789abcdefABCDEF");
        guint64 number;
        if (digits == 0 || p->at[digits] != '}' || digits > 8)
            return FALSE;
        number = g_ascii_strtoull(p->at, NULL, 16);
        p->at += digits + 1;
        *value = (gunichar)number;
        return number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF);
    }
    if (!take_hex(p, 4, value))
        return FALSE;
    if (*value >= 0xD800 && *value <= 0xDBFF && g_str_has_prefix(p->at, "\\u")) {
        gunichar low;
        p->at += 2;
        if (!take_hex(p, 4, &low) || low < 0xDC00 || low > 0xDFFF)
            return FALSE;
        *value = 0x10000 + ((*value - 0xD800) << 10) + (low - 0xDC00);
    }
    /* A lone surrogate never stands in UTF-8. */
    return *value < 0xD800 || *value > 0xDFFF;
}

/* An escape that means one character, in and outside of classes; `at` is behind the backslash.
 * NOT_A_CHARACTER when it is none of these. */
static gunichar take_character_escape(Parser *p, gboolean in_class)
{
    static const char letters[] = "fnrtv", values[] = "\f\n\r\t\v";
    char c = *p->at;
    const char *letter = c == '\0' ? NULL : strchr(letters, c);
    gunichar value = NOT_A_CHARACTER;
    if (letter != NULL) {
        p->at++;
        return (gunichar)values[letter - letters];
    }
    if (c == 'c' && g_ascii_isalpha(p->at[1])) {
        value = (gunichar)(p->at[1] & 31);
        p->at += 2;
    } else if (c == '0' && !g_ascii_isdigit(p->at[1])) {
        value = 0;
        p->at++;
    } else if (c == 'x') {
        p->at++;
        if (!take_hex(p, 2, &value))
            value = NOT_A_CHARACTER;
    } else if (c == 'u') {
        p->at++;
        if (!take_unicode(p, &value))
            value = NOT_A_CHARACTER;
    } else if (c == 'b' && in_class) {
        value = '\b';
        p->at++;
    } else if (c != '\0' && (strchr("^$\\.*+?()[]{}|/", c) != NULL || (in_class && c == '-') ||
                             (p->lenient && !g_ascii_isalnum(c)))) {
        value = g_utf8_get_char(p->at);
        p->at = g_utf8_next_char(p->at);
    }
    return value;
}

/* Long names of general categories; PCRE knows only the short ones. */
static const char *short_category(const char *name)
{
    static const char *const names[][2] = {
        {"Letter", "L"},
        {"Cased_Letter", "L&"},
        {"LC", "L&"},
        {"Uppercase_Letter", "Lu"},
        {"Lowercase_Letter", "Ll"},
        {"Titlecase_Letter", "Lt"},
        {"Modifier_Letter", "Lm"},
        {"Other_Letter", "Lo"},
        {"Mark", "M"},
        {"Combining_Mark", "M"},
        {"Nonspacing_Mark", "Mn"},
        {"Spacing_Mark", "Mc"},
        {"Enclosing_Mark", "Me"},
        {"Number", "N"},
        {"Decimal_Number", "Nd"},
        {"digit", "Nd"},
        {"Letter_Number", "Nl"},
        {"Other_Number", "No"},
        {"Punctuation", "P"},
        {"punct", "P"},
        {"Connector_Punctuation", "Pc"},
        {"Dash_Punctuation", "Pd"},
        {"Open_Punctuation", "Ps"},
        {"Close_Punctuation", "Pe"},
        {"Initial_Punctuation", "Pi"},
        {"Final_Punctuation", "Pf"},
        {"Other_Punctuation", "Po"},
        {"Symbol", "S"},
        {"Math_Symbol", "Sm"},
        {"Currency_Symbol", "Sc"},
        {"Modifier_Symbol", "Sk"},
        {"Other_Symbol", "So"},
        {"Separator", "Z"},
        {"Space_Separator", "Zs"},
        {"Line_Separator", "Zl"},
        {"Paragraph_Separator", "Zp"},
        {"Other", "C"},
        {"Control", "Cc"},
        {"cntrl", "Cc"},
        {"Format", "Cf"},
        {"Surrogate", "Cs"},
        {"Private_Use", "Co"},
        {"Unassigned", "Cn"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i][0]) == 0)
            return names[i][1];
    }
    return name;
}

/* \p{…} and \P{…}; `at` is on the p. */
static gboolean take_property(Parser *p)
{
    char kind = *p->at++;
    const char *end = *p->at == '{' ? strchr(p->at, '}') : NULL;
    if (end == NULL || end == p->at + 1)
        return refuse(p, "\\p needs a property in braces");
    g_autofree char *name = g_strndup(p->at + 1, (gsize)(end - p->at - 1));
    if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=") !=
        strlen(name))
        return refuse(p, "that is no Unicode property");
    const char *value = name;
    if (g_str_has_prefix(name, "gc=") || g_str_has_prefix(name, "General_Category="))
        value = strchr(name, '=') + 1;
    g_string_append_printf(p->out, "\\%c{%s}", kind, short_category(value));
    p->at = end + 1;
    return TRUE;
}

/* \d and its kin as the members of a class; NULL for other letters. */
static const char *class_members(char letter)
{
    static const char letters[] = "dDwWsS";
    static const char *const members[] = {DIGIT, NOT_DIGIT, WORD, NOT_WORD, SPACE, NOT_SPACE};
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    return found == NULL ? NULL : members[found - letters];
}

/* ---- classes ---- */

/* One end of a range. A set (\d, \p) is written at once and reported as NOT_A_CHARACTER. */
static gboolean take_class_atom(Parser *p, gunichar *value)
{
    *value = NOT_A_CHARACTER;
    if (*p->at == '\0')
        return refuse(p, "a class does not end");
    if (*p->at != '\\') {
        *value = g_utf8_get_char(p->at);
        p->at = g_utf8_next_char(p->at);
        return TRUE;
    }
    p->at++;
    const char *members = class_members(*p->at);
    if (members != NULL) {
        g_string_append(p->out, members);
        p->at++;
        return TRUE;
    }
    if (*p->at == 'p' || *p->at == 'P')
        return take_property(p);
    *value = take_character_escape(p, TRUE);
    return *value != NOT_A_CHARACTER || refuse(p, "an escape that ECMA-262 does not know");
}

static gboolean take_class_range(Parser *p)
{
    gunichar low, high;
    if (!take_class_atom(p, &low))
        return FALSE;
    if (p->at[0] != '-' || p->at[1] == ']' || p->at[1] == '\0') {
        if (low != NOT_A_CHARACTER)
            put_character(p->out, low);
        return TRUE;
    }
    p->at++;
    /* Whether the end is a set is seen only after reading it, so the start is kept back. */
    gsize mark = p->out->len;
    if (!take_class_atom(p, &high))
        return FALSE;
    if (low == NOT_A_CHARACTER || high == NOT_A_CHARACTER) {
        if (!p->lenient)
            return refuse(p, "a range ends in a set");
        g_string_append(p->out, "\\x{2D}");
        if (low != NOT_A_CHARACTER)
            put_character(p->out, low);
        if (high != NOT_A_CHARACTER)
            put_character(p->out, high);
        return TRUE;
    }
    if (low > high)
        return refuse(p, "a range is upside down");
    g_string_truncate(p->out, mark);
    put_character(p->out, low);
    g_string_append_c(p->out, '-');
    put_character(p->out, high);
    return TRUE;
}

static gboolean take_class(Parser *p)
{
    if (take(p, "[]"))
        return g_string_append(p->out, "(?!)") != NULL;
    if (take(p, "[^]"))
        return g_string_append(p->out, "(?s:.)") != NULL;
    p->at++;
    g_string_append(p->out, take(p, "^") ? "[^" : "[");
    while (*p->at != ']') {
        if (!take_class_range(p))
            return FALSE;
    }
    p->at++;
    g_string_append_c(p->out, ']');
    return TRUE;
}

/* ---- terms ---- */

static gboolean take_disjunction(Parser *p);

static gboolean take_group(Parser *p, gboolean *assertion)
{
    static const char *const openings[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!"};
    *assertion = FALSE;
    const char *opening = "(";
    for (gsize i = 0; i < G_N_ELEMENTS(openings); i++) {
        if (g_str_has_prefix(p->at, openings[i]))
            opening = openings[i];
    }
    *assertion = strlen(opening) >= 3 && opening[2] != ':';
    p->at += strlen(opening);
    g_string_append(p->out, opening);
    if (*p->at == '?' && opening[1] == '\0') {
        const char *end = p->at[1] == '<' ? strchr(p->at, '>') : NULL;
        if (end == NULL || !(g_ascii_isalpha(p->at[2]) || p->at[2] == '_' || p->at[2] == '$'))
            return refuse(p, "a kind of group that ECMA-262 does not know");
        g_string_append_len(p->out, p->at, end + 1 - p->at);
        p->at = end + 1;
    }
    if (++p->nesting > MAX_NESTING)
        return refuse(p, "groups are nested too deeply");
    if (!take_disjunction(p))
        return FALSE;
    p->nesting--;
    if (!take(p, ")"))
        return refuse(p, "a group does not end");
    g_string_append_c(p->out, ')');
    return TRUE;
}

static gboolean take_reference(Parser *p)
{
    if (*p->at == 'k') {
        const char *end = p->at[1] == '<' ? strchr(p->at, '>') : NULL;
        g_autofree char *name = end == NULL ? NULL : g_strndup(p->at + 2, (gsize)(end - p->at - 2));
        if (name == NULL || !g_hash_table_contains(p->names, name))
            return refuse(p, "\\k names no group");
        g_string_append_printf(p->out, "\\k<%s>", name);
        p->at = end + 1;
        return TRUE;
    }
    char *end = NULL;
    guint64 number = g_ascii_strtoull(p->at, &end, 10);
    if (number > p->groups)
        return refuse(p, "a backreference to a group that is not there");
    g_string_append_printf(p->out, "\\g{%" G_GUINT64_FORMAT "}", number);
    p->at = end;
    return TRUE;
}

static gboolean take_escape(Parser *p, gboolean *assertion)
{
    p->at++;
    const char *members = class_members(*p->at);
    if (members != NULL) {
        g_string_append_printf(p->out, "[%s]", members);
        p->at++;
        return TRUE;
    }
    if (*p->at == 'b' || *p->at == 'B') {
        *assertion = TRUE;
        g_string_append(p->out, *p->at++ == 'b' ? EDGE : NOT_EDGE);
        return TRUE;
    }
    if (*p->at == 'p' || *p->at == 'P')
        return take_property(p);
    if (*p->at == 'k' || (*p->at >= '1' && *p->at <= '9'))
        return take_reference(p);
    gunichar value = take_character_escape(p, FALSE);
    if (value == NOT_A_CHARACTER)
        return refuse(p, "an escape that ECMA-262 does not know");
    put_character(p->out, value);
    return TRUE;
}

static gboolean take_atom(Parser *p, gboolean *assertion)
{
    *assertion = FALSE;
    switch (*p->at) {
    case '^':
    case '$':
        *assertion = TRUE;
        g_string_append_c(p->out, *p->at++);
        return TRUE;
    case '.':
        p->at++;
        g_string_append(p->out, "[^\\x{A}\\x{D}\\x{2028}\\x{2029}]");
        return TRUE;
    case '(':
        return take_group(p, assertion);
    case '[':
        return take_class(p);
    case '\\':
        return take_escape(p, assertion);
    case '*':
    case '+':
    case '?':
        return refuse(p, "nothing to repeat");
    case '{':
    case '}':
    case ']':
        if (!p->lenient)
            return refuse(p, "a bracket without its partner");
        break;
    default:
        break;
    }
    put_character(p->out, g_utf8_get_char(p->at));
    p->at = g_utf8_next_char(p->at);
    return TRUE;
}

/* {n}, {n,}, {n,m}: its length, 0 when it is none of these. */
static gsize braces_length(const char *text, gboolean *in_order)
{
    *in_order = TRUE;
    char *end;
    if (text[0] != '{' || !g_ascii_isdigit(text[1]))
        return 0;
    guint64 low = g_ascii_strtoull(text + 1, &end, 10);
    if (*end == ',') {
        const char *second = ++end;
        if (g_ascii_isdigit(*second))
            *in_order = g_ascii_strtoull(second, &end, 10) >= low;
    }
    return *end == '}' ? (gsize)(end - text) + 1 : 0;
}

static gboolean take_quantifier(Parser *p, gboolean assertion)
{
    gboolean in_order = TRUE;
    gsize length =
        *p->at != '\0' && strchr("*+?", *p->at) != NULL ? 1 : braces_length(p->at, &in_order);
    if (length == 0)
        return TRUE;
    if (assertion && !p->lenient)
        return refuse(p, "an assertion cannot be repeated");
    if (!in_order)
        return refuse(p, "a repetition is upside down");
    g_string_append_len(p->out, p->at, (gssize)length);
    p->at += length;
    if (take(p, "?"))
        g_string_append_c(p->out, '?');
    return TRUE;
}

static gboolean take_disjunction(Parser *p)
{
    while (*p->at != '\0' && *p->at != ')') {
        if (take(p, "|")) {
            g_string_append_c(p->out, '|');
            continue;
        }
        gboolean assertion;
        if (!take_atom(p, &assertion) || !take_quantifier(p, assertion))
            return FALSE;
    }
    return TRUE;
}

char *ecma_to_pcre(const char *text, gboolean lenient, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    Parser p = {
        .start = text, .at = text, .lenient = lenient, .names = names, .out = out, .error = error};
    if (!scan_groups(&p) || !take_disjunction(&p))
        return NULL;
    if (*p.at != '\0') {
        refuse(&p, "a bracket without its partner");
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
