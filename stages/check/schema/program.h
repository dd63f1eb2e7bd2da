/* What the verdict pass runs: one Rule a schema, sorted by the type of the value that it meets, so
 * that a value is asked only what concerns its type. Made by lower*.c from the nodes, read by
 * verdict*.c. All of it lies in one arena, and threads may share it. */
#pragma once

#include "stages/check/schema/decimal.h"
#include "stages/check/schema/keys.h"
#include "stages/check/schema/node.h"

typedef struct Rule Rule;

typedef struct {
    const Rule *const *list;
    guint n;
} RuleList;

/* Counts are clamped to 32 bits: no instance of ours has more of anything. */
#define RULE_NO_MAX G_MAXUINT32

typedef struct {
    gboolean measured;   /* min or max ask for the length */
    guint32 min, max;    /* code points */
    const Keys *allowed; /* enum and const; NULL: any string */
    const Pattern *pattern;
    gboolean (*format)(const char *text);
    guint content; /* ContentBit */
} RuleString;

/* Exclusive bounds are the next double inside, so two comparisons are enough. */
typedef struct {
    double min, max;       /* infinite when there is none */
    gboolean whole;        /* integers only */
    gboolean stepped;      /* step counts */
    DecimalStep step;      /* multipleOf */
    const double *allowed; /* enum and const; NULL: any number */
    guint n_allowed;
} RuleNumber;

typedef struct {
    guint32 min, max;
    gboolean unique;
    RuleList prefix;
    const Rule *items;    /* of the items behind the prefix */
    gboolean marks_items; /* `items` stands there, so they count as evaluated */
    const Rule *contains; /* NULL: none is asked for */
    guint32 min_contained, max_contained;
    gboolean marks_contained;
    const Rule *unevaluated;
    gboolean marks_unevaluated;
} RuleArray;

/* A name that the schema knows: of a property, or only required. */
typedef struct {
    KeyExpected expected;
    const Rule *rule;  /* of the member; where the name is not declared, additionalProperties */
    guint32 bit;       /* among the names that must be remembered, or KEYS_NONE */
    gboolean declared; /* in `properties`: additionalProperties does not look at it */
    guint64 mask;      /* the bit in the first word, 0 when there is none */
} RuleProperty;

typedef struct {
    const Pattern *pattern;
    const Rule *rule;
} RulePattern;

/* With the name `bit`, all of `wanted` must be there. */
typedef struct {
    guint32 bit;
    guint n_wanted;
    const guint32 *wanted; /* bits */
} RuleDependent;

typedef struct {
    guint32 order;  /* where its part of Program.order begins */
    gboolean plain; /* names alone decide which rule a member has, and a word of bits is enough */
    Keys keys;      /* to `properties` */
    const RuleProperty *properties; /* behind the last one stands one that no name equals */
    guint n_properties;
    RuleProperty stranger;   /* stands for every name that is not known */
    guint n_words;           /* of each bit set below */
    guint64 wanted;          /* the first word of `required` */
    const guint64 *required; /* names that must be there */
    const RuleDependent *dependents;
    guint n_dependents;
    guint32 min, max;
    const RulePattern *patterns;
    guint n_patterns;
    const Rule *additional;
    gboolean marks_additional;
    const Rule *names; /* propertyNames */
    const Rule *unevaluated;
    gboolean marks_unevaluated;
} RuleObject;

/* The slots that branches are sorted by. */
typedef enum {
    SLOT_NULL,
    SLOT_BOOLEAN,
    SLOT_NUMBER,
    SLOT_STRING,
    SLOT_ARRAY,
    SLOT_OBJECT,
    N_SLOTS
} RuleSlot;

/* A property whose text says which of several rules for objects count. */
typedef struct {
    KeyExpected name;
    Keys values;           /* to `meant` */
    const RuleList *meant; /* the rules that count for the value */
    RuleList others;       /* for any other value */
    RuleList absent;       /* where the property is not there */
} RuleTag;

/* anyOf and oneOf: the branches that a value of a type could fit at all. */
typedef struct {
    RuleList fitting[N_SLOTS];
    const RuleTag *tag; /* for objects; NULL: none */
} RuleBranches;

typedef enum {
    STEP_RULE,      /* $ref beside other keywords, allOf */
    STEP_DYNAMIC,   /* $dynamicRef, $recursiveRef */
    STEP_ANY,       /* anyOf */
    STEP_ONE,       /* oneOf */
    STEP_NOT,       /* not */
    STEP_CONDITION, /* if, then, else */
    STEP_DEPENDENT, /* dependentSchemas */
    STEP_SWITCH, /* conditions on one property's text: for objects it stands for the next steps */
    STEP_VALUES, /* enum and const, for arrays and objects */
} StepKind;

/* Something else that applies to the same value. */
typedef struct {
    StepKind kind;
    const Rule *rule;                  /* RULE, DYNAMIC (at first), NOT, CONDITION, DEPENDENT */
    const Rule *then_rule, *else_rule; /* CONDITION */
    const RuleBranches *branches;      /* ANY, ONE */
    KeyExpected name;                  /* DEPENDENT */
    const Rule *const *dynamic;        /* DYNAMIC: by resource; NULL entries */
    const cJSON *const *values;        /* VALUES */
    guint n_values;
    gsize n_nodes;      /* VALUES: in all of them */
    const RuleTag *tag; /* SWITCH */
    guint n_switched;   /* SWITCH: so many steps */
} RuleStep;

typedef enum {
    RULE_TRACKS = 1 << 0, /* unevaluatedItems or unevaluatedProperties needs marks */
    RULE_ENTERS = 1 << 1, /* the dynamic scope is asked for: note the resource */
    RULE_STEPS = 1 << 2,  /* something else applies in place */
    RULE_CHOICE = 1 << 3, /* the one step is anyOf or oneOf, and there is nothing else */
} RuleFlag;

struct Rule {
    guint8 accepts; /* cJSON's type bits that are allowed (true and false are two of them) */
    guint8 further; /* cJSON's type bits of which more is asked */
    guint8 flags;   /* RuleFlag */
    guint32 resource;
    guint n_steps;
    const RuleString *string;
    const RuleNumber *number;
    const RuleArray *array;
    const RuleObject *object;
    const RuleStep *steps;
};

/* The rule of a schema that asks for nothing. */
extern const Rule rule_anything;

/* cJSON's type bits, as in Rule. */
#define RULE_ANY_TYPE                                                                              \
    (cJSON_False | cJSON_True | cJSON_NULL | cJSON_Number | cJSON_String | cJSON_Array |           \
     cJSON_Object)

/* Instances mostly keep an order of their own: that of the schema, the alphabet's, that of a
 * database. For each object's beginning and for each of its properties `order` holds the place of
 * the property that came next the last time. It is a guess and the one thing that the verdict pass
 * writes, so every thread reads and writes it atomically and nobody relies on it. */
typedef struct Program {
    Arena *arena;
    const Rule *root;
    guint32 *order;
} Program;

/* ---- lower.c ---- never fails: what cannot be had was refused by the compiler */
Program *program_new(const Schema *schema);
void program_free(Program *program);

/* ---- verdict.c ---- TRUE when the instance conforms. *limit is the limit that was reached, or
 * NULL; the result means nothing then. */
gboolean program_run(const Program *program, const cJSON *instance, const char **limit);
