/* The techniques for pages as an object of their own, for the reader. */
#pragma once

#include "stages/read/techniques/pages/pages.h"

/* Loads it from the folder of this program, before the lock, for the life of the process. NULL when it
 * is not there. Lent. */
const Pages *pages_load(void);
