/* Electronic invoices as XML: UN/CEFACT Cross Industry Invoice (ZUGFeRD 1 and 2, Factur-X,
 * XRechnung) and UBL 2. */
#pragma once

#include "pipeline/core/reading.h"

/* A page of TECHNIQUE_DATA: one BLOCK_FIELDS with keys that people read ("Invoice number", "Line 2
 * total") and the values as they stand there; dates as 2026-11-20. NULL when the bytes are no such
 * invoice, or broken. Caller frees. */
Reading *facturx_read(GBytes *xml);
