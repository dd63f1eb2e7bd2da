/* HTML as a person would read it: headings, lists, tables, paragraphs; without scripts, styles and
 * what is hidden. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *html_read(const TechniqueInput *input, GError **error);
/* The same of a page that is a part of something, as a chapter of a book or the body of a mail: nothing
 * in it is boilerplate. */
Reading *html_read_part(const TechniqueInput *input, GError **error);

/* Whether a text has HTML tags or entities in it, as descriptions in merchants' files do. */
gboolean html_looks_like(const char *text);
/* The visible text of a fragment, one line a block; *hidden grows by the words left out. Caller frees. */
char *html_to_text(const char *fragment, guint *hidden);
