#include "opc-chart.h"

#include "number-format.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_SERIES 256u
#define MAX_POINTS 10000u /* of one series */

enum { P = 1, T, SERIES, NAME, CATEGORIES, VALUES, POINT, V, FORMAT };

typedef struct {
    guint index;
    char *text;
} Point;

typedef struct {
    GString *name;
    GArray *categories, *values; /* of Point */
} Series;

typedef struct {
    Flow *flow;
    GArray *series;  /* of Series */
    GString *text;   /* of the open value */
    GString *format; /* of the open numbers */
    int part;        /* NAME, CATEGORIES or VALUES of the open series, else 0 */
    guint point;
    gboolean letters, value, code, open;
} Walk;

static void point_clear(gpointer data)
{
    g_free(((Point *)data)->text);
}

static void series_clear(gpointer data)
{
    Series *series = data;
    g_string_free(series->name, TRUE);
    g_array_unref(series->categories);
    g_array_unref(series->values);
}

static GArray *points_new(void)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(Point));
    g_array_set_clear_func(points, point_clear);
    return points;
}

static void begin_series(Walk *w)
{
    w->open = w->series->len < MAX_SERIES;
    if (!w->open)
        return;
    Series series = {g_string_new(NULL), points_new(), points_new()};
    g_array_append_val(w->series, series);
}

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Walk *w = data;
    switch (id) {
    case P:
        flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
        break;
    case SERIES:
        begin_series(w);
        break;
    case NAME:
    case CATEGORIES:
    case VALUES:
        w->part = w->open ? id : 0;
        g_string_truncate(w->format, 0);
        break;
    case POINT:
        w->point = (guint)CLAMP(xml_attribute_int(attributes, "idx", 0), 0, MAX_POINTS);
        break;
    case V:
        g_string_truncate(w->text, 0);
        break;
    default:
        break;
    }
    w->letters |= id == T;
    w->value |= id == V;
    w->code |= id == FORMAT;
}

/* Numbers are kept as they are, with the format that they are shown in. */
static char *shown(const Walk *w)
{
    char *end;
    double number = g_ascii_strtod(w->text->str, &end);
    if (!w->format->len || end == w->text->str || *end)
        return g_strdup(w->text->str);
    return number_format(number, w->format->str, FALSE);
}

static void end_value(Walk *w)
{
    if (!w->part || !w->series->len)
        return;
    Series *series = &g_array_index(w->series, Series, w->series->len - 1);
    if (w->part == NAME) {
        g_string_assign(series->name, w->text->str);
        return;
    }
    GArray *points = w->part == VALUES ? series->values : series->categories;
    Point point = {.index = w->point};
    if (points->len >= MAX_POINTS)
        return;
    point.text = shown(w);
    g_array_append_val(points, point);
}

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    switch (id) {
    case P:
        flow_end(w->flow);
        break;
    case SERIES:
        w->open = FALSE;
        w->part = 0;
        break;
    case NAME:
    case CATEGORIES:
    case VALUES:
        w->part = 0;
        break;
    case V:
        end_value(w);
        break;
    default:
        break;
    }
    w->letters &= id != T;
    w->value &= id != V;
    w->code &= id != FORMAT;
}

static void on_text(const char *text, gsize length, gpointer data)
{
    Walk *w = data;
    if (w->letters)
        flow_text(w->flow, text, (gssize)length);
    else if (w->value)
        g_string_append_len(w->text, text, (gssize)length);
    else if (w->code && w->part)
        g_string_append_len(w->format, text, (gssize)length);
}

/* ---- as a table ---- */

static void put_cell(Flow *flow, guint column, const char *text)
{
    flow_begin_cell(flow, (gint)column, 1);
    flow_text(flow, text, -1);
    flow_end_cell(flow);
}

/* Points come in the order of their index, some left out. *next goes through them. */
static const char *point_at(const GArray *points, guint index, guint *next)
{
    while (*next < points->len && g_array_index(points, Point, *next).index < index)
        (*next)++;
    if (*next < points->len && g_array_index(points, Point, *next).index == index)
        return g_array_index(points, Point, *next).text;
    return NULL;
}

static void write_table(const GArray *all, Flow *flow)
{
    g_autofree guint *next = g_new0(guint, all->len + 1);
    const GArray *categories = g_array_index(all, Series, 0).categories;
    guint rows = 0;
    for (guint s = 0; s < all->len; s++) {
        const GArray *values = g_array_index(all, Series, s).values;
        if (values->len)
            rows = MAX(rows, g_array_index(values, Point, values->len - 1).index + 1);
    }
    flow_begin_table(flow);
    flow_begin_row(flow);
    for (guint s = 0; s < all->len; s++)
        put_cell(flow, s + 1, g_array_index(all, Series, s).name->str);
    for (guint row = 0; row < rows && !flow_is_full(flow); row++) {
        const char *text = point_at(categories, row, &next[all->len]);
        flow_begin_row(flow);
        if (text)
            put_cell(flow, 0, text);
        for (guint s = 0; s < all->len; s++) {
            text = point_at(g_array_index(all, Series, s).values, row, &next[s]);
            if (text)
                put_cell(flow, s + 1, text);
        }
    }
    flow_end_table(flow);
}

void opc_chart(GBytes *part, const char *name, Flow *flow)
{
    static const XmlName names[] = {
        {"a:p", P},
        {"a:t", T},
        {"c:cat", CATEGORIES},
        {"c:formatCode", FORMAT},
        {"c:pt", POINT},
        {"c:ser", SERIES},
        {"c:tx", NAME},
        {"c:v", V},
        {"c:val", VALUES},
        {"c:xVal", CATEGORIES},
        {"c:yVal", VALUES},
    };
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = on_start,
                                       .end = on_end,
                                       .text = on_text};
    Walk walk = {.flow = flow,
                 .series = g_array_new(FALSE, FALSE, sizeof(Series)),
                 .text = g_string_new(NULL),
                 .format = g_string_new(NULL)};
    g_array_set_clear_func(walk.series, series_clear);
    xml_walk(part, name, &handler, &walk, NULL);
    flow_end(flow);
    if (walk.series->len)
        write_table(walk.series, flow);
    g_array_unref(walk.series);
    g_string_free(walk.text, TRUE);
    g_string_free(walk.format, TRUE);
}
