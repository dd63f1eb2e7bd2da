/* Key-value pairs on a grid: what a row of a batch, or a JSON document, reads like. */
#pragma once

#include "grid.h"

#include <cjson/cJSON.h>

typedef struct Fields Fields;

Fields *fields_new(void);
void fields_free(Fields *fields);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fields, fields_free)

/* A value of several lines, or with HTML in it, becomes clean lines. Empty values are left out. */
void fields_add(Fields *fields, const char *key, const char *value);
/* Every leaf, keyed by its path: "attributes.color", "images.0". */
void fields_add_json(Fields *fields, const cJSON *root);
guint fields_count(const Fields *fields);
/* Writes one BLOCK_FIELDS: keys at column 0, values right of the longest key. */
void fields_write(const Fields *fields, Grid *grid);
