/* The forms that a document comes in: each writes the data as one file. */
#pragma once

#include "samples/make/invoice.h"
#include "samples/make/receipt.h"

void form_classic(const char *path, const Invoice *invoice);
void form_two_column(const char *path, const Invoice *invoice);
void form_multipage(const char *path, const Invoice *invoice);
void form_german(const char *path, const Invoice *invoice);
void form_us(const char *path, const Invoice *invoice);
void form_scan(const char *path, const Invoice *invoice);
void form_fax(const char *path, const Invoice *invoice);
void form_rotated(const char *path, const Invoice *invoice);
void form_mixed(const char *path, const Invoice *invoice);
void form_text(const char *path, const Invoice *invoice);
void form_cp1252(const char *path, const Invoice *invoice);
void form_ubl(const char *path, const Invoice *invoice);
void form_mail(const char *path, const Invoice *invoice);
void form_orders(const char *path, const Invoice *invoice);
void form_hidden(const char *path, const Invoice *invoice);
void form_photo(const char *path, const Receipt *receipt);
void form_flatbed(const char *path, const Receipt *receipt);
void form_png(const char *path, const Receipt *receipt);
void form_strip(const char *path, const Receipt *receipt);
void form_receipt_text(const char *path, const Receipt *receipt);
void form_receipt_cp1252(const char *path, const Receipt *receipt);
