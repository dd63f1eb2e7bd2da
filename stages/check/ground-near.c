/* Text that stands in the reading nearly: with a few other letters (OCR, a typing error), or with
 * its words in another order. */
#include "stages/check/ground-private.h"

#include <stdlib.h>
#include <string.h>

#define MIN_NEEDLE 4u /* shorter texts are found exactly or not at all */
#define MAX_NEEDLE 240u
#define MAX_ANCHORS 24u   /* places tried for one text */
#define SCAN_TOKENS 6000u /* readings up to this size are searched everywhere */
#define SCAN_NEEDLE 48u   /* for texts up to this length */
#define MIN_SIMILARITY 0.8
#define MAX_CELLS 60000000u /* of alignment tables for one reading, some 0.1 s; anchors go on */
#define MAX_DIGIT_TRIES 20000u

/* Costs of an edit, in tenths of a letter. */
#define COST_EDIT 10
#define COST_CONFUSED 3
#define COST_DIGIT 100000 /* another digit is another value */

/* ---- entries: tokens by hash ---- */

static int by_hash(const void *a, const void *b)
{
    const GroundEntry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->token < y->token ? -1 : x->token > y->token;
}

static int by_number(const void *a, const void *b)
{
    const guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;
    return x < y ? -1 : x > y;
}

static void prepare_entries(GroundIndex *index)
{
    if (index->entries != NULL)
        return;
    const Plain *plain = &index->plain;
    /* One more than needed: what is sorted and searched is somewhere, even where a document has no word. */
    index->entries = g_array_sized_new(FALSE, FALSE, sizeof(GroundEntry), plain->starts->len + 1);
    index->pairs = g_array_sized_new(FALSE, FALSE, sizeof(guint64), plain->starts->len + 1);
    guint64 previous = 0;
    for (guint32 i = 0; i < plain->starts->len; i++) {
        guint32 from = plain_start(plain, i);
        gsize length = plain_start(plain, i + 1) - from;
        GroundEntry entry = {plain_hash(plain->text->str + from, length, 0), i};
        g_array_append_val(index->entries, entry);
        guint64 pair = plain_hash(plain->text->str + from, length, previous);
        g_array_append_val(index->pairs, pair);
        previous = entry.hash;
    }
    qsort(index->entries->data, index->entries->len, sizeof(GroundEntry), by_hash);
    qsort(index->pairs->data, index->pairs->len, sizeof(guint64), by_number);
}

/* The first entry with the hash; *count of them stand together. */
static const GroundEntry *find_entries(const GroundIndex *index, guint64 hash, guint *count)
{
    const GroundEntry *entries = (const GroundEntry *)index->entries->data;
    guint low = 0, high = index->entries->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < index->entries->len && entries[low + *count].hash == hash)
        (*count)++;
    return entries + low;
}

/* ---- alignment ---- */

/* A bit for each group of characters that OCR takes for each other. */
static const guint16 confusions[128] = {
    ['0'] = 1,  ['o'] = 1,   ['q'] = 1,   ['d'] = 1,   ['1'] = 2,   ['i'] = 2,
    ['l'] = 2,  ['7'] = 2,   ['t'] = 2,   ['5'] = 4,   ['s'] = 4,   ['8'] = 8,
    ['b'] = 8,  ['3'] = 8,   ['2'] = 16,  ['z'] = 16,  ['6'] = 32,  ['g'] = 32 | 64,
    ['9'] = 64, ['u'] = 128, ['v'] = 128, ['c'] = 256, ['e'] = 256,
};

static gboolean is_confusion(char a, char b)
{
    return (((guchar)a | (guchar)b) & 0x80) == 0 &&
           (confusions[(guchar)a] & confusions[(guchar)b]) != 0;
}

static int replace_cost(char a, char b)
{
    if (a == b)
        return 0;
    const gboolean x = g_ascii_isdigit(a) != 0, y = g_ascii_isdigit(b) != 0;
    if (!(x && y) && is_confusion(a, b))
        return COST_CONFUSED;
    return x || y ? COST_DIGIT : COST_EDIT;
}

typedef struct {
    int cost;
    guint32 from, to; /* of the window that fits best */
} Alignment;

/* Aligns the needle with the part of text[0, length) that suits it best; a row a needle letter,
 * each cell remembering where its alignment began. */
static Alignment align(const char *needle, gsize n, const char *text, gsize length)
{
    int *above = g_newa(int, length + 1), *here = g_newa(int, length + 1);
    guint32 *above_from = g_newa(guint32, length + 1), *here_from = g_newa(guint32, length + 1);
    for (gsize j = 0; j <= length; j++) {
        above[j] = 0;
        above_from[j] = (guint32)j;
    }
    for (gsize i = 1; i <= n; i++) {
        const int lost = g_ascii_isdigit(needle[i - 1]) ? COST_DIGIT : COST_EDIT;
        here[0] = above[0] + lost;
        here_from[0] = 0;
        for (gsize j = 1; j <= length; j++) {
            const int extra = g_ascii_isdigit(text[j - 1]) ? COST_DIGIT : COST_EDIT;
            here[j] = above[j - 1] + replace_cost(needle[i - 1], text[j - 1]);
            here_from[j] = above_from[j - 1];
            if (above[j] + lost < here[j]) {
                here[j] = above[j] + lost;
                here_from[j] = above_from[j];
            }
            if (here[j - 1] + extra < here[j]) {
                here[j] = here[j - 1] + extra;
                here_from[j] = here_from[j - 1];
            }
            /* "rn" for "m" is one confusion. */
            if (needle[i - 1] == 'm' && j >= 2 && text[j - 2] == 'r' && text[j - 1] == 'n' &&
                above[j - 2] + COST_CONFUSED < here[j]) {
                here[j] = above[j - 2] + COST_CONFUSED;
                here_from[j] = above_from[j - 2];
            }
        }
        int *costs = above;
        guint32 *froms = above_from;
        above = here;
        above_from = here_from;
        here = costs;
        here_from = froms;
    }
    Alignment best = {.cost = G_MAXINT};
    for (gsize j = 0; j <= length; j++) {
        if (above[j] < best.cost)
            best = (Alignment){above[j], above_from[j], (guint32)j};
    }
    return best;
}

/* What of the first and the last token the window leaves over are letters too many; digits among
 * them make it another number. */
static int leftover_cost(const GroundIndex *index, guint32 from, guint32 to, guint first,
                         guint last)
{
    const char *text = index->plain.text->str;
    const guint32 begin = plain_start(&index->plain, first);
    const guint32 end = plain_start(&index->plain, last + 1);
    int cost = 0;
    for (guint32 i = begin; i < end; i++) {
        if (i < from || i >= to)
            cost += g_ascii_isdigit(text[i]) ? COST_DIGIT : COST_EDIT / 2;
    }
    return cost;
}

/* Tries the needle around an offset of the folded text. */
static void try_at(GroundIndex *index, const GString *needle, gint64 offset, GroundSpan *best)
{
    const GString *text = index->plain.text;
    const gint64 slack = 1 + (gint64)needle->len / 5;
    const guint32 from = (guint32)CLAMP(offset - slack, 0, (gint64)text->len);
    const guint32 to = (guint32)CLAMP(offset + (gint64)needle->len + slack, 0, (gint64)text->len);
    if (to <= from)
        return;
    index->cells += (guint64)needle->len * (to - from);
    Alignment found = align(needle->str, needle->len, text->str + from, to - from);
    if (found.to <= found.from)
        return;
    guint first = ground_token_at(&index->plain, from + found.from);
    guint last = ground_token_at(&index->plain, from + found.to - 1);
    int over = leftover_cost(index, from + found.from, from + found.to, first, last);
    double similarity = 1 - (double)(found.cost + over) / (double)(COST_EDIT * needle->len);
    if (similarity <= best->match)
        return;
    *best = ground_token_span(index, first, last);
    best->match = (float)similarity;
}

/* Around the places where one of the needle's tokens stands, rare ones first. */
static guint try_anchors(GroundIndex *index, const Plain *needle, GroundSpan *best)
{
    guint tried = 0;
    for (guint most = 4; tried < MAX_ANCHORS && most <= 256; most *= 8) {
        for (guint t = 0; t < needle->starts->len && tried < MAX_ANCHORS; t++) {
            guint32 from = plain_start(needle, t);
            gsize length = plain_start(needle, t + 1) - from;
            guint count;
            const GroundEntry *entries =
                find_entries(index, plain_hash(needle->text->str + from, length, 0), &count);
            if (length < 3 || count > most || (most > 4 && count <= most / 8))
                continue;
            for (guint i = 0; i < count && tried < MAX_ANCHORS; i++, tried++)
                try_at(index, needle->text,
                       (gint64)plain_start(&index->plain, entries[i].token) - from, best);
        }
    }
    return tried;
}

gboolean ground_index_near(GroundIndex *index, const char *text, GroundSpan *best)
{
    g_auto(Plain) needle = {0};
    plain_init(&needle);
    plain_append(&needle, text, strlen(text));
    *best = (GroundSpan){0};
    if (needle.text->len < MIN_NEEDLE || needle.text->len > MAX_NEEDLE)
        return FALSE;
    prepare_entries(index);
    try_anchors(index, &needle, best);
    const guint tokens = index->plain.starts->len;
    if (best->match < MIN_SIMILARITY && tokens <= SCAN_TOKENS && needle.text->len <= SCAN_NEEDLE) {
        for (guint t = 0; t < tokens && index->cells < MAX_CELLS; t++) {
            guint32 start = plain_start(&index->plain, t);
            char there = index->plain.text->str[start];
            /* Nearly always the first letter is right or confused. */
            if (there == needle.text->str[0] || is_confusion(there, needle.text->str[0]))
                try_at(index, needle.text, start, best);
        }
    }
    return best->match >= MIN_SIMILARITY;
}

/* ---- words in any order ---- */

typedef struct {
    guint first, count; /* tokens of the reading */
} Run;

static int longest_first(const void *a, const void *b)
{
    const Run *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : (x->first > y->first) * 2 - 1;
}

/* Goes on with the run when the word stands right behind it, else opens another at its first
 * place. */
static void extend_run(GArray *runs, const GroundEntry *entries, guint count)
{
    Run *run = runs->len == 0 ? NULL : &g_array_index(runs, Run, runs->len - 1);
    for (guint i = 0; run != NULL && i < count; i++) {
        if (entries[i].token == run->first + run->count) {
            run->count++;
            return;
        }
    }
    Run next = {entries[0].token, 1};
    g_array_append_val(runs, next);
}

static gboolean has_pair(const GroundIndex *index, guint64 pair)
{
    return bsearch(&pair, index->pairs->data, index->pairs->len, sizeof pair, by_number) != NULL;
}

/* Whether every run of digits in the token is a whole run of digits somewhere in the reading: "350"
 * of "350ml" is in "350 ml", and not in "1350". */
static gboolean digits_are_there(const GroundIndex *index, const char *token, gsize length)
{
    const GString *text = index->plain.text;
    for (gsize i = 0; i < length; i++) {
        gsize run = 0;
        while (i + run < length && g_ascii_isdigit(token[i + run]))
            run++;
        if (run == 0)
            continue;
        const char *at = text->str;
        for (guint tries = 0;; at++, tries++) {
            at = memmem(at, (gsize)(text->str + text->len - at), token + i, run);
            if (at == NULL || tries > MAX_DIGIT_TRIES)
                return FALSE;
            if ((at == text->str || !g_ascii_isdigit(at[-1])) && !g_ascii_isdigit(at[run]))
                break;
        }
        i += run;
    }
    return TRUE;
}

static gboolean has_digit(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_isdigit(text[i]))
            return TRUE;
    }
    return FALSE;
}

/* What is found of the text while walking over its tokens. */
typedef struct {
    GroundIndex *index;
    GArray *runs; /* of Run */
    guint found, joined;
    guint64 previous;
    gboolean loose; /* the token before holds a number that its own neighbour did not vouch for */
    gboolean invented; /* a number that stands nowhere, or only elsewhere */
} Overlap;

/* A number counts when it stands beside one of its neighbours; alone it stands everywhere. */
static void overlap_token(Overlap *o, const char *token, gsize length)
{
    guint count;
    const guint64 hash = plain_hash(token, length, 0);
    const GroundEntry *entries = find_entries(o->index, hash, &count);
    const gboolean first = o->previous == 0;
    const gboolean pair = !first && has_pair(o->index, plain_hash(token, length, o->previous));
    const gboolean number = has_digit(token, length);
    o->found += count > 0;
    o->joined += pair;
    o->invented |= o->loose && !pair;
    o->loose = number && count > 0 && !pair;
    if (count > 0)
        extend_run(o->runs, entries, count);
    else if (number && !digits_are_there(o->index, token, length))
        o->invented = TRUE;
    o->previous = hash;
}

guint ground_index_overlap(GroundIndex *index, const char *text, double *tokens, double *pairs,
                           gboolean *digits, GArray *spans)
{
    g_auto(Plain) plain = {0};
    plain_init(&plain);
    plain_append(&plain, text, strlen(text));
    prepare_entries(index);
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(Run));
    const guint total = plain.starts->len;
    Overlap o = {.index = index, .runs = runs};
    for (guint t = 0; t < total; t++) {
        guint32 from = plain_start(&plain, t);
        overlap_token(&o, plain.text->str + from, plain_start(&plain, t + 1) - from);
    }
    *tokens = total == 0 ? 0 : (double)o.found / total;
    *pairs = total < 2 ? *tokens : (double)o.joined / (total - 1);
    *digits = !o.invented && !o.loose;
    if (runs->len > 0)
        qsort(runs->data, runs->len, sizeof(Run), longest_first);
    for (guint i = 0; i < runs->len; i++) {
        const Run *run = &g_array_index(runs, Run, i);
        ground_add_span(spans, ground_token_span(index, run->first, run->first + run->count - 1));
    }
    return total;
}
