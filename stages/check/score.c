#include "stages/check/score.h"

#include <math.h>
#include <string.h>

/* First confidence by grounding: what share of such values is right, as a rule of thumb until
 * reviewed documents say better. */
#define BY_EXACT 0.99
#define BY_NORMALISED 0.97 /* reading dates and numbers alike can mislead */
#define BY_FUZZY_BASE 0.35 /* + BY_FUZZY_SLOPE * match: 0.8 -> 0.83, 0.6 -> 0.71 */
#define BY_FUZZY_SLOPE 0.60
#define BY_DERIVED 0.90                /* a choice or a consequence: nobody saw it written */
#define BY_NONE 0.10                   /* claimed, and nowhere in the document */
#define OF_NULL 1.0                    /* an optional field that is not there */
#define OF_REQUIRED_NULL 0.70          /* a field that most documents have */
#define OF_REQUIRED_NULL_TEMPLATE 0.50 /* a template that finds nothing proves little */
#define OF_WRITTEN 0.90                /* text that the pack asks to be written, not copied */

#define SHORT_VALUE 3u    /* letters; such a value stands in many places by chance */
#define CHANCE_SHORT 0.04 /* lost for each further place, up to CHANCE_MOST */
#define CHANCE_LONG 0.01
#define CHANCE_MOST 0.20

#define OCR_SURE 0.90  /* words above this confidence are taken as read */
#define OCR_LEAST 0.50 /* what is left of the confidence with words of confidence 0 */

#define LOSS_RULE 0.40 /* factor for the field that a broken rule points to */
#define LOSS_WARN 0.85
#define LOSS_RULE_RECORD 0.60 /* the same when it points to the whole record */
#define LOSS_WARN_RECORD 0.95
#define LOSS_REPAIR 0.97  /* for each repair round */
#define LOSS_SALVAGE 0.98 /* for a text that had to be repaired */

static double by_grounding(const ScoreInput *in)
{
    switch (in->grounded) {
    case GROUNDED_EXACT:
        return BY_EXACT;
    case GROUNDED_NORMALISED:
        return BY_NORMALISED;
    case GROUNDED_FUZZY:
        return BY_FUZZY_BASE + BY_FUZZY_SLOPE * in->match;
    case GROUNDED_DERIVED:
        return in->wanted == GROUND_NONE ? OF_WRITTEN : BY_DERIVED * in->match;
    case GROUNDED_NONE:
        break;
    }
    return BY_NONE;
}

double score_field(const ScoreInput *in)
{
    if (in->null) {
        if (!in->required)
            return OF_NULL;
        return in->method == METHOD_TEMPLATE ? OF_REQUIRED_NULL_TEMPLATE : OF_REQUIRED_NULL;
    }
    double score = by_grounding(in);
    if (in->grounded >= GROUNDED_NORMALISED)
        score *= in->match;
    if (in->grounded >= GROUNDED_FUZZY && in->places > 1) {
        double each = in->length <= SHORT_VALUE ? CHANCE_SHORT : CHANCE_LONG;
        score *= 1 - MIN(CHANCE_MOST, each * (in->places - 1));
    }
    if (in->ocr >= 0 && in->ocr < OCR_SURE)
        score *= OCR_LEAST + (1 - OCR_LEAST) * in->ocr / OCR_SURE;
    return CLAMP(score, 0, 1);
}

/* ---- the record ---- */

static double problem_factor(const Problem *problem, gboolean whole)
{
    if (g_str_has_prefix(problem->rule, "warn:"))
        return whole ? LOSS_WARN_RECORD : LOSS_WARN;
    if (g_str_has_prefix(problem->rule, "ground:"))
        return 1; /* the field's own confidence says it already */
    if (g_str_has_prefix(problem->rule, "schema:"))
        return 0;
    return whole ? LOSS_RULE_RECORD : LOSS_RULE;
}

/* A problem of an object or list counts for the whole record: its leaves are not at fault alone. */
static double apply_problems(Record *record, const GPtrArray *problems)
{
    double whole = 1;
    for (guint i = 0; problems != NULL && i < problems->len; i++) {
        const Problem *problem = g_ptr_array_index(problems, i);
        Field *field = g_hash_table_lookup(record->fields, problem->pointer);
        if (field != NULL)
            field->confidence *= problem_factor(problem, FALSE);
        else
            whole *= problem_factor(problem, TRUE);
    }
    return whole;
}

typedef struct {
    const Record *record;
    const CheckFields *fields;
    double weakest, weakest_optional;
    guint required, leaves;
} Weakest;

static void find_weakest(const char *pointer, cJSON *value, gpointer data)
{
    Weakest *w = data;
    const Field *field = g_hash_table_lookup(w->record->fields, pointer);
    const CheckField *about = check_fields_find(w->fields, pointer);
    double confidence = field == NULL ? 0 : field->confidence;
    w->leaves++;
    if (about->required) {
        w->required++;
        w->weakest = MIN(w->weakest, confidence);
    } else if (!cJSON_IsNull(value)) {
        w->weakest_optional = MIN(w->weakest_optional, confidence);
        if (field == NULL || field->grounded == GROUNDED_NONE)
            w->weakest = MIN(w->weakest, confidence);
    }
}

void score_record(Record *record, const CheckFields *fields, const ScoreRecord *input)
{
    double whole = apply_problems(record, input->problems) * pow(LOSS_REPAIR, input->repairs) *
                   (input->salvaged > 0 ? LOSS_SALVAGE : 1);
    Weakest w = {.record = record, .fields = fields, .weakest = 1, .weakest_optional = 1};
    record_each_leaf(record->root, find_weakest, &w);
    /* A schema without required fields: then all that is there is what counts. */
    double weakest = w.required > 0 ? w.weakest : MIN(w.weakest, w.weakest_optional);
    record->confidence = input->schema_valid && w.leaves > 0 ? CLAMP(weakest * whole, 0, 1) : 0;
}
