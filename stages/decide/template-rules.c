/* Moderation and what follows from it: rules that fire on texts, choices, and the pairs that no
 * field took. */
#include "template-internal.h"

#include <string.h>

/* Longest offending text that is quoted, in characters; schemas cap it too. */
#define QUOTE_CHARS 300

/* ---- rules ---- */

static gboolean text_shouts(const char *text)
{
    guint upper = 0, lower = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        upper += g_unichar_isupper(c);
        lower += g_unichar_islower(c);
    }
    return upper >= 12 && upper > 2 * lower;
}

/* The part of a source that breaks the rule; FALSE when it does not. */
typedef struct {
    gsize from, to;
    GMatchInfo *match; /* NULL unless a pattern matched */
} Breach;

static gboolean in_name(const Source *source, gsize at)
{
    for (guint i = 0; i < source->pieces->len; i++) {
        const Piece *piece = &g_array_index(source->pieces, Piece, i);
        if (at >= piece->at && at < (gsize)piece->at + piece->length)
            return piece->name;
    }
    return FALSE;
}

static gboolean breaks_measure(const Template *t, const RuleSpec *rule, const Source *source)
{
    glong chars = g_utf8_strlen(source->text->str, (gssize)source->text->len);
    ValueNumber n;
    if (rule->shouts && text_shouts(source->text->str))
        return TRUE;
    if ((rule->longer && chars > (glong)rule->longer) ||
        (rule->shorter && chars < (glong)rule->shorter))
        return TRUE;
    if (!rule->has_above && !rule->has_below)
        return FALSE;
    return value_find_money(source->text->str, (gssize)source->text->len, t->decimal, &n) &&
           ((rule->has_above && n.number > rule->above) ||
            (rule->has_below && n.number < rule->below));
}

/* ---- the item of a rule ---- */

static void append_quote(GString *out, const char *text)
{
    const char *end = text + strlen(text);
    if (g_utf8_strlen(text, -1) > QUOTE_CHARS)
        end = g_utf8_offset_to_pointer(text, QUOTE_CHARS);
    g_string_append_len(out, text, end - text);
}

/* "$0", "$1", "$name", "$source" in a string of the item. */
static char *expand(const char *text, const char *quote, const char *source, GMatchInfo *match)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0';) {
        gsize n = 0;
        while (*p == '$' && (g_ascii_isalnum(p[n + 1]) || p[n + 1] == '_'))
            n++;
        if (n == 0) {
            g_string_append_c(out, *p++);
            continue;
        }
        g_autofree char *name = g_strndup(p + 1, n);
        if (strcmp(name, "0") == 0) {
            append_quote(out, quote);
        } else if (strcmp(name, "source") == 0) {
            g_string_append(out, source);
        } else if (match) {
            g_autofree char *group = g_ascii_isdigit(name[0])
                                         ? g_match_info_fetch(match, atoi(name))
                                         : g_match_info_fetch_named(match, name);
            append_quote(out, group ? group : "");
        }
        p += n + 1;
    }
    return g_string_free(out, FALSE);
}

static cJSON *expand_item(const cJSON *item, const char *quote, const char *source,
                          GMatchInfo *match)
{
    if (cJSON_IsString(item)) {
        g_autofree char *text = expand(item->valuestring, quote, source, match);
        return cJSON_CreateString(text);
    }
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
        return cJSON_Duplicate(item, TRUE);
    cJSON *out = cJSON_IsObject(item) ? cJSON_CreateObject() : cJSON_CreateArray();
    const cJSON *child;
    cJSON_ArrayForEach(child, item)
    {
        cJSON *value = expand_item(child, quote, source, match);
        if (cJSON_IsObject(item))
            cJSON_AddItemToObject(out, child->string, value);
        else
            cJSON_AddItemToArray(out, value);
    }
    return out;
}

typedef struct {
    Run *run;
    const FieldSpec *field;
    const RuleSpec *rule;
    cJSON *items;
    guint fired;
} Firing;

/* Evidence goes to the strings of the item that quote the document. */
static void quote_evidence(Firing *f, const cJSON *item, guint index, GArray *runs)
{
    const cJSON *child;
    g_autofree char *base = json_pointer_index(f->field->pointer, (int)index);
    cJSON_ArrayForEach(child, item)
    {
        g_autofree char *pointer = json_pointer_join(base, child->string);
        Field *field = record_field(f->run->record, pointer);
        gboolean quotes = cJSON_IsString(child) && strchr(child->valuestring, '$') != NULL &&
                          strcmp(child->valuestring, "$source") != 0 && runs->len > 0;
        field->grounded = quotes ? GROUNDED_EXACT : GROUNDED_DERIVED;
        field->confidence = 0.9;
        for (guint i = 0; quotes && i < runs->len; i++) {
            WordRun words = g_array_index(runs, WordRun, i);
            field_add_evidence(field, f->run->sheet->reading, words.first, words.n, 1.0);
        }
    }
}

static void fire(Firing *f, const char *name, const Source *source, gsize from, gsize to,
                 GMatchInfo *match)
{
    g_autofree char *quote = g_strndup(source ? source->text->str + from : "", to - from);
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(WordRun));
    guint index = (guint)cJSON_GetArraySize(f->items);
    g_strstrip(quote);
    if (source)
        source_words(source, f->run->sheet, from, to, runs);
    cJSON_AddItemToArray(f->items, expand_item(f->rule->item, quote, name, match));
    quote_evidence(f, f->rule->item, index, runs);
    f->fired++;
    if (f->rule->grade) {
        GPtrArray *grades = g_hash_table_lookup(f->run->grades, f->field->pointer);
        if (!grades) {
            grades = g_ptr_array_new_with_free_func(g_free);
            g_hash_table_insert(f->run->grades, g_strdup(f->field->pointer), grades);
        }
        g_ptr_array_add(grades, g_strdup(f->rule->grade));
    }
}

static gboolean excused(const RuleSpec *rule, const Source *source)
{
    return rule->unless && g_regex_match(rule->unless, source->text->str, 0, NULL);
}

static void fire_matches(Firing *f, const char *name, const Source *source)
{
    g_autoptr(GMatchInfo) match = NULL;
    gboolean more = g_regex_match(f->rule->pattern, source->text->str, 0, &match);
    for (; more && f->fired < f->rule->most; more = g_match_info_next(match, NULL)) {
        int from = 0, to = 0;
        g_match_info_fetch_pos(match, 0, &from, &to);
        if (to > from && !in_name(source, (gsize)from) && !excused(f->rule, source))
            fire(f, name, source, (gsize)from, (gsize)to, match);
    }
}

/* Something that should be there is not: in none of the sources. */
static void fire_missing(Firing *f)
{
    for (guint i = 0; f->rule->in[i]; i++) {
        const Source *source = run_source(f->run, f->rule->in[i]);
        if (!source || source->text->len == 0)
            continue;
        if (!f->rule->pattern || g_regex_match(f->rule->pattern, source->text->str, 0, NULL))
            return;
    }
    fire(f, f->rule->in[0] ? f->rule->in[0] : "", NULL, 0, 0, NULL);
}

cJSON *rules_take(Run *run, const FieldSpec *field)
{
    cJSON *items = cJSON_CreateArray();
    for (guint i = 0; i < field->rules->len; i++) {
        const RuleSpec *rule = g_ptr_array_index(field->rules, i);
        Firing f = {.run = run, .field = field, .rule = rule, .items = items};
        if (rule->missing) {
            fire_missing(&f);
            continue;
        }
        for (guint k = 0; rule->in[k] && f.fired < rule->most; k++) {
            const Source *source = run_source(run, rule->in[k]);
            if (!source || source->text->len == 0)
                continue;
            if (rule->pattern)
                fire_matches(&f, rule->in[k], source);
            else if (breaks_measure(run->template, rule, source) && !excused(rule, source))
                fire(&f, rule->in[k], source, 0, source->text->len, NULL);
        }
    }
    return items;
}

/* ---- choose ---- */

static gboolean has_something(const cJSON *value)
{
    if (cJSON_IsArray(value) || cJSON_IsObject(value))
        return value->child != NULL;
    return value != NULL && !cJSON_IsNull(value) &&
           !(cJSON_IsString(value) && value->valuestring[0] == '\0');
}

static gboolean has_grade(const Run *run, const ChoiceSpec *choice)
{
    const GPtrArray *grades = g_hash_table_lookup(run->grades, choice->pointer);
    for (guint i = 0; grades && i < grades->len; i++)
        if (strcmp(g_ptr_array_index(grades, i), choice->grade) == 0)
            return TRUE;
    return FALSE;
}

static gboolean holds(const Run *run, const ChoiceSpec *choice)
{
    if (!choice->pointer)
        return TRUE;
    const cJSON *value = json_at(run->record->root, choice->pointer);
    if (choice->absent)
        return !has_something(value);
    if (choice->grade)
        return has_grade(run, choice);
    if (choice->match) {
        g_autofree char *text = cJSON_IsString(value) ? g_strdup(value->valuestring)
                                : value               ? json_print(value, FALSE)
                                                      : NULL;
        return text && g_regex_match(choice->match, text, 0, NULL);
    }
    return has_something(value);
}

cJSON *choose_take(Run *run, const FieldSpec *field)
{
    for (guint i = 0; i < field->choices->len; i++) {
        const ChoiceSpec *choice = g_ptr_array_index(field->choices, i);
        if (holds(run, choice))
            return cJSON_Duplicate(choice->value, TRUE);
    }
    return NULL;
}

/* ---- collect ---- */

typedef struct {
    Run *run;
    const FieldSpec *field;
    cJSON *out;
    GHashTable *seen; /* folded names */
} Collecting;

static gboolean is_excepted(const Collecting *c, const char *key)
{
    const CollectSpec *spec = c->field->collect;
    if (key[0] == '\0' || g_hash_table_contains(c->seen, key))
        return TRUE;
    for (guint i = 0; i < spec->except->len; i++)
        if (strcmp(g_ptr_array_index(spec->except, i), key) == 0)
            return TRUE;
    /* A name that is a label of some field is that field's, whether it took the value or not. */
    guint phrase = phrases_find(c->run->template->phrases, key);
    for (guint i = 0; phrase != PHRASES_NONE && i < c->run->template->fields->len; i++) {
        const FieldSpec *field = g_ptr_array_index(c->run->template->fields, i);
        for (guint k = 0; k < field->labels->len; k++)
            if (g_array_index(field->labels, guint, k) == phrase)
                return TRUE;
    }
    return FALSE;
}

static void collect_pair(Collecting *c, const char *name, const char *text, GArray *runs)
{
    const CollectSpec *spec = c->field->collect;
    g_autofree char *key = value_key(name, -1);
    g_autofree char *value = g_strstrip(g_strdup(text));
    g_strdelimit(value, "\n", ' ');
    if (value[0] == '\0' || is_excepted(c, key))
        return;
    g_hash_table_add(c->seen, g_strdup(key));
    g_autofree char *pointer = NULL;
    if (spec->as_object) {
        pointer = json_pointer_join(c->field->pointer, key);
        cJSON_AddStringToObject(c->out, key, value);
    } else {
        g_autofree char *base = json_pointer_index(c->field->pointer, cJSON_GetArraySize(c->out));
        pointer = json_pointer_join(base, spec->value);
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, spec->name, key);
        cJSON_AddStringToObject(item, spec->value, value);
        cJSON_AddItemToArray(c->out, item);
    }
    Field *field = record_field(c->run->record, pointer);
    field->grounded = GROUNDED_EXACT;
    field->confidence = 0.8;
    for (guint i = 0; i < runs->len; i++) {
        WordRun words = g_array_index(runs, WordRun, i);
        field_add_evidence(field, c->run->sheet->reading, words.first, words.n, 1.0);
    }
}

static void collect_pairs(Collecting *c)
{
    const Sheet *sheet = c->run->sheet;
    for (guint i = 0; i < sheet->cells->len; i++) {
        const Cell *cell = sheet_cell(sheet, i);
        if (!cell->pair || cell->column != 0 ||
            g_hash_table_contains(c->run->used, GUINT_TO_POINTER(i)))
            continue;
        Source *source = run_pair_value(c->run, i);
        g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(WordRun));
        source_words(source, sheet, 0, source->text->len, runs);
        collect_pair(c, cell->text, source->text->str, runs);
        source_free(source);
    }
}

static void collect_matches(Collecting *c, const Source *source)
{
    g_autoptr(GMatchInfo) match = NULL;
    gboolean more = g_regex_match(c->field->collect->pattern, source->text->str, 0, &match);
    for (guint n = 0; more && n < 100; n++, more = g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch_named(match, "name");
        g_autofree char *value = g_match_info_fetch_named(match, "value");
        g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(WordRun));
        int from = 0, to = 0;
        if (!name || !value)
            return;
        if (g_match_info_fetch_named_pos(match, "value", &from, &to) && to > from)
            source_words(source, c->run->sheet, (gsize)from, (gsize)to, runs);
        collect_pair(c, name, value, runs);
    }
}

cJSON *collect_take(Run *run, const FieldSpec *field)
{
    const CollectSpec *spec = field->collect;
    Collecting c = {.run = run, .field = field};
    c.out = spec->as_object ? cJSON_CreateObject() : cJSON_CreateArray();
    c.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    collect_pairs(&c);
    for (guint i = 0; spec->pattern && spec->in && spec->in[i]; i++) {
        const Source *source = run_source(run, spec->in[i]);
        if (source)
            collect_matches(&c, source);
    }
    g_hash_table_unref(c.seen);
    if (c.out->child)
        return c.out;
    cJSON_Delete(c.out);
    return NULL;
}
