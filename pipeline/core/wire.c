#include "wire.h"

#include "bytes.h"
#include "error.h"
#include "limits.h"
#include "reading.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* kind, task, media type, first and last page, offset, flags, languages, code, message, document,
 * passwords */
#define FRAME_TYPE "(utsuutusistas)"
#define FRAME_FORMAT "(utsuutusist^as)"

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define NEEDED_SEALS (F_SEAL_SHRINK | F_SEAL_WRITE)

void wire_frame_clear(WireFrame *frame)
{
    g_clear_pointer(&frame->media_type, g_free);
    g_clear_pointer(&frame->languages, g_free);
    g_clear_pointer(&frame->message, g_free);
    g_clear_pointer(&frame->passwords, bytes_free_secrets);
    if (frame->fd >= 0)
        close(frame->fd);
    frame->fd = -1;
}

static gboolean kind_has_fd(WireKind kind)
{
    return kind == WIRE_TASK || kind == WIRE_RESULT;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

gboolean wire_send(int socket, const WireFrame *frame, GError **error)
{
    static const char *const none[] = {NULL};
    g_autoptr(GVariant) variant = g_variant_ref_sink(g_variant_new(
        FRAME_FORMAT, (guint32)frame->kind, frame->task, text_or_empty(frame->media_type),
        frame->first_page, frame->last_page, frame->offset, frame->flags,
        text_or_empty(frame->languages), frame->code, text_or_empty(frame->message),
        frame->document, frame->passwords ? (const char *const *)frame->passwords : none));
    struct iovec data = {(void *)g_variant_get_data(variant), g_variant_get_size(variant)};
    if (data.iov_len > DOCKET_MAX_FRAME_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "a frame is over its limit");
        return FALSE;
    }
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    if (kind_has_fd(frame->kind)) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &frame->fd, sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        docket_error_set_errno(error, errno, "sending a frame to", "the other process");
        return FALSE;
    }
    return TRUE;
}

static gboolean lied(GError **error, const char *what)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED, "a frame breaks the protocol: %s",
                what);
    return FALSE;
}

/* Takes the one descriptor of a message; further ones are closed. -1 if there is none. */
static int take_descriptor(struct msghdr *message, guint *count)
{
    int fd = -1;
    *count = 0;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h; h = CMSG_NXTHDR(message, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        gsize n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (gsize i = 0; i < n; i++) {
            int received;
            memcpy(&received, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
            if ((*count)++ == 0)
                fd = received;
            else
                close(received);
        }
    }
    return fd;
}

static gboolean unpack(const char *bytes, gsize length, WireFrame *frame, GError **error)
{
    /* The bytes live on the stack with unknown alignment; GBytes copies them to an aligned place.
     */
    g_autoptr(GBytes) copy = g_bytes_new(bytes, length);
    g_autoptr(GVariant) variant =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(FRAME_TYPE), copy, FALSE));
    if (!g_variant_is_normal_form(variant))
        return lied(error, "not a frame");
    guint32 kind;
    g_variant_get(variant, FRAME_FORMAT, &kind, &frame->task, &frame->media_type,
                  &frame->first_page, &frame->last_page, &frame->offset, &frame->flags,
                  &frame->languages, &frame->code, &frame->message, &frame->document,
                  &frame->passwords);
    frame->kind = kind;
    if (kind >= WIRE_LAST)
        return lied(error, "unknown kind");
    return TRUE;
}

gboolean wire_receive(int socket, WireFrame *frame, gboolean *eof, GError **error)
{
    *frame = (WireFrame){.fd = -1};
    *eof = FALSE;
    char buffer[DOCKET_MAX_FRAME_BYTES];
    struct iovec data = {buffer, sizeof buffer};
    union {
        char bytes[CMSG_SPACE(sizeof(int) * 4)];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno != ECONNRESET) {
        docket_error_set_errno(error, errno, "receiving a frame from", "the other process");
        return FALSE;
    }
    if (got <= 0) {
        *eof = TRUE;
        return TRUE;
    }
    guint descriptors;
    frame->fd = take_descriptor(&message, &descriptors);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        return lied(error, "too large");
    if (!unpack(buffer, (gsize)got, frame, error))
        return FALSE;
    if (descriptors != (kind_has_fd(frame->kind) ? 1 : 0))
        return lied(error, "a descriptor is missing or was not expected");
    return TRUE;
}

/* ---- sealed memory files ---- */

static int memfd_new(const char *label, GError **error)
{
    int fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        docket_error_set_errno(error, errno, "creating a memory file for", label);
    return fd;
}

static gboolean write_all(int fd, const char *data, gsize length, GError **error)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            docket_error_set_errno(error, errno, "writing", "a memory file");
            return FALSE;
        }
        data += n;
        length -= (gsize)n;
    }
    return TRUE;
}

static gboolean seal(int fd, GError **error)
{
    if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) == 0)
        return TRUE;
    docket_error_set_errno(error, errno, "sealing", "a memory file");
    return FALSE;
}

int wire_memfd_from_bytes(const char *label, gconstpointer data, gsize length, GError **error)
{
    int fd = memfd_new(label, error);
    if (fd < 0)
        return -1;
    if (!write_all(fd, data, length, error) || !seal(fd, error)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Copies until end of file, hashing on the way. */
static gboolean copy_and_hash(int from, int to, guint64 limit, EVP_MD_CTX *sum, guint64 *size,
                              GError **error)
{
    const gsize chunk = 1 << 18;
    g_autofree char *buffer = g_malloc(chunk);
    *size = 0;
    for (;;) {
        ssize_t n = read(from, buffer, chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            docket_error_set_errno(error, errno, "reading", "the file");
            return FALSE;
        }
        if (n == 0)
            return TRUE;
        *size += (guint64)n;
        if (*size > limit) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                        "larger than the limit of %" G_GUINT64_FORMAT " MB", limit >> 20);
            return FALSE;
        }
        EVP_DigestUpdate(sum, buffer, (gsize)n);
        if (!write_all(to, buffer, (gsize)n, error))
            return FALSE;
    }
}

static char *hexadecimal(EVP_MD_CTX *sum)
{
    guchar digest[EVP_MAX_MD_SIZE];
    guint length = 0;
    EVP_DigestFinal_ex(sum, digest, &length);
    GString *text = g_string_sized_new(2 * length);
    for (guint i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", digest[i]);
    return g_string_free(text, FALSE);
}

int wire_memfd_from_file(const char *label, int file, guint64 limit, char **sha256, guint64 *size,
                         GError **error)
{
    int fd = memfd_new(label, error);
    if (fd < 0)
        return -1;
    EVP_MD_CTX *sum = EVP_MD_CTX_new();
    gboolean copied = EVP_DigestInit_ex(sum, EVP_sha256(), NULL) == 1 &&
                      copy_and_hash(file, fd, limit, sum, size, error) && seal(fd, error);
    *sha256 = copied ? hexadecimal(sum) : NULL;
    EVP_MD_CTX_free(sum);
    if (copied)
        return fd;
    if (error && !*error)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "no SHA-256 in libcrypto");
    close(fd);
    return -1;
}

typedef struct {
    void *data;
    gsize length;
} Mapping;

static void unmap(gpointer data)
{
    Mapping *mapping = data;
    munmap(mapping->data, mapping->length);
    g_free(mapping);
}

GBytes *wire_memfd_map(int fd, guint64 limit, GError **error)
{
    int seals = fcntl(fd, F_GET_SEALS);
    struct stat status;
    if (seals < 0 || (seals & NEEDED_SEALS) != NEEDED_SEALS || fstat(fd, &status) != 0) {
        lied(error, "a descriptor is not a sealed memory file");
        return NULL;
    }
    if ((guint64)status.st_size > limit) {
        lied(error, "a memory file is over its limit");
        return NULL;
    }
    if (status.st_size == 0)
        return g_bytes_new_static("", 0);
    gsize length = (gsize)status.st_size;
    void *data = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
        docket_error_set_errno(error, errno, "mapping", "a memory file");
        return NULL;
    }
    Mapping *mapping = g_new(Mapping, 1);
    *mapping = (Mapping){data, length};
    return g_bytes_new_with_free_func(data, length, unmap, mapping);
}
