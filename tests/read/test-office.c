/* Presentations, OpenDocument files and books. */
#include "office-maker.h"

#define PPTX "application/vnd.openxmlformats-officedocument.presentationml.presentation"
#define ODT "application/vnd.oasis.opendocument.text"
#define ODS "application/vnd.oasis.opendocument.spreadsheet"
#define ODP "application/vnd.oasis.opendocument.presentation"
#define EPUB "application/epub+zip"

/* ---- PPTX ---- */

#define SLIDE(attributes, shapes)                                                                  \
    "<p:sld" P_SPACE A_SPACE R_SPACE attributes "><p:cSld><p:spTree>" shapes                       \
    "</p:spTree></p:cSld></p:sld>"
#define SHAPE(type, paragraphs)                                                                    \
    "<p:sp><p:nvSpPr><p:cNvPr id='1' name='n'/><p:nvPr>" type "</p:nvPr></p:nvSpPr><p:spPr/>"      \
    "<p:txBody><a:lstStyle/>" paragraphs "</p:txBody></p:sp>"
#define AP(properties, text) "<a:p>" properties "<a:r><a:t>" text "</a:t></a:r></a:p>"

static GBytes *deck(void)
{
    g_autofree char *links =
        office_relations("r1", "slide", "slides/slide1.xml", "r2", "slide", "slides/slide2.xml",
                         "r3", "slide", "slides/slide3.xml", NULL);
    g_autofree char *around =
        office_relations("n", "notesSlide", "../notesSlides/notes1.xml", NULL);
    return office_zip(
        "ppt/presentation.xml",
        "<p:presentation" P_SPACE R_SPACE "><p:sldIdLst><p:sldId id='9' r:id='r2'/><p:sldId id='8' "
        "r:id='r3'/><p:sldId id='7' r:id='r1'/></p:sldIdLst><p:sldSz cx='1000' cy='800'/>"
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels", links, "ppt/slides/slide1.xml",
        SLIDE("", SHAPE("<p:ph type='title'/>", AP("", "Last"))), "ppt/slides/slide2.xml",
        SLIDE(
            "",
            SHAPE("<p:ph type='title'/>", AP("", "First")) SHAPE(
                "<p:ph idx='1'/>",
                AP("", "one") AP(
                    "<a:pPr lvl='1'><a:buAutoNum type='arabicPeriod'/></a:pPr>",
                    "deep")) "<p:grpSp>" SHAPE("",
                                               AP("",
                                                  "grouped")) "</p:grpSp>"
                                                              "<p:sp><p:nvSpPr><p:cNvPr id='2' "
                                                              "name='n' "
                                                              "hidden='1'/></"
                                                              "p:nvSpPr><p:txBody>" AP(
                                                                  "",
                                                                  "secret order") "</p:txBody></"
                                                                                  "p:sp>"
                                                                                  "<p:sp><p:"
                                                                                  "nvSpPr><p:"
                                                                                  "cNvPr id='3' "
                                                                                  "name='n'/></"
                                                                                  "p:nvSpPr><p:"
                                                                                  "spPr><a:xfrm><"
                                                                                  "a:off x='2000' "
                                                                                  "y='0'/><a:ext "
                                                                                  "cx='10' "
                                                                                  "cy='10'/></"
                                                                                  "a:xfrm></"
                                                                                  "p:spPr><p:"
                                                                                  "txBody>" AP(
                                                                                      "",
                                                                                      "outsid"
                                                                                      "e") "</"
                                                                                           "p:"
                                                                                           "tx"
                                                                                           "Bo"
                                                                                           "dy"
                                                                                           "><"
                                                                                           "/p"
                                                                                           ":s"
                                                                                           "p>"
                                                                                           "<p"
                                                                                           ":g"
                                                                                           "ra"
                                                                                           "ph"
                                                                                           "ic"
                                                                                           "Fr"
                                                                                           "am"
                                                                                           "e>"
                                                                                           "<a"
                                                                                           ":t"
                                                                                           "bl"
                                                                                           "><"
                                                                                           "a:"
                                                                                           "tr"
                                                                                           "><"
                                                                                           "a:"
                                                                                           "tc"
                                                                                           "><"
                                                                                           "a:"
                                                                                           "tx"
                                                                                           "Bo"
                                                                                           "dy"
                                                                                           ">" AP(
                                                                                               "",
                                                                                               "a") "</a:txBody></a:tc><a:tc>"
                                                                                                    "<a:txBody>" AP(
                                                                                                        "",
                                                                                                        "b") "</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>"),
        "ppt/slides/_rels/slide2.xml.rels", around, "ppt/notesSlides/notes1.xml",
        "<p:notes" P_SPACE A_SPACE
        "><p:cSld><p:spTree>" SHAPE("<p:ph type='body'/>", AP("", "say it"))
            SHAPE("<p:ph type='sldNum'/>", AP("", "1")) "</p:spTree></p:cSld></p:notes>",
        "ppt/slides/slide3.xml", SLIDE(" show='0'", SHAPE("", AP("", "not shown"))), NULL);
}

static void test_deck(void)
{
    g_autoptr(GBytes) bytes = deck();
    office_markdown(
        bytes, PPTX,
        "# First\n\n- one\n  - 1. deep\n\ngrouped\n\n| a | b |\n| --- | --- |\n\nsay it\n\f"
        "# Last\n");
    g_autoptr(Reading) r = fixture_read(bytes, PPTX, NULL, 0);
    g_assert_cmpuint(r->page_count, ==, 2);
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 3);
    g_assert_cmpstr(r->notes->pdata[1], ==, "hidden slides: 1 were left out");
}

/* ---- OpenDocument ---- */

#define CONTENT(styles, body)                                                                      \
    "<office:document-content" ODF_SPACES "><office:automatic-styles>" styles                      \
    "</office:automatic-styles><office:body>" body "</office:body></office:document-content>"

static void test_odt(void)
{
    g_autoptr(GBytes) bytes = office_zip(
        "content.xml",
        CONTENT(
            "<style:style style:name='T1' style:family='text'><style:text-properties "
            "text:display='none'/></style:style><text:list-style style:name='L1'>"
            "<text:list-level-style-number text:level='1' style:num-format='1' "
            "style:num-suffix='.'/></text:list-style>",
            "<office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
            "<text:h text:outline-level='2'>Head</text:h><text:p>a  \n b<text:s text:c='2'/>c"
            "<text:span text:style-name='T1'>secret order</text:span><text:note>"
            "<text:note-citation>1</text:note-citation><text:note-body><text:p>note</text:p>"
            "</text:note-body></text:note></text:p><text:list text:style-name='L1'>"
            "<text:list-item><text:p>x</text:p></text:list-item><text:list-item><text:p>y</text:p>"
            "</text:list-item></text:list><table:table><table:table-row><table:table-cell>"
            "<text:p>p</text:p></table:table-cell><table:table-cell><text:p>q</text:p>"
            "</table:table-cell></table:table-row></table:table>"
            "<text:section text:display='none'><text:p>gone</text:p></text:section>"
            "</office:text>"),
        "styles.xml",
        "<office:document-styles" ODF_SPACES "><style:header><text:p>Letterhead</text:p>"
        "</style:header></office:document-styles>",
        NULL);
    office_markdown(bytes, ODT,
                    "## Head\n\na b c [1]\n\nnote\n\n- 1. x\n- 2. y\n\n| p | q |\n| --- | --- |\n\n"
                    "Letterhead\n");
    g_autoptr(Reading) r = fixture_read(bytes, ODT, NULL, 0);
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 3);
}

static void test_ods(void)
{
    g_autoptr(GBytes) bytes = office_zip(
        "content.xml",
        CONTENT(
            "<style:style style:name='ta2' style:family='table'><style:table-properties "
            "table:display='false'/></style:style>",
            "<office:spreadsheet><table:table table:name='Sums'><table:table-column "
            "table:number-columns-repeated='2'/><table:table-column table:visibility='collapse'/>"
            "<table:table-row table:number-rows-repeated='2'><table:table-cell "
            "table:number-columns-repeated='2'><text:p>7</text:p></table:table-cell>"
            "<table:table-cell><text:p>hid</text:p></table:table-cell></table:table-row>"
            "<table:table-row table:number-rows-repeated='1048000'><table:table-cell "
            "table:number-columns-repeated='16384'/></table:table-row>"
            "<table:table-row><table:table-cell><text:p>end</text:p></table:table-cell>"
            "</table:table-row></table:table>"
            "<table:table table:name='Away' table:style-name='ta2'/></office:spreadsheet>"),
        NULL);
    office_markdown(bytes, ODS, "# Sums\n\n| 7 | 7 |\n| --- | --- |\n| 7 | 7 |\n\nend\n");
}

static void test_odp(void)
{
    g_autoptr(GBytes) bytes = office_zip(
        "content.xml",
        CONTENT("<style:style style:name='dp2' style:family='drawing-page'>"
                "<style:drawing-page-properties presentation:visibility='hidden'/></style:style>",
                "<office:presentation><draw:page draw:name='1'><draw:frame "
                "presentation:class='title'><draw:text-box><text:p>Title</text:p></draw:text-box>"
                "</draw:frame><draw:frame><draw:text-box><text:list><text:list-item><text:p>item"
                "</text:p></text:list-item></text:list></draw:text-box></draw:frame></draw:page>"
                "<draw:page draw:style-name='dp2'><draw:frame><draw:text-box><text:p>hid</text:p>"
                "</draw:text-box></draw:frame></draw:page></office:presentation>"),
        NULL);
    office_markdown(bytes, ODP, "# Title\n\n- item\n");
}

static void test_odf_password(void)
{
    g_autoptr(GBytes) bytes = office_zip(
        "content.xml", "scrambled", "META-INF/manifest.xml",
        "<manifest:manifest xmlns:manifest='" ODF_SPACE "manifest:1.0'><manifest:file-entry>"
        "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
        NULL);
    fixture_refuse(bytes, ODT, NULL, DOCKET_ERROR_ENCRYPTED);
}

/* ---- EPUB ---- */

static GBytes *book(const char *algorithm)
{
    g_autofree char *lock =
        g_strdup_printf("<encryption xmlns:enc='http"
                        "://www.w3.org/2001/04/xmlenc#'><enc:EncryptedData>"
                        "<enc:EncryptionMethod Algorithm='%s'/></enc:EncryptedData></encryption>",
                        algorithm);
    return office_zip(
        "META-INF/container.xml",
        "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        "<rootfile full-path='OPS/book.opf'/></rootfiles></container>",
        "META-INF/encryption.xml", lock, "OPS/book.opf",
        "<package xmlns='http"
        "://www.idpf.org/2007/opf'><manifest><item id='b' href='two.xhtml'/>"
        "<item id='a' href='ch%201.xhtml#top'/><item id='c' href='cover.png'/></manifest><spine>"
        "<itemref idref='c'/><itemref idref='a'/><itemref idref='b'/></spine></package>",
        "OPS/ch 1.xhtml", "<html><body><h1>One</h1><p>first &amp; best</p></body></html>",
        "OPS/two.xhtml", "<html><body><p>second</p></body></html>", "OPS/cover.png", "png", NULL);
}

static void test_book(void)
{
    g_autoptr(GBytes) bytes = book("http"
                                   "://www.idpf.org/2008/embedding");
    office_markdown(bytes, EPUB, "\f# One\n\nfirst & best\n\fsecond\n");
    g_autoptr(Reading) r = fixture_read(bytes, EPUB, NULL, 0);
    g_assert_cmpuint(r->page_count, ==, 3);
    g_assert_cmpuint(reading_page(r, 2)->number, ==, 3);
    g_assert_cmpuint(r->attachments->len, ==, 1);
    for (guint i = 0; i < r->blocks->len; i++)
        g_assert_cmpuint(reading_block(r, i)->flags, ==, 0);
    g_autoptr(GBytes) locked = book("http"
                                    "://ns.adobe.com/adept");
    fixture_refuse(locked, EPUB, NULL, DOCKET_ERROR_ENCRYPTED);
}

/* ---- ranges ---- */

static gboolean always(gpointer data)
{
    return TRUE;
}

static void check_range(GBytes *bytes, guint first, guint last, gboolean hurry, guint pages)
{
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, ODS, NULL);
    input.first_page = first;
    input.last_page = last;
    input.time_is_up = hurry ? always : NULL;
    g_autoptr(Reading) r = fixture_find(ODS)->read(&input, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(r->page_count, ==, 12);
    g_assert_cmpuint(r->pages->len, ==, pages);
    for (guint i = 0; i < pages; i++)
        g_assert_cmpuint(reading_page(r, i)->number, ==, first + i);
}

/* More pages than the first range of a document has. */
static void test_ranges(void)
{
    static const char *const types[] = {PPTX, ODT, ODS, ODP, EPUB};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        g_assert_true(fixture_find(types[i])->ranges);
    g_autoptr(GString) sheets = g_string_new("<office:document-content" ODF_SPACES ">"
                                             "<office:body><office:spreadsheet>");
    for (guint i = 1; i <= 12; i++)
        g_string_append_printf(sheets,
                               "<table:table table:name='S%u'><table:table-row><table:table-cell>"
                               "<text:p>%u</text:p></table:table-cell></table:table-row>"
                               "</table:table>",
                               i, i);
    g_string_append(sheets, "</office:spreadsheet></office:body></office:document-content>");
    g_autoptr(GBytes) bytes = office_zip("mimetype", ODS, "content.xml", sheets->str, NULL);
    check_range(bytes, 1, 8, FALSE, 8);
    check_range(bytes, 9, 12, FALSE, 4);
    check_range(bytes, 9, 12, TRUE, 1);
    check_range(bytes, 13, 16, FALSE, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pptx/deck", test_deck);
    g_test_add_func("/odf/text", test_odt);
    g_test_add_func("/odf/spreadsheet", test_ods);
    g_test_add_func("/odf/presentation", test_odp);
    g_test_add_func("/odf/password", test_odf_password);
    g_test_add_func("/epub/book", test_book);
    g_test_add_func("/office/ranges", test_ranges);
    return g_test_run();
}
