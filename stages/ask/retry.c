#include "stages/ask/retry.h"

#include <math.h>

#define FIRST_WAIT_MS 500
#define LONGEST_WAIT_MS 20000
#define LONGEST_ASKED_MS (24 * 3600 * 1000.0) /* a stated wait above this is taken as this */

static const struct {
    CURLcode code;
    RetryVerdict verdict;
} curl_table[] = {
    {CURLE_COULDNT_RESOLVE_HOST,
     {JUDGE_AGAIN, "no_such_host", "check the host name in model.base_url and the network"}},
    {CURLE_COULDNT_RESOLVE_PROXY,
     {JUDGE_AGAIN, "no_such_proxy", "check the variables http_proxy and https_proxy"}},
    {CURLE_COULDNT_CONNECT,
     {JUDGE_AGAIN, "not_connected", "start the server, or check host and port in model.base_url"}},
    {CURLE_OPERATION_TIMEDOUT,
     {JUDGE_AGAIN, "timeout", "raise model.timeout or lower model.max_in_flight"}},
    {CURLE_PEER_FAILED_VERIFICATION,
     {JUDGE_REFUSED, "certificate",
      "the server's certificate does not verify; check the host name in model.base_url or install "
      "the authority that signed it"}},
    {CURLE_SSL_CACERT_BADFILE,
     {JUDGE_REFUSED, "certificate", "install the package ca-certificates"}},
    {CURLE_SSL_CERTPROBLEM, {JUDGE_REFUSED, "certificate", "check the TLS set-up of this host"}},
    {CURLE_UNSUPPORTED_PROTOCOL,
     {JUDGE_REFUSED, "protocol", "model.base_url must begin with http:// or https://"}},
    {CURLE_URL_MALFORMAT,
     {JUDGE_REFUSED, "protocol", "model.base_url must be a URL such as https://host/v1"}},
};
/* Everything else that curl reports (reset, got nothing, partial body, broken TLS or HTTP). */
static const RetryVerdict connection_lost = {
    JUDGE_AGAIN, "connection_lost",
    "the server or a proxy before it breaks connections off; look at its log"};

static const struct {
    guint from, to;
    RetryVerdict verdict;
} status_table[] = {
    {300,
     399,
     {JUDGE_REFUSED, "redirected",
      "redirects are not followed, the key would go along; set model.base_url to the address that "
      "it points to"}},
    {401,
     401,
     {JUDGE_REFUSED, "key_refused",
      "the server does not take the API key; check model.api_key_env or model.api_key_file"}},
    {402, 402, {JUDGE_REFUSED, "no_credit", "the account has no credit left"}},
    {403,
     403,
     {JUDGE_REFUSED, "forbidden",
      "the key may not use this model, or not from this place; check the account"}},
    {404,
     404,
     {JUDGE_REFUSED, "not_found",
      "check model.name, and that model.base_url ends where the server's API begins (often /v1)"}},
    {405,
     405,
     {JUDGE_REFUSED, "not_found", "model.base_url does not lead to a chat completions API"}},
    {407, 407, {JUDGE_REFUSED, "proxy_refused", "the proxy wants a password"}},
    {408, 409, {JUDGE_AGAIN, "server_busy", "run again later"}},
    {413, 413, {JUDGE_UNUSABLE, "input_too_long", "lower max_input_chars in the pack's [limits]"}},
    {425, 425, {JUDGE_AGAIN, "server_busy", "run again later"}},
    {429,
     429,
     {JUDGE_AGAIN, "rate_limited",
      "lower model.max_in_flight, or run again when the limit has passed"}},
    {400,
     499,
     {JUDGE_UNUSABLE, "request_refused", "look at what the server says; check the [model] group"}},
    {501, 501, {JUDGE_REFUSED, "not_found", "the server has no chat completions API"}},
    {529, 529, {JUDGE_AGAIN, "overloaded", "the server has too much to do; run again later"}},
    {500, 599, {JUDGE_AGAIN, "server_error", "look at the server's log; run again later"}},
};

/* Verdicts that several rows share. */
static const RetryVerdict no_credit = {JUDGE_REFUSED, "no_credit",
                                       "the quota or budget of the account is used up"};
static const RetryVerdict too_long = {JUDGE_UNUSABLE, "input_too_long",
                                      "lower max_input_chars in the pack's [limits]"};
static const RetryVerdict key_refused = {
    JUDGE_REFUSED, "key_refused",
    "the server does not take the API key; check model.api_key_env or model.api_key_file"};
static const RetryVerdict forbidden = {
    JUDGE_REFUSED, "forbidden",
    "the key may not use this model, or not from this place; check the account"};
static const RetryVerdict no_model = {JUDGE_REFUSED, "not_found",
                                      "check model.name; GET …/models lists what there is"};
static const RetryVerdict rate_limited = {
    JUDGE_AGAIN, "rate_limited",
    "lower model.max_in_flight, or run again when the limit has passed"};
static const RetryVerdict overloaded = {JUDGE_AGAIN, "overloaded",
                                        "the server has too much to do; run again later"};
static const RetryVerdict broken = {JUDGE_AGAIN, "server_error",
                                    "look at the server's log; run again later"};

/* Error codes and types that say more than the status; compared with both. Errors inside a stream
 * or a 200 have no status of their own at all. */
static const struct {
    guint status; /* 0: any */
    const char *word;
    const RetryVerdict *verdict;
} error_table[] = {
    /* money: OpenAI, Anthropic */
    {0, "insufficient_quota", &no_credit},
    {0, "credit_balance_exhausted", &no_credit},
    {0, "billing_hard_limit_reached", &no_credit},
    {0, "organization_spend_limit_exceeded", &no_credit},
    {0, "project_spend_limit_exceeded", &no_credit},
    {0, "organization_usage_limit_exceeded", &no_credit},
    {0, "enforced_spend_limit_reached", &no_credit},
    {0, "contract_spend_limit_reached", &no_credit},
    {0, "billing_error", &no_credit},
    /* this document: OpenAI, llama-server, Anthropic */
    {0, "context_length_exceeded", &too_long},
    {0, "exceed_context_size_error", &too_long},
    {0, "request_too_large", &too_long},
    {0, "content_filter",
     &(const RetryVerdict){JUDGE_UNUSABLE, "filtered",
                           "the provider's content filter does not let this document in"}},
    /* every document: OpenAI, Anthropic, Gemini */
    {0, "model_not_found", &no_model},
    {0, "not_found_error", &no_model},
    {0, "NOT_FOUND", &no_model},
    {0, "invalid_api_key", &key_refused},
    {0, "authentication_error", &key_refused},
    {0, "UNAUTHENTICATED", &key_refused},
    {0, "API_KEY_INVALID", &key_refused},
    {0, "permission_error", &forbidden},
    {0, "PERMISSION_DENIED", &forbidden},
    /* What our own settings make wrong would be wrong for every document. */
    {400, "unsupported_parameter",
     &(const RetryVerdict){
         JUDGE_REFUSED, "setting_refused",
         "the model does not take a setting; try model.token_parameter = max_completion_tokens, "
         "model.temperature = none or model.response_format = json_object"}},
    {400, "unsupported_value",
     &(const RetryVerdict){JUDGE_REFUSED, "setting_refused",
                           "the model does not take a setting; try model.temperature = none"}},
    /* what passes: OpenAI, Anthropic, Gemini, llama-server */
    {0, "rate_limit_exceeded", &rate_limited},
    {0, "rate_limit_error", &rate_limited},
    {0, "RESOURCE_EXHAUSTED", &rate_limited},
    {0, "slow_down", &overloaded},
    {0, "server_is_overloaded", &overloaded},
    {0, "overloaded_error", &overloaded},
    {503, "UNAVAILABLE", &overloaded},
    {0, "unavailable_error", &broken},
    {0, "api_error", &broken},
    {0, "timeout_error", &broken},
    {0, "INTERNAL", &broken},
    {0, "DEADLINE_EXCEEDED", &broken},
};

static gboolean is_word(const Reply *reply, const char *word)
{
    return g_strcmp0(reply->code, word) == 0 || g_strcmp0(reply->type, word) == 0;
}

/* The row for the words of an error, or NULL. */
static const RetryVerdict *find_words(guint status, const Reply *reply)
{
    for (guint i = 0; i < G_N_ELEMENTS(error_table); i++)
        if ((error_table[i].status == 0 || error_table[i].status == status) &&
            is_word(reply, error_table[i].word))
            return error_table[i].verdict;
    return NULL;
}

static RetryVerdict judge_status(const Response *response)
{
    const RetryVerdict *found = find_words(response->status, response->reply);
    if (found && found->judgement != JUDGE_AGAIN)
        return *found;
    RetryVerdict verdict = {JUDGE_REFUSED, "bad_status",
                            "the server answers with a strange status"};
    for (guint i = 0; i < G_N_ELEMENTS(status_table); i++)
        if (response->status >= status_table[i].from && response->status <= status_table[i].to) {
            verdict = found ? *found : status_table[i].verdict;
            break;
        }
    /* The server knows better than a table whether a repetition makes sense. */
    if (response->should_retry == 0 && verdict.judgement == JUDGE_AGAIN)
        verdict.judgement = JUDGE_UNUSABLE;
    if (response->should_retry == 1 && verdict.judgement == JUDGE_UNUSABLE)
        verdict.judgement = JUDGE_AGAIN;
    return verdict;
}

static RetryVerdict judge_reply(const Reply *reply)
{
    switch (reply->kind) {
    case REPLY_ANSWER:
        return (RetryVerdict){JUDGE_ANSWERED, "ok", "nothing to do"};
    case REPLY_CUT:
        return (RetryVerdict){
            JUDGE_UNUSABLE, "answer_cut",
            "the answer ended at a length limit; raise model.max_output_tokens or "
            "the server's context"};
    case REPLY_REFUSED:
        return (RetryVerdict){JUDGE_UNUSABLE, "declined", "the model declined this document"};
    case REPLY_FILTERED:
        return (RetryVerdict){JUDGE_UNUSABLE, "filtered",
                              "the provider's content filter stopped the answer"};
    case REPLY_EMPTY:
        return (RetryVerdict){JUDGE_AGAIN, "answer_empty",
                              "the model answers with nothing; check model.name and the server's "
                              "log",
                              .per_document = TRUE};
    case REPLY_ERROR: {
        const RetryVerdict *found = find_words(0, reply);
        return found ? *found : broken;
    }
    case REPLY_TORN:
        return (RetryVerdict){JUDGE_AGAIN, "stream_cut",
                              "the server or a proxy before it ends streams before their time; "
                              "look at its log"};
    case REPLY_GARBAGE:
        break;
    }
    return (RetryVerdict){JUDGE_AGAIN, "not_the_protocol",
                          "this is no chat completions API, or a proxy answers in its place; check "
                          "model.base_url (it often ends in /v1)"};
}

RetryVerdict retry_judge(const Response *response)
{
    if (response->too_large)
        return (RetryVerdict){JUDGE_UNUSABLE, "answer_too_large",
                              "the answer is larger than docket takes"};
    if (response->code != CURLE_OK) {
        /* libcurl says the same of an address that it cannot use and of an answer that is not HTTP;
         * but to the first nothing is ever sent. */
        if (response->code == CURLE_UNSUPPORTED_PROTOCOL && response->sent)
            return connection_lost;
        for (guint i = 0; i < G_N_ELEMENTS(curl_table); i++)
            if (curl_table[i].code == response->code)
                return curl_table[i].verdict;
        return connection_lost;
    }
    if (response->status >= 200 && response->status < 300)
        return judge_reply(response->reply);
    return judge_status(response);
}

gboolean retry_may_be_billed(const Response *response)
{
    if (response->code != CURLE_OK)
        return response->sent;
    if (response->status >= 200 && response->status < 300) {
        const Reply *reply = response->reply;
        /* What a stream told of its usage before it broke off is not all of it. */
        gboolean torn = response->too_large || reply->kind == REPLY_TORN ||
                        reply->kind == REPLY_ERROR || reply->kind == REPLY_GARBAGE;
        return torn || reply->tokens_in < 0 || reply->tokens_out < 0;
    }
    /* A gateway that waited in vain; the server behind it may be done by now. */
    return response->status == 504 || response->status == 524;
}

gboolean retry_is_overload(const Response *response)
{
    if (response->code != CURLE_OK)
        return response->code == CURLE_OPERATION_TIMEDOUT && response->sent;
    const RetryVerdict *found = find_words(response->status, response->reply);
    return response->status == 429 || response->status == 529 || found == &overloaded ||
           found == &rate_limited;
}

gboolean retry_is_outage(const Response *response, const RetryVerdict *verdict)
{
    return verdict->judgement == JUDGE_AGAIN && !verdict->per_document && response->status != 429;
}

gint64 retry_wait_ms(guint attempt, GRand *random)
{
    guint doublings = MIN(attempt > 2 ? attempt - 2 : 0, 10);
    gint64 most = MIN((gint64)FIRST_WAIT_MS << doublings, (gint64)LONGEST_WAIT_MS);
    return g_rand_int_range(random, 1, (gint32)most + 1);
}

static gint64 parse_wait(const char *text, double unit_ms)
{
    char *end = NULL;
    double value = text ? g_ascii_strtod(text, &end) : -1;
    if (!text || end == text || !isfinite(value) || value < 0)
        return -1;
    while (g_ascii_isspace(*end))
        end++;
    return *end ? -1 : (gint64)ceil(MIN(value * unit_ms, LONGEST_ASKED_MS));
}

gint64 retry_after_ms(const char *milliseconds, const char *seconds_or_date, gint64 now_us)
{
    gint64 wait = parse_wait(milliseconds, 1);
    if (wait < 0)
        wait = parse_wait(seconds_or_date, 1000);
    if (wait >= 0 || !seconds_or_date)
        return wait;
    time_t date = curl_getdate(seconds_or_date, NULL);
    if (date < 0)
        return -1;
    double ms = (double)date * 1000 - (double)now_us / 1000;
    return (gint64)CLAMP(ms, 0, LONGEST_ASKED_MS);
}
