#include "html-tags.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    Tag tag;
    HtmlRole role;
} TagRow;

static const TagRow tags[] = {
    {"a", TAG_INLINE, ROLE_LINK},         {"address", TAG_BLOCK, ROLE_BOX},
    {"article", TAG_BLOCK, ROLE_ARTICLE}, {"aside", TAG_BLOCK, ROLE_ASIDE},
    {"audio", TAG_SKIP, ROLE_NONE},       {"blockquote", TAG_BLOCK, ROLE_QUOTE},
    {"body", TAG_BLOCK, ROLE_BODY},       {"br", TAG_BREAK, ROLE_NONE},
    {"button", TAG_INLINE, ROLE_INPUT},   {"canvas", TAG_SKIP, ROLE_NONE},
    {"caption", TAG_BLOCK, ROLE_CAPTION}, {"center", TAG_BLOCK, ROLE_BOX},
    {"datalist", TAG_SKIP, ROLE_NONE},    {"dd", TAG_DETAIL, ROLE_NONE},
    {"details", TAG_BLOCK, ROLE_BOX},     {"dialog", TAG_BLOCK, ROLE_BOX},
    {"dir", TAG_LIST, ROLE_LIST},         {"div", TAG_BLOCK, ROLE_BOX},
    {"dl", TAG_BLOCK, ROLE_BOX},          {"dt", TAG_TERM, ROLE_NONE},
    {"fieldset", TAG_BLOCK, ROLE_FORM},   {"figcaption", TAG_BLOCK, ROLE_CAPTION},
    {"figure", TAG_BLOCK, ROLE_FIGURE},   {"footer", TAG_BLOCK, ROLE_FOOTER},
    {"form", TAG_BLOCK, ROLE_FORM},       {"h1", TAG_HEADING, ROLE_HEADING},
    {"h2", TAG_HEADING, ROLE_HEADING},    {"h3", TAG_HEADING, ROLE_HEADING},
    {"h4", TAG_HEADING, ROLE_HEADING},    {"h5", TAG_HEADING, ROLE_HEADING},
    {"h6", TAG_HEADING, ROLE_HEADING},    {"header", TAG_BLOCK, ROLE_HEADER},
    {"hr", TAG_BLOCK, ROLE_NONE},         {"iframe", TAG_SKIP, ROLE_NONE},
    {"img", TAG_IMAGE, ROLE_NONE},        {"input", TAG_INLINE, ROLE_INPUT},
    {"legend", TAG_BLOCK, ROLE_BOX},      {"li", TAG_ITEM, ROLE_ITEM},
    {"link", TAG_META, ROLE_NONE},        {"main", TAG_BLOCK, ROLE_MAIN},
    {"menu", TAG_LIST, ROLE_LIST},        {"meta", TAG_META, ROLE_NONE},
    {"nav", TAG_BLOCK, ROLE_NAV},         {"noscript", TAG_SKIP, ROLE_NONE},
    {"object", TAG_SKIP, ROLE_NONE},      {"ol", TAG_LIST, ROLE_LIST},
    {"option", TAG_OPTION, ROLE_NONE},    {"p", TAG_BLOCK, ROLE_PARAGRAPH},
    {"pre", TAG_PRE, ROLE_PRE},           {"script", TAG_SCRIPT, ROLE_NONE},
    {"section", TAG_BLOCK, ROLE_BOX},     {"select", TAG_INLINE, ROLE_INPUT},
    {"style", TAG_STYLE, ROLE_NONE},      {"summary", TAG_BLOCK, ROLE_BOX},
    {"svg", TAG_SKIP, ROLE_NONE},         {"table", TAG_TABLE, ROLE_TABLE},
    {"tbody", TAG_BLOCK, ROLE_NONE},      {"td", TAG_CELL, ROLE_CELL},
    {"template", TAG_SKIP, ROLE_NONE},    {"textarea", TAG_INLINE, ROLE_INPUT},
    {"tfoot", TAG_BLOCK, ROLE_NONE},      {"th", TAG_CELL, ROLE_CELL},
    {"thead", TAG_BLOCK, ROLE_NONE},      {"title", TAG_TITLE, ROLE_TITLE},
    {"tr", TAG_ROW, ROLE_NONE},           {"ul", TAG_LIST, ROLE_LIST},
    {"video", TAG_SKIP, ROLE_NONE},
};

static int compare_tags(const void *name, const void *row)
{
    return strcmp(name, ((const TagRow *)row)->name);
}

Tag html_tag(const char *name, HtmlRole *role)
{
    const TagRow *row = bsearch(name, tags, G_N_ELEMENTS(tags), sizeof tags[0], compare_tags);
    if (role)
        *role = row ? row->role : ROLE_NONE;
    return row ? row->tag : TAG_INLINE;
}

/* In the order of HtmlAttribute, which is that of the alphabet. */
static const char *const attribute_names[ATTRIBUTE_LAST] = {
    [ATTRIBUTE_ABOUT] = "about",
    [ATTRIBUTE_ALT] = "alt",
    [ATTRIBUTE_BACKGROUND] = "background",
    [ATTRIBUTE_BGCOLOR] = "bgcolor",
    [ATTRIBUTE_CLASS] = "class",
    [ATTRIBUTE_COLOR] = "color",
    [ATTRIBUTE_COLSPAN] = "colspan",
    [ATTRIBUTE_CONTENT] = "content",
    [ATTRIBUTE_DATA] = "data",
    [ATTRIBUTE_DATETIME] = "datetime",
    [ATTRIBUTE_HIDDEN] = "hidden",
    [ATTRIBUTE_HREF] = "href",
    [ATTRIBUTE_ID] = "id",
    [ATTRIBUTE_ITEMID] = "itemid",
    [ATTRIBUTE_ITEMPROP] = "itemprop",
    [ATTRIBUTE_ITEMREF] = "itemref",
    [ATTRIBUTE_ITEMSCOPE] = "itemscope",
    [ATTRIBUTE_ITEMTYPE] = "itemtype",
    [ATTRIBUTE_NAME] = "name",
    [ATTRIBUTE_PREFIX] = "prefix",
    [ATTRIBUTE_PROPERTY] = "property",
    [ATTRIBUTE_REL] = "rel",
    [ATTRIBUTE_RESOURCE] = "resource",
    [ATTRIBUTE_ROLE] = "role",
    [ATTRIBUTE_SELECTED] = "selected",
    [ATTRIBUTE_SRC] = "src",
    [ATTRIBUTE_STYLE] = "style",
    [ATTRIBUTE_TYPE] = "type",
    [ATTRIBUTE_TYPEOF] = "typeof",
    [ATTRIBUTE_VALUE] = "value",
    [ATTRIBUTE_VOCAB] = "vocab",
};

static int compare_names(const void *name, const void *row)
{
    return strcmp(name, *(const char *const *)row);
}

void html_attributes(HtmlAttributes *out, const char *const *pairs)
{
    memset(out, 0, sizeof *out);
    for (gsize i = 0; pairs && pairs[i]; i += 2) {
        const char *const *row = bsearch(pairs[i], attribute_names, ATTRIBUTE_LAST,
                                         sizeof attribute_names[0], compare_names);
        if (!row || out->value[row - attribute_names]) /* the first of two counts */
            continue;
        out->value[row - attribute_names] = pairs[i + 1] ? pairs[i + 1] : "";
        out->present |= 1u << (row - attribute_names);
    }
}
