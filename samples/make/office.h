/* Invoices as office programs write them. */
#pragma once

#include "samples/make/invoice.h"

extern const Invoice invoice_letter, invoice_workbook;

void form_docx(const char *path, const Invoice *invoice);
void form_xlsx(const char *path, const Invoice *invoice);
