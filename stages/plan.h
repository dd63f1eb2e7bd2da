/* THE ordered list of stages. */
#pragma once

#include "pipeline/host/stage.h"

extern const Stage *const plan[]; /* NULL-terminated */
