#include "html-style.h"

#include <stdlib.h>
#include <string.h>

#define MAX_RULES 20000
#define FAR_OFF 900 /* pixels outside the page */

struct StyleSheet {
    GHashTable *rules; /* ".class", "#id" or "tag" -> StyleEffect */
};

StyleSheet *style_sheet_new(void)
{
    StyleSheet *sheet = g_new0(StyleSheet, 1);
    sheet->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return sheet;
}

void style_sheet_free(StyleSheet *sheet)
{
    if (!sheet)
        return;
    g_hash_table_unref(sheet->rules);
    g_free(sheet);
}

static gboolean is_zero(const char *value)
{
    char *end;
    double number = g_ascii_strtod(value, &end);
    return end != value && number == 0;
}

static gboolean is_clear(const char *value)
{
    return strcmp(value, "transparent") == 0 || strcmp(value, "rgba(0,0,0,0)") == 0;
}

static gboolean is_white(const char *value)
{
    static const char *const names[] = {"white", "#fff", "#ffffff", "rgb(255,255,255)", NULL};
    return g_strv_contains(names, value);
}

static gboolean is_far_off(const char *value)
{
    return g_ascii_strtod(value, NULL) <= -FAR_OFF;
}

static guint effect_of(const char *name, const char *value)
{
    if (strcmp(name, "display") == 0)
        return strcmp(value, "none") == 0 ? STYLE_HIDES : 0;
    if (strcmp(name, "visibility") == 0)
        return strcmp(value, "hidden") == 0 || strcmp(value, "collapse") == 0 ? STYLE_HIDES : 0;
    if (strcmp(name, "font-size") == 0 || strcmp(name, "opacity") == 0)
        return is_zero(value) ? STYLE_HIDES : 0;
    if (strcmp(name, "left") == 0 || strcmp(name, "top") == 0 || strcmp(name, "text-indent") == 0)
        return is_far_off(value) ? STYLE_HIDES : 0;
    if (strcmp(name, "color") == 0)
        return is_white(value) || is_clear(value) ? STYLE_WHITE : 0;
    if (!g_str_has_prefix(name, "background"))
        return 0;
    if (is_clear(value)) /* what lies behind shows through */
        return 0;
    return is_white(value) ? STYLE_WHITE_PAPER : STYLE_PAINTS;
}

/* "Display : None !important" -> "display", "none" */
static char *squeeze(const char *text, gsize length)
{
    GString *out = g_string_sized_new(length);
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isspace(text[i]))
            g_string_append_c(out, g_ascii_tolower(text[i]));
    char *important = strstr(out->str, "!important");
    if (important)
        *important = '\0';
    return g_string_free(out, FALSE);
}

guint style_of_declarations(const char *declarations)
{
    guint effects = 0;
    for (const char *p = declarations; *p;) {
        gsize length = strcspn(p, ";");
        const char *colon = memchr(p, ':', length);
        if (colon) {
            g_autofree char *name = squeeze(p, (gsize)(colon - p));
            g_autofree char *value = squeeze(colon + 1, length - (gsize)(colon + 1 - p));
            effects |= effect_of(name, value);
        }
        p += length;
        p += *p == ';';
    }
    return effects;
}

static gboolean is_simple(const char *selector)
{
    const char *name = selector + (*selector == '.' || *selector == '#');
    return *name && name[strcspn(name, " >+~:[.#*(),")] == '\0';
}

static void add_rule(StyleSheet *sheet, const char *selectors, gsize length, guint effects)
{
    g_autofree char *list = g_strndup(selectors, length);
    g_auto(GStrv) each = g_strsplit(list, ",", -1);
    for (guint i = 0; each[i]; i++) {
        char *selector = g_strstrip(each[i]);
        if (!is_simple(selector) || g_hash_table_size(sheet->rules) >= MAX_RULES)
            continue;
        guint before = GPOINTER_TO_UINT(g_hash_table_lookup(sheet->rules, selector));
        g_hash_table_insert(sheet->rules, g_strdup(selector), GUINT_TO_POINTER(before | effects));
    }
}

static char *without_comments(const char *css)
{
    GString *out = g_string_new(NULL);
    for (const char *p = css; *p;) {
        if (p[0] == '/' && p[1] == '*') {
            const char *end = strstr(p + 2, "*/");
            if (!end)
                break;
            p = end + 2;
            continue;
        }
        g_string_append_c(out, *p++);
    }
    return g_string_free(out, FALSE);
}

/* The closing brace of a block that may hold others, or the end. */
static const char *skip_block(const char *p)
{
    int depth = 1;
    for (; *p && depth > 0; p++)
        depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
    return p;
}

void style_sheet_parse(StyleSheet *sheet, const char *css)
{
    g_autofree char *clean = without_comments(css);
    const char *p = clean;
    while (*p) {
        gsize length = strcspn(p, "{;}");
        const char *start = p;
        p += length;
        if (*p != '{') { /* "@import …;" or a stray brace */
            p += *p != '\0';
            continue;
        }
        const char *body = ++p;
        p = skip_block(p);
        while (g_ascii_isspace(*start))
            start++;
        if (*start == '@') /* conditions such as @media print: they may not apply */
            continue;
        g_autofree char *declarations = g_strndup(body, (gsize)(p - body));
        char *close = strchr(declarations, '}');
        if (close)
            *close = '\0';
        guint effects = style_of_declarations(declarations);
        if (effects && body > start)
            add_rule(sheet, start, (gsize)(body - 1 - start), effects);
    }
}

static guint lookup(const StyleSheet *sheet, char sigil, const char *name, gsize length)
{
    char key[256];
    if (length + 2 > sizeof key)
        return 0;
    key[0] = sigil;
    memcpy(key + (sigil != '\0'), name, length);
    key[length + (sigil != '\0')] = '\0';
    return GPOINTER_TO_UINT(g_hash_table_lookup(sheet->rules, key));
}

guint style_sheet_match(const StyleSheet *sheet, const char *tag, const char *id,
                        const char *classes)
{
    guint effects = 0;
    if (g_hash_table_size(sheet->rules) == 0)
        return 0;
    effects |= lookup(sheet, '\0', tag, strlen(tag));
    if (id)
        effects |= lookup(sheet, '#', id, strlen(id));
    for (const char *p = classes; p && *p;) {
        p += strspn(p, " \t\r\n\f");
        gsize length = strcspn(p, " \t\r\n\f");
        if (length)
            effects |= lookup(sheet, '.', p, length);
        p += length;
    }
    return effects;
}
