/* What the schema says about each field of a record: whether it is required, and how it is to be
 * grounded. Made once per pack. */
#pragma once

#include "pipeline/core/json.h"

typedef enum {
    GROUND_LOOK,    /* it must stand in the document (the default) */
    GROUND_CHOICE,  /* boolean, enum, const: chosen, not copied; found if its word stands there */
    GROUND_DERIVED, /* "x-docket": {"ground": "derived"}: follows from the document, not in it */
    GROUND_NONE,    /* "x-docket": {"ground": "none"}: written by the maker of the record */
} GroundWanted;

typedef struct {
    gboolean required;   /* and so is everything around it */
    GroundWanted ground; /* x-docket on an object or array holds for all below it */
    char *title;         /* the schema's title, or NULL */
} CheckField;

typedef struct CheckFields CheckFields;

/* Reads properties, items, prefixItems, allOf/anyOf/oneOf and local $refs. DOCKET_ERROR_PACK for an
 * x-docket that is not as above. */
CheckFields *check_fields_new(const cJSON *schema, GError **error);
void check_fields_free(CheckFields *fields);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckFields, check_fields_free)

/* The field at a record's pointer; a default one (not required, GROUND_LOOK) for unknown places.
 * Lent. */
const CheckField *check_fields_find(const CheckFields *fields, const char *pointer);
