#include "mail-parts.h"

#include "mail-header.h"
#include "mail-text.h"
#include "pipeline/core/limits.h"
#include "smime.h"
#include "stages/read/techniques/picture-size.h"
#include "tnef.h"
#include "uuencode.h"

#include <string.h>

/* A picture of fewer pixels is a logo or an icon; one that the text shows inside itself is a document
 * (a pasted scan) only when it is as large as a page on a screen. */
#define LOGO_SIDE 200u
#define PAGE_LONG_SIDE 600u
#define PAGE_SHORT_SIDE 400u
#define LOGO_BYTES 4096u    /* where the pixels are not known */
#define MAX_SUBJECT_NAME 60 /* characters of a subject that name a forwarded mail */

typedef enum {
    PLACE_BODY,  /* what stands here is read */
    PLACE_SHOWN, /* beside an HTML page, which shows it */
    PLACE_OTHER  /* a version of the text that is not read: only attachments count */
} Place;

static void collect(MailParts *parts, GMimeObject *object, Place place, guint depth);

static void text_free(gpointer data)
{
    MailText *text = data;
    g_string_free(text->text, TRUE);
    g_free(text);
}

void mail_parts_clear(MailParts *parts)
{
    g_clear_pointer(&parts->texts, g_ptr_array_unref);
}

/* ---- what a part is ---- */

static gboolean is_type(GMimeObject *object, const char *type, const char *subtype)
{
    GMimeContentType *is = g_mime_object_get_content_type(object);
    return is && g_mime_content_type_is_type(is, type, subtype);
}

static gboolean is_attached(GMimeObject *object)
{
    const char *disposition = g_mime_object_get_disposition(object);
    return disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
}

/* As it stands there; NULL when the part has no name. Caller frees. */
static char *name_of(GMimeObject *object)
{
    const char *name = GMIME_IS_PART(object) ? g_mime_part_get_filename(GMIME_PART(object)) : NULL;
    if (!name)
        name = g_mime_object_get_content_disposition_parameter(object, "filename");
    if (!name)
        name = g_mime_object_get_content_type_parameter(object, "name");
    if (!name || !*name)
        return NULL;
    /* Programs put encoded words even where RFC 2047 forbids them. */
    return mail_header_text(name);
}

static char *type_of(GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_mime_type(type) : g_strdup("");
}

static gboolean is_signature(GMimeObject *object)
{
    static const char *const subtypes[] = {"pkcs7-signature", "x-pkcs7-signature", "pgp-signature",
                                           "pgp-keys"};
    for (gsize i = 0; i < G_N_ELEMENTS(subtypes); i++)
        if (is_type(object, "application", subtypes[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_smime(GMimeObject *object)
{
    return is_type(object, "application", "pkcs7-mime") ||
           is_type(object, "application", "x-pkcs7-mime");
}

static gboolean is_small_picture(GMimeObject *object, GBytes *content, Place place)
{
    guint width, height;
    if (!is_type(object, "image", "*"))
        return FALSE;
    if (!picture_size(content, &width, &height))
        return g_bytes_get_size(content) < LOGO_BYTES;
    if (place == PLACE_BODY)
        return MAX(width, height) < LOGO_SIDE;
    return MAX(width, height) < PAGE_LONG_SIDE || MIN(width, height) < PAGE_SHORT_SIDE;
}

/* ---- taking ---- */

static void list(MailParts *parts, GMimeObject *object, const char *name, guint64 size,
                 GBytes *content)
{
    g_autofree char *type = type_of(object);
    if (!reading_attach(parts->reading, name, type, size, content))
        parts->overflow++;
}

/* "part-3.txt": by its place in the mail. */
static char *made_up_name(const MailParts *parts, GMimeObject *object)
{
    static const struct {
        const char *type, *subtype, *ending;
    } endings[] = {{"text", "html", ".html"},      {"text", "calendar", ".ics"},
                   {"text", "*", ".txt"},          {"image", "jpeg", ".jpg"},
                   {"image", "png", ".png"},       {"image", "gif", ".gif"},
                   {"image", "tiff", ".tif"},      {"application", "pdf", ".pdf"},
                   {"application", "zip", ".zip"}, {"message", "rfc822", ".eml"}};
    const char *ending = "";
    for (gsize i = 0; i < G_N_ELEMENTS(endings) && !*ending; i++)
        if (is_type(object, endings[i].type, endings[i].subtype))
            ending = endings[i].ending;
    return g_strdup_printf("part-%u%s", parts->reading->attachments->len + 1, ending);
}

static void attach(MailParts *parts, GMimeObject *object, Place place)
{
    g_autoptr(GBytes) content = mail_content(GMIME_PART(object));
    gsize size = g_bytes_get_size(content);
    g_autofree char *name = name_of(object);
    if (!name)
        name = made_up_name(parts, object);
    gboolean keep = size <= DOCKET_MAX_CHILD_BYTES;
    if (is_signature(object)) {
        parts->signatures++;
        keep = FALSE;
    } else if (is_small_picture(object, content, place)) {
        parts->pictures++;
        keep = FALSE;
    }
    list(parts, object, name, size, keep ? content : NULL);
}

static void attach_packed(const char *name, GBytes *content, gpointer data)
{
    MailParts *parts = data;
    g_autofree char *text = name ? mail_decode(name, strlen(name), NULL) : NULL;
    gsize size = g_bytes_get_size(content);
    g_autofree char *made_up =
        text && *text ? g_steal_pointer(&text)
                      : g_strdup_printf("part-%u", parts->reading->attachments->len + 1);
    guint width, height;
    gboolean logo = picture_size(content, &width, &height) && MAX(width, height) < LOGO_SIDE;
    parts->pictures += logo;
    if (!reading_attach(parts->reading, made_up, "", size,
                        !logo && size <= DOCKET_MAX_CHILD_BYTES ? content : NULL))
        parts->overflow++;
}

/* Outlook packs what is attached into one part; the part itself is no document. */
static gboolean unpack_tnef(MailParts *parts, GMimeObject *object)
{
    if (!is_type(object, "application", "ms-tnef") &&
        !is_type(object, "application", "vnd.ms-tnef"))
        return FALSE;
    g_autoptr(GBytes) content = mail_content(GMIME_PART(object));
    if (!tnef_files(content, attach_packed, parts))
        return FALSE;
    list(parts, object, "winmail.dat", g_bytes_get_size(content), NULL);
    return TRUE;
}

/* A mail inside the mail, as a file of its own. */
static void attach_message(MailParts *parts, GMimeObject *object)
{
    GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    g_autofree char *name = name_of(object);
    if (!message)
        return;
    if (!name) {
        GMimeHeader *header = g_mime_header_list_get_header(
            g_mime_object_get_header_list(GMIME_OBJECT(message)), "Subject");
        g_autofree char *subject =
            mail_header_text(header ? g_mime_header_get_raw_value(header) : NULL);
        g_autofree char *brief =
            g_utf8_substring(subject, 0, MIN(g_utf8_strlen(subject, -1), MAX_SUBJECT_NAME));
        g_strdelimit(brief, "/\\", '_');
        name = *brief ? g_strconcat(brief, ".eml", NULL) : made_up_name(parts, object);
    }
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_object_write_to_stream(GMIME_OBJECT(message), NULL, stream);
    g_autoptr(GBytes) content =
        g_byte_array_free_to_bytes(g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream)));
    g_object_unref(stream);
    gsize size = g_bytes_get_size(content);
    list(parts, object, name, size, size <= DOCKET_MAX_CHILD_BYTES ? content : NULL);
}

static void add_text(MailParts *parts, char *text, gboolean html)
{
    MailText *part = g_new0(MailText, 1);
    part->text = g_string_new(text);
    part->html = html;
    if (!html)
        uu_take_files(part->text, attach_packed, parts);
    g_ptr_array_add(parts->texts, part);
    g_free(text);
}

static gboolean is_text(GMimeObject *object)
{
    return is_type(object, "text", "*") || is_type(object, "message", "delivery-status") ||
           is_type(object, "message", "disposition-notification");
}

/* What was signed lies inside the signature, as a part of its own. */
static void collect_smime(MailParts *parts, GMimeObject *object, Place place, guint depth)
{
    g_autoptr(GBytes) cms = mail_content(GMIME_PART(object));
    g_autoptr(GBytes) entity = NULL;
    SmimeKind kind = smime_open(cms, &entity);
    parts->signatures += kind != SMIME_SEALED;
    if (kind == SMIME_SEALED)
        parts->encrypted = "S/MIME";
    if (!entity)
        return;
    gsize length;
    const char *data = g_bytes_get_data(entity, &length);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeObject *inner = g_mime_parser_construct_part(parser, NULL);
    collect(parts, inner, place, depth + 1);
    g_clear_object(&inner);
    g_object_unref(parser);
    g_object_unref(stream);
}

static void collect_part(MailParts *parts, GMimeObject *object, Place place, guint depth)
{
    g_autofree char *name = name_of(object);
    if (is_smime(object)) {
        collect_smime(parts, object, place, depth);
        return;
    }
    if (unpack_tnef(parts, object))
        return;
    if (!is_text(object) || is_attached(object) || name) {
        attach(parts, object, place);
        return;
    }
    if (place != PLACE_OTHER)
        add_text(parts, mail_text(GMIME_PART(object)), is_type(object, "text", "html"));
}

/* ---- multiparts ---- */

/* The first text part of this subtype inside, not looking into attachments; NULL if there is none. */
static GMimePart *find_text(GMimeObject *object, const char *subtype, guint depth)
{
    if (GMIME_IS_MULTIPART(object) && depth < DOCKET_MAX_MIME_DEPTH) {
        GMimeMultipart *multipart = GMIME_MULTIPART(object);
        for (int i = 0; i < g_mime_multipart_get_count(multipart); i++) {
            GMimePart *found =
                find_text(g_mime_multipart_get_part(multipart, i), subtype, depth + 1);
            if (found)
                return found;
        }
        return NULL;
    }
    gboolean fits =
        GMIME_IS_PART(object) && is_type(object, "text", subtype) && !is_attached(object);
    return fits ? GMIME_PART(object) : NULL;
}

/* The version that is read: the last one with HTML when the plain text is none, else the plain text. */
static int choose(GMimeMultipart *multipart, guint depth)
{
    int plain = -1, html = -1, n = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < n; i++) {
        GMimeObject *version = g_mime_multipart_get_part(multipart, i);
        if (plain < 0 && find_text(version, "plain", depth))
            plain = i;
        else if (find_text(version, "html", depth))
            html = i;
    }
    if (plain < 0 || html < 0)
        return plain >= 0 ? plain : html >= 0 ? html : n - 1;
    g_autofree char *text =
        mail_text(find_text(g_mime_multipart_get_part(multipart, plain), "plain", depth));
    g_autofree char *page =
        mail_text(find_text(g_mime_multipart_get_part(multipart, html), "html", depth));
    return mail_is_stub(text, page) ? html : plain;
}

static Place place_of_part(GMimeMultipart *multipart, int i, int chosen, Place place)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    if (is_type(object, "multipart", "alternative"))
        return i == chosen ? place : PLACE_OTHER;
    if (is_type(object, "multipart", "related") && i > 0)
        return place == PLACE_OTHER ? PLACE_OTHER : PLACE_SHOWN;
    return place;
}

static void collect_multipart(MailParts *parts, GMimeMultipart *multipart, Place place, guint depth)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    if (is_type(object, "multipart", "encrypted")) {
        parts->encrypted = "PGP";
        return;
    }
    gboolean versions = is_type(object, "multipart", "alternative");
    int chosen = versions ? choose(multipart, depth) : -1;
    for (int i = 0; i < g_mime_multipart_get_count(multipart); i++)
        collect(parts, g_mime_multipart_get_part(multipart, i),
                place_of_part(multipart, i, chosen, place), depth + 1);
}

static void collect(MailParts *parts, GMimeObject *object, Place place, guint depth)
{
    if (!object)
        return;
    if (depth > DOCKET_MAX_MIME_DEPTH)
        parts->unread++;
    else if (GMIME_IS_MULTIPART(object))
        collect_multipart(parts, GMIME_MULTIPART(object), place, depth);
    else if (GMIME_IS_MESSAGE_PART(object))
        attach_message(parts, object);
    else if (GMIME_IS_PART(object))
        collect_part(parts, object, place, depth);
}

void mail_parts_collect(MailParts *parts, GMimeMessage *message)
{
    parts->texts = g_ptr_array_new_with_free_func(text_free);
    collect(parts, g_mime_message_get_mime_part(message), PLACE_BODY, 0);
}

void mail_parts_note(const MailParts *parts)
{
    Reading *r = parts->reading;
    if (parts->pictures)
        reading_note(r, "%u small pictures (logos, icons) are no documents", parts->pictures);
    if (parts->signatures)
        reading_note(r, "%u signatures were not checked", parts->signatures);
    if (parts->overflow)
        reading_note_missing(r, "%u attachments beyond the first %u were left out", parts->overflow,
                             DOCKET_MAX_ATTACHMENTS);
    if (parts->unread)
        reading_note_missing(r, "%u parts nested more than %u deep were left out", parts->unread,
                             DOCKET_MAX_MIME_DEPTH);
    if (parts->encrypted)
        reading_note_missing(r, "a part is encrypted with %s", parts->encrypted);
}
