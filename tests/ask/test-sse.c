/* Event streams: every cut of the bytes gives the same events. */
#include <string.h>

#include "pipeline/core/limits.h"
#include "stages/ask/sse.h"

/* Events as "type|data" lines. */
static gboolean write_down(const SseEvent *event, gpointer data)
{
    g_assert_cmpuint(strlen(event->data), ==, event->length);
    g_string_append_printf(data, "%s|%s\n", event->type, event->data);
    return TRUE;
}

static void assert_events(const char *stream, const char *wanted)
{
    gsize length = strlen(stream);
    for (gsize piece = 1; piece <= length; piece++) {
        g_autoptr(GString) seen = g_string_new(NULL);
        g_autoptr(Sse) sse = sse_new(write_down, seen);
        for (gsize at = 0; at < length; at += piece)
            g_assert_true(sse_feed(sse, stream + at, MIN(piece, length - at)));
        g_assert_cmpstr(seen->str, ==, wanted);
    }
}

static void test_lines(void)
{
    assert_events("data: a\n\ndata:b\r\n\r\ndata:  c\r\rdata: é\n\n", "|a\n|b\n| c\n|é\n");
    assert_events("data: a\ndata\ndata: b\n\n", "|a\n\nb\n");
    assert_events("\xEF\xBB\xBF"
                  "data: a\n\n",
                  "|a\n");
    assert_events("data: a\n\n\xEF\xBB\xBF"
                  "data: b\n\n",
                  "|a\n");
}

static void test_fields(void)
{
    assert_events(": OPENROUTER PROCESSING\n\n:\n\ndata: a\n\n", "|a\n");
    assert_events("event: ping\n\nid: 7\nretry: 10\nevent: x\ndata: {}\nother: 1\n\ndata: b\n\n",
                  "x|{}\n|b\n");
    assert_events("data\n\n", "|\n");
    assert_events("error: {\"code\":500}\n\n", "error|{\"code\":500}\n");
}

/* What is not closed by an empty line is no event. */
static void test_unfinished(void)
{
    assert_events("data: a\n\ndata: b\n", "|a\n");
    assert_events("data: a\n\ndata: [DONE]", "|a\n");
}

static gboolean only_one(const SseEvent *event, gpointer data)
{
    ++*(guint *)data;
    return FALSE;
}

static void test_ends(void)
{
    guint events = 0;
    g_autoptr(Sse) sse = sse_new(only_one, &events);
    g_assert_false(sse_feed(sse, "data: a\n\ndata: b\n\n", 18));
    g_assert_false(sse_feed(sse, "data: c\n\n", 9));
    g_assert_cmpuint(events, ==, 1);
    g_assert_false(sse_too_large(sse));
}

/* Neither one endless line nor endlessly many lines of one event are kept. */
static void test_size(void)
{
    static const char *const pieces[] = {"xxxxxxxxxxxxxxxx", "data: xxxxxxxxx\n"};
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) seen = g_string_new(NULL);
        g_autoptr(Sse) sse = sse_new(write_down, seen);
        gsize fed = 0;
        while (sse_feed(sse, pieces[i], 16)) {
            fed += 16;
            g_assert_cmpuint(fed, <=, 2 * DOCKET_MAX_EVENT_BYTES);
        }
        g_assert_true(sse_too_large(sse));
        g_assert_cmpstr(seen->str, ==, "");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sse/lines", test_lines);
    g_test_add_func("/sse/fields", test_fields);
    g_test_add_func("/sse/unfinished", test_unfinished);
    g_test_add_func("/sse/ends", test_ends);
    g_test_add_func("/sse/size", test_size);
    return g_test_run();
}
