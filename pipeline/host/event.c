#include "event.h"

#include "ledger-deliveries.h"
#include "pipeline/core/bytes.h"

#include <string.h>

#define EVENT_SCHEMA 1 /* of the body; counts up when a receiver would have to change */

static gboolean list_has(const char *list, const char *word)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    for (char **w = words; *w; w++)
        if (g_str_equal(g_strstrip(*w), word))
            return TRUE;
    return FALSE;
}

/* The same in every attempt, another one for another verdict of the same document. */
static char *key_of(const char *receiver, const char *what, const char *occasion)
{
    g_autofree char *text = g_strdup_printf("%s\n%s\n%s", receiver, what, occasion);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    return g_strndup(sum, 32);
}

static void add_text(cJSON *object, const char *key, const char *bytes)
{
    g_autofree char *text = bytes ? bytes_to_utf8(bytes, -1) : NULL;
    cJSON_AddItemToObject(object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_parsed(cJSON *object, const char *key, const char *text)
{
    cJSON *value = text ? json_parse(text, strlen(text), NULL) : NULL;
    cJSON_AddItemToObject(object, key, value ? value : cJSON_CreateNull());
}

static char *body_of(const Event *event, const char *key)
{
    g_autoptr(cJSON) body = cJSON_CreateObject();
    g_autofree char *name = g_strconcat("document.", verdict_name(event->verdict), NULL);
    cJSON_AddNumberToObject(body, "schema", EVENT_SCHEMA);
    cJSON_AddStringToObject(body, "event", name);
    cJSON_AddStringToObject(body, "key", key);
    cJSON *document = cJSON_AddObjectToObject(body, "document");
    cJSON_AddNumberToObject(document, "id", (double)event->id);
    add_text(document, "kind", job_kind_name(event->kind));
    add_text(document, "name", event->name);
    add_text(document, "sha256", event->sha256);
    add_text(document, "media_type", event->media_type);
    cJSON *pack = event->pack ? cJSON_AddObjectToObject(body, "pack") : NULL;
    if (pack) {
        add_text(pack, "name", event->pack);
        add_text(pack, "version", event->pack_version);
    }
    cJSON_AddStringToObject(body, "verdict", verdict_name(event->verdict));
    add_parsed(body, "record", event->record);
    add_parsed(body, "meta", event->meta);
    return json_print(body, FALSE);
}

gboolean event_owe(const Config *config, Ledger *ledger, const Event *event, GError **error)
{
    if (!config || !*config_string(config, "webhook.url") || event->kind == JOB_CONTAINER ||
        (event->kind == JOB_ROW && !g_str_equal(config_string(config, "webhook.rows"), "yes")) ||
        !list_has(config_string(config, "webhook.verdicts"), verdict_name(event->verdict)))
        return TRUE;
    g_autofree char *what = g_strdup_printf("%" G_GINT64_FORMAT " %s", event->id, event->sha256);
    g_autofree char *when = g_strdup_printf("%" G_GINT64_FORMAT, event->decided_us);
    g_autofree char *key = key_of("webhook", what, when);
    g_autofree char *body = body_of(event, key);
    return ledger_delivery_owe(ledger, event->id, "webhook", key, body, error);
}

gboolean event_wanted(const Config *config, const char *subject)
{
    return (*config_string(config, "notify.url_env") ||
            *config_string(config, "notify.url_file")) &&
           list_has(config_string(config, "notify.on"), subject);
}

gboolean event_notice(const Config *config, Ledger *ledger, const char *subject,
                      const char *occasion, const char *text, GError **error)
{
    if (!event_wanted(config, subject))
        return TRUE;
    g_autofree char *key = key_of("notify", subject, occasion);
    g_autoptr(cJSON) body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "text", text);
    g_autofree char *printed = json_print(body, FALSE);
    return ledger_delivery_owe(ledger, 0, "notify", key, printed, error);
}
