/* Words with a form (addresses of all kinds, numbers of accounts and documents), and comparing. */
#include "values-scan.h"
#include "values.h"

static char *found(const char *text, gsize from, gsize to, gsize *start, gsize *end)
{
    if (start)
        *start = from;
    if (end)
        *end = to;
    return g_strndup(text + from, to - from);
}

static gboolean is_word_byte(char c)
{
    return g_ascii_isalnum(c) || (guchar)c >= 0x80;
}

/* ---- e-mail, URL ---- */

static gboolean is_mailbox_byte(char c)
{
    return g_ascii_isalnum(c) || one_of(c, ".!#$%&'*+/=?^_`{|}~-");
}

/* The end of a host name with at least one dot that starts at `from`; `from` if there is none. */
static gsize host_end(const char *text, gsize from, gsize length)
{
    gsize end = from, last_dot = 0;
    for (gsize i = from; i < length && (g_ascii_isalnum(text[i]) || text[i] == '-' ||
                                        (text[i] == '.' && i > from && text[i - 1] != '.'));
         i++) {
        if (text[i] == '.')
            last_dot = i;
        else
            end = i + 1;
    }
    if (last_dot == 0 || last_dot >= end) /* the dot that ends a sentence is not part of it */
        for (last_dot = end > from ? end - 1 : from; last_dot > from && text[last_dot] != '.';)
            last_dot--;
    if (last_dot <= from || end - last_dot < 3 || !g_ascii_isalpha(text[end - 1]))
        return from;
    return end;
}

char *value_find_email(const char *text, gssize given, gsize *start, gsize *end)
{
    gsize length = scan_length(text, given);
    for (gsize at = 1; at < length; at++) {
        if (text[at] != '@')
            continue;
        gsize from = at;
        while (from > 0 && text[from - 1] != '\0' && is_mailbox_byte(text[from - 1]))
            from--;
        while (from < at && one_of(text[from], "./'="))
            from++;
        gsize to = host_end(text, at + 1, length);
        if (from < at && to > at + 1 && text[at - 1] != '.')
            return found(text, from, to, start, end);
    }
    return NULL;
}

char *value_find_url(const char *text, gssize given, gsize *start, gsize *end)
{
    gsize length = scan_length(text, given);
    for (gsize i = 0; i + 4 < length; i++) {
        if (i > 0 && is_word_byte(text[i - 1]))
            continue;
        gsize host = i;
        if (g_ascii_strncasecmp(text + i, "http://", MIN(7, length - i)) == 0 && i + 7 < length)
            host = i + 7;
        else if (g_ascii_strncasecmp(text + i, "https://", MIN(8, length - i)) == 0 &&
                 i + 8 < length)
            host = i + 8;
        else if (g_ascii_strncasecmp(text + i, "www.", 4) != 0)
            continue;
        gsize to = host_end(text, host, length);
        if (to == host)
            continue;
        while (to < length && (guchar)text[to] > ' ' && (guchar)text[to] < 0x7f &&
               !one_of(text[to], "\"<>\\^`{|}"))
            to++;
        while (to > host && one_of(text[to - 1], ".,;:!?)'"))
            to--;
        return found(text, i, to, start, end);
    }
    return NULL;
}

/* ---- phone ---- */

static gboolean phone_shape(const char *text, gsize from, gsize to, guint digits)
{
    if (digits < 7 || digits > 15)
        return FALSE;
    ValueDate date;
    if (value_parse_date(text + from, (gssize)(to - from), VALUE_ORDER_DMY, &date))
        return FALSE;
    /* "1.234,56" or "12.50" has digits and a dot too: an amount ends in two digits behind it. */
    ValueNumber money;
    if (value_parse_money(text + from, (gssize)(to - from), VALUE_DECIMAL_ANY, &money) &&
        money.decimals > 0)
        return FALSE;
    return TRUE;
}

char *value_find_phone(const char *text, gssize given, gsize *start, gsize *end)
{
    gsize length = scan_length(text, given);
    for (gsize i = 0; i < length; i++) {
        if ((!g_ascii_isdigit(text[i]) && text[i] != '+' && text[i] != '(') ||
            (i > 0 && is_word_byte(text[i - 1])))
            continue;
        guint digits = 0;
        gsize last = i;
        for (gsize k = i; k < length; k++) {
            char c = text[k];
            if (g_ascii_isdigit(c)) {
                digits++;
                last = k + 1;
            } else if (!((c == '+' && k == i) || (one_of(c, " ()-./")))) {
                break;
            } else if (k > i && k - last >= 3) {
                break;
            }
        }
        if (digits > 0 && (last >= length || !is_word_byte(text[last])) &&
            phone_shape(text, i, last, digits))
            return found(text, i, last, start, end);
        i = MAX(i, last > i ? last - 1 : i);
    }
    return NULL;
}

/* ---- IBAN, VAT id ---- */

static gboolean iban_valid(const char *iban, gsize length)
{
    guint rest = 0;
    for (gsize i = 0; i < length; i++) {
        char c = iban[(i + 4) % length];
        guint v = g_ascii_isdigit(c) ? (guint)(c - '0') : (guint)(c - 'A' + 10);
        rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
    }
    return rest == 1;
}

char *value_find_iban(const char *text, gssize given, gsize *start, gsize *end)
{
    gsize length = scan_length(text, given);
    for (gsize i = 0; i + 14 < length; i++) {
        if (!g_ascii_isalpha(text[i]) || !g_ascii_isalpha(text[i + 1]) ||
            !g_ascii_isdigit(text[i + 2]) || !g_ascii_isdigit(text[i + 3]) ||
            (i > 0 && is_word_byte(text[i - 1])))
            continue;
        char iban[35];
        gsize ends[35], n = 0;
        for (gsize k = i; k < length && n < 34; k++) {
            if (g_ascii_isalnum(text[k])) {
                iban[n] = g_ascii_toupper(text[k]);
                ends[n++] = k + 1;
            } else if (text[k] != ' ' || (k + 1 < length && text[k + 1] == ' ')) {
                break;
            }
        }
        /* Other words may follow after a space: the longest prefix whose check digits fit. */
        for (; n >= 15; n--) {
            gboolean boundary = ends[n - 1] >= length || !g_ascii_isalnum(text[ends[n - 1]]);
            if (boundary && iban_valid(iban, n)) {
                g_free(found(text, i, ends[n - 1], start, end));
                return g_strndup(iban, n);
            }
        }
    }
    return NULL;
}

typedef struct {
    const char *country;
    guint least, most; /* characters behind the country code */
} VatForm;

static const VatForm vat_forms[] = {
    {"AT", 9, 9},   {"BE", 9, 10},  {"BG", 9, 10}, {"CHE", 9, 12}, {"CY", 9, 9},   {"CZ", 8, 10},
    {"DE", 9, 9},   {"DK", 8, 8},   {"EE", 9, 9},  {"EL", 9, 9},   {"ES", 9, 9},   {"FI", 8, 8},
    {"FR", 11, 11}, {"GB", 5, 12},  {"GR", 9, 9},  {"HR", 11, 11}, {"HU", 8, 8},   {"IE", 8, 9},
    {"IT", 11, 11}, {"LT", 9, 12},  {"LU", 8, 8},  {"LV", 11, 11}, {"MT", 8, 8},   {"NL", 12, 12},
    {"NO", 9, 12},  {"PL", 10, 10}, {"PT", 9, 9},  {"RO", 2, 10},  {"SE", 12, 12}, {"SI", 8, 8},
    {"SK", 10, 10}, {"XI", 9, 12},
};

static const VatForm *vat_form(const char *text, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(vat_forms); i++) {
        gsize n = strlen(vat_forms[i].country);
        if (length > n && strncmp(text, vat_forms[i].country, n) == 0)
            return &vat_forms[i];
    }
    return NULL;
}

char *value_find_vat_id(const char *text, gssize given, gsize *start, gsize *end)
{
    gsize length = scan_length(text, given);
    for (gsize i = 0; i + 4 < length; i++) {
        if (i > 0 && is_word_byte(text[i - 1]))
            continue;
        const VatForm *form = vat_form(text + i, length - i);
        if (form == NULL)
            continue;
        gsize prefix = strlen(form->country);
        char id[20];
        memcpy(id, form->country, prefix);
        gsize n = prefix, digits = 0, k = i + prefix, last = k;
        for (; k < length && n - prefix < form->most; k++) {
            if (g_ascii_isdigit(text[k]) || (g_ascii_isupper(text[k]) && text[k - 1] != ' ')) {
                digits += g_ascii_isdigit(text[k]);
                id[n++] = text[k];
                last = k + 1;
            } else if (!one_of(text[k], " .-") || k - last > 0) {
                break;
            }
        }
        if (n - prefix >= form->least && digits + 3 >= n - prefix && digits >= 2 &&
            (last >= length || !is_word_byte(text[last]))) {
            g_free(found(text, i, last, start, end));
            return g_strndup(id, n);
        }
    }
    return NULL;
}

/* ---- identifiers ---- */

static gboolean is_identifier_byte(char c)
{
    return g_ascii_isalnum(c) || (one_of(c, "-/._#*+"));
}

static gboolean identifier_shape(const char *text, gsize from, gsize to)
{
    ValueDate date;
    ValueNumber money;
    gssize n = (gssize)(to - from);
    /* Eight bare digits are a number as well as a date; a label tells, so they may be one. */
    gboolean bare = TRUE;
    for (gsize i = from; i < to; i++)
        bare = bare && g_ascii_isdigit(text[i]);
    if (!bare && value_parse_date(text + from, n, VALUE_ORDER_DMY, &date))
        return FALSE;
    if (value_parse_money(text + from, n, VALUE_DECIMAL_ANY, &money) &&
        (money.decimals > 0 || money.currency[0] != '\0'))
        return FALSE;
    return TRUE;
}

char *value_find_identifier(const char *text, gssize given, gsize *start, gsize *end)
{
    gsize length = scan_length(text, given);
    for (gsize i = 0; i < length; i++) {
        if (!is_identifier_byte(text[i]) || (i > 0 && is_word_byte(text[i - 1])))
            continue;
        gsize to = i;
        guint digits = 0;
        while (to < length && is_identifier_byte(text[to]))
            digits += g_ascii_isdigit(text[to++]);
        /* "INV 2024": a short word of capitals in front belongs to it, "Nr." does not. */
        gboolean capitals = to > i && to - i <= 4;
        for (gsize k = i; k < to; k++)
            capitals = capitals && g_ascii_isupper(text[k]);
        if (capitals && to + 1 < length && text[to] == ' ' && g_ascii_isdigit(text[to + 1]) &&
            g_ascii_strncasecmp(text + i, "NO", to - i) != 0 &&
            g_ascii_strncasecmp(text + i, "NR", to - i) != 0) {
            to++;
            while (to < length && is_identifier_byte(text[to]))
                digits += g_ascii_isdigit(text[to++]);
        }
        gsize from = i;
        while (to > from && one_of(text[to - 1], ".,-/"))
            to--;
        while (from < to && one_of(text[from], ".-/#*+"))
            from++;
        if (digits > 0 && from < to && (to >= length || !is_word_byte(text[to])) &&
            identifier_shape(text, from, to))
            return found(text, from, to, start, end);
        i = MAX(i, to > i ? to - 1 : i);
    }
    return NULL;
}

gboolean value_parse_boolean(const char *text, gssize length, gboolean *out)
{
    static const char *const yes[] = {"yes", "y",    "true", "ja", "j", "oui", "si",
                                      "sim", "wahr", "vrai", "on", "1", "x",   "checked"};
    static const char *const no[] = {"no",  "n",      "false", "nein", "non", "nao",
                                     "nee", "falsch", "faux",  "off",  "0",   "unchecked"};
    g_autofree char *key = value_key(text, length);
    for (gsize i = 0; i < G_N_ELEMENTS(yes); i++) {
        if (strcmp(key, yes[i]) == 0) {
            *out = TRUE;
            return TRUE;
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(no); i++) {
        if (strcmp(key, no[i]) == 0) {
            *out = FALSE;
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- comparing ---- */

static gboolean is_zero_width(gunichar c)
{
    return c == 0x200b || c == 0x200c || c == 0x200d || c == 0x2060 || c == 0xfeff || c == 0xad;
}

/* All dashes and minus signs are '-', all quotes ' or ". 0 for anything else. */
static char plain_sign(gunichar c)
{
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 || c == 0xff0d)
        return '-';
    if ((c >= 0x2018 && c <= 0x201b) || c == 0x2032 || c == 0x2039 || c == 0x203a || c == 0xb4 ||
        c == '`')
        return '\'';
    if ((c >= 0x201c && c <= 0x201f) || c == 0x2033 || c == 0xab || c == 0xbb)
        return '"';
    return 0;
}

static gboolean is_ascii(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if ((guchar)text[i] >= 0x80)
            return FALSE;
    return TRUE;
}

/* NFKC or NFKD, case folded; ASCII needs neither tables nor copies. */
static char *normal_form(const char *text, gsize length, GNormalizeMode mode)
{
    if (is_ascii(text, length))
        return g_ascii_strdown(text, (gssize)length);
    /* Folding can bring composed letters back (and NFKC capitals), so normalise on both sides. */
    g_autofree char *first = g_utf8_normalize(text, (gssize)length, mode);
    g_autofree char *folded = g_utf8_casefold(first ? first : "", -1);
    return g_utf8_normalize(folded, -1, mode);
}

char *value_fold(const char *text, gssize given)
{
    gsize length = scan_length(text, given);
    g_autofree char *normal = normal_form(text, length, G_NORMALIZE_ALL_COMPOSE);
    GString *out = g_string_sized_new(length);
    gboolean gap = FALSE;
    for (const char *p = normal; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isspace(c)) {
            gap = out->len > 0;
            continue;
        }
        if (is_zero_width(c))
            continue;
        if (gap)
            g_string_append_c(out, ' ');
        gap = FALSE;
        char sign = plain_sign(c);
        if (sign)
            g_string_append_c(out, sign);
        else
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

/* Most texts are ASCII and most keys are made for them. */
static char *ascii_key(const char *text, gsize length)
{
    char *out = g_malloc(2 * length + 1), *w = out;
    gboolean gap = FALSE;
    for (gsize i = 0; i < length; i++) {
        char c = text[i];
        gboolean sign = c == '#' || c == '%';
        if (!g_ascii_isalnum(c) && !sign) {
            gap = w > out;
            continue;
        }
        if ((gap || sign) && w > out)
            *w++ = ' ';
        *w++ = g_ascii_tolower(c);
        gap = sign;
    }
    *w = '\0';
    return out;
}

char *value_key(const char *text, gssize given)
{
    gsize length = scan_length(text, given);
    if (is_ascii(text, length))
        return ascii_key(text, length);
    g_autofree char *normal = normal_form(text, length, G_NORMALIZE_ALL);
    GString *out = g_string_sized_new(length);
    gboolean gap = FALSE;
    for (const char *p = normal; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_ismark(c) || is_zero_width(c))
            continue;
        gboolean sign = c == '#' || c == '%';
        if (!g_unichar_isalnum(c) && !sign) {
            gap = out->len > 0;
            continue;
        }
        if ((gap || sign) && out->len > 0)
            g_string_append_c(out, ' ');
        g_string_append_unichar(out, c);
        gap = sign;
    }
    return g_string_free(out, FALSE);
}
