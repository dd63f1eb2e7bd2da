/* A chart's own part: its titles, and what it draws as a table. */
#pragma once

#include "flow.h"

/* Adds it to the open page: titles as paragraphs, then a row for each category with a column for each series,
 * as the document keeps them beside the sheet that they came from. */
void opc_chart(GBytes *part, const char *name, Flow *flow);
