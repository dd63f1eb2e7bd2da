/* Tables by name. Names come from schemas, and g_str_hash lets anybody make up thousands of them
 * that collide. */
#include "stages/check/schema/hash.h"
#include "stages/check/schema/node.h"

static guint name_hash(gconstpointer key)
{
    return (guint)hash_text(0, key);
}

GHashTable *schema_names_new(GDestroyNotify free_name, GDestroyNotify free_value)
{
    return g_hash_table_new_full(name_hash, g_str_equal, free_name, free_value);
}
