#include "html.h"

#include "html-tags.h"
#include "html-walk.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/text/charset.h"

#include <string.h>

#define DECLARATION_BYTES 4096 /* a page says its encoding within these */
#define START_BYTES 65536      /* and that it is one; comments may stand before */

/* The encoding that a page names in its first bytes (<meta charset=x>, content="…; charset=x"). */
static char *declared_charset(const char *data, gsize length)
{
    g_autofree char *head = g_strndup(data, MIN(length, DECLARATION_BYTES));
    g_autofree char *lower = g_ascii_strdown(head, -1);
    for (const char *p = lower; (p = strstr(p, "charset")) != NULL;) {
        p += strlen("charset");
        const char *value = p + strspn(p, " \t\r\n");
        if (*value != '=')
            continue;
        value++;
        value += strspn(value, " \t\r\n\"'");
        gsize n = strcspn(value, " \t\r\n\"'/>;");
        if (n > 0 && n < 40)
            return g_strndup(value, n);
    }
    return NULL;
}

/* A page begins with what a piece of one does not have. */
static gboolean is_whole(const char *html)
{
    static const char *const starts[] = {"<!doctype", "<html", "<head", "<body", NULL};
    const char *end = html + strnlen(html, START_BYTES);
    for (const char *p = html; (p = memchr(p, '<', (gsize)(end - p))) != NULL; p++)
        for (gsize i = 0; starts[i]; i++)
            if (g_ascii_strncasecmp(p, starts[i], strlen(starts[i])) == 0)
                return TRUE;
    return FALSE;
}

static Reading *read_page(const TechniqueInput *input, gboolean part, GError **error)
{
    gsize length, mark;
    const char *data = g_bytes_get_data(input->bytes, &length);
    if (length == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the page has no bytes");
        return NULL;
    }
    if (length > DOCKET_MAX_TEXT_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "the page has more than %u MB",
                    DOCKET_MAX_TEXT_BYTES >> 20);
        return NULL;
    }
    g_autofree char *declared = declared_charset(data, length);
    g_autofree char *charset = charset_guess(data, length, declared, &mark);
    g_autofree char *html = charset_decode(data + mark, length - mark, charset);
    g_autoptr(Reading) reading = reading_new(input->media_type);
    HtmlWalkFlags flags = HTML_WALK_DATA | (!part && is_whole(html) ? HTML_WALK_WHOLE : 0);
    if (!html_walk(reading, html, strlen(html), flags, error))
        return NULL;
    return g_steal_pointer(&reading);
}

Reading *html_read(const TechniqueInput *input, GError **error)
{
    return read_page(input, FALSE, error);
}

Reading *html_read_part(const TechniqueInput *input, GError **error)
{
    return read_page(input, TRUE, error);
}

gboolean html_looks_like(const char *text)
{
    static const char *const inlines[] = {"a",    "b",     "i",   "u",   "em",     "strong", "span",
                                          "font", "small", "big", "sup", "sub",    "code",   "html",
                                          "head", "link",  "del", "ins", "strike", "mark",   NULL};
    for (const char *p = text; (p = strpbrk(p, "<&")) != NULL; p++) {
        const char *name = p + 1 + (p[1] == '/');
        char lower[16];
        gsize n = 0;
        while (g_ascii_isalnum(name[n]) && n + 1 < sizeof lower) {
            lower[n] = g_ascii_tolower(name[n]);
            n++;
        }
        lower[n] = '\0';
        if (*p == '&') {
            if (p[1] == '#' || (n >= 2 && name[n] == ';'))
                return TRUE;
        } else if (g_str_has_prefix(p, "<!--") ||
                   (n > 0 && strchr(" \t\r\n/>", name[n]) && strchr(name + n, '>') &&
                    (html_tag(lower, NULL) != TAG_INLINE || g_strv_contains(inlines, lower)))) {
            return TRUE;
        }
    }
    return FALSE;
}

char *html_to_text(const char *fragment, guint *hidden)
{
    g_autoptr(Reading) reading = reading_new("text/html");
    html_walk(reading, fragment, strlen(fragment), 0, NULL);
    for (guint i = 0; i < reading->pages->len; i++)
        *hidden += reading_page(reading, i)->hidden;
    return reading_to_text(reading);
}
