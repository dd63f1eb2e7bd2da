#include "tools/commands/prompt-document.h"

#include "stages/stages.h"
#include "tools/commands/inputs.h"

typedef struct {
    Inputs inputs;
    const Pack *pack;
    PromptVisit visit;
    gpointer data;
} Composing;

static Job *next_file(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Composing *composing = data;
    Job *job = inputs_next(&composing->inputs, engine, drained, error);
    if (job) {
        job->wanted_pack = g_strdup(composing->pack->name);
        job->sealed = TRUE;
    }
    return job;
}

static void file_done(Engine *engine, Job *job, gpointer data)
{
    const Composing *composing = data;
    if (job->kind == JOB_DOCUMENT || job->kind == JOB_ROW || job->error_code >= 0)
        composing->visit(job, composing->data);
}

gboolean prompt_document(Config *config, Pack *pack, const char *file, PromptVisit visit,
                         gpointer data, GError **error)
{
    /* It is composed whether a model is configured or not: nothing is asked. */
    Stage compose = stage_compose, pictures = stage_pictures;
    pictures.roles &= ~(guint)STAGE_FOR_MODEL;
    compose.roles &= ~(guint)STAGE_FOR_MODEL;
    const Stage *const plan[] = {&stage_intake, &stage_read, &stage_recognise,
                                 &pictures,     &compose,    NULL};
    char *files[] = {(char *)file, NULL};
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    g_ptr_array_add(packs, pack);
    Composing composing = {.pack = pack, .visit = visit, .data = data};
    if (!inputs_begin(&composing.inputs, files, error))
        return FALSE;
    g_autoptr(Ledger) ledger = ledger_open(NULL, TRUE, error);
    EngineOptions options = {.plan = plan,
                             .config = config,
                             .packs = packs,
                             .ledger = ledger,
                             .source = next_file,
                             .done = file_done,
                             .data = &composing};
    g_autoptr(Engine) engine = ledger ? engine_new(&options, error) : NULL;
    gboolean done = engine && console_engine(engine, error);
    inputs_clear(&composing.inputs);
    return done;
}
