#include "pdf-file.h"

#include "pipeline/core/limits.h"
#include "stages/read/techniques/pages/warm.h"

#include <string.h>

#define LINEARIZED "/Linearized"

/* Poppler takes the pages of a "linearized" file from its hint tables, which may name other pages than
 * the page tree does; nobody else looks there. Without the word it is a file like any other. */
static GBytes *without_hints(GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    const char *stream = memmem(data, size, "endobj", 6);
    gsize head = stream ? (gsize)(stream - data) : size;
    const char *found = memmem(data, head, LINEARIZED, strlen(LINEARIZED));
    if (!found)
        return g_bytes_ref(bytes);
    char *copy = g_memdup2(data, size);
    for (char *at = copy;
         (at = memmem(at, head - (gsize)(at - copy), LINEARIZED, strlen(LINEARIZED)));)
        at[1] = 'l';
    return g_bytes_new_take(copy, size);
}

/* From a stream: opening bytes with a wrong password crashes Poppler 22.12, which tries it once more,
 * in UTF-8, on a stream that it has freed. */
static PopplerDocument *open_with(GBytes *bytes, const char *password)
{
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_bytes(bytes);
    return poppler_document_new_from_stream(stream, (goffset)g_bytes_get_size(bytes), password,
                                            NULL, NULL);
}

static PopplerDocument *try_passwords(const TechniqueInput *input, GBytes *bytes,
                                      const char **password, GError **error)
{
    guint tried = 0;
    for (; input->passwords && input->passwords[tried]; tried++) {
        PopplerDocument *document = open_with(bytes, input->passwords[tried]);
        *password = input->passwords[tried];
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

static PopplerDocument *open_document(const TechniqueInput *input, GBytes *bytes,
                                      const char **password, GError **error)
{
    g_autoptr(GError) inner = NULL;
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, &inner);
    if (document)
        return document;
    if (g_error_matches(inner, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
        document = try_passwords(input, bytes, password, error);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the PDF cannot be opened: %s",
                    inner ? inner->message : "it is broken");
    return document;
}

static gboolean check_pages(int pages, PdfFile *file, GError **error)
{
    if (pages <= 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the PDF has no pages");
        return FALSE;
    }
    file->pages = (guint)pages;
    if (file->pages > DOCKET_MAX_PAGES)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "%d pages; the limit is %u", pages,
                    DOCKET_MAX_PAGES);
    return file->pages <= DOCKET_MAX_PAGES;
}

/* What the map does not open without a password, Poppler opens or says why not. */
static gboolean open_by_poppler(const TechniqueInput *input, PdfFile *file, GError **error)
{
    const char *password = NULL;
    file->asked = TRUE;
    file->document = open_document(input, file->bytes, &password, error);
    if (!file->document || !check_pages(poppler_document_get_n_pages(file->document), file, error))
        return FALSE;
    file->map = password ? pdf_map_new(file->bytes, password) : NULL;
    if (file->map && pdf_map_count_pages(file->map) != file->pages)
        g_clear_pointer(&file->map, pdf_map_free);
    return TRUE;
}

static PdfFile *open_new(const TechniqueInput *input, GError **error)
{
    if (g_bytes_get_size(input->bytes) == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the PDF has no bytes");
        return NULL;
    }
    g_autoptr(PdfFile) file = g_new0(PdfFile, 1);
    g_atomic_ref_count_init(&file->references);
    file->bytes = without_hints(input->bytes);
    file->map = pdf_map_new(file->bytes, NULL);
    if (file->map)
        file->pages = pdf_map_count_pages(file->map);
    else if (!open_by_poppler(input, file, error))
        return NULL;
    return g_steal_pointer(&file);
}

PopplerDocument *pdf_file_poppler(PdfFile *file)
{
    if (!file->asked)
        file->document = poppler_document_new_from_bytes(file->bytes, NULL, NULL);
    file->asked = TRUE;
    return file->document;
}

PopplerPage *pdf_file_page(PdfFile *file, guint number)
{
    PopplerDocument *document = pdf_file_poppler(file);
    return document ? poppler_document_get_page(document, (int)number - 1) : NULL;
}

gboolean pdf_file_may_have_attachments(const PdfFile *file)
{
    return !file->map || pdf_map_may_have_attachments(file->map);
}

static void unref(gpointer data)
{
    pdf_file_unref(data);
}

PdfFile *pdf_file_open(const TechniqueInput *input, GError **error)
{
    PdfFile *file = input->warm ? warm_kept(input->warm, input->bytes) : NULL;
    if (!file) {
        file = open_new(input, error);
        if (!file || !input->warm)
            return file;
        warm_keep(input->warm, input->bytes, file, unref);
    }
    g_atomic_ref_count_inc(&file->references);
    return file;
}

void pdf_file_unref(PdfFile *file)
{
    if (!file || !g_atomic_ref_count_dec(&file->references))
        return;
    pdf_map_free(file->map);
    g_clear_object(&file->document);
    g_bytes_unref(file->bytes);
    g_free(file);
}
