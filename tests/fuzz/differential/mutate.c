#include "tests/fuzz/differential/mutate.h"

#include <math.h>
#include <string.h>

static guint roll(GRand *dice, guint sides)
{
    return (guint)g_rand_int_range(dice, 0, (gint32)MAX(sides, 1));
}

#define PICK(dice, array) ((array)[roll((dice), G_N_ELEMENTS(array))])

/* `node` takes what `value` is, and keeps its place and its name. */
static void become(cJSON *node, cJSON *value)
{
    cJSON_Delete(node->child);
    cJSON_free(node->valuestring);
    node->type = value->type & 0xff;
    node->child = value->child;
    node->valuestring = value->valuestring;
    node->valuedouble = value->valuedouble;
    node->valueint = value->valueint;
    value->child = NULL;
    value->valuestring = NULL;
    cJSON_Delete(value);
}

static const char *some_string(GPtrArray *strings, GRand *dice)
{
    return strings->len > 0 ? g_ptr_array_index(strings, roll(dice, strings->len)) : "";
}

static cJSON *some_value(const Pool *pool, GRand *dice)
{
    if (pool->values->len == 0)
        return cJSON_CreateNull();
    return cJSON_Duplicate(g_ptr_array_index(pool->values, roll(dice, pool->values->len)), TRUE);
}

static const char *some_name(const Pool *pool, GRand *dice)
{
    static const char *const odd[] = {"",         "constructor", "length", "toString",
                                      "valueOf",  "__proto__",   "0",      "a/b",
                                      "x-custom", "é",           "😀",      "hasOwnProperty"};
    if (pool->names->len == 0 || roll(dice, 12) == 0)
        return PICK(dice, odd);
    return some_string(pool->names, dice);
}

static guint some_length(const Pool *pool, GRand *dice)
{
    guint length = roll(dice, 4);
    if (pool->lengths->len > 0 && roll(dice, 4) != 0)
        length = g_array_index(pool->lengths, guint, roll(dice, pool->lengths->len));
    guint offset = roll(dice, 3);
    return length + offset > 0 ? length + offset - 1 : 0;
}

/* ---- any node ---- */
static void swap_type(cJSON *node, const Pool *pool, GRand *dice)
{
    static const char *const values[] = {"null",  "true", "false", "0",    "1",         "-1",
                                         "\"\"",  "[]",   "{}",    "1.5",  "\"1\"",     "[null]",
                                         "\"a\"", "1.0",  "[[]]",  "[{}]", "{\"a\":1}", "[1]"};
    become(node, cJSON_Parse(PICK(dice, values)));
}

static void take_value(cJSON *node, const Pool *pool, GRand *dice)
{
    become(node, some_value(pool, dice));
}

/* The whole node one level deeper, or its first child in its place. */
static void change_level(cJSON *node, const Pool *pool, GRand *dice)
{
    if (node->child && roll(dice, 2) == 0) {
        become(node, cJSON_Duplicate(node->child, TRUE));
        return;
    }
    guint levels = roll(dice, 8) == 0 ? 1 + roll(dice, 40) : 1;
    for (guint i = 0; i < levels; i++) {
        gboolean array = roll(dice, 2) == 0;
        cJSON *outer = array ? cJSON_CreateArray() : cJSON_CreateObject();
        cJSON *inner = cJSON_Duplicate(node, TRUE);
        if (array)
            cJSON_AddItemToArray(outer, inner);
        else
            cJSON_AddItemToObject(outer, some_name(pool, dice), inner);
        become(node, outer);
    }
}

/* ---- numbers ---- */
static double near_number(double number, GRand *dice)
{
    switch (roll(dice, 8)) {
    case 0:
        return number + 1;
    case 1:
        return number - 1;
    case 2:
        return nextafter(number, INFINITY);
    case 3:
        return nextafter(number, -INFINITY);
    case 4:
        return number + 0.5;
    case 5:
        return -number;
    case 6:
        return number * 10;
    default:
        return number;
    }
}

static double some_multiple(const Pool *pool, GRand *dice)
{
    double divisor = g_array_index(pool->divisors, double, roll(dice, pool->divisors->len));
    double factor = (double)g_rand_int_range(dice, -1000, 100000);
    double number = divisor * factor;
    return roll(dice, 3) == 0 ? number + divisor / 2 : number;
}

/* By its shortest text, as raw: cJSON prints 15 digits where it thinks that they will do. */
static void set_number(cJSON *node, double number)
{
    if (!isfinite(number))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        g_autofree char *text = g_strdup_printf("%.*g", digits, number);
        if (digits < 17 && g_ascii_strtod(text, NULL) != number)
            continue;
        become(node, cJSON_CreateRaw(text));
        return;
    }
}

static void change_number(cJSON *node, const Pool *pool, GRand *dice)
{
    static const char *const written[] = {
        "1.0",   "-0",     "-0.0",  "0.0",   "1e0",    "1E+2", "10e-1",  "9007199254740993",
        "1e308", "1e-308", "0.1",   "0.3",   "19.99",  "4.35", "1e22",   "123456789012345678901",
        "-1e-7", "2.0",    "3.0e0", "100.0", "0.0075", "1.1",  "5e-324", "12345678910"};
    if (roll(dice, 4) == 0)
        become(node, cJSON_CreateRaw(PICK(dice, written)));
    else if (pool->divisors->len > 0 && roll(dice, 2) == 0)
        set_number(node, some_multiple(pool, dice));
    else if (pool->numbers->len > 0 && roll(dice, 3) != 0)
        set_number(node,
                   near_number(g_array_index(pool->numbers, double, roll(dice, pool->numbers->len)),
                               dice));
    else
        set_number(node, near_number(node->valuedouble, dice));
}

/* ---- strings ---- */
static const char *const letters[] = {"a", "Z", "0", "9", " ",  "-",  "_", ".",      ":",  "@",
                                      "/", "#", "é", "€", "😀",  "\n", "٣", "\u2028", "\t", "K",
                                      "ſ", "+", "(", "[", "\\", "\"", "A", "\ufeff", "中", "z"};

static char *some_text(guint length, GRand *dice)
{
    GString *text = g_string_new(NULL);
    const char *usual = PICK(dice, letters);
    for (guint i = 0; i < length; i++)
        g_string_append(text, roll(dice, 6) == 0 ? PICK(dice, letters) : usual);
    return g_string_free(text, FALSE);
}

/* One letter put in, taken out or exchanged. */
static char *near_text(const char *text, GRand *dice)
{
    glong length = g_utf8_strlen(text, -1);
    const char *at = g_utf8_offset_to_pointer(text, (glong)roll(dice, (guint)length + 1));
    const char *after = *at && roll(dice, 2) == 0 ? g_utf8_next_char(at) : at;
    const char *letter = roll(dice, 3) == 0 ? "" : PICK(dice, letters);
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, letter, after);
}

static char *cut_text(const char *text, guint length)
{
    glong whole = g_utf8_strlen(text, -1);
    return g_utf8_substring(text, 0, MIN((glong)length, whole));
}

static void change_string(cJSON *node, const Pool *pool, GRand *dice)
{
    g_autofree char *text = NULL;
    switch (roll(dice, 7)) {
    case 0:
        text = some_text(some_length(pool, dice), dice);
        break;
    case 1:
        text = cut_text(node->valuestring, some_length(pool, dice));
        break;
    case 2:
        text = near_text(some_string(pool->strings, dice), dice);
        break;
    case 3:
        text = g_strdup(some_name(pool, dice));
        break;
    case 4:
        text = g_strdup(some_string(pool->strings, dice));
        break;
    case 5:
        text = g_utf8_strup(node->valuestring, -1);
        break;
    default:
        text = near_text(node->valuestring, dice);
        break;
    }
    become(node, cJSON_CreateString(text));
}

/* ---- arrays and objects ---- */
static cJSON *some_child(const cJSON *node, GRand *dice)
{
    return cJSON_GetArrayItem(node, (int)roll(dice, (guint)cJSON_GetArraySize(node)));
}

/* An equal value that looks different: 1 as 1.0, the members of an object the other way round. */
static cJSON *equal_copy(const cJSON *value)
{
    if (cJSON_IsNumber(value) && fabs(value->valuedouble) < 1e15 &&
        trunc(value->valuedouble) == value->valuedouble) {
        g_autofree char *text = g_strdup_printf("%.1f", value->valuedouble);
        return cJSON_CreateRaw(text);
    }
    if (!cJSON_IsObject(value))
        return cJSON_Duplicate(value, TRUE);
    cJSON *copy = cJSON_CreateObject();
    for (const cJSON *child = value->child ? value->child->prev : NULL; child;
         child = child == value->child ? NULL : child->prev)
        cJSON_AddItemToObject(copy, child->string, equal_copy(child));
    return copy;
}

static void change_array(cJSON *node, const Pool *pool, GRand *dice)
{
    cJSON *child = some_child(node, dice);
    switch (roll(dice, 6)) {
    case 0:
        if (child)
            cJSON_Delete(cJSON_DetachItemViaPointer(node, child));
        break;
    case 1:
        if (child)
            cJSON_AddItemToArray(node, equal_copy(child));
        break;
    case 2:
        if (child)
            cJSON_InsertItemInArray(node, 0, cJSON_Duplicate(child, TRUE));
        break;
    case 3: {
        int wanted = (int)some_length(pool, dice);
        while (cJSON_GetArraySize(node) > wanted)
            cJSON_DeleteItemFromArray(node, wanted);
        while (cJSON_GetArraySize(node) < wanted && node->child)
            cJSON_AddItemToArray(node, cJSON_Duplicate(some_child(node, dice), TRUE));
        break;
    }
    default:
        cJSON_AddItemToArray(node, some_value(pool, dice));
        break;
    }
}

/* Names are never there twice: what such a text means is not agreed upon. */
static void add_member(cJSON *object, const char *name, cJSON *value)
{
    if (cJSON_GetObjectItemCaseSensitive(object, name))
        cJSON_Delete(value);
    else
        cJSON_AddItemToObject(object, name, value);
}

static void change_object(cJSON *node, const Pool *pool, GRand *dice)
{
    cJSON *child = some_child(node, dice);
    guint kind = roll(dice, 6);
    if (kind < 2 || !child) {
        add_member(node, some_name(pool, dice), some_value(pool, dice));
        return;
    }
    if (kind == 2) {
        g_autofree char *name = near_text(child->string, dice);
        add_member(node, name, cJSON_Duplicate(child, TRUE));
        return;
    }
    cJSON_DetachItemViaPointer(node, child);
    g_autofree char *name = g_strdup(kind == 3 ? some_name(pool, dice) : NULL);
    if (!name && kind == 4)
        name = near_text(child->string, dice);
    if (name)
        add_member(node, name, child);
    else
        cJSON_Delete(child);
}

/* ---- choosing ---- */
static void list_nodes(cJSON *node, GPtrArray *nodes)
{
    g_ptr_array_add(nodes, node);
    for (cJSON *child = node->child; child; child = child->next)
        list_nodes(child, nodes);
}

static void change(cJSON *node, const Pool *pool, GRand *dice)
{
    guint kind = roll(dice, 12);
    if (kind == 0)
        swap_type(node, pool, dice);
    else if (kind == 1)
        take_value(node, pool, dice);
    else if (kind == 2)
        change_level(node, pool, dice);
    else if (cJSON_IsNumber(node))
        change_number(node, pool, dice);
    else if (cJSON_IsString(node))
        change_string(node, pool, dice);
    else if (cJSON_IsArray(node))
        change_array(node, pool, dice);
    else if (cJSON_IsObject(node))
        change_object(node, pool, dice);
    else
        swap_type(node, pool, dice);
}

void mutate(cJSON *instance, const Pool *pool, GRand *dice)
{
    /* Mostly one change: after many of them everything is invalid for a dull reason. */
    static const guint counts[] = {1, 1, 1, 1, 2, 2, 3, 5};
    for (guint left = PICK(dice, counts); left > 0; left--) {
        g_autoptr(GPtrArray) nodes = g_ptr_array_new();
        list_nodes(instance, nodes);
        change(g_ptr_array_index(nodes, roll(dice, nodes->len)), pool, dice);
    }
}
