/* Names by words: the quick way reads what the plain way reads, also at the end of a page. */
#include "stages/check/schema/keys.h"

#include <sys/mman.h>
#include <unistd.h>

static char *random_name(GRand *rand, guint max)
{
    guint length = (guint)g_rand_int_range(rand, 0, (gint32)max + 1);
    char *name = g_malloc0(length + 1);
    for (guint i = 0; i < length; i++)
        name[i] = (char)g_rand_int_range(rand, 1, 256);
    return name;
}

static void same_name(KeyName a, KeyName b)
{
    g_assert_cmphex(a.head, ==, b.head);
    g_assert_cmphex(a.tail, ==, b.tail);
    g_assert_cmpuint(a.length, ==, b.length);
}

static void test_words(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (guint i = 0; i < 20000; i++) {
        g_autofree char *name = random_name(rand, 40);
        same_name(keys_name(name), keys_name_bytewise(name));
    }
}

/* Behind the last byte of a page lies one that cannot be read. */
static void test_page_end(void)
{
    gsize page = (gsize)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(pages != MAP_FAILED);
    g_assert_cmpint(mprotect(pages + page, page, PROT_NONE), ==, 0);
    for (gsize length = 0; length < 40; length++) {
        char *name = pages + page - length - 1;
        memset(name, 'x', length);
        name[length] = '\0';
        same_name(keys_name(name), keys_name_bytewise(name));
        g_autofree char *copy = g_strdup(name);
        KeyExpected expected = keys_expect(copy);
        g_assert_true(keys_is_readable(name) ? keys_is_expected(&expected, name)
                                             : keys_is_expected_bytewise(&expected, name));
    }
    munmap(pages, 2 * page);
}

/* Names that differ in one place, in length, or in what stands behind the 16th byte. */
static void test_expected(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    for (guint i = 0; i < 20000; i++) {
        g_autofree char *name = random_name(rand, 24);
        g_autofree char *other = g_strdup(name);
        gsize length = strlen(name);
        if (length > 0 && g_rand_boolean(rand))
            other[g_rand_int_range(rand, 0, (gint32)length)] = (char)g_rand_int_range(rand, 0, 256);
        g_autofree char *padded = g_malloc0(64);
        g_strlcpy(padded, other, 64);
        KeyExpected expected = keys_expect(name);
        gboolean same = strcmp(name, padded) == 0;
        g_assert_cmpint(keys_is_expected_bytewise(&expected, padded), ==, same);
        if (keys_is_readable(padded))
            g_assert_cmpint(keys_is_expected(&expected, padded), ==, same);
    }
}

static void test_find(void)
{
    g_autoptr(Arena) arena = arena_new(0);
    static const guint counts[] = {0, 1, 3, 17, 500};
    for (gsize n = 0; n < G_N_ELEMENTS(counts); n++) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < counts[n]; i++)
            g_ptr_array_add(names, g_strdup_printf("%s%u%s", i % 2 ? "a-long-common-head-" : "", i,
                                                   i % 3 ? "-and-a-long-common-tail" : ""));
        Keys keys = keys_make(arena, (const char *const *)names->pdata, names->len);
        for (guint i = 0; i < names->len; i++) {
            const char *name = g_ptr_array_index(names, i);
            g_autofree char *longer = g_strconcat(name, "!", NULL);
            g_assert_cmpuint(keys_find_text(&keys, name), ==, i);
            g_assert_cmpuint(keys_find_text(&keys, longer), ==, KEYS_NONE);
        }
        g_assert_cmpuint(keys_find_text(&keys, ""), ==, KEYS_NONE);
    }
}

/* Names whose last eight bytes and length undo all but two bits of the golden ratio, which hashes
 * like to be mixed with: a factor that only shifts what differs out of the slot's number. */
static void test_no_made_up_collisions(void)
{
    g_autoptr(Arena) arena = arena_new(0);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < 4096; i++)
        g_ptr_array_add(names, g_strdup_printf("aaaaaa%c%c\x05|J\x7f\x39y7\x1e", '0' + (int)i / 64,
                                               '0' + (int)i % 64));
    Keys keys = keys_make(arena, (const char *const *)names->pdata, names->len);
    guint32 longest = 0, way = 0;
    for (guint32 slot = 0; slot <= keys.mask; slot++) {
        way = keys.slots[slot].text == NULL ? 0 : way + 1;
        longest = MAX(longest, way);
    }
    g_assert_cmpuint(longest, <, 200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keys/words", test_words);
    g_test_add_func("/keys/page-end", test_page_end);
    g_test_add_func("/keys/expected", test_expected);
    g_test_add_func("/keys/find", test_find);
    g_test_add_func("/keys/no-made-up-collisions", test_no_made_up_collisions);
    return g_test_run();
}
