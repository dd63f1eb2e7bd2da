#include "tools/llm-sim/bill.h"

#include <math.h>

#include "pipeline/core/clock.h"

struct Bill {
    GHashTable *seen; /* SHA-256 of a request -> times it came */
    GHashTable *paid; /* SHA-256 of a request that was billed */
    guint64 requests, calls, repeated, faults[FAULT_LAST];
    Usage usage;
    double cost;
    gint64 begun_us;
    GString *journal;
};

Bill *bill_new(void)
{
    Bill *bill = g_new0(Bill, 1);
    bill->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bill->paid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bill->begun_us = clock_monotonic_us();
    bill->journal = g_string_new(NULL);
    return bill;
}

void bill_free(Bill *bill)
{
    g_hash_table_unref(bill->seen);
    g_hash_table_unref(bill->paid);
    g_string_free(bill->journal, TRUE);
    g_free(bill);
}

BillEntry *bill_open(Bill *bill, const char *protocol, const char *request)
{
    BillEntry *entry = g_new0(BillEntry, 1);
    entry->protocol = protocol;
    entry->request = g_strdup(request);
    entry->begun_us = clock_monotonic_us();
    entry->id = g_strdup_printf("req_sim_%" G_GUINT64_FORMAT, ++bill->requests);
    entry->times = GPOINTER_TO_UINT(g_hash_table_lookup(bill->seen, request));
    g_hash_table_replace(bill->seen, g_strdup(request), GUINT_TO_POINTER(entry->times + 1));
    return entry;
}

static void add_text(cJSON *line, const char *key, const char *text)
{
    if (text)
        cJSON_AddStringToObject(line, key, text);
}

static void write_line(Bill *bill, const BillEntry *entry, double cost)
{
    g_autoptr(cJSON) line = cJSON_CreateObject();
    gint64 now = clock_monotonic_us();
    cJSON_AddStringToObject(line, "id", entry->id);
    cJSON_AddNumberToObject(line, "at_ms", (double)((entry->begun_us - bill->begun_us) / 1000));
    cJSON_AddNumberToObject(line, "took_ms", (double)((now - entry->begun_us) / 1000));
    cJSON_AddStringToObject(line, "protocol", entry->protocol);
    add_text(line, "model", entry->model);
    add_text(line, "request", entry->request);
    add_text(line, "document", entry->document);
    cJSON_AddNumberToObject(line, "times", entry->times);
    cJSON_AddBoolToObject(line, "repair", entry->repair);
    cJSON_AddBoolToObject(line, "stream", entry->stream);
    cJSON_AddBoolToObject(line, "batch", entry->batch);
    cJSON *faults = cJSON_AddArrayToObject(line, "faults");
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        if (faults_have(entry->faults, (Fault)i))
            cJSON_AddItemToArray(faults, cJSON_CreateString(fault_name((Fault)i)));
    cJSON_AddNumberToObject(line, "status", entry->status);
    cJSON_AddBoolToObject(line, "billed", entry->completion);
    if (entry->completion) {
        cJSON_AddNumberToObject(line, "tokens_in", (double)entry->usage.in);
        cJSON_AddNumberToObject(line, "tokens_cached", (double)entry->usage.cached);
        cJSON_AddNumberToObject(line, "tokens_cache_write", (double)entry->usage.cache_write);
        cJSON_AddNumberToObject(line, "tokens_out", (double)entry->usage.out);
        cJSON_AddNumberToObject(line, "cost", cost);
    }
    g_autofree char *text = json_print(line, FALSE);
    g_string_append_printf(bill->journal, "%s\n", text);
}

void bill_settle(Bill *bill, BillEntry *entry, gint64 out)
{
    double cost = 0;
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        bill->faults[i] += faults_have(entry->faults, (Fault)i);
    if (entry->completion) {
        if (out >= 0)
            entry->usage.out = MIN(out, entry->usage.out);
        cost = prices_bill(&entry->prices, &entry->usage, entry->batch);
        bill->calls++;
        bill->repeated += !g_hash_table_add(bill->paid, g_strdup(entry->request));
        bill->usage.in += entry->usage.in;
        bill->usage.cached += entry->usage.cached;
        bill->usage.cache_write += entry->usage.cache_write;
        bill->usage.out += entry->usage.out;
        bill->cost += cost;
    }
    write_line(bill, entry, cost);
    g_free(entry->id);
    g_free(entry->model);
    g_free(entry->request);
    g_free(entry->document);
    g_free(entry);
}

char *bill_text(const Bill *bill)
{
    g_autoptr(cJSON) root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "requests", (double)bill->requests);
    cJSON_AddNumberToObject(root, "calls", (double)bill->calls);
    cJSON_AddNumberToObject(root, "billed", (double)bill->calls);
    cJSON_AddNumberToObject(root, "repeated", (double)bill->repeated);
    cJSON_AddNumberToObject(root, "tokens_in", (double)bill->usage.in);
    cJSON_AddNumberToObject(root, "tokens_cached", (double)bill->usage.cached);
    cJSON_AddNumberToObject(root, "tokens_cache_write", (double)bill->usage.cache_write);
    cJSON_AddNumberToObject(root, "tokens_out", (double)bill->usage.out);
    /* Sums of many small amounts: what is below a billionth is noise of the addition. */
    cJSON_AddNumberToObject(root, "cost", round(bill->cost * 1e9) / 1e9);
    cJSON *faults = cJSON_AddObjectToObject(root, "faults");
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        if (bill->faults[i])
            cJSON_AddNumberToObject(faults, fault_name((Fault)i), (double)bill->faults[i]);
    return json_print(root, FALSE);
}

const char *bill_journal(const Bill *bill)
{
    return bill->journal->str;
}
