/* RTF: paragraphs, headings, lists, tables, notes, headers and footers, in any code page; without hidden and
 * deleted text, pictures and objects. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *rtf_read(const TechniqueInput *input, GError **error);
