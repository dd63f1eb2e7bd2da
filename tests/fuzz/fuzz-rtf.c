/* Any bytes as RTF: a reading whose rules hold, or an error. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/technique.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_technique("application/rtf", data, size);
}
