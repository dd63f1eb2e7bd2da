#include "tools/llm-sim/question.h"

#include <string.h>

#include "pipeline/core/bytes.h"

#define MAX_IMAGE_BYTES (5u << 20)

void question_init(Question *question)
{
    *question = (Question){
        .prompt = g_string_new(NULL),
        .users = g_string_new(NULL),
        .most_tokens = -1,
        .top_logprobs = -1,
    };
}

void question_clear(Question *question)
{
    g_free(question->model);
    g_free(question->document);
    g_free(question->tool);
    if (question->prompt)
        g_string_free(question->prompt, TRUE);
    if (question->users)
        g_string_free(question->users, TRUE);
    if (question->marks)
        g_array_unref(question->marks);
    *question = (Question){0};
}

/* Examples may stand before the document, with markers of their own. */
char *question_identify(const char *text)
{
    const char *last = NULL;
    for (const char *at = text; (at = strstr(at, QUESTION_BEGIN)); at += strlen(QUESTION_BEGIN))
        last = at + strlen(QUESTION_BEGIN);
    const char *end = last ? strstr(last, " ===") : NULL;
    return end ? g_strndup(last, (gsize)(end - last)) : bytes_sha256(text, strlen(text));
}

void question_add(Question *question, const char *role, const char *text)
{
    /* A message costs what its frame costs: <|role|>…<|end|>, about sixteen bytes. */
    g_string_append_printf(question->prompt, "<|%.6s|>", role);
    g_string_append(question->prompt, text);
    g_string_append(question->prompt, "<|end|>\n");
    if (g_str_equal(role, "assistant"))
        question->repair = TRUE;
    if (!g_str_equal(role, "user"))
        return;
    if (!question->document)
        question->document = question_identify(text);
    g_string_append_printf(question->users, "%s\n", text);
}

const char *question_add_image(Question *question, const char *media_type, const char *base64)
{
    static const char *const types[] = {"image/jpeg", "image/png", "image/webp", "image/gif", NULL};
    gsize length = strlen(base64);
    question->images++;
    if (!g_strv_contains(types, media_type))
        return "the image's media type is none of image/jpeg, image/png, image/webp, image/gif";
    if (length == 0 || length % 4 != 0)
        return "the image is no valid base64";
    if (length / 4 * 3 > MAX_IMAGE_BYTES)
        return "the image exceeds 5 MB";
    g_autofree char *head = g_strndup(base64, 8);
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode(head, &size);
    gboolean jpeg = size >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8;
    if (jpeg != g_str_equal(media_type, "image/jpeg"))
        return "the image does not match its media type";
    return NULL;
}

void question_add_schema(Question *question, const cJSON *schema)
{
    g_autofree char *text = json_print(schema, FALSE);
    question->schema = schema;
    g_string_prepend(question->prompt, text);
}

void question_mark(Question *question)
{
    if (!question->marks)
        question->marks = g_array_new(FALSE, FALSE, sizeof(gsize));
    gsize here = question->prompt->len;
    g_array_append_val(question->marks, here);
}
