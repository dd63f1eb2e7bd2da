#include "stages/check/schema/phrase.h"

#include <math.h>
#include <string.h>

#define MAX_SHOWN 80u       /* characters of a text in a sentence */
#define MAX_LIST_BYTES 600u /* of a list of values or names */
#define MAX_SMALL_NODES 12u /* a list or object of so many values is shown whole */
#define MAX_HOPS 8u         /* references followed to say what a schema wants */

/* ---- texts ---- */

static void append_character(GString *out, gunichar c)
{
    if (c == '\n')
        g_string_append(out, "\\n");
    else if (c == '\t')
        g_string_append(out, "\\t");
    else if (c == '\r')
        g_string_append(out, "\\r");
    else if (g_unichar_isprint(c) && g_unichar_type(c) != G_UNICODE_FORMAT)
        g_string_append_unichar(out, c);
    else if (c > 0xffff)
        g_string_append_printf(out, "\\u{%X}", c);
    else
        g_string_append_printf(out, "\\u%04X", c);
}

/* An instance may come from a parser that lets broken UTF-8 through. */
static void append_safe(GString *out, const char *text, guint most, gboolean quoted)
{
    for (guint shown = 0; *text != '\0'; shown++) {
        if (shown == most) {
            g_string_append(out, "…");
            return;
        }
        gunichar c = g_utf8_get_char_validated(text, -1);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02X", (guint8)*text++);
            continue;
        }
        if (quoted && (c == '"' || c == '\\'))
            g_string_append_c(out, '\\');
        append_character(out, c);
        text = g_utf8_next_char(text);
    }
}

char *phrase_plain(const char *text, guint most)
{
    GString *out = g_string_new(NULL);
    append_safe(out, text, most, FALSE);
    return g_string_free(out, FALSE);
}

char *phrase_quoted(const char *text)
{
    GString *out = g_string_new("\"");
    append_safe(out, text, MAX_SHOWN, TRUE);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* ---- values ---- */

char *phrase_number(double number)
{
    if (!isfinite(number))
        return g_strdup(number < 0 ? "a number below all doubles" : "a number above all doubles");
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (int digits = 15; digits <= 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, number);
        if (g_ascii_strtod(text, NULL) == number)
            break;
    }
    return g_strdup(text);
}

char *phrase_count(double count, const char *one, const char *plural)
{
    return count == 1 ? g_strdup_printf("1 %s", one) : g_strdup_printf("%.0f %s", count, plural);
}

static gboolean append_value(GString *out, const cJSON *value, guint *room);

static gboolean append_children(GString *out, const cJSON *value, guint *room)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        if (child != value->child)
            g_string_append(out, ", ");
        if (cJSON_IsObject(value)) {
            g_autofree char *name = phrase_quoted(child->string);
            g_string_append_printf(out, "%s: ", name);
        }
        if (!append_value(out, child, room))
            return FALSE;
    }
    return TRUE;
}

/* FALSE when the value is no small one. */
static gboolean append_value(GString *out, const cJSON *value, guint *room)
{
    if ((*room)-- == 0)
        return FALSE;
    g_autofree char *text = NULL;
    switch (value->type & 0xff) {
    case cJSON_False:
        g_string_append(out, "false");
        return TRUE;
    case cJSON_True:
        g_string_append(out, "true");
        return TRUE;
    case cJSON_Number:
        text = phrase_number(value->valuedouble);
        g_string_append(out, text);
        return TRUE;
    case cJSON_String:
        text = phrase_quoted(value->valuestring);
        g_string_append(out, text);
        return TRUE;
    case cJSON_Array:
    case cJSON_Object:
        g_string_append_c(out, cJSON_IsArray(value) ? '[' : '{');
        if (!append_children(out, value, room))
            return FALSE;
        g_string_append_c(out, cJSON_IsArray(value) ? ']' : '}');
        return TRUE;
    default:
        g_string_append(out, "null");
        return TRUE;
    }
}

char *phrase_value(const cJSON *value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    guint room = MAX_SMALL_NODES;
    const gboolean small = append_value(out, value, &room);
    if (small && (out->len <= MAX_SHOWN || value->child == NULL))
        return g_strdup(out->str);
    const int size = cJSON_GetArraySize(value);
    g_autofree char *count = cJSON_IsArray(value) ? phrase_count(size, "item", "items")
                                                  : phrase_count(size, "property", "properties");
    return g_strdup_printf(cJSON_IsArray(value) ? "a list of %s" : "an object with %s", count);
}

guint phrase_types_of(const cJSON *value)
{
    switch (value->type & 0xff) {
    case cJSON_NULL:
        return TYPE_NULL;
    case cJSON_False:
    case cJSON_True:
        return TYPE_BOOLEAN;
    case cJSON_String:
        return TYPE_STRING;
    case cJSON_Array:
        return TYPE_ARRAY;
    case cJSON_Object:
        return TYPE_OBJECT;
    case cJSON_Number:
        return isfinite(value->valuedouble) && trunc(value->valuedouble) == value->valuedouble
                   ? TYPE_INTEGER
                   : TYPE_NUMBER;
    default:
        return 0;
    }
}

char *phrase_types(guint types)
{
    static const struct {
        guint bit;
        const char *name;
    } names[] = {
        {TYPE_STRING, "a string"},
        {TYPE_NUMBER, "a number"},
        {TYPE_INTEGER, "a whole number"},
        {TYPE_BOOLEAN, "true or false"},
        {TYPE_ARRAY, "a list"},
        {TYPE_OBJECT, "an object"},
        {TYPE_NULL, "null"},
    };
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((types & names[i].bit) == 0 ||
            (names[i].bit == TYPE_INTEGER && (types & TYPE_NUMBER) != 0))
            continue;
        g_string_append_printf(text, "%s%s", text->len > 0 ? " or " : "", names[i].name);
    }
    return g_string_free(text, FALSE);
}

/* ---- lists ---- */

/* FALSE when the list is long enough. `what` is taken. */
static gboolean append_element(GString *text, char *what, guint count)
{
    g_autofree char *own = what;
    if (text->len > MAX_LIST_BYTES) {
        g_string_append_printf(text, ", … (%u in all)", count);
        return FALSE;
    }
    g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", own);
    return TRUE;
}

char *phrase_values(const cJSON *list)
{
    GString *text = g_string_new(NULL);
    const guint count = (guint)cJSON_GetArraySize(list);
    const cJSON *value;
    cJSON_ArrayForEach(value, list)
    {
        if (!append_element(text, phrase_value(value), count))
            break;
    }
    return g_string_free(text, FALSE);
}

char *phrase_names(const GPtrArray *names)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        if (!append_element(text, phrase_quoted(g_ptr_array_index(names, i)), names->len))
            break;
    }
    return g_string_free(text, FALSE);
}

/* ---- schemas ---- */

static char *title_of(const SchemaNode *node)
{
    const char *title = json_string(node->source, "title", NULL);
    return title == NULL || *title == '\0' ? NULL : phrase_quoted(title);
}

char *phrase_name_of(const SchemaNode *node)
{
    char *title = title_of(node);
    for (guint hops = 0; title == NULL && node->ref != NULL && hops < MAX_HOPS; hops++) {
        node = node->ref;
        title = title_of(node);
        g_autofree char *pointer = schema_node_pointer(node);
        const char *slash = strrchr(pointer, '/');
        if (title == NULL && slash != NULL)
            return phrase_quoted(slash + 1);
    }
    return title;
}

char *phrase_schema(const SchemaNode *node)
{
    for (guint hops = 0; node->ref != NULL && hops < MAX_HOPS; hops++) {
        g_autofree char *title = title_of(node);
        if (title != NULL)
            return g_steal_pointer(&title);
        node = node->ref;
    }
    if (node->constant != NULL)
        return phrase_value(node->constant);
    if (node->enumeration != NULL && node->enumeration->child != NULL) {
        g_autofree char *values = phrase_values(node->enumeration);
        return g_strdup_printf("one of %s", values);
    }
    g_autofree char *title = title_of(node);
    if (title != NULL)
        return g_steal_pointer(&title);
    return node->types != 0 && cJSON_GetArraySize(node->source) == 1 ? phrase_types(node->types)
                                                                     : NULL;
}
