#include "pipeline/host/config-value.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "pipeline/core/json.h"

static gboolean is_choice(const ConfigKey *row, const char *value)
{
    g_auto(GStrv) choices = g_strsplit(row->choices ? row->choices : "", "|", -1);
    return g_strv_contains((const char *const *)choices, value);
}

static char *list_choices(const ConfigKey *row)
{
    g_auto(GStrv) choices = g_strsplit(row->choices, "|", -1);
    return g_strjoinv(", ", choices);
}

/* NULL when the value is allowed, else what is. Caller frees. */
static char *refuse_number(const ConfigKey *row, const char *value)
{
    char *end = NULL;
    errno = 0;
    double number = g_ascii_strtod(value, &end);
    gboolean whole = row->type == TYPE_NUMBER || number == floor(number);
    if (*value && end != value && !*end && errno == 0 && isfinite(number) && whole &&
        number >= row->low && number <= row->high)
        return NULL;
    if (is_choice(row, value))
        return NULL;
    g_autofree char *words = row->choices ? list_choices(row) : g_strdup("");
    return g_strdup_printf("must be %s%sa %snumber from %.10g to %.10g", words,
                           *words ? " or " : "", row->type == TYPE_INT ? "whole " : "", row->low,
                           row->high);
}

static char *refuse_choice(const ConfigKey *row, const char *value)
{
    if (is_choice(row, value))
        return NULL;
    g_autofree char *list = list_choices(row);
    return g_strdup_printf("must be one of %s", list);
}

static char *refuse_url(const char *value)
{
    if (!*value)
        return NULL;
    g_autoptr(GError) bad = NULL;
    g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_HAS_PASSWORD, &bad);
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL;
    if (!uri || !(g_str_equal(scheme, "http") || g_str_equal(scheme, "https")) ||
        !g_uri_get_host(uri) || !*g_uri_get_host(uri))
        return g_strdup("must be a URL such as https://host/v1");
    if (g_uri_get_userinfo(uri))
        return g_strdup("must not hold a user or password; use api_key_env or api_key_file");
    return NULL;
}

static char *refuse_variable(const char *value)
{
    gboolean good = !g_ascii_isdigit(value[0]);
    for (const char *c = value; *c && good; c++)
        good = g_ascii_isalnum(*c) || *c == '_';
    return good ? NULL
                : g_strdup("must be the name of an environment variable (never the key itself)");
}

/* A header that carries a secret would be shown by "docket doctor" and kept in backups. */
static gboolean is_plain_header(const char *name)
{
    static const char *const secret[] = {"auth", "key", "token", "cookie", "secret"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    gsize good = strspn(lower, G_CSET_a_2_z G_CSET_DIGITS "-_");
    for (guint i = 0; i < G_N_ELEMENTS(secret); i++)
        if (strstr(lower, secret[i]))
            return FALSE;
    return good > 0 && lower[good] == '\0';
}

static char *refuse_headers(const char *value)
{
    g_auto(GStrv) headers = g_strsplit(value, ";", -1);
    for (guint i = 0; headers[i]; i++) {
        const char *colon = strchr(g_strstrip(headers[i]), ':');
        if (!*headers[i])
            continue;
        g_autofree char *name = colon ? g_strndup(headers[i], (gsize)(colon - headers[i])) : NULL;
        gboolean printable = TRUE;
        for (const char *c = headers[i]; *c; c++)
            printable = printable && *c >= 0x20 && *c < 0x7f;
        if (!name || !printable || !is_plain_header(name))
            return g_strdup("must be Name: value; Name: value, and none that holds a key or token "
                            "(see api_key_env, api_key_file and auth)");
    }
    return NULL;
}

static char *refuse_object(const char *value)
{
    if (!*value)
        return NULL;
    g_autoptr(cJSON) object = json_parse(value, strlen(value), NULL);
    return cJSON_IsObject(object) ? NULL : g_strdup("must be a JSON object");
}

static char *refuse(const ConfigKey *row, const char *value)
{
    switch (row->type) {
    case TYPE_INT:
    case TYPE_NUMBER:
        return refuse_number(row, value);
    case TYPE_CHOICE:
        return refuse_choice(row, value);
    case TYPE_URL:
        return refuse_url(value);
    case TYPE_VARIABLE:
        return refuse_variable(value);
    case TYPE_HEADERS:
        return refuse_headers(value);
    case TYPE_OBJECT:
        return refuse_object(value);
    case TYPE_STRING:
    case TYPE_PATH:
        break;
    }
    return NULL;
}

char *config_value_complaint(const ConfigKey *row, const char *value)
{
    g_autofree char *rule = refuse(row, value);
    if (!rule)
        return NULL;
    if (row->type == TYPE_VARIABLE || row->type == TYPE_URL || row->type == TYPE_HEADERS)
        return g_strdup_printf("%s.%s %s", row->group, row->key, rule);
    g_autofree char *shown = g_utf8_make_valid(value, (gssize)MIN(strlen(value), 60));
    return g_strdup_printf("%s.%s %s, not \"%s\"", row->group, row->key, rule, shown);
}
