/* Names of meta-schemas: http://json-schema.org/draft-NN/schema up to draft-07, and
 * https://json-schema.org/draft/YYYY-MM/… since. */
#include "stages/check/schema/metaschemas.h"

#include <string.h>

static gboolean is_called(const Metaschema *metaschema, const char *path)
{
    if (g_str_has_prefix(path, "draft/"))
        return strcmp(metaschema->name, path + strlen("draft/")) == 0;
    const gsize length = strlen(metaschema->name);
    return strncmp(metaschema->name, path, length) == 0 && strcmp(path + length, "/schema") == 0;
}

const Metaschema *metaschemas_find(const char *uri)
{
    static const char *const bases[] = {"http://json-schema.org/", "https://json-schema.org/"};
    for (gsize i = 0; i < G_N_ELEMENTS(bases); i++) {
        if (!g_str_has_prefix(uri, bases[i]))
            continue;
        for (const Metaschema *at = metaschemas; at->name != NULL; at++) {
            if (is_called(at, uri + strlen(bases[i])))
                return at;
        }
    }
    return NULL;
}
