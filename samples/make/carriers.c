#include "samples/make/carriers.h"

#include "samples/make/expected.h"
#include "samples/make/forms.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>

#define WRITTEN_AT 1780000000 /* seconds since the epoch: the same bytes every time */
#define BOMB_BYTES (64u << 20)

/* ---- what is put in ---- */

/* The bytes of a form, by way of a file. */
static GBytes *bytes_of(void (*make)(const char *path, gconstpointer data), gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("docket-samples-XXXXXX", &error);
    g_autofree char *path = g_build_filename(folder, "form", NULL);
    char *content = NULL;
    gsize length = 0;
    make(path, data);
    if (!g_file_get_contents(path, &content, &length, &error))
        g_error("%s", error->message);
    g_unlink(path);
    g_rmdir(folder);
    return g_bytes_new_take(content, length);
}

static void make_classic(const char *path, gconstpointer invoice)
{
    form_classic(path, invoice);
}

static void make_receipt(const char *path, gconstpointer receipt)
{
    form_receipt_text(path, receipt);
}

/* ---- the mail ---- */

static void append_base64(GString *mail, GBytes *bytes)
{
    gsize length;
    const guchar *data = g_bytes_get_data(bytes, &length);
    for (gsize at = 0; at < length; at += 57) {
        g_autofree char *line = g_base64_encode(data + at, MIN(57, length - at));
        g_string_append_printf(mail, "%s\r\n", line);
    }
}

static const char mail_head[] =
    "Return-Path: <billing@garage.example>\r\n"
    "Received: from mx.garage.example (mx.garage.example [192.0.2.7])\r\n"
    "\tby mail.buyer.example; Mon, 02 Mar 2026 09:14:05 +0100\r\n"
    "From: =?iso-8859-1?Q?J=F6rg_Gar=E7on?= <billing@garage.example>\r\n"
    "To: \"Accounts, payable\" <accounts@buyer.example>\r\n"
    "Date: Mon, 2 Mar 2026 09:14:02 +0100\r\n"
    "Subject: =?utf-8?B?SWhyZSBSZWNobnVuZyBmw7xy?= =?utf-8?B?IE3DpHJ6?=\r\n"
    "Message-ID: <2026-03-02.17@garage.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=outer\r\n\r\n"
    "--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n"
    "--inner\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Guten Tag,\r\n\r\nanbei senden wir Ihnen wie besprochen die=20\r\nUnterlagen f=C3=BCr den "
    "M=C3=A4rz.\r\n\r\nViele Gr=C3=BC=C3=9Fe\r\n-- =20\r\nJ=C3=B6rg\r\n"
    "--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>Guten Tag,<p>anbei senden wir Ihnen wie besprochen die Unterlagen.\r\n"
    "--inner--\r\n"
    "--outer\r\nContent-Type: image/png; name=logo.png\r\nContent-Disposition: inline\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E\r\n"
    "rkJggg==\r\n"
    "--outer\r\nContent-Type: application/pdf\r\n"
    "Content-Disposition: attachment; filename*=utf-8''Rechnung%20M%C3%A4rz.pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n";

static void write_file(const char *samples, const char *name, gconstpointer data, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(samples, name, NULL);
    if (!g_file_set_contents(path, data, (gssize)length, &error))
        g_error("%s", error->message);
}

static void make_mail(const char *samples)
{
    static const Expected mail = {"inbox/invoice-by-mail.eml",
                                  NULL,
                                  "accepted",
                                  "holds",
                                  NULL,
                                  NULL,
                                  "a covering letter and a logo, and the invoice as attachment: "
                                  "the invoice gives the record"};
    static const Expected invoice = {"Rechnung März.pdf",
                                     "invoice",
                                     "accepted review",
                                     NULL,
                                     "/number /issue_date /total",
                                     NULL,
                                     "an attachment is a document with a verdict of its own"};
    g_autoptr(GString) text = g_string_new(mail_head);
    g_autoptr(GBytes) pdf = bytes_of(make_classic, &invoice_scan);
    append_base64(text, pdf);
    g_string_append(text, "--outer--\r\n");
    write_file(samples, mail.path, text->str, text->len);
    cJSON *children = cJSON_CreateObject();
    expected_add_child(children, &invoice, invoice_record(&invoice_scan));
    expected_write_children(samples, &mail, children);
}

/* ---- archives ---- */

typedef struct {
    struct archive *archive;
    GByteArray *bytes;
} Zip;

static la_ssize_t on_write(struct archive *archive, void *data, const void *buffer, size_t length)
{
    g_byte_array_append(data, buffer, (guint)length);
    return (la_ssize_t)length;
}

static Zip zip_begin(void)
{
    Zip zip = {archive_write_new(), g_byte_array_new()};
    archive_write_set_format_zip(zip.archive);
    archive_write_set_bytes_in_last_block(zip.archive, 1);
    archive_write_open(zip.archive, zip.bytes, NULL, on_write, NULL);
    return zip;
}

static void zip_add(Zip *zip, const char *name, GBytes *content)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(content, &length);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_mtime(entry, WRITTEN_AT, 0);
    if (archive_write_header(zip->archive, entry) != ARCHIVE_OK ||
        archive_write_data(zip->archive, data, length) != (la_ssize_t)length)
        g_error("%s: %s", name, archive_error_string(zip->archive));
    archive_entry_free(entry);
    g_bytes_unref(content);
}

static void zip_end(Zip *zip, const char *samples, const char *path)
{
    archive_write_close(zip->archive);
    archive_write_free(zip->archive);
    write_file(samples, path, zip->bytes->data, zip->bytes->len);
    g_byte_array_unref(zip->bytes);
}

static void make_month(const char *samples)
{
    static const Expected month = {"inbox/month-end.zip",
                                   NULL,
                                   "accepted",
                                   "holds",
                                   NULL,
                                   NULL,
                                   "an archive: each file in it is a document"};
    static const Expected parking = {
        "receipts/parking.txt", "receipt", "accepted review",           NULL,
        "/date /total",         NULL,      "in a folder of the archive"};
    static const Expected invoice = {"invoices/paint.pdf",
                                     "invoice",
                                     "accepted review",
                                     NULL,
                                     "/number /total",
                                     NULL,
                                     "the pack is recognised from content, as everywhere"};
    Zip zip = zip_begin();
    zip_add(&zip, parking.path, bytes_of(make_receipt, &receipt_parking));
    zip_add(&zip, invoice.path, bytes_of(make_classic, &invoice_fax));
    zip_end(&zip, samples, month.path);
    cJSON *children = cJSON_CreateObject();
    expected_add_child(children, &parking, receipt_record(&receipt_parking));
    expected_add_child(children, &invoice, invoice_record(&invoice_fax));
    expected_write_children(samples, &month, children);
}

static void make_bomb(const char *samples)
{
    static const Expected bomb = {
        "hostile/bomb.zip",
        NULL,
        "failed",
        "too_large",
        NULL,
        NULL,
        "sixty kilobytes that unpack to sixty megabytes, again and again"};
    Zip zip = zip_begin();
    for (guint i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("zeros-%u.txt", i + 1);
        zip_add(&zip, name, g_bytes_new_take(g_malloc0(BOMB_BYTES), BOMB_BYTES));
    }
    zip_end(&zip, samples, bomb.path);
    expected_write(samples, &bomb, NULL);
}

/* Names that lead out of the folder where a careless program would unpack them. */
static void make_slip(const char *samples)
{
    static const Expected slip = {"hostile/slip.zip",
                                  NULL,
                                  "accepted",
                                  "holds",
                                  NULL,
                                  NULL,
                                  "names that lead elsewhere are only names"};
    static const Expected up = {"etc/cron.d/owned",
                                NULL,
                                "failed",
                                "no_pack",
                                NULL,
                                NULL,
                                "stood there as ../../../etc/cron.d/owned"};
    Zip zip = zip_begin();
    zip_add(&zip, "../../../etc/cron.d/owned", g_bytes_new_static("* * * * * root true\n", 20));
    zip_end(&zip, samples, slip.path);
    cJSON *children = cJSON_CreateObject();
    expected_add_child(children, &up, NULL);
    expected_write_children(samples, &slip, children);
}

/* The flags say so (APPNOTE 4.4.4, bit 0); random bytes of a real one would differ every time. */
static void make_locked(const char *samples)
{
    static const Expected locked = {"hostile/locked.zip",
                                    NULL,
                                    "accepted",
                                    "holds",
                                    NULL,
                                    NULL,
                                    "an archive with a password: its member says so"};
    static const Expected member = {"secret.txt", NULL, "failed",          "encrypted",
                                    NULL,         NULL, "needs a password"};
    Zip zip = zip_begin();
    zip_add(&zip, member.path, g_bytes_new_static("nothing to see\n", 15));
    archive_write_close(zip.archive);
    for (guint i = 0; i + 10 < zip.bytes->len; i++) {
        guint8 *p = zip.bytes->data + i;
        if (memcmp(p, "PK\3\4", 4) == 0)
            p[6] |= 1;
        else if (memcmp(p, "PK\1\2", 4) == 0)
            p[8] |= 1;
    }
    zip_end(&zip, samples, locked.path);
    cJSON *children = cJSON_CreateObject();
    expected_add_child(children, &member, NULL);
    expected_write_children(samples, &locked, children);
}

void carriers_make(const char *samples)
{
    make_mail(samples);
    make_month(samples);
    make_bomb(samples);
    make_slip(samples);
    make_locked(samples);
}
