/* Any bytes as an electronic invoice: no reading, or one whose rules hold. */
#include "stages/read/techniques/text/einvoice.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(Reading) reading = einvoice_take(bytes);
    if (!reading)
        return 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(reading));
    g_autoptr(Reading) checked = reading_from_variant(variant, &error);
    if (!checked)
        g_error("an invoice made a reading that breaks the rules: %s", error->message);
    return 0;
}
