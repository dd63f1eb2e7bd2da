#include "docx.h"

#include "docx-walk.h"
#include "opc.h"

#include <string.h>

typedef struct {
    ZipParts *zip;
    GPtrArray *relations; /* of the main part */
    Flow *flow;
    DocxStyles *styles;
    Reading *reading;
} Docx;

static void docx_clear(Docx *d)
{
    zip_parts_free(d->zip);
    if (d->relations)
        g_ptr_array_unref(d->relations);
    flow_free(d->flow);
    docx_styles_free(d->styles);
    reading_free(d->reading);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Docx, docx_clear)

static GBytes *related(const Docx *d, const char *type)
{
    const OpcRelation *relation = opc_by_type(d->relations, type);
    return relation ? zip_parts_get(d->zip, relation->target) : NULL;
}

/* A document without one of its smaller parts is a document still; the reading says what is missing. */
static gboolean read_part(Docx *d, const char *name, const char *mark, GError **error)
{
    GBytes *part = zip_parts_get(d->zip, name);
    DocxWalk walk = {.flow = d->flow, .styles = d->styles, .note_mark = mark};
    if (part)
        return docx_walk(&walk, part, name, error);
    reading_note(d->reading, "the part %s is missing", name);
    return TRUE;
}

/* The parts of a kind. Headers of the first, of even and of all pages are often the same. */
static gboolean read_related(Docx *d, const char *type, guint flags, const char *mark,
                             GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    flow_flags(d->flow, flags);
    for (guint i = 0; i < d->relations->len && !flow_is_full(d->flow); i++) {
        const OpcRelation *relation = d->relations->pdata[i];
        if (relation->external || strcmp(relation->type, type) != 0)
            continue;
        GBytes *part = zip_parts_get(d->zip, relation->target);
        if (part && !g_hash_table_add(seen, part))
            continue;
        if (!read_part(d, relation->target, mark, error))
            return FALSE;
    }
    flow_flags(d->flow, 0);
    return TRUE;
}

static gboolean read_document(Docx *d, const char *main_part, GError **error)
{
    flow_begin_page(d->flow, 1);
    gboolean ok = read_related(d, "header", BLOCK_HEADER, NULL, error) &&
                  read_part(d, main_part, NULL, error);
    if (ok)
        opc_drawings(d->zip, d->relations, d->flow);
    ok = ok && read_related(d, "footnotes", 0, "[", error) &&
         read_related(d, "endnotes", 0, "[", error) &&
         read_related(d, "comments", BLOCK_ANNOTATION, NULL, error) &&
         read_related(d, "footer", BLOCK_FOOTER, NULL, error);
    return ok && flow_end_page(d->flow, error);
}

/* Documents in other formats that Word shows inside this one: attached, for their own techniques. */
static void note_foreign(Docx *d)
{
    for (guint i = 0; i < d->relations->len; i++) {
        const OpcRelation *relation = d->relations->pdata[i];
        if (strcmp(relation->type, "aFChunk") == 0)
            reading_note(d->reading, "%s is shown inside the document; it is an attachment here",
                         relation->target);
    }
}

/* The folder of the main part: its pictures stand below it. */
static char *folder_of(const char *part)
{
    const char *slash = strchr(part, '/');
    return g_strndup(part, slash ? (gsize)(slash + 1 - part) : 0);
}

Reading *docx_read(const TechniqueInput *input, GError **error)
{
    g_auto(Docx) d = {0};
    d.zip = zip_parts_open(input->bytes, opc_wanted, error);
    if (!d.zip)
        return NULL;
    g_autofree char *main_part = opc_main_part(d.zip, "word/document.xml", error);
    if (!main_part)
        return NULL;
    d.relations = opc_relations(d.zip, main_part);
    d.reading = reading_new(input->media_type);
    d.flow = flow_new(d.reading);
    d.styles = docx_styles_new(related(&d, "styles"), related(&d, "numbering"));
    if (!read_document(&d, main_part, error))
        return NULL;
    if (zip_parts_broken(d.zip))
        reading_note_missing(d.reading, "the file is damaged: %s", zip_parts_broken(d.zip));
    note_foreign(&d);
    g_autofree char *folder = folder_of(main_part);
    opc_attach(d.zip, folder, d.reading);
    return g_steal_pointer(&d.reading);
}

Reading *wordml_read(const TechniqueInput *input, GError **error)
{
    g_auto(Docx) d = {.reading = reading_new(input->media_type)};
    d.flow = flow_new(d.reading);
    d.styles = docx_styles_new(input->bytes, NULL);
    DocxWalk walk = {.flow = d.flow, .styles = d.styles};
    flow_begin_page(d.flow, 1);
    if (!docx_walk(&walk, input->bytes, "the document", error) || !flow_end_page(d.flow, error))
        return NULL;
    return g_steal_pointer(&d.reading);
}
