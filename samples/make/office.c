#include "samples/make/office.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define OOXML                                                                                      \
    "http"                                                                                         \
    "://schemas.openxmlformats.org/"
#define WRITTEN_AT 1780000000 /* seconds since the epoch: the same bytes every time */
#define POSITIONS(table) .positions = (table), .n_positions = G_N_ELEMENTS(table)

static const Position translation[] = {
    {"Translation German to English, technical", 4250, "1000 words", 14500, 190},
    {"Proof reading by a second translator", 4250, "1000 words", 4800, 190},
    {"Certified copy with stamp", 2000, "pcs", 3500, 190},
};
const Invoice invoice_letter = {
    .number = "2026-0093",
    .issued = "2026-05-11",
    .due = "2026-05-25",
    .order = "KM-7741",
    .seller = {"Silbenwerk Translations GmbH", "Am Speicher 4\n23552 Lübeck\nGermany",
               "DE 311 902 447", "office@silbenwerk.example", "+49 30 23125 417"},
    .buyer = {"Kestrel Marine Ltd", "Pier House\n9 Dock Road\nHull HU1 2PQ", NULL},
    .currency = "EUR",
    .sign = "€",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    POSITIONS(translation),
    .iban = "DE34 7001 0001 0000 4471 26",
    .bank = "Hafenbank Lübeck",
};

static const Position catering[] = {
    {"Buffet for board meeting", 24000, "persons", 3250, 100},
    {"Coffee and cake, afternoon", 24000, "persons", 880, 100},
    {"Hire of crockery", 3000, "boxes", 1500, 100},
};
const Invoice invoice_workbook = {
    .number = "C-5518",
    .issued = "2026-06-02",
    .due = "2026-06-16",
    .order = "BM-12",
    .seller = {"Thyme and Again Catering", "3 Orchard Yard\nLudlow SY8 1AB\nUnited Kingdom",
               "GB 402 1187 55", "hello@thymeandagain.example", "+44 1632 960 551"},
    .buyer = {"Severn Valley Trust", "Riverside House\nBewdley DY12 2AE", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    POSITIONS(catering),
    .iban = "GB33 THYM 4020 1187 5512 34",
    .bank = "Marches Bank",
};

/* ---- the package ---- */

static void add_part(struct archive *zip, const char *name, const char *text)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, WRITTEN_AT, 0);
    archive_entry_set_size(entry, (la_int64_t)strlen(text));
    if (archive_write_header(zip, entry) != ARCHIVE_OK ||
        archive_write_data(zip, text, strlen(text)) != (la_ssize_t)strlen(text))
        g_error("%s: %s", name, archive_error_string(zip));
    archive_entry_free(entry);
}

/* Parts as name, text, …, NULL, after the two that every package has. */
static void write_package(const char *path, const char *main_part, const char *main_type,
                          ...) G_GNUC_NULL_TERMINATED;

static void write_package(const char *path, const char *main_part, const char *main_type, ...)
{
    g_autofree char *types = g_strdup_printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Types xmlns=\"" OOXML
        "package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/"
        "vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\""
        "application/xml\"/><Override PartName=\"/%s\" ContentType=\"application/"
        "vnd.openxmlformats-officedocument.%s.main+xml\"/></Types>",
        main_part, main_type);
    g_autofree char *links = g_strdup_printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Relationships xmlns=\"" OOXML
        "package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"" OOXML
        "officeDocument/2006/relationships/officeDocument\" Target=\"%s\"/></Relationships>",
        main_part);
    struct archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    if (archive_write_open_filename(zip, path) != ARCHIVE_OK)
        g_error("%s: %s", path, archive_error_string(zip));
    add_part(zip, "[Content_Types].xml", types);
    add_part(zip, "_rels/.rels", links);
    va_list args;
    va_start(args, main_type);
    for (const char *name; (name = va_arg(args, const char *)) != NULL;)
        add_part(zip, name, va_arg(args, const char *));
    va_end(args);
    archive_write_close(zip);
    archive_write_free(zip);
}

/* ---- DOCX ---- */

static void run(GString *xml, const char *properties, const char *text)
{
    g_autofree char *safe = g_markup_escape_text(text, -1);
    g_string_append_printf(xml, "<w:r>%s<w:t xml:space=\"preserve\">%s</w:t></w:r>", properties,
                           safe);
}

static void paragraph(GString *xml, const char *style, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_string_append(xml, "<w:p>");
    if (style)
        g_string_append_printf(xml, "<w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>", style);
    for (guint i = 0; lines[i]; i++) {
        if (i > 0)
            g_string_append(xml, "<w:r><w:br/></w:r>");
        run(xml, "", lines[i]);
    }
    g_string_append(xml, "</w:p>");
}

static void table_row(GString *xml, const char *const *cells)
{
    g_string_append(xml, "<w:tr>");
    for (guint i = 0; cells[i]; i++) {
        g_string_append(xml, "<w:tc>");
        paragraph(xml, NULL, cells[i]);
        g_string_append(xml, "</w:tc>");
    }
    g_string_append(xml, "</w:tr>");
}

static void labelled(GString *xml, const char *label, const char *value)
{
    if (value)
        table_row(xml, (const char *const[]){label, value, NULL});
}

static void positions_table(GString *xml, const Invoice *invoice)
{
    g_string_append(xml, "<w:tbl>");
    table_row(xml, (const char *const[]){"Description", "Quantity", "Unit price", "Amount", NULL});
    for (guint i = 0; i < invoice->n_positions; i++) {
        const Position *p = &invoice->positions[i];
        table_row(xml, (const char *const[]){p->text, quantity_text(invoice, p->quantity),
                                             money_text(invoice, p->price),
                                             money_text(invoice, position_amount(p)), NULL});
    }
    g_string_append(xml, "</w:tbl>");
}

static void totals_table(GString *xml, const Invoice *invoice)
{
    g_string_append(xml, "<w:tbl>");
    labelled(xml, "Net total:", money_text(invoice, invoice_net(invoice)));
    labelled(xml, "VAT:", money_text(invoice, invoice_tax(invoice)));
    labelled(xml, "Total:", money_text(invoice, invoice_total(invoice)));
    g_string_append(xml, "</w:tbl>");
}

/* An older price that was struck out, and a remark that nobody is meant to see. */
static void leavings(GString *xml)
{
    g_string_append(xml, "<w:p><w:del w:id=\"1\" w:author=\"A\"><w:r><w:delText>Total: € 9,999.00"
                         "</w:delText></w:r></w:del>");
    run(xml, "<w:rPr><w:vanish/></w:rPr>", "Invoice number: DRAFT-1");
    g_string_append(xml, "</w:p>");
}

void form_docx(const char *path, const Invoice *invoice)
{
    g_autoptr(GString) xml =
        g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<w:document xmlns:w=\"" OOXML
                     "wordprocessingml/2006/main\"><w:body>");
    paragraph(xml, NULL, invoice->seller.name);
    paragraph(xml, NULL, invoice->seller.address);
    paragraph(xml, "Heading1", "Invoice");
    paragraph(xml, NULL, "Bill to:");
    g_autofree char *buyer = g_strconcat(invoice->buyer.name, "\n", invoice->buyer.address, NULL);
    paragraph(xml, NULL, buyer);
    g_string_append(xml, "<w:tbl>");
    labelled(xml, "Invoice number:", invoice->number);
    labelled(xml, "Invoice date:", date_text(invoice->dates, invoice->issued));
    labelled(xml, "Due date:", date_text(invoice->dates, invoice->due));
    labelled(xml, "Your order:", invoice->order);
    labelled(xml, "VAT Reg No:", invoice->seller.vat_id);
    g_string_append(xml, "</w:tbl>");
    leavings(xml);
    positions_table(xml, invoice);
    totals_table(xml, invoice);
    g_autofree char *pay =
        g_strdup_printf("Please pay to %s\nIBAN %s", invoice->bank, invoice->iban);
    paragraph(xml, NULL, pay);
    g_string_append(xml, "</w:body></w:document>");
    write_package(
        path, "word/document.xml", "wordprocessingml.document", "word/document.xml", xml->str,
        "word/_rels/document.xml.rels",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Relationships xmlns=\"" OOXML
        "package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"" OOXML
        "officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>"
        "</Relationships>",
        "word/styles.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<w:styles xmlns:w=\"" OOXML
        "wordprocessingml/2006/main\"><w:style w:type=\"paragraph\" w:styleId=\"Heading1\">"
        "<w:name w:val=\"heading 1\"/></w:style></w:styles>",
        NULL);
}

/* ---- XLSX ---- */

typedef enum { GENERAL, DATE, MONEY } CellStyle; /* places in cellXfs below */

static void text_cell(GString *xml, char column, guint row, const char *text)
{
    g_autofree char *safe = g_markup_escape_text(text, -1);
    g_string_append_printf(xml, "<c r=\"%c%u\" t=\"inlineStr\"><is><t>%s</t></is></c>", column, row,
                           safe);
}

static void number_cell(GString *xml, char column, guint row, CellStyle style, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(xml, "<c r=\"%c%u\" s=\"%d\"><v>%s</v></c>", column, row, (int)style,
                           g_ascii_dtostr(text, sizeof text, value));
}

/* Days since the end of 1899, as Excel counts them. */
static double serial_of(const char *iso)
{
    int year, month, day;
    GDate date;
    if (sscanf(iso, "%d-%d-%d", &year, &month, &day) != 3)
        g_error("%s is no date", iso);
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return (double)g_date_get_julian(&date) - 693594;
}

static void pair_row(GString *xml, guint row, const char *label, CellStyle style, double value)
{
    g_string_append_printf(xml, "<row r=\"%u\">", row);
    text_cell(xml, 'A', row, label);
    number_cell(xml, 'B', row, style, value);
    g_string_append(xml, "</row>");
}

static void text_row(GString *xml, guint row, const char *label, const char *value)
{
    g_string_append_printf(xml, "<row r=\"%u\">", row);
    text_cell(xml, 'A', row, label);
    if (value)
        text_cell(xml, 'B', row, value);
    g_string_append(xml, "</row>");
}

static guint address_rows(GString *xml, guint row, const Party *party)
{
    g_auto(GStrv) lines = g_strsplit(party->address, "\n", -1);
    text_row(xml, row++, party->name, NULL);
    for (guint i = 0; lines[i]; i++)
        text_row(xml, row++, lines[i], NULL);
    return row + 1; /* one stays empty */
}

static guint position_rows(GString *xml, guint row, const Invoice *invoice)
{
    static const char *const heads[] = {"Description", "Quantity", "Unit price", "Amount"};
    g_string_append_printf(xml, "<row r=\"%u\">", row);
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++)
        text_cell(xml, (char)('A' + i), row, heads[i]);
    g_string_append(xml, "</row>");
    row++;
    for (guint i = 0; i < invoice->n_positions; i++, row++) {
        const Position *p = &invoice->positions[i];
        g_string_append_printf(xml, "<row r=\"%u\">", row);
        text_cell(xml, 'A', row, p->text);
        number_cell(xml, 'B', row, GENERAL, (double)p->quantity / 1000);
        number_cell(xml, 'C', row, MONEY, (double)p->price / 100);
        number_cell(xml, 'D', row, MONEY, (double)position_amount(p) / 100);
        g_string_append(xml, "</row>");
    }
    return row + 1;
}

static char *sheet(const Invoice *invoice)
{
    GString *xml =
        g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<worksheet xmlns=\"" OOXML
                     "spreadsheetml/2006/main\"><sheetData>");
    guint row = address_rows(xml, 1, &invoice->seller);
    text_row(xml, row++, "Bill to:", NULL);
    row = address_rows(xml, row, &invoice->buyer);
    text_row(xml, row++, "Invoice number:", invoice->number);
    pair_row(xml, row++, "Invoice date:", DATE, serial_of(invoice->issued));
    pair_row(xml, row++, "Due date:", DATE, serial_of(invoice->due));
    text_row(xml, row++, "VAT Reg No:", invoice->seller.vat_id);
    row = position_rows(xml, row + 1, invoice);
    pair_row(xml, row++, "Net total:", MONEY, (double)invoice_net(invoice) / 100);
    pair_row(xml, row++, "VAT:", MONEY, (double)invoice_tax(invoice) / 100);
    pair_row(xml, row++, "Total:", MONEY, (double)invoice_total(invoice) / 100);
    text_row(xml, row + 1, "IBAN:", invoice->iban);
    g_string_append(xml, "</sheetData></worksheet>");
    return g_string_free(xml, FALSE);
}

void form_xlsx(const char *path, const Invoice *invoice)
{
    g_autofree char *first = sheet(invoice);
    g_autofree char *styles = g_strdup_printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<styleSheet xmlns=\"" OOXML
        "spreadsheetml/2006/main\"><numFmts><numFmt numFmtId=\"164\" formatCode=\"&quot;%s&quot;"
        "#,##0.00\"/><numFmt numFmtId=\"165\" formatCode=\"d\\ mmmm\\ yyyy\"/></numFmts><cellXfs>"
        "<xf numFmtId=\"0\"/><xf numFmtId=\"165\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>",
        invoice->sign);
    write_package(
        path, "xl/workbook.xml", "spreadsheetml.sheet", "xl/workbook.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<workbook xmlns=\"" OOXML
        "spreadsheetml/2006/main\" xmlns:r=\"" OOXML
        "officeDocument/2006/relationships\"><sheets><sheet name=\"Invoice\" sheetId=\"1\" "
        "r:id=\"rId1\"/><sheet name=\"Margins\" sheetId=\"2\" state=\"hidden\" r:id=\"rId2\""
        "/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Relationships xmlns=\"" OOXML
        "package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"" OOXML
        "officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
        "<Relationship Id=\"rId2\" Type=\"" OOXML
        "officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet2.xml\"/>"
        "<Relationship Id=\"rId3\" Type=\"" OOXML
        "officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>",
        "xl/worksheets/sheet1.xml", first, "xl/worksheets/sheet2.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<worksheet xmlns=\"" OOXML
        "spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\"><v>31337</v></c>"
        "</row></sheetData></worksheet>",
        "xl/styles.xml", styles, NULL);
}
