/* A choice among named things (prompt versions, models) in stated shares: "v3:90 v4:10". Which one a
 * document gets follows from its hash alone, so it gets the same one whenever and wherever it is
 * asked; when shares change or a name is added, only documents that have to move do. */
#pragma once

#include <glib.h>

typedef struct {
    char *name;
    double share; /* > 0; of the sum of all */
} SplitPart;

typedef struct {
    GArray *parts; /* of SplitPart, at least one, as they were written */
} Split;

/* Names ([A-Za-z0-9_.-]+) between spaces, each with ":share" (a number above 0; 1 when left out); at
 * most SPLIT_MAX_PARTS, no name twice. NULL and a DOCKET_ERROR_CONFIG sentence without place
 * otherwise. Caller frees. */
#define SPLIT_MAX_PARTS 32u
Split *split_parse(const char *text, GError **error);
/* As it is written: "v3:90 v4:10", "v1". Caller frees. */
char *split_to_text(const Split *split);
/* The whole share to one name. Caller frees. */
Split *split_single(const char *name);
void split_free(Split *split);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Split, split_free)

/* The name for a document. `what` ("prompt", "model") keeps choices of different things apart, so
 * that they do not go together. Lent. */
const char *split_choose(const Split *split, const char *what, const char *sha256);
/* The share of a name, 0..1; 0 when it is not in the split. */
double split_share(const Split *split, const char *name);
