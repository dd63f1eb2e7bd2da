/* What the names of elements and attributes mean to us. */
#pragma once

#include <glib.h>

/* What an element does to the text. */
typedef enum {
    TAG_INLINE,
    TAG_BLOCK,
    TAG_BREAK,
    TAG_HEADING,
    TAG_LIST,
    TAG_ITEM,
    TAG_TABLE,
    TAG_ROW,
    TAG_CELL,
    TAG_TERM,   /* dt */
    TAG_DETAIL, /* dd */
    TAG_PRE,
    TAG_IMAGE,
    TAG_STYLE,
    TAG_SCRIPT,
    TAG_META,
    TAG_TITLE,
    TAG_OPTION,
    TAG_SKIP /* never shown as text */
} Tag;

/* What an element says of the text in it. */
typedef enum {
    ROLE_NONE, /* not a box of its own */
    ROLE_BOX,
    ROLE_ARTICLE,
    ROLE_ASIDE,
    ROLE_BODY,
    ROLE_CAPTION,
    ROLE_CELL,
    ROLE_FIGURE,
    ROLE_FOOTER,
    ROLE_FORM,
    ROLE_HEADER,
    ROLE_HEADING,
    ROLE_INPUT, /* a field or button of a form; its text is a link's */
    ROLE_ITEM,
    ROLE_LINK,
    ROLE_LIST,
    ROLE_MAIN,
    ROLE_NAV,
    ROLE_PARAGRAPH,
    ROLE_PRE,
    ROLE_QUOTE,
    ROLE_TABLE,
    ROLE_TITLE,
} HtmlRole;

/* An element's name in lower case. */
Tag html_tag(const char *name, HtmlRole *role);

typedef enum {
    ATTRIBUTE_ABOUT,
    ATTRIBUTE_ALT,
    ATTRIBUTE_BACKGROUND,
    ATTRIBUTE_BGCOLOR,
    ATTRIBUTE_CLASS,
    ATTRIBUTE_COLOR,
    ATTRIBUTE_COLSPAN,
    ATTRIBUTE_CONTENT,
    ATTRIBUTE_DATA,
    ATTRIBUTE_DATETIME,
    ATTRIBUTE_HIDDEN,
    ATTRIBUTE_HREF,
    ATTRIBUTE_ID,
    ATTRIBUTE_ITEMID,
    ATTRIBUTE_ITEMPROP,
    ATTRIBUTE_ITEMREF,
    ATTRIBUTE_ITEMSCOPE,
    ATTRIBUTE_ITEMTYPE,
    ATTRIBUTE_NAME,
    ATTRIBUTE_PREFIX,
    ATTRIBUTE_PROPERTY,
    ATTRIBUTE_REL,
    ATTRIBUTE_RESOURCE,
    ATTRIBUTE_ROLE,
    ATTRIBUTE_SELECTED,
    ATTRIBUTE_SRC,
    ATTRIBUTE_STYLE,
    ATTRIBUTE_TYPE,
    ATTRIBUTE_TYPEOF,
    ATTRIBUTE_VALUE,
    ATTRIBUTE_VOCAB,
    ATTRIBUTE_LAST
} HtmlAttribute;

/* Values by HtmlAttribute: NULL when absent, "" when without a value. Lent by the parser. */
typedef struct {
    const char *value[ATTRIBUTE_LAST];
    guint32 present; /* bits by HtmlAttribute */
} HtmlAttributes;

/* `pairs`: names (in lower case) and values by turns, NULL-ended, as libxml2 has them; may be NULL. */
void html_attributes(HtmlAttributes *out, const char *const *pairs);
