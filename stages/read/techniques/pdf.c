/* How a page is decided:
 *   text layer there and usable           -> text layer, without the words nobody can see
 *   text layer missing or unusable, ink   -> OCR of the page's picture
 *   a few words over a page-filling image -> OCR, unless it finds no more than those words
 *   no ink                                -> blank */
#include "pdf.h"

#include "ocr.h"
#include "pdf-picture.h"
#include "pdf-text.h"
#include "pipeline/core/limits.h"
#include "rulings.h"
#include "warm.h"

#include <math.h>

#define OCR_DPI 300.0
#define OCR_PIXELS 40.0e6
#define LOOK_DPI 72.0 /* enough to see ink; more on small pages, which have small print */
#define LOOK_DPI_SMALL 200.0
#define LOOK_SIDE 850.0 /* pixels of the longer side, at least */
#define LOOK_PIXELS 4.0e6
#define FEW_WORDS 30      /* a page with so few words may be a scan with a stamp */
#define SCAN_COVERAGE 0.6 /* of the page, by one image */

typedef struct {
    const TechniqueInput *input;
    Reading *reading;
    PopplerPage *page;
    guint number;
    double scale;    /* points per page unit; 1 but for gigantic pages */
    Rect area;       /* the page in points */
    PIX *look;       /* small picture, made when first needed; NULL before */
    double look_dpi; /* dots per inch of points */
    guint hidden;    /* words left out */
} PdfPage;

static PIX *look(PdfPage *p)
{
    if (!p->look) {
        double fit = 72.0 * LOOK_SIDE / MAX(p->area.x1, p->area.y1);
        p->look =
            pdf_picture(p->page, CLAMP(fit, LOOK_DPI, LOOK_DPI_SMALL), LOOK_PIXELS, &p->look_dpi);
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

/* Takes out the words under which nothing can be seen: invisible render mode, the paper's colour,
 * covered, clipped, off the page, too small. */
static gboolean remove_hidden(PdfPage *p, PdfText *text, GError **error)
{
    guint kept = 0;
    if (text->words->len == 0)
        return TRUE;
    if (!look(p)) {
        set_not_drawn(p, error);
        return FALSE;
    }
    for (guint i = 0; i < text->words->len; i++) {
        LayoutWord *word = &g_array_index(text->words, LayoutWord, i);
        Rect r = word->rect;
        /* Letters fill the middle; neighbouring lines may reach into the rest. Stray marks, as in the
         * text layers of old scans, are nobody's message. */
        gboolean letters = has_letters(word->text);
        double margin = letters ? 0.1 * (r.y1 - r.y0) : 0;
        Rect core = {r.x0, r.y0 + margin, r.x1, r.y1 - margin};
        gboolean tiny = r.y1 - r.y0 < 1.0 || r.x1 <= r.x0;
        if (!tiny && pdf_picture_has_ink(p->look, p->look_dpi, core))
            g_array_index(text->words, LayoutWord, kept++) = *word;
        else
            p->hidden += letters;
    }
    g_array_set_size(text->words, kept);
    return TRUE;
}

static gboolean has_page_image(PdfPage *p)
{
    gboolean found = FALSE;
    double page_area = p->area.x1 * p->area.y1;
    GList *images = poppler_page_get_image_mapping(p->page);
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

/* Drawn lines, for layout. */
static GArray *page_rulings(gpointer data)
{
    PdfPage *p = data;
    return look(p) ? rulings_find(p->look, 72.0 / p->look_dpi) : NULL;
}

static gboolean emit_text(PdfPage *p, PdfText *text, GError **error)
{
    reading_begin_page(p->reading, p->number,
                       text->words->len ? TECHNIQUE_PDF_TEXT : TECHNIQUE_NONE, READING_LAYOUT,
                       p->area.x1, p->area.y1);
    LayoutHelp help = {.rulings = page_rulings, .data = p, .cheap = p->look != NULL};
    gboolean ok = layout_add_helped(p->reading, text->words, &help, error);
    end_page(p);
    return ok;
}

static gboolean emit_ocr(PdfPage *p, Reading *into, GError **error)
{
    double dpi;
    PIX *picture = pdf_picture(p->page, OCR_DPI, OCR_PIXELS, &dpi);
    if (!picture) {
        set_not_drawn(p, error);
        return FALSE;
    }
    gboolean ok = ocr_page(p->input, picture, dpi, p->area, p->number, p->area, into, error);
    pixDestroy(&picture);
    return ok;
}

/* A scan with a stamp: OCR, unless it sees no more than the text layer says. */
static gboolean emit_better(PdfPage *p, PdfText *text, GError **error)
{
    g_autoptr(Reading) ocr = reading_new(p->input->media_type);
    if (!emit_ocr(p, ocr, error))
        return FALSE;
    if (ocr->words->len <= 2 * text->words->len)
        return emit_text(p, text, error);
    reading_take_pages(p->reading, g_steal_pointer(&ocr));
    return TRUE;
}

static gboolean read_page(PdfPage *p, GError **error)
{
    guint flags = p->input->flags;
    if (flags & WIRE_OCR_ALWAYS)
        return emit_ocr(p, p->reading, error);
    g_autoptr(PdfText) text = pdf_text_new(p->page, p->scale);
    gboolean usable = pdf_text_is_usable(text);
    if (usable && !remove_hidden(p, text, error))
        return FALSE;
    if (flags & WIRE_OCR_NEVER)
        return emit_text(p, text, error);
    if (usable && text->words->len > FEW_WORDS)
        return emit_text(p, text, error);
    if (usable && text->words->len > 0)
        return has_page_image(p) ? emit_better(p, text, error) : emit_text(p, text, error);
    if (look(p) && !pdf_picture_has_ink(p->look, p->look_dpi, p->area)) {
        /* Blank paper that was scanned, or an image too large or too broken to be drawn. */
        if (has_page_image(p))
            reading_note(p->reading, "page %u holds an image but shows nothing", p->number);
        g_array_set_size(text->words, 0);
        return emit_text(p, text, error);
    }
    gboolean ok = emit_ocr(p, p->reading, error);
    if (ok && p->hidden)
        end_page(p);
    return ok;
}

static gboolean read_numbered(const TechniqueInput *input, PopplerDocument *document, guint number,
                              Reading *reading, GError **error)
{
    g_autoptr(PopplerPage) page = poppler_document_get_page(document, (int)number - 1);
    double width = 0, height = 0;
    if (page)
        poppler_page_get_size(page, &width, &height);
    if (!page || !(width > 0) || !(height > 0) || !isfinite(width) || !isfinite(height)) {
        reading_begin_page(reading, number, TECHNIQUE_NONE, READING_LAYOUT, 1, 1);
        reading_end_page(reading);
        reading_note(reading, "page %u is broken and was not read", number);
        return TRUE;
    }
    double longest = MAX(width, height);
    double scale = longest > DOCKET_MAX_PAGE_POINTS ? DOCKET_MAX_PAGE_POINTS / longest : 1.0;
    PdfPage p = {.input = input,
                 .reading = reading,
                 .page = page,
                 .number = number,
                 .scale = scale,
                 .area = {0, 0, MAX(width * scale, 1e-3), MAX(height * scale, 1e-3)}};
    gboolean ok = read_page(&p, error);
    pixDestroy(&p.look);
    return ok;
}

/* From a stream: opening bytes with a wrong password crashes Poppler 22.12, which tries it once more,
 * in UTF-8, on a stream that it has freed. */
static PopplerDocument *open_with(GBytes *bytes, const char *password)
{
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_bytes(bytes);
    return poppler_document_new_from_stream(stream, (goffset)g_bytes_get_size(bytes), password,
                                            NULL, NULL);
}

static PopplerDocument *try_passwords(const TechniqueInput *input, GError **error)
{
    guint tried = 0;
    for (; input->passwords && input->passwords[tried]; tried++) {
        PopplerDocument *document = open_with(input->bytes, input->passwords[tried]);
        if (document)
            return document;
    }
    if (tried)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the PDF asks for a password: none of the %u in readers.password_file opens it",
                    tried);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the PDF asks for a password: put it in readers.password_file");
    return NULL;
}

static PopplerDocument *open_new(const TechniqueInput *input, GError **error)
{
    g_autoptr(GError) inner = NULL;
    PopplerDocument *document = poppler_document_new_from_bytes(input->bytes, NULL, &inner);
    if (document)
        return document;
    if (g_error_matches(inner, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
        document = try_passwords(input, error);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the PDF cannot be opened: %s",
                    inner ? inner->message : "it is broken");
    return document;
}

/* The reader's next range of the same document finds it open. */
static PopplerDocument *open_document(const TechniqueInput *input, GError **error)
{
    PopplerDocument *document = warm_kept(input->warm, input->bytes);
    if (document)
        return g_object_ref(document);
    document = open_new(input, error);
    if (document && input->warm)
        warm_keep(input->warm, input->bytes, g_object_ref(document), g_object_unref);
    return document;
}

Reading *pdf_read(const TechniqueInput *input, GError **error)
{
    if (g_bytes_get_size(input->bytes) == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the PDF has no bytes");
        return NULL;
    }
    g_autoptr(PopplerDocument) document = open_document(input, error);
    if (!document)
        return NULL;
    int pages = poppler_document_get_n_pages(document);
    if (pages <= 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the PDF has no pages");
        return NULL;
    }
    if ((guint)pages > DOCKET_MAX_PAGES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "%d pages; the limit is %u", pages,
                    DOCKET_MAX_PAGES);
        return NULL;
    }
    g_autoptr(Reading) reading = reading_new(input->media_type);
    reading->page_count = (guint)pages;
    guint last = input->last_page ? MIN(input->last_page, (guint)pages) : (guint)pages;
    for (guint number = MAX(1, input->first_page); number <= last; number++) {
        if (!technique_begin_page(input, number))
            break;
        if (!read_numbered(input, document, number, reading, error))
            return NULL;
    }
    return g_steal_pointer(&reading);
}
