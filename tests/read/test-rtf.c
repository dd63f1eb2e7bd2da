/* RTF: text in any code page, structure, what is left out, broken files. */
#include "fixture.h"

static void check(const char *rtf, const char *expected)
{
    g_autoptr(Reading) r = fixture_read_text(rtf, "application/rtf");
    g_autofree char *text = reading_to_markdown(r);
    g_assert_cmpstr(text, ==, expected);
}

static void test_text(void)
{
    check("{\\rtf1\\ansi Hello\\tab {\\b bold} \\{brace\\}\\par\nnext\\line line\\~x}",
          "Hello bold {brace}\n\nnext\nline x\n");
    check("{\\rtf1 a\\-b\\_c\\emdash d\\lquote e\\rquote\\bullet}",
          "ab-c\u2014d\u2018e\u2019\u2022\n");
}

static void test_encodings(void)
{
    check("{\\rtf1\\ansi\\ansicpg1252 caf\\'e9 \\'80}", "caf\u00e9 \u20ac\n");
    check("{\\rtf1\\ansi\\ansicpg1251 \\'d1\\'f7\\'e5\\'f2}", "\u0421\u0447\u0435\u0442\n");
    /* The font decides; a character of two bytes may end in a letter. */
    check("{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}{\\f2\\fcharset238 C;}}"
          "\\f1\\'83e\\'83X\\'83g\\f2 \\'9a\\f0 \\'e9}",
          "\u30c6\u30b9\u30c8\u0161\u00e9\n");
    check("{\\rtf1\\mac \\'8e}", "\u00e9\n");
    /* What stands in for \u is left out, as many as \uc says. */
    check("{\\rtf1 \\u8364?x{\\uc2 \\u233\\'8e\\'8fy}\\u-10179?\\u-8704?\\uc0\\u945 z}",
          "\u20acx\u00e9y\U0001f600\u03b1z\n");
}

static void test_structure(void)
{
    check("{\\rtf1{\\stylesheet{\\s0 Normal;}{\\s1\\b heading 1;}{\\s5 Title;}}\\pard\\s1 Head\\par"
          "\\pard\\s0 text\\par\\pard\\outlinelevel1 Sub\\par"
          "\\pard{\\listtext 1.\\tab}\\ilvl0 one\\par{\\listtext\\'b7\\tab}\\ilvl1 deep\\par}",
          "# Head\n\ntext\n\n## Sub\n\n- 1. one\n  - deep\n");
    check("{\\rtf1 before\\par\\trowd\\cellx1\\cellx2\\pard\\intbl a\\cell b\\par b2\\cell\\row"
          "\\trowd\\pard\\intbl c\\cell d\\cell\\row\\pard after\\par}",
          "before\n\n| a | b b2 |\n| --- | --- |\n| c | d |\n\nafter\n");
}

static void test_around(void)
{
    g_autoptr(Reading) r =
        fixture_read_text("{\\rtf1{\\header Head\\par}{\\footer "
                          "Foot\\par}text{\\super\\chftn}{\\footnote\\chftn  the "
                          "note}\\par{\\*\\annotation remark}more{\\field{\\*\\fldinst HYPERLINK "
                          "x}{\\fldrslt  link}}}",
                          "application/rtf");
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "Head\n\nFoot\n\ntext [1]\n\n[1] the note\n\nremark\n\nmore link\n");
    g_assert_cmpuint(reading_block(r, 0)->flags, ==, BLOCK_HEADER);
    g_assert_cmpuint(reading_block(r, 1)->flags, ==, BLOCK_FOOTER);
    g_assert_cmpuint(reading_block(r, 2)->flags, ==, 0);
}

static void test_left_out(void)
{
    check("{\\rtf1{\\info{\\title T}}{\\*\\unknown x}{\\pict\\bin5 {{{{{00}{\\deleted old}seen}",
          "seen\n");
    static const char *const ways[] = {
        "{\\rtf1{\\v secret order}seen}",
        "{\\rtf1{\\colortbl;\\red255\\green255\\blue255;}{\\cf1 secret order}seen}",
        "{\\rtf1{\\fs2 secret order}seen}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autoptr(Reading) r = fixture_read_text(ways[i], "application/rtf");
        g_autofree char *text = reading_to_text(r);
        g_assert_cmpstr(text, ==, "seen\n");
        g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
    }
}

static void test_broken(void)
{
    g_autoptr(Reading) r = fixture_read_text("{\\rtf1 text {\\b cut", "application/rtf");
    fixture_has(r, "text cut");
    g_assert_cmpstr(r->notes->pdata[0], ==,
                    READING_MISSING "the file is damaged: it ends inside a group");
    check("{\\rtf1 a}}}}{\\b b", "a\n");
    g_autoptr(GString) deep = g_string_new("{\\rtf1 ");
    for (guint i = 0; i < 20000; i++)
        g_string_append_c(deep, '{');
    g_autoptr(GBytes) bytes = g_bytes_new(deep->str, deep->len);
    fixture_refuse(bytes, "application/rtf", NULL, DOCKET_ERROR_TOO_LARGE);
    g_autoptr(GBytes) other = g_bytes_new("plain", 5);
    fixture_refuse(other, "application/rtf", NULL, DOCKET_ERROR_DAMAGED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtf/text", test_text);
    g_test_add_func("/rtf/encodings", test_encodings);
    g_test_add_func("/rtf/structure", test_structure);
    g_test_add_func("/rtf/around", test_around);
    g_test_add_func("/rtf/left-out", test_left_out);
    g_test_add_func("/rtf/broken", test_broken);
    return g_test_run();
}
