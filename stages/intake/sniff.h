/* What a document is, by its content first and its name second. */
#pragma once

#include <glib.h>

/* Bytes that sniff_media_type wants to see at most. */
#define SNIFF_BYTES 8192

/* The media type of a document from its first bytes (at most SNIFF_BYTES are used) and its name,
 * which only decides between kinds of text. Static string; "application/octet-stream" when nothing
 * fits. Source of signatures: the formats' specifications, as listed in the WHATWG MIME Sniffing
 * Standard where it has them. */
const char *sniff_media_type(const char *bytes, gsize length, const char *name);

/* TRUE for ZIP and compound files: what they are is known from the whole of them. */
gboolean sniff_is_package(const char *media_type);
/* What a container is, by the names in it: office documents, books, mails. `bytes` is the whole document.
 * The media type itself where nothing more is known. Static string or media_type. */
const char *sniff_package(const char *media_type, const char *bytes, gsize length);

/* TRUE for batches: files whose rows are documents of their own. */
gboolean sniff_is_batch(const char *media_type);

/* TRUE for archives and mailboxes: no record comes of themselves, but of what they hold. */
gboolean sniff_holds_documents(const char *media_type);
