/* Plain text in any encoding, Markdown, and JSON documents. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *text_read(const TechniqueInput *input, GError **error);
Reading *markdown_read(const TechniqueInput *input, GError **error);
Reading *json_read(const TechniqueInput *input, GError **error);

/* The document as UTF-8. NULL and EMPTY when there is nothing but space. Caller frees. */
char *text_decode(const TechniqueInput *input, GError **error);
