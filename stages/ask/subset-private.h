/* What the files of the subsets share. */
#pragma once

#include "stages/ask/subset.h"

/* A member, NULL if there is none. Lent. */
const cJSON *subset_get(const cJSON *node, const char *key);
/* What a node with a $ref inside `root` stands for, itself without one; NULL when it leads nowhere.
 */
const cJSON *subset_follow(const cJSON *root, const cJSON *node);
/* Whether the name is among the strings of an array. */
gboolean subset_is_listed(const cJSON *names, const char *name);
/* Whether null is a value that the schema takes; for the pack's schema and for our own alike. Begin
 * with depth 0. */
gboolean subset_allows_null(const cJSON *root, const cJSON *node, guint depth);

/* Whether a $ref of the schema (rewritten: all refs lead to "#" or into $defs) leads back to where
 * it stands. */
gboolean subset_is_recursive(const cJSON *root);
