#include "warm.h"

#include "warm-libraries.h"

#include <allheaders.h>
#include <fcntl.h>
#include <libxml/xmlerror.h>
#include <string.h>
#include <unistd.h>

/* Where Debian's tesseract-ocr packages put the language data. */
#ifndef DOCKET_TESSDATA
#define DOCKET_TESSDATA "/usr/share/tesseract-ocr/5/tessdata"
#endif
#define MAX_LANGUAGES_BYTES 200

struct Warm {
    char *tessdata;      /* folder of NAME.traineddata */
    char *languages;     /* "eng+deu": what the model below is for */
    GMappedFile *model;  /* data of a single language, handed to the engine from memory */
    TessBaseAPI *engine; /* NULL until something must be recognised */
    char *loaded;        /* languages of the engine */
    WarmLibraries *libraries;
    GBytes *kept_bytes; /* of the document below; NULL: none */
    gpointer kept;
    GDestroyNotify close_kept;
};

static void silence_xml(void *context, const char *format, ...)
{
}

static void silence_lept(const char *message)
{
}

static GLogWriterOutput silence_glib(GLogLevelFlags level, const GLogField *fields, gsize n,
                                     gpointer data)
{
    return G_LOG_WRITER_HANDLED;
}

void warm_silence(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    leptSetStderrHandler(silence_lept);
    xmlSetGenericErrorFunc(NULL, silence_xml);
    g_log_set_writer_func(silence_glib, NULL, NULL);
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

static gboolean check_languages(const Warm *warm, const char *languages, GError **error)
{
    if (!languages_are_names(languages)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE,
                    "the OCR languages are not written as \"eng\" or \"eng+deu\"");
        return FALSE;
    }
    g_auto(GStrv) each = g_strsplit(languages, "+", -1);
    for (guint i = 0; each[i]; i++) {
        g_autofree char *path = model_path(warm, each[i]);
        if (each[i][0] == '\0' || !is_readable(path)) {
            g_autofree char *package = package_name(each[i]);
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE,
                        "OCR data for language \"%s\" is missing in %s: install the package %s",
                        each[i], warm->tessdata, package);
            return FALSE;
        }
    }
    return TRUE;
}

Warm *warm_new(const char *languages, const char *tessdata)
{
    Warm *warm = g_new0(Warm, 1);
    warm->tessdata = g_strdup(tessdata ? tessdata : DOCKET_TESSDATA);
    warm->languages = g_strdup(languages ? languages : "eng");
    if (languages_are_names(warm->languages) && !strchr(warm->languages, '+')) {
        g_autofree char *path = model_path(warm, warm->languages);
        warm->model = g_mapped_file_new(path, FALSE, NULL);
    }
    warm->libraries = warm_libraries_new();
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

static void engine_stop(Warm *warm)
{
    if (warm->engine)
        TessBaseAPIDelete(warm->engine);
    warm->engine = NULL;
    g_clear_pointer(&warm->loaded, g_free);
}

void warm_free(Warm *warm)
{
    if (!warm)
        return;
    engine_stop(warm);
    g_clear_pointer(&warm->model, g_mapped_file_unref);
    close_kept(warm);
    warm_libraries_free(warm->libraries);
    g_free(warm->tessdata);
    g_free(warm->languages);
    g_free(warm);
}

/* Its messages go to stderr, which is nowhere in a reader; a debug_file would be opened for writing at
 * the first of them, and the jail kills for that. */
static gboolean engine_start(Warm *warm, const char *languages)
{
    warm->engine = TessBaseAPICreate();
    if (warm->model && strcmp(languages, warm->languages) == 0)
        return TessBaseAPIInit5(warm->engine, g_mapped_file_get_contents(warm->model),
                                (int)g_mapped_file_get_length(warm->model), languages,
                                OEM_LSTM_ONLY, NULL, 0, NULL, NULL, 0, FALSE) == 0;
    return TessBaseAPIInit2(warm->engine, warm->tessdata, languages, OEM_LSTM_ONLY) == 0;
}

TessBaseAPI *warm_engine(Warm *warm, const char *languages, GError **error)
{
    if (!languages || languages[0] == '\0')
        languages = warm->languages;
    if (warm->engine && strcmp(warm->loaded, languages) == 0)
        return warm->engine;
    engine_stop(warm);
    if (!check_languages(warm, languages, error))
        return NULL;
    if (!engine_start(warm, languages)) {
        engine_stop(warm);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE,
                    "Tesseract refused the language data for \"%s\" in %s", languages,
                    warm->tessdata);
        return NULL;
    }
    warm->loaded = g_strdup(languages);
    return warm->engine;
}
