/* Groups, terms and quantifiers. Groups are kept in a list of our own, not on the C stack, so that
 * any nesting can be judged. */
#include "stages/check/schema/regex/parse.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/scan.h"

#include <string.h>

/* ---- the tree ---- */

static ParseNode *node_new(Scanner *s, ParseKind kind)
{
    ParseNode *node = arena_new_array(s->arena, ParseNode, 1);
    node->kind = kind;
    return node;
}

static void append(ParseNode *parent, ParseNode *child)
{
    child->up = parent;
    child->previous = parent->last;
    *(parent->last == NULL ? &parent->first : &parent->last->next) = child;
    parent->last = child;
}

/* The last child of `parent` becomes the child of `wrapper`, which takes its place. */
static void wrap_last(ParseNode *parent, ParseNode *wrapper)
{
    ParseNode *child = parent->last;
    parent->last = child->previous;
    *(parent->last == NULL ? &parent->first : &parent->last->next) = NULL;
    child->previous = NULL;
    append(wrapper, child);
    append(parent, wrapper);
}

/* Opens a group: its choice with a first, empty sequence, which is returned. */
static ParseNode *open_choice(Scanner *s, ParseNode *group)
{
    ParseNode *choice = node_new(s, PARSE_CHOICE), *sequence = node_new(s, PARSE_SEQUENCE);
    append(group, choice);
    append(choice, sequence);
    return sequence;
}

/* ---- groups ---- */

static gboolean name_group(Scanner *s, guint number)
{
    const char *mark = s->at;
    char *name = scan_name(s);
    if (name == NULL)
        return FALSE;
    if (g_hash_table_contains(s->names, name)) {
        s->at = mark;
        return scan_refuse(s, "two groups have one name");
    }
    g_hash_table_insert(s->names, name, GUINT_TO_POINTER(number));
    return TRUE;
}

/* Behind "(": what kind of group this is; NULL and the error when it is none. */
static ParseNode *take_opening(Scanner *s)
{
    static const struct {
        const char *text;
        gboolean behind, negative;
    } looks[] = {
        {"?=", FALSE, FALSE}, {"?!", FALSE, TRUE}, {"?<=", TRUE, FALSE}, {"?<!", TRUE, TRUE}};
    for (gsize i = 0; i < G_N_ELEMENTS(looks); i++) {
        if (!scan_take(s, looks[i].text))
            continue;
        ParseNode *look = node_new(s, PARSE_LOOK);
        look->behind = looks[i].behind;
        look->negative = looks[i].negative;
        s->parsed->is_regular = FALSE;
        return look;
    }
    ParseNode *group = node_new(s, PARSE_GROUP);
    if (scan_take(s, "?:"))
        return group;
    group->number = ++s->parsed->groups;
    if (scan_take(s, "?<"))
        return name_group(s, group->number) ? group : NULL;
    if (*s->at != '?')
        return group;
    scan_refuse(s, "a kind of group that ECMA-262 does not know");
    return NULL;
}

/* ---- quantifiers ---- */

/* The order of two decimal numbers of any length. */
static int compare_numbers(const char *a, gsize a_length, const char *b, gsize b_length)
{
    for (; a_length > 0 && *a == '0'; a_length--)
        a++;
    for (; b_length > 0 && *b == '0'; b_length--)
        b++;
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return memcmp(a, b, a_length);
}

static guint to_number(const char *digits, gsize length)
{
    guint number = 0;
    for (gsize i = 0; i < length; i++)
        number =
            number > (G_MAXUINT - 10) / 10 ? G_MAXUINT - 1 : number * 10 + (guint)(digits[i] - '0');
    return number;
}

/* {n}, {n,}, {n,m}: its length, 0 when it is none of these. */
static gsize read_braces(const char *text, guint *low, guint *high, gboolean *in_order)
{
    static const char digits[] = "0123456789";
    gsize first = text[0] == '{' ? strspn(text + 1, digits) : 0, second = 0;
    if (first == 0)
        return 0;
    const char *end = text + 1 + first;
    *low = *high = to_number(text + 1, first);
    if (*end == ',') {
        second = strspn(++end, digits);
        *high = second == 0 ? PARSE_NO_LIMIT : to_number(end, second);
        *in_order = second == 0 || compare_numbers(text + 1, first, end, second) <= 0;
        end += second;
    }
    return *end == '}' ? (gsize)(end + 1 - text) : 0;
}

static gboolean can_repeat(const Scanner *s, const ParseNode *term)
{
    switch (term->kind) {
    case PARSE_START:
    case PARSE_END:
    case PARSE_WORD:
    case PARSE_NOT_WORD:
        return FALSE;
    case PARSE_LOOK:
        return s->lenient && !term->behind;
    default:
        return TRUE;
    }
}

/* The quantifier behind the last term of the sequence, if there is one. */
static gboolean take_quantifier(Scanner *s, ParseNode *sequence)
{
    guint low = *s->at == '+' ? 1 : 0, high = *s->at == '?' ? 1 : PARSE_NO_LIMIT;
    gboolean in_order = TRUE;
    gsize length = *s->at != '\0' && strchr("*+?", *s->at) != NULL
                       ? 1
                       : read_braces(s->at, &low, &high, &in_order);
    if (length == 0)
        return TRUE;
    if (!can_repeat(s, sequence->last))
        return scan_refuse(s, "an assertion cannot be repeated");
    if (!in_order)
        return scan_refuse(s, "a repetition is upside down");
    s->at += length;
    ParseNode *repeat = node_new(s, PARSE_REPEAT);
    repeat->low = low;
    repeat->high = high;
    repeat->lazy = scan_take(s, "?");
    wrap_last(sequence, repeat);
    return TRUE;
}

/* ---- terms ---- */

static gboolean take_reference(Scanner *s, ParseNode *sequence)
{
    ScanReference reference = {.node = node_new(s, PARSE_REFERENCE), .at = s->at};
    if (*s->at == 'k') {
        s->at++;
        if (!scan_take(s, "<"))
            return scan_refuse(s, "\\k needs a name in angle brackets");
        reference.name = scan_name(s);
        if (reference.name == NULL)
            return FALSE;
    } else {
        gsize digits = strspn(s->at, "0123456789");
        reference.node->number = to_number(s->at, digits);
        s->at += digits;
    }
    s->parsed->is_regular = FALSE;
    g_array_append_val(s->references, reference);
    append(sequence, reference.node);
    return TRUE;
}

static gboolean take_escape(Scanner *s, ParseNode *sequence)
{
    s->at++;
    if (*s->at == 'b' || *s->at == 'B') {
        append(sequence, node_new(s, *s->at == 'b' ? PARSE_WORD : PARSE_NOT_WORD));
        s->at++;
        return TRUE;
    }
    if (*s->at == 'k' || (*s->at >= '1' && *s->at <= '9'))
        return take_reference(s, sequence);
    ParseNode *node = node_new(s, PARSE_SET);
    append(sequence, node);
    return scan_escape(s, &node->set);
}

/* A bracket that stands for itself, as Annex B has it. "{2}" never does, nor "{,2}", which other
 * dialects read as a repetition. */
static gboolean is_lone_bracket(const Scanner *s)
{
    guint low, high;
    gboolean in_order;
    if (!s->lenient || *s->at != '{')
        return s->lenient;
    if (s->at[1] == ',' && s->at[2 + strspn(s->at + 2, "0123456789")] == '}')
        return FALSE;
    return read_braces(s->at, &low, &high, &in_order) == 0;
}

static gboolean take_term(Scanner *s, ParseNode *sequence)
{
    ParseNode *node;
    switch (*s->at) {
    case '^':
    case '$':
        append(sequence, node_new(s, *s->at++ == '^' ? PARSE_START : PARSE_END));
        return TRUE;
    case '\\':
        return take_escape(s, sequence);
    case '*':
    case '+':
    case '?':
        return scan_refuse(s, "nothing to repeat");
    case '{':
    case '}':
    case ']':
        if (!is_lone_bracket(s))
            return scan_refuse(s, "a bracket without its partner");
        break;
    default:
        break;
    }
    node = node_new(s, PARSE_SET);
    append(sequence, node);
    if (*s->at == '[')
        return scan_class(s, &node->set);
    if (*s->at == '.') {
        s->at++;
        node->set = ranges_dot;
        return TRUE;
    }
    node->set = scan_single(s, g_utf8_get_char(s->at));
    s->at = g_utf8_next_char(s->at);
    return TRUE;
}

/* ---- the whole ---- */

static gboolean resolve_references(Scanner *s)
{
    for (guint i = 0; i < s->references->len; i++) {
        ScanReference *reference = &g_array_index(s->references, ScanReference, i);
        if (reference->name != NULL)
            reference->node->number =
                GPOINTER_TO_UINT(g_hash_table_lookup(s->names, reference->name));
        if (reference->node->number == 0 || reference->node->number > s->parsed->groups) {
            s->at = reference->at;
            return scan_refuse(s, "a backreference to a group that is not there");
        }
    }
    return TRUE;
}

/* Reads terms until the end; `sequence` is where they go, its choice is `up`, its group `up->up`. */
static gboolean take_everything(Scanner *s, ParseNode *sequence)
{
    guint depth = 0;
    while (*s->at != '\0') {
        if (scan_take(s, "|")) {
            ParseNode *next = node_new(s, PARSE_SEQUENCE);
            append(sequence->up, next);
            sequence = next;
        } else if (scan_take(s, "(")) {
            ParseNode *group = take_opening(s);
            if (group == NULL)
                return FALSE;
            append(sequence, group);
            sequence = open_choice(s, group);
            depth++;
            s->parsed->depth = MAX(s->parsed->depth, depth);
        } else if (*s->at == ')') {
            if (depth-- == 0)
                return scan_refuse(s, "a bracket without its partner");
            s->at++;
            sequence = sequence->up->up->up;
            if (!take_quantifier(s, sequence))
                return FALSE;
        } else if (!take_term(s, sequence) || !take_quantifier(s, sequence)) {
            return FALSE;
        }
    }
    return depth == 0 || scan_refuse(s, "a group does not end");
}

gboolean parse_expression(Arena *arena, const char *text, gboolean lenient, Parsed *parsed,
                          GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GArray) references = g_array_new(FALSE, FALSE, sizeof(ScanReference));
    GError *inner = NULL;
    *parsed = (Parsed){.is_regular = TRUE};
    Scanner s = {.start = text,
                 .at = text,
                 .lenient = lenient,
                 .arena = arena,
                 .parsed = parsed,
                 .names = names,
                 .references = references,
                 .error = &inner};
    gboolean done = FALSE;
    if (strlen(text) > PARSE_MAX_BYTES)
        scan_refuse(&s, "the expression is too long");
    else if (!g_utf8_validate(text, -1, NULL))
        scan_refuse(&s, "the expression is not UTF-8");
    else {
        parsed->root = node_new(&s, PARSE_GROUP);
        done = take_everything(&s, open_choice(&s, parsed->root)) && resolve_references(&s);
    }
    if (!done)
        g_propagate_error(error, inner);
    return done;
}
