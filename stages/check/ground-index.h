/* A reading, indexed once so that any number of values can be looked for in it cheaply: the words
 * as one text, the same without case, accents and punctuation, its tokens by hash, and the numbers,
 * dates, times and currencies that people wrote in it. */
#pragma once

#include "pipeline/core/reading.h"

/* Words [first, first + count) of the reading. */
typedef struct {
    guint32 first, count;
    float match;    /* 0..1: 1 = as it is; less for soft edges, other signs, ambiguous readings */
    gboolean exact; /* letter by letter */
} GroundSpan;

typedef struct GroundIndex GroundIndex;

/* The reading must outlive the index. Never NULL. */
GroundIndex *ground_index_new(const Reading *reading);
void ground_index_free(GroundIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GroundIndex, ground_index_free)
const Reading *ground_index_reading(const GroundIndex *index); /* lent */

/* All of these append to `spans` (GArray of GroundSpan), best first within a kind, at most
 * GROUND_MAX_SPANS, and return how many. */
#define GROUND_MAX_SPANS 64u
/* A match under 0.9 means that letters or separators were taken for misread. */
guint ground_index_text(const GroundIndex *index, const char *text, GArray *spans);
guint ground_index_number(GroundIndex *index, double number, GArray *spans);
guint ground_index_percent(GroundIndex *index, double percent, GArray *spans);
guint ground_index_date(GroundIndex *index, const char *iso, GArray *spans);
guint ground_index_time(GroundIndex *index, const char *iso, GArray *spans);
guint ground_index_currency(GroundIndex *index, const char *code, GArray *spans);
/* Whether any currency is written in the reading. */
gboolean ground_index_has_currency(GroundIndex *index);

/* The best place that nearly reads so (OCR confusions cost little, other digits much); FALSE when
 * its similarity is under 0.8. */
gboolean ground_index_near(GroundIndex *index, const char *text, GroundSpan *best);

/* How much of a longer text stands in the reading, whatever the order: *tokens and *pairs are the
 * shares (0..1) of its words and of its neighbouring word pairs; *digits whether all its numbers
 * do. Runs of words that stand together are appended as spans, longest first. Returns the
 * number of words in the text. */
guint ground_index_overlap(GroundIndex *index, const char *text, double *tokens, double *pairs,
                           gboolean *digits, GArray *spans);

/* Whether one of the words of `label` stands on this line of the reading. */
gboolean ground_index_line_has(const GroundIndex *index, guint line, const char *label);
