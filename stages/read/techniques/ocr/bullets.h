/* Bullets of lists. The models that Tesseract has for European languages do not know the sign: it
 * comes back as e, ©, * or nothing. Its shape is told from the pixels instead. */
#pragma once

#include "stages/read/techniques/layout/layout.h"

#include <allheaders.h>

/* Corrects words (of LayoutWord, in the engine's order) that are bullets, and adds bullets before lines
 * where the engine saw none. `binary` is the image that the words were read from (ink is 1), in the
 * words' coordinates; only words from `first` on are looked at. */
void bullets_mark(PIX *binary, GArray *words, guint first);
