/* What the libraries under the techniques would load when they first need it, loaded before the jail
 * is locked: behind it no code is mapped, no thread begins, and few files can be opened. */
#pragma once

typedef struct WarmLibraries WarmLibraries;

/* Everything that cannot be warmed up is passed over: its absence is seen when it is needed. */
WarmLibraries *warm_libraries_new(void);
void warm_libraries_free(WarmLibraries *libraries);
