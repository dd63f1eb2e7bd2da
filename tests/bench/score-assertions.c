/* Counts which assertions about a page hold for its text: present, absent, order, and the cells of
 * tables that stand beside or above each other (in Markdown). Mathematics is skipped.
 * Usage: score-assertions ASSERTIONS.json TEXT.md    Prints "held all", one line a type. */
#include <cjson/cJSON.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

/* One space, plain quotes and dashes, no marks of Markdown. Caller frees. */
static char *fold(const char *text)
{
    static const char *const pairs[][2] = {{"‘", "'"},  {"’", "'"}, {"“", "\""},
                                           {"”", "\""}, {"–", "-"}, {"—", "-"},
                                           {"−", "-"},  {"**", ""}, {"\\", ""}};
    g_autoptr(GString) s = g_string_new(text);
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        g_string_replace(s, pairs[i][0], pairs[i][1], 0);
    g_autofree char *valid = g_utf8_make_valid(s->str, -1);
    g_auto(GStrv) words = g_strsplit_set(valid, " \t\r\n", -1);
    GString *out = g_string_new(NULL);
    for (guint i = 0; words[i]; i++)
        if (words[i][0])
            g_string_append_printf(out, "%s%s", out->len ? " " : "", words[i]);
    return g_string_free(out, FALSE);
}

static const char *member(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return value ? value : "";
}

static gboolean has(const char *text, const cJSON *assertion, const char *name)
{
    g_autofree char *wanted = fold(member(assertion, name));
    if (!cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(assertion, "case_sensitive")))
        return strstr(text, wanted) != NULL;
    g_autofree char *low = g_utf8_casefold(text, -1), *key = g_utf8_casefold(wanted, -1);
    return strstr(low, key) != NULL;
}

static gboolean in_order(const char *text, const cJSON *assertion)
{
    g_autofree char *before = fold(member(assertion, "before"));
    g_autofree char *after = fold(member(assertion, "after"));
    const char *first = strstr(text, before), *last = g_strrstr(text, after);
    return first && last && first < last;
}

/* Cells of the table line; NULL when it is none. Caller frees. */
static char **cells_of(const char *line)
{
    if (line[0] != '|')
        return NULL;
    char **cells = g_strsplit(line + 1, "|", -1);
    for (guint i = 0; cells[i]; i++) {
        char *folded = fold(cells[i]);
        g_free(cells[i]);
        cells[i] = folded;
    }
    return cells;
}

static gboolean is_at(GPtrArray *rows, guint row, gint column, const char *wanted)
{
    char **cells = row < rows->len ? rows->pdata[row] : NULL;
    return cells && column >= 0 && (guint)column < g_strv_length(cells) &&
           strcmp(cells[column], wanted) == 0;
}

static gboolean fits(GPtrArray *rows, guint row, gint column, const cJSON *assertion)
{
    static const struct {
        const char *name;
        gint row, column;
    } sides[] = {{"left", 0, -1}, {"right", 0, 1}, {"up", -1, 0}, {"down", 1, 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *wanted = fold(member(assertion, sides[i].name));
        guint at = row + (guint)sides[i].row;
        /* The line of dashes below a table's head is no row. */
        if (at < rows->len && rows->pdata[at] &&
            g_str_has_prefix(((char **)rows->pdata[at])[0], "-"))
            at += (guint)sides[i].row;
        if (wanted[0] && !is_at(rows, at, column + sides[i].column, wanted))
            return FALSE;
    }
    return TRUE;
}

static gboolean in_table(const char *markdown, const cJSON *assertion)
{
    g_auto(GStrv) lines = g_strsplit(markdown, "\n", -1);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_autofree char *wanted = fold(member(assertion, "cell"));
    gboolean found = FALSE;
    for (guint i = 0; lines[i]; i++)
        g_ptr_array_add(rows, cells_of(lines[i]));
    for (guint i = 0; i < rows->len && !found; i++) {
        char **cells = rows->pdata[i];
        for (gint k = 0; cells && cells[k] && !found; k++)
            found = strcmp(cells[k], wanted) == 0 && fits(rows, i, k, assertion);
    }
    return found;
}

int main(int argc, char **argv)
{
    g_autofree char *json = NULL, *markdown = NULL;
    if (argc != 3 || !g_file_get_contents(argv[1], &json, NULL, NULL) ||
        !g_file_get_contents(argv[2], &markdown, NULL, NULL)) {
        fprintf(stderr, "usage: score-assertions ASSERTIONS.json TEXT.md\n");
        return 2;
    }
    g_autofree char *text = fold(markdown);
    cJSON *all = cJSON_Parse(json);
    const cJSON *assertion;
    cJSON_ArrayForEach(assertion, all)
    {
        const char *type = member(assertion, "type");
        gboolean held;
        if (strcmp(type, "present") == 0)
            held = has(text, assertion, "text");
        else if (strcmp(type, "absent") == 0)
            held = !has(text, assertion, "text");
        else if (strcmp(type, "order") == 0)
            held = in_order(text, assertion);
        else if (strcmp(type, "table") == 0)
            held = in_table(markdown, assertion);
        else
            continue;
        printf("%s %d %s\n", type, held, member(assertion, "id"));
    }
    cJSON_Delete(all);
    return 0;
}
