#include "disagree.h"

#include "pipeline/core/reading-agree.h"

/* Of what an electronic invoice says, the part that is paid by. */
static const char *const weighty[] = {"Invoice number", "Issue date", "Grand total", NULL};

/* The words of a line in one column. Caller frees. */
static char *side(const Reading *data, const Line *line, gint column)
{
    GString *text = g_string_new(NULL);
    for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
        const Word *word = reading_word(data, w);
        if (word->column == column)
            g_string_append_printf(text, "%s%s", text->len ? " " : "",
                                   reading_word_text(data, word));
    }
    return g_string_free(text, FALSE);
}

/* Any of its lines is of an invoice: other data are compared by whoever takes values from them. */
static gboolean is_invoice(const Reading *data)
{
    for (guint p = 0; p < data->pages->len; p++) {
        const Page *page = reading_page(data, p);
        if (page->technique != TECHNIQUE_DATA || page->n_blocks == 0)
            continue;
        const Line *line = reading_line(data, reading_block(data, page->first_block)->first_line);
        g_autofree char *key = side(data, line, 0);
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
        const Line *line = reading_line(data, l);
        if (line->agreement != 0)
            continue;
        g_autofree char *key = side(data, line, 0);
        g_autofree char *value = side(data, line, 1);
        if (g_strv_contains(weighty, key))
            job_reason(job, "data_disagrees",
                       "the data that the document carries says %s \"%.100s\", which no page shows",
                       key, value);
    }
}
