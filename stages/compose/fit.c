#include "stages/compose/fit.h"

#include <math.h>
#include <string.h>

#include "stages/compose/tokens.h"

#define NOTICE "[%u lines (%" G_GSIZE_FORMAT " characters) of the document are left out here]"
#define NOTICE_LONGEST                                                                             \
    "\n[1000000 lines (10000000 characters) of the document are left out here]\n\n"
#define PAGE_LONGEST "\n[page 2000]\n\n"

/* Shares of the limit. */
#define UNIT 0.03  /* a block that is larger is taken by lines … */
#define TABLE 0.25 /* … and a table by rows */
#define HEAD 0.5   /* of the beginning, before any field is looked for: who, to whom, what */
#define TAIL 0.07  /* of the end: sums, signatures */
#define AREA 0.2   /* places that speak of fields are first sought in parts of pages so large … */
#define AREAS 0.85 /* … until so much is kept … */
#define FIELDS 0.95 /* … and then in single units */
#define FLOOR 0.02  /* added to what a place takes: the smallest are not the best for being small */

/* Of a field that is a number: what a place says of it that has no digits, and the share of digits with
 * which it says all. */
#define BARE 0.2
#define DENSE 0.1

/* What is kept or left out as a whole: lines of one piece. */
typedef struct {
    const Piece *piece;
    const char *start; /* lent, not NUL-terminated */
    gsize bytes, characters;
    guint lines;     /* that are not empty */
    guint head;      /* rows: the unit of their table's head; else its own number */
    gboolean begins; /* its piece */
    guint digits;
    double tokens, cost; /* cost: the share of the limit that it takes */
    gboolean kept;
} Unit;

typedef struct {
    const FitLimit *limit;
    GArray *units;
    GHashTable *pages;              /* set of the numbers of pages of which something is kept */
    double used, notice, page_mark; /* shares of the limit */
} Fitting;

void fit_clear(Fit *fit)
{
    g_clear_pointer(&fit->gaps, g_array_unref);
}

static Unit *at(const Fitting *f, guint i)
{
    return &g_array_index(f->units, Unit, i);
}

static double cost(const FitLimit *limit, gsize characters, double tokens)
{
    double by_characters = limit->characters ? (double)characters / (double)limit->characters : 0;
    double by_tokens = limit->tokens > 0 ? tokens * limit->token_factor / limit->tokens : 0;
    return MAX(by_characters, by_tokens);
}

static double cost_of_text(const FitLimit *limit, const char *text)
{
    return cost(limit, strlen(text), tokens_estimate(text, -1));
}

/* ---- units ---- */

static Unit measure(const Fitting *f, const Piece *piece, const char *start, const char *end)
{
    Unit unit = {.piece = piece, .start = start, .bytes = (gsize)(end - start)};
    unit.begins = start == piece->text;
    unit.head = f->units->len;
    unit.characters = (gsize)g_utf8_strlen(start, (gssize)unit.bytes) + unit.begins;
    unit.tokens = tokens_estimate(start, (gssize)unit.bytes) + unit.begins;
    unit.cost = cost(f->limit, unit.characters, unit.tokens);
    for (const char *p = start; p < end; p++) {
        unit.lines += *p == '\n' && p > start && p[-1] != '\n';
        unit.digits += g_ascii_isdigit(*p);
    }
    return unit;
}

static const char *line_end(const char *p)
{
    const char *feed = strchr(p, '\n');
    return feed ? feed + 1 : p + strlen(p);
}

/* The unit with the line behind it, which belongs to the same piece. */
static Unit with_next(const Fitting *f, Unit unit, const Unit *line)
{
    unit.bytes += line->bytes;
    unit.characters += line->characters;
    unit.tokens += line->tokens;
    unit.lines += line->lines;
    unit.digits += line->digits;
    unit.cost = cost(f->limit, unit.characters, unit.tokens);
    return unit;
}

/* As many lines from `p` on as make a unit; at least one. */
static Unit cut_unit(const Fitting *f, const Piece *piece, const char *p)
{
    Unit unit = measure(f, piece, p, line_end(p));
    for (const char *end = p + unit.bytes; *end; end = p + unit.bytes) {
        Unit line = measure(f, piece, end, line_end(end));
        Unit longer = with_next(f, unit, &line);
        if (longer.cost > UNIT)
            break;
        unit = longer;
    }
    return unit;
}

/* A table's head first, so that it can be kept alone with any of the rows. */
static void cut_lines(Fitting *f, const Piece *piece)
{
    const char *p = piece->text;
    guint head = f->units->len;
    for (guint i = 0; i < piece->head_lines; i++)
        p = line_end(p);
    if (p > piece->text) {
        Unit unit = measure(f, piece, piece->text, p);
        g_array_append_val(f->units, unit);
    }
    while (*p) {
        Unit unit = cut_unit(f, piece, p);
        if (piece->head_lines)
            unit.head = head;
        g_array_append_val(f->units, unit);
        p += unit.bytes;
    }
}

static void cut(Fitting *f, const GArray *pieces)
{
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        Unit whole = measure(f, piece, piece->text, piece->text + strlen(piece->text));
        if (whole.cost > (piece->kind == BLOCK_TABLE ? TABLE : UNIT))
            cut_lines(f, piece);
        else if (whole.bytes)
            g_array_append_val(f->units, whole);
    }
}

/* ---- keeping ---- */

static gboolean is_kept(const Fitting *f, guint i)
{
    return i < f->units->len && at(f, i)->kept;
}

/* What keeping units [first, end) adds, none of which is kept: themselves, the line that says what is
 * missing on their other side, their pages' marks, the head of a table that they begin within. Never
 * less than what is printed in the end. */
static double addition(const Fitting *f, guint first, guint end)
{
    gboolean inside = first > 0 && end < f->units->len;
    gboolean alone = inside && !is_kept(f, first - 1) && !is_kept(f, end);
    guint head = at(f, first)->head, page = 0;
    double sum = alone ? f->notice : 0;
    if (head != first && !is_kept(f, head))
        sum += at(f, head)->cost + f->notice;
    for (guint i = first; i < end; i++) {
        gboolean new_page = at(f, i)->piece->page != page;
        page = at(f, i)->piece->page;
        if (new_page && !g_hash_table_contains(f->pages, GUINT_TO_POINTER(page)))
            sum += f->page_mark;
        sum += at(f, i)->cost;
    }
    return sum;
}

static void mark_kept(Fitting *f, guint i)
{
    at(f, i)->kept = TRUE;
    g_hash_table_add(f->pages, GUINT_TO_POINTER(at(f, i)->piece->page));
}

/* Keeps these units unless more than `share` of the limit is used then. */
static gboolean keep(Fitting *f, guint first, guint end, double share)
{
    double more = addition(f, first, end);
    if (f->used + more > share)
        return FALSE;
    f->used += more;
    mark_kept(f, at(f, first)->head);
    for (guint i = first; i < end; i++)
        mark_kept(f, i);
    return TRUE;
}

/* From the beginning (step 1) or the end (-1) as far as it goes in one piece. */
static void keep_end(Fitting *f, int step, double share)
{
    guint n = f->units->len;
    for (guint k = 0; k < n; k++) {
        guint i = step > 0 ? k : n - 1 - k;
        if (!is_kept(f, i) && !keep(f, i, i + 1, share))
            return;
    }
}

/* ---- places that speak of fields ---- */

/* Units that are kept together: some of one page, or one. */
typedef struct {
    guint first, end;
    guint digits;
    gsize bytes;
    gboolean kept;
    GArray *found;    /* of guint: the terms that stand in it */
    GArray *mentions; /* of Mention */
} Place;

/* That a place speaks of a field. */
typedef struct {
    guint field;
    double score; /* 1: of the places that there are the best */
} Mention;

static void place_clear(gpointer data)
{
    Place *place = data;
    g_clear_pointer(&place->found, g_array_unref);
    g_clear_pointer(&place->mentions, g_array_unref);
}

static Mention *mention(const Place *place, guint i)
{
    return &g_array_index(place->mentions, Mention, i);
}

static Place *place_at(const GArray *places, guint i)
{
    return &g_array_index(places, Place, i);
}

static Place read_place(const Fitting *f, const Terms *terms, guint first, guint end)
{
    Place place = {.first = first,
                   .end = end,
                   .kept = at(f, first)->kept,
                   .found = g_array_new(FALSE, FALSE, sizeof(guint)),
                   .mentions = g_array_new(FALSE, FALSE, sizeof(Mention))};
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = first; i < end; i++) {
        g_string_append_len(text, at(f, i)->start, (gssize)at(f, i)->bytes);
        place.digits += at(f, i)->digits;
        place.bytes += at(f, i)->bytes;
    }
    terms_match(terms, text->str, place.found);
    return place;
}

/* All units in places of one page that take no more than `size` of the limit, and at least one unit. */
static GArray *cut_places(const Fitting *f, const Terms *terms, double size)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_set_clear_func(places, place_clear);
    for (guint first = 0, end; first < f->units->len; first = end) {
        double sum = at(f, first)->cost;
        for (end = first + 1; end < f->units->len; end++) {
            const Unit *next = at(f, end);
            sum += next->cost;
            if (sum > size || next->kept != at(f, first)->kept ||
                next->piece->page != at(f, first)->piece->page)
                break;
        }
        Place place = read_place(f, terms, first, end);
        g_array_append_val(places, place);
    }
    return places;
}

/* A number or a date stands where digits are. */
static double digits_factor(const Place *place)
{
    double share = (double)place->digits / (double)place->bytes;
    return BARE + (1 - BARE) * MIN(1, share / DENSE);
}

/* Sums up what the terms of a place say of each field. `worths`: of each term; `scores`: room for all
 * fields, zeros before and after. */
static void sum_up(const Terms *terms, const double *worths, double *scores, Place *place)
{
    for (guint k = 0; k < place->found->len; k++) {
        guint term = g_array_index(place->found, guint, k), field = terms_get(terms, term)->field;
        if (scores[field] == 0) {
            Mention one = {field, 0};
            g_array_append_val(place->mentions, one);
        }
        scores[field] += worths[term];
    }
    for (guint k = 0; k < place->mentions->len; k++) {
        Mention *one = mention(place, k);
        one->score = scores[one->field];
        if (terms_is_number(terms, one->field))
            one->score *= digits_factor(place);
        scores[one->field] = 0;
    }
}

/* What each place says of each field, as a share of what the best place says of it. A rare term says
 * more than one that stands everywhere. */
static void weigh(GArray *places, const Terms *terms)
{
    guint fields = terms_fields(terms);
    g_autofree double *scores = g_new0(double, fields + 1), *best = g_new0(double, fields + 1);
    g_autofree double *worths = g_new0(double, terms_count(terms) + 1);
    for (guint i = 0; i < places->len; i++)
        for (guint k = 0; k < place_at(places, i)->found->len; k++)
            worths[g_array_index(place_at(places, i)->found, guint, k)]++;
    for (guint term = 0; term < terms_count(terms); term++)
        if (worths[term] > 0)
            worths[term] =
                terms_get(terms, term)->weight * log(1 + (double)places->len / worths[term]);
    for (guint i = 0; i < places->len; i++) {
        Place *place = place_at(places, i);
        sum_up(terms, worths, scores, place);
        for (guint k = 0; k < place->mentions->len; k++)
            best[mention(place, k)->field] =
                MAX(best[mention(place, k)->field], mention(place, k)->score);
    }
    for (guint i = 0; i < places->len; i++)
        for (guint k = 0; k < place_at(places, i)->mentions->len; k++)
            mention(place_at(places, i), k)->score /= best[mention(place_at(places, i), k)->field];
}

/* What a place adds to what is told of the fields already, for the room that it takes. */
static double gain(const Fitting *f, const Place *place, const double *told)
{
    double sum = 0;
    for (guint k = 0; k < place->mentions->len; k++) {
        double known = 1 + told[mention(place, k)->field];
        sum += mention(place, k)->score / (known * known);
    }
    return sum / (addition(f, place->first, place->end) + FLOOR);
}

static void tell(const Place *place, double *told)
{
    for (guint k = 0; k < place->mentions->len; k++)
        told[mention(place, k)->field] += mention(place, k)->score;
}

/* The place that adds most and still fits; NULL when none does. */
static Place *best_place(const Fitting *f, const GArray *places, const double *told, double share)
{
    Place *best = NULL;
    double most = 0;
    for (guint i = 0; i < places->len; i++) {
        Place *place = place_at(places, i);
        if (place->kept || place->mentions->len == 0 ||
            f->used + addition(f, place->first, place->end) > share)
            continue;
        double adds = gain(f, place, told);
        if (adds > most) {
            most = adds;
            best = place;
        }
    }
    return best;
}

/* The places that say most of the fields, as long as there is room. */
static void keep_places(Fitting *f, const Terms *terms, double size, double share)
{
    g_autoptr(GArray) places = cut_places(f, terms, size);
    g_autofree double *told = g_new0(double, terms_fields(terms) + 1);
    weigh(places, terms);
    for (guint i = 0; i < places->len; i++)
        if (place_at(places, i)->kept)
            tell(place_at(places, i), told);
    Place *place;
    while ((place = best_place(f, places, told, share))) {
        place->kept = keep(f, place->first, place->end, share);
        tell(place, told);
    }
}

/* A gap that takes no more room than the line that would stand for it is none; unless rows stand in it
 * whose table has lost its head. */
static void close_small_gaps(Fitting *f)
{
    for (guint first = 0; first < f->units->len; first++) {
        double sum = 0;
        gboolean whole = TRUE;
        guint end = first;
        for (; end < f->units->len && !at(f, end)->kept; end++) {
            sum += at(f, end)->cost + f->page_mark;
            whole &= at(f, end)->head >= first || is_kept(f, at(f, end)->head);
        }
        for (guint i = first; i < end && whole && sum <= f->notice; i++)
            at(f, i)->kept = TRUE;
        first = end;
    }
}

/* ---- printing ---- */

static void print_gap(const Fitting *f, guint first, guint end, Fit *fit, GString *out)
{
    FitGap gap = {.page = at(f, first)->piece->page};
    for (guint i = first; i < end; i++) {
        gap.lines += at(f, i)->lines;
        gap.characters += at(f, i)->characters;
    }
    g_array_append_val(fit->gaps, gap);
    fit->left_out += gap.characters;
    fit->lines += gap.lines;
    g_string_append_printf(out, "%s" NOTICE "\n", out->len ? "\n" : "", gap.lines, gap.characters);
}

static char *print(const Fitting *f, Fit *fit)
{
    GString *out = g_string_new(NULL);
    guint page = 1;
    gboolean after_gap = FALSE;
    for (guint i = 0; i < f->units->len;) {
        const Unit *unit = at(f, i);
        if (!unit->kept) {
            guint end = i;
            while (end < f->units->len && !at(f, end)->kept)
                end++;
            print_gap(f, i, end, fit, out);
            after_gap = TRUE;
            i = end;
            continue;
        }
        gboolean new_page = unit->piece->page != page;
        if (new_page)
            g_string_append_printf(out, "%s[page %u]\n", out->len ? "\n" : "", unit->piece->page);
        page = unit->piece->page;
        if (out->len && (new_page || after_gap || (unit->begins && !unit->piece->joined)))
            g_string_append_c(out, '\n');
        g_string_append_len(out, unit->start, (gssize)unit->bytes);
        after_gap = FALSE;
        i++;
    }
    return g_string_free(out, FALSE);
}

static void fitting_clear(Fitting *f)
{
    g_array_unref(f->units);
    g_hash_table_unref(f->pages);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fitting, fitting_clear)

char *fit_pieces(const GArray *pieces, const Terms *terms, const FitLimit *limit, Fit *fit)
{
    g_auto(Fitting) f = {.limit = limit,
                         .units = g_array_new(FALSE, FALSE, sizeof(Unit)),
                         .pages = g_hash_table_new(NULL, NULL),
                         .notice = cost_of_text(limit, NOTICE_LONGEST),
                         .page_mark = cost_of_text(limit, PAGE_LONGEST)};
    *fit = (Fit){.gaps = g_array_new(FALSE, FALSE, sizeof(FitGap))};
    cut(&f, pieces);
    for (guint i = 0; i < f.units->len; i++)
        fit->characters += at(&f, i)->characters;
    keep_end(&f, 1, 1); /* all of it, where that fits */
    if (f.units->len && !at(&f, f.units->len - 1)->kept) {
        for (guint i = 0; i < f.units->len; i++)
            at(&f, i)->kept = FALSE;
        g_hash_table_remove_all(f.pages);
        f.used = f.notice;
        keep_end(&f, 1, HEAD);
        keep_end(&f, -1, f.used + TAIL);
        keep_places(&f, terms, AREA, AREAS);
        keep_places(&f, terms, 0, FIELDS);
        keep_end(&f, 1, 1 - TAIL);
        keep_end(&f, -1, 1);
        close_small_gaps(&f);
    }
    gboolean any = FALSE;
    for (guint i = 0; i < f.units->len && !any; i++)
        any = at(&f, i)->kept;
    char *text = any || f.units->len == 0 ? print(&f, fit) : NULL;
    fit->tokens = text ? tokens_estimate(text, -1) * limit->token_factor : 0;
    return text;
}
