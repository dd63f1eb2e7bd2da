/* Text whose letters are embedded glyphs without ink: a page with it must be drawn, and the text be
 * left out; the same page with the font as it was needs no drawing. */
#include "fixture.h"
#include "pdf-writer.h"

#include "stages/read/techniques/pdf/pdf-cmap.h"
#include "stages/read/techniques/pdf/pdf-file.h"
#include "stages/read/techniques/pdf/pdf-hidden.h"
#include "stages/read/techniques/pdf/pdf-layer.h"
#include "stages/read/techniques/pdf/pdf-lex.h"

#define DEJAVU "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
#define FIRST_LETTER 29 /* DejaVu's glyphs are in the order of ASCII, so many below it */

static Warm *warm;

static guint32 big32(const guint8 *p)
{
    return (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3];
}

/* A table of a TrueType font; NULL when there is none. */
static guint8 *find_table(guint8 *font, const char *tag)
{
    guint n = (guint)(font[4] << 8 | font[5]);
    for (guint i = 0; i < n; i++)
        if (memcmp(font + 12 + 16 * i, tag, 4) == 0)
            return font + big32(font + 12 + 16 * i + 8);
    return NULL;
}

/* DejaVu Sans in which the glyphs of these letters have no outline. Caller unrefs; NULL without it. */
static GBytes *font_without(const char *letters)
{
    char *data;
    gsize size;
    if (!g_file_get_contents(DEJAVU, &data, &size, NULL))
        return NULL;
    guint8 *places = find_table((guint8 *)data, "loca");
    g_assert_nonnull(places);
    for (int c = 'z'; c >= 'A'; c--) { /* from the end: a place is the end of the glyph before */
        gsize glyph = (gsize)(c - FIRST_LETTER);
        if (!strchr(letters, c))
            continue;
        memcpy(places + 4 * glyph, places + 4 * (glyph + 1), 4); /* it ends where it begins */
    }
    return g_bytes_new_take(data, size);
}

/* Codes are glyphs. `range` is a line of the ToUnicode map. */
static GBytes *page_by_glyphs(const char *text, const char *ranges, GBytes *font)
{
    g_autoptr(GString) content = g_string_new("BT /F3 12 Tf 1 0 0 1 40 150 Tm <");
    for (const char *c = text; *c; c++)
        g_string_append_printf(content, "%04x", (guint)(*c - FIRST_LETTER));
    g_string_append(content, "> Tj ET");
    g_autofree char *map = g_strdup_printf("1 begincodespacerange <0000> <ffff> endcodespacerange "
                                           "1 beginbfrange %s endbfrange",
                                           ranges);
    g_autofree char *to_unicode = pdf_stream("", map);
    const char *objects[] = {
        "<</Type/Font/Subtype/Type0/BaseFont/DejaVuSans/Encoding/Identity-H"
        "/DescendantFonts[7 0 R]/ToUnicode 9 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/DejaVuSans/CIDToGIDMap/Identity/DW 600"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        "/FontDescriptor 8 0 R>>",
        "<</Type/FontDescriptor/FontName/DejaVuSans/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
        "/Ascent 900/Descent -200/CapHeight 700/StemV 80/FontFile2 10 0 R>>",
        to_unicode};
    return pdf_of_page_with(content->str, "", "/Font<</F1 5 0 R/F3 6 0 R>>", "", objects,
                            G_N_ELEMENTS(objects), font);
}

static GBytes *page_by_names(const char *text, const char *encoding, GBytes *font)
{
    g_autofree char *content = g_strdup_printf("BT /F3 12 Tf 1 0 0 1 40 150 Tm (%s) Tj ET", text);
    g_autofree char *dict =
        g_strdup_printf("<</Type/Font/Subtype/TrueType/BaseFont/DejaVuSans/FirstChar 32/LastChar 33"
                        "/Widths[320 600]/Encoding %s/FontDescriptor 7 0 R>>",
                        encoding);
    const char *objects[] = {
        dict, "<</Type/FontDescriptor/FontName/DejaVuSans/Flags 32/FontBBox[0 -200 1000 900]"
              "/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80/MissingWidth 600"
              "/FontFile2 8 0 R>>"};
    return pdf_of_page_with(content, "", "/Font<</F1 5 0 R/F3 6 0 R>>", "", objects,
                            G_N_ELEMENTS(objects), font);
}

/* TRUE when every word of the page is proved to be seen without drawing it. Poppler reads `word` in any case. */
static gboolean is_proved(GBytes *bytes, const char *word)
{
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, "application/pdf", warm);
    g_autoptr(PdfFile) file = pdf_file_open(&input, &error);
    g_assert_no_error(error);
    g_assert_nonnull(file->map);
    g_autoptr(GObject) page = G_OBJECT(pdf_file_page(file, 1));
    g_autoptr(PdfText) layer = pdf_layer_read(POPPLER_PAGE(page), 1);
    g_autoptr(PdfPaint) paint = pdf_paint_new(file->map, 1);
    g_assert_cmpuint(layer->words->len, >, 0);
    g_assert_cmpstr(g_array_index(layer->words, LayoutWord, 0).text, ==, word);
    return !paint->odd && paint->text->words->len > 0 && pdf_hidden_prove(paint);
}

static gboolean is_read(GBytes *bytes, const char *word)
{
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
    g_autofree char *text = reading_to_text(r);
    return strstr(text, word) != NULL;
}

static void check(GBytes *bytes, const char *word, gboolean seen)
{
    g_assert_cmpint(is_proved(bytes, word), ==, seen);
    g_assert_cmpint(is_read(bytes, word), ==, seen);
}

#define ASCII_RANGE "<0003> <0061> <0020>"

static void test_glyphs(void)
{
    g_autoptr(GBytes) whole = font_without(""), empty = font_without("secret");
    if (!whole) {
        g_test_skip("no DejaVu Sans");
        return;
    }
    g_autoptr(GBytes) plain = page_by_glyphs("secret order", ASCII_RANGE, whole);
    g_autoptr(GBytes) hidden = page_by_glyphs("secret order", ASCII_RANGE, empty);
    check(plain, "secret", TRUE);
    check(hidden, "secret", FALSE);
}

/* The space of a sound font, which stands for words in the text layer. */
static void test_space(void)
{
    g_autoptr(GBytes) whole = font_without("");
    if (!whole) {
        g_test_skip("no DejaVu Sans");
        return;
    }
    g_autoptr(GBytes) one = page_by_glyphs("  ", "<0003> <0003> <007300650063007200650074>", whole);
    check(one, "secretsecret", FALSE);
    g_autoptr(GBytes) listed = page_by_glyphs(" ", "<0003> <0004> [<0073> <0020>]", whole);
    check(listed, "s", FALSE);
}

static void test_names(void)
{
    g_autoptr(GBytes) whole = font_without(""), empty = font_without("secret");
    if (!whole) {
        g_test_skip("no DejaVu Sans");
        return;
    }
    g_autoptr(GBytes) plain = page_by_names("secret order", "/WinAnsiEncoding", whole);
    g_autoptr(GBytes) hidden = page_by_names("secret order", "/WinAnsiEncoding", empty);
    check(plain, "secret", TRUE);
    check(hidden, "secret", FALSE);
    g_autoptr(GBytes) renamed = page_by_names("AB", "<</Differences[65/s/e]>>", empty);
    check(renamed, "se", FALSE);
}

/* A font file that is cut or changed anywhere gives an answer, too. */
static void test_damaged(void)
{
    g_autoptr(GBytes) whole = font_without("");
    if (!whole) {
        g_test_skip("no DejaVu Sans");
        return;
    }
    gsize size;
    const guint8 *data = g_bytes_get_data(whole, &size);
    for (gsize i = 1; i < 40; i++) {
        g_autofree guint8 *copy = g_memdup2(data, size);
        for (gsize at = i; at < size; at += 997 * i)
            copy[at] ^= (guint8)(1 << i % 8);
        g_autoptr(GBytes) font = g_bytes_new(copy, i % 2 ? size : size / i);
        g_autoptr(GBytes) page = page_by_glyphs("secret order", ASCII_RANGE, font);
        is_proved(page, "secret");
    }
}

static gboolean is_space(const char *sections, guint code)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(sections, strlen(sections));
    PdfCMap *map = pdf_cmap_new(bytes);
    gunichar text[PDF_CODE_TEXT];
    guint n = 0;
    PdfCMapAnswer answer = map ? pdf_cmap_text(map, code, text, &n) : PDF_CMAP_ODD;
    pdf_cmap_free(map);
    return answer == PDF_CMAP_NOTHING ||
           (answer == PDF_CMAP_TEXT && n == 1 && g_unichar_isspace(text[0]));
}

static void test_cmap(void)
{
    g_assert_true(is_space("1 beginbfchar <03> <0020> endbfchar", 3));
    g_assert_true(is_space("1 beginbfchar <0003> <00a0> endbfchar", 3));
    g_assert_true(is_space("% nothing", 3));
    g_assert_false(is_space("1 beginbfchar <03> <0041> endbfchar", 3));
    g_assert_false(is_space("1 beginbfchar <03> <0020> <03> <0041> endbfchar", 3));
    g_assert_false(is_space("1 beginbfrange <02> <04> <0020> endbfrange", 3));
    g_assert_false(is_space("1 beginbfrange <02> <03> [<0020> <0041>] endbfrange", 3));
    g_assert_false(is_space("/Other usecmap", 3));
    g_assert_false(is_space("1 beginbfchar (a) <0020> endbfchar", 3));
    g_assert_false(is_space("1 beginbfchar <03> <0020>", 3));
    g_assert_false(is_space("1 beginbfchar <03> endbfchar", 3));
}

static void assert_bytes(const char *written, const char *expected)
{
    g_autoptr(GByteArray) scratch = g_byte_array_new();
    PdfLex lex = {written, written + strlen(written)};
    PdfToken token = pdf_lex_next(&lex);
    gsize length;
    g_assert_cmpint(token.kind, ==, PDF_STRING);
    const guint8 *bytes = pdf_lex_bytes(&token, scratch, &length);
    g_assert_cmpmem(bytes, length, expected, strlen(expected));
}

static void test_strings(void)
{
    assert_bytes("(plain)", "plain");
    assert_bytes("(a\\(b\\)\\\\c)", "a(b)\\c");
    assert_bytes("(\\101\\62\\0533)", "A2+3");
    assert_bytes("(a\\\r\nb\rc\r\nd)", "ab\nc\nd");
    assert_bytes("(\\q\\n)", "q\n");
    assert_bytes("<41 4>", "A@");
}

static gboolean has_lost_note(const char *content)
{
    g_autoptr(GBytes) bytes = pdf_of_page(content, "", "", "", NULL, 0);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
    g_autofree char *json = reading_to_json(r);
    return strstr(json, "lacks 1 ligature") != NULL;
}

/* Poppler drops a text that stands in for letters when its end has no font. */
static void test_lost(void)
{
    g_assert_true(has_lost_note("/Span <</ActualText (ti)>> BDC q BT /F1 12 Tf 1 0 0 1 40 150 Tm "
                                "(x) Tj ET Q EMC BT /F1 12 Tf 1 0 0 1 40 250 Tm (me) Tj ET"));
    g_assert_false(has_lost_note("BT /F1 12 Tf 1 0 0 1 40 150 Tm /Span <</ActualText (ti)>> BDC "
                                 "(x) Tj EMC (me) Tj ET"));
    g_assert_false(has_lost_note("/Span <</Lang (de)>> BDC q BT /F1 12 Tf 1 0 0 1 40 150 Tm (x) Tj "
                                 "ET Q EMC"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    libraries_silence();
    warm = warm_new("eng", NULL);
    g_test_add_func("/pdf-font/glyphs", test_glyphs);
    g_test_add_func("/pdf-font/space", test_space);
    g_test_add_func("/pdf-font/names", test_names);
    g_test_add_func("/pdf-font/damaged", test_damaged);
    g_test_add_func("/pdf-font/cmap", test_cmap);
    g_test_add_func("/pdf-font/strings", test_strings);
    g_test_add_func("/pdf-font/lost", test_lost);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
