/* How a page is decided:
 *   text there and usable                 -> its words, without those that nobody can see
 *   text layer missing or unusable, ink   -> OCR of the page's picture
 *   a few words over a page-filling image -> OCR, unless it finds no more than those words
 *   no ink                                -> blank */
#include "pdf.h"

#include "pdf-attached.h"
#include "pdf-file.h"
#include "pdf-hidden.h"
#include "pdf-layer.h"
#include "pdf-notes.h"
#include "pdf-picture.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/reading-agree.h"
#include "stages/read/techniques/ocr/ocr.h"
#include "stages/read/techniques/pages/rulings.h"
#include "stages/read/techniques/pages/warm.h"

#include <math.h>

#define OCR_DPI 300.0
#define OCR_PIXELS 40.0e6
#define MAX_AREAS 20000u /* painted; more is a drawing */
#define WHITE 0.97       /* lighter areas do not show on paper */
#define THIN 4.0         /* points */
#define PAPER_SHARE 0.8  /* of the page: a background, not a shaded cell */
#define LOOK_DPI 72.0    /* enough to see ink; more on small pages, which have small print */
#define LOOK_DPI_SMALL 200.0
#define LOOK_SIDE 850.0 /* pixels of the longer side, at least */
#define LOOK_PIXELS 4.0e6
#define FEW_WORDS 30      /* a page with so few words may be a scan with a stamp */
#define SCAN_COVERAGE 0.6 /* of the page, by one image */

typedef struct {
    const TechniqueInput *input;
    Reading *reading;
    PdfFile *file;
    PdfPaint *paint;   /* NULL when nothing is known but what Poppler tells */
    PopplerPage *page; /* NULL until it is needed; see poppler_page */
    guint number;
    double scale;    /* points per page unit; 1 but for gigantic pages */
    Rect area;       /* the page in points */
    PIX *look;       /* small picture, made when first needed; NULL before */
    double look_dpi; /* dots per inch of points */
    guint hidden;    /* words left out */
} PdfPage;

/* NULL when it cannot be had, though the map has it. */
static PopplerPage *poppler_page(PdfPage *p)
{
    if (!p->page)
        p->page = pdf_file_page(p->file, p->number);
    return p->page;
}

static double dpi_of_look(const PdfPage *p)
{
    double fit = 72.0 * LOOK_SIDE / MAX(p->area.x1, p->area.y1);
    return CLAMP(fit, LOOK_DPI, LOOK_DPI_SMALL);
}

static PIX *look(PdfPage *p)
{
    if (!p->look && poppler_page(p)) {
        p->look = pdf_picture(p->page, dpi_of_look(p), LOOK_PIXELS, &p->look_dpi);
        p->look_dpi /= p->scale;
    }
    return p->look;
}

static void set_not_drawn(const PdfPage *p, GError **error)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                "page %u: no memory to draw the page", p->number);
}

static gboolean has_letters(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            return TRUE;
    return FALSE;
}

/* What is painted is known; the words too, but they may be hidden. */
static gboolean is_followed(const PdfPage *p)
{
    return p->paint && !p->paint->odd;
}

/* Form fields may be anywhere in the file; a map tells that there are none here. */
static void add_fields(PdfPage *p, PdfText *text)
{
    if ((!p->paint || p->paint->annotated) && poppler_page(p))
        pdf_notes_add_fields(p->page, text, p->scale);
}

/* A picture of the places where words are in doubt. */
typedef struct {
    PIX *picture; /* NULL when there is no memory for it */
    double dpi;
    Rect part; /* what it shows, points */
} Glimpse;

static PdfSight sight_of(const PdfText *text, guint word)
{
    return g_array_index(text->inks, PdfInk, word).sight;
}

/* FALSE when no word is in doubt. */
static gboolean find_doubts(const PdfPage *p, const PdfText *text, Rect *part)
{
    gboolean found = FALSE;
    for (guint i = 0; i < text->words->len; i++) {
        Rect r = g_array_index(text->words, LayoutWord, i).page_rect;
        if (sight_of(text, i) != PDF_IN_DOUBT)
            continue;
        *part = found ? rect_union(*part, r) : r;
        found = TRUE;
    }
    *part = (Rect){MAX(0, floor(part->x0) - 1), MAX(0, floor(part->y0) - 1),
                   MIN(p->area.x1, ceil(part->x1) + 1), MIN(p->area.y1, ceil(part->y1) + 1)};
    return found;
}

static Glimpse take_glimpse(PdfPage *p, Rect part)
{
    Glimpse g = {.part = part};
    gboolean small = part.x0 < part.x1 && part.y0 < part.y1 && p->scale >= 1 &&
                     (part.x1 - part.x0) * (part.y1 - part.y0) < p->area.x1 * p->area.y1 / 2;
    if (p->look || !small) {
        g.part = p->area;
        g.picture = look(p) ? pixClone(p->look) : NULL;
        g.dpi = p->look_dpi;
    } else if (poppler_page(p)) {
        /* From whole pixels on, so that it is what a picture of the page would show there. */
        double scale = dpi_of_look(p) / 72;
        g.dpi = dpi_of_look(p);
        g.part.x0 = floor(part.x0 * scale) / scale;
        g.part.y0 = floor(part.y0 * scale) / scale;
        g.picture = pdf_picture_of_part(p->page, g.part, g.dpi);
    }
    return g;
}

static gboolean shows_ink(const Glimpse *g, const LayoutWord *word, gboolean letters)
{
    Rect r = word->page_rect;
    /* Letters fill the middle; neighbouring lines may reach into the rest. Stray marks, as in the
     * text layers of old scans, are nobody's message. */
    double margin = letters ? 0.1 * (r.y1 - r.y0) : 0, x = g->part.x0, y = g->part.y0;
    Rect core = {r.x0 - x, r.y0 + margin - y, r.x1 - x, r.y1 - margin - y};
    return !pdf_hidden_is_tiny(r) && pdf_picture_has_ink(g->picture, g->dpi, core);
}

/* Takes out the words under which nothing can be seen: invisible render mode, the paper's colour,
 * covered, clipped, off the page, too small. */
static gboolean remove_hidden(PdfPage *p, PdfText *text, GError **error)
{
    Rect part = {0};
    guint kept = 0;
    add_fields(p, text);
    Glimpse glimpse = {0};
    gboolean doubts = find_doubts(p, text, &part);
    if (doubts)
        glimpse = take_glimpse(p, part);
    if (doubts && !glimpse.picture) {
        set_not_drawn(p, error);
        return FALSE;
    }
    for (guint i = 0; i < text->words->len; i++) {
        const LayoutWord *word = &g_array_index(text->words, LayoutWord, i);
        PdfSight sight = sight_of(text, i);
        gboolean letters = sight != PDF_SEEN && has_letters(word->text);
        if (sight == PDF_SEEN || (sight == PDF_IN_DOUBT && shows_ink(&glimpse, word, letters)))
            g_array_index(text->words, LayoutWord, kept++) = *word;
        else
            p->hidden += letters;
    }
    g_array_set_size(text->words, kept);
    pixDestroy(&glimpse.picture);
    return TRUE;
}

static gboolean has_page_image(PdfPage *p)
{
    gboolean found = FALSE;
    double page_area = p->area.x1 * p->area.y1;
    GList *images = poppler_page(p) ? poppler_page_get_image_mapping(p->page) : NULL;
    for (GList *at = images; at && !found; at = at->next) {
        const PopplerImageMapping *image = at->data;
        double area = fabs((image->area.x2 - image->area.x1) * (image->area.y2 - image->area.y1));
        found = area * p->scale * p->scale >= SCAN_COVERAGE * page_area;
    }
    poppler_page_free_image_mapping(images);
    return found;
}

static void end_page(PdfPage *p)
{
    reading_end_page(p->reading);
    if (p->hidden == 0)
        return;
    g_array_index(p->reading->pages, Page, p->reading->pages->len - 1).hidden = p->hidden;
    reading_note(p->reading, "hidden text: %u words on page %u", p->hidden, p->number);
}

/* What is painted is known for nearly all pages; the others would have to be drawn. */
static gboolean knows_paint(const PdfPage *p)
{
    return is_followed(p) && p->paint->areas->len <= MAX_AREAS;
}

/* Of unknown colour, a thin area is a line; a large one is white more often than not. */
static gboolean is_shown_area(const PdfPage *p, const PdfArea *area)
{
    double width = area->rect.x1 - area->rect.x0, height = area->rect.y1 - area->rect.y0;
    gboolean seen = area->light < 0 ? MIN(width, height) < THIN : area->light <= WHITE;
    return seen && width * height < PAPER_SHARE * p->area.x1 * p->area.y1 &&
           (area->exact || area->cover > 0.9);
}

/* Shading is often painted line by line of text: where one colour goes on there is no edge. */
static gboolean goes_on(const PdfArea *above, const PdfArea *area)
{
    Rect a = above->rect, b = area->rect;
    return fabs(above->light - area->light) < 0.01 && MIN(a.y1 - a.y0, b.y1 - b.y0) > 4 &&
           fabs(a.x0 - b.x0) < 1 && fabs(a.x1 - b.x1) < 1 && fabs(a.y1 - b.y0) < 1;
}

/* Drawn lines, for layout: of what is painted, or of the picture. */
static GArray *page_rulings(gpointer data)
{
    PdfPage *p = data;
    if (!knows_paint(p))
        return look(p) ? rulings_find(p->look, 72.0 / p->look_dpi) : NULL;
    GArray *rulings = g_array_new(FALSE, FALSE, sizeof(Ruling));
    PdfArea open = {.light = -2};
    for (guint i = 0; i < p->paint->areas->len; i++) {
        const PdfArea *area = &g_array_index(p->paint->areas, PdfArea, i);
        if (!is_shown_area(p, area))
            continue;
        if (goes_on(&open, area)) {
            open.rect = rect_union(open.rect, area->rect);
            continue;
        }
        if (open.light > -2)
            rulings_add_area(rulings, open.rect);
        open = *area;
    }
    if (open.light > -2)
        rulings_add_area(rulings, open.rect);
    return rulings_join(rulings, 1);
}

static gboolean emit_text(PdfPage *p, PdfText *text, GError **error)
{
    reading_begin_page(p->reading, p->number,
                       text->words->len ? TECHNIQUE_PDF_TEXT : TECHNIQUE_NONE, READING_LAYOUT,
                       p->area.x1, p->area.y1);
    LayoutHelp help = {.rulings = page_rulings, .data = p, .cheap = p->look || knows_paint(p)};
    gboolean ok = layout_add_helped(p->reading, text->words, &help, error);
    if ((!p->paint || p->paint->annotated) && poppler_page(p))
        p->hidden += pdf_notes_add_annotations(p->page, p->reading, p->scale);
    if (p->paint && p->paint->lost)
        reading_note(p->reading, "page %u: its text layer lacks %u ligatures or other pieces",
                     p->number, p->paint->lost);
    end_page(p);
    return ok;
}

/* A page of nothing but images has no more to show than their pixels. */
static double ocr_dpi(const PdfPage *p)
{
    const PdfPaint *paint = p->paint;
    if (!knows_paint(p) || paint->letters > 0 || paint->images != paint->areas->len)
        return OCR_DPI;
    return paint->fineness > 0 ? CLAMP(72.0 * paint->fineness, LOOK_DPI, OCR_DPI) : OCR_DPI;
}

/* With `blank`: when the picture shows nothing at all, nothing is recognised or emitted, and it is set. */
static gboolean emit_ocr(PdfPage *p, Reading *into, gboolean *blank, GError **error)
{
    double dpi;
    PIX *picture = poppler_page(p) ? pdf_picture(p->page, ocr_dpi(p), OCR_PIXELS, &dpi) : NULL;
    if (!picture) {
        set_not_drawn(p, error);
        return FALSE;
    }
    if (blank)
        *blank = !pdf_picture_has_ink(picture, dpi / p->scale, p->area);
    gboolean ok = (blank && *blank) ||
                  ocr_page(p->input, picture, dpi, p->area, p->number, p->area, into, error);
    pixDestroy(&picture);
    return ok;
}

/* A page without usable text. A scan is drawn once, large: to draw it small costs as much. */
static gboolean emit_picture(PdfPage *p, PdfText *text, GError **error)
{
    gboolean scan = has_page_image(p);
    gboolean blank = !scan && look(p) && !pdf_picture_has_ink(p->look, p->look_dpi, p->area);
    if (!blank && !emit_ocr(p, p->reading, scan ? &blank : NULL, error))
        return FALSE;
    if (blank) {
        /* Blank paper that was scanned, or an image too large or too broken to be drawn. */
        if (scan)
            reading_note(p->reading, "page %u holds an image but shows nothing", p->number);
        g_array_set_size(text->words, 0);
        return emit_text(p, text, error);
    }
    if (p->hidden)
        end_page(p);
    return TRUE;
}

/* A scan with a stamp: OCR, unless it sees no more than the text layer says. */
static gboolean emit_better(PdfPage *p, PdfText *text, GError **error)
{
    g_autoptr(Reading) ocr = reading_new(p->input->media_type);
    if (!emit_ocr(p, ocr, NULL, error))
        return FALSE;
    if (ocr->words->len <= 2 * text->words->len)
        return emit_text(p, text, error);
    reading_take_pages(p->reading, g_steal_pointer(&ocr));
    return TRUE;
}

/* The words of the page: those that were read with the paint (once), with what is proved of them, or Poppler's.
 * Caller frees. */
static PdfText *take_text(PdfPage *p)
{
    if (is_followed(p)) {
        pdf_hidden_prove(p->paint);
        return g_steal_pointer(&p->paint->text);
    }
    return poppler_page(p) ? pdf_layer_read(p->page, p->scale) : pdf_text_new();
}

/* OCR in any case; a text layer that is there is what a second technique read. */
static gboolean emit_both(PdfPage *p, GError **error)
{
    if (!emit_ocr(p, p->reading, NULL, error))
        return FALSE;
    g_autoptr(PdfText) text = take_text(p);
    if (!pdf_text_is_usable(text))
        return TRUE;
    if (!remove_hidden(p, text, error))
        return FALSE;
    if (p->hidden)
        end_page(p);
    if (text->words->len == 0)
        return TRUE;
    if (!p->reading->second) {
        p->reading->second = reading_new(p->input->media_type);
        p->reading->second->page_count = p->reading->page_count;
    }
    PdfPage layer = *p;
    layer.reading = p->reading->second;
    layer.hidden = 0;
    return emit_text(&layer, text, error);
}

static gboolean read_page(PdfPage *p, GError **error)
{
    guint flags = p->input->flags;
    if (flags & WIRE_OCR_ALWAYS)
        return emit_both(p, error);
    g_autoptr(PdfText) text = take_text(p);
    gboolean usable = pdf_text_is_usable(text);
    if (usable && !remove_hidden(p, text, error))
        return FALSE;
    if (flags & WIRE_OCR_NEVER)
        return emit_text(p, text, error);
    if (usable && text->words->len > FEW_WORDS)
        return emit_text(p, text, error);
    if (usable && text->words->len > 0)
        return has_page_image(p) ? emit_better(p, text, error) : emit_text(p, text, error);
    return emit_picture(p, text, error);
}

static void emit_broken(Reading *reading, guint number)
{
    reading_begin_page(reading, number, TECHNIQUE_NONE, READING_LAYOUT, 1, 1);
    reading_end_page(reading);
    reading_note_missing(reading, "page %u is broken", number);
}

/* The size as the paint has it, or Poppler. FALSE for a page without one. */
static gboolean measure(PdfPage *p)
{
    double width = p->paint ? p->paint->width : 0, height = p->paint ? p->paint->height : 0;
    if (!is_followed(p)) {
        width = height = 0;
        if (poppler_page(p))
            poppler_page_get_size(p->page, &width, &height);
    }
    if (!(width > 0) || !(height > 0) || !isfinite(width) || !isfinite(height))
        return FALSE;
    double longest = MAX(width, height);
    p->scale = longest > DOCKET_MAX_PAGE_POINTS ? DOCKET_MAX_PAGE_POINTS / longest : 1.0;
    p->area = (Rect){0, 0, MAX(width * p->scale, 1e-3), MAX(height * p->scale, 1e-3)};
    return TRUE;
}

static gboolean read_numbered(const TechniqueInput *input, PdfFile *file, guint number,
                              Reading *reading, GError **error)
{
    gboolean ok = TRUE;
    PdfPage p = {.input = input,
                 .reading = reading,
                 .file = file,
                 .paint = file->map ? pdf_paint_new(file->map, number) : NULL,
                 .number = number};
    if (measure(&p))
        ok = read_page(&p, error);
    else
        emit_broken(reading, number);
    pixDestroy(&p.look);
    pdf_paint_free(p.paint);
    g_clear_object(&p.page);
    return ok;
}

Reading *pdf_read(const TechniqueInput *input, GError **error)
{
    g_autoptr(PdfFile) file = pdf_file_open(input, error);
    if (!file)
        return NULL;
    g_autoptr(Reading) reading = reading_new(input->media_type);
    reading->page_count = file->pages;
    guint last = input->last_page ? MIN(input->last_page, file->pages) : file->pages;
    for (guint number = MAX(1, input->first_page); number <= last; number++) {
        if (!technique_begin_page(input, number))
            break;
        if (!read_numbered(input, file, number, reading, error))
            return NULL;
    }
    if (reading->second)
        reading_agree(reading);
    if (input->first_page <= 1 && pdf_file_may_have_attachments(file) && pdf_file_poppler(file))
        pdf_attached_read(file->document, reading);
    return g_steal_pointer(&reading);
}
