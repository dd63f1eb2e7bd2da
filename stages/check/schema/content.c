/* Contents of strings: base64 (RFC 4648, section 4) and JSON. */
#include "stages/check/schema/content.h"

#include "pipeline/core/json.h"

#include <string.h>

guint content_encoding(const char *name)
{
    return g_ascii_strcasecmp(name, "base64") == 0 ? CONTENT_BASE64 : 0;
}

/* Parameters (application/json; charset=utf-8) do not change what JSON is. */
guint content_media_type(const char *name)
{
    static const char json[] = "application/json";
    const gsize length = strcspn(name, "; \t");
    return length == strlen(json) && g_ascii_strncasecmp(name, json, length) == 0 ? CONTENT_JSON
                                                                                  : 0;
}

/* The alphabet of base64, padded to whole groups; GLib's decoder skips what it does not know. */
static gboolean is_base64(const char *text)
{
    const gsize length = strlen(text);
    if (length % 4 != 0)
        return FALSE;
    gsize used = 0;
    while (g_ascii_isalnum(text[used]) || text[used] == '+' || text[used] == '/')
        used++;
    return length - used <= 2 && strspn(text + used, "=") == length - used;
}

static gboolean is_json(const char *text, gsize length)
{
    g_autoptr(cJSON) value = json_parse(text, length, NULL);
    return value != NULL;
}

gboolean content_check(guint bits, const char *text)
{
    if ((bits & CONTENT_BASE64) == 0)
        return (bits & CONTENT_JSON) == 0 || is_json(text, strlen(text));
    if (!is_base64(text))
        return FALSE;
    if ((bits & CONTENT_JSON) == 0)
        return TRUE;
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(text, &length);
    return is_json((const char *)bytes, length);
}
