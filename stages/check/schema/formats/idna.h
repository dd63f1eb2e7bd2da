/* Internationalised host names: IDNA2008 (RFC 5890-5893) on libidn2 and libunistring. Which letters
 * there are is for libidn2's version of Unicode to say: one that came later is unassigned, which
 * IDNA2008 refuses. */
#pragma once

#include <glib.h>

/* Longest label and name in the form that goes to the net, in octets (RFC 1034, section 3.1; the
 * root's empty label and the length octets are not written). */
#define IDNA_LABEL_OCTETS 63
#define IDNA_NAME_OCTETS 253

/* Whether a label begins with "xn--", in any case. */
static inline gboolean idna_is_prefixed(const char *label)
{
    return (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n' && label[2] == '-' &&
           label[3] == '-';
}

/* Whether a text is short enough to be a name at all, so that it may be copied and composed. */
gboolean idna_fits(const char *name);

/* Whether each label is an LDH label or an A-label that decodes to a valid U-label and back; with
 * `international` also a U-label, and the full stops of East Asia separate too. If one label is
 * written from right to left, all must follow the Bidi rule. `name` is text from anywhere, UTF-8
 * or not. */
gboolean idna_check(const char *name, gboolean international);
