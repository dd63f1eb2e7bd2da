/* Do two techniques tell the same? Fills in Line.agreement where both have read: arithmetic on two
 * trees, no document is looked at. Any process, any thread. */
#pragma once

#include "reading.h"

/* Pages that r and r->second both have with a layout: the agreement of each line, on either side, is
 * one minus the edit distance to what the other technique read inside its rectangle, by characters
 * without case and space. Returns the mean over the lines of r that were compared, weighted by their
 * letters; -1 when there was nothing to compare. */
double reading_agree(Reading *r);

/* Pages of TECHNIQUE_DATA in r->second: a line's agreement is 1 when its value (column 1) stands on
 * a page of r, in whatever notation of numbers and dates, or the parts of it between commas do, else 0.
 * A row of a BLOCK_TABLE is found when all its cells are; its first row is a heading (-1). Returns the
 * share of lines found; -1 when there are none. */
double reading_agree_data(Reading *r);
