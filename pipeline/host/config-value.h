/* One setting, and what its value may be. */
#pragma once

#include <glib.h>

typedef enum {
    TYPE_STRING,
    TYPE_PATH,     /* a relative one in a file is relative to that file's folder */
    TYPE_INT,      /* low..high */
    TYPE_NUMBER,   /* low..high, fractions too; or one of `choices`, if there are any */
    TYPE_CHOICE,   /* one of `choices`, '|'-separated */
    TYPE_URL,      /* http or https, without user or password; or empty */
    TYPE_VARIABLE, /* the name of an environment variable; or empty */
    TYPE_HEADERS,  /* HTTP headers as "Name: value; Name: value", none that holds a secret */
    TYPE_OBJECT,   /* a JSON object; or empty */
} KeyType;

typedef struct {
    const char *group, *key;
    KeyType type;
    const char *otherwise; /* the default, as text */
    const char *choices;
    double low, high;
    const char *help;
    gboolean tells; /* another value may make another record of the same document */
} ConfigKey;

/* What is said about a value that is not allowed, NULL when it is. One that may be a secret put
 * into the wrong place is not repeated. Caller frees. */
char *config_value_complaint(const ConfigKey *row, const char *value);
