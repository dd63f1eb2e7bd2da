#include "stages/ask/reply-error.h"

#include <string.h>

#define LONGEST_WAIT_S 86400.0

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static char *word_of(const cJSON *value)
{
    if (cJSON_IsString(value) && *value->valuestring)
        return g_strdup(value->valuestring);
    if (cJSON_IsNumber(value))
        return g_strdup_printf("%.0f", value->valuedouble);
    return NULL;
}

static void set_word(char **word, const cJSON *value)
{
    char *text = word_of(value);
    if (!text)
        return;
    g_free(*word);
    *word = text;
}

/* ---- Google's details: a list of objects that name their type ---- */

static gboolean is_type(const cJSON *detail, const char *name)
{
    return g_str_has_suffix(json_string(detail, "@type", ""), name);
}

/* "19s" or "12.5s". */
static void read_retry_info(const cJSON *detail, Reply *reply)
{
    const char *text = json_string(detail, "retryDelay", "");
    char *end = NULL;
    double seconds = g_ascii_strtod(text, &end);
    if (end != text && g_str_equal(end, "s") && seconds >= 0 && seconds <= LONGEST_WAIT_S)
        reply->wait_ms = (gint64)(seconds * 1000);
}

/* A limit for a day, or one of nothing at all, does not pass while a run waits. */
static void read_quota(const cJSON *detail, Reply *reply)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(detail, "violations"))
    {
        if (!strstr(json_string(each, "quotaId", ""), "PerDay") &&
            !g_str_equal(json_string(each, "quotaValue", ""), "0"))
            continue;
        g_free(reply->code);
        reply->code = g_strdup("insufficient_quota");
    }
}

static void read_details(const cJSON *details, Reply *reply)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, details)
    {
        if (is_type(each, "google.rpc.ErrorInfo"))
            set_word(&reply->code, get(each, "reason"));
    }
    cJSON_ArrayForEach(each, details)
    {
        if (is_type(each, "google.rpc.RetryInfo"))
            read_retry_info(each, reply);
        else if (is_type(each, "google.rpc.QuotaFailure"))
            read_quota(each, reply);
    }
}

/* ---- the error ---- */

static void read_message(const cJSON *error, Reply *reply)
{
    const cJSON *message = get(error, "message") ? get(error, "message") : get(error, "detail");
    g_free(reply->message);
    reply->message = cJSON_IsString(message) ? g_strdup(message->valuestring)
                     : message               ? json_print(message, FALSE)
                                             : NULL;
}

/* Some providers have no word of their own for a prompt that is longer than their context: only the
 * message tells it (Anthropic, Google, vLLM, in this order). */
static void read_length(Reply *reply)
{
    static const char *const phrases[] = {
        "prompt is too long", "exceeds the maximum number of tokens", "maximum context length"};
    for (guint i = 0; reply->message && i < G_N_ELEMENTS(phrases); i++) {
        if (!strstr(reply->message, phrases[i]))
            continue;
        g_free(reply->code);
        reply->code = g_strdup("context_length_exceeded");
        return;
    }
}

gboolean reply_error(const cJSON *root, Reply *reply)
{
    const cJSON *error = get(root, "error");
    if (cJSON_IsString(error)) {
        reply->kind = REPLY_ERROR;
        g_free(reply->message);
        reply->message = g_strdup(error->valuestring);
        return TRUE;
    }
    if (!cJSON_IsObject(error)) {
        if (!get(root, "message") && !get(root, "detail"))
            return FALSE;
        error = root;
    }
    reply->kind = REPLY_ERROR;
    read_message(error, reply);
    set_word(&reply->type, get(error, "type"));
    set_word(&reply->type, get(error, "status")); /* Google's word; a number at Azure */
    set_word(&reply->code, get(error, "code"));
    set_word(&reply->parameter, get(error, "param"));
    const cJSON *details = get(error, "details");
    if (cJSON_IsObject(details))
        set_word(&reply->code, get(details, "error_code")); /* Anthropic */
    else if (cJSON_IsArray(details))
        read_details(details, reply);
    read_length(reply);
    return TRUE;
}
