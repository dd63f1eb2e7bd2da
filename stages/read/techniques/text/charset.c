#include "charset.h"

#include "charset-statistics.h"

#include <errno.h>
#include <string.h>

#define ZERO_SAMPLE 4096
#define VALIDATE_STEP 32 /* bytes; at least a whole character and what it may be cut to */

typedef struct {
    const char *bytes;
    gsize length;
    const char *charset;
} Mark;

static const Mark marks[] =
    {
        {"\xEF\xBB\xBF", 3, "UTF-8"},
        {"\xFF\xFE\0\0", 4, "UTF-32LE"}, /* before UTF-16LE, which it begins like */
        {"\0\0\xFE\xFF", 4, "UTF-32BE"},
        {"\xFF\xFE", 2, "UTF-16LE"},
        {"\xFE\xFF", 2, "UTF-16BE"},
};

/* Four bytes a character, and the first of them (or the last) is always zero. */
static const char *guess_utf32(const char *data, gsize length)
{
    gsize n = MIN(length, ZERO_SAMPLE) & ~(gsize)3;
    gboolean big = n >= 8, little = n >= 8;
    for (gsize i = 0; i < n && (big || little); i += 4) {
        const guchar *p = (const guchar *)data + i;
        gunichar b = (gunichar)p[0] << 24 | (gunichar)p[1] << 16 | (gunichar)p[2] << 8 | p[3];
        big &= b != 0 && g_unichar_validate(b);
        little &= b != 0 && g_unichar_validate(GUINT32_SWAP_LE_BE(b));
    }
    return big ? "UTF-32BE" : little ? "UTF-32LE" : NULL;
}

/* Latin text in UTF-16 has a zero in every second byte. */
static const char *guess_by_zeros(const char *data, gsize length)
{
    gsize n = MIN(length, ZERO_SAMPLE) & ~(gsize)1, even = 0, odd = 0;
    for (gsize i = 0; i < n; i += 2) {
        even += data[i] == 0;
        odd += data[i + 1] == 0;
    }
    if (n < 4 || MAX(even, odd) * 5 < n) /* 40 % of the units */
        return NULL;
    if (odd > 8 * even)
        return "UTF-16LE";
    return even > 8 * odd ? "UTF-16BE" : NULL;
}

static gsize first_high_byte(const char *data, gsize length)
{
    gsize i = 0;
    while (i < length && (guchar)data[i] < 0x80)
        i++;
    return i;
}

/* As g_utf8_validate, several times faster where most of the text is ASCII. */
static gboolean validate(const char *data, gsize length, const char **end)
{
    gsize i = 0;
    while (i < length) {
        guint64 eight;
        if (length - i >= sizeof eight) {
            memcpy(&eight, data + i, sizeof eight);
            /* No high bit, and no zero byte (which would borrow from the byte above it). */
            if (!((eight | (eight - 0x0101010101010101u)) & 0x8080808080808080u)) {
                i += sizeof eight;
                continue;
            }
        }
        /* To the end of a run of other characters; a letter at most is judged twice. */
        gsize n = MIN(length - i, VALIDATE_STEP);
        if (!g_utf8_validate(data + i, (gssize)n, end)) {
            gsize valid = (gsize)(*end - (data + i));
            if (n < VALIDATE_STEP || valid == 0 || n - valid > 3)
                return FALSE;
            n = valid; /* perhaps only cut by the step */
        }
        i += n;
    }
    *end = data + length;
    return TRUE;
}

/* Valid but for a sequence that the end of the sample cuts. */
static gboolean is_utf8(const char *data, gsize length)
{
    const char *end;
    gboolean cut = length == CHARSET_SAMPLE;
    while (!validate(data, length, &end)) {
        length -= (gsize)(end - data);
        if (*end != '\0')
            return cut && length < 4;
        data = end + 1; /* a zero byte is valid here, if not in C */
        length--;
    }
    return TRUE;
}

gboolean charset_is_known(const char *charset)
{
    GIConv converter = g_iconv_open("UTF-8", charset);
    if (converter == (GIConv)-1)
        return FALSE;
    g_iconv_close(converter);
    return TRUE;
}

/* ISO-2022 is ASCII to the eye: it changes its alphabet by escape sequences. */
static char *guess_by_escapes(const char *data, gsize length)
{
    const char *escape = memchr(data, 0x1b, length);
    if (!escape || first_high_byte(data, length) < length)
        return NULL;
    g_autofree char *name = charset_detect(escape, length - (gsize)(escape - data));
    return g_str_has_prefix(name, "ISO-2022") && charset_is_known(name) ? g_steal_pointer(&name)
                                                                        : NULL;
}

/* Names that are wider in practice than on paper (WHATWG Encoding, 4.2). */
static const char *wider(const char *declared)
{
    static const char *const narrow[] = {"iso-8859-1", "latin1",    "us-ascii",
                                         "ascii",      "iso8859-1", NULL};
    g_autofree char *lower = g_ascii_strdown(declared, -1);
    return g_strv_contains(narrow, lower) ? "WINDOWS-1252" : declared;
}

char *charset_guess(const char *data, gsize length, const char *declared, gsize *mark)
{
    gboolean big;
    *mark = 0;
    length = MIN(length, CHARSET_SAMPLE);
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (length >= marks[i].length && memcmp(data, marks[i].bytes, marks[i].length) == 0) {
            *mark = marks[i].length;
            return g_strdup(marks[i].charset);
        }
    const char *zeros = guess_utf32(data, length);
    if (!zeros)
        zeros = guess_by_zeros(data, length);
    if (zeros)
        return g_strdup(zeros);
    char *escaped = guess_by_escapes(data, length);
    if (escaped)
        return escaped;
    if (is_utf8(data, length))
        return g_strdup("UTF-8");
    /* Text that could be read up to its own declaration is not UTF-16 or UTF-32. */
    if (declared && g_ascii_strcasecmp(declared, "utf-8") != 0 && charset_is_known(declared) &&
        charset_unit(declared, &big) == 1)
        return g_strdup(wider(declared));
    return charset_by_statistics(data, length);
}

guint charset_unit(const char *charset, gboolean *big)
{
    *big = FALSE;
    if (g_ascii_strncasecmp(charset, "UTF-16", 6) == 0 ||
        g_ascii_strncasecmp(charset, "UCS-2", 5) == 0) {
        *big = strstr(charset, "BE") != NULL;
        return 2;
    }
    if (g_ascii_strncasecmp(charset, "UTF-32", 6) == 0 ||
        g_ascii_strncasecmp(charset, "UCS-4", 5) == 0) {
        *big = strstr(charset, "BE") != NULL;
        return 4;
    }
    return 1;
}

/* Converts what can be converted; one code unit that cannot becomes U+FFFD. */
static void convert(GIConv converter, const char *data, gsize length, guint unit, GString *out)
{
    char buffer[8192];
    char *in = (char *)data;
    gsize left = length;
    while (left > 0) {
        char *to = buffer;
        gsize room = sizeof buffer;
        gsize result = g_iconv(converter, &in, &left, &to, &room);
        int reason = errno;
        g_string_append_len(out, buffer, (gssize)(sizeof buffer - room));
        if (result != (gsize)-1 || reason == E2BIG)
            continue;
        g_string_append(out, "\xEF\xBF\xBD");
        gsize skip = MIN(left, unit);
        in += skip;
        left -= skip;
        g_iconv(converter, NULL, NULL, NULL, NULL);
    }
}

static void drop_zeros(GString *text)
{
    gsize kept = 0;
    for (gsize i = 0; i < text->len; i++)
        if (text->str[i] != '\0')
            text->str[kept++] = text->str[i];
    g_string_truncate(text, kept);
}

char *charset_decode(const char *data, gsize length, const char *charset)
{
    if (g_ascii_strcasecmp(charset, "UTF-8") == 0) {
        const char *end;
        if (validate(data, length, &end))
            return g_strndup(data, length);
        if (!memchr(data, 0, length))
            charset = "WINDOWS-1252";
    }
    gboolean big;
    GString *out = g_string_sized_new(length + length / 8 + 1);
    GIConv converter = g_iconv_open("UTF-8", charset);
    if (converter == (GIConv)-1)
        converter = g_iconv_open("UTF-8", "WINDOWS-1252");
    convert(converter, data, length, charset_unit(charset, &big), out);
    g_iconv_close(converter);
    drop_zeros(out);
    char *valid = g_utf8_make_valid(out->str, (gssize)out->len);
    g_string_free(out, TRUE);
    return valid;
}
