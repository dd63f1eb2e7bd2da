/* The command line of llm-sim. */
#pragma once

#include "tools/llm-sim/work.h"

typedef struct {
    int port, slots;
    char *port_file, *bill_file, *journal_file, *certificate_file;
    gboolean tls;
} Options;

/* Reads the command line into options and world (whose truth, models and bill are made).
 * DOCKET_ERROR_USAGE and what the named files bring. Clear both afterwards, also on failure. */
gboolean options_parse(int *argc, char ***argv, Options *options, World *world, GError **error);
void options_clear(Options *options);
void world_clear(World *world);
