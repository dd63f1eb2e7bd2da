/* Any bytes as a mail, and as a mailbox of mails. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/members.h"
#include "tests/fuzz/technique.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_technique("message/rfc822", data, size);
    return fuzz_members("application/mbox", data, size);
}
