#include "pipeline/host/config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/config-value.h"
#include "pipeline/host/keyfile.h"

#define SYSTEM_FILE "/etc/docket/docket.conf"
#define PROJECT_FILE "docket.conf"
#define MAX_NAME 64u /* characters of the name of a group */

/* Every setting there is. The variable DOCKET_GROUP_KEY follows from the first two columns. */
static const ConfigKey config_keys[] = {
    {"paths", "inbox", TYPE_PATH, "inbox", .help = "folder that documents arrive in"},
    {"paths", "outbox", TYPE_PATH, "outbox", .help = "folder for records, reviews and failures"},
    {"paths", "state", TYPE_PATH, "state", .help = "folder of the ledger; belongs to the outbox"},
    {"paths", "packs", TYPE_PATH, "", .help = "folder of packs; empty: those that came along"},

    {"run", "settle", TYPE_NUMBER, "2", .low = 0, .high = 86400,
     .help = "seconds without a change after which a file counts as complete"},
    {"run", "originals", TYPE_CHOICE, "archive", .choices = "archive|keep|delete",
     .help = "what becomes of a document after its durable verdict"},
    {"run", "attempts", TYPE_INT, "2", .low = 1, .high = 10,
     .help = "readings of a document that kills its reader"},
    {"run", "tenant", TYPE_STRING, "",
     .help = "on whose account calls are made: their budget and limits are those of [tenant NAME]"},
    {"run", "batch", TYPE_CHOICE, "no", .choices = "no|yes",
     .help = "yes: models are asked through the provider's batch API, for about half the price; "
             "the answers come in a later run"},

    {"readers", "count", TYPE_INT, "0", .low = 0, .high = 1024,
     .help = "reader processes; 0: one for each core"},
    {"readers", "program", TYPE_PATH, "",
     .help = "the docket-reader to start; empty: the one that came along"},
    {"readers", "deadline", TYPE_INT, "120", .low = 1, .high = 86400,
     .help = "seconds for one task of a reader: a range of pages, or a whole document"},
    {"readers", "page_deadline", TYPE_INT, "30", .low = 1, .high = 86400,
     .help = "seconds for one page; one that passes it is left out"},
    {"readers", "document_deadline", TYPE_INT, "7200", .low = 1, .high = 604800,
     .help = "seconds of all readers together for one document; pages behind that are left out"},
    {"readers", "lost_pages", TYPE_INT, "3", .low = 0, .high = 2000,
     .help = "pages that may be left out of one document before it fails"},
    {"readers", "memory", TYPE_INT, "1536", .low = 64, .high = 1048576,
     .help = "MB of memory for one reader"},
    {"readers", "sandbox", TYPE_CHOICE, "required", .choices = "required|best-effort",
     .help =
         "when the kernel lacks a part of the readers' jail: read nothing, or go on with the rest"},
    {"readers", "languages", TYPE_STRING, "eng", .tells = TRUE,
     .help = "of scans, as Tesseract names them: eng+deu"},
    {"readers", "ocr", TYPE_CHOICE, "auto", .choices = "auto|always|never", .tells = TRUE,
     .help = "auto: for pages without a usable text layer"},
    {"readers", "password_file", TYPE_PATH, "",
     .help = "file of passwords, one a line, for encrypted documents"},
    {"readers", "tessdata", TYPE_PATH, "", .help = "folder of Tesseract's language data"},

    {"limits", "file_mb", TYPE_INT, "256", .low = 1, .high = 4095, .help = "MB of one document"},
    {"limits", "pages", TYPE_INT, "2000", .low = 1, .high = 2000, .tells = TRUE,
     .help = "pages of one document"},

    {"model", "preset", TYPE_CHOICE, "auto", .tells = TRUE,
     .choices = "auto|none|openai|azure|anthropic|gemini|openrouter|llama-server|vllm|ollama|"
                "lmstudio|litellm",
     .help = "what is known of a provider or server; auto: by the host's name"},
    {"model", "base_url", TYPE_URL, "", .tells = TRUE,
     .help = "of the server (…/v1); empty without a preset: templates make the records"},
    {"model", "dialect", TYPE_CHOICE, "auto", .choices = "auto|openai|anthropic|gemini",
     .tells = TRUE, .help = "the protocol that the server speaks"},
    {"model", "name", TYPE_STRING, "", .tells = TRUE,
     .help = "of the model, as the server calls it"},
    {"model", "api_key_env", TYPE_VARIABLE, "", .help = "variable that holds the API key"},
    {"model", "api_key_file", TYPE_PATH, "", .help = "file that holds the API key"},
    {"model", "auth", TYPE_CHOICE, "auto",
     .choices = "auto|bearer|x-api-key|api-key|x-goog-api-key",
     .help = "the header that takes the key"},
    {"model", "api_version", TYPE_STRING, "",
     .help = "of the provider's protocol, where it wants one (Anthropic, old Azure)"},
    {"model", "ca_file", TYPE_PATH, "", .help = "authority that signed the server's certificate"},
    {"model", "headers", TYPE_HEADERS, "",
     .help = "more of them, as Name: value; Name: value (never a key)"},
    {"model", "extra_body", TYPE_OBJECT, "", .tells = TRUE,
     .help = "JSON object whose members go into each request as they are"},
    {"model", "max_in_flight", TYPE_INT, "8", .low = 1, .high = 10000, .help = "requests at once"},
    {"model", "timeout", TYPE_INT, "120", .low = 1, .high = 86400,
     .help = "seconds for one request"},
    {"model", "attempts", TYPE_INT, "5", .low = 1, .high = 100,
     .help = "sendings of one request before the model counts as unreachable"},
    {"model", "deadline", TYPE_INT, "600", .low = 1, .high = 604800,
     .help = "seconds for all requests about one document, with all their sendings"},
    {"model", "max_output_tokens", TYPE_INT, "4096", .low = 16, .high = 1000000,
     .help = "longest answer"},
    {"model", "token_parameter", TYPE_CHOICE, "auto",
     .choices = "auto|max_tokens|max_completion_tokens",
     .help = "what the server calls that limit; auto: max_completion_tokens at OpenAI and Azure"},
    {"model", "temperature", TYPE_NUMBER, "auto", .choices = "auto|none", .low = 0, .high = 2,
     .tells = TRUE, .help = "0 to 2, none: not sent, auto: 0 where the provider takes it"},
    {"model", "effort", TYPE_CHOICE, "auto", .tells = TRUE,
     .choices = "auto|none|minimal|low|medium|high|xhigh|max",
     .help = "how much a reasoning model thinks; auto: not sent"},
    {"model", "response_format", TYPE_CHOICE, "auto", .tells = TRUE,
     .choices = "auto|json_schema|json_object|tool|none",
     .help = "how the server is asked for JSON; auto: json_schema"},
    {"model", "schema", TYPE_CHOICE, "auto", .tells = TRUE,
     .choices = "auto|compatible|openai|azure|anthropic|gemini|llama-server|vllm",
     .help = "what the server takes of JSON Schema (docket pack check --provider)"},
    {"model", "stream", TYPE_CHOICE, "auto", .choices = "auto|yes|no",
     .help = "take answers as they are made, and stop those that go wrong"},
    {"model", "stream_usage", TYPE_CHOICE, "auto", .choices = "auto|yes|no",
     .help = "whether the server takes stream_options.include_usage"},
    {"model", "logprobs", TYPE_CHOICE, "auto", .choices = "auto|yes|no",
     .help = "ask how sure the model was of each token"},
    {"model", "cache_marks", TYPE_CHOICE, "auto", .choices = "auto|yes|no",
     .help = "mark what the provider shall cache of a prompt; auto: yes at Anthropic"},
    {"model", "system_role", TYPE_CHOICE, "auto", .choices = "auto|system|developer",
     .help = "the role of what the pack says, in OpenAI's protocol"},
    {"model", "on_unreachable", TYPE_CHOICE, "hold", .choices = "hold|fallback",
     .help =
         "when no model can be used (server, key, model name): wait for it, or let the template "
         "make the record"},
    {"model", "on_refused", TYPE_CHOICE, "fallback", .choices = "fallback|hold",
     .help = "the same when there is no usable answer for one document"},
    {"model", "price_in", TYPE_NUMBER, "0", .low = 0, .high = 1e6,
     .help = "price of a million tokens sent"},
    {"model", "price_cached", TYPE_NUMBER, "same", .choices = "same", .low = 0, .high = 1e6,
     .help = "price of a million tokens read from the prompt cache; same: price_in"},
    {"model", "price_cache_write", TYPE_NUMBER, "same", .choices = "same", .low = 0, .high = 1e6,
     .help = "price of a million tokens put into the prompt cache; same: price_in"},
    {"model", "price_out", TYPE_NUMBER, "0", .low = 0, .high = 1e6,
     .help = "price of a million tokens received"},
    {"model", "price_batch", TYPE_NUMBER, "0.5", .low = 0, .high = 1,
     .help = "share of the price that is paid for batches"},
    {"model", "rpm", TYPE_INT, "0", .low = 0, .high = 1e9,
     .help = "requests in a minute, at most; 0: as many as go"},
    {"model", "tpm", TYPE_INT, "0", .low = 0, .high = 1e12,
     .help = "tokens in a minute, sent and received, at most; 0: as many as go"},
    {"model", "hedge", TYPE_CHOICE, "no", .choices = "no|yes",
     .help =
         "yes: a request that takes longer than 95 % do is sent a second time, the first answer "
         "counts, both may be billed"},

    {"route", "first", TYPE_STRING, "", .tells = TRUE,
     .help = "the model that is asked first: NAME of [model NAME], or shares: cheap:90 new:10; "
             "empty: [model]"},
    {"route", "strong", TYPE_STRING, "", .tells = TRUE,
     .help = "the model for documents that the first one could not do well enough; empty: none"},
    {"route", "fallback", TYPE_STRING, "", .tells = TRUE,
     .help = "the model that is asked while another one cannot be reached; empty: none"},
    {"route", "verify", TYPE_STRING, "", .tells = TRUE,
     .help = "the model that holds each record against its document; empty: none"},

    {"budget", "day", TYPE_NUMBER, "0", .low = 0, .high = 1e9,
     .help = "money for model calls in a day (UTC), in the currency of the prices; 0: no limit"},
    {"budget", "month", TYPE_NUMBER, "0", .low = 0, .high = 1e9,
     .help = "the same in a month (UTC)"},
    {"budget", "at_limit", TYPE_CHOICE, "hold", .choices = "hold|template",
     .help = "when it is spent: documents wait for the next day or month, or templates make the "
             "records"},

    {"tenant", "day", TYPE_NUMBER, "0", .low = 0, .high = 1e9,
     .help = "money for the calls of [tenant NAME] in a day (UTC); 0: no limit of its own"},
    {"tenant", "month", TYPE_NUMBER, "0", .low = 0, .high = 1e9,
     .help = "the same in a month (UTC)"},
    {"tenant", "rpm", TYPE_INT, "0", .low = 0, .high = 1e9,
     .help = "its requests in a minute, at most; 0: as many as go"},

    {"webhook", "url", TYPE_URL, "",
     .help = "where each document's verdict and record are posted to; empty: nowhere"},
    {"webhook", "secret_env", TYPE_VARIABLE, "",
     .help = "variable that holds the secret which signs what is posted"},
    {"webhook", "secret_file", TYPE_PATH, "", .help = "file that holds it"},
    {"webhook", "verdicts", TYPE_STRING, "accepted,fallback",
     .help = "which are told: a list of accepted, fallback, review, failed"},
    {"webhook", "rows", TYPE_CHOICE, "no", .choices = "no|yes",
     .help = "yes: each row of a batch is told by itself, too"},
    {"webhook", "allow_private", TYPE_CHOICE, "no", .choices = "no|yes",
     .help = "yes: addresses of this machine and of private networks may be posted to, and http:"},
    {"webhook", "timeout", TYPE_INT, "30", .low = 1, .high = 600,
     .help = "seconds for one attempt"},
    {"webhook", "attempts", TYPE_INT, "12", .low = 1, .high = 100,
     .help = "attempts, further and further apart, before a delivery counts as dead"},
    {"notify", "url_env", TYPE_VARIABLE, "",
     .help = "variable that holds the URL which notices are posted to, as Slack takes them"},
    {"notify", "url_file", TYPE_PATH, "", .help = "file that holds it"},
    {"notify", "on", TYPE_STRING, "review,budget,failures", .help = "what notices are about"},
    {"notify", "review_backlog", TYPE_INT, "20", .low = 1, .high = 1e9,
     .help = "documents that wait for a person before a notice says so"},
    {"notify", "every_hours", TYPE_NUMBER, "24", .low = 0.1, .high = 8760,
     .help = "hours before the same is told again"},

    {"cache", "ttl_days", TYPE_NUMBER, "90", .low = 0, .high = 36500,
     .help = "days for which an answer is used again for the same request; 0: never"},
    {"cache", "size_mb", TYPE_INT, "1024", .low = 1, .high = 1e6,
     .help = "MB of answers that are kept; the oldest go first"},

    {"log", "payloads", TYPE_CHOICE, "hash", .choices = "full|hash|off",
     .help =
         "of model calls: keep requests and answers; hashes of requests, and answers as [cache] "
         "says; or no text of a document that has its verdict"},
    {"log", "days", TYPE_INT, "30", .low = 1, .high = 36500,
     .help = "days for which full requests are kept"},
};
#define N_KEYS G_N_ELEMENTS(config_keys)

/* Groups that may stand many times, each with a name: [model strong]. */
static const char *const named_groups[] = {"model", "tenant", NULL};

/* Values of all keys, or of those of one named group. */
typedef struct {
    char *group, *name; /* NULL: the groups without a name */
    char *values[N_KEYS];
    char *origins[N_KEYS];
} Section;

struct Config {
    Section *base;
    GPtrArray *named;    /* of Section, in the order in which they were met */
    GPtrArray *warnings; /* char* */
};

static void section_free(gpointer data)
{
    Section *section = data;
    for (guint i = 0; i < N_KEYS; i++) {
        g_free(section->values[i]);
        g_free(section->origins[i]);
    }
    g_free(section->group);
    g_free(section->name);
    g_free(section);
}

static void put(Section *section, guint index, char *value, char *origin)
{
    g_free(section->values[index]);
    g_free(section->origins[index]);
    section->values[index] = value;
    section->origins[index] = origin;
}

static Section *section_new(const char *group, const char *name)
{
    Section *section = g_new0(Section, 1);
    section->group = g_strdup(group);
    section->name = g_strdup(name);
    for (guint i = 0; i < N_KEYS; i++)
        if (!group || g_str_equal(config_keys[i].group, group))
            put(section, i, g_strdup(config_keys[i].otherwise), g_strdup("default"));
    return section;
}

void config_free(Config *config)
{
    if (!config)
        return;
    section_free(config->base);
    g_ptr_array_unref(config->named);
    g_ptr_array_unref(config->warnings);
    g_free(config);
}

static int find_key(const char *group, const char *key)
{
    for (guint i = 0; i < N_KEYS; i++)
        if (g_str_equal(config_keys[i].group, group) && g_str_equal(config_keys[i].key, key))
            return (int)i;
    return -1;
}

static int find_dotted(const char *dotted)
{
    const char *dot = strchr(dotted, '.');
    for (guint i = 0; dot && i < N_KEYS; i++)
        if (g_str_equal(config_keys[i].key, dot + 1) &&
            strlen(config_keys[i].group) == (gsize)(dot - dotted) &&
            strncmp(config_keys[i].group, dotted, (gsize)(dot - dotted)) == 0)
            return (int)i;
    return -1;
}

/* ---- files ---- */

static void unknown_entry(const char *path, const KeyEntry *entry, GError **error)
{
    const char *names[N_KEYS + 1] = {NULL};
    const char *elsewhere = NULL;
    guint n = 0;
    for (guint i = 0; i < N_KEYS; i++) {
        const ConfigKey *row = &config_keys[i];
        if (!entry->key && (n == 0 || !g_str_equal(names[n - 1], row->group)))
            names[n++] = row->group;
        if (entry->key && g_str_equal(row->group, entry->group))
            names[n++] = row->key;
        if (entry->key && g_str_equal(row->key, entry->key))
            elsewhere = row->group;
    }
    if (entry->key && g_str_equal(entry->key, "api_key")) {
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, entry->line,
                      "a key is never written here: name its variable with api_key_env or its file "
                      "with api_key_file");
        return;
    }
    const char *near = keyfile_nearest(entry->key ? entry->key : entry->group, names);
    g_autofree char *known = g_strjoinv(", ", (char **)names);
    g_autofree char *hint = elsewhere ? g_strdup_printf("; it belongs under [%s]", elsewhere)
                            : near    ? g_strdup_printf("; did you mean \"%s\"?", near)
                                      : g_strdup_printf(" (known: %s)", known);
    if (entry->key)
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, entry->line, "unknown key \"%s\" in [%s]%s",
                      entry->key, entry->group, hint);
    else
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, entry->line, "unknown group [%s]%s",
                      entry->group, hint);
}

static Section *find_section(const Config *config, const char *group, const char *name)
{
    for (guint i = 0; i < config->named->len; i++) {
        Section *section = config->named->pdata[i];
        if (g_str_equal(section->group, group) && g_str_equal(section->name, name))
            return section;
    }
    return NULL;
}

static gboolean is_name(const char *name)
{
    gsize good = strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_");
    return good > 0 && good <= MAX_NAME && name[good] == '\0' &&
           !g_str_equal(name, CONFIG_DEFAULT_NAME);
}

/* The section that a heading "model" or "model strong" opens; *group becomes the part before the
 * name, and is the caller's. NULL with an error for a name that is none. */
static Section *open_section(Config *config, const char *path, const KeyEntry *entry, char **group,
                             GError **error)
{
    const char *space = strchr(entry->group, ' ');
    *group =
        space ? g_strndup(entry->group, (gsize)(space - entry->group)) : g_strdup(entry->group);
    if (!space || !g_strv_contains(named_groups, *group)) {
        g_free(*group);
        *group = g_strdup(entry->group);
        return config->base;
    }
    if (!is_name(space + 1)) {
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, entry->line,
                      "the name of [%s …] must be 1 to %u letters, digits, - or _, and not %s "
                      "(which is [%s] alone)",
                      *group, MAX_NAME, CONFIG_DEFAULT_NAME, *group);
        return NULL;
    }
    Section *section = find_section(config, *group, space + 1);
    if (!section) {
        section = section_new(*group, space + 1);
        g_ptr_array_add(config->named, section);
    }
    return section;
}

static gboolean known_group(const char *group)
{
    for (guint i = 0; i < N_KEYS; i++)
        if (g_str_equal(config_keys[i].group, group))
            return TRUE;
    return FALSE;
}

static gboolean apply_entry(Config *config, const char *path, const KeyEntry *entry, GError **error)
{
    g_autofree char *group = NULL;
    Section *section = open_section(config, path, entry, &group, error);
    if (!section)
        return FALSE;
    int index = entry->key ? find_key(group, entry->key) : -1;
    if (!entry->key && known_group(group))
        return TRUE;
    if (index < 0) {
        KeyEntry unknown = *entry;
        unknown.group = group;
        unknown_entry(path, &unknown, error);
        return FALSE;
    }
    const ConfigKey *row = &config_keys[index];
    g_autofree char *bad = config_value_complaint(row, entry->value);
    if (bad) {
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, entry->line, "%s", bad);
        return FALSE;
    }
    char *value = NULL;
    if (row->type == TYPE_PATH && *entry->value) {
        g_autofree char *absolute = g_canonicalize_filename(path, NULL);
        g_autofree char *folder = g_path_get_dirname(absolute);
        value = g_canonicalize_filename(entry->value, folder);
    } else {
        value = g_strdup(entry->value);
    }
    put(section, (guint)index, value, g_strdup_printf("%s:%u", path, entry->line));
    return TRUE;
}

/* Who can write the file decides where documents go and which server sees them. */
static gboolean check_mode(Config *config, const char *path, GError **error)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        docket_error_set_errno(error, errno, "cannot read the configuration", path);
        return FALSE;
    }
    if (!S_ISREG(st.st_mode)) {
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, 0, "not a regular file");
        return FALSE;
    }
    if (st.st_mode & S_IWOTH) {
        keyfile_error(error, DOCKET_ERROR_CONFIG, path, 0,
                      "everybody may write this file (mode %04o), so it is not trusted; run: chmod "
                      "o-w on it",
                      (guint)st.st_mode & 07777);
        return FALSE;
    }
    if (st.st_mode & S_IWGRP) {
        g_autofree char *safe = bytes_for_terminal(path);
        g_ptr_array_add(config->warnings,
                        g_strdup_printf("%s: its group may write this file (mode %04o)", safe,
                                        (guint)st.st_mode & 07777));
    }
    return TRUE;
}

static gboolean load_file(Config *config, const char *path, gboolean required, GError **error)
{
    if (!required && !g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    if (!check_mode(config, path, error))
        return FALSE;
    g_autoptr(GPtrArray) entries = keyfile_load(path, DOCKET_ERROR_CONFIG, error);
    if (!entries)
        return FALSE;
    for (guint i = 0; i < entries->len; i++)
        if (!apply_entry(config, path, entries->pdata[i], error))
            return FALSE;
    return TRUE;
}

/* ---- environment and flags ---- */

static char *variable_name(const ConfigKey *row)
{
    g_autofree char *name = g_strdup_printf("DOCKET_%s_%s", row->group, row->key);
    return g_ascii_strup(name, -1);
}

/* DOCKET_<a group of ours>_<no key of ours> is a slip of the finger: it would do nothing. Other
 * DOCKET_ variables are not ours to judge. */
static gboolean check_variable(const char *name, GError **error)
{
    const char *names[N_KEYS + 1] = {NULL};
    const char *group = NULL;
    gsize start = 0;
    guint n = 0;
    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree char *known = variable_name(&config_keys[i]);
        gsize length = strlen("DOCKET_") + strlen(config_keys[i].group) + 1;
        if (g_str_equal(name, known))
            return TRUE;
        if (strncmp(name, known, length) == 0) {
            group = config_keys[i].group;
            start = length;
            names[n++] = config_keys[i].key;
        }
    }
    if (!group)
        return TRUE;
    const char *near = keyfile_nearest(name + start, names);
    keyfile_error(error, DOCKET_ERROR_CONFIG, name, 0,
                  "there is no setting of this name under %s%s%s%s", group,
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return FALSE;
}

static gboolean load_environment(Config *config, GError **error)
{
    g_auto(GStrv) all = g_listenv();
    for (guint i = 0; all[i]; i++)
        if (g_str_has_prefix(all[i], "DOCKET_") && !check_variable(all[i], error))
            return FALSE;
    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree char *name = variable_name(&config_keys[i]);
        const char *value = g_getenv(name);
        if (!value)
            continue;
        g_autofree char *bad = config_value_complaint(&config_keys[i], value);
        if (bad) {
            keyfile_error(error, DOCKET_ERROR_CONFIG, name, 0, "%s", bad);
            return FALSE;
        }
        put(config->base, i, g_strdup(value), g_steal_pointer(&name));
    }
    return TRUE;
}

Config *config_load(const char *file, GError **error)
{
    g_autoptr(Config) config = g_new0(Config, 1);
    config->base = section_new(NULL, NULL);
    config->named = g_ptr_array_new_with_free_func(section_free);
    config->warnings = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *user =
        g_build_filename(g_get_user_config_dir(), "docket", "docket.conf", NULL);
    if (!load_file(config, SYSTEM_FILE, FALSE, error) || !load_file(config, user, FALSE, error) ||
        !load_file(config, file ? file : PROJECT_FILE, file != NULL, error) ||
        !load_environment(config, error))
        return NULL;
    return g_steal_pointer(&config);
}

gboolean config_set(Config *config, const char *key, const char *value, GError **error)
{
    int index = find_dotted(key);
    g_return_val_if_fail(index >= 0, FALSE);
    g_autofree char *bad = config_value_complaint(&config_keys[index], value);
    if (bad) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "%s", bad);
        return FALSE;
    }
    put(config->base, (guint)index, g_strdup(value), g_strdup("flag"));
    return TRUE;
}

/* ---- reading ---- */

/* Where the key's value stands; a key or name that is not there is a fault of the program. */
static const Section *locate(const Config *config, const char *name, const char *key, int *index)
{
    *index = find_dotted(key);
    if (*index < 0)
        g_error("no configuration key %s", key); /* ends the program */
    if (!name || g_str_equal(name, CONFIG_DEFAULT_NAME))
        return config->base;
    const Section *section = find_section(config, config_keys[*index].group, name);
    if (!section)
        g_error("no group [%s %s]", config_keys[*index].group, name);
    return section;
}

const char *config_named(const Config *config, const char *name, const char *key)
{
    int index = 0;
    const Section *section = locate(config, name, key, &index);
    return section->values[index];
}

const char *config_origin(const Config *config, const char *name, const char *key)
{
    int index = 0;
    const Section *section = locate(config, name, key, &index);
    return section->origins[index];
}

char **config_names(const Config *config, const char *group)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    for (guint i = 0; i < config->named->len; i++) {
        const Section *section = config->named->pdata[i];
        if (g_str_equal(section->group, group))
            g_strv_builder_add(list, section->name);
    }
    return g_strv_builder_end(list);
}

const char *config_string(const Config *config, const char *key)
{
    return config_named(config, NULL, key);
}

gboolean config_names_server(const Config *config, const char *name)
{
    const char *preset = config_named(config, name, "model.preset");
    return *config_named(config, name, "model.base_url") ||
           !(g_str_equal(preset, "auto") || g_str_equal(preset, "none"));
}

gboolean config_has_model(const Config *config)
{
    return config_names_server(config, NULL) || *config_string(config, "route.first");
}

double config_double(const Config *config, const char *key)
{
    return g_ascii_strtod(config_string(config, key), NULL);
}

gint64 config_int(const Config *config, const char *key)
{
    return (gint64)config_double(config, key);
}

gboolean config_bool(const Config *config, const char *key)
{
    const char *value = config_string(config, key);
    return g_str_equal(value, "true") || g_str_equal(value, "1");
}

char **config_list(const Config *config, const char *key)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    g_auto(GStrv) items = g_strsplit(config_string(config, key), ";", -1);
    for (guint i = 0; items[i]; i++)
        if (*g_strstrip(items[i]))
            g_strv_builder_add(list, items[i]);
    return g_strv_builder_end(list);
}

static char *row_name(const Section *section, guint index)
{
    const ConfigKey *row = &config_keys[index];
    return g_strdup_printf("%s%s%s.%s", row->group, section->name ? " " : "",
                           section->name ? section->name : "", row->key);
}

static void each_of(const Section *section, ConfigVisit visit, gpointer data)
{
    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree char *key = row_name(section, i);
        if (section->values[i])
            visit(key, section->values[i], section->origins[i], config_keys[i].help, data);
    }
}

void config_each(const Config *config, ConfigVisit visit, gpointer data)
{
    each_of(config->base, visit, data);
    for (guint i = 0; i < config->named->len; i++)
        each_of(config->named->pdata[i], visit, data);
}

static void tell(const Section *section, GString *out)
{
    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree char *key = row_name(section, i);
        if (config_keys[i].tells && section->values[i])
            g_string_append_printf(out, "%s=%s\n", key, section->values[i]);
    }
}

char *config_fingerprint(const Config *config)
{
    GString *out = g_string_new(NULL);
    tell(config->base, out);
    for (guint i = 0; i < config->named->len; i++)
        tell(config->named->pdata[i], out);
    return g_string_free(out, FALSE);
}

GPtrArray *config_warnings(const Config *config)
{
    return config->warnings;
}
