#include "pdf-type1.h"

#include "pdf-encoding.h"

#include <string.h>

#define CLEAR_TEXT 65536 /* bytes that are looked through, up to where the font is enciphered */
#define ENCODING "/Encoding "
#define STANDARD "StandardEncoding def"
#define OWN "256 array"

static const char *skip_spaces(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
        p++;
    return p;
}

/* "dup 65 /A put" and nothing else, until "readonly def". */
static gboolean read_own(const char *p, const char **names, GStringChunk *strings)
{
    static const char fill[] = "0 1 255 {1 index exch /.notdef put} for";
    p = skip_spaces(p);
    if (g_str_has_prefix(p, fill))
        p = skip_spaces(p + strlen(fill));
    while (g_str_has_prefix(p, "dup ")) {
        char *end;
        guint64 code = g_ascii_strtoull(p + 4, &end, 10);
        const char *name = skip_spaces(end);
        if (!g_ascii_isdigit(p[4]) || code > 255 || *name++ != '/')
            return FALSE;
        gsize length = strcspn(name, " \t\r\n");
        const char *put = skip_spaces(name + length);
        if (!g_str_has_prefix(put, "put"))
            return FALSE;
        if (!names[code] && length)
            names[code] = g_string_chunk_insert_len(strings, name, (gssize)length);
        p = skip_spaces(put + 3);
    }
    return g_str_has_prefix(p, "readonly def") || g_str_has_prefix(p, "def");
}

gboolean pdf_type1_encoding(GBytes *file, const char **names, GStringChunk *strings)
{
    gsize size;
    const char *data = g_bytes_get_data(file, &size);
    g_autofree char *text = g_malloc0(CLEAR_TEXT + 1);
    for (gsize i = 0; i < MIN(size, CLEAR_TEXT); i++)
        text[i] = data[i] ? data[i] : ' ';
    char *end = strstr(text, "eexec");
    if (!end)
        return FALSE;
    *end = '\0';
    const char *at = strstr(text, ENCODING);
    /* Whoever finds the first or the last one must find the same. */
    if (!at || strstr(at + 1, "/Encoding") || strchr(at, '%') || at == text ||
        !strchr("\r\n", at[-1]))
        return FALSE;
    at += strlen(ENCODING);
    if (g_str_has_prefix(at, OWN))
        return read_own(at + strlen(OWN), names, strings);
    if (!g_str_has_prefix(at, STANDARD))
        return FALSE;
    pdf_encoding_fill(PDF_ENCODING_STANDARD, names);
    return TRUE;
}
