/* The schemas that a value may still have to conform to, one of which is enough: what anyOf and $ref
 * come to at one place of a record. Schemas are as subset_schema() makes them. */
#pragma once

#include "pipeline/core/json.h"

#define MAX_CANDIDATES 16u

typedef struct {
    const cJSON *nodes[MAX_CANDIDATES]; /* lent; none is a $ref or has an anyOf */
    guint n;
    gboolean any; /* anything goes, whatever the nodes say */
} Candidates;

/* What `node` (of `root`) comes to. */
Candidates candidates_of(const cJSON *root, const cJSON *node);

/* Those that take a value that begins with this character of JSON ("{", "[", a quote, "-" or a
 * digit, "t", "f", "n"); for another character all of them. */
Candidates candidates_begin(const Candidates *all, char first);
/* For the member `key` of an object; n is 0 and any FALSE when no candidate has it. */
Candidates candidates_member(const cJSON *root, const Candidates *objects, const char *key);
/* For the items of an array. */
Candidates candidates_item(const cJSON *root, const Candidates *arrays);

/* Whether a string that begins with `start`, or (`whole`) is `start`, can still be right. */
gboolean candidates_string(const Candidates *all, const char *start, gboolean whole);

/* What is allowed, in words: "a string or null". Caller frees. */
char *candidates_describe(const Candidates *all);
