/* Text to value: one parser's kind, then the template's and the schema's demands on it. */
#include "template-internal.h"

#include <string.h>

#define QUALITY_AMBIGUOUS 0.4 /* of 3/4/2024, when nothing tells which is the day */

typedef struct {
    const char *text; /* the slice */
    gsize length;
    gsize start, end; /* of the value in it */
} Slice;

Found *found_new(void)
{
    Found *found = g_new0(Found, 1);
    found->quality = 1.0;
    found->sure = 1.0;
    found->rank = G_MAXUINT;
    found->runs = g_array_new(FALSE, FALSE, sizeof(WordRun));
    return found;
}

void found_free(Found *found)
{
    if (!found)
        return;
    cJSON_Delete(found->value);
    g_free(found->raw);
    g_array_unref(found->runs);
    g_free(found);
}

/* ---- strings ---- */

static char *letters_changed(char *text, LetterCase letters)
{
    guint upper = 0, lower = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        upper += g_unichar_isupper(g_utf8_get_char(p));
        lower += g_unichar_islower(g_utf8_get_char(p));
    }
    if (letters == CASE_KEEP || (letters == CASE_CALM && (upper < 12 || upper < 2 * lower)))
        return text;
    if (letters == CASE_LOWER || letters == CASE_UPPER) {
        char *out = letters == CASE_LOWER ? g_utf8_strdown(text, -1) : g_utf8_strup(text, -1);
        g_free(text);
        return out;
    }
    /* Title: each word's first letter stays, words with digits (model numbers) and short ones in
     * capitals (TV, USB) stay as they are when the text shouts. */
    GString *out = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (guint i = 0; words[i]; i++) {
        gboolean digit = strpbrk(words[i], "0123456789") != NULL;
        if (i > 0)
            g_string_append_c(out, ' ');
        if (digit || g_utf8_strlen(words[i], -1) <= 3 || words[i][0] == '\0') {
            g_string_append(out, words[i]);
            continue;
        }
        const char *rest = g_utf8_next_char(words[i]);
        g_autofree char *first = g_utf8_strup(words[i], rest - words[i]);
        g_autofree char *low = g_utf8_strdown(rest, -1);
        g_string_append_printf(out, "%s%s", first, low);
    }
    g_free(text);
    return g_string_free(out, FALSE);
}

/* At most `most` characters, cut between words when there is one in the last third. */
static void cut(char *text, guint most)
{
    if (most == 0 || g_utf8_strlen(text, -1) <= (glong)most)
        return;
    char *end = g_utf8_offset_to_pointer(text, most);
    *end = '\0';
    char *space = strrchr(text, ' ');
    if (space != NULL && space > text + (end - text) * 2 / 3)
        *space = '\0';
}

static char *replaced(const ValueSpec *spec, char *text)
{
    for (guint i = 0; spec->replace && i < spec->replace->len; i++) {
        const Replacement *r = &g_array_index(spec->replace, Replacement, i);
        char *next = g_regex_replace(r->regex, text, -1, 0, r->text, 0, NULL);
        if (next) { /* a pattern that gives up on this text leaves it as it is */
            g_free(text);
            text = next;
        }
    }
    return text;
}

/* Is it what the template's match and reject and the schema's pattern allow? */
static gboolean allowed(const ValueSpec *spec, const char *text)
{
    if (spec->match && !g_regex_match(spec->match, text, 0, NULL))
        return FALSE;
    if (spec->reject && g_regex_match(spec->reject, text, 0, NULL))
        return FALSE;
    return !spec->shape || g_regex_match(spec->shape, text, 0, NULL);
}

/* The choice of the schema's enum that the text is, case and punctuation aside; NULL if none. */
static cJSON *choice_for(const ValueSpec *spec, const char *text, gsize length)
{
    g_autofree char *key = value_key(text, (gssize)length);
    for (guint i = 0; key[0] != '\0' && i < spec->choice_keys->len; i++)
        if (strcmp(g_ptr_array_index(spec->choice_keys, i), key) == 0)
            return cJSON_Duplicate(cJSON_GetArrayItem(spec->choices, (int)i), TRUE);
    return NULL;
}

cJSON *value_finish(const ValueSpec *spec, char *given)
{
    g_autofree char *text = letters_changed(replaced(spec, given), spec->letters);
    cut(text, spec->max_length);
    cut(text, spec->max_chars);
    g_strstrip(text);
    if (text[0] == '\0' || !allowed(spec, text))
        return NULL;
    if (spec->choices == NULL)
        return cJSON_CreateString(text);
    return choice_for(spec, text, strlen(text));
}

/* ---- one kind each ---- */

static const Synonym *first_synonym(const ValueSpec *spec, Slice *s);

static cJSON *number_value(const ValueSpec *spec, const char *decimal, double *number)
{
    ValueNumber n;
    g_autofree char *text = replaced(spec, g_strdup(decimal));
    if (!value_parse_number(text, -1, VALUE_DECIMAL_POINT, &n) || n.number < spec->minimum ||
        n.number > spec->maximum)
        return NULL;
    *number = n.number;
    gboolean numeric = spec->types == 0 || (spec->types & (TYPE_NUMBER | TYPE_INTEGER));
    if (spec->types && !(spec->types & TYPE_NUMBER) && (spec->types & TYPE_INTEGER) &&
        n.number != (double)(gint64)CLAMP(n.number, -9e15, 9e15))
        return NULL;
    if (numeric)
        return cJSON_CreateNumber(n.number);
    return allowed(spec, n.decimal) ? cJSON_CreateString(n.decimal) : NULL;
}

/* Of several amounts in one text: those that look like money before bare numbers, then the last
 * ("Total 100.00 19.00 119.00"). */
static gboolean best_amount(const char *text, gsize length, ValueDecimal decimal, ValueNumber *best)
{
    gboolean any = FALSE, money = FALSE;
    ValueNumber n;
    for (gsize at = 0; at < length;) {
        if (!value_find_money(text + at, (gssize)(length - at), decimal, &n))
            break;
        gboolean looks = n.decimals == 2 || n.currency[0] != '\0';
        gsize from = at;
        at += n.end;
        if (any && money && !looks)
            continue;
        n.start += from;
        n.end += from;
        *best = n;
        any = TRUE;
        money = looks;
    }
    return any;
}

static cJSON *take_number(const Template *t, const ValueSpec *spec, Slice *s, gboolean find,
                          Found *found)
{
    ValueNumber n;
    char unit[32];
    gssize length = (gssize)s->length;
    gboolean ok;
    switch (spec->parser) {
    case PARSER_MONEY:
        ok = find ? best_amount(s->text, s->length, t->decimal, &n)
                  : value_parse_money(s->text, length, t->decimal, &n) ||
                        best_amount(s->text, s->length, t->decimal, &n);
        break;
    case PARSER_QUANTITY:
        ok = value_parse_quantity(s->text, length, t->decimal, &n, unit, sizeof(unit)) ||
             value_find_number(s->text, length, t->decimal, &n);
        break;
    case PARSER_INTEGER:
        ok = value_find_number(s->text, length, t->decimal, &n) && n.decimals == 0;
        break;
    default:
        ok = value_find_number(s->text, length, t->decimal, &n);
    }
    if (!ok)
        return NULL;
    s->start = n.start;
    s->end = n.end;
    g_autofree char *written = g_strndup(s->text + n.start, n.end - n.start);
    if ((spec->match && !g_regex_match(spec->match, written, 0, NULL)) ||
        (spec->reject && g_regex_match(spec->reject, written, 0, NULL)))
        return NULL;
    gboolean plain = spec->parser == PARSER_MONEY && n.decimals != 2 && n.currency[0] == '\0';
    found->quality = plain ? 0.3 : 1.0;
    return number_value(spec, n.decimal, &found->number);
}

static cJSON *take_date(const Template *t, const ValueSpec *spec, Slice *s, Found *found)
{
    ValueDate d;
    char iso[9];
    gsize from, to;
    if (!value_find_date(s->text, (gssize)s->length, t->order, &d))
        return NULL;
    s->start = d.start;
    s->end = d.end;
    found->number = d.year * 10000.0 + d.month * 100.0 + d.day;
    found->quality = d.ambiguous && !t->order_known ? QUALITY_AMBIGUOUS : 1.0;
    if (g_strcmp0(spec->format, "date-time") != 0)
        return allowed(spec, d.iso) ? cJSON_CreateString(d.iso) : NULL;
    /* A moment needs a time and a zone; neither is made up. */
    const char *rest = s->text + d.end;
    gsize left = s->length - d.end;
    if (!value_find_time(rest, (gssize)left, iso, &from, &to) || from > 2 || to >= left ||
        strchr("Zz+-", rest[to]) == NULL)
        return NULL;
    gsize zone = rest[to] == 'Z' || rest[to] == 'z' ? 1 : MIN(6, left - to);
    s->end = d.end + to + zone;
    g_autofree char *moment = g_strdup_printf("%sT%s%.*s", d.iso, iso, (int)zone, rest + to);
    return cJSON_CreateString(moment);
}

static cJSON *take_time(const ValueSpec *spec, Slice *s)
{
    char iso[9];
    if (!value_find_time(s->text, (gssize)s->length, iso, &s->start, &s->end))
        return NULL;
    if (!allowed(spec, iso))
        iso[5] = '\0'; /* HH:MM, when the schema wants that */
    return allowed(spec, iso) ? cJSON_CreateString(iso) : NULL;
}

typedef struct {
    const char *code;
    guint votes;
    gsize start, end;
} Vote;

/* The currency that stands most often in a text; on a tie the first. */
static gboolean most_named(const char *text, gsize length, Vote *best)
{
    Vote votes[8];
    guint n = 0;
    gsize start, end;
    for (gsize at = 0; at < length; at += end) {
        const char *code = value_find_currency(text + at, (gssize)(length - at), &start, &end);
        guint i = 0;
        if (code == NULL)
            break;
        while (i < n && strcmp(votes[i].code, code) != 0)
            i++;
        if (i == G_N_ELEMENTS(votes))
            continue;
        if (i == n)
            votes[n++] = (Vote){code, 0, at + start, at + end};
        votes[i].votes++;
    }
    for (guint i = 0; i < n; i++)
        if (i == 0 || votes[i].votes > best->votes)
            *best = votes[i];
    return n > 0;
}

/* A sign that stands in a long text once may be a stain ("5" read as "$"); then the words that the
 * pack takes for the currency decide, if there are any. */
static cJSON *take_currency(const ValueSpec *spec, Slice *s, Found *found)
{
    Vote best = {.code = value_currency(s->text, (gssize)s->length), 2, 0, s->length};
    if (best.code == NULL && !most_named(s->text, s->length, &best))
        best.votes = 0;
    const Synonym *synonym = best.votes < 2 ? first_synonym(spec, s) : NULL;
    if (synonym)
        return cJSON_Duplicate(synonym->value, TRUE);
    s->start = best.start;
    s->end = best.end;
    /* Letters are not made by stains. */
    found->places = best.votes > 0 && g_ascii_isalpha(s->text[s->start]) ? 2 : best.votes;
    return best.votes > 0 && allowed(spec, best.code) ? cJSON_CreateString(best.code) : NULL;
}

static cJSON *take_form(const ValueSpec *spec, Slice *s)
{
    char *text = NULL;
    gssize n = (gssize)s->length;
    switch (spec->parser) {
    case PARSER_EMAIL:
        text = value_find_email(s->text, n, &s->start, &s->end);
        break;
    case PARSER_PHONE:
        text = value_find_phone(s->text, n, &s->start, &s->end);
        break;
    case PARSER_URL:
        text = value_find_url(s->text, n, &s->start, &s->end);
        break;
    case PARSER_IBAN:
        text = value_find_iban(s->text, n, &s->start, &s->end);
        break;
    case PARSER_VAT_ID:
        text = value_find_vat_id(s->text, n, &s->start, &s->end);
        break;
    default:
        text = value_find_identifier(s->text, n, &s->start, &s->end);
    }
    return text ? value_finish(spec, text) : NULL;
}

/* ---- enums ---- */

static cJSON *enum_value(const ValueSpec *spec, const char *text)
{
    const cJSON *choice;
    cJSON_ArrayForEach(choice, spec->choices)
    {
        if (cJSON_IsString(choice) && strcmp(choice->valuestring, text) == 0)
            return cJSON_Duplicate(choice, TRUE);
        if (cJSON_IsNumber(choice) && g_ascii_strtod(text, NULL) == choice->valuedouble)
            return cJSON_Duplicate(choice, TRUE);
    }
    return spec->choices ? NULL : cJSON_CreateString(text);
}

/* The synonym of the template's order that comes first among the phrases in the text; *s says where. */
static guint first_phrase(const ValueSpec *spec, Slice *s)
{
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(Token));
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(PhraseMatch));
    g_autoptr(GStringChunk) strings = g_string_chunk_new(512);
    guint best = G_MAXUINT;
    sheet_tokens(s->text, s->length, strings, tokens);
    phrases_match(spec->words, (const Token *)(void *)tokens->data, tokens->len, FALSE, matches);
    for (guint i = 0; i < matches->len; i++) {
        const PhraseMatch *m = &g_array_index(matches, PhraseMatch, i);
        guint owner = g_array_index(spec->word_owner, guint, m->phrase);
        if (owner >= best)
            continue;
        best = owner;
        s->start = g_array_index(tokens, Token, m->first).start;
        s->end = g_array_index(tokens, Token, m->first + m->n - 1).end;
    }
    return best;
}

static const Synonym *first_synonym(const ValueSpec *spec, Slice *s)
{
    guint best = spec->words ? first_phrase(spec, s) : G_MAXUINT;
    for (guint i = 0; spec->synonyms && i < MIN(best, spec->synonyms->len); i++) {
        const Synonym *synonym = g_ptr_array_index(spec->synonyms, i);
        for (guint k = 0; k < synonym->patterns->len; k++) {
            g_autoptr(GMatchInfo) match = NULL;
            int from = 0, to = 0;
            if (!g_regex_match_full(g_ptr_array_index(synonym->patterns, k), s->text,
                                    (gssize)s->length, 0, 0, &match, NULL))
                continue;
            g_match_info_fetch_pos(match, 0, &from, &to);
            s->start = (gsize)from;
            s->end = (gsize)to;
            return synonym;
        }
    }
    return best == G_MAXUINT ? NULL : g_ptr_array_index(spec->synonyms, best);
}

static cJSON *take_enum(const ValueSpec *spec, Slice *s)
{
    const cJSON *choice;
    ValueNumber n;
    s->start = 0;
    s->end = s->length;
    cJSON *whole = spec->choices ? choice_for(spec, s->text, s->length) : NULL;
    if (whole)
        return whole;
    cJSON_ArrayForEach(choice, spec->choices)
    {
        if (cJSON_IsNumber(choice) &&
            value_parse_number(s->text, (gssize)s->length, VALUE_DECIMAL_ANY, &n) &&
            n.number == choice->valuedouble)
            return cJSON_Duplicate(choice, TRUE);
    }
    const Synonym *synonym = first_synonym(spec, s);
    return synonym ? enum_value(spec, synonym->value->valuestring) : NULL;
}

/* ---- strings ---- */

/* Signs between a label and its value, and dots that lead the eye. */
static void trim(Slice *s)
{
    gsize a = 0, b = s->length;
    while (a < b && (strchr(" :=#*\t|", s->text[a]) != NULL ||
                     (strchr(".-_", s->text[a]) != NULL &&
                      (a + 1 == b || strchr(" .-_:", s->text[a + 1]) != NULL))))
        a++;
    while (b > a && strchr(" \t|:", s->text[b - 1]) != NULL)
        b--;
    s->start = a;
    s->end = b;
}

static cJSON *take_string(const ValueSpec *spec, Slice *s)
{
    trim(s);
    return s->end > s->start ? value_finish(spec, g_strndup(s->text + s->start, s->end - s->start))
                             : NULL;
}

static cJSON *take_boolean(const ValueSpec *spec, Slice *s)
{
    gboolean yes;
    trim(s);
    if (!value_parse_boolean(s->text + s->start, (gssize)(s->end - s->start), &yes))
        return NULL;
    if (spec->types & TYPE_STRING)
        return value_finish(spec, g_strndup(s->text + s->start, s->end - s->start));
    return cJSON_CreateBool(yes);
}

static cJSON *take_kind(const Template *t, const ValueSpec *spec, Slice *s, gboolean find,
                        Found *found)
{
    switch (spec->parser) {
    case PARSER_DATE:
        return take_date(t, spec, s, found);
    case PARSER_TIME:
        return take_time(spec, s);
    case PARSER_MONEY:
    case PARSER_NUMBER:
    case PARSER_INTEGER:
    case PARSER_PERCENT:
    case PARSER_QUANTITY:
        return take_number(t, spec, s, find, found);
    case PARSER_CURRENCY:
        return take_currency(spec, s, found);
    case PARSER_IDENTIFIER:
    case PARSER_EMAIL:
    case PARSER_PHONE:
    case PARSER_URL:
    case PARSER_IBAN:
    case PARSER_VAT_ID:
        return take_form(spec, s);
    case PARSER_BOOLEAN:
        return take_boolean(spec, s);
    case PARSER_ENUM:
        return take_enum(spec, s);
    default:
        return take_string(spec, s);
    }
}

/* The part of the text that the pattern means; FALSE when it does not match. */
static gboolean pattern_part(GRegex *pattern, const char *text, gsize length, gsize *from,
                             gsize *to)
{
    g_autoptr(GMatchInfo) match = NULL;
    int a = -1, b = -1;
    if (!g_regex_match_full(pattern, text, (gssize)length, 0, 0, &match, NULL))
        return FALSE;
    if (!(g_match_info_fetch_named_pos(match, "value", &a, &b) && a >= 0) &&
        !(g_match_info_fetch_pos(match, 1, &a, &b) && a >= 0))
        g_match_info_fetch_pos(match, 0, &a, &b);
    *from = (gsize)MAX(a, 0);
    *to = (gsize)MAX(b, MAX(a, 0));
    return *to > *from;
}

Found *value_take(const Template *t, const ValueSpec *spec, const char *text, gsize length,
                  gboolean find, gsize *start, gsize *end)
{
    gsize from = 0, to = length;
    if (spec->pattern && !pattern_part(spec->pattern, text, length, &from, &to))
        return NULL;
    g_autoptr(Found) found = found_new();
    Slice slice = {.text = text + from, .length = to - from};
    found->value = take_kind(t, spec, &slice, find && !spec->pattern, found);
    if (found->value == NULL)
        return NULL;
    found->raw = g_strndup(slice.text + slice.start, slice.end - slice.start);
    *start = from + slice.start;
    *end = from + slice.end;
    return g_steal_pointer(&found);
}
