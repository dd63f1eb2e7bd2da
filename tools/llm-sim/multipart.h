/* A form upload (RFC 7578) taken apart. */
#pragma once

#include <glib.h>

/* The part of this name in a multipart/form-data body, lent from it, with its length; NULL: there
 * is none, or it is no such body. `content_type` is the header, which holds the boundary. */
const char *multipart_find(const char *content_type, const char *body, gsize length,
                           const char *name, gsize *part_length);
