#include "html-jsonld.h"

#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"

#include <string.h>

#define MAX_VALUES 1000   /* in one script */
#define LONGEST_NUMBER 60 /* characters */

typedef struct {
    const char *text;
    gsize at, length;
    GString *out;
    char closers[DOCKET_MAX_JSON_DEPTH]; /* of the brackets that are open */
    guint depth;
    gboolean valued[DOCKET_MAX_JSON_DEPTH]; /* the open object's last name has its colon */
    gboolean done;
} Repair;

static char peek(const Repair *r, gsize ahead)
{
    return r->at + ahead < r->length ? r->text[r->at + ahead] : '\0';
}

static gboolean stands(const Repair *r, const char *what)
{
    gsize n = strlen(what);
    return r->length - r->at >= n && memcmp(r->text + r->at, what, n) == 0;
}

static void skip_to(Repair *r, const char *end, gsize after)
{
    const char *found = g_strstr_len(r->text + r->at, (gssize)(r->length - r->at), end);
    r->at = found ? (gsize)(found - r->text) + after : r->length;
}

/* "//<![CDATA[" is no comment on the rest of its line. */
static gboolean hides_mark(const Repair *r)
{
    Repair after = *r;
    after.at += 2;
    while (g_ascii_isspace(peek(&after, 0)) && peek(&after, 0) != '\n')
        after.at++;
    return stands(&after, "<![CDATA[") || stands(&after, "]]>") || stands(&after, "<!--");
}

/* White space, comments, and the marks that hide a script from something. */
static void skip_space(Repair *r)
{
    while (r->at < r->length) {
        if (g_ascii_isspace(r->text[r->at]) || r->text[r->at] == ';')
            r->at++;
        else if (stands(r, "//") && hides_mark(r))
            r->at += 2;
        else if (stands(r, "//"))
            skip_to(r, "\n", 1);
        else if (stands(r, "/*"))
            skip_to(r, "*/", 2);
        else if (stands(r, "<!--"))
            r->at += 4;
        else if (stands(r, "-->"))
            r->at += 3;
        else if (stands(r, "<![CDATA["))
            r->at += 9;
        else if (stands(r, "]]>"))
            r->at += 3;
        else
            return;
    }
}

/* What was written last decides which commas are missing, and which are too many. */
static char last(const Repair *r)
{
    return r->out->len ? r->out->str[r->out->len - 1] : '\0';
}

static gboolean in_object(const Repair *r)
{
    return r->depth > 0 && r->closers[r->depth - 1] == '}';
}

/* Whether what begins now is a name. */
static gboolean wants_name(const Repair *r)
{
    return in_object(r) && !r->valued[r->depth - 1];
}

/* The member or item before is complete; a name without a value gets one. */
static void end_member(Repair *r)
{
    if (last(r) == ':')
        g_string_append(r->out, "null");
    else if (wants_name(r) && last(r) == '"')
        g_string_append(r->out, ":null");
}

static void add_comma(Repair *r)
{
    end_member(r);
    g_string_append_c(r->out, ',');
    if (r->depth)
        r->valued[r->depth - 1] = FALSE;
}

/* A value or name begins: where another stands before it, a comma is missing. */
static void begin_value(Repair *r)
{
    char before = last(r);
    if (before && !strchr("{[,:", before))
        add_comma(r);
}

static void close_bracket(Repair *r)
{
    if (last(r) == ',')
        g_string_truncate(r->out, r->out->len - 1);
    else
        end_member(r);
    g_string_append_c(r->out, r->closers[--r->depth]);
    r->done = r->depth == 0;
}

/* ---- strings ---- */

static gboolean closes(const Repair *r, char quote)
{
    gsize at = r->at + 1;
    gboolean newline = FALSE;
    for (; at < r->length && g_ascii_isspace(r->text[at]); at++)
        newline |= r->text[at] == '\n';
    if (at >= r->length)
        return TRUE;
    char next = r->text[at];
    if (quote == '\'') /* an apostrophe stands between letters */
        return strchr(",:}]/", next) != NULL;
    return strchr(",:}]", next) || (newline && strchr("\"'/<", next)) ||
           (next == '/' && at + 1 < r->length && strchr("/*", r->text[at + 1]));
}

static guint hex4(const Repair *r, gsize ahead)
{
    guint value = 0;
    for (gsize i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(peek(r, ahead + i));
        if (digit < 0)
            return G_MAXUINT;
        value = value * 16 + (guint)digit;
    }
    return value;
}

static void copy_unicode(Repair *r)
{
    guint unit = hex4(r, 2);
    gboolean pair = unit >= 0xd800 && unit < 0xdc00 && peek(r, 6) == '\\' && peek(r, 7) == 'u' &&
                    hex4(r, 8) >= 0xdc00 && hex4(r, 8) < 0xe000;
    if (unit == G_MAXUINT) {
        g_string_append(r->out, "\\\\");
        r->at += 1;
    } else if (unit == 0 || (unit >= 0xd800 && unit < 0xe000 && !pair)) {
        g_string_append(r->out, "\\ufffd");
        r->at += 6;
    } else {
        g_string_append_len(r->out, r->text + r->at, pair ? 12 : 6);
        r->at += pair ? 12 : 6;
    }
}

static void copy_escape(Repair *r)
{
    char next = peek(r, 1);
    if (next == 'u') {
        copy_unicode(r);
    } else if (next && strchr("\"\\/bfnrt", next)) {
        g_string_append_len(r->out, r->text + r->at, 2);
        r->at += 2;
    } else if (next == '\'' || next == '\n') {
        r->at += 1; /* what it is without the backslash */
    } else {
        g_string_append(r->out, "\\\\");
        r->at += 1;
    }
}

static void copy_string(Repair *r)
{
    char quote = r->text[r->at++];
    g_string_append_c(r->out, '"');
    while (r->at < r->length) {
        char c = r->text[r->at];
        if (c == '\\') {
            copy_escape(r);
            continue;
        }
        if (c == quote && closes(r, quote)) {
            r->at++;
            break;
        }
        if (c == '"')
            g_string_append(r->out, "\\\"");
        else if ((guchar)c < 0x20)
            g_string_append_printf(r->out, "\\u%04x", (guint)(guchar)c);
        else
            g_string_append_c(r->out, c);
        r->at++;
    }
    g_string_append_c(r->out, '"');
}

/* ---- all else ---- */

static const char *skip_digits(const char *p)
{
    while (g_ascii_isdigit(*p))
        p++;
    return p;
}

/* A number as JSON writes it; longer ones than anybody needs are kept as text. */
static gboolean is_number(const char *word)
{
    const char *p = word + (*word == '-'), *end = *p == '0' ? p + 1 : skip_digits(p);
    if (end == p || strlen(word) > LONGEST_NUMBER)
        return FALSE;
    if (*end == '.') {
        p = end + 1;
        end = skip_digits(p);
        if (end == p)
            return FALSE;
    }
    if (*end == 'e' || *end == 'E') {
        p = end + 1 + (end[1] == '-' || end[1] == '+');
        end = skip_digits(p);
        if (end == p)
            return FALSE;
    }
    return *end == '\0';
}

/* true, null, 12, and names that should be quoted. */
static void copy_word(Repair *r)
{
    gsize start = r->at;
    while (r->at < r->length && !g_ascii_isspace(r->text[r->at]) &&
           !strchr(",:{}[]\"'/;", r->text[r->at]))
        r->at++;
    if (r->at == start) { /* a character that begins nothing */
        r->at++;
        return;
    }
    g_autofree char *word = g_strndup(r->text + start, r->at - start);
    static const char *const known[] = {"true", "false", "null", NULL};
    static const char *const nothing[] = {"undefined", "NaN", "Infinity", "-Infinity", NULL};
    begin_value(r);
    gboolean name = wants_name(r);
    if (!name && g_strv_contains(nothing, word)) {
        g_string_append(r->out, "null");
    } else if (!name && (g_strv_contains(known, word) || is_number(word))) {
        g_string_append(r->out, word);
    } else {
        g_autoptr(cJSON) quoted = cJSON_CreateString(word);
        g_autofree char *printed = json_print(quoted, FALSE);
        g_string_append(r->out, printed);
    }
}

static void copy_mark(Repair *r, char c)
{
    r->at++;
    if (c == '{' || c == '[') {
        begin_value(r);
        if (wants_name(r)) {
            g_string_append(r->out, "\"\":");
            r->valued[r->depth - 1] = TRUE;
        }
        g_string_append_c(r->out, c);
        r->closers[r->depth] = c == '{' ? '}' : ']';
        r->valued[r->depth++] = FALSE;
    } else if (c == '}' || c == ']') {
        /* The other kind: what stands open inside was not closed. */
        if (memchr(r->closers, c, r->depth))
            while (r->closers[r->depth - 1] != c)
                close_bracket(r);
        if (r->depth && r->closers[r->depth - 1] == c)
            close_bracket(r);
    } else if (c == ':') {
        if (last(r) == '"' && wants_name(r)) {
            g_string_append_c(r->out, c);
            r->valued[r->depth - 1] = TRUE;
        }
    } else if (!strchr("{[,", last(r))) {
        add_comma(r);
    }
}

char *html_jsonld_repair(const char *text, gsize length, gsize *at)
{
    Repair r = {.text = text, .at = *at, .length = length};
    for (skip_space(&r); r.at < length && text[r.at] != '{' && text[r.at] != '['; skip_space(&r))
        r.at++;
    *at = length;
    if (r.at >= length)
        return NULL;
    r.out = g_string_new(NULL);
    while (!r.done) {
        skip_space(&r);
        if (r.at >= r.length)
            break;
        char c = r.text[r.at];
        if (strchr("{[", c) && r.depth == DOCKET_MAX_JSON_DEPTH)
            break;
        if (c == '"' || c == '\'') {
            begin_value(&r);
            copy_string(&r);
        } else if (c && strchr("{}[],:", c)) {
            copy_mark(&r, c);
        } else {
            copy_word(&r);
        }
    }
    while (r.depth)
        close_bracket(&r);
    *at = r.at;
    return g_string_free(r.out, FALSE);
}

/* The whole script was escaped as if it were text of the page. */
static char *unescape(const char *script)
{
    static const struct {
        const char *name, *text;
    } entities[] = {{"&quot;", "\""}, {"&#34;", "\""}, {"&#39;", "'"},
                    {"&lt;", "<"},    {"&gt;", ">"},   {"&amp;", "&"}};
    GString *out = g_string_new(script);
    for (gsize i = 0; i < G_N_ELEMENTS(entities); i++)
        g_string_replace(out, entities[i].name, entities[i].text, 0);
    return g_string_free(out, FALSE);
}

static void parse_all(const char *script, cJSON *values, guint *broken)
{
    gsize length = strlen(script), at = 0;
    for (guint n = 0; n < MAX_VALUES; n++) {
        g_autofree char *json = html_jsonld_repair(script, length, &at);
        if (!json)
            return;
        cJSON *value = cJSON_Parse(json); /* names that come twice are no reason to refuse it */
        if (value)
            cJSON_AddItemToArray(values, value);
        else
            (*broken)++;
    }
}

cJSON *html_jsonld_parse(const char *script, guint *broken)
{
    cJSON *values = cJSON_CreateArray();
    if (strstr(script, "{&quot;") || strstr(script, "{ &quot;") || strstr(script, "{\n&quot;")) {
        g_autofree char *plain = unescape(script);
        parse_all(plain, values, broken);
    } else {
        parse_all(script, values, broken);
    }
    return values;
}
