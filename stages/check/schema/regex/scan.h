/* What parse.c and its reader of escapes and classes share. */
#pragma once

#include "stages/check/schema/regex/parse.h"

#define SCAN_NOTHING ((gunichar)-1)

typedef struct {
    ParseNode *node;
    char *name; /* NULL: node->number is the group already */
    const char *at;
} ScanReference;

typedef struct {
    const char *start, *at;
    gboolean lenient;
    Arena *arena;
    Parsed *parsed;
    GHashTable *names;  /* of groups -> their numbers */
    GArray *references; /* ScanReference: resolved at the end, for they may point forwards */
    GError **error;     /* never NULL: readers tell "not mine" from "broken" by it */
} Scanner;

/* Sets the error, with the position; always FALSE. */
gboolean scan_refuse(Scanner *s, const char *why);
/* Steps over the text when it stands here. */
gboolean scan_take(Scanner *s, const char *text);
/* Reads a group's name up to and with ">"; NULL and the error when it is none. In the arena. */
char *scan_name(Scanner *s);

/* Reads a class, `at` is on its bracket. */
gboolean scan_class(Scanner *s, Ranges *set);
/* Reads an escape that is one character or a set, `at` is behind the backslash. */
gboolean scan_escape(Scanner *s, Ranges *set);
/* The set of this one character, in the arena. */
Ranges scan_single(Scanner *s, gunichar c);
