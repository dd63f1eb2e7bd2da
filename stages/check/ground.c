#include "stages/check/ground.h"

#include "pipeline/core/values.h"
#include "stages/check/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EVIDENCE 3u    /* places shown for one value */
#define MAX_RUNS 8u        /* for a text that stands there in pieces */
#define MAX_RANKED 16u     /* places that are compared with each other */
#define LONG_WORDS 8u      /* a text of so many words is judged by their share */
#define LONG_SHARE 0.60    /* least share of words and pairs of such a text */
#define IMPLIED_MATCH 0.88 /* a currency that follows from the country */
#define SURE_MATCH 0.88f   /* under it, letters or separators were taken for misread */
#define NEAR_LINES 10.0    /* how far a neighbour's place still counts */

typedef struct {
    GroundIndex *index;
    const CheckFields *fields;
    const GPtrArray *follows;
    Record *record;
    char *parent;       /* pointer of the object that the last grounded leaf is in */
    gint64 parent_line; /* the line where that leaf stands, -1 none */
} Grounding;

typedef struct {
    Grounded grounded;
    double match;
    guint places;
    gboolean pieces; /* spans are pieces of one place, not alternatives */
    GArray *spans;   /* GroundSpan */
} Found;

/* ---- looking ---- */

static gboolean took(Found *found, Grounded grounded)
{
    if (found->spans->len == 0)
        return FALSE;
    found->grounded = grounded;
    found->places = found->spans->len;
    found->match = 0;
    for (guint i = 0; i < found->spans->len; i++)
        found->match = MAX(found->match, g_array_index(found->spans, GroundSpan, i).match);
    if (grounded == GROUNDED_NORMALISED && found->match < SURE_MATCH)
        found->grounded = GROUNDED_FUZZY;
    return TRUE;
}

/* A text that is a date, a time, a currency or a number, however the document writes it. TRUE: it is
 * one, so that other letters or another order of its parts would make another value of it. */
static gboolean find_typed(GroundIndex *index, const char *text, Found *found)
{
    ValueDate date;
    ValueNumber number;
    char time[9];
    gsize start, end;
    const gboolean currency = strlen(text) == 3 && value_currency(text, -1) != NULL;
    if (value_parse_date(text, -1, VALUE_ORDER_YMD, &date))
        ground_index_date(index, date.iso, found->spans);
    else if (currency)
        ground_index_currency(index, value_currency(text, -1), found->spans);
    else if (value_find_time(text, -1, time, &start, &end) && start == 0 && text[end] == '\0')
        ground_index_time(index, time, found->spans);
    else if (value_parse_number(text, -1, VALUE_DECIMAL_ANY, &number))
        ground_index_number(index, number.number, found->spans);
    else
        return FALSE;
    took(found, GROUNDED_NORMALISED);
    if (!currency)
        return TRUE;
    found->places = MIN(found->places, 1); /* it stands at every amount */
    if (found->grounded == GROUNDED_NONE && !ground_index_has_currency(index)) {
        /* Nobody writes the currency of his own country; another one would have been written. */
        found->grounded = GROUNDED_DERIVED;
        found->match = IMPLIED_MATCH;
    }
    return TRUE;
}

/* By its words, for what was shortened, reordered or cleaned. */
static void find_words(GroundIndex *index, const char *text, Found *found)
{
    double tokens, pairs;
    gboolean digits;
    guint total = ground_index_overlap(index, text, &tokens, &pairs, &digits, found->spans);
    double share = (tokens + pairs) / 2;
    gboolean good = total >= LONG_WORDS ? share >= LONG_SHARE : total >= 2 && tokens == 1;
    /* A number that stands nowhere is invented, however good the words around it are. */
    if (!good || !digits || found->spans->len == 0) {
        g_array_set_size(found->spans, 0);
        return;
    }
    found->grounded = GROUNDED_FUZZY;
    found->pieces = TRUE;
    found->places = 1;
    found->match = total >= LONG_WORDS ? share : 0.6 + 0.3 * pairs;
}

static void find_string(GroundIndex *index, const char *text, Found *found)
{
    if (ground_index_text(index, text, found->spans) > 0) {
        took(found, g_array_index(found->spans, GroundSpan, 0).exact ? GROUNDED_EXACT
                                                                     : GROUNDED_NORMALISED);
        return;
    }
    GroundSpan near;
    if (find_typed(index, text, found))
        return;
    if (ground_index_near(index, text, &near)) {
        g_array_append_val(found->spans, near);
        took(found, GROUNDED_FUZZY);
        return;
    }
    find_words(index, text, found);
}

static void find_number(GroundIndex *index, const cJSON *value, Found *found)
{
    if (ground_index_number(index, value->valuedouble, found->spans) > 0)
        took(found, GROUNDED_NORMALISED);
    else if (fabs(value->valuedouble) <= 1 &&
             ground_index_percent(index, value->valuedouble * 100, found->spans) > 0)
        took(found, GROUNDED_NORMALISED); /* 0.19 for "19 %" */
}

/* A choice is derived by nature; where its word stands in the text, that is shown as well. */
static void find_choice(GroundIndex *index, const cJSON *value, Found *found)
{
    found->grounded = GROUNDED_DERIVED;
    found->match = 1;
    if (!cJSON_IsString(value) || strlen(value->valuestring) < 3)
        return;
    g_autofree char *words = g_strdelimit(g_strdup(value->valuestring), "_-/", ' ');
    if (ground_index_text(index, words, found->spans) > 0 && took(found, GROUNDED_NORMALISED))
        found->places = 1;
}

static void find_value(GroundIndex *index, const cJSON *value, GroundWanted wanted, Found *found)
{
    if (wanted == GROUND_NONE)
        found->grounded = GROUNDED_DERIVED; /* written for the record: nothing to look for */
    else if (wanted == GROUND_CHOICE || cJSON_IsBool(value) || cJSON_IsNull(value))
        find_choice(index, value, found);
    else if (cJSON_IsNumber(value))
        find_number(index, value, found);
    else if (cJSON_IsString(value))
        find_string(index, value->valuestring, found);
    /* A derived value may stand in the document, and need not. */
    if (found->grounded == GROUNDED_NONE && wanted == GROUND_DERIVED) {
        found->grounded = GROUNDED_DERIVED;
        found->match = 1;
    }
}

/* ---- which of several places ---- */

typedef struct {
    double rank;
    GroundSpan span;
} Ranked;

static int best_first(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? 1 : -1;
    return x->span.first < y->span.first ? -1 : x->span.first > y->span.first;
}

/* Where the field's name stands on the line, and where its neighbours of the same object stand, is
 * where the value belongs. */
static void rank_places(const Grounding *g, const char *pointer, const CheckField *about,
                        GArray *spans)
{
    if (spans->len < 2)
        return;
    const char *key = strrchr(pointer, '/');
    g_autofree char *label =
        g_strdelimit(g_strconcat(key == NULL ? "" : key + 1, " ", about->title, NULL), "_-", ' ');
    g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
    for (guint i = 0; i < spans->len && i < MAX_RANKED; i++) {
        Ranked one = {.span = g_array_index(spans, GroundSpan, i)};
        guint line = reading_line_of_word(ground_index_reading(g->index), one.span.first);
        one.rank = one.span.match * 10;
        if (ground_index_line_has(g->index, line, label))
            one.rank += 3;
        if (g->parent_line >= 0) {
            double distance = fabs((double)line - (double)g->parent_line);
            one.rank += 2 * MAX(0, 1 - distance / NEAR_LINES);
        }
        g_array_append_val(ranked, one);
    }
    qsort(ranked->data, ranked->len, sizeof(Ranked), best_first);
    for (guint i = 0; i < ranked->len; i++)
        g_array_index(spans, GroundSpan, i) = g_array_index(ranked, Ranked, i).span;
}

static void enter_parent(Grounding *g, const char *pointer)
{
    const char *slash = strrchr(pointer, '/');
    gsize length = slash == NULL ? 0 : (gsize)(slash - pointer);
    /* Fields at the top of the record stand all over the page. */
    if (length > 0 && g->parent != NULL && strlen(g->parent) == length &&
        strncmp(g->parent, pointer, length) == 0)
        return;
    g_free(g->parent);
    g->parent = g_strndup(pointer, length);
    g->parent_line = -1;
}

/* ---- one leaf ---- */

static void add_evidence(Field *field, const Reading *reading, const Found *found)
{
    const guint most = found->pieces ? MAX_RUNS : MAX_EVIDENCE;
    for (guint i = 0; i < found->spans->len && i < most; i++) {
        const GroundSpan *span = &g_array_index(found->spans, GroundSpan, i);
        /* A single word of a longer text proves nothing that is worth showing. */
        if (found->pieces && i >= MAX_EVIDENCE && span->count < 2)
            break;
        field_add_evidence(field, reading, span->first, span->count,
                           found->pieces ? found->match : span->match);
    }
}

static gsize value_length(const cJSON *value)
{
    if (cJSON_IsString(value))
        return (gsize)g_utf8_strlen(value->valuestring, -1);
    g_autofree char *text = json_print(value, FALSE);
    return text == NULL ? 0 : strlen(text);
}

static void ground_leaf(const char *pointer, cJSON *value, gpointer data)
{
    Grounding *g = data;
    Field *field = record_field(g->record, pointer);
    const CheckField *about = check_fields_find(g->fields, pointer);
    enter_parent(g, pointer);
    if (field->evidence->len > 0 || field->confidence > 0)
        return;
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(GroundSpan));
    Found found = {.spans = spans};
    find_value(g->index, value, about->ground, &found);
    if (!found.pieces)
        rank_places(g, pointer, about, spans);
    const Reading *reading = ground_index_reading(g->index);
    field->grounded = found.grounded;
    add_evidence(field, reading, &found);
    if (spans->len > 0)
        g->parent_line = reading_line_of_word(reading, g_array_index(spans, GroundSpan, 0).first);
    const Evidence *first =
        field->evidence->len == 0 ? NULL : g_ptr_array_index(field->evidence, 0);
    ScoreInput input = {.grounded = found.grounded,
                        .match = found.match,
                        .places = found.places,
                        .length = value_length(value),
                        .ocr = first == NULL ? -1 : first->confidence,
                        .wanted = about->ground,
                        .null = cJSON_IsNull(value),
                        .required = about->required,
                        .method = g->record->method};
    field->confidence = score_field(&input);
}

/* ---- what follows from other fields ---- */

static gboolean same_value(const cJSON *a, const cJSON *b)
{
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return fabs(a->valuedouble - b->valuedouble) < 0.005;
    return json_equal(a, b);
}

/* A value that stands nowhere, but that the rules compute from fields that do. It is as sure as the
 * weakest of them. */
static void apply_follows(const Grounding *g, const RuleFinding *rule)
{
    Field *field = g_hash_table_lookup(g->record->fields, rule->pointer);
    const cJSON *value = json_at(g->record->root, rule->pointer);
    if (field == NULL || value == NULL || field->grounded != GROUNDED_NONE ||
        !same_value(value, rule->value))
        return;
    ScoreInput input = {.grounded = GROUNDED_DERIVED, .match = 1, .ocr = -1};
    double confidence = score_field(&input);
    for (guint i = 0; i < rule->from->len; i++) {
        const Field *source =
            g_hash_table_lookup(g->record->fields, g_ptr_array_index(rule->from, i));
        if (source != NULL && source->grounded == GROUNDED_NONE)
            return;
        if (source != NULL)
            confidence = MIN(confidence, source->confidence);
    }
    field->grounded = GROUNDED_DERIVED;
    field->confidence = confidence;
}

void ground_record(GroundIndex *index, const CheckFields *fields, const GPtrArray *follows,
                   Record *record)
{
    Grounding grounding = {
        .index = index, .fields = fields, .follows = follows, .record = record, .parent_line = -1};
    record_each_leaf(record->root, ground_leaf, &grounding);
    g_free(grounding.parent);
    for (guint i = 0; follows != NULL && i < follows->len; i++) {
        const RuleFinding *rule = g_ptr_array_index(follows, i);
        if (rule->kind == RULE_FOLLOWS)
            apply_follows(&grounding, rule);
    }
}
