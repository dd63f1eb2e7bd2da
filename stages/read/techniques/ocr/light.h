/* Light and ink of a page image: paper that is darker on one side, print that is faint. */
#pragma once

#include "marks.h"

/* Whether paper and darkest marks can be told apart at all. */
gboolean light_shows_marks(PIX *grey);

/* Makes the paper equally light everywhere, where it is not. May replace *grey. */
void light_even(PIX **grey);

/* Faint print beside black edges or a pen: one threshold for the page would keep those alone. Levels
 * are spread so that the usual letter is as good as black. May replace *grey. */
void light_strengthen(PIX **grey, PIX *binary, const Marks *marks);

/* Letters that are much fainter than the page's usual ones, as headings in a light colour are, get
 * the ink of the others; changes `grey` in place. */
void light_strengthen_parts(PIX *grey, const Marks *marks);
