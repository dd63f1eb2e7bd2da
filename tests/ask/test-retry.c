/* What is worth another sending, how long to wait, where requests go and what must not be shown. */
#include <string.h>

#include "pipeline/core/error.h"
#include "stages/ask/retry.h"

static RetryVerdict judge_http(guint status, const char *code, const char *type, gint should_retry)
{
    Reply reply = {.kind = REPLY_ERROR, .code = (char *)code, .type = (char *)type};
    Response response = {.status = status, .should_retry = should_retry, .reply = &reply};
    return retry_judge(&response);
}

static void test_statuses(void)
{
    static const struct {
        guint status;
        const char *code;
        Judgement judgement;
        const char *word;
    } cases[] = {
        {301, NULL, JUDGE_REFUSED, "redirected"},
        {400, NULL, JUDGE_UNUSABLE, "request_refused"},
        {400, "context_length_exceeded", JUDGE_UNUSABLE, "input_too_long"},
        {400, "unsupported_parameter", JUDGE_REFUSED, "setting_refused"},
        {400, "content_filter", JUDGE_UNUSABLE, "filtered"},
        {401, NULL, JUDGE_REFUSED, "key_refused"},
        {402, NULL, JUDGE_REFUSED, "no_credit"},
        {403, NULL, JUDGE_REFUSED, "forbidden"},
        {404, NULL, JUDGE_REFUSED, "not_found"},
        {408, NULL, JUDGE_AGAIN, "server_busy"},
        {409, NULL, JUDGE_AGAIN, "server_busy"},
        {413, NULL, JUDGE_UNUSABLE, "input_too_long"},
        {422, NULL, JUDGE_UNUSABLE, "request_refused"},
        {429, NULL, JUDGE_AGAIN, "rate_limited"},
        {429, "insufficient_quota", JUDGE_REFUSED, "no_credit"},
        {500, NULL, JUDGE_AGAIN, "server_error"},
        {501, NULL, JUDGE_REFUSED, "not_found"},
        {503, NULL, JUDGE_AGAIN, "server_error"},
        {529, NULL, JUDGE_AGAIN, "overloaded"},
        {700, NULL, JUDGE_REFUSED, "bad_status"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        RetryVerdict verdict = judge_http(cases[i].status, cases[i].code, NULL, -1);
        g_test_message("%u %s", cases[i].status, cases[i].code ? cases[i].code : "");
        g_assert_cmpint(verdict.judgement, ==, cases[i].judgement);
        g_assert_cmpstr(verdict.word, ==, cases[i].word);
        g_assert_nonnull(verdict.advice);
    }
    /* By type, as llama-server has it; and the server's own word on repeating. */
    RetryVerdict long_prompt = judge_http(400, "400", "exceed_context_size_error", -1);
    g_assert_cmpstr(long_prompt.word, ==, "input_too_long");
    g_assert_cmpint(judge_http(500, NULL, NULL, 0).judgement, ==, JUDGE_UNUSABLE);
    g_assert_cmpint(judge_http(400, NULL, NULL, 1).judgement, ==, JUDGE_AGAIN);
    g_assert_cmpint(judge_http(401, NULL, NULL, 1).judgement, ==, JUDGE_REFUSED);
}

/* What each provider calls it, whatever the status: an error in a stream has none. */
static void test_words(void)
{
    static const struct {
        guint status;
        const char *type;
        Judgement judgement;
        const char *word;
    } cases[] = {
        {200, "overloaded_error", JUDGE_AGAIN, "overloaded"},
        {200, "rate_limit_error", JUDGE_AGAIN, "rate_limited"},
        {200, "insufficient_quota", JUDGE_REFUSED, "no_credit"},
        {200, "api_error", JUDGE_AGAIN, "server_error"},
        {200, "something new", JUDGE_AGAIN, "server_error"},
        {400, "API_KEY_INVALID", JUDGE_REFUSED, "key_refused"},
        {403, "PERMISSION_DENIED", JUDGE_REFUSED, "forbidden"},
        {404, "not_found_error", JUDGE_REFUSED, "not_found"},
        {413, "request_too_large", JUDGE_UNUSABLE, "input_too_long"},
        {429, "RESOURCE_EXHAUSTED", JUDGE_AGAIN, "rate_limited"},
        {429, "enforced_spend_limit_reached", JUDGE_REFUSED, "no_credit"},
        {503, "UNAVAILABLE", JUDGE_AGAIN, "overloaded"},
        {503, "slow_down", JUDGE_AGAIN, "overloaded"},
        {503, "unavailable_error", JUDGE_AGAIN, "server_error"},
        {504, "DEADLINE_EXCEEDED", JUDGE_AGAIN, "server_error"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        RetryVerdict verdict = judge_http(cases[i].status, NULL, cases[i].type, -1);
        g_test_message("%u %s", cases[i].status, cases[i].type);
        g_assert_cmpint(verdict.judgement, ==, cases[i].judgement);
        g_assert_cmpstr(verdict.word, ==, cases[i].word);
    }
}

static gboolean may_be_billed(guint status, ReplyKind kind, gint64 tokens)
{
    Reply reply = {.kind = kind, .tokens_in = tokens, .tokens_out = tokens};
    Response response = {.status = status, .should_retry = -1, .reply = &reply};
    return retry_may_be_billed(&response);
}

/* In doubt it was: what never tells what it used. */
static void test_billed(void)
{
    g_assert_false(may_be_billed(200, REPLY_ANSWER, 5));
    g_assert_true(may_be_billed(200, REPLY_ANSWER, -1));
    g_assert_true(may_be_billed(200, REPLY_TORN, -1));
    g_assert_true(may_be_billed(200, REPLY_TORN, 5)); /* told so far; more may follow */
    g_assert_true(may_be_billed(200, REPLY_GARBAGE, 5));
    g_assert_true(may_be_billed(504, REPLY_ERROR, -1));
    g_assert_false(may_be_billed(429, REPLY_ERROR, -1));
    g_assert_false(may_be_billed(500, REPLY_ERROR, -1));
    Response lost = {.code = CURLE_RECV_ERROR, .sent = TRUE};
    g_assert_true(retry_may_be_billed(&lost));
    lost.code = CURLE_COULDNT_CONNECT;
    lost.sent = FALSE;
    g_assert_false(retry_may_be_billed(&lost));
}

/* An answer that is not HTTP is no reason to give up the server; an address without one is. */
static void test_not_http(void)
{
    Response response = {.code = CURLE_UNSUPPORTED_PROTOCOL, .should_retry = -1, .sent = TRUE};
    g_assert_cmpint(retry_judge(&response).judgement, ==, JUDGE_AGAIN);
    response.sent = FALSE;
    g_assert_cmpint(retry_judge(&response).judgement, ==, JUDGE_REFUSED);
}

static void test_server_state(void)
{
    static const struct {
        guint status;
        gboolean overload, outage;
    } cases[] = {
        {200, FALSE, FALSE}, {400, FALSE, FALSE}, {401, FALSE, FALSE},
        {429, TRUE, FALSE},  {500, FALSE, TRUE},  {529, TRUE, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reply reply = {.kind = cases[i].status == 200 ? REPLY_ANSWER : REPLY_ERROR};
        Response response = {.status = cases[i].status, .should_retry = -1, .reply = &reply};
        RetryVerdict verdict = retry_judge(&response);
        g_test_message("%u", cases[i].status);
        g_assert_cmpint(retry_is_overload(&response), ==, cases[i].overload);
        g_assert_cmpint(retry_is_outage(&response, &verdict), ==, cases[i].outage);
    }
}

static void test_curl_codes(void)
{
    static const struct {
        CURLcode code;
        Judgement judgement;
    } cases[] = {
        {CURLE_COULDNT_CONNECT, JUDGE_AGAIN},
        {CURLE_COULDNT_RESOLVE_HOST, JUDGE_AGAIN},
        {CURLE_OPERATION_TIMEDOUT, JUDGE_AGAIN},
        {CURLE_GOT_NOTHING, JUDGE_AGAIN},
        {CURLE_RECV_ERROR, JUDGE_AGAIN},
        {CURLE_PARTIAL_FILE, JUDGE_AGAIN},
        {CURLE_PEER_FAILED_VERIFICATION, JUDGE_REFUSED},
        {CURLE_UNSUPPORTED_PROTOCOL, JUDGE_REFUSED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Response response = {.code = cases[i].code, .should_retry = -1};
        g_assert_cmpint(retry_judge(&response).judgement, ==, cases[i].judgement);
    }
    Response giant = {.code = CURLE_WRITE_ERROR, .too_large = TRUE};
    g_assert_cmpint(retry_judge(&giant).judgement, ==, JUDGE_UNUSABLE);
}

static void test_answers(void)
{
    static const Judgement wanted[] = {
        [REPLY_ANSWER] = JUDGE_ANSWERED,  [REPLY_CUT] = JUDGE_UNUSABLE,
        [REPLY_REFUSED] = JUDGE_UNUSABLE, [REPLY_FILTERED] = JUDGE_UNUSABLE,
        [REPLY_EMPTY] = JUDGE_AGAIN,      [REPLY_ERROR] = JUDGE_AGAIN,
        [REPLY_TORN] = JUDGE_AGAIN,       [REPLY_GARBAGE] = JUDGE_AGAIN,
    };
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        Reply reply = {.kind = (ReplyKind)i};
        Response response = {.status = 200, .should_retry = -1, .reply = &reply};
        RetryVerdict verdict = retry_judge(&response);
        g_assert_cmpint(verdict.judgement, ==, wanted[i]);
        g_assert_true(verdict.per_document == (i == REPLY_EMPTY));
    }
}

/* Full jitter: anywhere between nothing and the doubled bound, and never beyond 20 s. */
static void test_waits(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    static const gint64 most[] = {500, 1000, 2000, 4000, 8000, 16000, 20000, 20000};
    for (guint attempt = 2; attempt < 2 + G_N_ELEMENTS(most); attempt++) {
        gint64 low = G_MAXINT64, high = 0;
        for (guint i = 0; i < 2000; i++) {
            gint64 wait = retry_wait_ms(attempt, random);
            low = MIN(low, wait);
            high = MAX(high, wait);
        }
        g_assert_cmpint(low, >, 0);
        g_assert_cmpint(low, <, most[attempt - 2] / 20);
        g_assert_cmpint(high, <=, most[attempt - 2]);
        g_assert_cmpint(high, >, most[attempt - 2] * 19 / 20);
    }
    g_assert_cmpint(retry_wait_ms(4000000000u, random), <=, 20000);
}

static void test_retry_after(void)
{
    gint64 now = G_GINT64_CONSTANT(1795168800) * G_USEC_PER_SEC; /* 2026-11-20 10:00:00 UTC */
    g_assert_cmpint(retry_after_ms(NULL, NULL, now), ==, -1);
    g_assert_cmpint(retry_after_ms(NULL, "3", now), ==, 3000);
    g_assert_cmpint(retry_after_ms(NULL, " 0.25 ", now), ==, 250);
    g_assert_cmpint(retry_after_ms("120", "3", now), ==, 120);
    g_assert_cmpint(retry_after_ms("nonsense", "3", now), ==, 3000);
    g_assert_cmpint(retry_after_ms(NULL, "Fri, 20 Nov 2026 10:00:07 GMT", now), ==, 7000);
    g_assert_cmpint(retry_after_ms(NULL, "Fri, 20 Nov 2020 10:00:07 GMT", now), ==, 0);
    const char *nonsense[] = {"", "-1", "soon", "nan", "inf", "1e999", "3 elephants"};
    for (guint i = 0; i < G_N_ELEMENTS(nonsense); i++)
        g_assert_cmpint(retry_after_ms(NULL, nonsense[i], now), ==, -1);
    g_assert_cmpint(retry_after_ms(NULL, "1e30", now), ==, 24 * 3600 * 1000);
}

static void test_shown_url(void)
{
    g_autofree char *plain = model_settings_shown("http://127.0.0.1:8080/v1");
    g_assert_cmpstr(plain, ==, "http://127.0.0.1:8080/v1");
    g_autofree char *secret = model_settings_shown("https://"
                                                   "me:pass@host.example/v1?key=secret#x");
    g_assert_cmpstr(secret, ==, "https://host.example/v1");
}

static void test_scrub(void)
{
    char key[] = "my+very(secret)key", model[] = "m";
    ModelSettings settings = {.api_key = key, .model = model};
    static const char *const cases[][2] = {
        {"key my+very(secret)key is wrong", "key [key] is wrong"},
        {"Incorrect API key provided: sk-proj-ab**********wxyz.",
         "Incorrect API key provided: [key]"},
        {"Authorization: Bearer abc.def.ghi failed", "Authorization: [key] failed"},
        {"AIzaSyA123456789 is no key", "[key] is no key"},
        {"red \x1b[31mtext", "red \\x1B[31mtext"},
        {"a task-force risk", "a task-force risk"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = model_settings_scrub(&settings, cases[i][0], 200);
        g_assert_cmpstr(text, ==, cases[i][1]);
    }
    g_autofree char *cut = model_settings_scrub(&settings, "ääääääääää", 4);
    g_assert_cmpstr(cut, ==, "ääää…");
    g_autofree char *broken = model_settings_scrub(NULL, "\xff\xfe bytes", 200);
    g_assert_true(g_utf8_validate(broken, -1, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retry/statuses", test_statuses);
    g_test_add_func("/retry/curl-codes", test_curl_codes);
    g_test_add_func("/retry/words", test_words);
    g_test_add_func("/retry/billed", test_billed);
    g_test_add_func("/retry/not-http", test_not_http);
    g_test_add_func("/retry/server-state", test_server_state);
    g_test_add_func("/retry/answers", test_answers);
    g_test_add_func("/retry/waits", test_waits);
    g_test_add_func("/retry/retry-after", test_retry_after);
    g_test_add_func("/settings/shown-url", test_shown_url);
    g_test_add_func("/settings/scrub", test_scrub);
    return g_test_run();
}
