/* "agree" and "round" of template.json: amounts that speak for each other. */
#include "template-internal.h"

static gboolean broken(GError **error, const char *where, const char *key, const char *rule)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK,
                "template.json: field \"%s\", key \"%s\": %s", where, key, rule);
    return FALSE;
}

static void term_free(gpointer data)
{
    Term *term = data;
    g_array_unref(term->phrases);
    g_free(term);
}

/* One sum of "agree": labels of its terms, "-" before those that are taken off. */
static GPtrArray *compile_sum(Template *t, const char *where, const cJSON *list, GError **error)
{
    const cJSON *item, *text;
    g_autoptr(GPtrArray) sum = g_ptr_array_new_with_free_func(term_free);
    cJSON_ArrayForEach(item, list)
    {
        Term *term = g_new0(Term, 1);
        term->sign = 1.0;
        term->phrases = g_array_new(FALSE, FALSE, sizeof(guint));
        g_ptr_array_add(sum, term);
        const cJSON *labels = cJSON_GetObjectItemCaseSensitive(item, "labels");
        if (!cJSON_IsString(item) && !cJSON_IsArray(labels)) {
            broken(error, where, "agree", "must hold labels or {\"labels\": [...]}");
            return NULL;
        }
        cJSON *const one = cJSON_IsString(item) ? (cJSON *)item : labels->child;
        for (text = one; text != NULL; text = cJSON_IsString(item) ? NULL : text->next) {
            const char *label = cJSON_IsString(text) ? text->valuestring : "";
            if (label[0] == '-')
                term->sign = -1.0;
            guint number = template_add_phrase(t, label[0] == '-' ? label + 1 : label, TRUE);
            if (number != PHRASES_NONE)
                g_array_append_val(term->phrases, number);
        }
    }
    return g_steal_pointer(&sum);
}

static gboolean compile_agree(Template *t, FieldSpec *field, const cJSON *entry, GError **error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, "agree"), *sum;
    if (list == NULL)
        return TRUE;
    if (!cJSON_IsArray(list))
        return broken(error, field->pointer, "agree", "must be an array of labels");
    field->agree = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    gboolean many = cJSON_IsArray(list->child);
    for (sum = many ? list->child : list; sum != NULL; sum = many ? sum->next : NULL) {
        GPtrArray *terms = compile_sum(t, field->pointer, sum, error);
        if (terms == NULL)
            return FALSE;
        g_ptr_array_add(field->agree, terms);
    }
    return TRUE;
}

static gboolean compile_round(Template *t, FieldSpec *field, const cJSON *entry, GError **error)
{
    const cJSON *round = cJSON_GetObjectItemCaseSensitive(entry, "round");
    const cJSON *step = cJSON_GetObjectItemCaseSensitive(round, "step"), *label;
    const cJSON *labels = cJSON_GetObjectItemCaseSensitive(round, "labels");
    if (round == NULL)
        return TRUE;
    if (!cJSON_IsNumber(step) || !(step->valuedouble > 0) || !cJSON_IsArray(labels))
        return broken(error, field->pointer, "round", "must hold a step above 0 and labels");
    if (field->agree == NULL)
        return broken(error, field->pointer, "round", "needs an \"agree\"");
    field->round_step = step->valuedouble;
    field->round_labels = g_array_new(FALSE, FALSE, sizeof(guint));
    cJSON_ArrayForEach(label, labels)
    {
        guint number =
            cJSON_IsString(label) ? template_add_phrase(t, label->valuestring, TRUE) : PHRASES_NONE;
        if (number != PHRASES_NONE)
            g_array_append_val(field->round_labels, number);
    }
    return TRUE;
}

gboolean agree_compile(Template *t, FieldSpec *field, const cJSON *entry, GError **error)
{
    return compile_agree(t, field, entry, error) && compile_round(t, field, entry, error);
}
