/* Spans of a JSON text: quotes and brackets are all that is understood. */
#include "tools/commands/span.h"

#include <string.h>

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

/* Behind the closing quote of the string that begins at `at`, or NULL. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end; at++) {
        if (*at == '"')
            return at + 1;
        if (*at == '\\')
            at++;
    }
    return NULL;
}

static const char *skip_container(const char *at, const char *end)
{
    gsize depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
            if (at == NULL)
                return NULL;
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if (*at == '}' || *at == ']')
            depth--;
        at++;
        if (depth == 0)
            return at;
    }
    return NULL;
}

static const char *skip_value(const char *at, const char *end)
{
    if (at >= end)
        return NULL;
    if (*at == '"')
        return skip_string(at, end);
    if (*at == '{' || *at == '[')
        return skip_container(at, end);
    const char *from = at;
    while (at < end && strchr(",:]} \t\r\n", *at) == NULL)
        at++;
    return at > from ? at : NULL;
}

gboolean span_value(const char *text, gsize length, Span *value)
{
    const char *end = text + length, *at = skip_space(text, end);
    const char *behind = skip_value(at, end);
    if (behind == NULL)
        return FALSE;
    *value = (Span){at, (gsize)(behind - at)};
    return TRUE;
}

gboolean span_next(Span container, const char **at, Span *name, Span *value)
{
    if (container.length < 2 || (container.at[0] != '{' && container.at[0] != '['))
        return FALSE;
    const char *end = container.at + container.length - 1; /* the closing bracket */
    const char *here = skip_space(*at == NULL ? container.at + 1 : *at, end);
    if (*at != NULL && here < end && *here == ',')
        here = skip_space(here + 1, end);
    *name = (Span){here, 0};
    if (container.at[0] == '{') {
        if (here >= end || *here != '"')
            return FALSE;
        const char *behind = skip_string(here, end);
        if (behind == NULL)
            return FALSE;
        *name = (Span){here, (gsize)(behind - here)};
        here = skip_space(behind, end);
        if (here >= end || *here != ':')
            return FALSE;
        here++;
    }
    if (!span_value(here, (gsize)(end - here), value))
        return FALSE;
    *at = value->at + value->length;
    return TRUE;
}

gboolean span_member(Span object, const char *name, Span *value)
{
    const gsize length = strlen(name);
    const char *at = NULL;
    Span key;
    while (object.length > 0 && object.at[0] == '{' && span_next(object, &at, &key, value))
        if (key.length == length + 2 && memcmp(key.at + 1, name, length) == 0)
            return TRUE;
    return FALSE;
}
