/* Amounts that speak for each other: what was paid less the change is the total, net and tax make
 * the gross. */
#include "template-internal.h"

#include <math.h>

/* On the scale of template-find.c. */
#define POINTS_AGREE 60.0 /* gained by agreeing with other amounts */
#define POINTS_SUM 130.0  /* of the sum itself, when no label leads to a good amount */

/* Amounts that stand at one of the phrases (of Found); bare numbers only when there is nothing that
 * looks like money. */
static GPtrArray *amounts_at(Run *run, const GArray *phrases)
{
    GPtrArray *amounts = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
    for (guint i = 0; i < run->hits->len && amounts->len < 8; i++) {
        const Hit *hit = &g_array_index(run->hits, Hit, i);
        gboolean ours = FALSE;
        for (guint k = 0; k < phrases->len && !ours; k++)
            ours = g_array_index(phrases, guint, k) == hit->phrase;
        Found *found = ours ? run_amount_at(run, hit) : NULL;
        if (found && found->quality >= 1.0)
            g_ptr_array_add(amounts, found);
        else
            found_free(found);
    }
    return amounts;
}

static double amount_of(const GPtrArray *amounts, guint i)
{
    return fabs(((const Found *)g_ptr_array_index(amounts, i))->number);
}

/* Is there a choice of amounts, one a term, whose signed sum is `target`? A term without amounts
 * counts as nothing, but the first must have one. */
static gboolean sums_to(const GPtrArray *amounts, const GPtrArray *terms, guint at, double left)
{
    if (at == terms->len)
        return fabs(left) < 0.005;
    const GPtrArray *choices = g_ptr_array_index(amounts, at);
    const Term *term = g_ptr_array_index(terms, at);
    for (guint i = 0; i < choices->len; i++)
        if (sums_to(amounts, terms, at + 1, left - term->sign * amount_of(choices, i)))
            return TRUE;
    return at > 0 && choices->len == 0 && sums_to(amounts, terms, at + 1, left);
}

gboolean run_says_any(const Run *run, const GArray *phrases)
{
    for (guint i = 0; i < run->hits->len; i++)
        for (guint k = 0; k < phrases->len; k++)
            if (g_array_index(run->hits, Hit, i).phrase == g_array_index(phrases, guint, k))
                return TRUE;
    return FALSE;
}

/* The sum itself as a candidate, when the last places of all terms give one: what was paid less the
 * change is the total, also where its own line cannot be read. */
static Found *sum_of(const Run *run, const FieldSpec *field, const GPtrArray *terms,
                     const GPtrArray *amounts)
{
    double sum = 0;
    g_autoptr(Found) found = found_new();
    for (guint i = 0; i < terms->len; i++) {
        const GPtrArray *choices = g_ptr_array_index(amounts, i);
        const Term *term = g_ptr_array_index(terms, i);
        /* What is named but cannot be read may be anything; what is not named is nothing. */
        if (choices->len == 0 && (i == 0 || run_says_any(run, term->phrases)))
            return NULL;
        if (choices->len == 0)
            continue;
        const Found *one = g_ptr_array_index(choices, 0);
        sum += term->sign * fabs(one->number);
        if (one->number != 0)
            g_array_append_vals(found->runs, one->runs->data, one->runs->len);
    }
    sum = round(sum * 100) / 100;
    if (sum < field->value.minimum || sum > field->value.maximum || sum <= 0)
        return NULL;
    found->value = cJSON_CreateNumber(sum);
    found->number = sum;
    found->quality = 0.5;
    found->summed = TRUE;
    found->score = POINTS_SUM;
    return g_steal_pointer(&found);
}

static GPtrArray *amounts_of(Run *run, const GPtrArray *terms)
{
    GPtrArray *amounts = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < terms->len; i++) {
        const Term *term = g_ptr_array_index(terms, i);
        g_ptr_array_add(amounts, amounts_at(run, term->phrases));
    }
    return amounts;
}

void run_reward_agreement(Run *run, const FieldSpec *field, GPtrArray *found)
{
    gboolean agreed = FALSE, good = FALSE;
    g_autoptr(GPtrArray) sums = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
    for (guint i = 0; i < found->len; i++)
        good = good || ((Found *)g_ptr_array_index(found, i))->quality >= 1.0;
    for (guint k = 0; field->agree && k < field->agree->len; k++) {
        const GPtrArray *terms = g_ptr_array_index(field->agree, k);
        g_autoptr(GPtrArray) amounts = amounts_of(run, terms);
        for (guint i = 0; i < found->len; i++) {
            Found *candidate = g_ptr_array_index(found, i);
            if (candidate->number == 0 || !sums_to(amounts, terms, 0, candidate->number))
                continue;
            candidate->score += candidate->agreed ? 0 : POINTS_AGREE;
            candidate->agreed = agreed = TRUE;
        }
        Found *sum = sum_of(run, field, terms, amounts);
        if (sum)
            g_ptr_array_add(sums, sum);
    }
    guint types = field->value.types;
    if (agreed || sums->len == 0 || (types && !(types & TYPE_NUMBER)))
        return;
    Found *sum = g_ptr_array_steal_index(sums, 0);
    if (good) /* an amount at a label goes before, unless nothing proves it */
        sum->score = 0;
    g_ptr_array_add(found, sum);
}
