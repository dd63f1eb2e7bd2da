/* libidn2 decides on one label: composed (NFC), only characters of the right derived property,
 * CONTEXTJ and CONTEXTO, no combining mark first, hyphens, Punycode and back, 63 octets. What it
 * lacks is here: the split into labels, the length of the name, and the Bidi rule, which is one
 * over all labels of a name (its own per label also lets both kinds of digits stand together). */
#include "stages/check/schema/formats/idna.h"

#include "stages/check/schema/formats/chars.h"

#include <idn2.h>
#include <string.h>
#include <unictype.h>

/* A character of a label needs at least one octet of the A-label and at most four of UTF-8. */
#define MOST_OCTETS (4 * IDNA_NAME_OCTETS)

/* What is known of the labels read so far. */
typedef struct {
    gsize octets;           /* of the name with A-labels, dots included */
    gboolean right_to_left; /* one label has a character of R, AL or AN: a Bidi domain name */
    gboolean breaks_bidi;   /* one label does not follow the Bidi rule */
} Name;

/* Classes as a set. */
#define BIDI(class) (G_GUINT64_CONSTANT(1) << UC_BIDI_##class)
#define BIDI_NEUTRAL (BIDI(ES) | BIDI(CS) | BIDI(ET) | BIDI(ON) | BIDI(BN) | BIDI(NSM))

/* RFC 5893, section 2, rules 1 to 6. `seen`: the classes of all characters; `last`: of the last one
 * that is no non-spacing mark. */
static gboolean follows_bidi_rule(guint64 first, guint64 seen, guint64 last)
{
    if (first == BIDI(L))
        return (seen & ~(BIDI(L) | BIDI(EN) | BIDI_NEUTRAL)) == 0 &&
               (last & (BIDI(L) | BIDI(EN))) != 0;
    if (first != BIDI(R) && first != BIDI(AL))
        return FALSE;
    if ((seen & BIDI(EN)) != 0 && (seen & BIDI(AN)) != 0)
        return FALSE;
    return (seen & ~(BIDI(R) | BIDI(AL) | BIDI(AN) | BIDI(EN) | BIDI_NEUTRAL)) == 0 &&
           (last & (BIDI(R) | BIDI(AL) | BIDI(EN) | BIDI(AN))) != 0;
}

/* `label`: the U-label or LDH label, valid UTF-8 and not empty. */
static void note_direction(Name *name, const char *label)
{
    guint64 first = 0, seen = 0, last = 0;
    for (const char *at = label; *at != '\0'; at = g_utf8_next_char(at)) {
        guint64 class = G_GUINT64_CONSTANT(1) << uc_bidi_class(g_utf8_get_char(at));
        if (first == 0)
            first = class;
        if (class != BIDI(NSM))
            last = class;
        seen |= class;
    }
    name->right_to_left |= (seen & (BIDI(R) | BIDI(AL) | BIDI(AN))) != 0;
    name->breaks_bidi |= !follows_bidi_rule(first, seen, last);
}

static gboolean take_ldh_label(Name *name, const char *label, gsize length)
{
    if (length > IDNA_LABEL_OCTETS || label[0] == '-' || label[length - 1] == '-' ||
        char_skip(label, CHAR_LABEL) != label + length)
        return FALSE;
    note_direction(name, label);
    name->octets += length;
    return TRUE;
}

/* Punycode has small letters; "XN--…" names the same host. */
static gboolean take_a_label(Name *name, const char *label, gsize length)
{
    g_autofree char *small = g_ascii_strdown(label, (gssize)length);
    uint8_t *again = NULL;
    if (idn2_register_u8(NULL, (const uint8_t *)small, &again, 0) != IDN2_OK)
        return FALSE;
    idn2_free(again);
    char *unicode = NULL;
    if (idn2_to_unicode_8z8z(small, &unicode, 0) != IDN2_OK)
        return FALSE;
    note_direction(name, unicode);
    idn2_free(unicode);
    name->octets += length;
    return TRUE;
}

static gboolean take_u_label(Name *name, const char *label, gsize length)
{
    uint8_t *encoded = NULL;
    if (!g_utf8_validate(label, (gssize)length, NULL) ||
        idn2_register_u8((const uint8_t *)label, NULL, &encoded, 0) != IDN2_OK)
        return FALSE;
    name->octets += strlen((const char *)encoded);
    idn2_free(encoded);
    note_direction(name, label);
    return TRUE;
}

static gboolean take_label(Name *name, const char *text, gsize length, gboolean international)
{
    if (length == 0)
        return FALSE;
    g_autofree char *label = g_strndup(text, length);
    for (gsize i = 0; i < length; i++) {
        if ((guchar)label[i] >= 0x80)
            return international && take_u_label(name, label, length);
    }
    if (length >= 4 && idna_is_prefixed(label))
        return take_a_label(name, label, length);
    return take_ldh_label(name, label, length);
}

/* Octets of a separator (RFC 3490, section 3.1), 0 when there is none here. */
static gsize separator_length(const char *at, gboolean international)
{
    if (*at == '.')
        return 1;
    if (!international)
        return 0;
    static const char *const stops[] = {"\u3002", "\uFF0E", "\uFF61"};
    for (gsize i = 0; i < G_N_ELEMENTS(stops); i++) {
        if (g_str_has_prefix(at, stops[i]))
            return strlen(stops[i]);
    }
    return 0;
}

gboolean idna_fits(const char *name)
{
    return strnlen(name, MOST_OCTETS + 1) <= MOST_OCTETS;
}

gboolean idna_check(const char *text, gboolean international)
{
    if (!idna_fits(text))
        return FALSE;
    Name name = {0};
    for (;;) {
        gsize length = 0, stop = 0;
        while (text[length] != '\0' && (stop = separator_length(text + length, international)) == 0)
            length++;
        if (!take_label(&name, text, length, international))
            return FALSE;
        if (text[length] == '\0')
            break;
        name.octets++;
        text += length + stop;
    }
    return name.octets <= IDNA_NAME_OCTETS && !(name.right_to_left && name.breaks_bidi);
}
