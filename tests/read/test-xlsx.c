/* Workbooks: sheets, shared texts, what is hidden; and numbers as they are shown. */
#include "office-maker.h"

#include "stages/read/techniques/office/number-format.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#define SHEET(rows) "<worksheet" S_SPACE "><sheetData>" rows "</sheetData></worksheet>"

static GBytes *workbook(const char *first, const char *state)
{
    g_autofree char *links = office_relations(
        "r1", "worksheet", "worksheets/sheet1.xml", "r2", "worksheet", "worksheets/sheet2.xml",
        "r3", "sharedStrings", "sharedStrings.xml", "r4", "styles", "styles.xml", NULL);
    g_autofree char *book =
        g_strdup_printf("<workbook" S_SPACE R_SPACE "><sheets><sheet name='Costs' r:id='r1'/>"
                        "<sheet name='Other' %s r:id='r2'/></sheets></workbook>",
                        state);
    return office_zip(
        "xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", links, "xl/worksheets/sheet1.xml",
        first, "xl/worksheets/sheet2.xml", SHEET("<row r='1'><c r='A1'><v>5</v></c></row>"),
        "xl/sharedStrings.xml",
        "<sst" S_SPACE "><si><t>Pump</t></si><si><r><t>rich </t></r><r><t>text</t></r>"
        "<rPh><t>spoken</t></rPh></si></sst>",
        "xl/styles.xml",
        "<styleSheet" S_SPACE "><numFmts><numFmt numFmtId='164' "
        "formatCode='#,##0.00\\ \"EUR\"'/></numFmts><fonts><font/><font><color "
        "rgb='FFFFFFFF'/></font></fonts><fills><fill><patternFill patternType='none'/>"
        "</fill></fills><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>"
        "<xf numFmtId='164'/><xf numFmtId='0' fontId='1' fillId='0'/></cellXfs>"
        "</styleSheet>",
        NULL);
}

static void test_cells(void)
{
    g_autoptr(GBytes) bytes = workbook(
        SHEET(
            "<row r='2'><c r='B2' t='s'><v>0</v></c><c r='C2' s='1'><v>45292</v></c>"
            "<c r='D2' s='2'><v>1234.5</v></c></row><row r='3'><c r='B3' t='s'><v>1</v></c>"
            "<c r='C3' t='b'><v>1</v></c><c r='D3' t='inlineStr'><is><t>in line</t></is></c></row>"
            "<row r='6'><c r='B6'><f>SUM(1)</f><v>0.1</v></c></row>"),
        "");
    office_markdown(bytes, XLSX,
                    "# Costs\n\n| Pump | 2024-01-01 | 1,234.50 EUR |\n| --- | --- | --- |\n"
                    "| rich text | TRUE | in line |\n\n0.1\n\f# Other\n\n5\n");
}

static void test_hidden(void)
{
    g_autoptr(GBytes) bytes = workbook(
        "<worksheet" S_SPACE "><cols><col min='2' max='2' hidden='1'/></cols><sheetData>"
        "<row r='1'><c r='A1'><v>1</v></c><c r='B1'><v>2</v></c><c r='C1' s='3'><v>3</v></c></row>"
        "<row r='2' hidden='1'><c r='A2'><v>4</v></c></row></sheetData></worksheet>",
        "state='veryHidden'");
    g_autoptr(Reading) r = fixture_read(bytes, XLSX, NULL, 0);
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "Costs\n\n1\n");
    g_assert_cmpuint(r->page_count, ==, 1);
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 3);
}

static void test_page_range(void)
{
    g_autoptr(GBytes) bytes = workbook(SHEET(""), "");
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, XLSX, NULL);
    g_assert_true(fixture_find(XLSX)->ranges);
    input.first_page = input.last_page = 2;
    g_autoptr(Reading) r = fixture_find(XLSX)->read(&input, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(r->pages->len, ==, 1);
    g_assert_cmpuint(reading_page(r, 0)->number, ==, 2);
    g_assert_cmpuint(r->page_count, ==, 2);
}

static void test_missing(void)
{
    g_autoptr(GBytes) bytes = workbook(SHEET("<row r='1'><c r='A1' t='s'><v>99</v></c></row>"), "");
    fixture_refuse(bytes, XLSX, NULL, DOCKET_ERROR_DAMAGED);
}

static void test_formats(void)
{
    static const struct {
        double value;
        const char *code, *shown;
    } cases[] = {
        {1234.5, "#,##0.00", "1,234.50"},
        {-1234.5, "#,##0.00 \"EUR\"", "-1,234.50 EUR"},
        {0.256, "0.0%", "25.6%"},
        {45292, "dd.mm.yyyy", "01.01.2024"},
        {45292.75, "m/d/yy h:mm AM/PM", "1/1/24 6:00 PM"},
        {1234567, "#,##0,", "1,235"},
        {5, "000-000", "000-005"},
        {1234567, "000-0000", "123-4567"},
        {2.75, "# ?/?", "2 3/4"},
        {12345.678, "0.00E+00", "1.23E+04"},
        {-5, "#,##0;(#,##0)", "(5)"},
        {0, "#,##0;-#,##0;\"-\"", "-"},
        {1.5, "[h]:mm:ss", "36:00:00"},
        {3, ";;;", ""},
        {1234.5, "[$\u20ac-407] #,##0.00", "\u20ac 1,234.50"},
        {4006381333931, "General", "4006381333931"},
        {0.1, "General", "0.1"},
        {5, "[<10]\"low\";\"high\"", "low"},
        {50, "[<10]\"low\";\"high\"", "high"},
        {45292.5, "[$-409]d\\-mmm\\-yyyy;@", "1-Jan-2024"},
        {1.005, "0.00", "1.01"},
        {1234567.891, "_-* #,##0.00\\ \"\u20ac\"_-;\\-* #,##0.00\\ \"\u20ac\"_-",
         "1,234,567.89 \u20ac"},
        {0.99999999, "h:mm:ss", "0:00:00"},
        {-0.001, "0.00", "0.00"},
        {1e300, "0.00", "1e+300"},
        {-3, "yyyy", "-3"},
        {12, "0\" St\u00fcck\"", "12 St\u00fcck"},
        {1234.5, ".00", "1234.50"},
        {-0.5, ".00", "-.50"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = number_format(cases[i].value, cases[i].code, FALSE);
        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
    g_autofree char *from_1904 = number_format(43830, "yyyy-mm-dd", TRUE);
    g_assert_cmpstr(from_1904, ==, "2024-01-01");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xlsx/cells", test_cells);
    g_test_add_func("/xlsx/hidden", test_hidden);
    g_test_add_func("/xlsx/page-range", test_page_range);
    g_test_add_func("/xlsx/missing", test_missing);
    g_test_add_func("/xlsx/formats", test_formats);
    return g_test_run();
}
