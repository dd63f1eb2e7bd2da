/* The tables in front of an RTF text: fonts, colours, styles. */
#pragma once

#include "rtf-lex.h"

typedef struct RtfHead RtfHead;

RtfHead *rtf_head_new(void);
void rtf_head_free(RtfHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtfHead, rtf_head_free)

typedef enum { RTF_FONTS, RTF_COLORS, RTF_STYLES } RtfTable;

/* A token inside a table, at a depth of groups inside it (0: the table's own group). */
void rtf_head_token(RtfHead *head, RtfTable table, const RtfToken *token, guint depth);

/* The code page of a font, 0 where it names none; RTF_SYMBOLS for fonts of signs. */
#define RTF_SYMBOLS 42
guint rtf_font_page(const RtfHead *head, gint font);
gboolean rtf_color_is_white(const RtfHead *head, gint color);
/* Heading level 1..6 of a paragraph style, 0 for others. */
guint rtf_style_heading(const RtfHead *head, gint style);
