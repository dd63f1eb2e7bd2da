/* How sure an amount is that OCR read. One wrong digit makes another amount that looks as good, so
 * a label alone proves little: a second place on the page, or a sum of other amounts, does. */
#include "template-internal.h"

#include <math.h>
#include <string.h>

/* What is left of the confidence: */
#define SURE_UNPROVEN 0.70 /* nothing but its label speaks for the amount */
#define SURE_ROUNDED 0.95  /* rounded twin that stands on the page */
#define SURE_COMPUTED 0.70 /* computed, and written nowhere */
#define SURE_TWIN 0.80     /* read otherwise at its label, and so at two other places */

/* An amount of money anywhere on the page. */
typedef struct {
    double number; /* without sign */
    guint row;
    WordRun words;
} Amount;

static void add_amounts(const Run *run, guint index, GArray *out)
{
    const Cell *cell = sheet_cell(run->sheet, index);
    ValueNumber n;
    for (gsize at = 0; at < cell->length;) {
        const char *text = cell->text + at;
        if (!value_find_money(text, (gssize)(cell->length - at), run->template->decimal, &n))
            return;
        Amount amount = {.number = fabs(n.number), .row = cell->row};
        if (n.decimals == 2 && amount.number > 0 &&
            sheet_words(run->sheet, cell, at + n.start, at + n.end, &amount.words.first,
                        &amount.words.n))
            g_array_append_val(out, amount);
        at += n.end;
    }
}

static GArray *page_amounts(const Run *run)
{
    GArray *amounts = g_array_new(FALSE, FALSE, sizeof(Amount));
    for (guint i = 0; i < run->sheet->cells->len; i++)
        add_amounts(run, i, amounts);
    return amounts;
}

static gboolean same(double a, double b)
{
    return fabs(a - b) < 0.005;
}

/* In how many rows the amount stands. */
static guint rows_with(const GArray *amounts, double number, const Amount **last)
{
    guint rows = 0, row = G_MAXUINT;
    for (guint i = 0; i < amounts->len; i++) {
        const Amount *a = &g_array_index(amounts, Amount, i);
        if (!same(a->number, fabs(number)))
            continue;
        rows += a->row != row;
        row = a->row;
        if (last)
            *last = a;
    }
    return rows;
}

gboolean run_amount_stands(const Run *run, double number, guint rows)
{
    g_autoptr(GArray) amounts = page_amounts(run);
    return number > 0 && rows_with(amounts, number, NULL) >= rows;
}

/* Do all amounts of a table that was filled before make the number? */
static gboolean is_sum_of_items(const Run *run, double number)
{
    const cJSON *list, *item, *value;
    cJSON_ArrayForEach(list, run->record->root)
    {
        double sum = 0;
        guint n = 0;
        if (!cJSON_IsArray(list))
            continue;
        cJSON_ArrayForEach(item, list)
        {
            value = cJSON_GetObjectItemCaseSensitive(item, "amount");
            if (!cJSON_IsNumber(value))
                break;
            sum += value->valuedouble;
            n++;
        }
        if (n > 0 && (int)n == cJSON_GetArraySize(list) && same(sum, number))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_proven(const Run *run, const GArray *amounts, const Found *found)
{
    return found->agreed || rows_with(amounts, found->number, NULL) > 1 ||
           is_sum_of_items(run, found->number);
}

/* ---- rounding ---- */

static double rounded(const FieldSpec *field, double number)
{
    return round(round(number / field->round_step) * field->round_step * 100) / 100;
}

static Found *found_from_amount(const Found *like, double number, const Amount *at)
{
    Found *found = found_new();
    found->value = cJSON_CreateNumber(number);
    found->number = number;
    found->rank = like->rank;
    found->order = like->order;
    found->raw = g_strdup(like->raw);
    found->score = like->score;
    if (at)
        g_array_append_val(found->runs, at->words);
    else
        g_array_append_vals(found->runs, like->runs->data, like->runs->len);
    found->summed = at == NULL;
    return found;
}

/* "Rounding 0.00": what was paid is what was asked for. */
static gboolean rounds_nothing(Run *run, const FieldSpec *field)
{
    for (guint i = 0; i < run->hits->len; i++) {
        const Hit *hit = &g_array_index(run->hits, Hit, i);
        gboolean ours = FALSE;
        for (guint k = 0; k < field->round_labels->len && !ours; k++)
            ours = g_array_index(field->round_labels, guint, k) == hit->phrase;
        g_autoptr(Found) at = ours ? run_amount_at(run, hit) : NULL;
        if (at && at->number == 0 && at->quality >= 1.0)
            return TRUE;
    }
    return FALSE;
}

/* The twin that was paid, when the page speaks of rounding or shows it; NULL if the amount is
 * round already. */
static Found *rounded_twin(Run *run, const FieldSpec *field, const GArray *amounts,
                           const Found *picked)
{
    const Amount *at = NULL;
    double twin = rounded(field, picked->number);
    if (same(twin, picked->number) || picked->agreed || rounds_nothing(run, field))
        return NULL;
    guint rows = rows_with(amounts, twin, &at);
    gboolean said = run_says_any(run, field->round_labels);
    if (rows == 0 && !said)
        return NULL;
    Found *found = found_from_amount(picked, twin, at);
    found->sure = rows == 0 ? SURE_COMPUTED : said || rows > 1 ? SURE_ROUNDED : SURE_TWIN;
    return found;
}

/* ---- twins ---- */

/* Are the two amounts the same but for one digit? */
static gboolean one_digit_apart(double a, double b)
{
    char x[32], y[32];
    guint differ = 0;
    g_ascii_formatd(x, sizeof(x), "%.2f", fabs(a));
    g_ascii_formatd(y, sizeof(y), "%.2f", fabs(b));
    if (strlen(x) != strlen(y))
        return FALSE;
    for (gsize i = 0; x[i] != '\0'; i++)
        differ += x[i] != y[i];
    return differ == 1;
}

/* Another candidate that is proven and one digit away: the picked one was misread. */
static Found *proven_twin(const Run *run, const FieldSpec *field, const GArray *amounts,
                          const GPtrArray *found, const Found *picked)
{
    for (guint i = 0; i < found->len; i++) {
        Found *other = g_ptr_array_index(found, i);
        gboolean rounding = fabs(other->number - picked->number) < field->round_step;
        if (!rounding && one_digit_apart(other->number, picked->number) &&
            is_proven(run, amounts, other))
            return other;
    }
    return NULL;
}

/* The sum of two amounts or more: that both were misread is less likely than that one was. */
static Found *sum_among(const GPtrArray *found)
{
    for (guint i = 0; i < found->len; i++) {
        Found *one = g_ptr_array_index(found, i);
        if (one->summed && one->runs->len > 1)
            return one;
    }
    return NULL;
}

gboolean run_from_ocr(const Run *run, const Found *found)
{
    if (found->runs->len == 0)
        return FALSE;
    guint word = g_array_index(found->runs, WordRun, 0).first;
    return sheet_cell(run->sheet, g_array_index(run->sheet->word_cell, guint32, word))->ocr;
}

Found *run_prove(Run *run, const FieldSpec *field, GPtrArray *found, Found *picked)
{
    if (field->agree == NULL || !cJSON_IsNumber(picked->value) || !run_from_ocr(run, picked))
        return picked;
    g_autoptr(GArray) amounts = page_amounts(run);
    gboolean proven = is_proven(run, amounts, picked);
    Found *twin = proven ? NULL : proven_twin(run, field, amounts, found, picked);
    if (twin) {
        picked = twin;
        picked->sure = SURE_TWIN;
    }
    Found *paid = field->round_step > 0 ? rounded_twin(run, field, amounts, picked) : NULL;
    if (paid) {
        g_ptr_array_add(found, paid);
        return paid;
    }
    if (proven || twin)
        return picked;
    Found *sum = sum_among(found);
    picked = sum ? sum : picked;
    picked->sure = sum ? SURE_COMPUTED : SURE_UNPROVEN;
    return picked;
}
