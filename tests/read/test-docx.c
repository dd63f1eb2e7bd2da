/* Word documents: what is read, and what is left out. */
#include "office-maker.h"

#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

static GBytes *document(const char *body)
{
    g_autofree char *text =
        g_strdup_printf("<w:document" W_SPACE R_SPACE "><w:body>%s</w:body></w:document>", body);
    return office_zip("word/document.xml", text, NULL);
}

static void check(const char *body, const char *expected)
{
    g_autoptr(GBytes) bytes = document(body);
    office_markdown(bytes, DOCX, expected);
}

#define RUN(text) "<w:r><w:t>" text "</w:t></w:r>"
#define PARAGRAPH(text) "<w:p>" RUN(text) "</w:p>"

static void test_text(void)
{
    check("<w:p>" RUN("Invoice") "<w:r><w:tab/><w:t>4711</w:t><w:br/><w:t>second</w:t></w:r></w:p>"
                                 "<w:p><w:hyperlink>" RUN(
                                     "a link") "</w:hyperlink></w:p>"
                                               "<w:p><w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>B "
                                               "&amp; C</w:t></w:r></w:p>",
          "Invoice 4711\nsecond\n\na link\n\nA-B & C\n");
}

static void test_tables(void)
{
    check("<w:tbl><w:tr><w:tc>" PARAGRAPH("Item") "</w:tc><w:tc>" PARAGRAPH(
              "Total") "</w:tc></w:tr><w:tr><w:tc>" PARAGRAPH("Pump")
              PARAGRAPH("red") "</w:tc><w:tc>" PARAGRAPH("12.00") "</w:tc></w:tr></w:tbl>",
          "| Item | Total |\n| --- | --- |\n| Pump red | 12.00 |\n");
    /* A cell over two columns; one that goes on from the row above. */
    check(
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" PARAGRAPH(
            "wide") "</w:tc><w:tc>" PARAGRAPH("c") "</w:tc></w:tr><w:tr><w:tc>" PARAGRAPH("1") "</"
                                                                                               "w:"
                                                                                               "tc>"
                                                                                               "<w:"
                                                                                               "tc"
                                                                                               ">" PARAGRAPH(
                                                                                                   "2") "</w:tc><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
                                                                                                        "</w:tr></w:tbl>",
        "| wide |  | c |\n| --- | --- | --- |\n| 1 | 2 |  |\n");
    /* A table in a table: the outer one only places things. */
    check(
        "<w:tbl><w:tr><w:tc>" PARAGRAPH("left") "</w:tc><w:tc><w:tbl><w:tr><w:tc>" PARAGRAPH(
            "a") "</w:tc><w:tc>" PARAGRAPH("b") "</w:tc></w:tr></w:tbl>" PARAGRAPH("after") "</"
                                                                                            "w:tc><"
                                                                                            "/w:tr>"
                                                                                            "</"
                                                                                            "w:"
                                                                                            "tbl>",
        "left\n\n| a | b |\n| --- | --- |\n\nafter\n");
}

static void test_labels_are_fields(void)
{
    check(
        "<w:tbl><w:tr><w:tc>" PARAGRAPH("Number:") "</w:tc><w:tc>" PARAGRAPH(
            "4711") "</w:tc></w:tr><w:tr><w:tc>" PARAGRAPH("Date:") "</w:tc><w:tc>" PARAGRAPH("toda"
                                                                                              "y") "</w:tc></w:tr></w:tbl>",
        "- **Number**: 4711\n- **Date**: today\n");
}

static void test_left_out(void)
{
    static const char *const ways[] = {
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret order</w:t></w:r>",
        "<w:r><w:rPr><w:color w:val='FFFFFF'/></w:rPr><w:t>secret order</w:t></w:r>",
        "<w:r><w:rPr><w:sz w:val='2'/></w:rPr><w:t>secret order</w:t></w:r>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *body = g_strdup_printf("<w:p>%s" RUN("seen") "</w:p>", ways[i]);
        g_autoptr(GBytes) bytes = document(body);
        g_autoptr(Reading) r = fixture_read(bytes, DOCX, NULL, 0);
        g_autofree char *text = reading_to_text(r);
        g_assert_cmpstr(text, ==, "seen\n");
        g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
    }
    /* Deleted text was text once; what stood in its place is seen. */
    check("<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins>" RUN(
              "new") "</w:ins><w:moveFrom>" RUN("gone") "</w:moveFrom></w:p>",
          "new\n");
    /* White on dark is seen. */
    check("<w:p><w:r><w:rPr><w:color w:val='FFFFFF'/><w:shd w:fill='000000'/></w:rPr>"
          "<w:t>bright</w:t></w:r></w:p>",
          "bright\n");
}

static void test_styles_and_numbers(void)
{
    g_autofree char *links =
        office_relations("a", "styles", "styles.xml", "b", "numbering", "numbering.xml", NULL);
    g_autoptr(GBytes) bytes = office_zip(
        "word/document.xml",
        "<w:document" W_SPACE "><w:body>"
        "<w:p><w:pPr><w:pStyle w:val='berschrift1'/></w:pPr>" RUN(
            "Terms") "</w:p>"
                     "<w:p><w:pPr><w:pStyle w:val='Sub'/></w:pPr>" RUN(
                         "Price") "</w:p>"
                                  "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId "
                                  "w:val='2'/></w:numPr></w:pPr>" RUN(
                                      "dot") "</w:p><w:p><w:pPr><w:numPr><w:ilvl "
                                             "w:val='1'/><w:numId "
                                             "w:val='2'/></w:numPr></w:pPr>" RUN("letter") "</"
                                                                                           "w:p></"
                                                                                           "w:body>"
                                                                                           "</"
                                                                                           "w:"
                                                                                           "documen"
                                                                                           "t>",
        "word/_rels/document.xml.rels", links, "word/styles.xml",
        "<w:styles" W_SPACE "><w:style w:type='paragraph' w:styleId='berschrift1'>"
        "<w:name w:val='heading 1'/><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr>"
        "</w:style><w:style w:type='paragraph' w:styleId='Sub'><w:name w:val='My own'/>"
        "<w:basedOn w:val='berschrift1'/><w:pPr><w:numPr><w:ilvl w:val='1'/></w:numPr>"
        "<w:outlineLvl w:val='1'/></w:pPr></w:style></w:styles>",
        "word/numbering.xml",
        "<w:numbering" W_SPACE "><w:abstractNum w:abstractNumId='7'><w:lvl w:ilvl='0'>"
        "<w:start w:val='3'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl>"
        "<w:lvl w:ilvl='1'><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.%2'/></w:lvl>"
        "</w:abstractNum><w:abstractNum w:abstractNumId='8'><w:lvl w:ilvl='0'>"
        "<w:numFmt w:val='bullet'/><w:lvlText w:val='o'/></w:lvl><w:lvl w:ilvl='1'>"
        "<w:numFmt w:val='lowerLetter'/><w:lvlText w:val='(%2)'/></w:lvl></w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>"
        "<w:num w:numId='2'><w:abstractNumId w:val='8'/></w:num></w:numbering>",
        NULL);
    office_markdown(bytes, DOCX, "# 3. Terms\n\n## 3.1 Price\n\n- dot\n  - (a) letter\n");
}

static void test_other_parts(void)
{
    g_autofree char *links =
        office_relations("a", "header", "header1.xml", "b", "footnotes", "footnotes.xml", "c",
                         "comments", "comments.xml", "d", "footer", "missing.xml", NULL);
    g_autoptr(GBytes) bytes = office_zip(
        "word/document.xml",
        "<w:document" W_SPACE "><w:body><w:p>" RUN(
            "Text") "<w:r><w:footnoteReference w:id='2'/></w:r></w:p></w:body></w:document>",
        "word/_rels/document.xml.rels", links, "word/header1.xml",
        "<w:hdr" W_SPACE ">" PARAGRAPH("Head") "</w:hdr>", "word/footnotes.xml",
        "<w:footnotes" W_SPACE "><w:footnote w:type='separator' w:id='0'><w:p/></w:footnote>"
        "<w:footnote w:id='2'>" PARAGRAPH("Note") "</w:footnote></w:footnotes>",
        "word/comments.xml",
        "<w:comments" W_SPACE "><w:comment w:id='1'>" PARAGRAPH("Remark") "</w:comment>"
                                                                          "</w:comments>",
        NULL);
    g_autoptr(Reading) r = fixture_read(bytes, DOCX, NULL, 0);
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "Head\n\nText [2]\n\n[2] Note\n\nRemark\n");
    g_assert_cmpuint(reading_block(r, 0)->flags, ==, BLOCK_HEADER);
    g_assert_cmpuint(reading_block(r, 3)->flags, ==, BLOCK_ANNOTATION);
    g_assert_cmpstr(r->notes->pdata[0], ==, "the part word/missing.xml is missing");
}

static void test_text_box(void)
{
    check("<w:p>" RUN("around") "<w:r><w:pict><w:txbxContent>" PARAGRAPH(
              "inside") "</w:txbxContent></w:pict></w:r>" RUN(" it") "</w:p>",
          "around it\n\ninside\n");
}

static void test_broken(void)
{
    g_autoptr(GBytes) whole = document(PARAGRAPH("all of it"));
    gsize length;
    const char *data = g_bytes_get_data(whole, &length);
    for (gsize cut = 0; cut < length; cut += 7) {
        g_autoptr(GBytes) part = g_bytes_new(data, cut);
        g_autoptr(GError) error = NULL;
        TechniqueInput input = fixture_input(part, DOCX, NULL);
        g_autoptr(Reading) r = fixture_find(DOCX)->read(&input, &error);
        g_assert_true((r == NULL) == (error != NULL));
        if (r)
            fixture_has(r, "all of it");
    }
    g_autoptr(GBytes) other = office_zip("readme.txt", "x", NULL);
    fixture_refuse(other, DOCX, NULL, DOCKET_ERROR_DAMAGED);
    g_autoptr(GBytes) open = office_zip("word/document.xml", "<w:document><w:body>", NULL);
    fixture_refuse(open, DOCX, NULL, DOCKET_ERROR_DAMAGED);
}

/* Entities that grow, files from elsewhere, elements in each other without end. */
static void test_hostile_xml(void)
{
    g_autoptr(GBytes) laughs =
        office_zip("word/document.xml",
                   "<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'><!ENTITY f SYSTEM "
                   "'file:///etc/passwd'>]>"
                   "<w:document" W_SPACE "><w:p><w:r><w:t>x&b;&f;</w:t></w:r></w:p></w:document>",
                   NULL);
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(laughs, DOCX, NULL);
    g_autoptr(Reading) r = fixture_find(DOCX)->read(&input, &error);
    if (r)
        fixture_lacks(r, "ha");
    g_autoptr(GString) deep = g_string_new("<w:document" W_SPACE ">");
    for (guint i = 0; i < 5000; i++)
        g_string_append(deep, "<w:p>");
    g_autoptr(GBytes) nested = office_zip("word/document.xml", deep->str, NULL);
    fixture_refuse(nested, DOCX, NULL, DOCKET_ERROR_DAMAGED);
}

/* 200 MB of spaces in 200 kB. */
static void test_bomb(void)
{
    gsize room = 4 << 20, used = 0;
    g_autofree char *buffer = g_malloc(room), *block = g_strnfill(1 << 20, ' ');
    struct archive *zip = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_write_set_format_zip(zip);
    archive_write_open_memory(zip, buffer, room, &used);
    archive_entry_set_pathname(entry, "word/document.xml");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, (la_int64_t)200 << 20);
    g_assert_cmpint(archive_write_header(zip, entry), ==, ARCHIVE_OK);
    for (guint i = 0; i < 200; i++)
        archive_write_data(zip, block, 1 << 20);
    archive_entry_free(entry);
    archive_write_close(zip);
    archive_write_free(zip);
    g_autoptr(GBytes) bytes = g_bytes_new(buffer, used);
    fixture_refuse(bytes, DOCX, NULL, DOCKET_ERROR_TOO_LARGE);
}

static void test_old_xml(void)
{
    const char *text =
        "<?xml version='1.0'?><w:wordDocument xmlns:w='http"
        "://schemas.microsoft.com/"
        "office/word/2003/wordml'><w:body>" PARAGRAPH("flat") "</w:body></w:wordDocument>";
    g_autoptr(Reading) r = fixture_read_text(text, "application/vnd.ms-wordml");
    fixture_has(r, "flat");
}

static void test_refused(void)
{
    g_autoptr(GBytes) bytes = g_bytes_new("x", 1);
    fixture_refuse(bytes, "application/msword", NULL, DOCKET_ERROR_UNSUPPORTED);
    fixture_refuse(bytes, "application/x-encrypted-office", NULL, DOCKET_ERROR_ENCRYPTED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/docx/text", test_text);
    g_test_add_func("/docx/tables", test_tables);
    g_test_add_func("/docx/fields", test_labels_are_fields);
    g_test_add_func("/docx/left-out", test_left_out);
    g_test_add_func("/docx/styles", test_styles_and_numbers);
    g_test_add_func("/docx/other-parts", test_other_parts);
    g_test_add_func("/docx/text-box", test_text_box);
    g_test_add_func("/docx/broken", test_broken);
    g_test_add_func("/docx/hostile-xml", test_hostile_xml);
    g_test_add_func("/docx/bomb", test_bomb);
    g_test_add_func("/docx/old-xml", test_old_xml);
    g_test_add_func("/docx/refused", test_refused);
    return g_test_run();
}
