/* Looking back at calls: what they used, to estimate what the next ones will, and the log. */
#include "ledger-calls.h"
#include "ledger-private.h"

/* ---- usage ---- */

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The value that this share of all does not exceed; `values` must be sorted. */
static double ledger_quantile(const GArray *values, double share)
{
    guint at = (guint)((double)values->len * share);
    return g_array_index(values, double, MIN(at, values->len - 1));
}

static gboolean ledger_add_up(Ledger *ledger, Statement *query, LedgerUsage *usage, GError **error)
{
    g_autoptr(GArray) ratios = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) outs = g_array_new(FALSE, FALSE, sizeof(double));
    double bytes = 0, tokens = 0, cached = 0, repairs = 0;
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return FALSE;
        if (!row)
            break;
        double n = sqlite3_column_double(query, 0), in = sqlite3_column_double(query, 1);
        double out = sqlite3_column_double(query, 2), ratio = in / n;
        usage->n++;
        bytes += n;
        tokens += in;
        cached += sqlite3_column_double(query, 3);
        repairs += sqlite3_column_double(query, 4);
        g_array_append_val(ratios, ratio);
        g_array_append_val(outs, out);
    }
    if (usage->n == 0)
        return TRUE;
    g_array_sort(ratios, compare_doubles);
    g_array_sort(outs, compare_doubles);
    usage->tokens_per_byte = tokens / bytes;
    usage->tokens_per_byte_p95 = ledger_quantile(ratios, 0.95);
    usage->tokens_out_p50 = (gint64)ledger_quantile(outs, 0.5);
    usage->tokens_out_p95 = (gint64)ledger_quantile(outs, 0.95);
    usage->cached_share = tokens > 0 ? cached / tokens : 0;
    usage->repair_share = repairs / MAX(usage->n - repairs, 1);
    return TRUE;
}

#define USED                                                                                       \
    "SELECT bytes, tokens_in, tokens_out, coalesce(tokens_cached, 0), purpose = 'repair'"          \
    " FROM calls"                                                                                  \
    " WHERE outcome = 'ok' AND sendings = 1 AND bytes > 0 AND tokens_in > 0"                       \
    " AND tokens_out IS NOT NULL AND endpoint = ?1"
#define LATEST " ORDER BY id DESC LIMIT 1000"

gboolean ledger_call_usage(Ledger *ledger, const char *endpoint, const char *pack,
                           LedgerUsage *usage, GError **error)
{
    *usage = (LedgerUsage){.tokens_out_p50 = -1, .tokens_out_p95 = -1};
    g_autoptr(Statement) query =
        ledger_reading(ledger, pack ? USED " AND pack = ?2" LATEST : USED LATEST, error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, endpoint);
    if (pack)
        ledger_bind_text(query, 2, pack);
    return ledger_add_up(ledger, query, usage, error);
}

/* ---- the log ---- */

static gint64 ledger_column_count(Statement *query, int index)
{
    return sqlite3_column_type(query, index) == SQLITE_NULL ? -1 : ledger_column_int(query, index);
}

static void ledger_call_clear(LedgerCall *call)
{
    g_free(call->call.purpose);
    g_free(call->call.endpoint);
    g_free(call->call.model);
    g_free(call->call.answered_by);
    g_free(call->call.outcome);
    g_free(call->name);
    g_free(call->pack);
    g_free(call->tenant);
    g_free(call->prompt_version);
    g_free(call->prompt_sha256);
    g_free(call->request_sha256);
    g_free(call->batch);
    g_free(call->request);
    g_free(call->answer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LedgerCall, ledger_call_clear)

/* The columns in the order of ledger_read_call(). */
#define CALL_COLUMNS                                                                               \
    "c.id, c.purpose, c.endpoint, c.model, c.answered_by, c.tokens_in, c.tokens_cached,"           \
    " c.tokens_cache_write, c.tokens_out, c.tokens_reasoning, c.cost, c.reserved, c.began_us,"     \
    " c.latency_ms, c.first_token_ms, c.sendings, c.outcome, c.document, c.ended_us, d.name,"      \
    " c.pack, c.tenant, c.prompt_version, c.prompt_sha256, c.request_sha256, c.batch, "            \
    "coalesce(c.bytes, 0), c.documents"

static void ledger_read_call(Statement *query, LedgerCall *out)
{
    out->call = (Call){
        .id = ledger_column_int(query, 0),
        .purpose = ledger_column_text(query, 1),
        .endpoint = ledger_column_text(query, 2),
        .model = ledger_column_text(query, 3),
        .answered_by = ledger_column_text(query, 4),
        .tokens_in = ledger_column_count(query, 5),
        .tokens_cached = ledger_column_count(query, 6),
        .tokens_cache_write = ledger_column_count(query, 7),
        .tokens_out = ledger_column_count(query, 8),
        .tokens_reasoning = ledger_column_count(query, 9),
        .cost = sqlite3_column_double(query, 10),
        .reserved = sqlite3_column_double(query, 11),
        .began_us = ledger_column_int(query, 12),
        .latency_ms = ledger_column_count(query, 13),
        .first_token_ms = ledger_column_count(query, 14),
        .sendings = (guint)ledger_column_int(query, 15),
        .outcome = ledger_column_text(query, 16),
    };
    out->document = ledger_column_int(query, 17);
    out->ended_us = ledger_column_int(query, 18);
    out->name = ledger_column_bytes(query, 19);
    out->pack = ledger_column_text(query, 20);
    out->tenant = ledger_column_text(query, 21);
    out->prompt_version = ledger_column_text(query, 22);
    out->prompt_sha256 = ledger_column_text(query, 23);
    out->request_sha256 = ledger_column_text(query, 24);
    out->batch = ledger_column_text(query, 25);
    out->call.bytes = (gsize)ledger_column_int(query, 26);
    out->call.documents = (guint)ledger_column_int(query, 27);
    out->request = ledger_column_bytes(query, 28);
    out->answer = ledger_column_text(query, 29);
}

static void ledger_bind_filter(Statement *query, const LedgerCallFilter *filter)
{
    ledger_bind_int(query, 1, filter->after_id);
    ledger_bind_int(query, 2, filter->document);
    ledger_bind_text(query, 3, filter->pack);
    ledger_bind_text(query, 4, filter->endpoint);
    ledger_bind_text(query, 5, filter->model);
    ledger_bind_text(query, 6, filter->purpose);
    ledger_bind_text(query, 7, filter->outcome);
    ledger_bind_text(query, 8, filter->tenant);
    ledger_bind_text(query, 9, filter->prompt_version);
    ledger_bind_int(query, 10, filter->since_us);
    ledger_bind_int(query, 11, filter->until_us ? filter->until_us : G_MAXINT64);
    ledger_bind_int(query, 12, filter->open);
    ledger_bind_int(query, 13, filter->last ? filter->last : G_MAXINT64);
    ledger_bind_int(query, 14, filter->payloads);
}

/* The latest that match, then in the order of their ids: the inner question asks for those only. */
#define EACH_CALL                                                                                  \
    "SELECT " CALL_COLUMNS ","                                                                     \
    "  CASE WHEN ?14 THEN c.payload END, CASE WHEN ?14 THEN c.answer END"                          \
    " FROM calls c JOIN documents d ON d.id = c.document WHERE c.id IN ("                          \
    "  SELECT id FROM calls WHERE id > ?1 AND (?2 = 0 OR document = ?2)"                           \
    "   AND (?3 IS NULL OR pack = ?3) AND (?4 IS NULL OR endpoint = ?4)"                           \
    "   AND (?5 IS NULL OR model = ?5) AND (?6 IS NULL OR purpose = ?6)"                           \
    "   AND (?7 IS NULL OR outcome = ?7) AND (?8 IS NULL OR tenant = ?8)"                          \
    "   AND (?9 IS NULL OR prompt_version = ?9) AND began_us >= ?10 AND began_us < ?11"            \
    "   AND (NOT ?12 OR reserved > 0)"                                                             \
    "   ORDER BY id DESC LIMIT ?13)"                                                               \
    " ORDER BY c.id"

gboolean ledger_each_call(Ledger *ledger, const LedgerCallFilter *filter, LedgerCallVisit visit,
                          gpointer data, GError **error)
{
    g_autoptr(Statement) query = ledger_reading(ledger, EACH_CALL, error);
    if (!query)
        return FALSE;
    ledger_bind_filter(query, filter);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return FALSE;
        if (!row)
            break;
        g_auto(LedgerCall) call = {0};
        ledger_read_call(query, &call);
        if (!visit(&call, data))
            break;
    }
    return TRUE;
}
