#include "opc.h"

#include "opc-chart.h"
#include "pipeline/core/error.h"
#include "stages/read/techniques/picture-size.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_RELATIONS 50000u
#define DOCUMENT_PICTURE_BYTES 16384u /* smaller pictures are icons, logos and lines */
#define DOCUMENT_SHORT_SIDE 500       /* pixels; a page that can be read has more */
#define DOCUMENT_LONG_SIDE 700
#define MAX_ATTACHED_BYTES (64u << 20) /* contents that one reading carries */

static gboolean is_picture(const char *name)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".tif", ".tiff",
                                       ".gif", ".bmp", ".webp", ".jp2", NULL};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (guint i = 0; ends[i]; i++)
        if (g_str_has_suffix(lower, ends[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_embedded(const char *name)
{
    return strstr(name, "embeddings/") != NULL || g_str_has_suffix(name, ".mht") ||
           g_str_has_suffix(name, ".mhtml") || g_str_has_suffix(name, ".htm") ||
           g_str_has_suffix(name, ".html");
}

gboolean opc_wanted(const char *name, guint64 size)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    if (g_str_has_suffix(lower, ".xml") || g_str_has_suffix(lower, ".rels"))
        return TRUE;
    if (is_picture(lower))
        return size == 0 || size >= DOCUMENT_PICTURE_BYTES;
    return is_embedded(lower);
}

static void relation_free(gpointer data)
{
    OpcRelation *relation = data;
    g_free(relation->id);
    g_free(relation->type);
    g_free(relation->target);
    g_free(relation);
}

typedef struct {
    GPtrArray *relations;
    const char *part;
} RelationWalk;

static void relation_start(int id, const XmlAttributes *attributes, gpointer data)
{
    RelationWalk *walk = data;
    const char *target = xml_attribute(attributes, "Target");
    if (!id || !target || walk->relations->len >= MAX_RELATIONS)
        return;
    const char *name = xml_attribute(attributes, "Id"), *type = xml_attribute(attributes, "Type");
    const char *mode = xml_attribute(attributes, "TargetMode");
    OpcRelation *relation = g_new0(OpcRelation, 1);
    const char *step = type ? strrchr(type, '/') : NULL;
    relation->id = g_strdup(name ? name : "");
    relation->type = g_strdup(step ? step + 1 : "");
    relation->external = mode && strcmp(mode, "External") == 0;
    relation->target =
        relation->external ? g_strdup(target) : zip_parts_resolve(walk->part, target);
    g_ptr_array_add(walk->relations, relation);
}

static void ignore_end(int id, gpointer data)
{
}

GPtrArray *opc_relations(const ZipParts *zip, const char *part)
{
    static const XmlName names[] = {
        {"rel:Relationship", 1},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = 1, .start = relation_start, .end = ignore_end};
    RelationWalk walk = {.relations = g_ptr_array_new_with_free_func(relation_free), .part = part};
    const char *slash = strrchr(part, '/');
    g_autofree char *folder = g_strndup(part, slash ? (gsize)(slash + 1 - part) : 0);
    g_autofree char *name = g_strdup_printf("%s_rels/%s.rels", folder, slash ? slash + 1 : part);
    GBytes *bytes = zip_parts_get(zip, name);
    if (bytes) /* what a broken list has up to its break is used */
        xml_walk(bytes, name, &handler, &walk, NULL);
    return walk.relations;
}

const OpcRelation *opc_by_type(const GPtrArray *relations, const char *type)
{
    for (guint i = 0; i < relations->len; i++) {
        const OpcRelation *relation = relations->pdata[i];
        if (!relation->external && strcmp(relation->type, type) == 0)
            return relation;
    }
    return NULL;
}

const OpcRelation *opc_by_id(const GPtrArray *relations, const char *id)
{
    for (guint i = 0; i < relations->len; i++) {
        const OpcRelation *relation = relations->pdata[i];
        if (strcmp(relation->id, id) == 0)
            return relation;
    }
    return NULL;
}

char *opc_main_part(const ZipParts *zip, const char *usual, GError **error)
{
    g_autoptr(GPtrArray) relations = opc_relations(zip, "");
    const OpcRelation *main_part = opc_by_type(relations, "officeDocument");
    const char *name = main_part ? main_part->target : usual;
    return zip_parts_need(zip, name, error) ? g_strdup(name) : NULL;
}

const char *opc_picture_type(const char *name)
{
    static const struct {
        const char *end, *type;
    } types[] = {{".png", "image/png"},  {".jpg", "image/jpeg"},  {".jpeg", "image/jpeg"},
                 {".tif", "image/tiff"}, {".tiff", "image/tiff"}, {".gif", "image/gif"},
                 {".bmp", "image/bmp"},  {".webp", "image/webp"}, {".jp2", "image/jp2"}};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(lower, types[i].end))
            return types[i].type;
    return "";
}

/* Whether a picture may be a page, as scans are that somebody put into a document. */
static gboolean is_page_like(GBytes *bytes)
{
    guint width, height;
    return g_bytes_get_size(bytes) >= DOCUMENT_PICTURE_BYTES &&
           picture_size(bytes, &width, &height) && MIN(width, height) >= DOCUMENT_SHORT_SIDE &&
           MAX(width, height) >= DOCUMENT_LONG_SIDE;
}

static const char *embedded_type(const char *name)
{
    if (g_str_has_suffix(name, ".mht") || g_str_has_suffix(name, ".mhtml"))
        return "multipart/related";
    return g_str_has_suffix(name, ".htm") || g_str_has_suffix(name, ".html") ? "text/html" : "";
}

void opc_attach(const ZipParts *zip, const char *folder, Reading *reading)
{
    guint64 attached = 0;
    for (guint i = 0; i < zip_parts_count(zip); i++) {
        const char *name = zip_parts_name(zip, i);
        if (!g_str_has_prefix(name, folder) || (!is_picture(name) && !is_embedded(name)))
            continue;
        GBytes *bytes = zip_parts_get(zip, name);
        guint64 size = zip_parts_size(zip, i);
        gboolean carry = bytes && (is_picture(name) ? is_page_like(bytes) : is_embedded(name)) &&
                         attached + size <= MAX_ATTACHED_BYTES;
        attached += carry ? size : 0;
        const char *slash = strrchr(name, '/');
        reading_attach(reading, slash ? slash + 1 : name,
                       is_picture(name) ? opc_picture_type(name) : embedded_type(name), size,
                       carry ? bytes : NULL);
    }
}

/* ---- charts and diagrams ---- */

enum { DRAWING_P = 1, DRAWING_T };

typedef struct {
    Flow *flow;
    guint letters, paragraphs;
} DrawingWalk;

static void drawing_start(int id, const XmlAttributes *attributes, gpointer data)
{
    DrawingWalk *walk = data;
    if (id == DRAWING_P)
        flow_begin(walk->flow, BLOCK_PARAGRAPH, 0);
    walk->paragraphs += id == DRAWING_P;
    walk->letters += id == DRAWING_T;
}

static void drawing_end(int id, gpointer data)
{
    DrawingWalk *walk = data;
    walk->letters -= id == DRAWING_T;
    walk->paragraphs -= id == DRAWING_P;
    /* Letters outside a paragraph, as in comments of the old kind, are one of their own. */
    if (id == DRAWING_P || (id == DRAWING_T && !walk->paragraphs))
        flow_end(walk->flow);
}

static void drawing_text(const char *text, gsize length, gpointer data)
{
    DrawingWalk *walk = data;
    if (walk->letters)
        flow_text(walk->flow, text, (gssize)length);
}

void opc_drawing_text(const ZipParts *zip, const char *part, Flow *flow)
{
    static const XmlName names[] = {
        {"a:p", DRAWING_P},
        {"a:t", DRAWING_T},
        {"p:text", DRAWING_T},
    };
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = drawing_start,
                                       .end = drawing_end,
                                       .text = drawing_text};
    DrawingWalk walk = {.flow = flow};
    GBytes *bytes = zip_parts_get(zip, part);
    if (bytes)
        xml_walk(bytes, part, &handler, &walk, NULL);
    flow_end(flow);
}

void opc_drawings(const ZipParts *zip, const GPtrArray *relations, Flow *flow)
{
    for (guint i = 0; i < relations->len; i++) {
        const OpcRelation *relation = relations->pdata[i];
        if (relation->external)
            continue;
        GBytes *part = zip_parts_get(zip, relation->target);
        if (part && strcmp(relation->type, "chart") == 0)
            opc_chart(part, relation->target, flow);
        else if (part && strcmp(relation->type, "diagramData") == 0)
            opc_drawing_text(zip, relation->target, flow);
    }
}
