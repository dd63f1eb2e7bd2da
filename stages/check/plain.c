#include "stages/check/plain.h"

#include "pipeline/core/values.h"

#include <string.h>

void plain_init(Plain *plain)
{
    plain->text = g_string_new(NULL);
    plain->starts = g_array_new(FALSE, FALSE, sizeof(guint32));
}

void plain_clear(Plain *plain)
{
    if (plain->text != NULL)
        g_string_free(plain->text, TRUE);
    g_clear_pointer(&plain->starts, g_array_unref);
    plain->text = NULL;
}

static gboolean is_ascii(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if ((guchar)text[i] >= 128)
            return FALSE;
    }
    return TRUE;
}

void plain_append(Plain *plain, const char *text, gsize length)
{
    /* Most words are ASCII, and folding by table is many times dearer than by hand. */
    g_autofree char *folded = is_ascii(text, length) ? NULL : value_key(text, (gssize)length);
    if (folded != NULL) {
        text = folded;
        length = strlen(folded);
    }
    gboolean inside = FALSE;
    for (gsize i = 0; i < length; i++) {
        gboolean letter = (guchar)text[i] >= 128 || g_ascii_isalnum(text[i]);
        if (letter && !inside) {
            guint32 start = (guint32)plain->text->len;
            g_array_append_val(plain->starts, start);
        }
        if (letter)
            g_string_append_c(plain->text, g_ascii_tolower(text[i]));
        inside = letter;
    }
}

/* FNV-1a. */
guint64 plain_hash(const char *text, gsize length, guint64 previous)
{
    guint64 hash = previous * 31 + G_GUINT64_CONSTANT(14695981039346656037);
    for (gsize i = 0; i < length; i++)
        hash = (hash ^ (guchar)text[i]) * G_GUINT64_CONSTANT(1099511628211);
    return hash;
}
