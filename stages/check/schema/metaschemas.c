/* The meta-schemas of JSON Schema 2020-12, as published at json-schema.org (their authors license
 * them under AFL or BSD), without comments, titles and white space. */
#include "stages/check/schema/node.h"

#include <string.h>

#define BASE "https://json-schema.org/draft/2020-12/"

static const struct {
    const char *name; /* behind BASE */
    const char *text;
} metaschemas[] = {
    {"schema", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
               "id\":\"https://json-schema.org/draft/2020-12/schema\",\"$vocabul"
               "ary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":tru"
               "e,\"https://json-schema.org/draft/2020-12/vocab/applicator\":t"
               "rue,\"https://json-schema.org/draft/2020-12/vocab/unevaluated"
               "\":true,\"https://json-schema.org/draft/2020-12/vocab/validati"
               "on\":true,\"https://json-schema.org/draft/2020-12/vocab/meta-d"
               "ata\":true,\"https://json-schema.org/draft/2020-12/vocab/forma"
               "t-annotation\":true,\"https://json-schema.org/draft/2020-12/vo"
               "cab/content\":true},\"$dynamicAnchor\":\"meta\",\"title\":\"Core and"
               " Validation specifications meta-schema\",\"allOf\":[{\"$ref\":\"me"
               "ta/core\"},{\"$ref\":\"meta/applicator\"},{\"$ref\":\"meta/unevaluat"
               "ed\"},{\"$ref\":\"meta/validation\"},{\"$ref\":\"meta/meta-data\"},{\""
               "$ref\":\"meta/format-annotation\"},{\"$ref\":\"meta/content\"}],\"ty"
               "pe\":[\"object\",\"boolean\"],\"properties\":{\"definitions\":{\"type\""
               ":\"object\",\"additionalProperties\":{\"$dynamicRef\":\"#meta\"},\"de"
               "precated\":true,\"default\":{}},\"dependencies\":{\"type\":\"object\""
               ",\"additionalProperties\":{\"anyOf\":[{\"$dynamicRef\":\"#meta\"},{\""
               "$ref\":\"meta/validation#/$defs/stringArray\"}]},\"deprecated\":t"
               "rue,\"default\":{}},\"$recursiveAnchor\":{\"$ref\":\"meta/core#/$de"
               "fs/anchorString\",\"deprecated\":true},\"$recursiveRef\":{\"$ref\":"
               "\"meta/core#/$defs/uriReferenceString\",\"deprecated\":true}}}"},
    {"meta/core", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
                  "id\":\"https://json-schema.org/draft/2020-12/meta/core\",\"$voca"
                  "bulary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":"
                  "true},\"$dynamicAnchor\":\"meta\",\"title\":\"Core vocabulary meta-"
                  "schema\",\"type\":[\"object\",\"boolean\"],\"properties\":{\"$id\":{\"$r"
                  "ef\":\"#/$defs/uriReferenceString\",\"pattern\":\"^[^#]*#?$\"},\"$sc"
                  "hema\":{\"$ref\":\"#/$defs/uriString\"},\"$ref\":{\"$ref\":\"#/$defs/u"
                  "riReferenceString\"},\"$anchor\":{\"$ref\":\"#/$defs/anchorString\""
                  "},\"$dynamicRef\":{\"$ref\":\"#/$defs/uriReferenceString\"},\"$dyna"
                  "micAnchor\":{\"$ref\":\"#/$defs/anchorString\"},\"$vocabulary\":{\"t"
                  "ype\":\"object\",\"propertyNames\":{\"$ref\":\"#/$defs/uriString\"},\""
                  "additionalProperties\":{\"type\":\"boolean\"}},\"$comment\":{\"type\""
                  ":\"string\"},\"$defs\":{\"type\":\"object\",\"additionalProperties\":{"
                  "\"$dynamicRef\":\"#meta\"}}},\"$defs\":{\"anchorString\":{\"type\":\"st"
                  "ring\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"},\"uriString\":{\""
                  "type\":\"string\",\"format\":\"uri\"},\"uriReferenceString\":{\"type\":"
                  "\"string\",\"format\":\"uri-reference\"}}}"},
    {"meta/applicator", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
                        "id\":\"https://json-schema.org/draft/2020-12/meta/applicator\","
                        "\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/"
                        "applicator\":true},\"$dynamicAnchor\":\"meta\",\"title\":\"Applicato"
                        "r vocabulary meta-schema\",\"type\":[\"object\",\"boolean\"],\"prope"
                        "rties\":{\"prefixItems\":{\"$ref\":\"#/$defs/schemaArray\"},\"items\""
                        ":{\"$dynamicRef\":\"#meta\"},\"contains\":{\"$dynamicRef\":\"#meta\"},"
                        "\"additionalProperties\":{\"$dynamicRef\":\"#meta\"},\"properties\":"
                        "{\"type\":\"object\",\"additionalProperties\":{\"$dynamicRef\":\"#met"
                        "a\"},\"default\":{}},\"patternProperties\":{\"type\":\"object\",\"addi"
                        "tionalProperties\":{\"$dynamicRef\":\"#meta\"},\"propertyNames\":{\""
                        "format\":\"regex\"},\"default\":{}},\"dependentSchemas\":{\"type\":\"o"
                        "bject\",\"additionalProperties\":{\"$dynamicRef\":\"#meta\"},\"defau"
                        "lt\":{}},\"propertyNames\":{\"$dynamicRef\":\"#meta\"},\"if\":{\"$dyna"
                        "micRef\":\"#meta\"},\"then\":{\"$dynamicRef\":\"#meta\"},\"else\":{\"$dy"
                        "namicRef\":\"#meta\"},\"allOf\":{\"$ref\":\"#/$defs/schemaArray\"},\"a"
                        "nyOf\":{\"$ref\":\"#/$defs/schemaArray\"},\"oneOf\":{\"$ref\":\"#/$def"
                        "s/schemaArray\"},\"not\":{\"$dynamicRef\":\"#meta\"}},\"$defs\":{\"sch"
                        "emaArray\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$dynamicRef"
                        "\":\"#meta\"}}}}"},
    {"meta/unevaluated", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
                         "id\":\"https://json-schema.org/draft/2020-12/meta/unevaluated\""
                         ",\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab"
                         "/unevaluated\":true},\"$dynamicAnchor\":\"meta\",\"title\":\"Unevalu"
                         "ated applicator vocabulary meta-schema\",\"type\":[\"object\",\"bo"
                         "olean\"],\"properties\":{\"unevaluatedItems\":{\"$dynamicRef\":\"#me"
                         "ta\"},\"unevaluatedProperties\":{\"$dynamicRef\":\"#meta\"}}}"},
    {"meta/validation", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
                        "id\":\"https://json-schema.org/draft/2020-12/meta/validation\","
                        "\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/"
                        "validation\":true},\"$dynamicAnchor\":\"meta\",\"title\":\"Validatio"
                        "n vocabulary meta-schema\",\"type\":[\"object\",\"boolean\"],\"prope"
                        "rties\":{\"type\":{\"anyOf\":[{\"$ref\":\"#/$defs/simpleTypes\"},{\"ty"
                        "pe\":\"array\",\"items\":{\"$ref\":\"#/$defs/simpleTypes\"},\"minItems"
                        "\":1,\"uniqueItems\":true}]},\"const\":true,\"enum\":{\"type\":\"array"
                        "\",\"items\":true},\"multipleOf\":{\"type\":\"number\",\"exclusiveMini"
                        "mum\":0},\"maximum\":{\"type\":\"number\"},\"exclusiveMaximum\":{\"typ"
                        "e\":\"number\"},\"minimum\":{\"type\":\"number\"},\"exclusiveMinimum\":"
                        "{\"type\":\"number\"},\"maxLength\":{\"$ref\":\"#/$defs/nonNegativeIn"
                        "teger\"},\"minLength\":{\"$ref\":\"#/$defs/nonNegativeIntegerDefau"
                        "lt0\"},\"pattern\":{\"type\":\"string\",\"format\":\"regex\"},\"maxItems"
                        "\":{\"$ref\":\"#/$defs/nonNegativeInteger\"},\"minItems\":{\"$ref\":\""
                        "#/$defs/nonNegativeIntegerDefault0\"},\"uniqueItems\":{\"type\":\""
                        "boolean\",\"default\":false},\"maxContains\":{\"$ref\":\"#/$defs/non"
                        "NegativeInteger\"},\"minContains\":{\"$ref\":\"#/$defs/nonNegative"
                        "Integer\",\"default\":1},\"maxProperties\":{\"$ref\":\"#/$defs/nonNe"
                        "gativeInteger\"},\"minProperties\":{\"$ref\":\"#/$defs/nonNegative"
                        "IntegerDefault0\"},\"required\":{\"$ref\":\"#/$defs/stringArray\"},"
                        "\"dependentRequired\":{\"type\":\"object\",\"additionalProperties\":"
                        "{\"$ref\":\"#/$defs/stringArray\"}}},\"$defs\":{\"nonNegativeIntege"
                        "r\":{\"type\":\"integer\",\"minimum\":0},\"nonNegativeIntegerDefault"
                        "0\":{\"$ref\":\"#/$defs/nonNegativeInteger\",\"default\":0},\"simple"
                        "Types\":{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\",\"number\","
                        "\"object\",\"string\"]},\"stringArray\":{\"type\":\"array\",\"items\":{\""
                        "type\":\"string\"},\"uniqueItems\":true,\"default\":[]}}}"},
    {"meta/meta-data", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
                       "id\":\"https://json-schema.org/draft/2020-12/meta/meta-data\",\""
                       "$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/m"
                       "eta-data\":true},\"$dynamicAnchor\":\"meta\",\"title\":\"Meta-data v"
                       "ocabulary meta-schema\",\"type\":[\"object\",\"boolean\"],\"properti"
                       "es\":{\"title\":{\"type\":\"string\"},\"description\":{\"type\":\"string"
                       "\"},\"default\":true,\"deprecated\":{\"type\":\"boolean\",\"default\":f"
                       "alse},\"readOnly\":{\"type\":\"boolean\",\"default\":false},\"writeOn"
                       "ly\":{\"type\":\"boolean\",\"default\":false},\"examples\":{\"type\":\"a"
                       "rray\",\"items\":true}}}"},
    {"meta/format-annotation",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
     "id\":\"https://json-schema.org/draft/2020-12/meta/format-annot"
     "ation\",\"$vocabulary\":{\"https://json-schema.org/draft/2020-12"
     "/vocab/format-annotation\":true},\"$dynamicAnchor\":\"meta\",\"tit"
     "le\":\"Format vocabulary meta-schema for annotation results\",\""
     "type\":[\"object\",\"boolean\"],\"properties\":{\"format\":{\"type\":\"s"
     "tring\"}}}"},
    {"meta/format-assertion",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
     "id\":\"https://json-schema.org/draft/2020-12/meta/format-asser"
     "tion\",\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/"
     "vocab/format-assertion\":true},\"$dynamicAnchor\":\"meta\",\"title"
     "\":\"Format vocabulary meta-schema for assertion results\",\"typ"
     "e\":[\"object\",\"boolean\"],\"properties\":{\"format\":{\"type\":\"stri"
     "ng\"}}}"},
    {"meta/content", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$"
                     "id\":\"https://json-schema.org/draft/2020-12/meta/content\",\"$v"
                     "ocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/con"
                     "tent\":true},\"$dynamicAnchor\":\"meta\",\"title\":\"Content vocabul"
                     "ary meta-schema\",\"type\":[\"object\",\"boolean\"],\"properties\":{\""
                     "contentEncoding\":{\"type\":\"string\"},\"contentMediaType\":{\"type"
                     "\":\"string\"},\"contentSchema\":{\"$dynamicRef\":\"#meta\"}}}"},
};

const char *schema_metaschema(const char *uri)
{
    if (!g_str_has_prefix(uri, BASE))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(metaschemas); i++)
        if (strcmp(uri + strlen(BASE), metaschemas[i].name) == 0)
            return metaschemas[i].text;
    return NULL;
}

const char *const *schema_dialects(void)
{
    static const char *const dialects[] = {SCHEMA_DIALECT, NULL};
    return dialects;
}
