/* golden-compare: holds what the ledger says after a run against samples/expected.
 *
 *   golden-compare STATE EXPECTED          verdicts, named fields, forbidden texts, accounting
 *   golden-compare --full STATE EXPECTED   the same, and every record must be the whole truth
 *   golden-compare --truth EXPECTED        the truth as JSON Lines for llm-sim
 *
 * Prints a line for everything that is not as expected, then the share of true values found, per
 * pack. Exit 0 when all is as expected, 1 when not, 2 when it could not look. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/json.h"
#include "pipeline/host/ledger.h"

#define SUFFIX ".expected.json"
#define MONEY_SLACK 0.005 /* half a cent: numbers are doubles */

typedef struct {
    guint right, of; /* leaves of the truth */
} Share;

typedef struct {
    Ledger *ledger;
    GHashTable *expected; /* document name -> cJSON */
    GHashTable *seen;     /* names that the ledger has */
    GHashTable *shares;   /* pack -> Share */
    gboolean full;
    guint wrong;
} Compare;

static void complain(Compare *compare, const LedgerDocument *document, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void complain(Compare *compare, const LedgerDocument *document, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *name = bytes_for_terminal(document->name);
    g_autofree char *safe = bytes_for_terminal(sentence);
    printf("wrong: %s: %s\n", name, safe);
    compare->wrong++;
}

/* ---- loading ---- */

static gboolean load_folder(const char *folder, GHashTable *expected, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return FALSE;
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (!load_folder(path, expected, error))
                return FALSE;
        } else if (g_str_has_suffix(name, SUFFIX)) {
            g_autoptr(cJSON) root = json_load(path, error);
            if (!root)
                return FALSE;
            char *document = g_strndup(name, strlen(name) - strlen(SUFFIX));
            if (!g_hash_table_insert(expected, document, g_steal_pointer(&root))) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "two samples are named %s",
                            document);
                return FALSE;
            }
        }
    }
    return TRUE;
}

/* What stands in a document goes by parent/name, as in the ledger. */
static void add_children(GHashTable *expected, const char *parent, cJSON *root)
{
    cJSON *children = cJSON_DetachItemFromObject(root, "children");
    while (children && children->child) {
        cJSON *child = cJSON_DetachItemViaPointer(children, children->child);
        char *name = g_strdup_printf("%s/%s", parent, child->string);
        add_children(expected, name, child);
        g_hash_table_insert(expected, name, child);
    }
    cJSON_Delete(children);
}

static GHashTable *load_expected(const char *folder, GError **error)
{
    g_autoptr(GHashTable) expected =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)cJSON_Delete);
    if (!load_folder(folder, expected, error))
        return NULL;
    g_autoptr(GList) names = g_hash_table_get_keys(expected);
    for (const GList *name = names; name; name = name->next)
        add_children(expected, name->data, g_hash_table_lookup(expected, name->data));
    return g_steal_pointer(&expected);
}

/* ---- comparing ---- */

static gboolean same_value(const cJSON *a, const cJSON *b)
{
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return fabs(a->valuedouble - b->valuedouble) <= MONEY_SLACK;
    return json_equal(a, b);
}

static gboolean among(const cJSON *list, const char *word)
{
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next)
        if (word && cJSON_IsString(item) && strcmp(item->valuestring, word) == 0)
            return TRUE;
    return FALSE;
}

/* The word before the colon of the first reason, or the error's word. Caller frees. */
static gboolean reason_is_among(const cJSON *list, const LedgerDocument *document)
{
    g_autoptr(cJSON) reasons =
        document->reasons ? json_parse(document->reasons, strlen(document->reasons), NULL) : NULL;
    for (const cJSON *item = reasons ? reasons->child : NULL; item; item = item->next) {
        g_auto(GStrv) parts = g_strsplit(item->valuestring, ":", 2);
        if (among(list, parts[0]))
            return TRUE;
    }
    return FALSE;
}

static void compare_verdict(Compare *compare, const cJSON *expected, const LedgerDocument *document)
{
    const char *verdict = verdict_name(document->verdict);
    const cJSON *verdicts = cJSON_GetObjectItem(expected, "verdict");
    const cJSON *reasons = cJSON_GetObjectItem(expected, "reason");
    const char *pack = json_string(expected, "pack", NULL);
    if (!among(verdicts, verdict))
        complain(compare, document, "the verdict %s is not expected (%s)", verdict,
                 document->reasons ? document->reasons : "no reason");
    else if (reasons && !reason_is_among(reasons, document))
        complain(compare, document, "another reason was expected than %s", document->reasons);
    if (pack && g_strcmp0(pack, document->pack) != 0)
        complain(compare, document, "the pack is %s, not %s",
                 document->pack ? document->pack : "not recognised", pack);
}

static void compare_value(Compare *compare, const LedgerDocument *document, const cJSON *record,
                          const char *pointer, const cJSON *value)
{
    const cJSON *found = record ? json_at(record, pointer) : NULL;
    if (found && same_value(found, value))
        return;
    g_autofree char *is = found ? json_print(found, FALSE) : g_strdup("missing");
    g_autofree char *should = json_print(value, FALSE);
    complain(compare, document, "%s is %s, not %s", pointer, is, should);
}

typedef struct {
    const cJSON *record;
    Share *share;
} Count;

/* Null in the truth and missing in the record are the same here. */
static void count_leaf(const char *pointer, cJSON *value, gpointer data)
{
    Count *count = data;
    const cJSON *found = count->record ? json_at(count->record, pointer) : NULL;
    count->share->of++;
    if (found ? same_value(found, value) : cJSON_IsNull(value))
        count->share->right++;
}

static void compare_truth(Compare *compare, const LedgerDocument *document, const cJSON *record,
                          const cJSON *truth)
{
    const char *pack = document->pack ? document->pack : "none";
    Share *share = g_hash_table_lookup(compare->shares, pack);
    if (!share) {
        share = g_new0(Share, 1);
        g_hash_table_insert(compare->shares, g_strdup(pack), share);
    }
    Count count = {record, share};
    record_each_leaf(truth, count_leaf, &count);
    if (compare->full && (!record || !json_equal(record, truth))) {
        g_autofree char *is = record ? json_print(record, FALSE) : g_strdup("nothing");
        g_autofree char *should = json_print(truth, FALSE);
        complain(compare, document, "the record is not the truth\n  is     %s\n  should %s", is,
                 should);
    }
}

static void compare_forbidden(Compare *compare, const cJSON *expected,
                              const LedgerDocument *document)
{
    const cJSON *forbidden = cJSON_GetObjectItem(expected, "forbidden");
    for (const cJSON *item = forbidden ? forbidden->child : NULL; item; item = item->next)
        if (document->record && strstr(document->record, item->valuestring))
            complain(compare, document, "the record holds %s", item->valuestring);
}

static void compare_document(Compare *compare, const cJSON *expected,
                             const LedgerDocument *document)
{
    g_autoptr(cJSON) record =
        document->record ? json_parse(document->record, strlen(document->record), NULL) : NULL;
    compare_verdict(compare, expected, document);
    const cJSON *fields = cJSON_GetObjectItem(expected, "record");
    for (const cJSON *field = fields ? fields->child : NULL; field; field = field->next)
        compare_value(compare, document, record, field->string, field);
    compare_forbidden(compare, expected, document);
    const cJSON *truth = cJSON_GetObjectItem(expected, "truth");
    if (truth)
        compare_truth(compare, document, record, truth);
}

/* ---- batches ---- */

typedef struct {
    Compare *compare;
    const cJSON *expected;
    guint n;
} Rows;

static gboolean compare_row(const LedgerDocument *row, gpointer data)
{
    Rows *rows = data;
    const cJSON *truth =
        cJSON_GetArrayItem(cJSON_GetObjectItem(rows->expected, "rows"), (int)row->row);
    rows->n++;
    if (!truth) {
        complain(rows->compare, row, "there is no such row");
        return TRUE;
    }
    if (json_bool(truth, "failed", FALSE)) {
        if (row->verdict != VERDICT_FAILED)
            complain(rows->compare, row, "a broken row is %s", verdict_name(row->verdict));
        return TRUE;
    }
    g_autoptr(cJSON) record =
        row->record ? json_parse(row->record, strlen(row->record), NULL) : NULL;
    compare_verdict(rows->compare, rows->expected, row);
    const cJSON *pointers = cJSON_GetObjectItem(rows->expected, "record");
    for (const cJSON *pointer = pointers ? pointers->child : NULL; pointer; pointer = pointer->next)
        compare_value(rows->compare, row, record, pointer->valuestring,
                      json_at(truth, pointer->valuestring));
    compare_truth(rows->compare, row, record, truth);
    return TRUE;
}

static gboolean compare_rows(Compare *compare, const cJSON *expected,
                             const LedgerDocument *document, GError **error)
{
    Rows rows = {compare, expected, 0};
    if (!ledger_each(compare->ledger, -1, NULL, document->id, compare_row, &rows, error))
        return FALSE;
    guint should = (guint)cJSON_GetArraySize(cJSON_GetObjectItem(expected, "rows"));
    if (rows.n != should)
        complain(compare, document, "%u rows came out of %u", rows.n, should);
    return TRUE;
}

/* ---- the whole ---- */

static gboolean collect(const LedgerDocument *document, gpointer data)
{
    if (document->kind != JOB_ROW)
        g_array_append_val((GArray *)data, document->id);
    return TRUE;
}

static gboolean compare_all(Compare *compare, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!ledger_each(compare->ledger, -1, NULL, 0, collect, ids, error))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(LedgerDocument) document =
            ledger_document(compare->ledger, g_array_index(ids, gint64, i), error);
        if (!document)
            return FALSE;
        const cJSON *expected = g_hash_table_lookup(compare->expected, document->name);
        if (!g_hash_table_add(compare->seen, g_strdup(document->name)))
            complain(compare, document, "the ledger has it twice");
        if (!expected)
            complain(compare, document, "nobody expected this document");
        else if (!cJSON_GetObjectItem(expected, "rows"))
            compare_document(compare, expected, document);
        else if (!compare_rows(compare, expected, document, error))
            return FALSE;
    }
    GHashTableIter iter;
    gpointer name = NULL;
    g_hash_table_iter_init(&iter, compare->expected);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (g_hash_table_contains(compare->seen, name))
            continue;
        g_autofree char *safe = bytes_for_terminal(name);
        printf("wrong: %s is not in the ledger\n", safe);
        compare->wrong++;
    }
    return TRUE;
}

/* Law 1: every document has exactly one verdict, and none is still held. */
static gboolean compare_accounting(Compare *compare, GError **error)
{
    LedgerCounts counts = {0};
    if (!ledger_count(compare->ledger, 0, &counts, error))
        return FALSE;
    guint64 sum = 0;
    for (guint i = 0; i < VERDICT_LAST; i++)
        sum += counts.verdicts[i];
    printf("in %d = accepted %d + fallback %d + review %d + failed %d + held %d\n", (int)counts.in,
           (int)counts.verdicts[VERDICT_ACCEPTED], (int)counts.verdicts[VERDICT_FALLBACK],
           (int)counts.verdicts[VERDICT_REVIEW], (int)counts.verdicts[VERDICT_FAILED],
           (int)counts.verdicts[VERDICT_HELD]);
    if (sum != counts.in || counts.verdicts[VERDICT_HELD]) {
        printf("wrong: the accounting does not come out, or documents are held\n");
        compare->wrong++;
    }
    return TRUE;
}

static void print_shares(const Compare *compare)
{
    g_autoptr(GList) packs =
        g_list_sort(g_hash_table_get_keys(compare->shares), (GCompareFunc)strcmp);
    for (const GList *pack = packs; pack; pack = pack->next) {
        const Share *share = g_hash_table_lookup(compare->shares, pack->data);
        printf("%-8s %5u of %5u values of the truth (%.1f %%)\n", (const char *)pack->data,
               share->right, share->of, 100.0 * share->right / MAX(share->of, 1));
    }
}

/* ---- the truth for llm-sim ---- */

static void print_truth(const char *how, const char *value, const cJSON *record)
{
    g_autoptr(cJSON) line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, how, value);
    cJSON_AddItemToObject(line, "record", cJSON_Duplicate(record, TRUE));
    g_autofree char *text = json_print(line, FALSE);
    printf("%s\n", text);
}

static void print_truths(GHashTable *expected)
{
    GHashTableIter iter;
    gpointer name = NULL, value = NULL;
    g_hash_table_iter_init(&iter, expected);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const cJSON *truth = cJSON_GetObjectItem(value, "truth");
        if (truth)
            print_truth("name", name, truth);
        const cJSON *rows = cJSON_GetObjectItem(value, "rows");
        for (const cJSON *row = rows ? rows->child : NULL; row; row = row->next)
            if (json_string(row, "sku", NULL))
                print_truth("key", json_string(row, "sku", NULL), row);
    }
}

static int run(Compare *compare, const char *state, const char *folder, GError **error)
{
    g_autoptr(GHashTable) expected = load_expected(folder, error);
    if (!expected)
        return 2;
    if (!state) {
        print_truths(expected);
        return 0;
    }
    g_autoptr(Ledger) ledger = ledger_open(state, FALSE, error);
    if (!ledger)
        return 2;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) shares = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    compare->expected = expected;
    compare->ledger = ledger;
    compare->seen = seen;
    compare->shares = shares;
    if (!compare_all(compare, error) || !compare_accounting(compare, error))
        return 2;
    print_shares(compare);
    return compare->wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
    Compare compare = {.full = argc == 4 && strcmp(argv[1], "--full") == 0};
    gboolean truth = argc == 3 && strcmp(argv[1], "--truth") == 0;
    if (argc != 3 && !compare.full) {
        fprintf(stderr, "usage: golden-compare [--full] STATE EXPECTED | --truth EXPECTED\n");
        return 2;
    }
    g_autoptr(GError) error = NULL;
    int code = run(&compare, truth ? NULL : argv[argc - 2], argv[argc - 1], &error);
    if (error)
        fprintf(stderr, "golden-compare: %s\n", error->message);
    return code;
}
