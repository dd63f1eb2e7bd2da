/* Inside of the index, shared by ground-index.c, ground-values.c and ground-near.c. */
#pragma once

#include "stages/check/ground-index.h"
#include "stages/check/plain.h"

typedef struct {
    guint64 hash;
    guint32 token; /* into plain's tokens */
} GroundEntry;

struct GroundIndex {
    const Reading *reading;
    GString *raw;        /* the words as they are, without spaces */
    GArray *raw_starts;  /* guint32: where each word begins in raw */
    Plain plain;         /* the same folded */
    GArray *token_words; /* guint32: the word that each token of plain begins in */
    GArray *entries;     /* GroundEntry, by hash; made when first needed, else NULL */
    guint64 cells;       /* spent so far on aligning texts that stand nowhere exactly */
    GArray *pairs;       /* guint64: hashes of neighbouring tokens, sorted; the same */
    GHashTable *values;  /* GArray of GroundSpan by "n12.5" (number), "m12.5" (negative),
                            "p19" (percent), "d2024-03-01", "t20:13:00", "cEUR", "x7950" (digits
                            alone, of OCR) */
};

/* The word in which raw's or a token's offset lies. */
guint ground_word_at(const GArray *starts, guint32 offset);
/* Words of the tokens [first, last]. */
GroundSpan ground_token_span(const GroundIndex *index, guint first, guint last);
/* Token in which an offset of plain lies. */
guint ground_token_at(const Plain *plain, guint32 offset);
void ground_add_span(GArray *spans, GroundSpan span);
void ground_values_prepare(GroundIndex *index);
