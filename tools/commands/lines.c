#include "tools/commands/lines.h"

typedef struct {
    GTree *waiting; /* row (gint64*) -> text */
    gint64 next;    /* row whose turn it is */
    gboolean ended;
} Input;

struct Lines {
    Input *inputs;
    guint n, head; /* head: the input whose turn it is */
    LinesPrint print;
    gpointer data;
};

static int compare_rows(gconstpointer a, gconstpointer b, gpointer data)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;
    return left < right ? -1 : left > right;
}

Lines *lines_new(guint inputs, LinesPrint print, gpointer data)
{
    Lines *lines = g_new0(Lines, 1);
    lines->inputs = g_new0(Input, inputs);
    lines->n = inputs;
    lines->print = print;
    lines->data = data;
    for (guint i = 0; i < inputs; i++)
        lines->inputs[i].waiting = g_tree_new_full(compare_rows, NULL, g_free, g_free);
    return lines;
}

void lines_free(Lines *lines)
{
    if (!lines)
        return;
    for (guint i = 0; i < lines->n; i++)
        g_tree_unref(lines->inputs[i].waiting);
    g_free(lines->inputs);
    g_free(lines);
}

/* Prints what the head has ready. Rows without a gap while it is open, all that is left at its end.
 */
static void flush(Lines *lines)
{
    while (lines->head < lines->n) {
        Input *input = &lines->inputs[lines->head];
        for (;;) {
            GTreeNode *first = g_tree_node_first(input->waiting);
            if (!first)
                break;
            gint64 row = *(gint64 *)g_tree_node_key(first);
            if (row > input->next && !input->ended)
                break;
            const char *text = g_tree_node_value(first);
            if (text)
                lines->print(text, lines->data);
            input->next = row + 1;
            g_tree_remove(input->waiting, &row);
        }
        if (!input->ended)
            return;
        lines->head++;
    }
}

void lines_add(Lines *lines, guint input, gint64 row, char *text)
{
    gint64 *key = g_new(gint64, 1);
    *key = row;
    g_tree_replace(lines->inputs[input].waiting, key, text);
    flush(lines);
}

void lines_end(Lines *lines, guint input)
{
    lines->inputs[input].ended = TRUE;
    flush(lines);
}
