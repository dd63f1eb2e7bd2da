/* Just enough CSS to see what a page hides: inline styles, and rules for one class, id or tag. */
#pragma once

#include <glib.h>

typedef enum {
    STYLE_HIDES =
        1 << 0, /* display:none, visibility:hidden, size or opacity zero, far off the page */
    STYLE_WHITE = 1 << 1,       /* letters in white */
    STYLE_PAINTS = 1 << 2,      /* sets a background of its own */
    STYLE_WHITE_PAPER = 1 << 3, /* the background that it sets is white */
} StyleEffect;

typedef struct StyleSheet StyleSheet;

StyleSheet *style_sheet_new(void);
void style_sheet_free(StyleSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StyleSheet, style_sheet_free)

/* Adds the rules of a <style> element. */
void style_sheet_parse(StyleSheet *sheet, const char *css);
/* StyleEffect of declarations ("display: none; color: red"). */
guint style_of_declarations(const char *declarations);
/* StyleEffect of the rules that name the tag, the id or one of the classes; NULL where there is none. */
guint style_sheet_match(const StyleSheet *sheet, const char *tag, const char *id,
                        const char *classes);
