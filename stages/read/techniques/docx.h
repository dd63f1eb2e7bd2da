/* Word documents (ECMA-376, both editions): headings, lists with their numbers, tables, footnotes,
 * headers and footers, comments, text boxes; without deleted and hidden text. */
#pragma once

#include "technique.h"

Reading *docx_read(const TechniqueInput *input, GError **error);
