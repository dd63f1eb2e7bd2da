/* Arrays, and what unevaluatedItems and unevaluatedProperties leave over. */
#include "stages/check/schema/verdict.h"

/* Up to here every pair is compared; beyond, hashes tell values apart. */
#define FEW_ITEMS 32u

/* ---- uniqueItems ---- */

/* A walk through the whole value is as much work as the value has parts. */
static gboolean spend_whole(Verdict *v, const cJSON *value)
{
    if (!verdict_spend(v, 1) ||
        ((value->type & cJSON_String) != 0 && !verdict_spend_text(v, value->valuestring, 1)))
        return FALSE;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        if (!spend_whole(v, child))
            return FALSE;
    }
    return TRUE;
}

static guint64 text_print(const char *text)
{
    const KeyName name = keys_name(text);
    return keys_hash(&name, text, G_GUINT64_CONSTANT(0x9E3779B97F4A7C15)); /* few: any seed does */
}

/* Equal values have equal fingerprints, and others mostly have not. */
static guint64 fingerprint(const cJSON *item)
{
    guint64 seed = (guint64)(item->type & 0xff);
    if ((item->type & (cJSON_Array | cJSON_Object)) != 0)
        return schema_value_hash(item);
    if ((item->type & cJSON_String) != 0)
        return text_print(item->valuestring);
    if ((item->type & cJSON_Number) == 0)
        return seed;
    double value = item->valuedouble + 0.0; /* -0 is 0 */
    guint64 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ seed;
}

static gboolean few_unique(const cJSON *array)
{
    guint64 prints[FEW_ITEMS];
    const cJSON *items[FEW_ITEMS];
    guint count = 0;
    for (const cJSON *item = array->child; item != NULL; item = item->next) {
        guint64 print = fingerprint(item);
        for (guint i = 0; i < count; i++) {
            if (prints[i] == print && json_equal(items[i], item))
                return FALSE;
        }
        prints[count] = print;
        items[count++] = item;
    }
    return TRUE;
}

static gboolean many_unique(const cJSON *array)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new((GHashFunc)schema_value_hash, (GEqualFunc)json_equal);
    for (const cJSON *item = array->child; item != NULL; item = item->next) {
        if (!g_hash_table_add(seen, (gpointer)item))
            return FALSE;
    }
    return TRUE;
}

gboolean verdict_unique(Verdict *v, const cJSON *array)
{
    guint count = 0;
    gboolean nested = FALSE, afforded = TRUE;
    for (const cJSON *item = array->child; item != NULL && afforded; item = item->next, count++) {
        nested |= (item->type & (cJSON_Array | cJSON_Object)) != 0;
        if ((item->type & cJSON_String) != 0)
            afforded = verdict_spend_text(v, item->valuestring, 1);
    }
    if (!afforded || !verdict_spend(v, count) || (nested && !spend_whole(v, array)))
        return FALSE;
    return count <= FEW_ITEMS ? few_unique(array) : many_unique(array);
}

/* ---- items ---- */

static gboolean check_items(Verdict *v, const RuleArray *rule, const cJSON *array,
                            VerdictMarks *marks, guint *count)
{
    guint index = 0;
    for (const cJSON *item = array->child; item != NULL; item = item->next, index++) {
        gboolean in_prefix = index < rule->prefix.n;
        if (!verdict_check(v, in_prefix ? rule->prefix.list[index] : rule->items, item))
            return FALSE;
        if (marks != NULL && (in_prefix || rule->marks_items))
            verdict_mark(marks, index);
    }
    *count = index;
    return TRUE;
}

static gboolean check_contained(Verdict *v, const RuleArray *rule, const cJSON *array,
                                VerdictMarks *marks)
{
    guint found = 0, index = 0;
    for (const cJSON *item = array->child; item != NULL; item = item->next, index++) {
        if (!verdict_check(v, rule->contains, item))
            continue;
        found++;
        if (marks != NULL && rule->marks_contained)
            verdict_mark(marks, index);
        else if (marks == NULL && found >= rule->min_contained &&
                 rule->max_contained == RULE_NO_MAX)
            return TRUE;
    }
    return found >= rule->min_contained && found <= rule->max_contained;
}

gboolean verdict_array(Verdict *v, const RuleArray *rule, const cJSON *item, VerdictMarks *marks)
{
    guint count;
    if (!check_items(v, rule, item, marks, &count) || count < rule->min || count > rule->max ||
        !verdict_spend(v, count / 16))
        return FALSE;
    if (rule->contains != NULL && !check_contained(v, rule, item, marks))
        return FALSE;
    return !rule->unique || verdict_unique(v, item);
}

/* ---- unevaluated ---- */

gboolean verdict_unevaluated(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks)
{
    guint index = 0;
    for (const cJSON *part = item->child; part != NULL; part = part->next, index++) {
        if (verdict_is_marked(marks, index))
            continue;
        if (!verdict_check(v, rule, part))
            return FALSE;
        verdict_mark(marks, index);
    }
    return TRUE;
}
