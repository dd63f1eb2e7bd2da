/* What each fuzz-*.c defines; called by libFuzzer or by replay.c with any bytes. Returns 0. A
 * broken promise is g_assert, so that it counts as a crash. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
