/* Styles of OpenDocument files, as far as they decide what is seen and what a paragraph is. */
#pragma once

#include <glib.h>

typedef struct {
    gint hidden;  /* text:display="none"; a table or slide that is not shown; -1: not said */
    gint white;   /* letters in white; -1: not said */
    gint painted; /* a background of its own; -1: not said */
    gint heading; /* 1: the document's title, 2: its subtitle; -1: not said */
} OdfStyle;

typedef struct OdfStyles OdfStyles;

OdfStyles *odf_styles_new(void);
void odf_styles_free(OdfStyles *styles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OdfStyles, odf_styles_free)

/* Adds the styles of a part (styles.xml, content.xml). What a broken part does not say is not known. */
void odf_styles_parse(OdfStyles *styles, GBytes *part);

/* A style with what it inherits. `family` is ODF's ("paragraph", "text", "table", "drawing-page"). */
OdfStyle odf_style(const OdfStyles *styles, const char *family, const char *name);

/* What stands before an item of a list with this style at a depth from 1: a number's text, "" for a bullet.
 * `list` may be NULL. Caller frees. */
char *odf_list_number(const OdfStyles *styles, const char *list, guint depth, gint number);
/* The number that such a list begins with. */
gint odf_list_start(const OdfStyles *styles, const char *list, guint depth);
