/* Regular expressions as ECMA-262 (u flag) has them: what each construct means, what is refused,
 * and that no expression and no text takes long. */
#include "pipeline/core/error.h"
#include "stages/check/schema/regex/engines.h"

#include <string.h>

typedef struct {
    const char *name, *pattern;
    const char *found[8];     /* texts in which it is found, up to NULL */
    const char *not_found[8]; /* and others in which it is not */
} Case;

static const Case cases[] = {
    {"search", "a+", {"xxaayy", "a"}, {"", "xyz"}},
    {"anchors", "^abc$", {"abc"}, {"abc\n", "xabc", "abcx", "a\nabc", "abc\nabc"}},
    {"empty", "", {"", "x"}, {NULL}},
    {"alternative-empty", "^(a|)$", {"", "a"}, {"b"}},
    {"anchor-inside", "a^b", {NULL}, {"ab", "a", "a^b", "a\nb"}},
    {"anchor-optional", "(^a|b)c", {"ac", "xbc"}, {"xac"}},
    {"end-inside", "(a$|b)", {"xa", "bx"}, {"ax"}},
    {"tab", "^\\t$", {"\t"}, {"\\t", "t"}},
    {"control-upper", "^\\cC$", {"\x03"}, {"\\cC", "C"}},
    {"control-lower", "^\\cc$", {"\x03"}, {"\\cc", "c"}},
    {"digit", "^\\d$", {"0", "9"}, {"\337\200", "\340\247\252", "a", ""}},
    {"not-digit", "^\\D$", {"\337\200", "a", "\n"}, {"0", ""}},
    {"word", "^\\w$", {"a", "Z", "_", "5"}, {"\303\251", "-", "\305\277", "\342\204\252"}},
    {"not-word", "^\\W$", {"\303\251", "-", "\305\277"}, {"a", "_"}},
    {"space",
     "^\\s$",
     {" ", "\t", "\v", "\f", "\302\240", "\357\273\277", "\342\200\251", "\n"},
     {"\x01", "\342\200\223", "\302\205", "\341\240\216", "\342\200\213"}},
    {"space-wide", "^\\s{5}$", {"\r\342\200\250\341\232\200\342\200\203\343\200\200"}, {"    "}},
    {"not-space",
     "^\\S$",
     {"\x01", "\342\200\223", "\302\205", "\341\240\216"},
     {" ", "\t", "\302\240", "\357\273\277", "\342\200\251", "\n"}},
    {"dot",
     "^.$",
     {"a", "\v", "\302\205", "\360\237\220\262", "\f"},
     {"\n", "\r", "\342\200\250", "\342\200\251", "", "ab"}},
    {"word-edge", "\\ba", {"a", "-a", "\303\251a", "x a"}, {"ba", "_a", "0a"}},
    {"word-edge-end", "a\\b", {"a", "a-", "a\303\251"}, {"ab", "a_"}},
    {"no-word-edge", "a\\B", {"ab", "a_"}, {"a", "a-", "a\303\251"}},
    {"no-word-edge-alone", "^x\\B", {"xx"}, {"x", "x\303\251"}},
    {"no-edge-inside-a-character", "\\B", {"", "--", "\303\251\303\251"}, {"x", "x\303\251x"}},
    {"backspace", "^[\\b]$", {"\b"}, {"b", ""}},
    {"unicode-four", "^\\u00e9$", {"\303\251"}, {"e", "u00e9"}},
    {"unicode-braces", "^\\u{1F432}$", {"\360\237\220\262"}, {"u", "\360\237\220\211"}},
    {"unicode-braces-zeros", "^\\u{00000000041}$", {"A"}, {"B"}},
    {"unicode-pair", "^\\ud83d\\udc32*$", {"", "\360\237\220\262\360\237\220\262"}, {"D", "DD"}},
    {"not-two-braced-halves", "^\\u{d83d}\\u{dc32}$", {NULL}, {"\360\237\220\262"}},
    {"lone-surrogate", "^\\ud83d$", {NULL}, {"\360\237\220\262", "", "d83d"}},
    {"lone-surrogate-class", "^[\\ud800-\\udfffx]$", {"x"}, {"\360\237\220\262", "\357\277\277"}},
    {"across-surrogates", "^[\\ud700-\\ue100]$", {"\355\237\277", "\356\200\200"}, {"a"}},
    {"astral",
     "^\360\237\220\262*$",
     {"", "\360\237\220\262\360\237\220\262"},
     {"\360\237\220\211", "D", "\360\237\220\262\360\237\220\211"}},
    {"astral-class",
     "^[\360\237\220\262-\360\237\220\264]$",
     {"\360\237\220\263"},
     {"\360\237\220\265", "\360\237\220\261"}},
    {"empty-class", "a[]", {NULL}, {"", "a", "a[]"}},
    {"empty-class-optional", "^a[]?$", {"a"}, {"aa"}},
    {"full-class", "^a[^]$", {"ab", "a\n", "a\360\237\220\262"}, {"a", "abc"}},
    {"class-bracket", "^[[a]$", {"[", "a"}, {":", "]"}},
    {"class-posix-is-none", "^[[:alpha:]]$", {"[]", ":]", "a]"}, {"a", "b", "b]"}},
    {"class-dash", "^[a-]+$", {"a-"}, {"b"}},
    {"class-escaped-dash", "^[a\\-c]+$", {"a-c"}, {"b"}},
    {"class-not", "^[^a-c]$", {"d", "\n", "\303\251"}, {"a", "b", "c", ""}},
    {"class-not-set", "^[^\\W]$", {"a", "_"}, {"-", "\303\251"}},
    {"class-sets", "^[\\d\\s]+$", {"1 2"}, {"a"}},
    {"slash", "^\\/a/$", {"/a/"}, {"a"}},
    {"null", "^\\0$", {NULL}, {"", "0"}},
    {"hex", "^\\x41$", {"A"}, {"x41"}},
    {"counted", "^a{2,3}$", {"aa", "aaa"}, {"a", "aaaa"}},
    {"counted-open", "^a{2,}$", {"aa", "aaaaa"}, {"a", ""}},
    {"counted-zero", "^a{0}b$", {"b"}, {"ab"}},
    {"counted-group", "^(?:ab){2}$", {"abab"}, {"ab", "ababab"}},
    {"counted-empty", "^(?:){1000000000}(?:(?:|a){3}){2}$", {"", "aaaaaa"}, {"aaaaaaa"}},
    {"counted-characters",
     "^.{3,300}$",
     {"abc", "\303\251\303\251\303\251"},
     {"ab", "\303\251\303\251", "a\nb", ""}},
    {"counted-exactly", "^[^]{100}$", {NULL}, {"", "abc"}},
    {"counted-at-least",
     "^[a\303\251]{64,}$",
     {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\251a"},
     {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\251", ""}},
    {"lazy", "^a+?b*?$", {"ab", "aab"}, {"b"}},
    {"named-group", "^(?<year>\\d{4})-(?<m>\\d\\d)$", {"2024-01"}, {"24-01"}},
    {"named-group-unicode", "^(?<\303\251t\303\251>a)(?<\\u{61}b>c)\\k<ab>$", {"acc"}, {"ac"}},
    {"property-long",
     "\\p{Letter}cole",
     {"l'ecole", "l'\303\251cole", "e\314\201 xcole"},
     {"\303\211COLE", "cole"}},
    {"property-letter", "^\\p{Letter}+$", {"Hello", "\317\200"}, {"123", ""}},
    {"property-digit", "^\\p{digit}+$", {"42", "\340\247\252\340\247\250"}, {"-%#"}},
    {"property-category", "^\\p{gc=Lu}\\p{General_Category=Lowercase_Letter}$", {"Ab"}, {"ab"}},
    {"property-not", "^\\P{Lu}$", {"a", "\360\237\220\262"}, {"A", "\303\211"}},
    {"property-script", "^\\p{Script=Greek}\\p{sc=Grek}$", {"\317\200\317\200"}, {"ab"}},
    {"property-extension", "^\\p{scx=Deva}\\P{sc=Deva}$", {"\340\245\244\340\245\244"}, {"ab"}},
    {"property-binary",
     "^\\p{Alphabetic}\\p{Emoji}\\p{White_Space}$",
     {"a\360\237\220\262 "},
     {"a"}},
    {"property-all",
     "^\\p{Any}\\p{ASCII}\\p{Assigned}$",
     {"\363\240\200\200aa"},
     {"\303\251\303\251a"}},
    {"property-class", "^[\\p{Lu}\\d_]+$", {"A1_"}, {"a"}},
    {"property-unassigned",
     "^\\p{Cn}$",
     {"\315\270", "\361\220\200\200", "\364\217\277\277"},
     {"a", "\356\200\200", "\363\260\200\200", "\363\240\200\201"}},
    {"look-ahead", "^(?=.*\\d)(?=.*[a-z]).{4,}$", {"abc1"}, {"abcd", "1234", "a1"}},
    {"look-ahead-not", "^(?!foo)\\w+$", {"bar"}, {"foobar", "foo"}},
    {"look-ahead-only", "^(?=a)", {"a", "ab"}, {"ba", ""}},
    {"look-ahead-then-end", "^(?!$)(?!.*--)[a-z-]*$", {"a-b"}, {"", "a--b", "A"}},
    {"look-ahead-choice", "^(?=a|b$)\\w", {"ac", "b"}, {"bc", "c"}},
    {"look-ahead-alternative", "^(?=a)b|c", {"xc"}, {"a", "ab"}},
    {"look-ahead-nested", "^(?=(?!ab)a)\\w+$", {"ac"}, {"ab", "b"}},
    {"look-behind", "(?<=\\$)\\d+", {"$5"}, {"5"}},
    {"look-behind-long", "(?<=a+)b", {"xaab"}, {"b", "xb"}},
    {"look-behind-anchored", "(?<=^a?)b", {"ab", "b"}, {"aab", "xb"}},
    {"look-behind-set", "(?<!\\w)b|c(?<!ac)", {"b", "-b", "c"}, {"ab", "ac"}},
    {"look-ahead-end", "^\\w+(?=\\.(?:ya?ml|json))", {"a.yml", "a.json5"}, {"a.txt", "a"}},
    {"look-ahead-end-set", "a(?!b)|c(?![^])", {"a", "ac", "xc"}, {"ab", "cx", "b"}},
    {"look-ahead-both-ends", "(?<=a)(?=b)", {"ab"}, {"ba", "a", ""}},
    {"look-behind-not", "(?<!\\$)\\b\\d+$", {"5"}, {"$5"}},
    {"reference", "^(a|b)\\1$", {"aa", "bb"}, {"ab"}},
    {"reference-unset", "^(?:(a)|b)\\1$", {"aa", "b"}, {"a", "ba"}},
    {"reference-forward", "^\\1(a)$", {"a"}, {"aa"}},
    {"lenient-dash", "^\\-\\_\\@$", {"-_@"}, {"\\-\\_\\@"}},
    {"lenient-class", "^[\\w-.]+$", {"a-.b"}, {"a b"}},
    {"lenient-brace", "^{a}]$", {"{a}]"}, {"a"}},
    {"lenient-look", "^(?=a)*b", {"b"}, {"a"}},
};

/* What PCRE reads and ECMA-262 does not, and what neither reads. */
static const char *const refused[] = {
    "\\a",
    "\\e",
    "\\A",
    "^\\S(|(.|\\n)*\\S)\\Z",
    "\\z",
    "\\G",
    "\\Q.\\E",
    "\\h",
    "\\H",
    "\\R",
    "\\K",
    "\\X",
    "\\N",
    "(?i)a",
    "(?P<n>a)",
    "(?#x)",
    "(?>a)",
    "(?|a|b)",
    "(?R)",
    "(?1)",
    "(*FAIL)",
    "a++",
    "a*+",
    "a{1}+",
    "a{,2}",
    "a**",
    "*a",
    "+",
    "?",
    "(",
    ")",
    "(a",
    "a)",
    "[a",
    "\\",
    "[b-a]",
    "[\\d-a-\\",
    "\\1",
    "(a)\\2",
    "\\k<n>",
    "\\k",
    "(?<n>a)\\k<m>",
    "(?<n>a)(?<n>b)",
    "(?<1>a)",
    "(?<>a)",
    "(?<n",
    "\\u{}",
    "\\u{110000}",
    "\\u12",
    "\\x1",
    "\\c",
    "\\c1",
    "\\01",
    "\\p",
    "\\p{}",
    "\\pL",
    "\\p{Foo}",
    "\\p{lu}",
    "\\p{L&}",
    "\\p{Script}",
    "\\p{Greek}",
    "\\p{sc=greek}",
    "\\p{Alphabetic=Yes}",
    "a{2,1}",
    "a{1000}{1000}",
    "a{99999999999999999999,99999999999999999998}",
    "\\b+",
    "^*",
    "(?<=a)*",
    "{1}",
    "\xff",
    "(?<n>a)\\k<n",
    "\\8",
    "(?<a-b>x)",
};

/* Read by `pattern` only: the format "regex" is strict. */
static const char *const lenient[] = {"\\-", "\\_", "[\\w-.]", "a{", "}", "]", "(?=a)*", "\\ "};

/* Valid to the format, although some cannot be had. */
static const char *const strict[] = {
    "([abc])+\\s+$",
    "(?<=a+)b",
    "\\ud800",
    "[\\ud800-\\udbff]",
    "(?:a|b)*\\/",
    "[^]",
    "[]",
    "(?<$a_1>x)\\k<$a_1>",
    "\\k<a>(?<a>x)",
    "\\p{scx=Greek}",
    "\\p{Changes_When_NFKC_Casefolded}",
    "(?:a{1000}){0}|b",
    "(a{1000}){1000}",
    "\\p{sc=Todr}",
    "(?:(a)|b)*\\1",
    "[a-\\u{10ffff}]",
};

static void test_meaning(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(Pattern) pattern =
        engines_new(c->pattern, ENGINES_BEST | ENGINES_DFA | ENGINES_NFA | ENGINES_PCRE, &error);
    g_assert_no_error(error);
    g_test_message("%s", c->pattern);
    for (Engines engine = ENGINES_DFA; engine <= ENGINES_BEST; engine *= 2) {
        if (engine != ENGINES_BEST && !(engines_of(pattern) & engine))
            continue;
        for (guint i = 0; i < 8 && c->found[i] != NULL; i++)
            g_assert_cmpint(engines_search(pattern, engine, c->found[i], strlen(c->found[i])), ==,
                            PATTERN_MATCH);
        for (guint i = 0; i < 8 && c->not_found[i] != NULL; i++)
            g_assert_cmpint(
                engines_search(pattern, engine, c->not_found[i], strlen(c->not_found[i])), ==,
                PATTERN_NO_MATCH);
    }
    g_assert_cmpint(pattern_search(pattern, c->found[0] != NULL ? c->found[0] : c->not_found[0]),
                    ==, c->found[0] != NULL ? PATTERN_MATCH : PATTERN_NO_MATCH);
    g_assert_cmpstr(pattern_text(pattern), ==, c->pattern);
}

static void test_refused(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Pattern) pattern = pattern_new(refused[i], &error);
        g_test_message("%s", refused[i]);
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
        g_assert_null(pattern);
        g_assert_false(pattern_is_ecma(refused[i]));
    }
}

static void test_strictness(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lenient); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Pattern) pattern = pattern_new(lenient[i], &error);
        g_assert_no_error(error);
        g_assert_false(pattern_is_ecma(lenient[i]));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(strict); i++) {
        g_test_message("%s", strict[i]);
        g_assert_true(pattern_is_ecma(strict[i]));
    }
}

/* What the grammar allows and no engine here can have says so, and why. */
static void test_cannot_be_had(void)
{
    static const char *const had_not[][2] = {
        {"x(?<=a+)b", "lookbehind"},
        {"(a{1000}){1000}", "too large"},
        {"((a{1000}){1000}){1000}", "too large"},
        {"(?:(a)|b)*\\1", "backreference"},
        {"(?:\\1(a))*", "backreference"},
        {"(?<=\\1(a))", "backreference"},
        {"(b)?c(?<!\\1a)", "backreference"},
        {"^(x?)+\\1$", "backreference"},
        {"^(?:(a)){1,2}\\1(?:(b*))*\\2$", "backreference"},
        {"^(?:(?=(a)))?\\1b$", "backreference"},
        {"\\p{Changes_When_NFKC_Casefolded}", "Unicode data"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(had_not); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Pattern) pattern = pattern_new(had_not[i][0], &error);
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
        g_assert_null(pattern);
        g_assert_nonnull(strstr(error->message, had_not[i][1]));
        g_assert_nonnull(strstr(error->message, had_not[i][0]));
        g_assert_null(strstr(error->message, "LIMIT_")); /* a translation is nobody's business */
    }
}

/* What a schema's expressions may cost together. */
static void test_budget(void)
{
    g_autoptr(GError) error = NULL;
    guint64 budget = PATTERN_BUDGET, before = budget;
    g_autoptr(Pattern) small = pattern_new_within("^INV-[0-9]{4}$", &budget, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(before - budget, >, 0);
    g_assert_cmpuint(before - budget, <, 1000);
    guint made = 0;
    for (; error == NULL; made++) {
        g_autofree char *text = g_strdup_printf("(a{0,%u}){0,200}b", 100 + made % 100);
        g_autoptr(Pattern) large = pattern_new_within(text, &budget, &error);
        g_assert_true((large == NULL) == (error != NULL));
    }
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
    g_assert_cmpuint(made, >, 10);
    g_assert_cmpuint(made, <, 1000);
    g_assert_cmpuint(budget, ==, 0);
}

/* Lookaheads behind ^ are linear like everything else, and a long count is only counted. */
static void test_split(void)
{
    g_autoptr(Pattern) pattern = pattern_new("^(?=(a+)+!$)(?!(a|aa)+b)(a*)*!$", NULL);
    g_assert_cmpint(engines_of(pattern), ==, ENGINES_DFA);
    g_autofree char *text = g_strnfill(100000, 'a'), *marked = g_strconcat(text, "!", NULL);
    g_assert_cmpint(pattern_search(pattern, text), ==, PATTERN_NO_MATCH);
    g_assert_cmpint(pattern_search(pattern, marked), ==, PATTERN_MATCH);
    g_autoptr(Pattern) counted = pattern_new("^.{1,100000}$", NULL);
    g_assert_cmpint(engines_of(counted), ==, ENGINES_DFA);
    g_assert_cmpint(pattern_search(counted, text), ==, PATTERN_MATCH);
    g_assert_cmpint(pattern_search(counted, marked), ==, PATTERN_NO_MATCH);
}

static void test_position(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(pattern_new("\303\251\303\251(?>a)", &error));
    g_assert_nonnull(strstr(error->message, "at character 4"));
}

static void test_nul(void)
{
    g_autoptr(Pattern) nul = pattern_new("^\\0$", NULL);
    g_autoptr(Pattern) inside = pattern_new("^a[^]b$", NULL);
    g_autoptr(Pattern) large = pattern_new("^a[^]{1,3000}b$", NULL);
    g_autoptr(Pattern) look = pattern_new("^a(?=[^])[^]b$", NULL);
    g_assert_cmpint(pattern_search_n(nul, "\0", 1), ==, PATTERN_MATCH);
    g_assert_cmpint(pattern_search_n(nul, "", 0), ==, PATTERN_NO_MATCH);
    g_assert_cmpint(pattern_search_n(inside, "a\0b", 3), ==, PATTERN_MATCH);
    g_assert_cmpint(pattern_search_n(inside, "a\0b", 2), ==, PATTERN_NO_MATCH);
    g_assert_cmpint(pattern_search_n(large, "a\0b", 3), ==, PATTERN_MATCH);
    g_assert_cmpint(pattern_search_n(look, "a\0b", 3), ==, PATTERN_MATCH);
    g_assert_cmpint(pattern_search(inside, "a\0b"), ==, PATTERN_NO_MATCH);
}

/* ---- hostile expressions ---- */

static char *repeated(const char *part, gsize times, const char *tail)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < times; i++)
        g_string_append(text, part);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

/* 100 kB each, in processor time that backtracking would exceed by ages. */
static void test_hostile_patterns(void)
{
    static const char *const patterns[] = {
        "^(a+)+$",
        "^(a|aa)+$",
        "^(x+x+)+y$",
        "(a*)*b",
        "(?:a?){50}a{50}b",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.*)(.*)(.*)(.*)(.*)[^]b",
        "([^]*?,){3}P",
        "(a{0,30}){0,30}b",
        "\\b(\\w+\\s?)*!$",
    };
    g_autofree char *as = repeated("a", 100000, "!"), *xs = repeated("x", 100000, "");
    gint64 begin = g_get_monotonic_time();
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Pattern) pattern = pattern_new(patterns[i], &error);
        g_assert_no_error(error);
        g_assert_cmpint(engines_of(pattern) & ENGINES_PCRE, ==, 0);
        g_assert_cmpint(pattern_search(pattern, xs), ==, PATTERN_NO_MATCH);
        g_assert_cmpint(pattern_search(pattern, as), ==,
                        g_str_has_suffix(patterns[i], "!$") ? PATTERN_MATCH : PATTERN_NO_MATCH);
    }
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 60 * G_USEC_PER_SEC);
}

/* Backtracking gives up instead of going on for ever, and never claims an answer. */
static void test_hostile_lookaround(void)
{
    g_autofree char *text = repeated("a", 100000, "!");
    g_autoptr(Pattern) pattern = pattern_new("^(?=(a+)+$)x|(?=((a|aa)+)+$)y", NULL);
    g_assert_nonnull(pattern);
    g_assert_cmpint(pattern_search(pattern, text), !=, PATTERN_MATCH);
    g_assert_cmpint(pattern_search_n(pattern, "\xff\xfe", 2), ==, PATTERN_UNDECIDED);
}

static void test_hostile_sizes(void)
{
    g_autofree char *deep_tail = repeated(")", 10000, ""), *deep = repeated("(", 10000, deep_tail);
    g_autofree char *half = repeated("(?=", 10000, "");
    g_autofree char *groups = repeated("()", 100000, ""),
                    *counted = g_strconcat("(a", groups, ")", "{1000}", NULL);
    g_autofree char *properties = repeated("\\p{L}", 40000, ""),
                    *class = g_strconcat("[", properties, "]", NULL);
    g_autofree char *stars = repeated("(a{0,200}", 60, "");
    g_autofree char *long_one = repeated("a", PARSE_MAX_BYTES + 1, "");
    const char *const too_much[] = {deep,
                                    half,
                                    counted,
                                    properties,
                                    stars,
                                    long_one,
                                    "(((a{1000}){1000}){1000}){1000}",
                                    "[^]{4294967295}",
                                    "(?:^){70000}",
                                    "a{99999999999999999999}"};
    for (gsize i = 0; i < G_N_ELEMENTS(too_much); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%.20s", too_much[i]);
        g_assert_null(pattern_new(too_much[i], &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
    }
    g_assert_true(pattern_is_ecma(deep));
    g_assert_false(pattern_is_ecma(half));
    g_autoptr(Pattern) letters = pattern_new(class, NULL);
    g_assert_cmpint(pattern_search(letters, "1\317\200"), ==, PATTERN_MATCH);
}

/* A text that would keep a large automaton busy for minutes ends undecided. */
static void test_work_limit(void)
{
    g_autoptr(Pattern) pattern = pattern_new("a[a-z]{30000}b", NULL);
    g_assert_nonnull(pattern);
    g_autofree char *text = repeated("a", 200000, "");
    g_assert_cmpint(pattern_search(pattern, text), ==, PATTERN_UNDECIDED);
}

/* One pattern, many threads: each engine is read-only. */
static gpointer search_in_thread(gpointer data)
{
    Pattern *const *patterns = data;
    for (guint i = 0; i < 200; i++) {
        for (guint k = 0; k < 3; k++) {
            g_assert_cmpint(pattern_search(patterns[k], "xxabcabc"), ==, PATTERN_MATCH);
            g_assert_cmpint(pattern_search(patterns[k], "xxabab"), ==, PATTERN_NO_MATCH);
        }
    }
    g_autoptr(Pattern) own = pattern_new("^\\p{Ll}\\p{Lu}\\p{Mn}?$", NULL);
    g_assert_cmpint(pattern_search(own, "aA"), ==, PATTERN_MATCH);
    return NULL;
}

static void test_threads(void)
{
    Pattern *patterns[] = {pattern_new("abc$", NULL), engines_new("abc$", ENGINES_NFA, NULL),
                           pattern_new("ab(?=c)c$", NULL)};
    GThread *threads[4];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("search", search_in_thread, patterns);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++)
        pattern_free(patterns[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/regex/meaning/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_meaning);
    }
    g_test_add_func("/regex/refused", test_refused);
    g_test_add_func("/regex/strictness", test_strictness);
    g_test_add_func("/regex/cannot-be-had", test_cannot_be_had);
    g_test_add_func("/regex/budget", test_budget);
    g_test_add_func("/regex/split", test_split);
    g_test_add_func("/regex/position", test_position);
    g_test_add_func("/regex/nul", test_nul);
    g_test_add_func("/regex/hostile/patterns", test_hostile_patterns);
    g_test_add_func("/regex/hostile/lookaround", test_hostile_lookaround);
    g_test_add_func("/regex/hostile/sizes", test_hostile_sizes);
    g_test_add_func("/regex/hostile/work", test_work_limit);
    g_test_add_func("/regex/threads", test_threads);
    return g_test_run();
}
