#include "stages/check/weigh.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/values.h"
#include "pipeline/host/engine.h"
#include "stages/check/check.h"
#include "stages/check/salvage.h"
#include "stages/stages.h"

#define STAGE "weigh"
#define MAX_CHECKS 1000u         /* of an answer; further ones are passed over */
#define MAX_CITATION_BYTES 2000u /* a longer one is no citation */
#define LEAST_CITED 2u           /* letters and digits: fewer stand everywhere */
#define LOSS_DISPUTED 0.4 /* what is left of a disputed field's confidence, as of a broken rule's */

void dispute_free(gpointer data)
{
    Dispute *dispute = data;
    g_free(dispute->pointer);
    g_free(dispute->said);
    g_free(dispute->citation);
    g_free(dispute);
}

/* ---- does it count? ---- */

/* Whether a text shows this value, as people may have written it. */
static gboolean shows(const char *text, const cJSON *value)
{
    if (cJSON_IsNumber(value)) {
        ValueNumber number;
        for (const char *at = text; value_find_number(at, -1, VALUE_DECIMAL_ANY, &number);
             at += MAX(number.end, 1))
            if (ABS(number.number - value->valuedouble) < 1e-9)
                return TRUE;
    }
    ValueDate date;
    if (cJSON_IsString(value) && value_find_date(text, -1, VALUE_ORDER_DMY, &date) &&
        g_str_equal(date.iso, value->valuestring))
        return TRUE;
    g_autofree char *json =
        cJSON_IsString(value) ? g_strdup(value->valuestring) : json_print(value, FALSE);
    g_autofree char *folded = bytes_fold_letters(json), *in = bytes_fold_letters(text);
    return *folded && strstr(in, folded);
}

static gboolean stands(const char *citation, const char *folded_document)
{
    if (!citation || strlen(citation) > MAX_CITATION_BYTES)
        return FALSE;
    g_autofree char *folded = bytes_fold_letters(citation);
    return g_utf8_strlen(folded, -1) >= LEAST_CITED && strstr(folded_document, folded);
}

/* Found in the document by ourselves. */
static gboolean is_found(const Field *field)
{
    return field && field->grounded >= GROUNDED_NORMALISED;
}

static Dispute *dispute(const char *pointer, const char *said, const char *citation)
{
    Dispute *new = g_new0(Dispute, 1);
    *new = (Dispute){g_strdup(pointer), g_strdup(said), g_strdup(citation)};
    return new;
}

/* One check of the answer; `value` is what it is about. */
static void weigh_check(const cJSON *check, const cJSON *value, Field *field,
                        const char *folded_document, GPtrArray *disputes)
{
    const char *verdict = json_string(check, "verdict", "");
    const char *said = json_string(check, "value", NULL);
    const char *citation = json_string(check, "citation", NULL);
    const char *pointer = json_string(check, "pointer", "");
    if (g_str_equal(verdict, "agrees")) {
        field->verified = "agrees";
    } else if (g_str_equal(verdict, "disagrees") && said && stands(citation, folded_document) &&
               (cJSON_IsNull(value) || !shows(citation, value))) {
        field->verified = "disagrees";
        g_ptr_array_add(disputes, dispute(pointer, said, citation));
    } else if (g_str_equal(verdict, "not_in_document") && !cJSON_IsNull(value) &&
               !is_found(field) && field->grounded != GROUNDED_DERIVED) {
        field->verified = "not_in_document";
        g_ptr_array_add(disputes, dispute(pointer, NULL, NULL));
    }
}

static char *folded_document(const Reading *reading)
{
    if (!reading)
        return g_strdup("");
    gsize length = reading->text->len;
    g_autofree char *text = g_malloc(length + 1);
    for (gsize i = 0; i < length; i++) /* its words are NUL-terminated */
        text[i] = reading->text->data[i] ? (char)reading->text->data[i] : ' ';
    text[length] = '\0';
    return bytes_fold_letters(text);
}

GPtrArray *weigh_answer(Job *job, const char *text)
{
    g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(cJSON) root = salvage_object(text, repairs, NULL);
    const cJSON *checks = cJSON_GetObjectItemCaseSensitive(root, "checks"), *check = NULL;
    if (!cJSON_IsArray(checks))
        return NULL;
    GPtrArray *disputes = g_ptr_array_new_with_free_func(dispute_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *document = folded_document(job->reading);
    cJSON_ArrayForEach(check, checks)
    {
        const char *pointer = json_string(check, "pointer", NULL);
        Field *field = pointer ? g_hash_table_lookup(job->record->fields, pointer) : NULL;
        if (g_hash_table_size(seen) >= MAX_CHECKS)
            break;
        if (field && g_hash_table_add(seen, (gpointer)pointer))
            weigh_check(check, json_at(job->record->root, pointer), field, document, disputes);
    }
    return disputes;
}

/* ---- what follows ---- */

static char *sentence_of(const Job *job, const Dispute *dispute)
{
    g_autofree char *value = json_print(json_at(job->record->root, dispute->pointer), FALSE);
    if (!dispute->said)
        return g_strdup_printf("%s is %.80s, which the verifier does not find in the document",
                               dispute->pointer, value);
    return g_strdup_printf("%s is %.80s; the verifier reads %.80s in \"%.160s\"", dispute->pointer,
                           value, dispute->said, dispute->citation);
}

static void add_problem(Job *job, const char *pointer, const char *name, const char *sentence)
{
    g_autofree char *rule = g_strconcat("verify:", name, NULL);
    g_autofree char *whole = g_utf8_make_valid(sentence, -1); /* it may have been cut anywhere */
    g_ptr_array_add(job->problems, problem_new(pointer, rule, whole));
}

/* For a person: the field is doubted as by a broken rule. */
static void put_to_review(Job *job, const Dispute *dispute)
{
    g_autofree char *sentence = sentence_of(job, dispute);
    Field *field = g_hash_table_lookup(job->record->fields, dispute->pointer);
    field->confidence *= LOSS_DISPUTED;
    job->record->confidence = MIN(job->record->confidence, field->confidence);
    add_problem(job, dispute->pointer, "disagrees", sentence);
}

/* FALSE: the record does not stay valid without the value. */
static gboolean drop_value(Job *job, const Dispute *dispute)
{
    g_autoptr(cJSON) without = cJSON_Duplicate(job->record->root, TRUE);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
    cJSON *value = (cJSON *)json_at(without, dispute->pointer);
    g_autofree char *sentence = sentence_of(job, dispute);
    if (!value || cJSON_IsNull(value))
        return FALSE;
    char *name = g_steal_pointer(&value->string);
    cJSON *next = value->next, *previous = value->prev;
    g_free(value->valuestring);
    *value = (cJSON){.type = cJSON_NULL, .string = name, .next = next, .prev = previous};
    if (!check_record(job->pack, without, problems, NULL))
        return FALSE;
    cJSON_Delete(job->record->root);
    job->record->root = g_steal_pointer(&without);
    job_reason(job, "verify_null", "%s; it was made null", sentence);
    Field *field = g_hash_table_lookup(job->record->fields, dispute->pointer);
    g_ptr_array_set_size(field->evidence, 0);
    field->grounded = GROUNDED_NONE;
    return TRUE;
}

static StageStep follow(Job *job, const GPtrArray *disputes)
{
    OnDisagreement choice = job->pack->on_disagreement;
    g_autofree char *first = disputes->len ? sentence_of(job, disputes->pdata[0]) : NULL;
    for (guint i = 0; i < disputes->len; i++)
        if (choice != DISAGREE_NULL || !drop_value(job, disputes->pdata[i]))
            put_to_review(job, disputes->pdata[i]);
    gboolean again = first && choice == DISAGREE_ESCALATE && engine_escalate(job, first);
    return again ? STAGE_REPAIR : STAGE_NEXT;
}

static StageStep run(Job *job, GError **error)
{
    (void)error;
    gboolean of_model = job->record && job->schema_valid && job->maker;
    if (!of_model || !engine_model_for(job, MODEL_VERIFY))
        return STAGE_NEXT;
    g_autoptr(GPtrArray) disputes = job->verification ? weigh_answer(job, job->verification) : NULL;
    if (disputes)
        return follow(job, disputes);
    if (job->verification)
        job_reason(job, "unverified", "what the verifier said holds no verification");
    if (job->pack->verify_required)
        add_problem(job, "", "missing", "no verifier has held the record against the document");
    return STAGE_NEXT;
}

const Stage stage_weigh = {
    .name = STAGE,
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_MODEL,
    .repair_to = "ask",
    .run = run,
};
