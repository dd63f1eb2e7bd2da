/* What a provider makes of a pack's schema: which rules it holds the model to, and which only our
 * validator checks. */
#pragma once

#include "pipeline/host/pack.h"
#include "tools/commands/command.h"

/* TRUE for the name of a preset ("ollama") or of a part of JSON Schema ("compatible"). */
gboolean pack_provider_known(const char *provider);
/* Those names, separated by commas. Caller frees. */
char *pack_provider_names(void);

/* Prints it, or, when the console is for JSON, adds it to `item` as "provider". */
gboolean pack_provider_show(const Console *console, const Pack *pack, const char *provider,
                            cJSON *item, GError **error);
