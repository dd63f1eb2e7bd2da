/* The reading: building, joining, printing, and that a lying reader's variant is refused. */
#include "pipeline/core/error.h"
#include "pipeline/core/json.h"
#include "pipeline/core/reading.h"
#include <math.h>
#include <string.h>

static Reading *sample(guint page)
{
    Reading *r = reading_new("application/pdf");
    reading_begin_page(r, page, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 595, 842);
    reading_begin_block(r, BLOCK_HEADING, 1);
    reading_begin_line(r);
    reading_add_word(r, "Invoice", -1, (Rect){50, 40, 120, 60}, -1, -1, 0);
    reading_begin_block(r, BLOCK_PARAGRAPH, 0);
    reading_begin_line(r); /* stays empty and is dropped */
    reading_begin_line(r);
    reading_add_word(r, "Total:", -1, (Rect){50, 100, 90, 112}, 0.5, -1, 0);
    reading_add_word(r, "12", -1, (Rect){100, 100, 120, 112}, 1, -1, 0);
    reading_add_word(r, ".50", -1, (Rect){120, 100, 140, 112}, 0.9, -1, WORD_GLUED);
    reading_begin_block(r, BLOCK_TABLE, 0);
    reading_begin_line(r);
    reading_add_word(r, "a|b", -1, (Rect){50, 130, 60, 140}, -1, 0, 0);
    reading_add_word(r, "c", -1, (Rect){90, 130, 99, 140}, -1, 1, 0);
    reading_end_page(r);
    return r;
}

/* What is missing is said, however much else there was to say. */
static void test_notes(void)
{
    g_autoptr(Reading) r = sample(1);
    for (guint i = 0; i < 1000; i++)
        reading_note(r, "hidden text: %u words", i);
    reading_note_missing(r, "page %u is broken", 7u);
    g_assert_cmpstr(r->notes->pdata[r->notes->len - 1], ==, READING_MISSING "page 7 is broken");
    g_assert_cmpuint(r->notes->len, <=, 100);
}

static void test_build(void)
{
    g_autoptr(Reading) r = sample(1);
    g_assert_cmpuint(r->blocks->len, ==, 3);
    g_assert_cmpuint(r->lines->len, ==, 3);
    g_assert_cmpfloat_with_epsilon(reading_page(r, 0)->confidence, 0.8, 1e-9);
    const Line *line = reading_line(r, 1);
    g_assert_cmpfloat(line->rect.x0, ==, 50);
    g_assert_cmpfloat(line->rect.x1, ==, 140);
    g_autofree char *text = reading_line_text(r, 1);
    g_assert_cmpstr(text, ==, "Total: 12.50");
}

static void test_print(void)
{
    g_autoptr(Reading) r = sample(1);
    reading_take_pages(r, sample(2));
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==,
                    "Invoice\n\nTotal: 12.50\n\na|b c\n\fInvoice\n\nTotal: 12.50\n\na|b c\n");
    g_autofree char *markdown = reading_to_markdown(r);
    g_assert_true(
        g_str_has_prefix(markdown, "# Invoice\n\nTotal: 12.50\n\n| a\\|b | c |\n| --- | --- |\n"));
    g_autofree char *json = reading_to_json(r);
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) root = json_parse(json, strlen(json), &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(json_at(root, "/pages/1/page")->valuedouble, ==, 2);
    g_assert_cmpstr(json_at(root, "/pages/1/blocks/2/lines/0/words/0/text")->valuestring, ==,
                    "a|b");
    g_autofree char *hocr = reading_to_hocr(r);
    g_assert_nonnull(strstr(hocr, "bbox 120 100 140 112; x_wconf 90\">.50</span>"));
}

static void test_look(void)
{
    g_autoptr(Reading) r = sample(1);
    Reading *blank = reading_new("application/pdf");
    reading_begin_page(blank, 2, TECHNIQUE_NONE, READING_LAYOUT, 595, 842);
    reading_end_page(blank);
    reading_take_pages(r, blank);
    reading_take_pages(r, sample(3));
    g_assert_cmpuint(reading_page_of_line(r, 2), ==, 0);
    g_assert_cmpuint(reading_page_of_line(r, 3), ==, 2);
    g_assert_cmpuint(reading_line_of_word(r, 3), ==, 1);
    g_assert_cmpuint(reading_line_of_word(r, 6), ==, 3);
}

static void test_round_trip(void)
{
    g_autoptr(Reading) r = sample(1);
    reading_note(r, "a note");
    g_autoptr(GBytes) bytes = g_bytes_new_static("PK", 2);
    g_assert_true(reading_attach(r, "a.zip", "application/zip", 2, bytes));
    g_assert_true(reading_attach(r, "far too large", NULL, G_MAXUINT64, NULL));
    r->second = sample(1);
    g_array_index(r->lines, Line, 0).agreement = 0.5;
    g_array_index(r->blocks, Block, 0).flags = BLOCK_HEADER;
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(r));
    g_assert_true(g_variant_is_of_type(variant, G_VARIANT_TYPE(READING_VARIANT_TYPE)));
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) back = reading_from_variant(variant, &error);
    g_assert_no_error(error);
    g_autofree char *before = reading_to_json(r), *after = reading_to_json(back);
    g_assert_cmpstr(before, ==, after);
    g_assert_nonnull(strstr(after, "\"agreement\":0.5"));
    g_assert_nonnull(strstr(after, "\"header\":true"));
    const Attachment *zip = back->attachments->pdata[0], *listed = back->attachments->pdata[1];
    g_assert_true(g_bytes_equal(zip->content, bytes));
    g_assert_null(listed->content);
    g_assert_cmpuint(back->second->words->len, ==, r->words->len);
}

static void test_upright(void)
{
    for (guint turn = 1; turn < 4; turn++) {
        g_autoptr(Reading) r = sample(1);
        g_assert_null(reading_upright(r));
        g_array_index(r->pages, Page, 0).turn = turn;
        g_autoptr(Reading) upright = reading_upright(r);
        Rect lies = reading_word(r, 0)->rect, stands = reading_word(upright, 0)->rect;
        Rect back = rect_from_upright(reading_page(r, 0), stands);
        g_assert_cmpmem(&back, sizeof back, &lies, sizeof lies);
        g_assert_cmpfloat(reading_page(upright, 0)->width, ==, turn == 2 ? 595 : 842);
        g_assert_cmpfloat(stands.x0, >=, 0);
        g_assert_cmpfloat(stands.x1, <=, reading_page(upright, 0)->width);
    }
    /* A mark near the left edge of the page stands near its top after one turn. */
    g_autoptr(Reading) r = sample(1);
    g_array_index(r->pages, Page, 0).turn = 1;
    g_autoptr(Reading) upright = reading_upright(r);
    g_assert_cmpfloat(reading_word(upright, 0)->rect.y0, ==, 50);
    g_assert_cmpfloat(reading_word(upright, 0)->rect.x1, ==, 842 - 40);
}

typedef void (*Lie)(Reading *r);

static void lie_block_range(Reading *r)
{
    g_array_index(r->pages, Page, 0).n_blocks = 1000;
}
static void lie_overflow(Reading *r)
{
    g_array_index(r->pages, Page, 0).n_blocks = G_MAXUINT32;
}
static void lie_gap(Reading *r)
{
    g_array_index(r->blocks, Block, 1).first_line = 2;
}
static void lie_nan(Reading *r)
{
    g_array_index(r->words, Word, 0).rect.x0 = NAN;
}
static void lie_text_offset(Reading *r)
{
    g_array_index(r->words, Word, 0).text = 1u << 30;
}
static void lie_text_length(Reading *r)
{
    g_array_index(r->words, Word, 0).length = G_MAXUINT32;
}
static void lie_utf8(Reading *r)
{
    r->text->data[0] = 0xff;
}
static void lie_confidence(Reading *r)
{
    g_array_index(r->words, Word, 2).confidence = 1.5;
}
static void lie_technique(Reading *r)
{
    g_array_index(r->pages, Page, 0).technique = 99;
}
static void lie_page_number(Reading *r)
{
    g_array_index(r->pages, Page, 0).number = 0;
}
static void lie_column(Reading *r)
{
    g_array_index(r->words, Word, 0).column = -7;
}

static void test_lies(void)
{
    const Lie lies[] = {lie_block_range, lie_overflow,    lie_gap,   lie_nan,
                        lie_text_offset, lie_text_length, lie_utf8,  lie_confidence,
                        lie_technique,   lie_page_number, lie_column};
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(Reading) r = sample(1);
        lies[i](r);
        g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(r));
        g_autoptr(GError) error = NULL;
        g_assert_null(reading_from_variant(variant, &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED);
    }
}

/* Bytes that are no variant at all must come back as an error, never as a crash. */
static void test_noise(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    g_autoptr(Reading) r = sample(1);
    g_autoptr(GVariant) good = g_variant_ref_sink(reading_to_variant(r));
    gsize size = g_variant_get_size(good);
    for (int round = 0; round < 2000; round++) {
        guint8 *bytes = g_memdup2(g_variant_get_data(good), size);
        for (int i = 0; i < 8; i++)
            bytes[g_rand_int_range(random, 0, (gint32)size)] = (guint8)g_rand_int(random);
        g_autoptr(GBytes) data = g_bytes_new_take(bytes, size);
        g_autoptr(GVariant) variant = g_variant_ref_sink(
            g_variant_new_from_bytes(G_VARIANT_TYPE(READING_VARIANT_TYPE), data, FALSE));
        g_autoptr(GError) error = NULL;
        g_autoptr(Reading) back = reading_from_variant(variant, &error);
        g_assert_true((back == NULL) == (error != NULL));
        if (back)
            g_free(reading_to_json(back));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reading/notes", test_notes);
    g_test_add_func("/reading/build", test_build);
    g_test_add_func("/reading/print", test_print);
    g_test_add_func("/reading/look", test_look);
    g_test_add_func("/reading/round-trip", test_round_trip);
    g_test_add_func("/reading/upright", test_upright);
    g_test_add_func("/reading/lies", test_lies);
    g_test_add_func("/reading/noise", test_noise);
    return g_test_run();
}
