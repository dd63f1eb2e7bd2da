/* Keywords for numbers and strings, and counts of anything. */
#include "stages/check/schema/compile.h"

#include <math.h>
#include <string.h>

/* ---- numbers ---- */

COMPILE_READER(count)
{
    const double number = value->valuedouble;
    if (!cJSON_IsNumber(value) || !(number >= 0) || !isfinite(number) || trunc(number) != number)
        return compile_fail(error, "must be a whole number, 0 or more");
    G_STRUCT_MEMBER(double, node, keyword->field) = number;
    return TRUE;
}

COMPILE_READER(bound)
{
    if (!cJSON_IsNumber(value))
        return compile_fail(error, "must be a number");
    node->bounds |= keyword->bit;
    G_STRUCT_MEMBER(double, node, keyword->field) = value->valuedouble;
    return TRUE;
}

/* In draft-04 a bound is a number, and "exclusiveMinimum": true beside it makes it strict. */
COMPILE_READER(old_bound)
{
    const gboolean low = strcmp(keyword->name, "minimum") == 0;
    const char *beside = low ? "exclusiveMinimum" : "exclusiveMaximum";
    const gboolean strict = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(node->source, beside));
    if (!cJSON_IsNumber(value))
        return compile_fail(error, "must be a number");
    if (low && strict)
        node->exclusive_minimum = value->valuedouble;
    else if (low)
        node->minimum = value->valuedouble;
    else if (strict)
        node->exclusive_maximum = value->valuedouble;
    else
        node->maximum = value->valuedouble;
    if (low)
        node->bounds |= strict ? BOUND_EXCLUSIVE_MINIMUM : BOUND_MINIMUM;
    else
        node->bounds |= strict ? BOUND_EXCLUSIVE_MAXIMUM : BOUND_MAXIMUM;
    return TRUE;
}

COMPILE_READER(old_exclusive)
{
    return cJSON_IsBool(value) || compile_fail(error, "must be true or false in draft-04");
}

COMPILE_READER(multiple_of)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble > 0) || !isfinite(value->valuedouble))
        return compile_fail(error, "must be a number greater than 0");
    node->bounds |= BOUND_MULTIPLE_OF;
    node->multiple_of = decimal_step(value->valuedouble);
    return TRUE;
}

/* ---- strings ---- */

COMPILE_READER(pattern)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be a regular expression");
    node->pattern = compile_shared_pattern(compiler, value->valuestring, error);
    return node->pattern != NULL;
}

/* A format is known in every draft or in none: a draft-04 schema that asks for a uuid means it. */
COMPILE_READER(format)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be a string");
    if (compiler->schema->assert_format ||
        (node->resource->vocabularies & VOCABULARY_FORMAT_ASSERTION) != 0)
        node->format = format_find(value->valuestring);
    return TRUE;
}

/* Contents in an encoding that we cannot undo cannot be looked at either. */
COMPILE_READER(content_encoding)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be a string");
    const guint bit = content_encoding(value->valuestring);
    if (bit == 0)
        node->content = 0;
    else if (compiler->schema->assert_content)
        node->content |= bit;
    return TRUE;
}

COMPILE_READER(content_media_type)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be a string");
    const cJSON *encoding = cJSON_GetObjectItemCaseSensitive(node->source, "contentEncoding");
    const gboolean readable =
        !cJSON_IsString(encoding) || content_encoding(encoding->valuestring) != 0;
    if (compiler->schema->assert_content && readable)
        node->content |= content_media_type(value->valuestring);
    return TRUE;
}
