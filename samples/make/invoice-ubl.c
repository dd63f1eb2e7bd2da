/* Invoices that no page shows: XML as public authorities have it sent (EN 16931, syntax UBL 2.1). */
#include "samples/make/invoice.h"

#define UBL "urn:oasis:names:specification:ubl:schema:xsd:"

static void element(GString *xml, const char *name, const char *text)
{
    g_autofree char *safe = text ? g_markup_escape_text(text, -1) : NULL;
    if (safe)
        g_string_append_printf(xml, "<cbc:%s>%s</cbc:%s>\n", name, safe, name);
}

static void amount(GString *xml, const char *name, const Invoice *invoice, gint64 cents)
{
    g_string_append_printf(
        xml, "<cbc:%s currencyID=\"%s\">%" G_GINT64_FORMAT ".%02" G_GINT64_FORMAT "</cbc:%s>\n",
        name, invoice->currency, cents / 100, cents % 100, name);
}

/* An address of a street, a postcode and a city, in Germany. */
static void party(GString *xml, const char *role, const Party *party)
{
    g_auto(GStrv) lines = g_strsplit(party->address, "\n", 2);
    g_auto(GStrv) city = g_strsplit(lines[1], " ", 2);
    g_string_append_printf(xml, "<cac:%s><cac:Party><cac:PostalAddress>\n", role);
    element(xml, "StreetName", lines[0]);
    element(xml, "CityName", city[1]);
    element(xml, "PostalZone", city[0]);
    g_string_append(xml, "<cac:Country>\n");
    element(xml, "IdentificationCode", "DE");
    g_string_append(xml, "</cac:Country></cac:PostalAddress>\n");
    if (party->vat_id) {
        g_string_append(xml, "<cac:PartyTaxScheme>\n");
        element(xml, "CompanyID", party->vat_id);
        g_string_append(xml, "</cac:PartyTaxScheme>\n");
    }
    g_string_append(xml, "<cac:PartyLegalEntity>\n");
    element(xml, "RegistrationName", party->name);
    g_string_append(xml, "</cac:PartyLegalEntity>\n");
    if (party->email) {
        g_string_append(xml, "<cac:Contact>\n");
        element(xml, "ElectronicMail", party->email);
        g_string_append(xml, "</cac:Contact>\n");
    }
    g_string_append_printf(xml, "</cac:Party></cac:%s>\n", role);
}

static void line(GString *xml, const Invoice *invoice, guint number)
{
    const Position *p = &invoice->positions[number];
    g_string_append_printf(xml, "<cac:InvoiceLine><cbc:ID>%u</cbc:ID>\n", number + 1);
    g_string_append_printf(xml,
                           "<cbc:InvoicedQuantity unitCode=\"C62\">%s</cbc:InvoicedQuantity>\n",
                           quantity_text(invoice, p->quantity));
    amount(xml, "LineExtensionAmount", invoice, position_amount(p));
    g_string_append(xml, "<cac:Item>\n");
    element(xml, "Name", p->text);
    g_string_append(xml, "</cac:Item><cac:Price>\n");
    amount(xml, "PriceAmount", invoice, p->price);
    g_string_append(xml, "</cac:Price></cac:InvoiceLine>\n");
}

static void totals(GString *xml, const Invoice *invoice)
{
    g_string_append(xml, "<cac:TaxTotal>\n");
    amount(xml, "TaxAmount", invoice, invoice_tax(invoice));
    g_string_append(xml, "</cac:TaxTotal><cac:LegalMonetaryTotal>\n");
    amount(xml, "LineExtensionAmount", invoice, invoice_lines(invoice));
    amount(xml, "TaxExclusiveAmount", invoice, invoice_net(invoice));
    amount(xml, "TaxInclusiveAmount", invoice, invoice_total(invoice));
    amount(xml, "PayableAmount", invoice, invoice_total(invoice) - invoice->prepaid);
    g_string_append(xml, "</cac:LegalMonetaryTotal>\n");
}

char *invoice_ubl(const Invoice *invoice)
{
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                "<ubl:Invoice xmlns:ubl=\"" UBL "Invoice-2\"\n"
                                " xmlns:cac=\"" UBL "CommonAggregateComponents-2\"\n"
                                " xmlns:cbc=\"" UBL "CommonBasicComponents-2\">\n");
    element(xml, "CustomizationID", "urn:cen.eu:en16931:2017");
    element(xml, "ID", invoice->number);
    element(xml, "IssueDate", invoice->issued);
    element(xml, "DueDate", invoice->due);
    element(xml, "InvoiceTypeCode", "380");
    element(xml, "DocumentCurrencyCode", invoice->currency);
    g_string_append(xml, "<cac:OrderReference>\n");
    element(xml, "ID", invoice->order);
    g_string_append(xml, "</cac:OrderReference>\n");
    party(xml, "AccountingSupplierParty", &invoice->seller);
    party(xml, "AccountingCustomerParty", &invoice->buyer);
    g_string_append(xml, "<cac:PaymentMeans>\n");
    element(xml, "PaymentID", invoice->reference);
    g_string_append(xml, "<cac:PayeeFinancialAccount>\n");
    element(xml, "ID", invoice->iban);
    g_string_append(xml, "</cac:PayeeFinancialAccount></cac:PaymentMeans>\n");
    totals(xml, invoice);
    for (guint i = 0; i < invoice->n_positions; i++)
        line(xml, invoice, i);
    g_string_append(xml, "</ubl:Invoice>\n");
    return g_string_free(xml, FALSE);
}
