/* Pages as pictures in a request: each protocol's shape, and what such a request counts as. */
#include <string.h>

#include "pipeline/core/picture.h"
#include "stages/ask/dialect.h"

/* Three bytes, in base64 "/9j/"; of page 3. */
static GPtrArray *conversation(void)
{
    GPtrArray *messages = g_ptr_array_new_with_free_func(message_free);
    Message *message = message_new(ROLE_USER, "Text.");
    Picture *picture = g_new0(Picture, 1);
    picture->page = 3;
    picture->jpeg = g_bytes_new("\xff\xd8\xff", 3);
    message->pictures = g_ptr_array_new_with_free_func(picture_free);
    g_ptr_array_add(message->pictures, picture);
    g_ptr_array_add(messages, message);
    return messages;
}

static void assert_request(const Dialect *dialect, const char *wanted)
{
    static char model[] = "m", parameter[] = "max_tokens";
    ModelSettings settings = {.model = model,
                              .max_output_tokens = 5,
                              .token_parameter = parameter,
                              .format = FORMAT_NONE};
    g_autoptr(GPtrArray) messages = conversation();
    g_autofree char *body = dialect->request(&settings, messages, NULL);
    g_assert_nonnull(strstr(body, wanted));
    /* Four bytes of base64 count as the tokens of a picture. */
    gsize length = strlen(body);
    g_assert_cmpuint(dialect_weight(dialect, messages, length), ==,
                     length - 4 + dialect->picture_tokens);
    /* Another picture is another request. */
    Picture *picture = ((Message *)messages->pdata[0])->pictures->pdata[0];
    g_bytes_unref(picture->jpeg);
    picture->jpeg = g_bytes_new("\xff\xd8\xfe", 3);
    g_autofree char *other = dialect->request(&settings, messages, NULL);
    g_assert_cmpstr(body, !=, other);
}

static void test_openai(void)
{
    assert_request(&dialect_openai,
                   "\"content\":[{\"type\":\"text\",\"text\":\"Text.\"},"
                   "{\"type\":\"text\",\"text\":\"Page 3 of the document as a picture:\"},"
                   "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64,/9j/\","
                   "\"detail\":\"high\"}}]");
}

static void test_anthropic(void)
{
    assert_request(&dialect_anthropic,
                   "\"content\":[{\"type\":\"text\",\"text\":\"Text.\"},"
                   "{\"type\":\"text\",\"text\":\"Page 3 of the document as a picture:\"},"
                   "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"
                   "\"image/jpeg\",\"data\":\"/9j/\"}}]");
}

static void test_gemini(void)
{
    assert_request(&dialect_gemini,
                   "\"parts\":[{\"text\":\"Text.\"},"
                   "{\"text\":\"Page 3 of the document as a picture:\"},"
                   "{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":\"/9j/\"}}]");
}

/* What the published formulas say of the largest picture is within what is set aside. */
static void test_bounds(void)
{
    guint side = PICTURE_LONG_SIDE;
    g_assert_cmpuint(dialect_anthropic.picture_tokens, >=, side * side / 750);
    g_assert_cmpuint(dialect_openai.picture_tokens, >=, 85 + 170 * 8);
    g_assert_cmpuint(dialect_gemini.picture_tokens, >=, 258 * 9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pictures/openai", test_openai);
    g_test_add_func("/pictures/anthropic", test_anthropic);
    g_test_add_func("/pictures/gemini", test_gemini);
    g_test_add_func("/pictures/bounds", test_bounds);
    return g_test_run();
}
