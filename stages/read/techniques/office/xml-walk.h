/* XML parts of office documents, read by libxml2's callbacks: no tree is built, no entity beyond XML's
 * own five is expanded, nothing is loaded from elsewhere, nesting is bounded. */
#pragma once

#include <glib.h>

/* One element's attributes, as long as its start callback runs. */
typedef struct XmlAttributes XmlAttributes;

/* The value of an attribute, or NULL. The name's prefix is the usual one of its namespace ("r:id",
 * "text:style-name"), whatever the document calls it; attributes without a namespace have none. The
 * value lives until the next call with the same attributes has returned 16 other ones. */
const char *xml_attribute(const XmlAttributes *attributes, const char *name);
/* As a number, or `otherwise` where there is none. */
gint64 xml_attribute_int(const XmlAttributes *attributes, const char *name, gint64 otherwise);
/* Of a boolean: absent is `otherwise`; "0", "false", "off", "none" and "no" are FALSE. */
gboolean xml_attribute_is(const XmlAttributes *attributes, const char *name, gboolean otherwise);

/* Names are given with the usual prefix of their namespace ("w:p"), in both the transitional and the
 * strict edition of OOXML; elements of namespaces that nothing here reads have the prefix "?". */
typedef struct {
    const char *name;
    int id; /* > 0 */
} XmlName;

typedef struct {
    const XmlName *names; /* sorted by name; elements that are not in it have id 0 */
    gsize n_names;
    void (*start)(int id, const XmlAttributes *attributes, gpointer data);
    void (*end)(int id, gpointer data);
    void (*text)(const char *text, gsize length, gpointer data); /* may be NULL */
} XmlHandler;

/* Calls the handler for every element and text of the part, in order. FALSE and DAMAGED, naming the
 * part and the line, when it is not well-formed or nested deeper than 256: what came before the fault
 * has been called. */
gboolean xml_walk(GBytes *part, const char *part_name, const XmlHandler *handler, gpointer data,
                  GError **error);
