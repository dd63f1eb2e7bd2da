/* What a schema alone tells the template: labels from titles, names and descriptions, parsers from
 * types and formats, and what must be there. Only the plain part of JSON Schema is read (properties,
 * items, local $ref, allOf of one); whether the record conforms is the validator's word. */
#include "template-internal.h"

#include <string.h>

const cJSON *template_schema_resolve(const cJSON *root, const cJSON *schema)
{
    for (int steps = 0; steps < 16 && cJSON_IsObject(schema); steps++) {
        const char *ref = json_string(schema, "$ref", NULL);
        const cJSON *all = cJSON_GetObjectItemCaseSensitive(schema, "allOf");
        if (ref != NULL && ref[0] == '#' && (ref[1] == '/' || ref[1] == '\0'))
            schema = json_at(root, ref + 1);
        else if (cJSON_GetArraySize(all) == 1 &&
                 !cJSON_GetObjectItemCaseSensitive(schema, "properties"))
            schema = cJSON_GetArrayItem(all, 0);
        else
            return schema;
    }
    return cJSON_IsObject(schema) ? schema : NULL;
}

const cJSON *schema_at(const cJSON *root, const char *pointer)
{
    g_auto(GStrv) tokens = g_strsplit(pointer, "/", -1);
    const cJSON *schema = template_schema_resolve(root, root);
    for (guint i = 1; tokens[0] && tokens[i] && schema; i++) {
        g_auto(GStrv) parts = g_strsplit(tokens[i], "~1", -1);
        g_autofree char *slashes = g_strjoinv("/", parts);
        g_auto(GStrv) tildes = g_strsplit(slashes, "~0", -1);
        g_autofree char *name = g_strjoinv("~", tildes);
        const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
        schema = template_schema_resolve(root, cJSON_GetObjectItemCaseSensitive(properties, name));
    }
    return schema;
}

static guint type_bit(const char *name)
{
    static const char *const names[] = {"string", "number", "integer", "boolean",
                                        "null",   "array",  "object"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_strcmp0(name, names[i]) == 0)
            return 1u << i;
    return 0;
}

guint schema_types(const cJSON *schema)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(schema, "type");
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(schema, "enum");
    const cJSON *item;
    guint types = 0;
    if (cJSON_IsString(type))
        return type_bit(type->valuestring);
    cJSON_ArrayForEach(item, type)
    {
        types |= type_bit(cJSON_GetStringValue(item));
    }
    if (types == 0 && cJSON_GetObjectItemCaseSensitive(schema, "properties"))
        return TYPE_OBJECT;
    if (types == 0 && cJSON_GetObjectItemCaseSensitive(schema, "items"))
        return TYPE_ARRAY;
    if (types != 0)
        return types;
    cJSON_ArrayForEach(item, choices)
    {
        types |= cJSON_IsString(item)   ? TYPE_STRING
                 : cJSON_IsNumber(item) ? TYPE_NUMBER
                 : cJSON_IsNull(item)   ? TYPE_NULL
                                        : TYPE_BOOLEAN;
    }
    return types;
}

/* "issueDate", "issue_date" -> "issue date" */
static char *name_words(const char *name)
{
    GString *out = g_string_new(NULL);
    for (const char *p = name; *p != '\0'; p++) {
        if (p > name && g_ascii_isupper(*p) && g_ascii_islower(p[-1]))
            g_string_append_c(out, ' ');
        g_string_append_c(out, *p);
    }
    g_autofree char *spaced = g_string_free(out, FALSE);
    return value_key(spaced, -1);
}

/* The first words of a description, up to its first sign or small word that ends a name. */
static char *leading_words(const char *description)
{
    static const char *const stops[] = {
        "of", "on",  "in",  "as", "that", "which", "when",    "where", "by", "for", "from", "to",
        "is", "was", "the", "a",  "an",   "with",  "without", "and",   "or", "how", "what"};
    gsize clause = strcspn(description, ".,;:(");
    g_autofree char *head = g_strndup(description, clause);
    g_autofree char *key = value_key(head, -1);
    g_auto(GStrv) words = g_strsplit(key, " ", -1);
    GString *out = g_string_new(NULL);
    guint n = 0;
    for (guint i = 0; words[i] && n <= 4; i++) {
        gboolean stop = FALSE;
        for (gsize k = 0; k < G_N_ELEMENTS(stops) && !stop; k++)
            stop = strcmp(stops[k], words[i]) == 0;
        if (stop && n == 0)
            continue;
        if (stop)
            break;
        g_string_append_printf(out, "%s%s", n++ ? " " : "", words[i]);
    }
    if (n > 4)
        g_string_truncate(out, 0);
    return g_string_free(out, FALSE);
}

/* Names whose usual labels look different. */
static const struct {
    const char *name, *labels;
} usual[] = {
    {"number", "no|nr|num|#"},
    {"invoice number", "invoice no|invoice #|rechnungsnummer|rechnung nr|facture no"},
    {"receipt number", "receipt no|receipt #|bill no"},
    {"order number", "order no|order #|bestellnummer"},
    {"date", "datum|fecha|data"},
    {"issue date", "invoice date|date of issue|rechnungsdatum|date"},
    {"invoice date", "rechnungsdatum|date de facture|date"},
    {"due date", "payment due|due|fallig am|echeance"},
    {"total", "grand total|total amount|amount due|gesamtbetrag|summe|total ttc|gesamt"},
    {"total amount", "grand total|total|amount due|gesamtbetrag"},
    {"amount", "betrag|montant|importe|total"},
    {"subtotal", "sub total|net total|netto|zwischensumme"},
    {"tax", "vat|gst|mwst|tva|iva|sales tax"},
    {"quantity", "qty|menge|anzahl|quantite"},
    {"unit price", "price|einzelpreis|prix unitaire|rate"},
    {"description", "item|article|product|bezeichnung|beschreibung|designation"},
    {"email", "e mail|mail"},
    {"phone", "tel|telephone|phone no|telefon|mobile"},
    {"name", "full name|nom|nombre"},
    {"address", "adresse|anschrift|direccion"},
    {"currency", "wahrung|devise"},
    {"customer", "bill to|client|kunde|sold to"},
};

static void add_words(GPtrArray *labels, const char *words)
{
    if (words == NULL || words[0] == '\0')
        return;
    for (guint i = 0; i < labels->len; i++)
        if (strcmp(g_ptr_array_index(labels, i), words) == 0)
            return;
    g_ptr_array_add(labels, g_strdup(words));
}

GPtrArray *schema_labels(const char *name, const char *parent, const cJSON *schema)
{
    GPtrArray *labels = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *words = name_words(name);
    g_autofree char *title = value_key(json_string(schema, "title", ""), -1);
    g_autofree char *lead = leading_words(json_string(schema, "description", ""));
    add_words(labels, title);
    if (parent != NULL) {
        g_autofree char *above = name_words(parent);
        g_autofree char *both = g_strdup_printf("%s %s", above, words);
        add_words(labels, both);
    }
    add_words(labels, words);
    for (gsize i = 0; i < G_N_ELEMENTS(usual); i++) {
        if (strcmp(usual[i].name, words) != 0 && strcmp(usual[i].name, title) != 0)
            continue;
        g_auto(GStrv) more = g_strsplit(usual[i].labels, "|", -1);
        for (guint k = 0; more[k]; k++)
            add_words(labels, more[k]);
    }
    add_words(labels, lead);
    return labels;
}

static gboolean has_word(const char *words, const char *list)
{
    g_auto(GStrv) have = g_strsplit(words, " ", -1);
    g_auto(GStrv) wanted = g_strsplit(list, "|", -1);
    for (guint i = 0; have[i]; i++)
        if (g_strv_contains((const char *const *)wanted, have[i]))
            return TRUE;
    return FALSE;
}

static Parser parser_by_format(const char *format)
{
    if (g_strcmp0(format, "date") == 0 || g_strcmp0(format, "date-time") == 0)
        return PARSER_DATE;
    if (g_strcmp0(format, "time") == 0)
        return PARSER_TIME;
    if (g_strcmp0(format, "email") == 0 || g_strcmp0(format, "idn-email") == 0)
        return PARSER_EMAIL;
    if (g_strcmp0(format, "uri") == 0 || g_strcmp0(format, "iri") == 0 ||
        g_strcmp0(format, "uri-reference") == 0)
        return PARSER_URL;
    return PARSER_LAST;
}

Parser schema_parser(const char *name, const cJSON *schema)
{
    guint types = schema_types(schema);
    Parser format = parser_by_format(json_string(schema, "format", NULL));
    g_autofree char *words = name_words(name);
    if (format != PARSER_LAST)
        return format;
    if (cJSON_GetObjectItemCaseSensitive(schema, "enum"))
        return PARSER_ENUM;
    if (types & TYPE_BOOLEAN)
        return PARSER_BOOLEAN;
    if (types & TYPE_NUMBER) {
        if (has_word(words, "rate|percent|percentage|vat%"))
            return PARSER_PERCENT;
        return has_word(words, "quantity|qty|count|weight") ? PARSER_QUANTITY : PARSER_MONEY;
    }
    if (types & TYPE_INTEGER)
        return PARSER_INTEGER;
    if (has_word(words, "date"))
        return PARSER_DATE;
    if (has_word(words, "email|mail"))
        return PARSER_EMAIL;
    if (has_word(words, "phone|telephone|fax|mobile"))
        return PARSER_PHONE;
    if (has_word(words, "iban"))
        return PARSER_IBAN;
    if (has_word(words, "url|website|link"))
        return PARSER_URL;
    if (has_word(words, "currency"))
        return PARSER_CURRENCY;
    if (has_word(words, "address"))
        return PARSER_ADDRESS;
    if (has_word(words, "number|no|id|code|reference|ref|sku|gtin|isbn"))
        return PARSER_IDENTIFIER;
    if (has_word(words, "title|headline"))
        return PARSER_HEADING;
    return PARSER_STRING;
}

static void fill_object(const cJSON *root, const cJSON *schema, cJSON *value)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    const cJSON *required = cJSON_GetObjectItemCaseSensitive(schema, "required");
    const cJSON *name;
    cJSON_ArrayForEach(name, required)
    {
        const char *key = cJSON_GetStringValue(name);
        if (key == NULL || cJSON_GetObjectItemCaseSensitive(value, key) != NULL)
            continue;
        const cJSON *of =
            template_schema_resolve(root, cJSON_GetObjectItemCaseSensitive(properties, key));
        guint types = schema_types(of);
        if (types & TYPE_NULL)
            cJSON_AddNullToObject(value, key);
        else if (types == TYPE_ARRAY && json_number(of, "minItems", 0) < 1)
            cJSON_AddArrayToObject(value, key);
    }
}

void schema_fill_required(const cJSON *root, const cJSON *schema, cJSON *value)
{
    schema = template_schema_resolve(root, schema);
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(schema, "items");
    if (schema == NULL)
        return;
    if (cJSON_IsObject(value))
        fill_object(root, schema, value);
    for (cJSON *child = value->child; child != NULL; child = child->next) {
        const cJSON *of = cJSON_IsArray(value)
                              ? items
                              : cJSON_GetObjectItemCaseSensitive(properties, child->string);
        if (of && (cJSON_IsObject(child) || cJSON_IsArray(child)))
            schema_fill_required(root, of, child);
    }
}
