/* The [model] settings as the client uses them: read and checked once, when a run begins. */
#pragma once

#include "pipeline/core/json.h"
#include "pipeline/host/config.h"
#include "pipeline/host/prices.h"

typedef enum { FORMAT_JSON_SCHEMA, FORMAT_JSON_OBJECT, FORMAT_TOOL, FORMAT_NONE } AnswerFormat;
typedef enum { FAILURE_HOLD, FAILURE_FALLBACK } OnFailure;

typedef struct {
    char *name;          /* of the endpoint: "default", or NAME of [model NAME] */
    char *dialect;       /* name of the protocol, see dialect_by_name() */
    char *schema;        /* name of what it takes of JSON Schema, see subset_by_name() */
    char *base_url;      /* as given, without a slash at its end; may be shown */
    char *model;         /* never empty */
    char *api_key;       /* NULL if none; goes into a header and nowhere else */
    char *auth;          /* header that takes the key: "bearer", or its name */
    char *api_version;   /* of the protocol; "" where none is wanted */
    char *ca_file;       /* NULL: the system's authorities */
    char **headers;      /* more of them, "Name: value"; NULL-terminated, or NULL */
    cJSON *extra_body;   /* members of each request; NULL if none */
    guint max_in_flight; /* requests at once */
    guint timeout_s;     /* for one sending */
    guint attempts;      /* sendings of one request */
    guint deadline_s;    /* for all requests about one document, with all their sendings */
    guint max_output_tokens;
    char *token_parameter; /* "max_tokens" or "max_completion_tokens" */
    char *temperature;     /* as JSON number text; NULL: not sent */
    char *effort;          /* of reasoning, the provider's word; NULL: not sent */
    char *system_role;     /* "system" or "developer"; NULL is "system" */
    AnswerFormat format;
    gboolean stream;          /* the answer is asked for as it is made */
    gboolean stream_usage;    /* the server takes stream_options.include_usage */
    gboolean logprobs;        /* the server tells how sure it was of each token */
    gboolean cache_marks;     /* the provider wants to be told what to cache */
    OnFailure on_unreachable; /* no model can be used at all */
    OnFailure on_refused;     /* no usable answer for this document */
    Prices prices;
    guint64 rpm, tpm; /* requests, tokens in a minute; 0: no limit */
    gboolean hedge;   /* a slow request is sent a second time */
    char *user;       /* whom the provider is told the request is for: a hash; NULL: not sent */
} ModelSettings;

/* The settings of [model NAME] ("default": [model]). DOCKET_ERROR_CONFIG when a value does not make
 * sense, with what to do. Caller frees. */
ModelSettings *model_settings_new(const Config *config, const char *name, GError **error);
void model_settings_free(ModelSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModelSettings, model_settings_free)

/* An address below the base URL. `otherwise`: the base's path when it has none ("/v1"); a base that
 * already ends in `tail` ("chat/completions") loses it first; `path` comes last. The base's query
 * string stays, but for `query` when that is not NULL. Caller frees. */
char *model_settings_url(const char *base_url, const char *otherwise, const char *tail,
                         const char *path, const char *query, GError **error);

/* The base URL for people: without user, password and query, which may hold a key. Caller frees. */
char *model_settings_shown(const char *base_url);

/* Text from a server or a library made fit to be kept and shown: the API key and whatever looks
 * like one replaced, control characters escaped, at most `limit` characters. Caller frees. */
char *model_settings_scrub(const ModelSettings *settings, const char *text, guint limit);
