/* What the verdict pass runs: one Rule a schema, sorted by the type of the value that it meets, so
 * that a value is asked only what concerns its type. Made by lower*.c from the nodes, read by
 * verdict*.c. All of it lies in one arena and is never written again, so threads may share it. */
#pragma once

#include "stages/check/schema/decimal.h"
#include "stages/check/schema/keys.h"
#include "stages/check/schema/node.h"

typedef struct Rule Rule;

/* Counts are clamped to 32 bits: no instance of ours has more of anything. */
#define RULE_NO_MAX G_MAXUINT32

typedef struct {
    guint32 min, max;    /* code points */
    const Keys *allowed; /* enum and const; NULL: any string */
    const Pattern *pattern;
    gboolean (*format)(const char *text);
    guint content; /* ContentBit */
} RuleString;

typedef struct {
    gboolean whole; /* integers only */
    guint bounds;   /* BoundBit */
    double minimum, maximum, exclusive_minimum, exclusive_maximum;
    Decimal multiple_of;
    const double *allowed; /* enum and const; NULL: any number */
    guint n_allowed;
} RuleNumber;

typedef struct {
    guint32 min, max;
    gboolean unique;
    const Rule *const *prefix; /* NULL entries: anything */
    guint n_prefix;
    const Rule *items;    /* of the items behind the prefix; NULL: anything */
    gboolean marks_items; /* `items` stands there, so they count as evaluated */
    const Rule *contains; /* NULL: none is asked for */
    guint32 min_contained, max_contained;
    gboolean marks_contained;
    const Rule *unevaluated; /* NULL: anything */
    gboolean marks_unevaluated;
} RuleArray;

/* A name that the schema knows: of a property, or only required. */
typedef struct {
    const char *name;
    guint32 bit;       /* among the names that must be remembered, or KEYS_NONE */
    gboolean declared; /* in `properties`: additionalProperties does not look at it */
    const Rule *rule;  /* NULL: anything */
} RuleProperty;

typedef struct {
    const Pattern *pattern;
    const Rule *rule; /* NULL: anything */
} RulePattern;

/* With the name `bit`, all of `wanted` must be there. */
typedef struct {
    guint32 bit;
    const guint64 *wanted;
} RuleDependent;

typedef struct {
    Keys keys; /* to `properties` */
    const RuleProperty *properties;
    guint n_properties;
    guint n_words; /* of each bit set below */
    const guint64 *required;
    const RuleDependent *dependents;
    guint n_dependents;
    guint32 min, max;
    const RulePattern *patterns;
    guint n_patterns;
    const Rule *additional; /* NULL: anything */
    gboolean marks_additional;
    const Rule *names;       /* propertyNames; NULL: anything */
    const Rule *unevaluated; /* NULL: anything */
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

typedef struct {
    const Rule *const *list;
    guint n;
} RuleList;

/* A property whose text says which branch is meant. */
typedef struct {
    const char *name;
    Keys values;           /* to `meant` */
    const RuleList *meant; /* the branches that allow the value */
    RuleList absent;       /* the branches that do not require the property */
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
    STEP_VALUES,    /* enum and const, for arrays and objects */
} StepKind;

/* Something else that applies to the same value. */
typedef struct {
    StepKind kind;
    const Rule *rule;                  /* RULE, DYNAMIC (at first), NOT, CONDITION, DEPENDENT */
    const Rule *then_rule, *else_rule; /* CONDITION; NULL: anything */
    const RuleBranches *branches;      /* ANY, ONE */
    const char *name;                  /* DEPENDENT */
    const Rule *const *dynamic;        /* DYNAMIC: by resource; NULL entries */
    const cJSON *const *values;        /* VALUES */
    guint n_values;
} RuleStep;

typedef enum {
    RULE_TRACKS = 1 << 0, /* unevaluatedItems or unevaluatedProperties needs marks */
    RULE_ENTERS = 1 << 1, /* the dynamic scope is asked for: note the resource */
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

/* cJSON's type bits, as in Rule. */
#define RULE_ANY_TYPE                                                                              \
    (cJSON_False | cJSON_True | cJSON_NULL | cJSON_Number | cJSON_String | cJSON_Array |           \
     cJSON_Object)

typedef struct Program {
    Arena *arena;
    const Rule *root;
} Program;

/* ---- lower.c ---- never fails: what cannot be had was refused by the compiler */
Program *program_new(const Schema *schema);
void program_free(Program *program);

/* ---- verdict.c ---- TRUE when the instance conforms. *limit is the limit that was reached, or
 * NULL; the result means nothing then. */
gboolean program_run(const Program *program, const cJSON *instance, const char **limit);
