/* The keywords of all drafts in one table: who knows it, what schemas it holds, who reads it. */
#pragma once

#include "stages/check/schema/dialect.h"

typedef struct SchemaNode SchemaNode;
typedef struct Compiler Compiler;
typedef struct SchemaKeyword SchemaKeyword;

/* Reads the keyword's value into the node. Errors carry no place; the caller adds it. */
typedef gboolean (*KeywordReader)(Compiler *compiler, SchemaNode *node,
                                  const SchemaKeyword *keyword, const cJSON *value, GError **error);

typedef enum {
    HOLDS_NOTHING,
    HOLDS_SCHEMA,
    HOLDS_LIST,
    HOLDS_MAP,
    HOLDS_SCHEMA_OR_LIST, /* "items" before 2020-12 */
    HOLDS_DEPENDENCIES    /* a map whose values are schemas or lists of names */
} KeywordHolds;

struct SchemaKeyword {
    const char *name;
    guint drafts;     /* DraftBit */
    guint vocabulary; /* VocabularyBit: all of them must be in use */
    KeywordHolds holds;
    KeywordReader read; /* NULL: a place for schemas, no rule */
    gsize field;        /* in SchemaNode, for readers that serve several keywords */
    guint bit;          /* BoundBit, of bounds */
};

/* The table by name; built once per schema, as nothing global is ever written. */
typedef struct {
    guint8 slots[256];
} SchemaKeywords;

/* `old_dependencies`: the keyword "dependencies" in all drafts. */
void keyword_table_init(SchemaKeywords *table, gboolean old_dependencies);
/* NULL when the draft does not know the name. */
const SchemaKeyword *keyword_find(const SchemaKeywords *table, const char *name,
                                  const SchemaDialect *dialect, guint vocabularies);
/* Counts the keywords, below 128: for sets of them. */
guint keyword_number(const SchemaKeyword *keyword);
