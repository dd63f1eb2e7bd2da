/* A reader's answer: any bytes, or an honest reading with a few bytes changed (input that begins
 * with 'e': edits of six bytes, offset and new value). Refused, or it prints in every form. */
#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/core/reading.h"
#include "tests/fuzz/fuzz.h"

static void print_all(const Reading *reading)
{
    g_free(reading_to_text(reading));
    g_free(reading_to_markdown(reading));
    g_free(reading_to_json(reading));
    g_free(reading_to_hocr(reading));
    g_free(reading_to_tsv(reading));
    for (guint i = 0; i < reading->words->len; i++)
        g_assert(reading_page_of_line(reading, reading_line_of_word(reading, i)) <
                 reading->pages->len);
}

static GVariant *honest_variant(void)
{
    g_autoptr(Reading) r = reading_new("text/plain");
    r->page_count = 2;
    for (guint page = 1; page <= 2; page++) {
        reading_begin_page(r, page, TECHNIQUE_TEXT, READING_GRID, 80, 3);
        reading_begin_block(r, BLOCK_HEADING, 1);
        reading_begin_line(r);
        reading_add_text(r, "Invoice no. 4711", -1, 0, 0, -1);
        reading_begin_block(r, BLOCK_TABLE, 0);
        reading_begin_line(r);
        reading_add_text(r, "Beans", -1, 0, 1, 0);
        reading_add_text(r, "2.50", -1, 20, 1, 1);
        reading_end_page(r);
    }
    reading_note(r, "%u hidden words", 3u);
    return g_variant_ref_sink(reading_to_variant(r));
}

/* The honest reading's bytes with the edits applied. */
static GBytes *edited(const uint8_t *edits, size_t size)
{
    g_autoptr(GVariant) variant = honest_variant();
    gsize length = g_variant_get_size(variant);
    guint8 *bytes = g_memdup2(g_variant_get_data(variant), length);
    for (; size >= 6; edits += 6, size -= 6) {
        gsize offset = (gsize)(edits[0] << 8 | edits[1]) % length;
        memcpy(bytes + offset, edits + 2, MIN(4, length - offset));
    }
    return g_bytes_new_take(bytes, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes =
        size && data[0] == 'e' ? edited(data + 1, size - 1) : g_bytes_new(data, size);
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(READING_VARIANT_TYPE), bytes, FALSE));
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) reading = reading_from_variant(variant, &error);
    g_assert((reading == NULL) == (error != NULL));
    if (reading)
        print_all(reading);
    else
        g_assert(g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED));
    return 0;
}
