/* The longest common subsequence by the table of its lengths, behind what both begin and end with. */
#include "tools/commands/line-diff.h"

#include <string.h>

#define CONTEXT 3u                          /* equal lines shown around a change */
#define MAX_CELLS ((gsize)32 * 1024 * 1024) /* of the table; 4 bytes each */

typedef struct {
    char sign; /* ' ', '-', '+' */
    const char *text;
} DiffLine;

typedef struct {
    GStrv before, after; /* lent */
    GArray *lines;       /* of DiffLine */
} Diff;

static void add(Diff *diff, char sign, const char *text)
{
    DiffLine line = {sign, text};
    g_array_append_val(diff->lines, line);
}

/* Lines [0, n) and [0, m): where the table says that the longer rest lies. */
static void walk_table(Diff *diff, char **before, guint n, char **after, guint m)
{
    g_autofree guint32 *table = g_new0(guint32, (gsize)(n + 1) * (m + 1));
    for (guint i = n; i-- > 0;)
        for (guint j = m; j-- > 0;) {
            const guint32 *below = table + (gsize)(i + 1) * (m + 1);
            guint32 *here = table + (gsize)i * (m + 1);
            here[j] =
                g_str_equal(before[i], after[j]) ? below[j + 1] + 1 : MAX(below[j], here[j + 1]);
        }
    guint i = 0, j = 0;
    while (i < n || j < m) {
        const guint32 *here = table + (gsize)i * (m + 1);
        if (i < n && j < m && g_str_equal(before[i], after[j])) {
            add(diff, ' ', before[i++]);
            j++;
        } else if (i < n && (j == m || table[(gsize)(i + 1) * (m + 1) + j] >= here[j + 1])) {
            add(diff, '-', before[i++]);
        } else {
            add(diff, '+', after[j++]);
        }
    }
}

static void compare(Diff *diff)
{
    guint n = g_strv_length(diff->before), m = g_strv_length(diff->after), head = 0, tail = 0;
    while (head < MIN(n, m) && g_str_equal(diff->before[head], diff->after[head]))
        add(diff, ' ', diff->before[head++]);
    while (tail < MIN(n, m) - head &&
           g_str_equal(diff->before[n - 1 - tail], diff->after[m - 1 - tail]))
        tail++;
    guint removed = n - head - tail, added = m - head - tail;
    if ((gsize)(removed + 1) * (added + 1) <= MAX_CELLS) {
        walk_table(diff, diff->before + head, removed, diff->after + head, added);
    } else {
        for (guint i = 0; i < removed; i++)
            add(diff, '-', diff->before[head + i]);
        for (guint i = 0; i < added; i++)
            add(diff, '+', diff->after[head + i]);
    }
    for (guint i = n - tail; i < n; i++)
        add(diff, ' ', diff->before[i]);
}

static const DiffLine *at(const Diff *diff, guint i)
{
    return &g_array_index(diff->lines, DiffLine, i);
}

static guint next_change(const Diff *diff, guint from)
{
    while (from < diff->lines->len && at(diff, from)->sign == ' ')
        from++;
    return from;
}

/* Where the hunk that begins with the change at `first` ends: changes that less than twice the context
 * parts belong together. */
static guint hunk_end(const Diff *diff, guint first)
{
    guint end = first;
    for (guint change = first; change < diff->lines->len && change <= end + 2 * CONTEXT;
         change = next_change(diff, change)) {
        while (change < diff->lines->len && at(diff, change)->sign != ' ')
            change++;
        end = change;
    }
    return MIN(end + CONTEXT, diff->lines->len);
}

/* "12,5"; a length of 0 names the line before. */
static void print_range(GString *out, char sign, guint first, guint n)
{
    g_string_append_printf(out, "%c%u", sign, n ? first + 1 : first);
    if (n != 1)
        g_string_append_printf(out, ",%u", n);
}

static void print_hunks(const Diff *diff, GString *out)
{
    guint before = 0, after = 0, i = 0;
    for (guint change = next_change(diff, 0); change < diff->lines->len;
         change = next_change(diff, i)) {
        guint begin = change > i + CONTEXT ? change - CONTEXT : i, end = hunk_end(diff, change);
        before += begin - i;
        after += begin - i;
        guint removed = 0, added = 0;
        for (guint k = begin; k < end; k++) {
            removed += at(diff, k)->sign != '+';
            added += at(diff, k)->sign != '-';
        }
        g_string_append(out, "@@ ");
        print_range(out, '-', before, removed);
        g_string_append_c(out, ' ');
        print_range(out, '+', after, added);
        g_string_append(out, " @@\n");
        for (guint k = begin; k < end; k++)
            g_string_append_printf(out, "%c%s\n", at(diff, k)->sign, at(diff, k)->text);
        before += removed;
        after += added;
        i = end;
    }
}

/* A last line feed ends the last line; it begins no further one. */
static GStrv split_lines(const char *text)
{
    g_autofree char *copy = g_strdup(text);
    gsize length = strlen(copy);
    if (length && copy[length - 1] == '\n')
        copy[length - 1] = '\0';
    return *text ? g_strsplit(copy, "\n", -1) : g_new0(char *, 1);
}

char *line_diff(const char *before_name, const char *before, const char *after_name,
                const char *after)
{
    GString *out = g_string_new(NULL);
    g_auto(GStrv) from = split_lines(before), to = split_lines(after);
    Diff diff = {from, to, g_array_new(FALSE, FALSE, sizeof(DiffLine))};
    compare(&diff);
    if (next_change(&diff, 0) < diff.lines->len)
        g_string_append_printf(out, "--- %s\n+++ %s\n", before_name, after_name);
    print_hunks(&diff, out);
    g_array_unref(diff.lines);
    return g_string_free(out, FALSE);
}
