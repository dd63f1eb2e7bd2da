#include "libraries.h"

#include "stages/read/techniques/archive/archive.h"
#include "stages/read/techniques/mail/mail.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

/* Converters that the C library keeps in shared objects and loads by name: those that texts and web
 * pages declare (WHATWG Encoding, 4.2), that uchardet can name, and that names in archives are in.
 * Each stays open, for a converter that nobody uses is unloaded again. */
static const char *const charsets[] = {
    "UTF-7",
    "UTF-16",
    "UTF-32",
    "UNICODE",
    "ISO-8859-1",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-9",
    "ISO-8859-10",
    "ISO-8859-11",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "WINDOWS-1250",
    "WINDOWS-1251",
    "WINDOWS-1252",
    "WINDOWS-1253",
    "WINDOWS-1254",
    "WINDOWS-1255",
    "WINDOWS-1256",
    "WINDOWS-1257",
    "WINDOWS-1258",
    "WINDOWS-874",
    "TIS-620",
    "KOI8-R",
    "KOI8-U",
    "KOI8-T",
    "MACINTOSH",
    "MAC-CYRILLIC",
    "MAC-CENTRALEUROPE",
    "MAC-UK",
    "IBM437",
    "IBM850",
    "IBM852",
    "IBM855",
    "IBM858",
    "IBM860",
    "IBM861",
    "IBM862",
    "IBM863",
    "IBM864",
    "IBM865",
    "IBM866",
    "IBM869",
    "IBM874",
    "VISCII",
    "TCVN",
    "ARMSCII-8",
    "GEORGIAN-ACADEMY",
    "GEORGIAN-PS",
    "HP-ROMAN8",
    "GB2312",
    "GBK",
    "GB18030",
    "EUC-CN",
    "ISO-2022-CN",
    "HZ",
    "BIG5",
    "BIG5-HKSCS",
    "CP950",
    "EUC-TW",
    "SHIFT_JIS",
    "CP932",
    "EUC-JP",
    "EUC-JP-MS",
    "ISO-2022-JP",
    "ISO-2022-JP-2",
    "EUC-KR",
    "UHC",
    "JOHAB",
    "ISO-2022-KR",
};

struct Libraries {
    GIConv converters[G_N_ELEMENTS(charsets)];
};

static void silence_xml(void *context, const char *format, ...)
{
}

static GLogWriterOutput silence_glib(GLogLevelFlags level, const GLogField *fields, gsize n,
                                     gpointer data)
{
    return G_LOG_WRITER_HANDLED;
}

void libraries_silence(void)
{
    xmlSetGenericErrorFunc(NULL, silence_xml);
    g_log_set_writer_func(silence_glib, NULL, NULL);
}

Libraries *libraries_new(void)
{
    Libraries *libraries = g_new0(Libraries, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++)
        libraries->converters[i] = g_iconv_open("UTF-8", charsets[i]);
    xmlInitParser();
    mail_warm();
    archive_warm();
    return libraries;
}

void libraries_free(Libraries *libraries)
{
    if (!libraries)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++)
        if (libraries->converters[i] != (GIConv)-1)
            g_iconv_close(libraries->converters[i]);
    g_free(libraries);
}
