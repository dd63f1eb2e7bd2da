/* Any text as the parts of office documents, and any bytes as their archive: a reading whose rules hold, or
 * an error. The first byte says which; a number format is "n" and the code. */
#include "stages/read/techniques/office/number-format.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/technique.h"
#include "tests/read/office-maker.h"

#define MOST 200000 /* bytes; what the archive's buffer has room for, several times over */
#define OOX "application/vnd.openxmlformats-officedocument."
#define ODF "application/vnd.oasis.opendocument."

static int read_zip(const char *media_type, GBytes *zip)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(zip, &length);
    return fuzz_technique(media_type, bytes, length);
}

static GBytes *docx(const char *text)
{
    g_autofree char *links =
        office_relations("a", "styles", "styles.xml", "b", "numbering", "numbering.xml", "c",
                         "footnotes", "notes.xml", "d", "chart", "chart.xml", NULL);
    return office_zip("word/document.xml", text, "word/_rels/document.xml.rels", links,
                      "word/styles.xml", text, "word/numbering.xml", text, "word/notes.xml", text,
                      "word/chart.xml", text, NULL);
}

static GBytes *xlsx(const char *text)
{
    g_autofree char *links =
        office_relations("r1", "worksheet", "sheet1.xml", "r2", "sharedStrings", "strings.xml",
                         "r3", "styles", "styles.xml", NULL);
    g_autofree char *around =
        office_relations("r1", "comments", "comments.xml", "r2", "drawing", "comments.xml", NULL);
    return office_zip("xl/workbook.xml",
                      "<workbook" S_SPACE R_SPACE "><sheets><sheet name='S' r:id='r1'/></sheets>"
                      "</workbook>",
                      "xl/_rels/workbook.xml.rels", links, "xl/_rels/sheet1.xml.rels", around,
                      "xl/sheet1.xml", text, "xl/strings.xml", text, "xl/styles.xml", text,
                      "xl/comments.xml", text, NULL);
}

static GBytes *pptx(const char *text)
{
    g_autofree char *links = office_relations("r1", "slide", "slide1.xml", NULL);
    g_autofree char *around =
        office_relations("r1", "notesSlide", "notes.xml", "r2", "slideLayout", "notes.xml", NULL);
    return office_zip("ppt/presentation.xml",
                      "<p:presentation" P_SPACE R_SPACE "><p:sldIdLst><p:sldId r:id='r1'/>"
                      "</p:sldIdLst><p:sldSz cx='900' cy='600'/></p:presentation>",
                      "ppt/_rels/presentation.xml.rels", links, "ppt/_rels/slide1.xml.rels", around,
                      "ppt/slide1.xml", text, "ppt/notes.xml", text, NULL);
}

static GBytes *epub(const char *text)
{
    return office_zip("META-INF/container.xml",
                      "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'>"
                      "<rootfiles><rootfile full-path='b.opf'/></rootfiles></container>",
                      "b.opf", text, "a.xhtml", text, NULL);
}

static int number(const char *text)
{
    static const double values[] = {0, 1, -1, 0.5, 45292.75, 1e9, -1e300, 2958466};
    g_autofree char *code = g_utf8_make_valid(text, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *shown = number_format(values[i], code, i % 2 == 1);
        g_assert(g_utf8_validate(shown, -1, NULL));
    }
    number_format_hides_text(code);
    return 0;
}

static int as_parts(char format, const char *text)
{
    g_autoptr(GBytes) zip = format == 'd'   ? docx(text)
                            : format == 'x' ? xlsx(text)
                            : format == 'p' ? pptx(text)
                            : format == 'e'
                                ? epub(text)
                                : office_zip("content.xml", text, "styles.xml", text, NULL);
    return read_zip(format == 'd'   ? OOX "wordprocessingml.document"
                    : format == 'x' ? OOX "spreadsheetml.sheet"
                    : format == 'p' ? OOX "presentationml.presentation"
                    : format == 'e' ? "application/epub+zip"
                                    : ODF "text",
                    zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > MOST)
        return 0;
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    switch (data[0]) {
    case 'n':
        return number(text);
    case 'd':
    case 'x':
    case 'p':
    case 'e':
    case 'o':
        return as_parts((char)data[0], text);
    default: /* the archive itself; its first byte is "P" */
        fuzz_technique(OOX "wordprocessingml.document", data, size);
        fuzz_technique(OOX "spreadsheetml.sheet", data, size);
        fuzz_technique("application/epub+zip", data, size);
        return fuzz_technique(ODF "text", data, size);
    }
}
