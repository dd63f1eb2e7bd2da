/* Invoices that are not pages: plain text as old systems print it, HTML as billing systems mail it. */
#include "samples/make/invoice.h"

typedef struct {
    const char *title, *number, *date, *due, *order, *to, *head, *net, *tax, *total, *pay, *vat;
} Words;

static const Words english = {
    .title = "INVOICE",
    .number = "Invoice No",
    .date = "Invoice date",
    .due = "Due date",
    .order = "Your order",
    .to = "Bill to:",
    .head = "Description                      Qty   Unit price       Amount",
    .net = "Net total",
    .tax = "VAT",
    .total = "Total",
    .pay = "Please pay to",
    .vat = "VAT Reg No",
};
static const Words german_words = {
    .title = "RECHNUNG",
    .number = "Rechnungsnummer",
    .date = "Rechnungsdatum",
    .due = "Zahlbar bis",
    .order = "Ihre Bestellung",
    .to = "Rechnung an:",
    .head = "Bezeichnung                    Menge  Einzelpreis       Gesamt",
    .net = "Nettobetrag",
    .tax = "zzgl. 19 % MwSt",
    .total = "Gesamtbetrag",
    .pay = "Bitte überweisen auf",
    .vat = "USt-IdNr.",
};

/* Pads to `width` characters (not bytes, which %-*s would count). */
static void pad(GString *text, const char *value, glong width, gboolean right)
{
    glong missing = width - g_utf8_strlen(value, -1);
    for (glong i = 0; right && i < missing; i++)
        g_string_append_c(text, ' ');
    g_string_append(text, value);
    for (glong i = 0; !right && i < missing; i++)
        g_string_append_c(text, ' ');
}

static void row(GString *text, const char *name, const char *value)
{
    pad(text, name, 46, TRUE);
    pad(text, value, 16, TRUE);
    g_string_append_c(text, '\n');
}

static void plain_positions(GString *text, const Invoice *invoice, const Words *words)
{
    g_string_append_printf(text, "%s\n", words->head);
    g_string_append(text, "--------------------------------------------------------------\n");
    for (guint i = 0; i < invoice->n_positions; i++) {
        const Position *p = &invoice->positions[i];
        pad(text, p->text, 30, FALSE);
        pad(text, quantity_text(invoice, p->quantity), 6, TRUE);
        pad(text, money_text(invoice, p->price), 13, TRUE);
        pad(text, money_text(invoice, position_amount(p)), 13, TRUE);
        g_string_append_c(text, '\n');
    }
    g_string_append(text, "--------------------------------------------------------------\n");
}

char *invoice_plain(const Invoice *invoice, gboolean german)
{
    const Words *words = german ? &german_words : &english;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s\n%s: %s\n%s\n\n", invoice->seller.name,
                           invoice->seller.address, words->vat, invoice->seller.vat_id,
                           invoice->seller.email);
    g_string_append_printf(text, "                         %s\n\n", words->title);
    g_string_append_printf(text, "%s\n%s\n%s\n\n", words->to, invoice->buyer.name,
                           invoice->buyer.address);
    g_string_append_printf(text, "%s: %s\n%s: %s\n%s: %s\n", words->number, invoice->number,
                           words->date, date_text(invoice->dates, invoice->issued), words->due,
                           date_text(invoice->dates, invoice->due));
    if (invoice->order)
        g_string_append_printf(text, "%s: %s\n", words->order, invoice->order);
    g_string_append_c(text, '\n');
    plain_positions(text, invoice, words);
    row(text, words->net, money_text(invoice, invoice_net(invoice)));
    row(text, words->tax, money_text(invoice, invoice_tax(invoice)));
    row(text, words->total, money_text(invoice, invoice_total(invoice)));
    g_string_append_printf(text, "\n%s %s\nIBAN %s\n", words->pay, invoice->bank, invoice->iban);
    return g_string_free(text, FALSE);
}

static void html_cell(GString *html, const char *value, gboolean right)
{
    g_autofree char *safe = g_markup_escape_text(value, -1);
    g_string_append_printf(html, "<td%s>%s</td>", right ? " align=\"right\"" : "", safe);
}

static void html_total(GString *html, const char *name, const char *value)
{
    g_string_append_printf(html, "<tr><td></td><td></td><td>%s</td>", name);
    html_cell(html, value, TRUE);
    g_string_append(html, "</tr>\n");
}

static void html_party(GString *html, const Party *party)
{
    g_auto(GStrv) lines = g_strsplit(party->address, "\n", -1);
    g_autofree char *address = g_strjoinv("<br>", lines);
    g_autofree char *name = g_markup_escape_text(party->name, -1);
    g_string_append_printf(html, "<p><b>%s</b><br>%s</p>\n", name, address);
}

char *invoice_html(const Invoice *invoice)
{
    GString *html = g_string_new("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Your "
                                 "invoice is ready</title>\n<style>body{font-family:sans-serif}.pre"
                                 "header{display:none}</style></head>\n<body>\n");
    g_string_append_printf(html,
                           "<span class=\"preheader\">Invoice %s is ready, view it in your "
                           "browser</span>\n<table width=\"600\"><tr><td>\n<h1>Invoice</h1>\n",
                           invoice->number);
    html_party(html, &invoice->seller);
    g_string_append_printf(html, "<p>%s</p>\n<h3>Bill to</h3>\n", invoice->seller.email);
    html_party(html, &invoice->buyer);
    g_string_append_printf(html,
                           "<table><tr><td>Invoice number</td><td>%s</td></tr>\n"
                           "<tr><td>Invoice date</td><td>%s</td></tr>\n"
                           "<tr><td>Due date</td><td>%s</td></tr></table>\n",
                           invoice->number, date_text(invoice->dates, invoice->issued),
                           date_text(invoice->dates, invoice->due));
    g_string_append(html, "<table border=\"1\">\n<tr><th>Description</th><th>Quantity</th><th>Unit "
                          "price</th><th>Amount</th></tr>\n");
    for (guint i = 0; i < invoice->n_positions; i++) {
        const Position *p = &invoice->positions[i];
        g_string_append(html, "<tr>");
        html_cell(html, p->text, FALSE);
        html_cell(html, quantity_text(invoice, p->quantity), TRUE);
        html_cell(html, money_text(invoice, p->price), TRUE);
        html_cell(html, money_text(invoice, position_amount(p)), TRUE);
        g_string_append(html, "</tr>\n");
    }
    html_total(html, "Subtotal", money_text(invoice, invoice_net(invoice)));
    html_total(html, "Total", money_text(invoice, invoice_total(invoice)));
    g_string_append(html, "</table>\n<p>Charged to your card automatically on the due date. "
                          "<a href=\"https://ledgerline.example/unsubscribe\">Unsubscribe</a></p>\n"
                          "</td></tr></table>\n</body></html>\n");
    return g_string_free(html, FALSE);
}
