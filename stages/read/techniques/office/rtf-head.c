#include "rtf-head.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ENTRIES 20000u

struct RtfHead {
    GHashTable *fonts;  /* number -> code page */
    GHashTable *styles; /* number -> heading level */
    GArray *white;      /* of gboolean, by colour */
    gint font, style;   /* being described */
    gint red, green, blue;
    GString *name; /* of the style */
};

RtfHead *rtf_head_new(void)
{
    RtfHead *head = g_new0(RtfHead, 1);
    head->fonts = g_hash_table_new(g_direct_hash, g_direct_equal);
    head->styles = g_hash_table_new(g_direct_hash, g_direct_equal);
    head->white = g_array_new(FALSE, FALSE, sizeof(gboolean));
    head->name = g_string_new(NULL);
    head->red = -1;
    return head;
}

void rtf_head_free(RtfHead *head)
{
    if (!head)
        return;
    g_hash_table_unref(head->fonts);
    g_hash_table_unref(head->styles);
    g_array_unref(head->white);
    g_string_free(head->name, TRUE);
    g_free(head);
}

/* Character sets of Windows' fonts (specification, "Font Table"). */
static guint page_of_charset(gint charset)
{
    static const struct {
        gint charset;
        guint page;
    } pages[] = {{0, 1252},   {2, RTF_SYMBOLS}, {77, 10000}, {128, 932},  {129, 949},
                 {130, 1361}, {134, 936},       {136, 950},  {161, 1253}, {162, 1254},
                 {163, 1258}, {177, 1255},      {178, 1256}, {186, 1257}, {204, 1251},
                 {222, 874},  {238, 1250},      {254, 437},  {255, 850}};
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        if (pages[i].charset == charset)
            return pages[i].page;
    return 0;
}

static void set(GHashTable *table, gint key, guint value)
{
    if (g_hash_table_size(table) < MAX_ENTRIES)
        g_hash_table_insert(table, GINT_TO_POINTER(key), GUINT_TO_POINTER(value));
}

static void font_token(RtfHead *head, const RtfToken *token)
{
    if (token->kind != RTF_WORD || !token->has_number)
        return;
    if (strcmp(token->word, "f") == 0)
        head->font = token->number;
    else if (strcmp(token->word, "fcharset") == 0)
        set(head->fonts, head->font, page_of_charset(token->number));
    else if (strcmp(token->word, "cpg") == 0 && token->number > 0)
        set(head->fonts, head->font, (guint)token->number);
}

static void color_token(RtfHead *head, const RtfToken *token)
{
    if (token->kind == RTF_WORD && strcmp(token->word, "red") == 0)
        head->red = token->number;
    else if (token->kind == RTF_WORD && strcmp(token->word, "green") == 0)
        head->green = token->number;
    else if (token->kind == RTF_WORD && strcmp(token->word, "blue") == 0)
        head->blue = token->number;
    for (gsize i = 0; token->kind == RTF_TEXT && i < token->length; i++) {
        gboolean white = head->red == 255 && head->green == 255 && head->blue == 255;
        if (token->text[i] != ';' || head->white->len >= MAX_ENTRIES)
            continue;
        g_array_append_val(head->white, white);
        head->red = head->green = head->blue = -1;
    }
}

static guint heading_by_name(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_strstrip(lower);
    if (strcmp(lower, "title") == 0)
        return 1;
    if (strcmp(lower, "subtitle") == 0)
        return 2;
    return g_str_has_prefix(lower, "heading ") ? (guint)CLAMP(atoi(lower + 8), 0, 6) : 0;
}

static void style_token(RtfHead *head, const RtfToken *token, guint depth)
{
    if (token->kind == RTF_OPEN && depth == 0) {
        head->style = 0;
        g_string_truncate(head->name, 0);
    } else if (token->kind == RTF_WORD && strcmp(token->word, "s") == 0 && depth == 1) {
        head->style = token->number;
    } else if (token->kind == RTF_WORD && strcmp(token->word, "cs") == 0) {
        head->style = -1;
    } else if (token->kind == RTF_TEXT && depth == 1 && head->name->len < 200) {
        const char *end = memchr(token->text, ';', token->length);
        g_string_append_len(head->name, token->text,
                            end ? end - token->text : (gssize)token->length);
        guint level = end && head->style >= 0 ? heading_by_name(head->name->str) : 0;
        if (level)
            set(head->styles, head->style, level);
    }
}

void rtf_head_token(RtfHead *head, RtfTable table, const RtfToken *token, guint depth)
{
    switch (table) {
    case RTF_FONTS:
        font_token(head, token);
        break;
    case RTF_COLORS:
        color_token(head, token);
        break;
    case RTF_STYLES:
        style_token(head, token, depth);
        break;
    }
}

guint rtf_font_page(const RtfHead *head, gint font)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(head->fonts, GINT_TO_POINTER(font)));
}

gboolean rtf_color_is_white(const RtfHead *head, gint color)
{
    return color > 0 && (guint)color < head->white->len &&
           g_array_index(head->white, gboolean, color);
}

guint rtf_style_heading(const RtfHead *head, gint style)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(head->styles, GINT_TO_POINTER(style)));
}
