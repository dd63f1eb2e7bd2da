/* Two more layouts: a German business letter (DIN 5008) and a plain page on US Letter. */
#include "samples/make/invoice.h"

static const double ink = 0.12;

static double german_table(Pen *pen, const Invoice *invoice, double y)
{
    pen_set(pen, SANS_BOLD, 8.5);
    print(pen, LEFT, 60, y, "Pos.");
    print(pen, LEFT, 90, y, "Bezeichnung");
    print(pen, RIGHT, 330, y, "Menge");
    print(pen, LEFT, 338, y, "Einheit");
    print(pen, RIGHT, 435, y, "Einzelpreis");
    print(pen, RIGHT, 475, y, "USt");
    print(pen, RIGHT, 545, y, "Gesamtpreis");
    rule(pen, 60, y + 5, 545, y + 5, 0.7);
    pen_set(pen, SANS, 9);
    y += 20;
    for (guint i = 0; i < invoice->n_positions; i++, y += 18) {
        const Position *p = &invoice->positions[i];
        print(pen, LEFT, 60, y, "%u", i + 1);
        print(pen, LEFT, 90, y, "%s", p->text);
        print(pen, RIGHT, 330, y, "%s", quantity_text(invoice, p->quantity));
        print(pen, LEFT, 338, y, "%s", p->unit);
        print(pen, RIGHT, 435, y, "%s", money_text(invoice, p->price));
        print(pen, RIGHT, 475, y, "%s", rate_text(invoice, p->rate));
        print(pen, RIGHT, 545, y, "%s", money_text(invoice, position_amount(p)));
    }
    rule(pen, 60, y - 8, 545, y - 8, 0.7);
    return y + 10;
}

static double german_total(Pen *pen, double y, const char *name, const char *value)
{
    print(pen, RIGHT, 440, y, "%s", name);
    print(pen, RIGHT, 545, y, "%s", value);
    return y + 15;
}

static void german_footer(Pen *pen, const Invoice *invoice)
{
    rule(pen, 60, 765, 545, 765, 0.4);
    pen_set(pen, SANS, 7);
    print(pen, LEFT, 60, 776, "%s", invoice->seller.name);
    print(pen, LEFT, 60, 786, "Geschäftsführer: Jörg Wiesenthal");
    print(pen, LEFT, 60, 796, "Amtsgericht Nürnberg HRB 40718");
    print(pen, LEFT, 240, 776, "%s", invoice->bank);
    print(pen, LEFT, 240, 786, "IBAN %s", invoice->iban);
    print(pen, LEFT, 240, 796, "BIC FRBKDE77");
    print(pen, LEFT, 430, 776, "USt-IdNr. %s", invoice->seller.vat_id);
    print(pen, LEFT, 430, 786, "Tel. %s", invoice->seller.phone);
    print(pen, LEFT, 430, 796, "%s", invoice->seller.email);
}

static void german_info(Pen *pen, const Invoice *invoice)
{
    const char *names[] = {"Rechnungsnummer:", "Rechnungsdatum:", "Leistungsdatum:",
                           "Kundennummer:", "Ihre Bestellung:"};
    const char *values[] = {invoice->number, date_text(invoice->dates, invoice->issued),
                            "15.06.2026", "K-1044", invoice->order};
    pen_set(pen, SANS, 9);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        print(pen, LEFT, 370, 155 + i * 14, "%s", names[i]);
        print(pen, LEFT, 465, 155 + i * 14, "%s", values[i]);
    }
}

void draw_german(Pen *pen, guint page, gconstpointer data)
{
    const Invoice *invoice = data;
    pen_colour(pen, ink, ink, ink);
    pen_set(pen, SANS_BOLD, 18);
    print(pen, RIGHT, 545, 70, "%s", invoice->seller.name);
    g_auto(GStrv) street = g_strsplit(invoice->seller.address, "\n", -1);
    g_autofree char *sender = g_strjoinv(" · ", street);
    pen_set(pen, SANS, 6.5);
    print(pen, LEFT, 60, 140, "%s · %s", invoice->seller.name, sender);
    rule(pen, 60, 143, 300, 143, 0.3);
    pen_set(pen, SANS, 10);
    print(pen, LEFT, 60, 160, "%s", invoice->buyer.name);
    print_lines(pen, LEFT, 60, 174, 14, invoice->buyer.address);
    german_info(pen, invoice);
    pen_set(pen, SANS_BOLD, 13);
    print(pen, LEFT, 60, 280, "Rechnung Nr. %s", invoice->number);
    pen_set(pen, SANS, 9.5);
    print(pen, LEFT, 60, 304, "Sehr geehrte Damen und Herren,");
    print(pen, LEFT, 60, 320, "für die ausgeführten Arbeiten erlauben wir uns zu berechnen:");
    double y = german_table(pen, invoice, 350);
    pen_set(pen, SANS, 9);
    y = german_total(pen, y, "Summe netto", money_text(invoice, invoice_net(invoice)));
    y = german_total(pen, y, "zzgl. 19 % USt", money_text(invoice, invoice_tax_at(invoice, 190)));
    y = german_total(pen, y, "zzgl. 7 % USt", money_text(invoice, invoice_tax_at(invoice, 70)));
    y = german_total(pen, y, "USt gesamt", money_text(invoice, invoice_tax(invoice)));
    pen_set(pen, SANS_BOLD, 10);
    y = german_total(pen, y + 3, "Rechnungsbetrag", money_text(invoice, invoice_total(invoice)));
    pen_set(pen, SANS, 9.5);
    print(pen, LEFT, 60, y + 20, "Zahlbar bis %s ohne Abzug.",
          date_text(invoice->dates, invoice->due));
    print(pen, LEFT, 60, y + 50, "Mit freundlichen Grüßen");
    german_footer(pen, invoice);
}

static double us_party(Pen *pen, double x, const char *label, const Party *party)
{
    pen_set(pen, SANS, 8);
    pen_colour(pen, 0.45, 0.45, 0.45);
    print(pen, LEFT, x, 130, "%s", label);
    pen_colour(pen, ink, ink, ink);
    pen_set(pen, SANS_BOLD, 10);
    print(pen, LEFT, x, 146, "%s", party->name);
    pen_set(pen, SANS, 9.5);
    return print_lines(pen, LEFT, x, 160, 13, party->address);
}

static double us_total(Pen *pen, double y, const char *name, const char *value)
{
    print(pen, RIGHT, 460, y, "%s", name);
    print(pen, RIGHT, 552, y, "%s", value);
    return y + 18;
}

void draw_us(Pen *pen, guint page, gconstpointer data)
{
    const Invoice *invoice = data;
    pen_colour(pen, ink, ink, ink);
    pen_set(pen, SANS, 26);
    print(pen, LEFT, 60, 80, "invoice");
    pen_set(pen, SANS, 10);
    print(pen, RIGHT, 552, 66, "# %s", invoice->number);
    print(pen, RIGHT, 552, 82, "%s", date_text(invoice->dates, invoice->issued));
    double y = us_party(pen, 60, "From", &invoice->seller);
    print(pen, LEFT, 60, y, "%s", invoice->seller.email);
    us_party(pen, 330, "Bill to", &invoice->buyer);
    y = 250;
    pen_set(pen, SANS, 8);
    print(pen, LEFT, 60, y, "Description");
    print(pen, RIGHT, 370, y, "Quantity");
    print(pen, RIGHT, 460, y, "Rate");
    print(pen, RIGHT, 552, y, "Amount");
    pen_set(pen, SANS, 10);
    y += 24;
    for (guint i = 0; i < invoice->n_positions; i++, y += 26) {
        const Position *p = &invoice->positions[i];
        print(pen, LEFT, 60, y, "%s", p->text);
        print(pen, RIGHT, 370, y, "%s", quantity_text(invoice, p->quantity));
        print(pen, RIGHT, 460, y, "%s", money_text(invoice, p->price));
        print(pen, RIGHT, 552, y, "%s", money_text(invoice, position_amount(p)));
    }
    y += 20;
    y = us_total(pen, y, "Subtotal", money_text(invoice, invoice_net(invoice)));
    if (invoice_tax(invoice)) {
        g_autofree char *name =
            g_strdup_printf("Sales tax %s", rate_text(invoice, invoice->positions[0].rate));
        y = us_total(pen, y, name, money_text(invoice, invoice_tax(invoice)));
    }
    pen_set(pen, SANS_BOLD, 10.5);
    y = us_total(pen, y, "Total", money_text(invoice, invoice_total(invoice)));
    pen_set(pen, SANS, 10);
    if (invoice->prepaid) {
        y = us_total(pen, y, "Deposit paid", money_text(invoice, -invoice->prepaid));
        pen_set(pen, SANS_BOLD, 10.5);
        us_total(pen, y, "Balance due",
                 money_text(invoice, invoice_total(invoice) - invoice->prepaid));
        pen_set(pen, SANS, 10);
    }
    print(pen, LEFT, 60, 700, "Please pay by %s. Checks payable to %s.",
          date_text(invoice->dates, invoice->due), invoice->seller.name);
    print(pen, LEFT, 60, 716, "EIN %s", invoice->seller.vat_id);
}
