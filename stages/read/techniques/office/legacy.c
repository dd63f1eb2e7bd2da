#include "legacy.h"

#include <string.h>

static const struct {
    const char *media_type, *what, *target; /* target: what LibreOffice converts it to */
} formats[] = {
    {"application/msword", "a Word document in the old binary format", "docx"},
    {"application/vnd.ms-excel", "an Excel workbook in the old binary format", "xlsx"},
    {"application/vnd.ms-excel.sheet.binary.macroenabled.12", "a binary Excel workbook (XLSB)",
     "xlsx"},
    {"application/vnd.ms-powerpoint", "a PowerPoint file in the old binary format", "pptx"},
};

Reading *legacy_read(const TechniqueInput *input, GError **error)
{
    if (strcmp(input->media_type, "application/x-encrypted-office") == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED,
                    "the office document is protected by a password");
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(input->media_type, formats[i].media_type) == 0) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_UNSUPPORTED,
                        "%s: convert with `soffice --headless --convert-to %s FILE`",
                        formats[i].what, formats[i].target);
            return NULL;
        }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_UNSUPPORTED,
                strcmp(input->media_type, "application/vnd.ms-outlook") == 0
                    ? "an Outlook message (MSG): save it as EML"
                    : "a compound file that is no office document");
    return NULL;
}
