/* make-samples SOURCE: writes samples/inbox, samples/hostile and samples/expected below the source
 * folder, the same bytes every time. What is in the tables here is all there is, but for the few
 * files that were written by hand (samples/README.md names them). */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "samples/make/carriers.h"
#include "samples/make/expected.h"
#include "samples/make/forms.h"
#include "samples/make/hostile.h"
#include "samples/make/listing.h"
#include "samples/make/office.h"

static const char *samples; /* <source>/samples */

static char *place(const char *path)
{
    char *full = g_build_filename(samples, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);
    g_mkdir_with_parents(folder, 0755);
    return full;
}

typedef struct {
    void (*make)(const char *path, const Invoice *invoice);
    const Invoice *invoice;
    Expected expected;
} InvoiceSample;

#define DIGITAL_FIELDS "/number /issue_date /due_date /currency /net /tax /total"
#define SCAN_FIELDS "/number /issue_date /total"

static const InvoiceSample invoice_samples[] = {
    {form_classic,
     &invoice_classic,
     {"inbox/invoice-classic.pdf", "invoice", "accepted review", NULL,
      DIGITAL_FIELDS " /seller/name /buyer/name /iban /lines/0/net_amount", NULL,
      "the plain case: letterhead, boxed table, totals below"}},
    {form_classic,
     &invoice_classic,
     {"inbox/copy of invoice-classic.pdf", "invoice", "accepted review", NULL, DIGITAL_FIELDS, NULL,
      "the same bytes under another name, as when a mail is saved twice: the record is not paid "
      "for twice"}},
    {form_two_column,
     &invoice_two_column,
     {"inbox/invoice-two-column.pdf", "invoice", "accepted review", NULL, DIGITAL_FIELDS, NULL,
      "the seller stands in a dark side bar in white letters, which are not hidden text; labels "
      "stand above their values"}},
    {form_multipage,
     &invoice_multipage,
     {"inbox/invoice-multipage.pdf", "invoice", "accepted review", NULL, DIGITAL_FIELDS, NULL,
      "42 positions on two pages: repeated header, carried and brought forward amounts are no "
      "positions"}},
    {form_german,
     &invoice_german,
     {"inbox/Rechnung Wiesenthal.pdf", "invoice", "accepted review", NULL, DIGITAL_FIELDS, NULL,
      "another language: decimal commas, dates with dots, two tax rates, a name with a space"}},
    {form_us,
     &invoice_us,
     {"inbox/invoice-us-letter.pdf", "invoice", "accepted review", NULL, SCAN_FIELDS, NULL,
      "no rules and hardly a label, US Letter, month first, a deposit: the total is not the "
      "balance"}},
    {form_classic,
     &invoice_credit,
     {"inbox/credit-note.pdf", "invoice", "accepted review", NULL, "/document_type /number /total",
      NULL, "a credit note is no invoice and has no due date"}},
    {form_two_column,
     &invoice_misprint,
     {"inbox/invoice-wrong-total.pdf", "invoice", "review", NULL, "/number /net", NULL,
      "net and tax do not add up to the printed total: a person must see it"}},
    {form_scan,
     &invoice_scan,
     {"inbox/invoice-scan.pdf", "invoice", "accepted review", NULL, SCAN_FIELDS, NULL,
      "image only: 150 dpi, turned by 1.4 degrees, noise"}},
    {form_fax,
     &invoice_fax,
     {"inbox/invoice-fax.tif", "invoice", "accepted review", NULL, "/issue_date", NULL,
      "black and white TIFF (G4), no tax at all"}},
    {form_rotated,
     &invoice_rotated,
     {"inbox/invoice-rotated.jpg", "invoice", "accepted review", NULL, "/issue_date", NULL,
      "scanned the wrong way round"}},
    {form_mixed,
     &invoice_mixed,
     {"inbox/invoice-mixed.pdf", "invoice", "accepted review", NULL, "/number /issue_date", NULL,
      "page 1 has a text layer, page 2 (with the totals) is a scan: read page by page"}},
    {form_text,
     &invoice_text,
     {"inbox/invoice-plain.txt", "invoice", "accepted review", NULL, DIGITAL_FIELDS, NULL,
      "plain text in columns, UTF-8"}},
    {form_cp1252,
     &invoice_cp1252,
     {"inbox/Rechnung-cp1252.txt", "invoice", "accepted review", NULL, DIGITAL_FIELDS, NULL,
      "plain text in Windows-1252 with umlauts and the euro sign (0x80)"}},
    {form_mail,
     &invoice_mail,
     {"inbox/invoice-mail.html", "invoice", "accepted review", NULL, SCAN_FIELDS, NULL,
      "HTML as billing systems mail it: tables for layout, a hidden preheader, no tax"}},
    {form_ubl,
     &invoice_electronic,
     {"inbox/xrechnung.xml", "invoice", "accepted", NULL,
      DIGITAL_FIELDS " /seller/name /seller/address /buyer/address /iban /lines/1/quantity", NULL,
      "an electronic invoice without a page: XML as authorities have it sent"}},
    {form_docx,
     &invoice_letter,
     {"inbox/invoice-letter.docx", "invoice", "review", NULL, DIGITAL_FIELDS, "DRAFT-1|9999",
      "a Word document: labels and values in tables; a struck out total and a hidden number are "
      "left out, and the hidden one is a reason for review"}},
    {form_xlsx,
     &invoice_workbook,
     {"inbox/invoice-workbook.xlsx", "invoice", "accepted review", NULL, DIGITAL_FIELDS, "31337",
      "an Excel workbook: dates and money are numbers with a format, and a sheet is hidden"}},
    {form_orders,
     &invoice_orders,
     {"hostile/orders-visible.pdf", "invoice", "accepted review", NULL, "/number /total",
      "HACKED-1|99999",
      "a visible paragraph gives orders to machines; the record must not follow them"}},
    {form_hidden,
     &invoice_hidden,
     {"hostile/orders-hidden.pdf", "invoice", "review", NULL, "/number /total",
      "HACKED-2|88888|GB94BARC10201530093459|77777|1999-01-01",
      "white on white and microscopic text gives orders: left out, noted, and a reason for "
      "review"}},
    {form_text,
     &invoice_odd,
     {"hostile/-rf $(touch owned) \"quoted\" 'ümläut' €;&.txt", "invoice", "accepted review", NULL,
      "/number /total", NULL, "a name that shells, terminals and careless programs stumble over"}},
};

typedef struct {
    void (*make)(const char *path, const Receipt *receipt);
    const Receipt *receipt;
    Expected expected;
} ReceiptSample;

static const ReceiptSample receipt_samples[] = {
    {form_photo,
     &receipt_mart,
     {"inbox/receipt/IMG_2041.jpg", "receipt", "accepted review", NULL, "/date /total", NULL,
      "photographed: perspective, table around it, falling light, noise; the folder names the "
      "pack"}},
    {form_flatbed,
     &receipt_diner,
     {"inbox/receipt/diner.jpg", "receipt", "accepted review", NULL, "/total", NULL,
      "flatbed scan at 150 dpi, month first, sales tax added"}},
    {form_png,
     &receipt_bakery,
     {"inbox/Kassenbon.png", "receipt", "accepted review", NULL, "/date /total", NULL,
      "German receipt: decimal commas, tax included, recognised by its words"}},
    {form_strip,
     &receipt_hardware,
     {"inbox/receipt-hardware.pdf", "receipt", "accepted review", NULL,
      "/company /date /currency /total", NULL, "a digital receipt on a strip of paper"}},
    {form_receipt_text,
     &receipt_pharmacy,
     {"inbox/receipt-pharmacy.txt", "receipt", "accepted review", NULL,
      "/company /date /currency /total", NULL,
      "plain text with tax and rounding: the rounded total counts"}},
    {form_receipt_cp1252,
     &receipt_cafe,
     {"inbox/receipt/ticket-cp1252.txt", "receipt", "accepted review", NULL,
      "/company /date /total", NULL, "French receipt in Windows-1252"}},
    {form_png,
     &receipt_parking,
     {"hostile/png-named.pdf", "receipt", "accepted review", NULL, "/total", NULL,
      "wrong suffix: a PNG; content counts, not the name"}},
    {form_strip,
     &receipt_parking,
     {"hostile/pdf-named.txt", "receipt", "accepted review", NULL, "/company /total", NULL,
      "wrong suffix: a PDF"}},
    {form_receipt_text,
     &receipt_orders,
     {"hostile/orders-receipt.txt", "receipt", "accepted review", NULL, "/total", "9999",
      "orders to the machine in the foot of a receipt"}},
};

/* ---- hostile files ---- */

static void truncated_invoice(const char *path)
{
    g_autofree char *whole = place("inbox/invoice-multipage.pdf");
    hostile_truncated(path, whole);
}

typedef struct {
    void (*make)(const char *path);
    Expected expected;
} HostileSample;

static const HostileSample hostile_samples[] = {
    {truncated_invoice,
     {"hostile/truncated.pdf", NULL, "failed review", NULL, NULL, NULL,
      "a download that broke off: catalogue and cross-reference are missing"}},
    {hostile_encrypted,
     {"hostile/encrypted.pdf", NULL, "failed", "encrypted", NULL, NULL, "needs a password"}},
    {hostile_empty, {"hostile/empty.pdf", NULL, "failed", "empty", NULL, NULL, "no bytes at all"}},
    {hostile_page_bomb,
     {"hostile/page-bomb.pdf", NULL, "failed", "too_large damaged", NULL, NULL,
      "a hundred million pages by sharing nodes of the page tree"}},
    {hostile_huge_page,
     {"hostile/huge-page.pdf", NULL, "failed", "too_large empty", NULL, NULL,
      "one page of 700 metres"}},
    {hostile_flate_bomb,
     {"hostile/flate-bomb.pdf", NULL, "failed",
      "too_large reader_memory reader_timeout empty damaged", NULL, NULL,
      "two kilobytes that expand to a gigabyte"}},
    {hostile_pixel_bomb,
     {"hostile/pixel-bomb.png", NULL, "failed", "too_large", NULL, NULL,
      "3.6 thousand million pixels"}},
    {hostile_garbage,
     {"hostile/garbage.pdf", NULL, "failed", "damaged", NULL, NULL,
      "noise that begins like a PDF"}},
    {hostile_blank,
     {"hostile/blank-page.pdf", NULL, "failed", "empty no_pack", NULL, NULL,
      "one page with nothing on it"}},
    {hostile_music,
     {"hostile/song.mp3", NULL, "failed", "unsupported", NULL, NULL, "no technique reads this"}},
};

/* ---- price lists ---- */

#define LISTING_FIELDS "/sku /category /price /currency /condition /moderation/decision"

typedef struct {
    cJSON *(*make)(const char *path, guint rows);
    guint rows;
    Expected expected;
} ListSample;

static const ListSample list_samples[] = {
    {listings_csv,
     200,
     {"inbox/listing/price-list.csv", "listing", "accepted review", NULL, LISTING_FIELDS, NULL,
      "200 listings with merchants' typical sins: HTML, capitals, emoji, phone numbers, missing "
      "and "
      "impossible prices, wrong separators, line breaks in cells, duplicates, replicas, orders to "
      "the moderation"}},
    {listings_cp1252,
     12,
     {"inbox/Preisliste-cp1252.csv", "listing", "accepted review", NULL, LISTING_FIELDS, NULL,
      "Windows-1252, semicolons, decimal commas; the pack is recognised by the columns"}},
    {listings_jsonl,
     12,
     {"inbox/feed.jsonl", "listing", "accepted review", NULL, LISTING_FIELDS, NULL,
      "JSON lines from a shop system"}},
};

/* ---- cases of packs that are no text ---- */

typedef struct {
    const char *path; /* below the source */
    void (*make_invoice)(const char *path, const Invoice *invoice);
    const Invoice *invoice;
    void (*make_receipt)(const char *path, const Receipt *receipt);
    const Receipt *receipt;
} Case;

static const Case cases[] = {
    {"schemas/invoice/cases/garage.pdf", form_classic, &invoice_scan},
    {"schemas/invoice/cases/catering-two-pages.pdf", form_multipage, &invoice_mixed},
    {"schemas/invoice/cases/paint-scan.pdf", form_scan, &invoice_hidden},
    {"schemas/receipt/cases/mini-mart.png", .make_receipt = form_png, .receipt = &receipt_mart},
    {"schemas/receipt/cases/hardware-photo.jpg", .make_receipt = form_photo,
     .receipt = &receipt_hardware},
};

static void make_case(const char *source, const Case *one)
{
    g_autofree char *path = g_build_filename(source, one->path, NULL);
    g_autofree char *truth = g_strconcat(path, ".expected.json", NULL);
    if (one->invoice)
        one->make_invoice(path, one->invoice);
    else
        one->make_receipt(path, one->receipt);
    g_autoptr(cJSON) record =
        one->invoice ? invoice_record(one->invoice) : receipt_record(one->receipt);
    g_autofree char *text = json_print(record, TRUE);
    g_autofree char *file = g_strconcat(text, "\n", NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(truth, file, -1, &error))
        g_error("%s", error->message);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make-samples SOURCE\n");
        return 2;
    }
    g_autofree char *root = g_build_filename(argv[1], "samples", NULL);
    g_autofree char *guideline = g_build_filename(argv[1], "schemas/listing/guideline.md", NULL);
    samples = root;
    guideline_load(guideline);
    for (guint i = 0; i < G_N_ELEMENTS(invoice_samples); i++) {
        const InvoiceSample *sample = &invoice_samples[i];
        g_autofree char *path = place(sample->expected.path);
        sample->make(path, sample->invoice);
        expected_write(samples, &sample->expected, invoice_record(sample->invoice));
    }
    for (guint i = 0; i < G_N_ELEMENTS(receipt_samples); i++) {
        const ReceiptSample *sample = &receipt_samples[i];
        g_autofree char *path = place(sample->expected.path);
        sample->make(path, sample->receipt);
        expected_write(samples, &sample->expected, receipt_record(sample->receipt));
    }
    for (guint i = 0; i < G_N_ELEMENTS(hostile_samples); i++) {
        g_autofree char *path = place(hostile_samples[i].expected.path);
        hostile_samples[i].make(path);
        expected_write(samples, &hostile_samples[i].expected, NULL);
    }
    for (guint i = 0; i < G_N_ELEMENTS(list_samples); i++) {
        const ListSample *sample = &list_samples[i];
        g_autofree char *path = place(sample->expected.path);
        expected_write_rows(samples, &sample->expected, sample->make(path, sample->rows));
    }
    carriers_make(samples);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        make_case(argv[1], &cases[i]);
    return 0;
}
