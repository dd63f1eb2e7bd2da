/* Classes of bytes, looked up in one table: what the grammars of the formats call characters. */
#pragma once

#include <glib.h>

enum {
    CHAR_DIGIT = 1 << 0,
    CHAR_HEX = 1 << 1,
    CHAR_LABEL = 1 << 2,    /* letters, digits, "-": labels of host names */
    CHAR_HOST = 1 << 3,     /* RFC 3986: unreserved and sub-delims */
    CHAR_USER = 1 << 4,     /* CHAR_HOST and ":" */
    CHAR_PATH = 1 << 5,     /* pchar and "/", without "%" */
    CHAR_QUERY = 1 << 6,    /* CHAR_PATH and "?" */
    CHAR_SEGMENT = 1 << 7,  /* pchar without ":" and "%", for the first segment of a reference */
    CHAR_SCHEME = 1 << 8,   /* letters, digits, "+", "-", "." */
    CHAR_ATOM = 1 << 9,     /* RFC 5322 atext */
    CHAR_LITERAL = 1 << 10, /* RFC 6570 literals of ASCII, with "'" (erratum 6937) */
    CHAR_NAME = 1 << 11,    /* RFC 6570 varchar without "%": letters, digits, "_" */
    CHAR_ALNUM = 1 << 12,
    CHAR_BEYOND = 1 << 13, /* bytes that may stand in UTF-8 beyond ASCII */
    CHAR_QUOTED = 1 << 14, /* RFC 5321 qtextSMTP: printable without '"' and "\" */
};

extern const guint16 char_classes[256];

/* These are inlined everywhere, because with the classes as a constant a byte costs three
 * instructions: load, test, branch. */
G_ALWAYS_INLINE static inline gboolean char_is(char c, guint classes)
{
    return (char_classes[(guchar)c] & classes) != 0;
}

/* The first byte from `at` on that is in none of these classes; NUL is in none. */
G_ALWAYS_INLINE static inline const char *char_end(const char *at, guint classes)
{
    for (;; at += 8) {
        if (!char_is(at[0], classes))
            return at;
        if (!char_is(at[1], classes))
            return at + 1;
        if (!char_is(at[2], classes))
            return at + 2;
        if (!char_is(at[3], classes))
            return at + 3;
        if (!char_is(at[4], classes))
            return at + 4;
        if (!char_is(at[5], classes))
            return at + 5;
        if (!char_is(at[6], classes))
            return at + 6;
        if (!char_is(at[7], classes))
            return at + 7;
    }
}

/* The same, hiding where the place came from: otherwise the optimiser keeps every byte that is
 * passed in a second register, in case it is the one that is looked at next. */
G_ALWAYS_INLINE static inline const char *char_skip(const char *at, guint classes)
{
    at = char_end(at, classes);
    __asm__("" : "+r"(at));
    return at;
}
