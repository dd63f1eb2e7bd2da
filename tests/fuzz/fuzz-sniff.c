/* Any bytes and any name: some media type, the same one each time. */
#include <string.h>

#include "stages/intake/sniff.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gsize name_length = size ? MIN((gsize)data[0], size - 1) : 0;
    g_autofree char *name = g_strndup(size ? (const char *)data + 1 : "", name_length);
    const char *bytes = size ? (const char *)data + 1 + name_length : "";
    gsize length = size ? size - 1 - name_length : 0;
    const char *type = sniff_media_type(bytes, length, name);
    g_assert(type && strchr(type, '/') && sniff_media_type(bytes, length, name) == type);
    sniff_is_batch(type);
    sniff_is_package(type);
    static const char *const containers[] = {"application/zip", "application/x-ole-storage"};
    for (gsize i = 0; i < G_N_ELEMENTS(containers); i++)
        g_assert(strchr(sniff_package(containers[i], bytes, length), '/'));
    return 0;
}
