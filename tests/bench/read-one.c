/* Reads documents in this process, for measuring and looking; the shipped way is `docket read`.
 * Usage: read-one [--ocr=never] text|md|json|hocr|none MEDIA-TYPE FOLDER FILE...
 * FOLDER gets one NAME.txt each; "-" is stdout. */
#include "stages/read/techniques/libraries.h"
#include "stages/read/techniques/pages/pages.h"

#include <stdio.h>
#include <string.h>

static char *print(const char *format, const Reading *reading)
{
    if (strcmp(format, "md") == 0)
        return reading_to_markdown(reading);
    if (strcmp(format, "json") == 0)
        return reading_to_json(reading);
    if (strcmp(format, "hocr") == 0)
        return reading_to_hocr(reading);
    return strcmp(format, "none") == 0 ? g_strdup("") : reading_to_text(reading);
}

static gboolean put(const char *folder, const char *path, const char *text, GError **error)
{
    if (strcmp(folder, "-") == 0) {
        fputs(text, stdout);
        return TRUE;
    }
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_strconcat(base, ".txt", NULL);
    g_autofree char *out = g_build_filename(folder, name, NULL);
    return g_file_set_contents(out, text, -1, error);
}

static gboolean read_one(Warm *warm, char **arguments, guint flags, const char *path)
{
    const char *format = arguments[0], *type = arguments[1], *folder = arguments[2];
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    gsize length;
    if (!g_file_get_contents(path, &data, &length, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&data), length);
    TechniqueInput input = {.bytes = bytes,
                            .media_type = type,
                            .first_page = 1,
                            .flags = flags,
                            .languages = "eng",
                            .warm = warm};
    const TechniqueRow *row = technique_find(type);
    if (row && !row->read)
        row = docket_pages.find(type);
    g_autoptr(Reading) reading = row ? row->read(&input, &error) : NULL;
    if (!reading) {
        fprintf(stderr, "%s: %s\n", path, error ? error->message : "unsupported");
        return FALSE;
    }
    g_autofree char *text = print(format, reading);
    if (!put(folder, path, text, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return FALSE;
    }
    for (guint i = 0; i < reading->notes->len; i++)
        fprintf(stderr, "%s: %s\n", path, (const char *)g_ptr_array_index(reading->notes, i));
    return TRUE;
}

int main(int argc, char **argv)
{
    gboolean ok = TRUE, never = argc > 1 && strcmp(argv[1], "--ocr=never") == 0;
    argc -= never;
    argv += never;
    if (argc < 5)
        return 2;
    libraries_silence();
    Warm *warm = docket_pages.warm("eng", NULL);
    for (int i = 4; i < argc; i++)
        ok &= read_one(warm, argv + 1, never ? WIRE_OCR_NEVER : 0, argv[i]);
    docket_pages.cool(warm);
    return ok ? 0 : 1;
}
