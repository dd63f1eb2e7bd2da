/* A technique: one way of reading, one file and one row of table.c. Runs in a reader process only,
 * on hostile bytes, without network, ledger, keys or paths. */
#pragma once

#include "pipeline/core/error.h"
#include "pipeline/core/reading.h"
#include "pipeline/core/wire.h"

/* What a reader of pages keeps warm for its whole life (pages/warm.h). */
typedef struct Warm Warm;

typedef struct {
    GBytes *bytes; /* the whole document; lent */
    const char *media_type;
    guint first_page; /* from 1 */
    guint last_page;  /* inclusive; 0 = the end */
    guint flags;      /* WireTaskFlags */
    const char *languages;
    Warm *warm;                   /* NULL where no page is read */
    const char *const *passwords; /* to try when the document is encrypted, in order; NULL: none */
    /* Through technique_begin_page() only. Tells the supervisor where we are. May be NULL. */
    void (*on_page)(guint page, gpointer data);
    /* Whether the range shall end here, so that others get their turn. May be NULL. */
    gboolean (*time_is_up)(gpointer data);
    gpointer data;
} TechniqueInput;

/* Before each page of a range, by techniques that read ranges. FALSE: the range ends before this
 * page (never before its first), and the reading of the pages so far is the answer. */
static inline gboolean technique_begin_page(const TechniqueInput *input, guint page)
{
    if (page > MAX(1, input->first_page) && input->time_is_up && input->time_is_up(input->data))
        return FALSE;
    if (input->on_page)
        input->on_page(page, input->data);
    return TRUE;
}

typedef struct {
    const char *media_type; /* exact, or a prefix that ends in '/' ("image/") */
    /* A reading of the pages asked for, or NULL and a DOCKET_ERROR. Caller frees. NULL: one of the
     * techniques for pages reads it (pages/pages.h). */
    Reading *(*read)(const TechniqueInput *input, GError **error);
    /* It reads the pages first_page to last_page alone, and names each by technique_begin_page().
     * Others always read the whole document, and are never asked for a later first page. */
    gboolean ranges;
} TechniqueRow;

/* The row for a media type, or NULL: unsupported. */
const TechniqueRow *technique_find(const char *media_type);
/* The same in another table. */
const TechniqueRow *technique_find_in(const TechniqueRow *rows, gsize n_rows,
                                      const char *media_type);

/* Rows of a batch, from a byte offset on, at most `limit`. Emits each row's canonical JSON text (an
 * object of column -> text) with its reading, or the error of a bad row; see csv.c and jsonl.c. */
typedef struct {
    void (*row)(guint64 number, const char *json, Reading *reading /* taken */, gpointer data);
    void (*bad_row)(guint64 number, int code, const char *sentence, gpointer data);
    gpointer data;
    guint64 max_bytes; /* stop after the row with which the JSON texts reach this; 0: no limit */
} RowSink;
/* *next_offset and *next_row are 0 when the batch is complete. */
gboolean rows_read(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                   const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error);

/* Members of an archive or messages of a mailbox, from number `first` (at `offset`, as the call before
 * said) on: a reading without pages whose attachments are the members in order, at most
 * DOCKET_MEMBERS_PER_TASK documents. One without content is no document (a folder, a link; the notes
 * count them) unless bad_row is told why it cannot be had. *next_row is 0 when there are no more. NULL and an error when the container itself cannot be read, or passes a limit. */
Reading *members_read(const TechniqueInput *input, guint64 offset, guint64 first,
                      const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error);
