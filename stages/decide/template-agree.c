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

static gboolean stands_anywhere(const Run *run, const GArray *phrases)
{
    for (guint i = 0; i < run->hits->len; i++)
        for (guint k = 0; k < phrases->len; k++)
            if (g_array_index(run->hits, Hit, i).phrase == g_array_index(phrases, guint, k))
                return TRUE;
    return FALSE;
}

/* The sum itself as a candidate, when the last places of all terms give one: what was paid less the
 * change is the total, also where its own line cannot be read. */
static Found *sum_of(const Run *run, const FieldSpec *field, const GPtrArray *amounts)
{
    double sum = 0;
    g_autoptr(Found) found = found_new();
    for (guint i = 0; i < field->agree->len; i++) {
        const GPtrArray *choices = g_ptr_array_index(amounts, i);
        const Term *term = g_ptr_array_index(field->agree, i);
        /* What is named but cannot be read may be anything; what is not named is nothing. */
        if (choices->len == 0 && (i == 0 || stands_anywhere(run, term->phrases)))
            return NULL;
        if (choices->len == 0)
            continue;
        const Found *one = g_ptr_array_index(choices, 0);
        sum += term->sign * fabs(one->number);
        g_array_append_vals(found->runs, one->runs->data, one->runs->len);
    }
    sum = round(sum * 100) / 100;
    if (sum < field->value.minimum || sum > field->value.maximum || sum <= 0)
        return NULL;
    found->value = cJSON_CreateNumber(sum);
    found->number = sum;
    found->quality = 0.5;
    found->summed = TRUE;
    return g_steal_pointer(&found);
}

void run_reward_agreement(Run *run, const FieldSpec *field, GPtrArray *found)
{
    gboolean agreed = FALSE, good = FALSE;
    if (!field->agree)
        return;
    g_autoptr(GPtrArray) amounts =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < field->agree->len; i++) {
        const Term *term = g_ptr_array_index(field->agree, i);
        g_ptr_array_add(amounts, amounts_at(run, term->phrases));
    }
    for (guint i = 0; i < found->len; i++) {
        Found *candidate = g_ptr_array_index(found, i);
        good = good || candidate->quality >= 1.0;
        if (candidate->number == 0 || !sums_to(amounts, field->agree, 0, candidate->number))
            continue;
        candidate->score += POINTS_AGREE;
        agreed = TRUE;
    }
    guint types = field->value.types;
    gboolean numeric = types == 0 || (types & TYPE_NUMBER);
    Found *sum = agreed || good || !numeric ? NULL : sum_of(run, field, amounts);
    if (sum) {
        sum->score = POINTS_SUM;
        g_ptr_array_add(found, sum);
    }
}
