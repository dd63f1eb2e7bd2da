/* Pages as pictures for a model: those that the pack wants, drawn by a reader one after the other.
 * Nothing here looks into a picture. A page that cannot be drawn is a reason, and the document goes
 * on with its text. */
#include "pipeline/core/picture.h"

#include <math.h>
#include <string.h>

#include "pipeline/host/engine.h"
#include "read.h"
#include "stages/stages.h"

#define STAGE "pictures"
/* From here on words are taken as read (OCR_SURE in stages/check/score.c): under it, what they say
 * costs the record confidence. */
#define SURE 0.90
/* Lines of which two techniques read less than this the same way, by characters, tell two stories; a
 * letter or two of a short line are within it. */
#define AGREES 0.80
/* Of all pictures of a request: as base64 they stay under the 20 MB that the strictest provider
 * takes. */
#define MAX_BYTES (12u << 20)

typedef struct {
    guint index;  /* of the page in the reading */
    double doubt; /* 0: none; the higher the sooner a model should see it */
} Candidate;

typedef struct {
    GArray *pages; /* of Candidate, in the order of the pages */
    guint next;
    gsize bytes; /* of the pictures so far */
    gboolean uses_passwords;
} State;

static void state_free(gpointer data)
{
    State *state = data;
    g_array_unref(state->pages);
    g_free(state);
}

/* ---- which pages ---- */

/* The share of a page's lines that two techniques read differently; 0 when only one read it. */
static double disagreement(const Reading *r, const Page *page)
{
    guint compared = 0, differ = 0;
    for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
        const Block *block = reading_block(r, b);
        for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
            double agreement = reading_line(r, l)->agreement;
            compared += agreement >= 0;
            differ += agreement >= 0 && agreement < AGREES;
        }
    }
    return compared ? (double)differ / compared : 0;
}

/* A page without text may be blank: the reader sees that when it draws it. */
static double doubt_of(const Reading *r, const Page *page)
{
    if (page->n_blocks == 0)
        return 2;
    double unsure = page->confidence >= 0 && page->confidence < SURE ? 1 - page->confidence : 0;
    return unsure + disagreement(r, page);
}

static gint by_doubt(gconstpointer a, gconstpointer b)
{
    const Candidate *one = a, *two = b;
    if (one->doubt != two->doubt)
        return one->doubt < two->doubt ? 1 : -1;
    return one->index < two->index ? -1 : one->index > two->index;
}

static gint by_index(gconstpointer a, gconstpointer b)
{
    const Candidate *one = a, *two = b;
    return one->index < two->index ? -1 : one->index > two->index;
}

/* The pages that the model shall see, as far as the pack's limit allows. */
static GArray *choose(Job *job)
{
    const Reading *r = job->reading;
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(Candidate));
    for (guint i = 0; i < r->pages->len; i++) {
        const Page *page = reading_page(r, i);
        Candidate candidate = {i, doubt_of(r, page)};
        if (page->geometry == READING_LAYOUT &&
            (job->pack->vision == VISION_ALWAYS || candidate.doubt > 0))
            g_array_append_val(pages, candidate);
    }
    g_array_sort(pages, by_doubt);
    guint most = job->pack->vision_pages;
    if (pages->len > most) {
        job_reason(job, "pictures_cut",
                   "of %u pages that the model was to see as pictures it got the %u most doubtful; "
                   "more with max_pages under [vision] in pack %s",
                   pages->len, most, job->pack->name);
        g_array_set_size(pages, most);
    }
    g_array_sort(pages, by_index);
    return pages;
}

/* ---- drawing them ---- */

static const Page *present(const Job *job)
{
    const State *state = job_data(job, STAGE);
    return reading_page(job->reading, g_array_index(state->pages, Candidate, state->next).index);
}

/* The picture in an answer, by its length and first bytes; NULL with an error. Caller unrefs. */
static GBytes *jpeg_of(GVariant *body, GError **error)
{
    g_autoptr(GVariant) picture = g_variant_get_child_value(body, 4);
    gsize size = g_variant_get_size(picture);
    if (size > 3 && size <= PICTURE_MAX_BYTES &&
        memcmp(g_variant_get_data(picture), "\xff\xd8\xff", 3) == 0)
        return g_bytes_new(g_variant_get_data(picture), size);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                "what the reader gave (%" G_GSIZE_FORMAT " bytes) is no JPEG of at most %u bytes",
                size, PICTURE_MAX_BYTES);
    return NULL;
}

static void take(Job *job, GBytes *jpeg)
{
    State *state = job_data(job, STAGE);
    const Page *page = present(job);
    gsize size = g_bytes_get_size(jpeg);
    if (state->bytes + size > MAX_BYTES) {
        job_reason(job, "pictures_cut",
                   "the picture of page %u was left out: with it a request would have more than "
                   "%u bytes of pictures",
                   page->number, MAX_BYTES);
        return;
    }
    state->bytes += size;
    Picture *picture = g_new0(Picture, 1);
    picture->page = page->number;
    picture->jpeg = g_bytes_ref(jpeg);
    picture->dpi = (guint)round(
        picture_pixels(page->width, page->height, page->turn, &picture->width, &picture->height));
    if (!job->pictures)
        job->pictures = g_ptr_array_new_with_free_func(picture_free);
    g_ptr_array_add(job->pictures, picture);
}

/* A document without text lives by its pictures. FALSE and EMPTY when it has neither. */
static gboolean has_content(const Job *job, GError **error)
{
    if (job->reading->words->len == 0 && !job->pictures)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY,
                    "no text was found in it, and no page that a model could look at");
    return job->reading->words->len > 0 || job->pictures;
}

static void finish(Job *job)
{
    GError *error = NULL;
    StageStep step = has_content(job, &error) ? STAGE_NEXT : STAGE_ERROR;
    engine_resume(job, step, error);
}

static void submit(Job *job);

static void on_answer(const WorkersAnswer *answer, gpointer data)
{
    Job *job = data;
    State *state = job_data(job, STAGE);
    char **passwords = read_passwords(job);
    if (g_error_matches(answer->error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED) && passwords &&
        *passwords && !state->uses_passwords) {
        state->uses_passwords = TRUE;
        submit(job);
        return;
    }
    g_autoptr(GError) error = answer->error ? g_error_copy(answer->error) : NULL;
    g_autoptr(GBytes) jpeg = error ? NULL : jpeg_of(answer->body, &error);
    if (jpeg)
        take(job, jpeg);
    else if (!g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY)) /* a blank page */
        job_reason(job, "picture_missing", "the model did not see page %u: %s",
                   present(job)->number, error->message);
    if (++state->next < state->pages->len)
        submit(job);
    else
        finish(job);
}

static void submit(Job *job)
{
    const State *state = job_data(job, STAGE);
    const Page *page = present(job);
    WireFrame task = read_task(job);
    task.first_page = task.last_page = page->number;
    task.flags |= WIRE_PICTURE | (page->turn << WIRE_TURN_SHIFT & WIRE_TURN_MASK);
    task.passwords = state->uses_passwords ? read_passwords(job) : NULL;
    workers_submit(engine_workers(job->engine), &task, WORKERS_GOES_ON, on_answer, job);
}

static StageStep run(Job *job, GError **error)
{
    if (!job_is_looked_at(job))
        return STAGE_NEXT;
    State *state = g_new0(State, 1);
    state->pages = choose(job);
    job_set_data(job, STAGE, state, state_free);
    if (state->pages->len == 0)
        return has_content(job, error) ? STAGE_NEXT : STAGE_ERROR;
    submit(job);
    return STAGE_WAIT;
}

const Stage stage_pictures = {
    .name = STAGE,
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_MODEL,
    .run = run,
};
