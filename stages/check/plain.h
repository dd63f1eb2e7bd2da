/* Text without case, accents, punctuation and space, and where its tokens begin. */
#pragma once

#include <glib.h>

typedef struct {
    GString *text;  /* letters and digits only */
    GArray *starts; /* guint32: offset of each token; a token ends where the next begins */
} Plain;

/* Begin and end of one; clear twice is harmless. */
void plain_init(Plain *plain);
void plain_clear(Plain *plain);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plain, plain_clear)

/* Appends a text (valid UTF-8), its tokens split at everything that is no letter and no digit. */
void plain_append(Plain *plain, const char *text, gsize length);

static inline guint32 plain_start(const Plain *plain, guint token)
{
    return token < plain->starts->len ? g_array_index(plain->starts, guint32, token)
                                      : (guint32)plain->text->len;
}

/* A token's hash; `previous` joins it to the one before (0: alone). */
guint64 plain_hash(const char *text, gsize length, guint64 previous);
