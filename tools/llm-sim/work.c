#include "tools/llm-sim/work.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "tools/llm-sim/checks.h"
#include "tools/llm-sim/parts.h"
#include "tools/llm-sim/travel.h"

void work_clear(Work *work)
{
    question_clear(&work->question);
    completion_clear(&work->completion);
    trouble_clear(&work->trouble);
    cJSON_Delete(work->body);
    *work = (Work){0};
}

/* ---- may it be asked at all? ---- */

static gboolean check_fields(const Model *model, const cJSON *body, Trouble *trouble)
{
    for (guint i = 0; model->refuses && model->refuses[i]; i++)
        if (cJSON_GetObjectItemCaseSensitive(body, model->refuses[i]))
            return trouble_set(
                trouble, 400, "invalid_request_error", "unsupported_parameter", model->refuses[i],
                "Unsupported parameter: '%s' is not supported with this model.", model->refuses[i]);
    return TRUE;
}

static gint64 prompt_tokens(const Question *question)
{
    return tokens_of(question->prompt->len) + (gint64)question->images * IMAGE_TOKENS;
}

static gboolean check_context(const Model *model, const Question *question, Trouble *trouble)
{
    gint64 tokens = prompt_tokens(question);
    if (!model->context || tokens <= model->context)
        return TRUE;
    return trouble_set(trouble, 400, "invalid_request_error", "context_length_exceeded", "messages",
                       "prompt is too long: %" G_GINT64_FORMAT " tokens > %" G_GINT64_FORMAT
                       " maximum",
                       tokens, model->context);
}

static const Model *admit(const World *world, const HttpRequest *request, Work *work)
{
    Trouble *trouble = &work->trouble;
    if (request && world->key && !work->protocol->authorized(request, world->key)) {
        trouble_set(trouble, 401, "invalid_request_error", "invalid_api_key", NULL,
                    "Incorrect API key provided");
        return NULL;
    }
    if (!cJSON_IsObject(work->body)) {
        trouble_set(trouble, 400, "invalid_request_error", NULL, NULL,
                    "We could not parse the JSON body of your request.");
        return NULL;
    }
    if (!work->protocol->ask(request, work->body, &work->question, trouble))
        return NULL;
    const Model *model = models_find(world->models, work->question.model);
    if (!model) {
        trouble_set(trouble, 404, "invalid_request_error", "model_not_found", "model",
                    "The model '%s' does not exist", work->question.model);
        return NULL;
    }
    gboolean good =
        check_fields(model, work->body, trouble) && check_context(model, &work->question, trouble);
    return good ? model : NULL;
}

/* ---- what goes wrong? ---- */

static void refuse(Fault fault, Work *work)
{
    static const struct {
        Fault fault;
        guint status, wait_s;
        const char *type, *code, *message;
    } rows[] = {
        {FAULT_400, 400, 0, "invalid_request_error", NULL, "The request is not liked"},
        {FAULT_401, 401, 0, "invalid_request_error", "invalid_api_key",
         "Incorrect API key provided: sk-sim-****1234"},
        {FAULT_404, 404, 0, "invalid_request_error", "model_not_found", "The model does not exist"},
        {FAULT_QUOTA, 429, 0, "insufficient_quota", "insufficient_quota",
         "You exceeded your current quota, please check your plan and billing details."},
        {FAULT_429, 429, 1, "requests", "rate_limit_exceeded", "Rate limit reached"},
        {FAULT_429_BARE, 429, 0, "requests", "rate_limit_exceeded", "Rate limit reached"},
        {FAULT_500, 500, 0, "server_error", NULL, "The server had an error"},
        {FAULT_502, 502, 0, "server_error", NULL, "Bad gateway"},
        {FAULT_503, 503, 0, "server_error", "server_is_overloaded", "Overloaded"},
        {FAULT_529, 529, 0, "server_error", "server_is_overloaded", "Overloaded"},
    };
    work->refusal = fault;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].fault == fault) {
            trouble_set(&work->trouble, rows[i].status, rows[i].type, rows[i].code, NULL, "%s",
                        rows[i].message);
            work->trouble.wait_s = rows[i].wait_s;
        }
}

/* A batch's entries do not travel by themselves: they cannot be reset, hang or be limited. */
static FaultSet for_entry(FaultSet faults)
{
    static const Fault not [] = {
        FAULT_429,          FAULT_429_BARE,    FAULT_RESET,       FAULT_TLS,  FAULT_HANG,
        FAULT_HTML,         FAULT_CUT,         FAULT_SLOW,        FAULT_DRIP, FAULT_HANG_STREAM,
        FAULT_STREAM_ERROR, FAULT_GARBAGE_SSE, FAULT_INVALID_UTF8};
    for (guint i = 0; i < G_N_ELEMENTS(not ); i++)
        faults &= ~FAULT_BIT(not [i]);
    return faults;
}

static void choose_faults(const World *world, const Model *model, gboolean batch, Work *work)
{
    BillEntry *entry = work->entry;
    FaultSubject subject = {entry->request, entry->times, entry->document, entry->repair};
    entry->faults = faults_choose(&world->rules, &world->rates, &model->faults, &subject);
    entry->faults = batch ? for_entry(entry->faults) : entry->faults & ~FAULT_BIT(FAULT_EXPIRED);
    if (!work->question.stream)
        entry->faults &= ~(FAULT_BIT(FAULT_GARBAGE_SSE) | FAULT_BIT(FAULT_STREAM_ERROR));
    Fault fault = faults_refusal(entry->faults);
    if (fault == FAULT_NONE)
        return;
    entry->faults = FAULT_BIT(fault); /* nothing else happens to it */
    refuse(fault, work);
}

/* ---- the answer ---- */

/* A letter of the text's second half that will be broken on the way. */
static void mark_broken(Completion *completion)
{
    gsize length = strlen(completion->text);
    for (gsize at = length / 2; at < length; at++) {
        if (!g_ascii_isalpha(completion->text[at]) || completion->text[at - 1] == '\\')
            continue;
        char *marked = g_strdup_printf("%.*s" TRAVEL_BROKEN_MARK "%s", (int)at, completion->text,
                                       completion->text + at + 1);
        g_free(completion->text);
        completion->text = marked;
        g_array_unref(completion->pieces);
        completion->pieces = completion_pieces(marked);
        return;
    }
}

/* What is said of the documents of a question about several: chance strikes each by itself.
 * `subjects` keeps the strings that the sayings lend. */
static GArray *say_of_each(const World *world, const Model *model, const BillEntry *entry,
                           const GPtrArray *parts, GPtrArray *subjects)
{
    GArray *sayings = g_array_sized_new(FALSE, FALSE, sizeof(Saying), parts->len);
    for (guint i = 0; i < parts->len; i++) {
        const char *text = parts->pdata[i];
        g_autofree char *document = question_identify(text);
        char *request = g_strconcat(entry->request, " ", document, NULL);
        g_ptr_array_add(subjects, request);
        FaultSubject subject = {request, entry->times, document, entry->repair};
        Saying saying = {
            .record = world->truth ? truth_find(world->truth, text) : NULL,
            .faults = faults_choose(&world->rules, &world->rates, &model->faults, &subject),
            .seed = world->rules.seed,
            .subject = request,
            .honesty = world->honesty,
        };
        g_array_append_val(sayings, saying);
    }
    return sayings;
}

static void complete(World *world, const Model *model, const cJSON *record, Work *work)
{
    BillEntry *entry = work->entry;
    Completion *completion = &work->completion;
    g_autofree char *subject = g_strdup_printf("%s %u", entry->request, entry->times);
    g_autoptr(GPtrArray) parts = parts_of(work->question.users->str);
    g_autoptr(cJSON) asked = checks_asked(work->question.users->str);
    g_autoptr(cJSON) checks =
        asked ? checks_answer(asked, record, work->question.users->str, entry->faults) : NULL;
    g_autoptr(GPtrArray) subjects = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) each = parts ? say_of_each(world, model, entry, parts, subjects) : NULL;
    Saying saying = {.record = checks ? checks : record,
                     .faults = entry->faults,
                     .seed = world->rules.seed,
                     .subject = world->rules.sticky ? entry->document : subject,
                     .parts = each,
                     .honesty = world->honesty};
    say(&work->question, model, &saying, completion);
    if (faults_have(entry->faults, FAULT_INVALID_UTF8) && *completion->text)
        mark_broken(completion);
    completion->id = g_strdup(entry->id);
    completion->model = g_strdup(work->question.model);
    completion->created_s = clock_now_us() / G_USEC_PER_SEC;
    completion->tells_usage = !faults_have(entry->faults, FAULT_NO_USAGE);
    Usage *usage = &completion->usage;
    usage->in = prompt_tokens(&work->question);
    gint64 ready_us = clock_monotonic_us() + work->latency_ms * (gint64)1000;
    cache_use(world->cache, &work->question, ready_us, &usage->cached, &usage->cache_write);
    entry->completion = TRUE;
    entry->prices = model->prices;
    entry->usage = *usage;
    entry->status = 200;
}

static void note_question(Work *work)
{
    BillEntry *entry = work->entry;
    entry->model = g_strdup(work->question.model);
    entry->document = g_strdup(work->question.document ? work->question.document : "");
    entry->repair = work->question.repair;
    entry->stream = work->question.stream;
}

static void think(World *world, const Model *model, gboolean batch, Work *work)
{
    g_autofree char *subject = g_strdup_printf("%s %u", work->entry->request, work->entry->times);
    work->latency_ms = batch ? 0 : latency_draw(&world->latency, world->rules.seed, subject);
    const cJSON *record = world->truth ? truth_find(world->truth, work->question.users->str) : NULL;
    choose_faults(world, model, batch, work);
    if (work->refusal != FAULT_NONE)
        return;
    if (!record && world->refuse_unknown)
        trouble_set(&work->trouble, 422, "invalid_request_error", "unknown_document", NULL,
                    "the truth file does not know this document");
    else
        complete(world, model, record, work);
}

void work_on(World *world, const Protocol *protocol, const HttpRequest *request, const char *body,
             gsize length, Work *work)
{
    g_autofree char *sha256 = bytes_sha256(body, length);
    *work = (Work){.protocol = protocol};
    question_init(&work->question);
    work->entry = bill_open(world->bill, protocol->name, sha256);
    work->entry->batch = request == NULL;
    work->body = json_parse(body, length, NULL);
    const Model *model = admit(world, request, work);
    note_question(work);
    guint wait_s = 0;
    if (model && request && !limits_take(&world->limits, prompt_tokens(&work->question), &wait_s)) {
        trouble_set(&work->trouble, 429, "requests", "rate_limit_exceeded", NULL,
                    "Rate limit reached. Please try again in %us.", wait_s);
        work->trouble.wait_s = wait_s;
    } else if (model) {
        think(world, model, request == NULL, work);
    }
    if (work->trouble.message)
        work->entry->status = work->trouble.status;
}

cJSON *work_answer(const Work *work)
{
    return work->trouble.message ? work->protocol->error(&work->trouble)
                                 : work->protocol->answer(&work->question, &work->completion);
}
