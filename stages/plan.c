/* A document passes these rows from top to bottom; `check` may send it back to `ask` (repair) or
 * on to `template` (fallback), as their rows say. */
#include "stages/plan.h"

#include "stages/stages.h"

const Stage *const plan[] = {
    &stage_intake,    /* claim: what is it, is it new, may it come in */
    &stage_read,      /* bytes to reading, in reader processes; batches to rows */
    &stage_recognise, /* which pack; a known record for the same content */
    &stage_pictures,  /* pages that a model shall see, drawn by readers */
    &stage_compose,   /* the prompt */
    &stage_ask,       /* the model's answer */
    &stage_template,  /* the record without a model */
    &stage_check,     /* salvage, schema, rules, grounding, score */
    &stage_verify,    /* another model holds the record against the document */
    &stage_weigh,     /* what its word counts */
    &stage_decide,    /* the verdict and its reasons */
    &stage_deliver,   /* durable verdict, files in the outbox, the original moved */
    NULL,
};
