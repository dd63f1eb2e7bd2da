/* Does the outbox hold what the ledger says, and nothing else? */
#include "outbox.h"

#include "pipeline/core/bytes.h"
#include "publish.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What must be at a target, after all that was done in order. */
typedef struct {
    gint64 document;
    char *sha256;  /* NULL: any content (the original could never be read) */
    gboolean owed; /* under way: old or new, there or not */
} Expected;

typedef struct {
    const char *outbox;
    GHashTable *expected; /* target -> Expected */
    GPtrArray *findings;
    GError *error;
} Audit;

static void expected_free(gpointer data)
{
    Expected *expected = data;
    g_free(expected->sha256);
    g_free(expected);
}

static void expect(Audit *audit, const LedgerEffect *effect)
{
    Expected *expected = g_new0(Expected, 1);
    expected->document = effect->document;
    expected->sha256 = effect->sha256 && *effect->sha256 ? g_strdup(effect->sha256) : NULL;
    expected->owed = effect->done_us == 0;
    g_hash_table_replace(audit->expected, g_strdup(effect->target), expected);
}

/* The target below the outbox that an absolute path stands for, or NULL. */
static const char *target_of(const Audit *audit, const char *path)
{
    gsize n = strlen(audit->outbox);
    return strncmp(path, audit->outbox, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static gboolean collect(const LedgerEffect *effect, gpointer data)
{
    Audit *audit = data;
    switch (effect->kind) {
    case EFFECT_FILE:
        /* Made from rows of which there were none: there is no file. */
        if (effect->done_us && !effect->sha256)
            g_hash_table_remove(audit->expected, effect->target);
        else
            expect(audit, effect);
        break;
    case EFFECT_MOVE:
        if (effect->note)
            break; /* it could not be done, and the ledger says why */
        if (effect->done_us && target_of(audit, effect->source))
            g_hash_table_remove(audit->expected, target_of(audit, effect->source));
        expect(audit, effect);
        break;
    case EFFECT_REMOVE:
        if (effect->done_us)
            g_hash_table_remove(audit->expected, effect->target);
        break;
    case EFFECT_KEEP:
        break;
    }
    return TRUE;
}

/* document 0: of none that is known. */
static void find(Audit *audit, gint64 document, const char *target, const char *what)
{
    g_autofree char *shown = bytes_for_terminal(target);
    char *finding =
        document ? g_strdup_printf("document %" G_GINT64_FORMAT ": %s %s", document, shown, what)
                 : g_strdup_printf("%s %s", shown, what);
    g_ptr_array_add(audit->findings, finding);
}

/* A file that is there: is it known, is it whole? What is left in the table afterwards is missing.
 */
static void check_file(Audit *audit, const char *target, const char *path)
{
    const Expected *expected = g_hash_table_lookup(audit->expected, target);
    if (!expected) {
        find(audit, 0, target, "is in the outbox but not in the ledger");
        return;
    }
    if (expected->sha256 && !expected->owed) {
        g_autoptr(GError) problem = NULL;
        g_autofree char *hash = publish_sha256(path, NULL, &problem);
        if (!hash)
            find(audit, expected->document, target, "cannot be read");
        else if (!g_str_equal(hash, expected->sha256))
            find(audit, expected->document, target, "has another content than was published");
    }
    g_hash_table_remove(audit->expected, target);
}

static void walk(Audit *audit, const char *below)
{
    g_autofree char *folder = g_build_filename(audit->outbox, below, NULL);
    DIR *entries = opendir(folder);
    if (!entries) {
        if (errno != ENOENT && !audit->error)
            docket_error_set_errno(&audit->error, errno, "opening folder", folder);
        return;
    }
    for (const struct dirent *entry; !audit->error && (entry = readdir(entries));) {
        if (g_str_equal(entry->d_name, ".") || g_str_equal(entry->d_name, ".."))
            continue;
        g_autofree char *target = g_build_filename(below, entry->d_name, NULL);
        g_autofree char *path = g_build_filename(audit->outbox, target, NULL);
        struct stat info;
        if (publish_is_part(entry->d_name))
            find(audit, 0, target, "is a temp file of a writer that is dead, or still at work");
        else if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode))
            walk(audit, target);
        else
            check_file(audit, target, path);
    }
    closedir(entries);
}

static void report_missing(Audit *audit)
{
    GHashTableIter iter;
    gpointer target, value;
    g_hash_table_iter_init(&iter, audit->expected);
    while (g_hash_table_iter_next(&iter, &target, &value)) {
        const Expected *expected = value;
        if (!expected->owed)
            find(audit, expected->document, target, "is gone from the outbox");
    }
}

gboolean outbox_audit(Ledger *ledger, const char *outbox, GPtrArray *findings, GError **error)
{
    static const char *const folders[] = {"records", "review", "failed", "archive"};
    g_autoptr(GHashTable) table =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, expected_free);
    Audit audit = {.outbox = outbox, .expected = table, .findings = findings};
    if (!ledger_each_effect(ledger, 0, collect, &audit, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(folders) && !audit.error; i++)
        walk(&audit, folders[i]);
    if (audit.error) {
        g_propagate_error(error, audit.error);
        return FALSE;
    }
    report_missing(&audit);
    return TRUE;
}
