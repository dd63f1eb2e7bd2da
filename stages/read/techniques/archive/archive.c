/* libarchive walks the members; a chunk begins at the first one that was not given yet, and what was
 * unpacked so far travels in the cursor's offset, so that the limits hold for the whole archive. */
#include "archive.h"

#include "pipeline/core/limits.h"
#include "stages/read/techniques/mail/mail-header.h"
#include "stages/read/techniques/text/charset.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

#define BLOCK_BYTES 65536

typedef struct archive Archive;

static void archive_close(Archive *archive)
{
    archive_read_free(archive);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_close)

typedef struct {
    Archive *archive;
    guint64 size;     /* bytes of the archive */
    guint64 unpacked; /* bytes of members so far, those of earlier chunks too */
    guint64 first;    /* the member that this chunk begins with */
    guint64 number;   /* of the member at hand */
    guint64 bytes;    /* of members in this chunk */
    guint documents;  /* in this chunk, bad ones too */
    const RowSink *sink;
    Reading *members;
    guint links, ignored; /* in this chunk */
    gboolean passwords;   /* there are some to try */
    gboolean locked;      /* the member at hand is encrypted */
    gboolean ended;
} Walk;

/* libarchive brings names into the character set of the locale, and drops those that do not fit into it:
 * with the plain "C" all but ASCII. */
static locale_t utf8_locale(void)
{
    static gsize made = 0;
    if (g_once_init_enter(&made)) {
        locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        g_once_init_leave(&made, locale ? (gsize)locale : (gsize)LC_GLOBAL_LOCALE);
    }
    return (locale_t)made;
}

void archive_warm(void)
{
    utf8_locale();
}

/* ---- limits ---- */

static gboolean check_unpacked(const Walk *w, GError **error)
{
    guint64 filtered = archive_filter_count(w->archive) > 1
                           ? (guint64)MAX(archive_filter_bytes(w->archive, 0), 0)
                           : 0;
    guint64 unpacked = MAX(w->unpacked, filtered);
    if (unpacked > DOCKET_MAX_UNPACKED_BYTES)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "it unpacks to more than %u MB (stopped at member %" G_GUINT64_FORMAT ")",
                    DOCKET_MAX_UNPACKED_BYTES >> 20, w->number + 1);
    else if (unpacked > DOCKET_FREE_UNPACKED_BYTES &&
             (unpacked - DOCKET_FREE_UNPACKED_BYTES) / DOCKET_MAX_UNPACK_RATIO > w->size)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "it unpacks to more than %u times its size (stopped at member "
                    "%" G_GUINT64_FORMAT ")",
                    DOCKET_MAX_UNPACK_RATIO, w->number + 1);
    else
        return TRUE;
    return FALSE;
}

static gboolean check_count(const Walk *w, GError **error)
{
    if (w->number < DOCKET_MAX_MEMBERS)
        return TRUE;
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "more than %u members in one archive",
                DOCKET_MAX_MEMBERS);
    return FALSE;
}

/* ---- opening ---- */

static Archive *open_archive(const TechniqueInput *input, GError **error)
{
    g_autoptr(Archive) archive = archive_read_new();
    gsize size;
    gconstpointer data = g_bytes_get_data(input->bytes, &size);
    /* By name: "all" would bring filters that run other programs. */
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_lzma(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_compress(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_7zip(archive);
    archive_read_support_format_rar(archive);
    archive_read_support_format_rar5(archive);
    archive_read_support_format_cab(archive);
    archive_read_support_format_raw(archive);
    for (guint i = 0; input->passwords && input->passwords[i]; i++)
        archive_read_add_passphrase(archive, input->passwords[i]);
    if (archive_read_open_memory(archive, data, size) == ARCHIVE_OK)
        return g_steal_pointer(&archive);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "the archive cannot be opened: %s",
                archive_error_string(archive));
    return NULL;
}

/* ---- one member ---- */

/* Names are UTF-8 where the archive says so; in old ZIPs they are in the code page of DOS (APPNOTE, D.1),
 * elsewhere in whatever the sender used. */
static char *name_of(const Walk *w, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    if (!name)
        name = archive_entry_pathname_utf8(entry);
    if (!name || g_utf8_validate(name, -1, NULL))
        return g_strdup(name ? name : "");
    gboolean zip = (archive_format(w->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
    return zip ? charset_decode(name, strlen(name), "IBM437")
               : mail_decode(name, strlen(name), NULL);
}

/* As in an inbox: what programs and systems leave lying about is no document. */
static gboolean is_ignored(const char *name)
{
    static const char *const names[] = {"Thumbs.db", "desktop.ini", NULL};
    static const char *const endings[] = {".part", ".tmp", ".crdownload"};
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(base, endings[i]))
            return TRUE;
    return base[0] == '.' || base[0] == '~' || g_str_has_prefix(name, "__MACOSX/") ||
           strstr(name, "/__MACOSX/") || g_strv_contains(names, base);
}

static void skip(Walk *w, const char *name)
{
    reading_attach(w->members, name, "", 0, NULL);
}

G_GNUC_PRINTF(5, 6)
static void add_bad(Walk *w, const char *name, guint64 size, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    reading_attach(w->members, name, "", size, NULL);
    w->documents++;
    w->sink->bad_row(w->number, code, sentence, w->sink->data);
}

static void add_too_large(Walk *w, const char *name, guint64 size)
{
    add_bad(w, name, size, DOCKET_ERROR_TOO_LARGE, "it is larger than %u MB unpacked",
            DOCKET_MAX_CHILD_BYTES >> 20);
}

/* The member's bytes; NULL without *error being set: the member is bad, and has been told so. */
static GBytes *unpack(Walk *w, const char *name, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree guint8 *block = g_malloc(BLOCK_BYTES);
    for (;;) {
        gssize n = archive_read_data(w->archive, block, BLOCK_BYTES);
        if (n <
            0) { /* a warning too: what it was about, a wrong checksum, is lost with its block */
            const char *why = archive_error_string(w->archive);
            add_bad(w, name, bytes->len, w->locked ? DOCKET_ERROR_ENCRYPTED : DOCKET_ERROR_DAMAGED,
                    w->locked ? "no password in readers.password_file opens it (%s)"
                              : "it cannot be unpacked: %s",
                    why ? why : "the archive is broken");
            return NULL;
        }
        w->unpacked += (guint64)n;
        if (!check_unpacked(w, error))
            return NULL;
        if (n == 0)
            return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
        if (bytes->len + (gsize)n > DOCKET_MAX_CHILD_BYTES) {
            add_too_large(w, name, bytes->len);
            return NULL;
        }
        g_byte_array_append(bytes, block, (guint)n);
    }
}

static gboolean take_file(Walk *w, struct archive_entry *entry, const char *name, GError **error)
{
    guint64 size =
        archive_entry_size_is_set(entry) ? (guint64)MAX(archive_entry_size(entry), 0) : 0;
    w->locked = archive_entry_is_encrypted(entry);
    if (w->locked && !w->passwords) {
        add_bad(w, name, size, DOCKET_ERROR_ENCRYPTED,
                "it is encrypted: put the password in readers.password_file, or unpack it first");
        return TRUE;
    }
    if (size > DOCKET_MAX_CHILD_BYTES) {
        add_too_large(w, name, size);
        return TRUE;
    }
    g_autoptr(GError) limit = NULL;
    g_autoptr(GBytes) content = unpack(w, name, &limit);
    if (limit) {
        g_propagate_error(error, g_steal_pointer(&limit));
        return FALSE;
    }
    if (content) {
        w->documents++;
        w->bytes += g_bytes_get_size(content);
        reading_attach(w->members, name, "", g_bytes_get_size(content), content);
    }
    return TRUE;
}

static gboolean take_member(Walk *w, struct archive_entry *entry, GError **error)
{
    gboolean raw = archive_format(w->archive) == ARCHIVE_FORMAT_RAW;
    g_autofree char *name = raw ? g_strdup("") : name_of(w, entry);
    gboolean link = archive_entry_hardlink(entry) || archive_entry_hardlink_utf8(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR) {
        skip(w, name);
    } else if (link || archive_entry_filetype(entry) != AE_IFREG) {
        w->links++;
        skip(w, name);
    } else if (!raw && is_ignored(name)) {
        w->ignored++;
        skip(w, name);
    } else {
        return take_file(w, entry, name, error);
    }
    return TRUE;
}

/* ---- the whole ---- */

/* ZIP is also how programs pack their own files: those are one document, and not many. */
static gboolean is_package(struct archive_entry *entry)
{
    static const char *const names[] = {"[Content_Types].xml", "META-INF/container.xml",
                                        "META-INF/manifest.xml", "META-INF/MANIFEST.MF", NULL};
    const char *name = archive_entry_pathname(entry);
    return name && g_strv_contains(names, name);
}

static void refuse_header(const Walk *w, GError **error)
{
    const char *why = archive_error_string(w->archive);
    if (archive_read_has_encrypted_entries(w->archive) > 0)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the archive is encrypted: unpack it and put its files in");
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED,
                    "the archive is broken behind member %" G_GUINT64_FORMAT ": %s", w->number,
                    why ? why : "no reason given");
}

static gboolean has_room(const Walk *w)
{
    return w->documents < DOCKET_MEMBERS_PER_TASK && w->bytes < w->sink->max_bytes &&
           w->members->attachments->len < DOCKET_MAX_ATTACHMENTS;
}

/* Goes on to the next member. FALSE with *error, or at the end. */
static gboolean next(Walk *w, struct archive_entry **entry, GError **error)
{
    int code = archive_read_next_header(w->archive, entry);
    w->ended = code == ARCHIVE_EOF;
    if (w->ended)
        return FALSE;
    if (code < ARCHIVE_WARN) {
        refuse_header(w, error);
        return FALSE;
    }
    gboolean plain =
        archive_format(w->archive) == ARCHIVE_FORMAT_RAW && archive_filter_count(w->archive) <= 1;
    if (plain || (w->first == 0 && is_package(*entry))) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_UNSUPPORTED,
                    plain ? "it is no archive that can be read"
                          : "it is a program's own package, not an archive of documents");
        return FALSE;
    }
    return check_count(w, error) && check_unpacked(w, error);
}

/* Members from w->first on, as many as have room. */
static gboolean walk(Walk *w, GError **error)
{
    struct archive_entry *entry;
    while (has_room(w)) {
        g_autoptr(GError) problem = NULL;
        if (next(w, &entry, &problem) &&
            (w->number < w->first || take_member(w, entry, &problem))) {
            w->number++;
            continue;
        }
        /* What stands before the damage is given first; the next call comes to it again. */
        gboolean given = w->members->attachments->len > 0;
        if (!problem || (given && problem->code != DOCKET_ERROR_UNSUPPORTED))
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    return TRUE;
}

static void note_skipped(const Walk *w)
{
    if (w->links)
        reading_note(w->members, "%u links or special files were not followed", w->links);
    if (w->ignored)
        reading_note(w->members, "%u hidden or temporary files were left out", w->ignored);
}

Reading *archive_members(const TechniqueInput *input, guint64 offset, guint64 first,
                         const RowSink *sink, guint64 *next_offset, guint64 *next_row,
                         GError **error)
{
    g_autoptr(Archive) archive = open_archive(input, error);
    if (!archive)
        return NULL;
    locale_t before = uselocale(utf8_locale());
    g_autoptr(Reading) members = reading_new(input->media_type);
    Walk w = {.archive = archive,
              .size = g_bytes_get_size(input->bytes),
              .unpacked = offset,
              .first = first,
              .passwords = input->passwords && *input->passwords,
              .sink = sink,
              .members = members};
    gboolean good = walk(&w, error);
    uselocale(before);
    if (!good)
        return NULL;
    note_skipped(&w);
    *next_row = w.ended ? 0 : w.number;
    *next_offset = w.ended ? 0 : w.unpacked;
    return g_steal_pointer(&members);
}
