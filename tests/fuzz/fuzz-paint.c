/* Any bytes as the content of a PDF page: what it paints and says is found, within bounds, or odd. */
#include "stages/read/techniques/pdf/pdf-hidden.h"
#include "tests/fuzz/fuzz.h"

static GBytes *page_of(const uint8_t *data, size_t size)
{
    GString *out = g_string_new("%PDF-1.4\n");
    gsize at[6] = {0};
    static const char *const objects[] = {"<</Type/Catalog/Pages 2 0 R>>",
                                          "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                                          "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 "
                                          "300]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>"
                                          "/ExtGState<</G<</ca .5>>>>>>>>",
                                          "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
    for (guint i = 0; i < G_N_ELEMENTS(objects); i++) {
        at[i + 1] = out->len;
        g_string_append_printf(out, "%u 0 obj%s endobj\n", i + 1, objects[i]);
    }
    at[5] = out->len;
    g_string_append_printf(out, "5 0 obj<</Length %zu>>stream\n", size);
    g_string_append_len(out, (const char *)data, (gssize)size);
    g_string_append(out, "\nendstream endobj\n");
    gsize table = out->len;
    g_string_append(out, "xref\n0 6\n0000000000 65535 f \n");
    for (guint i = 1; i < 6; i++)
        g_string_append_printf(out, "%010zu 00000 n \n", at[i]);
    g_string_append_printf(out, "trailer<</Size 6/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", table);
    return g_string_free_to_bytes(out);
}

static void check_words(const PdfPaint *paint)
{
    if (paint->odd)
        return;
    g_assert(paint->text->words->len == paint->text->inks->len);
    pdf_hidden_prove(paint);
    for (guint i = 0; i < paint->text->words->len; i++) {
        const LayoutWord *word = &g_array_index(paint->text->words, LayoutWord, i);
        const PdfInk *ink = &g_array_index(paint->text->inks, PdfInk, i);
        g_assert(*word->text && g_utf8_validate(word->text, -1, NULL));
        g_assert(word->rect.x0 <= word->rect.x1 && word->rect.y0 <= word->rect.y1);
        g_assert(ink->first <= ink->last && ink->darkest <= ink->lightest);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = page_of(data, size);
    g_autoptr(PdfMap) map = pdf_map_new(bytes, NULL);
    g_assert(map);
    g_autoptr(PdfPaint) paint = pdf_paint_new(map, 1);
    g_assert((paint->odd == NULL) == (paint->text != NULL));
    for (guint i = 0; !paint->odd && i < paint->areas->len; i++) {
        const PdfArea *area = &g_array_index(paint->areas, PdfArea, i);
        g_assert(area->rect.x0 <= area->rect.x1 && area->rect.y0 <= area->rect.y1);
        g_assert(area->cover >= 0 && area->cover <= 1 && area->light >= -1 && area->light <= 1.001);
    }
    check_words(paint);
    return 0;
}
