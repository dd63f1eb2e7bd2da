/* Which boxes of a page hold its article. The rules are those of published extractors: paragraphs
 * score for the boxes around them, links count against (Arc90's Readability, as Mozilla keeps it);
 * what was taken too eagerly is given back step by step (the same); short pieces full of links fall
 * out of the article again (Kohlschütter et al., "Boilerplate Detection using Shallow Text
 * Features", 2010; Pomikálek's jusText, 2011). */
#include "html-article.h"

#include <math.h>
#include <string.h>

#define SHORTEST_PARAGRAPH 25 /* letters; shorter ones say nothing of the boxes around them */
#define SCORE_LEVELS 5        /* boxes around a paragraph that it scores for */
#define NAME_WEIGHT 25        /* what a telling class or id is worth */
#define SHORTEST_ARTICLE 400  /* letters; with less, the next looser attempt is made */
#define TOP_CANDIDATES 5
#define LIST_OF_LINKS 0.75 /* share of links in a list that leads elsewhere */
#define PROSE_LETTERS 60   /* of running text in one piece, from which it counts as such */
#define MORE_PROSE 0.2     /* what an outer box must add to the article's running text */
#define MOSTLY_PROSE 0.7   /* and the share of it in all that it adds */

typedef enum { STRIP_AROUND = 1 << 0, WEIGH_NAMES = 1 << 1, CLEAN = 1 << 2 } Rules;

typedef enum {
    STATE_DEAD = 1 << 0,      /* stands around, by its name or role */
    STATE_CANDIDATE = 1 << 1, /* a paragraph scored for it */
    STATE_CHOSEN = 1 << 2,
    STATE_DROPPED = 1 << 3, /* inside the article, but not of it */
    STATE_TABLE = 1 << 4,   /* in a table */
} State;

typedef struct {
    HtmlBox *boxes;
    guint32 n;
    guint rules;
} Judge;

static gboolean is_around(const Judge *j, const HtmlBox *box)
{
    if (box->role == ROLE_NAV || box->role == ROLE_ASIDE || box->role == ROLE_FOOTER)
        return TRUE;
    if (box->role == ROLE_BODY || box->role == ROLE_ARTICLE || box->role == ROLE_MAIN ||
        box->role == ROLE_TITLE || (box->state & STATE_TABLE))
        return FALSE;
    return (j->rules & STRIP_AROUND) && (box->hints & HINT_AROUND) && !(box->hints & HINT_GOOD);
}

/* Parents stand before their children. */
static void strike_around(Judge *j)
{
    for (guint32 i = 1; i < j->n; i++) {
        HtmlBox *box = &j->boxes[i];
        const HtmlBox *parent = &j->boxes[box->parent];
        box->state = parent->state & (STATE_DEAD | STATE_TABLE);
        if (box->role == ROLE_TABLE)
            box->state |= STATE_TABLE;
        if (is_around(j, box))
            box->state |= STATE_DEAD;
    }
}

/* Letters of running text, as sentences and not as names of things; in the box itself. */
static guint32 prose_in(const HtmlBox *box)
{
    guint32 links = box->links * (box->role == ROLE_ITEM ? 10 : 4);
    return box->own >= PROSE_LETTERS && links < box->own && box->role != ROLE_HEADING ? box->own
                                                                                      : 0;
}

/* Each box gets what the boxes inside it have. */
static void sum_up(Judge *j)
{
    for (guint32 i = j->n; i-- > 0;) {
        HtmlBox *box = &j->boxes[i];
        box->headings += box->role == ROLE_HEADING ? box->text : 0;
        if (i == 0 || (box->state & STATE_DEAD) || box->role == ROLE_TITLE)
            continue;
        HtmlBox *parent = &j->boxes[box->parent];
        parent->text += box->text;
        parent->links += box->links;
        parent->commas += box->commas;
        parent->paragraphs += box->paragraphs + (box->role == ROLE_PARAGRAPH);
        parent->items += box->items + (box->role == ROLE_ITEM);
        parent->inputs += box->inputs;
        parent->images += box->images;
        parent->headings += box->headings;
        parent->prose += box->prose;
    }
}

static double link_density(const HtmlBox *box)
{
    return box->text ? (double)box->links / box->text : 0;
}

static double name_weight(const Judge *j, const HtmlBox *box)
{
    double weight = 0;
    if (!(j->rules & WEIGH_NAMES))
        return 0;
    weight += box->hints & HINT_GOOD ? NAME_WEIGHT : 0;
    weight += box->hints & HINT_TEXT ? NAME_WEIGHT : 0;
    weight -= box->hints & HINT_BAD ? NAME_WEIGHT : 0;
    return weight;
}

static double role_weight(HtmlRole role)
{
    switch (role) {
    case ROLE_ARTICLE:
        return 10;
    case ROLE_BOX:
    case ROLE_MAIN:
        return 5;
    case ROLE_PRE:
    case ROLE_CELL:
    case ROLE_QUOTE:
        return 3;
    case ROLE_LIST:
    case ROLE_ITEM:
    case ROLE_FORM:
        return -3;
    case ROLE_HEADING:
        return -5;
    default:
        return 0;
    }
}

static void add_score(Judge *j, guint32 from, double score)
{
    guint32 i = from;
    for (guint level = 0; level < SCORE_LEVELS; level++) {
        HtmlBox *box = &j->boxes[i];
        if (!(box->state & STATE_CANDIDATE))
            box->score = (float)(role_weight(box->role) + name_weight(j, box));
        box->state |= STATE_CANDIDATE;
        box->score += (float)(score / (level == 0 ? 1 : level == 1 ? 2 : 3 * level));
        if (i == 0)
            break;
        i = box->parent;
    }
}

static void score_paragraphs(Judge *j)
{
    for (guint32 i = 1; i < j->n; i++) {
        const HtmlBox *box = &j->boxes[i];
        gboolean paragraph =
            box->role == ROLE_PARAGRAPH || box->role == ROLE_PRE || box->role == ROLE_CELL;
        guint letters = paragraph ? box->text : box->own;
        if ((box->state & STATE_DEAD) || box->role == ROLE_TITLE || box->role == ROLE_HEADING ||
            letters < SHORTEST_PARAGRAPH)
            continue;
        guint commas = box->text ? (guint)((guint64)box->commas * letters / box->text) : 0;
        double score = 1 + commas + 1 + MIN(letters / 100, 3);
        add_score(j, paragraph ? box->parent : i, score);
    }
}

static gboolean holds(const Judge *j, guint32 outer, guint32 inner)
{
    return outer <= inner && inner < j->boxes[outer].end;
}

/* The best candidates, best first; returns how many. */
static guint best_candidates(Judge *j, guint32 *best)
{
    guint n = 0;
    for (guint32 i = 0; i < j->n; i++) {
        HtmlBox *box = &j->boxes[i];
        if (!(box->state & STATE_CANDIDATE))
            continue;
        box->score *= (float)(1 - link_density(box));
        guint at = n;
        while (at > 0 && j->boxes[best[at - 1]].score < box->score)
            at--;
        if (at >= TOP_CANDIDATES)
            continue;
        n = MIN(n + 1, TOP_CANDIDATES);
        memmove(best + at + 1, best + at, (n - at - 1) * sizeof *best);
        best[at] = i;
    }
    return n;
}

/* Where three of the best stand in one box, with scores near the best one's, that box is meant. */
static guint32 common_ancestor(const Judge *j, const guint32 *best, guint n)
{
    for (guint32 i = j->boxes[best[0]].parent; i != HTML_NO_BOX && i > 0; i = j->boxes[i].parent) {
        guint inside = 0;
        for (guint k = 1; k < n; k++)
            inside += j->boxes[best[k]].score >= 0.75F * j->boxes[best[0]].score &&
                      holds(j, i, best[k]) && !holds(j, best[k], best[0]);
        if (inside >= 2)
            return i;
    }
    return best[0];
}

/* The article's pages may stand in several boxes: while the score does not fall, further out. */
static guint32 climb(const Judge *j, guint32 top)
{
    float last = j->boxes[top].score, least = last / 3;
    for (guint32 i = j->boxes[top].parent; i != HTML_NO_BOX && i > 0; i = j->boxes[i].parent) {
        const HtmlBox *box = &j->boxes[i];
        if (!(box->state & STATE_CANDIDATE))
            continue;
        if (box->score < least)
            break;
        if (box->score > last)
            return i;
        last = box->score;
    }
    return top;
}

/* An article cut into pieces, by pictures or by what is advertised between them: further out while that
 * adds much running text, and little else. */
static guint32 gather(const Judge *j, guint32 top)
{
    guint32 best = top;
    for (guint32 i = j->boxes[top].parent; i != HTML_NO_BOX && i > 0; i = j->boxes[i].parent) {
        const HtmlBox *inner = &j->boxes[best], *outer = &j->boxes[i];
        double prose = outer->prose - inner->prose, all = outer->text - inner->text;
        if (prose > MORE_PROSE * inner->prose && prose > MOSTLY_PROSE * all)
            best = i;
    }
    return best;
}

static gboolean joins(const Judge *j, const HtmlBox *top, const HtmlBox *box)
{
    double least = MAX(10, 0.2 * top->score), density = link_density(box);
    if ((box->state & STATE_DEAD) || box->role == ROLE_TITLE)
        return FALSE;
    if ((box->state & STATE_CANDIDATE) && box->score >= least)
        return TRUE;
    if (box->role != ROLE_PARAGRAPH)
        return FALSE;
    return box->text > 65 ? density < 0.25 : box->text > 20 && density == 0 && j->rules & CLEAN;
}

static void choose(Judge *j, guint32 top)
{
    HtmlBox *best = &j->boxes[top];
    best->state |= STATE_CHOSEN;
    if (top == 0)
        return;
    for (guint32 i = best->parent + 1; i < j->boxes[best->parent].end; i = j->boxes[i].end)
        if (i != top && joins(j, best, &j->boxes[i]))
            j->boxes[i].state |= STATE_CHOSEN;
}

/* ---- cleaning ---- */

/* Readability's conditions, for a box with few commas in it. */
static gboolean is_clutter(const Judge *j, const HtmlBox *box)
{
    double density = link_density(box), weight = name_weight(j, box);
    gboolean list = box->role == ROLE_LIST;
    if (weight < 0)
        return TRUE;
    if (box->commas >= 10)
        return FALSE;
    double headings = box->text ? (double)box->headings / box->text : 0;
    if (box->inputs > box->paragraphs / 3 && box->role == ROLE_FORM)
        return TRUE;
    if (!list && box->items > box->paragraphs + 100)
        return TRUE;
    if (!list && headings < 0.9 && box->text < 25 && box->images == 0 && density > 0)
        return TRUE;
    if (!list && weight < 25 && density > 0.2)
        return TRUE;
    return density > (list ? LIST_OF_LINKS : 0.5) && (list || weight >= 25);
}

static gboolean is_cleaned(const Judge *j, const HtmlBox *box)
{
    switch (box->role) {
    case ROLE_FORM:
        return is_clutter(j, box);
    case ROLE_TABLE:
    case ROLE_LIST:
    case ROLE_BOX:
        return is_clutter(j, box);
    case ROLE_HEADING:
        return box->links > 0 && link_density(box) > 0.9;
    case ROLE_PARAGRAPH:
        return box->text > 0 && link_density(box) > 0.9 && box->commas < 3;
    default:
        return FALSE;
    }
}

static void clean(Judge *j)
{
    for (guint32 i = 1; i < j->n; i++) {
        HtmlBox *box = &j->boxes[i];
        const HtmlBox *parent = &j->boxes[box->parent];
        gboolean inside = parent->state & (STATE_CHOSEN | STATE_DROPPED);
        if (parent->state & STATE_DROPPED)
            box->state |= STATE_DROPPED;
        else if (inside && (j->rules & CLEAN) && is_cleaned(j, box))
            box->state |= STATE_DROPPED;
        else if (inside && !(box->state & STATE_DEAD))
            box->state |= STATE_CHOSEN;
        if (box->state & (STATE_DEAD | STATE_DROPPED) || box->role == ROLE_TITLE)
            box->state &= (guint8)~STATE_CHOSEN;
    }
}

static void begin(Judge *j)
{
    j->boxes[0].end = j->n;
    for (guint32 i = 0; i < j->n; i++) {
        HtmlBox *box = &j->boxes[i];
        box->own = box->text;
        box->prose = prose_in(box);
        /* Of a list's item that begins with a link, what follows is text as well. */
        gboolean item =
            box->role == ROLE_ITEM && box->own >= PROSE_LETTERS && box->links * 5 < box->own * 3;
        box->running = item ? box->own - box->links : box->prose;
    }
}

static gboolean attempt(Judge *j)
{
    guint32 best[TOP_CANDIDATES + 1];
    strike_around(j);
    sum_up(j);
    score_paragraphs(j);
    guint n = best_candidates(j, best);
    if (n == 0)
        return FALSE;
    choose(j, gather(j, climb(j, common_ancestor(j, best, n))));
    clean(j);
    return TRUE;
}

/* Letters and running text in the boxes that are left. */
static HtmlArticle count_chosen(const Judge *j)
{
    HtmlArticle article = {0};
    for (guint32 i = 0; i < j->n; i++)
        if (j->boxes[i].state & STATE_CHOSEN) {
            article.letters += j->boxes[i].own;
            article.prose += j->boxes[i].running;
        }
    return article;
}

gboolean html_candidate_find(const HtmlOutline *outline, guint8 *inside, HtmlArticle *article)
{
    static const guint rules[] = {STRIP_AROUND | WEIGH_NAMES | CLEAN, WEIGH_NAMES | CLEAN, CLEAN,
                                  0};
    *article = (HtmlArticle){0};
    for (gsize k = 0; k < G_N_ELEMENTS(rules) && article->letters < SHORTEST_ARTICLE; k++) {
        g_autoptr(GArray) boxes = g_array_copy(outline->boxes);
        Judge j = {&g_array_index(boxes, HtmlBox, 0), boxes->len, rules[k]};
        begin(&j);
        gboolean found = attempt(&j);
        if (k == 0)
            article->live = j.boxes[0].prose;
        HtmlArticle next = count_chosen(&j);
        if (!found || next.letters <= article->letters)
            continue;
        article->letters = next.letters;
        article->prose = next.prose;
        for (guint32 i = 0; i < j.n; i++)
            inside[i] = j.boxes[i].state & STATE_CHOSEN ? PLACE_INSIDE
                        : j.boxes[i].state & STATE_DEAD ? PLACE_AROUND
                                                        : PLACE_OUTSIDE;
    }
    return article->letters > 0;
}
