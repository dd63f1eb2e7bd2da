#include "tools/llm-sim/spoil.h"

#include <math.h>
#include <string.h>

#include "tools/llm-sim/draw.h"

#define GIANT_BYTES (20u << 20)

/* ---- which values ---- */

typedef struct {
    gint64 seed;
    const char *subject;
    GHashTable *wrong;
} Spoiler;

/* Scalars of the record that may be made wrong, in order. */
static void collect(cJSON *value, GPtrArray *found)
{
    for (cJSON *each = value->child; each; each = each->next) {
        if (cJSON_IsString(each) || cJSON_IsNumber(each))
            g_ptr_array_add(found, each);
        else
            collect(each, found);
    }
}

static gboolean has_digits(const cJSON *value)
{
    if (cJSON_IsNumber(value))
        return fabs(value->valuedouble) >= 10;
    guint digits = 0;
    for (const char *p = value->valuestring; *p; p++)
        digits += g_ascii_isdigit(*p) != 0;
    return digits >= 2;
}

/* A scalar to make wrong, or NULL. */
static cJSON *choose(const Spoiler *spoiler, cJSON *record, const char *purpose,
                     gboolean (*fits)(const cJSON *))
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    collect(record, found);
    for (guint i = found->len; i-- > 0;)
        if (fits && !fits(found->pdata[i]))
            g_ptr_array_remove_index(found, i);
    if (!found->len)
        return NULL;
    return found->pdata[draw_index(spoiler->seed, purpose, spoiler->subject, found->len)];
}

/* ---- wrong values ---- */

/* Swaps the first two neighbouring digits that differ; else counts the last one up. */
static void swap_digits(char *text)
{
    char *last = NULL;
    for (char *p = text; *p; p++) {
        if (!g_ascii_isdigit(*p))
            continue;
        if (last && p == last + 1 && *last != *p && (*p != '0' || last != text)) {
            char digit = *last;
            *last = *p;
            *p = digit;
            return;
        }
        last = p;
    }
    if (last)
        *last = *last == '9' ? '1' : (char)(*last + 1);
}

static void wrong_digits(const Spoiler *spoiler, cJSON *record)
{
    cJSON *value = choose(spoiler, record, "digits", has_digits);
    if (!value)
        return;
    if (cJSON_IsString(value)) {
        swap_digits(value->valuestring);
    } else {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(text, sizeof text, "%.15g", value->valuedouble);
        swap_digits(text);
        cJSON_SetNumberValue(value, g_ascii_strtod(text, NULL));
    }
    g_hash_table_add(spoiler->wrong, value);
}

/* Two values of the same kind change places. */
static void wrong_neighbour(const Spoiler *spoiler, cJSON *record)
{
    cJSON *value = choose(spoiler, record, "neighbour", NULL);
    if (!value)
        return;
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    collect(record, found);
    for (guint i = 0; i < found->len; i++) {
        cJSON *other = found->pdata[i];
        if ((other->type & 0xff) != (value->type & 0xff) || cJSON_Compare(other, value, TRUE))
            continue;
        if (cJSON_IsNumber(value))
            cJSON_SetNumberValue(value, other->valuedouble);
        else
            cJSON_SetValuestring(value, other->valuestring);
        g_hash_table_add(spoiler->wrong, value);
        return;
    }
}

static void wrong_invented(const Spoiler *spoiler, cJSON *record)
{
    static const char *const words[] = {"Meridian Holdings", "Quillon", "Larkspur Street 9",
                                        "Zephyr"};
    cJSON *value = choose(spoiler, record, "invented", NULL);
    if (!value)
        return;
    guint word = draw_index(spoiler->seed, "word", spoiler->subject, G_N_ELEMENTS(words));
    if (cJSON_IsNumber(value)) {
        cJSON_SetNumberValue(value, round(draw(spoiler->seed, "number", spoiler->subject) * 1e5));
    } else {
        cJSON_SetValuestring(value, words[word]);
    }
    g_hash_table_add(spoiler->wrong, value);
}

/* ---- wrong shapes ---- */

static void wrong_types(const Spoiler *spoiler, cJSON *record)
{
    for (cJSON *each = record->child; each;) {
        cJSON *next = each->next, *wrong = NULL;
        if (cJSON_IsNumber(each) || cJSON_IsNull(each)) {
            wrong = cJSON_CreateString("about seven");
        } else if (cJSON_IsString(each)) {
            wrong = cJSON_CreateArray();
            cJSON_AddItemToArray(wrong, cJSON_CreateNumber(7));
        }
        if (wrong) {
            g_autofree char *key = g_strdup(each->string);
            g_hash_table_remove(spoiler->wrong, each); /* goes away */
            cJSON_ReplaceItemInObjectCaseSensitive(record, key, wrong);
        }
        each = next;
    }
}

void spoil_record(cJSON *record, FaultSet faults, gint64 seed, const char *subject,
                  GHashTable *wrong)
{
    Spoiler spoiler = {seed, subject, wrong};
    if (!cJSON_IsObject(record))
        return;
    if (faults_have(faults, FAULT_WRONG_DIGITS))
        wrong_digits(&spoiler, record);
    if (faults_have(faults, FAULT_WRONG_NEIGHBOUR))
        wrong_neighbour(&spoiler, record);
    if (faults_have(faults, FAULT_WRONG_INVENTED))
        wrong_invented(&spoiler, record);
    if (faults_have(faults, FAULT_WRONG_TYPES))
        wrong_types(&spoiler, record);
    if (faults_have(faults, FAULT_EXTRA_KEYS))
        cJSON_AddStringToObject(record, "remark", "This is a fine document.");
}

/* ---- texts ---- */

static char *wrap(char *text, const char *before, const char *after)
{
    char *wrapped = g_strconcat(before, text, after, NULL);
    g_free(text);
    return wrapped;
}

char *spoil_text(char *text, FaultSet faults)
{
    if (faults_have(faults, FAULT_GIANT)) {
        g_free(text);
        return g_strnfill(GIANT_BYTES, 'x');
    }
    if (faults_have(faults, FAULT_EMPTY)) {
        g_free(text);
        return g_strdup("");
    }
    if (faults_have(faults, FAULT_BROKEN_JSON)) {
        char *half = g_utf8_substring(text, 0, g_utf8_strlen(text, -1) / 2);
        g_free(text);
        return half;
    }
    if (faults_have(faults, FAULT_FENCE))
        text = wrap(text, "```json\n", "\n```");
    if (faults_have(faults, FAULT_PROSE))
        text = wrap(text, "Sure! Here is the record:\n\n", "\n\nLet me know {anything} else.");
    if (faults_have(faults, FAULT_THINK))
        text = wrap(text, "<think>\nThe document looks {fine}.\n</think>\n\n", "");
    return text;
}
