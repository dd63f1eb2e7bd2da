#include "sniff-mail.h"

#include <string.h>

#define MAX_FIELDS 200u
#define LONGEST_FIELD 60u /* characters of a field's name */

/* Fields that people write too, on memos and in letters, and fields that only programs write. */
static const char *const common[] = {"from",     "to",     "cc",      "bcc", "date",
                                     "reply-to", "sender", "subject", NULL};
static const char *const technical[] = {"authentication-results",
                                        "content-transfer-encoding",
                                        "delivered-to",
                                        "dkim-signature",
                                        "envelope-to",
                                        "in-reply-to",
                                        "message-id",
                                        "mime-version",
                                        "received",
                                        "references",
                                        "return-path",
                                        "user-agent",
                                        "x-mailer",
                                        "x-originating-ip",
                                        "x-received",
                                        NULL};

typedef struct {
    guint common, technical, other;
    gboolean broken; /* a line that is no field came before the empty one */
} Fields;

static const char *next_line(const char *p)
{
    p += strcspn(p, "\n");
    return p + (*p == '\n');
}

/* Characters of the field's name at `p`, 0 when none begins there. */
static gsize field_name(const char *p)
{
    gsize n = 0;
    while (g_ascii_isalnum(p[n]) || p[n] == '-' || p[n] == '_')
        n++;
    return p[n] == ':' && n <= LONGEST_FIELD ? n : 0;
}

static void count_field(Fields *fields, const char *p, gsize n)
{
    g_autofree char *name = g_ascii_strdown(p, (gssize)n);
    fields->common += g_strv_contains(common, name);
    fields->technical += g_strv_contains(technical, name);
    fields->other++;
}

static Fields count_fields(const char *p)
{
    Fields fields = {0};
    for (; *p && *p != '\n' && *p != '\r' && fields.other < MAX_FIELDS; p = next_line(p)) {
        gsize n = field_name(p);
        if (n) {
            count_field(&fields, p, n);
        } else if (*p != ' ' && *p != '\t' && !g_str_has_prefix(p, ">From ")) {
            fields.broken = TRUE;
            break;
        }
    }
    return fields;
}

static gboolean has_suffix(const char *name, const char *suffix)
{
    gsize n = name ? strlen(name) : 0, s = strlen(suffix);
    return n > s && g_ascii_strcasecmp(name + n - s, suffix) == 0;
}

const char *sniff_mail(const char *text, const char *name)
{
    gboolean named = has_suffix(name, ".eml") || has_suffix(name, ".emlx");
    const char *p = text + strspn(text, " \t\r\n");
    gboolean marked = g_str_has_prefix(p, "From ");
    Fields fields = count_fields(marked ? next_line(p) : p);
    if (marked && !named && fields.common + fields.technical > 0)
        return "application/mbox";
    if (named && fields.other > 0)
        return "message/rfc822";
    if (fields.technical > 0 && fields.common > 0 &&
        (!fields.broken || fields.common + fields.technical >= 4))
        return "message/rfc822";
    return NULL;
}
