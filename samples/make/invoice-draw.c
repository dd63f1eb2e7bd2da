/* The five layouts. They differ as real ones do: where the seller stands, what the labels are
 * called, which rules the table has, where the totals are. */
#include "samples/make/invoice.h"

static const double ink = 0.12;

static void begin(Pen *pen)
{
    pen_colour(pen, ink, ink, ink);
    pen_set(pen, SANS, 9.5);
}

/* ---- classic: letterhead right, boxed table, totals under its last column ---- */

static const double classic_right[] = {345, 415, 460, 545}; /* right edges of the number columns */

static double classic_table(Pen *pen, const Invoice *invoice, double y)
{
    double top = y;
    pen_set(pen, SERIF_BOLD, 9);
    print(pen, LEFT, 55, y + 14, "Description");
    print(pen, RIGHT, classic_right[0], y + 14, "Qty");
    print(pen, RIGHT, classic_right[1], y + 14, "Unit price");
    print(pen, RIGHT, classic_right[2], y + 14, "VAT");
    print(pen, RIGHT, classic_right[3], y + 14, "Amount");
    y += 20;
    rule(pen, 50, y, 550, y, 0.8);
    pen_set(pen, SERIF, 9);
    for (guint i = 0; i < invoice->n_positions; i++, y += 18) {
        const Position *p = &invoice->positions[i];
        print(pen, LEFT, 55, y + 13, "%s", p->text);
        print(pen, RIGHT, classic_right[0], y + 13, "%s", quantity_text(invoice, p->quantity));
        print(pen, RIGHT, classic_right[1], y + 13, "%s", money_text(invoice, p->price));
        print(pen, RIGHT, classic_right[2], y + 13, "%s", rate_text(invoice, p->rate));
        print(pen, RIGHT, classic_right[3], y + 13, "%s", money_text(invoice, position_amount(p)));
        rule(pen, 50, y + 18, 550, y + 18, 0.3);
    }
    box(pen, 50, top, 500, y - top);
    return y;
}

static double total_row(Pen *pen, double label, double right, double y, const char *name,
                        const char *value)
{
    print(pen, LEFT, label, y, "%s", name);
    print(pen, RIGHT, right, y, "%s", value);
    return y + 16;
}

static void classic_head(Pen *pen, const Invoice *invoice)
{
    pen_set(pen, SERIF_BOLD, 17);
    print(pen, RIGHT, 550, 62, "%s", invoice->seller.name);
    pen_set(pen, SERIF, 9);
    double y = print_lines(pen, RIGHT, 550, 80, 12, invoice->seller.address);
    print(pen, RIGHT, 550, y, "Tel %s", invoice->seller.phone);
    print(pen, RIGHT, 550, y + 12, "%s", invoice->seller.email);
    print(pen, RIGHT, 550, y + 24, "VAT Reg No %s", invoice->seller.vat_id);
    pen_set(pen, SERIF_BOLD, 22);
    print(pen, LEFT, 50, 70, "%s", invoice->credit ? "CREDIT NOTE" : "INVOICE");
}

static void classic_meta(Pen *pen, const Invoice *invoice, double y)
{
    const char *kind = invoice->credit ? "Credit note" : "Invoice";
    pen_set(pen, SERIF_BOLD, 9);
    print(pen, LEFT, 340, y, "%s number:", kind);
    print(pen, LEFT, 340, y + 14, "%s date:", kind);
    if (invoice->due)
        print(pen, LEFT, 340, y + 28, "Due date:");
    if (invoice->order)
        print(pen, LEFT, 340, y + 42, "Your order no:");
    pen_set(pen, SERIF, 9);
    print(pen, LEFT, 450, y, "%s", invoice->number);
    print(pen, LEFT, 450, y + 14, "%s", date_text(invoice->dates, invoice->issued));
    if (invoice->due)
        print(pen, LEFT, 450, y + 28, "%s", date_text(invoice->dates, invoice->due));
    if (invoice->order)
        print(pen, LEFT, 450, y + 42, "%s", invoice->order);
}

void draw_classic(Pen *pen, guint page, gconstpointer data)
{
    const Invoice *invoice = data;
    begin(pen);
    classic_head(pen, invoice);
    pen_set(pen, SERIF_BOLD, 9);
    print(pen, LEFT, 50, 190, "Bill to");
    pen_set(pen, SERIF, 10);
    print(pen, LEFT, 50, 205, "%s", invoice->buyer.name);
    print_lines(pen, LEFT, 50, 218, 13, invoice->buyer.address);
    classic_meta(pen, invoice, 190);
    double y = classic_table(pen, invoice, 290) + 22;
    pen_set(pen, SERIF, 9.5);
    if (invoice->discount)
        y = total_row(pen, 390, 545, y, "Discount", money_text(invoice, -invoice->discount));
    y = total_row(pen, 390, 545, y, "Net total", money_text(invoice, invoice_net(invoice)));
    y = total_row(pen, 390, 545, y, "VAT", money_text(invoice, invoice_tax(invoice)));
    rule(pen, 385, y - 11, 550, y - 11, 0.6);
    pen_set(pen, SERIF_BOLD, 11);
    total_row(pen, 390, 545, y + 4, invoice->credit ? "Total credit" : "Total",
              money_text(invoice, invoice_total(invoice)));
    pen_set(pen, SERIF, 8.5);
    rule(pen, 50, 762, 550, 762, 0.4);
    if (!invoice->credit)
        print(pen, LEFT, 50, 776, "Please pay to %s, IBAN %s, quoting the invoice number.",
              invoice->bank, invoice->iban);
    else
        print(pen, LEFT, 50, 776, "This amount has been credited to your account. Our IBAN %s",
              invoice->iban);
    print(pen, LEFT, 50, 788, "Goods remain the property of %s until paid in full.",
          invoice->seller.name);
}

/* ---- two columns: a dark side bar with white letters (which everybody sees) ---- */

static void side_bar(Pen *pen, const Invoice *invoice)
{
    pen_colour(pen, 0.10, 0.22, 0.36);
    fill(pen, 0, 0, 185, A4_HEIGHT);
    pen_colour(pen, 1, 1, 1);
    pen_set(pen, SANS_BOLD, 9.5);
    print(pen, LEFT, 20, 60, "%s", invoice->seller.name);
    pen_set(pen, SANS, 8.5);
    double y = print_lines(pen, LEFT, 20, 78, 12, invoice->seller.address) + 8;
    print(pen, LEFT, 20, y, "%s", invoice->seller.email);
    print(pen, LEFT, 20, y + 12, "%s", invoice->seller.phone);
    print(pen, LEFT, 20, y + 24, "VAT No: %s", invoice->seller.vat_id);
    pen_set(pen, SANS_BOLD, 9);
    print(pen, LEFT, 20, 560, "How to pay");
    pen_set(pen, SANS, 8.5);
    print(pen, LEFT, 20, 576, "%s", invoice->bank);
    print(pen, LEFT, 20, 590, "IBAN %s", invoice->iban);
    if (invoice->reference)
        print(pen, LEFT, 20, 604, "Payment reference: %s", invoice->reference);
    print(pen, LEFT, 20, 632, "Questions? Call us, a person");
    print(pen, LEFT, 20, 644, "answers before the third ring.");
    pen_colour(pen, ink, ink, ink);
}

static double side_meta(Pen *pen, const Invoice *invoice)
{
    const char *names[] = {"Invoice no", "Date", "Due date", "Purchase order"};
    const char *values[] = {invoice->number, date_text(invoice->dates, invoice->issued),
                            date_text(invoice->dates, invoice->due), invoice->order};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        pen_set(pen, SANS, 7.5);
        pen_colour(pen, 0.4, 0.4, 0.4);
        print(pen, LEFT, 210 + i * 90, 105, "%s", names[i]);
        pen_set(pen, SANS_BOLD, 9);
        pen_colour(pen, ink, ink, ink);
        print(pen, LEFT, 210 + i * 90, 119, "%s", values[i] ? values[i] : "-");
    }
    return 150;
}

static double side_lines(Pen *pen, const Invoice *invoice, double y)
{
    pen_set(pen, SANS_BOLD, 8);
    print(pen, LEFT, 210, y, "Item");
    print(pen, RIGHT, 405, y, "Qty");
    print(pen, LEFT, 412, y, "Unit");
    print(pen, RIGHT, 490, y, "Price");
    print(pen, RIGHT, 520, y, "VAT");
    print(pen, RIGHT, 575, y, "Net");
    rule(pen, 210, y + 5, 575, y + 5, 1.2);
    y += 20;
    pen_set(pen, SANS, 8.5);
    for (guint i = 0; i < invoice->n_positions; i++, y += 20) {
        const Position *p = &invoice->positions[i];
        print(pen, LEFT, 210, y, "%s", p->text);
        print(pen, RIGHT, 405, y, "%s", quantity_text(invoice, p->quantity));
        print(pen, LEFT, 412, y, "%s", p->unit);
        print(pen, RIGHT, 490, y, "%s", money_text(invoice, p->price));
        print(pen, RIGHT, 520, y, "%s", rate_text(invoice, p->rate));
        print(pen, RIGHT, 575, y, "%s", money_text(invoice, position_amount(p)));
    }
    rule(pen, 210, y - 8, 575, y - 8, 0.4);
    return y + 12;
}

void draw_two_column(Pen *pen, guint page, gconstpointer data)
{
    const Invoice *invoice = data;
    begin(pen);
    side_bar(pen, invoice);
    pen_set(pen, SANS_BOLD, 24);
    print(pen, LEFT, 210, 70, "Invoice");
    double y = side_meta(pen, invoice);
    pen_set(pen, SANS, 7.5);
    print(pen, LEFT, 210, y, "Billed to");
    pen_set(pen, SANS_BOLD, 9.5);
    print(pen, LEFT, 210, y + 14, "%s", invoice->buyer.name);
    pen_set(pen, SANS, 9);
    y = print_lines(pen, LEFT, 210, y + 27, 12, invoice->buyer.address);
    y = side_lines(pen, invoice, y + 35);
    pen_set(pen, SANS, 9);
    y = total_row(pen, 400, 575, y, "Subtotal", money_text(invoice, invoice_lines(invoice)));
    if (invoice->discount) {
        y = total_row(pen, 400, 575, y, "Discount", money_text(invoice, -invoice->discount));
        y = total_row(pen, 400, 575, y, "Net total", money_text(invoice, invoice_net(invoice)));
    }
    y = total_row(pen, 400, 575, y, "VAT 23%", money_text(invoice, invoice_tax(invoice)));
    pen_set(pen, SANS_BOLD, 12);
    total_row(pen, 400, 575, y + 8, "Total due", money_text(invoice, invoice_total(invoice)));
}

/* ---- several pages with carried totals ---- */

#define ROWS_FIRST 20u
#define ROWS_NEXT 20u

guint multipage_pages(const Invoice *invoice)
{
    guint rest = invoice->n_positions > ROWS_FIRST ? invoice->n_positions - ROWS_FIRST : 0;
    return 1 + (rest + ROWS_NEXT - 1) / ROWS_NEXT;
}

static double multipage_head(Pen *pen, const Invoice *invoice)
{
    pen_set(pen, SANS_BOLD, 14);
    print(pen, LEFT, 50, 60, "%s", invoice->seller.name);
    pen_set(pen, SANS, 8.5);
    double y = print_lines(pen, LEFT, 50, 76, 11, invoice->seller.address);
    print(pen, LEFT, 50, y, "VAT ID %s", invoice->seller.vat_id);
    print(pen, LEFT, 50, y + 11, "%s", invoice->seller.email);
    pen_set(pen, SANS_BOLD, 9);
    print(pen, LEFT, 340, 60, "Invoice to");
    pen_set(pen, SANS, 9);
    print(pen, LEFT, 340, 74, "%s", invoice->buyer.name);
    double below = print_lines(pen, LEFT, 340, 86, 12, invoice->buyer.address);
    if (invoice->buyer.vat_id)
        print(pen, LEFT, 340, below, "Your VAT no %s", invoice->buyer.vat_id);
    pen_set(pen, SANS_BOLD, 12);
    print(pen, LEFT, 50, 170, "Invoice %s", invoice->number);
    pen_set(pen, SANS, 9);
    print(pen, LEFT, 50, 188, "Invoice date: %s", date_text(invoice->dates, invoice->issued));
    print(pen, LEFT, 220, 188, "Due date: %s", date_text(invoice->dates, invoice->due));
    print(pen, LEFT, 390, 188, "PO number: %s", invoice->order);
    print(pen, LEFT, 50, 202, "All amounts in %s", invoice->currency);
    return 225;
}

static double multipage_columns(Pen *pen, double y)
{
    pen_colour(pen, 0.88, 0.90, 0.92);
    fill(pen, 50, y - 11, 495, 16);
    pen_colour(pen, ink, ink, ink);
    pen_set(pen, SANS_BOLD, 8);
    print(pen, LEFT, 54, y, "Pos");
    print(pen, LEFT, 80, y, "Description");
    print(pen, RIGHT, 320, y, "Quantity");
    print(pen, LEFT, 330, y, "Unit");
    print(pen, RIGHT, 420, y, "Unit price");
    print(pen, RIGHT, 468, y, "VAT %%");
    print(pen, RIGHT, 541, y, "Amount");
    return y + 18;
}

static void multipage_totals(Pen *pen, const Invoice *invoice, double y)
{
    rule(pen, 330, y - 10, 545, y - 10, 0.8);
    pen_set(pen, SANS, 9);
    y += 4;
    if (invoice->charges) {
        y = total_row(pen, 340, 541, y, "Goods total", money_text(invoice, invoice_lines(invoice)));
        y = total_row(pen, 340, 541, y, "Shipping", money_text(invoice, invoice->charges));
    }
    y = total_row(pen, 340, 541, y, "Total excl. VAT", money_text(invoice, invoice_net(invoice)));
    y = total_row(pen, 340, 541, y, "VAT 21%", money_text(invoice, invoice_tax(invoice)));
    pen_set(pen, SANS_BOLD, 10);
    y = total_row(pen, 340, 541, y, "Total incl. VAT", money_text(invoice, invoice_total(invoice)));
    pen_set(pen, SANS, 9);
    print(pen, LEFT, 50, y + 14, "Payment within 30 days to IBAN %s, %s.", invoice->iban,
          invoice->bank);
}

static void multipage_row(Pen *pen, const Invoice *invoice, guint i, double y)
{
    const Position *p = &invoice->positions[i];
    pen_set(pen, SANS, 8.5);
    print(pen, LEFT, 54, y, "%u", i + 1);
    print(pen, LEFT, 80, y, "%s", p->text);
    print(pen, RIGHT, 320, y, "%s", quantity_text(invoice, p->quantity));
    print(pen, LEFT, 330, y, "%s", p->unit);
    print(pen, RIGHT, 420, y, "%s", money_text(invoice, p->price));
    print(pen, RIGHT, 468, y, "%d", p->rate / 10);
    print(pen, RIGHT, 541, y, "%s", money_text(invoice, position_amount(p)));
}

void draw_multipage(Pen *pen, guint page, gconstpointer data)
{
    const Invoice *invoice = data;
    guint first = page == 1 ? 0 : ROWS_FIRST + (page - 2) * ROWS_NEXT;
    guint end = MIN(page == 1 ? ROWS_FIRST : first + ROWS_NEXT, invoice->n_positions);
    gint64 carried = 0;
    for (guint i = 0; i < first; i++)
        carried += position_amount(&invoice->positions[i]);
    begin(pen);
    double y = 80;
    if (page == 1)
        y = multipage_head(pen, invoice);
    else
        print(pen, LEFT, 50, 50, "%s · Invoice %s", invoice->seller.name, invoice->number);
    y = multipage_columns(pen, y);
    pen_set(pen, SANS_BOLD, 8.5);
    if (page > 1) {
        print(pen, LEFT, 80, y, "Brought forward");
        print(pen, RIGHT, 541, y, "%s", money_text(invoice, carried));
        y += 20;
    }
    for (guint i = first; i < end; i++, y += 24) {
        multipage_row(pen, invoice, i, y);
        carried += position_amount(&invoice->positions[i]);
    }
    if (end < invoice->n_positions) {
        pen_set(pen, SANS_BOLD, 8.5);
        print(pen, LEFT, 80, y, "Carried forward");
        print(pen, RIGHT, 541, y, "%s", money_text(invoice, carried));
    } else {
        multipage_totals(pen, invoice, y + 6);
    }
    pen_set(pen, SANS, 8);
    print(pen, CENTRE, A4_WIDTH / 2, 815, "Page %u of %u", page, multipage_pages(invoice));
}
