/* The harness side of Bowtie, the public comparison of JSON Schema validators: its protocol, version 1.
 * A command a line comes in, an answer a line goes out. */
#pragma once

#include "stages/check/schema/schema.h"
#include "tools/commands/command.h"

/* Serves standard input until "stop". `options` say what is asserted; dialect and registry come with the
 * commands. Returns the exit code: EXIT_OK after "stop", EXIT_USAGE when the protocol was broken, which is
 * said on stderr. */
int bowtie_serve(const Console *console, const SchemaOptions *options);
