/* Tables by name. Names come from schemas, and g_str_hash lets anybody make up thousands of them
 * that collide; where the program was loaded nobody knows. */
#include "stages/check/schema/node.h"

#include <string.h>

#define FACTOR G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)

static guint64 mix(guint64 hash, guint64 word)
{
    hash = (hash ^ word) * FACTOR;
    return hash ^ hash >> 32;
}

static guint name_hash(gconstpointer key)
{
    static const char somewhere = 0;
    guint64 hash = (guint64)(gsize)&somewhere;
    const char *name = key;
    gsize left = strlen(name);
    for (; left >= sizeof hash; left -= sizeof hash, name += sizeof hash) {
        guint64 word;
        memcpy(&word, name, sizeof word);
        hash = mix(hash, word);
    }
    guint64 word = left + 1;
    for (; left > 0; left--)
        word = word << 8 | (guchar)*name++;
    return (guint)mix(hash, word);
}

GHashTable *schema_names_new(GDestroyNotify free_name, GDestroyNotify free_value)
{
    return g_hash_table_new_full(name_hash, g_str_equal, free_name, free_value);
}
