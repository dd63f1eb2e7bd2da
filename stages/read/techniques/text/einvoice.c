/* What is taken, and where it stands, is two tables of paths. A path is names of elements from the root's
 * children on, without prefixes; '|' separates the names that the versions of a format use. */
#include "einvoice.h"

#include "stages/read/techniques/grid.h"
#include "stages/read/techniques/text/text.h"

#include <libxml/parser.h>
#include <string.h>

#define MAX_XML_BYTES (8u << 20)
#define MAX_LINES 2000
#define MAX_VALUE_BYTES 4000

typedef struct {
    const char *key, *path;
    const char *parts; /* of the element, by which its text is put together; NULL: it is a text */
} Field;

/* Elements of an address; a comma begins another of its lines. */
#define CII_ADDRESS "LineOne,LineTwo,PostcodeCode CityName"
#define UBL_ADDRESS "StreetName,AdditionalStreetName,PostalZone CityName"

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
    {"Document type", "ExchangedDocument|HeaderExchangedDocument/TypeCode"},
    {"Seller name", AGREED "SellerTradeParty/Name"},
    {"Seller address", AGREED "SellerTradeParty/PostalTradeAddress", CII_ADDRESS},
    {"Seller country", AGREED "SellerTradeParty/PostalTradeAddress/CountryID"},
    {"Seller e-mail", AGREED
     "SellerTradeParty/DefinedTradeContact/EmailURIUniversalCommunication/URIID|CompleteNumber"},
    {"Seller VAT number", AGREED "SellerTradeParty/SpecifiedTaxRegistration/ID"},
    {"Buyer name", AGREED "BuyerTradeParty/Name"},
    {"Buyer address", AGREED "BuyerTradeParty/PostalTradeAddress", CII_ADDRESS},
    {"Buyer country", AGREED "BuyerTradeParty/PostalTradeAddress/CountryID"},
    {"Buyer reference", AGREED "BuyerReference"},
    {"Order number", AGREED "BuyerOrderReferencedDocument/IssuerAssignedID|ID"},
    {"Delivery date", DELIVERED "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString"},
    {"Currency", SETTLED "InvoiceCurrencyCode"},
    {"Payment reference", SETTLED "PaymentReference"},
    {"IBAN",
     SETTLED "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"},
    {"Due date", SETTLED "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"},
    {"Line total", SUMS "LineTotalAmount"},
    {"Discount", SUMS "AllowanceTotalAmount"},
    {"Charges", SUMS "ChargeTotalAmount"},
    {"Net total", SUMS "TaxBasisTotalAmount"},
    {"VAT total", SUMS "TaxTotalAmount"},
    {"Grand total", SUMS "GrandTotalAmount"},
    {"Amount paid", SUMS "TotalPrepaidAmount"},
    {"Amount due", SUMS "DuePayableAmount"},
};

static const Field cii_line[] = {
    {"item", "SpecifiedTradeProduct/Name"},
    {"quantity", "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity"},
    {"unit price", "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement/"
                   "NetPriceProductTradePrice/ChargeAmount"},
    {"net amount", LINE_SETTLED "SpecifiedTradeSettlementLineMonetarySummation|"
                                "SpecifiedTradeSettlementMonetarySummation/LineTotalAmount"},
};

static const Field ubl_fields[] = {
    {"Invoice number", "ID"},
    {"Issue date", "IssueDate"},
    {"Document type", "InvoiceTypeCode|CreditNoteTypeCode"},
    {"Due date", "DueDate"},
    {"Seller name",
     "AccountingSupplierParty/Party/PartyLegalEntity|PartyName/RegistrationName|Name"},
    {"Seller address", "AccountingSupplierParty/Party/PostalAddress", UBL_ADDRESS},
    {"Seller country", "AccountingSupplierParty/Party/PostalAddress/Country/IdentificationCode"},
    {"Seller e-mail", "AccountingSupplierParty/Party/Contact/ElectronicMail"},
    {"Seller VAT number", "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID"},
    {"Buyer name",
     "AccountingCustomerParty/Party/PartyLegalEntity|PartyName/RegistrationName|Name"},
    {"Buyer address", "AccountingCustomerParty/Party/PostalAddress", UBL_ADDRESS},
    {"Buyer country", "AccountingCustomerParty/Party/PostalAddress/Country/IdentificationCode"},
    {"Buyer reference", "BuyerReference"},
    {"Order number", "OrderReference/ID"},
    {"Delivery date", "Delivery/ActualDeliveryDate"},
    {"Currency", "DocumentCurrencyCode"},
    {"Payment reference", "PaymentMeans/PaymentID"},
    {"IBAN", "PaymentMeans/PayeeFinancialAccount/ID"},
    {"Line total", "LegalMonetaryTotal/LineExtensionAmount"},
    {"Discount", "LegalMonetaryTotal/AllowanceTotalAmount"},
    {"Charges", "LegalMonetaryTotal/ChargeTotalAmount"},
    {"Net total", "LegalMonetaryTotal/TaxExclusiveAmount"},
    {"VAT total", "TaxTotal/TaxAmount"},
    {"Grand total", "LegalMonetaryTotal/TaxInclusiveAmount"},
    {"Amount paid", "LegalMonetaryTotal/PrepaidAmount"},
    {"Amount due", "LegalMonetaryTotal/PayableAmount"},
};

static const Field ubl_line[] = {
    {"item", "Item/Name"},
    {"quantity", "InvoicedQuantity|CreditedQuantity"},
    {"unit price", "Price/PriceAmount"},
    {"net amount", "LineExtensionAmount"},
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

/* The texts of the parts that are there: those of one line by spaces, lines by ", ". NULL if none is. Caller
 * frees. */
static char *join_parts(const xmlNode *element, const char *parts)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(parts, ",", -1);
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        gboolean begun = FALSE;
        for (guint w = 0; words[w]; w++) {
            const xmlNode *part = find(element, words[w]);
            g_autofree char *text = part ? text_of(part) : NULL;
            if (!text)
                continue;
            if (out->len)
                g_string_append(out, begun ? " " : ", ");
            g_string_append(out, text);
            begun = TRUE;
        }
    }
    return out->len ? g_strdup(out->str) : NULL;
}

static char *value_of(const xmlNode *below, const Field *field)
{
    const xmlNode *element = find(below, field->path);
    if (!element)
        return NULL;
    return field->parts ? join_parts(element, field->parts) : text_of(element);
}

/* Codes of UNTDID 1001 that EN 16931 allows for invoices, in words. */
static const char *document_type(const char *code)
{
    static const char *const types[][2] = {
        {"380", "invoice"},
        {"326", "partial invoice"},
        {"381", "credit note"},
        {"384", "corrected invoice"},
        {"386", "prepayment invoice"},
        {"389", "self-billed invoice"},
        {"875", "construction invoice"},
        {"876", "partial construction invoice"},
        {"877", "final construction invoice"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(code, types[i][0]))
            return types[i][1];
    return NULL;
}

/* Codes in words, and "20261120" (format 102) as other dates are written here. */
static char *readable(const char *key, char *value)
{
    const char *type = g_str_equal(key, "Document type") ? document_type(value) : NULL;
    gboolean date =
        g_str_has_suffix(key, "date") && strlen(value) == 8 && strspn(value, "0123456789") == 8;
    if (!type && !date)
        return value;
    char *out =
        type ? g_strdup(type) : g_strdup_printf("%.4s-%.2s-%.2s", value, value + 4, value + 6);
    g_free(value);
    return out;
}

static void add_field(Grid *grid, const xmlNode *root, const Field *field)
{
    char *found = value_of(root, field);
    if (!found)
        return;
    g_autofree char *value = readable(field->key, found);
    grid_line(grid);
    double x = grid_text(grid, field->key, 0, 0);
    grid_text(grid, value, x + 2, 1);
}

/* The invoice's next line behind `line` (NULL: the first), or NULL. */
static const xmlNode *next_line(const xmlNode *parent, const xmlNode *line, const Format *format)
{
    const xmlNode *at = line ? line->next : parent->children;
    while (at && (at->type != XML_ELEMENT_NODE ||
                  !is_named(at, format->line_name, strlen(format->line_name))))
        at = at->next;
    return at;
}

static void add_cells(Grid *grid, const xmlNode *line, const Format *format)
{
    double x = 0;
    grid_line(grid);
    for (guint i = 0; i < format->n_line; i++) {
        g_autofree char *value = line ? value_of(line, &format->line[i]) : NULL;
        const char *cell = line ? value : format->line[i].key;
        x = grid_text(grid, cell ? cell : "", x, (int)i) + 2;
    }
}

static void add_lines(Grid *grid, const xmlNode *parent, const Format *format)
{
    const xmlNode *line = next_line(parent, NULL, format);
    if (!line)
        return;
    grid_block(grid, BLOCK_TABLE, 0);
    add_cells(grid, NULL, format);
    for (guint number = 1; line && number <= MAX_LINES; number++) {
        add_cells(grid, line, format);
        line = next_line(parent, line, format);
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
    const xmlNode *parent = find(root, format->lines);
    Grid grid;
    grid_begin(&grid, reading, TECHNIQUE_DATA);
    grid_block(&grid, BLOCK_FIELDS, 0);
    for (guint i = 0; i < format->n_fields; i++)
        add_field(&grid, root, &format->fields[i]);
    if (parent)
        add_lines(&grid, parent, format);
    if (!grid_end(&grid, NULL) || reading->words->len == 0)
        return NULL;
    reading->page_count = 1;
    return g_steal_pointer(&reading);
}

Reading *einvoice_take(GBytes *xml)
{
    gsize size;
    const char *data = g_bytes_get_data(xml, &size);
    if (size == 0 || size > MAX_XML_BYTES)
        return NULL;
    /* No network, no entities: what they would bring in is not in the document. */
    xmlDoc *document = xmlReadMemory(data, (int)size, "", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                         XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
    const xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
    Reading *reading = root ? read_tree(root) : NULL;
    xmlFreeDoc(document);
    return reading;
}

Reading *einvoice_read(const TechniqueInput *input, GError **error)
{
    Reading *reading = einvoice_take(input->bytes);
    return reading ? reading : text_read(input, error);
}
