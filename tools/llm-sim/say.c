#include "tools/llm-sim/say.h"

#include <string.h>

#include "tools/llm-sim/draw.h"
#include "tools/llm-sim/spoil.h"

#define MAX_GUESS_DEPTH 16
#define GIANT_TOKENS 4096 /* billed where the request has no limit */
#define DOUBT_BY_CHANCE 0.2

/* ---- shapes ---- */

static const cJSON *follow(const cJSON *root, const cJSON *node)
{
    for (int hops = 0; hops < MAX_GUESS_DEPTH; hops++) {
        const char *ref = json_string(node, "$ref", NULL);
        if (!ref || *ref != '#')
            break;
        node = json_at(root, ref + 1);
    }
    return node;
}

/* The least value that has the schema's shape. */
static cJSON *guess(const cJSON *root, const cJSON *schema, int depth)
{
    const cJSON *node = follow(root, schema), *each = NULL;
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(node, "enum");
    const cJSON *any = cJSON_GetObjectItemCaseSensitive(node, "anyOf");
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "type");
    if (choices && choices->child)
        return cJSON_Duplicate(choices->child, TRUE);
    if (depth > MAX_GUESS_DEPTH)
        return cJSON_CreateNull();
    if (any && any->child)
        return guess(root, any->child, depth + 1);
    const char *name = cJSON_GetStringValue(cJSON_IsArray(type) ? type->child : type);
    if (g_strcmp0(name, "object") == 0) {
        cJSON *object = cJSON_CreateObject();
        cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "properties"))
            cJSON_AddItemToObject(object, each->string, guess(root, each, depth + 1));
        return object;
    }
    if (g_strcmp0(name, "array") == 0)
        return cJSON_CreateArray();
    if (g_strcmp0(name, "string") == 0)
        return cJSON_CreateString("unknown");
    if (g_strcmp0(name, "number") == 0 || g_strcmp0(name, "integer") == 0)
        return cJSON_CreateNumber(0);
    return g_strcmp0(name, "boolean") == 0 ? cJSON_CreateFalse() : cJSON_CreateNull();
}

static gboolean is_required(const cJSON *node, const char *key)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "required"))
    {
        if (cJSON_IsString(each) && g_str_equal(each->valuestring, key))
            return TRUE;
    }
    return FALSE;
}

/* As a server under a strict schema would: properties that must be there and are not known are
 * null. */
static void conform(const cJSON *root, const cJSON *schema, cJSON *value, int depth)
{
    const cJSON *node = follow(root, schema), *each = NULL;
    if (depth > MAX_GUESS_DEPTH)
        return;
    if (cJSON_IsObject(value)) {
        cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "properties"))
        {
            cJSON *member = cJSON_GetObjectItemCaseSensitive(value, each->string);
            if (member)
                conform(root, each, member, depth + 1);
            else if (is_required(node, each->string))
                cJSON_AddNullToObject(value, each->string);
        }
    }
    cJSON *item = NULL;
    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(item, value)
            conform(root, cJSON_GetObjectItemCaseSensitive(node, "items"), item, depth + 1);
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "anyOf"))
        conform(root, each, value, depth + 1);
}

/* ---- how sure it is ---- */

typedef struct {
    gsize start, end;
    gboolean doubted;
} Span; /* of one value in the text */

typedef struct {
    const Saying *saying;
    GHashTable *wrong;
    GString *out;
    GArray *spans; /* of Span */
} Printer;

/* With the degree `honesty` doubt means wrongness; beyond it, it means nothing. */
static gboolean is_doubted(const Printer *printer, const cJSON *value)
{
    const Saying *saying = printer->saying;
    g_autofree char *about = g_strdup_printf("%s %u", saying->subject, printer->spans->len);
    if (draw(saying->seed, "honest", about) < saying->honesty)
        return g_hash_table_contains(printer->wrong, value);
    return draw(saying->seed, "doubt", about) < DOUBT_BY_CHANCE;
}

/* Prints as json_print() does, and writes down where each value stands. */
static void print_value(Printer *printer, const cJSON *value)
{
    gboolean object = cJSON_IsObject(value);
    if (!object && !cJSON_IsArray(value)) {
        g_autofree char *text = json_print(value, FALSE);
        Span span = {printer->out->len, printer->out->len + strlen(text),
                     is_doubted(printer, value)};
        g_array_append_val(printer->spans, span);
        g_string_append(printer->out, text);
        return;
    }
    g_string_append_c(printer->out, object ? '{' : '[');
    for (const cJSON *each = value->child; each; each = each->next) {
        if (object) {
            g_autoptr(cJSON) key = cJSON_CreateStringReference(each->string);
            g_autofree char *text = json_print(key, FALSE);
            g_string_append_printf(printer->out, "%s:", text);
        }
        print_value(printer, each);
        if (each->next)
            g_string_append_c(printer->out, ',');
    }
    g_string_append_c(printer->out, object ? '}' : ']');
}

/* Tokens that touch a doubted value are unlikely ones; `offset` is where the record begins. */
static void lower(Completion *completion, const Printer *printer, gsize offset)
{
    const Saying *saying = printer->saying;
    for (guint i = 0; i < printer->spans->len; i++) {
        Span span = g_array_index(printer->spans, Span, i);
        for (guint p = 0; span.doubted && p < completion->pieces->len; p++) {
            Piece *piece = &g_array_index(completion->pieces, Piece, p);
            if (piece->start >= span.end + offset || piece->end <= span.start + offset)
                continue;
            g_autofree char *about = g_strdup_printf("%s %u", saying->subject, p);
            piece->logprob = -0.7 - 2 * draw(saying->seed, "logprob", about);
        }
    }
}

/* ---- the answer ---- */

static void refuse(Completion *completion)
{
    completion->text = g_strdup("I'm sorry, I cannot help with this document.");
    completion->finish = FINISH_REFUSAL;
    completion->pieces = completion_pieces(completion->text);
}

/* What is said of one document; `shape` is that of its record. */
static cJSON *record_of(const Question *question, const cJSON *shape, const Saying *saying,
                        GHashTable *wrong)
{
    cJSON *value =
        saying->record ? cJSON_Duplicate(saying->record, TRUE) : guess(question->schema, shape, 0);
    if (shape)
        conform(question->schema, shape, value, 0);
    spoil_record(value, saying->faults, saying->seed, saying->subject, wrong);
    return value;
}

/* One record for each document under its number; without a schema, the same is asked for in words. */
static cJSON *records_of(const Question *question, const GArray *parts, GHashTable *wrong)
{
    const cJSON *shape =
        question->schema ? json_at(question->schema, "/properties/records/items/properties/record")
                         : NULL;
    cJSON *root = cJSON_CreateObject();
    cJSON *records = cJSON_AddArrayToObject(root, "records");
    for (guint i = 0; i < parts->len; i++) {
        if (faults_have(g_array_index(parts, Saying, i).faults, FAULT_LEFT_OUT))
            continue;
        cJSON *each = cJSON_CreateObject();
        cJSON_AddNumberToObject(each, "number", i + 1);
        cJSON_AddItemToObject(each, "record",
                              record_of(question, shape, &g_array_index(parts, Saying, i), wrong));
        cJSON_AddItemToArray(records, each);
    }
    return root;
}

static void answer(const Question *question, const Saying *saying, Completion *completion)
{
    g_autoptr(GHashTable) wrong = g_hash_table_new(NULL, NULL);
    g_autoptr(cJSON) value = saying->parts ? records_of(question, saying->parts, wrong)
                                           : record_of(question, question->schema, saying, wrong);
    g_autoptr(GString) record = g_string_new(NULL);
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
    Printer printer = {saying, wrong, record, spans};
    print_value(&printer, value);
    completion->text = spoil_text(g_strdup(record->str), saying->faults);
    completion->pieces = completion_pieces(completion->text);
    const char *at = strstr(completion->text, record->str);
    if (question->top_logprobs >= 0 && at)
        lower(completion, &printer, (gsize)(at - completion->text));
}

void say(const Question *question, const Model *model, const Saying *saying, Completion *completion)
{
    if (faults_have(saying->faults, FAULT_REFUSAL))
        refuse(completion);
    else
        answer(question, saying, completion);
    gint64 most = question->most_tokens;
    guint pieces = completion->pieces->len;
    if (faults_have(saying->faults, FAULT_GIANT)) {
        completion->usage.out = most > 0 ? most : GIANT_TOKENS;
        return;
    }
    guint allowed = most >= 0 ? (guint)CLAMP(most - model->think, 0, G_MAXINT) : G_MAXINT;
    if (faults_have(saying->faults, FAULT_LENGTH))
        allowed = MIN(allowed, pieces / 2);
    if (pieces > allowed) {
        completion_cut(completion, allowed);
        completion->finish = FINISH_LENGTH;
    }
    completion->usage.thought = model->think;
    completion->usage.out = model->think + MAX(completion->pieces->len, 1);
}
