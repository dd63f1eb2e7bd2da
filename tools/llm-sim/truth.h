/* What the simulated model knows: the true record of each document. */
#pragma once

#include "pipeline/core/json.h"

typedef struct Truth Truth;

/* Loads JSON Lines {"record": {…}, and how the document is known: "sha256": hex, "name": file name,
 * "key": text that stands in it, "match": [texts of which at least half do]}. */
Truth *truth_load(const char *path, GError **error);
void truth_free(Truth *truth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Truth, truth_free)

/* The record of the document in this prompt, or NULL. Asked in this order: SHA-256 in the
 * document's marker, file name, key, the most matching texts. Letters and digits count, case and
 * spacing do not. Lent. */
const cJSON *truth_find(const Truth *truth, const char *prompt);
