#include "tools/llm-sim/models.h"

#include "pipeline/core/error.h"

struct Models {
    Model any;
    GPtrArray *known; /* of Model; NULL: any name is */
};

static void model_free(gpointer data)
{
    Model *model = data;
    g_free(model->name);
    g_strfreev(model->refuses);
    g_free(model);
}

Models *models_new(const Prices *prices)
{
    Models *models = g_new0(Models, 1);
    models->any.prices = *prices;
    fault_rates_init(&models->any.faults);
    return models;
}

void models_free(Models *models)
{
    if (!models)
        return;
    if (models->known)
        g_ptr_array_unref(models->known);
    g_free(models);
}

static gboolean set_number(GKeyFile *file, const char *group, const char *key, double *value,
                           GError **error)
{
    if (!g_key_file_has_key(file, group, key, NULL))
        return TRUE;
    g_autoptr(GError) bad = NULL;
    double number = g_key_file_get_double(file, group, key, &bad);
    if (bad || !(number >= 0)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG, "[%s] %s: must be a number from 0",
                    group, key);
        return FALSE;
    }
    *value = number;
    return TRUE;
}

static gboolean load_group(Model *model, GKeyFile *file, const char *group, GError **error)
{
    double context = (double)model->context, think = 0;
    const struct {
        const char *key;
        double *value;
    } numbers[] = {
        {"price_in", &model->prices.in},
        {"price_out", &model->prices.out},
        {"price_cached", &model->prices.cached},
        {"price_cache_write", &model->prices.cache_write},
        {"price_batch", &model->prices.batch},
        {"context", &context},
        {"think", &think},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (!set_number(file, group, numbers[i].key, numbers[i].value, error))
            return FALSE;
    model->context = (gint64)context;
    model->think = (gint64)think;
    model->refuses = g_key_file_get_string_list(file, group, "refuses", NULL, NULL);
    g_autofree char *faults = g_key_file_get_string(file, group, "fault", NULL);
    return !faults || fault_rates_add(&model->faults, faults, error);
}

gboolean models_load(Models *models, const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    models->known = g_ptr_array_new_with_free_func(model_free);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i]; i++) {
        Model *model = g_new(Model, 1);
        *model = models->any;
        model->name = g_strdup(groups[i]);
        g_ptr_array_add(models->known, model);
        if (!load_group(model, file, groups[i], error)) {
            g_prefix_error(error, "%s: ", path);
            return FALSE;
        }
    }
    return TRUE;
}

const Model *models_find(const Models *models, const char *name)
{
    if (!models->known)
        return &models->any;
    for (guint i = 0; i < models->known->len; i++) {
        const Model *model = models->known->pdata[i];
        if (g_str_equal(model->name, name))
            return model;
    }
    return NULL;
}

const GPtrArray *models_list(const Models *models)
{
    return models->known;
}

double prices_bill(const Prices *prices, const Usage *usage, gboolean batch)
{
    double cached = prices->cached >= 0 ? prices->cached : prices->in;
    double cache_write = prices->cache_write >= 0 ? prices->cache_write : prices->in;
    double cost = (double)(usage->in - usage->cached - usage->cache_write) * prices->in +
                  (double)usage->cached * cached + (double)usage->cache_write * cache_write +
                  (double)usage->out * prices->out;
    return cost / 1e6 * (batch ? prices->batch : 1);
}
