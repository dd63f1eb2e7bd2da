/* docket doctor: what this installation finds, and which settings are in force and why. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "pipeline/core/sandbox.h"
#include "pipeline/host/reader-process.h"
#include "stages/ask/presets.h"
#include "stages/ask/probe.h"
#include "stages/intake/inbox.h"
#include "tools/commands/command.h"

typedef enum { FOUND_GOOD, FOUND_ODD, FOUND_BAD } Finding;

typedef struct {
    const Console *console;
    const Config *config;
    cJSON *checks, *settings; /* --json: arrays being made, else NULL */
    gboolean models;          /* ask their servers */
    guint bad;
} Doctor;

static void tell(Doctor *doctor, Finding finding, const char *what, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
static void tell(Doctor *doctor, Finding finding, const char *what, const char *format, ...)
{
    static const char *const words[] = {"ok", "note", "BAD"};
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    doctor->bad += finding == FOUND_BAD;
    if (!doctor->checks) {
        console_line(doctor->console, "%-4s  %-10s  %s", words[finding], what, sentence);
        return;
    }
    cJSON *check = cJSON_CreateObject();
    g_autofree char *text = g_utf8_make_valid(sentence, -1);
    cJSON_AddStringToObject(check, "check", what);
    cJSON_AddStringToObject(check, "result", finding == FOUND_BAD ? "bad" : words[finding]);
    cJSON_AddStringToObject(check, "sentence", text);
    cJSON_AddItemToArray(doctor->checks, check);
}

static void check_system(Doctor *doctor)
{
    struct utsname name;
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    tell(doctor, FOUND_GOOD, "docket", "%s, %s", DOCKET_VERSION, program ? program : "?");
    if (uname(&name) == 0)
        tell(doctor, FOUND_GOOD, "kernel", "%s %s, %u cores", name.sysname, name.release,
             g_get_num_processors());
}

/* Without it a reader reads no PDF and no picture, and does not come up for all kinds. */
static void check_pages(Doctor *doctor, const char *reader)
{
    g_autofree char *folder = g_path_get_dirname(reader);
    g_autofree char *pages = g_build_filename(folder, "docket-pages.so", NULL);
    if (access(pages, R_OK) == 0)
        tell(doctor, FOUND_GOOD, "pages", "%s", pages);
    else
        tell(doctor, FOUND_BAD, "pages", "%s is missing: install it again", pages);
}

/* The same places as the pool of readers looks in. */
static void check_reader(Doctor *doctor)
{
    const char *configured = config_string(doctor->config, "readers.program");
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : g_strdup(".");
    g_autofree char *near = g_build_filename(folder, "docket-reader", NULL);
    g_autofree char *far = g_build_filename(DOCKET_LIBEXECDIR, "docket-reader", NULL);
    const char *places[] = {*configured ? configured : near, *configured ? configured : far};
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        if (access(places[i], X_OK) == 0) {
            tell(doctor, FOUND_GOOD, "reader", "%s", places[i]);
            check_pages(doctor, places[i]);
            return;
        }
    }
    tell(doctor, FOUND_BAD, "reader",
         "docket-reader is neither %s nor %s: install it again, or set "
         "readers.program",
         places[0], places[1]);
}

/* What the kernel gives is found by a reader that locks itself in as it would for a document. */
static void check_jail(Doctor *doctor)
{
    const Config *config = doctor->config;
    const char *configured = config_string(config, "readers.program");
    g_autoptr(GError) bad = NULL;
    g_autofree char *program = *configured ? g_strdup(configured) : reader_process_find(&bad);
    ReaderOptions options = {.program = program,
                             .languages = config_string(config, "readers.languages"),
                             .tessdata = config_string(config, "readers.tessdata"),
                             .memory_bytes = (guint64)config_int(config, "readers.memory") << 20};
    g_autofree char *profile = program ? reader_process_probe(&options, &bad) : NULL;
    if (!profile) {
        tell(doctor, FOUND_BAD, "jail", "no reader comes up: %s", bad->message);
        return;
    }
    g_autofree char *missing = sandbox_missing(profile);
    gboolean required = g_str_equal(config_string(config, "readers.sandbox"), "required");
    if (!missing)
        tell(doctor, FOUND_GOOD, "jail", "a reader is locked in: %s", profile);
    else if (required)
        tell(doctor, FOUND_BAD, "jail", "readers.sandbox=required, so nothing is read; missing: %s",
             missing);
    else
        tell(doctor, FOUND_ODD, "jail",
             "readers.sandbox=best-effort: documents are read in a weaker jail; missing: %s",
             missing);
    if (geteuid() == 0)
        tell(doctor, FOUND_ODD, "user",
             "readers run as root, without its capabilities; give docket a user of its own");
}

/* Folder with the language data: as configured, else as Tesseract looks for it. Caller frees. */
static char *find_tessdata(const Config *config)
{
    const char *configured = config_string(config, "readers.tessdata");
    const char *prefix = g_getenv("TESSDATA_PREFIX");
    if (*configured)
        return g_strdup(configured);
    if (prefix && *prefix)
        return g_strdup(prefix);
    static const char *const usual[] = {"/usr/share/tesseract-ocr/5/tessdata",
                                        "/usr/share/tesseract-ocr/4.00/tessdata",
                                        "/usr/share/tessdata", "/usr/local/share/tessdata"};
    for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
        if (g_file_test(usual[i], G_FILE_TEST_IS_DIR))
            return g_strdup(usual[i]);
    return NULL;
}

static void check_languages(Doctor *doctor)
{
    g_autofree char *folder = find_tessdata(doctor->config);
    g_auto(GStrv) languages =
        g_strsplit(config_string(doctor->config, "readers.languages"), "+", -1);
    if (!folder) {
        tell(doctor, FOUND_BAD, "languages",
             "no folder of Tesseract language data is found: install tesseract-ocr-eng or set "
             "readers.tessdata; scans cannot be read");
        return;
    }
    for (guint i = 0; languages[i]; i++) {
        g_autofree char *name = g_strdup_printf("%s.traineddata", languages[i]);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (access(path, R_OK) == 0)
            tell(doctor, FOUND_GOOD, "language", "%s", path);
        else
            tell(doctor, FOUND_BAD, "language", "%s is missing: install tesseract-ocr-%s", path,
                 languages[i]);
    }
}

static void check_packs(Doctor *doctor)
{
    const char *origin = NULL;
    g_autoptr(GError) bad = NULL;
    g_autofree char *folder = console_packs_folder(doctor->config, &origin);
    g_autoptr(GPtrArray) packs = console_packs(doctor->config, &bad);
    if (!packs) {
        tell(doctor, FOUND_BAD, "packs", "%s", bad->message);
        return;
    }
    tell(doctor, packs->len ? FOUND_GOOD : FOUND_ODD, "packs", "%u in %s (%s)", packs->len, folder,
         origin);
    for (guint i = 0; i < packs->len; i++) {
        Pack *pack = packs->pdata[i];
        g_autoptr(GError) broken = NULL;
        if (console_prepare(pack, &broken))
            tell(doctor, FOUND_GOOD, "pack", "%s, version %.12s", pack->name, pack->version);
        else
            tell(doctor, FOUND_BAD, "pack", "%s", broken->message);
    }
}

/* TRUE when the folder, or the nearest one above it that exists, can be written. */
static gboolean is_writable(const char *folder)
{
    g_autofree char *path = g_canonicalize_filename(folder, NULL);
    while (access(path, F_OK) != 0 && !g_str_equal(path, "/")) {
        char *parent = g_path_get_dirname(path);
        g_free(path);
        path = parent;
    }
    return access(path, W_OK | X_OK) == 0;
}

static void check_folders(Doctor *doctor)
{
    const char *inbox = config_string(doctor->config, "paths.inbox");
    static const char *const written[] = {"outbox", "state"};
    if (access(inbox, R_OK | X_OK) == 0)
        tell(doctor, FOUND_GOOD, "inbox", "%s", inbox);
    else
        tell(doctor, FOUND_ODD, "inbox", "%s: %s", inbox, g_strerror(errno));
    for (guint i = 0; i < G_N_ELEMENTS(written); i++) {
        g_autofree char *key = g_strconcat("paths.", written[i], NULL);
        const char *folder = config_string(doctor->config, key);
        g_autoptr(GError) inside = NULL;
        if (!inbox_check_apart(inbox, folder, written[i], &inside))
            tell(doctor, FOUND_BAD, written[i], "%s", inside->message);
        else if (is_writable(folder))
            tell(doctor, FOUND_GOOD, written[i], "%s", folder);
        else
            tell(doctor, FOUND_BAD, written[i], "%s cannot be written", folder);
    }
}

static void check_ledger(Doctor *doctor)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(Ledger) ledger = console_ledger(doctor->config, FALSE, &bad);
    if (g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND)) {
        tell(doctor, FOUND_GOOD, "ledger", "none yet: the first run makes it");
        return;
    }
    LedgerCounts counts = {0};
    if (!ledger || !ledger_count(ledger, 0, &counts, &bad)) {
        tell(doctor, FOUND_BAD, "ledger", "%s", bad->message);
        return;
    }
    g_autofree char *line = console_accounting(counts.verdicts);
    tell(doctor, FOUND_GOOD, "ledger", "format %u, %s", ledger_schema_version(ledger), line);
}

/* ---- models ---- */

static void tell_finding(ProbeMark mark, const char *what, const char *sentence,
                         const char *setting, gpointer data)
{
    static const Finding findings[] = {
        [PROBE_GOOD] = FOUND_GOOD, [PROBE_ODD] = FOUND_ODD, [PROBE_BAD] = FOUND_BAD};
    g_autofree char *hint = setting ? g_strdup_printf("; set %s", setting) : g_strdup("");
    tell(data, findings[mark], what, "%s%s", sentence, hint);
}

/* What was found out beforehand about the server, with where each value came from. */
static void show_known(Doctor *doctor, const char *name)
{
    static const char *const keys[] = {
        "base_url",    "dialect", "schema",       "response_format", "token_parameter",
        "temperature", "stream",  "stream_usage", "logprobs",        "cache_marks"};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *origin = NULL;
        const char *value = preset_value(doctor->config, name, keys[i], &origin);
        tell(doctor, FOUND_GOOD, keys[i], "%s (%s)", value, origin);
    }
}

static void check_endpoint(Doctor *doctor, const char *name)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(ModelSettings) settings = model_settings_new(doctor->config, name, &bad);
    gboolean named = !g_str_equal(name, CONFIG_DEFAULT_NAME);
    if (!settings) {
        tell(doctor, FOUND_BAD, "model", "%s", bad->message);
        return;
    }
    g_autofree char *url = model_settings_shown(settings->base_url);
    tell(doctor, FOUND_GOOD, "model", "%s%s%s at %s, %s%s", named ? name : "", named ? ": " : "",
         settings->model, url, settings->api_key ? "with an API key" : "without an API key",
         doctor->models ? "" : " (not contacted; --models asks it what it can do)");
    show_known(doctor, name);
    if (doctor->models && !probe_run(settings, tell_finding, doctor, &bad))
        tell(doctor, FOUND_BAD, "server", "%s", bad->message);
}

static void check_models(Doctor *doctor)
{
    g_auto(GStrv) names = config_names(doctor->config, "model");
    if (config_names_server(doctor->config, NULL))
        check_endpoint(doctor, CONFIG_DEFAULT_NAME);
    else
        tell(doctor, FOUND_ODD, "model",
             "none is configured: the packs' templates make the records");
    for (guint i = 0; names[i]; i++)
        check_endpoint(doctor, names[i]);
}

static void show_setting(const char *key, const char *value, const char *origin, const char *help,
                         gpointer data)
{
    Doctor *doctor = data;
    if (!doctor->settings) {
        g_autofree char *setting = g_strdup_printf("%s = %s", key, value);
        console_line(doctor->console, "  %-44s  %s", setting, origin);
        return;
    }
    cJSON *setting = cJSON_CreateObject();
    g_autofree char *text = g_utf8_make_valid(value, -1);
    g_autofree char *from = g_utf8_make_valid(origin, -1);
    cJSON_AddStringToObject(setting, "key", key);
    cJSON_AddStringToObject(setting, "value", text);
    cJSON_AddStringToObject(setting, "origin", from);
    cJSON_AddStringToObject(setting, "help", help);
    cJSON_AddItemToArray(doctor->settings, setting);
}

static void examine(Doctor *doctor)
{
    GPtrArray *warnings = config_warnings(doctor->config);
    check_system(doctor);
    for (guint i = 0; i < warnings->len; i++)
        tell(doctor, FOUND_ODD, "config", "%s", (const char *)warnings->pdata[i]);
    check_reader(doctor);
    check_jail(doctor);
    check_languages(doctor);
    check_packs(doctor);
    check_folders(doctor);
    check_ledger(doctor);
    check_models(doctor);
    if (!doctor->settings)
        console_text(doctor->console, "\nsettings in force, and where each came from\n");
    config_each(doctor->config, show_setting, doctor);
}

int command_doctor(const Command *command, Console *console, int argc, char **argv)
{
    int code = EXIT_OK;
    gboolean models = FALSE;
    const GOptionEntry own[] = {
        {"models", 0, 0, G_OPTION_ARG_NONE, &models,
         "Ask the models' servers what they can do: a few small requests, which cost a little",
         NULL},
        {NULL}};
    if (!console_options(console, command, own, WITH_INBOX | WITH_OUTBOX | WITH_STATE | WITH_PACKS,
                         argc, argv, &code))
        return code;
    GError *error = NULL;
    g_autoptr(Config) config = console_config(console, &error);
    if (!config)
        return console_fail(console, error);
    g_autoptr(cJSON) object = console_object(command);
    Doctor doctor = {.console = console, .config = config, .models = models};
    if (console->json) {
        doctor.checks = cJSON_AddArrayToObject(object, "checks");
        doctor.settings = cJSON_AddArrayToObject(object, "settings");
    }
    examine(&doctor);
    if (console->json)
        console_value(console, object, FALSE);
    return doctor.bad ? EXIT_USAGE : EXIT_OK;
}
