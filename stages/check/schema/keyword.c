/* The table of keywords, and the hash that finds them. */
#include "stages/check/schema/keyword.h"

#include "stages/check/schema/compile.h"

#include <string.h>

#define ALL (DRAFT_4 | DRAFT_6 | DRAFT_7 | DRAFT_2019 | DRAFT_2020)
#define SINCE_6 (DRAFT_6 | DRAFT_7 | DRAFT_2019 | DRAFT_2020)
#define SINCE_7 (DRAFT_7 | DRAFT_2019 | DRAFT_2020)
#define SINCE_2019 (DRAFT_2019 | DRAFT_2020)
#define UNTIL_7 (DRAFT_4 | DRAFT_6 | DRAFT_7)
#define UNTIL_2019 (UNTIL_7 | DRAFT_2019)

#define CORE VOCABULARY_CORE
#define APPLICATOR VOCABULARY_APPLICATOR
#define VALIDATION VOCABULARY_VALIDATION
#define FIELD(name) G_STRUCT_OFFSET(SchemaNode, name)

static const SchemaKeyword keywords[] = {
    /* core */
    {"$ref", ALL, CORE, HOLDS_NOTHING, compile_ref, FIELD(ref)},
    {"$recursiveRef", DRAFT_2019, CORE, HOLDS_NOTHING, compile_recursive_ref},
    {"$dynamicRef", DRAFT_2020, CORE, HOLDS_NOTHING, compile_dynamic_ref},
    {"$defs", SINCE_2019, CORE, HOLDS_MAP, NULL},
    {"definitions", ALL, CORE, HOLDS_MAP, NULL}, /* later drafts keep the name free for it */
    /* in place */
    {"allOf", ALL, APPLICATOR, HOLDS_LIST, compile_list, FIELD(all_of)},
    {"anyOf", ALL, APPLICATOR, HOLDS_LIST, compile_list, FIELD(any_of)},
    {"oneOf", ALL, APPLICATOR, HOLDS_LIST, compile_list, FIELD(one_of)},
    {"not", ALL, APPLICATOR, HOLDS_SCHEMA, compile_schema, FIELD(negated)},
    {"if", SINCE_7, APPLICATOR, HOLDS_SCHEMA, compile_schema, FIELD(condition)},
    {"then", SINCE_7, APPLICATOR, HOLDS_SCHEMA, compile_schema, FIELD(then_node)},
    {"else", SINCE_7, APPLICATOR, HOLDS_SCHEMA, compile_schema, FIELD(else_node)},
    {"dependentSchemas", SINCE_2019, APPLICATOR, HOLDS_MAP, compile_dependent_schemas},
    /* arrays */
    {"prefixItems", DRAFT_2020, APPLICATOR, HOLDS_LIST, compile_prefix_items},
    {"items", DRAFT_2020, APPLICATOR, HOLDS_SCHEMA, compile_items},
    {"items", UNTIL_2019, APPLICATOR, HOLDS_SCHEMA_OR_LIST, compile_old_items},
    {"additionalItems", UNTIL_2019, APPLICATOR, HOLDS_SCHEMA, compile_additional_items},
    {"contains", SINCE_6, APPLICATOR, HOLDS_SCHEMA, compile_contains},
    {"unevaluatedItems", SINCE_2019, VOCABULARY_UNEVALUATED, HOLDS_SCHEMA, compile_schema,
     FIELD(unevaluated_items)},
    {"minItems", ALL, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(size.min)},
    {"maxItems", ALL, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(size.max)},
    {"uniqueItems", ALL, VALIDATION, HOLDS_NOTHING, compile_unique},
    {"minContains", SINCE_2019, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(contained.min)},
    {"maxContains", SINCE_2019, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(contained.max)},
    /* objects */
    {"properties", ALL, APPLICATOR, HOLDS_MAP, compile_properties},
    {"patternProperties", ALL, APPLICATOR, HOLDS_MAP, compile_pattern_properties},
    {"additionalProperties", ALL, APPLICATOR, HOLDS_SCHEMA, compile_schema, FIELD(additional)},
    {"propertyNames", SINCE_6, APPLICATOR, HOLDS_SCHEMA, compile_schema, FIELD(property_names)},
    {"unevaluatedProperties", SINCE_2019, VOCABULARY_UNEVALUATED, HOLDS_SCHEMA, compile_schema,
     FIELD(unevaluated_properties)},
    {"required", ALL, VALIDATION, HOLDS_NOTHING, compile_required},
    {"dependentRequired", SINCE_2019, VALIDATION, HOLDS_NOTHING, compile_dependent_required},
    {"dependencies", UNTIL_7, APPLICATOR, HOLDS_DEPENDENCIES, compile_dependencies},
    {"dependencies", SINCE_2019, APPLICATOR, HOLDS_DEPENDENCIES, compile_dependencies},
    {"minProperties", ALL, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(members.min)},
    {"maxProperties", ALL, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(members.max)},
    /* any type */
    {"type", ALL, VALIDATION, HOLDS_NOTHING, compile_type},
    {"const", SINCE_6, VALIDATION, HOLDS_NOTHING, compile_const},
    {"enum", ALL, VALIDATION, HOLDS_NOTHING, compile_enum},
    /* numbers */
    {"multipleOf", ALL, VALIDATION, HOLDS_NOTHING, compile_multiple_of},
    {"minimum", SINCE_6, VALIDATION, HOLDS_NOTHING, compile_bound, FIELD(minimum), BOUND_MINIMUM},
    {"maximum", SINCE_6, VALIDATION, HOLDS_NOTHING, compile_bound, FIELD(maximum), BOUND_MAXIMUM},
    {"exclusiveMinimum", SINCE_6, VALIDATION, HOLDS_NOTHING, compile_bound,
     FIELD(exclusive_minimum), BOUND_EXCLUSIVE_MINIMUM},
    {"exclusiveMaximum", SINCE_6, VALIDATION, HOLDS_NOTHING, compile_bound,
     FIELD(exclusive_maximum), BOUND_EXCLUSIVE_MAXIMUM},
    {"minimum", DRAFT_4, VALIDATION, HOLDS_NOTHING, compile_old_bound},
    {"maximum", DRAFT_4, VALIDATION, HOLDS_NOTHING, compile_old_bound},
    {"exclusiveMinimum", DRAFT_4, VALIDATION, HOLDS_NOTHING, compile_old_exclusive},
    {"exclusiveMaximum", DRAFT_4, VALIDATION, HOLDS_NOTHING, compile_old_exclusive},
    /* strings */
    {"minLength", ALL, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(length.min)},
    {"maxLength", ALL, VALIDATION, HOLDS_NOTHING, compile_count, FIELD(length.max)},
    {"pattern", ALL, VALIDATION, HOLDS_NOTHING, compile_pattern},
    {"format", ALL, VOCABULARY_FORMAT, HOLDS_NOTHING, compile_format},
    {"contentEncoding", SINCE_7, VOCABULARY_CONTENT, HOLDS_NOTHING, compile_content_encoding},
    {"contentMediaType", SINCE_7, VOCABULARY_CONTENT, HOLDS_NOTHING, compile_content_media_type},
    {"contentSchema", SINCE_2019, VOCABULARY_CONTENT, HOLDS_SCHEMA, NULL},
};

G_STATIC_ASSERT(G_N_ELEMENTS(keywords) < 128);

static guint8 hash_name(const char *name)
{
    guint32 hash = 2166136261u;
    for (; *name != '\0'; name++)
        hash = (hash ^ (guchar)*name) * 16777619u;
    return (guint8)(hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24);
}

void keyword_table_init(SchemaKeywords *table, gboolean old_dependencies)
{
    memset(table->slots, 0, sizeof table->slots);
    for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
        if (keywords[i].read == compile_dependencies && keywords[i].drafts == SINCE_2019 &&
            !old_dependencies)
            continue;
        guint8 slot = hash_name(keywords[i].name);
        while (table->slots[slot] != 0)
            slot++; /* comes round behind the last */
        table->slots[slot] = (guint8)(i + 1);
    }
}

const SchemaKeyword *keyword_find(const SchemaKeywords *table, const char *name,
                                  const SchemaDialect *dialect, guint vocabularies)
{
    for (guint8 slot = hash_name(name); table->slots[slot] != 0; slot++) {
        const SchemaKeyword *keyword = &keywords[table->slots[slot] - 1];
        if ((keyword->drafts & dialect->draft) != 0 && strcmp(keyword->name, name) == 0)
            return (keyword->vocabulary & ~vocabularies) == 0 ? keyword : NULL;
    }
    return NULL;
}

guint keyword_number(const SchemaKeyword *keyword)
{
    return (guint)(keyword - keywords);
}
