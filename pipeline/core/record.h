/* The record in the making: the JSON that shall conform to the pack's schema, and per field where
 * it stands in the reading and how far it can be trusted. Addresses are RFC 6901 pointers. */
#pragma once

#include "json.h"
#include "reading.h"

typedef enum { METHOD_MODEL, METHOD_TEMPLATE, METHOD_HUMAN } Method;

/* How well a value was found in the reading. Ordered: better is greater. */
typedef enum {
    GROUNDED_NONE,    /* not found anywhere in the reading */
    GROUNDED_DERIVED, /* follows from other values or is a constant of the pack (an enum choice) */
    GROUNDED_FUZZY,   /* found with small differences (OCR errors) */
    GROUNDED_NORMALISED, /* found after reading dates, numbers, case and space alike */
    GROUNDED_EXACT       /* stands there letter by letter */
} Grounded;

typedef struct {
    guint page;        /* from 1 */
    Geometry geometry; /* unit of rect */
    Rect rect;
    Technique technique;
    double match;      /* 0..1 similarity between value and text */
    double confidence; /* 0..1 mean confidence of the words, -1 if unknown */
    char *text;        /* as it stands in the document */
} Evidence;

typedef struct {
    char *pointer;
    Grounded grounded;
    double confidence;    /* 0..1 */
    GPtrArray *evidence;  /* of Evidence, best first; may be empty */
    const char *verified; /* what a verifier says of it: "agrees", "disagrees", "not_in_document";
                             static; NULL: nothing, or nothing that counts */
} Field;

typedef struct Record {
    cJSON *root; /* owned */
    Method method;
    GHashTable *fields; /* pointer (char*) -> Field*; leaves only */
    double confidence;  /* 0..1, the weakest required field */
} Record;

Record *record_new(cJSON *root, Method method); /* takes root */
void record_free(Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

/* The field at the pointer, made when missing. Lent. */
Field *record_field(Record *record, const char *pointer);
/* Adds evidence for words [first, first+n) of the reading. */
void field_add_evidence(Field *field, const Reading *reading, guint first_word, guint n_words,
                        double match);

/* Calls `visit` for every leaf (not object, not array) with its pointer, in document order. */
typedef void (*RecordVisit)(const char *pointer, cJSON *value, gpointer data);
void record_each_leaf(const cJSON *root, RecordVisit visit, gpointer data);

/* The "fields" object of the meta file: {pointer: {confidence, grounded, evidence: […]}}. Caller
 * owns. */
cJSON *record_fields_to_json(const Record *record);

/* The way back: fields and evidence from such an object (what is not there stays empty). */
void record_fields_from_json(Record *record, const cJSON *fields);

Method method_from_name(const char *name); /* MODEL if unknown */
const char *method_name(Method method);    /* "model", "template", "human" */
const char *
grounded_name(Grounded grounded); /* "exact", "normalised", "fuzzy", "derived", "none" */
