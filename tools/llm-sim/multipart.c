#include "tools/llm-sim/multipart.h"

#include <string.h>

static const char *find(const char *from, const char *end, const char *what)
{
    return from < end ? memmem(from, (gsize)(end - from), what, strlen(what)) : NULL;
}

static char *boundary_of(const char *content_type)
{
    const char *at = content_type ? strstr(content_type, "boundary=") : NULL;
    if (!at || !g_str_has_prefix(content_type, "multipart/form-data"))
        return NULL;
    at += strlen("boundary=");
    gsize quoted = *at == '"';
    return g_strndup(at + quoted, strcspn(at + quoted, quoted ? "\"" : "; \t"));
}

const char *multipart_find(const char *content_type, const char *body, gsize length,
                           const char *name, gsize *part_length)
{
    g_autofree char *boundary = boundary_of(content_type);
    if (!boundary || !*boundary)
        return NULL;
    g_autofree char *between = g_strconcat("--", boundary, NULL);
    g_autofree char *before_next = g_strconcat("\r\n--", boundary, NULL);
    g_autofree char *wanted = g_strconcat(" name=\"", name, "\"", NULL);
    const char *end = body + length, *part = find(body, end, between);
    while (part) {
        const char *text = find(part, end, "\r\n\r\n");
        const char *next = text ? find(text, end, before_next) : NULL;
        if (!next)
            return NULL;
        if (find(part, text, wanted)) {
            *part_length = (gsize)(next - text) - strlen("\r\n\r\n");
            return text + strlen("\r\n\r\n");
        }
        part = next + strlen("\r\n");
    }
    return NULL;
}
