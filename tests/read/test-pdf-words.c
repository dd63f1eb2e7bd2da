/* The words that the content of a PDF page says, in PDFs written by hand: each is read without Poppler, and
 * Poppler reads the same unless the case says why not. */
#include "fixture.h"
#include "pdf-writer.h"

#include "stages/read/techniques/libraries.h"
#include "stages/read/techniques/pdf/pdf-layer.h"
#include "stages/read/techniques/pdf/pdf-paint.h"
#include "stages/read/techniques/pdf/pdf-picture.h"
#include "stages/read/techniques/pdf/pdf-standard.h"
#include "stages/read/techniques/pdf/pdf-unicode.h"
#include "stages/read/techniques/pdf/pdf-widths.h"

#include <math.h>

typedef struct {
    const char *name, *content, *words;
    gboolean otherwise; /* Poppler reads it in another way */
    const char *font;   /* instead of Helvetica; NULL: none */
} Case;

#define AT "1 0 0 1 40 150 Tm "
#define TEXT(shown) "BT /F1 10 Tf " AT shown " ET"
#define FONT(encoding)                                                                             \
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[" encoding \
    "]>>>>"

static const Case cases[] = {
    {"a line", TEXT("(two words) Tj"), "two words", FALSE, NULL},
    {"kerning", TEXT("[(k) 40 (ern) -30 (ed)] TJ"), "kerned", FALSE, NULL},
    {"a gap for a space", TEXT("[(two) -300 (words)] TJ"), "two words", FALSE, NULL},
    {"a space that is taken back", TEXT("[(one ) 278 (word)] TJ"), "oneword", FALSE, NULL},
    {"spaces between letters", TEXT("2.5 Tc (spaced) Tj"), "spaced", FALSE, NULL},
    {"word spacing", TEXT("6 Tw (a b) Tj 0 Tw"), "a b", FALSE, NULL},
    {"shown in parts", TEXT("(pa) Tj (rts) Tj"), "parts", FALSE, NULL},
    {"moved parts", TEXT("(pa) Tj 11.12 0 Td (rts) Tj"), "parts", FALSE, NULL},
    {"lines", TEXT("12 TL (one) Tj T* (two) Tj (three) '"), "one two three", FALSE, NULL},
    {"a number above", TEXT("(note) Tj 5 Ts /F1 6 Tf (1) Tj"), "note1", FALSE, NULL},
    {"small capitals", TEXT("(S) Tj /F1 8 Tf (MALL) Tj"), "SMALL", FALSE, NULL},
    {"a fake bold face", "BT /F1 10 Tf " AT "(bold) Tj 1 0 0 1 40.3 150 Tm (bold) Tj ET", "bold",
     FALSE, NULL},
    {"letters that are doubled one by one",
     "BT /F1 10 Tf " AT "(d) Tj 1 0 0 1 40.2 150 Tm (d) Tj 1 0 0 1 45.56 150 Tm (o) Tj "
     "1 0 0 1 45.76 150 Tm (o) Tj ET",
     "do", FALSE, NULL},
    {"upwards", "BT /F1 10 Tf 0 1 -1 0 40 150 Tm (up there) Tj ET", "up there", FALSE, NULL},
    {"downwards", "BT /F1 10 Tf 0 -1 1 0 40 150 Tm (down there) Tj ET", "down there", FALSE, NULL},
    {"on its head", "BT /F1 10 Tf -1 0 0 -1 90 150 Tm (on head) Tj ET", "on head", FALSE, NULL},
    {"stretched", TEXT("50 Tz (thin words) Tj"), "thin words", FALSE, NULL},
    {"off the page", TEXT("(here) Tj") " BT /F1 10 Tf 1 0 0 1 40 -50 Tm (there) Tj ET", "here",
     FALSE, NULL},
    {"an encoding of its own", TEXT("(a\\001) Tj"), "a\xe2\x82\xac", FALSE, FONT("1/Euro")},
    {"an accent before its letter",
     TEXT("(Oslo) Tj 1 0 0 1 80 150 Tm (\\001) Tj 1 0 0 1 79.2 150 Tm (sa) Tj"),
     "Oslo \xc5\xa1"
     "a",
     TRUE, /* it leaves the accent a character of its own */
     FONT("1/caron")},
    {"a text that says the same", "/Span <</ActualText (same)>> BDC " TEXT("(same) Tj") " EMC",
     "same", FALSE, NULL},
    {"a dash for a dash",
     "BT /F1 10 Tf " AT "(co) Tj /Span <</ActualText <FEFF002D>>> BDC (-) Tj EMC (op) Tj ET",
     "co-op", FALSE, NULL},
};

static GBytes *write_case(const Case *c)
{
    return pdf_of_page(c->content, "", c->font ? "/Font<</F1 6 0 R>>" : "", "",
                       c->font ? &c->font : NULL, c->font ? 1 : 0);
}

static char *words_of(const PdfText *text)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < text->words->len; i++)
        g_string_append_printf(all, "%s%s", i ? " " : "",
                               g_array_index(text->words, LayoutWord, i).text);
    return g_string_free(all, FALSE);
}

static PdfText *layer_of(GBytes *bytes)
{
    g_autoptr(PopplerDocument) document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_autoptr(PopplerPage) page = poppler_document_get_page(document, 0);
    return pdf_layer_read(page, 1);
}

/* Both ways see the words in the same places. */
static void compare_places(const PdfText *text, const PdfText *layer)
{
    g_assert_cmpuint(text->words->len, ==, layer->words->len);
    for (guint i = 0; i < text->words->len; i++) {
        Rect a = g_array_index(text->words, LayoutWord, i).rect;
        Rect b = g_array_index(layer->words, LayoutWord, i).rect;
        g_assert_cmpfloat_with_epsilon(a.x0, b.x0, 0.5);
        g_assert_cmpfloat_with_epsilon(a.x1, b.x1, 0.5);
        g_assert_cmpfloat_with_epsilon(a.y0, b.y0, 0.5);
        g_assert_cmpfloat_with_epsilon(a.y1, b.y1, 0.5);
    }
}

static void test_words(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        g_autoptr(GBytes) bytes = write_case(c);
        g_autoptr(PdfMap) map = pdf_map_new(bytes, NULL);
        g_assert_nonnull(map);
        g_autoptr(PdfPaint) paint = pdf_paint_new(map, 1);
        g_test_message("%s: %s", c->name, paint->odd ? paint->odd : "read");
        g_assert_null(paint->odd);
        g_autofree char *words = words_of(paint->text);
        g_assert_cmpstr(words, ==, c->words);
        g_autoptr(PdfText) layer = layer_of(bytes);
        g_autofree char *theirs = words_of(layer);
        g_test_message("Poppler: %s", theirs);
        g_assert_cmpint(strcmp(words, theirs) != 0, ==, c->otherwise);
        if (!c->otherwise)
            compare_places(paint->text, layer);
    }
}

/* What is not followed is Poppler's. */
static const struct {
    const char *name, *content;
} odd[] = {
    {"right to left", TEXT("(\\001) Tj")},
    {"mirrored", "BT /F1 10 Tf -1 0 0 1 90 150 Tm (mirror) Tj ET"},
    {"aslant", "BT /F1 10 Tf .7 .7 -.7 .7 90 150 Tm (slanted) Tj ET"},
    {"other words stand in", "/Span <</ActualText (other)>> BDC " TEXT("(same) Tj") " EMC"},
    {"words for a blank", "/Span <</ActualText (words)>> BDC " TEXT("( ) Tj") " EMC"},
    {"a text that does not end", "/Span <</ActualText (same)>> BDC " TEXT("(same) Tj")},
    {"two strings for one", TEXT("(one) (two) Tj")},
    {"a string in an array for a string", TEXT("[(one)] Tj")},
};

static void test_odd(void)
{
    static const char *const fonts[] = {FONT("1/uni05D0")};
    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(GBytes) bytes =
            pdf_of_page(odd[i].content, "", "/Font<</F1 6 0 R>>", "", fonts, 1);
        g_autoptr(PdfMap) map = pdf_map_new(bytes, NULL);
        g_autoptr(PdfPaint) paint = pdf_paint_new(map, 1);
        g_test_message("%s: %s", odd[i].name, paint->odd);
        g_assert_nonnull(paint->odd);
        g_assert_null(paint->text);
    }
}

/* A soft hyphen as wide as a hyphen was drawn; one without width is a place to break at. */
static void test_soft_hyphen(void)
{
    static const gunichar letters[] = {'W', 0xad, '4'};
    for (int drawn = 0; drawn < 2; drawn++) {
        g_autoptr(PdfText) text = pdf_text_new();
        Rect place = {0, 0, 6, 10};
        pdf_text_begin_word(text, place);
        for (guint i = 0; i < G_N_ELEMENTS(letters); i++) {
            double width = letters[i] != 0xad || drawn ? 3.3 : 0;
            place.x0 = place.x1;
            place.x1 += width;
            pdf_text_add_character(text, letters[i], place);
        }
        pdf_text_end_word(text);
        g_assert_cmpstr(g_array_index(text->words, LayoutWord, 0).text, ==, drawn ? "W-4" : "W4");
    }
}

static void check_name(const char *name, const char *expected)
{
    gunichar text[PDF_CODE_TEXT];
    guint n = pdf_unicode_of_name(name, text);
    g_autofree char *found = g_ucs4_to_utf8(text, n, NULL, NULL, NULL);
    g_assert_cmpstr(found, ==, expected);
}

static void test_names(void)
{
    check_name("A", "A");
    check_name("a.swash", "a");
    check_name("f_f_i", "ffi");
    check_name("uni0041", "A");
    check_name("uni00410042", "AB");
    check_name("u1F600", "\xf0\x9f\x98\x80");
    check_name("prime", "\xe2\x80\xb2");
    check_name("uni004", "");
    check_name("uniD800", "");
    check_name("u110000", "");
    check_name("a_b_c_d_e", "");
    check_name("a_", "a");
    check_name(".notdef", "");
    check_name("g23", "");
}

static gboolean has_width(const char *list, gboolean composite, guint code, double width)
{
    g_autoptr(GArray) widths = g_array_new(FALSE, FALSE, sizeof(PdfWidth));
    return pdf_widths_parse(list, composite, 32, widths) &&
           fabs(pdf_widths_of(widths, code, -1) - width) < 1e-9;
}

static void test_widths(void)
{
    g_assert_true(has_width("[ 250 333.5 ]", FALSE, 33, 333.5));
    g_assert_true(has_width("[ 250 ]", FALSE, 40, -1));
    g_assert_true(has_width("[ 3 [ 500 600 ] 10 12 700 ]", TRUE, 4, 600));
    g_assert_true(has_width("[ 3 [ 500 600 ] 10 12 700 ]", TRUE, 12, 700));
    g_assert_true(has_width("[ 3 [ 500 600 ] 10 12 700 ]", TRUE, 13, -1));
    g_assert_false(has_width("[ 250 -3 ]", FALSE, 32, 250));
    g_assert_false(has_width("[ 250 6 0 R ]", FALSE, 32, 250));
    g_assert_false(has_width("[ 250", FALSE, 32, 250));
    g_assert_false(has_width("[ 12 10 700 ]", TRUE, 11, 700));
    g_assert_false(has_width("[ 3 4 ]", TRUE, 3, 4));
    g_assert_false(has_width("[ [ 3 ] ]", TRUE, 0, 3));
}

static void test_standard(void)
{
    double ascent, descent;
    g_assert_cmpint(pdf_standard_width("Helvetica", "A"), ==, 667);
    g_assert_cmpint(pdf_standard_width("Arial,Bold", "A"), ==, 722);
    g_assert_cmpint(pdf_standard_width("TimesNewRomanPS-BoldItalicMT", "a"), ==, 500);
    g_assert_cmpint(pdf_standard_width("Courier-Oblique", "anything"), ==, 600);
    g_assert_cmpint(pdf_standard_width("Helvetica-Narrow", "A"), ==, -1);
    g_assert_cmpint(pdf_standard_width("Arial", "nothing"), ==, -1);
    g_assert_true(pdf_standard_height("Times-Roman", &ascent, &descent) && ascent > 0 &&
                  descent < 0);
    g_assert_false(pdf_standard_height("Palatino", &ascent, &descent));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    libraries_silence();
    g_test_add_func("/pdf-words/soft-hyphen", test_soft_hyphen);
    g_test_add_func("/pdf-words/words", test_words);
    g_test_add_func("/pdf-words/odd", test_odd);
    g_test_add_func("/pdf-words/names", test_names);
    g_test_add_func("/pdf-words/widths", test_widths);
    g_test_add_func("/pdf-words/standard", test_standard);
    return g_test_run();
}
