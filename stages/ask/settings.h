/* The [model] settings as the client uses them: read and checked once, when a run begins. */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/prices.h"

typedef enum { FORMAT_JSON_SCHEMA, FORMAT_JSON_OBJECT, FORMAT_NONE } AnswerFormat;
typedef enum { FAILURE_HOLD, FAILURE_FALLBACK } OnFailure;

typedef struct {
    char *base_url;      /* as given, without a slash at its end; may be shown */
    char *model;         /* never empty */
    char *api_key;       /* NULL if none; goes into a header and nowhere else */
    guint max_in_flight; /* requests at once */
    guint timeout_s;     /* for one sending */
    guint attempts;      /* sendings of one request */
    guint deadline_s;    /* for all requests about one document, with all their sendings */
    guint max_output_tokens;
    char *token_parameter; /* "max_tokens" or "max_completion_tokens" */
    char *temperature;     /* as JSON number text; NULL: not sent */
    AnswerFormat format;
    gboolean stream;          /* the answer is asked for as it is made */
    gboolean stream_usage;    /* the server takes stream_options.include_usage */
    gboolean logprobs;        /* the server tells how sure it was of each token */
    OnFailure on_unreachable; /* no model can be used at all */
    OnFailure on_refused;     /* no usable answer for this document */
    Prices prices;
    guint64 rpm, tpm; /* requests, tokens in a minute; 0: no limit */
    gboolean hedge;   /* a slow request is sent a second time */
} ModelSettings;

/* DOCKET_ERROR_CONFIG when a value does not make sense, with what to do. Caller frees. */
ModelSettings *model_settings_new(const Config *config, GError **error);
void model_settings_free(ModelSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModelSettings, model_settings_free)

/* The address of an endpoint: `path` ("chat/completions") below the base URL. A base URL without a
 * path gets /v1; one that already ends in `path` stays; a query string stays. Caller frees. */
char *model_settings_url(const char *base_url, const char *path, GError **error);

/* The base URL for people: without user, password and query, which may hold a key. Caller frees. */
char *model_settings_shown(const char *base_url);

/* Text from a server or a library made fit to be kept and shown: the API key and whatever looks
 * like one replaced, control characters escaped, at most `limit` characters. Caller frees. */
char *model_settings_scrub(const ModelSettings *settings, const char *text, guint limit);
