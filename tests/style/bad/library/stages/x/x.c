/* PDF outside the readers. */
#include <poppler.h>
