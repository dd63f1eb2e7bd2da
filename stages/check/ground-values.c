/* Numbers, dates, times and currencies of a reading: every line is read once, and each value is
 * kept under its canonical form. */
#include "stages/check/ground-private.h"

#include "pipeline/core/values.h"

#include <math.h>
#include <string.h>

#define AMBIGUOUS 0.92f /* could be read otherwise, too */
#define OTHER_SIGN 0.9f /* "5.00-", or a discount that is printed as a positive number */
#define CONFUSED 0.85f  /* a number only after O -> 0, l -> 1 and their like */
#define MAX_LINE_VALUES 200u

/* A line as text, with the word that each byte belongs to. */
typedef struct {
    GroundIndex *index;
    GString *text;
    GArray *starts; /* guint32: where each word of the line begins in text */
    guint first_word;
    gboolean ocr;
} LineText;

static void keep(const LineText *line, char kind, const char *form, gsize start, gsize end,
                 float match)
{
    g_autofree char *key = g_strdup_printf("%c%s", kind, form);
    GArray *spans = g_hash_table_lookup(line->index->values, key);
    if (spans == NULL) {
        spans = g_array_new(FALSE, FALSE, sizeof(GroundSpan));
        g_hash_table_insert(line->index->values, g_steal_pointer(&key), spans);
    }
    guint first = ground_word_at(line->starts, (guint32)start);
    guint last = ground_word_at(line->starts, (guint32)(end > start ? end - 1 : start));
    ground_add_span(
        spans,
        (GroundSpan){.first = line->first_word + first, .count = last - first + 1, .match = match});
}

/* ---- numbers ---- */

/* "-012.500" -> "12.5": without sign and without zeros that mean nothing. */
static void canonical(const char *decimal, char out[VALUE_DECIMAL_SIZE])
{
    while (*decimal == '-' || *decimal == '+')
        decimal++;
    while (decimal[0] == '0' && g_ascii_isdigit(decimal[1]))
        decimal++;
    g_strlcpy(out, decimal, VALUE_DECIMAL_SIZE);
    if (strchr(out, '.') == NULL)
        return;
    gsize length = strlen(out);
    while (length > 1 && out[length - 1] == '0')
        out[--length] = '\0';
    if (out[length - 1] == '.')
        out[length - 1] = '\0';
}

static void keep_number(const LineText *line, const ValueNumber *number, gsize offset, float match)
{
    char form[VALUE_DECIMAL_SIZE];
    canonical(number->decimal, form);
    keep(line, number->decimal[0] == '-' ? 'm' : 'n', form, offset + number->start,
         offset + number->end, match);
    if (number->currency[0] != '\0')
        keep(line, 'c', number->currency, offset + number->start, offset + number->end, 1);
    if (number->percent)
        keep(line, 'p', form, offset + number->start, offset + number->end, match);
}

static gsize digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

/* "1 299.00": where an amount whose thousands a space sets apart ends; 0 if there is none. */
static gsize spaced_amount(const char *text)
{
    gsize n = digits_at(text), groups = 0;
    if (n < 1 || n > 3)
        return 0;
    while (text[n] == ' ' && digits_at(text + n + 1) == 3) {
        n += 4;
        groups++;
    }
    gboolean cents = (text[n] == '.' || text[n] == ',') && digits_at(text + n + 1) == 2;
    return groups > 0 && cents ? n + 3 : 0;
}

/* It may as well be two numbers ("5 100.00"), so both readings are kept. */
static void keep_spaced(const LineText *line, gsize at)
{
    ValueNumber number;
    const char *text = line->text->str + at;
    gsize n = spaced_amount(text);
    if (n > 0 && (at == 0 || !g_ascii_isalnum(text[-1])) &&
        value_parse_number(text, (gssize)n, VALUE_DECIMAL_ANY, &number))
        keep_number(line, &number, at, AMBIGUOUS);
}

static void read_numbers(const LineText *line)
{
    gsize at = 0;
    ValueNumber number;
    for (guint i = 0; i < MAX_LINE_VALUES && at < line->text->len; i++) {
        const char *text = line->text->str + at;
        if (!value_find_number(text, (gssize)(line->text->len - at), VALUE_DECIMAL_ANY, &number))
            return;
        keep_number(line, &number, at, 1);
        keep_spaced(line, at + number.start);
        if (number.ambiguous) {
            static const ValueDecimal others[] = {VALUE_DECIMAL_POINT, VALUE_DECIMAL_COMMA};
            ValueNumber other;
            for (gsize k = 0; k < G_N_ELEMENTS(others); k++) {
                if (value_parse_number(text + number.start, (gssize)(number.end - number.start),
                                       others[k], &other))
                    keep_number(line, &other, at + number.start, AMBIGUOUS);
            }
        }
        at += MAX(number.end, 1);
    }
}

/* Letters that OCR reads for digits, put back, in a word that has digits as well. NULL when there is
 * nothing of the kind. */
static char *without_confusion(const char *text)
{
    static const char letters[] = "OoQDlI|SsBZz", digits[] = "000011155822"; /* by place */
    if (strpbrk(text, "0123456789") == NULL || strpbrk(text, letters) == NULL)
        return NULL;
    char *word = g_strdup(text);
    for (char *c = word; *c != '\0'; c++) {
        const char *found = strchr(letters, *c);
        if (found != NULL)
            *c = digits[found - letters];
    }
    return word;
}

/* OCR loses points and slashes ("2703/2018", "7950"): the digits alone are kept, too. */
static void keep_digits(const LineText *line, const char *word, gsize start, gsize length)
{
    char digits[16];
    gsize count = 0;
    for (const char *c = word; *c != '\0'; c++) {
        if (g_ascii_isdigit(*c) && count < sizeof digits - 1)
            digits[count++] = *c;
        else if (strchr(".,/:-", *c) == NULL)
            return;
    }
    digits[count] = '\0';
    if (count >= 3)
        keep(line, 'x', digits, start, start + length, CONFUSED);
}

static void read_confused(const LineText *line)
{
    for (guint w = 0; w < line->starts->len; w++) {
        gsize start = g_array_index(line->starts, guint32, w);
        gsize length = strcspn(line->text->str + start, " ");
        g_autofree char *word = g_strndup(line->text->str + start, length);
        g_autofree char *cleared = without_confusion(word);
        ValueNumber number;
        if (cleared != NULL && value_parse_number(cleared, -1, VALUE_DECIMAL_ANY, &number))
            keep_number(line, &number, start, CONFUSED);
        keep_digits(line, cleared == NULL ? word : cleared, start, length);
    }
}

/* ---- dates, times, currencies ---- */

static void read_dates(const LineText *line)
{
    gsize at = 0;
    ValueDate date;
    for (guint i = 0; i < MAX_LINE_VALUES && at < line->text->len; i++) {
        const char *text = line->text->str + at;
        if (!value_find_date(text, (gssize)(line->text->len - at), VALUE_ORDER_DMY, &date))
            return;
        keep(line, 'd', date.iso, at + date.start, at + date.end, date.ambiguous ? AMBIGUOUS : 1);
        ValueDate other;
        if (date.ambiguous && value_parse_date(text + date.start, (gssize)(date.end - date.start),
                                               VALUE_ORDER_MDY, &other))
            keep(line, 'd', other.iso, at + date.start, at + date.end, AMBIGUOUS);
        at += MAX(date.end, 1);
    }
}

static void read_times(const LineText *line)
{
    gsize at = 0, start, end;
    char iso[9];
    for (guint i = 0; i < MAX_LINE_VALUES && at < line->text->len; i++) {
        if (!value_find_time(line->text->str + at, (gssize)(line->text->len - at), iso, &start,
                             &end))
            return;
        keep(line, 't', iso, at + start, at + end, 1);
        at += MAX(end, 1);
    }
}

/* Signs and codes by themselves; those at an amount come with it. Names of currencies ("pounds") mean
 * other things too often. */
static void read_currency(const LineText *line, guint word, const char *text, gsize length)
{
    gboolean code = length == 3;
    for (gsize i = 0; i < length; i++)
        code = code && g_ascii_isupper(text[i]);
    /* Other codes of two letters are words and tax classes elsewhere. */
    code = code || (length == 2 && memcmp(text, "RM", 2) == 0);
    gboolean sign = FALSE;
    for (gsize i = 0; i < length && length <= 6; i++)
        sign |= text[i] == '$' || (guchar)text[i] >= 128;
    /* OCR sees a sign in many an S. */
    const char *currency =
        code || (sign && !line->ocr) ? value_currency(text, (gssize)length) : NULL;
    gsize start = g_array_index(line->starts, guint32, word);
    if (currency != NULL)
        keep(line, 'c', currency, start, start + length, 1);
}

/* ---- all lines ---- */

/* OCR tears amounts apart behind the point: "53. 60". */
static gboolean is_torn(const GString *before, const char *word)
{
    if (before->len < 2 || strspn(word, "0123456789") != 2 || strlen(word) != 2)
        return FALSE;
    const char *end = before->str + before->len;
    return (end[-1] == '.' || end[-1] == ',') && g_ascii_isdigit(end[-2]);
}

static void read_line(LineText *line, const Line *row)
{
    const Reading *reading = line->index->reading;
    g_string_truncate(line->text, 0);
    g_array_set_size(line->starts, 0);
    line->first_word = row->first_word;
    gboolean digits = FALSE;
    for (guint32 i = 0; i < row->n_words; i++) {
        const Word *word = reading_word(reading, row->first_word + i);
        const char *text = reading_word_text(reading, word);
        if (i > 0 && (word->flags & WORD_GLUED) == 0 && !(line->ocr && is_torn(line->text, text)))
            g_string_append_c(line->text, ' ');
        guint32 start = (guint32)line->text->len;
        g_array_append_val(line->starts, start);
        g_string_append_len(line->text, text, word->length);
        read_currency(line, i, text, word->length);
        digits = digits || strpbrk(text, "0123456789") != NULL;
    }
    if (!digits)
        return;
    read_numbers(line);
    read_dates(line);
    if (strpbrk(line->text->str, ":h") != NULL)
        read_times(line);
    if (line->ocr)
        read_confused(line);
}

void ground_values_prepare(GroundIndex *index)
{
    if (index->values != NULL)
        return;
    index->values =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    const Reading *reading = index->reading;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(guint32));
    LineText line = {.index = index, .text = text, .starts = starts};
    for (guint p = 0; p < reading->pages->len; p++) {
        const Page *page = reading_page(reading, p);
        line.ocr = page->technique == TECHNIQUE_OCR;
        for (guint32 b = 0; b < page->n_blocks; b++) {
            const Block *block = reading_block(reading, page->first_block + b);
            for (guint32 l = 0; l < block->n_lines; l++)
                read_line(&line, reading_line(reading, block->first_line + l));
        }
    }
}

static void take(GroundIndex *index, char kind, const char *form, float factor, GArray *spans)
{
    ground_values_prepare(index);
    g_autofree char *key = g_strdup_printf("%c%s", kind, form);
    const GArray *found = g_hash_table_lookup(index->values, key);
    for (guint i = 0; found != NULL && i < found->len; i++) {
        GroundSpan span = g_array_index(found, GroundSpan, i);
        span.match *= factor;
        ground_add_span(spans, span);
    }
}

guint ground_index_number(GroundIndex *index, double number, GArray *spans)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], form[VALUE_DECIMAL_SIZE];
    g_ascii_formatd(text, sizeof text, "%.15g", number);
    if (strchr(text, 'e') != NULL)
        g_ascii_formatd(text, sizeof text, "%.0f", number);
    canonical(text, form);
    take(index, number < 0 ? 'm' : 'n', form, 1, spans);
    if (spans->len == 0)
        take(index, number < 0 ? 'n' : 'm', form, OTHER_SIGN, spans);
    if (spans->len == 0 && fabs(number) < 1e9) {
        g_snprintf(text, sizeof text, "%.0f", fabs(number) * 100);
        take(index, 'x', text, 1, spans);
    }
    return spans->len;
}

guint ground_index_percent(GroundIndex *index, double percent, GArray *spans)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], form[VALUE_DECIMAL_SIZE];
    /* 0.07 * 100 is 7.000000000000001. */
    g_ascii_formatd(text, sizeof text, "%.8f", percent);
    canonical(text, form);
    take(index, 'p', form, 1, spans);
    return spans->len;
}

guint ground_index_date(GroundIndex *index, const char *iso, GArray *spans)
{
    take(index, 'd', iso, 1, spans);
    static const char *const orders[] = {"dmY", "mdY", "Ymd", "dmy"}; /* as in strftime */
    for (gsize i = 0; spans->len == 0 && i < G_N_ELEMENTS(orders); i++) {
        g_autoptr(GString) digits = g_string_new(NULL);
        for (const char *c = orders[i]; *c != '\0'; c++) {
            const gsize at = *c == 'd' ? 8 : *c == 'm' ? 5 : *c == 'y' ? 2 : 0;
            g_string_append_len(digits, iso + at, *c == 'Y' ? 4 : 2);
        }
        take(index, 'x', digits->str, 1, spans);
    }
    return spans->len;
}

guint ground_index_time(GroundIndex *index, const char *iso, GArray *spans)
{
    take(index, 't', iso, 1, spans);
    return spans->len;
}

gboolean ground_index_has_currency(GroundIndex *index)
{
    ground_values_prepare(index);
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, index->values);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (*(const char *)key == 'c')
            return TRUE;
    }
    return FALSE;
}

guint ground_index_currency(GroundIndex *index, const char *code, GArray *spans)
{
    take(index, 'c', code, 1, spans);
    return spans->len;
}
