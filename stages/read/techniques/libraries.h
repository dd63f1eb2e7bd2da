/* What the libraries under the techniques of table.c would load when they first need it, loaded before
 * the jail is locked: behind it no code is mapped and no thread begins. Those under the techniques for
 * pages have their own (pages/warm.h). */
#pragma once

#include <glib.h>

typedef struct Libraries Libraries;

/* Everything that cannot be loaded is passed over: its absence is seen when it is needed. */
Libraries *libraries_new(void);
void libraries_free(Libraries *libraries);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Libraries, libraries_free)

/* They say nothing on stderr from here on. For the reader's main. */
void libraries_silence(void);
