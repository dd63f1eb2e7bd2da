/* Data for machines: JSON-LD, whole and broken, microdata, RDFa Lite, <meta>. */
#include "fixture.h"

#include "stages/read/techniques/html/html-jsonld.h"

/* The fields of the second reading, "key value\n" each. */
static char *data_of(const char *page)
{
    g_autoptr(Reading) r = fixture_read_text(page, "text/html");
    GString *out = g_string_new(NULL);
    if (!r->second)
        return g_string_free(out, FALSE);
    g_assert_cmpuint(r->second->pages->len, ==, 1);
    g_assert_cmpuint(reading_page(r->second, 0)->technique, ==, TECHNIQUE_DATA);
    g_assert_cmpuint(reading_page(r->second, 0)->geometry, ==, READING_GRID);
    for (guint b = 0; b < r->second->blocks->len; b++) {
        const Block *block = reading_block(r->second, b);
        if (block->kind != BLOCK_FIELDS)
            continue;
        for (guint l = 0; l < block->n_lines; l++) {
            const Line *line = reading_line(r->second, block->first_line + l);
            g_assert_cmpint(reading_word(r->second, line->first_word)->column, ==, 0);
            g_autofree char *text = reading_line_text(r->second, block->first_line + l);
            g_string_append_printf(out, "%s\n", text);
        }
    }
    return g_string_free(out, FALSE);
}

static void assert_data(const char *page, const char *expected)
{
    g_autofree char *found = data_of(page);
    g_assert_cmpstr(found, ==, expected);
}

#define LD(json) "<p>x</p><script type='application/ld+json'>" json "</script>"

static void test_linked(void)
{
    assert_data(
        LD("{\"@context\":\"http://vocab.example/\",\"@type\":\"Product\",\"name\":\"Pump\","
           "\"offers\":{\"@type\":\"Offer\",\"price\":12.5,\"inStock\":true},"
           "\"color\":[\"red\",\"blue\"],\"none\":null,\"empty\":\"\"}"),
        "Product.name Pump\nProduct.offers.@type Offer\nProduct.offers.price 12.5\n"
        "Product.offers.inStock true\nProduct.color red\nProduct.color blue\n");
    assert_data(
        LD("{\"@graph\":[{\"@type\":[\"http://vocab.example/Person\",\"x\"],\"name\":\"Ann\"},"
           "{\"name\":{\"@value\":\"Bob\",\"@language\":\"en\"}}]}"),
        "Person.name Ann\nThing.name Bob\nThing.name.@language en\n");
    assert_data(LD("[{\"@type\":\"A\",\"x\":1},[{\"@type\":\"B\",\"x\":2}]]"), "A.x 1\nB.x 2\n");
    assert_data(LD("{\"@type\":\"A\",\"x\":1}") LD("{\"@type\":\"A\",\"x\":\"<b>2</b> &amp; 3\"}"),
                "A.x 1\nA.x 2 & 3\n");
    assert_data("<p>x</p><script type='text/javascript'>{\"a\":1}</script>", "");
}

/* What stands in scripts of the real web -> what it says. */
static void test_repair(void)
{
    static const struct {
        const char *broken, *whole;
    } cases[] = {
        {"{\"a\":1}", "{\"a\":1}"},
        {" // said\n{\"a\":1, // so\n /* b */ \"b\":\"http://host//y\"}",
         "{\"a\":1,\"b\":\"http://host//y\"}"},
        {"<!-- {\"a\":1} -->", "{\"a\":1}"},
        {"//<![CDATA[\n{\"a\":1}\n//]]>", "{\"a\":1}"},
        {"<![CDATA[{\"a\":1}]]>", "{\"a\":1}"},
        {"{\"a\":1,}", "{\"a\":1}"},
        {"{\"a\":[1,2,],\"b\":,}", "{\"a\":[1,2],\"b\":null}"},
        {"{,\"a\":1,,\"b\":2}", "{\"a\":1,\"b\":2}"},
        {"{\"a\":1 \"b\":2}", "{\"a\":1,\"b\":2}"},
        {"[{\"a\":1}{\"a\":2}]", "[{\"a\":1},{\"a\":2}]"},
        {"{\"a\":\"1\"\n\"b\":\"2\"}", "{\"a\":\"1\",\"b\":\"2\"}"},
        {"{\"a\":\"x\ny\tz\"}", "{\"a\":\"x\\ny\\tz\"}"},
        {"{\"a\":\"6\" wide\"}", "{\"a\":\"6\\\" wide\"}"},
        {"{'a':'it's'}", "{\"a\":\"it's\"}"},
        {"{a:1,b_c:true,d:undefined}", "{\"a\":1,\"b_c\":true,\"d\":null}"},
        {"{\"a\":\"\\x \\' \\u12 \\u0000 \\ud800\"}",
         "{\"a\":\"\\\\x ' \\\\u12 \\ufffd \\ufffd\"}"},
        {"{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\\ud83d\\ude00\"}"},
        {"{\"a\":{\"b\":[1,\"x", "{\"a\":{\"b\":[1,\"x\"]}}"},
        {"{\"a\":[1}", "{\"a\":[1]}"},
        {"{\"a\":1]}", "{\"a\":1}"},
        {"{\"a\":007}", "{\"a\":\"007\"}"},
        {"{\"a\",\"b\"}", "{\"a\":null,\"b\":null}"},
        {"{\"a\"\n\"b\":1}", "{\"a\":null,\"b\":1}"},
        {"{1:2,{\"a\":1}}", "{\"1\":2,\"\":{\"a\":1}}"},
        {"[\"a\":1]", "[\"a\",1]"},
        {"var x = {\"a\":1};", "{\"a\":1}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize at = 0;
        g_autofree char *repaired =
            html_jsonld_repair(cases[i].broken, strlen(cases[i].broken), &at);
        g_assert_nonnull(repaired);
        cJSON *found = cJSON_Parse(repaired), *expected = cJSON_Parse(cases[i].whole);
        if (!found || !cJSON_Compare(found, expected, TRUE))
            g_error("%s -> %s, not %s", cases[i].broken, repaired, cases[i].whole);
        cJSON_Delete(found);
        cJSON_Delete(expected);
    }
}

static void test_several_values(void)
{
    assert_data(LD("{\"@type\":\"A\",\"x\":1};{\"@type\":\"B\",\"x\":2}"), "A.x 1\nB.x 2\n");
    assert_data(LD("{&quot;@type&quot;:&quot;A&quot;,&quot;x&quot;:&quot;1 &amp;amp; 2&quot;}"),
                "A.x 1 & 2\n");
    assert_data(LD("nothing of the kind"), "");
}

/* As deep and as many as one likes: a bounded answer. */
static void test_hostile(void)
{
    static const char *const units[] = {"[",   "{\"a\":", "{\"a\":[{\"b\":1},",       "\"",
                                        "'a ", ":,",      "{\"@type\":\"A\",\"x\":1}"};
    for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
        GString *page = g_string_new("<p>x</p><script type='application/ld+json'>[");
        for (guint n = 0; n < 50000; n++)
            g_string_append(page, units[i]);
        g_string_append(page, "</script>");
        g_autofree char *found = data_of(page->str);
        g_assert_cmpuint(strlen(found), <, 4u << 20);
        g_string_free(page, TRUE);
    }
}

static void test_microdata(void)
{
    assert_data(
        "<div itemscope itemtype='http://vocab.example/Product'><h1 itemprop=name>Red\n <b>pump"
        "</b></h1><img itemprop=image src=p.png><a itemprop='url sameAs' href=/p>here</a>"
        "<div itemprop=offers itemscope itemtype='http://vocab.example/Offer'>"
        "<span itemprop=price content=12.50>12,50</span><meta itemprop=cur content=EUR>"
        "<time itemprop=until datetime=2026-12-01>soon</time><data itemprop=n value=3>three"
        "</data></div><p itemprop=text style='display:none'>dark</p></div>",
        "Product.name Red pump\nProduct.image p.png\nProduct.url /p\nProduct.sameAs /p\n"
        "Product.offers.@type Offer\nProduct.offers.price 12.50\nProduct.offers.cur EUR\n"
        "Product.offers.until 2026-12-01\nProduct.offers.n 3\nProduct.text dark\n");
}

/* Properties may stand elsewhere on the page, and in circles. */
static void test_references(void)
{
    assert_data(
        "<p>x</p><div itemscope id=ann itemref='a b'></div><p id=a>Name: <span itemprop=name>"
        "Ann</span></p><div id=b itemprop=band itemscope itemref=c></div>"
        "<div id=c><p itemprop=size>12</p></div>",
        "Thing.name Ann\nThing.band.size 12\n");
    g_autofree char *circle = data_of("<p>x</p><div itemscope itemref=a><i itemprop=k>v</i></div>"
                                      "<div id=a itemprop=p itemscope itemref=a><i itemprop=q>1</i>"
                                      "<i itemprop=q>2</i></div>");
    g_assert_nonnull(strstr(circle, "Thing.k v\nThing.p.q 1\nThing.p.q 2\n"));
}

static void test_nested_hostile(void)
{
    static const char *const units[] = {"<b itemprop=a>x", "<b itemscope itemprop=a>x",
                                        "<p id=a itemprop=a itemscope itemref=a>x",
                                        "<b typeof=T property=a:b>x"};
    for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
        GString *page = g_string_new("<div itemscope itemref=a>");
        for (guint n = 0; n < 30000; n++)
            g_string_append(page, units[i]);
        g_autofree char *found = data_of(page->str);
        g_assert_nonnull(found);
        g_string_free(page, TRUE);
    }
}

static void test_rdfa(void)
{
    assert_data(
        "<p vocab='http://vocab.example/' typeof=Person>I am <span property=name>Ann</span> "
        "<a property=url href='http://a.example/'>home</a> <span property='schema:knows' "
        "typeof=Person><b property=name>Bob</b></span></p>",
        "Person.name Ann\nPerson.url http://a.example/\nPerson.knows.@type Person\n"
        "Person.knows.name Bob\n");
    assert_data("<h2 property='dc:title'>Trouble</h2><p property=plain>x</p>",
                "Thing.title Trouble\n");
}

static void test_meta(void)
{
    assert_data(
        "<head><meta property='og:title' content='A  title'><meta name=Description content=D>"
        "<meta name=viewport content=w><meta property='product:price:amount' content=12>"
        "<meta property='og:type' content=''></head><p>x</p>",
        "og:title A title\ndescription D\nproduct:price:amount 12\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html-data/linked", test_linked);
    g_test_add_func("/html-data/repair", test_repair);
    g_test_add_func("/html-data/several", test_several_values);
    g_test_add_func("/html-data/hostile", test_hostile);
    g_test_add_func("/html-data/microdata", test_microdata);
    g_test_add_func("/html-data/references", test_references);
    g_test_add_func("/html-data/nested-hostile", test_nested_hostile);
    g_test_add_func("/html-data/rdfa", test_rdfa);
    g_test_add_func("/html-data/meta", test_meta);
    return g_test_run();
}
