#include "tools/commands/lines.h"

#include <string.h>

typedef struct {
    GTree *waiting; /* place -> text */
    gint64 next;    /* row whose turn it is, while nothing but rows of a batch comes */
    gboolean rows;  /* a batch: no row holds others */
    gboolean ended;
} Input;

struct Lines {
    Input *inputs;
    guint n, head; /* head: the input whose turn it is */
    LinesPrint print;
    gpointer data;
};

static int compare_places(gconstpointer a, gconstpointer b, gpointer data)
{
    return strcmp(a, b);
}

/* "" for the input itself, then the number in each parent from the outside in: sorted by bytes, what a
 * document holds stands behind it and before the next one. Caller frees. */
static char *place_of(const Job *job)
{
    GString *place = g_string_new(NULL);
    for (; job->parent; job = job->parent) {
        g_autofree char *number = g_strdup_printf("/%016" G_GINT64_MODIFIER "x", job->row);
        g_string_prepend(place, number);
    }
    return g_string_free(place, FALSE);
}

/* Whether nothing can come that belongs before this one. */
static gboolean has_turn(const Input *input, const char *place)
{
    if (input->ended || *place == '\0')
        return TRUE;
    g_autofree char *next = g_strdup_printf("/%016" G_GINT64_MODIFIER "x", input->next);
    return input->rows && strcmp(place, next) <= 0;
}

Lines *lines_new(guint inputs, LinesPrint print, gpointer data)
{
    Lines *lines = g_new0(Lines, 1);
    lines->inputs = g_new0(Input, inputs);
    lines->n = inputs;
    lines->print = print;
    lines->data = data;
    for (guint i = 0; i < inputs; i++)
        lines->inputs[i].waiting = g_tree_new_full(compare_places, NULL, g_free, g_free);
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
            const char *place = g_tree_node_key(first);
            if (!has_turn(input, place))
                break;
            const char *text = g_tree_node_value(first);
            if (text)
                lines->print(text, lines->data);
            input->next += *place != '\0';
            g_tree_remove(input->waiting, place);
        }
        if (!input->ended)
            return;
        lines->head++;
    }
}

void lines_add(Lines *lines, guint input, const Job *job, char *text)
{
    lines->inputs[input].rows = job->kind == JOB_ROW && !job->parent->parent;
    g_tree_replace(lines->inputs[input].waiting, place_of(job), text);
    flush(lines);
}

void lines_end(Lines *lines, guint input)
{
    lines->inputs[input].ended = TRUE;
    flush(lines);
}
