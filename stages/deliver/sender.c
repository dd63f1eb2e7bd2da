#include "sender.h"

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "stages/deliver/post.h"

#include <string.h>

#define MOST_IN_FLIGHT 8u
#define LOOK_MS 500 /* between two looks for what is due */
#define REST_US G_TIME_SPAN_MINUTE
#define FIRST_WAIT_US G_USEC_PER_SEC
#define LONGEST_WAIT_US G_TIME_SPAN_HOUR

struct Sender {
    GThread *thread;
    Ledger *ledger; /* the thread's own */
    CURLM *multi;
    Receiver webhook, notify; /* url NULL: not configured */
    guint attempts;           /* before a delivery is dead */
    GHashTable *under_way;    /* id of the delivery -> Post */
    int leave, at_once;       /* atomic */
    gboolean failed_late;     /* one was put off when it was to end already */
    gint64 rests_until_us;    /* monotonic: the ledger could not be written, so nothing is begun */
    GMutex lock;              /* guards summary */
    SenderSummary summary;
};

char *sender_signature(const char *secret, gint64 time_s, const char *body)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT ".%s", time_s, body);
    g_autofree char *sum = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)secret,
                                                     strlen(secret), text, -1);
    return g_strdup_printf("t=%" G_GINT64_FORMAT ",v1=%s", time_s, sum);
}

/* ---- the thread ---- */

/* Exponential, with full jitter, so that many deliveries do not come back together. */
static gint64 wait_of(guint attempts, gint64 asked_us)
{
    gint64 most = FIRST_WAIT_US << MIN(attempts, 12u);
    gint64 wait = (gint64)(g_random_double() * (double)MIN(most, LONGEST_WAIT_US));
    return MAX(wait, MIN(asked_us, G_TIME_SPAN_DAY));
}

static void note_trouble(Sender *sender, const char *text)
{
    g_mutex_lock(&sender->lock);
    g_free(sender->summary.trouble);
    sender->summary.trouble = g_strdup(text);
    g_mutex_unlock(&sender->lock);
}

static void count(Sender *sender, DeliveryState state)
{
    g_mutex_lock(&sender->lock);
    sender->summary.sent += state == DELIVERY_SENT;
    sender->summary.dead += state == DELIVERY_DEAD;
    sender->summary.put_off += state == DELIVERY_OWED;
    g_mutex_unlock(&sender->lock);
}

static void settle(Sender *sender, Post *post, CURLcode code)
{
    gint64 asked_us;
    int status;
    g_autofree char *note = NULL;
    g_autoptr(GError) error = NULL;
    const LedgerDelivery *delivery = post->delivery;
    DeliveryState state = post_outcome(post, code, &asked_us, &status, &note);
    if (state == DELIVERY_OWED && delivery->attempts + 1 >= sender->attempts)
        state = DELIVERY_DEAD;
    gint64 next_us = clock_now_us() + wait_of(delivery->attempts, asked_us);
    gboolean entered =
        ledger_delivery_tried(sender->ledger, delivery->id, state, next_us, status, note, &error);
    if (!ledger_commit(sender->ledger, entered ? &error : NULL) || !entered) {
        /* It is sent again, with the same key; but not as fast as the disk can fail. */
        sender->rests_until_us = clock_monotonic_us() + REST_US;
        note_trouble(sender, error->message);
        return;
    }
    if (note)
        note_trouble(sender, note);
    count(sender, state);
    sender->failed_late |= state == DELIVERY_OWED && g_atomic_int_get(&sender->leave);
}

static void send_one(Sender *sender, LedgerDelivery *delivery)
{
    gboolean is_webhook = g_str_equal(delivery->receiver, "webhook");
    Post *post = post_new(delivery, is_webhook ? &sender->webhook : &sender->notify);
    g_hash_table_insert(sender->under_way, GSIZE_TO_POINTER(delivery->id), post);
    curl_multi_add_handle(sender->multi, post->easy);
}

/* Begins what is due and fits; those under way are due still, so there may be as many of them among
 * what is found. A receiver in trouble does not keep a run from ending. */
static void begin(Sender *sender)
{
    const char *receivers[3] = {NULL};
    g_autoptr(GError) error = NULL;
    if (sender->failed_late || g_hash_table_size(sender->under_way) == MOST_IN_FLIGHT ||
        clock_monotonic_us() < sender->rests_until_us)
        return;
    guint n = 0;
    if (sender->webhook.url)
        receivers[n++] = "webhook";
    if (sender->notify.url)
        receivers[n] = "notify";
    g_autoptr(GPtrArray) due = ledger_deliveries_due(sender->ledger, clock_now_us(), receivers,
                                                     2 * MOST_IN_FLIGHT, &error);
    if (error)
        note_trouble(sender, error->message);
    while (due && due->len && g_hash_table_size(sender->under_way) < MOST_IN_FLIGHT) {
        const LedgerDelivery *next = due->pdata[0];
        gboolean known = g_hash_table_contains(sender->under_way, GSIZE_TO_POINTER(next->id));
        LedgerDelivery *delivery = g_ptr_array_steal_index(due, 0);
        if (known)
            ledger_delivery_free(delivery);
        else
            send_one(sender, delivery);
    }
}

/* Whether any has come to its end. */
static gboolean collect(Sender *sender)
{
    gboolean any = FALSE;
    int left;
    for (CURLMsg *message = curl_multi_info_read(sender->multi, &left); message;
         message = curl_multi_info_read(sender->multi, &left)) {
        Post *post = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &post);
        curl_multi_remove_handle(sender->multi, post->easy);
        settle(sender, post, code);
        any = TRUE;
        g_hash_table_remove(sender->under_way, GSIZE_TO_POINTER(post->delivery->id));
    }
    return any;
}

static gpointer work(gpointer data)
{
    Sender *sender = data;
    while (!g_atomic_int_get(&sender->at_once)) {
        int running;
        gboolean leave = g_atomic_int_get(&sender->leave); /* before it looks what is due */
        begin(sender);
        if (leave && g_hash_table_size(sender->under_way) == 0)
            return NULL;
        curl_multi_perform(sender->multi, &running);
        if (!collect(sender))
            curl_multi_poll(sender->multi, NULL, 0, LOOK_MS, NULL);
    }
    return NULL;
}

/* ---- life ---- */

static gboolean find_receivers(Sender *sender, const Config *config, GError **error)
{
    GError *bad = NULL;
    Receiver *webhook = &sender->webhook, *notify = &sender->notify;
    if (*config_string(config, "webhook.url"))
        webhook->url = g_strdup(config_string(config, "webhook.url"));
    webhook->secret = config_secret(config, "webhook.secret_env", "webhook.secret_file",
                                    "the webhook's secret", &bad);
    if (!bad)
        notify->url =
            config_secret(config, "notify.url_env", "notify.url_file", "the notices' URL", &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return FALSE;
    }
    webhook->allow_private = notify->allow_private =
        g_str_equal(config_string(config, "webhook.allow_private"), "yes");
    webhook->timeout_s = notify->timeout_s = (guint)config_int(config, "webhook.timeout");
    sender->attempts = (guint)config_int(config, "webhook.attempts");
    return TRUE;
}

static void sender_free(Sender *sender)
{
    GHashTableIter iter;
    gpointer post;
    g_hash_table_iter_init(&iter, sender->under_way);
    while (g_hash_table_iter_next(&iter, NULL, &post))
        curl_multi_remove_handle(sender->multi, ((Post *)post)->easy);
    g_hash_table_unref(sender->under_way);
    g_clear_pointer(&sender->multi, curl_multi_cleanup);
    g_clear_pointer(&sender->ledger, ledger_close);
    receiver_clear(&sender->webhook);
    receiver_clear(&sender->notify);
    g_mutex_clear(&sender->lock);
    g_free(sender->summary.trouble);
    g_free(sender);
    curl_global_cleanup();
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sender, sender_free)

Sender *sender_start(const Config *config, GError **error)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_autoptr(Sender) sender = g_new0(Sender, 1);
    g_mutex_init(&sender->lock);
    sender->under_way = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)post_free);
    if (!find_receivers(sender, config, error) || (!sender->webhook.url && !sender->notify.url))
        return NULL;
    g_autofree char *state = g_canonicalize_filename(config_string(config, "paths.state"), NULL);
    sender->ledger = ledger_open_beside(state, error);
    if (!sender->ledger)
        return NULL;
    sender->multi = curl_multi_init();
    sender->thread = g_thread_new("sender", work, sender);
    return g_steal_pointer(&sender);
}

SenderSummary sender_take(Sender *sender)
{
    g_mutex_lock(&sender->lock);
    SenderSummary summary = sender->summary;
    sender->summary = (SenderSummary){0};
    g_mutex_unlock(&sender->lock);
    return summary;
}

SenderSummary sender_stop(Sender *sender, gboolean at_once)
{
    g_atomic_int_set(&sender->leave, 1);
    if (at_once)
        g_atomic_int_set(&sender->at_once, 1);
    curl_multi_wakeup(sender->multi);
    g_thread_join(sender->thread);
    SenderSummary summary = sender_take(sender);
    sender_free(sender);
    return summary;
}
