#include "reading-agree.h"

#include "values.h"
#include <string.h>

#define MAX_COMPARED 500 /* characters of a line; a longer one is compared up to there */

/* ---- two techniques on one page ---- */

typedef struct {
    guint32 word; /* index into the reading */
    double middle;
} Place;

static int compare_places(gconstpointer a, gconstpointer b)
{
    const Place *one = a, *two = b;
    return one->middle < two->middle ? -1 : one->middle > two->middle;
}

/* The words [first, end) of a page. */
static void words_of(const Reading *r, const Page *page, guint *first, guint *end)
{
    *first = *end = 0;
    if (page->n_blocks == 0)
        return;
    const Block *last_block = reading_block(r, page->first_block + page->n_blocks - 1);
    const Line *last = reading_line(r, last_block->first_line + last_block->n_lines - 1);
    *first = reading_line(r, reading_block(r, page->first_block)->first_line)->first_word;
    *end = last->first_word + last->n_words;
}

/* The page's words by the height of their middles. Caller frees. */
static GArray *places_of(const Reading *r, const Page *page)
{
    guint first, end;
    words_of(r, page, &first, &end);
    GArray *places = g_array_sized_new(FALSE, FALSE, sizeof(Place), end - first);
    for (guint i = first; i < end; i++) {
        Rect rect = reading_word(r, i)->rect;
        Place place = {i, (rect.y0 + rect.y1) / 2};
        g_array_append_val(places, place);
    }
    g_array_sort(places, compare_places);
    return places;
}

static guint first_at(const GArray *places, double middle)
{
    guint low = 0, high = places->len;
    while (low < high) {
        guint at = (low + high) / 2;
        if (g_array_index(places, Place, at).middle < middle)
            low = at + 1;
        else
            high = at;
    }
    return low;
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    guint32 one = *(const guint32 *)a, two = *(const guint32 *)b;
    return one < two ? -1 : one > two;
}

static void append_folded(GString *out, const char *text)
{
    g_autofree char *folded = value_fold(text, -1);
    for (const char *p = folded; *p; p++)
        if (*p != ' ')
            g_string_append_c(out, *p);
}

/* What stands inside a rectangle, in the order in which it was read. */
static void read_inside(const Reading *r, const GArray *places, Rect rect, GString *out)
{
    g_autoptr(GArray) inside = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = first_at(places, rect.y0); i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);
        if (place->middle > rect.y1)
            break;
        Rect word = reading_word(r, place->word)->rect;
        double middle = (word.x0 + word.x1) / 2;
        if (middle >= rect.x0 && middle <= rect.x1)
            g_array_append_val(inside, place->word);
    }
    g_array_sort(inside, compare_numbers);
    for (guint i = 0; i < inside->len; i++) {
        const Word *word = reading_word(r, g_array_index(inside, guint32, i));
        append_folded(out, reading_word_text(r, word));
    }
}

/* 1 - edit distance / length of the longer; by characters. */
static double likeness(const char *a, const char *b)
{
    glong n, m;
    g_autofree gunichar *x = g_utf8_to_ucs4_fast(a, -1, &n);
    g_autofree gunichar *y = g_utf8_to_ucs4_fast(b, -1, &m);
    n = MIN(n, MAX_COMPARED);
    m = MIN(m, MAX_COMPARED);
    if (MAX(n, m) == 0)
        return 1;
    g_autofree glong *row = g_new(glong, m + 1);
    for (glong j = 0; j <= m; j++)
        row[j] = j;
    for (glong i = 1; i <= n; i++) {
        glong diagonal = row[0];
        row[0] = i;
        for (glong j = 1; j <= m; j++) {
            glong change = diagonal + (x[i - 1] != y[j - 1]);
            diagonal = row[j];
            row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return 1.0 - (double)row[m] / (double)MAX(n, m);
}

typedef struct {
    double same, letters;
} Sum;

static void agree_lines(Reading *r, const Page *page, const Reading *other, const Page *its,
                        Sum *sum)
{
    g_autoptr(GArray) places = places_of(other, its);
    g_autoptr(GString) mine = g_string_new(NULL), theirs = g_string_new(NULL);
    for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
        const Block *block = reading_block(r, b);
        for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
            Line *line = &g_array_index(r->lines, Line, l);
            g_string_truncate(mine, 0);
            g_string_truncate(theirs, 0);
            for (guint w = line->first_word; w < line->first_word + line->n_words; w++)
                append_folded(mine, reading_word_text(r, reading_word(r, w)));
            read_inside(other, places, line->rect, theirs);
            line->agreement =
                strcmp(mine->str, theirs->str) == 0 ? 1 : likeness(mine->str, theirs->str);
            sum->same += line->agreement * (double)mine->len;
            sum->letters += (double)mine->len;
        }
    }
}

static gboolean has_layout(const Page *page)
{
    return page->geometry == READING_LAYOUT && page->technique != TECHNIQUE_DATA;
}

double reading_agree(Reading *r)
{
    Sum sum = {0}, theirs = {0};
    Reading *other = r->second;
    if (!other)
        return -1;
    for (guint i = 0, j = 0; i < r->pages->len && j < other->pages->len;) {
        const Page *page = reading_page(r, i), *its = reading_page(other, j);
        if (page->number == its->number && has_layout(page) && has_layout(its)) {
            agree_lines(r, page, other, its, &sum);
            agree_lines(other, its, r, page, &theirs);
        }
        guint number = page->number;
        i += number <= its->number;
        j += its->number <= number;
    }
    return sum.letters > 0 ? sum.same / sum.letters : -1;
}

/* ---- data and pages ---- */

/* What the pages say: all of it as one key, and the numbers and dates in it. */
typedef struct {
    GString *text;       /* " invoice no 4711 …  " */
    GHashTable *numbers; /* decimal, without zeros that mean nothing */
    GHashTable *dates;   /* ISO 8601 */
} Said;

static char *plain_decimal(const char *decimal)
{
    char *out = g_strdup(decimal[0] == '-' ? decimal + 1 : decimal);
    gsize length = strlen(out);
    if (!strchr(out, '.'))
        return out;
    while (out[length - 1] == '0')
        out[--length] = '\0';
    if (out[length - 1] == '.')
        out[length - 1] = '\0';
    return out;
}

static void note_numbers(Said *said, const char *line)
{
    static const ValueDecimal signs[] = {VALUE_DECIMAL_POINT, VALUE_DECIMAL_COMMA};
    gsize length = strlen(line), at = 0;
    ValueNumber found, number;
    while (at < length &&
           value_find_number(line + at, (gssize)(length - at), VALUE_DECIMAL_ANY, &found)) {
        g_hash_table_add(said->numbers, plain_decimal(found.decimal));
        for (gsize k = 0; found.ambiguous && k < G_N_ELEMENTS(signs); k++)
            if (value_parse_number(line + at + found.start, (gssize)(found.end - found.start),
                                   signs[k], &number))
                g_hash_table_add(said->numbers, plain_decimal(number.decimal));
        at += MAX(found.end, 1);
    }
}

static void note_dates(Said *said, const char *line)
{
    gsize length = strlen(line), at = 0;
    ValueDate found, other;
    while (at < length &&
           value_find_date(line + at, (gssize)(length - at), VALUE_ORDER_DMY, &found)) {
        g_hash_table_add(said->dates, g_strdup(found.iso));
        if (found.ambiguous &&
            value_parse_date(line + at + found.start, (gssize)(found.end - found.start),
                             VALUE_ORDER_MDY, &other))
            g_hash_table_add(said->dates, g_strdup(other.iso));
        at += MAX(found.end, 1);
    }
}

static void said_init(Said *said, const Reading *r)
{
    said->text = g_string_new(" ");
    said->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    said->dates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint l = 0; l < r->lines->len; l++) {
        g_autofree char *line = reading_line_text(r, l);
        g_autofree char *key = value_key(line, -1);
        g_string_append(said->text, key);
        g_string_append_c(said->text, ' ');
        note_numbers(said, line);
        note_dates(said, line);
    }
}

static void said_clear(Said *said)
{
    g_string_free(said->text, TRUE);
    g_hash_table_unref(said->numbers);
    g_hash_table_unref(said->dates);
}

static gboolean is_said(const Said *said, const char *value)
{
    ValueNumber number;
    ValueDate date;
    if (value_parse_date(value, -1, VALUE_ORDER_YMD, &date))
        return g_hash_table_contains(said->dates, date.iso);
    if (value_parse_number(value, -1, VALUE_DECIMAL_POINT, &number)) {
        g_autofree char *plain = plain_decimal(number.decimal);
        if (g_hash_table_contains(said->numbers, plain))
            return TRUE;
    }
    g_autofree char *key = value_key(value, -1);
    g_autofree char *wanted = g_strdup_printf(" %s ", key);
    return key[0] && strstr(said->text->str, wanted);
}

/* An address stands on several lines of a page, and each of them somewhere. */
static gboolean are_parts_said(const Said *said, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ", ", -1);
    guint n = g_strv_length(parts);
    for (guint i = 0; i < n; i++)
        if (!is_said(said, parts[i]))
            return FALSE;
    return n > 1;
}

/* Each cell of a row that is not empty; -1: all are. */
static double row_agreement(const Said *said, const Reading *data, guint line)
{
    const Line *l = reading_line(data, line);
    gint last = -1;
    double agreement = -1;
    for (guint w = l->first_word; w < l->first_word + l->n_words; w++) {
        gint column = g_array_index(data->words, Word, w).column;
        if (column == last)
            continue;
        last = column;
        g_autofree char *cell = reading_column_text(data, line, column);
        if (!is_said(said, cell))
            return 0;
        agreement = 1;
    }
    return agreement;
}

static double data_agreement(const Said *said, const Reading *data, const Block *block, guint line)
{
    if (block->kind == BLOCK_TABLE)
        return line == block->first_line ? -1 : row_agreement(said, data, line);
    g_autofree char *value = reading_column_text(data, line, 1);
    return is_said(said, value) || are_parts_said(said, value);
}

double reading_agree_data(Reading *r)
{
    Reading *data = r->second;
    guint found = 0, lines = 0;
    Said said = {0};
    for (guint p = 0; data && p < data->pages->len; p++) {
        const Page *page = reading_page(data, p);
        if (page->technique != TECHNIQUE_DATA)
            continue;
        if (!said.text)
            said_init(&said, r);
        for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
            const Block *block = reading_block(data, b);
            for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
                Line *line = &g_array_index(data->lines, Line, l);
                line->agreement = data_agreement(&said, data, block, l);
                found += line->agreement > 0;
                lines += line->agreement >= 0;
            }
        }
    }
    if (said.text)
        said_clear(&said);
    return lines ? (double)found / lines : -1;
}
