#include "warm.h"

#include "drawing.h"

#include <allheaders.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Where Debian's tesseract-ocr packages put the language data. */
#ifndef DOCKET_TESSDATA
#define DOCKET_TESSDATA "/usr/share/tesseract-ocr/5/tessdata"
#endif
#define MAX_LANGUAGES_BYTES 200

/* A language's data, mapped at the start, so that its engine can start where there are no files. */
typedef struct {
    GMappedFile *data;   /* NULL: not there at the start */
    TessBaseAPI *engine; /* NULL until something must be recognised */
} Model;

struct Warm {
    char *tessdata;     /* folder of NAME.traineddata */
    char *languages;    /* "eng+deu" */
    GHashTable *models; /* language -> Model */
    Drawing *drawing;
    GBytes *kept_bytes; /* of the document below; NULL: none */
    gpointer kept;
    GDestroyNotify close_kept;
};

static void silence_lept(const char *message)
{
}

/* The names become part of a path: only what Tesseract's own names are made of. */
static gboolean languages_are_names(const char *languages)
{
    gsize length = strlen(languages);
    return length > 0 && length <= MAX_LANGUAGES_BYTES &&
           strspn(languages, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+") ==
               length;
}

static char *model_path(const Warm *warm, const char *language)
{
    g_autofree char *name = g_strconcat(language, ".traineddata", NULL);
    return g_build_filename(warm->tessdata, name, NULL);
}

/* "chi_sim" is packaged as tesseract-ocr-chi-sim. */
static char *package_name(const char *language)
{
    g_autofree char *lower = g_ascii_strdown(language, -1);
    return g_strconcat("tesseract-ocr-", g_strdelimit(lower, "_", '-'), NULL);
}

/* Opened, not looked for: behind the lock of the jail files can be opened where that is allowed, and
 * asked about nowhere. */
static gboolean is_readable(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static gboolean has_model(const Warm *warm, const char *language)
{
    const Model *model = g_hash_table_lookup(warm->models, language);
    g_autofree char *path = model_path(warm, language);
    return (model && model->data) || is_readable(path);
}

char **warm_languages(const Warm *warm, const char *languages, GError **error)
{
    if (!languages || languages[0] == '\0')
        languages = warm->languages;
    if (!languages_are_names(languages)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE,
                    "the OCR languages are not written as \"eng\" or \"eng+deu\"");
        return NULL;
    }
    g_auto(GStrv) each = g_strsplit(languages, "+", -1);
    for (guint i = 0; each[i]; i++) {
        if (each[i][0] == '\0' || !has_model(warm, each[i])) {
            g_autofree char *package = package_name(each[i]);
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE,
                        "OCR data for language \"%s\" is missing in %s: install the package %s",
                        each[i], warm->tessdata, package);
            return NULL;
        }
    }
    return g_steal_pointer(&each);
}

static void model_free(gpointer data)
{
    Model *model = data;
    if (model->engine)
        TessBaseAPIDelete(model->engine);
    g_clear_pointer(&model->data, g_mapped_file_unref);
    g_free(model);
}

static Model *model_for(Warm *warm, const char *language)
{
    Model *model = g_hash_table_lookup(warm->models, language);
    if (model)
        return model;
    g_autofree char *path = model_path(warm, language);
    model = g_new0(Model, 1);
    model->data = g_mapped_file_new(path, FALSE, NULL);
    g_hash_table_insert(warm->models, g_strdup(language), model);
    return model;
}

Warm *warm_new(const char *languages, const char *tessdata)
{
    Warm *warm = g_new0(Warm, 1);
    setMsgSeverity(L_SEVERITY_NONE);
    leptSetStderrHandler(silence_lept);
    warm->tessdata = g_strdup(tessdata ? tessdata : DOCKET_TESSDATA);
    warm->languages = g_strdup(languages ? languages : "eng");
    warm->models = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, model_free);
    if (languages_are_names(warm->languages)) {
        g_auto(GStrv) each = g_strsplit(warm->languages, "+", -1);
        for (guint i = 0; each[i]; i++)
            model_for(warm, each[i]);
    }
    warm->drawing = drawing_new();
    return warm;
}

const char *warm_tessdata(const Warm *warm)
{
    return warm->tessdata;
}

gpointer warm_kept(const Warm *warm, const GBytes *bytes)
{
    return warm && warm->kept_bytes == bytes ? warm->kept : NULL;
}

static void close_kept(Warm *warm)
{
    if (warm->kept)
        warm->close_kept(warm->kept);
    warm->kept = NULL;
    g_clear_pointer(&warm->kept_bytes, g_bytes_unref);
}

void warm_keep(Warm *warm, GBytes *bytes, gpointer opened, GDestroyNotify close_it)
{
    close_kept(warm);
    warm->kept_bytes = g_bytes_ref(bytes);
    warm->kept = opened;
    warm->close_kept = close_it;
}

void warm_free(Warm *warm)
{
    if (!warm)
        return;
    g_hash_table_unref(warm->models);
    close_kept(warm);
    drawing_free(warm->drawing);
    g_free(warm->tessdata);
    g_free(warm->languages);
    g_free(warm);
}

/* Its messages go to stderr, which is nowhere in a reader; a debug_file would be opened for writing at
 * the first of them, and the jail kills for that. */
static gboolean engine_start(const Warm *warm, Model *model, const char *language)
{
    model->engine = TessBaseAPICreate();
    if (model->data)
        return TessBaseAPIInit5(model->engine, g_mapped_file_get_contents(model->data),
                                (int)g_mapped_file_get_length(model->data), language, OEM_LSTM_ONLY,
                                NULL, 0, NULL, NULL, 0, FALSE) == 0;
    return TessBaseAPIInit2(model->engine, warm->tessdata, language, OEM_LSTM_ONLY) == 0;
}

TessBaseAPI *warm_engine(Warm *warm, const char *language, GError **error)
{
    Model *model = model_for(warm, language);
    if (model->engine)
        return model->engine;
    if (engine_start(warm, model, language))
        return model->engine;
    g_hash_table_remove(warm->models, language);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE,
                "Tesseract refused the language data for \"%s\" in %s", language, warm->tessdata);
    return NULL;
}
