/* The techniques that look at pages: PDF, pictures, and drawing what was read. The libraries that they
 * need take three times as long to load as those of all other techniques together. So they are an
 * object of their own, docket-pages.so, which a reader loads before it is locked in, if pages are what
 * it shall read; in the others none of that code is there to be attacked. */
#pragma once

#include "stages/read/techniques/technique.h"

#define PAGES_OBJECT "docket-pages.so" /* beside docket-reader */
#define PAGES_SYMBOL "docket_pages"    /* of type Pages, in it */

typedef struct {
    /* Before the lock. `tessdata`: folder of the OCR language data, NULL for the system's. Never
     * fails: missing language data is an error (NO_LANGUAGE) of the first document that needs it. */
    Warm *(*warm)(const char *languages, const char *tessdata);
    void (*cool)(Warm *warm); /* frees it */
    /* Where recognition looks for language data. Lent. */
    const char *(*tessdata)(const Warm *warm);
    /* The row for a media type that technique_find() has no `read` for, or NULL. */
    const TechniqueRow *(*find)(const char *media_type);
    /* See overlay.h. */
    Reading *(*overlay)(const TechniqueRow *row, const TechniqueInput *input, GBytes **picture,
                        GError **error);
    /* See picture.h. */
    Reading *(*picture)(const TechniqueRow *row, const TechniqueInput *input, GBytes **picture,
                        GError **error);
} Pages;

/* Programs that link them see them by this name, too. */
extern const Pages docket_pages;
