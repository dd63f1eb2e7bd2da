/* An HTTP response as a script: which bytes go out, when, and how it ends. */
#pragma once

#include "pipeline/core/json.h"

typedef enum {
    END_WHOLE, /* as HTTP has it */
    END_CUT,   /* the connection closes before the body's end */
    END_RESET, /* it is reset */
    END_RAW    /* no response: the body's bytes go out as they are, then it closes */
} Ending;

/* Bytes up to `end` go out when `at_ms` have passed since the body began. */
typedef struct {
    guint at_ms;
    gsize end;
    gint64 tokens; /* of the answer that are out by then */
} Step;

typedef struct {
    guint status;
    const char *media_type;
    GString *body;
    GArray *steps;      /* of Step; none: the whole body at once */
    GPtrArray *headers; /* char*: name, value, name, value … */
    gboolean stream;    /* the body's length is not told */
    gsize claimed;      /* length that is told, if not the body's; 0: the body's */
    guint delay_ms;     /* before the status line */
    guint end_delay_ms; /* between the last byte and the ending */
    Ending ending;
    gboolean generates; /* takes one of the server's slots */
} Reply;
void reply_reset(Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_reset)

void reply_header(Reply *reply, const char *name, const char *value);
/* A whole JSON body; `value` is taken. */
void reply_json(Reply *reply, guint status, cJSON *value);
/* A whole body of any kind; `text` is copied. */
void reply_text(Reply *reply, guint status, const char *media_type, const char *text);
/* Appends a server-sent event, after which `tokens` of the answer are out. `name` may be NULL;
 * `data` is taken. */
void reply_event(Reply *reply, const char *name, cJSON *data, gint64 tokens);
/* The same with bytes that are no event. */
void reply_bytes(Reply *reply, const char *bytes, gint64 tokens);
/* Tokens of the answer that are out when `sent` bytes of the body are. */
gint64 reply_tokens(const Reply *reply, gsize sent);
