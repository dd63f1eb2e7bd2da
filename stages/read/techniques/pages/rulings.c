/* An edge is a run of pixels that are darker, or lighter, than their neighbours across it. A thin line
 * has two edges a pixel or two apart, a shaded row one above and one below: both say where rows
 * and columns end. Letters have edges too, but short ones; what is left of them the tables take out,
 * which know where the words are. */
#include "rulings.h"

#include <math.h>
#include <string.h>

#define MIN_CONTRAST 14   /* grey levels; light shading is 20 to 30 below the paper */
#define MIN_ACROSS 18     /* pixels of a horizontal run */
#define MIN_DOWN 9        /* pixels of a vertical run: less than a row of a table */
#define MAX_HOLE 2        /* pixels: dotted and dashed lines */
#define MIN_FILL 0.8      /* of a run, holes apart */
#define MERGE_ACROSS 2.5  /* pixels between the edges of one line */
#define MERGE_ALONG 4.0   /* pixels between the pieces of one line */
#define MIN_AREA_SIDE 4.0 /* points; what is thinner is a line */
#define MAX_RUNS 60000u   /* more: a photo */
#define MAX_RULINGS 6000u
#define EVEN 8 /* pixels that are looked at together */

/* A run that is still growing. */
typedef struct {
    int sign; /* 0: none */
    int from, last, hits;
} Run;

static void end_run(GArray *runs, Run *run, gboolean vertical, int at)
{
    int length = run->last - run->from + 1;
    if (run->sign && length >= (vertical ? MIN_DOWN : MIN_ACROSS) &&
        run->hits >= MIN_FILL * length && runs->len < MAX_RUNS) {
        Ruling ruling = {
            .vertical = vertical, .at = at + 1, .from = run->from, .to = run->last + 1};
        g_array_append_val(runs, ruling);
    }
    run->sign = 0;
}

static inline void feed(GArray *runs, Run *run, int step, int along, gboolean vertical, int at)
{
    int sign = step >= MIN_CONTRAST ? 1 : step <= -MIN_CONTRAST ? -1 : 0;
    if (!sign)
        return;
    if (run->sign && (along - run->last > MAX_HOLE + 1 || sign != run->sign))
        end_run(runs, run, vertical, at);
    if (!run->sign)
        *run = (Run){.sign = sign, .from = along};
    run->last = along;
    run->hits++;
}

static guint8 *grey_rows(PIX *grey, int width, int height)
{
    guint8 *rows = g_malloc((gsize)width * (gsize)height);
    for (int y = 0; y < height; y++) {
        const l_uint32 *line = pixGetData(grey) + (gsize)y * (gsize)pixGetWpl(grey);
        guint8 *row = rows + (gsize)y * (gsize)width;
        int x = 0;
        for (; x + 4 <= width; x += 4) {
            guint32 four = GUINT32_TO_BE(line[x / 4]); /* its first pixel is the highest byte */
            memcpy(row + x, &four, sizeof four);
        }
        for (; x < width; x++)
            row[x] = GET_DATA_BYTE(line, x);
    }
    return rows;
}

/* Nearly all of a page is even: pixels that differ neither from those on their right nor from those below. */
static inline gboolean is_even(const guint8 *row, const guint8 *below)
{
    return memcmp(row, row + 1, EVEN) == 0 && memcmp(row, below, EVEN) == 0;
}

static GArray *find_runs(const guint8 *pixels, int width, int height)
{
    GArray *runs = g_array_new(FALSE, FALSE, sizeof(Ruling));
    g_autofree Run *down = g_new0(Run, width);
    for (int y = 0; y < height; y++) {
        const guint8 *row = pixels + (gsize)y * (gsize)width;
        const guint8 *below = y + 1 < height ? row + width : row;
        Run across = {0};
        for (int x = 0; x < width; x++) {
            if (x + EVEN < width && is_even(row + x, below + x)) {
                x += EVEN - 1;
                continue;
            }
            feed(runs, &across, below[x] - row[x], x, FALSE, y);
            if (x + 1 < width)
                feed(runs, &down[x], row[x + 1] - row[x], y, TRUE, x);
        }
        end_run(runs, &across, FALSE, y);
    }
    for (int x = 0; x < width; x++)
        end_run(runs, &down[x], TRUE, x);
    return runs;
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const Ruling *one = a, *two = b;
    if (one->vertical != two->vertical)
        return one->vertical ? 1 : -1;
    if (one->at != two->at)
        return one->at < two->at ? -1 : 1;
    return one->from < two->from ? -1 : one->from > two->from;
}

static gboolean join(Ruling *into, const Ruling *other, double near)
{
    if (into->vertical != other->vertical || fabs(into->at - other->at) > MERGE_ACROSS * near ||
        MAX(into->from, other->from) - MIN(into->to, other->to) > MERGE_ALONG * near)
        return FALSE;
    double shares = into->to - into->from, adds = other->to - other->from;
    into->at = (into->at * shares + other->at * adds) / (shares + adds);
    into->from = MIN(into->from, other->from);
    into->to = MAX(into->to, other->to);
    return TRUE;
}

/* The runs are sorted by place: one that joins lies a few pixels back at most. */
static GArray *merge(GArray *runs, double near)
{
    GArray *merged = g_array_new(FALSE, FALSE, sizeof(Ruling));
    g_array_sort(runs, by_place);
    for (guint i = 0; i < runs->len && merged->len <= MAX_RULINGS; i++) {
        const Ruling *run = &g_array_index(runs, Ruling, i);
        gboolean joined = FALSE;
        for (guint k = merged->len, steps = 0; !joined && k-- > 0 && steps < 300; steps++) {
            Ruling *into = &g_array_index(merged, Ruling, k);
            if (into->vertical != run->vertical || run->at - into->at > 2 * MERGE_ACROSS * near)
                break;
            joined = join(into, run, near);
        }
        if (!joined)
            g_array_append_val(merged, *run);
    }
    return merged;
}

void rulings_add_area(GArray *rulings, Rect area)
{
    double width = area.x1 - area.x0, height = area.y1 - area.y0;
    Ruling edges[4] = {{FALSE, area.y0, area.x0, area.x1},
                       {FALSE, area.y1, area.x0, area.x1},
                       {TRUE, area.x0, area.y0, area.y1},
                       {TRUE, area.x1, area.y0, area.y1}};
    /* A thin area has no ends worth the name. */
    if (height >= MIN_AREA_SIDE && width < MIN_AREA_SIDE)
        g_array_append_vals(rulings, &edges[2], 2);
    else if (width >= MIN_AREA_SIDE)
        g_array_append_vals(rulings, edges, height < MIN_AREA_SIDE ? 2 : 4);
}

GArray *rulings_join(GArray *rulings, double near)
{
    g_autoptr(GArray) runs = rulings;
    g_autoptr(GArray) once = merge(runs, near);
    GArray *joined = merge(once, near); /* pieces that came together from both sides */
    if (joined->len > MAX_RULINGS)
        g_array_set_size(joined, 0);
    return joined;
}

GArray *rulings_find(PIX *grey, double scale)
{
    int width = pixGetWidth(grey), height = pixGetHeight(grey);
    if (pixGetDepth(grey) != 8 || width < 2 || height < 2)
        return g_array_new(FALSE, FALSE, sizeof(Ruling));
    g_autofree guint8 *pixels = grey_rows(grey, width, height);
    GArray *runs = find_runs(pixels, width, height);
    if (runs->len >= MAX_RUNS)
        g_array_set_size(runs, 0);
    GArray *rulings = rulings_join(runs, 1);
    for (guint i = 0; i < rulings->len; i++) {
        Ruling *r = &g_array_index(rulings, Ruling, i);
        *r = (Ruling){r->vertical, r->at * scale, r->from * scale, r->to * scale};
    }
    return rulings;
}
