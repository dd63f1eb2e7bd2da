/* What the files of this folder give each other: the members of the table of formats.c. */
#pragma once

#include <glib.h>

/* formats-time.c: RFC 3339 */
gboolean format_date(const char *text);
gboolean format_time(const char *text);
gboolean format_date_time(const char *text);
gboolean format_duration(const char *text);

/* formats-net.c: RFC 5321 and 6531 (mail), 1123 and 5890 (hosts), 2673 and 4291 (addresses) */
gboolean format_email(const char *text);
gboolean format_idn_email(const char *text);
gboolean format_hostname(const char *text);
gboolean format_idn_hostname(const char *text);
gboolean format_ipv4(const char *text);
gboolean format_ipv6(const char *text);
/* The first character behind an IPv6 address, NULL when none begins here. */
const char *format_skip_ipv6(const char *text);

/* formats-uri.c: RFC 3986, 3987, 6570 */
gboolean format_uri(const char *text);
gboolean format_uri_reference(const char *text);
gboolean format_iri(const char *text);
gboolean format_iri_reference(const char *text);
gboolean format_uri_template(const char *text);

/* formats-id.c: RFC 4122, 6901, relative JSON pointers */
gboolean format_uuid(const char *text);
gboolean format_json_pointer(const char *text);
gboolean format_relative_json_pointer(const char *text);
