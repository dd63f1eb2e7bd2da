#include "pdf-unicode.h"

#include "pdf-encoding.h"

#include <string.h>

#define MAX_PART 40 /* bytes of a name between two underscores */

/* Glyphs of TeX's fonts for mathematics that Adobe's list does not have. */
static const struct {
    const char *name;
    gunichar character;
} of_tex[] = {
    {"angbracketleft", 0x27e8},  {"angbracketright", 0x27e9}, {"bardbl", 0x2225},
    {"ceilingleft", 0x2308},     {"ceilingright", 0x2309},    {"circlecopyrt", 0x20dd},
    {"floorleft", 0x230a},       {"floorright", 0x230b},      {"follows", 0x227b},
    {"followsequal", 0x227d},    {"greatermuch", 0x226b},     {"intercal", 0x22ba},
    {"intersectionsq", 0x2293},  {"latticetop", 0x22a4},      {"lessmuch", 0x226a},
    {"mapsto", 0x21a6},          {"precedes", 0x227a},        {"precedesequal", 0x227c},
    {"prime", 0x2032},           {"similarequal", 0x2243},    {"subsetsqequal", 0x2291},
    {"supersetsqequal", 0x2292}, {"triangleleft", 0x25c1},    {"triangleright", 0x25b7},
    {"unionmulti", 0x228e},      {"unionsq", 0x2294},         {"wreathproduct", 0x2240},
};

static gunichar by_tex(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(of_tex); i++)
        if (strcmp(of_tex[i].name, name) == 0)
            return of_tex[i].character;
    return 0;
}

/* So many hexadecimal digits in upper case as a character; 0 if they are none. */
static gunichar hex(const char *digits, gsize n)
{
    gunichar c = 0;
    for (gsize i = 0; i < n; i++) {
        if (!g_ascii_isxdigit(digits[i]) || g_ascii_islower(digits[i]))
            return 0;
        c = c << 4 | (gunichar)g_ascii_xdigit_value(digits[i]);
    }
    return g_unichar_validate(c) ? c : 0;
}

/* One part of a name, between underscores. */
static guint part_text(const char *part, gunichar *text, guint room)
{
    gsize length = strlen(part);
    guint n = 0;
    gunichar c = pdf_encoding_unicode(part);
    if (!c)
        c = by_tex(part);
    if (!c && part[0] == 'u' && length >= 5 && length <= 7)
        c = hex(part + 1, length - 1);
    if (c && room) {
        text[0] = c;
        return 1;
    }
    if (!g_str_has_prefix(part, "uni") || length % 4 != 3)
        return 0;
    for (const char *at = part + 3; *at; at += 4) {
        if (n == room || !(text[n] = hex(at, 4)))
            return 0;
        n++;
    }
    return n;
}

guint pdf_unicode_of_name(const char *name, gunichar *text)
{
    guint n = 0;
    gsize end = strcspn(name, ".");
    for (gsize at = 0; at < end;) {
        char part[MAX_PART];
        gsize length = MIN(strcspn(name + at, "_"), end - at);
        if (length == 0 || length >= MAX_PART)
            return 0;
        memcpy(part, name + at, length);
        part[length] = '\0';
        guint found = part_text(part, text + n, PDF_CODE_TEXT - n);
        if (!found)
            return 0;
        n += found;
        at += length + (name[at + length] == '_');
    }
    return n;
}
