/* Members of archives and mailboxes: a chunk is asked for when most of the one before has its verdict,
 * so that few documents are open at once, however many there are. */
#include "children.h"
#include "read.h"

#include "pipeline/core/limits.h"

/* The next chunk is fetched when fewer are under way. */
#define LOW_WATER 16u

typedef struct {
    guint64 offset, next; /* where the next chunk starts */
    guint under_way;      /* children without a verdict */
    guint64 seen;         /* documents that were found, those of earlier runs too */
    guint deaths;
    gboolean uses_passwords; /* something in it is encrypted, and passwords are configured */
    gboolean asked;          /* a chunk is with a reader */
    gboolean complete;       /* no chunk is left */
    gboolean resumed;        /* the job has been told the end */
    GError *failure;         /* ends the container as soon as nothing is under way */
} MembersState;

static void state_free(gpointer data)
{
    MembersState *state = data;
    g_clear_error(&state->failure);
    g_free(state);
}

static void on_chunk(const WorkersAnswer *answer, gpointer data);

static void end(Job *job, MembersState *state, GError *failure)
{
    const char *outcome = failure ? docket_error_reason(failure->code) : "ok";
    GError *local = NULL;
    state->resumed = TRUE;
    if (!ledger_end_attempt(engine_ledger(job->engine), job, outcome, &local)) {
        g_clear_error(&failure);
        failure = local;
    }
    engine_resume(job, failure ? STAGE_ERROR : STAGE_DONE, failure);
}

static void submit(Job *job, gpointer data)
{
    MembersState *state = job_data(job, "members");
    WireFrame task = read_task(job);
    task.flags |= WIRE_SPLIT_MEMBERS;
    task.offset = state->offset;
    task.first_page = (guint32)state->next;
    task.passwords = state->uses_passwords ? read_passwords(job) : NULL;
    WorkersOrder order = state->deaths ? WORKERS_ALONE
                         : state->next ? WORKERS_GOES_ON
                                       : WORKERS_FRESH;
    workers_submit(engine_workers(job->engine), &task, order, on_chunk, job);
}

static void ask(Job *job, MembersState *state)
{
    state->asked = TRUE;
    engine_after_commit(job, submit, NULL);
}

static GError *interrupted(const MembersState *state)
{
    return g_error_new(DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED,
                       "interrupted after %" G_GUINT64_FORMAT " documents", state->seen);
}

static void proceed(Job *job, MembersState *state)
{
    if (state->asked || state->resumed)
        return;
    if (!state->failure && !state->complete && engine_interrupted(job->engine))
        state->failure = interrupted(state);
    if (!state->failure && !state->complete && state->under_way < LOW_WATER) {
        ask(job, state);
        return;
    }
    if (state->under_way > 0 || (!state->failure && !state->complete))
        return;
    if (!state->failure && state->seen == 0)
        state->failure =
            g_error_new(DOCKET_ERROR, DOCKET_ERROR_EMPTY, "there is no document in it");
    end(job, state, g_steal_pointer(&state->failure));
}

static void on_child_done(Job *job, Job *child, gpointer data)
{
    MembersState *state = job_data(job, "members");
    state->under_way--;
    proceed(job, state);
}

/* ---- a chunk ---- */

/* What is told of member `number` if it is bad; FALSE: it is not. */
static gboolean find_bad(GVariant *bad_members, guint64 number, Child *child)
{
    for (gsize i = 0; i < g_variant_n_children(bad_members); i++) {
        guint64 bad;
        guint32 code;
        g_variant_get_child(bad_members, i, "(tu&s)", &bad, &code, &child->sentence);
        child->code = docket_error_from_reader(code);
        if (bad == number)
            return TRUE;
    }
    return FALSE;
}

static gboolean add_member(Job *job, MembersState *state, const Child *child, GError **error)
{
    guint before = job->children_left;
    if (!children_add(job, child, on_child_done, error))
        return FALSE;
    state->seen++;
    state->under_way += job->children_left - before;
    return TRUE;
}

static gboolean add_members(Job *job, MembersState *state, const Reading *members,
                            GVariant *bad_members, GError **error)
{
    for (guint i = 0; i < members->notes->len; i++)
        job_reason(job, "noticed", "%s", (const char *)members->notes->pdata[i]);
    for (guint i = 0; i < members->attachments->len; i++) {
        const Attachment *member = members->attachments->pdata[i];
        Child child = {.number = state->next + i,
                       .name = member->name,
                       .media_type = member->media_type,
                       .size = member->size,
                       .content = member->content};
        gboolean there = child.content || find_bad(bad_members, child.number, &child);
        if (there && !add_member(job, state, &child, error))
            return FALSE;
    }
    return TRUE;
}

/* The cursor must move on, or a lying reader could keep us busy for ever. */
static gboolean advance(MembersState *state, GVariant *body, guint members, GError **error)
{
    guint64 offset, next;
    g_variant_get_child(body, 2, "t", &offset);
    g_variant_get_child(body, 3, "t", &next);
    state->complete = next == 0;
    if (!state->complete &&
        (next != state->next + members || members == 0 || next > DOCKET_MAX_MEMBERS)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED, "the reader does not advance");
        return FALSE;
    }
    state->next = next;
    state->offset = offset;
    return TRUE;
}

static gboolean take_chunk(Job *job, MembersState *state, GVariant *body, GError **error)
{
    g_autoptr(GVariant) items = read_result_items(body);
    g_autoptr(GVariant) bad_members = g_variant_get_child_value(body, 1);
    if (g_variant_n_children(items) != 1 ||
        g_variant_n_children(bad_members) > DOCKET_MEMBERS_PER_TASK) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                    "the reader gave no chunk of members");
        return FALSE;
    }
    g_autoptr(GVariant) item = g_variant_get_child_value(items, 0);
    g_autoptr(GVariant) variant = g_variant_get_child_value(item, 2);
    g_autoptr(Reading) members = reading_from_variant(variant, error);
    return members && add_members(job, state, members, bad_members, error) &&
           advance(state, body, members->attachments->len, error);
}

/* Whether the archive, or one of the members in this chunk, is encrypted. */
static gboolean is_locked(const WorkersAnswer *answer)
{
    if (answer->error)
        return g_error_matches(answer->error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED);
    g_autoptr(GVariant) bad_members = g_variant_get_child_value(answer->body, 1);
    gsize n = MIN(g_variant_n_children(bad_members), DOCKET_MEMBERS_PER_TASK);
    for (gsize i = 0; i < n; i++) {
        guint32 code;
        g_variant_get_child(bad_members, i, "(tu&s)", NULL, &code, NULL);
        if (code == DOCKET_ERROR_ENCRYPTED)
            return TRUE;
    }
    return FALSE;
}

static void on_chunk(const WorkersAnswer *answer, gpointer data)
{
    Job *job = data;
    MembersState *state = job_data(job, "members");
    const GError *error = answer->error;
    guint most = (guint)config_int(engine_config(job->engine), "run.attempts");
    char **passwords = read_passwords(job);
    state->asked = FALSE;
    if (passwords && *passwords && !state->uses_passwords && is_locked(answer)) {
        state->uses_passwords = TRUE;
        ask(job, state);
        return;
    }
    if (error && read_is_death(error) && ++state->deaths < most) {
        job_reason(job, "read_again", "%s; it was read once more, alone", error->message);
        ask(job, state);
        return;
    }
    if (error)
        state->failure = g_error_copy(error);
    else if (take_chunk(job, state, answer->body, &state->failure))
        state->deaths = 0;
    proceed(job, state);
}

StageStep members_run(Job *job, GError **error)
{
    MembersState *state = g_new0(MembersState, 1);
    if (!ledger_begin_attempt(engine_ledger(job->engine), job, "read", error)) {
        g_free(state);
        return STAGE_ERROR;
    }
    job_set_data(job, "members", state, state_free);
    proceed(job, state);
    return STAGE_WAIT;
}
