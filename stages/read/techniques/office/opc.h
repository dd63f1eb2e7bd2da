/* Open Packaging Conventions (ECMA-376 part 2): how the parts of an OOXML document name each other. */
#pragma once

#include "flow.h"
#include "zip-parts.h"

typedef struct {
    char *id;     /* "rId1" */
    char *type;   /* the last step of the relation's URI: "styles", "image" */
    char *target; /* the part's name; of an external one, its address */
    gboolean external;
} OpcRelation;

/* Parts that hold text; pictures only when they may be documents themselves. For zip_parts_open. */
gboolean opc_wanted(const char *name, guint64 size);

/* The relations of a part ("" is the package), in the file's order: of OpcRelation. Empty when it has none
 * or its list is broken. Caller frees with g_ptr_array_unref. */
GPtrArray *opc_relations(const ZipParts *zip, const char *part);
/* The first internal one with the type, or NULL. */
const OpcRelation *opc_by_type(const GPtrArray *relations, const char *type);
const OpcRelation *opc_by_id(const GPtrArray *relations, const char *id);

/* The part that is the document; NULL and DAMAGED when none is named. Caller frees. */
char *opc_main_part(const ZipParts *zip, const char *usual, GError **error);

/* The media type of a picture by its name, "" for other parts. Static string. */
const char *opc_picture_type(const char *name);
/* Lists pictures, embedded files and other documents below the folder ("word/") as attachments, with their
 * content where it may be a document of its own. */
void opc_attach(const ZipParts *zip, const char *folder, Reading *reading);

/* Texts of a drawing's own part (a diagram, boxes on a sheet, comments on slides): a paragraph each. */
void opc_drawing_text(const ZipParts *zip, const char *part, Flow *flow);
/* All charts and diagrams among the relations of a part. */
void opc_drawings(const ZipParts *zip, const GPtrArray *relations, Flow *flow);
