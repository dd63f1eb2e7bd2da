/* The record without a model: the embedded default, and the fallback when a model failed. */
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

static StageStep run(Job *job, GError **error)
{
    const Template *template = pack_attached(job->pack, ATTACHED);
    if (template == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "pack %s was not prepared for the template", job->pack->name);
        return STAGE_ERROR;
    }
    job_set_record(job, template_extract(template, job->reading));
    return STAGE_NEXT;
}

const Stage stage_template = {
    .name = "template",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_TEMPLATE,
    .prepare = prepare,
    .run = run,
};
