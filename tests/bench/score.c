/* Scores read text against the truth, both normalised (NFKC, one space, quotes and dashes made
 * equal, hyphens at line ends joined).
 *   score cer    TRUTH READ   character errors by edit distance: "errors characters rate"
 *   score cer-fold TRUTH READ   the same without regard to case
 *   score recall TRUTH READ   share of the truth's words that were read, order-free
 *   score f1     TRUTH READ   of words without regard to case, order-free
 *   score words  TRUTH READ   the counts behind it, with regard to case: "common truth read" */
#include <glib.h>
#include <stdio.h>
#include <string.h>

static gunichar fold(gunichar c)
{
    switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x201a:
    case 0x2032:
    case '`':
        return '\'';
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x2033:
    case 0xab:
    case 0xbb:
        return '"';
    case 0xad: /* printed as a hyphen where a text layer or a truth has it */
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
        return '-';
    default:
        return c;
    }
}

static char *normalise(const char *text, gboolean ignore_case)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *folded = ignore_case ? g_utf8_casefold(composed, -1) : g_strdup(composed);
    GString *out = g_string_new(NULL);
    gboolean space = FALSE;
    for (const char *p = folded; *p; p = g_utf8_next_char(p)) {
        gunichar c = fold(g_utf8_get_char(p));
        if ((c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || c == 0xfeff)
            continue;
        if (g_unichar_isspace(c)) {
            gboolean broken = c == '\n' && out->len > 1 && out->str[out->len - 1] == '-' &&
                              !space && g_ascii_isalpha(out->str[out->len - 2]);
            if (broken)
                g_string_truncate(out, out->len - 1);
            else
                space = out->len > 0;
            continue;
        }
        if (space)
            g_string_append_c(out, ' ');
        space = FALSE;
        g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

static glong edit_distance(const char *a, const char *b, glong *length)
{
    glong n, m;
    g_autofree gunichar *x = g_utf8_to_ucs4_fast(a, -1, &n);
    g_autofree gunichar *y = g_utf8_to_ucs4_fast(b, -1, &m);
    g_autofree glong *row = g_new(glong, m + 1);
    for (glong j = 0; j <= m; j++)
        row[j] = j;
    for (glong i = 1; i <= n; i++) {
        glong diagonal = row[0];
        row[0] = i;
        for (glong j = 1; j <= m; j++) {
            glong change = diagonal + (x[i - 1] != y[j - 1]);
            diagonal = row[j];
            row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
        }
    }
    *length = n;
    return row[m];
}

static guint count_words(const char *text, GHashTable *counts)
{
    guint n = 0;
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (guint i = 0; words[i]; i++) {
        if (!words[i][0])
            continue;
        gsize seen = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, words[i]));
        g_hash_table_insert(counts, g_strdup(words[i]), GSIZE_TO_POINTER(seen + 1));
        n++;
    }
    return n;
}

static guint common_words(const char *truth, const char *read, guint *n_truth, guint *n_read)
{
    guint common = 0;
    g_autoptr(GHashTable) one = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) two = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    *n_truth = count_words(truth, one);
    *n_read = count_words(read, two);
    GHashTableIter iter;
    gpointer word, count;
    g_hash_table_iter_init(&iter, one);
    while (g_hash_table_iter_next(&iter, &word, &count))
        common +=
            (guint)MIN(GPOINTER_TO_SIZE(count), GPOINTER_TO_SIZE(g_hash_table_lookup(two, word)));
    return common;
}

int main(int argc, char **argv)
{
    g_autofree char *truth = NULL, *read = NULL;
    if (argc != 4 || !g_file_get_contents(argv[2], &truth, NULL, NULL) ||
        !g_file_get_contents(argv[3], &read, NULL, NULL)) {
        fprintf(stderr, "usage: score cer|cer-fold|recall|f1|words TRUTH READ\n");
        return 2;
    }
    gboolean f1 = strcmp(argv[1], "f1") == 0;
    gboolean folded = f1 || strcmp(argv[1], "cer-fold") == 0;
    g_autofree char *a = normalise(truth, folded);
    g_autofree char *b = normalise(read, folded);
    guint n_truth, n_read;
    if (g_str_has_prefix(argv[1], "cer")) {
        glong length;
        glong errors = edit_distance(a, b, &length);
        printf("%ld %ld %.5f\n", errors, length,
               length ? (double)errors / (double)length : errors > 0);
        return 0;
    }
    guint common = common_words(a, b, &n_truth, &n_read);
    if (strcmp(argv[1], "words") == 0)
        printf("%u %u %u\n", common, n_truth, n_read);
    else if (f1)
        printf("%.5f\n", n_truth + n_read ? 2.0 * common / (n_truth + n_read) : 1.0);
    else
        printf("%.5f\n", n_truth ? (double)common / n_truth : 1.0);
    return 0;
}
