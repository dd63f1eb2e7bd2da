/* The format assertions of the 2020-12 validation vocabulary, section 7. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name;
    const char *meaning; /* "a date as YYYY-MM-DD", for sentences */
    gboolean (*check)(const char *text);
} Format;

/* NULL for a format that is not in the vocabulary: such a format is valid for every value. */
const Format *format_find(const char *name);

/* formats-net.c */
gboolean format_email(const char *text);
gboolean format_idn_email(const char *text);
gboolean format_hostname(const char *text);
gboolean format_idn_hostname(const char *text);
gboolean format_ipv4(const char *text);
gboolean format_ipv6(const char *text);
gboolean format_uri(const char *text);
gboolean format_uri_reference(const char *text);
gboolean format_iri(const char *text);
gboolean format_iri_reference(const char *text);
gboolean format_uri_template(const char *text);
