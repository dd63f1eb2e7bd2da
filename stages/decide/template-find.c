/* Labels on the page and the values that stand at them. */
#include "template-internal.h"

#include <math.h>
#include <string.h>

/* What speaks for a candidate, in points. Only their order matters. */
#define POINTS_LABEL 100.0
#define POINTS_PER_RANK 4.0    /* lost for each label before it in the list, */
#define POINTS_RANKS 40.0      /* but no more than this for the last */
#define POINTS_POSITION 8.0    /* lost for each position before it */
#define POINTS_WEAK_LABEL 25.0 /* lost when the label stands in running text */
#define POINTS_LIKENESS 30.0   /* lost for wrong letters, times their share */
#define POINTS_QUALITY 20.0    /* lost for a value that fits badly */
#define POINTS_DISTANCE 3.0    /* lost for each line or cell between label and value */
#define POINTS_PER_WORD                                                                            \
    4.0                   /* lost for each further word behind the label ("Total of discounts"), */
#define POINTS_WORDS 16.0 /* but no more than this */

#define SURE_ONE_SIGN 0.8 /* left of the confidence of a currency that OCR saw once */

/* ---- labels ---- */

static gboolean is_owned(guint phrase, gpointer data)
{
    const Template *t = data;
    return g_array_index(t->owned, gboolean, phrase);
}

/* A label begins its cell (signs aside), or a colon follows it, or it fills a name cell. */
static gboolean is_strong(const Cell *cell, const Hit *hit)
{
    gboolean starts = TRUE;
    for (guint32 i = 0; i < hit->start && starts; i++)
        starts = !g_ascii_isalnum(cell->text[i]) && (guchar)cell->text[i] < 0x80;
    const char *p = cell->text + hit->end, *end = cell->text + cell->length;
    while (p < end && strchr(" .)", *p) != NULL)
        p++;
    gboolean colon = p < end && *p == ':';
    if (cell->pair && cell->column == 0)
        return starts && p == end;
    /* Running text may begin with a label's word too: "Date of the event was moved." */
    gboolean sentence = cell->n_tokens > 12 && !colon;
    return colon || (starts && !sentence);
}

void run_find_hits(Run *run)
{
    const Sheet *sheet = run->sheet;
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(PhraseMatch));
    for (guint i = 0; i < sheet->cells->len; i++) {
        const Cell *cell = sheet_cell(sheet, i);
        g_array_append_val(run->cell_hits, run->hits->len);
        /* The value of a pair has no labels in it, and the first cell in its row is a name. */
        gboolean pair = cell->pair;
        if ((pair && cell->column != 0) || cell->n_tokens == 0)
            continue;
        g_array_set_size(matches, 0);
        phrases_match(run->template->phrases, sheet_token(sheet, cell->first_token), cell->n_tokens,
                      cell->ocr, matches);
        phrases_untangle(matches, is_owned, (gpointer)run->template);
        for (guint k = 0; k < matches->len; k++) {
            const PhraseMatch *m = &g_array_index(matches, PhraseMatch, k);
            const Token *first = sheet_token(sheet, cell->first_token + m->first);
            const Token *last = first + m->n - 1;
            Hit hit = {.phrase = m->phrase,
                       .cell = i,
                       .start = first->start,
                       .end = last->end,
                       .likeness = m->likeness};
            if (pair && m->n != cell->n_tokens)
                continue;
            hit.strong = is_strong(cell, &hit);
            hit.rect = sheet_rect(sheet, cell, hit.start, hit.end);
            g_array_append_val(run->hits, hit);
        }
    }
    g_array_append_val(run->cell_hits, run->hits->len);
}

/* Where the first label at or behind `from` begins in a cell. Weak ones count only for `any`. */
gboolean run_label_at(const Run *run, guint cell, guint32 from, gboolean any, guint32 *start)
{
    guint first = g_array_index(run->cell_hits, guint, cell);
    guint end = g_array_index(run->cell_hits, guint, cell + 1);
    for (guint i = first; i < end; i++) {
        const Hit *hit = &g_array_index(run->hits, Hit, i);
        if (hit->start >= from && (any || hit->strong)) {
            *start = hit->start;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean starts_with_label(const Run *run, guint cell)
{
    guint32 at;
    if (!run_label_at(run, cell, 0, FALSE, &at))
        return FALSE;
    const Cell *c = sheet_cell(run->sheet, cell);
    for (guint32 i = 0; i < at; i++)
        if (g_ascii_isalnum(c->text[i]))
            return FALSE;
    return TRUE;
}

gboolean run_in_region(const Run *run, const FieldSpec *field, const Cell *cell)
{
    guint pages = run->sheet->reading->pages->len;
    const Page *page = reading_page(run->sheet->reading, cell->page);
    if ((field->pages == PAGES_FIRST && cell->page != 0) ||
        (field->pages == PAGES_LAST && cell->page + 1 != pages))
        return FALSE;
    if (field->from <= 0.0 && field->to >= 1.0)
        return TRUE;
    double middle = (cell->rect.y0 + cell->rect.y1) / 2;
    double share = page->height > 0 ? middle / page->height : 0;
    return share >= field->from && share <= field->to;
}

/* ---- values at a label ---- */

typedef struct {
    Run *run;
    const FieldSpec *field;
    const Hit *hit;
    guint rank;
    GPtrArray *out;
} Search;

static gboolean is_amount(Parser p)
{
    return p == PARSER_MONEY || p == PARSER_NUMBER || p == PARSER_INTEGER || p == PARSER_PERCENT ||
           p == PARSER_QUANTITY;
}

static gboolean is_text(Parser p)
{
    return p == PARSER_STRING || p == PARSER_LINE || p == PARSER_BLOCK ||
           p == PARSER_ORGANISATION || p == PARSER_ADDRESS || p == PARSER_HEADING ||
           p == PARSER_PARAGRAPHS || p == PARSER_ENUM || p == PARSER_BOOLEAN;
}

/* Words between the label and the next digit or label of its cell: they make it another label. */
static guint words_behind(const Search *s)
{
    const Sheet *sheet = s->run->sheet;
    const Cell *cell = sheet_cell(sheet, s->hit->cell);
    guint words = 0;
    guint32 stop = cell->length;
    if (is_text(s->field->value.parser) || s->hit->end == 0)
        return 0;
    run_label_at(s->run, s->hit->cell, s->hit->end, TRUE, &stop);
    for (guint i = cell->first_token; i < cell->first_token + cell->n_tokens; i++) {
        const Token *token = sheet_token(sheet, i);
        if (token->start < s->hit->end)
            continue;
        if (token->start >= stop || g_ascii_isdigit(token->key[0]))
            break;
        words += strlen(token->key) >= 3 && !value_currency(token->key, -1);
    }
    return words;
}

static void add_found(Search *s, Found *found, guint position, double distance)
{
    const Hit *hit = s->hit;
    guint labels = s->field->labels ? s->field->labels->len : 0;
    double per_rank = labels > 0 ? MIN(POINTS_PER_RANK, POINTS_RANKS / labels) : 0;
    found->rank = s->rank;
    found->score = POINTS_LABEL - per_rank * s->rank - POINTS_POSITION * position -
                   (hit->strong ? 0 : POINTS_WEAK_LABEL) -
                   MIN(POINTS_PER_WORD * words_behind(s), POINTS_WORDS) -
                   POINTS_LIKENESS * (1.0 - hit->likeness) -
                   POINTS_QUALITY * (1.0 - found->quality) - POINTS_DISTANCE * distance;
    found->order = hit->cell;
    g_ptr_array_add(s->out, found);
}

static Found *take(const Search *s, gboolean ocr, const char *text, gsize length, gsize *start,
                   gsize *end)
{
    const ValueSpec *value = &s->field->value;
    Parser p = value->parser;
    if (p == PARSER_ORGANISATION && !is_organisation(s->run, text, length))
        return NULL;
    if (ocr && (is_amount(p) || p == PARSER_DATE || p == PARSER_TIME))
        return value_take_ocr(s->run->template, value, text, length, start, end);
    return value_take(s->run->template, value, text, length, TRUE, start, end);
}

/* A value in bytes [from, to) of a cell. */
static gboolean take_in_cell(Search *s, guint index, guint32 from, guint32 to, guint position,
                             double distance)
{
    const Cell *cell = sheet_cell(s->run->sheet, index);
    gsize start, end;
    if (from >= to || !run_in_region(s->run, s->field, cell))
        return FALSE;
    Found *found = take(s, cell->ocr, cell->text + from, to - from, &start, &end);
    if (!found)
        return FALSE;
    /* "within 10 days net": a bare number beside a label's word in running text is nothing. */
    if (!s->hit->strong && found->quality < 0.5) {
        found_free(found);
        return FALSE;
    }
    WordRun words;
    if (sheet_words(s->run->sheet, cell, from + start, from + end, &words.first, &words.n))
        g_array_append_val(found->runs, words);
    add_found(s, found, position, distance);
    return TRUE;
}

/* A value in the text of several cells of one row, for values that wide spaces cut. */
static gboolean take_across(Search *s, guint first, guint n, guint32 from, guint position)
{
    Source *source = source_new();
    guint32 stop;
    gsize start, end;
    for (guint i = first; i < first + n; i++) {
        guint32 at = i == first ? from : 0;
        const Cell *cell = sheet_cell(s->run->sheet, i);
        gboolean label = run_label_at(s->run, i, at, TRUE, &stop);
        source_add_cell(source, s->run->sheet, i, at, label ? stop : cell->length, " ");
        if (label)
            break;
    }
    Found *found = take(s, sheet_cell(s->run->sheet, first)->ocr, source->text->str,
                        source->text->len, &start, &end);
    if (found) {
        source_words(source, s->run->sheet, start, end, found->runs);
        add_found(s, found, position, 0.5);
    }
    source_free(source);
    return found != NULL;
}

/* Where the text at a label ends inside its cell: at the next label. */
static guint32 text_end(const Search *s, guint cell, guint32 from)
{
    guint32 stop;
    gboolean any = !is_text(s->field->value.parser);
    return run_label_at(s->run, cell, from, any, &stop) ? stop
                                                        : sheet_cell(s->run->sheet, cell)->length;
}

static gboolean take_pair(Search *s, guint position)
{
    const Cell *key = sheet_cell(s->run->sheet, s->hit->cell);
    if (!key->pair || key->column != 0)
        return FALSE;
    Source *source = run_pair_value(s->run, s->hit->cell);
    gsize start, end;
    Found *found = value_take(s->run->template, &s->field->value, source->text->str,
                              source->text->len, TRUE, &start, &end);
    if (found) {
        source_words(source, s->run->sheet, start, end, found->runs);
        add_found(s, found, position, 0);
    }
    source_free(source);
    return found != NULL;
}

/* The rest of the label's cell, then the cells to its right up to the next label. */
static void search_right(Search *s, guint position)
{
    guint before = s->out->len;
    const Sheet *sheet = s->run->sheet;
    const Cell *cell = sheet_cell(sheet, s->hit->cell);
    if (cell->pair && cell->column == 0) {
        take_pair(s, position);
        return;
    }
    if (take_in_cell(s, s->hit->cell, s->hit->end, text_end(s, s->hit->cell, s->hit->end), position,
                     0) &&
        !is_amount(s->field->value.parser))
        return;
    const Row *row = sheet_row(sheet, cell->row);
    guint last = row->first_cell + row->n_cells;
    for (guint i = s->hit->cell + 1; i < last && i - s->hit->cell <= 6; i++) {
        guint32 stop = text_end(s, i, 0);
        gboolean labelled = starts_with_label(s->run, i);
        /* Amounts go on to the right: net, tax and gross of a row, the last is asked for. */
        if (labelled)
            break;
        if ((take_in_cell(s, i, 0, stop, position, 0.3 * (i - s->hit->cell)) &&
             !is_amount(s->field->value.parser)))
            return;
        if (stop < sheet_cell(sheet, i)->length)
            break;
    }
    Parser p = s->field->value.parser;
    if (s->out->len == before && last > s->hit->cell + 1 && (p == PARSER_DATE || is_amount(p)))
        take_across(s, s->hit->cell, last - s->hit->cell, s->hit->end, position);
}

/* The right-most of several amounts in one row counts: it replaces those before it. */
static void keep_last_amount(Search *s, guint from)
{
    if (!is_amount(s->field->value.parser) || s->out->len < from + 2)
        return;
    guint best = s->out->len - 1;
    for (guint i = s->out->len; i-- > from;) {
        const Found *a = g_ptr_array_index(s->out, i), *b = g_ptr_array_index(s->out, best);
        if (a->quality > b->quality)
            best = i;
    }
    Found *kept = g_ptr_array_index(s->out, best);
    double first = ((Found *)g_ptr_array_index(s->out, from))->score;
    g_ptr_array_index(s->out, best) = g_ptr_array_index(s->out, from);
    g_ptr_array_index(s->out, from) = kept;
    kept->score = MAX(kept->score, first);
    g_ptr_array_set_size(s->out, (int)from + 1);
}

static double overlap_x(Rect a, Rect b)
{
    return MIN(a.x1, b.x1) - MAX(a.x0, b.x0);
}

/* Rows under (step 1) or over (step -1) the label, as far as about four lines. */
static void search_vertical(Search *s, guint position, int step)
{
    const Sheet *sheet = s->run->sheet;
    const Cell *cell = sheet_cell(sheet, s->hit->cell);
    double line = sheet_line_height(sheet, cell->row);
    gboolean grid = reading_page(sheet->reading, cell->page)->geometry == READING_GRID;
    Rect label = s->hit->rect;
    /* A value may be wider than its label and stand to the right or left of it a little. */
    label.x0 -= line;
    label.x1 += line;
    for (int away = 1; away <= 4; away++) {
        gint64 index = (gint64)cell->row + step * away;
        if (index < 0 || index >= (gint64)sheet->rows->len)
            return;
        const Row *row = sheet_row(sheet, (guint)index);
        double gap = step > 0 ? row->rect.y0 - label.y1 : label.y0 - row->rect.y1;
        if (row->page != cell->page || gap > 4.5 * line)
            return;
        for (guint i = row->first_cell; i < row->first_cell + row->n_cells; i++) {
            const Cell *other = sheet_cell(sheet, i);
            if (overlap_x(label, other->rect) <= 0 ||
                (grid && cell->kind == BLOCK_TABLE && other->kind == BLOCK_TABLE &&
                 cell->block == other->block && cell->column != other->column))
                continue;
            if (starts_with_label(s->run, i))
                return;
            if (take_in_cell(s, i, 0, text_end(s, i, 0), position, MAX(gap, 0) / line * 0.5))
                return;
        }
    }
}

/* The name of a pair has its value beside it, and the next pair below is another's; a name without one
 * is a heading. */
static gboolean search_pair(Search *s)
{
    const Cell *cell = sheet_cell(s->run->sheet, s->hit->cell);
    const Row *row = sheet_row(s->run->sheet, cell->row);
    guint before = s->out->len;
    if (!cell->pair || cell->column != 0 || s->hit->cell + 1 >= row->first_cell + row->n_cells)
        return FALSE;
    search_right(s, 0);
    keep_last_amount(s, before);
    return s->out->len > before;
}

static void search_hit(Search *s)
{
    if (search_pair(s))
        return;
    for (guint p = 0; p < s->field->n_positions; p++) {
        guint before = s->out->len;
        Found *block;
        switch (s->field->positions[p]) {
        case POSITION_RIGHT:
            search_right(s, p);
            keep_last_amount(s, before);
            break;
        case POSITION_BELOW:
            if (s->field->value.parser == PARSER_ORGANISATION) {
                block = block_below(s->run, s->field, s->hit);
                if (block)
                    add_found(s, block, p, 0);
                break;
            }
            search_vertical(s, p, 1);
            break;
        case POSITION_ABOVE:
            search_vertical(s, p, -1);
            break;
        default:
            block = block_below(s->run, s->field, s->hit);
            if (block)
                add_found(s, block, p, 0);
        }
        if (s->out->len > before)
            return;
    }
}

Found *run_amount_at(Run *run, const Hit *hit)
{
    FieldSpec field = {.pointer = (char *)"", .to = 1.0, .value = {.parser = PARSER_MONEY}};
    field.value.minimum = -INFINITY;
    field.value.maximum = INFINITY;
    field.positions[0] = POSITION_RIGHT;
    field.positions[1] = POSITION_BELOW;
    field.n_positions = 2;
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
    Search s = {.run = run, .field = &field, .hit = hit, .out = out};
    search_hit(&s);
    return out->len > 0 ? g_ptr_array_steal_index(out, 0) : NULL;
}

/* ---- candidates ---- */

static int by_score(gconstpointer a, gconstpointer b)
{
    const Found *p = *(Found *const *)a, *q = *(Found *const *)b;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

/* Without a label: every place of the region where the parser finds a value. */
static void search_anywhere(Run *run, const FieldSpec *field, GPtrArray *out)
{
    Hit nowhere = {.strong = TRUE, .likeness = 1.0};
    Search s = {.run = run, .field = field, .hit = &nowhere, .rank = 0, .out = out};
    Parser p = field->value.parser;
    /* Text has no form of its own by which it could be found, unless a pattern gives one. */
    if (!field->value.pattern && is_text(p))
        return;
    for (guint i = 0; i < run->sheet->cells->len && out->len < 200; i++) {
        nowhere.cell = i;
        guint before = out->len;
        take_in_cell(&s, i, 0, sheet_cell(run->sheet, i)->length, 0, 0);
        if (out->len > before)
            ((Found *)g_ptr_array_index(out, before))->rank = G_MAXUINT;
    }
    for (guint i = 0; i < run->sheet->rows->len && out->len == 0 && !is_text(p); i++) {
        const Row *row = sheet_row(run->sheet, i);
        if (row->n_cells > 1 &&
            run_in_region(run, field, sheet_cell(run->sheet, row->first_cell)) &&
            take_across(&s, row->first_cell, row->n_cells, 0, 0))
            ((Found *)g_ptr_array_index(out, 0))->rank = G_MAXUINT;
    }
}

static Found *search_form(Run *run, const FieldSpec *field)
{
    switch (field->value.parser) {
    case PARSER_ORGANISATION:
        return block_organisation(run, field);
    case PARSER_ADDRESS:
        return block_address(run, field);
    case PARSER_HEADING:
        return block_heading(run, field);
    case PARSER_PARAGRAPHS:
        return block_paragraphs(run, field);
    case PARSER_STRING:
    case PARSER_LINE:
        return field->value.pattern ? NULL : block_heading(run, field);
    default:
        return NULL;
    }
}

static void search_labels(Run *run, const FieldSpec *field, GPtrArray *out)
{
    for (guint i = 0; i < run->hits->len; i++) {
        const Hit *hit = &g_array_index(run->hits, Hit, i);
        for (guint rank = 0; rank < field->labels->len; rank++) {
            if (g_array_index(field->labels, guint, rank) != hit->phrase)
                continue;
            Search s = {.run = run, .field = field, .hit = hit, .rank = rank, .out = out};
            search_hit(&s);
            break;
        }
    }
}

static void search_sources(Run *run, const FieldSpec *field, GPtrArray *out)
{
    for (guint i = 0; field->in && field->in[i] && out->len == 0; i++) {
        const Source *source = run_source(run, field->in[i]);
        gsize start = 0, end = 0;
        if (!source)
            continue;
        Found *found = value_take(run->template, &field->value, source->text->str,
                                  source->text->len, TRUE, &start, &end);
        /* "price_eur: 12" tells the currency in its name. */
        if (!found && field->value.parser == PARSER_CURRENCY && source->key) {
            g_autofree char *name = g_ascii_strup(source->key, -1);
            g_strdelimit(name, "_-.()[]", ' ');
            found =
                value_take(run->template, &field->value, name, strlen(name), TRUE, &start, &end);
        } else if (found) {
            source_words(source, run->sheet, start, end, found->runs);
            /* One sign in all that OCR read may as well be a stain. */
            if (found->places == 1 && run_from_ocr(run, found))
                found->sure = SURE_ONE_SIGN;
        }
        if (found)
            g_ptr_array_add(out, found);
    }
}

GPtrArray *run_candidates(Run *run, const FieldSpec *field)
{
    GPtrArray *out = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
    search_labels(run, field, out);
    if (out->len == 0)
        search_sources(run, field, out);
    gboolean unlabelled = field->value.pattern && field->labels->len == 0 && !field->in;
    if (out->len == 0 && (field->anywhere || unlabelled)) {
        Found *form = search_form(run, field);
        if (form)
            g_ptr_array_add(out, form);
        else
            search_anywhere(run, field, out);
    }
    run_reward_agreement(run, field, out);
    g_ptr_array_sort(out, by_score);
    return out;
}
