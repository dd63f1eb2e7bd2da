/* Frames between supervisor and reader, over one SOCK_SEQPACKET pair: a small typed GVariant, and
 * where a frame carries a document or a result, exactly one descriptor of a sealed memfd. A frame
 * over DOCKET_MAX_FRAME_BYTES, of another type, or with an unexpected or missing descriptor is an
 * error that ends the process on the other side. Both ends run on one machine and one build. */
#pragma once

#include "reading.h"
#include <gio/gio.h>
#include <glib.h>

typedef enum {
    /* supervisor -> reader */
    WIRE_TASK, /* + descriptor: the document */
    /* reader -> supervisor */
    WIRE_READY,  /* warmed up, send a task */
    WIRE_PAGE,   /* about to read page `first_page`, so that a dead reader names its page; rises
                    within the task's range, and begins the page's deadline */
    WIRE_RESULT, /* + descriptor: the result (WireResult's body) */
    WIRE_FAILED, /* the document cannot be read: `code`, `message` */
    WIRE_COLD, /* this reader did not load what the task needs, and did not touch it: another shall
                    read it, started for every kind of document */
    WIRE_LAST
} WireKind;

typedef struct {
    WireKind kind;
    guint64 task;       /* number given by the supervisor, echoed by the reader */
    char *media_type;   /* TASK: what intake sniffed; never NULL */
    guint32 first_page; /* TASK, PAGE: from 1; for batches the first row, from 0 */
    guint32 last_page;  /* TASK: inclusive, 0 = to the end */
    guint64 offset;     /* TASK: byte where `first_page`'s row starts in a batch */
    guint32 flags;      /* TASK: WireTaskFlags */
    char *languages;    /* TASK: OCR languages "eng+deu"; never NULL */
    gint32 code;        /* FAILED: DocketError */
    char *message;      /* FAILED: one sentence; never NULL */
    guint64 document;   /* TASK: the same number in tasks of the same document, so that a reader may
                           keep it open in between; 0: not to be kept */
    char **passwords;   /* TASK: to try on an encrypted document, in order; NULL or empty: none */
    int fd;             /* owned; -1 if the kind has none */
} WireFrame;

typedef enum {
    WIRE_OCR_NEVER = 1 << 0,     /* text layer only */
    WIRE_OCR_ALWAYS = 1 << 1,    /* ignore the text layer */
    WIRE_SPLIT_ROWS = 1 << 2,    /* CSV/JSONL: answer with rows instead of one reading */
    WIRE_OVERLAY_PNG = 1 << 3,   /* draw `first_page` with the boxes of what was read, too */
    WIRE_OVERLAY_PDF = 1 << 4,   /* the same for all pages of the range, as a PDF */
    WIRE_SPLIT_MEMBERS = 1 << 5, /* archives, mailboxes: answer with the next members: one reading
                                    without pages whose attachments they are, in order */
    WIRE_PICTURE = 1 << 6,       /* draw `first_page` as a model shall see it; see picture.h */
} WireTaskFlags;

/* With WIRE_PICTURE: the clockwise quarter turns, 0..3, that make the page upright. */
#define WIRE_TURN_SHIFT 8
#define WIRE_TURN_MASK (3u << WIRE_TURN_SHIFT)

/* Body of a RESULT's memfd, a GVariant of this type: readings, and for batches what each row is.
 *   v[0] a(ts<reading>)  items: row number from 0 (0 for a document), the row's canonical JSON text
 *                        ("" for a document), its reading
 *   v[1] a(tus)          bad rows, or members: number, DocketError, sentence
 *   v[2] t, v[3] t       byte offset where the next row starts, and the next row's number; both 0
 *                        when the document or batch is complete
 *   v[4] ay              the overlay or picture that was asked for; else empty
 * A reading may end before the range does: at least one page is read, then as many as fit into
 * DOCKET_TASK_SLICE_MS. Techniques that read whole documents answer with all pages at once. */
#define WIRE_RESULT_TYPE "(a(ts" READING_VARIANT_TYPE ")a(tus)ttay)"

void wire_frame_clear(WireFrame *frame);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WireFrame, wire_frame_clear)

/* Sends one frame; the descriptor stays the caller's. FALSE with an error when the peer is gone. */
gboolean wire_send(int socket, const WireFrame *frame, GError **error);

/* Receives one frame into `frame` (clear it afterwards). At end of file returns TRUE with *eof
 * set. A frame that breaks the rules is DOCKET_ERROR_READER_LIED. Blocks unless the socket doesn't.
 */
gboolean wire_receive(int socket, WireFrame *frame, gboolean *eof, GError **error);

/* A sealed memfd (no write, no resize) with these bytes; -1 on error. Caller closes. */
int wire_memfd_from_bytes(const char *label, gconstpointer data, gsize length, GError **error);
/* The same, copied from an open file of at most `limit` bytes (DOCKET_ERROR_TOO_LARGE); *sha256
 * (caller frees) and *size describe what was copied, so that nobody can change it in between. */
int wire_memfd_from_file(const char *label, int file, guint64 limit, char **sha256, guint64 *size,
                         GError **error);
/* The bytes of a memfd, mapped read-only. Refuses one that is not sealed against writing and
 * shrinking, or is larger than `limit`. Unref unmaps. The descriptor stays the caller's. */
GBytes *wire_memfd_map(int fd, guint64 limit, GError **error);
