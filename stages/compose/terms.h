/* What announces the fields of a pack in a document: the labels of its template, and the names, titles
 * and descriptions of its schema. Tells which parts of a long document a model has to see. */
#pragma once

#include "pipeline/host/pack.h"

typedef struct Terms Terms;

typedef struct {
    guint field;   /* its number, from 0 */
    double weight; /* how surely the term means the field */
} Term;

/* Never NULL; a pack that says nothing has no terms. Caller frees. */
Terms *terms_new(const Pack *pack);
void terms_free(Terms *terms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Terms, terms_free)

guint terms_fields(const Terms *terms);
/* Whether the field, or something in it, is a number or a date: its value has digits. */
gboolean terms_is_number(const Terms *terms, guint field);
guint terms_count(const Terms *terms);
const Term *terms_get(const Terms *terms, guint number);
/* Appends the number of every term that stands in the text, once each, to `found` (of guint). */
void terms_match(const Terms *terms, const char *text, GArray *found);
