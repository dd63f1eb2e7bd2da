/* The prompt of a document: the prefix of the prompt version that falls to it, then the document. */
#include <math.h>
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/ledger-calls.h"
#include "pipeline/host/ledger-examples.h"
#include "stages/compose/document.h"
#include "stages/compose/fit.h"
#include "stages/compose/prefix.h"
#include "stages/compose/similar.h"
#include "stages/compose/tokens.h"
#include "stages/stages.h"

#define STAGE "compose"
#define LEAST_CALLS 20u /* before what they counted is taken for what the next will count */

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
    pack_attach(pack, STAGE, terms_new(pack), (GDestroyNotify)terms_free);
    return TRUE;
}

/* ---- the document's text ---- */

/* Tokens that the model counted in earlier requests of this pack for each that was foreseen, by the
 * prefix, which is most of them; in steps, so that the same document gives the same prompt tomorrow. */
static gboolean token_factor(const Job *job, double *factor, GError **error)
{
    LedgerUsage usage = {0};
    const char *prefix = job->prompt->prefix;
    *factor = 1;
    if (!job->engine || job->reading->text->len < job->pack->max_input_tokens / 2)
        return TRUE;
    if (!ledger_call_usage(engine_ledger(job->engine), engine_model_for(job, MODEL_FIRST),
                           job->pack->name, &usage, error))
        return FALSE;
    double foreseen = tokens_estimate(prefix, -1) / (double)strlen(prefix);
    if (usage.n >= LEAST_CALLS && foreseen > 0)
        *factor = CLAMP(round(10 * usage.tokens_per_byte / foreseen) / 10, 0.5, 2);
    return TRUE;
}

/* What the meta file says of it. */
static cJSON *describe_shown(const Fit *fit)
{
    cJSON *shown = cJSON_CreateObject();
    cJSON_AddNumberToObject(shown, "characters", (double)(fit->characters - fit->left_out));
    cJSON_AddNumberToObject(shown, "tokens_estimated", round(fit->tokens));
    cJSON_AddNumberToObject(shown, "characters_left_out", (double)fit->left_out);
    cJSON_AddNumberToObject(shown, "lines_left_out", fit->lines);
    cJSON *gaps = cJSON_AddArrayToObject(shown, "gaps");
    for (guint i = 0; i < fit->gaps->len; i++) {
        const FitGap *gap = &g_array_index(fit->gaps, FitGap, i);
        cJSON *item = cJSON_CreateObject();
        cJSON_AddNumberToObject(item, "page", gap->page);
        cJSON_AddNumberToObject(item, "lines", gap->lines);
        cJSON_AddNumberToObject(item, "characters", (double)gap->characters);
        cJSON_AddItemToArray(gaps, item);
    }
    return shown;
}

/* The same of the pages that it sees. */
static cJSON *describe_pictures(const GPtrArray *pictures)
{
    cJSON *list = cJSON_CreateArray();
    for (guint i = 0; i < pictures->len; i++) {
        const Picture *picture = pictures->pdata[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddNumberToObject(item, "page", picture->page);
        cJSON_AddNumberToObject(item, "width", picture->width);
        cJSON_AddNumberToObject(item, "height", picture->height);
        cJSON_AddNumberToObject(item, "dpi", picture->dpi);
        cJSON_AddNumberToObject(item, "bytes", (double)g_bytes_get_size(picture->jpeg));
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

/* The document as Markdown within the pack's limits. NULL without an error: it cannot be shown, and
 * the job's reasons say why. */
static char *shown_text(Job *job, GError **error)
{
    const Pack *pack = job->pack;
    if (job->reading->text->len > pack->max_input_bytes) {
        job_reason(job, "input_too_long",
                   "the text has %u bytes; pack %s shows a model documents of at most %u",
                   job->reading->text->len, pack->name, pack->max_input_bytes);
        return NULL;
    }
    FitLimit limit = {.characters = pack->max_input_chars, .tokens = pack->max_input_tokens};
    if (!token_factor(job, &limit.token_factor, error))
        return NULL;
    g_autoptr(GArray) pieces = pieces_from_reading(job->reading);
    g_auto(Fit) fit = {0};
    char *text = fit_pieces(pieces, pack_attached(pack, STAGE), &limit, &fit);
    if (!text)
        job_reason(job, "input_too_long",
                   "no line of the text fits into what pack %s shows to a model (%u characters, "
                   "%u tokens)",
                   pack->name, pack->max_input_chars, pack->max_input_tokens);
    else if (fit.left_out)
        job_reason(job, "input_cut",
                   "%u lines (%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                   " characters) in %u places were not shown to the model; pack %s allows %u "
                   "characters, %u tokens",
                   fit.lines, fit.left_out, fit.characters, fit.gaps->len, pack->name,
                   pack->max_input_chars, pack->max_input_tokens);
    cJSON_Delete(job->shown);
    job->shown = text ? describe_shown(&fit) : NULL;
    return text;
}

/* ---- the stage ---- */

static StageStep run(Job *job, GError **error)
{
    job->prompt = pack_prompt_for(job->pack, job->sha256);
    if (!job->prompt || !job->prompt->prefix || !job->reading) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "nothing to compose a prompt from");
        return STAGE_ERROR;
    }
    g_autoptr(GError) bad = NULL;
    g_autofree char *text = shown_text(job, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return STAGE_ERROR;
    }
    if (!text) {
        job->model_failed = TRUE;
        return STAGE_FALLBACK;
    }
    g_autofree char *similar =
        job->engine ? similar_compose(job, engine_ledger(job->engine), text, &bad) : g_strdup("");
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return STAGE_ERROR;
    }
    /* A row's name is its batch's, which says nothing about it. */
    const char *name = job->kind == JOB_ROW ? NULL : job->name;
    g_autofree char *seen = g_strconcat(name ? name : "", "\n", text, NULL);
    g_autofree char *marker = document_marker(job->sha256, seen);
    g_autofree char *user = document_message(name, marker, text);
    job_message(job, ROLE_SYSTEM, job->prompt->prefix)->cache = TRUE;
    g_autofree char *told = g_strconcat(similar, user, NULL);
    Message *document = job_message(job, ROLE_USER, told);
    if (job->pictures && job->pictures->len) {
        document->pictures = g_ptr_array_ref(job->pictures);
        cJSON_AddItemToObject(job->shown, "pictures", describe_pictures(job->pictures));
    }
    return STAGE_NEXT;
}

/* A pack that wants examples needs their index; without one nothing is kept for the run. */
static gpointer start(Engine *engine, GError **error)
{
    static const char nothing[] = "";
    const GPtrArray *packs = engine_packs(engine);
    for (guint i = 0; i < packs->len; i++) {
        const Pack *pack = packs->pdata[i];
        if (pack->retrieve && !ledger_examples_begin(engine_ledger(engine), error)) {
            g_prefix_error(error, "pack %s: ", pack->name);
            return NULL;
        }
    }
    return (gpointer)nothing;
}

const Stage stage_compose = {
    .name = STAGE,
    .version = 2,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_MODEL,
    .fallback_to = "template",
    .prepare = prepare,
    .start = start,
    .run = run,
};
