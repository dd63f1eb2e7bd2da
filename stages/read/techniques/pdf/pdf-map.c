#include "pdf-objects.h"
#include "pipeline/core/limits.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <lcms2.h>
#include <stdlib.h>
#include <zlib.h>

#define MAX_TREE_DEPTH 40
#define MAX_CONTENT_BYTES (8u << 20) /* of one page, decoded; more is drawn */
#define MAX_STREAMS 400              /* of one page */
#define MAX_ANNOTATIONS 400          /* of one page */
#define MAX_LINE_WIDTH 10000.0

/* What is known of an object: 0 nothing. */
enum { JUDGED_ODD = 1, JUDGED_FINE };

gboolean pdf_map_is_sound(PdfMap *m)
{
    return !qpdf_more_warnings(m->file) && !qpdf_has_error(m->file);
}

/* What was judged once; direct objects have no number and are judged every time. */
static int judged_before(PdfMap *m, qpdf_oh object)
{
    int number = qpdf_oh_get_object_id(m->file, object);
    return number ? GPOINTER_TO_INT(g_hash_table_lookup(m->judged, GINT_TO_POINTER(number))) : 0;
}

static int judge(PdfMap *m, qpdf_oh object, int judged)
{
    int number = qpdf_oh_get_object_id(m->file, object);
    if (number)
        g_hash_table_insert(m->judged, GINT_TO_POINTER(number), GINT_TO_POINTER(judged));
    return judged;
}

/* ---- the page tree ---- */

static gboolean walk(PdfMap *m, qpdf_oh node, int parent, int depth)
{
    qpdf_oh kids = key(m, node, "/Kids");
    Node self = {qpdf_oh_get_object_id(m->file, node), parent};
    if (depth > MAX_TREE_DEPTH || self.object == 0)
        return FALSE;
    if (is_null(m, kids)) {
        g_array_append_val(m->pages, self);
        return is_name(m, key(m, node, "/Type"), "/Page") && m->pages->len <= DOCKET_MAX_PAGES;
    }
    if (!is_name(m, key(m, node, "/Type"), "/Pages") || !qpdf_oh_is_array(m->file, kids) ||
        m->nodes->len > DOCKET_MAX_PAGES)
        return FALSE;
    int index = (int)m->nodes->len;
    g_array_append_val(m->nodes, self);
    int n = qpdf_oh_get_array_n_items(m->file, kids);
    for (int i = 0; i < n; i++)
        if (!walk(m, qpdf_oh_get_array_item(m->file, kids, i), index, depth + 1))
            return FALSE;
    return TRUE;
}

/* The page's own value, or the nearest ancestor's. */
static qpdf_oh inherited(PdfMap *m, const Node *page, const char *name)
{
    for (const Node *at = page;; at = &g_array_index(m->nodes, Node, at->parent)) {
        qpdf_oh value = key(m, qpdf_get_object_by_id(m->file, at->object, 0), name);
        if (!is_null(m, value) || at->parent < 0)
            return value;
    }
}

static void delete_transform(gpointer transform)
{
    if (transform)
        cmsDeleteTransform(transform);
}

PdfMap *pdf_map_new(GBytes *bytes, const char *password)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    if (size < 8 || memcmp(data, "%PDF-", 5) != 0)
        return NULL;
    g_autoptr(PdfMap) m = g_new0(PdfMap, 1);
    m->bytes = g_bytes_ref(bytes);
    m->file = qpdf_init();
    m->nodes = g_array_new(FALSE, FALSE, sizeof(Node));
    m->pages = g_array_new(FALSE, FALSE, sizeof(Node));
    m->judged = g_hash_table_new(NULL, NULL);
    m->profiles = g_hash_table_new_full(NULL, NULL, NULL, delete_transform);
    m->fonts = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)pdf_font_free);
    FT_Library freetype = NULL;
    if (FT_Init_FreeType(&freetype))
        return NULL;
    m->freetype = freetype;
    qpdf_silence_errors(m->file);
    qpdf_set_suppress_warnings(m->file, TRUE);
    qpdf_set_attempt_recovery(m->file, FALSE);
    if (qpdf_read_memory(m->file, "", data, size, password) != QPDF_SUCCESS || !pdf_map_is_sound(m))
        return NULL;
    qpdf_oh tree = key(m, qpdf_get_root(m->file), "/Pages");
    gboolean whole = walk(m, tree, -1, 0) && m->pages->len > 0;
    qpdf_oh_release_all(m->file);
    return whole && pdf_map_is_sound(m) ? g_steal_pointer(&m) : NULL;
}

guint pdf_map_count_pages(const PdfMap *m)
{
    return m->pages->len;
}

gboolean pdf_map_may_have_attachments(PdfMap *m)
{
    qpdf_oh root = qpdf_get_root(m->file);
    qpdf_oh names = key(m, root, "/Names");
    gboolean none = is_null(m, key(m, names, "/EmbeddedFiles")) && pdf_map_is_sound(m);
    qpdf_oh_release_all(m->file);
    return !none;
}

void pdf_map_free(PdfMap *m)
{
    if (!m)
        return;
    qpdf_get_error(m->file); /* or cleaning up would print it */
    qpdf_cleanup(&m->file);
    g_array_unref(m->nodes);
    g_array_unref(m->pages);
    g_hash_table_unref(m->judged);
    g_hash_table_unref(m->profiles);
    g_hash_table_unref(m->fonts);
    FT_Done_FreeType(m->freetype);
    g_bytes_unref(m->bytes);
    g_free(m);
}

/* ---- streams ---- */

/* Decodes at most what is left of the page's share. NULL when it is more, or broken. */
static GBytes *inflate_bytes(PdfMap *m, const guint8 *data, gsize size)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    z_stream z = {.next_in = (guint8 *)data, .avail_in = (uInt)size};
    if (inflateInit(&z) != Z_OK)
        return NULL;
    int status = Z_OK;
    while (status == Z_OK && m->decoded + out->len < MAX_CONTENT_BYTES) {
        guint have = out->len;
        g_byte_array_set_size(out, MAX(2 * have, MAX(8192, 4 * (guint)MIN(size, 1u << 18))));
        z.next_out = out->data + have;
        z.avail_out = out->len - have;
        status = inflate(&z, Z_NO_FLUSH);
        g_byte_array_set_size(out, out->len - z.avail_out);
    }
    inflateEnd(&z);
    if (status != Z_STREAM_END)
        return NULL;
    m->decoded += out->len;
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

/* Plain or deflated, nothing else: what encodes a content stream in another way is not usual. */
GBytes *pdf_map_decode(PdfMap *m, qpdf_oh stream)
{
    if (!qpdf_oh_is_stream(m->file, stream))
        return NULL;
    qpdf_oh dict = qpdf_oh_get_dict(m->file, stream);
    qpdf_oh filter = key(m, dict, "/Filter"), parameters = key(m, dict, "/DecodeParms");
    if (qpdf_oh_is_array(m->file, filter) && qpdf_oh_get_array_n_items(m->file, filter) == 1)
        filter = qpdf_oh_get_array_item(m->file, filter, 0);
    gboolean plain = is_null(m, filter);
    if (!(plain || is_name(m, filter, "/FlateDecode")) || !is_null(m, parameters) ||
        !is_null(m, key(m, dict, "/F")) || !is_null(m, key(m, dict, "/FFilter")))
        return NULL;
    guint8 *data = NULL;
    gsize size = 0;
    QPDF_BOOL filtered;
    if (qpdf_oh_get_stream_data(m->file, stream, qpdf_dl_none, &filtered, &data, &size) !=
            QPDF_SUCCESS ||
        size > MAX_CONTENT_BYTES) {
        free(data);
        return NULL;
    }
    GBytes *content = plain ? g_bytes_new(data, size) : inflate_bytes(m, data, size);
    m->decoded += plain ? size : 0;
    free(data);
    if (content && m->decoded > MAX_CONTENT_BYTES)
        g_clear_pointer(&content, g_bytes_unref);
    return content;
}

static gboolean add_contents(PdfMap *m, qpdf_oh contents, GPtrArray *out)
{
    gboolean many = qpdf_oh_is_array(m->file, contents);
    if (is_null(m, contents))
        return TRUE;
    int n = many ? qpdf_oh_get_array_n_items(m->file, contents) : 1;
    for (int i = 0; i < n; i++) {
        qpdf_oh stream = many ? qpdf_oh_get_array_item(m->file, contents, i) : contents;
        GBytes *bytes = n <= MAX_STREAMS ? pdf_map_decode(m, stream) : NULL;
        if (!bytes)
            return FALSE;
        g_ptr_array_add(out, bytes);
    }
    return TRUE;
}

/* A link without an appearance draws a border at most; every other annotation may cover. */
static gboolean add_annotations(PdfMap *m, qpdf_oh annotations, GArray *out)
{
    if (is_null(m, annotations))
        return TRUE;
    int n = qpdf_oh_is_array(m->file, annotations) ? qpdf_oh_get_array_n_items(m->file, annotations)
                                                   : -1;
    if (n < 0 || n > MAX_ANNOTATIONS)
        return FALSE;
    for (int i = 0; i < n; i++) {
        qpdf_oh note = qpdf_oh_get_array_item(m->file, annotations, i);
        Rect rect;
        if (is_name(m, key(m, note, "/Subtype"), "/Link") && is_null(m, key(m, note, "/AP")))
            continue;
        if (!get_rect(m, key(m, note, "/Rect"), &rect))
            return FALSE;
        g_array_append_val(out, rect);
    }
    return TRUE;
}

gboolean pdf_map_open_page(PdfMap *m, guint number, PdfMapPage *page)
{
    const Node *node = &g_array_index(m->pages, Node, number - 1);
    *page = (PdfMapPage){.contents = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
                         .notes_on_page = g_array_new(FALSE, FALSE, sizeof(Rect))};
    m->decoded = 0;
    qpdf_oh dict = qpdf_get_object_by_id(m->file, node->object, 0);
    qpdf_oh crop = inherited(m, node, "/CropBox"), turn = inherited(m, node, "/Rotate");
    Rect media;
    if (!get_rect(m, inherited(m, node, "/MediaBox"), &media) ||
        !is_null(m, key(m, dict, "/UserUnit")))
        return FALSE;
    page->box = media;
    if (!is_null(m, crop)) {
        if (!get_rect(m, crop, &page->box))
            return FALSE;
        page->box = (Rect){MAX(page->box.x0, media.x0), MAX(page->box.y0, media.y0),
                           MIN(page->box.x1, media.x1), MIN(page->box.y1, media.y1)};
    }
    int degrees = 0;
    if (!is_null(m, turn)) {
        if (!qpdf_oh_is_integer(m->file, turn))
            return FALSE;
        degrees = qpdf_oh_get_int_value_as_int(m->file, turn);
    }
    page->turn = degrees / 90;
    page->resources = inherited(m, node, "/Resources");
    return degrees % 90 == 0 && page->turn >= 0 && page->turn < 4 &&
           qpdf_oh_is_dictionary(m->file, page->resources) &&
           add_contents(m, key(m, dict, "/Contents"), page->contents) &&
           add_annotations(m, key(m, dict, "/Annots"), page->notes_on_page) && pdf_map_is_sound(m);
}

void pdf_map_close_page(PdfMap *m, PdfMapPage *page)
{
    g_ptr_array_unref(page->contents);
    g_array_unref(page->notes_on_page);
    qpdf_oh_release_all(m->file);
}

/* ---- resources ---- */

static gboolean read_form(PdfMap *m, qpdf_oh stream, PdfObject resources, PdfXObject *out)
{
    qpdf_oh dict = qpdf_oh_get_dict(m->file, stream);
    qpdf_oh matrix = key(m, dict, "/Matrix"), own = key(m, dict, "/Resources");
    static const double identity[6] = {1, 0, 0, 1, 0, 0};
    memcpy(out->matrix, identity, sizeof identity);
    if ((!is_null(m, matrix) && !get_numbers(m, matrix, out->matrix, 6)) ||
        !get_rect(m, key(m, dict, "/BBox"), &out->box))
        return FALSE;
    out->resources = is_null(m, own) ? resources : own;
    out->content = pdf_map_decode(m, stream);
    return out->content != NULL;
}

gboolean pdf_map_xobject(PdfMap *m, PdfObject resources, const char *name, PdfXObject *out)
{
    qpdf_oh stream = resource(m, resources, "/XObject", name);
    *out = (PdfXObject){.kind = PDF_IMAGE};
    if (!qpdf_oh_is_stream(m->file, stream))
        return FALSE;
    qpdf_oh dict = qpdf_oh_get_dict(m->file, stream);
    out->optional = !is_null(m, key(m, dict, "/OC"));
    if (is_name(m, key(m, dict, "/Subtype"), "/Image")) {
        double width = get_number(m, key(m, dict, "/Width"), 0);
        out->pixels = MAX(0, width) * MAX(0, get_number(m, key(m, dict, "/Height"), 0));
        return TRUE;
    }
    out->kind = PDF_FORM;
    return is_name(m, key(m, dict, "/Subtype"), "/Form") && read_form(m, stream, resources, out);
}

static gboolean is_absent_or(PdfMap *m, qpdf_oh object, const char *name)
{
    return is_null(m, object) || is_name(m, object, name);
}

/* A state says nothing of a veil, lifts it or lays it. */
static void set_veil(PdfMap *m, qpdf_oh value, gboolean lifted, guint veil, guint *lift, guint *lay)
{
    if (!is_null(m, value))
        *(lifted ? lift : lay) |= veil;
}

static gboolean is_opaque(PdfMap *m, qpdf_oh alpha)
{
    return get_number(m, alpha, 0) > 0.99;
}

static int judge_state(PdfMap *m, qpdf_oh state)
{
    guint lift = 0, lay = 0;
    qpdf_oh ca = key(m, state, "/ca"), CA = key(m, state, "/CA");
    qpdf_oh mask = key(m, state, "/SMask"), blend = key(m, state, "/BM");
    if (!qpdf_oh_is_dictionary(m->file, state) || !is_null(m, key(m, state, "/Font")) ||
        !is_absent_or(m, key(m, state, "/TR"), "/Identity") ||
        !is_absent_or(m, key(m, state, "/TR2"), "/Default"))
        return JUDGED_ODD;
    set_veil(m, ca, is_opaque(m, ca), PDF_VEIL_FILL, &lift, &lay);
    set_veil(m, CA, is_opaque(m, CA), PDF_VEIL_STROKE, &lift, &lay);
    set_veil(m, mask, is_name(m, mask, "/None"), PDF_VEIL_MASK, &lift, &lay);
    set_veil(m, blend, is_name(m, blend, "/Normal"), PDF_VEIL_BLEND, &lift, &lay);
    qpdf_oh width = key(m, state, "/LW");
    double value = get_number(m, width, -1);
    if (value >= 0 && value <= MAX_LINE_WIDTH)
        return JUDGED_FINE + (int)(lift | lay << 4 | (guint)(value * 100 + 2) << 8);
    return is_null(m, width) ? JUDGED_FINE + (int)(lift | lay << 4) : JUDGED_ODD;
}

gboolean pdf_map_state(PdfMap *m, PdfObject resources, const char *name, guint *veils,
                       double *line_width)
{
    qpdf_oh state = resource(m, resources, "/ExtGState", name);
    int judged = judged_before(m, state);
    if (!judged)
        judged = judge(m, state, judge_state(m, state));
    guint found = (guint)(judged - JUDGED_FINE);
    *veils = (*veils & ~(found & 15)) | (found >> 4 & 15);
    if (found >> 8)
        *line_width = (found >> 8) / 100.0;
    return judged != JUDGED_ODD;
}

PdfFont *pdf_map_font(PdfMap *m, PdfObject resources, const char *name)
{
    qpdf_oh font = resource(m, resources, "/Font", name);
    int number = qpdf_oh_get_object_id(m->file, font);
    gpointer known;
    if (number == 0) /* it would have to be opened again and again */
        return NULL;
    if (!g_hash_table_lookup_extended(m->fonts, GINT_TO_POINTER(number), NULL, &known)) {
        known = pdf_font_new(m, font);
        g_hash_table_insert(m->fonts, GINT_TO_POINTER(number), known);
    }
    return known;
}
