/* Noncharacters U+FDD0 to U+FDEF stand in: no format allows them where it does not allow U+0000, but for
 * those in the table below, and no text for people has them. */
#include "tools/commands/bowtie-nul.h"

#include <string.h>

#define FIRST 0xFDD0u
#define COUNT 32u

/* Known issues: what could tell U+0000 from its stand-in. */
static const struct {
    const char *keyword;
    const char *value; /* NULL: any */
    const char *why;
} differs[] = {
    {"pattern", NULL, "U+0000 beside \"pattern\": the strings of our JSON trees cannot hold it"},
    {"patternProperties", NULL,
     "U+0000 beside \"patternProperties\": the strings of our JSON trees cannot hold it"},
    {"contentMediaType", NULL,
     "U+0000 beside \"contentMediaType\": the strings of our JSON trees cannot hold it"},
    {"format", "idn-email",
     "U+0000 beside the format \"idn-email\": the strings of our JSON trees cannot hold it"},
};

/* The code unit of the escape at `at` (the backslash), or -1 when it is not \uXXXX. */
static int code_unit(const char *at, const char *end)
{
    int unit = 0;
    if (end - at < 6 || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        const int digit = g_ascii_xdigit_value(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Which noncharacters occur, escaped or as UTF-8 (EF B7 90 to EF B7 AF); *nul: U+0000 does. */
static guint32 find_used(const char *text, gsize length, gboolean *nul)
{
    guint32 used = 0;
    const char *end = text + length;
    for (const char *at = text; at < end; at++) {
        if (*at == '\\') {
            const int unit = code_unit(at, end);
            *nul |= unit == 0;
            if (unit >= (int)FIRST && unit < (int)(FIRST + COUNT))
                used |= 1u << ((guint)unit - FIRST);
            at++; /* a backslash behind a backslash begins nothing */
        } else if ((guint8)*at == 0xEF && end - at >= 3 && (guint8)at[1] == 0xB7) {
            const guint low = (guint)(guint8)at[2] - 0x90u;
            used |= low < COUNT ? 1u << low : 0;
        }
    }
    return used;
}

gboolean bowtie_nul_replace(char *text, gsize length)
{
    gboolean nul = FALSE;
    const guint32 used = find_used(text, length, &nul);
    if (!nul || used == G_MAXUINT32)
        return nul;
    guint free_bit = 0;
    while (used & (1u << free_bit))
        free_bit++;
    char escape[8];
    g_snprintf(escape, sizeof escape, "\\u%04x", FIRST + free_bit);
    const char *end = text + length;
    for (char *at = text; at < end; at++) {
        if (*at != '\\')
            continue;
        if (code_unit(at, end) == 0)
            memcpy(at, escape, 6);
        at++;
    }
    return TRUE;
}

const char *bowtie_nul_matters(const cJSON *schema)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, schema)
    {
        for (guint i = 0; child->string != NULL && i < G_N_ELEMENTS(differs); i++) {
            const gboolean named = strcmp(child->string, differs[i].keyword) == 0;
            const char *value = cJSON_GetStringValue(child);
            if (named && (differs[i].value == NULL ||
                          (value != NULL && strcmp(value, differs[i].value) == 0)))
                return differs[i].why;
        }
        const char *why = bowtie_nul_matters(child);
        if (why != NULL)
            return why;
    }
    return NULL;
}
