/* What is known of providers and servers beforehand, as data: one row each, so that a configuration
 * names the server and its model and nothing else. */
#pragma once

#include "pipeline/host/config.h"

/* The value of a key of [model NAME] ("base_url") in force: what the configuration says, else what
 * its preset says, else the default. "auto" is never a value. *origin, if not NULL, says where it
 * came from ("docket.conf:3", "preset openai", "default"). Lent; *origin is static or the config's.
 */
const char *preset_value(const Config *config, const char *endpoint, const char *key,
                         const char **origin);

/* What a preset itself, or the first one for all of them, says of a key. NULL when there is no preset
 * of this name, or nothing is known. */
const char *preset_known(const char *preset, const char *key);
/* All names, separated by commas. Caller frees. */
char *preset_names(void);
