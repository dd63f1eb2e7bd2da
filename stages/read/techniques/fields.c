#include "fields.h"

#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/html/html.h"

#include <math.h>
#include <string.h>

#define WIDEST_KEY 40

typedef struct {
    char *key;
    char *value;
} Pair;

struct Fields {
    GArray *pairs; /* of Pair */
    guint hidden;  /* words of HTML values that nobody would see */
};

static void pair_clear(gpointer data)
{
    Pair *pair = data;
    g_free(pair->key);
    g_free(pair->value);
}

Fields *fields_new(void)
{
    Fields *fields = g_new0(Fields, 1);
    fields->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_array_set_clear_func(fields->pairs, pair_clear);
    return fields;
}

void fields_free(Fields *fields)
{
    if (!fields)
        return;
    g_array_unref(fields->pairs);
    g_free(fields);
}

void fields_add(Fields *fields, const char *key, const char *value)
{
    Pair pair = {.key = g_strdup(key)};
    if (html_looks_like(value))
        pair.value = html_to_text(value, &fields->hidden);
    else
        pair.value = g_strdup(value);
    g_array_append_val(fields->pairs, pair);
}

static char *number_text(double number)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (number == floor(number) && fabs(number) < 1e15)
        return g_strdup_printf("%.0f", number);
    return g_strdup(g_ascii_dtostr(buffer, sizeof buffer, number));
}

static void add_leaf(Fields *fields, const char *path, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        fields_add(fields, path, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        g_autofree char *text = number_text(value->valuedouble);
        fields_add(fields, path, text);
    } else if (cJSON_IsBool(value)) {
        fields_add(fields, path, cJSON_IsTrue(value) ? "true" : "false");
    }
}

/* Nesting is bounded by the parser (DOCKET_MAX_JSON_DEPTH). */
static void add_value(Fields *fields, GString *path, const cJSON *value)
{
    gsize length = path->len;
    guint index = 0;
    const cJSON *child;
    if (!cJSON_IsObject(value) && !cJSON_IsArray(value)) {
        add_leaf(fields, path->str, value);
        return;
    }
    cJSON_ArrayForEach(child, value)
    {
        if (length)
            g_string_append_c(path, '.');
        if (child->string)
            g_string_append(path, child->string);
        else
            g_string_append_printf(path, "%u", index);
        add_value(fields, path, child);
        g_string_truncate(path, length);
        index++;
    }
}

void fields_add_json(Fields *fields, const cJSON *root)
{
    g_autoptr(GString) path = g_string_new(NULL);
    add_value(fields, path, root);
}

static void write_value(Grid *grid, const char *value, double x)
{
    gboolean first = TRUE;
    for (const char *p = value; *p;) {
        gsize length = strcspn(p, "\r\n");
        g_autofree char *line = g_strndup(p, length);
        g_strstrip(line);
        if (line[0]) {
            if (!first)
                grid_line(grid);
            grid_text(grid, line, x, 1);
            first = FALSE;
        }
        p += length;
        p += strspn(p, "\r\n");
    }
}

guint fields_count(const Fields *fields)
{
    return fields->pairs->len;
}

void fields_write(const Fields *fields, Grid *grid)
{
    glong widest = 0;
    for (guint i = 0; i < fields->pairs->len; i++)
        widest = MAX(widest, g_utf8_strlen(g_array_index(fields->pairs, Pair, i).key, -1));
    double x = (double)MIN(widest, WIDEST_KEY) + 2;
    grid_block(grid, BLOCK_FIELDS, 0);
    for (guint i = 0; i < fields->pairs->len && !grid->full; i++) {
        const Pair *pair = &g_array_index(fields->pairs, Pair, i);
        if (pair->value[strspn(pair->value, " \t\r\n")] == '\0')
            continue;
        grid_line(grid);
        double after = grid_text(grid, pair->key, 0, 0);
        write_value(grid, pair->value, MAX(x, after + 2));
    }
    grid->hidden += fields->hidden;
}
