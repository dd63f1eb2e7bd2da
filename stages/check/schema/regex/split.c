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
