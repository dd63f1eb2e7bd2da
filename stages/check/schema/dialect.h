/* Drafts and dialects: which keywords a schema may use, and what they are called. One table of
 * drafts, one of keywords; whatever a draft does differently is a column or a row there. */
#pragma once

#include "stages/check/schema/schema.h"

typedef enum {
    DRAFT_4 = 1 << 0,
    DRAFT_6 = 1 << 1,
    DRAFT_7 = 1 << 2,
    DRAFT_2019 = 1 << 3,
    DRAFT_2020 = 1 << 4,
} DraftBit;

typedef enum {
    VOCABULARY_CORE = 1 << 0,
    VOCABULARY_VALIDATION = 1 << 1,
    VOCABULARY_APPLICATOR = 1 << 2,
    VOCABULARY_UNEVALUATED = 1 << 3,
    VOCABULARY_FORMAT = 1 << 4,
    VOCABULARY_FORMAT_ASSERTION = 1 << 5, /* format is a rule, whatever the options say */
    VOCABULARY_CONTENT = 1 << 6,
} VocabularyBit;

/* A draft as published; a dialect of one's own is a draft with other vocabularies. */
typedef struct {
    const char *uri;     /* of its meta-schema, without fragment */
    guint draft;         /* DraftBit */
    const char *id;      /* the keyword that names a resource */
    gboolean lone_ref;   /* what stands beside a $ref does not count, identifiers included */
    gboolean id_anchors; /* "$id": "#name" is an anchor */
    guint vocabularies;  /* VocabularyBit, when the meta-schema does not say */
} SchemaDialect;

/* NULL when the URI (with http or https, with or without "#") is none of a draft's meta-schema. */
const SchemaDialect *dialect_find(const char *uri);
/* The draft of documents that name none. */
const SchemaDialect *dialect_default(void);
/* "A, B and C": the drafts that are known. Caller frees. */
char *dialect_names(void);

typedef struct {
    const SchemaDialect *dialect;
    guint vocabularies; /* VocabularyBit */
} DialectReading;

/* What a meta-schema stands for: a draft's own, or by the $vocabulary of one in the registry. FALSE
 * and DOCKET_ERROR_SCHEMA without place: it is unknown, requires an unknown vocabulary, or is of no
 * known draft. */
gboolean dialect_read(SchemaRegistry *registry, const char *uri, DialectReading *reading,
                      GError **error);
