/* The parts of a ZIP file in memory, as office documents and books are: opened once, all parts that
 * are wanted unpacked, under caps on count, size and ratio. Nothing is ever written to disk. */
#pragma once

#include <glib.h>

typedef struct ZipParts ZipParts;

/* Which parts are unpacked; the others are only listed. `size` is what the archive claims, 0 where
 * it does not say. */
typedef gboolean (*ZipWanted)(const char *name, guint64 size);

/* Reads the archive. NULL and DAMAGED (no archive, or broken off before its first part), ENCRYPTED, or
 * TOO_LARGE (a cap was reached: a bomb). What a broken archive has before its break is kept, see
 * zip_parts_broken. Caller frees. */
ZipParts *zip_parts_open(GBytes *archive, ZipWanted wanted, GError **error);
void zip_parts_free(ZipParts *zip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZipParts, zip_parts_free)

/* The archive ends early or a part does not unpack: what is wrong, or NULL. Lent. */
const char *zip_parts_broken(const ZipParts *zip);

guint zip_parts_count(const ZipParts *zip);
/* Name of a part in the archive's order; "/" between folders, no leading "/". Lent. */
const char *zip_parts_name(const ZipParts *zip, guint i);
guint64 zip_parts_size(const ZipParts *zip, guint i);

/* An unpacked part by its name; NULL when there is none or it was not wanted. Names are compared without
 * regard to case where no part has the exact one (OPC has them so). Lent. */
GBytes *zip_parts_get(const ZipParts *zip, const char *name);
/* The same; a part that is missing is DAMAGED and says which. */
GBytes *zip_parts_need(const ZipParts *zip, const char *name, GError **error);

/* Joins a relative target to the folder of the part that names it, resolving "." and "..":
 * ("ppt/slides/slide1.xml", "../media/a.png") -> "ppt/media/a.png". Caller frees. */
char *zip_parts_resolve(const char *base, const char *target);
