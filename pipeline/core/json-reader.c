/* One pass over a copy of the text: what RFC 8259 refuses is refused where it stands, strings are
 * decoded in place (they never grow), and the tree's nodes lie in document order. The copy ends
 * with NUL bytes, which are legal nowhere in JSON: no loop needs to look for the end. */
#include "json.h"

#include "arena.h"
#include "bytes.h"
#include "error.h"
#include "json-members.h"
#include "json-numeral.h"
#include "limits.h"
#include <limits.h>
#include <string.h>

/* Behind the copy: eight bytes are looked at at once. */
#define PADDING 16u
/* So many keys that may have been there already are looked for along the members, which bounds the
 * work on a text by a constant factor; after that the whole object is sorted once. */
#define FEW_DOUBTS 32u
#define FILTER_WORDS 4u
#define MOST_NODES 16384u /* allocated at once: 1 MB */
#define CACHE_LINE 64u    /* a node fills one on most machines */
#define SHOWN_KEY 60      /* bytes of a key in a message */

typedef struct {
    cJSON *container, *last;
    guint doubts;
    char closing;                 /* '}' or ']'; NUL at level 0, the document */
    guint64 filter[FILTER_WORDS]; /* a bit for each key so far: a bit not set means a new key */
} Level;

struct JsonReader {
    Arena *arena;
    const char *text; /* of the caller, only for places */
    char *copy;
    gsize length;
    cJSON *node, *nodes_end; /* the next one, and the end of those allocated */
    gsize step;              /* how many are allocated at once */
    Level levels[DOCKET_MAX_JSON_DEPTH + 1];
    GError **error;
};

JsonReader *json_reader_new(void)
{
    JsonReader *reader = g_new(JsonReader, 1);
    reader->arena = arena_new(0);
    return reader;
}

void json_reader_free(JsonReader *reader)
{
    if (!reader)
        return;
    arena_free(reader->arena);
    g_free(reader);
}

/* ---- refusals ---- always NULL, so that they can be returned */

static void *fail(JsonReader *r, const char *at, const char *what)
{
    const char *place = r->text + (at - r->copy), *line_start = r->text;
    guint line = 1;
    for (const char *p = r->text; p < place; p++) {
        if (*p == '\n') {
            line++;
            line_start = p + 1;
        }
    }
    g_set_error(r->error, DOCKET_ERROR, DOCKET_ERROR_JSON, "line %u, column %u: %s", line,
                (guint)(place - line_start) + 1, what);
    return NULL;
}

static G_NO_INLINE void *fail_repeated(JsonReader *r, const char *key)
{
    gsize length = strlen(key), shown = length;
    if (length > SHOWN_KEY)
        for (shown = SHOWN_KEY; ((guchar)key[shown] & 0xC0) == 0x80; shown--)
            continue;
    g_autofree char *start = g_strndup(key, shown);
    g_autofree char *safe = bytes_for_terminal(start);
    g_autofree char *what = g_strdup_printf("the key \"%s%s\" stands twice in one object", safe,
                                            shown < length ? "…" : "");
    return fail(r, key - 1, what);
}

/* ---- nodes ---- */

static G_NO_INLINE void more_nodes(JsonReader *r)
{
    char *memory = arena_alloc(r->arena, r->step * sizeof(cJSON) + CACHE_LINE);
    memory += CACHE_LINE - (gsize)memory % CACHE_LINE;
    r->node = (cJSON *)memory;
    r->nodes_end = r->node + r->step;
}

static inline cJSON *new_node(JsonReader *r)
{
    if (G_UNLIKELY(r->node == r->nodes_end))
        more_nodes(r);
    memset(r->node, 0, sizeof *r->node);
    return r->node++;
}

/* As cJSON has it: only the first child's prev leads to the last. */
static inline cJSON *next_sibling(JsonReader *r, Level *level)
{
    cJSON *node = new_node(r);
    node->prev = level->last;
    level->last->next = node;
    return level->last = node;
}

/* ---- bytes ---- */

static inline guint64 load_8(const char *p)
{
    guint64 bytes;
    memcpy(&bytes, p, sizeof bytes);
    return GUINT64_FROM_LE(bytes);
}

/* Indentation is runs of blanks behind a line's end. */
static G_NO_INLINE char *skip_more_space(char *p)
{
    const guint64 blanks = G_GUINT64_CONSTANT(0x2020202020202020);
    for (;; p++) {
        if (*p == '\n')
            while (load_8(p + 1) == blanks)
                p += 8;
        else if (*p != ' ' && *p != '\t' && *p != '\r')
            return p;
    }
}

static inline char *skip_space(char *p)
{
    return G_LIKELY((guchar)*p > ' ') ? p : skip_more_space(p);
}

/* Eight bytes at once: the top bit of each byte that is '"', '\\', a control character or not
 * ASCII. Right up to the first such byte, which is all that is asked; behind it a borrow may lie. */
static inline guint64 special_bytes(guint64 bytes)
{
    const guint64 each = G_GUINT64_CONSTANT(0x0101010101010101);
    guint64 quote_or_control = (bytes ^ each * 0x02) - each * 0x21; /* '"' changes into ' ' */
    guint64 backslash = (bytes ^ each * '\\') - each;
    return (quote_or_control | backslash | bytes) & each * 0x80;
}

static inline guint first_byte(guint64 marked)
{
    return (guint)__builtin_ctzll(marked) / 8;
}

static inline gboolean is_tail(char c)
{
    return ((guchar)c & 0xC0) == 0x80;
}

/* Bytes of the UTF-8 sequence (RFC 3629) that begins with a byte that is not ASCII, or 0. */
static inline guint sequence_length(const char *p)
{
    guchar lead = (guchar)p[0], second = (guchar)p[1];
    if (!is_tail(p[1]))
        return 0;
    if (lead < 0xE0)
        return lead >= 0xC2 ? 2 : 0;
    if (!is_tail(p[2]))
        return 0;
    if (lead < 0xF0)
        return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3;
    if (!is_tail(p[3]) || lead > 0xF4)
        return 0;
    return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? 0 : 4;
}

/* To the first '"', '\\', control character (the end, too) or byte that is not UTF-8. */
static inline char *skip_plain(char *p)
{
    for (;;) {
        guint64 marked = special_bytes(load_8(p));
        if (!marked) {
            p += 8;
            continue;
        }
        p += first_byte(marked);
        if (!((guchar)*p & 0x80))
            return p;
        do {
            guint n = sequence_length(p);
            if (n == 0)
                return p;
            p += n;
        } while ((guchar)*p & 0x80);
    }
}

static gint hex4(const char *p)
{
    gint value = 0;
    for (int i = 0; i < 4; i++) {
        gint digit = g_ascii_xdigit_value(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* p stands at the backslash of \uXXXX. */
static char *decode_unicode(JsonReader *r, char *p, char **out)
{
    gint unit = hex4(p + 2);
    if (unit < 0)
        return fail(r, p, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fail(r, p, "\\u0000 would end the string here: leave the character out");
    if (unit < 0xD800 || unit > 0xDFFF) {
        *out += g_unichar_to_utf8((gunichar)unit, *out);
        return p + 6;
    }
    gint low = p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
    if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
        return fail(r, p,
                    "half of a surrogate pair is no character: write both halves, the high one "
                    "first");
    *out +=
        g_unichar_to_utf8(0x10000u + (((guint)unit & 0x3FF) << 10) + ((guint)low & 0x3FF), *out);
    return p + 12;
}

/* p stands at the backslash; what is decoded is never longer, so *out stays behind p. */
static char *decode_escape(JsonReader *r, char *p, char **out)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (p[1] == 'u')
        return decode_unicode(r, p, out);
    if (p + 1 == r->copy + r->length)
        return fail(r, p, "the string ends inside an escape");
    const char *name = p[1] ? strchr(names, p[1]) : NULL;
    if (!name)
        return fail(r, p, "unknown escape in a string");
    *(*out)++ = meant[name - names];
    return p + 2;
}

/* A string that begins at `begin` and is plain up to p. */
static G_NO_INLINE char *decode_string(JsonReader *r, char *begin, char *p, char **end)
{
    char *out = p;
    while (*p == '\\') {
        p = decode_escape(r, p, &out);
        if (!p)
            return NULL;
        char *run = p;
        p = skip_plain(p);
        memmove(out, run, (gsize)(p - run));
        out += p - run;
    }
    if (*p == '"') {
        *end = out;
        return p + 1;
    }
    if (p == r->copy + r->length)
        return fail(r, begin - 1, "this string is not closed");
    if ((guchar)*p & 0x80)
        return fail(r, p, "the text is not UTF-8");
    return fail(r, p, "control character in a string (write it as an escape)");
}

/* `begin` is behind the opening quote. Returns what is behind the closing one; *end is where the
 * caller puts the NUL. */
static inline char *read_string(JsonReader *r, char *begin, char **end)
{
    char *p = skip_plain(begin);
    if (G_UNLIKELY(*p != '"'))
        return decode_string(r, begin, p, end);
    *end = p;
    return p + 1;
}

/* ---- keys ---- */

/* The sibling before `member` that has its key. */
static G_NO_INLINE gboolean stands_before(const Level *level, const cJSON *member)
{
    const char *key = member->string;
    for (const cJSON *m = level->container->child; m != member; m = m->next)
        if (m->string[0] == key[0] && strcmp(m->string, key) == 0)
            return TRUE;
    return FALSE;
}

/* Equal keys give equal words, and most others different ones; whoever makes keys whose words are
 * equal only makes them be compared. */
static inline guint64 key_word(const char *key, const char *end)
{
    static const guint64 masks[] = {0,          0xff,         0xffff,         0xffffff,
                                    0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
                                    G_MAXUINT64};
    gsize length = (gsize)(end - key);
    return (load_8(key) & masks[MIN(length, 8)]) + length * 31 + (guchar)end[-1];
}

/* TRUE when `member` has the key of one before; as long as that is not looked up too often. */
static inline gboolean is_repeated(Level *level, guint64 word, const cJSON *member)
{
    guint bit = (guint)((word * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15)) >> 56);
    guint64 *filter = &level->filter[bit / 64], noted = *filter;
    *filter |= G_GUINT64_CONSTANT(1) << (bit % 64);
    if (G_LIKELY(*filter != noted))
        return FALSE;
    return ++level->doubts <= FEW_DOUBTS && stands_before(level, member);
}

/* What people write who took another language for JSON, and what to do about it. */
static const struct {
    const char *start, *advice;
} habits[] = {
    {"]", "a comma before it would be one too many"},
    {"}", "a comma before it would be one too many"},
    {"'", "strings stand in double quotes"},
    {"/", "JSON has no comments"},
    {"#", "JSON has no comments"},
    {"NaN", "JSON has no such number: write null"},
    {"nan", "JSON has no such number: write null"},
    {"Inf", "JSON has no such number: write null"},
    {"None", "write null"},
    {"undefined", "write null"},
    {"True", "write true"},
    {"False", "write false"},
    {"+", "a number begins with a digit or '-'"},
    {".", "a number begins with a digit or '-'"},
    {"\xff\xfe", "this is UTF-16: convert it to UTF-8"},
    {"\xfe\xff", "this is UTF-16: convert it to UTF-8"},
};

static G_NO_INLINE void *fail_expected(JsonReader *r, const char *p, const char *what)
{
    if (p == r->copy + r->length)
        return fail(r, p, what);
    for (guint i = 0; i < G_N_ELEMENTS(habits); i++) {
        if (!g_str_has_prefix(p, habits[i].start))
            continue;
        char message[128];
        g_snprintf(message, sizeof message, "%s; %s", what, habits[i].advice);
        return fail(r, p, message);
    }
    return fail(r, p, what);
}

/* "key" : */
static inline char *read_key(JsonReader *r, Level *level, char *p, cJSON *member)
{
    p = skip_space(p);
    if (G_UNLIKELY(*p != '"'))
        return fail_expected(r, p, "expected a key in double quotes");
    char *key = member->string = p + 1, *end;
    p = read_string(r, key, &end);
    if (G_UNLIKELY(!p))
        return NULL;
    /* Before the NUL is put there: a load just behind a store to a part of it waits. */
    guint64 word = key_word(key, end);
    *end = '\0';
    if (G_UNLIKELY(is_repeated(level, word, member)))
        return fail_repeated(r, key);
    p = skip_space(p);
    return G_LIKELY(*p == ':') ? p + 1 : fail(r, p, "expected ':' after the key");
}

/* ---- values ---- */

static inline char *read_number(JsonReader *r, char *p, cJSON *node)
{
    const char *fault = NULL;
    double value = 0;
    const char *end = json_numeral_read(p, &value, &fault);
    if (G_UNLIKELY(fault))
        return fail(r, end, fault);
    node->type = cJSON_Number;
    node->valuedouble = value;
    node->valueint = value >= INT_MAX ? INT_MAX : value <= INT_MIN ? INT_MIN : (int)value;
    return p + (end - p);
}

static char *read_word(JsonReader *r, char *p, cJSON *node)
{
    if (memcmp(p, "true", 4) == 0) {
        node->type = cJSON_True;
        node->valueint = 1;
        return p + 4;
    }
    if (memcmp(p, "false", 5) == 0) {
        node->type = cJSON_False;
        return p + 5;
    }
    if (memcmp(p, "null", 4) == 0) {
        node->type = cJSON_NULL;
        return p + 4;
    }
    return fail_expected(r, p,
                         p == r->copy + r->length ? "the text ends where a value should stand"
                                                  : "expected a value");
}

static inline char *read_scalar(JsonReader *r, char *p, cJSON *node)
{
    if (*p == '"') {
        char *end;
        node->type = cJSON_String;
        node->valuestring = p + 1;
        p = read_string(r, p + 1, &end);
        if (G_LIKELY(p))
            *end = '\0';
        return p;
    }
    if (*p == '-' || (guchar)(*p - '0') < 10)
        return read_number(r, p, node);
    return read_word(r, p, node);
}

/* p stands at '{' or '['. Unless it is empty, its level becomes *level. */
static inline char *open_container(JsonReader *r, char *p, cJSON *container, Level **level)
{
    char closing = *p == '{' ? '}' : ']';
    if (G_UNLIKELY(*level == r->levels + DOCKET_MAX_JSON_DEPTH))
        return fail(r, p,
                    "nested too deeply: more than " G_STRINGIFY(DOCKET_MAX_JSON_DEPTH) " levels");
    container->type = closing == '}' ? cJSON_Object : cJSON_Array;
    p = skip_space(p + 1);
    if (*p == closing)
        return p + 1;
    container->child = new_node(r);
    *++*level = (Level){.container = container, .last = container->child, .closing = closing};
    return p;
}

static G_NO_INLINE void *fail_after_value(JsonReader *r, const char *p, char closing)
{
    if (p == r->copy + r->length)
        return fail(r, p,
                    closing == '}' ? "this object is not closed" : "this array is not closed");
    return fail(r, p, closing == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
}

/* After a value: closes what ends here and goes behind the ','. */
static inline char *after_value(JsonReader *r, char *p, Level **level)
{
    while (*level != r->levels) {
        Level *open = *level;
        p = skip_space(p);
        if (*p == ',')
            return p + 1;
        if (G_UNLIKELY(*p != open->closing))
            return fail_after_value(r, p, open->closing);
        if (G_UNLIKELY(open->doubts > FEW_DOUBTS)) {
            const cJSON *repeated = json_members_repeated(open->container);
            if (repeated)
                return fail_repeated(r, repeated->string);
        }
        open->container->child->prev = open->last;
        --*level;
        p++;
    }
    return p;
}

static const cJSON *read_tree(JsonReader *r)
{
    cJSON *root = new_node(r), *node = root;
    char *p = r->copy;
    Level *level = r->levels;
    level->closing = '\0';
    do {
        if (level->closing == '}' && !(p = read_key(r, level, p, node)))
            return NULL;
        p = skip_space(p);
        if (*p == '{' || *p == '[') {
            Level *outer = level;
            p = open_container(r, p, node, &level);
            if (level != outer) {
                node = level->last;
                continue;
            }
        } else {
            p = read_scalar(r, p, node);
        }
        if (G_UNLIKELY(!p) || !(p = after_value(r, p, &level)))
            return NULL;
        if (level != r->levels)
            node = next_sibling(r, level);
    } while (level != r->levels);
    p = skip_space(p);
    return p == r->copy + r->length ? root : fail(r, p, "text after the end of the value");
}

const cJSON *json_reader_parse(JsonReader *reader, const char *text, gsize length, GError **error)
{
    JsonReader *r = reader;
    arena_reset(r->arena);
    r->text = text;
    r->error = error;
    r->copy = NULL;
    if (length > DOCKET_MAX_JSON_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON, "longer than %u MB of JSON",
                    DOCKET_MAX_JSON_BYTES >> 20);
        return NULL;
    }
    r->length = length;
    r->copy = arena_alloc(r->arena, length + PADDING);
    if (length > 0)
        memcpy(r->copy, text, length);
    memset(r->copy + length, 0, PADDING);
    r->step = MIN(length / 16 + 4, MOST_NODES);
    more_nodes(r);
    if (memcmp(r->copy, "\xEF\xBB\xBF", 3) == 0)
        return fail(r, r->copy,
                    "a byte order mark does not belong here (save the text without it)");
    return read_tree(r);
}
