/* Formats: the traps of each grammar by name, long texts, cut texts. */
#include "stages/check/schema/formats/formats.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct {
    const char *format;
    const char *text;
    gboolean valid;
} Case;

static void check(const char *name, const char *text, gboolean valid)
{
    const Format *format = format_find(name);
    g_assert_nonnull(format);
    if (format->check(text) != valid)
        g_error("%s: \"%s\" should be %s", name, text, valid ? "valid" : "invalid");
}

static void check_cases(const Case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++)
        check(cases[i].format, cases[i].text, cases[i].valid);
}

/* `count` times `part`. */
static char *repeat(const char *part, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, part);
    return g_string_free(text, FALSE);
}

/* ---- dates and times ---- */

static void test_dates(void)
{
    static const Case cases[] = {
        {"date", "2024-02-29", TRUE},
        {"date", "2023-02-29", FALSE},
        {"date", "2000-02-29", TRUE},
        {"date", "1900-02-29", FALSE},
        {"date", "0000-01-01", TRUE},
        {"date", "9999-12-31", TRUE},
        {"date", "2024-04-31", FALSE},
        {"date", "2024-01-01\n", FALSE},
        {"date", "2024-01-0\xEF\xBC\x91", FALSE}, /* a fullwidth digit */
        {"date", "2024-01", FALSE},
        {"date", "2024-", FALSE},
        {"date", "2", FALSE},
        {"date-time", "2024-01-01T00:00:00Z", TRUE},
        {"date-time", "2024-01-01t00:00:00z", TRUE},
        {"date-time", "2024-01-01 00:00:00Z", FALSE},
        {"date-time", "2024-01-01T00:00:00", FALSE},
        {"date-time", "2024-01-01T00:00:00.Z", FALSE},
        {"date-time", "2024-01-01T00:00:00.123456789012345678901234567890Z", TRUE},
        {"date-time", "2024-01-01T00:00:00+23:59", TRUE},
        {"date-time", "2024-01-01T00:00:00+24:00", FALSE},
        {"date-time", "2024-01-01T00:00:00+0100", FALSE},
        {"date-time",
         "2024-01-01T00:00:00\xE2\x88\x92"
         "01:00",
         FALSE}, /* U+2212 */
        {"date-time", "2024-01-01T00:00:00Z\n", FALSE},
        {"date-time", "2024-02-30T00:00:00Z", FALSE},
        {"date-time", "2024-01-01T", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void test_times(void)
{
    static const Case cases[] = {
        {"time", "23:59:59Z", TRUE},
        {"time", "23:59:60Z", TRUE},
        {"time", "23:59:61Z", FALSE},
        {"time", "23:59:69Z", FALSE},
        {"time", "23:59:70Z", FALSE},
        {"time", "23:59:60.999Z", TRUE},
        {"time", "00:59:60+01:00", TRUE},
        {"time", "18:59:60-05:00", TRUE},
        {"time", "00:00:60Z", FALSE},
        {"time", "23:59:60+00:01", FALSE},
        {"time", "23:58:60-00:01", TRUE},
        {"time", "24:00:00Z", FALSE},
        {"time", "1:00:00Z", FALSE},
        {"time", "12:00Z", FALSE},
        {"time", "12:00:00+", FALSE},
        {"time", "12:00:00+01", FALSE},
        {"time", "12:00:00+01:", FALSE},
        {"time", "12:00:00ZZ", FALSE},
        {"duration", "P1Y2M3DT4H5M6S", TRUE},
        {"duration", "P2W", TRUE},
        {"duration", "P1Y1W", FALSE},
        {"duration", "P1Y3D", FALSE},
        {"duration", "PT1H3S", FALSE},
        {"duration", "P1DT", FALSE},
        {"duration", "PT", FALSE},
        {"duration", "P1", FALSE},
        {"duration", "P1M1M", FALSE},
        {"duration", "PT1.5S", FALSE},
        {"duration", "p1D", FALSE},
        {"duration", "P1D\n", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

/* ---- addresses ---- */

static void test_addresses(void)
{
    static const char *const texts[] = {
        "0.0.0.0",
        "255.255.255.255",
        "256.0.0.0",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.04",
        "1.2.3.4 ",
        "1..3.4",
        "0x1.2.3.4",
        "1.2.3.1000",
        "\xEF\xBC\x91.2.3.4",
        "::",
        "::1",
        "1::",
        ":",
        ":::",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4",
        "::1.2.3.04",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "12345::",
        "1::2::3",
        "fe80::1%eth0",
        "::ffff:1.2.3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        ":1:2:3:4:5:6:7",
        "g::",
        "[::1]",
        "",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6::1.2.3.4",
        "1:2:3:4:5::1.2.3.4",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct in_addr four;
        struct in6_addr six;
        check("ipv4", texts[i], inet_pton(AF_INET, texts[i], &four) == 1);
        check("ipv6", texts[i], inet_pton(AF_INET6, texts[i], &six) == 1);
    }
}

/* ---- mail ---- */

static void test_mail(void)
{
    static const Case cases[] = {
        {"email", "a@b", TRUE},
        {"email", "a.b+c@example.com", TRUE},
        {"email", "!#$%&'*+-/=?^_`{|}~@example.com", TRUE},
        {"email", "a..b@example.com", FALSE},
        {"email", ".a@example.com", FALSE},
        {"email", "a.@example.com", FALSE},
        {"email", "a@example.com\n", FALSE},
        {"email", "a@example.com.", FALSE},
        {"email", "a@-example.com", FALSE},
        {"email", "a@b@example.com", FALSE},
        {"email", "a b@example.com", FALSE},
        {"email", "a,b@example.com", FALSE},
        {"email", "@example.com", FALSE},
        {"email", "a@", FALSE},
        {"email", "a", FALSE},
        {"email", "", FALSE},
        {"email", "\"\"@example.com", TRUE},
        {"email", "\"a b..@c\"@example.com", TRUE},
        {"email", "\"a\\\"b\\\\\"@example.com", TRUE},
        {"email", "\"a\"b\"@example.com", FALSE},
        {"email", "\"a\"b@example.com", FALSE},
        {"email", "\"a@example.com", FALSE},
        {"email", "\"a\\", FALSE},
        {"email", "\"a\\\n\"@example.com", FALSE},
        {"email", "\"a\tb\"@example.com", FALSE},
        {"email", "\"", FALSE},
        {"email", "a@[127.0.0.1]", TRUE},
        {"email", "a@[127.0.0.01]", FALSE},
        {"email", "a@[IPv6:2001:db8::1]", TRUE},
        {"email", "a@[ipv6:::1]", TRUE},
        {"email", "a@[IPv6:1.2.3.4]", FALSE},
        {"email", "a@[::1]", FALSE},
        {"email", "a@[127.0.0.1", FALSE},
        {"email", "a@[127.0.0.1]x", FALSE},
        {"email", "a@[x:y]", FALSE},
        {"email", "\xC3\xBC@example.com", FALSE},
        {"email", "a@\xC3\xBC.example", FALSE},
        {"email", "a@xn--bcher-kva.example", TRUE},
        {"idn-email",
         "\xC3\xBC@b\xC3\xBC"
         "cher.example",
         TRUE},
        {"idn-email", "\"\xC3\xBC \"@[1.2.3.4]", TRUE},
        {"idn-email",
         "a@bu\xCC\x88"
         "cher.example",
         TRUE},                                         /* composed before it is looked at */
        {"idn-email", "a@\xE2\x98\x83.example", FALSE}, /* a snowman is no letter */
        {"idn-email",
         "a\xEF\xBC\xA0"
         "b.example",
         FALSE}, /* a fullwidth "@" */
        {"idn-email",
         "a@b\xEF\xBC\x8E"
         "example",
         TRUE},
        {"idn-email", "a\xC0\x80@example.com", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));

    g_autofree char *local = repeat("a", 64);
    g_autofree char *fits = g_strconcat(local, "@example.com", NULL);
    g_autofree char *long_local = g_strconcat("a", fits, NULL);
    check("email", fits, TRUE);
    check("email", long_local, FALSE);
    g_autofree char *wide = repeat("\xC3\xBC", 32);
    g_autofree char *wide_fits = g_strconcat(wide, "@example.com", NULL);
    g_autofree char *wide_long = g_strconcat("a", wide_fits, NULL);
    check("idn-email", wide_fits, TRUE);
    check("idn-email", wide_long, FALSE);
}

/* ---- hosts ---- */

static void test_hosts(void)
{
    static const Case cases[] = {
        {"hostname", "example.com", TRUE},
        {"hostname", "EXAMPLE.Com", TRUE},
        {"hostname", "123.456", TRUE},
        {"hostname", "r3---sn-x.example", TRUE}, /* hyphens anywhere inside, as real ones have */
        {"hostname", "a-", FALSE},
        {"hostname", "-", FALSE},
        {"hostname", "a.-b", FALSE},
        {"hostname", "a..b", FALSE},
        {"hostname", "a_b", FALSE},
        {"hostname", "a b", FALSE},
        {"hostname", "a.b.", FALSE},
        {"hostname", "example.com\n", FALSE},
        {"hostname", "\xE2\x84\xAA.example", FALSE}, /* the Kelvin sign */
        {"hostname",
         "a\xE3\x80\x82"
         "b",
         FALSE},
        {"hostname", "xn--bcher-kva.example", TRUE},
        {"hostname", "XN--BCHER-KVA.example", TRUE},
        {"hostname", "xn--", FALSE},
        {"hostname", "xn--a", FALSE},
        {"hostname", "xn--a-", FALSE},
        {"hostname", "xn--99999999", FALSE},
        {"hostname", "xn--\xC3\xBC", FALSE},
        {"hostname", "0a.xn--4db", FALSE}, /* one right-to-left label binds all labels */
        {"hostname", "a0.xn--4db", TRUE},
        {"idn-hostname",
         "xn--bcher-kva.b\xC3\xBC"
         "cher",
         TRUE},
        {"idn-hostname",
         "b\xC3\xBC"
         "cher",
         TRUE},
        {"idn-hostname",
         "B\xC3\xBC"
         "cher",
         FALSE}, /* capitals are not mapped in U-labels */
        {"idn-hostname",
         "stra\xC3\x9F"
         "e",
         TRUE}, /* IDNA2003 would have made it "strasse" */
        {"idn-hostname", "ab--\xC3\xBC", FALSE},
        {"idn-hostname", "-\xC3\xBC", FALSE},
        {"idn-hostname", "\xC3\xBC-", FALSE},
        {"idn-hostname", "cafe\xCC\x81", FALSE}, /* not composed */
        {"idn-hostname", "\xE2\x98\x83", FALSE},
        {"idn-hostname", "\xF0\x9F\x98\x80", FALSE},
        {"idn-hostname", "\xF0\x9D\x95\x8F", FALSE},
        {"idn-hostname", "1\xEF\xBC\x92", FALSE}, /* a fullwidth digit */
        {"idn-hostname",
         "a\xE3\x80\x82"
         "b\xEF\xBC\x8E"
         "c\xEF\xBD\xA1"
         "d.e",
         TRUE},
        {"idn-hostname", "a\xE3\x80\x82", FALSE},
        {"idn-hostname", "\xE3\x80\x82", FALSE},
        {"idn-hostname", "\xC3", FALSE},
        {"idn-hostname", "a\xFF", FALSE},
        {"idn-hostname", "\xC0\x80", FALSE},
        {"idn-hostname", "\xED\xA0\x80", FALSE},
        {"idn-hostname", "\xC3\xBC\n", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

/* RFC 5893, section 2, rule by rule; libidn2 alone would accept the digits of rule 4. */
static void test_bidi(void)
{
    static const Case cases[] = {
        {"idn-hostname", "\xD7\x90\xD7\x91", TRUE}, /* R R */
        {"idn-hostname", "1\xD7\x90", FALSE},       /* 1: EN first */
        {"idn-hostname",
         "\xD7\x90"
         "a\xD7\x90",
         FALSE}, /* 2: L between */
        {"idn-hostname",
         "\xD7\x90"
         "1",
         TRUE},                                     /* 3: EN last */
        {"idn-hostname", "\xD7\x90\xD6\xB0", TRUE}, /* 3: NSM behind the last */
        {"idn-hostname",
         "\xD7\x90"
         "0\xD9\xA0",
         FALSE},                                    /* 4: EN and AN */
        {"idn-hostname", "\xD8\xA7\xD9\xA0", TRUE}, /* 4: AN alone */
        {"idn-hostname", "a\xD7\x90", FALSE},       /* 5: R in a label from left */
        {"idn-hostname", "a1.\xD7\x90", TRUE},      /* 6: EN last */
        {"idn-hostname", "1a.\xD7\x90", FALSE},
        {"idn-hostname", "\xD7\x90.1a", FALSE},
        {"idn-hostname", "1a.example", TRUE}, /* no label from the right: no rule */
        {"idn-hostname", "1a.xn--4db", FALSE},
        {"idn-hostname", "xn--4db.\xD7\x90.a", TRUE},
        {"idn-email", "x@1a.\xD7\x90", FALSE},
        {"email", "x@1a.xn--4db", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void test_host_lengths(void)
{
    g_autofree char *label = repeat("a", 63);
    g_autofree char *long_label = repeat("a", 64);
    check("hostname", label, TRUE);
    check("hostname", long_label, FALSE);
    check("idn-hostname", long_label, FALSE);
    g_autofree char *name = g_strdup_printf("%s.%s.%s.%.61s", label, label, label, label);
    g_autofree char *long_name = g_strdup_printf("%s.%s.%s.%.62s", label, label, label, label);
    g_assert_cmpuint(strlen(name), ==, 253);
    check("hostname", name, TRUE);
    check("idn-hostname", name, TRUE);
    check("hostname", long_name, FALSE);
    check("idn-hostname", long_name, FALSE);
    g_autofree char *host300 = repeat("ab.", 100);
    host300[299] = '\0';
    check("hostname", host300, FALSE);

    /* Counted as A-labels: "ü" 57 times is "xn--" and 59 more octets. */
    g_autofree char *wide = repeat("\xC3\xBC", 57);
    g_autofree char *wider = repeat("\xC3\xBC", 58);
    check("idn-hostname", wide, TRUE);
    check("idn-hostname", wider, FALSE);
    g_autofree char *wide_name = g_strdup_printf("%s.%s.%s.%.110s", wide, wide, wide, wide);
    g_autofree char *wider_name = g_strdup_printf("%s.%s.%s.%.112s", wide, wide, wide, wide);
    check("idn-hostname", wide_name, TRUE); /* 253 octets */
    check("idn-hostname", wider_name, FALSE);
    g_autofree char *huge = repeat("\xC3\xBC", 1000000);
    check("idn-hostname", huge, FALSE);
    check("idn-email", huge, FALSE);
    g_autofree char *mail = g_strconcat("a@", huge, NULL);
    check("idn-email", mail, FALSE);
    g_autofree char *prefixed = g_strconcat("xn--", huge, NULL);
    check("hostname", prefixed, FALSE);
    g_autofree char *dots = repeat("a.", 1000000);
    check("idn-hostname", dots, FALSE);
}

/* ---- URIs ---- */

static void test_uris(void)
{
    static const Case cases[] = {
        {"uri", "a:", TRUE},
        {"uri", "a+b-c.1:x", TRUE},
        {"uri", "1a:x", FALSE},
        {"uri", ":x", FALSE},
        {"uri", "", FALSE},
        {"uri", "a://", TRUE},
        {"uri", "a://h:", TRUE},
        {"uri", "a://h:80", TRUE},
        {"uri", "a://h:8x", FALSE},
        {"uri", "a://h:80:80", FALSE},
        {"uri", "a://h:80x/", FALSE},
        {"uri", "a://u:p@h:1/", TRUE},
        {"uri", "a://u:80@h", TRUE},
        {"uri", "a://u@v@h", FALSE},
        {"uri", "a://@", TRUE},
        {"uri", "a://[::1]:80/", TRUE},
        {"uri", "a://[::1]x/", FALSE},
        {"uri", "a://[::1", FALSE},
        {"uri", "a://[::1%25eth0]/", FALSE},
        {"uri", "a://[1.2.3.4]", FALSE},
        {"uri", "a://u@[v7.a:b]", TRUE},
        {"uri", "a://[v.a]", FALSE},
        {"uri", "a://[v7.]", FALSE},
        {"uri", "a://[v7.a%20]", FALSE},
        {"uri", "a://h%41%zz", FALSE},
        {"uri", "a://h/%4", FALSE},
        {"uri", "a:%", FALSE},
        {"uri", "a:/x?y?/#z?/", TRUE},
        {"uri", "a:x#y#z", FALSE},
        {"uri", "a:x\n", FALSE},
        {"uri", "a:x y", FALSE},
        {"uri", "a:[", FALSE},
        {"uri", "a:x\xC3\xBC", FALSE},
        {"uri", "a:{x}", FALSE},
        {"uri-reference", "", TRUE},
        {"uri-reference", "a/b:c", TRUE},
        {"uri-reference", "1:c", FALSE},
        {"uri-reference", "a_b:c", FALSE},
        {"uri-reference", "%41:c", FALSE},
        {"uri-reference", "?a:b", TRUE},
        {"uri-reference", "//h/..//x", TRUE},
        {"uri-reference", "\\x", FALSE},
        {"iri", "a://\xC3\xBC/\xE2\x82\xAC?\xEE\x80\x80#\xC3\xBC", TRUE},
        {"iri", "a:\xEE\x80\x80", FALSE}, /* private use: only in a query */
        {"iri", "a:#\xEE\x80\x80", FALSE},
        {"iri", "a:?\xF4\x8F\xBF\xBD", TRUE},
        {"iri", "a:?\xF4\x8F\xBF\xBF", FALSE}, /* a noncharacter */
        {"iri", "a:\xC2\x85", FALSE},          /* C1 */
        {"iri", "a:\xC2\xA0", TRUE},
        {"iri", "a:\xEF\xB7\x90", FALSE},     /* U+FDD0 */
        {"iri", "a:\xEF\xBF\xBD", FALSE},     /* U+FFFD, in the gap before plane 1 */
        {"iri", "a:\xF3\xA0\x80\x81", FALSE}, /* U+E0001, tags */
        {"iri", "a:\xF3\xA1\x80\x80", TRUE},
        {"iri", "a:\xC3", FALSE},
        {"iri", "a:\xED\xA0\x80", FALSE},
        {"iri", "\xC3\xBC:a", FALSE},
        {"iri-reference", "\xC3\xBC/a:b", TRUE},
        {"iri-reference", "\xC3\xBC:b", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
    g_autofree char *path = repeat("a%20/", 200000);
    g_autofree char *uri = g_strconcat("a:", path, NULL);
    g_autofree char *wrong = g_strconcat(uri, " ", NULL);
    check("uri", uri, TRUE);
    check("uri", wrong, FALSE);
}

static void test_templates(void)
{
    static const Case cases[] = {
        {"uri-template", "/{a}{+b.c:3,d*}{?e,%41}", TRUE},
        {"uri-template", "{a.b.c}", TRUE},
        {"uri-template", "{.a}", TRUE},
        {"uri-template", "{..a}", FALSE},
        {"uri-template", "{a.}", FALSE},
        {"uri-template", "{a:9999}", TRUE},
        {"uri-template", "{a:}", FALSE},
        {"uri-template", "{a*:3}", FALSE},
        {"uri-template", "{a b}", FALSE},
        {"uri-template", "{a-b}", FALSE},
        {"uri-template", "{%4}", FALSE},
        {"uri-template", "{{a}}", FALSE},
        {"uri-template", "{a", FALSE},
        {"uri-template", "{", FALSE},
        {"uri-template", "}", FALSE},
        {"uri-template", "{=a}", FALSE},
        {"uri-template", "{\xC3\xBC}", FALSE},
        {"uri-template", "\xC3\xBC\xEE\x80\x80[x]", TRUE},
        {"uri-template", "a%4", FALSE},
        {"uri-template", "a\\b", FALSE},
        {"uri-template", "a\n", FALSE},
        {"uri-template", "a<b>", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

/* ---- names of things ---- */

static void test_names(void)
{
    static const Case cases[] = {
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", TRUE},
        {"uuid", "2EB8AA08-AA98-11EA-B4AA-73B441D16380", TRUE},
        {"uuid", "00000000-0000-0000-0000-000000000000", TRUE},
        {"uuid", "2eb8aa08aa98-11ea-b4aa-73b441d16380-", FALSE},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", FALSE},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d1638", FALSE},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380\n", FALSE},
        {"uuid", "{2eb8aa08-aa98-11ea-b4aa-73b441d1638}", FALSE},
        {"uuid", "", FALSE},
        {"json-pointer", "", TRUE},
        {"json-pointer", "/~0~1//", TRUE},
        {"json-pointer", "/~", FALSE},
        {"json-pointer", "/~~0", FALSE},
        {"json-pointer", "a", FALSE},
        {"json-pointer", "/\n", TRUE},
        {"relative-json-pointer", "0", TRUE},
        {"relative-json-pointer", "10/a", TRUE},
        {"relative-json-pointer", "0#", TRUE},
        {"relative-json-pointer", "0#/", FALSE},
        {"relative-json-pointer", "00", FALSE},
        {"relative-json-pointer", "1a", FALSE},
        {"relative-json-pointer", "1/~2", FALSE},
        {"relative-json-pointer", "", FALSE},
        {"regex", "^a(?<n>b)\\k<n>$", TRUE},
        {"regex", "(?<=a+)b", TRUE},
        {"regex", "(", FALSE},
        {"regex", "\\a", FALSE},
        {"regex", "(?i)a", FALSE},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

/* ---- the table ---- */

static void test_table(void)
{
    g_assert_null(format_find("no-such-format"));
    g_assert_null(format_find(""));
    g_assert_null(format_find("Date"));
    guint count = 0;
    for (const Format *format; (format = format_nth(count)) != NULL; count++) {
        g_assert_true(format_find(format->name) == format);
        g_assert_cmpstr(format->meaning, !=, "");
    }
    g_assert_cmpuint(count, ==, 19); /* as many as section 7.3 has */
}

/* Each check on each beginning of a text that another format has: none reads beyond the end, which
 * the sanitizers would see, and the same text behind other bytes gets the same answer. */
static void test_cut_anywhere(void)
{
    static const char *const texts[] = {
        "2024-01-01T23:59:60.5+00:00",
        "23:59:60.5-01:00",
        "P1Y2M3DT4H5M6S",
        "255.255.255.255",
        "1:2:3:4:5:6:255.255.255.255",
        "\"a\\\"\"@[IPv6:::1]",
        "xn--9n2bp8q.xn--9t4b11yi5a",
        "a://u:p@[v1.a]:80/%41?b#c",
        "/{+a.b:12,c*}",
        "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
        "12/~0~1#",
        "\xE5\xAE\x9F\xE4\xBE\x8B\xE3\x80\x82\xD7\x90",
        "[a-z]{1,2}(?<n>x)\\k<n>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        for (gsize length = 0; length <= strlen(texts[i]); length++) {
            g_autofree char *text = g_strndup(texts[i], length);
            g_autofree char *shifted = g_strconcat("###", text, NULL);
            const Format *format;
            for (guint nth = 0; (format = format_nth(nth)) != NULL; nth++) {
                gboolean verdict = format->check(text);
                g_assert_true(verdict == TRUE || verdict == FALSE);
                g_assert_cmpint(format->check(shifted + 3), ==, verdict);
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/dates", test_dates);
    g_test_add_func("/formats/times", test_times);
    g_test_add_func("/formats/addresses", test_addresses);
    g_test_add_func("/formats/mail", test_mail);
    g_test_add_func("/formats/hosts", test_hosts);
    g_test_add_func("/formats/bidi", test_bidi);
    g_test_add_func("/formats/host-lengths", test_host_lengths);
    g_test_add_func("/formats/uris", test_uris);
    g_test_add_func("/formats/templates", test_templates);
    g_test_add_func("/formats/names", test_names);
    g_test_add_func("/formats/table", test_table);
    g_test_add_func("/formats/cut-anywhere", test_cut_anywhere);
    return g_test_run();
}
