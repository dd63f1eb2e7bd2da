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
