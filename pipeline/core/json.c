#include "json.h"

#include "bytes.h"
#include "error.h"
#include <errno.h>
#include <math.h>
#include <string.h>

cJSON *json_parse(const char *text, gsize length, GError **error)
{
    g_autoptr(JsonReader) reader = json_reader_new();
    const cJSON *tree = json_reader_parse(reader, text, length, error);
    return tree ? cJSON_Duplicate(tree, TRUE) : NULL;
}

cJSON *json_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) local = NULL;
    if (!g_file_get_contents(path, &text, &length, &local)) {
        int code = g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? DOCKET_ERROR_NOT_FOUND
                                                                            : DOCKET_ERROR_IO;
        g_set_error(error, DOCKET_ERROR, code, "%s", local->message);
        return NULL;
    }
    cJSON *root = json_parse(text, length, error);
    if (!root) {
        g_autofree char *shown = bytes_for_terminal(path);
        g_prefix_error(error, "%s: ", shown);
    }
    return root;
}

/* Whether the number is the double nearest to a decimal of few digits, as amounts and counts are: the
 * division gives the nearest one, and 15 digits print such a decimal. */
static gboolean is_short(double number)
{
    double scaled = nearbyint(number * 1e4);
    return fabs(scaled) < 1e15 && scaled / 1e4 == number;
}

/* cJSON prints 15 digits and calls the rest equal, so that 9007199254740991 would become another
 * number. The fewest digits that read as the same double, or NULL where 15 are enough. */
static const char *more_digits(const cJSON *value, char buffer[G_ASCII_DTOSTR_BUF_SIZE])
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    if (is_short(value->valuedouble))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, formats[i], value->valuedouble);
        if (g_ascii_strtod(buffer, NULL) == value->valuedouble)
            return i == 0 ? NULL : buffer;
    }
    return NULL;
}

static gboolean needs_digits(const cJSON *value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (cJSON_IsNumber(value) && more_digits(value, buffer))
        return TRUE;
    for (const cJSON *child = value ? value->child : NULL; child; child = child->next)
        if (needs_digits(child))
            return TRUE;
    return FALSE;
}

/* Turns such numbers into raw text, in a copy that is only good for printing. */
static void spell_numbers(cJSON *value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (cJSON_IsNumber(value) && more_digits(value, buffer)) {
        value->type = (value->type & ~0xff) | cJSON_Raw;
        value->valuestring = cJSON_malloc(sizeof buffer);
        memcpy(value->valuestring, buffer, sizeof buffer);
    }
    for (cJSON *child = value->child; child; child = child->next)
        spell_numbers(child);
}

static void new_line(GString *out, guint depth)
{
    g_string_append_printf(out, "\n%*s", (int)(2 * depth), "");
}

/* Compact JSON laid out for people: two spaces a level, one member a line. */
static char *indent(const char *compact)
{
    GString *out = g_string_new(NULL);
    guint depth = 0;
    gboolean in_string = FALSE;
    for (const char *p = compact; *p; p++) {
        gboolean opens = !in_string && (*p == '{' || *p == '[');
        gboolean closes = !in_string && (*p == '}' || *p == ']');
        if (closes && p[-1] != '{' && p[-1] != '[')
            new_line(out, depth - 1);
        g_string_append_c(out, *p);
        if (in_string && *p == '\\')
            g_string_append_c(out, *++p);
        else if (*p == '"')
            in_string = !in_string;
        depth = depth + opens - closes;
        if ((opens && p[1] != '}' && p[1] != ']') || (!in_string && *p == ','))
            new_line(out, depth);
        else if (!in_string && *p == ':')
            g_string_append_c(out, ' ');
    }
    return g_string_free(out, FALSE);
}

char *json_print(const cJSON *value, gboolean indented)
{
    g_autoptr(cJSON) spelled = needs_digits(value) ? cJSON_Duplicate(value, TRUE) : NULL;
    if (spelled) {
        spell_numbers(spelled);
        value = spelled;
    }
    char *printed = cJSON_PrintUnformatted(value);
    char *text = indented ? indent(printed) : g_strdup(printed);
    cJSON_free(printed);
    return text;
}

/* ---- pointers ---- */

/* One token of a pointer, unescaped; *rest is behind it (at the next '/' or the end). */
static char *next_token(const char *pointer, const char **rest)
{
    GString *token = g_string_new(NULL);
    const char *p = pointer + 1;
    for (; *p && *p != '/'; p++) {
        if (*p == '~' && (p[1] == '0' || p[1] == '1'))
            g_string_append_c(token, *++p == '0' ? '~' : '/');
        else
            g_string_append_c(token, *p);
    }
    *rest = p;
    return g_string_free(token, FALSE);
}

/* The index that a token means, `size` for "-", or -1. */
static int array_index(const char *token, int size)
{
    if (strcmp(token, "-") == 0)
        return size;
    if (!*token || strlen(token) > 9 || (token[0] == '0' && token[1]))
        return -1;
    for (const char *p = token; *p; p++)
        if (!g_ascii_isdigit(*p))
            return -1;
    return atoi(token);
}

static cJSON *child_at(const cJSON *parent, const char *token)
{
    if (cJSON_IsObject(parent))
        return cJSON_GetObjectItemCaseSensitive(parent, token);
    if (!cJSON_IsArray(parent))
        return NULL;
    int index = array_index(token, -1);
    return index < 0 ? NULL : cJSON_GetArrayItem(parent, index);
}

cJSON *json_at(const cJSON *root, const char *pointer)
{
    const cJSON *value = root;
    const char *p = pointer;
    while (value && *p) {
        if (*p != '/')
            return NULL;
        g_autofree char *token = next_token(p, &p);
        value = child_at(value, token);
    }
    return (cJSON *)value;
}

static gboolean put_child(cJSON *parent, const char *token, cJSON *value, const char *pointer,
                          GError **error)
{
    int size = cJSON_IsArray(parent) ? cJSON_GetArraySize(parent) : 0;
    int index = array_index(token, size);
    if (cJSON_IsObject(parent)) {
        if (cJSON_GetObjectItemCaseSensitive(parent, token))
            cJSON_ReplaceItemInObjectCaseSensitive(parent, token, value);
        else
            cJSON_AddItemToObject(parent, token, value);
        return TRUE;
    }
    if (cJSON_IsArray(parent) && index >= 0 && index <= size) {
        if (index == size)
            cJSON_AddItemToArray(parent, value);
        else
            cJSON_ReplaceItemInArray(parent, index, value);
        return TRUE;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON,
                "%s: no object member or array element "
                "can be put there",
                pointer);
    cJSON_Delete(value);
    return FALSE;
}

gboolean json_put(cJSON **root, const char *pointer, cJSON *value, GError **error)
{
    if (!*pointer) {
        cJSON_Delete(*root);
        *root = value;
        return TRUE;
    }
    cJSON *parent = *root;
    const char *p = pointer;
    while (*p == '/') {
        g_autofree char *token = next_token(p, &p);
        if (!*p)
            return put_child(parent, token, value, pointer, error);
        cJSON *child = child_at(parent, token);
        if (!child) {
            child = cJSON_CreateObject();
            if (!put_child(parent, token, child, pointer, error)) {
                cJSON_Delete(value);
                return FALSE;
            }
        }
        parent = child;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON, "%s: a JSON Pointer begins with '/'",
                pointer);
    cJSON_Delete(value);
    return FALSE;
}

char *json_pointer_join(const char *pointer, const char *token)
{
    GString *out = g_string_new(pointer);
    g_string_append_c(out, '/');
    for (const char *p = token; *p; p++) {
        if (*p == '~')
            g_string_append(out, "~0");
        else if (*p == '/')
            g_string_append(out, "~1");
        else
            g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

char *json_pointer_index(const char *pointer, int index)
{
    return g_strdup_printf("%s/%d", pointer, index);
}

gsize json_count_nodes(const cJSON *value)
{
    gsize count = 1;
    for (const cJSON *child = value->child; child; child = child->next)
        count += json_count_nodes(child);
    return count;
}

/* ---- short-hands ---- */

const char *json_string(const cJSON *object, const char *key, const char *otherwise)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(value) ? value->valuestring : otherwise;
}

double json_number(const cJSON *object, const char *key, double otherwise)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(value) ? value->valuedouble : otherwise;
}

gboolean json_bool(const cJSON *object, const char *key, gboolean otherwise)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsBool(value) ? cJSON_IsTrue(value) : otherwise;
}
