/* The meta-schemas of the drafts, built in. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name; /* as published: "draft-07", "2020-12/meta/core"; NULL ends the list */
    const char *text;
    gsize length;
} Metaschema;

/* Made from the files in metaschemas/ when docket is built. */
extern const Metaschema metaschemas[];

/* NULL when the URI (without fragment, with http or https) is no meta-schema's. */
const Metaschema *metaschemas_find(const char *uri);
