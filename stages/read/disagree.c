#include "disagree.h"

#include "pipeline/core/reading-agree.h"

/* Of what an electronic invoice says, the part that is paid by. */
static const char *const weighty[] = {"Invoice number", "Issue date", "Grand total", NULL};

/* It begins as an invoice does: other data are compared by whoever takes values from them. */
static gboolean is_invoice(const Reading *data)
{
    for (guint p = 0; p < data->pages->len; p++) {
        const Page *page = reading_page(data, p);
        if (page->technique != TECHNIQUE_DATA || page->n_blocks == 0)
            continue;
        guint line = reading_block(data, page->first_block)->first_line;
        g_autofree char *key = reading_column_text(data, line, 0);
        if (g_strv_contains(weighty, key))
            return TRUE;
    }
    return FALSE;
}

void data_disagreements(Job *job)
{
    const Reading *data = job->reading->second;
    if (!data || !is_invoice(data))
        return;
    reading_agree_data(job->reading);
    for (guint l = 0; l < data->lines->len; l++) {
        if (reading_line(data, l)->agreement != 0)
            continue;
        g_autofree char *key = reading_column_text(data, l, 0);
        g_autofree char *value = reading_column_text(data, l, 1);
        if (g_strv_contains(weighty, key))
            job_reason(job, "data_disagrees",
                       "the data that the document carries says %s \"%.100s\", which no page shows",
                       key, value);
    }
}
