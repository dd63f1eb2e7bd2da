#include "pipeline/host/config.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/keyfile.h"

#define SYSTEM_FILE "/etc/docket/docket.conf"
#define PROJECT_FILE "docket.conf"

typedef enum {
    TYPE_STRING,
    TYPE_PATH,     /* a relative one in a file is relative to that file's folder */
    TYPE_INT,      /* low..high */
    TYPE_NUMBER,   /* low..high, fractions too; or one of `choices`, if there are any */
    TYPE_CHOICE,   /* one of `choices`, '|'-separated */
    TYPE_URL,      /* http or https, without user or password; or empty */
    TYPE_VARIABLE, /* the name of an environment variable; or empty */
} KeyType;

typedef struct {
    const char *group, *key;
    KeyType type;
    const char *otherwise; /* the default, as text */
    const char *choices;
    double low, high;
    const char *help;
} ConfigKey;

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
    {"readers", "languages", TYPE_STRING, "eng",
     .help = "of scans, as Tesseract names them: eng+deu"},
    {"readers", "ocr", TYPE_CHOICE, "auto", .choices = "auto|always|never",
     .help = "auto: for pages without a usable text layer"},
    {"readers", "password_file", TYPE_PATH, "",
     .help = "file of passwords, one a line, for encrypted documents"},
    {"readers", "tessdata", TYPE_PATH, "", .help = "folder of Tesseract's language data"},

    {"limits", "file_mb", TYPE_INT, "256", .low = 1, .high = 4095, .help = "MB of one document"},
    {"limits", "pages", TYPE_INT, "2000", .low = 1, .high = 2000, .help = "pages of one document"},

    {"model", "base_url", TYPE_URL, "",
     .help = "of an OpenAI-compatible server (…/v1); empty: templates make the records"},
    {"model", "name", TYPE_STRING, "", .help = "of the model, as the server calls it"},
    {"model", "api_key_env", TYPE_VARIABLE, "", .help = "variable that holds the API key"},
    {"model", "api_key_file", TYPE_PATH, "", .help = "file that holds the API key"},
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
     .help = "0 to 2, none: not sent, auto: 0, but none at OpenAI and Azure"},
    {"model", "response_format", TYPE_CHOICE, "json_schema",
     .choices = "json_schema|json_object|none", .help = "how the server is asked for JSON"},
    {"model", "on_unreachable", TYPE_CHOICE, "hold", .choices = "hold|fallback",
     .help =
         "when no model can be used (server, key, model name): wait for it, or let the template "
         "make the record"},
    {"model", "on_refused", TYPE_CHOICE, "fallback", .choices = "fallback|hold",
     .help = "the same when there is no usable answer for one document"},
    {"model", "price_in", TYPE_NUMBER, "0", .low = 0, .high = 1e6,
     .help = "price of a million tokens sent"},
    {"model", "price_cached", TYPE_NUMBER, "auto", .choices = "auto", .low = 0, .high = 1e6,
     .help = "price of a million tokens read from the prompt cache; auto: price_in"},
    {"model", "price_cache_write", TYPE_NUMBER, "auto", .choices = "auto", .low = 0, .high = 1e6,
     .help = "price of a million tokens put into the prompt cache; auto: price_in"},
    {"model", "price_out", TYPE_NUMBER, "0", .low = 0, .high = 1e6,
     .help = "price of a million tokens received"},
    {"model", "price_batch", TYPE_NUMBER, "0.5", .low = 0, .high = 1,
     .help = "share of the price that is paid for batches"},
    {"model", "rpm", TYPE_INT, "0", .low = 0, .high = 1e9,
     .help = "requests in a minute, at most; 0: as many as go"},
    {"model", "tpm", TYPE_INT, "0", .low = 0, .high = 1e12,
     .help = "tokens in a minute, sent and received, at most; 0: as many as go"},
    {"model", "hedge", TYPE_CHOICE, "off", .choices = "off|on",
     .help = "on: a request that takes longer than 95 % do is sent a second time, the first answer "
             "counts, both may be billed"},

    {"budget", "day", TYPE_NUMBER, "0", .low = 0, .high = 1e9,
     .help = "money for model calls in a day (UTC), in the currency of the prices; 0: no limit"},
    {"budget", "month", TYPE_NUMBER, "0", .low = 0, .high = 1e9,
     .help = "the same in a month (UTC)"},
    {"budget", "at_limit", TYPE_CHOICE, "hold", .choices = "hold|template",
     .help = "when it is spent: documents wait for the next day or month, or templates make the "
             "records"},

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

struct Config {
    char *values[N_KEYS];
    char *origins[N_KEYS];
    GPtrArray *warnings; /* char* */
};

void config_free(Config *config)
{
    if (!config)
        return;
    for (guint i = 0; i < N_KEYS; i++) {
        g_free(config->values[i]);
        g_free(config->origins[i]);
    }
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

/* ---- what a value may be ---- */

static gboolean is_choice(const ConfigKey *row, const char *value)
{
    g_auto(GStrv) choices = g_strsplit(row->choices ? row->choices : "", "|", -1);
    return g_strv_contains((const char *const *)choices, value);
}

static char *list_choices(const ConfigKey *row)
{
    g_auto(GStrv) choices = g_strsplit(row->choices, "|", -1);
    return g_strjoinv(", ", choices);
}

/* NULL when the value is allowed, else what is. Caller frees. */
static char *refuse_number(const ConfigKey *row, const char *value)
{
    char *end = NULL;
    errno = 0;
    double number = g_ascii_strtod(value, &end);
    gboolean whole = row->type == TYPE_NUMBER || number == floor(number);
    if (*value && end != value && !*end && errno == 0 && isfinite(number) && whole &&
        number >= row->low && number <= row->high)
        return NULL;
    if (is_choice(row, value))
        return NULL;
    g_autofree char *words = row->choices ? list_choices(row) : g_strdup("");
    return g_strdup_printf("must be %s%sa %snumber from %.10g to %.10g", words,
                           *words ? " or " : "", row->type == TYPE_INT ? "whole " : "", row->low,
                           row->high);
}

static char *refuse_choice(const ConfigKey *row, const char *value)
{
    if (is_choice(row, value))
        return NULL;
    g_autofree char *list = list_choices(row);
    return g_strdup_printf("must be one of %s", list);
}

static char *refuse_url(const char *value)
{
    if (!*value)
        return NULL;
    g_autoptr(GError) bad = NULL;
    g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_HAS_PASSWORD, &bad);
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL;
    if (!uri || !(g_str_equal(scheme, "http") || g_str_equal(scheme, "https")) ||
        !g_uri_get_host(uri) || !*g_uri_get_host(uri))
        return g_strdup("must be a URL such as https://host/v1");
    if (g_uri_get_userinfo(uri))
        return g_strdup("must not hold a user or password; use api_key_env or api_key_file");
    return NULL;
}

static char *refuse_variable(const char *value)
{
    gboolean good = !g_ascii_isdigit(value[0]);
    for (const char *c = value; *c && good; c++)
        good = g_ascii_isalnum(*c) || *c == '_';
    return good ? NULL
                : g_strdup("must be the name of an environment variable (never the key itself)");
}

static char *refuse(const ConfigKey *row, const char *value)
{
    switch (row->type) {
    case TYPE_INT:
    case TYPE_NUMBER:
        return refuse_number(row, value);
    case TYPE_CHOICE:
        return refuse_choice(row, value);
    case TYPE_URL:
        return refuse_url(value);
    case TYPE_VARIABLE:
        return refuse_variable(value);
    case TYPE_STRING:
    case TYPE_PATH:
        break;
    }
    return NULL;
}

/* What is said about a value that is not allowed. One that may be a secret put into the wrong place
 * is not repeated. Caller frees. */
static char *complaint(const ConfigKey *row, const char *value)
{
    g_autofree char *rule = refuse(row, value);
    if (!rule)
        return NULL;
    if (row->type == TYPE_VARIABLE || row->type == TYPE_URL)
        return g_strdup_printf("%s.%s %s", row->group, row->key, rule);
    g_autofree char *shown = g_utf8_make_valid(value, (gssize)MIN(strlen(value), 60));
    return g_strdup_printf("%s.%s %s, not \"%s\"", row->group, row->key, rule, shown);
}

static void put(Config *config, guint index, char *value, char *origin)
{
    g_free(config->values[index]);
    g_free(config->origins[index]);
    config->values[index] = value;
    config->origins[index] = origin;
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

static gboolean known_group(const char *group)
{
    for (guint i = 0; i < N_KEYS; i++)
        if (g_str_equal(config_keys[i].group, group))
            return TRUE;
    return FALSE;
}

static gboolean apply_entry(Config *config, const char *path, const KeyEntry *entry, GError **error)
{
    int index = entry->key ? find_key(entry->group, entry->key) : -1;
    if (!entry->key && known_group(entry->group))
        return TRUE;
    if (index < 0) {
        unknown_entry(path, entry, error);
        return FALSE;
    }
    const ConfigKey *row = &config_keys[index];
    g_autofree char *bad = complaint(row, entry->value);
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
    put(config, (guint)index, value, g_strdup_printf("%s:%u", path, entry->line));
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
        g_autofree char *bad = complaint(&config_keys[i], value);
        if (bad) {
            keyfile_error(error, DOCKET_ERROR_CONFIG, name, 0, "%s", bad);
            return FALSE;
        }
        put(config, i, g_strdup(value), g_steal_pointer(&name));
    }
    return TRUE;
}

Config *config_load(const char *file, GError **error)
{
    g_autoptr(Config) config = g_new0(Config, 1);
    config->warnings = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < N_KEYS; i++)
        put(config, i, g_strdup(config_keys[i].otherwise), g_strdup("default"));
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
    g_autofree char *bad = complaint(&config_keys[index], value);
    if (bad) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "%s", bad);
        return FALSE;
    }
    put(config, (guint)index, g_strdup(value), g_strdup("flag"));
    return TRUE;
}

/* ---- reading ---- */

const char *config_string(const Config *config, const char *key)
{
    int index = find_dotted(key);
    if (index < 0)
        g_error("no configuration key %s", key); /* a fault of the program: ends it */
    return config->values[index];
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

void config_each(const Config *config, ConfigVisit visit, gpointer data)
{
    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree char *key = g_strdup_printf("%s.%s", config_keys[i].group, config_keys[i].key);
        visit(key, config->values[i], config->origins[i], config_keys[i].help, data);
    }
}

GPtrArray *config_warnings(const Config *config)
{
    return config->warnings;
}
