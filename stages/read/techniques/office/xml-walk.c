#include "xml-walk.h"

#include "pipeline/core/error.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#define VALUES 17 /* attribute values that are lent at one time */

struct XmlAttributes {
    const xmlChar **raw; /* local name, prefix, namespace, value, end of value */
    int n;
    char **lent; /* ring of VALUES */
    guint *next;
};

typedef struct {
    const XmlHandler *handler;
    gpointer data;
    char *lent[VALUES];
    guint next;
} Walk;

/* Namespaces by what is behind their host: OOXML's strict edition has the same ends. */
static const struct {
    const char *end, *prefix;
} spaces[] = {
    {"/wordprocessingml/main", "w"},
    {"/wordprocessingml/2006/main", "w"},
    {"/word/2003/wordml", "w"},
    {"/spreadsheetml/main", "s"},
    {"/spreadsheetml/2006/main", "s"},
    {"/presentationml/main", "p"},
    {"/presentationml/2006/main", "p"},
    {"/drawingml/main", "a"},
    {"/drawingml/2006/main", "a"},
    {"/drawingml/diagram", "dgm"},
    {"/drawingml/2006/diagram", "dgm"},
    {"/drawingml/chart", "c"},
    {"/drawingml/2006/chart", "c"},
    {"/drawingml/wordprocessingDrawing", "wp"},
    {"/drawingml/2006/wordprocessingDrawing", "wp"},
    {"/drawingml/2006/picture", "pic"},
    {"/drawingml/picture", "pic"},
    {"/officeDocument/math", "m"},
    {"/officeDocument/2006/math", "m"},
    {"/officeDocument/relationships", "r"},
    {"/officeDocument/2006/relationships", "r"},
    {"/package/2006/relationships", "rel"},
    {"/package/relationships", "rel"},
    {"/package/2006/content-types", "ct"},
    {"/markup-compatibility/2006", "mc"},
    {"/word/2010/wordprocessingShape", "wps"},
    {"urn:schemas-microsoft-com:vml", "v"},
    {"urn:oasis:names:tc:opendocument:xmlns:container", "ocf"},
    {"idpf.org/2007/opf", "opf"},
    {"http://www.w3.org/2001/04/xmlenc#", "enc"},
    {"http://www.w3.org/1999/xlink", "xlink"},
    {"opendocument:xmlns:office:1.0", "office"},
    {"opendocument:xmlns:text:1.0", "text"},
    {"opendocument:xmlns:table:1.0", "table"},
    {"opendocument:xmlns:style:1.0", "style"},
    {"opendocument:xmlns:drawing:1.0", "draw"},
    {"opendocument:xmlns:presentation:1.0", "presentation"},
    {"opendocument:xmlns:xsl-fo-compatible:1.0", "fo"},
    {"opendocument:xmlns:svg-compatible:1.0", "svg"},
    {"opendocument:xmlns:manifest:1.0", "manifest"},
    {"opendocument:xmlns:datastyle:1.0", "number"},
    {"openoffice.org/2000/office", "office"},
    {"openoffice.org/2000/text", "text"},
    {"openoffice.org/2000/table", "table"},
    {"openoffice.org/2000/style", "style"},
    {"openoffice.org/2000/drawing", "draw"},
    {"openoffice.org/2000/presentation", "presentation"},
    {"openoffice.org/2001/manifest", "manifest"},
    {"http://www.w3.org/1999/XSL/Format", "fo"},
    {"http://www.w3.org/1998/Math/MathML", "math"},
};

static const char *prefix_of(const char *uri)
{
    if (!uri)
        return "";
    for (gsize i = 0; i < G_N_ELEMENTS(spaces); i++)
        if (g_str_has_suffix(uri, spaces[i].end))
            return spaces[i].prefix;
    return "?";
}

static int compare_names(const void *name, const void *row)
{
    return strcmp(name, ((const XmlName *)row)->name);
}

static int id_of(const XmlHandler *handler, const xmlChar *local, const xmlChar *uri)
{
    char name[80];
    const char *prefix = prefix_of((const char *)uri);
    int length = *prefix ? g_snprintf(name, sizeof name, "%s:%s", prefix, (const char *)local)
                         : g_snprintf(name, sizeof name, "%s", (const char *)local);
    if (length < 0 || (gsize)length >= sizeof name)
        return 0;
    const XmlName *found =
        bsearch(name, handler->names, handler->n_names, sizeof(XmlName), compare_names);
    return found ? found->id : 0;
}

/* ---- attributes ---- */

static const xmlChar **find_attribute(const XmlAttributes *attributes, const char *name)
{
    const char *colon = strchr(name, ':');
    const char *local = colon ? colon + 1 : name;
    for (int i = 0; i < attributes->n; i++) {
        const xmlChar **raw = attributes->raw + 5 * i;
        if (strcmp((const char *)raw[0], local) != 0)
            continue;
        const char *prefix = prefix_of((const char *)raw[2]);
        gsize length = colon ? (gsize)(colon - name) : 0;
        if (strlen(prefix) == length && strncmp(prefix, name, length) == 0)
            return raw;
    }
    return NULL;
}

const char *xml_attribute(const XmlAttributes *attributes, const char *name)
{
    const xmlChar **raw = find_attribute(attributes, name);
    if (!raw)
        return NULL;
    char **place = &attributes->lent[(*attributes->next)++ % VALUES];
    g_free(*place);
    *place = g_strndup((const char *)raw[3], (gsize)(raw[4] - raw[3]));
    return *place;
}

gint64 xml_attribute_int(const XmlAttributes *attributes, const char *name, gint64 otherwise)
{
    const char *value = xml_attribute(attributes, name);
    char *end;
    if (!value)
        return otherwise;
    gint64 number = g_ascii_strtoll(value, &end, 10);
    return end == value ? otherwise : number;
}

gboolean xml_attribute_is(const XmlAttributes *attributes, const char *name, gboolean otherwise)
{
    static const char *const negative[] = {"0", "false", "off", "none", "no", NULL};
    const char *value = xml_attribute(attributes, name);
    return value ? !g_strv_contains(negative, value) : otherwise;
}

/* ---- libxml2's calls ---- */

static void on_start(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int n_spaces, const xmlChar **space_list, int n_attributes, int n_default,
                     const xmlChar **raw)
{
    Walk *walk = data;
    XmlAttributes attributes = {
        .raw = raw, .n = n_attributes, .lent = walk->lent, .next = &walk->next};
    walk->handler->start(id_of(walk->handler, local, uri), &attributes, walk->data);
}

static void on_end(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    Walk *walk = data;
    walk->handler->end(id_of(walk->handler, local, uri), walk->data);
}

static void on_text(void *data, const xmlChar *text, int length)
{
    Walk *walk = data;
    if (walk->handler->text && length > 0)
        walk->handler->text((const char *)text, (gsize)length, walk->data);
}

static xmlEntityPtr on_entity(void *data, const xmlChar *name)
{
    return xmlGetPredefinedEntity(name);
}

static void set_damaged(GError **error, const char *part_name, xmlParserCtxtPtr parser)
{
    const xmlError *fault = parser ? xmlCtxtGetLastError(parser) : NULL;
    g_autofree char *reason = g_strdup(fault && fault->message ? fault->message : "it is no XML");
    g_strdelimit(reason, "\n", ' ');
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "%s, line %d: %s", part_name,
                fault ? fault->line : 0, g_strstrip(reason));
}

gboolean xml_walk(GBytes *part, const char *part_name, const XmlHandler *handler, gpointer data,
                  GError **error)
{
    gsize length;
    const char *bytes = g_bytes_get_data(part, &length);
    Walk walk = {.handler = handler, .data = data};
    xmlParserCtxtPtr parser =
        length && length < G_MAXINT ? xmlCreateMemoryParserCtxt(bytes, (int)length) : NULL;
    if (!parser) {
        set_damaged(error, part_name, NULL);
        return FALSE;
    }
    *parser->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                                   .startElementNs = on_start,
                                   .endElementNs = on_end,
                                   .characters = on_text,
                                   .ignorableWhitespace = on_text,
                                   .cdataBlock = on_text,
                                   .getEntity = on_entity};
    parser->userData = &walk;
    /* NOENT is about "&amp;" in attributes, which would stay "&#38;" without it. Entities that the
     * document declares are never kept, so that there is nothing to expand. */
    xmlCtxtUseOptions(parser,
                      XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlParseDocument(parser);
    gboolean ok = parser->wellFormed != 0;
    if (!ok)
        set_damaged(error, part_name, parser);
    xmlFreeDoc(parser->myDoc);
    parser->myDoc = NULL;
    xmlFreeParserCtxt(parser);
    for (guint i = 0; i < VALUES; i++)
        g_free(walk.lent[i]);
    return ok;
}
