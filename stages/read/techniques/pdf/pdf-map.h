/* What a PDF says of its pages: their content, and the resources that decide what its letters stand for and
 * whether they can be seen.
 *
 * Two parsers can be played against each other: one reads a text, another one shows the page. A page that is
 * read through the map is read by it alone, and what is proved to be seen are the very letters that are read. So
 * that whoever shows the page sees the same, the map takes well-formed files only: whatever is repaired,
 * doubled, encoded in an unusual way or otherwise odd makes it say nothing, and the page is read by Poppler, and
 * drawn by it. */
#pragma once

#include "pdf-font.h"
#include "pipeline/core/reading.h"

typedef struct PdfMap PdfMap;

/* NULL when the file is odd, or has no page, or more than DOCKET_MAX_PAGES. `bytes` is kept. `password` may be
 * NULL. */
PdfMap *pdf_map_new(GBytes *bytes, const char *password);
void pdf_map_free(PdfMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfMap, pdf_map_free)

guint pdf_map_count_pages(const PdfMap *map);
/* FALSE when the file surely carries no other files. */
gboolean pdf_map_may_have_attachments(PdfMap *map);

/* Resources of a page or form, and objects found through them: numbers that are valid until
 * pdf_map_close_page; 0 is none. */
typedef guint PdfObject;

typedef struct {
    Rect box; /* in user space: the crop box inside the media box */
    int turn; /* clockwise quarter turns, 0..3 */
    PdfObject resources;
    GPtrArray *contents;   /* of GBytes: the content streams, decoded */
    GArray *notes_on_page; /* of Rect in user space: where annotations are drawn */
} PdfMapPage;

/* FALSE when the page is odd. Close it in any case. */
gboolean pdf_map_open_page(PdfMap *map, guint number, PdfMapPage *page);
void pdf_map_close_page(PdfMap *map, PdfMapPage *page);

typedef enum { PDF_FORM, PDF_IMAGE } PdfXObjectKind;
typedef struct {
    PdfXObjectKind kind;
    gboolean optional; /* in a layer */
    double pixels;     /* of an image; 0 where it does not say */
    GBytes *content;   /* of a form; caller unrefs */
    double matrix[6];
    Rect box;
    PdfObject resources; /* of a form; those of what shows it if it has none */
} PdfXObject;

/* By their names in resources; FALSE when they are odd: */
gboolean pdf_map_xobject(PdfMap *map, PdfObject resources, const char *name, PdfXObject *out);
/* NULL when the font is odd; lent, as long as the map lives. */
PdfFont *pdf_map_font(PdfMap *map, PdfObject resources, const char *name);

typedef enum {
    PDF_VEIL_FILL = 1 << 0,   /* what is filled is transparent */
    PDF_VEIL_STROKE = 1 << 1, /* what is stroked */
    PDF_VEIL_MASK = 1 << 2,   /* a soft mask */
    PDF_VEIL_BLEND = 1 << 3,  /* mixed with what is below in another way than covering it */
    PDF_VEIL_LAYER = 1 << 4,  /* optional content, which may be switched off */
} PdfVeil;

/* What a graphics state does to the veils and width of lines that are in force. */
gboolean pdf_map_state(PdfMap *map, PdfObject resources, const char *name, guint *veils,
                       double *line_width);
/* How light a colour of 1, 3 or 4 numbers is: 0 black to 1 white, as device colour; through the
 * profile of a colour space where there is one; -1 unknown. */
typedef struct {
    int parts;           /* 0: a space that is not followed */
    void *profile;       /* NULL for a device's; lives as long as the map */
    gboolean only_black; /* a calibrated space: all else is unknown */
} PdfSpace;
PdfSpace pdf_map_space(PdfMap *map, PdfObject resources, const char *name);
/* What g (1), rg (3) and k (4) mean: the device's colours, or those of a default colour space. */
PdfSpace pdf_map_device(PdfMap *map, PdfObject resources, int parts);
double pdf_space_light(const PdfSpace *space, const double *colour);

/* FALSE when something odd was met since the page was opened. Ask last. */
gboolean pdf_map_is_sound(PdfMap *map);
