#include "samples/make/hostile.h"

#include <gio/gio.h>
#include <string.h>

static void write_bytes(const char *path, const void *data, gsize length)
{
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, data, (gssize)length, &error))
        g_error("%s", error->message);
}

/* ---- PDF by hand: what no honest library would write ---- */

typedef struct {
    GString *bytes;
    gsize offsets[32];
    guint n;
} RawPdf;

static void raw_begin(RawPdf *pdf)
{
    pdf->bytes = g_string_new("%PDF-1.4\n");
    pdf->n = 0;
}

/* Adds object number n+1 with these bytes between obj and endobj. */
static void raw_object(RawPdf *pdf, const char *body, gssize length)
{
    pdf->offsets[pdf->n++] = pdf->bytes->len;
    g_string_append_printf(pdf->bytes, "%u 0 obj\n", pdf->n);
    g_string_append_len(pdf->bytes, body, length < 0 ? (gssize)strlen(body) : length);
    g_string_append(pdf->bytes, "\nendobj\n");
}

static void raw_stream(RawPdf *pdf, const char *filter, const void *data, gsize length)
{
    g_autoptr(GString) body = g_string_new(NULL);
    g_string_append_printf(body, "<< /Length %" G_GSIZE_FORMAT "%s >>\nstream\n", length, filter);
    g_string_append_len(body, data, (gssize)length);
    g_string_append(body, "\nendstream");
    raw_object(pdf, body->str, (gssize)body->len);
}

static void raw_end(RawPdf *pdf, const char *trailer, const char *path)
{
    gsize start = pdf->bytes->len;
    g_string_append_printf(pdf->bytes, "xref\n0 %u\n0000000000 65535 f \n", pdf->n + 1);
    for (guint i = 0; i < pdf->n; i++)
        g_string_append_printf(pdf->bytes, "%010" G_GSIZE_FORMAT " 00000 n \n", pdf->offsets[i]);
    g_string_append_printf(pdf->bytes,
                           "trailer\n<< /Size %u /Root 1 0 R%s >>\nstartxref\n%" G_GSIZE_FORMAT
                           "\n%%%%EOF\n",
                           pdf->n + 1, trailer, start);
    write_bytes(path, pdf->bytes->str, pdf->bytes->len);
    g_string_free(pdf->bytes, TRUE);
}

static const char catalog[] = "<< /Type /Catalog /Pages 2 0 R >>";
static const char helvetica[] = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
static const char one_page[] = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>";

void hostile_truncated(const char *path, const char *whole)
{
    g_autofree char *data = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(whole, &data, &length, &error))
        g_error("%s", error->message);
    write_bytes(path, data, length * 6 / 10);
}

void hostile_empty(const char *path)
{
    write_bytes(path, "", 0);
}

void hostile_page_bomb(const char *path)
{
    RawPdf pdf;
    raw_begin(&pdf);
    raw_object(&pdf, catalog, -1);
    /* Eight levels of nodes; each names the next one ten times. */
    guint64 count = 100000000;
    for (guint level = 2; level < 10; level++, count /= 10) {
        g_autoptr(GString) node = g_string_new(NULL);
        g_string_append_printf(node, "<< /Type /Pages /Count %" G_GUINT64_FORMAT " /Kids [", count);
        for (guint i = 0; i < 10; i++)
            g_string_append_printf(node, " %u 0 R", level + 1);
        g_string_append(node, " ] >>");
        raw_object(&pdf, node->str, -1);
    }
    raw_object(&pdf, "<< /Type /Page /Parent 9 0 R /MediaBox [0 0 595 842] >>", -1);
    raw_end(&pdf, "", path);
}

void hostile_huge_page(const char *path)
{
    static const char drawing[] = "BT /F1 12 Tf 72 1999000 Td (INVOICE 1, total 1.00) Tj ET";
    RawPdf pdf;
    raw_begin(&pdf);
    raw_object(&pdf, catalog, -1);
    raw_object(&pdf, one_page, -1);
    raw_object(&pdf,
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000000 2000000] /Contents 4 0 R "
               "/Resources << /Font << /F1 5 0 R >> >> >>",
               -1);
    raw_stream(&pdf, "", drawing, strlen(drawing));
    raw_object(&pdf, helvetica, -1);
    raw_end(&pdf, "", path);
}

void hostile_blank(const char *path)
{
    RawPdf pdf;
    raw_begin(&pdf);
    raw_object(&pdf, catalog, -1);
    raw_object(&pdf, one_page, -1);
    raw_object(&pdf, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>", -1);
    raw_end(&pdf, "", path);
}

/* `size` spaces, deflated `times` times. */
static GBytes *deflated_spaces(guint64 size, guint times)
{
    GOutputStream *memory = g_memory_output_stream_new_resizable();
    GOutputStream *stream = g_object_ref(memory);
    for (guint i = 0; i < times; i++) {
        g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
        GOutputStream *outer = g_converter_output_stream_new(stream, G_CONVERTER(zlib));
        g_object_unref(stream);
        stream = outer;
    }
    g_autofree char *block = g_malloc(1 << 20);
    memset(block, ' ', 1 << 20);
    for (guint64 done = 0; done < size; done += 1 << 20)
        g_output_stream_write_all(stream, block, 1 << 20, NULL, NULL, NULL);
    g_output_stream_close(stream, NULL, NULL);
    g_object_unref(stream);
    GBytes *bytes = g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
    g_object_unref(memory);
    return bytes;
}

void hostile_flate_bomb(const char *path)
{
    g_autoptr(GBytes) bomb = deflated_spaces(1ull << 30, 2);
    gsize length = 0;
    const void *data = g_bytes_get_data(bomb, &length);
    RawPdf pdf;
    raw_begin(&pdf);
    raw_object(&pdf, catalog, -1);
    raw_object(&pdf, one_page, -1);
    raw_object(&pdf, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", -1);
    raw_stream(&pdf, " /Filter [/FlateDecode /FlateDecode]", data, length);
    raw_end(&pdf, "", path);
}

/* ---- encryption: the standard handler, revision 2 (RC4, 40 bit), as ISO 32000-1, 7.6.3 ---- */

#define KEY_BYTES 5
static const guint8 padding[32] = {0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E,
                                   0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68,
                                   0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A};

static void rc4(const guint8 *key, gsize key_length, guint8 *data, gsize length)
{
    guint8 state[256], swap;
    for (guint i = 0; i < 256; i++)
        state[i] = (guint8)i;
    for (guint i = 0, j = 0; i < 256; i++) {
        j = (j + state[i] + key[i % key_length]) & 255;
        swap = state[i], state[i] = state[j], state[j] = swap;
    }
    for (gsize n = 0, i = 0, j = 0; n < length; n++) {
        i = (i + 1) & 255;
        j = (j + state[i]) & 255;
        swap = state[i], state[i] = state[j], state[j] = swap;
        data[n] ^= state[(state[i] + state[j]) & 255];
    }
}

static void padded(const char *password, guint8 out[32])
{
    gsize length = MIN(strlen(password), 32);
    memcpy(out, password, length);
    memcpy(out + length, padding, 32 - length);
}

static void md5(const GByteArray *data, guint8 digest[16])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);
    gsize length = 16;
    g_checksum_update(sum, data->data, (gssize)data->len);
    g_checksum_get_digest(sum, digest, &length);
}

static void append_hex(GString *text, const guint8 *data, gsize length)
{
    g_string_append_c(text, '<');
    for (gsize i = 0; i < length; i++)
        g_string_append_printf(text, "%02X", data[i]);
    g_string_append_c(text, '>');
}

void hostile_encrypted(const char *path)
{
    static const char drawing[] = "BT /F1 14 Tf 72 720 Td (INVOICE 4711, total 95.20 EUR) Tj ET";
    static const guint8 permissions[4] = {0xC0, 0xFF, 0xFF, 0xFF}, id[16] = "docket-sample-id";
    guint8 owner[32], user[32], password[32], digest[16], key[KEY_BYTES];
    padded("owner of the drawer", password);
    g_autoptr(GByteArray) data = g_byte_array_append(g_byte_array_new(), password, 32);
    md5(data, digest);
    padded("open sesame", owner);
    rc4(digest, KEY_BYTES, owner, 32);

    padded("open sesame", password);
    g_byte_array_set_size(data, 0);
    g_byte_array_append(data, password, 32);
    g_byte_array_append(data, owner, 32);
    g_byte_array_append(data, permissions, 4);
    g_byte_array_append(data, id, 16);
    md5(data, digest);
    memcpy(key, digest, KEY_BYTES);
    memcpy(user, padding, 32);
    rc4(key, KEY_BYTES, user, 32);

    static const guint8 object[] = {4, 0, 0, 0, 0}; /* number and generation of the stream */
    g_byte_array_set_size(data, 0);
    g_byte_array_append(data, key, KEY_BYTES);
    g_byte_array_append(data, object, sizeof object);
    md5(data, digest);
    guint8 secret[sizeof drawing];
    memcpy(secret, drawing, sizeof drawing);
    rc4(digest, KEY_BYTES + 5, secret, sizeof drawing - 1);

    RawPdf pdf;
    raw_begin(&pdf);
    raw_object(&pdf, catalog, -1);
    raw_object(&pdf, one_page, -1);
    raw_object(&pdf,
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
               "/Resources << /Font << /F1 5 0 R >> >> >>",
               -1);
    raw_stream(&pdf, "", secret, sizeof drawing - 1);
    raw_object(&pdf, helvetica, -1);
    g_autoptr(GString) trailer =
        g_string_new(" /Encrypt << /Filter /Standard /V 1 /R 2 /P -64 /O ");
    append_hex(trailer, owner, 32);
    g_string_append(trailer, " /U ");
    append_hex(trailer, user, 32);
    g_string_append(trailer, " >> /ID [");
    append_hex(trailer, id, 16);
    append_hex(trailer, id, 16);
    g_string_append(trailer, "]");
    raw_end(&pdf, trailer->str, path);
}

/* ---- others ---- */

static guint32 crc32_of(const guint8 *data, gsize length)
{
    guint32 crc = 0xffffffff;
    for (gsize i = 0; i < length; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static void append_chunk(GByteArray *png, const char *type, const void *data, gsize length)
{
    guint32 size = GUINT32_TO_BE((guint32)length);
    g_byte_array_append(png, (const guint8 *)&size, 4);
    guint start = png->len;
    g_byte_array_append(png, (const guint8 *)type, 4);
    g_byte_array_append(png, data, (guint)length);
    guint32 crc = GUINT32_TO_BE(crc32_of(png->data + start, png->len - start));
    g_byte_array_append(png, (const guint8 *)&crc, 4);
}

void hostile_pixel_bomb(const char *path)
{
    static const guint8 signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    /* 60000 x 60000, 1 bit, grey; filter bytes of ' ' would be wrong, but who gets that far? */
    static const guint8 header[13] = {0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 1, 0, 0, 0, 0};
    g_autoptr(GBytes) body = deflated_spaces(60000ull * 7501, 1);
    gsize length = 0;
    const void *data = g_bytes_get_data(body, &length);
    g_autoptr(GByteArray) png = g_byte_array_append(g_byte_array_new(), signature, 8);
    append_chunk(png, "IHDR", header, sizeof header);
    append_chunk(png, "IDAT", data, length);
    append_chunk(png, "IEND", "", 0);
    write_bytes(path, png->data, png->len);
}

static void append_noise(GString *bytes, gsize length, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (gsize i = 0; i < length; i++)
        g_string_append_c(bytes, (char)g_rand_int_range(random, 0, 256));
}

void hostile_garbage(const char *path)
{
    g_autoptr(GString) bytes = g_string_new("%PDF-1.7\n");
    append_noise(bytes, 4096, 17);
    write_bytes(path, bytes->str, bytes->len);
}

void hostile_music(const char *path)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_string_append_len(bytes,
                        "ID3\x03\0\0\0\0\0\x0F"
                        "TIT2\0\0\0\x05\0\0\0Song",
                        25);
    for (guint frame = 0; frame < 8; frame++) {
        g_string_append_len(bytes, "\xFF\xFB\x90\x64", 4);
        append_noise(bytes, 413, frame);
    }
    write_bytes(path, bytes->str, bytes->len);
}
