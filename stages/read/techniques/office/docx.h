/* Word documents (ECMA-376, both editions): headings, lists with their numbers, tables, footnotes,
 * headers and footers, comments, text boxes; without deleted and hidden text. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *docx_read(const TechniqueInput *input, GError **error);
/* Word's XML of 2003, which is one file. */
Reading *wordml_read(const TechniqueInput *input, GError **error);
