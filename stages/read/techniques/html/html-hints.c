/* Names that authors give to the boxes of their pages. The words are those that published extractors
 * found telling (Readability's two scores, trafilatura's lists), cut down to what recurs across sites. */
#include "html-outline.h"

#include <string.h>

typedef struct {
    const char *word;
    guint8 hints;
    guint8 whole; /* only as a word of its own: "ad", not "download" */
} HintRow;

/* Sorted by first letter; the longer word before the one that begins it. */
static const HintRow words[] = {
    {"add-to-cart", HINT_OFFER, 0},
    {"addtocart", HINT_OFFER, 0},
    {"add_to_cart", HINT_OFFER, 0},
    {"adsense", HINT_AROUND, 0},
    {"advert", HINT_AROUND, 0},
    {"ads", HINT_AROUND, 1},
    {"ad", HINT_AROUND, 1},
    {"agegate", HINT_AROUND, 0},
    {"articlebody", HINT_TEXT | HINT_GOOD, 0},
    {"article-body", HINT_TEXT | HINT_GOOD, 0},
    {"article_body", HINT_TEXT | HINT_GOOD, 0},
    {"article__body", HINT_TEXT | HINT_GOOD, 0},
    {"articlecontent", HINT_TEXT | HINT_GOOD, 0},
    {"article-content", HINT_TEXT | HINT_GOOD, 0},
    {"article__content", HINT_TEXT | HINT_GOOD, 0},
    {"articletext", HINT_TEXT | HINT_GOOD, 0},
    {"article-text", HINT_TEXT | HINT_GOOD, 0},
    {"article", HINT_GOOD, 0},
    {"author-bio", HINT_AROUND, 0},
    {"banner", HINT_AROUND | HINT_BAD, 0},
    {"blog", HINT_GOOD, 0},
    {"body", HINT_GOOD, 0},
    {"breadcrumb", HINT_AROUND | HINT_BAD, 0},
    {"byline", HINT_BAD, 0},
    {"buybox", HINT_OFFER, 0},
    {"combx", HINT_AROUND | HINT_BAD, 0},
    {"comment", HINT_AROUND | HINT_BAD, 0},
    {"community", HINT_AROUND, 0},
    {"contact", HINT_BAD, 0},
    {"content", HINT_GOOD, 0},
    {"cookie", HINT_AROUND | HINT_BAD, 0},
    {"consent", HINT_AROUND | HINT_BAD, 0},
    {"copyright", HINT_BAD, 0},
    {"disqus", HINT_AROUND | HINT_BAD, 0},
    {"disclaimer", HINT_BAD, 0},
    {"entry-content", HINT_TEXT | HINT_GOOD, 0},
    {"entry-title", HINT_TITLE | HINT_GOOD, 0},
    {"entry", HINT_GOOD, 0},
    {"extra", HINT_AROUND, 1},
    {"footer", HINT_AROUND | HINT_BAD, 0},
    {"footnote", 0, 0},
    {"gallery", HINT_BAD, 0},
    {"gdpr", HINT_AROUND | HINT_BAD, 0},
    {"header", HINT_AROUND, 0},
    {"headline", HINT_TITLE, 0},
    {"hentry", HINT_GOOD, 0},
    {"infobox", 0, 0},
    {"legends", HINT_AROUND, 0},
    {"login", HINT_AROUND | HINT_BAD, 0},
    {"main", HINT_GOOD, 1},
    {"masthead", HINT_AROUND | HINT_BAD, 0},
    {"media", HINT_BAD, 1},
    {"menu", HINT_AROUND | HINT_BAD, 0},
    {"meta", HINT_BAD, 1},
    {"modal", HINT_AROUND | HINT_BAD, 0},
    {"most-read", HINT_AROUND | HINT_BAD, 0},
    {"most-popular", HINT_AROUND | HINT_BAD, 0},
    {"navigation", HINT_AROUND | HINT_BAD, 0},
    {"navbar", HINT_AROUND | HINT_BAD, 0},
    {"nav", HINT_AROUND | HINT_BAD, 1},
    {"newsletter", HINT_AROUND | HINT_BAD, 0},
    {"noprint", HINT_BAD, 0},
    {"outbrain", HINT_AROUND | HINT_BAD, 0},
    {"page", HINT_GOOD, 1},
    {"pagination", HINT_AROUND | HINT_BAD, 0},
    {"pager", HINT_AROUND | HINT_BAD, 1},
    {"paywall", 0, 0},
    {"popup", HINT_AROUND | HINT_BAD, 0},
    {"postcontent", HINT_TEXT | HINT_GOOD, 0},
    {"post-content", HINT_TEXT | HINT_GOOD, 0},
    {"post__content", HINT_TEXT | HINT_GOOD, 0},
    {"post-body", HINT_TEXT | HINT_GOOD, 0},
    {"post-text", HINT_TEXT | HINT_GOOD, 0},
    {"post", HINT_GOOD, 0},
    {"price", HINT_OFFER, 0},
    {"promo", HINT_AROUND | HINT_BAD, 0},
    {"recirc", HINT_AROUND | HINT_BAD, 0},
    {"recommend", HINT_AROUND | HINT_BAD, 0},
    {"read-more", HINT_BAD, 0},
    {"related", HINT_AROUND | HINT_BAD, 0},
    {"remark", HINT_AROUND, 1},
    {"replies", HINT_AROUND | HINT_BAD, 0},
    {"rss", HINT_AROUND, 1},
    {"scroll", HINT_BAD, 0},
    {"share", HINT_BAD | HINT_AROUND, 1},
    {"sharing", HINT_BAD | HINT_AROUND, 0},
    {"sharedaddy", HINT_BAD | HINT_AROUND, 0},
    {"shopping", HINT_BAD, 0},
    {"shoutbox", HINT_AROUND | HINT_BAD, 0},
    {"sidebar", HINT_AROUND | HINT_BAD, 0},
    {"skyscraper", HINT_AROUND | HINT_BAD, 0},
    {"slideshow", HINT_BAD, 0},
    {"social", HINT_AROUND | HINT_BAD, 0},
    {"sponsor", HINT_AROUND | HINT_BAD, 0},
    {"storybody", HINT_TEXT | HINT_GOOD, 0},
    {"story-body", HINT_TEXT | HINT_GOOD, 0},
    {"storytext", HINT_TEXT | HINT_GOOD, 0},
    {"story", HINT_GOOD, 0},
    {"subscribe", HINT_AROUND | HINT_BAD, 0},
    {"subscription", HINT_BAD, 0},
    {"supplemental", HINT_AROUND, 0},
    {"taboola", HINT_AROUND | HINT_BAD, 0},
    {"tags", HINT_BAD, 1},
    {"taglist", HINT_BAD, 0},
    {"text", HINT_GOOD, 0},
    {"teaser", HINT_BAD, 0},
    {"toolbar", HINT_AROUND | HINT_BAD, 0},
    {"tools", HINT_BAD, 1},
    {"trending", HINT_AROUND | HINT_BAD, 0},
    {"widget", HINT_BAD, 0},
};

static gboolean is_letter(char c)
{
    return g_ascii_isalpha(c);
}

/* A word begins after anything but a letter, and where "camelCase" has a capital. */
static gboolean begins_word(const char *text, gsize at)
{
    return at == 0 || !is_letter(text[at - 1]) ||
           (g_ascii_isupper(text[at]) && g_ascii_islower(text[at - 1]));
}

static gboolean ends_word(const char *text, gsize at)
{
    return !is_letter(text[at]) ||
           (g_ascii_isupper(text[at]) && at > 0 && g_ascii_islower(text[at - 1]));
}

/* The first row with that letter, or the one before which it would stand. */
static gsize first_row(char letter)
{
    gsize low = 0, high = G_N_ELEMENTS(words);
    while (low < high) {
        gsize middle = (low + high) / 2;
        if (words[middle].word[0] < letter)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static guint hints_at(const char *text, gsize at)
{
    char letter = g_ascii_tolower(text[at]), second = g_ascii_tolower(text[at + 1]);
    for (gsize i = first_row(letter); i < G_N_ELEMENTS(words) && words[i].word[0] == letter; i++) {
        gsize length = strlen(words[i].word);
        if (words[i].word[1] != second ||
            g_ascii_strncasecmp(text + at, words[i].word, length) != 0)
            continue;
        if (!words[i].whole || ends_word(text, at + length))
            return words[i].hints;
    }
    return 0;
}

static guint hints_of(const char *text)
{
    guint hints = 0;
    for (gsize i = 0; text[i]; i++)
        if (is_letter(text[i]) && begins_word(text, i))
            hints |= hints_at(text, i);
    return hints;
}

guint html_hints(const char *classes, const char *id)
{
    return (classes ? hints_of(classes) : 0) | (id ? hints_of(id) : 0);
}

guint html_role_hints(const char *role)
{
    static const char *const around[] = {
        "navigation", "complementary", "banner",      "contentinfo", "search",
        "menu",       "dialog",        "alertdialog", "menubar",     NULL};
    g_autofree char *lower = g_ascii_strdown(role, -1);
    if (g_strv_contains(around, lower))
        return HINT_AROUND | HINT_BAD;
    return strcmp(lower, "main") == 0 || strcmp(lower, "article") == 0 ? HINT_GOOD : 0;
}
