#include "stages/ask/together.h"

#include <string.h>

#include "stages/ask/bundle.h"
#include "stages/ask/estimate.h"
#include "stages/ask/watch.h"

#define SCHEMA "ask:together"
/* Of a document and what is said with it: in a longer one, what all share is the smaller part. */
#define SMALL_BYTES 8192u
/* How long the last one waits for others. */
#define PATIENCE_MS 50u
/* Of an answer about one document, while nobody knows better. */
#define TOKENS_OUT 500

typedef struct {
    Together *together;
    GArray *members; /* of TogetherMember; who has parted under way has no data */
    gsize bytes;     /* of their documents */
    GSource *timer;  /* while others may come */
    gsize sent;      /* bytes of the request */
    Ticket *ticket;  /* while it is sent */
    Watch *watch;    /* over a streamed answer */
} Group;

struct Together {
    GMainContext *context;
    GPtrArray *groups; /* of Group: open, or under way */
};

/* ---- who may ---- */

gboolean together_prepare(Pack *pack, GError **error)
{
    if (pack->documents_per_call < 2)
        return TRUE;
    AnswerSchema *schema = answer_schema_take(pack->name, bundle_schema(pack->schema), error);
    if (schema)
        pack_attach(pack, SCHEMA, schema, (GDestroyNotify)answer_schema_free);
    return schema != NULL;
}

static const AnswerSchema *schema_of(const Pack *pack)
{
    return pack_attached(pack, SCHEMA);
}

static const Message *document_of(const Job *job)
{
    return job->messages->pdata[1];
}

gboolean together_suits(const Job *job, const Endpoint *endpoint)
{
    const AnswerSchema *schema = schema_of(job->pack);
    return schema && answer_schema_for(schema, endpoint->subset)->usable &&
           job->messages->len == 2 && !document_of(job)->pictures &&
           strlen(document_of(job)->text) <= SMALL_BYTES;
}

/* ---- groups ---- */

static void stop_timer(Group *group)
{
    if (!group->timer)
        return;
    g_source_destroy(group->timer);
    g_clear_pointer(&group->timer, g_source_unref);
}

static void group_free(gpointer data)
{
    Group *group = data;
    stop_timer(group);
    caller_cancel(group->ticket);
    watch_free(group->watch);
    g_array_unref(group->members);
    g_free(group);
}

Together *together_new(GMainContext *context)
{
    Together *together = g_new0(Together, 1);
    together->context = context;
    together->groups = g_ptr_array_new_with_free_func(group_free);
    return together;
}

void together_free(Together *together)
{
    if (!together)
        return;
    g_ptr_array_unref(together->groups);
    g_free(together);
}

static TogetherMember *member_at(const Group *group, guint i)
{
    return &g_array_index(group->members, TogetherMember, i);
}

static guint present(const Group *group)
{
    guint n = 0;
    for (guint i = 0; i < group->members->len; i++)
        n += member_at(group, i)->data != NULL;
    return n;
}

void together_part(Together *together, gconstpointer data)
{
    for (guint g = 0; g < together->groups->len; g++) {
        Group *group = together->groups->pdata[g];
        for (guint i = 0; i < group->members->len; i++) {
            if (member_at(group, i)->data != data)
                continue;
            if (group->timer)
                g_array_remove_index(group->members, i--);
            else
                member_at(group, i)->data = NULL;
        }
        if (present(group) == 0)
            g_ptr_array_remove_index_fast(together->groups, g--);
    }
}

/* ---- the request ---- */

/* A part of a count for number i of n; the first ones get what cannot be divided. */
static gint64 part_of(gint64 whole, guint i, guint n)
{
    return whole < 0 ? whole : whole / n + (i < whole % n);
}

static Outcome outcome_for(const Outcome *whole, char *text, guint i, guint n)
{
    Outcome part = *whole;
    part.text = text;
    part.logprobs = NULL;
    part.tokens_in = part_of(whole->tokens_in, i, n);
    part.tokens_cached = part_of(whole->tokens_cached, i, n);
    part.tokens_cache_write = part_of(whole->tokens_cache_write, i, n);
    part.tokens_out = part_of(whole->tokens_out, i, n);
    part.tokens_reasoning = part_of(whole->tokens_reasoning, i, n);
    return part;
}

/* Members may ask anew while they are told: the group is out of the way before. */
static void group_ended(const Outcome *outcome, gpointer data)
{
    Group *group = data;
    guint n = group->members->len, index = 0;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_set_size(parts, (gint)n);
    if (outcome->text)
        bundle_cut(outcome->text, (char **)parts->pdata, n);
    g_autoptr(GArray) members = g_array_ref(group->members);
    gint64 sent = (gint64)group->sent;
    if (g_ptr_array_find(group->together->groups, group, &index))
        g_ptr_array_remove_index_fast(group->together->groups, index);
    for (guint i = 0; i < n; i++) {
        const TogetherMember *member = &g_array_index(members, TogetherMember, i);
        Outcome part = outcome_for(outcome, parts->pdata[i], i, n);
        if (member->data)
            member->ended(&part, (gsize)part_of(sent, i, n), n, member->data);
    }
}

/* All need the money, or none is sent again. */
static void on_again(Ticket *ticket, gpointer data)
{
    Group *group = data;
    TogetherMember *first = NULL;
    gboolean granted = TRUE;
    for (guint i = 0; i < group->members->len && granted; i++) {
        TogetherMember *member = member_at(group, i);
        granted = !member->data || member->again(member->data);
        if (member->data && !first)
            first = member;
    }
    if (granted && first)
        first->leave(first->data);
    else
        caller_stop(ticket);
}

void together_go_on(Together *together, gconstpointer data)
{
    for (guint g = 0; g < together->groups->len; g++) {
        const Group *group = together->groups->pdata[g];
        for (guint i = 0; i < group->members->len; i++)
            if (member_at(group, i)->data == data && group->ticket)
                caller_go_on(group->ticket);
    }
}

static gboolean on_text(const char *text, gsize from, gsize length, gpointer data)
{
    const Group *group = data;
    return watch_feed(group->watch, text, from, length);
}

static void send_alone(Group *group)
{
    Together *together = group->together;
    g_autoptr(GArray) members = g_array_ref(group->members);
    g_ptr_array_remove_fast(together->groups, group);
    for (guint i = 0; i < members->len; i++) {
        const TogetherMember *member = &g_array_index(members, TogetherMember, i);
        if (member->data)
            member->alone(member->data);
    }
}

static char *request_of(Group *group, const Endpoint *endpoint, const AnswerSchema *schema)
{
    g_autoptr(GPtrArray) conversations = g_ptr_array_new();
    for (guint i = 0; i < group->members->len; i++)
        g_ptr_array_add(conversations, member_at(group, i)->job->messages);
    g_autoptr(GPtrArray) messages = bundle_messages(conversations);
    return endpoint_request(endpoint, messages, schema, TRUE);
}

static void send_group(Group *group)
{
    stop_timer(group);
    guint n = group->members->len;
    const TogetherMember *first = member_at(group, 0);
    const AnswerSchema *schema = schema_of(first->job->pack);
    Endpoint *endpoint = first->endpoint;
    gsize covered = 0;
    CallerTerms terms = {.again = on_again};
    for (guint i = 0; i < n; i++) {
        gint64 asked_us = member_at(group, i)->job->asked_us;
        covered += member_at(group, i)->bytes;
        if (asked_us && (!terms.begun_us || asked_us < terms.begun_us))
            terms.begun_us = asked_us;
    }
    g_autofree char *body = n > 1 ? request_of(group, endpoint, schema) : NULL;
    /* What is set aside must cover it; alone, it does. */
    if (!body || strlen(body) > covered) {
        send_alone(group);
        return;
    }
    group->sent = strlen(body);
    terms.tokens = estimate_tokens(endpoint->settings, &endpoint->usage, group->sent) +
                   (n - 1) * estimate_tokens(endpoint->settings, &endpoint->usage, 0);
    caller_ask_on(endpoint->caller, g_steal_pointer(&body), &terms, &group->ticket, group_ended,
                  group);
    if (!endpoint->settings->stream || !group->ticket)
        return;
    group->watch = endpoint_watch(endpoint, schema);
    caller_watch(group->ticket, on_text);
}

/* ---- joining ---- */

static gboolean on_patience_ended(gpointer data)
{
    send_group(data);
    return G_SOURCE_REMOVE;
}

static void wait_for_others(Group *group)
{
    stop_timer(group);
    group->timer = g_timeout_source_new(PATIENCE_MS);
    g_source_set_callback(group->timer, on_patience_ended, group, NULL);
    g_source_attach(group->timer, group->together->context);
}

/* The answer has to have room for all records. */
static guint most_records(const Endpoint *endpoint)
{
    gint64 each = endpoint->usage.n ? MAX(endpoint->usage.tokens_out_p95, 1) : TOKENS_OUT;
    return (guint)MAX(endpoint->settings->max_output_tokens / each, 1);
}

static gboolean fits(const Group *group, const TogetherMember *member)
{
    const TogetherMember *first = member_at(group, 0);
    const Pack *pack = member->job->pack;
    return group->timer && first->endpoint == member->endpoint &&
           first->job->prompt == member->job->prompt && first->job->pack == pack &&
           group->bytes + strlen(document_of(member->job)->text) <= pack->max_input_chars;
}

static Group *group_for(Together *together, const TogetherMember *member)
{
    for (guint i = 0; i < together->groups->len; i++)
        if (fits(together->groups->pdata[i], member))
            return together->groups->pdata[i];
    Group *group = g_new0(Group, 1);
    group->together = together;
    group->members = g_array_new(FALSE, FALSE, sizeof(TogetherMember));
    g_ptr_array_add(together->groups, group);
    return group;
}

void together_join(Together *together, const TogetherMember *member)
{
    Group *group = group_for(together, member);
    const Pack *pack = member->job->pack;
    g_array_append_val(group->members, *member);
    group->bytes += strlen(document_of(member->job)->text);
    if (group->members->len >= MIN(pack->documents_per_call, most_records(member->endpoint)))
        send_group(group);
    else
        wait_for_others(group);
}
