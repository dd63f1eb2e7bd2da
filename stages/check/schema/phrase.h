/* Words for sentences about values and schemas. What comes from an instance or a schema is shown
 * shortened, and safe for terminals: controls, newlines and bidi overrides are written as escapes.
 * All strings belong to the caller. */
#pragma once

#include "stages/check/schema/node.h"

/* Text in double quotes: "ab\n", long text with "…" at its end. */
char *phrase_quoted(const char *text);
/* The same without quotes, at most `most` characters of it: places, patterns, property names. */
char *phrase_plain(const char *text, guint most);
/* A value as JSON when it is small, otherwise what it is: "a list of 12 items". */
char *phrase_value(const cJSON *value);
/* "a string or null", for TypeBits. */
char *phrase_types(guint types);
guint phrase_types_of(const cJSON *value); /* TypeBit; a whole number is TYPE_INTEGER only */
/* "1 item", "2 items"; `plural` is the one for any other number. */
char *phrase_count(double count, const char *one, const char *plural);
/* A number as a person writes it. */
char *phrase_number(double number);

/* ---- lists ---- */
/* "a", "b", "c" of a JSON array's values or an array of names (char *); cut after some hundred
 * bytes, and then says how many there are. */
char *phrase_values(const cJSON *list);
char *phrase_names(const GPtrArray *names);

/* ---- schemas ---- */
/* What a schema wants, in a few words that stand after "be": its title, value, values or types; NULL
 * when it is not that simple. */
char *phrase_schema(const SchemaNode *node);
/* What a branch is called: its title, else the name that its $ref ends with; NULL without either.
 */
char *phrase_name_of(const SchemaNode *node);

/* ---- what was probably meant ---- */
/* How far two words are apart; 0 when only case, spaces, - and _ differ; G_MAXUINT when too far to
 * be meant. */
guint phrase_distance(const char *a, const char *b);
/* The nearest of names (char *), lent, or NULL when none is near. */
const char *phrase_nearest_name(const char *word, const GPtrArray *names);
/* The nearest of a JSON array's values, lent, or NULL. A number in quotes means the number. */
const cJSON *phrase_nearest_value(const cJSON *value, const cJSON *list);
