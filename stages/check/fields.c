#include "stages/check/fields.h"

#include "pipeline/core/error.h"

#include <string.h>

#define MAX_DEPTH 24u /* of fields inside each other, so that a schema of itself ends */
#define MAX_FIELDS 5000u

struct CheckFields {
    const cJSON *root;
    GHashTable *fields; /* pointer with "*" for indexes -> CheckField* */
};

typedef struct {
    gboolean required;
    GroundWanted ground;
} Inherited;

static void field_free(gpointer data)
{
    CheckField *field = data;
    g_free(field->title);
    g_free(field);
}

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static gboolean is_required(const cJSON *schema, const char *name)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, member(schema, "required"))
    {
        if (cJSON_IsString(each) && strcmp(each->valuestring, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A boolean, or one of a list: such a value is a decision, and need not stand in the text. */
static gboolean is_choice(const cJSON *schema)
{
    const cJSON *type = member(schema, "type");
    const cJSON *each;
    if (member(schema, "enum") != NULL || member(schema, "const") != NULL)
        return TRUE;
    if (cJSON_IsString(type))
        return strcmp(type->valuestring, "boolean") == 0;
    gboolean boolean = FALSE;
    cJSON_ArrayForEach(each, type)
    {
        boolean |= cJSON_IsString(each) && strcmp(each->valuestring, "boolean") == 0;
        if (cJSON_IsString(each) && strcmp(each->valuestring, "boolean") != 0 &&
            strcmp(each->valuestring, "null") != 0)
            return FALSE;
    }
    return boolean;
}

static gboolean read_wanted(const cJSON *schema, const char *path, GroundWanted *ground,
                            GError **error)
{
    const cJSON *ours = member(schema, "x-docket");
    const char *word = json_string(ours, "ground", NULL);
    if (ours == NULL)
        return TRUE;
    if (word != NULL && strcmp(word, "look") == 0)
        *ground = GROUND_LOOK;
    else if (word != NULL && strcmp(word, "derived") == 0)
        *ground = GROUND_DERIVED;
    else if (word != NULL && strcmp(word, "none") == 0)
        *ground = GROUND_NONE;
    else {
        g_set_error(
            error, DOCKET_ERROR, DOCKET_ERROR_PACK,
            "schema.json: x-docket of \"%s\" must be {\"ground\": \"look\"}, \"derived\" or "
            "\"none\"",
            path);
        return FALSE;
    }
    return TRUE;
}

static gboolean walk(CheckFields *self, const cJSON *schema, const char *path, Inherited inherited,
                     guint depth, GError **error);

static gboolean walk_properties(CheckFields *self, const cJSON *schema, const char *path,
                                Inherited inherited, guint depth, GError **error)
{
    const cJSON *property;
    cJSON_ArrayForEach(property, member(schema, "properties"))
    {
        g_autofree char *below = json_pointer_join(path, property->string);
        Inherited own = inherited;
        own.required = inherited.required && is_required(schema, property->string);
        if (!walk(self, property, below, own, depth + 1, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean walk_parts(CheckFields *self, const cJSON *schema, const char *path,
                           Inherited inherited, guint depth, GError **error)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    g_autofree char *item = g_strconcat(path, "/*", NULL);
    const cJSON *each;
    if (cJSON_IsObject(member(schema, "items")) &&
        !walk(self, member(schema, "items"), item, inherited, depth + 1, error))
        return FALSE;
    cJSON_ArrayForEach(each, member(schema, "prefixItems"))
    {
        if (!walk(self, each, item, inherited, depth + 1, error))
            return FALSE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        cJSON_ArrayForEach(each, member(schema, lists[i]))
        {
            if (!walk(self, each, path, inherited, depth + 1, error))
                return FALSE;
        }
    }
    const char *ref = json_string(schema, "$ref", NULL);
    const cJSON *target = ref != NULL && ref[0] == '#' && (ref[1] == '/' || ref[1] == '\0')
                              ? json_at(self->root, ref + 1)
                              : NULL;
    return target == NULL || walk(self, target, path, inherited, depth + 1, error);
}

/* The same place may be described several times (allOf, $ref): what is said first stays, but for a
 * choice, which may be said anywhere. */
static void note_field(CheckFields *self, const cJSON *schema, const char *path,
                       Inherited inherited)
{
    CheckField *field = g_hash_table_lookup(self->fields, path);
    if (field == NULL) {
        field = g_new0(CheckField, 1);
        g_hash_table_insert(self->fields, g_strdup(path), field);
    }
    field->required |= inherited.required;
    if (inherited.ground != GROUND_LOOK)
        field->ground = inherited.ground;
    else if (field->ground == GROUND_LOOK && is_choice(schema))
        field->ground = GROUND_CHOICE;
    if (field->title == NULL)
        field->title = g_strdup(json_string(schema, "title", NULL));
}

static gboolean walk(CheckFields *self, const cJSON *schema, const char *path, Inherited inherited,
                     guint depth, GError **error)
{
    if (!cJSON_IsObject(schema) || depth > MAX_DEPTH ||
        g_hash_table_size(self->fields) >= MAX_FIELDS)
        return TRUE;
    if (!read_wanted(schema, path, &inherited.ground, error))
        return FALSE;
    note_field(self, schema, path, inherited);
    return walk_properties(self, schema, path, inherited, depth, error) &&
           walk_parts(self, schema, path, inherited, depth, error);
}

CheckFields *check_fields_new(const cJSON *schema, GError **error)
{
    g_autoptr(CheckFields) self = g_new0(CheckFields, 1);
    self->root = schema;
    self->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, field_free);
    Inherited top = {.required = TRUE, .ground = GROUND_LOOK};
    if (!walk(self, schema, "", top, 0, error))
        return NULL;
    self->root = NULL; /* lent, and only while it was read */
    return g_steal_pointer(&self);
}

void check_fields_free(CheckFields *fields)
{
    if (fields == NULL)
        return;
    g_hash_table_unref(fields->fields);
    g_free(fields);
}

const CheckField *check_fields_find(const CheckFields *fields, const char *pointer)
{
    static const CheckField unknown = {FALSE, GROUND_LOOK, NULL};
    const CheckField *field = g_hash_table_lookup(fields->fields, pointer);
    if (field != NULL)
        return field;
    g_auto(GStrv) tokens = g_strsplit(pointer, "/", -1);
    for (char **token = tokens; *token != NULL; token++) {
        if (**token != '\0' && strspn(*token, "0123456789") == strlen(*token)) {
            g_free(*token);
            *token = g_strdup("*");
        }
    }
    g_autofree char *general = g_strjoinv("/", tokens);
    field = g_hash_table_lookup(fields->fields, general);
    return field == NULL ? &unknown : field;
}
