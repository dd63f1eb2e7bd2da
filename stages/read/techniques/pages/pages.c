#include "pages.h"

#include "overlay.h"
#include "picture.h"
#include "stages/read/techniques/ocr/image.h"
#include "stages/read/techniques/pdf/pdf.h"
#include "warm.h"

static const TechniqueRow rows[] = {
    {.media_type = "application/pdf", .read = pdf_read, .ranges = TRUE},
    {.media_type = "image/", .read = image_read, .ranges = TRUE},
};

static const TechniqueRow *find(const char *media_type)
{
    return technique_find_in(rows, G_N_ELEMENTS(rows), media_type);
}

__attribute__((visibility("default"))) const Pages docket_pages = {
    .warm = warm_new,
    .cool = warm_free,
    .tessdata = warm_tessdata,
    .find = find,
    .overlay = overlay_read,
    .picture = picture_read,
};
