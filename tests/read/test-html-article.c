/* Each rule by which an article is told from what stands around it. */
#include "fixture.h"

#include "stages/read/techniques/html/html.h"

#define SENTENCE                                                                                   \
    "The council met on Tuesday evening, heard the engineers, and put the decision about the "     \
    "bridge off until the spring, when the river has gone down and the piers can be looked at. "
#define PARAGRAPH "<p>" SENTENCE SENTENCE "</p>"
#define STORY PARAGRAPH PARAGRAPH PARAGRAPH
#define MENU "<ul><li><a href=/1>Sport</a><li><a href=/2>Weather</a><li><a href=/3>Local</a></ul>"

/* Of the blocks that hold this word, whether all are boilerplate, or none. */
static gboolean is_around(const Reading *r, const char *word)
{
    guint found = 0, around = 0;
    for (guint b = 0; b < r->blocks->len; b++) {
        const Block *block = reading_block(r, b);
        for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
            g_autofree char *text = reading_line_text(r, l);
            if (!strstr(text, word))
                continue;
            found++;
            around += (block->flags & BLOCK_BOILERPLATE) != 0;
            break;
        }
    }
    if (found == 0 || (around != 0 && around != found))
        g_error("\"%s\" is in %u blocks, %u of them boilerplate", word, found, around);
    return around > 0;
}

static Reading *read_page(const char *head, const char *body)
{
    g_autofree char *page =
        g_strdup_printf("<!DOCTYPE html><html><head>%s</head><body>%s</body></html>", head, body);
    return fixture_read_text(page, "text/html");
}

/* Nothing of the page is boilerplate. */
static void assert_whole(const Reading *r)
{
    for (guint b = 0; b < r->blocks->len; b++)
        if (reading_block(r, b)->flags) {
            g_autofree char *text = reading_line_text(r, reading_block(r, b)->first_line);
            g_error("boilerplate: %s", text);
        }
}

static void test_around(void)
{
    static const char *const menus[] = {
        "<nav>" MENU "</nav>",
        "<div class='main-menu'>" MENU "</div>",
        "<aside>Subscribe to our letter, dear reader, and never miss Sport again.</aside>",
        "<div role=navigation>" MENU "</div>",
        "<footer>Sport and more, by the publishing house</footer>",
        "<div id=comments><p>I always say that nobody, ever, writes enough about Sport.</p></div>",
        "<div>" MENU "</div>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(menus); i++) {
        g_autofree char *body = g_strdup_printf("%s<div class=content>" STORY "</div>", menus[i]);
        g_autoptr(Reading) r = read_page("", body);
        g_assert_true(is_around(r, "Sport"));
        g_assert_false(is_around(r, "council"));
        fixture_lacks(r, "Sport");
        fixture_has(r, "council");
    }
}

/* Names are hints: with more of the page inside, the box is content all the same. */
static void test_names_can_lie(void)
{
    g_autoptr(Reading) r = read_page("", "<div class=sidebar><div>" STORY "</div></div>" MENU);
    g_assert_false(is_around(r, "council"));
}

static void test_markdown_leaves_out(void)
{
    g_autoptr(Reading) r =
        read_page("", "<nav>" MENU "</nav><article><h2>Part</h2>" STORY "</article>");
    g_autofree char *markdown = reading_to_markdown(r), *json = reading_to_json(r);
    g_assert_true(g_str_has_prefix(markdown, "## Part\n\nThe council"));
    g_assert_null(strstr(markdown, "Sport"));
    g_assert_nonnull(strstr(json, "\"Sport\"")); /* nothing is lost */
}

static void test_headline(void)
{
    g_autoptr(Reading) r =
        read_page("<title>Bridge waits for spring - The Herald</title>",
                  "<header><h1>The Herald</h1></header><h1>Bridge waits for spring</h1>"
                  "<h2>Engineers of the county want to look at the piers of it first, and the "
                  "river is too high"
                  "</h2><div class=by>By A. Writer</div><div class=story>" STORY "</div>");
    g_autofree char *text = reading_to_text(r);
    g_assert_true(g_str_has_prefix(text, "Bridge waits for spring\n\nEngineers of"));
    g_assert_null(strstr(text, "Herald"));
}

static void test_title_without_headline(void)
{
    g_autoptr(Reading) r = read_page("<title>Bridge waits</title>", "<div>" STORY "</div>" MENU);
    g_autofree char *text = reading_to_text(r);
    g_assert_true(g_str_has_prefix(text, "Bridge waits\n\nThe council"));
}

/* Cut in pieces by what stands between them, the article is still one. */
static void test_gathered(void)
{
    g_autoptr(Reading) r = read_page(
        "", "<div><div><div>" STORY STORY "</div></div><div class=ads>Sport shoes</div><div><div>"
            "<p>Second " SENTENCE SENTENCE "</p>" STORY "</div></div></div>" MENU);
    g_assert_false(is_around(r, "Second"));
    g_assert_true(is_around(r, "shoes"));
}

static void test_cleaned(void)
{
    static const char *const clutter[] = {
        "<ul><li><a href=/a>Elsewhere one</a><li><a href=/b>Elsewhere two</a></ul>",
        "<div class=share-links>Elsewhere on social media</div>",
        "<div class=related>Elsewhere: <a href=/x>more of it</a></div>",
        "<p><a href=/more>Elsewhere you find more about the bridge</a></p>",
        "<form><input name=q><input name=r>Elsewhere</form>",
        "<h3>Elsewhere</h3>", /* nothing under it */
        "<img alt='Elsewhere, a river'>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(clutter); i++) {
        g_autofree char *body = g_strdup_printf("<article>" STORY "%s</article>", clutter[i]);
        g_autoptr(Reading) r = read_page("", body);
        g_assert_false(is_around(r, "council"));
        g_assert_true(is_around(r, "Elsewhere"));
    }
}

static void test_kept_in_article(void)
{
    static const char *const parts[] = {
        "<ul><li>Kept: the first point, in words<li>and a second</ul>",
        "<table><tr><td>Kept<td>12<tr><td>b<td>13</table>",
        "<blockquote><p>Kept as it was said on that evening.</p></blockquote>",
        "<h3>Kept</h3><p>Short.</p>",
        "<pre>Kept = 1</pre>",
        "<dl><dt>Kept<dd>yes</dl>",
        "<p>Kept, see <a href=/x>the minutes</a> of the meeting.</p>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *body =
            g_strdup_printf("<article>" PARAGRAPH "%s" STORY "</article>" MENU, parts[i]);
        g_autoptr(Reading) r = read_page("", body);
        g_assert_false(is_around(r, "Kept"));
        g_assert_true(is_around(r, "Sport"));
    }
}

static void test_repeated_caption(void)
{
    g_autoptr(Reading) r = read_page("", "<article><div>The old bridge in March</div>" STORY
                                         "<div>The old bridge in March</div></article>");
    g_autofree char *text = reading_to_text(r);
    const char *first = strstr(text, "old bridge");
    g_assert_nonnull(first);
    g_assert_null(strstr(first + 1, "old bridge"));
}

/* What has no clear article is content from its first word to its last. */
static void test_whole(void)
{
    static const char *const pages[] = {
        /* an invoice, its terms being the only sentences */
        "<h1>Invoice 12</h1><table><tr><th>Item<th>Sum<tr><td>Pump<td>120.00<tr><td>Hose<td>13.50"
        "<tr><td>Total<td>133.50</table><div class=terms>" STORY "</div>",
        /* the same laid out by boxes */
        "<div>Order 9</div><div>Pump</div><div>EUR 120.00</div><div class=text>" STORY "</div>",
        /* a product */
        "<h1>Pump</h1><div class=product-price>from 120</div><div id=description>" STORY "</div>",
        "<h1>Pump</h1><p><b>$ 12.99</b></p><div id=description>" STORY "</div>",
        "<h1>Pump</h1><span class=add-to-cart>Buy</span><div id=description>" STORY "</div>",
        /* a menu and little else */
        MENU "<p>" SENTENCE "</p>",
        MENU,
        "<form><p>Name <input name=n><p>Town <input name=t></form>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autoptr(Reading) r = read_page("<title>Page</title>", pages[i]);
        assert_whole(r);
    }
}

static void test_fragment(void)
{
    g_autoptr(Reading) r =
        fixture_read_text("<nav>" MENU "</nav><div>" STORY "</div>", "text/html");
    assert_whole(r);
}

/* A chapter of a book, a mail's body. */
static void test_part(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static(
        "<html><body><nav>" MENU "</nav><div>" STORY "</div></body></html>",
        strlen("<html><body><nav>" MENU "</nav><div>" STORY "</div></body></html>"));
    TechniqueInput input = fixture_input(bytes, "text/html", NULL);
    g_autoptr(Reading) r = html_read_part(&input, &error);
    g_assert_no_error(error);
    assert_whole(r);
}

/* What the page says that it is decides where the text alone does not. */
static void test_claims(void)
{
    static const struct {
        const char *head;
        gboolean whole;
    } cases[] = {
        {"<meta property=og:type content=product>", TRUE},
        {"<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"x\"}</script>", TRUE},
        {"<meta property=og:type content=article><script type=application/ld+json>"
         "{\"@type\":\"Product\",\"name\":\"x\"}</script>",
         TRUE},
        {"<script type=application/ld+json>{\"@type\":\"NewsArticle\"}</script>", FALSE},
        {"<meta property=og:type content=article>", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Reading) r = read_page(cases[i].head, MENU "<div>" STORY "</div>");
        if (cases[i].whole)
            assert_whole(r);
        else
            g_assert_true(is_around(r, "Sport"));
    }
}

/* An article in one cell of a table that lays the page out. */
static void test_layout_table(void)
{
    g_autoptr(Reading) r =
        read_page("", "<table><tr><td>" MENU "</td><td><h2>Bridge</h2>" STORY "</td></tr></table>");
    g_assert_false(is_around(r, "council"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html-article/around", test_around);
    g_test_add_func("/html-article/names-can-lie", test_names_can_lie);
    g_test_add_func("/html-article/markdown", test_markdown_leaves_out);
    g_test_add_func("/html-article/headline", test_headline);
    g_test_add_func("/html-article/title", test_title_without_headline);
    g_test_add_func("/html-article/gathered", test_gathered);
    g_test_add_func("/html-article/cleaned", test_cleaned);
    g_test_add_func("/html-article/kept", test_kept_in_article);
    g_test_add_func("/html-article/repeated", test_repeated_caption);
    g_test_add_func("/html-article/whole", test_whole);
    g_test_add_func("/html-article/fragment", test_fragment);
    g_test_add_func("/html-article/part", test_part);
    g_test_add_func("/html-article/claims", test_claims);
    g_test_add_func("/html-article/layout-table", test_layout_table);
    return g_test_run();
}
