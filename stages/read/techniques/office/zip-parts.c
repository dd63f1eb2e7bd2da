#include "zip-parts.h"

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define MAX_PARTS 20000u                /* a workbook or a book has hundreds */
#define MAX_PART_BYTES (128u << 20)     /* one part, unpacked */
#define MAX_UNPACKED_BYTES (256u << 20) /* all of them */
#define MAX_RATIO 500u                  /* unpacked to packed; XML packs to a tenth */
#define RATIO_FREE_BYTES (8u << 20)     /* small parts may be as empty as they like */
#define CHUNK 65536

typedef struct {
    char *name;
    guint64 size;
    GBytes *bytes; /* NULL: not wanted */
} Part;

struct ZipParts {
    GArray *parts;       /* of Part */
    GHashTable *by_name; /* exact name -> index + 1 */
    GHashTable *by_case; /* name in lower case -> index + 1 */
    guint64 packed, unpacked;
    char *broken;
};

static void part_clear(gpointer data)
{
    Part *part = data;
    g_free(part->name);
    g_clear_pointer(&part->bytes, g_bytes_unref);
}

void zip_parts_free(ZipParts *zip)
{
    if (!zip)
        return;
    g_array_unref(zip->parts);
    g_hash_table_unref(zip->by_name);
    g_hash_table_unref(zip->by_case);
    g_free(zip->broken);
    g_free(zip);
}

static gboolean set_too_large(GError **error, const char *what)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "the archive has %s", what);
    return FALSE;
}

/* Old packers wrote "\", and a leading "/" means the same root. */
static char *clean_name(const char *name)
{
    char *clean = g_utf8_make_valid(name, -1);
    g_strdelimit(clean, "\\", '/');
    char *start = clean + strspn(clean, "/");
    memmove(clean, start, strlen(start) + 1);
    return clean;
}

/* The first part of a name counts, as in the programs that write these files. */
static void add_part(ZipParts *zip, const char *name, guint64 size, GBytes *bytes)
{
    Part part = {.name = clean_name(name), .size = size, .bytes = bytes};
    g_array_append_val(zip->parts, part);
    gpointer place = GUINT_TO_POINTER(zip->parts->len);
    if (!g_hash_table_contains(zip->by_name, part.name))
        g_hash_table_insert(zip->by_name, g_strdup(part.name), place);
    char *lower = g_ascii_strdown(part.name, -1);
    if (g_hash_table_contains(zip->by_case, lower))
        g_free(lower);
    else
        g_hash_table_insert(zip->by_case, lower, place);
}

static void set_broken(ZipParts *zip, const char *name, const char *reason)
{
    if (!zip->broken)
        zip->broken = name ? g_strdup_printf("%s: %s", name, reason) : g_strdup(reason);
}

static gboolean check_caps(const ZipParts *zip, gsize size, GError **error)
{
    guint64 total = zip->unpacked + size;
    if (size > MAX_PART_BYTES)
        return set_too_large(error, "a part that unpacks to more than 128 MB");
    if (total > MAX_UNPACKED_BYTES)
        return set_too_large(error, "parts that unpack to more than 256 MB");
    if (total > RATIO_FREE_BYTES && total / MAX_RATIO > zip->packed)
        return set_too_large(error, "parts that unpack to more than 500 times their size");
    return TRUE;
}

/* FALSE: a cap was reached. *bytes is NULL when the part does not unpack. */
static gboolean unpack(ZipParts *zip, struct archive *archive, const char *name, GBytes **bytes,
                       GError **error)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    g_autofree guint8 *chunk = g_malloc(CHUNK);
    la_ssize_t n;
    *bytes = NULL;
    while ((n = archive_read_data(archive, chunk, CHUNK)) > 0) {
        g_byte_array_append(data, chunk, (guint)n);
        if (!check_caps(zip, data->len, error))
            return FALSE;
    }
    zip->unpacked += data->len;
    if (n < 0)
        set_broken(zip, name,
                   archive_error_string(archive) ? archive_error_string(archive)
                                                 : "it does not unpack");
    else
        *bytes = g_byte_array_free_to_bytes(g_steal_pointer(&data));
    return TRUE;
}

static gboolean take_entry(ZipParts *zip, struct archive *archive, struct archive_entry *entry,
                           ZipWanted wanted, GError **error)
{
    const char *name = archive_entry_pathname_utf8(entry);
    if (!name)
        name = archive_entry_pathname(entry);
    if (!name || archive_entry_filetype(entry) == AE_IFDIR)
        return TRUE;
    if (zip->parts->len >= MAX_PARTS)
        return set_too_large(error, "more than 20000 parts");
    guint64 size = archive_entry_size_is_set(entry) ? (guint64)archive_entry_size(entry) : 0;
    g_autofree char *clean = clean_name(name);
    if (!wanted(clean, size)) {
        add_part(zip, name, size, NULL);
        return TRUE;
    }
    if (archive_entry_is_encrypted(entry)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED, "the archive needs a password");
        return FALSE;
    }
    GBytes *bytes;
    if (!unpack(zip, archive, clean, &bytes, error))
        return FALSE;
    add_part(zip, name, bytes ? g_bytes_get_size(bytes) : size, bytes);
    return TRUE;
}

static gboolean take_all(ZipParts *zip, struct archive *archive, ZipWanted wanted, GError **error)
{
    for (;;) {
        struct archive_entry *entry;
        int status = archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            return TRUE;
        if (status < ARCHIVE_WARN) {
            const char *reason = archive_error_string(archive);
            set_broken(zip, NULL, reason ? reason : "the archive is broken off");
            return TRUE;
        }
        if (!take_entry(zip, archive, entry, wanted, error))
            return FALSE;
    }
}

ZipParts *zip_parts_open(GBytes *bytes, ZipWanted wanted, GError **error)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(bytes, &length);
    g_autoptr(ZipParts) zip = g_new0(ZipParts, 1);
    zip->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    g_array_set_clear_func(zip->parts, part_clear);
    zip->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    zip->by_case = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    zip->packed = length;
    struct archive *archive = archive_read_new();
    archive_read_support_format_zip(archive);
    gboolean ok = TRUE;
    if (archive_read_open_memory(archive, data, length) == ARCHIVE_OK)
        ok = take_all(zip, archive, wanted, error);
    else
        set_broken(zip, NULL, "it is no archive");
    archive_read_free(archive);
    if (ok && zip->parts->len == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the archive has no parts: %s",
                    zip->broken ? zip->broken : "it is empty");
        ok = FALSE;
    }
    return ok ? g_steal_pointer(&zip) : NULL;
}

const char *zip_parts_broken(const ZipParts *zip)
{
    return zip->broken;
}

guint zip_parts_count(const ZipParts *zip)
{
    return zip->parts->len;
}

const char *zip_parts_name(const ZipParts *zip, guint i)
{
    return g_array_index(zip->parts, Part, i).name;
}

guint64 zip_parts_size(const ZipParts *zip, guint i)
{
    return g_array_index(zip->parts, Part, i).size;
}

GBytes *zip_parts_get(const ZipParts *zip, const char *name)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(zip->by_name, name));
    if (!place) {
        g_autofree char *lower = g_ascii_strdown(name, -1);
        place = GPOINTER_TO_UINT(g_hash_table_lookup(zip->by_case, lower));
    }
    return place ? g_array_index(zip->parts, Part, place - 1).bytes : NULL;
}

GBytes *zip_parts_need(const ZipParts *zip, const char *name, GError **error)
{
    GBytes *bytes = zip_parts_get(zip, name);
    if (!bytes && zip->broken)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the part %s is missing (%s)", name,
                    zip->broken);
    else if (!bytes)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the part %s is missing", name);
    return bytes;
}

char *zip_parts_resolve(const char *base, const char *target)
{
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(g_free);
    if (*target != '/') {
        g_auto(GStrv) folders = g_strsplit(base, "/", -1);
        for (guint i = 0; folders[i] && folders[i + 1]; i++)
            g_ptr_array_add(steps, g_strdup(folders[i]));
    }
    g_auto(GStrv) more = g_strsplit(target, "/", -1);
    for (guint i = 0; more[i]; i++) {
        if (strcmp(more[i], "..") == 0 && steps->len)
            g_ptr_array_set_size(steps, (gint)steps->len - 1);
        else if (*more[i] && strcmp(more[i], ".") != 0 && strcmp(more[i], "..") != 0)
            g_ptr_array_add(steps, g_strdup(more[i]));
    }
    g_ptr_array_add(steps, NULL);
    return g_strjoinv("/", (char **)steps->pdata);
}
