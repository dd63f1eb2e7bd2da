/* docket audit: proof that nothing is lost. The ledger keeps its laws; every file that it says was
 * delivered is there with its bytes; nothing else is; and the sum of the verdicts is what came in.
 */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/publish.h"
#include "tools/commands/command.h"

/* What the effects, in their order, leave at a place of the outbox. */
typedef struct {
    char *sha256; /* NULL: not known */
    gint64 document;
} Expected;

typedef struct {
    const Console *console;
    const char *outbox;
    GHashTable *places;  /* target -> Expected */
    GPtrArray *findings; /* char* */
    guint owed, files;
} Audit;

static void expected_free(gpointer data)
{
    g_free(((Expected *)data)->sha256);
    g_free(data);
}

static void find(Audit *audit, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void find(Audit *audit, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(audit->findings, bytes_for_terminal(sentence));
}

static gboolean take_effect(const LedgerEffect *effect, gpointer data)
{
    Audit *audit = data;
    if (!effect->done_us) {
        audit->owed++;
        return TRUE;
    }
    const char *target = effect->target ? effect->target : "";
    if (!*target || effect->kind == EFFECT_KEEP)
        return TRUE;
    if (effect->kind == EFFECT_REMOVE || effect->note) {
        /* A note on a move: the original was gone, so nothing is there. */
        g_hash_table_remove(audit->places, target);
        return TRUE;
    }
    Expected *expected = g_new(Expected, 1);
    *expected = (Expected){g_strdup(effect->sha256), effect->document};
    g_hash_table_replace(audit->places, g_strdup(target), expected);
    return TRUE;
}

static void check_place(Audit *audit, const char *target, const Expected *expected)
{
    g_autofree char *path = g_build_filename(audit->outbox, target, NULL);
    g_autoptr(GError) bad = NULL;
    g_autofree char *sha256 = publish_sha256(path, NULL, &bad);
    if (g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND))
        find(audit, "%s was delivered for document %" G_GINT64_FORMAT " and is gone", target,
             expected->document);
    else if (bad)
        find(audit, "%s cannot be checked: %s", target, bad->message);
    else if (expected->sha256 && !g_str_equal(sha256, expected->sha256))
        find(audit, "%s was changed since it was delivered for document %" G_GINT64_FORMAT, target,
             expected->document);
}

static void walk(Audit *audit, const char *below)
{
    g_autofree char *folder = g_build_filename(audit->outbox, below, NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *relative = *below ? g_build_filename(below, name, NULL) : g_strdup(name);
        g_autofree char *path = g_build_filename(audit->outbox, relative, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
            walk(audit, relative);
        } else if (publish_is_part(name)) {
            find(audit, "%s is half-written; the next docket run removes it", relative);
        } else {
            audit->files++;
            if (!g_hash_table_contains(audit->places, relative))
                find(audit, "%s was not delivered by this ledger", relative);
        }
    }
}

/* Held means that it will be taken up again, which needs its source. */
static gboolean check_held(const LedgerDocument *document, gpointer data)
{
    if (document->kind != JOB_ROW && document->path &&
        !g_file_test(document->path, G_FILE_TEST_EXISTS))
        find(data, "document %" G_GINT64_FORMAT " (%s) is held but its source %s is gone",
             document->id, document->name, document->path);
    return TRUE;
}

static gboolean look(Audit *audit, Ledger *ledger, LedgerCounts *counts, GError **error)
{
    if (!ledger_verify(ledger, audit->findings, error) ||
        !ledger_each_effect(ledger, 0, take_effect, audit, error) ||
        !ledger_each(ledger, VERDICT_HELD, NULL, 0, check_held, audit, error) ||
        !ledger_count(ledger, 0, counts, error))
        return FALSE;
    if (audit->owed)
        find(audit, "%u effects are still owed to the outbox; the next docket run pays them",
             audit->owed);
    GHashTableIter iter;
    gpointer target = NULL, expected = NULL;
    g_hash_table_iter_init(&iter, audit->places);
    while (g_hash_table_iter_next(&iter, &target, &expected))
        check_place(audit, target, expected);
    walk(audit, "");
    return TRUE;
}

static void print(const Command *command, const Audit *audit, const LedgerCounts *counts)
{
    const Console *console = audit->console;
    if (console->json) {
        g_autoptr(cJSON) object = console_object(command);
        cJSON_AddItemToObject(object, "counts", console_counts(counts->verdicts));
        cJSON_AddNumberToObject(object, "files", audit->files);
        cJSON *findings = cJSON_AddArrayToObject(object, "findings");
        for (guint i = 0; i < audit->findings->len; i++)
            cJSON_AddItemToArray(findings, cJSON_CreateString(audit->findings->pdata[i]));
        console_value(console, object, FALSE);
        return;
    }
    for (guint i = 0; i < audit->findings->len; i++)
        console_line(console, "finding: %s", (const char *)audit->findings->pdata[i]);
    g_autofree char *line = console_accounting(counts->verdicts);
    console_line(console, "%s", line);
    if (audit->findings->len)
        console_line(console, "%u findings", audit->findings->len);
    else
        console_line(console, "nothing is lost: %u files in the outbox, each as it was delivered",
                     audit->files);
}

static gboolean audit(const Command *command, const Console *console, guint *findings,
                      GError **error)
{
    g_autoptr(Config) config = console_config(console, error);
    g_autoptr(Ledger) ledger = config ? console_ledger(config, FALSE, error) : NULL;
    if (!ledger)
        return FALSE;
    g_autofree char *outbox = g_canonicalize_filename(config_string(config, "paths.outbox"), NULL);
    g_autoptr(GHashTable) places =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, expected_free);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    Audit state = {.console = console, .outbox = outbox, .places = places, .findings = list};
    LedgerCounts counts = {0};
    if (!look(&state, ledger, &counts, error))
        return FALSE;
    print(command, &state, &counts);
    *findings = list->len;
    return TRUE;
}

int command_audit(const Command *command, Console *console, int argc, char **argv)
{
    int code = EXIT_OK;
    if (!console_options(console, command, NULL, WITH_OUTBOX | WITH_STATE, argc, argv, &code))
        return code;
    if (console->n_arguments)
        return console_usage(console, "audit takes no arguments");
    GError *error = NULL;
    guint findings = 0;
    if (!audit(command, console, &findings, &error))
        return console_fail(console, error);
    return findings ? EXIT_INTERNAL : EXIT_OK;
}
