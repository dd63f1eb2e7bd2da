/* The gate: an answer becomes a record here, or it does not. Salvage, schema, rules, grounding,
 * score; and what does not pass goes back to the model with the reasons, a bounded number of times. */
#include "stages/check/check.h"

#include "pipeline/core/bytes.h"
#include "pipeline/host/engine.h"
#include "stages/check/absent.h"
#include "stages/check/ground.h"
#include "stages/check/salvage.h"
#include "stages/check/schema/schema.h"
#include "stages/check/score.h"
#include "stages/stages.h"

#include <string.h>

#define STAGE "check"
#define MAX_SENTENCES 20u       /* told to the model in one repair round */
#define MAX_QUOTED_BYTES 60000u /* of its answer, shown back to it */

/* What belongs to a pack. */
typedef struct {
    Schema *schema;
    Rules *rules; /* NULL: not compiled yet, or the pack has none */
    CheckFields *fields;
} CheckPack;

/* A record that conforms to the schema, put aside. */
typedef struct {
    cJSON *root;       /* NULL: none is */
    const Call *maker; /* the call that it came from */
    guint salvaged;    /* repairs of the text it came from */
    guint repairs;     /* rounds until it was there */
    gboolean sound;    /* nothing speaks against it but doubts */
    double confidence;
} Aside;

/* What is kept on a job between rounds. */
typedef struct {
    Aside valid;    /* the last one, though a rule was broken */
    Aside first;    /* the first model's, while the stronger one is asked */
    guint salvaged; /* repairs of the text that the present record came from, … */
    guint repairs;  /* … and rounds until it was there */
    char *wish; /* a rule's word why the stronger model shall be asked; NULL: none asks for it */
} CheckState;

/* ---- packs ---- */

static void check_pack_free(CheckPack *own)
{
    schema_free(own->schema);
    rules_free(own->rules);
    check_fields_free(own->fields);
    g_free(own);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckPack, check_pack_free)

static gboolean prepare(Pack *pack, GError **error)
{
    g_autoptr(CheckPack) own = g_new0(CheckPack, 1);
    g_autoptr(GError) inner = NULL;
    SchemaOptions options = {.assert_format = TRUE};
    own->schema = schema_compile(pack->schema, &options, &inner);
    if (own->schema == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "pack %s, schema.json: %s", pack->name,
                    inner->message);
        return FALSE;
    }
    own->fields = check_fields_new(pack->schema, error);
    if (own->fields == NULL) {
        g_prefix_error(error, "pack %s, ", pack->name);
        return FALSE;
    }
    pack_attach(pack, STAGE, g_steal_pointer(&own), (GDestroyNotify)check_pack_free);
    return TRUE;
}

gboolean check_compile_rules(const Pack *pack, GError **error)
{
    CheckPack *own = pack_attached(pack, STAGE);
    if (own->rules == NULL && pack->rules != NULL) {
        own->rules = rules_new(pack->rules, error);
        if (own->rules == NULL) {
            g_prefix_error(error, "pack %s, ", pack->name);
            return FALSE;
        }
    }
    return TRUE;
}

/* A run shall not meet a broken pack in its middle. The state is not used. */
static gpointer start(Engine *engine, GError **error)
{
    GPtrArray *packs = engine_packs(engine);
    for (guint i = 0; engine_outbox(engine) != NULL && i < packs->len; i++)
        if (!check_compile_rules(g_ptr_array_index(packs, i), error))
            return NULL;
    return engine;
}

/* ---- schema and rules ---- */

static void add_problem(GPtrArray *problems, const char *pointer, const char *kind,
                        const char *name, const char *sentence)
{
    g_autofree char *rule = g_strconcat(kind, ":", name, NULL);
    g_ptr_array_add(problems, problem_new(pointer, rule, sentence));
}

static SchemaVerdict validate(const CheckPack *own, const cJSON *record, GPtrArray *problems)
{
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    SchemaVerdict verdict = schema_evaluate(own->schema, record, findings);
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(findings, i);
        add_problem(problems, finding->instance, "schema", finding->rule, finding->sentence);
    }
    return verdict;
}

/* TRUE when the rules could be asked; *broken when one of severity error does not hold. */
static gboolean apply_rules(const Pack *pack, const cJSON *record, GPtrArray *problems,
                            GPtrArray *findings, gboolean *broken, GError **error)
{
    const CheckPack *own = pack_attached(pack, STAGE);
    *broken = FALSE;
    if (!check_compile_rules(pack, error))
        return FALSE;
    if (own->rules == NULL)
        return TRUE;
    gboolean ok = rules_run(own->rules, record, findings, error);
    for (guint i = 0; ok && i < findings->len; i++) {
        const RuleFinding *finding = g_ptr_array_index(findings, i);
        if (finding->kind == RULE_FOLLOWS || finding->kind == RULE_STRONG)
            continue;
        *broken |= finding->kind == RULE_ERROR;
        add_problem(problems, finding->pointer, finding->kind == RULE_WARN ? "warn" : "rule",
                    finding->rule, finding->message);
    }
    return ok;
}

static GPtrArray *rule_findings_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)rule_finding_free);
}

gboolean check_record(const Pack *pack, const cJSON *record, GPtrArray *problems, GError **error)
{
    const CheckPack *own = pack_attached(pack, STAGE);
    SchemaVerdict verdict = validate(own, record, problems);
    if (verdict == SCHEMA_UNDECIDED)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "it cannot be decided whether the record is valid: a limit was reached");
    if (verdict != SCHEMA_VALID)
        return FALSE;
    gboolean broken;
    g_autoptr(GPtrArray) findings = rule_findings_new();
    return apply_rules(pack, record, problems, findings, &broken, error) && !broken;
}

/* ---- what is put aside ---- */

static void aside_clear(Aside *aside)
{
    cJSON_Delete(aside->root);
    *aside = (Aside){0};
}

static void state_free(gpointer data)
{
    CheckState *state = data;
    aside_clear(&state->valid);
    aside_clear(&state->first);
    g_free(state->wish);
    g_free(state);
}

static CheckState *state_of(Job *job)
{
    CheckState *state = job_data(job, STAGE);
    if (state == NULL) {
        state = g_new0(CheckState, 1);
        job_set_data(job, STAGE, state, state_free);
    }
    return state;
}

static gboolean is_sound(const Job *job)
{
    for (guint i = 0; i < job->problems->len; i++)
        if (problem_is_serious(job->problems->pdata[i]))
            return FALSE;
    return job->schema_valid;
}

static void put_aside(const Job *job, const CheckState *state, Aside *aside)
{
    aside_clear(aside);
    *aside = (Aside){.root = cJSON_Duplicate(job->record->root, TRUE),
                     .maker = job->maker,
                     .salvaged = state->salvaged,
                     .repairs = state->repairs,
                     .sound = is_sound(job),
                     .confidence = job->record->confidence};
}

/* ---- grounding and score ---- */

static void note_ungrounded(const char *pointer, cJSON *value, gpointer data)
{
    Job *job = data;
    const Field *field = g_hash_table_lookup(job->record->fields, pointer);
    if (field == NULL || field->grounded != GROUNDED_NONE || cJSON_IsNull(value))
        return;
    g_autofree char *text = json_print(value, FALSE);
    g_autofree char *cut = g_utf8_substring(text, 0, MIN(80, g_utf8_strlen(text, -1)));
    g_autofree char *sentence =
        g_strdup_printf("%s is %s%s, which stands nowhere in the document", pointer, cut,
                        strlen(cut) < strlen(text) ? "…" : "");
    add_problem(job->problems, pointer, "ground", "none", sentence);
}

static void ground_and_score(Job *job, const CheckPack *own, const GPtrArray *findings,
                             guint salvaged)
{
    g_autoptr(Reading) nothing = job->reading == NULL ? reading_new("text/plain") : NULL;
    g_autoptr(GroundIndex) index = ground_index_new(job->reading == NULL ? nothing : job->reading);
    ground_record(index, own->fields, findings, job->record);
    record_each_leaf(job->record->root, note_ungrounded, job);
    ScoreRecord input = {.problems = job->problems,
                         .schema_valid = job->schema_valid,
                         .repairs = job->repairs,
                         .salvaged = salvaged};
    score_record(job->record, own->fields, &input);
}

/* A rule may find nothing wrong, and still want a better model for such a document. */
static void note_wish(Job *job, const GPtrArray *findings)
{
    CheckState *state = state_of(job);
    g_clear_pointer(&state->wish, g_free);
    for (guint i = 0; i < findings->len && state->wish == NULL; i++) {
        const RuleFinding *finding = g_ptr_array_index(findings, i);
        if (finding->kind == RULE_STRONG)
            state->wish = g_strdup_printf("%s: %s", finding->rule, finding->message);
    }
}

/* Everything about the job's record. TRUE when schema and error rules hold. */
static gboolean judge(Job *job, const CheckPack *own, guint salvaged)
{
    g_autoptr(GPtrArray) findings = rule_findings_new();
    g_autoptr(GError) error = NULL;
    gboolean broken = FALSE;
    g_ptr_array_set_size(job->problems, 0);
    job->schema_valid = validate(own, job->record->root, job->problems) == SCHEMA_VALID;
    if (job->schema_valid &&
        !apply_rules(job->pack, job->record->root, job->problems, findings, &broken, &error))
        add_problem(job->problems, "", "rules", "failed", error->message);
    if (job->route == ROUTE_MODEL)
        note_wish(job, findings);
    ground_and_score(job, own, findings, salvaged);
    return job->schema_valid && !broken;
}

/* Takes what was put aside for the job's record again. */
static void take_back(Job *job, const CheckPack *own, Aside *aside)
{
    guint salvaged = aside->salvaged;
    job_set_record(job, record_new(g_steal_pointer(&aside->root), METHOD_MODEL));
    job->maker = aside->maker;
    job->repairs = aside->repairs;
    aside_clear(aside);
    judge(job, own, salvaged);
}

/* ---- repair ---- */

/* Shows the model its own answer and what is wrong with it; nothing said before is changed, so that
 * the conversation's beginning stays cached at the provider. */
static void ask_again(Job *job)
{
    g_autofree char *answer = bytes_to_utf8(job->answer == NULL ? "" : job->answer, -1);
    if (strlen(answer) > MAX_QUOTED_BYTES) {
        char *cut = g_utf8_find_prev_char(answer, answer + MAX_QUOTED_BYTES);
        *cut = '\0';
    }
    g_autoptr(GString) text =
        g_string_new("The record above does not pass. Correct exactly these points:\n");
    for (guint i = 0; i < job->problems->len && i < MAX_SENTENCES; i++) {
        const Problem *problem = g_ptr_array_index(job->problems, i);
        g_string_append_printf(text, "- %s\n", problem->sentence);
    }
    g_string_append(text, "Take every value from the document; use null or leave a field out, as "
                          "the schema allows, when the document does not say it. Answer with the "
                          "whole corrected JSON object and nothing else.");
    job_message(job, ROLE_ASSISTANT, answer);
    job_message(job, ROLE_USER, text->str);
    job->repairs++;
    job_reason(job, "repair", "round %u: %s", job->repairs,
               job->problems->len == 0
                   ? "the answer held no record"
                   : ((Problem *)g_ptr_array_index(job->problems, 0))->sentence);
}

/* ---- the stronger model ---- */

/* Why the record at hand will not do as it is; NULL: it will. Caller frees. */
static char *why_not_enough(const Job *job, const CheckState *state)
{
    if (!is_sound(job))
        return g_strdup(((const Problem *)g_ptr_array_index(job->problems, 0))->sentence);
    if (job->record->confidence < job->pack->accept_at)
        return g_strdup_printf("confidence %.2f is under accept_at %.2f", job->record->confidence,
                               job->pack->accept_at);
    return g_strdup(state->wish);
}

static StageStep begin_anew(const Job *job)
{
    aside_clear(&((CheckState *)job_data(job, STAGE))->valid);
    return STAGE_REPAIR;
}

/* Of two models' records the better one; the stronger model's if they are alike. */
static void choose(Job *job, const CheckPack *own, CheckState *state)
{
    const Aside *first = &state->first;
    if (first->root == NULL)
        return;
    gboolean sound = is_sound(job);
    double confidence = job->record->confidence;
    if (first->sound == sound ? first->confidence <= confidence : sound)
        return;
    job_reason(job, "first_model", "its record is the better one: %s, confidence %.2f (%s, %.2f)",
               first->sound ? "nothing speaks against it" : "something speaks against both",
               first->confidence,
               sound ? "the stronger model's as well" : "not so the stronger model's", confidence);
    take_back(job, own, &state->first);
}

/* This model has a record that conforms. */
static StageStep settle(Job *job, const CheckPack *own)
{
    CheckState *state = state_of(job);
    if (job->role == MODEL_STRONG) {
        choose(job, own, state);
        return STAGE_NEXT;
    }
    g_autofree char *why = why_not_enough(job, state);
    return why != NULL && engine_escalate(job, why) ? begin_anew(job) : STAGE_NEXT;
}

/* No repair rounds are left. A record that conforms goes on, for decide to judge; an answer that
 * does not is given up for an earlier one that did, else for another model, else for the template. */
static StageStep give_up(Job *job, const CheckPack *own)
{
    CheckState *state = state_of(job);
    if (job->record != NULL && job->schema_valid)
        return settle(job, own);
    if (state->valid.root != NULL) {
        job_reason(job, "repair", "the last answer is worse; the one before is kept");
        take_back(job, own, &state->valid);
        return settle(job, own);
    }
    if (state->first.root != NULL) {
        take_back(job, own, &state->first);
        return STAGE_NEXT;
    }
    g_autofree char *why = g_strdup_printf(
        "no valid record after %u repair rounds: %s", job->repairs,
        job->problems->len == 0 ? "no answer held one"
                                : ((Problem *)g_ptr_array_index(job->problems, 0))->sentence);
    job_set_record(job, NULL);
    job->maker = NULL;
    g_ptr_array_set_size(job->problems, 0);
    if (engine_escalate(job, why))
        return begin_anew(job);
    job_reason(job, "model_answer", "%s", why);
    job->model_failed = TRUE;
    return STAGE_FALLBACK;
}

/* An answer that was broken off is no record, even if what came of it would pass for one: what went
 * wrong is all that the model is told. */
static void refuse_broken_off(Job *job)
{
    job->schema_valid = FALSE;
    g_ptr_array_set_size(job->problems, 0);
    add_problem(job->problems, "", "stream", "stopped", job->answer_fault);
}

/* ---- the stage ---- */

/* The model's claim, as a record; NULL with a problem that says why when there is none in it. */
static cJSON *take_answer(Job *job, guint *salvaged)
{
    g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    cJSON *root = salvage_object(job->answer, repairs, &error);
    for (guint i = 0; i < repairs->len; i++)
        job_reason(job, "salvage", "%s", (const char *)g_ptr_array_index(repairs, i));
    *salvaged = repairs->len;
    if (root == NULL) {
        g_ptr_array_set_size(job->problems, 0);
        add_problem(job->problems, "", "schema", "json", error->message);
    }
    return root;
}

/* The stronger model's first answer is here: the record at hand is the first model's. */
static void keep_first(Job *job, CheckState *state)
{
    gboolean anew = job->role == MODEL_STRONG && job->repairs == 0 && job->maker != job->answered;
    if (anew && job->record != NULL && job->schema_valid)
        put_aside(job, state, &state->first);
}

static StageStep run_model(Job *job, const CheckPack *own)
{
    CheckState *state = state_of(job);
    guint salvaged = 0;
    keep_first(job, state);
    if (job->answer == NULL) /* another round brought nothing: what there was before counts */
        return give_up(job, own);
    cJSON *root = take_answer(job, &salvaged);
    guint absent = root == NULL ? 0 : absent_nulls(own->schema, root);
    if (absent > 0)
        job_reason(job, "salvage", "%u nulls stood where the schema wants nothing", absent);
    job_set_record(job, root == NULL ? NULL : record_new(root, METHOD_MODEL));
    job->maker = root == NULL ? NULL : job->answered;
    job->schema_valid = FALSE;
    state->salvaged = salvaged;
    state->repairs = job->repairs;
    if (root != NULL && judge(job, own, salvaged) && job->answer_fault == NULL)
        return settle(job, own);
    if (job->answer_fault != NULL)
        refuse_broken_off(job);
    if (root != NULL && job->schema_valid)
        put_aside(job, state, &state->valid);
    if (job->repairs >= job->pack->max_repairs)
        return give_up(job, own);
    ask_again(job);
    return STAGE_REPAIR;
}

static StageStep run(Job *job, GError **error)
{
    const CheckPack *own = pack_attached(job->pack, STAGE);
    if (job->route == ROUTE_MODEL)
        return run_model(job, own);
    if (job->record == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "the template made no record");
        return STAGE_ERROR;
    }
    judge(job, own, 0);
    return STAGE_NEXT;
}

const Stage stage_check = {
    .name = STAGE,
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW,
    .repair_to = "ask",
    .fallback_to = "template",
    .prepare = prepare,
    .start = start,
    .run = run,
};
