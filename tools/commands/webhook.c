/* docket webhook: what other programs are told, and what became of it. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "stages/deliver/sender.h"
#include "tools/commands/command.h"

typedef struct {
    const Command *command;
    Console *console;
    int state;     /* DeliveryState that was asked for; -1: owed and dead ones */
    gboolean dead; /* --dead */
    Config *config;
    Ledger *ledger;
    GArray *ids; /* of gint64 */
    guint shown;
} Webhook;

static void webhook_clear(Webhook *webhook)
{
    g_clear_pointer(&webhook->ids, g_array_unref);
    g_clear_pointer(&webhook->ledger, ledger_close);
    g_clear_pointer(&webhook->config, config_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Webhook, webhook_clear)

/* ---- list ---- */

static void print_json(const Webhook *webhook, const LedgerDelivery *delivery)
{
    g_autoptr(cJSON) object = console_object(webhook->command);
    g_autofree char *created = clock_format(delivery->created_us);
    g_autofree char *next = clock_format(delivery->next_us);
    cJSON_AddNumberToObject(object, "id", (double)delivery->id);
    cJSON_AddItemToObject(object, "document",
                          delivery->document ? cJSON_CreateNumber((double)delivery->document)
                                             : cJSON_CreateNull());
    cJSON_AddStringToObject(object, "receiver", delivery->receiver);
    cJSON_AddStringToObject(object, "key", delivery->key);
    cJSON_AddStringToObject(object, "state", ledger_delivery_state_name(delivery->state));
    cJSON_AddNumberToObject(object, "attempts", delivery->attempts);
    cJSON_AddItemToObject(object, "status",
                          delivery->status ? cJSON_CreateNumber(delivery->status)
                                           : cJSON_CreateNull());
    cJSON_AddItemToObject(object, "note",
                          delivery->note ? cJSON_CreateString(delivery->note) : cJSON_CreateNull());
    cJSON_AddStringToObject(object, "created", created);
    if (delivery->state == DELIVERY_OWED)
        cJSON_AddStringToObject(object, "not_before", next);
    console_value(webhook->console, object, FALSE);
}

static gboolean print_delivery(const LedgerDelivery *delivery, gpointer data)
{
    Webhook *webhook = data;
    if (webhook->state < 0 && delivery->state == DELIVERY_SENT)
        return TRUE;
    webhook->shown++;
    if (webhook->console->json) {
        print_json(webhook, delivery);
        return TRUE;
    }
    g_autofree char *note = delivery->note ? bytes_for_terminal(delivery->note) : NULL;
    g_autofree char *about = delivery->document
                                 ? g_strdup_printf("document %" G_GINT64_FORMAT, delivery->document)
                                 : g_strdup("notice");
    console_line(webhook->console, "%6" G_GINT64_FORMAT "  %-4s  %-8s %-16s %2u attempts  %s",
                 delivery->id, ledger_delivery_state_name(delivery->state), delivery->receiver,
                 about, delivery->attempts, note ? note : "");
    return TRUE;
}

static gboolean list(Webhook *webhook, GError **error)
{
    DeliveryState state = webhook->state < 0 ? DELIVERY_LAST : (DeliveryState)webhook->state;
    webhook->ledger = console_ledger(webhook->config, FALSE, error);
    if (!webhook->ledger ||
        !ledger_each_delivery(webhook->ledger, state, 0, print_delivery, webhook, error))
        return FALSE;
    if (!webhook->shown)
        log_info("none");
    return TRUE;
}

/* ---- resend ---- */

static gboolean add_id(const LedgerDelivery *delivery, gpointer data)
{
    g_array_append_val((GArray *)data, delivery->id);
    return TRUE;
}

static gboolean read_ids(Webhook *webhook, GError **error)
{
    for (guint i = 1; i < webhook->console->n_arguments; i++) {
        guint64 id;
        if (!g_ascii_string_to_unsigned(webhook->console->arguments[i], 10, 1, G_MAXINT64, &id,
                                        NULL)) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "a delivery is named by its number (docket webhook list), not \"%s\"",
                        webhook->console->arguments[i]);
            return FALSE;
        }
        gint64 number = (gint64)id;
        g_array_append_val(webhook->ids, number);
    }
    return TRUE;
}

static gboolean resend(Webhook *webhook, GError **error)
{
    webhook->ledger = console_ledger(webhook->config, TRUE, error);
    webhook->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!webhook->ledger || !read_ids(webhook, error) ||
        (webhook->dead &&
         !ledger_each_delivery(webhook->ledger, DELIVERY_DEAD, 0, add_id, webhook->ids, error)))
        return FALSE;
    for (guint i = 0; i < webhook->ids->len; i++) {
        gint64 id = g_array_index(webhook->ids, gint64, i);
        gboolean found = FALSE;
        if (!ledger_delivery_resend(webhook->ledger, id, &found, error))
            return FALSE;
        if (!found) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                        "there is no dead delivery %" G_GINT64_FORMAT, id);
            return FALSE;
        }
    }
    if (!ledger_commit(webhook->ledger, error))
        return FALSE;
    log_info("%u are owed again: docket run, or docket webhook send", webhook->ids->len);
    return TRUE;
}

/* ---- send ---- */

static gboolean send_due(Webhook *webhook, GError **error)
{
    GError *bad = NULL;
    Sender *sender = sender_start(webhook->config, &bad);
    if (!sender) {
        if (!bad)
            g_set_error(&bad, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                        "no receiver is configured (webhook.url, notify.url_file)");
        g_propagate_error(error, bad);
        return FALSE;
    }
    SenderSummary summary = sender_stop(sender, FALSE);
    log_info("%u sent, %u put off, %u given up%s%s", summary.sent, summary.put_off, summary.dead,
             summary.trouble ? "; the last trouble: " : "", summary.trouble ? summary.trouble : "");
    g_free(summary.trouble);
    return TRUE;
}

int command_webhook(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *state = NULL;
    gboolean dead = FALSE;
    const GOptionEntry entries[] = {
        {"state", 0, 0, G_OPTION_ARG_STRING, &state, "list: owed, sent or dead ones only", "STATE"},
        {"dead", 0, 0, G_OPTION_ARG_NONE, &dead, "resend: all that are dead", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_STATE, argc, argv, &code))
        return code;
    const char *action = console->n_arguments ? console->arguments[0] : "";
    gboolean is_resend = g_str_equal(action, "resend");
    g_auto(Webhook) webhook = {.command = command,
                               .console = console,
                               .state = state ? ledger_delivery_state_from_name(state) : -1,
                               .dead = dead};
    if (state && webhook.state < 0)
        return console_usage(console, "--state is owed, sent or dead, not \"%s\"", state);
    if (is_resend ? (console->n_arguments > 1) == dead
                  : console->n_arguments != 1 ||
                        (!g_str_equal(action, "list") && !g_str_equal(action, "send")))
        return console_usage(console, "webhook takes list, send, or resend with numbers or --dead");
    GError *error = NULL;
    webhook.config = console_config(console, &error);
    gboolean good = webhook.config && (is_resend                     ? resend(&webhook, &error)
                                       : g_str_equal(action, "list") ? list(&webhook, &error)
                                                                     : send_due(&webhook, &error));
    return good ? EXIT_OK : console_fail(console, error);
}
