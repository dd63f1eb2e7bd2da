#include "tools/commands/describe.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/record.h"
#include "pipeline/host/ledger-deliveries.h"
#include "pipeline/host/ledger-requeue.h"
#include "pipeline/host/prices.h"

#define MOST_VALUE_CHARS 60 /* of a value or its evidence in a table */

typedef struct {
    gint64 row, id;
} RowSearch;

static gboolean find_row(const LedgerDocument *document, gpointer data)
{
    RowSearch *search = data;
    if (document->row == search->row)
        search->id = document->id;
    return search->id == 0;
}

LedgerDocument *describe_find(Ledger *ledger, const char *text, GError **error)
{
    g_autoptr(GError) bad = NULL;
    LedgerDocument *document = ledger_document_by_text(ledger, text, &bad);
    const char *colon = strrchr(text, ':');
    guint64 number = 0;
    if (document || !colon || !g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND) ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 1, G_MAXINT64, &number, NULL)) {
        if (bad)
            g_propagate_error(error, g_steal_pointer(&bad));
        return document;
    }
    g_autofree char *name = g_strndup(text, (gsize)(colon - text));
    g_autoptr(LedgerDocument) batch = ledger_document_by_text(ledger, name, NULL);
    RowSearch search = {.row = (gint64)number - 1};
    if (batch && batch->kind == JOB_BATCH &&
        !ledger_each(ledger, -1, NULL, batch->id, find_row, &search, error))
        return NULL;
    if (search.id)
        return ledger_document(ledger, search.id, error);
    g_propagate_error(error, g_steal_pointer(&bad));
    return NULL;
}

cJSON *describe_parse(const char *text)
{
    return text ? json_parse(text, strlen(text), NULL) : NULL;
}

static void add_string(cJSON *object, const char *key, const char *bytes)
{
    g_autofree char *text = bytes ? bytes_to_utf8(bytes, -1) : NULL;
    cJSON_AddItemToObject(object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_time(cJSON *object, const char *key, gint64 epoch_us)
{
    g_autofree char *text = epoch_us ? clock_format(epoch_us) : NULL;
    cJSON_AddItemToObject(object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_parsed(cJSON *object, const char *key, const char *text)
{
    cJSON *value = describe_parse(text);
    cJSON_AddItemToObject(object, key, value ? value : cJSON_CreateNull());
}

cJSON *describe_json(const LedgerDocument *d)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "id", (double)d->id);
    add_string(object, "name", d->name);
    cJSON_AddStringToObject(object, "kind", job_kind_name(d->kind));
    if (d->parent) {
        cJSON_AddNumberToObject(object, d->kind == JOB_ROW ? "batch" : "parent", (double)d->parent);
        cJSON_AddNumberToObject(object, "row", (double)d->row);
    }
    add_string(object, "path", d->path);
    add_string(object, "sha256", d->sha256);
    cJSON_AddNumberToObject(object, "size", (double)d->size);
    add_string(object, "media_type", d->media_type);
    cJSON_AddNumberToObject(object, "pages", d->pages);
    cJSON_AddNumberToObject(object, "attempts", d->attempts);
    add_string(object, "pack", d->pack);
    add_string(object, "pack_version", d->pack_version);
    cJSON_AddStringToObject(object, "verdict", verdict_name(d->verdict));
    add_parsed(object, "reasons", d->reasons);
    add_string(object, "error", d->error);
    add_string(object, "method", d->method);
    cJSON_AddNumberToObject(object, "confidence", d->confidence);
    add_string(object, "duplicate_of", d->duplicate_of);
    add_string(object, "output", d->output);
    cJSON_AddBoolToObject(object, "delivered", d->delivered);
    add_time(object, "created", d->created_us);
    add_time(object, "decided", d->decided_us);
    add_parsed(object, "record", d->record);
    add_parsed(object, "meta", d->meta);
    return object;
}

char *describe_reasons(const LedgerDocument *document, const char *between)
{
    g_autoptr(cJSON) reasons = describe_parse(document->reasons);
    g_autoptr(GString) text = g_string_new(NULL);
    for (const cJSON *item = reasons ? reasons->child : NULL; item; item = item->next)
        if (cJSON_IsString(item))
            g_string_append_printf(text, "%s%s", text->len ? between : "", item->valuestring);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* At most MOST_VALUE_CHARS characters, on one line. Caller frees. */
static char *shorten(const char *text)
{
    g_autofree char *clean = bytes_to_utf8(text, -1);
    g_strdelimit(clean, "\r\n\t\f", ' ');
    if (g_utf8_strlen(clean, -1) <= MOST_VALUE_CHARS)
        return g_steal_pointer(&clean);
    g_autofree char *head = g_utf8_substring(clean, 0, MOST_VALUE_CHARS - 1);
    return g_strconcat(head, "…", NULL);
}

void describe_line(const Console *console, const LedgerDocument *document)
{
    g_autofree char *why = describe_reasons(document, "; ");
    g_autofree char *brief = shorten(why);
    console_line(console, "%6" G_GINT64_FORMAT "  %-28s  %-10s  %4.2f  %s", document->id,
                 document->name, document->pack ? document->pack : "-", document->confidence,
                 brief);
}

static void print_size(const Console *console, const LedgerDocument *d)
{
    g_autofree char *size = g_format_size(d->size);
    g_autofree char *pages =
        d->pages ? g_strdup_printf(", %u page%s", d->pages, d->pages == 1 ? "" : "s")
                 : g_strdup("");
    console_line(console, "  content     %s%s, %s, SHA-256 %s",
                 d->media_type ? d->media_type : "unknown", pages, size, d->sha256);
}

/* What was there and was moved on (archive/… to failed/…) is there no more. */
static void forget_source(GPtrArray *files, const char *source)
{
    for (guint i = 0; i < files->len; i++) {
        g_autofree char *ending = g_strconcat("/", files->pdata[i], NULL);
        if (g_str_has_suffix(source, ending)) {
            g_ptr_array_remove_index(files, i);
            return;
        }
    }
}

static gboolean follow_effect(const LedgerEffect *effect, gpointer data)
{
    GPtrArray *files = data;
    guint at = 0;
    gboolean known = g_ptr_array_find_with_equal_func(files, effect->target, g_str_equal, &at);
    gboolean adds = effect->kind == EFFECT_FILE || (effect->kind == EFFECT_MOVE && !effect->note);
    if (known && effect->kind == EFFECT_REMOVE)
        g_ptr_array_remove_index(files, at);
    if (effect->kind == EFFECT_MOVE && effect->done_us && effect->source)
        forget_source(files, effect->source);
    if (!known && adds && effect->done_us)
        g_ptr_array_add(files, g_strdup(effect->target));
    return TRUE;
}

static void print_parent(const Console *console, Ledger *ledger, const LedgerDocument *d)
{
    g_autoptr(LedgerDocument) parent = d->parent ? ledger_document(ledger, d->parent, NULL) : NULL;
    if (parent)
        console_line(console, "  stands in   %s  (%s %" G_GINT64_FORMAT ")", parent->name,
                     job_kind_name(parent->kind), parent->id);
}

static void print_files(const Console *console, Ledger *ledger, const LedgerDocument *d)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    ledger_each_effect(ledger, d->id, follow_effect, files, NULL);
    for (guint i = 0; i < files->len; i++)
        console_line(console, "  %-10s  %s", i ? "" : "in outbox", (const char *)files->pdata[i]);
    if (d->output && !d->delivered)
        console_line(console, "  %-10s  %s", files->len ? "" : "in outbox",
                     "not all of it yet: the next run goes on");
}

static gboolean print_delivery(const LedgerDelivery *delivery, gpointer data)
{
    g_autofree char *note = delivery->note ? bytes_for_terminal(delivery->note) : NULL;
    console_line(data, "  told        %s %" G_GINT64_FORMAT ": %s after %u attempt%s%s%s",
                 delivery->receiver, delivery->id, ledger_delivery_state_name(delivery->state),
                 delivery->attempts, delivery->attempts == 1 ? "" : "s", note ? "; " : "",
                 note ? note : "");
    return TRUE;
}

void describe_head(const Console *console, Ledger *ledger, const LedgerDocument *d)
{
    g_autofree char *reasons = describe_reasons(d, "\n");
    g_autofree char *created = clock_format(d->created_us);
    console_line(console, "%s  (document %" G_GINT64_FORMAT ")", d->name, d->id);
    if (d->record)
        console_line(console, "  verdict     %s, confidence %.2f, record by %s",
                     verdict_name(d->verdict), d->confidence, d->method ? d->method : "nobody");
    else
        console_line(console, "  verdict     %s", verdict_name(d->verdict));
    g_auto(GStrv) lines = g_strsplit(reasons, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        console_line(console, "  %-10s  %s", i ? "" : "because", lines[i]);
    if (d->error)
        console_line(console, "  what to do  %s",
                     docket_error_advice(docket_error_from_reason(d->error)));
    if (d->pack)
        console_line(console, "  pack        %s, version %.12s", d->pack,
                     d->pack_version ? d->pack_version : "unknown");
    print_size(console, d);
    g_autoptr(LedgerRevision) before = ledger_last_revision(ledger, d->id, NULL);
    if (d->path)
        console_line(console, "  %s  %s", before ? "taken from" : "came from ", d->path);
    print_parent(console, ledger, d);
    if (d->duplicate_of)
        console_line(console, "  same as     %s", d->duplicate_of);
    print_files(console, ledger, d);
    console_line(console, "  arrived     %s, read %u time%s", created, d->attempts,
                 d->attempts == 1 ? "" : "s");
    if (d->decided_us) {
        g_autofree char *decided = clock_format(d->decided_us);
        console_line(console, "  decided     %s", decided);
    }
    if (before) {
        g_autofree char *replaced = clock_format(before->replaced_us);
        console_line(console, "  before      %s, until docket %s at %s",
                     verdict_name(before->verdict), before->why, replaced);
    }
    ledger_each_delivery(ledger, DELIVERY_LAST, d->id, print_delivery, (gpointer)console, NULL);
}

/* Where on its page evidence stands: a rectangle, or line and column of a text. Caller frees. */
static char *spot_of(const cJSON *evidence)
{
    const cJSON *rect = cJSON_GetObjectItemCaseSensitive(evidence, "rect");
    double at[4] = {0};
    if (!cJSON_IsArray(rect))
        return g_strdup_printf("line %g, column %g", json_number(evidence, "line", 0),
                               json_number(evidence, "column", 0));
    for (int i = 0; i < 4; i++) {
        const cJSON *number = cJSON_GetArrayItem(rect, i);
        at[i] = cJSON_IsNumber(number) ? number->valuedouble : 0;
    }
    return g_strdup_printf("%.0f,%.0f-%.0f,%.0f", at[0], at[1], at[2], at[3]);
}

/* The best evidence: 'page 2 at 72,100-140,112: "INV-7"'; "" when there is none. Caller frees. */
static char *place_of(const cJSON *field)
{
    const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(field, "evidence");
    const cJSON *best = cJSON_IsArray(evidence) ? evidence->child : NULL;
    if (!best)
        return g_strdup("");
    g_autofree char *text = shorten(json_string(best, "text", ""));
    g_autofree char *spot = spot_of(best);
    return g_strdup_printf("page %g at %s: \"%s\"", json_number(best, "page", 0), spot, text);
}

typedef struct {
    const Console *console;
    const cJSON *fields;
} FieldPrinter;

static void print_field(const char *pointer, cJSON *value, gpointer data)
{
    const FieldPrinter *printer = data;
    const cJSON *field = cJSON_GetObjectItemCaseSensitive(printer->fields, pointer);
    g_autofree char *text = json_print(value, FALSE);
    g_autofree char *brief = shorten(text);
    if (!field) {
        console_line(printer->console, "  %-28s  %s", pointer, brief);
        return;
    }
    g_autofree char *place = place_of(field);
    console_line(printer->console, "  %-28s  %s", pointer, brief);
    console_line(printer->console, "  %-28s    %.2f %s%s%s", "",
                 json_number(field, "confidence", 0), json_string(field, "grounded", "none"),
                 *place ? ", " : "", place);
}

void describe_fields(const Console *console, const LedgerDocument *document)
{
    g_autoptr(cJSON) record = describe_parse(document->record);
    g_autoptr(cJSON) meta = describe_parse(document->meta);
    if (!record)
        return;
    FieldPrinter printer = {console,
                            meta ? cJSON_GetObjectItemCaseSensitive(meta, "fields") : NULL};
    console_line(console, "fields");
    record_each_leaf(record, print_field, &printer);
}

static void print_call(const Console *console, const cJSON *call)
{
    g_autofree char *cost = prices_format(json_number(call, "cost", 0));
    console_line(console, "  %-8s %-24s in %g (cached %g) out %g  cost %s  %g ms  %s%s",
                 json_string(call, "purpose", "?"), json_string(call, "model", "?"),
                 json_number(call, "tokens_in", 0), json_number(call, "tokens_cached", 0),
                 json_number(call, "tokens_out", 0), cost, json_number(call, "latency_ms", 0),
                 json_string(call, "outcome", ""),
                 json_bool(call, "cached", FALSE) ? " (from the ledger)" : "");
}

void describe_work(const Console *console, const LedgerDocument *document)
{
    g_autoptr(cJSON) meta = describe_parse(document->meta);
    const cJSON *calls = meta ? cJSON_GetObjectItemCaseSensitive(meta, "calls") : NULL;
    const cJSON *timings = meta ? cJSON_GetObjectItemCaseSensitive(meta, "timings") : NULL;
    if (cJSON_IsArray(calls) && calls->child)
        console_line(console, "model calls");
    for (const cJSON *call = cJSON_IsArray(calls) ? calls->child : NULL; call; call = call->next)
        print_call(console, call);
    if (cJSON_IsObject(timings) && timings->child)
        console_line(console, "timings (ms)");
    for (const cJSON *t = cJSON_IsObject(timings) ? timings->child : NULL; t; t = t->next)
        console_line(console, "  %-10s %10.1f", t->string, t->valuedouble);
}
