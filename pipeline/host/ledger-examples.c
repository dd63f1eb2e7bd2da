#include "ledger-examples.h"
#include "ledger-private.h"

#include "pipeline/core/values.h"

#include <string.h>

#define MOST_WORDS                                                                                 \
    64u /* of a document that are looked up: its first, which name parties and titles */
#define LEAST_WORD 3u /* bytes */

void ledger_example_free(LedgerExample *example)
{
    if (!example)
        return;
    g_free(example->text);
    g_free(example->record);
    g_free(example);
}

/* ---- the index ---- */

/* Made when it is first wanted: a ledger without examples opens with any SQLite. */
static const char index_sql[] = "CREATE VIRTUAL TABLE IF NOT EXISTS examples_text USING fts5("
                                "  text, content = 'examples', content_rowid = 'document',"
                                "  tokenize = \"unicode61 remove_diacritics 2\")";

/* What a person decided since, in this process or another. */
static gboolean ledger_examples_take_up(Ledger *ledger, GError **error)
{
    gint64 waiting = 0;
    if (!ledger_integer(ledger,
                        "SELECT count(*) FROM examples WHERE record IS NOT NULL AND NOT indexed",
                        &waiting, error))
        return FALSE;
    if (waiting == 0)
        return TRUE;
    g_autoptr(Statement) insert =
        ledger_writing(ledger,
                       "INSERT INTO examples_text (rowid, text) SELECT document, text FROM examples"
                       " WHERE record IS NOT NULL AND NOT indexed",
                       error);
    if (!insert || !ledger_finish(ledger, insert, NULL, error))
        return FALSE;
    g_autoptr(Statement) update = ledger_writing(
        ledger, "UPDATE examples SET indexed = 1 WHERE record IS NOT NULL AND NOT indexed", error);
    return update && ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_examples_begin(Ledger *ledger, GError **error)
{
    if (!sqlite3_compileoption_used("ENABLE_FTS5")) {
        g_set_error(
            error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
            "examples are found with SQLite's FTS5, without which the SQLite here was built: "
            "set retrieve = 0 under [examples] in pack.conf, or install another SQLite");
        return FALSE;
    }
    g_autoptr(Statement) create = ledger_writing(ledger, index_sql, error);
    return create && ledger_finish(ledger, create, NULL, error) &&
           ledger_examples_take_up(ledger, error);
}

/* ---- keeping ---- */

gboolean ledger_example_keep(Ledger *ledger, const Job *job, const char *text, GError **error)
{
    g_autoptr(Statement) insert =
        ledger_writing(ledger,
                       "INSERT OR IGNORE INTO examples (document, pack, sha256, text)"
                       " VALUES (?1, ?2, ?3, ?4)",
                       error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, job->id);
    ledger_bind_text(insert, 2, job->pack->name);
    ledger_bind_text(insert, 3, job->sha256);
    ledger_bind_text(insert, 4, text);
    return ledger_finish(ledger, insert, NULL, error);
}

gboolean ledger_example_decide(Ledger *ledger, gint64 document, const char *record, GError **error)
{
    g_autoptr(Statement) change =
        ledger_writing(ledger,
                       record ? "UPDATE examples SET record = ?2 WHERE document = ?1"
                              : "DELETE FROM examples WHERE document = ?1 AND NOT indexed",
                       error);
    if (!change)
        return FALSE;
    ledger_bind_int(change, 1, document);
    if (record)
        ledger_bind_text(change, 2, record);
    return ledger_finish(ledger, change, NULL, error);
}

/* ---- finding ---- */

/* The document's first words as FTS5 asks for any of them; "" when it has none. Folded words are of
 * letters and digits, and the quotes keep AND, OR, NOT and NEAR words like others. Caller frees. */
static char *ledger_match(const char *text)
{
    g_autofree char *key = value_key(text, -1);
    g_auto(GStrv) words = g_strsplit(key, " ", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GString *match = g_string_new(NULL);
    for (guint i = 0; words[i] && g_hash_table_size(seen) < MOST_WORDS; i++)
        if (strlen(words[i]) >= LEAST_WORD && !strchr(words[i], '"') &&
            g_hash_table_add(seen, words[i]))
            g_string_append_printf(match, "%s\"%s\"", match->len ? " OR " : "", words[i]);
    return g_string_free(match, FALSE);
}

GPtrArray *ledger_examples_alike(Ledger *ledger, const char *pack, const char *sha256,
                                 const char *text, guint n, GError **error)
{
    g_autoptr(GPtrArray) found =
        g_ptr_array_new_with_free_func((GDestroyNotify)ledger_example_free);
    g_autofree char *match = ledger_match(text);
    if (!*match || n == 0)
        return g_steal_pointer(&found);
    if (!ledger_examples_take_up(ledger, error))
        return NULL;
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT e.document, e.text, e.record FROM examples_text t"
                       " JOIN examples e ON e.document = t.rowid"
                       " WHERE examples_text MATCH ?1 AND e.pack = ?2 AND e.sha256 != ?3"
                       " ORDER BY bm25(examples_text), e.document DESC LIMIT ?4",
                       error);
    if (!query)
        return NULL;
    ledger_bind_text(query, 1, match);
    ledger_bind_text(query, 2, pack);
    ledger_bind_text(query, 3, sha256);
    ledger_bind_int(query, 4, n);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (!row)
            break;
        LedgerExample *example = g_new0(LedgerExample, 1);
        *example = (LedgerExample){ledger_column_int(query, 0), ledger_column_text(query, 1),
                                   ledger_column_text(query, 2)};
        g_ptr_array_add(found, example);
    }
    return g_steal_pointer(&found);
}
