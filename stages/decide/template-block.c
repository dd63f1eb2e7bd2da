/* Parsers that look at several lines: the block under a label, the head of a page (who, where), its
 * headings and paragraphs. */
#include "template-internal.h"

#include <string.h>

/* A name found without a label is less sure when it has fewer points, fewer than the next line and
 * this many, or letters that OCR could hardly read. */
#define POINTS_NAME 0.6
#define POINTS_NAME_OCR 1.4
#define MARGIN_NAME 0.15
#define LETTERS_READ 0.70
#define SURE_FAINT 0.85

/* What stands beside each other in a row without a wide gap: a line as a person sees it. */
typedef struct {
    guint row, first_cell, n_cells;
    Rect rect;
    char *text;
} Strip;

/* Cells further apart than this many line heights belong to different columns of the page. */
#define STRIP_GAP 4.0
/* Lines further apart than this share of their height belong to different blocks. */
#define BLOCK_GAP 1.7

static const char *const lexicon[LEXICON_LAST] = {
    [LEXICON_STREET] =
        "\\b(?:street|st\\.|road|rd\\b|avenue|ave\\b|lane|drive|boulevard|blvd|square|plaza|court|"
        "highway|hwy|terrace|crescent|close|parade|wharf|floor|flr|level|suite|lot|block|blk|"
        "building|"
        "bldg|mall|shopping cent(?:re|er)|industrial|(?:p\\.?\\s?o\\.?|post) ?box|jalan|jln|jl\\b|"
        "lorong|lrg|taman|tmn|kampung|kg\\b|bandar|seksyen|section|sek\\b|persiaran|lebuh\\w*|"
        "kawasan|"
        "kws|desa|mukim|simpang|wisma|menara|bangunan|kompleks|plaza|pusat|"
        "\\w*stra(?:ss|b|\xc3\x9f)e|\\w*str\\.|\\w+weg\\b|\\w*platz\\b|\\w*allee\\b|\\w+gasse\\b|"
        "\\w+damm\\b|\\w+ufer\\b|postfach|rue|chemin|all\xc3\xa9"
        "e|impasse|quai|cedex|via\\b|viale|"
        "piazza|corso|calle|avenida|avda|paseo|rua|pra\xc3\xa7"
        "a|\\w+straat|\\w+laan|\\w+plein|"
        "\\w+gracht|\\w+kade|\\w+singel|postbus)(?![a-z])",
    [LEXICON_POSTCODE] = "(?:^|[\\s,.(-])(?:[a-z]{1,2}-)?\\d{4,6}(?:-\\d{4})?[\\s,.]+\\p{L}{2,}|"
                         "\\p{L}{2,}[\\s,.]+(?:[a-z]{1,2}-)?\\d{5,6}(?:-\\d{4})?(?:$|[\\s,.)])|"
                         "\\b[a-z]\\d[\\dw] [a-z\\d]{4}\\b|\\b[a-z]{1,2}\\d[a-z\\d]? "
                         "?\\d[a-z]{2}\\b|\\b[a-z]\\d[a-z] ?\\d[a-z]\\d\\b",
    [LEXICON_HOUSE] =
        "^\\W*(?:(?:no|nos|lot|unit|blk|block|suite|level|g\\.?m|shop|room)\\b[\\s.:,#-]*"
        "[a-z]{0,2}-?\\d|\\d{1,4}[a-z]?(?:\\s?[-&/,]\\s?\\d{1,4}[a-z]?)*[\\s,.]+\\p{L}{2,}|"
        "[a-z]{1,3}-?\\d{1,4}(?:-\\d+)*[a-z]?,)",
    [LEXICON_LEGAL] =
        "\\b(?:s[do]n\\.? ?b[hn]d|sbn bhd|s/b|bhd|ltd|limited|inc|incorporated|llc|llp|gmbh|mbh|"
        "(?-i:A\\.?G|K\\.?G|UG)|e\\.? "
        "?k|ohg|gbr|s\\.?a|s\\.?a\\.?r\\.?l|s\\.?a\\.?s|s\\.?r\\.?l|s\\.?p\\.?a|"
        "b\\.?v|n\\.?v|oy|aps|pty|pte|plc|corp|corporation|company|s\\.?l|lda|"
        "eurl|dac|clg|e\\.? ?v|sp\\. z o\\.?o|sb$)(?![a-z])\\.?",
    [LEXICON_BUSINESS] =
        "\\b(?:enterprises?|trading|hardware|restaurants?|restoran|ristorante|kedai|pasar|mart|"
        "(?:mini|super|hyper)?market|bakery|bakeries|b(?:a|\xc3\xa4)"
        "ckerei|pharmacy|farmasi|apotheke|"
        "store|stores|shop|hotel|cafe|caf\xc3\xa9|coffee|bistro|bar|grill|kitchen|stationery|"
        "station|petrol|"
        "marketing|holdings?|group|services?|industries|supplies|centre|center|perniagaan|"
        "perusahaan|clinic|klinik|motors?|electronics?|foods?|international|solutions|systems|"
        "seafood|leisure|confectionery|distributors?|distribution|retail|company|co\\.)(?![a-z])",
    [LEXICON_COUNTRY] = "(?:^|[\\s,])(?:ireland|(?:great )?britain|england|scotland|wales|united "
                        "kingdom|u\\.?k|germany|"
                        "deutschland|france|(?:the "
                        ")?netherlands|nederland|belgium|belgi\\w+|austria|\xc3\xb6sterreich|"
                        "switzerland|schweiz|suisse|italy|italia|spain|espa\xc3\xb1"
                        "a|portugal|poland|polska|denmark|"
                        "sweden|norway|u\\.?s\\.?a|united states|canada|australia|new "
                        "zealand|malaysia|singapore)\\W*$",
    [LEXICON_MONEY] = "\\d[.,]\\d\\d(?:\\W*|\\s\\p{L}{1,2})$|[\xe2\x82\xac\xc2\xa3]\\s?\\d|\\d ?%",
    [LEXICON_CONTACT] =
        "\\b(?:tel|telephone|phone|ph|fax|h/"
        "?p|mobile|hotline|e-?mail|www|http|website|gst|sst|vat|tax|"
        "ust|reg|registration|roc|co(?:mpany)?\\.? ?(?:reg|no)|id no|reg\\.? ?no|date|datum|time|"
        "invoice|receipt|bill no|cash bill|cashier|counter|table|operator|order)(?![a-z])|@|"
        "\\b\\d{1,2}:\\d{2}\\b|\\b\\d{2,3}[- ]\\d{3,4}[- ]?\\d{3,4}\\b|\\b\\d{6,}\\b(?! *\\p{L})",
};

GRegex *lexicon_regex(Lexicon which)
{
    return g_regex_new(lexicon[which], G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
}

static gboolean says(const Run *run, Lexicon which, const char *text)
{
    return g_regex_match(run->template->lexicon[which], text, 0, NULL);
}

/* ---- strips ---- */

static void strip_clear(gpointer data)
{
    g_free(((Strip *)data)->text);
}

static void add_strip(const Run *run, GArray *strips, guint row, guint first, guint n)
{
    const Sheet *sheet = run->sheet;
    Strip strip = {.row = row, .first_cell = first, .n_cells = n};
    GString *text = g_string_new(NULL);
    for (guint i = first; i < first + n; i++) {
        const Cell *cell = sheet_cell(sheet, i);
        strip.rect = i == first ? cell->rect : rect_union(strip.rect, cell->rect);
        g_string_append_printf(text, "%s%s", i > first ? " " : "", cell->text);
    }
    strip.text = g_string_free(text, FALSE);
    g_array_append_val(strips, strip);
}

/* The strips of rows [first, end) that lie in the field's region, from top to bottom. */
static GArray *strips_of(const Run *run, const FieldSpec *field, guint first, guint end, guint most)
{
    const Sheet *sheet = run->sheet;
    GArray *strips = g_array_new(FALSE, TRUE, sizeof(Strip));
    g_array_set_clear_func(strips, strip_clear);
    for (guint r = first; r < end && strips->len < most; r++) {
        const Row *row = sheet_row(sheet, r);
        double line = sheet_line_height(sheet, r);
        guint from = row->first_cell, stop = row->first_cell + row->n_cells;
        if (!run_in_region(run, field, sheet_cell(sheet, from)))
            continue;
        for (guint i = from + 1; i <= stop; i++) {
            guint32 at;
            gboolean label = i < stop && run_label_at(run, i, 0, FALSE, &at) && at == 0;
            gboolean wide =
                i < stop && sheet_cell(sheet, i)->rect.x0 - sheet_cell(sheet, i - 1)->rect.x1 >
                                STRIP_GAP * line;
            if (i == stop || wide || label) {
                add_strip(run, strips, r, from, i - from);
                from = i;
            }
        }
    }
    return strips;
}

static const Strip *strip_at(const GArray *strips, guint i)
{
    return &g_array_index(strips, Strip, i);
}

static gboolean same_column(Rect a, Rect b)
{
    double narrow = MIN(a.x1 - a.x0, b.x1 - b.x0);
    return MIN(a.x1, b.x1) - MAX(a.x0, b.x0) > 0.3 * narrow;
}

/* The next strip under this one in its column, or `n`. */
static guint strip_below(const Run *run, const GArray *strips, guint i)
{
    const Strip *strip = strip_at(strips, i);
    double line = sheet_line_height(run->sheet, strip->row);
    guint page = sheet_row(run->sheet, strip->row)->page;
    for (guint k = i + 1; k < strips->len; k++) {
        const Strip *next = strip_at(strips, k);
        if (next->row == strip->row || !same_column(strip->rect, next->rect))
            continue;
        if (sheet_row(run->sheet, next->row)->page != page ||
            next->rect.y0 - strip->rect.y1 > BLOCK_GAP * line)
            break;
        return k;
    }
    return strips->len;
}

static gboolean has_phrase(const Run *run, const Phrases *phrases, guint cell)
{
    const Cell *c = sheet_cell(run->sheet, cell);
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(PhraseMatch));
    if (!phrases || c->n_tokens == 0)
        return FALSE;
    phrases_match(phrases, sheet_token(run->sheet, c->first_token), c->n_tokens, c->ocr, matches);
    for (guint i = 0; i < matches->len; i++)
        if (g_array_index(matches, PhraseMatch, i).first == 0)
            return TRUE;
    return FALSE;
}

/* Does a label begin the strip, or a phrase of the field's "until"? */
static gboolean strip_ends(const Run *run, const FieldSpec *field, const Strip *strip)
{
    guint32 at;
    if (has_phrase(run, field->until, strip->first_cell))
        return TRUE;
    return run_label_at(run, strip->first_cell, 0, FALSE, &at) && at == 0;
}

/* ---- joining ---- */

static const char *separator_after(const FieldSpec *field, const GString *text)
{
    if (field->join)
        return field->join;
    if (field->value.parser != PARSER_ADDRESS)
        return field->value.parser == PARSER_BLOCK ? "\n" : " ";
    return text->len > 0 && text->str[text->len - 1] == ',' ? " " : ", ";
}

/* "Name - Street 1 - 12345 Town", the sender in one line: where its first sign stands, and the
 * sign's end; 0 if the text is no such line. */
static gsize sender_line(const Run *run, const char *text, gsize *after)
{
    static const char *const signs[] = {
        " - ", " \xe2\x80\x93 ", " \xc2\xb7 ", " \xe2\x97\x8f ", " \xe2\x80\xa2 ", " | ", " * "};
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++) {
        const char *at = strstr(text, signs[i]);
        const char *next = at ? at + strlen(signs[i]) : NULL;
        if (!at || at == text || !strstr(next, signs[i]))
            continue;
        if (!says(run, LEXICON_POSTCODE, next) && !says(run, LEXICON_STREET, next))
            continue;
        *after = (gsize)(next - text);
        return (gsize)(at - text);
    }
    return 0;
}

/* Of a sender's line the name or the rest, as the field asks. */
static void cut_sender(const Run *run, const FieldSpec *field, char *text)
{
    gsize after = 0, at = sender_line(run, text, &after);
    if (at == 0)
        return;
    if (field->value.parser == PARSER_ORGANISATION)
        text[at] = '\0';
    else if (field->value.parser == PARSER_ADDRESS)
        memmove(text, text + after, strlen(text + after) + 1);
}

/* The value that the source's text makes as a string; its words are the evidence. Frees it. */
static Found *found_from_source(Run *run, const FieldSpec *field, Source *source)
{
    g_autoptr(Found) found = found_new();
    guint first = source->pieces->len ? g_array_index(source->pieces, Piece, 0).cell : 0;
    gboolean ocr = source->pieces->len && sheet_cell(run->sheet, first)->ocr;
    char *text = ocr ? spell_ocr(&field->value, source->text->str) : g_strdup(source->text->str);
    g_strstrip(text);
    cut_sender(run, field, text);
    gsize n = strlen(text);
    while (n > 0 && strchr(",;", text[n - 1]) != NULL && field->join == NULL)
        text[--n] = '\0';
    found->raw = g_strstrip(g_strdup(source->text->str));
    found->value = value_finish(&field->value, text);
    source_words(source, run->sheet, 0, source->text->len, found->runs);
    source_free(source);
    return found->value ? g_steal_pointer(&found) : NULL;
}

static void add_strip_to_source(Run *run, const FieldSpec *field, Source *source,
                                const Strip *strip)
{
    for (guint i = strip->first_cell; i < strip->first_cell + strip->n_cells; i++) {
        const Cell *cell = sheet_cell(run->sheet, i);
        source_add_cell(source, run->sheet, i, 0, cell->length,
                        i == strip->first_cell ? separator_after(field, source->text) : " ");
    }
}

/* ---- addresses ---- */

/* How much a line looks like one of an address: 1 and more is one. */
static double address_points(const Run *run, const FieldSpec *field, const char *text)
{
    double points = 0;
    if (says(run, LEXICON_STREET, text))
        points += 1.0;
    if (says(run, LEXICON_POSTCODE, text))
        points += 1.0;
    if (says(run, LEXICON_HOUSE, text))
        points += 0.8;
    for (guint i = 0; field->words && i < field->words->len; i++)
        if (g_regex_match(g_ptr_array_index(field->words, i), text, 0, NULL))
            points += 0.8;
    if (says(run, LEXICON_CONTACT, text))
        points -= 1.5;
    ValueDate date; /* "2 April 2026" is no house in a street */
    if (says(run, LEXICON_MONEY, text) || value_find_date(text, -1, VALUE_ORDER_DMY, &date))
        points -= 3.0;
    if (points < 1.0 && (says(run, LEXICON_LEGAL, text) || says(run, LEXICON_BUSINESS, text)))
        points -= 1.0; /* "99 Ways Mart Ltd" begins with a number and is a name */
    return points;
}

/* A place or country by itself: letters only, short, nothing else. */
static gboolean is_place(const char *text)
{
    guint words = 1;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        words += c == ' ';
        if (g_unichar_isdigit(c) || c == ':' || c == '*' || c == '(')
            return FALSE;
    }
    return words <= 4 && strlen(text) >= 3;
}

#define ADDRESS_LINE 0.75

/* Lines of an address from strip `i` on: their indices. Lines that say nothing are taken when the
 * address goes on behind them. */
static GArray *address_from(const Run *run, const FieldSpec *field, const GArray *strips, guint i,
                            double *total)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(guint));
    *total = 0;
    gboolean comma = FALSE;
    for (; i < strips->len && lines->len < field->lines; i = strip_below(run, strips, i)) {
        const Strip *strip = strip_at(strips, i);
        double points = address_points(run, field, strip->text);
        gsize n = strlen(strip->text);
        if (points < ADDRESS_LINE) {
            guint next = strip_below(run, strips, i);
            gboolean goes_on =
                next < strips->len && points > -1 &&
                address_points(run, field, strip_at(strips, next)->text) >= ADDRESS_LINE;
            gboolean place = points > -1 && is_place(strip->text) &&
                             (comma || says(run, LEXICON_COUNTRY, strip->text));
            if (lines->len == 0 || strip_ends(run, field, strip) || (!goes_on && !place))
                break;
        }
        g_array_append_val(lines, i);
        *total += MAX(points, 0);
        comma = strip->text[n - 1] == ',';
    }
    return lines;
}

static Found *found_from_strips(Run *run, const FieldSpec *field, const GArray *strips,
                                const GArray *lines)
{
    Source *source = source_new();
    for (guint i = 0; i < lines->len; i++)
        add_strip_to_source(run, field, source, strip_at(strips, g_array_index(lines, guint, i)));
    return found_from_source(run, field, source);
}

Found *block_address(Run *run, const FieldSpec *field)
{
    g_autoptr(GArray) strips = strips_of(run, field, 0, run->sheet->rows->len, 120);
    for (guint i = 0; i < strips->len; i++) {
        double total;
        g_autoptr(GArray) lines = address_from(run, field, strips, i, &total);
        if (lines->len == 0 || total < 1.5)
            continue;
        Found *found = found_from_strips(run, field, strips, lines);
        if (found)
            return found;
    }
    return NULL;
}

/* ---- organisations ---- */

static void count_signs(const char *text, guint *letters, guint *lower, guint *digits, guint *words)
{
    *letters = *lower = *digits = 0;
    *words = 1;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        *letters += g_unichar_isalpha(c);
        *lower += g_unichar_islower(c);
        *digits += g_unichar_isdigit(c);
        *words += c == ' ';
    }
}

static double strip_confidence(const Run *run, const Strip *strip)
{
    double sum = 0;
    guint n = 0;
    for (guint i = strip->first_cell; i < strip->first_cell + strip->n_cells; i++) {
        const Cell *cell = sheet_cell(run->sheet, i);
        for (guint w = cell->first_word; w < cell->first_word + cell->n_words; w++) {
            double c = reading_word(run->sheet->reading, w)->confidence;
            sum += c < 0 ? 1 : c;
            n++;
        }
    }
    return n ? sum / n : 0;
}

static double organisation_points(const Run *run, const FieldSpec *field, const Strip *strip,
                                  guint index)
{
    guint letters, lower, digits, words;
    const char *text = strip->text;
    count_signs(text, &letters, &lower, &digits, &words);
    if (letters < 3 || letters < digits)
        return -10;
    double points = 1.0 - 0.08 * index;
    double line = sheet_line_height(run->sheet, strip->row);
    gboolean legal = says(run, LEXICON_LEGAL, text);
    points += legal ? 1.5 : 0;
    points += says(run, LEXICON_BUSINESS, text) ? 0.6 : 0;
    for (guint i = 0; field->words && i < field->words->len; i++)
        if (g_regex_match(g_ptr_array_index(field->words, i), text, 0, NULL))
            points += 0.8;
    points += CLAMP((strip->rect.y1 - strip->rect.y0) / line - 1.0, -0.3, 0.6);
    if (says(run, LEXICON_CONTACT, text) && !legal)
        points -= 1.5;
    if (address_points(run, field, text) >= ADDRESS_LINE && !legal)
        points -= 1.2;
    if (strip_ends(run, field, strip))
        points -= 1.5;
    if (words > 8)
        points -= words > 12 ? 5.0 : 0.5; /* a sentence */
    if (says(run, LEXICON_MONEY, text) || (!legal && says(run, LEXICON_COUNTRY, text)))
        points -= 2.0;
    if (letters == lower) /* names begin with capitals, scribbles on the paper do not */
        points -= 1.0;
    if (letters < 5)
        points -= 0.5;
    return points - (strip_confidence(run, strip) < 0.5 ? 0.8 : 0);
}

/* "SDN BHD" alone: the name itself stands above it. */
static gboolean only_legal(const Run *run, const char *text)
{
    g_autofree char *rest =
        g_regex_replace_literal(run->template->lexicon[LEXICON_LEGAL], text, -1, 0, "", 0, NULL);
    guint letters = 0, lower, digits, words;
    if (rest)
        count_signs(rest, &letters, &lower, &digits, &words);
    return rest && letters < 4;
}

gboolean is_organisation(const Run *run, const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, length);
    return !only_legal(run, copy);
}

/* What speaks for a name by its place alone: how much it looks like one, how far behind the next
 * line is, and how well it could be read. */
static double organisation_sure(const Run *run, const Strip *strip, double points, double margin)
{
    gboolean ocr = sheet_cell(run->sheet, strip->first_cell)->ocr;
    double sure = 1.0;
    if (points < (ocr ? POINTS_NAME_OCR : POINTS_NAME))
        sure *= SURE_FAINT;
    if (margin < MARGIN_NAME)
        sure *= SURE_FAINT;
    if (strip_confidence(run, strip) < LETTERS_READ)
        sure *= SURE_FAINT;
    return sure;
}

Found *block_organisation(Run *run, const FieldSpec *field)
{
    g_autoptr(GArray) strips = strips_of(run, field, 0, run->sheet->rows->len, 14);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(guint));
    double best = 0.2, second = 0;
    guint winner = strips->len;
    for (guint i = 0; i < strips->len; i++) {
        double points = organisation_points(run, field, strip_at(strips, i), i);
        if (points > best) {
            second = best;
            best = points;
            winner = i;
        } else {
            second = MAX(second, points);
        }
    }
    if (winner == strips->len)
        return NULL;
    guint before = winner - 1;
    const char *text = strip_at(strips, winner)->text;
    if (winner > 0 && (text[0] == '(' || only_legal(run, text)))
        g_array_append_val(lines, before);
    g_array_append_val(lines, winner);
    Found *found = found_from_strips(run, field, strips, lines);
    if (found)
        found->sure = organisation_sure(run, strip_at(strips, winner), best, best - second);
    return found;
}

/* ---- the block under a label ---- */

/* In an address block the name stands first: lines before the first address line go. */
static void drop_name(const Run *run, const FieldSpec *field, const GArray *strips, GArray *lines)
{
    guint first = 0;
    while (first < lines->len &&
           address_points(run, field, strip_at(strips, g_array_index(lines, guint, first))->text) <
               ADDRESS_LINE)
        first++;
    if (first > 0)
        g_array_remove_range(lines, 0, first);
}

/* Of a party's block the line that is most like a name. */
static void keep_name(const Run *run, const FieldSpec *field, const GArray *strips, GArray *lines)
{
    double best = -0.5;
    guint winner = strips->len;
    for (guint i = 0; i < lines->len; i++) {
        guint line = g_array_index(lines, guint, i);
        const Strip *strip = strip_at(strips, line);
        double points = organisation_points(run, field, strip, i);
        points -= strchr(strip->text, ':') ? 1.0 : 0;
        if (points > best) {
            best = points;
            winner = line;
        }
    }
    g_array_set_size(lines, 0);
    if (winner < strips->len)
        g_array_append_val(lines, winner);
}

Found *block_below(Run *run, const FieldSpec *field, const Hit *hit)
{
    const Sheet *sheet = run->sheet;
    const Cell *cell = sheet_cell(sheet, hit->cell);
    double line = sheet_line_height(sheet, cell->row);
    g_autoptr(GArray) strips =
        strips_of(run, field, cell->row, MIN(sheet->rows->len, cell->row + field->lines + 6), 60);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(guint));
    Rect column = hit->rect;
    column.x1 += 4 * line;
    for (guint i = 0; i < strips->len && lines->len < field->lines; i++) {
        const Strip *strip = strip_at(strips, i);
        if (strip->row <= cell->row || !same_column(column, strip->rect))
            continue;
        if (strip->rect.y0 - column.y1 > BLOCK_GAP * line || strip_ends(run, field, strip) ||
            sheet_row(sheet, strip->row)->page != cell->page)
            break;
        if (field->value.parser == PARSER_ADDRESS && lines->len > 0 &&
            says(run, LEXICON_CONTACT, strip->text) &&
            address_points(run, field, strip->text) < ADDRESS_LINE)
            break;
        g_array_append_val(lines, i);
        column.y1 = strip->rect.y1;
        column.x0 = MIN(column.x0, strip->rect.x0);
    }
    if (field->value.parser == PARSER_ADDRESS)
        drop_name(run, field, strips, lines);
    if (field->value.parser == PARSER_ORGANISATION)
        keep_name(run, field, strips, lines);
    return lines->len > 0 ? found_from_strips(run, field, strips, lines) : NULL;
}

/* ---- headings and paragraphs ---- */

static Found *found_from_block(Run *run, const FieldSpec *field, guint first_block, guint n_blocks)
{
    Source *source = source_new();
    for (guint i = 0; i < run->sheet->cells->len; i++) {
        const Cell *cell = sheet_cell(run->sheet, i);
        if (cell->block < first_block || cell->block >= first_block + n_blocks)
            continue;
        gboolean new_block = i > 0 && sheet_cell(run->sheet, i - 1)->block != cell->block;
        source_add_cell(source, run->sheet, i, 0, cell->length, new_block ? "\n" : " ");
    }
    return found_from_source(run, field, source);
}

static gboolean block_in_region(const Run *run, const FieldSpec *field, const Block *block)
{
    const Line *line = block->n_lines ? reading_line(run->sheet->reading, block->first_line) : NULL;
    if (!line || line->n_words == 0)
        return FALSE;
    guint cell = g_array_index(run->sheet->word_cell, guint32, line->first_word);
    return run_in_region(run, field, sheet_cell(run->sheet, cell));
}

/* The highest heading of the region; on pages without headings the first line. */
Found *block_heading(Run *run, const FieldSpec *field)
{
    const Reading *r = run->sheet->reading;
    guint best = r->blocks->len;
    for (guint i = 0; i < r->blocks->len; i++) {
        const Block *block = reading_block(r, i);
        if (block->kind != BLOCK_HEADING || !block_in_region(run, field, block))
            continue;
        if (best == r->blocks->len || block->level < reading_block(r, best)->level)
            best = i;
    }
    if (best < r->blocks->len)
        return found_from_block(run, field, best, 1);
    if (g_hash_table_size(run->keys) > 0 || field->value.parser == PARSER_HEADING)
        return NULL;
    g_autoptr(GArray) strips = strips_of(run, field, 0, run->sheet->rows->len, 1);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(guint));
    guint first = 0;
    if (strips->len == 0 || strip_ends(run, field, strip_at(strips, 0)))
        return NULL;
    g_array_append_val(lines, first);
    return found_from_strips(run, field, strips, lines);
}

/* The longest stretch of paragraphs and lists without a heading between them. */
Found *block_paragraphs(Run *run, const FieldSpec *field)
{
    const Reading *r = run->sheet->reading;
    guint best = 0, best_n = 0, best_words = 0;
    for (guint i = 0; i < r->blocks->len;) {
        guint n = 0, words = 0;
        for (; i + n < r->blocks->len; n++) {
            const Block *block = reading_block(r, i + n);
            if (block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_LIST)
                break;
            for (guint l = block->first_line; l < block->first_line + block->n_lines; l++)
                words += reading_line(r, l)->n_words;
        }
        if (words > best_words) {
            best = i;
            best_n = n;
            best_words = words;
        }
        i += n + 1;
    }
    return best_words >= 5 ? found_from_block(run, field, best, best_n) : NULL;
}
