/* Any words and drawn lines on a page: no word is lost, and the reading's rules hold. Eight bytes a
 * word or line: kind, then place and size. */
#include "stages/read/techniques/layout/layout.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

#define RECORD 8

static GArray *lend(gpointer data)
{
    return g_array_ref(data);
}

static void add_word(GArray *words, const uint8_t *at)
{
    static const char *const texts[] = {"word", "12.50", "name:", "bro-", "ken", "•", "-", "Total"};
    double x = at[1] * 2.5, y = at[2] * 3.3, height = 4 + at[4] % 24;
    Rect rect = {x, y, x + at[3], y + height};
    if (at[5] == 0xff)
        rect.y1 = NAN;
    LayoutWord word = {.rect = rect,
                       .page_rect = {x, y, x + at[3], y + height},
                       .text = texts[at[6] % G_N_ELEMENTS(texts)],
                       .size = height,
                       .confidence = -1,
                       .line = at[7] ? -1 : at[2]};
    g_array_append_val(words, word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GArray) words = g_array_new(FALSE, TRUE, sizeof(LayoutWord));
    g_autoptr(GArray) rulings = g_array_new(FALSE, FALSE, sizeof(Ruling));
    g_autoptr(GError) error = NULL;
    guint placed = 0;
    for (; size >= RECORD; size -= RECORD, data += RECORD) {
        if (data[0] % 4) {
            add_word(words, data);
            placed += data[5] != 0xff;
            continue;
        }
        Ruling ruling = {.vertical = data[1] & 1,
                         .at = data[2] * 3.3,
                         .from = data[3] * 2.5,
                         .to = data[3] * 2.5 + data[4] * 2.5};
        g_array_append_val(rulings, ruling);
    }
    g_autoptr(Reading) reading = reading_new("application/pdf");
    LayoutHelp help = {.rulings = lend, .data = rulings, .cheap = TRUE};
    reading_begin_page(reading, 1, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 640, 850);
    g_assert_true(layout_add_helped(reading, words, &help, &error));
    reading_end_page(reading);
    g_assert_cmpuint(reading->words->len, ==, placed);
    reading_mark_running(reading);
    g_autofree char *markdown = reading_to_markdown(reading);
    g_autofree char *json = reading_to_json(reading);
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(reading));
    g_autoptr(Reading) checked = reading_from_variant(variant, &error);
    g_assert_no_error(error);
    return 0;
}
