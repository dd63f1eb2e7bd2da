/* Which system calls a locked process may make: the table and its filter. For sandbox.c. */
#pragma once

#include <glib.h>

/* Loads the filter into every thread of this process; a call that no row names kills it. `files`:
 * Landlock decides which files may be opened; without it none may. 0, or an errno. */
int sandbox_calls_load(int socket, gboolean files);
