/* Models write null for what the document does not say, also where the schema wants the member left
 * out instead. */
#pragma once

#include "stages/check/schema/schema.h"

/* Takes members out that are null and may not be, if the record is valid without them; else leaves
 * the record as it is. Returns how many were taken out. */
guint absent_nulls(const Schema *schema, cJSON *record);
