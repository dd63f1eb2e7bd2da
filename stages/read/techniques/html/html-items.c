#include "html-items.h"

#include "html-text.h"

#include <string.h>

#define NONE G_MAXUINT32
#define MAX_PROPERTIES 20000u
#define MAX_SCOPES 20000u     /* elements with an id, outside of things */
#define MAX_NAMES 8           /* of one property */
#define LONGEST_VALUE 20000u  /* bytes; the text of a whole article is longer, and no datum */
#define ALL_VALUES (4u << 20) /* bytes; texts may hold each other */
#define MAX_DEPTH 32          /* of things in things, where they refer to each other */
#define MAX_VISITS 100000     /* of properties, when things are shared by reference */

typedef struct {
    char *type;    /* shortened; NULL when it has none */
    char *refs;    /* ids of elements with more properties, separated by space; NULL: none */
    gboolean part; /* the value of a property */
} Item;

typedef struct {
    char *name;
    char *value;   /* NULL when `child` is the value */
    guint32 owner; /* item; NONE: of whoever refers to the scope */
    guint32 scope; /* of ids */
    guint32 child; /* item */
} Property;

/* An element with an id: properties in it may be another item's. */
typedef struct {
    char *id;
    guint32 parent;
} Scope;

/* What an open element changed. */
typedef struct {
    guint depth;
    guint32 item, scope;          /* open before */
    guint32 property, n_property; /* that take its text */
    gsize start;                  /* of that text */
} Frame;

struct HtmlItems {
    ItemSyntax syntax;
    GArray *items, *properties, *scopes, *frames;
    GString *text; /* of the open elements whose text is a value */
    guint texts;   /* how many there are */
    guint depth;
    guint32 item, scope; /* innermost open, NONE when none is */
    guint32 page;        /* item that properties of RDFa without one belong to; NONE so far */
    gsize bytes;         /* of all values */
};

static void item_clear(gpointer data)
{
    Item *item = data;
    g_free(item->type);
    g_free(item->refs);
}

static void property_clear(gpointer data)
{
    Property *property = data;
    g_free(property->name);
    g_free(property->value);
}

static void scope_clear(gpointer data)
{
    g_free(((Scope *)data)->id);
}

HtmlItems *html_items_new(ItemSyntax syntax)
{
    HtmlItems *items = g_new0(HtmlItems, 1);
    items->syntax = syntax;
    items->items = g_array_new(FALSE, FALSE, sizeof(Item));
    items->properties = g_array_new(FALSE, FALSE, sizeof(Property));
    items->scopes = g_array_new(FALSE, FALSE, sizeof(Scope));
    items->frames = g_array_new(FALSE, FALSE, sizeof(Frame));
    g_array_set_clear_func(items->items, item_clear);
    g_array_set_clear_func(items->properties, property_clear);
    g_array_set_clear_func(items->scopes, scope_clear);
    items->text = g_string_new(NULL);
    items->item = items->scope = items->page = NONE;
    return items;
}

void html_items_free(HtmlItems *items)
{
    if (!items)
        return;
    g_array_unref(items->items);
    g_array_unref(items->properties);
    g_array_unref(items->scopes);
    g_array_unref(items->frames);
    g_string_free(items->text, TRUE);
    g_free(items);
}

const char *html_items_short(const char *type)
{
    const char *end = type + strlen(type);
    while (end > type && (end[-1] == '/' || end[-1] == '#'))
        end--;
    const char *at = end;
    while (at > type && !strchr("/#:", at[-1]))
        at--;
    return at < end ? at : type;
}

static char *first_token(const char *text)
{
    text += strspn(text, " \t\r\n\f");
    return g_strndup(text, strcspn(text, " \t\r\n\f"));
}

static Property *property_at(const HtmlItems *items, guint32 i)
{
    return &g_array_index(items->properties, Property, i);
}

/* ---- the two syntaxes ---- */

static const char *names_of(const HtmlItems *items, const HtmlAttributes *a)
{
    return a->value[items->syntax == ITEMS_MICRODATA ? ATTRIBUTE_ITEMPROP : ATTRIBUTE_PROPERTY];
}

static gboolean opens_item(const HtmlItems *items, const HtmlAttributes *a)
{
    if (items->syntax == ITEMS_MICRODATA)
        return a->value[ATTRIBUTE_ITEMSCOPE] != NULL;
    return a->value[ATTRIBUTE_TYPEOF] ||
           (!a->value[ATTRIBUTE_PROPERTY] && !a->value[ATTRIBUTE_REL] &&
            (a->value[ATTRIBUTE_RESOURCE] || a->value[ATTRIBUTE_ABOUT]));
}

/* The value that attributes give, or NULL: it is the element's text. */
static const char *given_value(const HtmlItems *items, const char *name, const HtmlAttributes *a)
{
    static const char *const links[] = {"a", "area", "link", NULL};
    static const char *const sources[] = {"audio",  "embed", "iframe", "img",
                                          "source", "track", "video",  NULL};
    if (a->value[ATTRIBUTE_CONTENT])
        return a->value[ATTRIBUTE_CONTENT];
    if (items->syntax == ITEMS_RDFA && a->value[ATTRIBUTE_RESOURCE])
        return a->value[ATTRIBUTE_RESOURCE];
    if (g_strv_contains(links, name))
        return a->value[ATTRIBUTE_HREF];
    if (g_strv_contains(sources, name))
        return a->value[ATTRIBUTE_SRC];
    if (strcmp(name, "object") == 0)
        return a->value[ATTRIBUTE_DATA];
    if (strcmp(name, "data") == 0 || strcmp(name, "meter") == 0)
        return a->value[ATTRIBUTE_VALUE];
    if (strcmp(name, "meta") == 0)
        return "";
    return strcmp(name, "time") == 0 ? a->value[ATTRIBUTE_DATETIME] : NULL;
}

/* ---- elements ---- */

static void set_value(HtmlItems *items, Property *property, const char *text, gsize length)
{
    length = MIN(length, LONGEST_VALUE);
    if (property->value || items->bytes + length > ALL_VALUES)
        return;
    property->value = html_text_squeeze(text, length);
    items->bytes += length;
}

/* Adds a property for each name; returns how many. */
static guint32 add_properties(HtmlItems *items, const char *names)
{
    guint32 n = 0;
    for (const char *p = names; *p && n < MAX_NAMES;) {
        p += strspn(p, " \t\r\n\f");
        gsize length = strcspn(p, " \t\r\n\f");
        if (length && length < 200 && items->properties->len < MAX_PROPERTIES) {
            g_autofree char *name = g_strndup(p, length);
            gboolean shorten = items->syntax == ITEMS_RDFA || strchr(name, '/');
            Property property = {.name = g_strdup(shorten ? html_items_short(name) : name),
                                 .owner = items->item == NONE ? items->page : items->item,
                                 .scope = items->scope,
                                 .child = NONE};
            g_array_append_val(items->properties, property);
            n++;
        }
        p += length;
    }
    return n;
}

static void open_item(HtmlItems *items, const HtmlAttributes *a, const Frame *frame)
{
    gboolean micro = items->syntax == ITEMS_MICRODATA;
    const char *type = a->value[micro ? ATTRIBUTE_ITEMTYPE : ATTRIBUTE_TYPEOF];
    const char *refs = micro ? a->value[ATTRIBUTE_ITEMREF] : NULL;
    Item item = {.refs = g_strdup(refs), .part = frame->n_property > 0};
    if (type && *type) {
        g_autofree char *first = first_token(type);
        item.type = g_strdup(html_items_short(first));
    }
    items->item = items->items->len;
    g_array_append_val(items->items, item);
    for (guint32 i = 0; i < frame->n_property; i++)
        property_at(items, frame->property + i)->child = items->item;
}

static void open_scope(HtmlItems *items, const char *id)
{
    if (items->scopes->len >= MAX_SCOPES)
        return;
    Scope scope = {g_strdup(id), items->scope};
    items->scope = items->scopes->len;
    g_array_append_val(items->scopes, scope);
}

static void take_value(HtmlItems *items, const char *name, const HtmlAttributes *a, Frame *frame)
{
    const char *value = given_value(items, name, a);
    for (guint32 i = 0; value && i < frame->n_property; i++)
        set_value(items, property_at(items, frame->property + i), value, strlen(value));
    if (value) {
        frame->n_property = 0;
        return;
    }
    frame->start = items->text->len;
    items->texts++;
}

/* RDFa without a thing around speaks of the page itself, for which an item is made; <meta> does so too,
 * mostly in Open Graph, and is read elsewhere. Names without a vocabulary are something else's. */
static gboolean takes_names(HtmlItems *items, const char *name, const char *names)
{
    if (items->syntax == ITEMS_MICRODATA || items->item != NONE)
        return TRUE;
    if (!strchr(names, ':') || strcmp(name, "meta") == 0)
        return FALSE;
    if (items->page == NONE) {
        Item page = {0};
        items->page = items->items->len;
        g_array_append_val(items->items, page);
    }
    return TRUE;
}

void html_items_start(HtmlItems *items, const char *name, const HtmlAttributes *a)
{
    const char *names = names_of(items, a), *id = a->value[ATTRIBUTE_ID];
    gboolean opens = opens_item(items, a) && items->items->len < MAX_PROPERTIES;
    gboolean scopes = id && items->syntax == ITEMS_MICRODATA && items->item == NONE;
    items->depth++;
    if (!names && !opens && !scopes)
        return;
    Frame frame = {.depth = items->depth,
                   .item = items->item,
                   .scope = items->scope,
                   .property = items->properties->len};
    if (scopes)
        open_scope(items, id);
    if (names && takes_names(items, name, names))
        frame.n_property = add_properties(items, names);
    if (opens) {
        open_item(items, a, &frame);
        frame.n_property = 0;
    } else if (frame.n_property) {
        take_value(items, name, a, &frame);
    }
    g_array_append_val(items->frames, frame);
}

void html_items_end(HtmlItems *items)
{
    guint depth = items->depth;
    items->depth -= depth > 0;
    if (items->frames->len == 0)
        return;
    Frame frame = g_array_index(items->frames, Frame, items->frames->len - 1);
    if (frame.depth != depth)
        return;
    g_array_set_size(items->frames, items->frames->len - 1);
    items->item = frame.item;
    items->scope = frame.scope;
    if (frame.n_property == 0)
        return;
    for (guint32 i = 0; i < frame.n_property; i++)
        set_value(items, property_at(items, frame.property + i), items->text->str + frame.start,
                  items->text->len - frame.start);
    if (--items->texts == 0)
        g_string_truncate(items->text, 0);
}

void html_items_text(HtmlItems *items, const char *text, gsize length)
{
    if (items->texts)
        g_string_append_len(items->text, text, (gssize)length);
}

/* ---- answers ---- */

void html_items_each_type(const HtmlItems *items, void (*each)(const char *type, gpointer data),
                          gpointer data)
{
    for (guint i = 0; i < items->items->len; i++) {
        const Item *item = &g_array_index(items->items, Item, i);
        if (!item->part && item->type)
            each(item->type, data);
    }
}

typedef struct {
    const HtmlItems *items;
    Fields *fields;
    GHashTable *by_scope; /* properties of no item: scope + 1 -> GArray of guint32 */
    GArray **by_item;     /* of guint32; NULL where an item has none */
    GString *path;
    guint visits;
} Writer;

static void write_item(Writer *w, guint32 item, guint depth);

static void write_property(Writer *w, const Property *property, guint depth)
{
    gsize length = w->path->len;
    if (w->visits++ > MAX_VISITS)
        return;
    g_string_append_printf(w->path, ".%s", property->name);
    if (property->child != NONE && depth < MAX_DEPTH) {
        const Item *child = &g_array_index(w->items->items, Item, property->child);
        g_autofree char *key = g_strconcat(w->path->str, ".@type", NULL);
        if (child->type)
            fields_add(w->fields, key, child->type);
        write_item(w, property->child, depth + 1);
    } else if (property->value) {
        fields_add(w->fields, w->path->str, property->value);
    }
    g_string_truncate(w->path, length);
}

static void write_all(Writer *w, const GArray *list, guint depth)
{
    for (guint i = 0; list && i < list->len; i++)
        write_property(w, property_at(w->items, g_array_index(list, guint32, i)), depth);
}

/* The properties in the element with that id, which no other thing owns. */
static void write_reference(Writer *w, const char *id, guint depth)
{
    const GArray *scopes = w->items->scopes;
    for (guint32 s = 0; s < scopes->len && w->visits < MAX_VISITS; s++, w->visits++) {
        /* A scope inside the one that is meant belongs to it as well. */
        for (guint32 at = s; at != NONE; at = g_array_index(scopes, Scope, at).parent)
            if (strcmp(g_array_index(scopes, Scope, at).id, id) == 0) {
                write_all(w, g_hash_table_lookup(w->by_scope, GUINT_TO_POINTER(s + 1)), depth);
                break;
            }
    }
}

static void write_item(Writer *w, guint32 index, guint depth)
{
    const Item *item = &g_array_index(w->items->items, Item, index);
    write_all(w, w->by_item[index], depth);
    if (!item->refs)
        return;
    g_auto(GStrv) ids = g_strsplit_set(item->refs, " \t\r\n\f", 100);
    for (guint i = 0; ids[i]; i++)
        if (*ids[i])
            write_reference(w, ids[i], depth);
}

static void add_to(GArray **list, guint32 index)
{
    if (!*list)
        *list = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_val(*list, index);
}

static void sort_properties(Writer *w)
{
    for (guint32 i = 0; i < w->items->properties->len; i++) {
        const Property *property = property_at(w->items, i);
        if (property->owner != NONE) {
            add_to(&w->by_item[property->owner], i);
        } else if (property->scope != NONE) {
            gpointer key = GUINT_TO_POINTER(property->scope + 1);
            GArray *list = g_hash_table_lookup(w->by_scope, key);
            gboolean fresh = !list;
            add_to(&list, i);
            if (fresh)
                g_hash_table_insert(w->by_scope, key, list);
        }
    }
}

void html_items_write(const HtmlItems *items, Fields *fields)
{
    guint n = items->items->len;
    g_autoptr(GHashTable) by_scope =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
    Writer w = {.items = items,
                .fields = fields,
                .by_scope = by_scope,
                .by_item = g_new0(GArray *, n + 1),
                .path = g_string_new(NULL)};
    sort_properties(&w);
    for (guint32 i = 0; i < n; i++) {
        const Item *item = &g_array_index(items->items, Item, i);
        if (item->part)
            continue;
        g_string_assign(w.path, item->type ? item->type : "Thing");
        write_item(&w, i, 0);
    }
    for (guint i = 0; i < n; i++)
        g_clear_pointer(&w.by_item[i], g_array_unref);
    g_free(w.by_item);
    g_string_free(w.path, TRUE);
}
