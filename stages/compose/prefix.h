/* The prefix of a prompt version: all that a model is told before it sees a document, the same for all
 * documents byte for byte, so that a provider's prompt cache hits. Persona and rules come first, then
 * every field described, the guideline, the examples, and how the document is delimited. */
#pragma once

#include "pipeline/host/pack.h"

/* Caller frees. */
char *prefix_compose(const Pack *pack, const Prompt *prompt);
