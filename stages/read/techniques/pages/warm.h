/* What a reader keeps warm for its whole life: an OCR engine for each language, and one open PDF,
 * so that Poppler does not set up its global parameters for every document. */
#pragma once

#include "stages/read/techniques/technique.h"

#include <tesseract/capi.h>

/* See Pages.warm (pages.h). */
Warm *warm_new(const char *languages, const char *tessdata);
void warm_free(Warm *warm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Warm, warm_free)
/* Where it looks for language data. Lent. */
const char *warm_tessdata(const Warm *warm);

/* The names in "eng+deu" (NULL or "": those of warm_new), each with its data in place. NULL and
 * NO_LANGUAGE, naming what to install. Caller frees. */
char **warm_languages(const Warm *warm, const char *languages, GError **error);

/* The engine for one language, started at the first call and kept. NULL and NO_LANGUAGE. Lent. */
TessBaseAPI *warm_engine(Warm *warm, const char *language, GError **error);

/* One opened document stays open between tasks of the same bytes (the very GBytes, which it keeps
 * a reference to). `opened` is taken and closed when another one is kept. warm_kept lends it, or
 * gives NULL: then open it, and keep it. */
gpointer warm_kept(const Warm *warm, const GBytes *bytes);
void warm_keep(Warm *warm, GBytes *bytes, gpointer opened, GDestroyNotify close_it);
