/* A reader of documents that have twelve pages, and that hang, kill it or make it lie on some of them:
 * "hang-at=3 die-at=5 lie-at=7 refuse-at=9" in the document. What it did, the supervisor must not lose
 * for it: the other pages. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "pipeline/core/reading.h"
#include "pipeline/core/wire.h"

#define SOCKET 3 /* where the supervisor puts it */
#define PAGES 12

/* Whether `key` names this page in the document: "die-at=5". May stand there several times. */
static gboolean is_named(const char *document, const char *key, guint page)
{
    for (const char *found = strstr(document, key); found; found = strstr(found + 1, key))
        if ((guint)atoi(found + strlen(key)) == page)
            return TRUE;
    return FALSE;
}

static void add_page(Reading *reading, guint page)
{
    g_autofree char *text = g_strdup_printf("this is page %u", page);
    reading_begin_page(reading, page, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 100 + page, 200);
    reading_begin_line(reading);
    reading_add_text(reading, text, -1, 10, 10, -1);
    reading_end_page(reading);
}

static void misbehave(const WireFrame *task, const char *document, guint page)
{
    if (is_named(document, "hang-at=", page))
        for (;;)
            pause();
    if (is_named(document, "die-at=", page)) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
}

/* FALSE when the document was refused on one of its pages, as a broken image is. */
static gboolean read_pages(const WireFrame *task, const char *document, Reading *reading)
{
    reading->page_count = PAGES;
    for (guint page = task->first_page; page <= MIN(task->last_page, PAGES); page++) {
        WireFrame frame = {.kind = WIRE_PAGE, .task = task->task, .first_page = page, .fd = -1};
        wire_send(SOCKET, &frame, NULL);
        misbehave(task, document, page);
        if (is_named(document, "refuse-at=", page)) {
            frame = (WireFrame){.kind = WIRE_FAILED,
                                .task = task->task,
                                .code = DOCKET_ERROR_DAMAGED,
                                .message = (char *)"the page is broken",
                                .fd = -1};
            wire_send(SOCKET, &frame, NULL);
            return FALSE;
        }
        add_page(reading, page);
        if (is_named(document, "lie-at=", page))
            g_array_index(reading->words, Word, reading->words->len - 1).rect.x1 = NAN;
        if (is_named(document, "stop-at=", page))
            break;
    }
    return TRUE;
}

static void answer(const WireFrame *task, Reading *reading)
{
    GVariant *item[] = {g_variant_new_uint64(0), g_variant_new_string(""),
                        reading_to_variant(reading)};
    GVariant *items[] = {g_variant_new_tuple(item, G_N_ELEMENTS(item))};
    GVariant *body[] = {g_variant_new_array(NULL, items, 1),
                        g_variant_new_array(G_VARIANT_TYPE("(tus)"), NULL, 0),
                        g_variant_new_uint64(0), g_variant_new_uint64(0),
                        g_variant_new_array(G_VARIANT_TYPE_BYTE, NULL, 0)};
    g_autoptr(GVariant) whole = g_variant_ref_sink(g_variant_new_tuple(body, G_N_ELEMENTS(body)));
    WireFrame frame = {.kind = WIRE_RESULT, .task = task->task};
    frame.fd =
        wire_memfd_from_bytes("result", g_variant_get_data(whole), g_variant_get_size(whole), NULL);
    wire_send(SOCKET, &frame, NULL);
    close(frame.fd);
}

int main(void)
{
    if (!wire_send(SOCKET, &(WireFrame){.kind = WIRE_READY, .fd = -1}, NULL))
        return 1;
    for (;;) {
        g_auto(WireFrame) task = {.fd = -1};
        gboolean eof = FALSE;
        char document[512] = "";
        if (!wire_receive(SOCKET, &task, &eof, NULL) || eof)
            return 0;
        if (pread(task.fd, document, sizeof document - 1, 0) < 0)
            return 1;
        g_autoptr(Reading) reading = reading_new("text/plain");
        if (read_pages(&task, document, reading))
            answer(&task, reading);
    }
}
