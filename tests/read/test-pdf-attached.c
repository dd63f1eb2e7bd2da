/* What a PDF carries beside its pages' content: form fields, notes, files, invoices as data. */
#include "fixture.h"
#include "pdf-writer.h"

#include "pipeline/core/limits.h"

static Warm *warm;

#define CII                                                                                        \
    "<rsm:CrossIndustryInvoice xmlns:rsm='urn:un:unece:uncefact:data:standard:"                    \
    "CrossIndustryInvoice:100' xmlns:ram='urn:x' xmlns:udt='urn:y'><rsm:ExchangedDocument>"        \
    "<ram:ID>RE-4711</ram:ID><ram:IssueDateTime><udt:DateTimeString format='102'>20261120"         \
    "</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>"                            \
    "<rsm:SupplyChainTradeTransaction><ram:IncludedSupplyChainTradeLineItem>"                      \
    "<ram:SpecifiedTradeProduct><ram:Name>Red pump</ram:Name></ram:SpecifiedTradeProduct>"         \
    "</ram:IncludedSupplyChainTradeLineItem><ram:ApplicableHeaderTradeAgreement>"                  \
    "<ram:SellerTradeParty><ram:Name>Acme Pumps</ram:Name></ram:SellerTradeParty>"                 \
    "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeSettlement>"                   \
    "<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:GrandTotalAmount>1190.00"           \
    "</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>"                \
    "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>"                     \
    "</rsm:CrossIndustryInvoice>"

static Reading *read_with_file(const char *content, const char *name, const char *file)
{
    g_autofree char *spec = g_strdup_printf("<</Type/Filespec/F(%s)/EF<</F 7 0 R>>>>", name);
    g_autofree char *stream = pdf_stream("/Type/EmbeddedFile", file);
    const char *objects[] = {spec, stream};
    g_autofree char *catalog =
        g_strdup_printf("/Names<</EmbeddedFiles<</Names[(%s) 6 0 R]>>>>", name);
    g_autoptr(GBytes) bytes = pdf_of_page(content, "", "", catalog, objects, 2);
    return fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
}

/* The value of a key in the second reading's data; *agreement of its line. NULL if it is not there. */
static char *value_of(const Reading *r, const char *key, double *agreement)
{
    for (guint i = 0; r->second && i < r->second->lines->len; i++) {
        g_autofree char *line = reading_line_text(r->second, i);
        *agreement = reading_line(r->second, i)->agreement;
        if (g_str_has_prefix(line, key))
            return g_strdup(line + strlen(key) + 1);
    }
    return NULL;
}

static void test_invoice(void)
{
    g_autoptr(Reading) r = read_with_file("BT /F1 12 Tf 1 0 0 1 40 250 Tm (Invoice RE-4711) Tj "
                                          "0 -20 Td (20.11.2026) Tj 0 -20 Td (1.190,00) Tj ET",
                                          "factur-x.xml", CII);
    double agreement;
    g_assert_cmpuint(r->attachments->len, ==, 1);
    const Attachment *file = r->attachments->pdata[0];
    g_assert_cmpstr(file->name, ==, "factur-x.xml");
    g_assert_cmpuint(file->size, ==, strlen(CII));
    g_assert_nonnull(file->content);
    static const char *const pairs[][2] = {
        {"Invoice number", "RE-4711"}, {"Issue date", "2026-11-20"}, {"Grand total", "1190.00"}};
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *value = value_of(r, pairs[i][0], &agreement);
        g_assert_cmpstr(value, ==, pairs[i][1]);
        g_assert_cmpfloat(agreement, ==, 1);
    }
    g_autofree char *seller = value_of(r, "Seller name", &agreement);
    g_assert_cmpstr(seller, ==, "Acme Pumps");
    g_assert_cmpfloat(agreement, ==, 0);
    g_autofree char *item = value_of(r, "Red", &agreement);
    g_assert_cmpstr(item, ==, "pump");
    g_assert_cmpfloat(agreement, ==, 0); /* the page does not say what was bought */
    g_assert_cmpuint(r->notes->len, ==, 0);
    g_assert_cmpuint(reading_page(r->second, 0)->technique, ==, TECHNIQUE_DATA);
}

/* Data that says another total than the page does not agree. */
static void test_invoice_that_lies(void)
{
    double agreement;
    g_autoptr(Reading) r = read_with_file("BT /F1 12 Tf 1 0 0 1 40 250 Tm (Invoice RE-4711) Tj "
                                          "0 -20 Td (20.11.2026) Tj 0 -20 Td (11.90) Tj ET",
                                          "factur-x.xml", CII);
    g_autofree char *total = value_of(r, "Grand total", &agreement);
    g_assert_cmpstr(total, ==, "1190.00");
    g_assert_cmpfloat(agreement, ==, 0);
}

static void test_other_file(void)
{
    g_autoptr(Reading) r =
        read_with_file("BT /F1 12 Tf 40 250 Td (words) Tj ET", "../../notes.txt", "hello");
    const Attachment *file = r->attachments->pdata[0];
    g_assert_cmpstr(file->media_type, ==, "text/plain");
    g_assert_cmpuint(file->size, ==, 5);
    g_assert_null(r->second);
}

#define WIDGET "/Type/Annot/Subtype/Widget/F 4"
static void test_form(void)
{
    g_autofree char *shown =
        pdf_stream("/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 5 0 R>>>>",
                   "BT /F1 12 Tf 4 4 Td (Jane Roe) Tj ET");
    g_autofree char *cross = pdf_stream("/Type/XObject/Subtype/Form/BBox[0 0 20 20]",
                                        "2 w 2 2 16 16 re S 4 4 m 16 16 l 16 4 m 4 16 l S");
    g_autofree char *empty = pdf_stream("/Type/XObject/Subtype/Form/BBox[0 0 200 20]", "");
    const char *objects[] = {"<<" WIDGET "/FT/Tx/T(name)/V(Jane Roe)/Rect[120 194 320 214]"
                             "/AP<</N 8 0 R>>/DA(/F1 12 Tf)>>",
                             "<<" WIDGET "/FT/Btn/T(paid)/V/Yes/AS/Yes/Rect[120 150 140 170]"
                             "/AP<</N<</Yes 9 0 R>>>>>>",
                             shown,
                             cross,
                             "<<" WIDGET "/FT/Tx/T(trap)/V(secret order)/Rect[120 94 320 114]"
                             "/AP<</N 11 0 R>>/DA(/F1 12 Tf)>>",
                             empty};
    g_autoptr(GBytes) bytes = pdf_of_page(
        "BT /F1 12 Tf 40 200 Td (Name:) Tj 0 -45 Td (Paid:) Tj ET", "/Annots[6 0 R 7 0 R 10 0 R]",
        "", "/AcroForm<</Fields[6 0 R 7 0 R 10 0 R]/DR<</Font<</F1 5 0 R>>>>>>", objects,
        G_N_ELEMENTS(objects));
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
    fixture_has(r, "Name: Jane Roe");
    fixture_has(r, "Paid: ☒");
    fixture_lacks(r, "secret");
}

static void test_note(void)
{
    const char *objects[] = {
        "<</Type/Annot/Subtype/Text/Rect[300 200 320 220]/Contents(please check the total)>>",
        "<</Type/Annot/Subtype/Text/F 2/Rect[300 200 320 220]/Contents(secret order)>>"};
    g_autoptr(GBytes) bytes = pdf_of_page("BT /F1 12 Tf 40 200 Td (words) Tj ET",
                                          "/Annots[6 0 R 7 0 R]", "", "", objects, 2);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
    fixture_has(r, "please check the total");
    fixture_lacks(r, "secret");
    const Block *block = reading_block(r, r->blocks->len - 1);
    g_assert_true(block->flags & BLOCK_ANNOTATION);
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    libraries_silence();
    warm = warm_new("eng", NULL);
    g_test_add_func("/pdf-attached/invoice", test_invoice);
    g_test_add_func("/pdf-attached/invoice-that-lies", test_invoice_that_lies);
    g_test_add_func("/pdf-attached/other-file", test_other_file);
    g_test_add_func("/pdf-attached/form", test_form);
    g_test_add_func("/pdf-attached/note", test_note);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
