/* Pictures of a PDF page: small ones to see where there is ink, large ones to recognise. */
#pragma once

#include "pipeline/core/reading.h"

#include <allheaders.h>
#include <poppler.h>

/* Poppler 22.12 has none of its own. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PopplerPage, g_object_unref)

/* An 8-bit grey picture of the page, at most `max_dpi` and `max_pixels`; *dpi is what it became.
 * NULL when the page cannot be drawn. Caller destroys. */
PIX *pdf_picture(PopplerPage *page, double max_dpi, double max_pixels, double *dpi);

/* The same of a rectangle of the page (page units, inside it); `dpi` as it is. */
PIX *pdf_picture_of_part(PopplerPage *page, Rect part, double dpi);

/* Whether anything can be seen in a rectangle (points) of the picture: brightness that varies. */
gboolean pdf_picture_has_ink(PIX *picture, double dpi, Rect rect);
