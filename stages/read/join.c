#include "join.h"

void range_free(gpointer data)
{
    Range *range = data;
    reading_free(range->reading);
    g_clear_error(&range->lost);
    g_free(range);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const Range *left = *(const Range *const *)a, *right = *(const Range *const *)b;
    return left->first < right->first ? -1 : left->first > right->first;
}

static const Range *first_read(const GPtrArray *ranges)
{
    for (guint i = 0; i < ranges->len; i++) {
        const Range *range = ranges->pdata[i];
        if (range->reading && range->reading->pages->len)
            return range;
    }
    return NULL;
}

/* A page that nobody has seen is as large as the one before it, or as the first that was seen. */
static void add_lost(Job *job, Reading *whole, const Page *like, const Range *range)
{
    Page size = whole->pages->len ? *reading_page(whole, whole->pages->len - 1) : *like;
    for (guint page = range->first; page <= range->last; page++) {
        reading_begin_page(whole, page, TECHNIQUE_NONE, (Geometry)size.geometry, size.width,
                           size.height);
        reading_end_page(whole);
    }
    g_autofree char *pages =
        range->first == range->last
            ? g_strdup_printf("page %u was not read", range->first)
            : g_strdup_printf("pages %u to %u were not read", range->first, range->last);
    reading_note(whole, "%s: %s", pages, range->lost->message);
    job_reason(job, "partial", "%s: %s", pages, range->lost->message);
}

Reading *join_ranges(Job *job, GPtrArray *ranges, GError **error)
{
    g_ptr_array_sort(ranges, compare);
    const Range *seen = first_read(ranges);
    if (!seen) {
        const Range *first = ranges->pdata[0];
        if (first->lost)
            g_propagate_error(error, g_error_copy(first->lost));
        else
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED, "the reader gave no page");
        return NULL;
    }
    guint page_count = seen->reading->page_count;
    Page like = *reading_page(seen->reading, 0);
    g_autoptr(Reading) whole = NULL;
    for (guint i = 0; i < ranges->len; i++) {
        Range *range = ranges->pdata[i];
        if (range->lost && range->first <= page_count) {
            range->last = MIN(range->last, page_count);
            if (!whole)
                whole = reading_new(seen->reading->media_type);
            add_lost(job, whole, &like, range);
        } else if (range->reading && whole) {
            reading_take_pages(whole, g_steal_pointer(&range->reading));
        } else if (range->reading && range->reading->pages->len) {
            whole = g_steal_pointer(&range->reading);
        }
    }
    return g_steal_pointer(&whole);
}
