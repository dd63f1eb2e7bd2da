/* docket run --estimate. */
#pragma once

#include "tools/commands/command.h"

/* Reads what lies in the inbox and prints what asking models about it would use and cost. Sends,
 * moves and keeps nothing. `pack` as in run. Returns the exit code. */
int run_estimate(const Command *command, const Console *console, const char *pack);
