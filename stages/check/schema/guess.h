/* Which branch of an anyOf or oneOf was meant, when none fits: the one whose tag the instance bears
 * (a property with a const or an enum by which the branches differ), else the one of its type, else
 * the one that went wrong deepest, else the one with the fewest errors. */
#pragma once

#include "stages/check/schema/node.h"

typedef enum {
    GUESS_NEAREST,
    GUESS_TAG,     /* only this branch has the instance's tag */
    GUESS_TYPE,    /* only this branch is for the instance's type */
    GUESS_NO_TAG,  /* every branch has a tag, and the instance none of them: no branch is meant */
    GUESS_NO_TYPE, /* no branch is for the instance's type */
    GUESS_VALUE    /* the branches are values, as of an enum */
} GuessBy;

/* How near a branch came; the larger the better, field by field. */
typedef struct {
    int tag;  /* 1: its tag, -1: another's, 0: it knows no tag */
    int type; /* 1: it is for the type, or for any */
    int deepest;
    int errors; /* less than 0 */
} GuessNearness;

/* Filled by guess_begin, guess_weigh for every branch in order, guess_end; then to be read. */
typedef struct {
    const GPtrArray *branches; /* of SchemaNode, lent */
    const cJSON *item;
    GuessBy by;
    guint index;         /* of the branch that is meant */
    GPtrArray *reasons;  /* of SchemaFinding: what is wrong by that branch */
    const char *tag;     /* the property that tells the branches apart, or NULL; lent */
    const cJSON *value;  /* the instance's, or NULL */
    cJSON *tags;         /* the values that the branches have for it */
    cJSON *values;       /* those that the branches are, or NULL */
    guint types;         /* TypeBit of all branches; 0: some are for any */
    guint effort;        /* schemas and values looked at so far */
    GuessNearness best;  /* of `index` */
    guint tagged, typed; /* branches with the tag, of the type */
} Guess;

/* Finds the tag. `branches` and `item` are lent until the guess is cleared. */
void guess_begin(Guess *guess, const GPtrArray *branches, const cJSON *item);
/* Takes the findings of one branch; `here` is the depth of the item in the instance. */
void guess_weigh(Guess *guess, guint index, guint here, GPtrArray *reasons);
/* Decides. */
void guess_end(Guess *guess);
/* Frees what the guess holds, not the guess. */
void guess_clear(Guess *guess);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Guess, guess_clear)
