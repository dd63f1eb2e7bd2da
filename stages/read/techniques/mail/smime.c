/* The structure is BER (X.690): lengths may be indefinite, octet strings cut into pieces. */
#include "smime.h"

#include <string.h>

#define MAX_DEPTH 16u /* elements inside each other; CMS needs seven */

enum {
    TAG_OID = 0x06,
    TAG_OCTETS = 0x04,
    TAG_OCTETS_IN_PIECES = 0x24,
    TAG_SEQUENCE = 0x30,
    TAG_CONTENT = 0xa0 /* [0] EXPLICIT */
};

/* 1.2.840.113549.1.7.2 */
static const guint8 oid_signed[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};

typedef struct {
    const guint8 *p, *end;
} Span;

static gboolean next_element(Span *in, guint *tag, Span *content, guint depth);

/* Where an element of indefinite length ends: at the two zeros behind the last one inside. */
static gboolean find_end(Span *in, Span *content, guint depth)
{
    content->p = in->p;
    while (in->end - in->p >= 2 && (in->p[0] != 0 || in->p[1] != 0)) {
        guint tag;
        Span inner;
        if (!next_element(in, &tag, &inner, depth + 1))
            return FALSE;
    }
    content->end = in->p;
    if (in->end - in->p < 2)
        return FALSE;
    in->p += 2;
    return TRUE;
}

/* Takes the next element off `in`. FALSE at the end, and where it is broken. */
static gboolean next_element(Span *in, guint *tag, Span *content, guint depth)
{
    if (depth > MAX_DEPTH || in->end - in->p < 2 || (in->p[0] & 0x1f) == 0x1f)
        return FALSE;
    *tag = in->p[0];
    guint8 first = in->p[1];
    in->p += 2;
    if (first == 0x80)
        return find_end(in, content, depth);
    gsize length = first, bytes = first & 0x7f;
    if (first & 0x80) {
        if (bytes > 4 || in->end - in->p < (gssize)bytes)
            return FALSE;
        for (length = 0; bytes > 0; bytes--)
            length = length << 8 | *in->p++;
    }
    if (length > (gsize)(in->end - in->p))
        return FALSE;
    *content = (Span){in->p, in->p + length};
    in->p += length;
    return TRUE;
}

static gboolean take(Span *in, guint wanted, Span *content)
{
    guint tag;
    return next_element(in, &tag, content, 0) && tag == wanted;
}

static gboolean append_octets(GByteArray *out, guint tag, Span content, guint depth)
{
    if (tag == TAG_OCTETS) {
        g_byte_array_append(out, content.p, (guint)(content.end - content.p));
        return TRUE;
    }
    if (tag != TAG_OCTETS_IN_PIECES || depth > MAX_DEPTH)
        return FALSE;
    Span piece;
    while (next_element(&content, &tag, &piece, depth))
        if (!append_octets(out, tag, piece, depth + 1))
            return FALSE;
    return content.p == content.end;
}

/* encapContentInfo: its type, and [0] around the octets, which are left out of a detached signature. */
static SmimeKind open_signed(Span signed_data, GBytes **content)
{
    Span body, skipped, info, around, octets;
    guint tag;
    if (!take(&signed_data, TAG_SEQUENCE, &body) || !next_element(&body, &tag, &skipped, 0) ||
        !next_element(&body, &tag, &skipped, 0) || !take(&body, TAG_SEQUENCE, &info) ||
        !take(&info, TAG_OID, &skipped))
        return SMIME_SEALED;
    if (!take(&info, TAG_CONTENT, &around))
        return SMIME_SIGNATURE;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    if (!next_element(&around, &tag, &octets, 0) || !append_octets(bytes, tag, octets, 0))
        return SMIME_SEALED;
    *content = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    return SMIME_SIGNED;
}

SmimeKind smime_open(GBytes *cms, GBytes **content)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(cms, &length);
    Span in = {data, data + length}, info, type, around;
    *content = NULL;
    if (!take(&in, TAG_SEQUENCE, &info) || !take(&info, TAG_OID, &type) ||
        (gsize)(type.end - type.p) != sizeof oid_signed ||
        memcmp(type.p, oid_signed, sizeof oid_signed) != 0 || !take(&info, TAG_CONTENT, &around))
        return SMIME_SEALED;
    return open_signed(around, content);
}
