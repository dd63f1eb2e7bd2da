/* Amounts and dates as OCR writes them: "29. 70", "O5/06/2018", "PM7.00". The text is mended for the
 * parsers only; where a value stands and how it reads is told in the text as it was. */
#include "template-internal.h"

#include <string.h>

typedef struct {
    GString *text;
    GArray *map; /* of guint32: for each byte of text, and for its end, the place in the original */
} Mended;

static void keep(Mended *m, char c, gsize from)
{
    guint32 place = (guint32)from;
    g_string_append_c(m->text, c);
    g_array_append_val(m->map, place);
}

static gboolean digit_at(const char *text, gsize length, gsize i)
{
    return i < length && g_ascii_isdigit(text[i]);
}

/* The digit that a letter stands for in a number; 0 if none. */
static char digit_for(char c)
{
    static const char letters[] = "OoQDlI|!SsBZzg", digits[] = "00001111558229";
    const char *p = c ? strchr(letters, c) : NULL;
    return p ? digits[p - letters] : 0;
}

/* Is the word at [from, to) a number or date but for letters that look like digits? It needs real
 * digits, at least as many as letters, and a sign between them. */
static gboolean mostly_digits(const char *text, gsize from, gsize to)
{
    guint digits = 0, letters = 0, signs = 0;
    for (gsize i = from; i < to; i++) {
        if (g_ascii_isdigit(text[i]))
            digits++;
        else if (strchr(".,/-:", text[i]))
            signs++;
        else if (digit_for(text[i]))
            letters++;
        else
            return FALSE;
    }
    return signs > 0 && digits >= MAX(letters, 1);
}

/* One to three letters glued to an amount with two decimals ("PM7.00", "RW12.50") were a currency
 * sign once; known signs stay. Returns how many bytes to blank. */
static gsize glued_letters(const char *text, gsize length, gsize from)
{
    gsize n = 0;
    while (from + n < length && g_ascii_isalpha(text[from + n]))
        n++;
    gsize i = from + n;
    if (n == 0 || n > 3 || !digit_at(text, length, i) || value_currency(text + from, (gssize)n))
        return 0;
    while (digit_at(text, length, i))
        i++;
    if (i >= length || (text[i] != '.' && text[i] != ',') || !digit_at(text, length, i + 1) ||
        !digit_at(text, length, i + 2) || digit_at(text, length, i + 3))
        return 0;
    return n;
}

static void mend_words(const char *text, gsize length, Mended *m)
{
    for (gsize i = 0; i < length;) {
        gsize end = i;
        while (end < length && text[end] != ' ')
            end++;
        gboolean number = end > i && mostly_digits(text, i, end);
        /* A long dash by itself leads the eye to the amount; it is no minus. */
        gboolean leader = end - i == 3 && strncmp(text + i, "\xe2\x80\x94", 3) == 0;
        gsize blank = number ? 0 : leader ? 3 : glued_letters(text, end, i);
        for (gsize k = i; k < end; k++) {
            char c = number && digit_for(text[k]) ? digit_for(text[k]) : text[k];
            keep(m, k < i + blank ? ' ' : c, k);
        }
        if (end < length)
            keep(m, ' ', end);
        i = end + 1;
    }
}

/* Does the same sign stand behind the number at k, or before the number that ends at i? Then the
 * three numbers are a date, and not two things with a dash between them. */
static gboolean is_chain(const char *text, gsize length, gsize i, gsize k, char sign)
{
    gsize a = i, b = k;
    while (a > 0 && i - a < 4 && g_ascii_isdigit(text[a - 1]))
        a--;
    while (a > 0 && text[a - 1] == ' ')
        a--;
    while (digit_at(text, length, b) && b - k < 4)
        b++;
    while (b < length && text[b] == ' ')
        b++;
    return (a > 0 && text[a - 1] == sign) || (b < length && text[b] == sign);
}

/* Where a run of spaces and one sign between digits ends, if the spaces are no part of it. */
static gsize joint_at(const char *text, gsize length, gsize i, char *sign)
{
    gsize k = i;
    while (k < length && text[k] == ' ')
        k++;
    if (k >= length || !strchr(".,/-", text[k]))
        return 0;
    *sign = text[k];
    gsize first = k;
    while (k < length && (text[k] == *sign || text[k] == ' '))
        k++;
    gboolean amount = *sign == '.' || *sign == ',';
    /* "29. 70", "7..00": two decimals and no more. "2016 -07": the parts of a date. */
    if (!digit_at(text, length, k) || k - first > 3)
        return 0;
    if (!amount && !is_chain(text, length, i, k, *sign))
        return 0;
    if (amount && (!digit_at(text, length, k + 1) || digit_at(text, length, k + 2)))
        return 0;
    return k;
}

static void mend_joints(Mended *words, Mended *m)
{
    const char *text = words->text->str;
    gsize length = words->text->len;
    for (gsize i = 0; i < length; i++) {
        guint32 place = g_array_index(words->map, guint32, i);
        char sign = 0;
        gsize next = i > 0 && g_ascii_isdigit(text[i - 1]) ? joint_at(text, length, i, &sign) : 0;
        if (next == 0) {
            keep(m, text[i], place);
            continue;
        }
        keep(m, sign, place);
        i = next - 1;
    }
    guint32 last = g_array_index(words->map, guint32, length);
    g_array_append_val(m->map, last);
}

Found *value_take_ocr(const Template *t, const ValueSpec *spec, const char *text, gsize length,
                      gsize *start, gsize *end)
{
    Mended words = {g_string_sized_new(length), g_array_new(FALSE, FALSE, sizeof(guint32))};
    Mended m = {g_string_sized_new(length), g_array_new(FALSE, FALSE, sizeof(guint32))};
    guint32 last = (guint32)length;
    mend_words(text, length, &words);
    g_array_append_val(words.map, last);
    mend_joints(&words, &m);
    Found *found = value_take(t, spec, m.text->str, m.text->len, TRUE, start, end);
    if (found) {
        *start = g_array_index(m.map, guint32, *start);
        *end = g_array_index(m.map, guint32, *end);
        g_free(found->raw);
        found->raw = g_strndup(text + *start, *end - *start);
    }
    g_string_free(words.text, TRUE);
    g_string_free(m.text, TRUE);
    g_array_unref(words.map);
    g_array_unref(m.map);
    return found;
}

/* ---- spelling ---- */

static gboolean is_upper(const char *word, gsize n)
{
    guint upper = 0, lower = 0;
    for (gsize i = 0; i < n; i++) {
        upper += g_ascii_isupper(word[i]);
        lower += g_ascii_islower(word[i]);
    }
    return upper > lower;
}

static void append_like(GString *out, const char *word, const char *given, gsize n)
{
    g_autofree char *upper = g_utf8_strup(word, -1);
    if (is_upper(given, n)) {
        g_string_append(out, upper);
    } else if (g_ascii_islower(given[0])) {
        g_string_append(out, word);
    } else {
        const char *rest = g_utf8_next_char(word);
        g_autofree char *first = g_utf8_strup(word, rest - word);
        g_string_append_printf(out, "%s%s", first, rest);
    }
}

/* Letters, and what OCR writes for letters inside a word. */
static gboolean is_word_byte(char c)
{
    return g_ascii_isalnum(c) || (guchar)c >= 0x80 || c == '$' || c == '|' || c == '!' || c == ']';
}

char *spell_ocr(const ValueSpec *spec, const char *text)
{
    GString *out = g_string_new(NULL);
    if (!spec->spell) {
        g_string_append(out, text);
        return g_string_free(out, FALSE);
    }
    for (const char *p = text; *p != '\0';) {
        gsize n = 0, letters = 0;
        while (p[n] != '\0' && is_word_byte(p[n]))
            letters += g_ascii_isalpha(p[n++]) || (guchar)p[n - 1] >= 0x80;
        if (n == 0) {
            g_string_append_c(out, *p++);
            continue;
        }
        g_autofree char *word = g_strndup(p, n);
        for (char *c = word; *c != '\0'; c++)
            *c = *c == '$' ? 'S' : *c == '|' || *c == '!' || *c == ']' ? 'I' : *c;
        g_autofree char *key = value_key(word, -1);
        const char *near = letters * 2 > n && n >= 3 ? phrases_nearest(spec->spell, key) : NULL;
        if (near && strcmp(near, key) != 0)
            append_like(out, near, word, n);
        else
            g_string_append_len(out, p, (gssize)n);
        p += n;
    }
    return g_string_free(out, FALSE);
}
