#include "stages/check/salvage.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "stages/check/lenient.h"

#include <string.h>

#define MAX_FALSE_STARTS 200u /* opening braces that turned out to open nothing */
#define MAX_PASSES 8u         /* how often the whole text may be looked through for all of them */

static void note(GPtrArray *repairs, const char *sentence)
{
    g_ptr_array_add(repairs, g_strdup(sentence));
}

/* ---- reasoning ---- */

/* Cuts <think>…</think> and its like out; text without a closing tag stays. */
static char *drop_reasoning(char *text, GPtrArray *repairs)
{
    static const char *const tags[][2] = {
        {"<think>", "</think>"},
        {"<thinking>", "</thinking>"},
        {"<reasoning>", "</reasoning>"},
        {"<|channel|>analysis", "<|end|>"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(tags); i++) {
        char *open = strstr(text, tags[i][0]);
        char *close = strstr(open == NULL ? text : open, tags[i][1]);
        /* Some servers keep the opening tag to themselves. */
        if (close == NULL || (open == NULL && strchr(close, '{') == NULL))
            continue;
        char *from = open == NULL ? text : open;
        char *to = close + strlen(tags[i][1]);
        memmove(from, to, strlen(to) + 1);
        note(repairs, "reasoning before the record was dropped");
    }
    return text;
}

/* ---- objects in running text ---- */

typedef struct {
    cJSON *object;
    const char *start;
    gsize length;
    guint repairs;
} Candidate;

/* The record is the last large object: models show drafts and examples first, and trifles after. */
static void consider(Candidate *best, gsize *largest, Candidate *next)
{
    *largest = MAX(*largest, next->length);
    if (best->object == NULL || next->length * 10 >= *largest * 6) {
        cJSON_Delete(best->object);
        *best = *next;
    } else {
        cJSON_Delete(next->object);
    }
}

static Candidate find_object(const char *text)
{
    Candidate best = {0};
    gsize largest = 0, length = strlen(text), seen = 0;
    guint false_starts = 0;
    const char *at = text;
    while ((at = strchr(at, '{')) != NULL && false_starts < MAX_FALSE_STARTS &&
           seen <= MAX_PASSES * length) {
        Candidate next = {.start = at};
        next.object = lenient_object(at, length - (gsize)(at - text), &next.length, &next.repairs);
        seen += next.length;
        if (next.object == NULL || next.object->child == NULL) {
            cJSON_Delete(next.object);
            false_starts++;
            at++;
            continue;
        }
        at += next.length;
        consider(&best, &largest, &next);
    }
    return best;
}

/* Prose around the object, told apart from a fence, white space and a list of one. */
static gboolean has_prose(const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, length);
    g_strstrip(g_strdelimit(copy, "`[]", ' '));
    return *copy != '\0' && strcmp(copy, "json") != 0 && strcmp(copy, "JSON") != 0;
}

static void note_surroundings(const char *text, const Candidate *found, GPtrArray *repairs)
{
    const char *behind = found->start + found->length;
    gsize before = (gsize)(found->start - text);
    if (memchr(text, '`', before) != NULL)
        note(repairs, "a code fence around the record was dropped");
    if (has_prose(text, before) || has_prose(behind, strlen(behind)))
        note(repairs, "text around the record was dropped");
    if (memchr(text, '[', before) != NULL && strchr(behind, ']') != NULL &&
        !has_prose(text, before))
        note(repairs, "the record was taken out of a list");
}

/* ---- the whole answer ---- */

/* A JSON string whose content is the record: some servers encode twice. Takes value. */
static cJSON *unwrap(cJSON *value, GPtrArray *repairs)
{
    if (cJSON_IsObject(value))
        return value;
    cJSON *inner = NULL;
    if (cJSON_IsString(value))
        inner = json_parse(value->valuestring, strlen(value->valuestring), NULL);
    cJSON_Delete(value);
    if (inner != NULL && !cJSON_IsObject(inner))
        g_clear_pointer(&inner, cJSON_Delete);
    if (inner != NULL)
        note(repairs, "the record was encoded twice");
    return inner;
}

cJSON *salvage_object(const char *answer, GPtrArray *repairs, GError **error)
{
    gsize length = answer == NULL ? 0 : strlen(answer);
    if (length == 0 || length > DOCKET_MAX_ANSWER_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_MODEL_ANSWER, "the model's answer is %s",
                    length == 0 ? "empty" : "too large");
        return NULL;
    }
    cJSON *whole = json_parse(answer, length, NULL);
    if (whole != NULL && !cJSON_IsArray(whole)) {
        cJSON *object = unwrap(whole, repairs);
        if (object != NULL)
            return object;
        whole = NULL;
    }
    cJSON_Delete(whole);

    g_autofree char *text = bytes_to_utf8(answer, (gssize)length);
    drop_reasoning(text, repairs);
    Candidate found = find_object(text);
    if (found.object == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_MODEL_ANSWER,
                    "there is no JSON object in the model's answer");
        return NULL;
    }
    if (!g_utf8_validate(answer, (gssize)length, NULL))
        note(repairs, "bytes that are no UTF-8 were replaced");
    note_surroundings(text, &found, repairs);
    for (guint bit = 1; bit <= LENIENT_CUT; bit <<= 1) {
        if ((found.repairs & bit) != 0)
            note(repairs, lenient_sentence(bit));
    }
    return found.object;
}
