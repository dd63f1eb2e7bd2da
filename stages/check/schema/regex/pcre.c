#include "stages/check/schema/regex/pcre.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/property.h"

#include <string.h>

/* PCRE's own brakes, set in the expression because GRegex has no call for them. */
#define BRAKES "(*LIMIT_MATCH=1000000)(*LIMIT_DEPTH=10000)(*LIMIT_HEAP=20000)"
/* PCRE repeats up to here. */
#define MAX_REPEAT 65535u
#define MAX_TRANSLATION (4u << 20)

#define WORD "[0-9A-Z_a-z]"

typedef struct {
    GString *out;
    const ParseNode **groups; /* by number */
    GHashTable *empty_rounds; /* a set of the repetitions that may try a round and match nothing */
    const char *refused;
} Writer;

/* ---- what PCRE would read differently ---- */

static guint depth_of(const ParseNode *node)
{
    guint depth = 0;
    for (; node->up != NULL; node = node->up)
        depth++;
    return depth;
}

/* The innermost node that holds both, or is one and holds the other. */
static const ParseNode *common_of(const ParseNode *a, const ParseNode *b)
{
    guint depth_a = depth_of(a), depth_b = depth_of(b);
    for (; depth_a > depth_b; depth_a--)
        a = a->up;
    for (; depth_b > depth_a; depth_b--)
        b = b->up;
    for (; a != b; a = a->up)
        b = b->up;
    return a;
}

static gboolean is_in_lookbehind(const ParseNode *node)
{
    while (node != NULL && !(node->kind == PARSE_LOOK && node->behind))
        node = node->up;
    return node != NULL;
}

/* ECMA-262 forgets what a group held whenever a repetition around it begins anew, drops a round
 * beyond the least number that matched nothing, and matches lookbehinds backwards; PCRE does none
 * of these. So the group must be set anew each time round, before the reference, or no repetition
 * may hold both; no round may be empty that sets the group; and no lookbehind may hold either. */
static gboolean is_faithful(const Writer *w, const ParseNode *reference, const ParseNode *group)
{
    gboolean optional = FALSE, looked_at = FALSE, holds_both = FALSE;
    const ParseNode *common = common_of(reference, group);
    if (common == group || is_in_lookbehind(reference) || is_in_lookbehind(group))
        return FALSE;
    for (const ParseNode *up = group->up; up != NULL; up = up->up) {
        holds_both = holds_both || up == common;
        if (up->kind == PARSE_CHOICE && up->first != up->last)
            optional = TRUE;
        if (up->kind == PARSE_LOOK) {
            looked_at = TRUE;
            optional = optional || up->negative;
        }
        if (up->kind != PARSE_REPEAT)
            continue;
        /* An empty round sets a group to nothing, which is as good as not at all: unless it had
         * been set before, or looks ahead. */
        if ((up->high > 1 || looked_at) && g_hash_table_contains(w->empty_rounds, up))
            return FALSE;
        if (up->high > 1 && (optional || holds_both))
            return FALSE;
        optional = optional || up->low == 0;
    }
    return TRUE;
}

/* ---- text ---- */

static void put_character(GString *out, gunichar c)
{
    if (c < 128 && g_ascii_isalnum((char)c))
        g_string_append_c(out, (char)c);
    else
        g_string_append_printf(out, "\\x{%X}", c);
}

static void put_set(GString *out, Ranges set)
{
    if (set.count == 0) {
        g_string_append(out, "(?!)");
        return;
    }
    if (set.count == 1 && set.at[0].low == set.at[0].high) {
        put_character(out, set.at[0].low);
        return;
    }
    /* Named, a large set is three bytes of PCRE's program instead of thousands. */
    g_autofree char *property = set.count > 8 ? property_text(set) : NULL;
    if (property != NULL) {
        g_string_append(out, property);
        return;
    }
    g_string_append_c(out, '[');
    for (guint i = 0; i < set.count; i++) {
        put_character(out, set.at[i].low);
        if (set.at[i].low == set.at[i].high)
            continue;
        g_string_append_c(out, '-');
        put_character(out, set.at[i].high);
    }
    g_string_append_c(out, ']');
}

static void put(Writer *w, const ParseNode *node);

static void put_children(Writer *w, const ParseNode *node, const char *between)
{
    for (const ParseNode *child = node->first; child != NULL; child = child->next) {
        put(w, child);
        if (child->next != NULL)
            g_string_append(w->out, between);
    }
}

static void put_group(Writer *w, const ParseNode *node, const char *opening)
{
    g_string_append(w->out, opening);
    put(w, node->first);
    g_string_append_c(w->out, ')');
}

static void put_repeat(Writer *w, const ParseNode *node)
{
    guint low = node->low, high = node->high;
    if (low > MAX_REPEAT || (high > MAX_REPEAT && high != PARSE_NO_LIMIT)) {
        w->refused = "it repeats something too often";
        return;
    }
    put_group(w, node, "(?:");
    g_string_append_printf(w->out, "{%u,", low);
    if (high != PARSE_NO_LIMIT)
        g_string_append_printf(w->out, "%u", high);
    g_string_append(w->out, node->lazy ? "}?" : "}");
}

/* A group that has not matched is empty to ECMA-262 and a failure to PCRE. */
static void put_reference(Writer *w, const ParseNode *node)
{
    if (!is_faithful(w, node, w->groups[node->number]))
        w->refused = "a backreference to a group that is set again and again, or backwards";
    g_string_append_printf(w->out, "(?(%u)\\g{%u})", node->number, node->number);
}

static void put(Writer *w, const ParseNode *node)
{
    static const char *const looks[] = {"(?=", "(?!", "(?<=", "(?<!"};
    if (w->out->len > MAX_TRANSLATION)
        w->refused = "it is too large";
    if (w->refused != NULL)
        return;
    switch (node->kind) {
    case PARSE_SET:
        put_set(w->out, node->set);
        break;
    case PARSE_SEQUENCE:
        put_children(w, node, "");
        break;
    case PARSE_CHOICE:
        put_children(w, node, "|");
        break;
    case PARSE_REPEAT:
        put_repeat(w, node);
        break;
    case PARSE_GROUP:
        put_group(w, node, node->number == 0 ? "(?:" : "(");
        break;
    case PARSE_START:
        g_string_append_c(w->out, '^');
        break;
    case PARSE_END:
        g_string_append_c(w->out, '$');
        break;
    case PARSE_WORD:
        g_string_append(w->out, "(?:(?<=" WORD ")(?!" WORD ")|(?<!" WORD ")(?=" WORD "))");
        break;
    case PARSE_NOT_WORD:
        g_string_append(w->out, "(?:(?<=" WORD ")(?=" WORD ")|(?<!" WORD ")(?!" WORD "))");
        break;
    case PARSE_LOOK:
        put_group(w, node, looks[(node->behind ? 2 : 0) + (node->negative ? 1 : 0)]);
        break;
    case PARSE_REFERENCE:
        put_reference(w, node);
        break;
    }
}

/* ---- the whole ---- */

/* Notes groups and repetitions; whether the node may match nothing at all. */
static gboolean survey(Writer *w, const ParseNode *node)
{
    gboolean all = TRUE, any = FALSE;
    for (const ParseNode *child = node->first; child != NULL; child = child->next) {
        gboolean empty = survey(w, child);
        all = all && empty;
        any = any || empty;
    }
    switch (node->kind) {
    case PARSE_SET:
        return FALSE;
    case PARSE_CHOICE:
        return any;
    case PARSE_REPEAT:
        if (all && node->high > node->low)
            g_hash_table_add(w->empty_rounds, (gpointer)node);
        return all || node->low == 0;
    case PARSE_GROUP:
        w->groups[node->number] = node;
        return all;
    case PARSE_SEQUENCE:
        return all;
    default:
        return TRUE;
    }
}

/* GLib's message is the whole translation and then, behind a colon, the reason. */
static const char *reason_of(const GError *error)
{
    const char *colon = g_strrstr(error->message, ": ");
    return colon == NULL ? error->message : colon + 2;
}

GRegex *pcre_new(const Parsed *parsed, GError **error)
{
    g_autofree const ParseNode **groups = g_new0(const ParseNode *, parsed->groups + 1);
    g_autoptr(GString) out = g_string_new(BRAKES);
    g_autoptr(GError) inner = NULL;
    g_autoptr(GHashTable) empty_rounds = g_hash_table_new(NULL, NULL);
    Writer w = {.out = out, .groups = groups, .empty_rounds = empty_rounds};
    survey(&w, parsed->root);
    put(&w, parsed->root);
    GRegex *regex = NULL;
    if (w.refused == NULL)
        regex = g_regex_new(out->str, G_REGEX_DOLLAR_ENDONLY | G_REGEX_OPTIMIZE, 0, &inner);
    if (regex == NULL)
        g_set_error_literal(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                            w.refused != NULL ? w.refused : reason_of(inner));
    return regex;
}

/* Other than GLib's, takes NUL for a character. */
static gboolean is_utf8(const char *text, gsize length)
{
    const char *end = text + length;
    while (!g_utf8_validate_len(text, (gsize)(end - text), &text)) {
        if (*text != '\0')
            return FALSE;
        text++;
    }
    return TRUE;
}

int pcre_search(const GRegex *regex, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    if (length > G_MAXINT || !is_utf8(text, length))
        return -1;
    if (g_regex_match_full(regex, text, (gssize)length, 0, 0, NULL, &error))
        return 1;
    return error == NULL ? 0 : -1;
}
