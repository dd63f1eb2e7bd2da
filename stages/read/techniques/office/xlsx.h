/* Excel workbooks (ECMA-376, both editions): a page a sheet, numbers and dates as they are shown, the
 * values that formulas had when the workbook was saved; without hidden sheets, rows and columns. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *xlsx_read(const TechniqueInput *input, GError **error);
