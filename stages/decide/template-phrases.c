#include "template-phrases.h"

#include "pipeline/core/values.h"
#include <string.h>

typedef struct {
    char **tokens;
    guint n;
    char *compact; /* without spaces, NULL for one word */
} Phrase;

struct Phrases {
    GPtrArray *phrases;   /* of Phrase; the index is the number */
    GHashTable *by_text;  /* folded text -> number + 1 */
    GHashTable *by_first; /* first token or compact form -> GArray of numbers */
};

static void phrase_free(gpointer data)
{
    Phrase *phrase = data;
    g_strfreev(phrase->tokens);
    g_free(phrase->compact);
    g_free(phrase);
}

Phrases *phrases_new(void)
{
    Phrases *p = g_new0(Phrases, 1);
    p->phrases = g_ptr_array_new_with_free_func(phrase_free);
    p->by_text = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    p->by_first =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    return p;
}

void phrases_free(Phrases *p)
{
    if (!p)
        return;
    g_ptr_array_unref(p->phrases);
    g_hash_table_unref(p->by_text);
    g_hash_table_unref(p->by_first);
    g_free(p);
}

guint phrases_count(const Phrases *p)
{
    return p->phrases->len;
}

static void index_first(Phrases *p, const char *first, guint number)
{
    GArray *numbers = g_hash_table_lookup(p->by_first, first);
    if (!numbers) {
        numbers = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(p->by_first, g_strdup(first), numbers);
    }
    g_array_append_val(numbers, number);
}

static char *without_spaces(char **tokens)
{
    return g_strjoinv("", tokens);
}

guint phrases_add(Phrases *p, const char *text)
{
    g_autofree char *key = value_key(text, -1);
    if (key[0] == '\0')
        return PHRASES_NONE;
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(p->by_text, key));
    if (known > 0)
        return known - 1;
    Phrase *phrase = g_new0(Phrase, 1);
    phrase->tokens = g_strsplit(key, " ", -1);
    phrase->n = g_strv_length(phrase->tokens);
    guint number = p->phrases->len;
    g_ptr_array_add(p->phrases, phrase);
    index_first(p, phrase->tokens[0], number);
    if (phrase->n > 1) {
        phrase->compact = without_spaces(phrase->tokens);
        if (strlen(phrase->compact) >= 6)
            index_first(p, phrase->compact, number);
    }
    g_hash_table_insert(p->by_text, g_steal_pointer(&key), GUINT_TO_POINTER(number + 1));
    return number;
}

guint phrases_find(const Phrases *p, const char *text)
{
    g_autofree char *key = value_key(text, -1);
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(p->by_text, key));
    return known > 0 ? known - 1 : PHRASES_NONE;
}

/* ---- likeness ---- */

/* Letters that OCR takes for each other have one form. */
static char same_form(char c)
{
    switch (c) {
    case '0':
    case 'q':
        return 'o';
    case '1':
    case 'i':
    case '|':
    case '!':
        return 'l';
    case '5':
        return 's';
    case '8':
        return 'b';
    case '6':
        return 'g';
    case '2':
        return 'z';
    default:
        return c;
    }
}

/* Edit distance of two short words, at most `most` + 1. */
static guint distance(const char *a, gsize n, const char *b, gsize m, guint most)
{
    guint row[32];
    for (gsize k = 0; k <= m; k++)
        row[k] = (guint)k;
    for (gsize i = 1; i <= n; i++) {
        guint corner = row[0], least = G_MAXUINT;
        row[0] = (guint)i;
        for (gsize k = 1; k <= m; k++) {
            guint change = corner + (same_form(a[i - 1]) == same_form(b[k - 1]) ? 0 : 1);
            corner = row[k];
            row[k] = MIN(change, MIN(row[k], row[k - 1]) + 1);
            least = MIN(least, row[k]);
        }
        if (least > most)
            return most + 1;
    }
    return row[m];
}

static double likeness(const char *a, const char *b, gboolean fuzzy)
{
    if (strcmp(a, b) == 0)
        return 1.0;
    if (!fuzzy)
        return 0.0;
    gsize n = strlen(a), m = strlen(b);
    gsize longer = MAX(n, m);
    guint most = longer >= 9 ? 2 : longer >= 5 ? 1 : 0;
    if (longer >= 31 || longer < 3 || longer - MIN(n, m) > most)
        return 0.0;
    /* "no" and "n0" yes, "110" and "llo" no: a word of digits is not a label. */
    gboolean letter = FALSE;
    for (gsize i = 0; i < n; i++)
        letter = letter || g_ascii_isalpha(a[i]) || (guchar)a[i] >= 0x80;
    guint d = letter ? distance(a, n, b, m, most) : most + 1;
    return d <= most ? 0.95 - 0.1 * d : 0.0;
}

const char *phrases_nearest(const Phrases *p, const char *key)
{
    const char *best = NULL;
    double most = 0;
    gboolean tie = FALSE;
    if (g_hash_table_contains(p->by_text, key))
        return key;
    for (guint i = 0; i < p->phrases->len; i++) {
        const Phrase *phrase = g_ptr_array_index(p->phrases, i);
        /* Short words have neighbours that are words too ("diner", "dinar"): letters that OCR takes
         * for each other, and no more. */
        double like = phrase->n == 1 ? likeness(key, phrase->tokens[0], TRUE) : 0;
        if (strlen(key) < 7 && like < 0.94)
            continue;
        /* Endings make other words of words ("service", "services"). */
        if (like <= 0 || like < most || g_str_has_prefix(key, phrase->tokens[0]) ||
            g_str_has_prefix(phrase->tokens[0], key))
            continue;
        tie = like == most;
        most = like;
        best = phrase->tokens[0];
    }
    return tie ? NULL : best;
}

static double phrase_at(const Phrase *phrase, const Token *tokens, guint n, gboolean fuzzy,
                        guint *taken)
{
    double least = 1.0;
    guint i = 0;
    for (; i < phrase->n && i < n; i++) {
        double like = likeness(tokens[i].key, phrase->tokens[i], fuzzy);
        if (like <= 0.0)
            break;
        least = MIN(least, like);
    }
    *taken = phrase->n;
    if (i == phrase->n)
        return least;
    *taken = 1;
    double like = phrase->compact ? likeness(tokens[0].key, phrase->compact, fuzzy) : 0.0;
    return like > 0.0 ? like * 0.98 : 0.0;
}

static void match_numbers(const Phrases *p, const GArray *numbers, const Token *tokens, guint first,
                          guint n, gboolean fuzzy, GArray *out)
{
    for (guint i = 0; i < numbers->len; i++) {
        guint number = g_array_index(numbers, guint, i);
        guint taken;
        double like = phrase_at(g_ptr_array_index(p->phrases, number), tokens + first, n - first,
                                fuzzy, &taken);
        if (like > 0.0) {
            PhraseMatch match = {.phrase = number, .first = first, .n = taken, .likeness = like};
            g_array_append_val(out, match);
        }
    }
}

void phrases_match(const Phrases *p, const Token *tokens, guint n, gboolean fuzzy, GArray *out)
{
    for (guint first = 0; first < n; first++) {
        const GArray *exact = g_hash_table_lookup(p->by_first, tokens[first].key);
        if (exact)
            match_numbers(p, exact, tokens, first, n, fuzzy, out);
        if (!fuzzy || exact)
            continue;
        GHashTableIter iter;
        gpointer key, numbers;
        g_hash_table_iter_init(&iter, p->by_first);
        while (g_hash_table_iter_next(&iter, &key, &numbers))
            if (likeness(tokens[first].key, key, TRUE) > 0.0)
                match_numbers(p, numbers, tokens, first, n, TRUE, out);
    }
}

typedef struct {
    gboolean (*better)(guint phrase, gpointer data);
    gpointer data;
} Preference;

static int by_length(gconstpointer a, gconstpointer b, gpointer data)
{
    const PhraseMatch *p = a, *q = b;
    const Preference *prefer = data;
    if (p->n != q->n)
        return p->n > q->n ? -1 : 1;
    if (p->likeness != q->likeness && p->first == q->first)
        return p->likeness > q->likeness ? -1 : 1;
    if (prefer->better) {
        gboolean u = prefer->better(p->phrase, prefer->data);
        gboolean v = prefer->better(q->phrase, prefer->data);
        if (u != v)
            return u ? -1 : 1;
    }
    if (p->first != q->first)
        return p->first < q->first ? -1 : 1;
    return p->phrase < q->phrase ? -1 : p->phrase > q->phrase;
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const PhraseMatch *p = a, *q = b;
    return p->first < q->first ? -1 : p->first > q->first;
}

void phrases_untangle(GArray *matches, gboolean (*better)(guint phrase, gpointer data),
                      gpointer data)
{
    if (matches->len < 2)
        return;
    Preference prefer = {better, data};
    g_array_sort_with_data(matches, by_length, &prefer);
    guint kept = 0;
    for (guint i = 0; i < matches->len; i++) {
        PhraseMatch match = g_array_index(matches, PhraseMatch, i);
        gboolean free_place = TRUE;
        for (guint k = 0; k < kept && free_place; k++) {
            const PhraseMatch *other = &g_array_index(matches, PhraseMatch, k);
            free_place =
                match.first + match.n <= other->first || other->first + other->n <= match.first;
        }
        if (free_place)
            g_array_index(matches, PhraseMatch, kept++) = match;
    }
    g_array_set_size(matches, kept);
    g_array_sort(matches, by_place);
}
