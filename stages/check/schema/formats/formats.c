/* The table of all formats. */
#include "stages/check/schema/formats/formats.h"

#include "stages/check/schema/formats/members.h"
#include "stages/check/schema/regex/pattern.h"

#include <string.h>

static const Format formats[] = {
    {"date-time", "a date and time with offset, as 2026-01-31T13:45:00Z", format_date_time},
    {"email", "an e-mail address", format_email},
    {"hostname", "a host name", format_hostname},
    {"ipv4", "an IPv4 address", format_ipv4},
    {"ipv6", "an IPv6 address", format_ipv6},
    {"uri", "a URI with its scheme, as https://example.org/", format_uri},
    {"uri-reference", "a URI reference", format_uri_reference},
    {"uri-template", "a URI template", format_uri_template},
    {"json-pointer", "a JSON pointer", format_json_pointer},
    {"date", "a date as YYYY-MM-DD", format_date},
    {"time", "a time with offset, as 13:45:00Z", format_time},
    {"idn-email", "an e-mail address", format_idn_email},
    {"idn-hostname", "a host name", format_idn_hostname},
    {"iri", "an IRI with its scheme", format_iri},
    {"iri-reference", "an IRI reference", format_iri_reference},
    {"relative-json-pointer", "a relative JSON pointer", format_relative_json_pointer},
    {"regex", "a regular expression of ECMA-262", pattern_is_ecma},
    {"duration", "a duration as P3DT4H", format_duration},
    {"uuid", "a UUID", format_uuid},
};

const Format *format_nth(guint index)
{
    return index < G_N_ELEMENTS(formats) ? &formats[index] : NULL;
}

const Format *format_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    }
    return NULL;
}
