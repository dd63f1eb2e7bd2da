#include "readings.h"

#include "publish.h"
#include <string.h>

static char *path_of(const char *state, const Job *job, const char *how)
{
    g_autofree char *key = g_strdup_printf("%s %s %s", job->media_type, how, DOCKET_VERSION);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    g_autofree char *name = g_strdup_printf("%s-%.8s.reading", job->sha256, hash);
    return g_build_filename(state, "readings", name, NULL);
}

Reading *readings_load(const char *state, const Job *job, const char *how)
{
    g_autofree char *path = path_of(state, job, how);
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    if (!file)
        return NULL;
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(READING_VARIANT_TYPE), bytes, FALSE));
    Reading *reading = reading_from_variant(variant, NULL);
    /* Bytes cut short decode to an empty tree, which no kept reading is. */
    if (reading && reading->words->len == 0)
        g_clear_pointer(&reading, reading_free);
    return reading;
}

void readings_keep(const char *state, const Job *job, const char *how)
{
    if (job->reading->words->len == 0)
        return;
    g_autofree char *path = path_of(state, job, how);
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(job->reading));
    publish_file(path, g_variant_get_data(variant), g_variant_get_size(variant), NULL);
}

gboolean readings_clean(const char *state, GError **error)
{
    g_autofree char *folder = g_build_filename(state, "readings", NULL);
    return publish_clean(folder, error);
}
