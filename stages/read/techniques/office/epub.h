/* EPUB 2 and 3: a page for each chapter in the order of the spine. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *epub_read(const TechniqueInput *input, GError **error);
