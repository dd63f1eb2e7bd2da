#include "epub.h"

#include "opc.h"
#include "stages/read/techniques/html/html.h"
#include "xml-walk.h"
#include "zip-parts.h"

#include <string.h>

#define MAX_ITEMS 20000u

typedef struct {
    ZipParts *zip;
    char *package;     /* name of the OPF part */
    GHashTable *items; /* id -> name of the part; values are owned */
    GPtrArray *spine;  /* of char*: names of the chapters' parts, lent by items */
    gboolean locked;
} Book;

static void book_clear(Book *b)
{
    zip_parts_free(b->zip);
    g_free(b->package);
    if (b->items)
        g_hash_table_unref(b->items);
    if (b->spine)
        g_ptr_array_unref(b->spine);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Book, book_clear)

/* Chapters have any name; what they are not is known by its end. */
static gboolean is_wanted(const char *name, guint64 size)
{
    static const char *const others[] = {".png",  ".jpg",   ".jpeg", ".gif", ".svg", ".webp",
                                         ".bmp",  ".tif",   ".tiff", ".css", ".ttf", ".otf",
                                         ".woff", ".woff2", ".mp3",  ".mp4", ".m4a", ".m4v",
                                         ".ogg",  ".js",    ".ncx",  ".pdf", NULL};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (guint i = 0; others[i]; i++)
        if (g_str_has_suffix(lower, others[i]))
            return FALSE;
    return TRUE;
}

/* ---- container.xml, encryption.xml, the package ---- */

enum { ROOT = 1, METHOD, ITEM, ITEM_REFERENCE };

/* Fonts are often scrambled, which locks nothing (EPUB 3.3, 4.2.6.3.1; Adobe's own way). */
static gboolean is_font_scrambling(const char *algorithm)
{
    return g_str_has_suffix(algorithm, "idpf.org/2008/embedding") ||
           g_str_has_suffix(algorithm, "ns.adobe.com/pdf/enc#RC");
}

static void add_item(Book *b, const XmlAttributes *attributes)
{
    const char *id = xml_attribute(attributes, "id"), *href = xml_attribute(attributes, "href");
    if (!id || !href || g_hash_table_size(b->items) >= MAX_ITEMS ||
        g_hash_table_contains(b->items, id))
        return;
    g_autofree char *path = g_strndup(href, strcspn(href, "#?"));
    g_autofree char *plain = g_uri_unescape_string(path, NULL);
    g_hash_table_insert(b->items, g_strdup(id),
                        zip_parts_resolve(b->package, plain ? plain : path));
}

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Book *b = data;
    const char *value;
    switch (id) {
    case ROOT:
        value = xml_attribute(attributes, "full-path");
        if (!b->package && value)
            b->package = zip_parts_resolve("", value);
        break;
    case METHOD:
        value = xml_attribute(attributes, "Algorithm");
        b->locked |= !value || !is_font_scrambling(value);
        break;
    case ITEM:
        add_item(b, attributes);
        break;
    case ITEM_REFERENCE:
        value = xml_attribute(attributes, "idref");
        value = value ? g_hash_table_lookup(b->items, value) : NULL;
        if (value && b->spine->len < MAX_ITEMS)
            g_ptr_array_add(b->spine, (char *)value);
        break;
    default:
        break;
    }
}

static void on_end(int id, gpointer data)
{
}

/* Old packages have no namespace. */
static const XmlName names[] = {
    {"enc:EncryptionMethod", METHOD}, {"item", ITEM},     {"itemref", ITEM_REFERENCE},
    {"ocf:rootfile", ROOT},           {"opf:item", ITEM}, {"opf:itemref", ITEM_REFERENCE},
};

static const XmlHandler handler = {
    .names = names, .n_names = G_N_ELEMENTS(names), .start = on_start, .end = on_end};

static gboolean open_book(Book *b, const TechniqueInput *input, GError **error)
{
    b->zip = zip_parts_open(input->bytes, is_wanted, error);
    b->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    b->spine = g_ptr_array_new();
    if (!b->zip)
        return FALSE;
    GBytes *lock = zip_parts_get(b->zip, "META-INF/encryption.xml");
    if (lock)
        xml_walk(lock, "META-INF/encryption.xml", &handler, b, NULL);
    if (b->locked) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the book is locked by its publisher (DRM)");
        return FALSE;
    }
    GBytes *container = zip_parts_need(b->zip, "META-INF/container.xml", error);
    if (!container || !xml_walk(container, "META-INF/container.xml", &handler, b, error))
        return FALSE;
    GBytes *package = zip_parts_need(b->zip, b->package ? b->package : "(the package)", error);
    if (!package || !xml_walk(package, b->package, &handler, b, error))
        return FALSE;
    if (!b->spine->len)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the book has no chapters");
    return b->spine->len > 0;
}

/* ---- chapters ---- */

static void add_blank(Reading *reading, guint number)
{
    reading_begin_page(reading, number, TECHNIQUE_NONE, READING_GRID, 1, 1);
    reading_end_page(reading);
}

/* A chapter is a page of HTML, and the page of a book. */
static gboolean read_chapter(const Book *b, const TechniqueInput *input, guint number,
                             Reading *reading, GError **error)
{
    const char *name = b->spine->pdata[number - 1];
    GBytes *part = zip_parts_get(b->zip, name);
    if (!is_wanted(name, 0) || (part && g_bytes_get_size(part) == 0)) { /* a picture */
        add_blank(reading, number);
        return TRUE;
    }
    part = zip_parts_need(b->zip, name, error);
    if (!part)
        return FALSE;
    TechniqueInput chapter = *input;
    chapter.bytes = part;
    chapter.media_type = "text/html";
    chapter.first_page = 1;
    chapter.last_page = 0;
    Reading *page = html_read_part(&chapter, error);
    if (!page) {
        g_prefix_error(error, "%s: ", name);
        return FALSE;
    }
    for (guint i = 0; i < page->pages->len; i++) {
        Page *p = &g_array_index(page->pages, Page, i);
        p->number = number;
        p->technique = TECHNIQUE_OFFICE;
    }
    /* A book has no menus and notices around its chapters, however short they are. */
    for (guint i = 0; i < page->blocks->len; i++)
        g_array_index(page->blocks, Block, i).flags &= ~(guint32)BLOCK_BOILERPLATE;
    g_clear_pointer(&page->second, reading_free);
    page->page_count = number;
    reading_take_pages(reading, page);
    return TRUE;
}

static void add_pictures(const Book *b, Reading *reading)
{
    for (guint i = 0; i < zip_parts_count(b->zip); i++) {
        const char *name = zip_parts_name(b->zip, i);
        const char *type = opc_picture_type(name);
        const char *slash = strrchr(name, '/');
        if (*type)
            reading_attach(reading, slash ? slash + 1 : name, type, zip_parts_size(b->zip, i),
                           NULL);
    }
}

Reading *epub_read(const TechniqueInput *input, GError **error)
{
    g_auto(Book) b = {0};
    if (!open_book(&b, input, error))
        return NULL;
    g_autoptr(Reading) reading = reading_new(input->media_type);
    guint last = input->last_page ? MIN(input->last_page, b.spine->len) : b.spine->len;
    for (guint number = MAX(input->first_page, 1); number <= last; number++) {
        if (!technique_begin_page(input, number))
            break;
        if (!read_chapter(&b, input, number, reading, error))
            return NULL;
    }
    reading->page_count = b.spine->len;
    if (input->first_page > 1)
        return g_steal_pointer(&reading);
    if (zip_parts_broken(b.zip))
        reading_note_missing(reading, "the file is damaged: %s", zip_parts_broken(b.zip));
    add_pictures(&b, reading);
    return g_steal_pointer(&reading);
}
