/* cJSON with owners, strict reading and JSON Pointers (RFC 6901). Numbers are doubles. */
#pragma once

#include <cjson/cJSON.h>
#include <glib.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cJSON, cJSON_Delete)

/* Parses exactly one JSON text (UTF-8, RFC 8259: no BOM, no trailing characters, nesting at most
 * DOCKET_MAX_JSON_DEPTH), and nothing that the tree would keep as something else: no duplicate
 * keys, no \u0000, no half surrogate pairs, no numbers beyond a double. NULL and DOCKET_ERROR_JSON
 * otherwise, the message beginning with line and column (both from 1, the column counts bytes).
 * `text` needs no NUL at its end. The caller owns the result. */
cJSON *json_parse(const char *text, gsize length, GError **error);

/* ---- many texts, one after the other ----
 * A reader keeps its memory from text to text: nothing is allocated for a node or a string, and the
 * nodes of a tree lie side by side. For trees that are only looked at. One thread at a time. */
typedef struct JsonReader JsonReader;
JsonReader *json_reader_new(void);
void json_reader_free(JsonReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonReader, json_reader_free)
/* As json_parse, several times faster, but the tree belongs to the reader and lives until its next
 * text or its end; `text` may go at once. It must not be changed nor deleted (a cJSON_Duplicate
 * may). */
const cJSON *json_reader_parse(JsonReader *reader, const char *text, gsize length, GError **error);

/* Reads and parses a file; the error names it. The caller owns the result. */
cJSON *json_load(const char *path, GError **error);

/* Compact or indented text, no trailing newline. Caller frees with g_free. */
char *json_print(const cJSON *value, gboolean indented);

/* The value at an RFC 6901 pointer ("/items/0/total", "" is the root), or NULL. Lent. */
cJSON *json_at(const cJSON *root, const char *pointer);

/* Puts `value` (taken, also on failure) at the pointer; makes missing parent objects; "-" or the
 * length as last token appends to an array. FALSE when a parent is neither object nor array. */
gboolean json_put(cJSON **root, const char *pointer, cJSON *value, GError **error);

/* pointer + "/" + token, the token escaped (~0 ~1). Caller frees. */
char *json_pointer_join(const char *pointer, const char *token);
char *json_pointer_index(const char *pointer, int index);

/* Short-hands: the string/number/bool member of an object, or the default. Strings are lent. */
const char *json_string(const cJSON *object, const char *key, const char *otherwise);
double json_number(const cJSON *object, const char *key, double otherwise);
gboolean json_bool(const cJSON *object, const char *key, gboolean otherwise);

/* Equality by JSON Schema's rules: 1 equals 1.0, order of keys does not matter. n log n at worst in
 * the members of an object. */
gboolean json_equal(const cJSON *a, const cJSON *b);

/* Nodes of the tree, the root among them. */
gsize json_count_nodes(const cJSON *value);
