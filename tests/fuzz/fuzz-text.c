/* Any bytes as plain text in an encoding to be guessed: a reading whose rules hold, or an error. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/technique.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_technique("text/plain", data, size);
}
