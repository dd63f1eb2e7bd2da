/* mutate SEED COUNT FOLDER FILE…: writes so many mutated copies of the files into the folder, the same
 * ones for the same seed. Each copy has one to four mutations: flipped bits, cuts, pieces repeated or
 * overwritten, numbers that are too large, and for PDFs two objects in each other's place. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (2u << 20) /* larger documents only make the test slow */
#define MAX_MUTATIONS 4

static gsize any_place(GRand *chance, const GString *bytes)
{
    return bytes->len ? (gsize)g_rand_int_range(chance, 0, (gint32)bytes->len) : 0;
}

/* A length from `at` on, mostly short. */
static gsize any_length(GRand *chance, const GString *bytes, gsize at)
{
    gsize length = (gsize)g_rand_int_range(chance, 1, g_rand_boolean(chance) ? 64 : 8192);
    return MIN(length, bytes->len - at);
}

static void flip_bits(GRand *chance, GString *bytes)
{
    for (gint n = g_rand_int_range(chance, 1, 65); n > 0 && bytes->len; n--)
        bytes->str[any_place(chance, bytes)] ^= (char)(1 << g_rand_int_range(chance, 0, 8));
}

static void cut_end(GRand *chance, GString *bytes)
{
    g_string_truncate(bytes, any_place(chance, bytes));
}

static void cut_out(GRand *chance, GString *bytes)
{
    gsize at = any_place(chance, bytes);
    g_string_erase(bytes, (gssize)at, (gssize)any_length(chance, bytes, at));
}

static void repeat(GRand *chance, GString *bytes)
{
    gsize at = any_place(chance, bytes), length = any_length(chance, bytes, at);
    g_autofree char *piece = g_memdup2(bytes->str + at, length);
    for (gint n = g_rand_int_range(chance, 1, 20); n > 0 && length; n--)
        g_string_insert_len(bytes, (gssize)at, piece, (gssize)length);
}

static void overwrite(GRand *chance, GString *bytes)
{
    gsize at = any_place(chance, bytes), length = any_length(chance, bytes, at);
    memset(bytes->str + at, g_rand_boolean(chance) ? 0 : 0xff, length);
}

/* A number somewhere becomes one that no allocation and no loop should believe. */
static void exaggerate(GRand *chance, GString *bytes)
{
    static const char *const numbers[] = {"4294967295", "2147483647", "-1", "99999999999", "0"};
    gsize at = any_place(chance, bytes), length = 0;
    while (at < bytes->len && !g_ascii_isdigit(bytes->str[at]))
        at++;
    while (at + length < bytes->len && g_ascii_isdigit(bytes->str[at + length]))
        length++;
    g_string_erase(bytes, (gssize)at, (gssize)length);
    g_string_insert(bytes, (gssize)at, numbers[g_rand_int_range(chance, 0, G_N_ELEMENTS(numbers))]);
}

/* The object at or behind a random place: from behind "obj" to before "endobj". */
static gboolean any_object(GRand *chance, const GString *bytes, gsize *start, gsize *end)
{
    gsize from = any_place(chance, bytes);
    const char *open = memmem(bytes->str + from, bytes->len - from, " obj", 4);
    if (!open)
        return FALSE;
    *start = (gsize)(open - bytes->str) + 4;
    const char *close = memmem(bytes->str + *start, bytes->len - *start, "endobj", 6);
    if (!close)
        return FALSE;
    *end = (gsize)(close - bytes->str);
    return TRUE;
}

static void swap_objects(GRand *chance, GString *bytes)
{
    gsize a0, a1, b0, b1;
    if (!any_object(chance, bytes, &a0, &a1) || !any_object(chance, bytes, &b0, &b1) || a1 > b0)
        return;
    GString *swapped = g_string_new_len(bytes->str, (gssize)a0);
    g_string_append_len(swapped, bytes->str + b0, (gssize)(b1 - b0));
    g_string_append_len(swapped, bytes->str + a1, (gssize)(b0 - a1));
    g_string_append_len(swapped, bytes->str + a0, (gssize)(a1 - a0));
    g_string_append_len(swapped, bytes->str + b1, (gssize)(bytes->len - b1));
    g_string_truncate(bytes, 0);
    g_string_append_len(bytes, swapped->str, (gssize)swapped->len);
    g_string_free(swapped, TRUE);
}

static void (*const mutations[])(GRand *chance, GString *bytes) = {
    flip_bits, cut_end, cut_out, repeat, overwrite, exaggerate, swap_objects, swap_objects,
};

static gboolean write_mutant(GRand *chance, const char *folder, guint number, const char *path)
{
    g_autofree char *data = NULL;
    gsize length;
    if (!g_file_get_contents(path, &data, &length, NULL))
        return FALSE;
    GString *bytes = g_string_new_len(data, (gssize)MIN(length, MAX_BYTES));
    for (gint n = g_rand_int_range(chance, 1, MAX_MUTATIONS + 1); n > 0; n--)
        mutations[g_rand_int_range(chance, 0, G_N_ELEMENTS(mutations))](chance, bytes);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_strdup_printf("%05u-%s", number, base);
    g_autofree char *to = g_build_filename(folder, name, NULL);
    gboolean good = g_file_set_contents(to, bytes->str, (gssize)bytes->len, NULL);
    g_string_free(bytes, TRUE);
    return good;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        g_printerr("usage: mutate SEED COUNT FOLDER FILE…\n");
        return 2;
    }
    GRand *chance = g_rand_new_with_seed((guint32)strtoul(argv[1], NULL, 10));
    gulong count = strtoul(argv[2], NULL, 10);
    gboolean good = TRUE;
    for (gulong i = 0; i < count && good; i++)
        good = write_mutant(chance, argv[3], (guint)i,
                            argv[4 + g_rand_int_range(chance, 0, argc - 4)]);
    g_rand_free(chance);
    return good ? 0 : 1;
}
