/* URI references in $id and $ref (RFC 3986). */
#include "stages/check/schema/node.h"

#include <string.h>

char *schema_uri_resolve(const char *base, const char *reference)
{
    /* A bare fragment changes only the fragment; bases such as urn: have no path to merge with. */
    if (reference[0] == '#' || reference[0] == '\0') {
        g_autofree char *bare = g_strdup(base);
        char *hash = strchr(bare, '#');
        if (hash != NULL)
            *hash = '\0';
        return g_strconcat(bare, reference, NULL);
    }
    return g_uri_resolve_relative(base, reference, G_URI_FLAGS_ENCODED, NULL);
}

char *schema_uri_cut_fragment(char *uri)
{
    char *hash = strchr(uri, '#');
    if (hash == NULL)
        return g_strdup("");
    char *fragment = g_uri_unescape_string(hash + 1, NULL);
    *hash = '\0';
    return fragment;
}
