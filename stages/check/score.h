/* The score: how far a field, and the record, can be trusted, 0..1. Fixed weights; each is named in
 * score.c with its reason. */
#pragma once

#include "pipeline/host/job.h"
#include "stages/check/fields.h"

/* What is known about one value. */
typedef struct {
    Grounded grounded;
    double match; /* 0..1 similarity of value and text */
    guint places; /* different places where it stands */
    gsize length; /* letters of the value: short values stand somewhere by chance */
    double ocr;   /* 0..1 mean confidence of the words, -1 unknown */
    GroundWanted wanted;
    gboolean null; /* the value is null: a claim that there is none */
    gboolean required;
    Method method;
} ScoreInput;
double score_field(const ScoreInput *input);

/* What lowers a whole record. */
typedef struct {
    const GPtrArray *problems; /* of Problem; each lowers the field that it points to */
    gboolean schema_valid;
    guint repairs;  /* rounds with the model */
    guint salvaged; /* repairs of its text */
} ScoreRecord;
/* Lowers the fields by the problems and sets the record's confidence: its weakest required field,
 * counting as required whatever is claimed and stands nowhere. 0 when the schema does not hold. */
void score_record(Record *record, const CheckFields *fields, const ScoreRecord *input);
