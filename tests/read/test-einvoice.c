/* Electronic invoices as bytes of their own; test-pdf-attached.c reads those that a PDF carries. */
#include "fixture.h"

#include "stages/read/techniques/text/einvoice.h"

static char *read_markdown(const char *xml)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(xml, strlen(xml));
    g_autoptr(Reading) r = fixture_read(bytes, "application/xml", NULL, 0);
    return reading_to_markdown(r);
}

static void test_lines(void)
{
    g_autofree char *markdown = read_markdown(
        "<CreditNote xmlns='urn:a' xmlns:c='urn:b'><c:ID>77</c:ID>"
        "<c:CreditNoteTypeCode>381</c:CreditNoteTypeCode><c:AccountingSupplierParty><c:Party>"
        "<c:PostalAddress><c:StreetName>Dock 3</c:StreetName><c:CityName>Kiel</c:CityName>"
        "<c:PostalZone>24143</c:PostalZone></c:PostalAddress></c:Party></c:AccountingSupplierParty>"
        "<c:CreditNoteLine><c:CreditedQuantity>2</c:CreditedQuantity><c:LineExtensionAmount>12.50"
        "</c:LineExtensionAmount><c:Item><c:Name>Hose</c:Name></c:Item></c:CreditNoteLine>"
        "<c:CreditNoteLine><c:Item><c:Name>Clamp</c:Name></c:Item></c:CreditNoteLine></"
        "CreditNote>");
    g_assert_nonnull(strstr(markdown, "**Document type**: credit note"));
    g_assert_nonnull(strstr(markdown, "**Seller address**: Dock 3, 24143 Kiel\n"));
    g_assert_nonnull(strstr(markdown, "| item | quantity | unit price | net amount |"));
    g_assert_nonnull(strstr(markdown, "| Hose | 2 |  | 12.50 |"));
    g_assert_nonnull(strstr(markdown, "| Clamp |  |  |  |"));
}

/* Other XML, and an invoice that was cut off, are texts. */
static void test_text(void)
{
    static const char *const others[] = {"<note>bring milk</note>", "<Invoice><ID>bring milk"};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *markdown = read_markdown(others[i]);
        g_assert_nonnull(strstr(markdown, "bring milk"));
    }
}

static void test_carried(void)
{
    static const char xml[] =
        "<Invoice xmlns='urn:a' "
        "xmlns:c='urn:b'><c:ID>77</c:ID><c:IssueDate>2026-11-20</c:IssueDate>"
        "<c:InvoiceLine><c:Item><c:Name>Hose</c:Name></c:Item></c:InvoiceLine></Invoice>";
    g_autoptr(GBytes) bytes = g_bytes_new_static(xml, sizeof xml - 1);
    g_autoptr(Reading) r = einvoice_take(bytes);
    g_autofree char *text = reading_to_text(r);
    g_assert_nonnull(strstr(text, "Invoice number"));
    g_assert_nonnull(strstr(text, "Hose"));
}

static void test_no_invoice(void)
{
    static const char *const others[] = {
        "",
        "<a/>",
        "<Invoice>",
        "no xml",
        "<Invoice/>",
        "<!DOCTYPE Invoice [<!ENTITY a SYSTEM 'file:///etc/passwd'>"
        "]><Invoice><ID>&a;</ID></Invoice>"};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(others[i], strlen(others[i]));
        g_autoptr(Reading) r = einvoice_take(bytes);
        g_assert_null(r);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/einvoice/lines", test_lines);
    g_test_add_func("/einvoice/text", test_text);
    g_test_add_func("/einvoice/carried", test_carried);
    g_test_add_func("/einvoice/no-invoice", test_no_invoice);
    return g_test_run();
}
