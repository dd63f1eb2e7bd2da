/* What providers make of JSON Schema, as data. Sources: their documentation and SDKs as of November
 * 2026; llama-server's column was measured. */
#include <string.h>

#include "stages/ask/subset-private.h"

#define MAX_PATTERN_BYTES 500u

/* ---- patterns ---- */

/* Without look-around and references back, which no finite automaton has. */
static gboolean is_regular(const char *pattern)
{
    for (const char *c = pattern; *c; c++) {
        if (c[0] == '(' && c[1] == '?' && c[2] != ':')
            return FALSE;
        if (c[0] == '\\' && (g_ascii_isdigit(c[1]) || c[1] == 'p' || c[1] == 'P' || c[1] == 'k'))
            return FALSE;
        if (c[0] == '\\' && c[1])
            c++;
    }
    return strlen(pattern) <= MAX_PATTERN_BYTES;
}

/* llama.cpp makes a grammar of an anchored pattern, and passes over the others. */
static gboolean is_anchored(const char *pattern)
{
    gsize length = strlen(pattern);
    for (const char *c = pattern; *c; c++)
        if (*c == '\\' && g_ascii_isalpha(c[1]))
            return FALSE;
    return length >= 2 && pattern[0] == '^' && pattern[length - 1] == '$' && is_regular(pattern);
}

/* ---- providers ---- */

static const char *const openai_formats[] = {"date-time", "time", "date", "duration", "email",
                                             "hostname",  "ipv4", "ipv6", "uuid",     NULL};
static const char *const anthropic_formats[] = {"date-time", "time",     "date", "duration",
                                                "email",     "hostname", "ipv4", "ipv6",
                                                "uuid",      "uri",      NULL};
static const char *const llama_formats[] = {"date", "time", "date-time", "uuid", NULL};

enum { COMPATIBLE, OPENAI, AZURE, ANTHROPIC, GEMINI, LLAMA, VLLM, N_SUBSETS };

const Subset subsets[] = {
    [COMPATIBLE] = {"compatible", .levels = 10, .recursion = TRUE},
    [OPENAI] = {"openai", .levels = 10, .recursion = TRUE, .formats = openai_formats,
                .pattern = is_regular},
    [AZURE] = {"azure", .levels = 5, .recursion = TRUE},
    [ANTHROPIC] = {"anthropic", .levels = 10, .optional = 24, .unions = 16, .exact = TRUE,
                   .formats = anthropic_formats},
    [GEMINI] = {"gemini", .levels = 10, .exact = TRUE},
    [LLAMA] = {"llama-server", .levels = 10, .maps = TRUE, .recursion = TRUE,
               .formats = llama_formats, .pattern = is_anchored},
    [VLLM] = {"vllm", .levels = 10, .maps = TRUE, .recursion = TRUE},
    [N_SUBSETS] = {NULL},
};

const Subset *subset_by_name(const char *name)
{
    for (guint i = 0; subsets[i].name; i++)
        if (g_str_equal(subsets[i].name, name))
            return &subsets[i];
    return NULL;
}

/* ---- keywords ---- */

#define E FATE_ENFORCED
#define P FATE_PARTLY
#define I FATE_IGNORED
#define R FATE_REFUSED
#define U FATE_UNKNOWN

/* Keywords of shape (type, properties, items, enum, …) are rewritten, not looked up here. */
static const struct {
    const char *keyword;
    Fate fates[N_SUBSETS]; /* in the order above */
} fates[] = {
    {"format", {U, P, R, P, U, P, U}},
    {"pattern", {U, P, R, R, R, P, U}},
    {"minLength", {U, R, R, R, R, E, U}},
    {"maxLength", {U, R, R, R, R, E, U}},
    {"minimum", {U, E, R, R, E, P, U}},
    {"maximum", {U, E, R, R, E, P, U}},
    {"exclusiveMinimum", {U, E, R, R, R, I, U}},
    {"exclusiveMaximum", {U, E, R, R, R, I, U}},
    {"multipleOf", {U, E, R, R, R, I, U}},
    {"minItems", {U, E, R, P, E, E, U}},
    {"maxItems", {U, E, R, R, E, E, U}},
    {"uniqueItems", {U, R, R, R, R, I, U}},
    {"contains", {U, R, R, R, R, I, U}},
    {"minContains", {U, R, R, R, R, I, U}},
    {"maxContains", {U, R, R, R, R, I, U}},
    {"prefixItems", {U, R, R, R, U, U, U}},
    {"minProperties", {U, R, R, R, R, I, U}},
    {"maxProperties", {U, R, R, R, R, I, U}},
    {"patternProperties", {U, R, R, R, R, I, U}},
    {"propertyNames", {U, R, R, R, R, I, U}},
    {"unevaluatedProperties", {U, R, R, R, R, I, U}},
    {"unevaluatedItems", {U, R, R, R, R, I, U}},
    {"dependentRequired", {U, R, R, R, R, I, U}},
    {"dependentSchemas", {U, R, R, R, R, I, U}},
    {"not", {U, R, R, R, R, I, U}},
    {"if", {U, R, R, R, R, I, U}},
    {"then", {U, R, R, R, R, I, U}},
    {"else", {U, R, R, R, R, I, U}},
};

#undef E
#undef P
#undef I
#undef R
#undef U

/* Whether a provider that enforces a keyword in part enforces this value of it. */
static gboolean is_enforced(const Subset *subset, const cJSON *node, const cJSON *value)
{
    const char *keyword = value->string;
    const char *text = cJSON_GetStringValue(value);
    if (g_str_equal(keyword, "format"))
        return text && subset->formats && g_strv_contains(subset->formats, text);
    if (g_str_equal(keyword, "pattern"))
        return text && subset->pattern && subset->pattern(text);
    if (g_str_equal(keyword, "minItems")) /* Anthropic */
        return cJSON_IsNumber(value) && (value->valuedouble == 0 || value->valuedouble == 1);
    return g_str_equal(json_string(node, "type", ""), "integer"); /* llama.cpp, bounds */
}

Fate subset_fate(const Subset *subset, const cJSON *node, const char *keyword)
{
    for (guint i = 0; i < G_N_ELEMENTS(fates); i++) {
        if (!g_str_equal(fates[i].keyword, keyword))
            continue;
        Fate fate = fates[i].fates[subset - subsets];
        const cJSON *value = subset_get(node, keyword);
        return fate == FATE_PARTLY && value && is_enforced(subset, node, value) ? FATE_ENFORCED
                                                                                : fate;
    }
    return FATE_NONE;
}
