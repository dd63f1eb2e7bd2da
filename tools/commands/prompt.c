/* docket prompt: the versions of a pack's prompt, and what exactly a model is told. */
#include <string.h>

#include "pipeline/core/error.h"
#include "tools/commands/command.h"
#include "tools/commands/line-diff.h"
#include "tools/commands/prompt-document.h"

typedef struct {
    const Command *command;
    const Console *console;
    Config *config;
    Pack *pack;
    const char *const *versions; /* as named, NULL-terminated */
    const char *document;        /* of --document, or NULL */
    guint failed;                /* documents that could not be composed */
} PromptCommand;

/* ---- list ---- */

static gboolean list(PromptCommand *prompt, GError **error)
{
    g_autoptr(cJSON) object = console_object(prompt->command);
    cJSON_AddStringToObject(object, "pack", prompt->pack->name);
    cJSON *array = cJSON_AddArrayToObject(object, "prompts");
    for (guint i = 0; i < prompt->pack->prompts->len; i++) {
        const Prompt *one = prompt->pack->prompts->pdata[i];
        double share = split_share(prompt->pack->prompt_split, one->version);
        if (!prompt->console->json) {
            console_line(prompt->console, "%-12s %5.1f %%  %.12s  %zu bytes", one->version,
                         share * 100, one->sha256, strlen(one->prefix));
            continue;
        }
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "version", one->version);
        cJSON_AddNumberToObject(item, "share", share);
        cJSON_AddStringToObject(item, "sha256", one->sha256);
        cJSON_AddNumberToObject(item, "bytes", (double)strlen(one->prefix));
        cJSON_AddItemToArray(array, item);
    }
    if (prompt->console->json)
        console_value(prompt->console, object, FALSE);
    return TRUE;
}

/* ---- show ---- */

static const Prompt *find_version(const PromptCommand *prompt, const char *version, GError **error)
{
    const Prompt *found = pack_prompt(prompt->pack, version);
    if (found)
        return found;
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < prompt->pack->prompts->len; i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "",
                               ((const Prompt *)prompt->pack->prompts->pdata[i])->version);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                "pack %s has no prompt \"%s\"; there are %s", prompt->pack->name, version,
                known->str);
    return NULL;
}

/* Of several in use, the one that most documents get. */
static const char *main_version(const Pack *pack)
{
    const char *best = NULL;
    for (guint i = 0; i < pack->prompt_split->parts->len; i++) {
        const char *name = g_array_index(pack->prompt_split->parts, SplitPart, i).name;
        if (!best || split_share(pack->prompt_split, name) > split_share(pack->prompt_split, best))
            best = name;
    }
    return best;
}

static const char *const role_names[] = {
    [ROLE_SYSTEM] = "system", [ROLE_USER] = "user", [ROLE_ASSISTANT] = "assistant"};

/* A picture by its size and hash; nobody reads its bytes. */
static void show_pictures(const Console *console, const Message *message)
{
    for (guint i = 0; message->pictures && i < message->pictures->len; i++) {
        const Picture *picture = message->pictures->pdata[i];
        g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, picture->jpeg);
        console_line(console,
                     "(picture of page %u: JPEG, %u x %u pixels, %" G_GSIZE_FORMAT
                     " bytes, SHA-256 %s)",
                     picture->page, picture->width, picture->height,
                     g_bytes_get_size(picture->jpeg), sha256);
    }
}

static void show_json(const PromptCommand *prompt, const Job *job)
{
    g_autoptr(cJSON) object = console_object(prompt->command);
    cJSON_AddStringToObject(object, "pack", prompt->pack->name);
    cJSON_AddStringToObject(object, "prompt", job->prompt->version);
    cJSON_AddStringToObject(object, "sha256", job->prompt->sha256);
    cJSON *array = cJSON_AddArrayToObject(object, "messages");
    for (guint i = 0; i < job->messages->len; i++) {
        const Message *message = job->messages->pdata[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "role", role_names[message->role]);
        cJSON_AddStringToObject(item, "text", message->text);
        cJSON_AddBoolToObject(item, "cache", message->cache);
        cJSON_AddItemToArray(array, item);
    }
    console_value(prompt->console, object, FALSE);
}

static void show_job(const Job *job, gpointer data)
{
    PromptCommand *prompt = data;
    if (job->messages->len == 0) {
        const char *why = job->reasons->len ? job->reasons->pdata[0] : "nothing came of it";
        log_error("%s: %s", job->name, why);
        prompt->failed++;
    } else if (prompt->console->json) {
        show_json(prompt, job);
    } else {
        for (guint i = 0; i < job->messages->len; i++) {
            const Message *message = job->messages->pdata[i];
            console_text(prompt->console, message->text);
            show_pictures(prompt->console, message);
        }
    }
}

static gboolean show(PromptCommand *prompt, GError **error)
{
    const char *version = prompt->versions[0];
    const Prompt *one = find_version(prompt, version ? version : main_version(prompt->pack), error);
    if (!one)
        return FALSE;
    if (prompt->document) {
        if (version) {
            split_free(prompt->pack->prompt_split);
            prompt->pack->prompt_split = split_single(version);
        }
        return prompt_document(prompt->config, prompt->pack, prompt->document, show_job, prompt,
                               error);
    }
    if (!prompt->console->json) {
        console_text(prompt->console, one->prefix);
        return TRUE;
    }
    g_autoptr(cJSON) object = console_object(prompt->command);
    cJSON_AddStringToObject(object, "pack", prompt->pack->name);
    cJSON_AddStringToObject(object, "prompt", one->version);
    cJSON_AddStringToObject(object, "sha256", one->sha256);
    cJSON_AddStringToObject(object, "prefix", one->prefix);
    console_value(prompt->console, object, FALSE);
    return TRUE;
}

/* ---- diff ---- */

static gboolean diff(PromptCommand *prompt, GError **error)
{
    const Prompt *before = find_version(prompt, prompt->versions[0], error);
    const Prompt *after = before ? find_version(prompt, prompt->versions[1], error) : NULL;
    if (!after)
        return FALSE;
    g_autofree char *from = g_strconcat(prompt->pack->name, "/", before->version, NULL);
    g_autofree char *to = g_strconcat(prompt->pack->name, "/", after->version, NULL);
    g_autofree char *text = line_diff(from, before->prefix, to, after->prefix);
    if (!prompt->console->json) {
        console_text(prompt->console, text);
        return TRUE;
    }
    g_autoptr(cJSON) object = console_object(prompt->command);
    cJSON_AddStringToObject(object, "pack", prompt->pack->name);
    cJSON_AddStringToObject(object, "diff", text);
    console_value(prompt->console, object, FALSE);
    return TRUE;
}

/* ---- the command ---- */

typedef struct {
    const char *name, *takes;
    guint least, most; /* names behind the action, the pack's among them */
    gboolean (*run)(PromptCommand *prompt, GError **error);
} PromptAction;

static const PromptAction actions[] = {{"list", "a pack", 1, 1, list},
                                       {"show", "a pack and at most one version", 1, 2, show},
                                       {"diff", "a pack and two versions", 3, 3, diff}};

static int run(const PromptAction *action, PromptCommand *prompt, const Console *console)
{
    GError *error = NULL;
    g_autoptr(Config) config = console_config(console, &error);
    g_autoptr(GPtrArray) packs = config ? console_packs(config, &error) : NULL;
    prompt->config = config;
    prompt->pack = packs ? console_find_pack(packs, console->arguments[1], &error) : NULL;
    prompt->versions = (const char *const *)console->arguments + 2;
    if (!prompt->pack || !console_prepare(prompt->pack, &error) || !action->run(prompt, &error))
        return console_fail(console, error);
    return prompt->failed ? EXIT_FAILED : EXIT_OK;
}

int command_prompt(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *document = NULL;
    const GOptionEntry entries[] = {{"document", 'd', 0, G_OPTION_ARG_FILENAME, &document,
                                     "show: with this document, as a model would get it", "FILE"},
                                    {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_PACKS, argc, argv, &code))
        return code;
    const char *name = console->n_arguments ? console->arguments[0] : "";
    guint n = console->n_arguments ? console->n_arguments - 1 : 0;
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (!g_str_equal(name, actions[i].name))
            continue;
        if (n < actions[i].least || n > actions[i].most)
            return console_usage(console, "prompt %s takes %s", name, actions[i].takes);
        if (document && actions[i].run != show)
            return console_usage(console, "--document belongs to prompt show");
        PromptCommand prompt = {.command = command, .console = console, .document = document};
        return run(&actions[i], &prompt, console);
    }
    return console_usage(console, "prompt: no action \"%s\"; there are list, show, diff", name);
}
