#include "pdf-path.h"

#include <math.h>

#define MAX_POINTS 20000
#define SAME 0.01 /* points; closer coordinates are one */
#define MAX_CORNERS 40u
#define STRAIGHT 0.001 /* radians */
#define PARTS 4u       /* of a curve */
#define HAIR 0.5       /* width of the thinnest line, points */

typedef struct {
    double x, y;
    guint8 kind; /* 'm' begins a subpath, 'l', 'c' (with its control points), 'h' closes */
} Point;

PdfMatrix pdf_matrix_times(PdfMatrix m, PdfMatrix n)
{
    return (PdfMatrix){m.a * n.a + m.b * n.c,       m.a * n.b + m.b * n.d,
                       m.c * n.a + m.d * n.c,       m.c * n.b + m.d * n.d,
                       m.e * n.a + m.f * n.c + n.e, m.e * n.b + m.f * n.d + n.f};
}

Rect pdf_matrix_rect(PdfMatrix m, Rect r, gboolean *exact)
{
    double x0 = MIN(m.a * r.x0, m.a * r.x1) + MIN(m.c * r.y0, m.c * r.y1) + m.e;
    double x1 = MAX(m.a * r.x0, m.a * r.x1) + MAX(m.c * r.y0, m.c * r.y1) + m.e;
    double y0 = MIN(m.b * r.x0, m.b * r.x1) + MIN(m.d * r.y0, m.d * r.y1) + m.f;
    double y1 = MAX(m.b * r.x0, m.b * r.x1) + MAX(m.d * r.y0, m.d * r.y1) + m.f;
    double size = fabs(m.a) + fabs(m.b) + fabs(m.c) + fabs(m.d);
    *exact = (fabs(m.b) + fabs(m.c) < 1e-4 * size) || (fabs(m.a) + fabs(m.d) < 1e-4 * size);
    return (Rect){x0, y0, x1, y1};
}

void pdf_path_init(PdfPath *path)
{
    *path = (PdfPath){.points = g_array_new(FALSE, FALSE, sizeof(Point))};
}

void pdf_path_clear(PdfPath *path)
{
    g_array_unref(path->points);
}

void pdf_path_reset(PdfPath *path)
{
    g_array_set_size(path->points, 0);
}

static gboolean is_open(const PdfPath *path)
{
    guint n = path->points->len;
    return n > 0 && g_array_index(path->points, Point, n - 1).kind != 'h';
}

static void add(PdfPath *path, PdfMatrix m, double x, double y, char kind)
{
    Point p = {m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f, (guint8)kind};
    path->odd |= path->points->len >= MAX_POINTS || (kind != 'm' && !is_open(path));
    if (!path->odd)
        g_array_append_val(path->points, p);
    path->x = x;
    path->y = y;
}

void pdf_path_move(PdfPath *path, PdfMatrix m, double x, double y)
{
    add(path, m, x, y, 'm');
}

void pdf_path_to(PdfPath *path, PdfMatrix m, const double *xy, guint n)
{
    for (guint i = 0; i < n; i++)
        add(path, m, xy[2 * i], xy[2 * i + 1], n == 1 ? 'l' : 'c');
}

/* The current point goes back to the subpath's beginning, which only its image on the page is known
 * of; a path that goes on from there is not usual. */
void pdf_path_close(PdfPath *path)
{
    Point close = {0, 0, 'h'};
    path->odd |= path->points->len >= MAX_POINTS;
    if (!path->odd && is_open(path))
        g_array_append_val(path->points, close);
}

void pdf_path_rect(PdfPath *path, PdfMatrix m, Rect r)
{
    add(path, m, r.x0, r.y0, 'm');
    add(path, m, r.x1, r.y0, 'l');
    add(path, m, r.x1, r.y1, 'l');
    add(path, m, r.x0, r.y1, 'l');
    pdf_path_close(path);
}

/* Points [first, result) are one subpath. */
static guint subpath_end(const PdfPath *path, guint first)
{
    guint end = first + 1;
    while (end < path->points->len && g_array_index(path->points, Point, end).kind != 'm')
        end++;
    return end;
}

static gboolean same(double a, double b)
{
    return fabs(a - b) < SAME;
}

static gboolean is_rectangle(const Point *p, guint n)
{
    n -= n > 0 && p[n - 1].kind == 'h';
    if (n == 5 && same(p[4].x, p[0].x) && same(p[4].y, p[0].y))
        n = 4;
    if (n != 4)
        return FALSE;
    for (guint i = 1; i < n; i++)
        if (p[i].kind != 'l')
            return FALSE;
    return (same(p[0].x, p[1].x) && same(p[1].y, p[2].y) && same(p[2].x, p[3].x) &&
            same(p[3].y, p[0].y)) ||
           (same(p[0].y, p[1].y) && same(p[1].x, p[2].x) && same(p[2].y, p[3].y) &&
            same(p[3].x, p[0].x));
}

static Rect box_of(const Point *p, guint n)
{
    Rect box = {p->x, p->y, p->x, p->y};
    for (guint i = 1; i < n; i++)
        if (p[i].kind != 'h') {
            box.x0 = MIN(box.x0, p[i].x);
            box.y0 = MIN(box.y0, p[i].y);
            box.x1 = MAX(box.x1, p[i].x);
            box.y1 = MAX(box.y1, p[i].y);
        }
    return box;
}

gboolean pdf_path_box(const PdfPath *path, Rect *box, gboolean *exact)
{
    const Point *points = (const Point *)(const void *)path->points->data;
    if (path->points->len == 0)
        return FALSE;
    *box = box_of(points, path->points->len);
    *exact = subpath_end(path, 0) == path->points->len && is_rectangle(points, path->points->len);
    return TRUE;
}

/* 1 when the points turn clockwise only, once around; -1 the other way; 0 otherwise. */
static int convex(const Point *p, guint n)
{
    double ways[MAX_CORNERS], turned = 0, most = 0;
    guint sides = 0;
    for (guint i = 0; i < n; i++) {
        double x = p[(i + 1) % n].x - p[i].x, y = p[(i + 1) % n].y - p[i].y;
        if (hypot(x, y) >= SAME)
            ways[sides++] = atan2(y, x);
    }
    for (guint i = 0; i < sides; i++) {
        double turn = remainder(ways[(i + 1) % sides] - ways[i], 2 * G_PI);
        turned += turn;
        most += fabs(turn);
    }
    /* Turned the other way anywhere, the sum of turns is less than the way turned. */
    gboolean once = most < 2 * G_PI + STRAIGHT && fabs(turned) > 2 * G_PI - STRAIGHT;
    return once ? (turned > 0 ? 1 : -1) : 0;
}

static PdfCorner on_curve(const Point *p, double t)
{
    double a = (1 - t) * (1 - t) * (1 - t), b = 3 * (1 - t) * (1 - t) * t;
    double c = 3 * (1 - t) * t * t, d = t * t * t;
    return (PdfCorner){a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
                       a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y};
}

/* A curve whose control points turn one way only, all around once, goes no further in than straight lines between
 * points on it: what lies inside those is painted. */
static void find_corners(const Point *p, guint n, PdfArea *area, GArray *corners)
{
    n -= n > 0 && p[n - 1].kind == 'h';
    int sense = n >= 3 && n <= MAX_CORNERS ? convex(p, n) : 0;
    guint first = corners->len;
    for (guint i = 0; sense && i < n; i++) {
        gboolean curve = p[i].kind == 'c';
        for (guint k = curve ? 1 : PARTS; k <= PARTS; k++) {
            PdfCorner corner =
                curve ? on_curve(&p[i - 1], (double)k / PARTS) : (PdfCorner){p[i].x, p[i].y};
            if (sense > 0)
                g_array_append_val(corners, corner);
            else
                g_array_insert_val(corners, first, corner);
        }
        i += curve ? 2 : 0;
    }
    area->corners = first;
    area->n_corners = corners->len - first;
}

void pdf_path_fill(const PdfPath *path, GArray *areas, GArray *corners)
{
    const Point *points = (const Point *)(const void *)path->points->data;
    for (guint i = 0, end; i < path->points->len; i = end) {
        end = subpath_end(path, i);
        gboolean alone = i == 0 && end == path->points->len;
        PdfArea area = {.rect = box_of(points + i, end - i),
                        .cover = 1,
                        .exact = alone && is_rectangle(points, end)};
        if (alone && !area.exact)
            find_corners(points, end, &area, corners);
        g_array_append_val(areas, area);
    }
}

static void stroke_part(const Point *from, const Point *to, double width, GArray *areas)
{
    double length = hypot(to->x - from->x, to->y - from->y), half = width / 2;
    PdfArea area = {.rect = {MIN(from->x, to->x) - half, MIN(from->y, to->y) - half,
                             MAX(from->x, to->x) + half, MAX(from->y, to->y) + half}};
    double size = (area.rect.x1 - area.rect.x0) * (area.rect.y1 - area.rect.y0);
    area.cover = MIN(1.0, (length + width) * width / size);
    g_array_append_val(areas, area);
}

/* A curve is inside the box of its four points and no longer than the way along them. */
static void stroke_curve(const Point *p, double width, GArray *areas)
{
    double length = 0, half = width / 2;
    Rect box = {p->x, p->y, p->x, p->y};
    for (guint i = 1; i <= 3; i++) {
        length += hypot(p[i].x - p[i - 1].x, p[i].y - p[i - 1].y);
        box = rect_union(box, (Rect){p[i].x, p[i].y, p[i].x, p[i].y});
    }
    PdfArea area = {.rect = {box.x0 - half, box.y0 - half, box.x1 + half, box.y1 + half}};
    double size = (area.rect.x1 - area.rect.x0) * (area.rect.y1 - area.rect.y0);
    area.cover = MIN(1.0, (length + width) * width / size);
    g_array_append_val(areas, area);
}

void pdf_path_stroke(const PdfPath *path, double width, GArray *areas)
{
    const Point *points = (const Point *)(const void *)path->points->data;
    width = MAX(width, HAIR);
    for (guint i = 0, end; i < path->points->len; i = end) {
        end = subpath_end(path, i);
        for (guint k = i + 1; k < end; k++) {
            if (points[k].kind == 'c') {
                stroke_curve(&points[k - 1], width, areas);
                k += 2;
            } else if (points[k].kind == 'h')
                stroke_part(&points[k - 1], &points[i], width, areas);
            else
                stroke_part(&points[k - 1], &points[k], width, areas);
        }
    }
}
