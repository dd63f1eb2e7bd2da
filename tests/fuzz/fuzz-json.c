/* Any bytes as JSON: refused, or read as the tree that cJSON builds too, field by field; and what
 * is printed reads as an equal value. A reader that has read other texts reads the same. */
#include <string.h>

#include "pipeline/core/json.h"
#include "tests/fuzz/fuzz.h"

/* cJSON cuts numbers at so many bytes. */
#define CJSON_NUMBER 63

static gboolean has_long_number(const char *text, gsize length)
{
    gsize run = 0;
    for (gsize i = 0; i < length && run < CJSON_NUMBER; i++)
        run = g_ascii_isdigit(text[i]) || strchr("+-.eE", text[i]) ? run + 1 : 0;
    return run >= CJSON_NUMBER;
}

static void assert_same(const cJSON *a, const cJSON *b)
{
    g_assert(a->type == b->type && a->valueint == b->valueint);
    g_assert(memcmp(&a->valuedouble, &b->valuedouble, sizeof a->valuedouble) == 0);
    g_assert(g_strcmp0(a->valuestring, b->valuestring) == 0);
    g_assert(g_strcmp0(a->string, b->string) == 0);
    const cJSON *x = a->child, *y = b->child, *last = NULL;
    for (; x && y; last = x, x = x->next, y = y->next) {
        g_assert(!last || x->prev == last);
        assert_same(x, y);
    }
    g_assert(!x && !y);
    g_assert(!last || a->child->prev == last);
}

static void print_and_read(const cJSON *value)
{
    g_autofree char *text = json_print(value, FALSE);
    g_autoptr(cJSON) again = json_parse(text, strlen(text), NULL);
    g_assert(again && json_equal(value, again) && json_equal(again, value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static JsonReader *used; /* through all inputs */
    if (!used)
        used = json_reader_new();
    const char *text = (const char *)data;
    g_autoptr(GError) error = NULL, other = NULL;
    g_autoptr(cJSON) value = json_parse(text, size, &error);
    g_assert((value == NULL) == (error != NULL));
    const cJSON *read = json_reader_parse(used, text, size, &other);
    g_assert((read == NULL) == (value == NULL));
    if (!value) {
        g_assert(strcmp(error->message, other->message) == 0);
        return 0;
    }
    assert_same(value, read);
    if (!has_long_number(text, size)) {
        g_autoptr(cJSON) theirs = cJSON_ParseWithLength(text, size);
        g_assert(theirs);
        assert_same(read, theirs);
    }
    print_and_read(read);
    return 0;
}
