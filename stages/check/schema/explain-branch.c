/* anyOf and oneOf: which branches fit, and when none does, the errors of the one that was meant. */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/guess.h"

#define MAX_GUESSES 4u  /* inside each other: every one tries its branches once more */
#define EFFORT_SHARE 16 /* things a guess looks at for one unit of work */

/* ---- sentences ---- */

/* "number 2", with its name if it has one. */
static char *form_of(const GPtrArray *branches, guint index)
{
    g_autofree char *name = phrase_name_of(g_ptr_array_index(branches, index));
    return name == NULL ? g_strdup_printf("number %u", index + 1)
                        : g_strdup_printf("number %u (%s)", index + 1, name);
}

static gboolean say_tag(const Frame *frame, const Guess *guess, const char *keyword)
{
    g_autofree char *tag = phrase_quoted(guess->tag);
    g_autofree char *allowed = phrase_values(guess->tags);
    if (guess->value == NULL)
        return report(frame, keyword,
                      "fits none of the %u allowed forms: it lacks %s, which must be one of %s",
                      guess->branches->len, tag, allowed);
    g_autofree char *found = phrase_value(guess->value);
    const cJSON *near = phrase_nearest_value(guess->value, guess->tags);
    g_autofree char *meant = near == NULL ? NULL : phrase_value(near);
    return report(frame, keyword,
                  "fits none of the %u allowed forms: its %s is %s, and must be one of %s%s%s%s",
                  guess->branches->len, tag, found, allowed, meant == NULL ? "" : "; ",
                  meant == NULL ? "" : meant, meant == NULL ? "" : " was probably meant");
}

static gboolean say(const Frame *frame, const Guess *guess, const char *keyword)
{
    const guint count = guess->branches->len;
    if (guess->by == GUESS_NO_TAG)
        return say_tag(frame, guess, keyword);
    if (guess->by == GUESS_VALUE)
        return report_allowed(frame, keyword, guess->values);
    if (guess->by == GUESS_NO_TYPE) {
        g_autofree char *types = phrase_types(guess->types);
        g_autofree char *found = phrase_value(frame->item);
        return report(frame, keyword, "must be %s, found %s", types, found);
    }
    g_autofree char *form = form_of(guess->branches, guess->index);
    if (count == 1)
        return report(frame, keyword, "does not fit the only allowed form, %s", form);
    if (guess->by == GUESS_TAG) {
        g_autofree char *tag = phrase_quoted(guess->tag);
        g_autofree char *found = phrase_value(guess->value);
        return report(frame, keyword,
                      "fits none of the %u allowed forms; its %s is %s, so %s is meant", count, tag,
                      found, form);
    }
    if (guess->by == GUESS_TYPE) {
        g_autofree char *type = phrase_types(phrase_types_of(frame->item));
        return report(frame, keyword, "fits none of the %u allowed forms; only %s is for %s", count,
                      form, type);
    }
    return report(frame, keyword, "fits none of the %u allowed forms; the nearest is %s", count,
                  form);
}

/* ---- after no branch fitted ---- */

/* The reasons of one branch, in a list of their own. */
static GPtrArray *reasons_of(const Frame *frame, const SchemaNode *branch, const char *keyword,
                             guint index)
{
    Explain *explain = frame->explain;
    const Explain before = *explain;
    GPtrArray *own = g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    explain->findings = own;
    explain->units = NULL;
    explain->guesses++;
    explain_in_place(frame, branch, keyword, NULL, (int)index, NULL);
    explain->guesses = before.guesses;
    explain->findings = before.findings;
    explain->units = before.units;
    explain->room = before.room;
    explain->cut = before.cut;
    return own;
}

/* Standard output has every branch; sentences keep to the one that was meant. */
static void add_reasons(const Frame *frame, Guess *guess, const char *keyword)
{
    Explain *explain = frame->explain;
    if (explain->units != NULL) {
        for (guint i = 0; i < guess->branches->len && explain_goes_on(frame); i++)
            explain_in_place(frame, g_ptr_array_index(guess->branches, i), keyword, NULL, (int)i,
                             NULL);
        return;
    }
    if (guess->by == GUESS_NO_TAG || guess->by == GUESS_NO_TYPE || guess->by == GUESS_VALUE)
        return;
    while (guess->reasons != NULL && guess->reasons->len > 0 && !explain->cut) {
        explain->cut = explain->findings->len >= SCHEMA_MAX_FINDINGS;
        if (!explain->cut)
            g_ptr_array_add(explain->findings, g_ptr_array_steal_index(guess->reasons, 0));
    }
}

static gboolean report_branches(const Frame *frame, const GPtrArray *branches, const char *keyword)
{
    if (!explain_goes_on(frame))
        return FALSE;
    if (frame->explain->guesses == MAX_GUESSES)
        return report(frame, keyword, "fits none of the %u allowed forms", branches->len);
    g_auto(Guess) guess = {0};
    guess_begin(&guess, branches, frame->item);
    explain_spend(frame->explain, guess.effort / EFFORT_SHARE);
    guint here = 0;
    for (const ExplainPath *step = frame->place; step != NULL; step = step->up)
        here++;
    for (guint i = 0; i < branches->len; i++)
        guess_weigh(&guess, i, here, reasons_of(frame, g_ptr_array_index(branches, i), keyword, i));
    guess_end(&guess);
    say(frame, &guess, keyword);
    add_reasons(frame, &guess, keyword);
    return FALSE;
}

/* ---- the keywords ---- */

/* A branch that fits is quiet at first, as nobody knows yet; its notes come from a second run. */
static gboolean branch_fits(const Frame *frame, const GPtrArray *branches, guint index)
{
    return explain_quietly(frame, g_ptr_array_index(branches, index), frame->item, frame->place,
                           frame->marks);
}

static void note_branch(const Frame *frame, const GPtrArray *branches, const char *keyword,
                        guint index)
{
    if (explain_annotates(frame))
        explain_in_place(frame, g_ptr_array_index(branches, index), keyword, NULL, (int)index,
                         NULL);
}

gboolean explain_any_of(const Frame *frame)
{
    const GPtrArray *branches = frame->node->any_of;
    gboolean ok = FALSE;
    for (guint i = 0; i < branches->len; i++) {
        if (!branch_fits(frame, branches, i))
            continue;
        ok = TRUE;
        note_branch(frame, branches, "anyOf", i);
        /* Every branch that matches marks and notes, so an asker must have them all. */
        if (frame->marks == NULL && !explain_annotates(frame))
            return TRUE;
    }
    return ok || report_branches(frame, branches, "anyOf");
}

static gboolean report_two(const Frame *frame, const GPtrArray *branches, guint first, guint second)
{
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *one = form_of(branches, first);
    g_autofree char *two = form_of(branches, second);
    return report(frame, "oneOf", "fits the forms %s and %s, and must fit exactly one", one, two);
}

gboolean explain_one_of(const Frame *frame)
{
    const GPtrArray *branches = frame->node->one_of;
    int fitting = -1;
    for (guint i = 0; i < branches->len; i++) {
        if (!branch_fits(frame, branches, i))
            continue;
        if (fitting >= 0)
            return report_two(frame, branches, (guint)fitting, i);
        fitting = (int)i;
    }
    if (fitting < 0)
        return report_branches(frame, branches, "oneOf");
    note_branch(frame, branches, "oneOf", (guint)fitting);
    return TRUE;
}
