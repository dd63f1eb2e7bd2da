/* Effective configuration: one table of keys (config.c), each with group, type, default and help.
 * Precedence: flag > DOCKET_* environment > ./docket.conf > $XDG_CONFIG_HOME/docket/docket.conf >
 * /etc/docket/docket.conf > default. Unknown keys are errors that name file and line.
 *
 * Some groups may stand many times, each with a name: [model strong]. Such a group has the keys of
 * the one without a name, inherits nothing from it, and can be set in files alone. */
#pragma once

#include <glib.h>

typedef struct Config Config;

/* Loads all sources; `file` (--config) replaces the ./docket.conf step. DOCKET_ERROR_CONFIG. */
Config *config_load(const char *file, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* A flag's value, above all other sources. The key must be in the table. DOCKET_ERROR_USAGE. Paths
 * that come from a file are relative to that file's folder; others to the working directory. */
gboolean config_set(Config *config, const char *key, const char *value, GError **error);

/* Values by "group.key" ("paths.inbox", "model.base_url"). The key must exist; string is lent and
 * NULL or "" when unset. */
const char *config_string(const Config *config, const char *key);
gint64 config_int(const Config *config, const char *key);
double config_double(const Config *config, const char *key);
gboolean config_bool(const Config *config, const char *key);
char **config_list(const Config *config,
                   const char *key); /* ';'-separated; caller frees, g_strfreev */

/* The name of a group that has none, where a name is wanted. */
#define CONFIG_DEFAULT_NAME "default"

/* Names of the groups [GROUP NAME], in the order of the files; without the default one. Caller frees
 * with g_strfreev. */
char **config_names(const Config *config, const char *group);
/* The value of "model.base_url" in [model NAME], which must exist; NULL and "default" mean [model].
 * Lent. */
const char *config_named(const Config *config, const char *name, const char *key);
/* Where that value came from, as config_each() says it. Lent. */
const char *config_origin(const Config *config, const char *name, const char *key);

/* Whether [model NAME] (NULL and "default": [model]) names a server, by address or preset. */
gboolean config_names_server(const Config *config, const char *name);
/* Whether documents are asked about anywhere: [model] names a server, or [route] a first model. */
gboolean config_has_model(const Config *config);

/* Everything that can make another record of the same document, as text to be hashed. Caller frees.
 */
char *config_fingerprint(const Config *config);

/* Each key in table order, for doctor: value (secrets are not values here: only names of files and
 * variables are), where it came from ("default", "/etc/docket/docket.conf:3", "DOCKET_…",
 * "--flag"). */
typedef void (*ConfigVisit)(const char *key, const char *value, const char *origin,
                            const char *help, gpointer data);
void config_each(const Config *config, ConfigVisit visit, gpointer data);

/* Sentences about sources that were read but look careless (char*, lent; may be empty). */
GPtrArray *config_warnings(const Config *config);

/* The API key of [model NAME] (NULL and "default": [model]) from its api_key_env, its api_key_file,
 * or $CREDENTIALS_DIRECTORY/api_key (api_key_NAME); NULL when none is configured, an error when the
 * named source is missing. Caller frees. Never logged. */
char *config_api_key(const Config *config, const char *name, GError **error);
/* Another secret, from the variable or file that these keys name; `what` ("the webhook's secret") is for
 * messages. NULL without an error: neither is configured. Caller frees. */
char *config_secret(const Config *config, const char *variable_key, const char *file_key,
                    const char *what, GError **error);

/* The lines of readers.password_file, NULL when none is configured. DOCKET_ERROR_CONFIG when it
 * cannot be read, others than its owner and group may read or write it, or a line is no password.
 * Caller frees with bytes_free_secrets. Never logged. */
char **config_passwords(const Config *config, GError **error);
