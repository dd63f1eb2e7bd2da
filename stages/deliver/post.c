#include "post.h"

#include "pipeline/core/clock.h"
#include "stages/deliver/address.h"
#include "stages/deliver/sender.h"

#include <string.h>
#include <unistd.h>

#define MOST_ANSWER_BYTES 200u /* of what the receiver says, for the note */
#define CONNECT_S 10L

void receiver_clear(Receiver *receiver)
{
    g_free(receiver->url);
    g_free(receiver->secret);
}

/* The address that the name has at this moment: a name server that says something else later changes
 * nothing. */
static curl_socket_t on_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    Post *post = data;
    (void)purpose;
    if (!post->receiver->allow_private &&
        !address_is_public(&address->addr, (socklen_t)address->addrlen)) {
        post->refused = TRUE;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_answer(char *data, size_t size, size_t n, void *user)
{
    Post *post = user;
    gsize room = MOST_ANSWER_BYTES - MIN(post->answer->len, MOST_ANSWER_BYTES);
    g_string_append_len(post->answer, data, (gssize)MIN(size * n, room));
    return room == 0 ? 0 : size * n; /* enough is known: the rest need not come */
}

static void set_walls(Post *post)
{
    CURL *easy = post->easy;
    const char *protocols = post->receiver->allow_private ? "http,https" : "https";
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* it would lead past the signature */
    curl_easy_setopt(easy, CURLOPT_PROXY, "");          /* a proxy would look the name up itself */
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)post->receiver->timeout_s);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, post);
    /* Each attempt looks at the address that it goes to. */
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void add_header(Post *post, const char *name, const char *value)
{
    g_autofree char *line = g_strconcat(name, ": ", value, NULL);
    post->headers = curl_slist_append(post->headers, line);
}

static void set_headers(Post *post)
{
    const LedgerDelivery *delivery = post->delivery;
    g_autofree char *attempt = g_strdup_printf("%u", delivery->attempts + 1);
    add_header(post, "Content-Type", "application/json");
    add_header(post, "Idempotency-Key", delivery->key);
    add_header(post, "Docket-Attempt", attempt);
    add_header(post, "Expect", "");
    if (post->receiver->secret) {
        g_autofree char *signature = sender_signature(
            post->receiver->secret, clock_now_us() / G_USEC_PER_SEC, delivery->body);
        add_header(post, "Docket-Signature", signature);
    }
    curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, post->headers);
}

Post *post_new(LedgerDelivery *delivery, const Receiver *receiver)
{
    Post *post = g_new0(Post, 1);
    post->delivery = delivery;
    post->receiver = receiver;
    post->answer = g_string_new(NULL);
    post->easy = curl_easy_init();
    set_walls(post);
    set_headers(post);
    curl_easy_setopt(post->easy, CURLOPT_URL, receiver->url);
    curl_easy_setopt(post->easy, CURLOPT_USERAGENT, "docket/" DOCKET_VERSION);
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(delivery->body));
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, delivery->body);
    curl_easy_setopt(post->easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(post->easy, CURLOPT_WRITEDATA, post);
    curl_easy_setopt(post->easy, CURLOPT_ERRORBUFFER, post->failure);
    curl_easy_setopt(post->easy, CURLOPT_PRIVATE, post);
    return post;
}

void post_free(Post *post)
{
    curl_easy_cleanup(post->easy);
    curl_slist_free_all(post->headers);
    g_string_free(post->answer, TRUE);
    ledger_delivery_free(post->delivery);
    g_free(post);
}

/* ---- what came of it ---- */

static gboolean may_succeed_later(long status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

/* An answer that was long enough to be cut off is an answer. */
static gboolean was_answered(CURLcode code, long status)
{
    return code == CURLE_OK || (code == CURLE_WRITE_ERROR && status != 0);
}

DeliveryState post_outcome(const Post *post, CURLcode code, gint64 *wait_us, int *status,
                           char **note)
{
    long answered = 0;
    curl_off_t after_s = 0;
    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &answered);
    curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &after_s);
    *status = (int)answered;
    *wait_us = (gint64)after_s * G_USEC_PER_SEC;
    *note = NULL;
    if (post->refused) {
        *note = g_strdup("the address is one of this machine or of a private network, which only "
                         "webhook.allow_private=yes permits");
        return DELIVERY_DEAD;
    }
    if (!was_answered(code, answered)) {
        *note = g_strdup(*post->failure ? post->failure : curl_easy_strerror(code));
        return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ? DELIVERY_DEAD
                                                                                 : DELIVERY_OWED;
    }
    if (answered >= 200 && answered < 300)
        return DELIVERY_SENT;
    g_autofree char *said = g_utf8_make_valid(post->answer->str, (gssize)post->answer->len);
    *note = g_strdup_printf("HTTP status %ld%s%s", answered, *said ? ": " : "", said);
    return may_succeed_later(answered) ? DELIVERY_OWED : DELIVERY_DEAD;
}
