#include "stages/ask/reply.h"

#include <math.h>
#include <string.h>

#define MAX_RUNS 16u             /* how often a text is looked for in its tokens */
#define LOWEST_LOGPROB (-9999.0) /* what servers say for "not among the likely ones" */

void reply_clear(Reply *reply)
{
    g_free(reply->text);
    g_free(reply->message);
    g_free(reply->type);
    g_free(reply->code);
    g_free(reply->parameter);
    g_free(reply->model);
    g_free(reply->finish);
    g_clear_pointer(&reply->logprobs, g_array_unref);
    *reply = (Reply){
        .kind = REPLY_GARBAGE,
        .tokens_in = -1,
        .tokens_out = -1,
        .tokens_cached = -1,
        .tokens_cache_write = -1,
        .tokens_reasoning = -1,
        .wait_ms = -1,
    };
}

void reply_garbage(Reply *reply, const char *body, gsize length, const char *why)
{
    while (length && g_ascii_isspace(*body)) {
        body++;
        length--;
    }
    reply->kind = REPLY_GARBAGE;
    g_free(reply->message);
    reply->message = g_strdup(length == 0 ? "nothing" : body[0] == '<' ? "a web page" : why);
}

/* ---- drafts ---- */

void draft_init(Draft *draft)
{
    *draft = (Draft){0};
    reply_clear(&draft->reply);
    draft->reply.kind = REPLY_ANSWER;
    draft->tool = -1;
    draft->text = g_string_new(NULL);
    draft->refusal = g_string_new(NULL);
    draft->token_text = g_string_new(NULL);
    draft->tokens = g_array_new(FALSE, FALSE, sizeof(TokenLogprob));
}

void draft_clear(Draft *draft)
{
    if (!draft->text)
        return;
    reply_clear(&draft->reply);
    g_string_free(draft->text, TRUE);
    g_string_free(draft->refusal, TRUE);
    g_string_free(draft->token_text, TRUE);
    g_array_unref(draft->tokens);
    json_reader_free(draft->reader);
    *draft = (Draft){0};
}

static void replace(char **old, const char *text)
{
    if (!text || !*text)
        return;
    g_free(*old);
    *old = g_strdup(text);
}

void draft_model(Draft *draft, const char *model)
{
    replace(&draft->reply.model, model);
}

void draft_finish(Draft *draft, const char *finish)
{
    replace(&draft->reply.finish, finish);
}

void draft_text(Draft *draft, const char *text)
{
    if (draft->tool < 0)
        g_string_append(draft->text, text);
}

void draft_tool(Draft *draft, gint number, const char *text)
{
    if (draft->tool < 0) {
        g_string_truncate(draft->text, 0);
        draft->tool = number;
    }
    if (draft->tool == number)
        g_string_append(draft->text, text);
}

void draft_token(Draft *draft, const char *bytes, gsize length, double logprob)
{
    if (isnan(logprob))
        return;
    TokenLogprob token = {
        .start = (guint)draft->token_text->len,
        .end = (guint)(draft->token_text->len + length),
        .logprob = (float)CLAMP(logprob, LOWEST_LOGPROB, 0),
    };
    g_string_append_len(draft->token_text, bytes, (gssize)length);
    g_array_append_val(draft->tokens, token);
}

void draft_count(gint64 *count, double number)
{
    if (number >= 0 && number < 1e15)
        *count = (gint64)number;
}

/* ---- the close ---- */

/* Where the text stands last in the texts of the tokens, or NULL. */
static const char *last_run(const GString *all, const GString *text)
{
    const char *end = all->str + all->len, *found = NULL;
    const char *next = memmem(all->str, all->len, text->str, text->len);
    for (guint i = 0; next && i < MAX_RUNS; i++) {
        found = next;
        next = memmem(found + 1, (gsize)(end - found - 1), text->str, text->len);
    }
    return found;
}

/* The tokens of the text. Servers send more tokens than text (a stripped fence, the model's
 * thoughts, which may hold a draft of the answer), so the text is looked for as one run in all of
 * them. What is not found is not known. */
static GArray *align(const Draft *draft)
{
    gsize length = draft->text->len;
    if (length == 0 || draft->tokens->len == 0)
        return NULL;
    const char *run = last_run(draft->token_text, draft->text);
    if (!run)
        return NULL;
    guint from = (guint)(run - draft->token_text->str), to = from + (guint)length;
    GArray *aligned = g_array_new(FALSE, FALSE, sizeof(TokenLogprob));
    for (guint i = 0; i < draft->tokens->len; i++) {
        TokenLogprob token = g_array_index(draft->tokens, TokenLogprob, i);
        if (token.end <= from || token.start >= to)
            continue;
        token.start = MAX(token.start, from) - from;
        token.end = MIN(token.end, to) - from;
        g_array_append_val(aligned, token);
    }
    return aligned;
}

static ReplyKind kind_of(const char *finish, const FinishWord *words)
{
    for (guint i = 0; finish && words[i].word; i++)
        if (g_str_equal(words[i].word, finish))
            return words[i].kind;
    return REPLY_ANSWER;
}

static gboolean is_blank(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return *text == '\0';
}

void draft_close(Draft *draft, const FinishWord *words, Reply *reply)
{
    reply_clear(reply);
    *reply = draft->reply;
    draft->reply = (Reply){0};
    if (reply->kind == REPLY_ANSWER && draft->refusal->len > 0) {
        reply->kind = REPLY_REFUSED;
        replace(&reply->message, draft->refusal->str);
    } else if (reply->kind == REPLY_ANSWER) {
        reply->kind = kind_of(reply->finish, words);
    }
    if (reply->kind == REPLY_ANSWER && is_blank(draft->text->str))
        reply->kind = REPLY_EMPTY;
    if (reply->kind == REPLY_ANSWER || reply->kind == REPLY_CUT) {
        reply->logprobs = align(draft);
        reply->text = g_string_free(g_steal_pointer(&draft->text), FALSE);
        draft->text = g_string_new(NULL);
    }
    draft_clear(draft);
}
