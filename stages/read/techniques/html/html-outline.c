#include "html-outline.h"

#include <string.h>

#define MAX_BOXES 1000000u

void html_outline_init(HtmlOutline *outline)
{
    *outline = (HtmlOutline){.boxes = g_array_new(FALSE, FALSE, sizeof(HtmlBox))};
    HtmlBox root = {.parent = HTML_NO_BOX, .role = ROLE_BODY};
    g_array_append_val(outline->boxes, root);
}

void html_outline_clear(HtmlOutline *outline)
{
    g_clear_pointer(&outline->boxes, g_array_unref);
}

guint32 html_outline_open(HtmlOutline *outline, HtmlRole role, guint level,
                          const HtmlAttributes *attributes)
{
    HtmlBox box = {.parent = outline->open, .role = (guint8)role, .level = (guint8)level};
    guint32 index = outline->boxes->len;
    if (index >= MAX_BOXES) {
        outline->full = TRUE;
        return HTML_NO_BOX;
    }
    const char *classes = attributes->value[ATTRIBUTE_CLASS], *id = attributes->value[ATTRIBUTE_ID];
    guint hints = classes || id ? html_hints(classes, id) : 0;
    if (attributes->value[ATTRIBUTE_ROLE])
        hints |= html_role_hints(attributes->value[ATTRIBUTE_ROLE]);
    const char *property = attributes->value[ATTRIBUTE_ITEMPROP];
    if (property && g_ascii_strncasecmp(property, "articleBody", strlen("articleBody")) == 0)
        hints |= HINT_TEXT | HINT_GOOD;
    box.hints = (guint8)hints;
    g_array_append_val(outline->boxes, box);
    outline->open = index;
    return index;
}

void html_outline_close(HtmlOutline *outline, guint32 box)
{
    HtmlBox *b = html_outline_box(outline, box);
    b->end = outline->boxes->len;
    outline->open = b->parent == HTML_NO_BOX ? 0 : b->parent;
}

void html_outline_name(HtmlOutline *outline, const HtmlAttributes *attributes)
{
    const char *classes = attributes->value[ATTRIBUTE_CLASS], *id = attributes->value[ATTRIBUTE_ID];
    if (classes || id)
        html_outline_box(outline, outline->open)->hints |=
            (guint8)(html_hints(classes, id) & HINT_OFFER);
}

void html_outline_count(HtmlOutline *outline, HtmlRole role)
{
    HtmlBox *box = html_outline_box(outline, outline->open);
    if (role == ROLE_INPUT)
        box->inputs++;
    else
        box->images++;
}

guint32 html_outline_text(HtmlOutline *outline, const char *text, gsize length, gboolean link)
{
    HtmlBox *box = html_outline_box(outline, outline->open);
    guint32 letters = 0, commas = 0;
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)text[i];
        letters += (c & 0xc0) != 0x80 && c > ' ';
        commas += c == ',';
        /* U+060C, U+3001 and U+FF0C: the commas of Arabic, Chinese and Japanese */
        if (c >= 0xd8 && i + 1 < length)
            commas += (c == 0xd8 && (guchar)text[i + 1] == 0x8c) ||
                      (i + 2 < length && (memcmp(text + i, "\xe3\x80\x81", 3) == 0 ||
                                          memcmp(text + i, "\xef\xbc\x8c", 3) == 0));
    }
    box->text += letters;
    box->links += link ? letters : 0;
    box->commas += commas;
    return letters;
}
