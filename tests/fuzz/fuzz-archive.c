/* Any bytes as an archive: members whose numbers rise, in steps, to the end. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_members("application/zip", data, size);
}
