#include "stages/ask/hedge.h"

#include <stdlib.h>
#include <string.h>

#define ENOUGH 40u /* answers, so that two of them are slower */

void hedge_note(Hedge *hedge, gint64 latency_us)
{
    hedge->latencies_us[hedge->next] = latency_us;
    hedge->next = (hedge->next + 1) % HEDGE_SAMPLES;
    hedge->n = MIN(hedge->n + 1, HEDGE_SAMPLES);
}

static int compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

gint64 hedge_after_us(const Hedge *hedge)
{
    gint64 sorted[HEDGE_SAMPLES];
    if (hedge->n < ENOUGH)
        return -1;
    memcpy(sorted, hedge->latencies_us, hedge->n * sizeof *sorted);
    qsort(sorted, hedge->n, sizeof *sorted, compare);
    return sorted[hedge->n * 95 / 100];
}
