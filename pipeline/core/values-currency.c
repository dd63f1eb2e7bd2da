/* Currencies: their signs, codes and names, and where one stands in running text. */
#include "values-scan.h"
#include "values.h"

typedef struct {
    const char *sign; /* as written, compared without case */
    const char *code; /* ISO 4217, "" when several countries use the sign */
} CurrencySign;

/* Longer signs before their suffixes ("US$" before "$"). */
static const CurrencySign signs[] = {
    {"US$", "USD"},
    {"USD$", "USD"},
    {"AU$", "AUD"},
    {"A$", "AUD"},
    {"CA$", "CAD"},
    {"C$", "CAD"},
    {"NZ$", "NZD"},
    {"S$", "SGD"},
    {"SG$", "SGD"},
    {"HK$", "HKD"},
    {"NT$", "TWD"},
    {"R$", "BRL"},
    {"MX$", "MXN"},
    {"\xe2\x82\xac", "EUR"},
    {"\xc2\xa3", "GBP"},
    {"\xc2\xa5", "JPY"},
    {"\xef\xbf\xa5", "JPY"},
    {"$", "USD"},
    {"\xe2\x82\xb9", "INR"},
    {"\xe2\x82\xbd", "RUB"},
    {"\xe2\x82\xa9", "KRW"},
    {"\xe2\x82\xba", "TRY"},
    {"\xe2\x82\xab", "VND"},
    {"\xe0\xb8\xbf", "THB"},
    {"\xe2\x82\xb1", "PHP"},
    {"\xe2\x82\xaa", "ILS"},
    {"\xe2\x82\xb4", "UAH"},
    {"\xe2\x82\xa6", "NGN"},
    {"\xe2\x82\xb8", "KZT"},
    {"z\xc5\x82", "PLN"},
    {"K\xc4\x8d", "CZK"},
    {"RM", "MYR"},
    {"Rp", "IDR"},
    {"Rs.", "INR"},
    {"Rs", "INR"},
    {"SFr.", "CHF"},
    {"SFr", "CHF"},
    {"Fr.", "CHF"},
    {"Ft", "HUF"},
    {"kr.", ""},
    {"kr", ""},
    {"TL", "TRY"},
    {"Euros", "EUR"},
    {"Euro", "EUR"},
    {"Dollars", "USD"},
    {"Dollar", "USD"},
    {"Pounds", "GBP"},
    {"Ringgit", "MYR"},
    {"Rupees", "INR"},
    {"Yen", "JPY"},
    {"Franken", "CHF"},
};

/* ISO 4217 codes in use. */
static const char codes[][4] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ",
    "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD",
    "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR",
    "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN",
    "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR",
    "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB",
    "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS",
    "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWL"};

/* Codes that stand in documents by themselves; the others, many of them words of some language
 * ("TOP", "SDN BHD"), count only directly beside an amount. */
static const char *const common[] = {"AUD", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HUF",
                                     "INR", "JPY", "MYR", "NOK", "NZD", "PLN", "SEK", "SGD", "USD"};

/* TRUE only for characters that differ in more than case; cheap, and never wrong about that. */
static gboolean other_letter(char a, char b)
{
    return (((guchar)a ^ (guchar)b) & 0xdf) != 0;
}

/* The table's entry for three letters of any case, or NULL. */
static const char *code_entry(const char *p)
{
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (!other_letter(codes[i][0], *p) && g_ascii_strncasecmp(codes[i], p, 3) == 0)
            return codes[i];
    return NULL;
}

/* The sign or code that stands at p; *after is behind it. Words end where letters end. */
const char *scan_currency(const char *p, const char *end, const char **after)
{
    gsize left = (gsize)(end - p);
    /* Tried at every character of a text, so most signs must fall at their first letter. */
    for (gsize i = 0; left > 0 && i < G_N_ELEMENTS(signs); i++) {
        if (other_letter(signs[i].sign[0], *p))
            continue;
        gsize n = strlen(signs[i].sign);
        if (n > left || g_ascii_strncasecmp(p, signs[i].sign, n) != 0)
            continue;
        if (g_ascii_isalpha(signs[i].sign[n - 1]) && letter_at(p + n, end))
            continue;
        *after = p + n;
        return signs[i].code;
    }
    if (left >= 3 && g_ascii_isalpha(p[0]) && !letter_at(p + 3, end)) {
        *after = p + 3;
        return code_entry(p);
    }
    return NULL;
}

const char *value_currency(const char *text, gssize length)
{
    const char *end = text + scan_length(text, length);
    const char *after;
    while (text < end && (space_at(text, end) || one_of(*text, "(['\"")))
        text = g_utf8_next_char(text);
    if (text >= end)
        return NULL;
    const char *code = scan_currency(text, end, &after);
    if (code == NULL || code[0] == '\0')
        return NULL;
    after = skip_space(after, end);
    while (after < end && one_of(*after, ".,:;)]'\""))
        after++;
    return skip_space(after, end) == end ? code : NULL;
}

/* ---- in running text ---- */

typedef enum { NUMBER_NONE, NUMBER_WHOLE, NUMBER_MONEY } NumberKind;

static gboolean in_number(char c)
{
    return is_digit(c) || one_of(c, ".,'");
}

static NumberKind number_kind(const char *p, gsize n)
{
    while (n > 0 && !is_digit(p[n - 1]))
        n--;
    gsize point = n;
    while (point > 0 && is_digit(p[point - 1]))
        point--;
    gboolean money = point > 1 && n - point >= 2 && n - point <= 3 && one_of(p[point - 1], ".,");
    return n == 0 ? NUMBER_NONE : money ? NUMBER_MONEY : NUMBER_WHOLE;
}

/* The number behind p, a space or a minus between; parts of dates, codes and house numbers are
 * none ("$821/34", "$16-A"). */
static NumberKind number_behind(const char *p, const char *end)
{
    p += space_at(p, end);
    if (p < end && *p == '-')
        p++;
    const char *q = p;
    while (q < end && in_number(*q))
        q++;
    NumberKind kind = number_kind(p, (gsize)(q - p));
    if (kind == NUMBER_WHOLE && !is_digit(*p))
        return NUMBER_NONE;
    gboolean goes_on =
        q < end &&
        (letter_at(q, end) || (one_of(*q, "/-:") && q + 1 < end && (is_digit(q[1]) || *q == '-')));
    return kind == NUMBER_WHOLE && goes_on ? NUMBER_NONE : kind;
}

static NumberKind number_before(const char *text, const char *p)
{
    if (p > text && p[-1] == ' ')
        p--;
    if (p == text || !(is_digit(p[-1]) || p[-1] == '-'))
        return NUMBER_NONE;
    const char *q = p;
    while (q > text && (in_number(q[-1]) || q[-1] == '-'))
        q--;
    gboolean part = q > text && (letter_before(text, q) || one_of(q[-1], "/:"));
    NumberKind kind = number_kind(q, (gsize)(p - q));
    return kind == NUMBER_WHOLE && part ? NUMBER_NONE : kind;
}

/* Nothing but space, brackets and the like around it. */
static gboolean stands_alone(const char *text, const char *stop, const char *p, const char *after)
{
    gboolean before = p == text || one_of(p[-1], " \t\n([/:'\"=");
    return before && (after >= stop || one_of(*after, " \t\n)]/:;.,'\""));
}

/* A code of three letters. */
static gboolean code_counts(const char *code, const char *p, NumberKind beside)
{
    gboolean capitals = TRUE, known = FALSE;
    for (gsize i = 0; i < 3; i++)
        capitals = capitals && g_ascii_isupper(p[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(common) && !known; i++)
        known = strcmp(common[i], code) == 0;
    return known ? capitals || beside != NUMBER_NONE : capitals && beside == NUMBER_MONEY;
}

static gboolean counts(const char *text, const char *stop, const char *p, const char *after,
                       const char *code)
{
    gboolean letter = letter_at(p, stop), sign = !g_ascii_isalpha(after[-1]) && after[-1] != '.';
    gboolean word_goes_on = after < stop && (is_digit(*after) || letter_at(after, stop));
    NumberKind behind = number_behind(after, stop);
    NumberKind before = word_goes_on ? NUMBER_NONE : number_before(text, p);
    /* "25$2" is a number that was read badly. */
    if (sign && p > text && is_digit(p[-1]) && after < stop && is_digit(*after))
        return FALSE;
    NumberKind beside = MAX(behind, before);
    if (!letter || sign)
        return beside != NUMBER_NONE || stands_alone(text, stop, p, after);
    if (after - p == 3 && g_ascii_strncasecmp(p, code, 3) == 0)
        return code_counts(code, p, beside);
    gboolean ringgit = after - p == 2 && strncmp(p, "RM", 2) == 0;
    return beside != NUMBER_NONE || ringgit || after - p >= 4;
}

const char *value_find_currency(const char *text, gssize length, gsize *start, gsize *end)
{
    const char *stop = text + scan_length(text, length);
    for (const char *p = text; p < stop; p = g_utf8_next_char(p)) {
        const char *after;
        if (is_digit(*p) || (letter_at(p, stop) && letter_before(text, p)))
            continue;
        const char *code = scan_currency(p, stop, &after);
        if (code == NULL || code[0] == '\0' || !counts(text, stop, p, after, code))
            continue;
        if (start)
            *start = (gsize)(p - text);
        if (end)
            *end = (gsize)(after - text);
        return code;
    }
    return NULL;
}

int value_currency_decimals(const char *code)
{
    static const char *const none[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                       "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
    static const char *const three[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        if (g_strcmp0(code, none[i]) == 0)
            return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(three); i++)
        if (g_strcmp0(code, three[i]) == 0)
            return 3;
    return 2;
}
