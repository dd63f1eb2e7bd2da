/* A control frame from the process on the other side: any bytes, with or without a descriptor (the
 * first byte says so). Refused as a lie, or a frame whose every member can be used. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/wire.h"
#include "tests/fuzz/fuzz.h"

static void send_raw(int socket, const uint8_t *data, size_t size, gboolean with_descriptor)
{
    struct iovec bytes = {(void *)data, size};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    if (with_descriptor) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &socket, sizeof(int));
    }
    g_assert(sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size);
}

static void use(const WireFrame *frame)
{
    g_assert(frame->kind < WIRE_LAST);
    g_assert(frame->media_type && g_utf8_validate(frame->media_type, -1, NULL));
    g_assert(frame->languages && g_utf8_validate(frame->languages, -1, NULL));
    g_assert(frame->message && g_utf8_validate(frame->message, -1, NULL));
    for (char **each = frame->passwords; *each; each++)
        g_assert(g_utf8_validate(*each, -1, NULL));
    g_assert((frame->fd >= 0) == (frame->kind == WIRE_TASK || frame->kind == WIRE_RESULT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int sockets[2];
    if (size < 2 || size > 2 * DOCKET_MAX_FRAME_BYTES)
        return 0;
    g_assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0);
    send_raw(sockets[0], data + 1, size - 1, data[0] & 1);
    g_auto(WireFrame) frame = {.fd = -1};
    g_autoptr(GError) error = NULL;
    gboolean eof = FALSE;
    gboolean good = wire_receive(sockets[1], &frame, &eof, &error);
    g_assert(good == (error == NULL));
    g_assert(!eof);
    if (good)
        use(&frame);
    else
        g_assert(g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED));
    close(sockets[0]);
    close(sockets[1]);
    return 0;
}
