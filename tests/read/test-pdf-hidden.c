/* Every way of hiding text that we know of, in PDFs written by hand: none of it may become content,
 * whichever step finds it; and pages that hide nothing need no drawing. */
#include "fixture.h"
#include "pdf-writer.h"

#include "stages/read/techniques/pdf/pdf-hidden.h"

static Warm *warm;

#define SEEN "BT /F1 12 Tf 1 0 0 1 40 250 Tm (seen words) Tj ET "
#define SECRET "BT /F1 12 Tf 1 0 0 1 40 150 Tm (secret order) Tj ET "

typedef struct {
    const char *name, *content, *page, *resources, *catalog;
    const char *objects[4]; /* from number 6 on */
} Case;

#define FORM(matrix, content)                                                                      \
    "<</Type/XObject/Subtype/Form/BBox[0 0 400 300]" matrix                                        \
    "/Resources<</Font<</F1 5 0 R>>>>/Length 1000>>stream\n" content "\nendstream"

static const Case hidden[] = {
    {"transparent", SEEN "q /G gs " SECRET "Q", "", "/ExtGState<</G<</ca 0>>>>", "", {0}},
    {"transparent, by an object",
     SEEN "q /G gs " SECRET "Q",
     "",
     "/ExtGState<</G 6 0 R>>",
     "",
     {"<</ca 0.0 /CA 0.0>>"}},
    {"clipping mode",
     SEEN "q BT /F1 12 Tf 7 Tr 1 0 0 1 40 150 Tm (secret order) Tj ET Q",
     "",
     "",
     "",
     {0}},
    {"mode of a string operator",
     SEEN "BT /F1 12 Tf 3 Tr 14 TL 1 0 0 1 40 150 Tm (secret order) ' ET",
     "",
     "",
     "",
     {0}},
    {"the colour of a box below", SEEN "1 0 0 rg 30 140 200 30 re f " SECRET, "", "", "", {0}},
    {"the colour of the upper of two boxes",
     SEEN "0 g 30 140 200 30 re f 1 g 30 140 200 30 re f " SECRET,
     "",
     "",
     "",
     {0}},
    {"a box drawn by lines",
     SEEN "0 0 1 rg 30 140 m 230 140 l 230 170 l 30 170 l h f " SECRET,
     "",
     "",
     "",
     {0}},
    {"the paper's colour through CMYK", SEEN "0 0 0 0 k " SECRET, "", "", "", {0}},
    {"below many thin boxes",
     SEEN SECRET "1 g 30 146 200 3 re f 30 148 200 3 re f 30 150 200 3 re f 30 152 200 3 re f "
                 "30 154 200 3 re f 30 156 200 3 re f 30 158 200 3 re f 30 160 200 3 re f",
     "",
     "",
     "",
     {0}},
    {"below a wide stroke", SEEN SECRET "1 G 24 w 30 154 m 300 154 l S", "", "", "", {0}},
    {"below a curve that is wide",
     SEEN SECRET "1 G 30 w 30 154 m 100 154 200 154 300 154 c S",
     "",
     "",
     "",
     {0}},
    {"below a form",
     SEEN SECRET "/X Do",
     "",
     "/XObject<</X 6 0 R>>",
     "",
     {FORM("", "1 g 30 140 200 30 re f")}},
    {"below a form that is moved",
     SEEN SECRET "/X Do",
     "",
     "/XObject<</X 6 0 R>>",
     "",
     {FORM("/Matrix[1 0 0 1 0 100]", "1 g 30 40 200 30 re f")}},
    {"in a form, invisible",
     SEEN "/X Do",
     "",
     "/XObject<</X 6 0 R>>",
     "",
     {FORM("", "3 Tr " SECRET)}},
    {"below an image",
     SEEN SECRET "q 200 0 0 30 30 140 cm /X Do Q",
     "",
     "/XObject<</X 6 0 R>>",
     "",
     {"<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
      "/Length 1>>stream\n\xff\nendstream"}},
    {"below an inline image",
     SEEN SECRET "q 200 0 0 30 30 140 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI Q",
     "",
     "",
     "",
     {0}},
    {"below a note",
     SEEN SECRET,
     "/Annots[6 0 R]",
     "",
     "",
     {"<</Type/Annot/Subtype/Square/Rect[30 140 230 170]/IC[1 1 1]/C[1 1 1]/F 4"
      "/AP<</N 7 0 R>>>>",
      "<</Type/XObject/Subtype/Form/BBox[0 0 200 30]/Length 24>>stream\n1 g 0 0 200 30 re f\n"
      "endstream"}},
    {"clipped by a rectangle", SEEN "q 0 0 20 20 re W n " SECRET "Q", "", "", "", {0}},
    {"clipped by a triangle",
     SEEN "q 30 140 m 400 130 l 400 0 l h W n " SECRET "Q",
     "",
     "",
     "",
     {0}},
    {"clipped by a form's box",
     SEEN "/X Do",
     "",
     "/XObject<</X 6 0 R>>",
     "",
     {"<</Type/XObject/Subtype/Form/BBox[0 0 20 20]/Resources<</Font<</F1 5 0 R>>>>"
      "/Length 1000>>stream\n" SECRET "\nendstream"}},
    {"off the crop box",
     SEEN "BT /F1 12 Tf 1 0 0 1 40 10 Tm (secret order) Tj ET",
     "/CropBox[0 50 400 300]",
     "",
     "",
     {0}},
    {"tiny by its matrix",
     SEEN "BT /F1 12 Tf .02 0 0 .02 40 150 Tm (secret order) Tj ET",
     "",
     "",
     "",
     {0}},
    {"flat", SEEN "BT /F1 12 Tf 0 Tz 1 0 0 1 40 150 Tm (secret order) Tj ET", "", "", "", {0}},
    {"after a long way back",
     SEEN "1 g 30 140 200 30 re f BT /F1 12 Tf 1 0 0 1 300 150 Tm [(.) 20000 (secret order)] TJ ET "
          "0 g 1 g 30 140 200 30 re f",
     "",
     "",
     "",
     {0}},
    {"a layer that is off",
     SEEN "/OC /L BDC " SECRET "EMC",
     "",
     "/Properties<</L 6 0 R>>",
     "/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>",
     {"<</Type/OCG/Name(x)>>"}},
    {"letters that paint nothing",
     SEEN "BT /F3 12 Tf 1 0 0 1 40 150 Tm (secret order) Tj ET",
     "",
     "/Font<</F1 5 0 R/F3 6 0 R>>",
     "",
     {"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 32"
      "/LastChar 32/Widths[1]/CharProcs<</a 7 0 R>>/Encoding<</Differences[97/a]>>>>",
      "<</Length 9>>stream\n1 0 d0   \nendstream"}},
    {"stroked over in the paper's colour",
     SEEN "BT /F1 12 Tf 2 Tr 1 G 20 w 1 0 0 1 40 150 Tm (secret order) Tj ET",
     "",
     "",
     "",
     {0}},
    {"a text that stands in for a blank",
     SEEN "/Span <</ActualText (secret)>> BDC BT /F1 12 Tf 1 0 0 1 40 150 Tm (      ) Tj ET EMC",
     "",
     "",
     "",
     {0}},
    {"the colour of a triangle below",
     SEEN "1 0 0 rg -300 120 m 700 120 l 200 400 l h f " SECRET,
     "",
     "",
     "",
     {0}},
    {"white beside a shape that is drawn twice around, which leaves it empty",
     SEEN "0 g 20 140 m 350 140 l 360 170 l 20 180 l 20 140 l 350 140 l 360 170 l 20 180 l h f* "
          "1 g " SECRET,
     "",
     "",
     "",
     {0}},
    {"in a form of a layer that is off",
     SEEN "/X Do",
     "",
     "/XObject<</X 6 0 R>>",
     "/OCProperties<</OCGs[7 0 R]/D<</OFF[7 0 R]>>>>",
     {FORM("/OC 7 0 R", SECRET), "<</Type/OCG/Name(x)>>"}},
    {"the paper through a default colour space",
     SEEN "0 g " SECRET,
     "",
     "/ColorSpace<</DefaultGray[/Indexed/DeviceGray 0 <ff>]>>",
     "",
     {0}},
    {"white of a calibrated space",
     SEEN "/C cs 1 1 1 sc " SECRET,
     "",
     "/ColorSpace<</C[/CalRGB<</WhitePoint[0.95 1 1.09]>>]>>",
     "",
     {0}},
};

/* With the true length of its stream. Caller frees. */
static char *with_length(const char *object)
{
    const char *begin = strstr(object, "stream\n"), *end = g_strrstr(object, "\nendstream");
    const char *length = strstr(object, "/Length ");
    if (!begin || !end || !length)
        return g_strdup(object);
    return g_strdup_printf("%.*s/Length %d>>%s", (int)(length - object), object,
                           (int)(end - begin - 7), begin);
}

static GBytes *write_case(const Case *c)
{
    g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < G_N_ELEMENTS(c->objects) && c->objects[i]; i++)
        g_ptr_array_add(objects, with_length(c->objects[i]));
    return pdf_of_page(c->content, c->page, c->resources, c->catalog,
                       (const char *const *)objects->pdata, objects->len);
}

static void test_hidden(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(hidden); i++) {
        g_autoptr(GBytes) bytes = write_case(&hidden[i]);
        g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
        g_autofree char *text = reading_to_text(r);
        g_test_message("%s: %s", hidden[i].name, text);
        g_assert_null(strstr(text, "secret"));
    }
}

/* TRUE when a word with these letters is proved to be seen without drawing it. */
static gboolean is_proved(GBytes *bytes, const char *letters)
{
    g_autoptr(PdfMap) map = pdf_map_new(bytes, NULL);
    g_autoptr(PdfPaint) paint = map ? pdf_paint_new(map, 1) : NULL;
    gboolean proved = FALSE;
    if (!paint || paint->odd)
        return FALSE;
    pdf_hidden_prove(paint);
    for (guint i = 0; i < paint->text->words->len; i++)
        proved |= strstr(g_array_index(paint->text->words, LayoutWord, i).text, letters) &&
                  g_array_index(paint->text->inks, PdfInk, i).sight == PDF_SEEN;
    return proved;
}

#define CALIBRATED(kind, dict) "/ColorSpace<</C[/" kind "<</WhitePoint[0.95 1 1.09]" dict ">>]>>"

/* What shows in some viewers and not in others: drawing decides. */
static const Case doubtful[] = {
    {"a dark colour that a gamma makes light",
     "/C cs 0.4 0.4 0.4 sc " SECRET,
     "",
     CALIBRATED("CalRGB", "/Gamma[0.1 0.1 0.1]"),
     "",
     {0}},
    {"nothing to the power of 0",
     "/C cs 0 0 0 sc " SECRET,
     "",
     CALIBRATED("CalRGB", "/Gamma[0 0 0]"),
     "",
     {0}},
    {"nothing to the power of 0, grey",
     "/C cs 0 sc " SECRET,
     "",
     CALIBRATED("CalGray", "/Gamma 0"),
     "",
     {0}},
    {"a space that may be passed over, without a white point",
     "/DeviceCMYK cs /C cs 0 0 0 sc " SECRET,
     "",
     "/ColorSpace<</C[/CalRGB<<>>]>>",
     "",
     {0}},
    {"a space that may be passed over, with half a matrix",
     "/DeviceCMYK cs /C cs 0 0 0 sc " SECRET,
     "",
     CALIBRATED("CalRGB", "/Matrix[1 0 0]"),
     "",
     {0}},
    {"a black point that is white",
     "/C cs 0 0 0 sc " SECRET,
     "",
     CALIBRATED("CalRGB", "/BlackPoint[0.95 1 1.09]"),
     "",
     {0}},
    {"black on a box of a calibrated colour",
     "/C cs 0.9 0.9 0.9 sc 30 140 200 30 re f 0 0 0 sc " SECRET,
     "",
     CALIBRATED("CalRGB", ""),
     "",
     {0}},
};

static void test_doubtful(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(doubtful); i++) {
        g_autoptr(GBytes) bytes = write_case(&doubtful[i]);
        g_test_message("%s", doubtful[i].name);
        g_assert_false(is_proved(bytes, "secret"));
    }
}

static void test_never_proved(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(hidden); i++) {
        g_autoptr(GBytes) bytes = write_case(&hidden[i]);
        g_test_message("%s", hidden[i].name);
        g_assert_false(is_proved(bytes, "secret"));
    }
}

static const Case plain[] = {
    {"text", SEEN, "", "", "", {0}},
    {"white on black", "30 240 200 30 re f 1 g " SEEN, "", "", "", {0}},
    {"white on black on white",
     "1 g 0 0 400 300 re f 0 g 30 240 200 30 re f 1 g " SEEN,
     "",
     "",
     "",
     {0}},
    {"a shaded row", "0.9 g 30 240 200 30 re f 0 g " SEEN, "", "", "", {0}},
    {"rules", SEEN "30 248 200 0.5 re f 0.5 w 30 200 m 300 200 l S", "", "", "", {0}},
    {"a box around", SEEN "30 240 200 30 re S", "", "", "", {0}},
    {"turned", SEEN, "/Rotate 90", "", "", {0}},
    {"inside a clip", "q 30 240 200 40 re W n " SEEN "Q", "", "", "", {0}},
    {"white on a triangle",
     "0 g 0 150 m 400 150 l 200 300 l h f 1 g BT /F1 12 Tf 1 0 0 1 150 200 Tm "
     "(seen) Tj ET",
     "",
     "",
     "",
     {0}},
    {"white in a circle",
     "0 g 220 200 m 220 230 190 250 170 250 c 140 250 120 230 120 200 c 120 170 140 150 170 150 c "
     "190 150 220 170 220 200 c f 1 g BT /F1 12 Tf 1 0 0 1 155 200 Tm (seen) Tj ET",
     "",
     "",
     "",
     {0}},
    {"in a form", "/X Do", "", "/XObject<</X 6 0 R>>", "", {FORM("", SEEN)}},
    {"black of a calibrated space",
     "/C cs 0 0 0 sc " SEEN,
     "",
     CALIBRATED("CalRGB", "/Gamma[1.8 1.8 1.8]/BlackPoint[0 0 0]/Matrix[1 0 0 0 1 0 0 0 1]"),
     "",
     {0}},
    {"black of a calibrated grey", "/C cs 0 sc " SEEN, "", CALIBRATED("CalGray", ""), "", {0}},
    {"two runs of one word", "BT /F1 12 Tf 1 0 0 1 40 250 Tm (se) Tj (en) Tj ET", "", "", "", {0}},
};

static void test_proved(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(plain); i++) {
        g_autoptr(GBytes) bytes = write_case(&plain[i]);
        g_test_message("%s", plain[i].name);
        g_assert_true(is_proved(bytes, "se"));
        g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
        fixture_has(r, "seen");
    }
}

/* Each cut and many changed bytes: an answer, and never a crash. */
static void test_damaged(void)
{
    g_autoptr(GBytes) whole = write_case(&hidden[10]);
    gsize size;
    const guint8 *data = g_bytes_get_data(whole, &size);
    for (gsize i = 9; i < size; i += 13) {
        g_autofree guint8 *copy = g_memdup2(data, size);
        copy[i] ^= (guint8)(1 << (i % 8));
        g_autoptr(GBytes) bytes = g_bytes_new(copy, i % 3 ? size : i);
        g_autoptr(GError) error = NULL;
        TechniqueInput input = fixture_input(bytes, "application/pdf", warm);
        input.flags = WIRE_OCR_NEVER;
        g_autoptr(Reading) r = fixture_find("application/pdf")->read(&input, &error);
        g_assert_true((r == NULL) == (error != NULL));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    libraries_silence();
    warm = warm_new("eng", NULL);
    g_test_add_func("/pdf-hidden/hidden", test_hidden);
    g_test_add_func("/pdf-hidden/never-proved", test_never_proved);
    g_test_add_func("/pdf-hidden/doubtful", test_doubtful);
    g_test_add_func("/pdf-hidden/proved", test_proved);
    g_test_add_func("/pdf-hidden/damaged", test_damaged);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
