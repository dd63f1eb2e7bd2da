#include "stages/check/schema/regex/split.h"

static gboolean is_regular(const ParseNode *node)
{
    if (node->kind == PARSE_LOOK || node->kind == PARSE_REFERENCE)
        return FALSE;
    for (const ParseNode *child = node->first; child != NULL; child = child->next) {
        if (!is_regular(child))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_lookahead(const ParseNode *node)
{
    return node != NULL && node->kind == PARSE_LOOK && !node->behind && is_regular(node->first);
}

static ParseNode *wrap(Arena *arena, ParseKind kind, ParseNode *first, ParseNode *last)
{
    ParseNode *node = arena_new_array(arena, ParseNode, 1);
    node->kind = kind;
    node->first = first;
    node->last = last;
    return node;
}

/* ---- at the ends ---- */

static gboolean has_reference(const ParseNode *node)
{
    gboolean found = node->kind == PARSE_REFERENCE;
    for (const ParseNode *child = node->first; child != NULL && !found; child = child->next)
        found = has_reference(child);
    return found;
}

/* The one set that a group is, or NULL. */
static ParseNode *only_set(const ParseNode *group)
{
    const ParseNode *choice = group->first, *sequence = choice->first;
    ParseNode *only = sequence->first;
    gboolean alone = choice->first == choice->last && only != NULL && only == sequence->last &&
                     only->kind == PARSE_SET;
    return alone ? only : NULL;
}

static Ranges all_but(Arena *arena, Ranges set)
{
    g_autoptr(GArray) builder = ranges_builder_new();
    ranges_add_all(builder, set);
    ranges_settle(builder, TRUE);
    return ranges_copy(arena, builder);
}

/* Makes a lookaround at the outer end of a search a part of what is found; a negative one only if
 * it is one set: then another character is there, or none at all. */
static void absorb(Arena *arena, ParseNode *look)
{
    if (!is_regular(look->first))
        return;
    ParseNode *set = look->negative ? only_set(look) : NULL;
    if (look->negative && set == NULL)
        return;
    if (set != NULL) {
        ParseNode *edge = wrap(arena, look->behind ? PARSE_START : PARSE_END, NULL, NULL);
        ParseNode *none = wrap(arena, PARSE_SEQUENCE, edge, edge);
        set->set = all_but(arena, set->set);
        none->previous = look->first->last;
        look->first->last->next = none;
        look->first->last = none;
    }
    look->kind = PARSE_GROUP;
}

static void absorb_ends(Arena *arena, ParseNode *choice)
{
    for (ParseNode *sequence = choice->first; sequence != NULL; sequence = sequence->next) {
        ParseNode *first = sequence->first, *last = sequence->last;
        if (last != NULL && last->kind == PARSE_LOOK && !last->behind)
            absorb(arena, last);
        if (first != NULL && first->kind == PARSE_LOOK && first->behind)
            absorb(arena, first);
    }
}

/* ---- behind ^ ---- */

/* ^ and the lookahead's own choice, as a tree. */
static ParseNode *tree_of(Arena *arena, ParseNode *choice)
{
    ParseNode *start = wrap(arena, PARSE_START, NULL, NULL);
    ParseNode *group = wrap(arena, PARSE_GROUP, choice, choice);
    start->next = group;
    group->previous = start;
    ParseNode *sequence = wrap(arena, PARSE_SEQUENCE, start, group);
    ParseNode *outer = wrap(arena, PARSE_CHOICE, sequence, sequence);
    return wrap(arena, PARSE_GROUP, outer, outer);
}

guint split_tree(Arena *arena, const Parsed *parsed, SplitPart parts[SPLIT_MAX])
{
    guint count = 1;
    parts[0] = (SplitPart){parsed->root, FALSE};
    if (parsed->is_regular)
        return count;
    if (has_reference(parsed->root))
        return 0;
    absorb_ends(arena, parsed->root->first);
    if (is_regular(parsed->root))
        return count;
    ParseNode *sequence = parsed->root->first->first, *start = sequence->first;
    if (sequence->next != NULL || start == NULL || start->kind != PARSE_START)
        return 0;
    ParseNode *rest = start->next;
    for (; is_lookahead(rest); rest = rest->next) {
        if (count == SPLIT_MAX)
            return 0;
        parts[count++] = (SplitPart){rest, rest->negative};
    }
    for (const ParseNode *node = rest; node != NULL; node = node->next) {
        if (!is_regular(node))
            return 0;
    }
    for (guint i = 1; i < count; i++)
        parts[i].root = tree_of(arena, parts[i].root->first);
    start->next = rest;
    *(rest == NULL ? &sequence->last : &rest->previous) = start;
    return count;
}
