/* Where packs and ledger are, and the accounting line. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "stages/check/check.h"
#include "stages/plan.h"
#include "tools/commands/command.h"

/* build/<preset>/docket -> the source tree's schemas/, if this program still stands where it was
 * built. An installed program never takes packs from a folder that happens to be near. */
static char *source_packs(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (!program)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(program);
    g_autofree char *cache = g_build_filename(folder, "CMakeCache.txt", NULL);
    if (!g_file_test(cache, G_FILE_TEST_IS_REGULAR))
        return NULL;
    g_autofree char *packs = g_build_filename(folder, "..", "..", "schemas", NULL);
    g_autofree char *canonical = g_canonicalize_filename(packs, NULL);
    return g_file_test(canonical, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&canonical) : NULL;
}

char *console_shipped_folder(const char **origin)
{
    char *near = source_packs();
    *origin = near ? "the source tree" : "installed";
    return near ? near : g_build_filename(DOCKET_DATADIR, "schemas", NULL);
}

char *console_packs_folder(const Config *config, const char **origin)
{
    const char *ignored = NULL;
    const char **from = origin ? origin : &ignored;
    const char *configured = config_string(config, "paths.packs");
    *from = "configured";
    if (*configured)
        return g_canonicalize_filename(configured, NULL);
    return console_shipped_folder(from);
}

gboolean console_prepare(Pack *pack, GError **error)
{
    g_autoptr(GError) bad = NULL;
    for (guint i = 0; plan[i] && !bad; i++)
        if (plan[i]->prepare)
            plan[i]->prepare(pack, &bad);
    if (!bad && check_compile_rules(pack, error))
        return TRUE;
    if (bad && g_str_has_prefix(bad->message, "pack "))
        g_propagate_error(error, g_steal_pointer(&bad));
    else if (bad)
        g_propagate_prefixed_error(error, g_steal_pointer(&bad), "pack %s: ", pack->name);
    return FALSE;
}

GPtrArray *console_packs(const Config *config, GError **error)
{
    g_autofree char *folder = console_packs_folder(config, NULL);
    return packs_load(folder, error);
}

Pack *console_find_pack(GPtrArray *packs, const char *name, GError **error)
{
    Pack *pack = packs_find(packs, name);
    if (pack)
        return pack;
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < packs->len; i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "", ((Pack *)packs->pdata[i])->name);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "no pack \"%s\"; there are: %s", name,
                known->len ? known->str : "none");
    return NULL;
}

Ledger *console_ledger(const Config *config, gboolean write, GError **error)
{
    g_autofree char *state = g_canonicalize_filename(config_string(config, "paths.state"), NULL);
    g_autofree char *file = g_build_filename(state, "ledger.db", NULL);
    if (g_file_test(file, G_FILE_TEST_EXISTS))
        return write ? ledger_open_beside(state, error) : ledger_open(state, FALSE, error);
    g_autofree char *safe = bytes_for_terminal(state);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                "no ledger in %s: nothing was run with this state folder yet (see --state)", safe);
    return NULL;
}

/* Verdicts in the order in which people read them. */
static const Verdict shown[] = {VERDICT_ACCEPTED, VERDICT_FALLBACK, VERDICT_REVIEW, VERDICT_FAILED,
                                VERDICT_HELD};

static guint64 sum(const guint64 verdicts[VERDICT_LAST])
{
    guint64 all = 0;
    for (guint i = 0; i < VERDICT_LAST; i++)
        all += verdicts[i];
    return all;
}

char *console_accounting(const guint64 verdicts[VERDICT_LAST])
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_printf(line, "in %" G_GUINT64_FORMAT, sum(verdicts));
    for (guint i = 0; i < G_N_ELEMENTS(shown); i++)
        g_string_append_printf(line, " %c %s %" G_GUINT64_FORMAT, i ? '+' : '=',
                               verdict_name(shown[i]), verdicts[shown[i]]);
    return g_string_free(g_steal_pointer(&line), FALSE);
}

cJSON *console_counts(const guint64 verdicts[VERDICT_LAST])
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "in", (double)sum(verdicts));
    for (guint i = 0; i < G_N_ELEMENTS(shown); i++)
        cJSON_AddNumberToObject(object, verdict_name(shown[i]), (double)verdicts[shown[i]]);
    return object;
}

gboolean console_engine(Engine *engine, GError **error)
{
    gboolean good = engine_run(engine, error);
    const char *weakness = workers_weakness(engine_workers(engine));
    if (weakness)
        log_info("the readers' jail was not whole (readers.sandbox=best-effort); missing: %s",
                 weakness);
    return good;
}
