/* A document's pieces fitted into what a model shall see. Of a long document it keeps the beginning and
 * the end, then the places that say most of the pack's fields (each field counts less once it was
 * mentioned), then more of the beginning and the end. Whole blocks where they are small, whole lines
 * always, a table's head with any of its rows; in the document's order, with a line in place of each
 * gap that says what is missing. */
#pragma once

#include "stages/compose/pieces.h"
#include "stages/compose/terms.h"

typedef struct {
    gsize characters;    /* at most; 0: no limit */
    double tokens;       /* at most, 0: no limit */
    double token_factor; /* tokens that were counted for each that tokens_estimate() foresees */
} FitLimit;

typedef struct {
    guint page; /* on which it begins, from 1 */
    guint lines;
    gsize characters;
} FitGap;

typedef struct {
    gsize characters; /* of the whole text */
    gsize left_out;   /* characters that the model does not see; 0: nothing was cut */
    guint lines;      /* lines left out */
    double tokens;    /* of what it sees, as far as that can be foreseen */
    GArray *gaps;     /* of FitGap, in order */
} Fit;
void fit_clear(Fit *fit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fit, fit_clear)

/* The text, with lines "[page N]" where a page other than the first begins. NULL when not even one
 * line fits; `fit` says what there would have been. Caller frees, and clears `fit` in any case. */
char *fit_pieces(const GArray *pieces, const Terms *terms, const FitLimit *limit, Fit *fit);
