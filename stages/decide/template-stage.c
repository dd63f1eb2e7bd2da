/* The record without a model: the embedded default, and the fallback when a model failed. */
#include "pipeline/core/reading-agree.h"
#include "pipeline/host/engine.h"
#include "template.h"

#include "stages/stages.h"

#define ATTACHED "template"

static gboolean prepare(Pack *pack, GError **error)
{
    Template *template = template_new(pack->template, pack->schema, error);
    if (template == NULL) {
        g_prefix_error(error, "pack %s: ", pack->name);
        return FALSE;
    }
    pack_attach(pack, ATTACHED, template, (GDestroyNotify)template_free);
    return TRUE;
}

/* The template looked at pages that stand; evidence points at them as they lie. */
static void lay_evidence_back(const Record *record, const Reading *reading)
{
    GHashTableIter iter;
    gpointer field;
    g_hash_table_iter_init(&iter, record->fields);
    while (g_hash_table_iter_next(&iter, NULL, &field)) {
        const GPtrArray *found = ((const Field *)field)->evidence;
        for (guint i = 0; i < found->len; i++) {
            Evidence *evidence = found->pdata[i];
            for (guint p = 0; p < reading->pages->len; p++)
                if (reading_page(reading, p)->number == evidence->page)
                    evidence->rect = rect_from_upright(reading_page(reading, p), evidence->rect);
        }
    }
}

static StageStep run(Job *job, GError **error)
{
    const Template *template = pack_attached(job->pack, ATTACHED);
    if (template == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "pack %s was not prepared for the template", job->pack->name);
        return STAGE_ERROR;
    }
    g_autoptr(Reading) upright = reading_upright(job->reading);
    job_set_record(job, template_extract(template, upright ? upright : job->reading));
    if (upright)
        lay_evidence_back(job->record, job->reading);
    const Reading *second = job->reading->second;
    if (second && second->lines->len && reading_line(second, 0)->agreement < 0)
        reading_agree_data(job->reading); /* of an invoice the reading has been compared already */
    template_prefer_data(template, job->reading, job->record);
    return STAGE_NEXT;
}

const Stage stage_template = {
    .name = "template",
    .version = 2,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_TEMPLATE,
    .prepare = prepare,
    .run = run,
};
