/* docket pack: kinds of documents. */
#include "pipeline/host/pack.h"

#include <string.h>

#include "pipeline/core/error.h"
#include "tools/commands/command.h"
#include "tools/commands/pack-check.h"
#include "tools/commands/pack-files.h"
#include "tools/commands/pack-new.h"
#include "tools/commands/pack-provider.h"

typedef struct {
    const Command *command;
    const Console *console;
    Config *config;
    const char *name;     /* NULL: all */
    const char *provider; /* whose view of the schemas is wanted; NULL: nobody's */
} PackCommand;

/* ---- list ---- */

static int list(const PackCommand *pack, GError **error)
{
    const Console *console = pack->console;
    g_autoptr(GPtrArray) packs = console_packs(pack->config, error);
    if (!packs)
        return EXIT_INTERNAL;
    g_autoptr(cJSON) object = console_object(pack->command);
    cJSON *array = cJSON_AddArrayToObject(object, "packs");
    for (guint i = 0; i < packs->len; i++) {
        const Pack *one = packs->pdata[i];
        if (!console->json) {
            console_line(console, "%-16s %.12s  %s", one->name, one->version,
                         *one->description ? one->description : one->title);
            continue;
        }
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", one->name);
        cJSON_AddStringToObject(item, "version", one->version);
        cJSON_AddStringToObject(item, "title", one->title);
        cJSON_AddStringToObject(item, "description", one->description);
        g_autofree char *prompt = split_to_text(one->prompt_split);
        cJSON_AddStringToObject(item, "prompt", prompt);
        cJSON_AddStringToObject(item, "directory", one->directory);
        cJSON_AddNumberToObject(item, "accept_at", one->accept_at);
        cJSON_AddItemToArray(array, item);
    }
    if (console->json)
        console_value(console, object, FALSE);
    return EXIT_OK;
}

/* ---- new ---- */

static int begin(const PackCommand *pack, GError **error)
{
    g_autofree char *packs = console_packs_folder(pack->config, NULL);
    g_autofree char *folder = strchr(pack->name, '/') ? g_canonicalize_filename(pack->name, NULL)
                                                      : g_build_filename(packs, pack->name, NULL);
    const char *origin;
    g_autofree char *shipped = console_shipped_folder(&origin);
    g_autofree char *parent = g_path_get_dirname(folder);
    if (!pack_new_write(folder, error) || !pack_files_bring(shipped, parent, error))
        return EXIT_INTERNAL;
    if (pack->console->json) {
        g_autoptr(cJSON) object = console_object(pack->command);
        cJSON_AddStringToObject(object, "directory", folder);
        console_value(pack->console, object, FALSE);
        return EXIT_OK;
    }
    console_line(pack->console, "%s", folder);
    log_info("begin with its schema.json, then docket pack check %s", folder);
    return EXIT_OK;
}

/* ---- check ---- */

static cJSON *sentences(const GPtrArray *list)
{
    cJSON *array = cJSON_CreateArray();
    for (guint i = 0; i < list->len; i++) {
        g_autofree char *text = g_utf8_make_valid(list->pdata[i], -1);
        cJSON_AddItemToArray(array, cJSON_CreateString(text));
    }
    return array;
}

static void print_check(const PackCommand *pack, const char *name, const PackCheck *check,
                        cJSON *item)
{
    if (pack->console->json) {
        cJSON_AddStringToObject(item, "name", name);
        cJSON_AddBoolToObject(item, "good", check->errors->len == 0);
        cJSON_AddItemToObject(item, "errors", sentences(check->errors));
        cJSON_AddItemToObject(item, "notes", sentences(check->notes));
        cJSON_AddNumberToObject(item, "examples", check->examples);
        cJSON_AddNumberToObject(item, "cases", check->cases);
        return;
    }
    for (guint i = 0; i < check->errors->len; i++)
        console_line(pack->console, "%s: error: %s", name, (const char *)check->errors->pdata[i]);
    for (guint i = 0; i < check->notes->len; i++)
        console_line(pack->console, "%s: note: %s", name, (const char *)check->notes->pdata[i]);
    console_line(pack->console, "%s: %s, %u examples, %u cases", name,
                 check->errors->len ? "BROKEN" : "good", check->examples, check->cases);
}

/* One pack folder. TRUE when it is good. What is wrong in a file's own form is said first, all of
 * it; loading the pack would stop at the first of these mistakes and say it again. */
static gboolean check_one(const PackCommand *pack, const char *folder, cJSON *array)
{
    g_autoptr(PackCheck) check = pack_check_new();
    g_autoptr(GError) bad = NULL;
    g_autofree char *name = g_path_get_basename(folder);
    const char *origin;
    g_autofree char *shipped = console_shipped_folder(&origin);
    g_autoptr(Pack) loaded = NULL;
    if (pack_files_check(folder, shipped, check->errors))
        loaded = pack_load(folder, &bad);
    if (loaded && console_prepare(loaded, &bad))
        pack_check(check, loaded);
    if (bad)
        g_ptr_array_add(check->errors, g_strdup(bad->message));
    cJSON *item = cJSON_CreateObject();
    print_check(pack, name, check, item);
    if (loaded && pack->provider) /* a schema that cannot be shown was complained of already */
        pack_provider_show(pack->console, loaded, pack->provider, item, NULL);
    cJSON_AddItemToArray(array, item);
    return check->errors->len == 0;
}

/* Folders to check: all, one by name, or one by path. NULL with *error set. */
static char **folders(const PackCommand *pack, GError **error)
{
    g_autofree char *root = console_packs_folder(pack->config, NULL);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GError) bad = NULL;
    if (pack->name && strchr(pack->name, '/')) {
        g_autofree char *folder = g_canonicalize_filename(pack->name, NULL);
        g_strv_builder_add(builder, folder);
        return g_strv_builder_end(builder);
    }
    g_autoptr(GDir) dir = g_dir_open(root, 0, &bad);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *folder = g_build_filename(root, name, NULL);
        if (name[0] != '.' && g_file_test(folder, G_FILE_TEST_IS_DIR) &&
            (!pack->name || g_str_equal(name, pack->name)))
            g_strv_builder_add(builder, folder);
    }
    char **list = g_strv_builder_end(builder);
    if (list[0])
        return list;
    g_strfreev(list);
    if (pack->name)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "no pack \"%s\" in %s", pack->name,
                    root);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "no packs in %s%s%s", root,
                    bad ? ": " : "", bad ? bad->message : "");
    return NULL;
}

static int compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check(const PackCommand *pack, GError **error)
{
    g_auto(GStrv) list = folders(pack, error);
    if (!list)
        return EXIT_USAGE;
    qsort(list, g_strv_length(list), sizeof *list, compare_strings);
    g_autoptr(cJSON) object = console_object(pack->command);
    cJSON *array = cJSON_AddArrayToObject(object, "packs");
    gboolean good = TRUE;
    for (guint i = 0; list[i]; i++)
        good &= check_one(pack, list[i], array);
    if (pack->console->json)
        console_value(pack->console, object, FALSE);
    return good ? EXIT_OK : EXIT_USAGE;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    guint least, most; /* names behind the action */
    int (*run)(const PackCommand *pack, GError **error);
} actions[] = {{"list", 0, 0, list}, {"new", 1, 1, begin}, {"check", 0, 1, check}};

int command_pack(const Command *command, Console *console, int argc, char **argv)
{
    int code = EXIT_OK;
    g_autofree char *provider = NULL;
    const GOptionEntry own[] = {
        {"provider", 0, 0, G_OPTION_ARG_STRING, &provider,
         "with check: what this provider makes of the schema", "NAME"},
        {NULL},
    };
    if (!console_options(console, command, own, WITH_PACKS, argc, argv, &code))
        return code;
    if (provider && !pack_provider_known(provider)) {
        g_autofree char *names = pack_provider_names();
        return console_usage(console, "--provider: there is no \"%s\"; there are %s", provider,
                             names);
    }
    const char *name = console->n_arguments ? console->arguments[0] : "list";
    guint n = console->n_arguments ? console->n_arguments - 1 : 0;
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (!g_str_equal(name, actions[i].name))
            continue;
        if (n < actions[i].least || n > actions[i].most)
            return console_usage(console, "pack %s takes %s", name,
                                 actions[i].most ? "one name" : "no name");
        GError *error = NULL;
        g_autoptr(Config) config = console_config(console, &error);
        if (!config)
            return console_fail(console, error);
        PackCommand pack = {command, console, config, n ? console->arguments[1] : NULL, provider};
        code = actions[i].run(&pack, &error);
        return error ? console_fail(console, error) : code;
    }
    return console_usage(console, "pack: no action \"%s\"; there are list, new, check", name);
}
