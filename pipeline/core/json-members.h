/* The members of large objects by their keys. What takes n squared steps on a list takes n log n
 * here whatever the keys are: nothing is hashed, so nothing can be made to collide. */
#pragma once

#include "json.h"

/* The members of an object sorted by key, those of one key in the order of the object; *count of
 * them. Lent by the object; caller frees the array with g_free (NULL when there are none). */
const cJSON **json_members_sorted(const cJSON *object, gsize *count);

/* The first member whose key stands before it already in the same object, or NULL. Lent. */
const cJSON *json_members_repeated(const cJSON *object);
