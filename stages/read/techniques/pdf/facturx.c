/* What is taken, and where it stands, is two tables of paths. A path is names of elements from the root's
 * children on, without prefixes; '|' separates the names that the versions of a format use. */
#include "facturx.h"

#include "stages/read/techniques/grid.h"

#include <libxml/parser.h>
#include <string.h>

#define MAX_XML_BYTES (8u << 20)
#define MAX_LINES 2000
#define MAX_VALUE_BYTES 4000

typedef struct {
    const char *key, *path;
} Field;

#define TRADE "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction/"
#define AGREED TRADE "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement/"
#define DELIVERED TRADE "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery/"
#define SETTLED TRADE "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement/"
#define SUMS                                                                                       \
    SETTLED "SpecifiedTradeSettlementHeaderMonetarySummation|"                                     \
            "SpecifiedTradeSettlementMonetarySummation/"
#define LINE_SETTLED "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement/"

static const Field cii_fields[] = {
    {"Invoice number", "ExchangedDocument|HeaderExchangedDocument/ID"},
    {"Issue date", "ExchangedDocument|HeaderExchangedDocument/IssueDateTime/DateTimeString"},
    {"Seller name", AGREED "SellerTradeParty/Name"},
    {"Seller VAT number", AGREED "SellerTradeParty/SpecifiedTaxRegistration/ID"},
    {"Buyer name", AGREED "BuyerTradeParty/Name"},
    {"Buyer reference", AGREED "BuyerReference"},
    {"Order number", AGREED "BuyerOrderReferencedDocument/IssuerAssignedID|ID"},
    {"Delivery date", DELIVERED "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString"},
    {"Currency", SETTLED "InvoiceCurrencyCode"},
    {"Payment reference", SETTLED "PaymentReference"},
    {"IBAN",
     SETTLED "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"},
    {"Due date", SETTLED "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"},
    {"Line total", SUMS "LineTotalAmount"},
    {"Net total", SUMS "TaxBasisTotalAmount"},
    {"VAT total", SUMS "TaxTotalAmount"},
    {"Grand total", SUMS "GrandTotalAmount"},
    {"Prepaid", SUMS "TotalPrepaidAmount"},
    {"Amount due", SUMS "DuePayableAmount"},
};

static const Field cii_line[] = {
    {"item", "SpecifiedTradeProduct/Name"},
    {"quantity", "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity"},
    {"unit price", "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement/"
                   "NetPriceProductTradePrice/ChargeAmount"},
    {"total", LINE_SETTLED "SpecifiedTradeSettlementLineMonetarySummation|"
                           "SpecifiedTradeSettlementMonetarySummation/LineTotalAmount"},
};

static const Field ubl_fields[] = {
    {"Invoice number", "ID"},
    {"Issue date", "IssueDate"},
    {"Due date", "DueDate"},
    {"Seller name", "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName"},
    {"Seller VAT number", "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID"},
    {"Buyer name", "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName"},
    {"Buyer reference", "BuyerReference"},
    {"Order number", "OrderReference/ID"},
    {"Delivery date", "Delivery/ActualDeliveryDate"},
    {"Currency", "DocumentCurrencyCode"},
    {"IBAN", "PaymentMeans/PayeeFinancialAccount/ID"},
    {"Line total", "LegalMonetaryTotal/LineExtensionAmount"},
    {"Net total", "LegalMonetaryTotal/TaxExclusiveAmount"},
    {"VAT total", "TaxTotal/TaxAmount"},
    {"Grand total", "LegalMonetaryTotal/TaxInclusiveAmount"},
    {"Prepaid", "LegalMonetaryTotal/PrepaidAmount"},
    {"Amount due", "LegalMonetaryTotal/PayableAmount"},
};

static const Field ubl_line[] = {
    {"item", "Item/Name"},
    {"quantity", "InvoicedQuantity|CreditedQuantity"},
    {"unit price", "Price/PriceAmount"},
    {"total", "LineExtensionAmount"},
};

typedef struct {
    const char *root; /* local names */
    const Field *fields, *line;
    guint n_fields, n_line;
    const char *lines; /* path of the parent of the lines, "" the root */
    const char *line_name;
} Format;

static const Format formats[] = {
    {"CrossIndustryInvoice|CrossIndustryDocument", cii_fields, cii_line, G_N_ELEMENTS(cii_fields),
     G_N_ELEMENTS(cii_line), "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction",
     "IncludedSupplyChainTradeLineItem"},
    {"Invoice|CreditNote", ubl_fields, ubl_line, G_N_ELEMENTS(ubl_fields), G_N_ELEMENTS(ubl_line),
     "", "InvoiceLine|CreditNoteLine"},
};

/* Whether one of "A|B" (length bytes) is the element's name. */
static gboolean is_named(const xmlNode *node, const char *names, gsize length)
{
    const char *name = (const char *)node->name;
    gsize n = strlen(name);
    for (const char *at = names; at < names + length;) {
        const char *bar = memchr(at, '|', (gsize)(names + length - at));
        gsize one = (gsize)((bar ? bar : names + length) - at);
        if (one == n && memcmp(at, name, n) == 0)
            return TRUE;
        at += one + 1;
    }
    return FALSE;
}

/* The first element of the path below `node`; the node itself for "". */
static const xmlNode *find(const xmlNode *node, const char *path)
{
    if (!*path)
        return node;
    gsize length = strcspn(path, "/");
    const char *rest = path + length + (path[length] == '/');
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || !is_named(child, path, length))
            continue;
        const xmlNode *found = find(child, rest);
        if (found)
            return found;
    }
    return NULL;
}

/* The text of an element that holds nothing else, in one line; NULL if it is empty. Caller frees. */
static char *text_of(const xmlNode *element)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const xmlNode *child = element->children; child; child = child->next)
        if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
            child->content && text->len < MAX_VALUE_BYTES)
            g_string_append(text, (const char *)child->content);
    g_autofree char *valid = g_utf8_make_valid(text->str, (gssize)MIN(text->len, MAX_VALUE_BYTES));
    g_strstrip(valid);
    return *valid ? g_steal_pointer(&valid) : NULL;
}

/* "20261120" (format 102) as other dates are written here. */
static char *readable(const char *key, char *value)
{
    if (!g_str_has_suffix(key, "date") || strlen(value) != 8 || strspn(value, "0123456789") != 8)
        return value;
    char *date = g_strdup_printf("%.4s-%.2s-%.2s", value, value + 4, value + 6);
    g_free(value);
    return date;
}

static void add_field(Grid *grid, const xmlNode *below, const Field *field, const char *prefix)
{
    const xmlNode *element = find(below, field->path);
    char *found = element ? text_of(element) : NULL;
    if (!found)
        return;
    g_autofree char *value = readable(field->key, found);
    g_autofree char *key = g_strconcat(prefix, field->key, NULL);
    grid_line(grid);
    double x = grid_text(grid, key, 0, 0);
    grid_text(grid, value, x + 2, 1);
}

static void add_lines(Grid *grid, const xmlNode *root, const Format *format)
{
    const xmlNode *parent = find(root, format->lines);
    guint number = 0;
    for (const xmlNode *child = parent ? parent->children : NULL; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE ||
            !is_named(child, format->line_name, strlen(format->line_name)))
            continue;
        if (++number > MAX_LINES)
            break;
        g_autofree char *prefix = g_strdup_printf("Line %u ", number);
        for (guint i = 0; i < format->n_line; i++)
            add_field(grid, child, &format->line[i], prefix);
    }
}

static Reading *read_tree(const xmlNode *root)
{
    const Format *format = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(formats) && !format; i++)
        if (is_named(root, formats[i].root, strlen(formats[i].root)))
            format = &formats[i];
    if (!format)
        return NULL;
    g_autoptr(Reading) reading = reading_new("application/xml");
    Grid grid;
    grid_begin(&grid, reading, TECHNIQUE_DATA);
    grid_block(&grid, BLOCK_FIELDS, 0);
    for (guint i = 0; i < format->n_fields; i++)
        add_field(&grid, root, &format->fields[i], "");
    add_lines(&grid, root, format);
    if (!grid_end(&grid, NULL) || reading->words->len == 0)
        return NULL;
    reading->page_count = 1;
    return g_steal_pointer(&reading);
}

Reading *facturx_read(GBytes *xml)
{
    gsize size;
    const char *data = g_bytes_get_data(xml, &size);
    if (size == 0 || size > MAX_XML_BYTES)
        return NULL;
    /* No network, no entities: what they would bring in is not in the document. */
    xmlDoc *document = xmlReadMemory(data, (int)size, "", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                         XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
    if (!document)
        return NULL;
    const xmlNode *root = xmlDocGetRootElement(document);
    Reading *reading = root ? read_tree(root) : NULL;
    xmlFreeDoc(document);
    return reading;
}
