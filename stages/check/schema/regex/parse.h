/* The grammar of ECMA-262 regular expressions (u flag) as a tree: the one reading of an expression
 * that every engine works from. */
#pragma once

#include "stages/check/schema/regex/ranges.h"

#define PARSE_MAX_BYTES (256u << 10) /* of an expression's text */
#define PARSE_NO_LIMIT G_MAXUINT     /* of a repetition */

typedef enum {
    PARSE_SET,       /* one character of `set` */
    PARSE_SEQUENCE,  /* its children one after the other; may be empty */
    PARSE_CHOICE,    /* one of its children */
    PARSE_REPEAT,    /* its child, `low` to `high` times */
    PARSE_GROUP,     /* its child; `number` from 1, 0 when it captures nothing */
    PARSE_START,     /* ^ */
    PARSE_END,       /* $ */
    PARSE_WORD,      /* \b */
    PARSE_NOT_WORD,  /* \B */
    PARSE_LOOK,      /* its child as a lookahead or lookbehind */
    PARSE_REFERENCE, /* to the group of that number */
} ParseKind;

typedef struct ParseNode ParseNode;
struct ParseNode {
    ParseKind kind;
    gboolean lazy;             /* REPEAT */
    gboolean behind, negative; /* LOOK */
    guint number;              /* GROUP, REFERENCE */
    guint low, high;           /* REPEAT; high may be PARSE_NO_LIMIT */
    Ranges set;                /* SET */
    ParseNode *up, *first, *last, *next, *previous;
};

typedef struct {
    ParseNode *root;
    guint groups;        /* capturing ones */
    guint depth;         /* of groups within groups */
    gboolean is_regular; /* neither lookaround nor reference */
    char *missing;       /* a property that this system's Unicode data lacks, or NULL */
} Parsed;

/* Reads the text; everything in the result lives in the arena. FALSE and DOCKET_ERROR_SCHEMA with
 * the position when it does not follow the grammar. `lenient` also reads what the grammar of the
 * u flag refuses but many authors write: "\-", "[\w-]", a lone brace, "(?=a)*". */
gboolean parse_expression(Arena *arena, const char *text, gboolean lenient, Parsed *parsed,
                          GError **error);
