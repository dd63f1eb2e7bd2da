#include "technique.h"

#include "stages/read/techniques/html/html.h"
#include "stages/read/techniques/mail/mail.h"
#include "stages/read/techniques/office/docx.h"
#include "stages/read/techniques/office/epub.h"
#include "stages/read/techniques/office/legacy.h"
#include "stages/read/techniques/office/odf.h"
#include "stages/read/techniques/office/pptx.h"
#include "stages/read/techniques/office/rtf.h"
#include "stages/read/techniques/office/xlsx.h"
#include "stages/read/techniques/text/csv.h"
#include "stages/read/techniques/text/einvoice.h"
#include "stages/read/techniques/text/jsonl.h"
#include "stages/read/techniques/text/text.h"

static const TechniqueRow rows[] = {
    {.media_type = "application/pdf"}, /* these two: pages/pages.c */
    {.media_type = "image/"},
    {.media_type = "text/html", .read = html_read},
    {.media_type = "text/csv", .read = csv_read},
    {.media_type = "text/tab-separated-values", .read = csv_read},
    {.media_type = "application/jsonl", .read = jsonl_read},
    {.media_type = "application/json", .read = json_read},
    {.media_type = "application/xml", .read = einvoice_read},
    {.media_type = "message/rfc822", .read = mail_read},
    {.media_type = "text/markdown", .read = markdown_read},
    {.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     .read = docx_read},
    {.media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     .read = xlsx_read,
     .ranges = TRUE},
    {.media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
     .read = pptx_read,
     .ranges = TRUE},
    {.media_type = "application/vnd.oasis.opendocument.text", .read = odf_read, .ranges = TRUE},
    {.media_type = "application/vnd.oasis.opendocument.spreadsheet",
     .read = odf_read,
     .ranges = TRUE},
    {.media_type = "application/vnd.oasis.opendocument.presentation",
     .read = odf_read,
     .ranges = TRUE},
    {.media_type = "application/epub+zip", .read = epub_read, .ranges = TRUE},
    {.media_type = "application/rtf", .read = rtf_read},
    {.media_type = "application/vnd.ms-wordml", .read = wordml_read},
    {.media_type = "application/msword", .read = legacy_read},
    {.media_type = "application/vnd.ms-excel", .read = legacy_read},
    {.media_type = "application/vnd.ms-excel.sheet.binary.macroenabled.12", .read = legacy_read},
    {.media_type = "application/vnd.ms-powerpoint", .read = legacy_read},
    {.media_type = "application/vnd.ms-outlook", .read = legacy_read},
    {.media_type = "application/x-encrypted-office", .read = legacy_read},
    {.media_type = "application/x-ole-storage", .read = legacy_read},
    {.media_type = "text/", .read = text_read},
};

const TechniqueRow *technique_find(const char *media_type)
{
    return technique_find_in(rows, G_N_ELEMENTS(rows), media_type);
}
