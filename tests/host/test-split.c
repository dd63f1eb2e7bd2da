/* Shares of documents: parsed as written, right within chance, and the same for ever. */
#include <math.h>
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/split.h"

#define DOCUMENTS 10000u

static Split *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    Split *split = split_parse(text, &error);
    g_assert_no_error(error);
    return split;
}

static char *document(guint i)
{
    g_autofree char *text = g_strdup_printf("document %u", i);
    return bytes_sha256(text, strlen(text));
}

static void test_parse(void)
{
    g_autoptr(Split) one = parse(" v1 ");
    g_assert_cmpfloat(split_share(one, "v1"), ==, 1);
    g_assert_cmpfloat(split_share(one, "v2"), ==, 0);
    g_autoptr(Split) more = parse("gpt-5.1:60\tclaude_4:20  x:20");
    g_assert_cmpuint(more->parts->len, ==, 3);
    g_assert_cmpfloat_with_epsilon(split_share(more, "gpt-5.1"), 0.6, 1e-9);
    g_autofree char *text = split_to_text(more);
    g_assert_cmpstr(text, ==, "gpt-5.1:60 claude_4:20 x:20");
    const char *const bad[] = {"",       " ",      "v1:", "v1:0",   "v1:-1",
                               "v1:nan", "v1:inf", ":90", "v1:9x",  "v1 v1",
                               "../v1",  "-v",     "a/b", "v1:1:2", "v\xc3\xbc"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(split_parse(bad[i], &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    }
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i <= SPLIT_MAX_PARTS; i++)
        g_string_append_printf(many, "v%u ", i);
    g_autoptr(GError) error = NULL;
    g_assert_null(split_parse(many->str, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
}

/* Four standard deviations of a fair draw: one false alarm in 16,000 runs, if it were one. */
static void test_shares(void)
{
    const struct {
        const char *text, *name;
    } cases[] = {{"v3:90 v4:10", "v4"}, {"a:50 b:50", "a"}, {"a b c", "b"}, {"x:1 y:99", "x"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Split) split = parse(cases[i].text);
        double share = split_share(split, cases[i].name), chosen = 0;
        for (guint d = 0; d < DOCUMENTS; d++) {
            g_autofree char *sha256 = document(d);
            chosen += g_str_equal(split_choose(split, "prompt", sha256), cases[i].name);
        }
        double deviation = sqrt(DOCUMENTS * share * (1 - share));
        g_test_message("%s: %s got %.0f of %u", cases[i].text, cases[i].name, chosen, DOCUMENTS);
        g_assert_cmpfloat(fabs(chosen - share * DOCUMENTS), <, 4 * deviation);
    }
}

/* The same choice however the shares are written. */
static void test_sticky(void)
{
    g_autoptr(Split) one = parse("v3:90 v4:10"), two = parse("v4:1 v3:9");
    for (guint d = 0; d < 1000; d++) {
        g_autofree char *sha256 = document(d);
        g_assert_cmpstr(split_choose(one, "prompt", sha256), ==,
                        split_choose(two, "prompt", sha256));
    }
}

/* Only documents that have to move do: to what grew, from what shrank. */
static void test_few_move(void)
{
    g_autoptr(Split) before = parse("v3:90 v4:10"), after = parse("v3:80 v4:20");
    g_autoptr(Split) third = parse("v3:90 v4:10 v5:25");
    guint moved = 0, joined = 0;
    for (guint d = 0; d < DOCUMENTS; d++) {
        g_autofree char *sha256 = document(d);
        const char *was = split_choose(before, "prompt", sha256);
        const char *is = split_choose(after, "prompt", sha256);
        const char *then = split_choose(third, "prompt", sha256);
        if (!g_str_equal(was, is)) {
            g_assert_cmpstr(is, ==, "v4");
            moved++;
        }
        if (!g_str_equal(was, then)) {
            g_assert_cmpstr(then, ==, "v5");
            joined++;
        }
    }
    g_assert_cmpuint(moved, >, 800);
    g_assert_cmpuint(moved, <, 1200);
    g_assert_cmpuint(joined, >, 1800);
    g_assert_cmpuint(joined, <, 2200);
}

/* Who gets the new prompt says nothing about who gets the new model. */
static void test_independent(void)
{
    g_autoptr(Split) split = parse("a:50 b:50");
    guint both = 0;
    for (guint d = 0; d < DOCUMENTS; d++) {
        g_autofree char *sha256 = document(d);
        both += g_str_equal(split_choose(split, "prompt", sha256), "a") &&
                g_str_equal(split_choose(split, "model", sha256), "a");
    }
    g_assert_cmpuint(both, >, 2300);
    g_assert_cmpuint(both, <, 2700);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/split/parse", test_parse);
    g_test_add_func("/host/split/shares", test_shares);
    g_test_add_func("/host/split/sticky", test_sticky);
    g_test_add_func("/host/split/few-move", test_few_move);
    g_test_add_func("/host/split/independent", test_independent);
    return g_test_run();
}
