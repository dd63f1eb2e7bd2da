/* The table of classes. */
#include "stages/check/schema/formats/chars.h"

/* What unreserved characters and sub-delims have in common: every part of a URI may hold them. */
#define PLAIN                                                                                      \
    (CHAR_HOST | CHAR_USER | CHAR_PATH | CHAR_QUERY | CHAR_SEGMENT | CHAR_LITERAL | CHAR_QUOTED)
#define ALNUM (PLAIN | CHAR_LABEL | CHAR_SCHEME | CHAR_ATOM | CHAR_NAME | CHAR_ALNUM)
#define DIGIT (ALNUM | CHAR_DIGIT | CHAR_HEX)

const guint16 char_classes[256] = {
    [' '] = CHAR_QUOTED,
    ['!'] = PLAIN | CHAR_ATOM,
    ['#'] = CHAR_ATOM | CHAR_LITERAL | CHAR_QUOTED,
    ['$'] = PLAIN | CHAR_ATOM,
    ['%'] = CHAR_ATOM | CHAR_QUOTED,
    ['&' ... '\''] = PLAIN | CHAR_ATOM,
    ['(' ... ')'] = PLAIN,
    ['*'] = PLAIN | CHAR_ATOM,
    ['+'] = PLAIN | CHAR_ATOM | CHAR_SCHEME,
    [','] = PLAIN,
    ['-'] = PLAIN | CHAR_ATOM | CHAR_SCHEME | CHAR_LABEL,
    ['.'] = PLAIN | CHAR_SCHEME,
    ['/'] = CHAR_PATH | CHAR_QUERY | CHAR_ATOM | CHAR_LITERAL | CHAR_QUOTED,
    ['0' ... '9'] = DIGIT,
    [':'] = CHAR_USER | CHAR_PATH | CHAR_QUERY | CHAR_LITERAL | CHAR_QUOTED,
    [';'] = PLAIN,
    ['<'] = CHAR_QUOTED,
    ['='] = PLAIN | CHAR_ATOM,
    ['>'] = CHAR_QUOTED,
    ['?'] = CHAR_QUERY | CHAR_ATOM | CHAR_LITERAL | CHAR_QUOTED,
    ['@'] = CHAR_PATH | CHAR_QUERY | CHAR_SEGMENT | CHAR_LITERAL | CHAR_QUOTED,
    ['A' ... 'F'] = ALNUM | CHAR_HEX,
    ['G' ... 'Z'] = ALNUM,
    ['['] = CHAR_LITERAL | CHAR_QUOTED,
    [']'] = CHAR_LITERAL | CHAR_QUOTED,
    ['^'] = CHAR_ATOM | CHAR_QUOTED,
    ['_'] = PLAIN | CHAR_ATOM | CHAR_NAME,
    ['`'] = CHAR_ATOM | CHAR_QUOTED,
    ['a' ... 'f'] = ALNUM | CHAR_HEX,
    ['g' ... 'z'] = ALNUM,
    ['{' ... '}'] = CHAR_ATOM | CHAR_QUOTED,
    ['~'] = PLAIN | CHAR_ATOM,
    [0x80 ... 0xBF] = CHAR_BEYOND,
    [0xC2 ... 0xF4] = CHAR_BEYOND,
};
