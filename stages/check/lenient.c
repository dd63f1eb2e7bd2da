#include "stages/check/lenient.h"

#include "pipeline/core/limits.h"

#include <math.h>
#include <string.h>

typedef struct {
    const char *at, *end;
    guint repairs;
    guint depth;
} Reader;

const char *lenient_sentence(LenientRepair repair)
{
    switch (repair) {
    case LENIENT_TRAILING_COMMA:
        return "a comma too many was dropped";
    case LENIENT_QUOTES:
        return "quotes were put right";
    case LENIENT_LITERALS:
        return "literals of another language (True, None, NaN, .5) were read as JSON";
    case LENIENT_COMMENTS:
        return "comments were dropped";
    case LENIENT_CONTROLS:
        return "control characters inside strings were accepted";
    case LENIENT_ESCAPES:
        return "broken escapes were put right";
    case LENIENT_DUPLICATES:
        return "a key stood twice; its last value was taken";
    case LENIENT_MISSING_COMMA:
        return "a missing comma was added";
    case LENIENT_CUT:
        return "the answer was cut off; what was incomplete at its end is left out";
    default:
        return "";
    }
}

static cJSON *read_value(Reader *r);

/* ---- between values ---- */

static gboolean at_end(const Reader *r)
{
    return r->at >= r->end;
}

static gboolean looking_at(const Reader *r, const char *text)
{
    gsize length = strlen(text);
    return (gsize)(r->end - r->at) >= length && memcmp(r->at, text, length) == 0;
}

static void skip_to(Reader *r, const char *stop)
{
    const char *found = g_strstr_len(r->at, r->end - r->at, stop);
    r->at = found == NULL ? r->end : found + strlen(stop);
}

static void skip_space(Reader *r)
{
    for (;;) {
        while (!at_end(r) && (g_ascii_isspace(*r->at) || looking_at(r, "\xC2\xA0")))
            r->at += *r->at == '\xC2' ? 2 : 1;
        if (looking_at(r, "//") || looking_at(r, "#"))
            skip_to(r, "\n");
        else if (looking_at(r, "/*"))
            skip_to(r, "*/");
        else
            return;
        r->repairs |= LENIENT_COMMENTS;
    }
}

/* ---- strings ---- */

/* The closing quote that belongs to an opening one; NULL when it opens nothing. */
static const char *closing_quote(Reader *r)
{
    static const char *const pairs[][2] = {
        {"\"", "\""}, {"'", "'"}, {"\u201C", "\u201D"}, {"\u201E", "\u201C"}, {"\u2018", "\u2019"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        if (!looking_at(r, pairs[i][0]))
            continue;
        r->at += strlen(pairs[i][0]);
        if (i > 0)
            r->repairs |= LENIENT_QUOTES;
        return pairs[i][1];
    }
    return NULL;
}

static gboolean read_hex(Reader *r, gunichar *value)
{
    *value = 0;
    for (guint i = 0; i < 4; i++) {
        if (r->at + i >= r->end || !g_ascii_isxdigit(r->at[i]))
            return FALSE;
        *value = *value * 16 + (gunichar)g_ascii_xdigit_value(r->at[i]);
    }
    r->at += 4;
    return TRUE;
}

/* Behind "\u". What is no character becomes U+FFFD. */
static void read_unicode(Reader *r, GString *out)
{
    gunichar value, low;
    if (!read_hex(r, &value)) {
        r->repairs |= LENIENT_ESCAPES;
        g_string_append(out, "\\u");
        return;
    }
    if (value >= 0xD800 && value <= 0xDBFF && looking_at(r, "\\u")) {
        const char *back = r->at;
        r->at += 2;
        if (read_hex(r, &low) && low >= 0xDC00 && low <= 0xDFFF)
            value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
        else
            r->at = back;
    }
    if (value == 0 || (value >= 0xD800 && value <= 0xDFFF)) {
        r->repairs |= LENIENT_ESCAPES;
        value = 0xFFFD;
    }
    g_string_append_unichar(out, value);
}

/* Behind a backslash. */
static void read_escape(Reader *r, GString *out)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (at_end(r))
        return;
    char c = *r->at++;
    const char *found = c == '\0' ? NULL : strchr(letters, c);
    if (c == 'u') {
        read_unicode(r, out);
    } else if (found != NULL) {
        g_string_append_c(out, values[found - letters]);
    } else {
        /* "\'" means the quote; in "C:\dir" the backslash was meant. */
        r->repairs |= LENIENT_ESCAPES;
        if (c != '\'' && c != '\n')
            g_string_append_c(out, '\\');
        g_string_append_c(out, c);
    }
}

/* NULL when there is no string here; with LENIENT_CUT when it does not end. */
static char *read_string(Reader *r)
{
    const char *close = closing_quote(r);
    if (close == NULL)
        return NULL;
    GString *out = g_string_new(NULL);
    while (!at_end(r)) {
        if (looking_at(r, close)) {
            r->at += strlen(close);
            return g_string_free(out, FALSE);
        }
        if (*r->at == '\\') {
            r->at++;
            read_escape(r, out);
            continue;
        }
        if ((guchar)*r->at < 0x20)
            r->repairs |= LENIENT_CONTROLS;
        g_string_append_c(out, *r->at++);
    }
    r->repairs |= LENIENT_CUT;
    g_string_free(out, TRUE);
    return NULL;
}

/* ---- scalars ---- */

static gboolean is_bare(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '$' || c == '+' || c == '-' || c == '.';
}

static cJSON *bare_literal(const char *word, gboolean *json)
{
    static const struct {
        const char *word;
        int type;
        gboolean json;
    } words[] = {
        {"true", cJSON_True, TRUE},       {"false", cJSON_False, TRUE},
        {"null", cJSON_NULL, TRUE},       {"True", cJSON_True, FALSE},
        {"False", cJSON_False, FALSE},    {"None", cJSON_NULL, FALSE},
        {"TRUE", cJSON_True, FALSE},      {"FALSE", cJSON_False, FALSE},
        {"NULL", cJSON_NULL, FALSE},      {"undefined", cJSON_NULL, FALSE},
        {"NaN", cJSON_NULL, FALSE},       {"nil", cJSON_NULL, FALSE},
        {"Infinity", cJSON_NULL, FALSE},  {"-Infinity", cJSON_NULL, FALSE},
        {"+Infinity", cJSON_NULL, FALSE}, {"inf", cJSON_NULL, FALSE},
        {"-inf", cJSON_NULL, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(word, words[i].word) != 0)
            continue;
        *json = words[i].json;
        return words[i].type == cJSON_True    ? cJSON_CreateTrue()
               : words[i].type == cJSON_False ? cJSON_CreateFalse()
                                              : cJSON_CreateNull();
    }
    return NULL;
}

/* Whether the number is one that JSON allows: no "+", no leading zero, digits around the point. */
static gboolean is_json_number(const char *word)
{
    if (*word == '-')
        word++;
    if (!g_ascii_isdigit(*word) || (word[0] == '0' && g_ascii_isdigit(word[1])))
        return FALSE;
    word += strspn(word, "0123456789");
    return *word != '.' || g_ascii_isdigit(word[1]);
}

static cJSON *read_scalar(Reader *r)
{
    const char *start = r->at;
    while (!at_end(r) && is_bare(*r->at))
        r->at++;
    if (r->at == start)
        return NULL;
    /* A number or word that touches the end may have been longer. */
    if (at_end(r)) {
        r->repairs |= LENIENT_CUT;
        return NULL;
    }
    g_autofree char *word = g_strndup(start, (gsize)(r->at - start));
    gboolean json;
    cJSON *literal = bare_literal(word, &json);
    if (literal != NULL) {
        if (!json)
            r->repairs |= LENIENT_LITERALS;
        return literal;
    }
    char *end = NULL;
    gboolean decimal = strspn(word, "+-.0123456789eE") == strlen(word);
    double number = decimal ? g_ascii_strtod(word, &end) : 0;
    if (!decimal || end == word || *end != '\0' || !isfinite(number))
        return NULL;
    if (!is_json_number(word))
        r->repairs |= LENIENT_LITERALS;
    return cJSON_CreateNumber(number);
}

/* ---- lists and objects ---- */

/* After a member: TRUE when another one follows. *ok is FALSE when neither that nor the end. */
static gboolean next_member(Reader *r, char close, gboolean *ok)
{
    *ok = TRUE;
    skip_space(r);
    if (at_end(r)) {
        r->repairs |= LENIENT_CUT;
        return FALSE;
    }
    if (*r->at == close) {
        r->at++;
        return FALSE;
    }
    if (*r->at == ',') {
        r->at++;
        skip_space(r);
        while (!at_end(r) && *r->at == ',') {
            r->repairs |= LENIENT_TRAILING_COMMA;
            r->at++;
            skip_space(r);
        }
        if (!at_end(r) && *r->at == close) {
            r->repairs |= LENIENT_TRAILING_COMMA;
            r->at++;
            return FALSE;
        }
        if (at_end(r))
            r->repairs |= LENIENT_CUT;
        return !at_end(r);
    }
    if (*r->at == '"' || *r->at == '{' || *r->at == '[') {
        r->repairs |= LENIENT_MISSING_COMMA;
        return TRUE;
    }
    *ok = FALSE;
    return FALSE;
}

static gboolean was_cut(const Reader *r)
{
    return (r->repairs & LENIENT_CUT) != 0;
}

static cJSON *read_list(Reader *r)
{
    g_autoptr(cJSON) list = cJSON_CreateArray();
    r->at++;
    skip_space(r);
    gboolean ok = TRUE, more = at_end(r) || *r->at != ']';
    if (!more)
        r->at++;
    while (more) {
        cJSON *item = read_value(r);
        if (item != NULL)
            cJSON_AddItemToArray(list, item);
        if (was_cut(r))
            return g_steal_pointer(&list);
        if (item == NULL)
            return NULL;
        more = next_member(r, ']', &ok);
    }
    return ok ? g_steal_pointer(&list) : NULL;
}

static char *read_key(Reader *r)
{
    char *key = read_string(r);
    if (key != NULL || was_cut(r))
        return key;
    const char *start = r->at;
    while (!at_end(r) && is_bare(*r->at))
        r->at++;
    if (r->at == start || g_ascii_isdigit(*start))
        return NULL;
    r->repairs |= at_end(r) ? LENIENT_CUT : LENIENT_QUOTES;
    return at_end(r) ? NULL : g_strndup(start, (gsize)(r->at - start));
}

static void put_member(Reader *r, cJSON *object, GHashTable *seen, const char *key, cJSON *value)
{
    cJSON *before = g_hash_table_lookup(seen, key);
    if (before != NULL) {
        r->repairs |= LENIENT_DUPLICATES;
        cJSON_Delete(cJSON_DetachItemViaPointer(object, before));
    }
    g_hash_table_insert(seen, g_strdup(key), value);
    cJSON_AddItemToObject(object, key, value);
}

/* One "key": value. FALSE when it is none; with LENIENT_CUT when the text ended. */
static gboolean read_member(Reader *r, cJSON *object, GHashTable *seen)
{
    g_autofree char *key = read_key(r);
    if (key == NULL)
        return FALSE;
    skip_space(r);
    if (at_end(r))
        r->repairs |= LENIENT_CUT;
    if (at_end(r) || *r->at != ':')
        return FALSE;
    r->at++;
    cJSON *value = read_value(r);
    if (value != NULL)
        put_member(r, object, seen, key, value);
    return value != NULL;
}

static cJSON *read_object(Reader *r)
{
    g_autoptr(cJSON) object = cJSON_CreateObject();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    r->at++;
    skip_space(r);
    gboolean ok = TRUE, more = at_end(r) || *r->at != '}';
    if (!more)
        r->at++;
    else if (at_end(r))
        r->repairs |= LENIENT_CUT;
    while (more && !was_cut(r)) {
        gboolean member = read_member(r, object, seen);
        if (was_cut(r))
            break;
        if (!member)
            return NULL;
        more = next_member(r, '}', &ok);
    }
    return ok ? g_steal_pointer(&object) : NULL;
}

static cJSON *read_value(Reader *r)
{
    skip_space(r);
    if (at_end(r)) {
        r->repairs |= LENIENT_CUT;
        return NULL;
    }
    if (*r->at != '{' && *r->at != '[') {
        const char *before = r->at;
        g_autofree char *text = read_string(r);
        if (text != NULL)
            return cJSON_CreateString(text);
        return r->at == before ? read_scalar(r) : NULL;
    }
    if (r->depth >= DOCKET_MAX_JSON_DEPTH)
        return NULL;
    r->depth++;
    cJSON *value = *r->at == '{' ? read_object(r) : read_list(r);
    r->depth--;
    return value;
}

cJSON *lenient_object(const char *text, gsize length, gsize *used, guint *repairs)
{
    Reader reader = {.at = text, .end = text + length};
    cJSON *object = read_value(&reader);
    *used = (gsize)(reader.at - text);
    *repairs = reader.repairs;
    return object;
}
