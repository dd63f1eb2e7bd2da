/* Which word was probably meant: a small edit distance, after what writers vary anyway. */
#include "stages/check/schema/phrase.h"

#include <string.h>

#define MAX_WORD 48u        /* characters; longer words are not compared */
#define MAX_CANDIDATES 500u /* words that one is compared with */

/* Lower case without spaces, - and _; 0 when the word is too long or has nothing left. */
static guint fold(const char *word, gunichar *folded)
{
    guint count = 0;
    for (; *word != '\0'; word = g_utf8_next_char(word)) {
        gunichar c = g_utf8_get_char_validated(word, -1);
        if (c >= (gunichar)-2 || count == MAX_WORD)
            return 0;
        if (c != ' ' && c != '-' && c != '_')
            folded[count++] = g_unichar_tolower(c);
    }
    return count;
}

static guint least(guint a, guint b, guint c)
{
    return MIN(MIN(a, b), c);
}

/* Insertions, deletions, replacements, and two neighbours that change places. */
static guint edits(const gunichar *a, guint a_length, const gunichar *b, guint b_length)
{
    guint rows[3][MAX_WORD + 1];
    guint *before = rows[0], *above = rows[1], *row = rows[2];
    for (guint k = 0; k <= b_length; k++)
        above[k] = k;
    for (guint i = 1; i <= a_length; i++) {
        row[0] = i;
        for (guint k = 1; k <= b_length; k++) {
            row[k] = least(above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = MIN(row[k], before[k - 2] + 1);
        }
        guint *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b_length];
}

guint phrase_distance(const char *a, const char *b)
{
    gunichar x[MAX_WORD], y[MAX_WORD];
    const guint x_length = fold(a, x), y_length = fold(b, y);
    if (x_length == 0 || y_length == 0)
        return G_MAXUINT;
    /* One edit in a short word makes it another word; a third of a long one still shows it. */
    const guint most = MIN(MIN(x_length, y_length) / 3, 3);
    const guint apart = x_length > y_length ? x_length - y_length : y_length - x_length;
    const guint distance = apart > most ? G_MAXUINT : edits(x, x_length, y, y_length);
    return distance <= most ? distance : G_MAXUINT;
}

const char *phrase_nearest_name(const char *word, const GPtrArray *names)
{
    const char *nearest = NULL;
    guint best = G_MAXUINT;
    for (guint i = 0; i < names->len && i < MAX_CANDIDATES; i++) {
        const guint distance = phrase_distance(word, g_ptr_array_index(names, i));
        if (distance < best) {
            best = distance;
            nearest = g_ptr_array_index(names, i);
        }
    }
    return nearest;
}

/* The text of a number, true, false, null or string; NULL for what has no short one. */
static char *scalar_text(const cJSON *value)
{
    if (cJSON_IsArray(value) || cJSON_IsObject(value))
        return NULL;
    return cJSON_IsString(value) ? g_strdup(value->valuestring) : phrase_value(value);
}

const cJSON *phrase_nearest_value(const cJSON *value, const cJSON *list)
{
    g_autofree char *word = scalar_text(value);
    const cJSON *nearest = NULL, *candidate;
    guint best = G_MAXUINT, compared = 0;
    cJSON_ArrayForEach(candidate, list)
    {
        if (word == NULL || ++compared > MAX_CANDIDATES)
            break;
        g_autofree char *text = scalar_text(candidate);
        /* Numbers are near by value, not by digits: only the same text in another type counts. */
        const gboolean words = cJSON_IsString(value) && cJSON_IsString(candidate);
        guint distance = G_MAXUINT;
        if (text != NULL && words)
            distance = phrase_distance(word, text);
        else if (text != NULL && strcmp(word, text) == 0)
            distance = 0;
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}
