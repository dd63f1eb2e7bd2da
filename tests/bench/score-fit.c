/* How many values of a record still stand in a text that was made to fit, beside the head and the tail
 * of the whole text at the same length. Usage: score-fit WHOLE FITTED RECORD.json
 * Prints: values that the whole text shows, of them in the fitted one, of them in head and tail. */
#include <stdio.h>
#include <string.h>

#include "pipeline/core/json.h"
#include "pipeline/core/record.h"
#include "pipeline/core/values.h"

#define LEAST_LETTERS 4u /* of a text that says something by standing there */

/* What a text says: all of it as one key, and the numbers and dates in it. */
typedef struct {
    char *key;
    GHashTable *numbers, *dates;
} Said;

static char *plain(const char *decimal)
{
    char *out = g_strdup(decimal[0] == '-' ? decimal + 1 : decimal);
    if (strchr(out, '.')) {
        gsize length = strlen(out);
        while (out[length - 1] == '0')
            out[--length] = '\0';
        if (out[length - 1] == '.')
            out[length - 1] = '\0';
    }
    return out;
}

static Said said(const char *text)
{
    Said s = {.numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
              .dates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_autofree char *key = value_key(text, -1);
    s.key = g_strdup_printf(" %s ", key);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        gsize length = strlen(lines[i]);
        ValueNumber number;
        ValueDate date;
        for (gsize at = 0; at < length && value_find_number(lines[i] + at, (gssize)(length - at),
                                                            VALUE_DECIMAL_ANY, &number);
             at += MAX(number.end, 1))
            g_hash_table_add(s.numbers, plain(number.decimal));
        for (gsize at = 0; at < length && value_find_date(lines[i] + at, (gssize)(length - at),
                                                          VALUE_ORDER_DMY, &date);
             at += MAX(date.end, 1))
            g_hash_table_add(s.dates, g_strdup(date.iso));
    }
    return s;
}

static gboolean says(const Said *s, const cJSON *value)
{
    ValueDate date;
    if (cJSON_IsNumber(value)) {
        g_autofree char *text = json_print(value, FALSE);
        g_autofree char *decimal = plain(text);
        return g_hash_table_contains(s->numbers, decimal);
    }
    if (!cJSON_IsString(value))
        return FALSE;
    if (value_parse_date(value->valuestring, -1, VALUE_ORDER_YMD, &date))
        return g_hash_table_contains(s->dates, date.iso);
    g_autofree char *key = value_key(value->valuestring, -1);
    g_autofree char *wanted = g_strdup_printf(" %s ", key);
    return strlen(key) >= LEAST_LETTERS && strstr(s->key, wanted);
}

/* Whole lines, two thirds from the beginning and one from the end, as long as `length` together. */
static char *head_and_tail(const char *text, gsize length)
{
    gsize whole = strlen(text), head = MIN(whole, length * 2 / 3), tail = MIN(whole, length / 3);
    while (head > 0 && text[head - 1] != '\n')
        head--;
    gsize from = MAX(whole - tail, head);
    while (from < whole && from > 0 && text[from - 1] != '\n')
        from++;
    g_autofree char *first = g_strndup(text, head);
    return g_strconcat(first, "\n", text + from, NULL);
}

typedef struct {
    Said whole, fitted, ends;
    GHashTable *counted; /* values, once each */
    guint shown, in_fitted, in_ends;
} Score;

static void score_leaf(const char *pointer, cJSON *value, gpointer data)
{
    Score *score = data;
    g_autofree char *text = json_print(value, FALSE);
    if (!says(&score->whole, value) || !g_hash_table_add(score->counted, g_steal_pointer(&text)))
        return;
    score->shown++;
    score->in_fitted += says(&score->fitted, value);
    score->in_ends += says(&score->ends, value);
}

int main(int argc, char **argv)
{
    g_autofree char *whole = NULL, *fitted = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) record = argc == 4 ? json_load(argv[3], &error) : NULL;
    if (!record || !g_file_get_contents(argv[1], &whole, NULL, &error) ||
        !g_file_get_contents(argv[2], &fitted, NULL, &error)) {
        fprintf(stderr, "score-fit: %s\n", error ? error->message : "WHOLE FITTED RECORD.json");
        return 2;
    }
    g_autofree char *ends = head_and_tail(whole, strlen(fitted));
    Score score = {said(whole), said(fitted), said(ends),
                   g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    record_each_leaf(record, score_leaf, &score);
    printf("%u %u %u\n", score.shown, score.in_fitted, score.in_ends);
    return 0;
}
