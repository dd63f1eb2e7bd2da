/* The boxes of a page, as a flat array in document order: what html-article.c judges the text by. It
 * is filled while the page is parsed, so that no tree of it has to exist. */
#pragma once

#include "html-tags.h"

/* What class, id and role of an element hint at (the lists are in html-hints.c). */
typedef enum {
    HINT_TEXT = 1 << 0,   /* named as the body of an article is: articleBody, entry-content */
    HINT_GOOD = 1 << 1,   /* names that go with content */
    HINT_BAD = 1 << 2,    /* names that go with what stands around it */
    HINT_AROUND = 1 << 3, /* names of what is hardly ever content: menus, comments, banners */
    HINT_OFFER = 1 << 4,  /* something is for sale here */
    HINT_TITLE = 1 << 5,  /* the headline */
} HtmlHints;

/* HtmlHints of names as they stand in class and id; NULL where there is none. */
guint html_hints(const char *classes, const char *id);
/* The same of a role attribute. */
guint html_role_hints(const char *role);

#define HTML_NO_BOX G_MAXUINT32
/* Beside the number of a box, for a block of the reading: nothing in it but alternative texts. */
#define HTML_ONLY_PICTURES (1u << 31)

typedef struct {
    guint32 parent; /* index, HTML_NO_BOX for the first */
    guint32 end;    /* index after the last box inside */
    /* Letters of the text in this box itself, until html_article adds those of the boxes inside. */
    guint32 text, links, commas;
    guint32 paragraphs, items, inputs, images, headings; /* headings: letters in them */
    float score;
    guint8 role;          /* HtmlRole */
    guint8 hints;         /* HtmlHints */
    guint8 level;         /* of a heading */
    guint8 state;         /* html-article.c's own */
    guint32 prose;        /* letters of running text */
    guint32 own, running; /* text and prose that stand in the box itself */
} HtmlBox;

typedef struct {
    GArray *boxes;  /* of HtmlBox */
    guint32 open;   /* the innermost open box */
    gboolean full;  /* more boxes than anybody lays out: no judging */
    gboolean whole; /* it says that it is a whole page */
} HtmlOutline;

/* The caller's struct; the page itself is box 0, and open. */
void html_outline_init(HtmlOutline *outline);
void html_outline_clear(HtmlOutline *outline);

/* Opens a box inside the open one; returns its index, HTML_NO_BOX when there are too many. */
guint32 html_outline_open(HtmlOutline *outline, HtmlRole role, guint level,
                          const HtmlAttributes *attributes);
void html_outline_close(HtmlOutline *outline, guint32 box);
/* Hints of an element that is no box for the open box: only a price is worth knowing. */
void html_outline_name(HtmlOutline *outline, const HtmlAttributes *attributes);
/* Counts a thing that stands in the open box, such as ROLE_INPUT; `images`: ROLE_NONE. */
void html_outline_count(HtmlOutline *outline, HtmlRole role);
/* Text (UTF-8) that stands in the open box. Returns how many letters it has. */
guint32 html_outline_text(HtmlOutline *outline, const char *text, gsize length, gboolean link);

static inline HtmlBox *html_outline_box(const HtmlOutline *outline, guint32 box)
{
    return &g_array_index(outline->boxes, HtmlBox, box);
}
