/* Office formats that are not read, with what to do about it: the old binary ones, and those under a
 * password. */
#pragma once

#include "stages/read/techniques/technique.h"

/* Always NULL, with UNSUPPORTED or ENCRYPTED. */
Reading *legacy_read(const TechniqueInput *input, GError **error);
