/* What Poppler, cairo and the recognition would load or start when they first need it, done before the
 * jail is locked: behind it no thread begins, and few files can be opened. */
#pragma once

typedef struct Drawing Drawing;

/* What cannot be warmed up is passed over: its absence is seen when it is needed. */
Drawing *drawing_new(void);
void drawing_free(Drawing *drawing);
