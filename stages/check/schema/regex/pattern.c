#include "stages/check/schema/regex/pattern.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/ecma.h"

/* PCRE's own brakes, set in the expression because GRegex has no call for them. */
#define BRAKES "(*LIMIT_MATCH=1000000)(*LIMIT_DEPTH=10000)(*LIMIT_HEAP=20000)"

struct Pattern {
    char *text;
    GRegex *regex;
};

Pattern *pattern_new(const char *text, GError **error)
{
    GError *strict = NULL;
    g_autofree char *translated = ecma_to_pcre(text, FALSE, &strict);
    if (translated == NULL)
        translated = ecma_to_pcre(text, TRUE, NULL);
    if (translated == NULL) {
        g_propagate_error(error, strict);
        return NULL;
    }
    g_clear_error(&strict);
    g_autofree char *braked = g_strconcat(BRAKES, translated, NULL);
    GError *inner = NULL;
    GRegex *regex = g_regex_new(braked, G_REGEX_DOLLAR_ENDONLY | G_REGEX_OPTIMIZE, 0, &inner);
    if (regex == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "the regular expression \"%s\" cannot be had here: %s", text, inner->message);
        g_clear_error(&inner);
        return NULL;
    }
    Pattern *pattern = g_new0(Pattern, 1);
    pattern->text = g_strdup(text);
    pattern->regex = regex;
    return pattern;
}

void pattern_free(Pattern *pattern)
{
    if (pattern == NULL)
        return;
    g_free(pattern->text);
    g_regex_unref(pattern->regex);
    g_free(pattern);
}

PatternResult pattern_search(const Pattern *pattern, const char *text)
{
    g_autoptr(GError) error = NULL;
    if (g_regex_match_full(pattern->regex, text, -1, 0, 0, NULL, &error))
        return PATTERN_MATCH;
    return error == NULL ? PATTERN_NO_MATCH : PATTERN_UNDECIDED;
}

const char *pattern_text(const Pattern *pattern)
{
    return pattern->text;
}

gboolean pattern_is_ecma(const char *text)
{
    g_autofree char *translated = ecma_to_pcre(text, FALSE, NULL);
    return translated != NULL;
}
