#include "charset-statistics.h"

#include "charset.h"

#include <string.h>
#include <uchardet.h>

#define STATISTICS_BYTES 32768 /* of text around the first byte that is not ASCII */
#define FEW_PAIRS 10           /* characters of two bytes that a judgement needs at least */

char *charset_detect(const char *data, gsize length)
{
    uchardet_t detector = uchardet_new();
    uchardet_handle_data(detector, data, MIN(length, STATISTICS_BYTES));
    uchardet_data_end(detector);
    char *name = g_strdup(uchardet_get_charset(detector));
    uchardet_delete(detector);
    return name;
}

/* The statistics are bred on long texts; in short ones they take Western European letters for
 * languages that nobody writes that way. */
static gboolean is_far_fetched(const char *charset)
{
    static const char *const odd[] = {"ISO-8859-3",
                                      "ISO-8859-10",
                                      "ISO-8859-13",
                                      "ISO-8859-16",
                                      "ISO-8859-4",
                                      "MAC-CENTRALEUROPE",
                                      "VISCII",
                                      "IBM852",
                                      "IBM865",
                                      "WINDOWS-1257",
                                      "WINDOWS-1258",
                                      "GEORGIAN-ACADEMY",
                                      "GEORGIAN-PS",
                                      "ISO-8859-1",
                                      "ISO-8859-15",
                                      "ASCII",
                                      "",
                                      NULL};
    return g_strv_contains(odd, charset);
}

/* All of it, without one byte that the charset has not; a character cut by the end is none. */
static gboolean fits(const char *data, gsize length, const char *charset)
{
    gsize read, written;
    g_autofree char *text =
        g_convert(data, (gssize)length, "UTF-8", charset, &read, &written, NULL);
    return text && length - read < 4;
}

/* What programs write is often wider than what the standards named (WHATWG Encoding, 4.2). */
static const char *widen(const char *charset, const char *data, gsize length)
{
    static const struct {
        const char *narrow, *wide;
    } sets[] = {{"SHIFT_JIS", "CP932"}, {"EUC-KR", "UHC"},       {"GB2312", "GB18030"},
                {"BIG5", "CP950"},      {"EUC-JP", "EUC-JP-MS"}, {"ISO-8859-9", "WINDOWS-1254"}};
    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++)
        if (g_ascii_strcasecmp(charset, sets[i].narrow) == 0 && !fits(data, length, charset) &&
            fits(data, length, sets[i].wide))
            return sets[i].wide;
    return charset;
}

/* The places of control characters in ISO 8859 hold Windows' quotes and dashes. */
static const char *not_iso(const char *charset, const char *data, gsize length)
{
    static const struct {
        const char *iso, *windows;
    } sets[] = {{"ISO-8859-2", "WINDOWS-1250"}, {"ISO-8859-5", "WINDOWS-1251"},
                {"ISO-8859-6", "WINDOWS-1256"}, {"ISO-8859-7", "WINDOWS-1253"},
                {"ISO-8859-8", "WINDOWS-1255"}, {"ISO-8859-9", "WINDOWS-1254"}};
    gsize controls = 0, letters = 0;
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)data[i];
        controls += c >= 0x80 && c < 0xa0 && c != 0x85;
        letters += c >= 0xa0;
    }
    if (!controls || !g_str_has_prefix(charset, "ISO-8859-"))
        return charset;
    for (gsize i = 0; letters && i < G_N_ELEMENTS(sets); i++)
        if (strcmp(charset, sets[i].iso) == 0)
            return sets[i].windows;
    return "WINDOWS-1252";
}

/* The two Cyrillic sets share their small letters but one, which is among the commonest: я is 0xFF in
 * Windows' set and 0xDF in the Macintosh's. */
static const char *which_cyrillic(const char *data, gsize length)
{
    gsize windows = 0, mac = 0;
    for (gsize i = 1; i < length; i++) {
        gboolean inside = (guchar)data[i - 1] >= 0xe0 && (guchar)data[i - 1] < 0xff;
        windows += inside && (guchar)data[i] == 0xff;
        mac += inside && (guchar)data[i] == 0xdf;
    }
    return mac > windows ? "MAC-CYRILLIC" : "WINDOWS-1251";
}

/* Korean of before Windows, which uchardet does not know: what is not ASCII are Hangul syllables. */
static gboolean is_johab(const char *data, gsize length)
{
    gsize read, hangul = 0, others = 0;
    g_autofree char *text = g_convert(data, (gssize)length, "UTF-8", "JOHAB", &read, NULL, NULL);
    for (const char *p = text; p && *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        hangul += c >= 0xac00 && c <= 0xd7a3;
        others += c >= 0x80 && (c < 0xac00 || c > 0xd7a3);
    }
    return hangul >= FEW_PAIRS && hangul >= 2 * others;
}

char *charset_by_statistics(const char *data, gsize length)
{
    gsize high = 0;
    while (high < length && (guchar)data[high] < 0x80)
        high++;
    gsize from = high > 1024 ? high - 1024 : 0;
    const char *sample = data + from;
    gsize n = MIN(length - from, STATISTICS_BYTES);
    g_autofree char *detected = charset_detect(sample, n);
    const char *name = detected;
    if (strcmp(name, "MAC-CYRILLIC") == 0 || strcmp(name, "WINDOWS-1251") == 0)
        name = which_cyrillic(sample, n);
    name = not_iso(name, sample, n);
    if (!is_far_fetched(name) && charset_is_known(name))
        return g_strdup(widen(name, sample, n));
    return g_strdup(is_johab(sample, n) ? "JOHAB" : "WINDOWS-1252");
}
