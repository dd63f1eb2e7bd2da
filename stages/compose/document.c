#include "stages/compose/document.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/json.h"

#define MARKER_DIGITS 16u       /* 64 bits: nobody writes a text that holds its own hash */
#define MAX_NAME_CHARACTERS 100 /* of a document's name, as the model sees it */

char *document_marker(const char *sha256, const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    char *marker = g_strndup(sha256, MARKER_DIGITS);
    for (guint n = 1; strstr(lower, marker); n++) {
        g_autofree char *salted = g_strdup_printf("%s %u", sha256, n);
        g_autofree char *hash = bytes_sha256(salted, strlen(salted));
        g_free(marker);
        marker = g_strndup(hash, MARKER_DIGITS);
    }
    return marker;
}

/* The name as a JSON string: one line, no control characters, nothing that ends it. */
static char *shown_name(const char *name)
{
    g_autofree char *utf8 = bytes_to_utf8(name, -1);
    g_autofree char *safe = bytes_for_terminal(utf8);
    g_autofree char *cut =
        g_utf8_substring(safe, 0, MIN(g_utf8_strlen(safe, -1), (glong)MAX_NAME_CHARACTERS));
    g_autoptr(cJSON) string = cJSON_CreateString(cut);
    return json_print(string, FALSE);
}

char *document_message(const char *name, const char *marker, const char *text)
{
    GString *out = g_string_new(NULL);
    if (name) {
        g_autofree char *shown = shown_name(name);
        g_string_append_printf(out, "File name: %s\n", shown);
    }
    g_string_append_printf(out, "=== BEGIN DOCUMENT %s ===\n", marker);
    g_string_append(out, text);
    if (*text && !g_str_has_suffix(text, "\n"))
        g_string_append_c(out, '\n');
    g_string_append_printf(out, "=== END DOCUMENT %s ===\n", marker);
    return g_string_free(out, FALSE);
}
