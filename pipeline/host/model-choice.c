#include "pipeline/host/model-choice.h"

#include "pipeline/core/error.h"

const char *const model_roles[MODEL_ROLES + 1] = {
    [MODEL_FIRST] = "first",
    [MODEL_STRONG] = "strong",
    [MODEL_FALLBACK] = "fallback",
    [MODEL_VERIFY] = "verify",
};

struct ModelChoice {
    Split *routes[MODEL_ROLES]; /* NULL: nobody */
};

void model_choice_free(ModelChoice *choice)
{
    if (!choice)
        return;
    for (guint role = 0; role < MODEL_ROLES; role++)
        split_free(choice->routes[role]);
    g_free(choice);
}

char **model_choice_endpoints(const Config *config)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    g_auto(GStrv) names = config_names(config, "model");
    if (config_names_server(config, NULL))
        g_strv_builder_add(list, CONFIG_DEFAULT_NAME);
    g_strv_builder_addv(list, (const char **)names);
    return g_strv_builder_end(list);
}

/* The first name of a split that no group has, NULL when all are there. Lent. */
static const char *missing(const Split *split, char **endpoints)
{
    for (guint i = 0; split && i < split->parts->len; i++) {
        const char *name = g_array_index(split->parts, SplitPart, i).name;
        if (!g_strv_contains((const char *const *)endpoints, name))
            return name;
    }
    return NULL;
}

static void say_missing(GError **error, int code, const char *where, const char *role,
                        const char *name)
{
    gboolean main = g_str_equal(name, CONFIG_DEFAULT_NAME);
    g_set_error(error, DOCKET_ERROR, code, "%s: %s names the model \"%s\", %s%s%s", where, role,
                name, main ? "but [model] names no server" : "but there is no group [model ",
                main ? "" : name, main ? "" : "] in the configuration");
}

static gboolean take_route(ModelChoice *choice, const Config *config, ModelRole role,
                           char **endpoints, GError **error)
{
    g_autofree char *key = g_strconcat("route.", model_roles[role], NULL);
    const char *value = config_string(config, key);
    const char *origin = config_origin(config, NULL, key);
    g_autoptr(GError) bad = NULL;
    if (!*value)
        return TRUE;
    choice->routes[role] = split_parse(value, &bad);
    if (!choice->routes[role]) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "%s: %s must be the name of a model, or shares of several such as \"cheap:90 "
                    "new:10\": %s",
                    origin, key, bad->message);
        return FALSE;
    }
    const char *name = missing(choice->routes[role], endpoints);
    if (name)
        say_missing(error, DOCKET_ERROR_CONFIG, origin, key, name);
    return name == NULL;
}

static gboolean check_pack(const Pack *pack, char **endpoints, GError **error)
{
    for (guint role = 0; role < MODEL_ROLES; role++) {
        const char *name = missing(pack->models[role], endpoints);
        if (name) {
            g_autofree char *where = g_strdup_printf("pack %s, pack.conf, [models]", pack->name);
            say_missing(error, DOCKET_ERROR_PACK, where, model_roles[role], name);
            return FALSE;
        }
    }
    return TRUE;
}

ModelChoice *model_choice_new(const Config *config, GPtrArray *packs, GError **error)
{
    g_autoptr(ModelChoice) choice = g_new0(ModelChoice, 1);
    g_auto(GStrv) endpoints = model_choice_endpoints(config);
    if (!config_has_model(config)) /* templates do it all, whatever a pack would like */
        return g_steal_pointer(&choice);
    for (guint role = 0; role < MODEL_ROLES; role++)
        if (!take_route(choice, config, role, endpoints, error))
            return NULL;
    for (guint i = 0; i < packs->len; i++)
        if (!check_pack(packs->pdata[i], endpoints, error))
            return NULL;
    return g_steal_pointer(&choice);
}

const char *model_choice_for(const ModelChoice *choice, ModelRole role, const Pack *pack,
                             const char *sha256)
{
    const Split *split = pack->models[role] ? pack->models[role] : choice->routes[role];
    if (!split)
        return role == MODEL_FIRST ? CONFIG_DEFAULT_NAME : NULL;
    return split_choose(split, model_roles[role], sha256);
}
