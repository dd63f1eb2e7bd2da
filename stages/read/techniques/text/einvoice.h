/* Electronic invoices as XML: UN/CEFACT Cross Industry Invoice (ZUGFeRD 1 and 2, Factur-X,
 * XRechnung) and UBL 2. */
#pragma once

#include "stages/read/techniques/technique.h"

/* A page of TECHNIQUE_DATA: one BLOCK_FIELDS with keys that people read ("Invoice number", "Grand
 * total") and the values as they stand there, dates as 2026-11-20; then the lines as a BLOCK_TABLE
 * under their headings. NULL when the bytes are no such invoice, or broken. Caller frees. */
Reading *einvoice_take(GBytes *xml);

/* The same of a document that came in by itself; XML that is no such invoice is read as text. */
Reading *einvoice_read(const TechniqueInput *input, GError **error);
