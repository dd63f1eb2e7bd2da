#include "samples/make/invoice.h"

#include <stdlib.h>
#include <string.h>

gint64 position_amount(const Position *position)
{
    gint64 exact = position->quantity * position->price;
    return (exact + (exact < 0 ? -500 : 500)) / 1000;
}

gint64 invoice_lines(const Invoice *invoice)
{
    gint64 sum = 0;
    for (guint i = 0; i < invoice->n_positions; i++)
        sum += position_amount(&invoice->positions[i]);
    return sum;
}

gint64 invoice_net(const Invoice *invoice)
{
    return invoice_lines(invoice) - invoice->discount + invoice->charges;
}

/* Discount and charges are taxed at the rate of the first position, as small firms do. */
gint64 invoice_tax_at(const Invoice *invoice, int rate)
{
    gint64 base = 0;
    for (guint i = 0; i < invoice->n_positions; i++)
        if (invoice->positions[i].rate == rate)
            base += position_amount(&invoice->positions[i]);
    if (invoice->n_positions && invoice->positions[0].rate == rate)
        base += invoice->charges - invoice->discount;
    gint64 exact = base * rate;
    return (exact + (exact < 0 ? -500 : 500)) / 1000;
}

static gboolean rate_is_new(const Invoice *invoice, guint position)
{
    for (guint i = 0; i < position; i++)
        if (invoice->positions[i].rate == invoice->positions[position].rate)
            return FALSE;
    return TRUE;
}

gint64 invoice_tax(const Invoice *invoice)
{
    gint64 tax = 0;
    for (guint i = 0; i < invoice->n_positions; i++)
        if (rate_is_new(invoice, i))
            tax += invoice_tax_at(invoice, invoice->positions[i].rate);
    return tax;
}

gint64 invoice_total(const Invoice *invoice)
{
    return invoice_net(invoice) + invoice_tax(invoice) + invoice->misprint;
}

/* ---- printing of values ---- */

/* A ring of strings, so that several fit into one call of print(). */
static const char *keep(char *text)
{
    static char *ring[16];
    static guint next;
    next = (next + 1) % G_N_ELEMENTS(ring);
    g_free(ring[next]);
    ring[next] = text;
    return text;
}

static char *grouped(gint64 number, char separator)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, number);
    GString *text = g_string_new(NULL);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            g_string_append_c(text, separator);
        g_string_append_c(text, digits[i]);
    }
    return g_string_free(text, FALSE);
}

const char *money_text(const Invoice *invoice, gint64 cents)
{
    gboolean comma = invoice->money == COMMA_SIGN_LAST;
    gint64 amount = ABS(cents);
    const char *minus = cents < 0 ? "-" : "";
    g_autofree char *whole = grouped(amount / 100, comma ? '.' : ',');
    int rest = (int)(amount % 100);
    if (comma)
        return keep(g_strdup_printf("%s%s,%02d %s", minus, whole, rest, invoice->sign));
    if (invoice->money == POINT_CODE)
        return keep(g_strdup_printf("%s%s.%02d", minus, whole, rest));
    return keep(g_strdup_printf("%s%s%s.%02d", minus, invoice->sign, whole, rest));
}

const char *date_text(DateStyle style, const char *iso)
{
    static const char *months[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};
    int year = atoi(iso), month = atoi(iso + 5), day = atoi(iso + 8);
    switch (style) {
    case DATE_DOTS:
        return keep(g_strdup_printf("%02d.%02d.%d", day, month, year));
    case DATE_US:
        return keep(g_strdup_printf("%s %d, %d", months[month - 1], day, year));
    case DATE_SLASHES:
        return keep(g_strdup_printf("%02d/%02d/%d", day, month, year));
    case DATE_LONG:
        break;
    }
    return keep(g_strdup_printf("%d %s %d", day, months[month - 1], year));
}

const char *quantity_text(const Invoice *invoice, gint64 thousandths)
{
    char point = invoice->money == COMMA_SIGN_LAST ? ',' : '.';
    if (thousandths % 1000 == 0)
        return keep(g_strdup_printf("%" G_GINT64_FORMAT, thousandths / 1000));
    return keep(g_strdup_printf("%" G_GINT64_FORMAT "%c%02d", thousandths / 1000, point,
                                (int)(ABS(thousandths) % 1000 / 10)));
}

const char *rate_text(const Invoice *invoice, int rate)
{
    char point = invoice->money == COMMA_SIGN_LAST ? ',' : '.';
    if (rate % 10 == 0)
        return keep(
            g_strdup_printf("%d%s", rate / 10, invoice->money == COMMA_SIGN_LAST ? " %" : "%"));
    return keep(g_strdup_printf("%d%c%d%%", rate / 10, point, rate % 10));
}

/* ---- the true record ---- */

static void add_text(cJSON *object, const char *key, const char *text)
{
    cJSON_AddItemToObject(object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_money(cJSON *object, const char *key, gint64 cents)
{
    cJSON_AddNumberToObject(object, key, (double)cents / 100);
}

static void add_money_or_null(cJSON *object, const char *key, gint64 cents)
{
    if (cents)
        add_money(object, key, cents);
    else
        cJSON_AddNullToObject(object, key);
}

/* Identifiers are compared without the spaces and dots that people put into them. */
static char *without_spaces(const char *text)
{
    if (!text)
        return NULL;
    g_auto(GStrv) parts = g_strsplit_set(text, " .", -1);
    return g_strjoinv("", parts);
}

static cJSON *party_record(const Party *party, gboolean seller)
{
    cJSON *object = cJSON_CreateObject();
    add_text(object, "name", party->name);
    g_auto(GStrv) lines = g_strsplit(party->address ? party->address : "", "\n", -1);
    g_autofree char *address = g_strjoinv(", ", lines);
    add_text(object, "address", *address ? address : NULL);
    g_autofree char *vat_id = without_spaces(party->vat_id);
    add_text(object, "vat_id", vat_id);
    if (seller)
        add_text(object, "email", party->email);
    return object;
}

static cJSON *position_record(const Invoice *invoice, const Position *position)
{
    cJSON *line = cJSON_CreateObject();
    add_text(line, "description", position->text);
    cJSON_AddNumberToObject(line, "quantity", (double)position->quantity / 1000);
    add_text(line, "unit", position->unit);
    add_money(line, "unit_price", position->price);
    add_money(line, "net_amount", position_amount(position));
    if (invoice->line_tax)
        cJSON_AddNumberToObject(line, "tax_rate", position->rate / 10.0);
    else
        cJSON_AddNullToObject(line, "tax_rate");
    return line;
}

cJSON *invoice_record(const Invoice *invoice)
{
    cJSON *record = cJSON_CreateObject();
    add_text(record, "document_type", invoice->credit ? "credit_note" : "invoice");
    add_text(record, "number", invoice->number);
    add_text(record, "issue_date", invoice->issued);
    add_text(record, "due_date", invoice->due);
    add_text(record, "purchase_order", invoice->order);
    cJSON_AddItemToObject(record, "seller", party_record(&invoice->seller, TRUE));
    cJSON_AddItemToObject(record, "buyer", party_record(&invoice->buyer, FALSE));
    add_text(record, "currency", invoice->currency);
    cJSON *lines = cJSON_AddArrayToObject(record, "lines");
    for (guint i = 0; i < invoice->n_positions; i++)
        cJSON_AddItemToArray(lines, position_record(invoice, &invoice->positions[i]));
    add_money_or_null(record, "discount", invoice->discount);
    add_money_or_null(record, "charges", invoice->charges);
    add_money(record, "net", invoice_net(invoice));
    add_money_or_null(record, "tax", invoice_tax(invoice)); /* no tax, no tax line on the page */
    add_money(record, "total", invoice_total(invoice));
    add_money_or_null(record, "prepaid", invoice->prepaid);
    if (invoice->prepaid)
        add_money(record, "amount_due", invoice_total(invoice) - invoice->prepaid);
    else
        cJSON_AddNullToObject(record, "amount_due");
    g_autofree char *iban = without_spaces(invoice->iban);
    add_text(record, "iban", iban);
    add_text(record, "payment_reference", invoice->reference);
    return record;
}
