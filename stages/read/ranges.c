#include "ranges.h"

#include "join.h"
#include "pipeline/core/limits.h"
#include "read.h"

/* Readers that one document may bring down before it fails, whichever pages they died on. */
#define MAX_DEATHS 16u

typedef struct {
    GPtrArray *ranges; /* of Range, in the order in which they were asked for */
    char **passwords;  /* lent */
    RangesDone done;
    guint under_way;
    guint page_count; /* 0 until a reader told it */
    guint deaths;     /* readers that died on this document */
    guint lost;       /* pages left out */
    gint64 spent_us;  /* of all readers together */
    gboolean uses_passwords;
    gboolean over; /* done has been called */
} RangesState;

static void state_free(gpointer data)
{
    RangesState *state = data;
    g_ptr_array_unref(state->ranges);
    g_free(state);
}

static RangesState *state_of(const Job *job)
{
    return job_data(job, "ranges");
}

static Ledger *ledger_of(const Job *job)
{
    return engine_ledger(job->engine);
}

static guint setting(const Job *job, const char *key)
{
    return (guint)config_int(engine_config(job->engine), key);
}

static void on_range(const WorkersAnswer *answer, gpointer data);

/* ---- asking ---- */

static void submit(Range *range, WorkersOrder order)
{
    const RangesState *state = state_of(range->job);
    WireFrame task = read_task(range->job);
    task.first_page = range->first;
    task.last_page = range->last;
    task.passwords = state->uses_passwords ? state->passwords : NULL;
    range->task = workers_submit(engine_workers(range->job->engine), &task, order, on_range, range);
}

static Range *add_range(Job *job, guint first, guint last)
{
    Range *range = g_new0(Range, 1);
    *range = (Range){.job = job, .first = first, .last = last};
    g_ptr_array_add(state_of(job)->ranges, range);
    return range;
}

/* The attempt stands in the ledger before the document is touched. */
static void submit_committed(Job *job, gpointer data)
{
    Range *range = data;
    if (state_of(job)->over)
        return;
    submit(range, range->deaths           ? WORKERS_ALONE
                  : state_of(job)->deaths ? WORKERS_GOES_ON
                                          : WORKERS_FRESH);
}

static void submit_with_commit(Range *range)
{
    state_of(range->job)->under_way++;
    engine_after_commit(range->job, submit_committed, range);
}

/* So many pages as a reader reads in its slice of time, judged by the pages before; not more than
 * one reader's share when the others have nothing else to do. */
static guint range_size(Job *job, guint remaining, gint64 page_us)
{
    const Workers *workers = engine_workers(job->engine);
    guint count = workers_count(workers);
    gint64 fit = (gint64)DOCKET_TASK_SLICE_MS * 1000 / MAX(page_us, 1);
    guint share = workers_waiting(workers) ? remaining : (remaining + count - 1) / count;
    return CLAMP((guint)CLAMP(fit, 1, DOCKET_MAX_PAGES_PER_TASK), 1, share);
}

static void submit_pages(Job *job, guint first, guint last, gint64 page_us)
{
    while (first <= last) {
        guint size = range_size(job, last - first + 1, page_us);
        Range *range = add_range(job, first, MIN(first + size - 1, last));
        state_of(job)->under_way++;
        first = range->last + 1;
        submit(range, WORKERS_GOES_ON);
    }
}

/* ---- the end ---- */

/* The other ranges are of no use any more; their readers are stopped, for the job may end now. */
static void stop(Job *job, RangesState *state)
{
    for (guint i = 0; i < state->ranges->len; i++) {
        Range *range = state->ranges->pdata[i];
        if (range->task)
            workers_cancel(engine_workers(job->engine), range->task);
        range->task = 0;
    }
    state->under_way = 0;
    state->over = TRUE;
}

static void fail(Job *job, GError *error)
{
    RangesState *state = state_of(job);
    stop(job, state);
    state->done(job, NULL, 0, error);
}

static void finish(Job *job, RangesState *state)
{
    GError *error = NULL;
    stop(job, state);
    Reading *reading = join_ranges(job, state->ranges, &error);
    state->done(job, reading, state->lost, error);
}

static void finish_if_complete(Job *job)
{
    RangesState *state = state_of(job);
    if (!state->over && state->under_way == 0)
        finish(job, state);
}

/* ---- pages that are left out ---- */

/* Leaves the range out; FALSE when that is one page too many, and the job has ended. */
static gboolean lose(Range *range, const GError *error)
{
    Job *job = range->job;
    RangesState *state = state_of(job);
    range->lost = g_error_copy(error);
    state->lost += range->last - range->first + 1;
    /* Pages that readers refuse cost no reader: however many they are, a person sees the rest. */
    if (read_is_death(error) && state->lost > setting(job, "readers.lost_pages")) {
        fail(job, g_error_copy(error));
        return FALSE;
    }
    return TRUE;
}

/* What the readers did not come to in the document's time. */
static void out_of_time(Job *job, RangesState *state)
{
    guint deadline = setting(job, "readers.document_deadline");
    for (guint i = 0; i < state->ranges->len; i++) {
        Range *range = state->ranges->pdata[i];
        if (range->reading || range->lost)
            continue;
        range->lost =
            g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_TIMEOUT,
                        "the document passed its deadline of %u s of all readers", deadline);
        state->lost += range->last - range->first + 1;
    }
    finish(job, state);
}

/* ---- a reader's death ---- */

/* Ends the attempt in the ledger and enters the next one. FALSE: the job has ended. */
static gboolean next_attempt(Job *job, const GError *error)
{
    GError *local = NULL;
    if (ledger_end_attempt(ledger_of(job), job, docket_error_reason(error->code), &local) &&
        ledger_begin_attempt(ledger_of(job), job, "read", &local))
        return TRUE;
    fail(job, local);
    return FALSE;
}

/* Parts of a range that was not read: what is left of it becomes [first, last]. */
static void split_off(Range *range, guint first, guint last)
{
    Job *job = range->job;
    if (range->first < first)
        submit_with_commit(add_range(job, range->first, first - 1));
    if (last < range->last)
        submit_with_commit(add_range(job, last + 1, range->last));
    range->first = first;
    range->last = last;
}

static gboolean may_try_again(Range *range)
{
    return ++range->deaths < setting(range->job, "run.attempts");
}

/* A page that has had its time will want it again; whatever else ended the reader may have been
 * another page's doing, and is seen once more in a fresh one. */
static void try_again(Range *range, const GError *error)
{
    job_reason(range->job, "read_again", "%s; it was read once more, alone", error->message);
    submit_with_commit(range);
}

/* A reader died on a page that it had named. */
static void on_page_death(Range *range, guint page, const GError *error)
{
    gboolean had_its_time =
        error->code == DOCKET_ERROR_READER_TIMEOUT || error->code == DOCKET_ERROR_READER_CPU;
    split_off(range, page, page);
    if (!had_its_time && may_try_again(range))
        try_again(range, error);
    else
        lose(range, error);
}

/* A reading that breaks its rules does not say on which page: halved until it is one. */
static void on_lie(Range *range, const GError *error)
{
    if (range->first == range->last) {
        lose(range, error);
        return;
    }
    guint middle = (range->first + range->last) / 2;
    Range *half = add_range(range->job, middle + 1, range->last);
    half->deaths = range->deaths;
    range->last = middle;
    submit_with_commit(range);
    submit_with_commit(half);
}

static void on_death(Range *range, guint page, const GError *error)
{
    Job *job = range->job;
    RangesState *state = state_of(job);
    if (++state->deaths > MAX_DEATHS) {
        fail(job, g_error_copy(error));
        return;
    }
    if (!next_attempt(job, error))
        return;
    gboolean lied = g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED);
    /* A document that takes its reader over is no document with a bad page. */
    gboolean escaped = g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_READER_ESCAPE);
    if (page >= range->first && page <= range->last && !escaped)
        on_page_death(range, page, error);
    else if (may_try_again(range))
        try_again(range, error);
    else if (lied)
        on_lie(range, error);
    else
        fail(job, g_error_copy(error)); /* the document cannot even be opened */
}

/* ---- answers ---- */

static Reading *reading_of(GVariant *body, GError **error)
{
    g_autoptr(GVariant) items = read_result_items(body);
    if (g_variant_n_children(items) != 1) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                    "the reader gave %" G_GSIZE_FORMAT " readings of one document",
                    g_variant_n_children(items));
        return NULL;
    }
    g_autoptr(GVariant) item = g_variant_get_child_value(items, 0);
    g_autoptr(GVariant) reading = g_variant_get_child_value(item, 2);
    return reading_from_variant(reading, error);
}

static gboolean pages_lie_in(const Reading *r, guint first, guint last)
{
    for (guint i = 0; i < r->pages->len; i++)
        if (reading_page(r, i)->number < first || reading_page(r, i)->number > last)
            return FALSE;
    return TRUE;
}

/* A reading of other pages than those asked for would put evidence on the wrong page, one with a gap
 * would lose a page that nobody misses. Only the one that reads the whole document may go on to the
 * end. */
static gboolean check_range(const Range *range, const RangesState *state, const Reading *r,
                            GError **error)
{
    guint last = r->pages->len ? reading_page(r, r->pages->len - 1)->number : 0;
    gboolean whole = range->first == 1 && state->ranges->len == 1;
    gboolean good =
        r->pages->len ? reading_page(r, 0)->number == range->first && (last <= range->last || whole)
                      : r->page_count < range->first;
    good = good && (r->pages->len == 0 || r->pages->len == last - range->first + 1) &&
           (!r->second || pages_lie_in(r->second, range->first, last));
    if (good && state->page_count && r->page_count != state->page_count)
        good = FALSE;
    if (!good)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                    "the reader gave other pages than %u to %u", range->first, range->last);
    return good;
}

/* Pages that were asked for once, whether they have come or not. */
static guint last_asked(const RangesState *state)
{
    guint last = 0;
    for (guint i = 0; i < state->ranges->len; i++)
        last = MAX(last, ((const Range *)state->ranges->pdata[i])->last);
    return last;
}

/* What the range left over, and what stands behind all ranges once the document's length is known. */
static void go_on(Range *range, gint64 spent_us)
{
    Job *job = range->job;
    RangesState *state = state_of(job);
    const Reading *r = range->reading;
    guint read = r->pages->len ? reading_page(r, r->pages->len - 1)->number : range->first - 1;
    guint asked = MIN(range->last, state->page_count), behind = MAX(last_asked(state), read);
    gint64 page_us = spent_us / MAX(r->pages->len, 1);
    range->last = MAX(read, range->first);
    submit_pages(job, read + 1, asked, page_us);
    submit_pages(job, behind + 1, state->page_count, page_us);
}

static gboolean length_is_allowed(Job *job, guint page_count, GError **error)
{
    guint limit = setting(job, "limits.pages");
    if (page_count <= limit)
        return TRUE;
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "%u pages, the limit is %u",
                page_count, limit);
    return FALSE;
}

static void accept(Range *range, Reading *reading, gint64 spent_us)
{
    Job *job = range->job;
    RangesState *state = state_of(job);
    GError *error = NULL;
    range->reading = reading;
    if (!length_is_allowed(job, reading->page_count, &error)) {
        fail(job, error);
        return;
    }
    state->page_count = reading->page_count;
    go_on(range, spent_us);
}

/* Faults of a page that its reader survived; it is the only one that is left out. */
static gboolean is_page_fault(const GError *error, const Range *range, guint page)
{
    return page >= range->first && page <= range->last && error->domain == DOCKET_ERROR &&
           (error->code == DOCKET_ERROR_DAMAGED || error->code == DOCKET_ERROR_TOO_LARGE ||
            error->code == DOCKET_ERROR_INTERNAL);
}

static void refuse(Range *range, guint page, const GError *error)
{
    Job *job = range->job;
    RangesState *state = state_of(job);
    gboolean encrypted = g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED);
    if (encrypted && !state->uses_passwords && state->passwords && *state->passwords) {
        state->uses_passwords = TRUE;
        state->under_way++;
        submit(range, WORKERS_GOES_ON);
    } else if (read_is_death(error)) {
        on_death(range, page, error);
    } else if (is_page_fault(error, range, page)) {
        split_off(range, page, page);
        lose(range, error);
    } else {
        fail(job, g_error_copy(error));
    }
}

static void on_range(const WorkersAnswer *answer, gpointer data)
{
    Range *range = data;
    Job *job = range->job;
    RangesState *state = state_of(job);
    g_autoptr(GError) lie = NULL;
    g_autoptr(Reading) reading = NULL;
    range->task = 0;
    state->under_way--;
    state->spent_us += answer->spent_us;
    if (!answer->error)
        reading = reading_of(answer->body, &lie);
    if (reading && !check_range(range, state, reading, &lie))
        g_clear_pointer(&reading, reading_free);
    if (reading)
        accept(range, g_steal_pointer(&reading), answer->spent_us);
    else
        refuse(range, lie ? 0 : answer->page, lie ? lie : answer->error);
    gint64 deadline = (gint64)setting(job, "readers.document_deadline") * G_USEC_PER_SEC;
    if (!state->over && state->under_way > 0 && state->spent_us > deadline)
        out_of_time(job, state);
    finish_if_complete(job);
}

void ranges_read(Job *job, char **passwords, RangesDone done)
{
    RangesState *state = g_new0(RangesState, 1);
    state->ranges = g_ptr_array_new_with_free_func(range_free);
    state->passwords = passwords;
    state->done = done;
    job_set_data(job, "ranges", state, state_free);
    submit_with_commit(add_range(job, 1, DOCKET_PAGES_PER_TASK));
}
