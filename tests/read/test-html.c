#include "fixture.h"

#include "stages/read/techniques/html/html.h"

static const Block *find_block(const Reading *r, BlockKind kind)
{
    for (guint i = 0; i < r->blocks->len; i++)
        if (reading_block(r, i)->kind == kind)
            return reading_block(r, i);
    g_error("no block of kind %s", block_kind_name(kind));
}

static void test_structure(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        "<title>Shop</title><h2>Acme <b>Widget</b></h2><p>Nice&nbsp;thing &amp; cheap<br>second"
        "<ul><li>one<li>two<ul><li>deep</ul></ul><img alt='a red pump'>",
        "text/html");
    g_autofree char *text = reading_to_markdown(r);
    g_assert_cmpstr(text, ==,
                    "# Shop\n\n## Acme Widget\n\nNice thing & cheap\nsecond\n\n- one\n- two\n"
                    "  - deep\n\na red pump\n");
}

static void test_tables(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        "<table><tr><td>Item<td>Qty<td>Total</tr><tr><td colspan=2>Pump<td>12.00</table>"
        "<table><tr><th>Brand</th><td>Acme</td></tr><tr><th>Colour</th><td>red</td></tr></table>"
        "<dl><dt>Price<dd>12<dd>EUR</dl>",
        "text/html");
    const Block *table = find_block(r, BLOCK_TABLE);
    g_assert_cmpuint(table->n_lines, ==, 2);
    const Line *second = reading_line(r, table->first_line + 1);
    g_assert_cmpint(reading_word(r, second->first_word)->column, ==, 0);
    const Block *fields = find_block(r, BLOCK_FIELDS);
    const Line *brand = reading_line(r, fields->first_line);
    g_assert_cmpint(reading_word(r, brand->first_word)->column, ==, 0);
    g_assert_cmpint(reading_word(r, brand->first_word + 1)->column, ==, 1);
    /* Cells of one column stand below each other on the grid. */
    const Line *colour = reading_line(r, fields->first_line + 1);
    g_assert_cmpfloat(reading_word(r, brand->first_word + 1)->rect.x0, ==,
                      reading_word(r, colour->first_word + 1)->rect.x0);
    fixture_has(r, "Price 12\nEUR\n");
}

/* A page laid out by tables keeps its paragraphs and its inner table. */
static void test_layout_table(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        "<table><tr><td>left text</td><td><h3>Head</h3><table><tr><td>a<td>1<tr><td>b<td>2"
        "</table></td></tr></table>",
        "text/html");
    const Block *table = find_block(r, BLOCK_TABLE);
    g_assert_cmpuint(table->n_lines, ==, 2);
    g_assert_cmpuint(find_block(r, BLOCK_HEADING)->level, ==, 3);
    fixture_has(r, "left text");
}

static void test_hidden(void)
{
    static const char *const ways[] = {
        "<div style='display: none'>secret order</div>",
        "<div style='VISIBILITY:hidden'>secret order</div>",
        "<p hidden>secret order</p>",
        "<span style='font-size:0px'>secret order</span>",
        "<span style='color:#FFF'>secret order</span>",
        "<font color=white>secret order</font>",
        "<div style='position:absolute;left:-9999px'>secret order</div>",
        "<style>.off{display:none}</style><b class='x off'>secret order</b>",
        "<style>/* c */ em , #gone { visibility : hidden }</style><p id=gone>secret order</p>",
        "<div style=display:none><div><p>secret</div>order</div>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *page = g_strdup_printf("<p>seen</p>%s<p>after</p>", ways[i]);
        g_autoptr(Reading) r = fixture_read_text(page, "text/html");
        g_autofree char *text = reading_to_text(r);
        g_assert_cmpstr(text, ==, "seen\n\nafter\n");
        g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
        g_assert_cmpstr(r->notes->pdata[0], ==, "hidden text: 2 words on page 1");
    }
}

static void test_not_hidden(void)
{
    static const char *const ways[] = {
        "<div class=dark><span style='color:#fff'>plain words</span></div>",
        "<td bgcolor=navy><font color=white>plain words</font>",
        "<style>@media print { p { display:none } } a:hover{display:none}</style><p>plain words",
        "<p style='font-size:0.9em;opacity:0.5'>plain words",
        "<p aria-hidden=true>plain words",
    };
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autoptr(Reading) r = fixture_read_text(ways[i], "text/html");
        g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 0);
        fixture_has(r, "plain words");
    }
}

static void test_never_text(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        "<script>var a='x'</script><style>p{}</style><template>t</template><!-- c --><svg>"
        "<text>s</text></svg><select><option>no<option selected>yes</select>",
        "text/html");
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "yes\n");
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 0);
}

static void test_zero_width(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        "ig\u200bnore so\u00adft fa\u202emily\u202c \u06a9\u200c\u06a9", "text/html");
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "ignore soft family \u06a9\u200c\u06a9\n");
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
}

static void test_encodings(void)
{
    static const struct {
        const char *bytes;
        gsize length;
    } pages[] = {
        {"<p>caf\xc3\xa9", 8},
        {"<meta charset=iso-8859-1><p>caf\xe9", 32},
        {"\xff\xfe<\0p\0>\0c\0a\0f\0\xe9\0", 16},
        {"<meta charset=utf-8><p>caf\xe9", 27}, /* says utf-8, and is not */
    };
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new(pages[i].bytes, pages[i].length);
        g_autoptr(Reading) r = fixture_read(bytes, "text/html", NULL, 0);
        fixture_has(r, "caf\u00e9");
    }
}

static char *repeat(const char *text, guint n, const char *end)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        g_string_append(out, text);
    g_string_append(out, end);
    return g_string_free(out, FALSE);
}

/* Nesting as deep as one likes costs neither stack nor text. */
static void test_deep(void)
{
    static const char *const opens[] = {"<div>",    "<b>",      "<table><tr><td>",
                                        "<ul><li>", "<dl><dd>", "<p style='display:block'>"};
    for (guint i = 0; i < G_N_ELEMENTS(opens); i++) {
        g_autofree char *page = repeat(opens[i], 100000, "bottom");
        g_autoptr(Reading) r = fixture_read_text(page, "text/html");
        fixture_has(r, "bottom");
    }
}

/* Style sheets and pictures inside the page by the megabyte. */
static void test_large(void)
{
    g_autofree char *css = repeat(".a{color:red;background:url(data:x)}\n", 100000, "");
    g_autofree char *picture = repeat("QUJD", 1000000, "");
    g_autofree char *page =
        g_strdup_printf("<style>%s.off{display:none}</style><p>one<img alt=two "
                        "src='data:image/png;base64,%s'><b class=off>no</b>three",
                        css, picture);
    g_autoptr(Reading) r = fixture_read_text(page, "text/html");
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "one two three\n");
}

/* Pages made to break parsers: each gives a reading, or says that it is empty. */
static void test_parser_tests(void)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("DOCKET_CORPUS") ? g_getenv("DOCKET_CORPUS") : "../shared/corpus",
                         "html-parser-tests", "html5lib", "tree-construction", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    if (!dir) {
        g_test_skip("no html-parser-tests in the test data folder");
        return;
    }
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *all = NULL;
        if (!g_str_has_suffix(name, ".dat") || !g_file_get_contents(path, &all, NULL, NULL))
            continue;
        g_auto(GStrv) tests = g_strsplit(all, "#data\n", -1);
        for (guint i = 1; tests[i]; i++) {
            char *end = strstr(tests[i], "\n#errors");
            g_autoptr(GBytes) bytes = g_bytes_new(tests[i], end ? (gsize)(end - tests[i]) : 0);
            if (g_bytes_get_size(bytes) == 0)
                continue;
            g_autoptr(Reading) r = fixture_read(bytes, "text/html", NULL, 0);
            g_assert_nonnull(r);
        }
    }
}

static void test_looks_like(void)
{
    static const char *const yes[] = {"a<br>b", "<p>x</p>", "Tom &amp; Jerry",
                                      "&#39;",  "<B>x</B>", "x<!-- y -->"};
    static const char *const no[] = {"a < b > c", "AT&T", "x <3 y", "<unknown>", "R&D; more", ""};
    for (guint i = 0; i < G_N_ELEMENTS(yes); i++)
        g_assert_true(html_looks_like(yes[i]));
    for (guint i = 0; i < G_N_ELEMENTS(no); i++)
        g_assert_false(html_looks_like(no[i]));
}

static void test_empty(void)
{
    g_autoptr(GBytes) bytes = g_bytes_new(NULL, 0);
    fixture_refuse(bytes, "text/html", NULL, DOCKET_ERROR_EMPTY);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html/structure", test_structure);
    g_test_add_func("/html/tables", test_tables);
    g_test_add_func("/html/layout-table", test_layout_table);
    g_test_add_func("/html/hidden", test_hidden);
    g_test_add_func("/html/not-hidden", test_not_hidden);
    g_test_add_func("/html/never-text", test_never_text);
    g_test_add_func("/html/zero-width", test_zero_width);
    g_test_add_func("/html/encodings", test_encodings);
    g_test_add_func("/html/deep", test_deep);
    g_test_add_func("/html/large", test_large);
    g_test_add_func("/html/parser-tests", test_parser_tests);
    g_test_add_func("/html/looks-like", test_looks_like);
    g_test_add_func("/html/empty", test_empty);
    return g_test_run();
}
