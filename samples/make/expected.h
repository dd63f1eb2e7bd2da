/* Writes samples/expected/<path>.expected.json; samples/README.md explains the format. */
#pragma once

#include "pipeline/core/json.h"

typedef struct {
    const char *path;      /* of the sample, below samples/ */
    const char *pack;      /* NULL: none */
    const char *verdicts;  /* "accepted review": any of them is right */
    const char *reason;    /* words of which one must be given for the verdict; NULL: any */
    const char *fields;    /* pointers that must be right without a model, separated by spaces */
    const char *forbidden; /* texts that must stand nowhere in the record, separated by '|' */
    const char *why;       /* the sample exists because … */
} Expected;

/* `truth` is the whole record that a perfect reader makes (taken; NULL: there is none). */
void expected_write(const char *samples, const Expected *expected, cJSON *truth);
/* For what holds other documents: `children` (taken) is an object of what was added with
 * expected_add_child, where path is the name inside and truth as above. */
void expected_write_children(const char *samples, const Expected *expected, cJSON *children);
void expected_add_child(cJSON *children, const Expected *expected, cJSON *truth);
/* For a batch: `rows` are the true records in order (taken). */
void expected_write_rows(const char *samples, const Expected *expected, cJSON *rows);
