/* The prompt of a document: the prefix of the prompt version that falls to it, then the document. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/host/engine.h"
#include "stages/compose/document.h"
#include "stages/compose/fit.h"
#include "stages/compose/prefix.h"
#include "stages/stages.h"

#define STAGE "compose"

static gboolean prepare(Pack *pack, GError **error)
{
    (void)error;
    for (guint i = 0; i < pack->prompts->len; i++) {
        Prompt *prompt = pack->prompts->pdata[i];
        g_free(prompt->prefix);
        g_free(prompt->sha256);
        prompt->prefix = prefix_compose(pack, prompt);
        prompt->sha256 = bytes_sha256(prompt->prefix, strlen(prompt->prefix));
    }
    return TRUE;
}

static StageStep run(Job *job, GError **error)
{
    job->prompt = pack_prompt_for(job->pack, job->sha256);
    if (!job->prompt || !job->prompt->prefix || !job->reading) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "nothing to compose a prompt from");
        return STAGE_ERROR;
    }
    g_autofree char *markdown = reading_to_markdown(job->reading);
    Fit fit;
    g_autofree char *text = fit_markdown(markdown, job->pack->max_input_chars, &fit);
    if (!text) {
        job->model_failed = TRUE;
        job_reason(job, "input_too_long",
                   "no line of the text fits into the %u characters that pack %s shows to a model",
                   job->pack->max_input_chars, job->pack->name);
        return STAGE_FALLBACK;
    }
    if (fit.left_out)
        job_reason(job, "input_cut",
                   "%u lines (%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                   " characters) were not shown to the model; pack %s allows %u",
                   fit.lines, fit.left_out, fit.characters, job->pack->name,
                   job->pack->max_input_chars);
    /* A row's name is its batch's, which says nothing about it. */
    const char *name = job->kind == JOB_ROW ? NULL : job->name;
    g_autofree char *seen = g_strconcat(name ? name : "", "\n", text, NULL);
    g_autofree char *marker = document_marker(job->sha256, seen);
    g_autofree char *user = document_message(name, marker, text);
    job_message(job, ROLE_SYSTEM, job->prompt->prefix)->cache = TRUE;
    job_message(job, ROLE_USER, user);
    return STAGE_NEXT;
}

const Stage stage_compose = {
    .name = STAGE,
    .version = 2,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_MODEL,
    .fallback_to = "template",
    .prepare = prepare,
    .run = run,
};
