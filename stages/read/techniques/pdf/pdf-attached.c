#include "pdf-attached.h"

#include "pipeline/core/limits.h"
#include "pipeline/core/reading-agree.h"
#include "stages/read/techniques/text/einvoice.h"

#include <string.h>

#define MAX_CONTENT_BYTES (16u << 20)     /* of one file; a larger one is only listed */
#define MAX_ALL_CONTENT_BYTES (48u << 20) /* of all files of one document */

typedef struct {
    GByteArray *bytes;
    gsize most;
} Copy;

/* Says no as soon as it is too much, so that little can become much only within bounds. */
static gboolean take(const char *data, gsize size, gpointer closure, GError **error)
{
    Copy *copy = closure;
    if (size > copy->most - copy->bytes->len) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "too large");
        return FALSE;
    }
    g_byte_array_append(copy->bytes, (const guint8 *)data, (guint)size);
    return TRUE;
}

static GBytes *content_of(PopplerAttachment *attachment, gsize most)
{
    Copy copy = {g_byte_array_new(), MIN(most, MAX_CONTENT_BYTES)};
    gboolean whole = poppler_attachment_save_to_callback(attachment, take, &copy, NULL);
    GBytes *bytes = g_byte_array_free_to_bytes(copy.bytes);
    if (!whole)
        g_clear_pointer(&bytes, g_bytes_unref);
    return bytes;
}

static const char *media_type_of(const char *name)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {
        {".xml", "application/xml"},
        {".pdf", "application/pdf"},
        {".csv", "text/csv"},
        {".txt", "text/plain"},
        {".html", "text/html"},
        {".json", "application/json"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".tif", "image/tiff"},
        {".zip", "application/zip"},
        {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {".odt", "application/vnd.oasis.opendocument.text"},
        {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    };
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(lower, types[i].suffix))
            return types[i].type;
    return "";
}

static void take_invoice(Reading *reading, GBytes *content)
{
    Reading *invoice = einvoice_take(content);
    if (!invoice)
        return;
    /* Its page is the first one, and page numbers rise: a text layer beside OCR gives way to data. */
    reading_free(reading->second);
    reading->second = invoice;
    invoice->page_count = reading->page_count;
    reading_agree_data(reading);
}

void pdf_attached_read(PopplerDocument *document, Reading *reading)
{
    gsize left = MAX_ALL_CONTENT_BYTES;
    gboolean invoice = FALSE;
    GList *all = poppler_document_get_attachments(document);
    for (GList *at = all; at; at = at->next) {
        PopplerAttachment *attachment = at->data;
        const char *name = attachment->name ? attachment->name : "";
        g_autofree char *valid = g_utf8_make_valid(name, -1);
        const char *type = media_type_of(valid);
        g_autoptr(GBytes) content = content_of(attachment, left);
        left -= content ? g_bytes_get_size(content) : 0;
        if (!reading_attach(reading, valid, type,
                            content ? g_bytes_get_size(content) : attachment->size, content))
            break;
        if (content && !invoice && strcmp(type, "application/xml") == 0) {
            take_invoice(reading, content);
            invoice = reading->second != NULL;
        }
    }
    g_list_free_full(all, g_object_unref);
}
