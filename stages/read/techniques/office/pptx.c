#include "pptx.h"

#include "opc.h"
#include "pptx-slide.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_SLIDES 10000u

enum { SLIDE_REFERENCE = 1, SIZE };

typedef struct {
    ZipParts *zip;
    GPtrArray *relations; /* of the presentation */
    GPtrArray *slides;    /* of char*: names of the visible slides' parts, in order */
    GHashTable *shown;    /* names of the layouts and masters that are read already */
    guint hidden_slides;
    gint64 width, height;
    Flow *flow;
    Reading *reading;
} Deck;

static void deck_clear(Deck *d)
{
    zip_parts_free(d->zip);
    if (d->relations)
        g_ptr_array_unref(d->relations);
    if (d->slides)
        g_ptr_array_unref(d->slides);
    if (d->shown)
        g_hash_table_unref(d->shown);
    flow_free(d->flow);
    reading_free(d->reading);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Deck, deck_clear)

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Deck *d = data;
    if (id == SIZE) {
        d->width = xml_attribute_int(attributes, "cx", 0);
        d->height = xml_attribute_int(attributes, "cy", 0);
    }
    const char *name = id == SLIDE_REFERENCE ? xml_attribute(attributes, "r:id") : NULL;
    if (!name || d->slides->len >= MAX_SLIDES)
        return;
    const OpcRelation *relation = opc_by_id(d->relations, name);
    g_autofree char *target = relation ? g_strdup(relation->target) : g_strdup(name);
    GBytes *part = zip_parts_get(d->zip, target);
    if (part && pptx_is_hidden(part))
        d->hidden_slides++;
    else
        g_ptr_array_add(d->slides, g_steal_pointer(&target));
}

static void on_end(int id, gpointer data)
{
}

static gboolean open_deck(Deck *d, const TechniqueInput *input, GError **error)
{
    static const XmlName names[] = {
        {"p:sldId", SLIDE_REFERENCE},
        {"p:sldSz", SIZE},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = G_N_ELEMENTS(names), .start = on_start, .end = on_end};
    d->zip = zip_parts_open(input->bytes, opc_wanted, error);
    g_autofree char *main_part =
        d->zip ? opc_main_part(d->zip, "ppt/presentation.xml", error) : NULL;
    if (!main_part)
        return FALSE;
    d->relations = opc_relations(d->zip, main_part);
    d->slides = g_ptr_array_new_with_free_func(g_free);
    d->shown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    d->reading = reading_new(input->media_type);
    d->flow = flow_new(d->reading);
    return xml_walk(zip_parts_get(d->zip, main_part), main_part, &handler, d, error);
}

/* The related part of a kind, read for what it shows; one that is missing or broken takes nothing from the
 * slide but itself. */
static const OpcRelation *read_related(Deck *d, const GPtrArray *relations, const char *type,
                                       PptxKind kind)
{
    const OpcRelation *relation = opc_by_type(relations, type);
    GBytes *part = relation ? zip_parts_get(d->zip, relation->target) : NULL;
    PptxSlide how = {.flow = d->flow, .kind = kind};
    g_autoptr(GError) error = NULL;
    if (!part || (kind == PPTX_MASTER && !g_hash_table_add(d->shown, g_strdup(relation->target))))
        return relation;
    if (!pptx_slide(&how, part, relation->target, &error))
        reading_note_missing(d->reading, "damaged: %s", error->message);
    return relation;
}

static void read_around(Deck *d, const GPtrArray *relations)
{
    opc_drawings(d->zip, relations, d->flow);
    const OpcRelation *layout = read_related(d, relations, "slideLayout", PPTX_MASTER);
    if (layout) {
        g_autoptr(GPtrArray) more = opc_relations(d->zip, layout->target);
        read_related(d, more, "slideMaster", PPTX_MASTER);
    }
    read_related(d, relations, "notesSlide", PPTX_NOTES);
    const OpcRelation *comments = opc_by_type(relations, "comments");
    flow_flags(d->flow, BLOCK_ANNOTATION);
    if (comments)
        opc_drawing_text(d->zip, comments->target, d->flow);
    flow_flags(d->flow, 0);
}

static gboolean read_slide(Deck *d, guint number, GError **error)
{
    const char *name = d->slides->pdata[number - 1];
    PptxSlide how = {.flow = d->flow, .width = d->width, .height = d->height};
    GBytes *part = zip_parts_need(d->zip, name, error);
    flow_begin_page(d->flow, number);
    if (!part || !pptx_slide(&how, part, name, error)) {
        g_prefix_error(error, "slide %u: ", number);
        return FALSE;
    }
    g_autoptr(GPtrArray) relations = opc_relations(d->zip, name);
    read_around(d, relations);
    return flow_end_page(d->flow, error);
}

Reading *pptx_read(const TechniqueInput *input, GError **error)
{
    g_auto(Deck) d = {0};
    if (!open_deck(&d, input, error))
        return NULL;
    if (d.slides->len == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY,
                    "the presentation has no visible slide");
        return NULL;
    }
    guint last = input->last_page ? MIN(input->last_page, d.slides->len) : d.slides->len;
    for (guint number = MAX(input->first_page, 1); number <= last; number++) {
        if (!technique_begin_page(input, number))
            break;
        if (!read_slide(&d, number, error))
            return NULL;
    }
    d.reading->page_count = d.slides->len;
    if (input->first_page > 1)
        return g_steal_pointer(&d.reading);
    if (d.hidden_slides)
        reading_note(d.reading, "hidden slides: %u were left out", d.hidden_slides);
    if (zip_parts_broken(d.zip))
        reading_note_missing(d.reading, "the file is damaged: %s", zip_parts_broken(d.zip));
    opc_attach(d.zip, "ppt/", d.reading);
    return g_steal_pointer(&d.reading);
}
