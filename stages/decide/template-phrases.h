/* Phrases looked up in running tokens: labels, names of enum values, ends of tables. Each phrase is
 * known by the number that phrases_add() gave it. */
#pragma once

#include "template-sheet.h"

typedef struct Phrases Phrases;

typedef struct {
    guint phrase;    /* its number */
    guint first, n;  /* tokens, from the first given */
    double likeness; /* 1 = letter by letter */
} PhraseMatch;

Phrases *phrases_new(void);
void phrases_free(Phrases *phrases);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Phrases, phrases_free)

#define PHRASES_NONE G_MAXUINT
/* The number of the phrase, the same for the same folded text; PHRASES_NONE if nothing of it is a
 * letter or digit. */
guint phrases_add(Phrases *phrases, const char *text);
/* The number of a phrase that was added, PHRASES_NONE otherwise. */
guint phrases_find(const Phrases *phrases, const char *text);
/* The one-word phrase most like the key (folded), or NULL: none, or two equally like. Lent. */
const char *phrases_nearest(const Phrases *phrases, const char *key);
guint phrases_count(const Phrases *phrases);

/* Appends every match within tokens [0, n) to `out` (of PhraseMatch). `fuzzy` allows a wrong letter
 * as OCR makes them, and words that lost the space between them. */
void phrases_match(const Phrases *phrases, const Token *tokens, guint n, gboolean fuzzy,
                   GArray *out);
/* Keeps the longest of overlapping matches (ties: first `better`, then the leftmost), in order. */
void phrases_untangle(GArray *matches, gboolean (*better)(guint phrase, gpointer data),
                      gpointer data);
