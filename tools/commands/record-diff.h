/* What is different between two records, value by value. */
#pragma once

#include <cjson/cJSON.h>
#include <glib.h>

/* `before` or `after` is NULL where only the other record has something. Lent. */
typedef void (*RecordDiffVisit)(const char *pointer, const cJSON *before, const cJSON *after,
                                gpointer data);

/* Visits the values that differ, by RFC 6901 pointer, in the order of the later record, then what only
 * the earlier one had; objects and arrays are gone into, arrays place by place. Returns how many. */
guint record_diff(const cJSON *before, const cJSON *after, RecordDiffVisit visit, gpointer data);
