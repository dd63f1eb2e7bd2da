/* An invoice as data, from which its pages, its text and its true record are all made; so they
 * cannot disagree unless a sample wants them to. Money is in cents, quantities in thousandths. */
#pragma once

#include "pipeline/core/json.h"
#include "samples/make/paper.h"

typedef struct {
    const char *text;
    gint64 quantity;  /* thousandths; 1000 = 1 */
    const char *unit; /* NULL: not printed */
    gint64 price;     /* cents, net */
    int rate;         /* tax in tenths of a percent: 190 = 19 % */
} Position;

typedef struct {
    const char *name, *address; /* address: lines separated by '\n' */
    const char *vat_id, *email, *phone;
} Party;

typedef enum { POINT_SIGN_FIRST, POINT_CODE, COMMA_SIGN_LAST } MoneyStyle;
typedef enum { DATE_LONG, DATE_DOTS, DATE_US, DATE_SLASHES } DateStyle;

typedef struct {
    const char *number, *issued, *due, *order, *reference; /* dates ISO */
    gboolean credit;
    Party seller, buyer;
    const char *currency, *sign;
    MoneyStyle money;
    DateStyle dates;
    const Position *positions;
    guint n_positions;
    gint64 discount, charges, prepaid; /* cents, before tax but for prepaid */
    gboolean line_tax;                 /* the table has a column of tax rates */
    gint64 misprint;                   /* cents by which the printed total is wrong */
    const char *iban, *bank;
} Invoice;

extern const Invoice invoice_classic, invoice_two_column, invoice_multipage, invoice_german,
    invoice_us, invoice_credit, invoice_misprint, invoice_scan, invoice_fax, invoice_mixed,
    invoice_text, invoice_cp1252, invoice_mail, invoice_orders, invoice_hidden, invoice_odd,
    invoice_rotated, invoice_electronic;

gint64 position_amount(const Position *position);
gint64 invoice_lines(const Invoice *invoice); /* sum of the positions */
gint64 invoice_net(const Invoice *invoice);   /* after discount and charges */
gint64 invoice_tax_at(const Invoice *invoice, int rate);
gint64 invoice_tax(const Invoice *invoice);
gint64 invoice_total(const Invoice *invoice); /* as printed, misprint included */

/* Lent until the calling function's next eight calls, as labels of a page need no more. */
const char *money_text(const Invoice *invoice, gint64 cents);
const char *date_text(DateStyle style, const char *iso);
const char *quantity_text(const Invoice *invoice, gint64 thousandths);
const char *rate_text(const Invoice *invoice, int rate);

/* The record that a perfect reader makes of it. Caller owns. */
cJSON *invoice_record(const Invoice *invoice);

/* Layouts. `data` is an Invoice. */
void draw_classic(Pen *pen, guint page, gconstpointer data);
void draw_two_column(Pen *pen, guint page, gconstpointer data);
void draw_multipage(Pen *pen, guint page, gconstpointer data);
void draw_german(Pen *pen, guint page, gconstpointer data);
void draw_us(Pen *pen, guint page, gconstpointer data);
guint multipage_pages(const Invoice *invoice);

/* As a plain text of 76 columns, in English or German. Caller frees. */
char *invoice_plain(const Invoice *invoice, gboolean german);
/* As an electronic invoice: UBL 2 by EN 16931. Caller frees. */
char *invoice_ubl(const Invoice *invoice);
/* As the HTML that a billing system mails. Caller frees. */
char *invoice_html(const Invoice *invoice);
