#include "odf.h"

#include "odf-walk.h"
#include "opc.h"
#include "xml-walk.h"

typedef struct {
    ZipParts *zip;
    OdfStyles *styles;
    Flow *flow;
    Reading *reading;
} Odf;

static void odf_clear(Odf *o)
{
    zip_parts_free(o->zip);
    odf_styles_free(o->styles);
    flow_free(o->flow);
    reading_free(o->reading);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Odf, odf_clear)

/* ---- passwords ---- */

static void manifest_start(int id, const XmlAttributes *attributes, gpointer data)
{
    gboolean *encrypted = data;
    *encrypted |= id > 0;
}

static void manifest_end(int id, gpointer data)
{
}

/* Parts that are encrypted are so in the list of parts only. */
static gboolean check_password(const Odf *o, GError **error)
{
    static const XmlName names[] = {
        {"manifest:encryption-data", 1},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = 1, .start = manifest_start, .end = manifest_end};
    GBytes *manifest = zip_parts_get(o->zip, "META-INF/manifest.xml");
    gboolean encrypted = FALSE;
    if (manifest)
        xml_walk(manifest, "META-INF/manifest.xml", &handler, &encrypted, NULL);
    if (encrypted)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the document is protected by a password");
    return !encrypted;
}

/* ---- documents ---- */

static gboolean open_document(Odf *o, const TechniqueInput *input, GError **error)
{
    o->zip = zip_parts_open(input->bytes, opc_wanted, error);
    if (!o->zip || !check_password(o, error))
        return FALSE;
    GBytes *content = zip_parts_need(o->zip, "content.xml", error);
    GBytes *styles = zip_parts_get(o->zip, "styles.xml");
    if (!content)
        return FALSE;
    o->styles = odf_styles_new();
    if (styles)
        odf_styles_parse(o->styles, styles);
    odf_styles_parse(o->styles, content);
    o->reading = reading_new(input->media_type);
    o->flow = flow_new(o->reading);
    return TRUE;
}

static void add_notes(Odf *o, const OdfWalk *walk)
{
    if (walk->hidden)
        reading_note(o->reading, "hidden sheets or slides: %u were left out", walk->hidden);
    if (zip_parts_broken(o->zip))
        reading_note_missing(o->reading, "the file is damaged: %s", zip_parts_broken(o->zip));
    opc_attach(o->zip, "Pictures/", o->reading);
}

Reading *odf_read(const TechniqueInput *input, GError **error)
{
    g_auto(Odf) o = {0};
    if (!open_document(&o, input, error))
        return NULL;
    OdfWalk walk = {.flow = o.flow,
                    .styles = o.styles,
                    .zip = o.zip,
                    .margins = zip_parts_get(o.zip, "styles.xml"),
                    .first = MAX(input->first_page, 1),
                    .last = input->last_page,
                    .input = input};
    if (!odf_walk(&walk, zip_parts_get(o.zip, "content.xml"), "content.xml", error))
        return NULL;
    if (walk.pages == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY,
                    "the document has no page that is shown");
        return NULL;
    }
    o.reading->page_count = walk.pages;
    if (input->first_page <= 1)
        add_notes(&o, &walk);
    return g_steal_pointer(&o.reading);
}
